"""PixelCNN: an image's pixels row by row, each from those above it and to its left, by masked convolutions.

van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel recurrent neural networks", sections 3.3 to 3.5, table 1 and figure 5.
Mask A hides a pixel from itself and is the first layer's; mask B, of all later layers, need hide only the pixels to come.
Stacked, the masks leave a blind spot above and to the right of a pixel, which the gated PixelCNN of the same year repairs.
On binarized MNIST the paper has 81.30 nats (the diagonal bidirectional LSTM, 79.20).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskedConv2d(nn.Conv2d):
    """A convolution that sees, of its square, the rows above and in its own row the pixels to the left; B, its own too."""

    mask: Tensor

    def __init__(self, mask: str, inputs: int, outputs: int, kernel: int) -> None:
        if mask not in ("A", "B"):
            raise ValueError(f"mask={mask}: must be A, which hides a pixel from itself, or B")
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        seen = torch.zeros(kernel, kernel)
        seen[: kernel // 2] = 1
        seen[kernel // 2, : kernel // 2 + (mask == "B")] = 1
        self.register_buffer("mask", seen)

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, side, side) -> (batch, outputs, side, side)
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class Residual(nn.Module):
    """Figure 5, left: 2 h features through a 1 x 1, a masked 3 x 3 and a 1 x 1 convolution of h, and a way past them."""

    def __init__(self, h: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(), nn.Conv2d(2 * h, h, 1), nn.ReLU(), MaskedConv2d("B", h, h, 3), nn.ReLU(), nn.Conv2d(h, 2 * h, 1)
        )

    def forward(self, x: Tensor) -> Tensor:  # (batch, 2 h, side, side), unchanged
        y: Tensor = x + self.layers(x)
        return y


def head(h: int) -> nn.Sequential:
    """Two layers of ReLU and a 1 x 1 convolution, from 2 h features to one score a pixel."""
    return nn.Sequential(nn.ReLU(), nn.Conv2d(2 * h, h, 1), nn.ReLU(), nn.Conv2d(h, 1, 1))


class PixelCNN(nn.Module):
    """The score of every pixel of a square binary image, given those before it in reading order."""

    def __init__(self, side: int, h: int, blocks: int, kernel: int = 7) -> None:
        super().__init__()
        self.side = side
        self.first = MaskedConv2d("A", 1, 2 * h, kernel)
        self.blocks = nn.Sequential(*(Residual(h) for _ in range(blocks)))
        self.head = head(h)

    def forward(self, x: Tensor) -> Tensor:  # (batch, side * side) -> (batch, side * side)
        images = x.view(-1, 1, self.side, self.side)
        scores: Tensor = self.head(self.blocks(self.first(images)))
        return scores.flatten(1)
