"""PixelCNN and PixelRNN: which pixels a score may see and which it does, that they are distributions, and the digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.likelihoods import SEEDS, SIDE, gains, influence, on_binary_digits, tables, total
from torch import nn

from seodang.models.pixelcnn import MaskedConv2d, PixelCNN
from seodang.models.pixelrnn import PixelRNN, RowLSTM

pytestmark = pytest.mark.system(name="pixelcnn")

KINDS: dict[str, Callable[[int], nn.Module]] = {
    "PixelCNN": lambda side: PixelCNN(side, h=8, blocks=2, kernel=5),
    "PixelRNN": lambda side: PixelRNN(side, h=8, layers=1, kernel=5),
}
STEPS = {"PixelCNN": 500, "PixelRNN": 400}
RATES = {"PixelCNN": 0.01, "PixelRNN": 0.02}


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_a_masked_convolution_is_torchs_with_the_weights_that_look_ahead_at_0(measured: Measured) -> None:
    gaps = []
    for mask, seen in (("A", 12), ("B", 13)):
        masked = MaskedConv2d(mask, 2, 3, 5).double()
        assert int(masked.mask.sum()) == seen
        theirs = nn.Conv2d(2, 3, 5, padding=2).double()
        theirs.load_state_dict({"weight": masked.weight * masked.mask, "bias": masked.bias})
        x = torch.randn(2, 2, 6, 6, dtype=torch.float64)
        gaps.append(float((masked(x) - theirs(x)).detach().abs().max()))
        (slope,) = torch.autograd.grad(masked(x).square().sum(), masked.weight)
        assert not slope[:, :, masked.mask == 0].any()
        assert slope[:, :, masked.mask == 1].all()
        assert not masked.mask.requires_grad
    assert max(gaps) <= 1e-12
    measured("masks A and B, from torch's convolution with weights at 0", max(gaps), must="≤ 1e-12", n=2)


@pytest.mark.parametrize("kind", KINDS)
def test_no_pixel_moves_its_own_score_or_one_before_it(kind: str, measured: Measured) -> None:
    moved = influence(KINDS[kind](6), 36)
    ahead = float(moved.triu().max())
    assert ahead == 0
    for i in range(36):
        row, column = divmod(i, 6)
        assert column == 0 or moved[i, i - 1] > 0, "the pixel to the left"
        assert row == 0 or moved[i, i - 6] > 0, "the pixel above"
    measured(f"{kind}: gradient of a score in its own pixel and those after it", ahead, must="0")


def test_the_blind_spot_of_stacked_masks(measured: Measured) -> None:
    """With masks of width 3 no path leads from far right above, however many layers; the row LSTM sees all its triangle."""
    far = 1 * 9 + 7  # of the pixel in row 2, column 4 of 9: one row up and three to the right
    own = 2 * 9 + 4
    seen = [(float(influence(PixelCNN(9, 4, blocks, kernel=3), 81)[own, far])) for blocks in (1, 6)]
    assert seen == [0, 0]
    measured(
        "PixelCNN of 7 masks 3 × 3: gradient in the pixel one row up, three to the right", seen[1], must="0 (blind spot)"
    )
    corner = 0 * 9 + 6  # two rows up, two to the right: a way down the diagonal leads from it
    assert influence(PixelRNN(9, 4, 1, kernel=3), 81)[own, corner] > 0


def test_the_row_lstm_is_torchs_where_a_row_is_one_pixel_wide(measured: Measured) -> None:
    """There a convolution along the row is its middle weight: the rows are the steps of an ordinary LSTM."""
    h = 5
    layer, theirs = RowLSTM(h).double(), nn.LSTM(2 * h, h, batch_first=True).double()
    parts = dict(theirs.named_parameters())
    order = torch.arange(4 * h).view(4, h)[[2, 1, 3, 0]].flatten()  # torch has i, f, g, o; the paper o, f, i, g
    with torch.no_grad():
        parts["weight_ih_l0"].copy_(layer.from_input.weight[order, :, 1])
        parts["weight_hh_l0"].copy_(layer.from_state.weight[order, :, 1])
        assert layer.from_input.bias is not None
        parts["bias_ih_l0"].copy_(layer.from_input.bias[order])
        parts["bias_hh_l0"].zero_()
    x = torch.randn(3, 2 * h, 7, 1, dtype=torch.float64)
    states = theirs(x[..., 0].transpose(1, 2))[0].transpose(1, 2)[..., None]
    gap = float((layer(x) - x - F.conv2d(states, layer.up.weight, layer.up.bias)).detach().abs().max())
    assert gap <= 1e-10
    measured("row LSTM on rows of one pixel, from torch's LSTM", gap, must="≤ 1e-10")


def test_the_probabilities_of_all_images_sum_to_1(measured: Measured) -> None:
    worst = max(abs(total(made(3), 9) - 1) for made in KINDS.values())
    assert worst <= 1e-10
    measured("largest distance of Σp from 1, all 512 images of 3 × 3", worst, must="≤ 1e-10", n=len(KINDS))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_digits(kind: str, measured: Measured) -> None:
    trained = on_binary_digits(partial(KINDS[kind], SIDE), STEPS[kind], RATES[kind])
    found = [each.test_loss() for each in trained]
    over_independent, over_markov = gains(trained, "independent"), gains(trained, "markov")
    assert min(over_independent) > 0
    assert min(over_markov) >= 3
    published = {"PixelCNN": "81.30", "PixelRNN": "79.20, of diagonal LSTMs"}[kind]
    measured(f"{kind}: nats a test digit (published for MNIST: {published})", sum(found) / len(SEEDS), n=len(SEEDS))
    measured("… independent pixels", sum(tables()["independent"]) / len(SEEDS), n=len(SEEDS))
    measured("smallest gain over a Markov chain", min(over_markov), must="≥ 3", n=len(SEEDS))
