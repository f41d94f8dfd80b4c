"""Replicas stacked along a leading axis and trained as one program (torch.func: stack_module_state, functional_call, vmap).

Small networks are bound by the cost of starting operations, not by arithmetic; stacked, one operation serves all replicas.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap
from torch.utils._pytree import tree_map

from seodang.experiment import Training
from seodang.training.program import Program
from seodang.training.samples import Samples

ELEMENTWISE = (
    torch.optim.SGD,
    torch.optim.Adam,
    torch.optim.AdamW,
    torch.optim.NAdam,
    torch.optim.RAdam,
    torch.optim.Adamax,
    torch.optim.RMSprop,
    torch.optim.Adagrad,
    torch.optim.Adadelta,
)
"""Optimizers that treat every number by itself, so that a stack of replicas is to them one larger parameter. Adafactor, Muon
or L-BFGS look at a whole matrix or model and would mix replicas."""


def stackable(training: Training) -> bool:
    """Whether this training can be stacked: its optimizer works elementwise, and one step passes vmap.

    Tried on the meta device, so nothing is computed. What vmap refuses: control flow that depends on values, layers that
    draw random numbers themselves (F.dropout), operations without a batching rule.
    """
    with torch.device("meta"):
        model = training.model()
    if any(isinstance(value, Tensor) for module in model.modules() for value in vars(module).values()):
        return False  # a tensor that is neither parameter nor buffer would be the first replica's for all
    try:
        program = Stacked(training, [0], torch.device("meta"))
        if type(program.optimizer) not in ELEMENTWISE:
            return False
        one = program.replicas[0]
        parts = (one.x_train[: one.batch], one.y_train[: one.batch], one.draw_masks(1))
        x, y, masks = tree_map(lambda value: torch.stack([value] * len(program.replicas)), parts)
        masks = {name: mask[:, 0] for name, mask in masks.items()}
        program.gradient(program.parameters, program.buffers, masks, x, y)
    except Exception:  # whatever it is, the loop will meet it again if it is the author's, and show it undisguised
        return False
    return True


class Stacked(Program):
    """Every parameter of every replica as one (replicas, ...) tensor, one optimizer over them, one vmapped gradient."""

    def __init__(self, training: Training, seeds: Sequence[int], device: torch.device) -> None:
        # A single replica runs as a stack of two: a stack of one takes other kernels and differs in the last bits, so
        # how replicas are chunked would show in their numbers.
        self.asked = len(seeds)
        padded = [*seeds, seeds[0]] if len(seeds) == 1 else list(seeds)
        super().__init__(training, padded, device)
        models = [replica.model for replica in self.replicas]
        self.skeleton = copy.deepcopy(models[0])  # moving it to the meta device would untie tied weights
        parameters, self.buffers = stack_module_state(models)
        self.parameters = {name: value for name, value in parameters.items() if value.requires_grad}
        self.buffers |= {name: value for name, value in parameters.items() if not value.requires_grad}  # frozen
        for name in self.replicas[0].masks.names:
            self.buffers.pop(name, None)
        self.optimizer = training.optimizer(self.parameters.values())
        self.gradient = vmap(grad_and_value(self._loss))
        self.samples = Samples(self.replicas)

    def _loss(
        self, parameters: dict[str, Tensor], buffers: dict[str, Tensor], masks: dict[str, Tensor], x: Tensor, y: Tensor
    ) -> Tensor:
        state = (parameters, {**buffers, **masks})
        return self.training.loss(functional_call(self.skeleton, state, (x,)), y)

    def advance(self, steps: int) -> Tensor:
        losses = torch.empty(steps, len(self.replicas), device=self.device)
        for step, (x, y, masks) in enumerate(self.samples.batches(steps)):
            losses[step] = self.update(x, y, masks)
        return losses.T[: self.asked].cpu()

    def update(self, x: Tensor, y: Tensor, masks: dict[str, Tensor]) -> Tensor:
        """One update of every replica; (replicas, batch, ...) inputs and targets in, (replicas,) losses out."""
        parameters = {name: value.detach() for name, value in self.parameters.items()}
        gradients, losses = self.gradient(parameters, self.buffers, masks, x, y)
        if self.training.clip is not None:
            clip_norms(list(gradients.values()), self.training.clip)
        for name, parameter in self.parameters.items():
            parameter.grad = gradients[name]
        self.optimizer.step()
        return losses  # type: ignore[no-any-return]

    def models(self) -> list[nn.Module]:
        built = []
        for row, replica in enumerate(self.replicas[: self.asked]):
            state = {name: value[row] for name, value in {**self.parameters, **self.buffers}.items()}
            replica.model.load_state_dict(state, strict=False)  # tied weights stand under one name only
            built.append(replica.model)
        return built


def clip_norms(gradients: Sequence[Tensor], largest: float) -> None:
    """Scale each replica's gradient to a norm of at most `largest`, as torch.nn.utils.clip_grad_norm_ does for one."""
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)  # (replicas,)
    scale = (largest / (norms + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *([1] * (gradient.dim() - 1))))
