"""BERT and GPT: published sizes, torch's encoder with their weights, masked tokens, and the cache of keys and values."""

from __future__ import annotations

from functools import partial
from itertools import accumulate

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.sequences import (
    SEEDS,
    apart,
    fading,
    masked_loss,
    scatter,
    size,
    slopes,
    take_encoder,
    trained_on,
)
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.characters import LETTERS, characters
from seodang.experiment import Training
from seodang.models import bert, gpt
from seodang.models.attention import causal
from seodang.models.transformer import EncoderLayer

BERT = pytest.mark.system(name="bert")
GPT = pytest.mark.system(name="gpt")


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@BERT
def test_the_published_sizes_of_bert(measured: Measured) -> None:
    with torch.device("meta"):
        base, large = bert.bert_base(), bert.bert_large()
    parts = {"embeddings": (30_522 + 512 + 2 + 2) * 768, "layers": 12 * (12 * 768**2 + 13 * 768), "pooler": 768**2 + 768}
    assert size(base) == sum(parts.values()) == 109_482_240
    assert size(large) == 335_141_888
    measured("parameters of BERT-base", size(base), must="109,482,240 by formula")
    measured("parameters of BERT-large", size(large), must="335,141,888")


@BERT
def test_bert_is_torchs_encoder_over_its_embeddings(measured: Measured) -> None:
    ours = bert.BERT(20, 16, 4, 2, longest=9).double()
    layer = nn.TransformerEncoderLayer(16, 4, 64, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True)
    theirs = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).double()
    for mine, one in zip(ours.layers, theirs.layers, strict=True):
        scatter(one)
        assert isinstance(mine, EncoderLayer)
        assert isinstance(one, nn.TransformerEncoderLayer)
        take_encoder(mine, one)
    tokens, segments = torch.randint(20, (3, 9)), torch.tensor([0] * 5 + [1] * 4).expand(3, 9)
    embedded = ours.token.weight[tokens] + ours.position.weight[:9] + ours.segment.weight[segments]
    states = theirs(F.layer_norm(embedded, (16,), eps=1e-12))
    linear = ours.pooler[0]
    assert isinstance(linear, nn.Linear)
    error = apart(list(ours(tokens, segments)), [states, torch.tanh(linear(states[:, 0]))])
    assert error <= 1e-6
    measured("states and summary, from torch's encoder", error, must="≤ 1e-6")


MOTIFS = 12


def motifs(generator: torch.Generator) -> Split:
    """Four random letters, said four times; some are masked, and those are to be restored from what is left and right."""
    tokens = torch.randint(MOTIFS, (4_500, 4), generator=generator).repeat(1, 4)
    x, y = bert.mask_tokens(tokens, MOTIFS, generator)
    return Split(x[:4_000], y[:4_000], x[4_000:], y[4_000:])


@pytest.mark.slow
@BERT
def test_masked_tokens_are_restored(measured: Measured) -> None:
    training = Training(
        data=motifs,
        model=lambda: bert.MaskedLM(bert.BERT(MOTIFS + 1, 48, 2, 2, longest=16)),
        loss=masked_loss,
        optimizer=partial(torch.optim.Adam, lr=0.003),
        schedule=fading(300),
        steps=300,
        clip=1.0,
    )
    right, first = [], []
    for trained in trained_on(training):
        with torch.no_grad():
            hit = trained.model(trained.x_test).argmax(-1) == trained.y_test
        chosen = trained.y_test != bert.IGNORED
        right.append(float(hit[chosen].float().mean()))
        first.append(float(hit[:, :4][chosen[:, :4]].float().mean()))
    assert min(right) >= 0.95
    assert min(first) >= 0.9
    measured("masked tokens restored", min(right), must="≥ 0.95", n=len(SEEDS))
    measured(
        "… in the first motif, which only what follows can tell (a guess has 0.083)", min(first), must="≥ 0.9", n=len(SEEDS)
    )


@BERT
def test_tokens_are_masked_in_the_papers_shares(measured: Measured) -> None:
    tokens = torch.randint(1_000, (1_000, 400), generator=torch.Generator().manual_seed(0))
    x, y = bert.mask_tokens(tokens, 1_000, torch.Generator().manual_seed(1))
    chosen = y != bert.IGNORED
    assert torch.equal(x[~chosen], tokens[~chosen])
    assert torch.equal(y[chosen], tokens[chosen])
    masked, stayed = (x[chosen] == 1_000).float().mean(), (x[chosen] == tokens[chosen]).float().mean()
    shares = [float(chosen.float().mean()), float(masked), float(1 - masked - stayed), float(stayed)]
    for share, said in zip(shares, (0.15, 0.8, 0.1, 0.1), strict=True):
        assert abs(share - said) <= 0.01
    told = ", ".join(f"{share:.3f}" for share in shares)
    measured("share chosen; of those masked, changed, left", told, must="0.15; 0.8, 0.1, 0.1")


