"""Recurrent layers on top of one another, read forwards or both ways, and the two usual heads.

Schuster & Paliwal 1997, "Bidirectional recurrent neural networks"; Graves, Mohamed & Hinton 2013, "Speech recognition with
deep recurrent neural networks" (layers of bidirectional ones). With cells of RNNCell, LSTMCell or GRUCell it computes what
torch.nn.RNN, LSTM and GRU do, with their num_layers and bidirectional.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from seodang.models.rnn_cell import unroll


class DeepRNN(nn.Module):
    """Each layer reads the outputs of the layer below at the same step; `cell` builds one of (inputs, hidden)."""

    def __init__(
        self,
        cell: Callable[[int, int], nn.Module],
        inputs: int,
        hidden: int,
        layers: int = 1,
        *,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        ways = 2 if bidirectional else 1
        self.hidden, self.width = hidden, ways * hidden
        widths = [inputs] + [self.width] * (layers - 1)
        self.layers = nn.ModuleList(nn.ModuleList(cell(width, hidden) for _ in range(ways)) for width in widths)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, time, ways * hidden)
        for layer in self.layers:
            assert isinstance(layer, nn.ModuleList)
            outputs = [unroll(layer[0], x)[0]]
            if len(layer) == 2:  # the other cell reads the sequence from its end; its outputs are put back in order
                outputs.append(unroll(layer[1], x.flip(1))[0].flip(1))
            x = torch.cat(outputs, dim=-1)
        return x


class ManyToOne(nn.Module):
    """One answer of a whole sequence, of the state in which each direction has read all of it.

    That is the last step of the forward direction but the *first* of the backward one: its output at the last step has read
    that step alone.
    """

    def __init__(self, layers: DeepRNN, outputs: int) -> None:
        super().__init__()
        self.layers = layers
        self.head = nn.Linear(layers.width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, outputs)
        states = self.layers(x)
        hidden = self.layers.hidden
        answer: Tensor = self.head(torch.cat([states[:, -1, :hidden], states[:, 0, hidden:]], dim=-1))
        return answer


class ManyToMany(nn.Module):
    """An answer at every step, by the same head."""

    def __init__(self, layers: DeepRNN, outputs: int) -> None:
        super().__init__()
        self.layers = layers
        self.head = nn.Linear(layers.width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, time, outputs)
        answers: Tensor = self.head(self.layers(x))
        return answers
