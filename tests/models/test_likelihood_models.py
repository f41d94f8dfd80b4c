"""Likelihood models, Boltzmann machines and words: what they refuse, and the edges that the systems' tests do not reach."""

import pytest
import torch
import torch.nn.functional as F

from seodang.models.alignment import mutual, profiles, similarities
from seodang.models.deep_belief import DenoisingLayer, belief_network, denoising_network, perceptron, pretrain
from seodang.models.hangul_ocr import JAMO, HangulOCR, jamo_loss
from seodang.models.likelihood import every, log_probability, sample
from seodang.models.markov import ChainRule, Independent, Markov
from seodang.models.nade import NADE
from seodang.models.pixelcnn import MaskedConv2d, PixelCNN
from seodang.models.pixelrnn import PixelRNN
from seodang.models.rbm import RBM
from seodang.models.word2vec import NONE, Word2Vec, analogy, around, noise, pairs


def test_every_vector_is_there_once_in_the_order_of_counting() -> None:
    assert every(3).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]


def test_a_score_of_0_is_a_bit_a_pixel() -> None:
    bits = log_probability(torch.zeros(2, 5), torch.tensor([[0.0] * 5, [1.0] * 5])) / torch.tensor(0.5).log()
    assert torch.allclose(bits, torch.tensor([5.0, 5.0]))


def test_a_certain_model_draws_only_what_it_is_certain_of() -> None:
    table = Markov(4)
    with torch.no_grad():
        table.scores.copy_(
            torch.tensor([99.0, 99.0, -99.0, 99.0, -99.0, 99.0, -99.0])
        )  # each the opposite of the one before
    assert sample(table, 5, 4, torch.Generator().manual_seed(0)).tolist() == [[1, 0, 1, 0]] * 5


def test_a_case_that_was_not_seen_stays_at_a_half() -> None:
    table = ChainRule(3)
    table.fit(torch.tensor([[0.0, 0.0, 0.0]] * 4), prior=1.0)
    assert table.scores[[2, 4, 5, 6]].tolist() == [0, 0, 0, 0]
    assert table.scores[[0, 1, 3]].sigmoid().tolist() == pytest.approx([1 / 6] * 3)


def test_a_table_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^n=25: the table has 2\^n - 1 numbers; at most 24 variables fit$"):
        ChainRule(25)


def test_a_mask_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^mask=C: must be A, which hides a pixel from itself, or B$"):
        MaskedConv2d("C", 1, 1, 3)


def test_the_models_are_built_without_numbers() -> None:
    with torch.device("meta"):
        x = torch.empty(2, 64)
        for model in (Independent(64), NADE(64, 5), PixelCNN(8, 4, 1), PixelRNN(8, 4, 1)):
            assert model(x).shape == (2, 64)
        assert perceptron(denoising_network((64, 5)), 10)(x).shape == (2, 10)


def test_contrastive_divergence_says_nothing_where_the_chain_stays_put() -> None:
    """Biases so large that every step gives back what it was given."""
    model = RBM(3, 2)
    with torch.no_grad():
        model.visible_bias.fill_(1e3)
    v = torch.ones(4, 3)
    loss = model.objective(v, torch.rand(4, 2 * model.draws))
    slopes = torch.autograd.grad(loss, list(model.parameters()))
    assert float(loss.detach()) == 0
    assert not any(slope.any() for slope in slopes)


def test_a_denoising_layer_repairs_what_it_does_not_see() -> None:
    """With everything blotted out, only the biases are left to say what was there."""
    layer, x = DenoisingLayer(4, 3, blotted=1.0), torch.rand(6, 4)
    slope = torch.autograd.grad(layer.objective(x, torch.rand(6, layer.draws)), layer.weight)[0]
    blank = DenoisingLayer(4, 3, blotted=0.0)
    blank.load_state_dict(layer.state_dict())
    biases = F.binary_cross_entropy(torch.full_like(x, 0.5), x, reduction="none").sum(1).mean()
    with torch.no_grad():
        layer.weight.zero_()
        assert torch.allclose(layer.objective(x, torch.rand(6, 4)), biases)
        assert not torch.allclose(blank.objective(x, torch.rand(6, 4)), biases)
    assert slope.any(), "the decoder's side of the matrix learns even so"


