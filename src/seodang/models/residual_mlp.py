"""A very deep multilayer perceptron with or without skip connections: residual learning where nothing else helps.

He, Zhang, Ren & Sun 2016a, "Deep residual learning for image recognition", equation 1 and figure 2, without normalization.
"""

from __future__ import annotations

from torch import Tensor, nn


class Block(nn.Module):
    """relu(W2 relu(W1 x) + x), biases aside; without the skip connection the same two layers, relu(W2 relu(W1 x))."""

    def __init__(self, width: int, *, skip: bool) -> None:
        super().__init__()
        self.path = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.skip = skip

    def forward(self, x: Tensor) -> Tensor:  # (batch, width)
        y: Tensor = self.path(x)
        return (y + x if self.skip else y).relu()


def residual_mlp(inputs: int, width: int, depth: int, classes: int, *, skip: bool = True) -> nn.Sequential:
    """`depth` linear layers: the first, blocks of two, and the last. ValueError where they do not come out even."""
    if depth % 2:
        raise ValueError(f"depth={depth}: must be even: a first layer, blocks of two, a last layer")
    blocks = (Block(width, skip=skip) for _ in range(depth // 2 - 1))
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), *blocks, nn.Linear(width, classes))
