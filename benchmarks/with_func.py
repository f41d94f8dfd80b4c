"""(f) torch.func as in PyTorch's own tutorial on ensembling: replicas stacked and vmapped, step after step.

https://docs.pytorch.org/tutorials/intermediate/ensembling.html, and the gradient that its functions allow.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from benchmarks.cases import Case
from benchmarks.contenders import Contender, Losses
from benchmarks.engine import initial, last_turn, split, stream
from benchmarks.trainings import training
from seodang.experiment import Batch, Turn

State = dict[str, Tensor]


class Objective(nn.Module):
    """A player's objective as a module, so that `functional_call` can give it a replica's parameters."""

    def __init__(self, model: nn.Module, turn: Turn) -> None:
        super().__init__()
        self.model = model
        self.turn = turn

    def forward(self, x: Tensor, y: Tensor, noise: tuple[Tensor, ...]) -> Tensor:
        return self.turn.objective(self.model, Batch(x, y, *noise))


class Player:
    """One turn of all replicas at once: its parameters (replicas, ...), their gradient, and its optimizer."""

    def __init__(self, turn: Turn, parameters: State, skeleton: nn.Module) -> None:
        self.objective = Objective(skeleton, turn)
        self.own = {name: value for name, value in parameters.items() if turn.updates(name)}
        self.optimizer = turn.optimizer(self.own.values())
        self.gradient = vmap(grad_and_value(self._loss), randomness="different")

    def _loss(self, own: State, rest: State, x: Tensor, y: Tensor, noise: tuple[Tensor, ...]) -> Tensor:
        state = {f"model.{name}": value for name, value in {**rest, **own}.items()}
        loss: Tensor = functional_call(self.objective, state, (x, y, noise))
        return loss

    def update(self, rest: State, x: Tensor, y: Tensor, noise: tuple[Tensor, ...]) -> Tensor:
        """One update of every replica; (replicas,) the losses before it."""
        detached = {name: value.detach() for name, value in self.own.items()}
        gradients, losses = self.gradient(detached, rest, x, y, noise)
        for name, parameter in self.own.items():
            parameter.grad = gradients[name]
        self.optimizer.step()
        return losses  # type: ignore[no-any-return]


class Ensembling(Contender):
    """All replicas as one stack, with as many threads as torch takes by itself."""

    def __init__(self, case: Case, seeds: Sequence[int], device: str = "cpu") -> None:
        super().__init__(case, seeds, device)
        self.training = training(case)
        splits = [split(self.training, seed) for seed in seeds]
        self.x, self.y = (torch.stack([parts[index] for parts in splits]).to(device) for index in (0, 1))
        models = [initial(self.training, seed).to(device) for seed in seeds]
        skeleton = copy.deepcopy(models[0]).to("meta")
        self.parameters, self.buffers = stack_module_state(models)
        self.players = [Player(turn, self.parameters, skeleton) for turn in self.training.players]
        self.order = torch.Generator(device).manual_seed(seeds[0])
        self.random = stream(seeds[0], "noise")
        self.rows = torch.arange(len(seeds), device=device)[:, None]
        self.waiting = torch.empty(len(seeds), 0, dtype=torch.long, device=device)

    def advance(self, steps: int) -> Losses:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "There is a performance drop")  # of vmap over nn.LSTM: the table shows it
            losses = torch.stack([self._step() for _ in range(steps)], dim=1)  # (replicas, steps)
        return last_turn(losses[:, :, None])

    def _step(self) -> Tensor:
        chosen = self._indices()
        x, y = self.x[self.rows, chosen], self.y[self.rows, chosen]
        for player in self.players:
            held = {name: value.detach() for name, value in self.parameters.items() if name not in player.own}
            losses = player.update({**held, **self.buffers}, x, y, self._noise())
        return losses

    def _indices(self) -> Tensor:
        """(replicas, batch) of the next batch; every epoch is shuffled anew for each replica."""
        if self.waiting.shape[1] < self.case.batch:
            drawn = torch.rand(self.x.shape[:2], generator=self.order, device=self.x.device)
            self.waiting = drawn.argsort(dim=1)
        chosen, self.waiting = self.waiting[:, : self.case.batch], self.waiting[:, self.case.batch :]
        return chosen

    def _noise(self) -> tuple[Tensor, ...]:
        if self.training.noise is None:
            return ()
        replicas, batch = len(self.seeds), self.case.batch
        drawn = self.training.noise(replicas * batch, self.random)
        return (drawn.view(replicas, batch, -1).to(self.x.device),)
