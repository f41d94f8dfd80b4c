"""The copying problem: repeat ten symbols after a long pause.

Hochreiter & Schmidhuber 1997, in the form of Arjovsky, Shah & Bengio 2016, "Unitary evolution recurrent neural networks",
section 5.1. A model without memory does no better than to guess each symbol.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split

BLANK = 0
TEST = 1_000


def copying(generator: torch.Generator, delay: int = 20, symbols: int = 10, alphabet: int = 8, train: int = 10_000) -> Split:
    """(train, 2*symbols+delay) and (1000, 2*symbols+delay) tokens, classes 0..alphabet; targets in the same shape.

    0 is the blank, 1 to `alphabet` are the symbols, and alphabet+1, in the input alone, says: repeat now. All are long.
    """
    x_train, y_train = sequences(train, delay, symbols, alphabet, generator)
    x_test, y_test = sequences(TEST, delay, symbols, alphabet, generator)
    return Split(x_train, y_train, x_test, y_test)


def sequences(samples: int, delay: int, symbols: int, alphabet: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(samples, 2*symbols+delay) inputs and targets."""
    said = torch.randint(1, alphabet + 1, (samples, symbols), generator=generator)
    x = torch.full((samples, 2 * symbols + delay), BLANK)
    x[:, :symbols] = said
    x[:, symbols + delay - 1] = alphabet + 1
    y = torch.full_like(x, BLANK)
    y[:, -symbols:] = said
    return x, y


def say(x: Tensor, y: Tensor) -> str:
    """Input and target, a dot for the blank and > for the signal to repeat."""
    signal = int(x.max())
    written = "".join(">" if code == signal else "·" if code == BLANK else str(code) for code in x.tolist())
    return f"{written} → {''.join('·' if code == BLANK else str(code) for code in y.tolist())}"
