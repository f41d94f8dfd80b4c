"""Word vectors of a toy language: their gradients, what their products are, analogies; and laying two languages together."""

from __future__ import annotations

import math
from functools import cache, partial

import pytest
import torch
import torch.nn.functional as F
from scipy.linalg import orthogonal_procrustes
from systems.conftest import Measured
from torch import Tensor

from seodang.data import Split
from seodang.data.grammar import ANALOGIES, WORDS, grammar
from seodang.experiment import Batch, Training, Turn
from seodang.models.alignment import precision, procrustes, unsupervised
from seodang.models.word2vec import NONE, Word2Vec, analogy, around, negative_sampling, noise, pairs
from seodang.training import train

SEEDS = (0, 1, 2)
WINDOW, NEGATIVES, SIZE, STEPS = 2, 5, 16, 1_000
NUMBER = {word: place for place, word in enumerate(WORDS)}


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def skip_gram(generator: torch.Generator) -> Split:
    both = pairs(grammar(generator).sentences, WINDOW)
    return Split(both[:, :1], both[:, 1], both[:1, :1], both[:1, 1])


def cbow(generator: torch.Generator) -> Split:
    words, own = around(grammar(generator).sentences, WINDOW)
    return Split(words, own, words[:1], own[:1])


@cache
def shares(power: float) -> Tensor:
    """From which wrong words are drawn. A language has one list of them, and each seed's sentences follow it."""
    return noise(pairs(grammar(torch.Generator().manual_seed(99)).sentences, WINDOW)[:, 1], len(WORDS), power)


def wrong_words(samples: int, generator: torch.Generator, power: float) -> Tensor:
    return torch.multinomial(shares(power).expand(samples, -1), NEGATIVES, replacement=True, generator=generator)


def objective(model: Word2Vec, batch: Batch) -> Tensor:
    return negative_sampling(model, batch.x, batch.y, batch.noise)


@cache
def learned(kind: str, power: float) -> list[tuple[Tensor, Tensor, Tensor]]:
    """A seed each: both matrices, and the pairs (n, 2) of the sentences they were learned from."""
    training = Training(
        data=skip_gram if kind == "skip-gram" else cbow,
        model=partial(Word2Vec, len(WORDS), SIZE),
        turns=(Turn(objective, partial(torch.optim.Adam, lr=0.02)),),
        schedule=partial(torch.optim.lr_scheduler.LinearLR, start_factor=1.0, end_factor=0.05, total_iters=STEPS),
        noise=partial(wrong_words, power=power),
        steps=STEPS,
        batch=256,
    )
    found = []
    for trained in train(training, SEEDS, threads=1):
        model = trained.model
        assert isinstance(model, Word2Vec)
        read = torch.cat([trained.x_train, trained.y_train[:, None]], dim=1)
        found.append((model.inputs.weight.detach(), model.outputs.weight.detach(), read))
    return found


def mutual_information(counts: Tensor) -> Tensor:
    """Pointwise mutual information of a table of pairs: ln p(w, c) / (p(w) p(c)), -inf where they never meet."""
    p = counts / counts.sum()
    return (p / (p.sum(1, keepdim=True) * p.sum(0))).log()


def right_analogies(vectors: Tensor) -> float:
    found = [analogy(vectors, NUMBER[a], NUMBER[b], NUMBER[c]) == NUMBER[d] for a, b, c, d in ANALOGIES]
    return sum(found) / len(found)


@pytest.mark.system(name="word2vec")
def test_pairs_and_windows_of_a_sentence() -> None:
    """By hand, window 1: the two pairs of neighbours, each both ways."""
    sentence = torch.tensor([[4, 5, 6]])
    words, own = around(sentence, 1)
    assert words.tolist() == [[NONE, 5], [4, 6], [5, NONE]]
    assert own.tolist() == [4, 5, 6]
    assert sorted(pairs(sentence, 1).tolist()) == [[4, 5], [5, 4], [5, 6], [6, 5]]


