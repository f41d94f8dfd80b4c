"""PixelRNN: an image row by row, by LSTMs whose state is a whole row.

van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel recurrent neural networks", section 3.1 (row LSTM), equation 3, table 1
and figure 5, right. The state comes down a row at a time through a convolution of width 3, so that a pixel's context is the
triangle above it; within its row it sees the pixels to its left by the masked convolution of the input.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.pixelcnn import MaskedConv2d, head


class RowMasked(nn.Conv1d):
    """A convolution of width 3 along a row that sees a pixel itself and the one to its left (mask B): the width is 2."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 2, padding=1)

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs, side) -> (batch, outputs, side)
        return super().forward(x)[..., :-1]  # a 0 is needed on the left only


class RowLSTM(nn.Module):
    """One layer: 2 h features to a state of h, from the top row to the bottom, then up to 2 h, and a way past it."""

    def __init__(self, h: int) -> None:
        super().__init__()
        self.h = h
        self.from_input = RowMasked(2 * h, 4 * h)
        self.from_state = nn.Conv1d(h, 4 * h, 3, padding=1, bias=False)  # of the row above, all of which is known
        self.up = nn.Conv2d(h, 2 * h, 1)

    def forward(self, x: Tensor) -> Tensor:  # (batch, 2 h, side, side), unchanged
        state = cell = x.new_zeros(x.shape[0], self.h, x.shape[3])
        rows = []
        for row in x.unbind(2):
            o, f, i, g = (self.from_input(row) + self.from_state(state)).chunk(4, dim=1)
            cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
            state = o.sigmoid() * cell.tanh()
            rows.append(state)
        y: Tensor = x + self.up(torch.stack(rows, dim=2))
        return y


class PixelRNN(nn.Module):
    """The score of every pixel of a square binary image, given those before it in reading order."""

    def __init__(self, side: int, h: int, layers: int, kernel: int = 7) -> None:
        super().__init__()
        self.side = side
        self.first = MaskedConv2d("A", 1, 2 * h, kernel)
        self.layers = nn.Sequential(*(RowLSTM(h) for _ in range(layers)))
        self.head = head(h)

    def forward(self, x: Tensor) -> Tensor:  # (batch, side * side) -> (batch, side * side)
        images = x.view(-1, 1, self.side, self.side)
        scores: Tensor = self.head(self.layers(self.first(images)))
        return scores.flatten(1)