@GPT
def test_the_formula_gives_the_four_published_sizes_of_gpt2(measured: Measured) -> None:
    published = {(768, 12): 124_439_808, (1_024, 24): 354_823_168, (1_280, 36): 774_030_080, (1_600, 48): 1_557_611_200}
    for (width, layers), size_ in published.items():
        assert gpt.parameters(gpt.BYTE_PAIRS, 1_024, width, layers) == size_
        if width <= 1_024:
            with torch.device("meta"):
                assert size(gpt.GPT(gpt.BYTE_PAIRS, 1_024, width, width // 64, layers)) == size_
    measured("sizes of GPT-2 that the formula gives exactly", len(published), must="4")


@GPT
def test_the_networks_called_gpt2_and_gpt3_are_those(measured: Measured) -> None:
    with torch.device("meta"):
        small, largest, third = size(gpt.gpt2()), size(gpt.gpt2_xl()), size(gpt.gpt3())
    assert (small, largest) == (124_439_808, 1_557_611_200)
    assert third == gpt.parameters(gpt.BYTE_PAIRS, 2_048, 12_288, 96)
    assert round(third / 1e9) == 175
    measured("parameters of GPT-2", small, must="124,439,808")
    measured("parameters of GPT-2, the largest", largest, must="1,557,611,200")
    measured("parameters of GPT-3", third, must="174,604,259,328 by formula; 175B in the paper")


@GPT
def test_what_is_read_with_a_cache_gives_the_scores_of_reading_it_at_once(measured: Measured) -> None:
    """In double precision, as the weights here are far larger than those a training begins with."""
    model = gpt.GPT(100, 40, 64, 4, 4).double()
    scatter(model)
    tokens = torch.randint(100, (3, 40))
    errors = []
    for pieces in ([1] * 40, [25] + [1] * 15, [7, 20, 13]):
        caches: list[list[Tensor]] = [[] for _ in model.layers]
        with torch.no_grad():
            cached = torch.cat([model(tokens[:, end - piece : end], caches) for piece, end in ends(pieces)], dim=1)
            errors.append(apart([cached], [model(tokens)]))
        assert caches[0][0].shape == (3, 4, 40, 16)
    assert max(errors) <= 1e-5
    measured("scores with a cache, from those without", max(errors), must="≤ 1e-5", n=len(errors))


def ends(pieces: list[int]) -> list[tuple[int, int]]:
    """Each piece's length, and where it ends."""
    return list(zip(pieces, accumulate(pieces), strict=True))


@pytest.mark.slow
@GPT
def test_the_published_gpt2_reads_with_a_cache_alike(measured: Measured) -> None:
    model = gpt.gpt2().eval()
    tokens = torch.randint(gpt.BYTE_PAIRS, (1, 24))
    caches: list[list[Tensor]] = [[] for _ in model.layers]
    with torch.no_grad():
        cached = torch.cat([model(token[:, None], caches) for token in tokens.unbind(1)], dim=1)
        error = apart([cached], [model(tokens)])
    assert error <= 1e-5
    measured("scores of GPT-2 with a cache, from those without", error, must="≤ 1e-5")


@GPT
def test_gpt_is_torchs_encoder_under_the_causal_mask(measured: Measured) -> None:
    ours = gpt.GPT(20, 9, 16, 4, 2).double()
    layer = nn.TransformerEncoderLayer(
        16, 4, 64, 0.0, partial(F.gelu, approximate="tanh"), batch_first=True, norm_first=True
    )
    theirs = nn.TransformerEncoder(layer, 2, nn.LayerNorm(16), enable_nested_tensor=False).double()
    for mine, one in zip(ours.layers, theirs.layers, strict=True):
        scatter(one)
        assert isinstance(mine, EncoderLayer)
        assert isinstance(one, nn.TransformerEncoderLayer)
        take_encoder(mine, one)
    tokens = torch.randint(20, (3, 9))
    states = theirs(ours.token.weight[tokens] + ours.position.weight, mask=~causal(9, 9))
    scores, torchs = ours(tokens), states @ ours.token.weight.T
    shared = [ours.token.weight, ours.position.weight]
    error = max(apart([scores], [torchs]), apart(slopes(scores, shared), slopes(torchs, shared)))
    assert error <= 1e-6
    measured("scores and gradients, from torch's encoder", error, must="≤ 1e-6")


@pytest.mark.slow
@GPT
def test_a_small_gpt_learns_to_write(measured: Measured) -> None:
    training = Training(
        data=partial(characters, train=2_000, test=400),
        model=partial(gpt.GPT, len(LETTERS), 32, 32, 2, 2),
        loss=masked_loss,
        optimizer=partial(torch.optim.Adam, lr=0.005),
        steps=300,
        batch=32,
        clip=1.0,
    )
    losses = [trained.test_loss() for trained in trained_on(training)]
    assert max(losses) <= 1.0
    measured("largest loss of generated sentences, nats a letter (ln 28 = 3.33)", max(losses), must="≤ 1", n=len(SEEDS))
