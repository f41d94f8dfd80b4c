"""What a look at replicas shows: loss and accuracy, gradient norms and activations, as named tensors.

Written for one model; `stacked.py` maps it over many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

AT_ONCE = 1024
"""Samples a model is given at once, so that looking never needs more memory than training."""

PROBED = 128
"""Samples whose activations are looked at: a mean, a spread and a share of noughts do not need more."""


class Sight(nn.Module):
    """A model's loss on some samples and, if wanted, its accuracy and what its layers put out."""

    def __init__(self, model: nn.Module, loss: Callable[[Any, Tensor], Tensor], whole: bool) -> None:
        super().__init__()
        self.model = model
        self.loss = loss
        self.whole = whole

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """By name: `loss`, `accuracy` where targets are classes, what each layer puts out, flat, as `activation/LAYER`."""
        seen: dict[str, Tensor] = {}
        hooks = [
            module.register_forward_hook(_Hook(f"activation/{name}", seen))
            for name, module in self.model.named_modules()
            if self.whole and not list(module.children())
        ]
        try:
            output = self.model(x)
        finally:
            for hook in hooks:
                hook.remove()
        seen["loss"] = self.loss(output, y)
        if self.whole and isinstance(output, Tensor) and not y.is_floating_point() and output.shape[:-1] == y.shape:
            seen["accuracy"] = (output.argmax(-1) == y).to(output.dtype).mean()
        return seen


class _Hook:
    """Notes what a layer puts out for the first samples."""

    def __init__(self, name: str, seen: dict[str, Tensor]) -> None:
        self.name, self.seen = name, seen

    def __call__(self, _: nn.Module, __: Any, made: Any) -> None:
        if isinstance(made, Tensor) and made.is_floating_point() and made.numel() > 1:
            self.seen[self.name] = made[:PROBED].flatten()


def evaluated(
    see: Callable[[Tensor, Tensor, bool], dict[str, Tensor]], x: Tensor, y: Tensor, axis: int
) -> dict[str, Tensor]:
    """What is seen of all samples, some at a time: means weighted by their number; of activations, the first samples'.

    `see` is asked with inputs, targets and whether activations are wanted; `axis` is that of the samples.
    """
    total: dict[str, Tensor] = {}
    count = x.shape[axis]
    for begun in range(0, count, AT_ONCE):
        some = min(AT_ONCE, count - begun)
        seen = see(x.narrow(axis, begun, some), y.narrow(axis, begun, some), begun == 0)
        for name, value in seen.items():
            if name in ("loss", "accuracy"):
                total[name] = total.get(name, 0) + value * (some / count)
            else:
                total |= _statistics(name, value)
    return total


def _statistics(layer: str, numbers: Tensor) -> dict[str, Tensor]:
    """Mean, standard deviation and share of noughts along the last axis."""
    mean = numbers.mean(-1)
    spread = (numbers - mean[..., None]).square_().mean(-1).sqrt()  # torch.std takes ten times as long
    zeros = 1 - numbers.count_nonzero(-1) / numbers.shape[-1]
    return {f"{layer}/mean": mean, f"{layer}/std": spread, f"{layer}/zeros": zeros}


def norms(gradients: Mapping[str, Tensor], layers: Iterable[str], axes: int) -> dict[str, Tensor]:
    """`norm/LAYER`: the norm of the gradient of each layer with parameters of its own; the first `axes` axes are kept."""
    squares: dict[str, list[Tensor]] = {}
    for name in layers:
        if name in gradients:
            squares.setdefault(name.rpartition(".")[0], []).append(gradients[name].square().flatten(axes).sum(-1))
    return {f"norm/{layer}": torch.stack(parts).sum(0).sqrt() for layer, parts in squares.items()}


def by_row(seen: Mapping[str, Tensor]) -> list[dict[str, float]]:
    """(replicas,) numbers by name as numbers by name of each replica."""
    columns = torch.stack([value.double() for value in seen.values()]).T.tolist() if seen else []
    return [dict(zip(seen, column, strict=True)) for column in columns]
