"""Follow an update from a point: the path that it takes over a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Update = Callable[[Tensor, Tensor, Any], tuple[Tensor, Any]]
"""Of the parameters, the gradient and the memory (None at first): the new parameters and memory."""


def descend(update: Update, gradient: Callable[[Tensor], Tensor], start: Tensor, steps: int) -> Tensor:
    """(steps + 1, ...) the points from the start on; `gradient` gives the gradient at a point.

    Settings are bound beforehand: descend(partial(adam, lr=0.1), gradient, start, 100).
    """
    path, memory = [start], None
    for _ in range(steps):
        x, memory = update(path[-1], gradient(path[-1]), memory)
        path.append(x)
    return torch.stack(path)
