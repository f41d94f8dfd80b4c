"""Networks to draw: convolutions and poolings one after another, with the windows that the recursion gives."""

from __future__ import annotations

from dataclasses import dataclass

from seodang.counting.network import Field, Layer, Network


@dataclass(frozen=True)
class Step:
    """A convolution (with channels) or a pooling (without)."""

    kernel: int
    stride: int = 1
    padding: int = 0
    channels: int = 0


VGG_16 = tuple(
    step
    for channels, convolutions in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
    for step in (*[Step(3, padding=1, channels=channels)] * convolutions, Step(2, 2))
)
LENET = (Step(5, channels=6), Step(2, 2), Step(5, channels=16), Step(2, 2))


def stack(image: tuple[int, int, int], steps: tuple[Step, ...], features: tuple[int, ...] = ()) -> Network:
    """The steps on an image of (channels, rows, columns), then linear layers."""
    channels = image[0]
    size: tuple[int, ...] = image[1:]
    shape: tuple[int, ...] = image
    window, jump, start, layers = 1, 1, 0.0, []
    for step in steps:
        size = tuple((n + 2 * step.padding - step.kernel) // step.stride + 1 for n in size)
        window += (step.kernel - 1) * jump
        start += ((step.kernel - 1) / 2 - step.padding) * jump
        jump *= step.stride
        field = Field((window,) * 2, (jump,) * 2, (start,) * 2, (int((window - 1) / 2 - start),) * 2)
        output = (step.channels or channels, *size)
        name = f"conv{step.kernel}-{step.channels}" if step.channels else "pool"
        macs = step.kernel**2 * channels * step.channels * size[0] * size[1]
        kind = "Conv2d" if step.channels else "MaxPool2d"
        layers.append(Layer(name, kind, shape, output, macs // (size[0] * size[1]), macs, field))
        shape, channels = output, output[0]
        if step.channels:
            layers.append(Layer("relu", "ReLU", shape, shape, 0, 0, field))
    for number in features:
        inputs = 1
        for length in shape:
            inputs *= length
        layers.append(Layer(f"fc{number}", "Linear", shape, (number,), (inputs + 1) * number, inputs * number))
        shape = (number,)
    return Network("a stack", image, tuple(layers))
