"""Long short-term memory by hand, each gate removable.

Hochreiter & Schmidhuber 1997 (input and output gate), Gers, Schmidhuber & Cummins 2000 (forget gate), Gers & Schmidhuber
2000 (peepholes). The variants are those of Greff, Srivastava, Koutník, Steunebrink & Schmidhuber 2017, "LSTM: a search space
odyssey": without one gate (NIG, NFG, NOG), with input and forget gate coupled (CIFG), with or without peepholes.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor, nn

from seodang.models.rnn_cell import State, draw, noughts

BLOCKS = ("input", "forget", "cell", "output")
"""The blocks of rows of the weight matrices, in the order in which torch.nn.LSTM keeps them."""
GATES = ("input", "forget", "output")


class LSTMCell(nn.Module):
    """c = f c + i tanh(…), h = o tanh(c); the gates i, f and o are sigmoids of the input and the last output.

    A gate in `without` is always open (1) and has no parameters; without "forget" it is the cell of 1997. `coupled` forgets
    just what is written over, f = 1 - i. `peepholes` let the gates see the cell state, one weight a unit. `forget_bias` is
    the forget gate's bias to begin with; one of its two biases is set to 0, or it would count twice.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        *,
        without: Collection[str] = (),
        coupled: bool = False,
        peepholes: bool = False,
        forget_bias: float | None = None,
    ) -> None:
        super().__init__()
        gone = {*without, "forget"} if coupled else {*without}
        if unknown := gone - {*GATES}:
            raise ValueError(f"without={sorted(unknown)[0]}: the gates are {', '.join(GATES)}")
        if coupled and {*without} & {"input", "forget"}:
            raise ValueError("coupled: f = 1 - i needs both gates; without must name neither input nor forget")
        if forget_bias is not None and "forget" in gone:
            raise ValueError(f"forget_bias={forget_bias}: this cell has no forget gate of its own")
        self.hidden, self.coupled = hidden, coupled
        self.blocks = [block for block in BLOCKS if block not in gone]
        self.from_input = nn.Linear(inputs, len(self.blocks) * hidden)
        self.from_state = nn.Linear(hidden, len(self.blocks) * hidden)
        seeing = [gate for gate in GATES if peepholes and gate not in gone]
        self.peepholes = nn.ParameterDict({gate: torch.empty(hidden) for gate in seeing})
        draw(self, hidden)
        if forget_bias is not None:
            rows = slice(hidden * self.blocks.index("forget"), hidden * (self.blocks.index("forget") + 1))
            nn.init.constant_(self.from_input.bias[rows], forget_bias)
            nn.init.zeros_(self.from_state.bias[rows])

    def forward(self, x: Tensor, state: State | None) -> State:  # (batch, inputs), (h, c) -> (h, c)
        h, c = state or noughts(x, self.hidden, 2)
        sums = dict(zip(self.blocks, (self.from_input(x) + self.from_state(h)).chunk(len(self.blocks), dim=-1), strict=True))

        def gate(name: str, cell: Tensor) -> Tensor:
            if name not in sums:
                return torch.ones_like(cell)
            seen = self.peepholes[name] * cell if name in self.peepholes else 0
            return torch.sigmoid(sums[name] + seen)

        i = gate("input", c)
        f = 1 - i if self.coupled else gate("forget", c)
        c = f * c + i * torch.tanh(sums["cell"])
        return gate("output", c) * torch.tanh(c), c  # the output gate peeps at the new cell state
