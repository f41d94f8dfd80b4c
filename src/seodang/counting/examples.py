"""One example for a network: what `forward` takes, made from shapes alone."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from seodang.counting.errors import CountingError

Given = tuple[int, ...] | Tensor
"""A shape without the batch, or an example with a batch of 1."""
T = TypeVar("T")
LARGEST = 2**59
"""Numbers of an example: PyTorch counts its bytes, eight of each at most, in 63 bits."""
INDEXING = ("indices", "index tensor", "indexes")
"""What PyTorch speaks of when it is given fractions where it looks something up."""


def batch_axis(module: nn.Module) -> int:
    """Where the batch stands: first, but second in torch's own recurrent and attention layers unless told otherwise."""
    while isinstance(module, nn.Sequential) and len(module):
        module = module[0]
    if not type(module).__module__.startswith("torch.nn."):
        return 0
    said = [each.batch_first for each in module.modules() if hasattr(each, "batch_first")]
    return int(bool(said) and not said[0])


def with_its_numbers(module: nn.Module, attempt: Callable[[torch.dtype], T]) -> T:
    """What an attempt gives with the kind of number that a network takes: the weights' own, or whole ones to look up.

    Raises the CountingError of the first attempt where no kind will do.
    """
    floats = (weight.dtype for weight in module.parameters() if weight.is_floating_point())
    try:
        return attempt(next(floats, torch.get_default_dtype()))
    except CountingError as refused:
        embeds = any(isinstance(each, nn.Embedding | nn.EmbeddingBag) for each in module.modules())
        if embeds or any(word in str(refused) for word in INDEXING):
            try:
                return attempt(torch.long)
            except CountingError:
                raise refused from None
        raise


def example(given: Given, kind: torch.dtype, device: str, axis: int) -> Tensor:
    """A batch of one."""
    if isinstance(given, Tensor):
        return given.detach().to(device)
    if math.prod(given) > LARGEST:
        raise CountingError(
            "an input of {shape} is more than can be counted; give a smaller --input", shape=" x ".join(map(str, given))
        )
    place = min(axis, len(given))
    return torch.zeros((*given[:place], 1, *given[place:]), dtype=kind, device=device)


def served(network: nn.Module, tensors: Sequence[Tensor]) -> list[Tensor]:
    """One tensor serves every argument that `forward` must have: query, key and value. CountingError for too many."""
    taken = _taken(network)
    most = math.inf if any(each.kind is each.VAR_POSITIONAL for each in taken) else len(_by_place(taken))
    if len(tensors) > most:
        raise CountingError(
            "--input gives {given} inputs, and {name} takes {most}; between the sizes of one stands an x: 3x224x224",
            **{"name": type(network).__name__, "most": most, "given": len(tensors)},
        )
    return [*tensors] * (_needed(network) if len(tensors) == 1 else 1)


def one_input(network: nn.Module) -> nn.Module:
    """The network as one that takes a single tensor, batch first; itself if it does."""
    return network if batch_axis(network) == 0 and _needed(network) == 1 else OneInput(network)


def _needed(network: nn.Module) -> int:
    """How many arguments `forward` must have, one at least."""
    return max(1, sum(each.default is each.empty for each in _by_place(_taken(network))))


def _taken(network: nn.Module) -> list[inspect.Parameter]:
    return list(inspect.signature(network.forward).parameters.values())


def _by_place(taken: Sequence[inspect.Parameter]) -> list[inspect.Parameter]:
    return [each for each in taken if each.kind <= each.POSITIONAL_OR_KEYWORD]


class OneInput(nn.Module):
    """A network as one that takes a single tensor, batch first."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.axis = batch_axis(network)

    def forward(self, x: Tensor) -> object:
        """What the network returns."""
        return self.network(*served(self.network, [x.movedim(0, min(self.axis, x.dim() - 1))]))
