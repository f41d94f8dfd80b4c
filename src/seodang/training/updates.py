"""The updates of torch's optimizers as TorchScript can do them: the same arithmetic, without Python between two steps.

TorchScript reads the annotations of this file as its own types, which is why it has no deferred annotations. Each update
begins where a real step of the real optimizer has left its state, and tests hold it against that optimizer.
"""

from typing import Any

import torch
from torch import Tensor, nn

from seodang.training.rows import Update

States = list[dict[str, Any]]
"""Of each parameter, in their order."""


class Scripted(nn.Module):
    """An optimizer's update of some parameters, whose gradients stand ready."""

    parameters_: list[Tensor]
    gradients: list[Tensor]

    def __init__(self, parameters: list[Tensor], group: dict[str, Any]) -> None:
        super().__init__()
        self.parameters_ = [parameter.detach() for parameter in parameters]
        self.gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        self.weight_decay = float(group["weight_decay"])


class SGD(Scripted):
    """torch.optim.SGD, fused."""

    velocity: list[Tensor]

    def __init__(self, parameters: list[Tensor], group: dict[str, Any], states: States) -> None:
        super().__init__(parameters, group)
        self.momentum, self.dampening = float(group["momentum"]), float(group["dampening"])
        self.nesterov = bool(group["nesterov"])
        self.velocity = [state["momentum_buffer"] for state in states if state.get("momentum_buffer") is not None]

    def forward(self, lr: float) -> None:
        """One update in place."""
        torch._fused_sgd_(
            self.parameters_, self.gradients, self.velocity, weight_decay=self.weight_decay, momentum=self.momentum, lr=lr,
            dampening=self.dampening, nesterov=self.nesterov, maximize=False, is_first_step=False,
        )  # fmt: skip


class Adam(Scripted):
    """torch.optim.Adam, fused."""

    means: list[Tensor]
    squares: list[Tensor]
    largest: list[Tensor]  # with amsgrad, else empty
    steps: list[Tensor]

    def __init__(self, parameters: list[Tensor], group: dict[str, Any], states: States) -> None:
        super().__init__(parameters, group)
        self.eps, self.amsgrad = float(group["eps"]), bool(group["amsgrad"])
        self.beta1, self.beta2 = float(group["betas"][0]), float(group["betas"][1])
        self.means = [state["exp_avg"] for state in states]
        self.squares = [state["exp_avg_sq"] for state in states]
        self.steps = [state["step"] for state in states]
        self.largest = [state["max_exp_avg_sq"] for state in states] if self.amsgrad else []

    def forward(self, lr: float) -> None:
        """One update in place."""
        for step in self.steps:
            step.add_(1)
        torch._fused_adam_(
            self.parameters_, self.gradients, self.means, self.squares, self.largest, self.steps, lr=lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


class AdamW(Adam):
    """torch.optim.AdamW, fused: the weight decay is taken off the parameter itself."""

    def forward(self, lr: float) -> None:
        """One update in place."""
        for step in self.steps:
            step.add_(1)
        torch._fused_adamw_(
            self.parameters_, self.gradients, self.means, self.squares, self.largest, self.steps, lr=lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


class Adagrad(Scripted):
    """torch.optim.Adagrad, fused."""

    sums: list[Tensor]
    steps: list[Tensor]

    def __init__(self, parameters: list[Tensor], group: dict[str, Any], states: States) -> None:
        super().__init__(parameters, group)
        self.eps, self.lr_decay = float(group["eps"]), float(group["lr_decay"])
        self.sums = [state["sum"] for state in states]
        self.steps = [state["step"] for state in states]

    def forward(self, lr: float) -> None:
        """One update in place."""
        for step in self.steps:
            step.add_(1)
        torch._fused_adagrad_(
            self.parameters_, self.gradients, self.sums, self.steps, lr=lr, lr_decay=self.lr_decay,
            weight_decay=self.weight_decay, eps=self.eps, maximize=False,
        )  # fmt: skip


class RMSprop(Scripted):
    """torch.optim.RMSprop, which has no fused kernel: its own operations in its own order."""

    squares: list[Tensor]
    means: list[Tensor]  # centered, else empty
    velocity: list[Tensor]  # with momentum, else empty

    def __init__(self, parameters: list[Tensor], group: dict[str, Any], states: States) -> None:
        super().__init__(parameters, group)
        self.alpha, self.eps, self.momentum = float(group["alpha"]), float(group["eps"]), float(group["momentum"])
        self.squares = [state["square_avg"] for state in states]
        self.means = [state["grad_avg"] for state in states] if group["centered"] else []
        self.velocity = [state["momentum_buffer"] for state in states] if self.momentum > 0 else []

    def forward(self, lr: float) -> None:
        """One update in place."""
        for index, parameter in enumerate(self.parameters_):
            gradient, square = self.gradients[index], self.squares[index]
            if self.weight_decay != 0:
                gradient = gradient.add(parameter, alpha=self.weight_decay)
            square.mul_(self.alpha).addcmul_(gradient, gradient, value=1 - self.alpha)
            if len(self.means) > 0:
                self.means[index].lerp_(gradient, 1 - self.alpha)
                root = square.addcmul(self.means[index], self.means[index], value=-1.0).sqrt_()
            else:
                root = square.sqrt()
            root.add_(self.eps)
            if len(self.velocity) > 0:
                self.velocity[index].mul_(self.momentum).addcdiv_(gradient, root)
                parameter.add_(self.velocity[index], alpha=-lr)
            else:
                parameter.addcdiv_(gradient, root, value=-lr)


class Adadelta(Scripted):
    """torch.optim.Adadelta, likewise."""

    squares: list[Tensor]
    moved: list[Tensor]

    def __init__(self, parameters: list[Tensor], group: dict[str, Any], states: States) -> None:
        super().__init__(parameters, group)
        self.rho, self.eps = float(group["rho"]), float(group["eps"])
        self.squares = [state["square_avg"] for state in states]
        self.moved = [state["acc_delta"] for state in states]

    def forward(self, lr: float) -> None:
        """One update in place."""
        for index, parameter in enumerate(self.parameters_):
            gradient, square, moved = self.gradients[index], self.squares[index], self.moved[index]
            if self.weight_decay != 0:
                gradient = gradient.add(parameter, alpha=self.weight_decay)
            square.mul_(self.rho).addcmul_(gradient, gradient, value=1 - self.rho)
            change = moved.add(self.eps).sqrt_().div_(square.add(self.eps).sqrt_()).mul_(gradient)
            moved.mul_(self.rho).addcmul_(change, change, value=1 - self.rho)
            parameter.add_(change, alpha=-lr)


SCRIPTED = {
    torch.optim.SGD: SGD,
    torch.optim.Adam: Adam,
    torch.optim.AdamW: AdamW,
    torch.optim.Adagrad: Adagrad,
    torch.optim.RMSprop: RMSprop,
    torch.optim.Adadelta: Adadelta,
}


def scripted_update(update: Update) -> nn.Module | None:
    """The update of an optimizer that has taken a step; None where only the optimizer itself can do it."""
    optimizer = update.optimizer
    kind = SCRIPTED.get(type(optimizer))
    (group,) = optimizer.param_groups
    unusual = group.get("maximize") or group.get("differentiable") or group.get("capturable")
    if kind is None or unusual or update.cycles_momentum:
        return None
    decoupled = type(optimizer) is torch.optim.Adam and group.get("decoupled_weight_decay", False)
    states = [optimizer.state[parameter] for parameter in update.parameters]
    return (AdamW if decoupled else kind)(list(update.parameters), group, states)
