"""One example for a network: what `forward` takes, made from shapes alone."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import torch
from torch import Tensor, nn

Given = tuple[int, ...] | Tensor
"""A shape without the batch, or an example with a batch of 1."""


def batch_axis(module: nn.Module) -> int:
    """Where the batch stands: first, but second in torch's own recurrent and attention layers unless told otherwise."""
    while isinstance(module, nn.Sequential) and len(module):
        module = module[0]
    if not type(module).__module__.startswith("torch.nn."):
        return 0
    said = [each.batch_first for each in module.modules() if hasattr(each, "batch_first")]
    return int(bool(said) and not said[0])


def kinds(module: nn.Module) -> list[torch.dtype]:
    """The kinds of number that its input may be: the weights' own; whole numbers if it looks words up."""
    floats = (weight.dtype for weight in module.parameters() if weight.is_floating_point())
    looks_up = any(isinstance(each, nn.Embedding | nn.EmbeddingBag) for each in module.modules())
    return [next(floats, torch.get_default_dtype()), *([torch.long] if looks_up else [])]


def example(given: Given, kind: torch.dtype, device: str, axis: int) -> Tensor:
    """A batch of one."""
    if isinstance(given, Tensor):
        return given.detach().to(device)
    place = min(axis, len(given))
    return torch.zeros((*given[:place], 1, *given[place:]), dtype=kind, device=device)


def served(network: nn.Module, tensors: Sequence[Tensor]) -> list[Tensor]:
    """One tensor serves every argument that `forward` must have: query, key and value."""
    return [*tensors] * (_needed(network) if len(tensors) == 1 else 1)


def one_input(network: nn.Module) -> nn.Module:
    """The network as one that takes a single tensor, batch first; itself if it does."""
    return network if batch_axis(network) == 0 and _needed(network) == 1 else OneInput(network)


def _needed(network: nn.Module) -> int:
    """How many arguments `forward` must have, one at least."""
    taken = inspect.signature(network.forward).parameters.values()
    return max(1, sum(each.default is each.empty and each.kind <= each.POSITIONAL_OR_KEYWORD for each in taken))


class OneInput(nn.Module):
    """A network as one that takes a single tensor, batch first."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.axis = batch_axis(network)

    def forward(self, x: Tensor) -> object:
        """What the network returns."""
        return self.network(*served(self.network, [x.movedim(0, min(self.axis, x.dim() - 1))]))