@pytest.mark.system(name="word2vec")
def test_a_vector_is_a_row_and_a_product_with_one_hot(measured: Measured) -> None:
    model = Word2Vec(9, 4)
    words = torch.tensor([[3], [8]])
    one_hot = F.one_hot(words[:, 0], 9).float() @ model.inputs.weight
    gap = float((model.read(words) - one_hot).detach().abs().max())
    assert gap == 0
    around_place = torch.tensor([[3, 8, NONE, 1]])
    assert torch.allclose(model.read(around_place)[0], model.inputs.weight[[3, 8, 1]].mean(0), atol=1e-7)
    measured("row of the input matrix, from a product with one-hot", gap, must="0")


@pytest.mark.system(name="word2vec")
@pytest.mark.parametrize("read", [1, 4], ids=["skip-gram", "CBOW"])
def test_gradients(read: int, measured: Measured) -> None:
    """By hand, (sigmoid(score) - right) times the other side's vector; and by a difference quotient."""
    model = Word2Vec(12, 5).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    words, right, wrong = torch.randint(12, (7, read)), torch.randint(12, (7,)), torch.randint(12, (7, 3))
    loss = partial(negative_sampling, model, words, right, wrong)
    slopes = torch.autograd.grad(loss(), [model.inputs.weight, model.outputs.weight])
    hand = [torch.zeros_like(slope) for slope in slopes]
    with torch.no_grad():
        for row in range(7):
            mean = model.inputs.weight[words[row]].mean(0)
            for place, word in enumerate([int(right[row]), *wrong[row].tolist()]):
                off = (model.outputs.weight[word] @ mean).sigmoid() - float(place == 0)
                hand[1][word] += off * mean / 7
                for each in words[row].tolist():
                    hand[0][each] += off * model.outputs.weight[word] / (7 * read)
        by_hand = max(float((a - b).abs().max()) for a, b in zip(slopes, hand, strict=True))
        ways, values = [torch.randn_like(slope) for slope in slopes], []
        for step in (1e-5, -2e-5):
            for parameter, way in zip(model.parameters(), ways, strict=True):
                parameter.add_(step * way)
            values.append(float(loss()))
    along = sum(float((slope * way).sum()) for slope, way in zip(slopes, ways, strict=True))
    difference = abs((values[0] - values[1]) / 2e-5 - along)
    assert by_hand <= 1e-12
    assert difference <= 1e-6
    kind = "skip-gram" if read == 1 else "CBOW"
    measured(f"{kind}: gradients from those by hand", by_hand, must="≤ 1e-12")
    measured("… from a difference quotient", difference, must="≤ 1e-6")


