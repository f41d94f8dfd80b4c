"""The recurrent network by hand: one cell, and the loop that carries its state through a sequence.

Elman 1990, "Finding structure in time": h = tanh(W x + b + U h + b'). torch.nn.RNN keeps two biases where one would do, and
so does this cell: weights can be copied either way.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]
"""What a cell carries on, each (batch, hidden); the first is its output."""


class RNNCell(nn.Module):
    """h = tanh(W x + b + U h + b')."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.from_input = nn.Linear(inputs, hidden)
        self.from_state = nn.Linear(hidden, hidden)
        draw(self, hidden)

    def forward(self, x: Tensor, state: State | None) -> State:  # (batch, inputs), (h,) -> (h,)
        (h,) = state or noughts(x, self.hidden, 1)
        return (torch.tanh(self.from_input(x) + self.from_state(h)),)


def unroll(cell: nn.Module, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """Step a cell through x (batch, time, inputs): its outputs (batch, time, hidden), and the state after the last step."""
    if x.shape[1] == 0:
        raise ValueError(f"x: {tuple(x.shape)} is a sequence of no steps; a cell needs at least one")
    outputs = []
    for step in x.unbind(dim=1):
        state = cell(step, state)
        outputs.append(state[0])
    assert state is not None
    return torch.stack(outputs, dim=1), state


def noughts(x: Tensor, hidden: int, count: int) -> State:
    """The state before the first step: `count` tensors (batch, hidden) of 0, of the kind and on the device of x."""
    return tuple(x.new_zeros(x.shape[0], hidden) for _ in range(count))


def draw(cell: nn.Module, hidden: int) -> None:
    """Draw every parameter from -1/sqrt(hidden) to 1/sqrt(hidden), as torch does in its recurrent layers."""
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5)
