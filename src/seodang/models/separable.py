"""Depthwise separable convolutions: each channel is filtered by itself, then a 1 x 1 convolution mixes the channels.

Howard et al. 2017, "MobileNets: efficient convolutional neural networks for mobile vision applications", section 3,
table 1.
"""

from __future__ import annotations

from torch import nn

INPUT = {"mobilenet": (3, 224, 224)}
LAYERS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def separable(inputs: int, filters: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Of (batch, inputs, h, w): kernel² + filters weights an input channel, where a convolution has kernel² * filters."""
    depthwise = nn.Conv2d(inputs, inputs, kernel, stride, kernel // 2, groups=inputs, bias=False)
    pointwise = nn.Conv2d(inputs, filters, 1, bias=False)
    first = (depthwise, nn.BatchNorm2d(inputs), nn.ReLU())
    return nn.Sequential(*first, pointwise, nn.BatchNorm2d(filters), nn.ReLU())


def mobilenet(classes: int = 1000, width: float = 1.0) -> nn.Sequential:
    """MobileNet (Howard et al. 2017, table 1): of images (batch, 3, 224, 224), the scores; `width` scales all filters."""
    channels = int(32 * width)
    stem = nn.Conv2d(3, channels, 3, stride=2, padding=1, bias=False)
    layers: list[nn.Module] = [stem, nn.BatchNorm2d(channels), nn.ReLU()]
    for filters, stride in LAYERS:
        layers.append(separable(channels, int(filters * width), stride=stride))
        channels = int(filters * width)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))
