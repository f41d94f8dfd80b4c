"""The Transformer: torch's values and gradients, its parameters, masks and positions, and reversed words."""

from __future__ import annotations

from functools import partial
from itertools import product

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
    take_attention,
    take_decoder,
    take_encoder,
    trained_on,
)
from torch import Tensor, nn

from seodang.data.reversal import reversal
from seodang.experiment import Batch, Training, Turn
from seodang.models.attention import MultiHeadAttention, attend, causal
from seodang.models.transformer import DecoderLayer, EncoderLayer, Transformer, sinusoids, transformer_base

pytestmark = pytest.mark.system(name="transformer")


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


NORMS = (False, True)  # the norm last, as the paper, or first


def test_an_encoder_layer_is_torchs(measured: Measured) -> None:
    errors = []
    for norm_first, masked in product(NORMS, (False, True)):
        theirs = nn.TransformerEncoderLayer(16, 4, 24, dropout=0.0, norm_first=norm_first, batch_first=True).double()
        scatter(theirs)
        ours = EncoderLayer(16, 4, 24, norm_first=norm_first).double()
        take_encoder(ours, theirs)
        x = torch.randn(3, 7, 16, dtype=torch.float64, requires_grad=True)
        mask = causal(7, 7) if masked else None
        mine, torchs = ours(x, mask), theirs(x, src_mask=None if mask is None else ~mask)
        by_us = slopes(mine, [x, *ours.perceptron.parameters()])
        by_torch = slopes(torchs, [x, *theirs.linear1.parameters(), *theirs.linear2.parameters()])
        errors.append(apart([mine, *by_us], [torchs, *by_torch]))
    assert max(errors) <= 1e-6
    measured("encoder layer: values and gradients, from torch's", max(errors), must="≤ 1e-6", n=len(errors))


def test_a_decoder_layer_is_torchs(measured: Measured) -> None:
    errors = []
    for norm_first in NORMS:
        theirs = nn.TransformerDecoderLayer(16, 4, 24, dropout=0.0, norm_first=norm_first, batch_first=True).double()
        scatter(theirs)
        ours = DecoderLayer(16, 4, 24, norm_first=norm_first).double()
        take_decoder(ours, theirs)
        x, memory = (torch.randn(3, n, 16, dtype=torch.float64, requires_grad=True) for n in (5, 7))
        mine, torchs = ours(x, memory), theirs(x, memory, tgt_mask=~causal(5, 5))
        errors.append(apart([mine, *slopes(mine, [x, memory])], [torchs, *slopes(torchs, [x, memory])]))
    assert max(errors) <= 1e-6
    measured("decoder layer: values and gradients, from torch's", max(errors), must="≤ 1e-6", n=len(errors))


def test_attention_is_torchs_with_its_weights(measured: Measured) -> None:
    theirs = nn.MultiheadAttention(16, 4, batch_first=True).double()
    scatter(theirs)
    ours = MultiHeadAttention(16, 4).double()
    take_attention(ours, theirs)
    x, memory = (torch.randn(3, n, 16, dtype=torch.float64) for n in (5, 7))
    torchs, looks = theirs(x, memory, memory, average_attn_weights=False)
    error = max(apart([ours(x, memory)], [torchs]), apart([ours.weights(x, memory)], [looks]))
    query, key, value = (torch.randn(2, 6, 8, dtype=torch.float64) for _ in range(3))
    by_torch = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    error = max(error, apart([attend(query, key, causal(6, 6)) @ value], [by_torch]))
    assert error <= 1e-6
    measured("attention and its weights, from torch's", error, must="≤ 1e-6")


def test_the_parameters_of_a_layer(measured: Measured) -> None:
    d = 768
    with torch.device("meta"):
        encoder, decoder = size(EncoderLayer(d, 12)), size(DecoderLayer(d, 12))
        torchs = size(nn.TransformerEncoderLayer(d, 12, 4 * d)), size(nn.TransformerDecoderLayer(d, 12, 4 * d))
    assert encoder == 12 * d**2 + 13 * d == torchs[0]
    assert decoder == 16 * d**2 + 19 * d == torchs[1]
    measured("parameters of an encoder layer, d = 768", encoder, must="12 d² + 13 d = 7,087,872")
    measured("parameters of a decoder layer, d = 768", decoder, must="16 d² + 19 d = 9,451,776")


