"""Siamese networks: two images through the same network, and whether what comes out says that they show the same.

Koch, Zemel & Salakhutdinov 2015, "Siamese neural networks for one-shot image recognition", section 3.1 and figure 4.
"""

from __future__ import annotations

from torch import Tensor, nn

INPUT: dict[str, tuple[int, ...]] = {"koch_siamese": (2, 105, 105)}


class SiameseNetwork(nn.Module):
    """Pairs (batch, 2, height, width) to the logit (batch,) of showing the same: a weighted distance in each feature."""

    def __init__(self, encoder: nn.Module, features: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(features, 1)

    def forward(self, x: Tensor) -> Tensor:
        one, other = self.encoder(x.flatten(0, 1)[:, None]).view(x.shape[0], 2, -1).unbind(dim=1)
        return self.head((one - other).abs())[:, 0]  # type: ignore[no-any-return]


def koch_siamese() -> SiameseNetwork:
    """Siamese network of Koch et al. 2015, figure 4, for characters of 105 x 105 pixels: 38,951,745 parameters."""
    layers: list[nn.Module] = []
    channels = 1
    for filters, kernel in ((64, 10), (128, 7), (128, 4), (256, 4)):
        layers += [nn.Conv2d(channels, filters, kernel), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    encoder = nn.Sequential(*layers[:-1], nn.Flatten(), nn.Linear(256 * 6 * 6, 4096), nn.Sigmoid())  # no pooling at the end
    return SiameseNetwork(encoder, 4096)
