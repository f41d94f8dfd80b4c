"""Prototypical networks: a class is the mean of its examples' embeddings, and the nearest mean names a new one.

Snell, Swersky & Zemel 2017, "Prototypical networks for few-shot learning", equations 1 and 2, algorithm 1.
"""

from __future__ import annotations

from torch import Tensor, nn


class PrototypicalNetwork(nn.Module):
    """Episodes (batch, ways, shots + queries, channels, height, width) to scores (batch, ways * queries, ways).

    The first `shots` images of each class are known, the others are asked, one class after the other.
    """

    def __init__(self, encoder: nn.Module, shots: int = 1) -> None:
        super().__init__()
        self.encoder = encoder
        self.shots = shots

    def forward(self, x: Tensor) -> Tensor:
        known, asked = embedded(self.encoder, x, self.shots)
        prototypes = known.mean(dim=2)  # (batch, ways, features)
        return -(asked[:, :, None] - prototypes[:, None]).square().sum(dim=3)


def embedded(encoder: nn.Module, x: Tensor, shots: int) -> tuple[Tensor, Tensor]:
    """Embeddings of what is known (batch, ways, shots, features), and of what is asked (batch, ways * queries, features)."""
    features = encoder(x.flatten(0, 2)).view(*x.shape[:3], -1)
    return features[:, :, :shots], features[:, :, shots:].flatten(1, 2)