def test_the_parameters_of_the_base_model(measured: Measured) -> None:
    with torch.device("meta"):
        base = size(transformer_base())
    layers = 6 * (12 * 512**2 + 13 * 512) + 6 * (16 * 512**2 + 19 * 512)
    assert base == layers + 37_000 * 512
    measured("parameters of the base model (the paper: 65 million)", base, must="63,082,496 by formula")


def test_without_positions_self_attention_follows_a_permutation_and_with_them_it_does_not(measured: Measured) -> None:
    layer = EncoderLayer(16, 4)
    x, order = torch.randn(3, 9, 16), torch.randperm(9, generator=torch.Generator().manual_seed(0))
    equal = apart([layer(x)[:, order]], [layer(x[:, order])])
    placed = sinusoids(9, 16)
    unlike = apart([layer(x + placed)[:, order]], [layer(x[:, order] + placed)])
    assert equal <= 1e-5
    assert unlike > 0.1
    measured("permuted output, from the output of permuted input", equal, must="≤ 1e-5")
    measured("… with positions", unlike, must="> 0.1")


def test_under_the_causal_mask_no_gradient_comes_from_later_steps(measured: Measured) -> None:
    later, earlier = [], []
    for norm_first in NORMS:
        x = torch.randn(3, 9, 16, requires_grad=True)
        y = x
        for _ in range(3):
            y = EncoderLayer(16, 4, norm_first=norm_first)(y, causal(9, 9))
        for step in range(9):
            (gradient,) = torch.autograd.grad(y[:, step].square().sum(), x, retain_graph=True)
            sizes = gradient.abs().amax(dim=(0, 2)).tolist()
            earlier += sizes[: step + 1]
            later += sizes[step + 1 :]
    assert max(later) == 0
    assert min(earlier) > 0
    measured("gradient from later steps under the causal mask", max(later), must="0", n=len(later))


def test_a_step_further_turns_the_positions_by_the_same_angles_everywhere(measured: Measured) -> None:
    """Section 3.5: for a fixed offset, the position is a linear function of the position before."""
    table = sinusoids(60, 16).double()
    pairs = torch.view_as_complex(table.view(60, 8, 2).contiguous())  # sine + i cosine
    turns = pairs[7:] / pairs[:-7]
    error = float((turns - turns[:1]).abs().max())
    assert error <= 1e-4  # the angles were computed in single precision
    measured("turn of a position by 7 steps, between all places", error, must="≤ 1e-4")


def shifted(target: Tensor, begin: int) -> Tensor:
    """What the decoder is given: a sign to begin, and all but the last."""
    return torch.cat([torch.full_like(target[:, :1], begin), target[:, :-1]], dim=1)


def likely(model: Transformer, batch: Batch) -> Tensor:
    return masked_loss(model(batch.x, shifted(batch.y, 10)), batch.y)


@pytest.mark.slow
@pytest.mark.parametrize("norm_first", NORMS)
def test_an_encoder_and_a_decoder_layer_reverse_words(norm_first: bool, measured: Measured) -> None:
    training = Training(
        data=reversal,
        model=partial(Transformer, 11, 32, 2, 1, longest=8, norm_first=norm_first),
        turns=(Turn(likely, partial(torch.optim.Adam, lr=0.004)),),
        schedule=fading(400),
        steps=400,
        clip=1.0,
    )
    right = []
    for trained in trained_on(training):
        said = torch.full_like(trained.x_test[:, :1], 10)
        with torch.no_grad():
            for _ in range(8):
                said = torch.cat([said, trained.model(trained.x_test, said)[:, -1:, :10].argmax(-1)], dim=1)
        right.append(float((said[:, 1:] == trained.y_test).float().mean()))
    assert min(right) >= 0.99
    told = f"letters of a reversed word right, norm {'first' if norm_first else 'last'}"
    measured(told, min(right), must="≥ 0.99", n=len(SEEDS))
