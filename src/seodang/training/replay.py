"""Many captured steps in one call, without Python between them: TorchScript loops over them and updates the parameters.

Between two steps of a small network Python takes as long as the step, and holds the lock that a second thread waits for.
TorchScript reads the annotations of this file as its own types, which is why it has no deferred annotations.
"""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def scripted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function or module as TorchScript. PyTorch discourages it for new code and has no other way to leave Python out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made: Callable[..., Any] = torch.jit.script(function)
    return made


class FusedSGD(nn.Module):
    """torch.optim.SGD's fused update of one flat parameter."""

    velocity: list[Tensor]  # one, or none without momentum

    def __init__(self, group: dict[str, float], state: dict[str, Tensor]) -> None:
        super().__init__()
        self.lr, self.momentum = float(group["lr"]), float(group["momentum"])
        self.dampening, self.weight_decay = float(group["dampening"]), float(group["weight_decay"])
        self.nesterov = bool(group["nesterov"])
        buffer = state.get("momentum_buffer")
        self.velocity = [buffer] if buffer is not None else []

    def forward(self, parameter: Tensor, gradient: Tensor) -> None:
        """One update in place."""
        torch._fused_sgd_(
            [parameter], [gradient], self.velocity, weight_decay=self.weight_decay, momentum=self.momentum, lr=self.lr,
            dampening=self.dampening, nesterov=self.nesterov, maximize=False, is_first_step=False,
        )  # fmt: skip


class FusedAdam(nn.Module):
    """torch.optim.Adam's fused update of one flat parameter."""

    mean: list[Tensor]
    square: list[Tensor]
    largest: list[Tensor]  # one with amsgrad, else none
    step: list[Tensor]

    def __init__(self, group: dict[str, float], state: dict[str, Tensor]) -> None:
        super().__init__()
        self.lr, self.eps, self.weight_decay = float(group["lr"]), float(group["eps"]), float(group["weight_decay"])
        betas: tuple[float, float] = group["betas"]  # type: ignore[assignment]
        self.beta1, self.beta2 = float(betas[0]), float(betas[1])
        self.amsgrad = bool(group["amsgrad"])
        self.mean, self.square, self.step = [state["exp_avg"]], [state["exp_avg_sq"]], [state["step"]]
        self.largest = [state["max_exp_avg_sq"]] if self.amsgrad else []

    def forward(self, parameter: Tensor, gradient: Tensor) -> None:
        """One update in place."""
        self.step[0].add_(1)
        torch._fused_adam_(
            [parameter], [gradient], self.mean, self.square, self.largest, self.step, lr=self.lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


class FusedAdamW(FusedAdam):
    """torch.optim.AdamW's: the weight decay is taken off the parameter itself."""

    def forward(self, parameter: Tensor, gradient: Tensor) -> None:
        """One update in place."""
        self.step[0].add_(1)
        torch._fused_adamw_(
            [parameter], [gradient], self.mean, self.square, self.largest, self.step, lr=self.lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


def fused_update(optimizer: torch.optim.Optimizer) -> nn.Module | None:
    """The update of an optimizer of one parameter that has taken a step, as TorchScript can do it; None for other kinds."""
    (group,) = optimizer.param_groups
    (parameter,) = group["params"]
    if not group.get("fused"):
        return None
    if type(optimizer) is torch.optim.SGD:
        return FusedSGD(group, optimizer.state[parameter])
    if type(optimizer) in (torch.optim.Adam, torch.optim.AdamW):
        decoupled = group.get("decoupled_weight_decay", False) or type(optimizer) is torch.optim.AdamW
        return (FusedAdamW if decoupled else FusedAdam)(group, optimizer.state[parameter])
    return None


class Steps(nn.Module):
    """Captured steps, one after another, each followed by its update."""

    def __init__(self, step: nn.Module, update: nn.Module) -> None:
        super().__init__()
        self.step = step
        self.update = update

    def forward(
        self,
        held: list[Tensor],
        masks: list[Tensor],
        x: Tensor,
        y: Tensor,
        parameter: Tensor,
        gradient: Tensor,
        gradients: list[Tensor],
        largest: float,
    ) -> Tensor:
        """(steps, replicas, ...) inputs, targets and masks in, (steps, replicas) losses out; parameters change in place."""
        losses: list[Tensor] = []
        for index in range(x.size(0)):
            made = self.step(held + [mask[index] for mask in masks] + [x[index], y[index]])
            count = len(made) - 1
            if largest > 0:
                squares = torch.stack([one.flatten(1).square().sum(1) for one in made[:count]]).sum(0)  # (replicas,)
                scale = (largest / (squares.sqrt() + 1e-6)).clamp(max=1.0)
                for one in made[:count]:
                    one.mul_(scale.view([-1] + [1] * (one.dim() - 1)))
            torch._foreach_copy_(gradients, made[:count])
            self.update(parameter, gradient)
            losses.append(made[count])
        return torch.stack(losses)


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
    torch.ops.aten.convolution_backward.default: convolution_backward,
}
"""Operations that a captured step calls by way of a scripted function, so that TorchScript takes the step."""
