"""Many captured steps in one call, without Python between them: TorchScript loops over them and updates the parameters.

Between two steps of a small network Python takes as long as the step, and holds the lock that a second thread waits for.
TorchScript reads the annotations of this file as its own types, which is why it has no deferred annotations.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seodang.training.samples import gathered


def scripted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function or module as TorchScript. PyTorch discourages it for new code and has no other way to leave Python out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made: Callable[..., Any] = torch.jit.script(function)
    return made


class Hand(NamedTuple):
    """What the steps of one player read and write."""

    held: list[Tensor]  # its parameters, and all else that its objective reads
    views: list[Tensor]  # where the gradient of each parameter goes
    matrices: list[Tensor]  # (replicas, row) these gradients together
    clip: list[Tensor]  # (replicas,) the largest norms, or none
    parameters: list[list[Tensor]]  # of each update
    gradients: list[list[Tensor]]
    states: list[list[list[Tensor]]]


class Played(nn.Module):
    """One player's part of a step: the mean gradient of its batches, clipped, then the updates of its rows."""

    def __init__(self, step: nn.Module, updates: Sequence[nn.Module]) -> None:
        super().__init__()
        self.step = step
        self.updates = nn.ModuleList(updates)

    def forward(
        self, hand: Hand, x: list[Tensor], y: list[Tensor], order: Tensor, masks: list[Tensor], noise: list[Tensor],
        rates: list[float],
    ) -> Tensor:  # fmt: skip
        """(batches, replicas, ...) of one step in, (replicas,) losses out; parameters change in place."""
        losses: list[Tensor] = []
        batches = order.size(0)
        for batch in range(batches):
            given = [gathered(x, order[batch]), gathered(y, order[batch])] + [one[batch] for one in noise]
            made = self.step(hand.held + [mask[batch] for mask in masks] + given)
            count = len(made) - 1
            if batch == 0:
                torch._foreach_copy_(hand.views, made[:count])
            else:
                torch._foreach_add_(hand.views, made[:count])
            losses.append(made[count])
        if batches > 1:
            for matrix in hand.matrices:
                matrix.mul_(1.0 / batches)
        for largest in hand.clip:
            squares = torch.stack([matrix.square().sum(1) for matrix in hand.matrices]).sum(0)
            scale = (largest / (squares.sqrt() + 1e-6)).clamp(max=1.0)
            for matrix in hand.matrices:
                matrix.mul_(scale.unsqueeze(1))
        for index, update in enumerate(self.updates):
            update(hand.parameters[index], hand.gradients[index], hand.states[index], rates[index])
        return losses[0] if len(losses) == 1 else torch.stack(losses).mean(0)


class Steps(nn.Module):
    """Captured steps, one after another, each with the turns of all players."""

    def __init__(self, players: Sequence[nn.Module]) -> None:
        super().__init__()
        self.players = nn.ModuleList(players)

    def forward(
        self, hands: list[Hand], x: list[Tensor], y: list[Tensor], order: Tensor, masks: list[Tensor], noise: list[Tensor],
        rates: list[list[list[float]]],
    ) -> Tensor:  # fmt: skip
        """The training sets, and (steps, batches, replicas, ...) of the rest in; (steps, turns, replicas) losses out."""
        losses: list[Tensor] = []
        for step in range(order.size(0)):
            drawn = [mask[step] for mask in masks]
            for turn, player in enumerate(self.players):
                own = [one[step].select(1, turn) for one in noise]
                losses.append(player(hands[turn], x, y, order[step], drawn, own, rates[step][turn]))
        return torch.stack(losses).view(order.size(0), len(self.players), -1)


@scripted
def _batch_norm_backward(
    gradient: Tensor, x: Tensor, weight: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    mean: Tensor | None, invstd: Tensor | None, train: bool, eps: float, wanted: list[int],
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """aten.native_batch_norm_backward, whose list of booleans the tracer cannot write down; 1 for a gradient wanted."""
    mask = [one > 0 for one in wanted]
    a, b, c = torch.ops.aten.native_batch_norm_backward(
        gradient, x, weight, running_mean, running_var, mean, invstd, train, eps, mask
    )
    # What was not wanted is no tensor at all, which the tracer cannot write down either.
    nothing = gradient.new_empty([0])
    return a if mask[0] else nothing, b if mask[1] else nothing, c if mask[2] else nothing


@scripted
def _convolution_backward(
    gradient: Tensor, x: Tensor, weight: Tensor, bias: list[int] | None, stride: list[int], padding: list[int],
    dilation: list[int], transposed: bool, output_padding: list[int], groups: int, wanted: list[int],
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """aten.convolution_backward, likewise."""
    mask = [one > 0 for one in wanted]
    a, b, c = torch.ops.aten.convolution_backward(
        gradient, x, weight, bias, stride, padding, dilation, transposed, output_padding, groups, mask
    )
    nothing = gradient.new_empty([0])
    return a if mask[0] else nothing, b if mask[1] else nothing, c if mask[2] else nothing


@scripted
def _layer_norm_backward(
    gradient: Tensor, x: Tensor, shape: list[int], mean: Tensor, invstd: Tensor, weight: Tensor | None,
    bias: Tensor | None, wanted: list[int],
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """aten.native_layer_norm_backward, likewise."""
    mask = [one > 0 for one in wanted]
    a, b, c = torch.ops.aten.native_layer_norm_backward(gradient, x, shape, mean, invstd, weight, bias, mask)
    nothing = gradient.new_empty([0])
    return a if mask[0] else nothing, b if mask[1] else nothing, c if mask[2] else nothing


@scripted
def _group_norm_backward(
    gradient: Tensor, x: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | None, samples: int, channels: int,
    places: int, groups: int, wanted: list[int],
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """aten.native_group_norm_backward, likewise."""
    mask = [one > 0 for one in wanted]
    a, b, c = torch.ops.aten.native_group_norm_backward(
        gradient, x, mean, invstd, weight, samples, channels, places, groups, mask
    )
    nothing = gradient.new_empty([0])
    return a if mask[0] else nothing, b if mask[1] else nothing, c if mask[2] else nothing


def group_norm_backward(*inputs: Any) -> tuple[Tensor, ...]:
    """The scripted function as a graph of torch.fx can name it."""
    made: tuple[Tensor, ...] = _group_norm_backward(*inputs[:-1], [int(one) for one in inputs[-1]])
    return made


def batch_norm_backward(*inputs: Any) -> tuple[Tensor, ...]:
    """The scripted function as a graph of torch.fx can name it."""
    made: tuple[Tensor, ...] = _batch_norm_backward(*inputs[:-1], [int(one) for one in inputs[-1]])
    return made


def convolution_backward(*inputs: Any) -> tuple[Tensor, ...]:
    """The scripted function as a graph of torch.fx can name it."""
    made: tuple[Tensor, ...] = _convolution_backward(*inputs[:-1], [int(one) for one in inputs[-1]])
    return made


def layer_norm_backward(*inputs: Any) -> tuple[Tensor, ...]:
    """The scripted function as a graph of torch.fx can name it."""
    made: tuple[Tensor, ...] = _layer_norm_backward(*inputs[:-1], [int(one) for one in inputs[-1]])
    return made


SCRIPTED = {
    torch.ops.aten.native_batch_norm_backward.default: batch_norm_backward,
    torch.ops.aten.native_layer_norm_backward.default: layer_norm_backward,
    torch.ops.aten.native_group_norm_backward.default: group_norm_backward,
    torch.ops.aten.convolution_backward.default: convolution_backward,
}
"""Operations that a captured step calls by way of a scripted function, so that TorchScript takes the step."""
