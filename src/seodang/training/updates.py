"""The updates of torch's optimizers as TorchScript can do them: the same arithmetic, without Python between two steps.

Each update begins where a real step of the real optimizer has left its state, and tests hold it against that optimizer.
TorchScript reads the annotations of this file as its own types, which is why it has no deferred annotations.
"""

from typing import Any

import torch
from torch import Tensor, nn

from seodang.training.rows import Update

State = list[list[Tensor]]
"""One list a kind of state, each with one tensor a parameter."""


class Scripted(nn.Module):
    """An optimizer's numbers. Parameters, gradients and state are arguments, so that one program serves many replicas."""

    kinds: tuple[str, ...] = ()
    """The names under which torch keeps each kind of state."""

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__()
        self.weight_decay = float(group["weight_decay"])


class SGD(Scripted):
    """torch.optim.SGD, fused."""

    kinds = ("momentum_buffer",)

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__(group)
        self.momentum, self.dampening = float(group["momentum"]), float(group["dampening"])
        self.nesterov = bool(group["nesterov"])

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        torch._fused_sgd_(
            parameters, gradients, state[0], weight_decay=self.weight_decay, momentum=self.momentum, lr=lr,
            dampening=self.dampening, nesterov=self.nesterov, maximize=False, is_first_step=False,
        )  # fmt: skip


class Adam(Scripted):
    """torch.optim.Adam, fused."""

    kinds = ("step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq")

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__(group)
        self.eps, self.amsgrad = float(group["eps"]), bool(group["amsgrad"])
        self.beta1, self.beta2 = float(group["betas"][0]), float(group["betas"][1])

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        for step in state[0]:
            step.add_(1)
        torch._fused_adam_(
            parameters, gradients, state[1], state[2], state[3], state[0], lr=lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


class AdamW(Adam):
    """torch.optim.AdamW, fused: the weight decay is taken off the parameter itself."""

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        for step in state[0]:
            step.add_(1)
        torch._fused_adamw_(
            parameters, gradients, state[1], state[2], state[3], state[0], lr=lr, beta1=self.beta1,
            beta2=self.beta2, weight_decay=self.weight_decay, eps=self.eps, amsgrad=self.amsgrad, maximize=False,
        )  # fmt: skip


class Adagrad(Scripted):
    """torch.optim.Adagrad, fused."""

    kinds = ("step", "sum")

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__(group)
        self.eps, self.lr_decay = float(group["eps"]), float(group["lr_decay"])

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        for step in state[0]:
            step.add_(1)
        torch._fused_adagrad_(
            parameters, gradients, state[1], state[0], lr=lr, lr_decay=self.lr_decay, weight_decay=self.weight_decay,
            eps=self.eps, maximize=False,
        )  # fmt: skip


class RMSprop(Scripted):
    """torch.optim.RMSprop, which has no fused kernel: its own operations in its own order."""

    kinds = ("square_avg", "grad_avg", "momentum_buffer")  # the latter two only if centered, and with momentum

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__(group)
        self.alpha, self.eps, self.momentum = float(group["alpha"]), float(group["eps"]), float(group["momentum"])

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        squares, means, velocity = state[0], state[1], state[2]
        for index, parameter in enumerate(parameters):
            gradient, square = gradients[index], squares[index]
            if self.weight_decay != 0:
                gradient = gradient.add(parameter, alpha=self.weight_decay)
            square.mul_(self.alpha).addcmul_(gradient, gradient, value=1 - self.alpha)
            if len(means) > 0:
                means[index].lerp_(gradient, 1 - self.alpha)
                root = square.addcmul(means[index], means[index], value=-1.0).sqrt_()
            else:
                root = square.sqrt()
            root.add_(self.eps)
            if len(velocity) > 0:
                velocity[index].mul_(self.momentum).addcdiv_(gradient, root)
                parameter.add_(velocity[index], alpha=-lr)
            else:
                parameter.addcdiv_(gradient, root, value=-lr)


class Adadelta(Scripted):
    """torch.optim.Adadelta, likewise."""

    kinds = ("square_avg", "acc_delta")

    def __init__(self, group: dict[str, Any]) -> None:
        super().__init__(group)
        self.rho, self.eps = float(group["rho"]), float(group["eps"])

    def forward(self, parameters: list[Tensor], gradients: list[Tensor], state: list[list[Tensor]], lr: float) -> None:
        """One update in place."""
        for index, parameter in enumerate(parameters):
            gradient, square, moved = gradients[index], state[0][index], state[1][index]
            if self.weight_decay != 0:
                gradient = gradient.add(parameter, alpha=self.weight_decay)
            square.mul_(self.rho).addcmul_(gradient, gradient, value=1 - self.rho)
            change = moved.add(self.eps).sqrt_().div_(square.add(self.eps).sqrt_()).mul_(gradient)
            moved.mul_(self.rho).addcmul_(change, change, value=1 - self.rho)
            parameter.add_(change, alpha=-lr)


SCRIPTED: dict[type[torch.optim.Optimizer], type[Scripted]] = {
    torch.optim.SGD: SGD,
    torch.optim.Adam: Adam,
    torch.optim.AdamW: AdamW,
    torch.optim.Adagrad: Adagrad,
    torch.optim.RMSprop: RMSprop,
    torch.optim.Adadelta: Adadelta,
}


def scripted_update(update: Update) -> Scripted | None:
    """The update of an optimizer; None where only the optimizer itself can do it."""
    optimizer = update.optimizer
    kind = SCRIPTED.get(type(optimizer))
    (group,) = optimizer.param_groups
    unusual = group.get("maximize") or group.get("differentiable") or group.get("capturable")
    if kind is None or unusual or update.cycles_momentum:
        return None
    decoupled = type(optimizer) is torch.optim.Adam and group.get("decoupled_weight_decay", False)
    return (AdamW if decoupled else kind)(group)


def state_of(update: Update, kinds: tuple[str, ...]) -> State:
    """The state of an optimizer that has taken a step, as its scripted update reads it; nothing for a kind not kept."""
    states = [update.optimizer.state[parameter] for parameter in update.parameters]
    return [[state[kind] for state in states if state.get(kind) is not None] for kind in kinds]
