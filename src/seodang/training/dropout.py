"""Dropout whose masks are inputs: drawn per replica, from the replica's own generator.

`nn.Dropout` draws from torch's global generator, so under vmap a replica's masks depend on how many replicas are trained
beside it. Here each layer multiplies by a buffer that the trainer fills before every step; the loop and the stacked trainer
fill it alike, and so agree.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from seodang.experiment import Batch

CHANNEL_DROPOUTS = (nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
MASKABLE = (nn.Dropout, *CHANNEL_DROPOUTS)
Generators = Callable[[str], torch.Generator]
"""A new generator for a purpose."""


class Masked(nn.Module):
    """Inverted dropout by masks given from outside; the identity in evaluation mode (Srivastava et al. 2014).

    A layer called several times in one forward pass, as authors do with a single `self.dropout`, has a mask a call.
    """

    def __init__(self, p: float, channels: bool) -> None:
        super().__init__()
        self.p = p
        self.channels = channels
        self.shapes: list[tuple[int, ...]] = []
        self.starts: list[int] = []
        """The first call of each turn of a step."""
        self.recording = False
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.recording:
            self.shapes.append((*x.shape[:2], *([1] * (x.dim() - 2))) if self.channels else tuple(x.shape))
            return x
        mask = self.get_buffer(f"mask{self.calls}")
        self.calls = (self.calls + 1) % len(self.shapes)
        return x * mask


class Masks:
    """The dropout masks of one replica, by the name of their buffer, each drawn from a generator of its own."""

    def __init__(self, layers: dict[str, Masked], generators: Generators, device: torch.device) -> None:
        self.drawn = {
            f"{name}.mask{call}".lstrip("."): (layer.p, shape)
            for name, layer in layers.items()
            for call, shape in enumerate(layer.shapes)
        }
        self.generators = {name: generators(name) for name in self.drawn}
        self.device = device

    @property
    def names(self) -> list[str]:
        return list(self.drawn)

    @property
    def bytes(self) -> int:
        """What the masks of one step take."""
        return sum(4 * math.prod(shape) for _, shape in self.drawn.values())

    def draw(self, steps: int) -> dict[str, Tensor]:
        """The masks of the next steps, (steps, ...): 0 with probability p, else 1 / (1 - p).

        However the steps are portioned, a layer's generator is read in the same order, so the masks are the same.
        """
        return {name: self._mask(name, p, (steps, *shape)) for name, (p, shape) in self.drawn.items()}

    def _mask(self, name: str, p: float, shape: tuple[int, ...]) -> Tensor:
        keep = torch.rand(shape, generator=self.generators[name]) >= p
        scale = 1.0 / (1.0 - p) if p < 1 else 0.0
        return (keep * scale).to(self.device)


def with_masks(
    model: nn.Module, objectives: Sequence[Callable[[Any, Batch], Tensor]], batch: Batch, generators: Generators
) -> tuple[nn.Module, Masks]:
    """The model with its dropout layers replaced by masked ones, whose shapes one pass of each objective has shown."""
    masked: dict[nn.Module, Masked] = {}
    layers: dict[str, Masked] = {}
    for name, module in list(model.named_modules(remove_duplicate=False)):
        if type(module) not in MASKABLE:
            continue
        if module not in masked:
            masked[module] = layers[name] = Masked(module.p, type(module) in CHANNEL_DROPOUTS).to(batch.x.device)
        if name:
            parent, _, leaf = name.rpartition(".")
            setattr(model.get_submodule(parent), leaf, masked[module])
        else:
            model = masked[module]
    if layers:
        _record_shapes(model, layers, objectives, batch)
    return model.train(), Masks(layers, generators, batch.x.device)


def begin(model: nn.Module, turn: int) -> None:
    """Have every masked layer read on from its first mask of this turn."""
    for module in model.modules():
        if isinstance(module, Masked):
            module.calls = module.starts[turn]


def _record_shapes(
    model: nn.Module, layers: dict[str, Masked], objectives: Sequence[Callable[[Any, Batch], Tensor]], batch: Batch
) -> None:
    """Run a copy once, so that running statistics and the like of the model itself stay untouched."""
    probe = copy.deepcopy(model).train()
    copies = {name: probe.get_submodule(name) for name in layers}
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        for objective in objectives:
            for copied in copies.values():
                assert isinstance(copied, Masked)
                copied.recording = True
                copied.starts.append(len(copied.shapes))
            objective(probe, batch)
    for name, layer in layers.items():
        copied = copies[name]
        assert isinstance(copied, Masked)
        # A turn that calls no such layer begins where the last mask ends: any place will do.
        layer.shapes, layer.starts = copied.shapes, [start % max(len(copied.shapes), 1) for start in copied.starts]
        for call in range(len(layer.shapes)):
            layer.register_buffer(f"mask{call}", torch.ones((), device=batch.x.device), persistent=False)
