"""Checks of the untrained network and its loss: what it begins with, whether its gradient is the gradient, what is dead."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING

from seodang.locale import _
from seodang.notebook.program import FEW, MANY, Finding, Program

if TYPE_CHECKING:
    from torch import Tensor, nn

NEAR = 0.5
"""Nats that the untrained loss may be away from ln C."""
STEP = 1e-6
"""Of the difference quotient, in double precision."""
DEAD = 0.4
"""The share of a layer's units without any gradient that is too much."""


def start(program: Program) -> Finding:
    """Knowing nothing costs ln C (Karpathy 2019, "A recipe for training neural networks": "verify loss at init")."""
    import torch

    out = program.outputs(MANY).detach()
    blind = torch.full_like(out, -math.log(out.shape[-1]))  # even scores, and even log-probabilities too
    y = program.y[: len(out)]
    if not program.classifies or out.dim() != 2 or abs(float(program.loss(blind, y)) - math.log(out.shape[1])) > 1e-3:
        return Finding("first loss", None, _("the loss is no cross-entropy of classes"))
    first, blank = float(program.loss(out, y)), math.log(out.shape[1])
    numbers = {"first": f"{first:.3f}", "classes": out.shape[1], "blank": f"{blank:.3f}"}
    told = _("{first}; knowing nothing costs ln {classes} = {blank}", **numbers)
    if abs(first - blank) <= NEAR:
        return Finding("first loss", True, told)
    cure = _("look at the last layer, the size of the inputs and the axis of the softmax")
    return Finding("first loss", False, f"{told}: {cure}")


def softmax_once(program: Program) -> Finding:
    """A loss that takes a softmax itself is not given probabilities."""
    import torch

    out = program.outputs(FEW).detach()
    y = program.y[: len(out)]
    sums_to_one = bool((out >= 0).all()) and torch.allclose(out.sum(-1), torch.ones(out.shape[:-1]).to(out), atol=1e-4)
    own = torch.allclose(program.loss(out, y), program.loss(out + 3, y), atol=1e-4)  # a softmax sees no shift
    if not (sums_to_one and own):
        return Finding("softmax", True, _("is not taken twice"))
    return Finding("softmax", False, _("is taken twice, by the network and by the loss: give the loss the scores"))


def apart(program: Program) -> Finding:
    """In evaluation mode an answer depends on its own example alone."""
    import torch

    half = FEW // 2
    if len(program.x) < FEW:
        return Finding("axes", None, _("takes {n} training examples", n=FEW))
    network = copy.deepcopy(program.model).eval()
    with torch.no_grad():
        with_some = network(program.x[:half])
        with_others = network(torch.cat([program.x[:1], program.x[half + 1 : FEW]]))
    if with_some.shape[:1] == (half,) and torch.allclose(with_some[0], with_others[0], rtol=1e-3, atol=1e-4):
        return Finding("axes", True, _("an answer depends on its own example alone"))
    told = _("an answer changes with the other examples of its batch: does a softmax, a mean or a view take axis 0?")
    return Finding("axes", False, told)


def gradient(program: Program) -> Finding:
    """Along the gradient, the loss rises as fast as the gradient is long: a difference quotient, in double precision."""
    import torch

    network = copy.deepcopy(program.model).eval().double()
    parameters = [p for p in network.parameters() if p.requires_grad]
    x, y = (part[:FEW].double() if part.is_floating_point() else part[:FEW] for part in (program.x, program.y))
    try:
        slopes = torch.autograd.grad(program.loss(network(x), y), parameters, allow_unused=True)
        way = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, slopes, strict=True)]
        length = float(torch.stack([w.square().sum() for w in way]).sum().sqrt())
        if length == 0 or not math.isfinite(length):
            return Finding("gradient", None, _("is 0 or not finite; nothing to compare"))
        quotient = _quotient(program, network, parameters, [w / length for w in way], x, y)
    except (RuntimeError, TypeError) as error:
        return Finding("gradient", None, _("cannot be taken in double precision: {error}", error=error))
    slopes_seen = {"seen": f"{quotient:.5g}", "said": f"{length:.5g}"}
    told = _("along the gradient the loss rises by {seen} a step, the gradient says {said}", **slopes_seen)
    if math.isclose(quotient, length, rel_tol=1e-3):
        return Finding("gradient", True, told)
    return Finding("gradient", False, f"{told}: {_('a backward pass written by hand is wrong')}")


def _quotient(
    program: Program, network: nn.Module, parameters: list[nn.Parameter], way: list[Tensor], x: Tensor, y: Tensor
) -> float:
    import torch

    losses = []
    with torch.no_grad():
        for move in (STEP, -2 * STEP):  # a step ahead, then to a step behind
            for parameter, direction in zip(parameters, way, strict=True):
                parameter.add_(direction, alpha=move)
            losses.append(float(program.loss(network(x), y)))
    return (losses[0] - losses[1]) / (2 * STEP)


def dead(program: Program) -> Finding:
    """Units whose weights get no gradient from any of many examples: behind a ReLU that is never open, nothing is learnt."""
    import torch
    from torch import nn

    network = copy.deepcopy(program.model).eval()
    looked_up = {id(layer.weight) for layer in network.modules() if isinstance(layer, nn.Embedding)}
    x, y = program.x[:MANY], program.y[:MANY]
    named = [(n, p) for n, p in network.named_parameters() if p.requires_grad and p.dim() > 1 and id(p) not in looked_up]
    slopes = torch.autograd.grad(program.loss(network(x), y), [p for name, p in named], allow_unused=True)
    shares = {
        n: float((g.flatten(1) == 0).all(1).double().mean())
        for (n, p), g in zip(named, slopes, strict=True)
        if g is not None
    }
    worst = max(shares, key=shares.__getitem__, default="")
    if not worst:
        return Finding("dead units", None, _("no layer has a gradient"))
    told = _("at most {share} of a layer's units have no gradient ({layer})", share=f"{shares[worst]:.0%}", layer=worst)
    if shares[worst] <= DEAD:
        return Finding("dead units", True, told)
    return Finding("dead units", False, f"{told}: {_('look at the biases, the initialization and the learning rate')}")
