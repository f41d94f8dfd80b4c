"""The four convolutional blocks into which few-shot learning embeds an image.

Vinyals, Blundell, Lillicrap, Kavukcuoglu & Wierstra 2016, "Matching networks for one shot learning", section 4.1; Snell,
Swersky & Zemel 2017, "Prototypical networks for few-shot learning", section 3.1.
"""

from __future__ import annotations

from torch import nn

INPUT: dict[str, tuple[int, ...]] = {"conv4": (1, 28, 28)}


def conv4(channels: int = 1, filters: int = 64, blocks: int = 4) -> nn.Sequential:
    """Embedding of Vinyals et al. 2016 and Snell et al. 2017: (batch, channels, height, width) to (batch, features).

    Each block is a 3 x 3 convolution, batch normalization, ReLU and 2 x 2 pooling: 28 x 28 pixels become 64 features.
    """
    layers: list[nn.Module] = []
    for block in range(blocks):
        layers += [
            nn.Conv2d(filters if block else channels, filters, 3, padding=1),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    return nn.Sequential(*layers, nn.Flatten())