def test_a_pretrained_network_begins_with_the_layers_that_stay_as_they_are() -> None:
    torch.manual_seed(0)
    layers, x = belief_network((6, 5, 4)), torch.rand(40, 6)
    before = [layer.weight.clone() for layer in layers]
    pretrain(layers, x, torch.Generator().manual_seed(0), steps=3)
    assert all(not torch.equal(layer.weight, old) for layer, old in zip(layers, before, strict=True))
    net = perceptron(layers, 3)
    with torch.no_grad():
        assert torch.allclose(net[:-1](x), layers[1](layers[0](x)), atol=1e-6)
        next(net.parameters()).zero_()
    assert layers[0].weight.any()


def test_the_heads_of_jamo_are_three_classifiers_side_by_side() -> None:
    scores, targets = torch.randn(4, 68), torch.stack([torch.randint(n, (4,)) for n in JAMO], dim=1)
    parts = (scores[:, :19], scores[:, 19:40], scores[:, 40:])
    three = sum(F.cross_entropy(part, target) for part, target in zip(parts, targets.T, strict=True))
    assert torch.allclose(jamo_loss(scores, targets), torch.as_tensor(three))


@pytest.mark.parametrize("side", [16, 24, 25])
def test_print_of_any_size_is_read(side: int) -> None:
    assert HangulOCR(side, channels=2, hidden=4)(torch.rand(3, side * side)).shape == (3, 68)


def test_noise_is_how_often_words_occur_to_a_power() -> None:
    shares = noise(torch.tensor([[0, 0], [0, 1]]), 3, power=0.5)
    assert shares.tolist() == pytest.approx([3**0.5 / (3**0.5 + 1), 1 / (3**0.5 + 1), 0])


def test_a_window_as_long_as_the_sentence_pairs_everything_but_a_place_with_itself() -> None:
    sentence = torch.tensor([[7, 8, 9]])
    words, _ = around(sentence, 5)
    assert words.shape == (3, 10)
    assert int((words != NONE).sum()) == len(pairs(sentence, 5)) == 6


def test_the_scores_of_all_words_are_those_of_each() -> None:
    model = Word2Vec(6, 3)
    with torch.no_grad():
        model.outputs.weight.normal_()
    words = torch.tensor([[1, NONE], [2, 5]])
    each = model(words, torch.arange(6).expand(2, 6))
    assert torch.allclose(model.scores(words), each, atol=1e-6)


def test_an_analogy_is_none_of_its_own_words() -> None:
    vectors = torch.eye(4)
    assert analogy(vectors, 0, 1, 2) == 3


def test_only_words_that_are_each_others_nearest_are_pairs() -> None:
    rows, columns = mutual(torch.tensor([[3.0, 1.0], [2.0, 0.0], [0.0, 5.0]]))
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (2, 1)]


def test_of_one_neighbour_a_pair_that_is_mutual_has_0_and_every_other_less() -> None:
    """Twice the cosine less the nearest of each side, written out."""
    draw = torch.Generator().manual_seed(0)
    source, target = torch.randn(7, 3, generator=draw), torch.randn(5, 3, generator=draw)
    found = similarities(source, target, neighbours=1)
    rows, columns = mutual(F.normalize(source, dim=1) @ F.normalize(target, dim=1).T)
    assert found[rows, columns].abs().max() < 1e-6
    assert int((found.abs() < 1e-6).sum()) == len(rows)
    assert found.max() < 1e-6


def test_the_neighbour_of_everyone_is_no_ones() -> None:
    """By cosines the second target is the nearest of both words; less what it has with all, each has its own."""
    source, target = (torch.tensor(each).deg2rad() for each in ([0.0, 60.0], [-36.0, 30.0, 96.0]))
    here, there = (torch.stack([each.cos(), each.sin()], dim=1) for each in (source, target))
    assert (here @ there.T).argmax(1).tolist() == [1, 1]
    assert similarities(here, there, neighbours=2).argmax(1).tolist() == [0, 2]


def test_profiles_do_not_see_a_turn_and_fit_lists_of_any_length() -> None:
    draw = torch.Generator().manual_seed(0)
    vectors = torch.randn(30, 5, generator=draw)
    turn = torch.linalg.qr(torch.randn(5, 5, generator=draw))[0]
    assert torch.allclose(profiles(vectors, 12), profiles(vectors @ turn, 12), atol=1e-5)
    assert profiles(vectors[:20], 12).shape == (20, 12)
