"""The receptive field is the support of the gradient, unit by unit."""

from collections.abc import Callable

import pytest
import torch
from counting.gradients import moved_by, positive
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from seodang.counting.receptive_field import INPUT, Axis, field, interpolated, resized, transposed, union, window
from seodang.counting.spec import from_spec
from seodang.counting.tracing import count_module

SIZE, MARGIN = 96, 24
Step = tuple[nn.Module, Callable[[Axis, int], Axis | None]]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A layer of one channel, and what it does to an axis (of so many units)."""
    kernel, stride, padding = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.integers(0, 2))
    dilation = draw(st.integers(1, 2))
    kind = draw(st.sampled_from(("conv", "deconv", "pool", "nearest", "bilinear", "adaptive")))
    if kind == "conv":
        return (
            nn.Conv2d(1, 1, kernel, stride, padding, dilation, bias=False),
            lambda axis, _: window(axis, kernel, stride, padding, dilation),
        )
    if kind == "deconv":
        return (
            nn.ConvTranspose2d(1, 1, kernel, stride, padding, dilation=dilation, bias=False),
            lambda axis, _: transposed(axis, kernel, stride, padding, dilation),
        )
    if kind == "pool":
        return nn.AvgPool2d(kernel, stride, padding := min(padding, kernel // 2)), lambda axis, _: window(
            axis, kernel, stride, padding
        )
    if kind == "adaptive":
        return nn.AdaptiveAvgPool2d(30), lambda axis, units: resized(axis, units, 30)
    scale = draw(st.integers(2, 3))
    way = resized if kind == "nearest" else interpolated
    return nn.Upsample(scale_factor=scale, mode=kind), lambda axis, units: way(axis, units, units * scale)


@settings(max_examples=40, deadline=None)
@given(chain=st.lists(steps(), min_size=1, max_size=4))
def test_any_chain_of_layers_sees_what_the_gradient_reaches(chain: list[Step]) -> None:
    axis, x = INPUT, torch.ones(1, 1, SIZE, SIZE, dtype=torch.float64, requires_grad=True)
    output: Tensor = x
    for module, seen in chain:
        units = output.shape[2]
        assume(8 < units < 200)
        after = seen(axis, units)
        assert after is not None
        axis, output = after, positive(module)(output)
    assume(output.shape[2] < 400)
    inner = [
        unit for unit in range(output.shape[2]) if MARGIN <= min(axis.sees(unit)) <= max(axis.sees(unit)) < SIZE - MARGIN
    ]
    for unit in inner[:: max(1, len(inner) // 8)]:
        first, last = axis.sees(unit)
        # A strided transposed convolution leaves units between that see nothing at all.
        assert moved_by(output, x, unit) == ((first, last) if first <= last else None)


class Branches(nn.Module):
    """An inception of three branches of different width, a shortcut, and a crop as in U-Net."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2, 2, 1)
        self.wide = nn.Sequential(nn.Conv2d(2, 2, 5, padding=2), nn.Conv2d(2, 2, 3, padding=2, dilation=2))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(2, 2, 1))
        self.merge = nn.Conv2d(6, 2, 3, padding=1)
        self.down = nn.Sequential(nn.Conv2d(2, 2, 3, 2, 1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1))
        self.up = nn.ConvTranspose2d(2, 2, 2, 2)
        self.last = nn.Conv2d(4, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.merge(torch.cat([self.narrow(x), self.wide(x), self.pool(x)], 1))
        high = self.up(self.down(x))[:, :, 2:-2, 2:-2]
        output: Tensor = self.last(torch.cat([x[:, :, 2:-2, 2:-2], high], 1))
        return output


def widest(module: nn.Module, channels: int, size: int) -> int:
    """The most rows of the input that any unit of the output's middle half is moved by."""
    x = torch.ones(1, channels, size, size, dtype=torch.float64, requires_grad=True)
    output: Tensor = positive(module)(x)
    middle = range(output.shape[2] // 4, max(output.shape[2] * 3 // 4, output.shape[2] // 4 + 1))
    seen = [moved_by(output, x, row) for row in middle]
    return max(last - first + 1 for first, last in (each for each in seen if each))


NETWORKS = {
    "branches": (Branches(), 2, 64),
    "strided": (
        nn.Sequential(
            nn.Conv2d(1, 4, 3, 2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(4, 2, 3, dilation=3)
        ),
        *(1, 90),
    ),
    "same": (nn.Sequential(nn.Conv2d(2, 4, 3, padding="same"), nn.ReLU(), nn.Conv2d(4, 4, 4, padding="same")), 2, 32),
    "padded": (
        nn.Sequential(nn.ZeroPad2d((2, 1, 3, 0)), nn.Conv2d(1, 1, 5), nn.ReflectionPad2d(1), nn.Conv2d(1, 1, 3)),
        1,
        32,
    ),
    "shuffled": (nn.Sequential(nn.Conv2d(1, 4, 3), nn.PixelShuffle(2), nn.Conv2d(1, 1, 3), nn.PixelUnshuffle(2)), 1, 32),
    "across-channels": (nn.Sequential(nn.Conv2d(2, 4, 3), nn.LocalResponseNorm(3), nn.Conv2d(4, 2, 3)), 2, 32),
}


@pytest.mark.parametrize(("module", "channels", "size"), NETWORKS.values(), ids=NETWORKS)
def test_a_traced_network_sees_what_the_gradient_reaches(module: nn.Module, channels: int, size: int) -> None:
    last = count_module(module, (channels, size, size)).layers[-1]
    assert last.field is not None
    assert last.field.size == (widest(module, channels, size),) * 2


def test_a_residual_network_sees_what_the_gradient_reaches() -> None:
    from seodang.models.resnet import small_resnet

    features = small_resnet(14)[:-3]  # without the mean of the whole image and what follows
    counted = count_module(features, (3, 96, 96)).receptive_field
    assert counted is not None
    assert counted.size == (widest(features, 3, 96),) * 2


def test_a_u_net_sees_what_the_gradient_reaches() -> None:
    from seodang.models.unet import unet_small

    net = unet_small(2, filters=(2, 2, 2))
    counted = count_module(net, (1, 96, 96)).layers[-1].field
    assert counted is not None
    assert counted.size == (widest(net, 1, 96),) * 2


@pytest.mark.parametrize(
    ("spec", "size", "stride", "padding"),
    [
        ("conv11-64/4p2 pool3/2 conv5-192p pool3/2 conv3-384p conv3-256p conv3-256p pool3/2", 195, 32, 66),  # AlexNet
        ("2*conv3-64p pool 2*conv3-128p pool 3*conv3-256p pool 3*conv3-512p pool 3*conv3-512p pool", 212, 32, 90),  # VGG-16
    ],
)
def test_the_fields_of_araujo_norris_and_sim(spec: str, size: int, stride: int, padding: int) -> None:
    found = from_spec(spec).receptive_field
    assert found is not None
    assert (found.size[0], found.stride[0], found.padding[0]) == (size, stride, padding)
    assert found.start[0] == (size - 1) / 2 - padding


def test_rows_and_columns_are_told_apart() -> None:
    counted = count_module(nn.Conv2d(1, 1, (1, 7), stride=(2, 1), padding=(0, 3)), (1, 20, 20)).layers[0].field
    assert counted is not None
    assert (counted.size, counted.stride, counted.padding) == ((1, 7), (2, 1), (0, 3))


def test_sequences_and_flat_pixels_have_fields_too() -> None:
    net = nn.Sequential(nn.Conv1d(2, 4, 3, dilation=4), nn.MaxPool1d(2), nn.Conv1d(4, 4, 3))
    counted = [layer.field for layer in count_module(net, (2, 40)).layers]
    assert [each.size for each in counted if each] == [(9,), (10,), (14,)]
    flat = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3, padding=1), nn.AvgPool2d(2), nn.Conv2d(4, 4, 3))
    seen = count_module(flat, (64,)).receptive_field
    assert seen is not None
    assert (seen.size, seen.stride, seen.padding) == ((8, 8), (2, 2), (1, 1))
    solid = count_module(nn.Sequential(nn.Conv3d(1, 1, (1, 3, 5)), nn.AvgPool3d(2)), (1, 8, 8, 8)).receptive_field
    assert solid is not None
    assert solid.size == (2, 4, 6)


def test_after_everything_is_mixed_there_is_no_field() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Flatten(), nn.Linear(4, 2))
    assert [layer.field is not None for layer in count_module(net, (3, 9, 9)).layers] == [True, False, False, False, False]


def test_a_channel_gate_that_looks_at_the_whole_image_mixes_it() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.squeeze, self.after = nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            gated: Tensor = self.after(x * self.squeeze(x).sigmoid())
            return gated

    assert [layer.field is not None for layer in count_module(Gate(), (3, 9, 9)).layers] == [True, False, False]


def test_branches_that_do_not_step_alike_have_no_common_field() -> None:
    half = window(INPUT, 3, 2)
    assert half is not None
    assert union(INPUT, half) is None


def test_upsampled_units_step_by_less_than_a_pixel() -> None:
    twice = transposed(INPUT, 2, 2)
    assert twice is not None
    assert field([twice]).stride == (0.5,)
