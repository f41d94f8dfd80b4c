"""The plain loop's step captured and replayed: one replica after another, each by itself, without Python.

Nothing is stacked, so fused recurrent kernels, large convolutions and large products run as they do in the loop; what is
saved is autograd, the module's Python and the optimizer's, and threads need not wait for one another. A replica's numbers
depend on no other replica.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call
from torch.fx import GraphModule

from seodang.training.captured import Captured
from seodang.training.dropout import begin
from seodang.training.pictures import quicken_pictures
from seodang.training.rows import Player
from seodang.training.stacked import Gradient, Objective


class CapturedLoop(Captured):
    """A program of one replica, its step a captured graph; a matrix of one row holds its parameters."""

    worth_a_thread = 1
    most = 1
    single = True

    def gradient(self, player: Player) -> Gradient:
        """The gradient of one turn's objective, by autograd: torch.func takes a recurrent layer's fused kernel apart."""
        skeleton = Objective(self.skeleton, player.objective)

        def gradient(
            parameters: dict[str, Tensor], fixed: dict[str, Tensor], masks: dict[str, Tensor],
            x: Tensor, y: Tensor, noise: tuple[Tensor, ...],
        ) -> tuple[dict[str, Tensor], Tensor]:  # fmt: skip
            begin(self.skeleton, player.number)
            wanted = {name: value[0].detach().requires_grad_() for name, value in parameters.items()}
            others = {name: value[0] for name, value in {**fixed, **masks}.items()}
            state = {f"model.{name}": value for name, value in {**others, **wanted}.items()}
            with torch.enable_grad():
                loss = functional_call(skeleton, state, (x[0], y[0], *(one[0] for one in noise)))
                made = torch.autograd.grad(loss, list(wanted.values()), materialize_grads=True)
            return {name: one[None] for name, one in zip(wanted, made, strict=True)}, loss.detach()[None]

        return gradient

    def quickened(self, graph: GraphModule) -> GraphModule:
        quicken_pictures(graph)
        return graph
