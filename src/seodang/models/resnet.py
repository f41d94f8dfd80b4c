"""Residual networks: a block adds what it computed to what it was given; and the same networks without that, for comparison.

He, Zhang, Ren & Sun 2016a, "Deep residual learning for image recognition", table 1 (ImageNet) and section 4.2 (CIFAR-10);
2016b, "Identity mappings in deep residual networks", figure 4e (pre-activation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

INPUT = {
    **dict.fromkeys(("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"), (3, 224, 224)),
    **dict.fromkeys(("resnet20", "resnet56", "resnet110"), (3, 32, 32)),
}
Path = Callable[[int, int, int], nn.Sequential]  # of inputs, filters and stride


def conv(inputs: int, filters: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """Keeps the image's size, but for the stride; without a bias, for normalization follows."""
    return nn.Conv2d(inputs, filters, kernel, stride, kernel // 2, bias=False)


def basic(inputs: int, filters: int, stride: int) -> nn.Sequential:
    """Two 3 x 3 convolutions; the last ReLU comes after the sum."""
    first = (conv(inputs, filters, 3, stride), nn.BatchNorm2d(filters), nn.ReLU())
    return nn.Sequential(*first, conv(filters, filters, 3), nn.BatchNorm2d(filters))


def bottleneck(inputs: int, outputs: int, stride: int, *, early: bool = False) -> nn.Sequential:
    """1 x 1 to a quarter of the outputs, 3 x 3, 1 x 1 back.

    The stride is the 3 x 3 convolution's, as in what is shipped today; `early`, it is the first 1 x 1's, as published.
    """
    filters = outputs // 4
    first = (conv(inputs, filters, 1, stride if early else 1), nn.BatchNorm2d(filters), nn.ReLU())
    second = (conv(filters, filters, 3, 1 if early else stride), nn.BatchNorm2d(filters), nn.ReLU())
    return nn.Sequential(*first, *second, conv(filters, outputs, 1), nn.BatchNorm2d(outputs))


def preactivated(inputs: int, filters: int, stride: int) -> nn.Sequential:
    """Normalization and ReLU before each 3 x 3 convolution, so that nothing is done to the sum (2016b)."""
    first = (nn.BatchNorm2d(inputs), nn.ReLU(), conv(inputs, filters, 3, stride))
    return nn.Sequential(*first, nn.BatchNorm2d(filters), nn.ReLU(), conv(filters, filters, 3))


class Padded(nn.Module):
    """A shortcut without parameters: every `stride`-th pixel, channels of noughts where more are asked for (option A)."""

    def __init__(self, inputs: int, filters: int, stride: int) -> None:
        super().__init__()
        self.more, self.stride = filters - inputs, stride

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))


def projected(inputs: int, filters: int, stride: int) -> nn.Sequential:
    """A 1 x 1 convolution where the shape changes, else nothing (option B)."""
    changes = inputs != filters or stride > 1
    return nn.Sequential(*((conv(inputs, filters, 1, stride), nn.BatchNorm2d(filters)) if changes else ()))


class Residual(nn.Module):
    """path(x) + shortcut(x), and what comes after the sum; without a shortcut the plain network's layers."""

    def __init__(self, path: nn.Module, shortcut: nn.Module | None, after: nn.Module) -> None:
        super().__init__()
        self.path, self.shortcut, self.after = path, shortcut, after

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, h, w) to (batch, filters, h / stride, w / stride)
        y = self.path(x)
        result: Tensor = self.after(y if self.shortcut is None else y + self.shortcut(x))
        return result


def resnet(
    blocks: Sequence[int], path: Path = basic, expansion: int = 1, *, classes: int = 1000, width: int = 64
) -> nn.Sequential:
    """Of images (batch, 3, 224, 224), the scores; `blocks` in each of the stages, whose filters double and maps halve."""
    layers: list[nn.Module] = [conv(3, width, 7, 2), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    inputs = width
    for stage, count in enumerate(blocks):
        outputs = width * 2**stage * expansion
        for number in range(count):
            stride = 2 if stage and not number else 1
            layers.append(Residual(path(inputs, outputs, stride), projected(inputs, outputs, stride), nn.ReLU()))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def resnet18() -> nn.Sequential:
    """ResNet-18 (He, Zhang, Ren & Sun 2016a, table 1)."""
    return resnet((2, 2, 2, 2))


def resnet34() -> nn.Sequential:
    """ResNet-34 (He, Zhang, Ren & Sun 2016a, table 1; projections where the shape changes)."""
    return resnet((3, 4, 6, 3))


def resnet50() -> nn.Sequential:
    """ResNet-50 (He, Zhang, Ren & Sun 2016a, table 1; the stride in the 3 x 3 convolutions)."""
    return resnet((3, 4, 6, 3), bottleneck, 4)


def resnet101() -> nn.Sequential:
    """ResNet-101 (He, Zhang, Ren & Sun 2016a, table 1; the stride in the 3 x 3 convolutions)."""
    return resnet((3, 4, 23, 3), bottleneck, 4)


def resnet152() -> nn.Sequential:
    """ResNet-152 (He, Zhang, Ren & Sun 2016a, table 1; the stride in the 3 x 3 convolutions)."""
    return resnet((3, 8, 36, 3), bottleneck, 4)


def small_resnet(
    depth: int, *, channels: int = 3, classes: int = 10, width: int = 16, skip: bool = True, preactivation: bool = False
) -> nn.Sequential:
    """The networks for CIFAR-10: 6n + 2 layers, three stages of n blocks, shortcuts without parameters."""
    if (depth - 2) % 6:
        raise ValueError(f"depth={depth}: must be 6n + 2, as 20, 32, 44, 56")
    path = preactivated if preactivation else basic
    layers: list[nn.Module] = [conv(channels, width, 3)]
    layers += [] if preactivation else [nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage in range(3):
        for number in range((depth - 2) // 6):
            filters, stride = width * 2**stage, 2 if stage and not number else 1
            after = nn.Identity() if preactivation else nn.ReLU()
            layers.append(Residual(path(inputs, filters, stride), Padded(inputs, filters, stride) if skip else None, after))
            inputs = filters
    layers += [nn.BatchNorm2d(inputs), nn.ReLU()] if preactivation else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def resnet20() -> nn.Sequential:
    """ResNet-20 for CIFAR-10 (He, Zhang, Ren & Sun 2016a, section 4.2)."""
    return small_resnet(20)


def resnet56() -> nn.Sequential:
    """ResNet-56 for CIFAR-10 (He, Zhang, Ren & Sun 2016a, section 4.2)."""
    return small_resnet(56)


def resnet110() -> nn.Sequential:
    """ResNet-110 for CIFAR-10 (He, Zhang, Ren & Sun 2016a, section 4.2)."""
    return small_resnet(110)
