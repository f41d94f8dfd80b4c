"""The gated recurrent unit by hand, in the two forms that are both called by its name.

Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for statistical machine translation". Its final
version (equations 5 to 8) resets the state *before* multiplying it by U: n = tanh(W x + U (r h)). torch.nn.GRU and cuDNN
reset *after* it, as the first version on arXiv did: n = tanh(W x + b + r (U h + b')), so that one product does for all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.rnn_cell import State, draw, noughts


class GRUCell(nn.Module):
    """h = z h + (1 - z) n: the update gate z keeps the state, the reset gate r says how much of it the candidate n sees.

    The blocks of rows are in the order of torch.nn.GRU: reset, update, candidate.
    """

    def __init__(self, inputs: int, hidden: int, *, reset: str = "after") -> None:
        super().__init__()
        if reset not in ("after", "before"):
            raise ValueError(
                f"reset={reset}: 'after' the product with the recurrent matrix, as torch, or 'before', as the paper"
            )
        self.hidden, self.reset = hidden, reset
        self.from_input = nn.Linear(inputs, 3 * hidden)
        self.gates_from_state = nn.Linear(hidden, 2 * hidden)
        self.candidate_from_state = nn.Linear(hidden, hidden)
        draw(self, hidden)

    def forward(self, x: Tensor, state: State | None) -> State:  # (batch, inputs), (h,) -> (h,)
        (h,) = state or noughts(x, self.hidden, 1)
        r_x, z_x, n_x = self.from_input(x).chunk(3, dim=-1)
        r_h, z_h = self.gates_from_state(h).chunk(2, dim=-1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        n_h = r * self.candidate_from_state(h) if self.reset == "after" else self.candidate_from_state(r * h)
        return (z * h + (1 - z) * torch.tanh(n_x + n_h),)
