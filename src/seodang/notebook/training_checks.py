"""Checks of a few steps of training and of predicting, on copies: what is left over, what moves, how far, in which mode."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from seodang.locale import _
from seodang.notebook.program import FEW, TEN, Finding, Program, plain_predict

if TYPE_CHECKING:
    from torch import Tensor, nn

LEAST, MOST = 1e-6, 0.5
"""The length of a step, as a share of the weights' own, below which nothing happens and above which nothing is learnt."""
STEPS, LOOK = 1000, 50
"""In which ten examples must be learnt by heart, and after how many it is looked whether they are."""


def left_over(program: Program) -> Finding:
    """What a backward pass adds to a parameter is all that there is: the last batch's gradient was cleared."""
    model, optimizer = program.copied()
    added: dict[int, Tensor] = {}
    wrong = []

    def compare(parameter: Tensor) -> None:
        assert parameter.grad is not None
        more = (parameter.grad - added[id(parameter)]).abs().max()
        wrong.append(bool(more > 1e-3 * added[id(parameter)].abs().max() + 1e-12))

    def note(parameter: Tensor, slope: Tensor) -> None:
        added[id(parameter)] = slope.detach().clone()

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.register_hook(partial(note, parameter))  # type: ignore[no-untyped-call]
            parameter.register_post_accumulate_grad_hook(compare)  # type: ignore[no-untyped-call]
    for x, y in program.batches(3):
        program.step(model, optimizer, x, y)
    if not any(wrong):
        return Finding("cleared gradients", True, _("a step uses the gradient of its own batch alone"))
    told = _("gradients of earlier batches are still there: optimizer.zero_grad() before backward()")
    return Finding("cleared gradients", False, told)


def moving(program: Program) -> Finding:
    """Every parameter is trained."""
    model, optimizer = program.copied()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    reached: set[int] = set()
    for p in model.parameters():
        if p.requires_grad:
            p.register_hook(partial(_note, reached, id(p)))  # type: ignore[no-untyped-call]
    for x, y in program.batches(3):
        program.step(model, optimizer, x, y)
    given = {id(p) for group in optimizer.param_groups for p in group["params"]}
    why: list[str] = []
    for name, p in model.named_parameters():
        if not p.detach().equal(before[name]):
            continue
        if not p.requires_grad:
            why.append(_("{name} asks for no gradient", name=name))
        elif id(p) not in given:
            why.append(_("{name} was not given to the optimizer", name=name))
        elif id(p) not in reached:
            why.append(_("{name} has no part in the loss", name=name))
    if not why:
        return Finding("trained parameters", True, _("all {n} tensors", n=len(before)))
    told = _("{reasons}. If that is meant, this is no fault", reasons="; ".join(why))
    return Finding("trained parameters", False, told)


def _note(reached: set[int], parameter: int, _slope: Tensor) -> None:
    reached.add(parameter)


def step_size(program: Program) -> Finding:
    """A step changes the weights by a small part of themselves (Bottou 2012, "Stochastic gradient descent tricks")."""
    model, optimizer = program.copied()
    ratios: list[float] = []
    for x, y in program.batches(5):
        before = [p.detach().clone() for p in model.parameters()]
        program.step(model, optimizer, x, y)
        moved = [
            float((p.detach() - old).norm() / old.norm())
            for p, old in zip(model.parameters(), before, strict=True)
            if p.dim() > 1 and p.requires_grad and float(old.norm()) > 0
        ]
        if moved:
            ratios.append(max(moved) if all(map(math.isfinite, moved)) else math.inf)
    if not ratios:
        return Finding("step size", None, _("no matrix is trained"))
    told = _("a step changes a matrix by {ratio} of its length at most", ratio=f"{max(ratios):.2g}")
    if LEAST <= max(ratios) <= MOST:
        return Finding("step size", True, told)
    high = max(ratios) > MOST
    cure = _("0.001 is usual: lower the learning rate") if high else _("0.001 is usual: raise the learning rate")
    return Finding("step size", False, f"{told}; {cure}")


def mode(program: Program) -> Finding:
    """After predicting, a step is in training mode again."""
    model, optimizer = program.copied()
    layers = _two_faced(model)
    if not layers:
        return Finding("training mode", None, _("no layer behaves otherwise in training"))
    seen: list[bool] = []
    program.predict(model, program.x_test[:FEW])
    for layer in layers:
        layer.register_forward_pre_hook(partial(_see, seen))
    program.step(model, optimizer, *program.batches(1)[0])
    if all(seen):
        return Finding("training mode", True, _("dropout and normalization know that they are trained"))
    told = _("a step after predicting is still in evaluation mode: model.train() before it")
    return Finding("training mode", False, told)


def prediction(program: Program) -> Finding:
    """Predicting twice gives the same answers, and leaves the network as it was."""
    import torch

    model = program.copied()[0]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    once = program.predict(model, program.x_test[:FEW])
    again = program.predict(model, program.x_test[:FEW])
    if not torch.equal(once, again):
        told = _("the same examples get other answers the second time: model.eval() before predicting")
    elif any(not value.equal(before[name]) for name, value in model.state_dict().items()):
        told = _("it changes the network's running statistics: model.eval() before predicting")
    else:
        return Finding("prediction", True, _("the same answers twice"))
    return Finding("prediction", False, told)


def by_heart(program: Program) -> Finding:
    """Ten examples can be learnt by heart (Karpathy 2019, "overfit a single batch")."""
    model, optimizer = program.copied()
    x, y = program.x[:TEN], program.y[:TEN]
    first = float(program.loss(plain_predict(model, x), y))
    for step in range(LOOK, STEPS + 1, LOOK):
        for _step in range(LOOK):
            program.step(model.train(), optimizer, x, y)
        ok, told = _learnt(program, plain_predict(model, x), y, first)
        if ok:
            return Finding("by heart", True, _("{told} after {n} steps on them", told=told, n=step))
    told = _("{told} after {n} steps on them", told=told, n=STEPS)
    return Finding("by heart", False, f"{told}: {_('what cannot learn ten examples learns no more from many')}")


def _learnt(program: Program, out: Tensor, y: Tensor, first: float) -> tuple[bool, str]:
    if program.classifies and out.dim() == 2:
        right = float((out.argmax(1) == y).double().mean())
        return right >= 0.99, _("{share} of {n} examples right", share=f"{right:.0%}", n=len(y))
    last = float(program.loss(out, y))
    told = _("the loss of {n} examples went from {first} to {last}", n=len(y), first=f"{first:.3g}", last=f"{last:.3g}")
    return last <= first / 10, told


def _see(seen: list[bool], layer: nn.Module, _given: object) -> None:
    seen.append(layer.training)


def _two_faced(model: nn.Module) -> list[nn.Module]:
    """The layers that behave otherwise in training."""
    from torch.nn.modules.batchnorm import _NormBase
    from torch.nn.modules.dropout import _DropoutNd

    return [layer for layer in model.modules() if isinstance(layer, _DropoutNd | _NormBase)]