@pytest.mark.system(name="word2vec")
def test_products_of_large_enough_vectors_are_the_mutual_information(measured: Measured) -> None:
    """Levy & Goldberg 2014: where the expected loss is least w·c = PMI - ln k, if vectors are as long as the vocabulary."""
    counts, k = torch.randint(1, 20, (10, 10)).double(), 5
    p = counts / counts.sum()
    wrong = k * p.sum(1, keepdim=True) * p.sum(0)
    w, c = (torch.randn(10, 10, dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.LBFGS(
        [w, c], max_iter=2_000, tolerance_grad=1e-10, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        scores = w @ c.T
        loss = (p * F.softplus(-scores) + wrong * F.softplus(scores)).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    gap = float(((w @ c.T).detach() - (mutual_information(counts) - math.log(k))).abs().max())
    assert gap <= 1e-4
    measured("w·c from PMI − ln k at the minimum, vectors as long as the vocabulary", gap, must="≤ 1e-4")


@pytest.mark.system(name="word2vec")
def test_products_of_learned_vectors_follow_the_mutual_information(measured: Measured) -> None:
    """Of all pairs that meet, with the PMI exactly that of the sentences; wrong words drawn as often as they occur."""
    found = []
    for inputs, outputs, read in learned("skip-gram", 1.0):
        counts = torch.zeros(len(WORDS), len(WORDS)).index_put(
            (read[:, 0], read[:, 1]), torch.ones(len(read)), accumulate=True
        )
        met = counts > 0
        both = torch.stack([(inputs @ outputs.T)[met], mutual_information(counts)[met]])
        found.append(float(torch.corrcoef(both)[0, 1]))
    assert min(found) >= 0.85
    measured("correlation of w·c with PMI, skip-gram of 44 words", min(found), must="≥ 0.85", n=len(SEEDS))


@pytest.mark.system(name="word2vec")
@pytest.mark.parametrize("kind", ["skip-gram", "CBOW"])
def test_analogies(kind: str, measured: Measured) -> None:
    found = [right_analogies(inputs) for inputs, _, _ in learned(kind, 0.75)]
    untrained = right_analogies(torch.randn(len(WORDS), SIZE))
    mean = sum(found) / len(found)
    assert mean >= 0.8
    assert untrained <= 0.25
    measured(f"{kind}: share of the analogies that the input vectors have right, of 8", mean, must="≥ 0.8", n=len(SEEDS))


@pytest.mark.system(name="word2vec")
def test_the_output_vectors_know_the_analogies_as_well(measured: Measured) -> None:
    """Which matrix is kept is a convention: with windows that look both ways, the roles are alike."""
    found = [right_analogies(outputs) for _, outputs, _ in learned("skip-gram", 0.75)]
    mean = sum(found) / len(found)
    assert mean >= 0.7
    measured("skip-gram: the same by the output vectors, on average", mean, must="≥ 0.7", n=len(SEEDS))


def languages(seed: int, noisy: float) -> tuple[Tensor, Tensor]:
    """300 words of 20 numbers, and the same words in a space turned at random, with noise."""
    draw = torch.Generator().manual_seed(seed)
    source = torch.randn(300, 20, generator=draw)
    turn = torch.linalg.qr(torch.randn(20, 20, generator=draw))[0]
    return source, source @ turn + noisy * torch.randn(300, 20, generator=draw)


@pytest.mark.system(name="alignment")
def test_procrustes_is_scipys(measured: Measured) -> None:
    source, target = (each.double() for each in languages(0, 0.3))
    w = procrustes(source, target)
    theirs = torch.from_numpy(orthogonal_procrustes(source.numpy(), target.numpy())[0])
    gap = float((w - theirs).abs().max())
    orthogonal = float((w.T @ w - torch.eye(20)).abs().max())
    assert max(gap, orthogonal) <= 1e-10
    measured("the turn that lays one space over the other, from SciPy's", gap, must="≤ 1e-10")
    measured("… from an orthogonal matrix", orthogonal, must="≤ 1e-10")


@pytest.mark.system(name="alignment")
def test_two_languages_are_laid_together_without_a_dictionary(measured: Measured) -> None:
    """The target's words are shuffled beforehand: nothing but the vectors says which is which."""
    for noisy in (0.0, 0.1, 0.2):
        found = []
        for seed in range(5):
            source, target = languages(seed, noisy)
            shuffled = target[torch.randperm(300, generator=torch.Generator().manual_seed(seed))]
            found.append(precision(source, target, unsupervised(source, shuffled)))
        assert min(found) >= 0.95
        measured(f"P@1 of 300 words without a dictionary, noise {noisy}", min(found), must="≥ 0.95", n=5)


@pytest.mark.system(name="alignment")
def test_with_more_noise_only_a_dictionary_helps(measured: Measured) -> None:
    """50 pairs, and the other 250 words to be translated; without pairs the beginning is already wrong."""
    supervised, without = [], []
    for seed in range(5):
        source, target = languages(seed, 0.5)
        supervised.append(precision(source[50:], target[50:], procrustes(source[:50], target[:50])))
        without.append(precision(source, target, unsupervised(source, target)))
    assert min(supervised) >= 0.9
    assert max(without) <= 0.6
    measured("P@1 at noise 0.5 with a dictionary of 50 words, of the others", min(supervised), must="≥ 0.9", n=5)
    measured("… without", max(without), must="≤ 0.6: it fails", n=5)
