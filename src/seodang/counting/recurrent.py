"""What a recurrent layer holds and multiplies: the plain RNN, the LSTM and the GRU.

Each of its gates is a linear map of the input and one of the last state. Source: Elman 1990; Hochreiter & Schmidhuber 1997
with the forget gate of Gers, Schmidhuber & Cummins 2000; Cho et al. 2014. PyTorch and cuDNN keep two biases a gate where
the papers have one: `biases=1` counts as the papers do.
"""

from __future__ import annotations

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
"""Linear maps a step: the state; reset, update and candidate; input, forget, cell and output."""


def parameters(kind: str, inputs: int, hidden: int, *, layers: int = 1, directions: int = 1, biases: int = 2) -> int:
    """gates · hidden · (inputs + hidden + biases), in each layer and direction; deeper layers read all directions."""
    widths = [inputs, *[directions * hidden] * (layers - 1)]
    return sum(directions * GATES[kind] * hidden * (width + hidden + biases) for width in widths)


def macs(kind: str, inputs: int, hidden: int, steps: int, *, layers: int = 1, directions: int = 1) -> int:
    """The same products at every step; the gates' elementwise products are not counted."""
    return steps * parameters(kind, inputs, hidden, layers=layers, directions=directions, biases=0)


def spared_macs(
    kind: str, inputs: int, hidden: int, steps: int, *, layers: int = 1, directions: int = 1, data: bool = True
) -> int:
    """What the backward pass is spared: gradients of each layer's first state, and of the input if it is the data."""
    first_states = layers * directions * GATES[kind] * hidden * hidden
    return first_states + data * steps * directions * GATES[kind] * hidden * inputs
