"""R replicas of one nn.Module trained as one program, and the plain loop that is its oracle."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from seodang.experiment import ExperimentError, Trained, Training, did_you_mean
from seodang.training.captured import Captured
from seodang.training.captured_loop import CapturedLoop
from seodang.training.forked import ForkedLoop
from seodang.training.kin import kin_of, shapes
from seodang.training.lanes import Stopped, Unit, cores, full_precision, one_thread, parts, run
from seodang.training.looks import Looks
from seodang.training.loop import Loop
from seodang.training.memory import keep_memory
from seodang.training.plan import Plan, plan_for
from seodang.training.program import Program
from seodang.training.replica import Replica, initial_model
from seodang.training.stacked import Stacked

STRATEGIES: dict[str, type[Program]] = {
    "loop": Loop,
    "stacked": Stacked,
    "captured": Captured,
    "captured_loop": CapturedLoop,
    "forked_loop": ForkedLoop,
}


def strategy_for(training: Training, device: str = "cpu") -> str:
    """The name of the strategy that is expected to train this fastest."""
    return plan_for(training, device).strategy


def plans_for(arms: Mapping[str, Training], device: str = "cpu") -> dict[str, Plan]:
    """The plan of each arm; arms that share a step share it."""
    kin = kin_of(list(arms.values()))
    chosen = {id(training): plan_for(training, device) for training in {id(one): one for one in kin}.values()}
    return {name: chosen[id(training)] for name, training in zip(arms, kin, strict=True)}


def strategies_for(arms: Mapping[str, Training], device: str = "cpu") -> dict[str, str]:
    """The strategy of each arm."""
    return {name: plan.strategy for name, plan in plans_for(arms, device).items()}


def train(
    training: Training,
    seeds: Sequence[int],
    *,
    device: str = "cpu",
    strategy: str | None = None,
    threads: int | None = None,
    together: int | None = None,
    progress: Callable[[int], bool] | None = None,
) -> list[Trained]:
    """Train one replica a seed and return them in the order of the seeds.

    `progress` is told the steps done and returns whether to go on. Raises Stopped when it does not, ExperimentError for an
    unknown strategy. What is not said is chosen: `strategy`, `threads`, and how many replicas are `together` in a program.
    """
    strategies = None if strategy is None else {"": strategy}
    told = None if progress is None else lambda _, done: progress(done)
    made = train_arms(
        {"": training}, seeds, device=device, strategies=strategies, threads=threads, together=together, progress=told
    )
    return made[""]


def train_arms(
    arms: Mapping[str, Training],
    seeds: Sequence[int],
    *,
    device: str = "cpu",
    strategies: Mapping[str, str] | None = None,
    threads: int | None = None,
    together: int | None = None,
    progress: Callable[[str, int], bool] | None = None,
    curves: Callable[[str, Mapping[int, Tensor]], None] | None = None,
) -> dict[str, list[Trained]]:
    """Train one replica an arm and seed. Arms that share a step are one program, others run side by side.

    `progress` is told an arm and the steps its replicas have done on average, and returns whether to go on; just before it
    `curves` is told the arm's training losses so far by seed, (steps, turns), of the replicas that went on.
    """
    place = torch.device(device)
    for name in (strategies or {}).values():
        if name not in STRATEGIES:
            raise ExperimentError(f"strategy={name}: {did_you_mean(name, STRATEGIES)}")
    plans = plans_for(arms, place.type)
    if strategies is not None:
        plans = {name: dataclasses.replace(plan, strategy=strategies[name]) for name, plan in plans.items()}
    if together is not None:
        plans = {name: dataclasses.replace(plan, together=together) for name, plan in plans.items()}
    lanes = 1 if place.type == "cuda" else threads or cores()
    keep_memory()
    with one_thread(), full_precision():
        units = units_of(arms, seeds, plans, place, lanes)
        finished = run(units, lanes, _Teller(arms, len(seeds), progress, curves))
        made = {
            (id(replica.training), replica.seed): _finished(replica, losses, looks)
            for unit in finished
            for replica, losses, looks in zip(unit.replicas, unit.losses, unit.looks, strict=True)
        }
    return {name: [made[id(training), seed] for seed in seeds] for name, training in arms.items()}


class _Teller:
    """Passes on how far each arm is, the mean of the steps of its replicas, and the losses on the way."""

    def __init__(
        self,
        arms: Mapping[str, Training],
        replicas: int,
        progress: Callable[[str, int], bool] | None,
        curves: Callable[[str, Mapping[int, Tensor]], None] | None,
    ) -> None:
        self.names: dict[int, list[str]] = {}
        for name, training in arms.items():
            self.names.setdefault(id(training), []).append(name)
        self.progress = progress
        self.curves = curves
        self.steps: dict[int, dict[int, int]] = {key: {} for key in self.names}
        self.replicas = replicas

    def __call__(self, unit: Unit, done: int) -> bool:
        if self.progress is None:
            return True
        losses = unit.losses if self.curves else None
        told: dict[int, dict[int, Tensor]] = {}
        for row, replica in enumerate(unit.replicas):
            self.steps[id(replica.training)][replica.seed] = done
            told.setdefault(id(replica.training), {}).update({} if losses is None else {replica.seed: losses[row]})
        for key, lines in told.items():
            for name in self.names[key]:
                if self.curves:
                    self.curves(name, lines)
                if not self.progress(name, self._mean(key)):
                    return False
        return True

    def _mean(self, key: int) -> int:
        steps = self.steps[key]
        return round(sum(steps.values()) / self.replicas)


def units_of(
    arms: Mapping[str, Training],
    seeds: Sequence[int],
    plans: Mapping[str, Plan],
    device: torch.device,
    lanes: int,
) -> list[Unit]:
    """The work of some arms and seeds: replicas that can share a program, in as many programs as the lanes can use."""
    alone = {id(training) for name, training in arms.items() if not issubclass(STRATEGIES[plans[name].strategy], Stacked)}
    kin = dict(zip(map(id, arms.values()), kin_of(list(arms.values())), strict=True))
    groups: dict[Any, list[Replica]] = {}
    for name, training in {id(training): (name, training) for name, training in arms.items()}.values():
        own = training if id(training) in alone else kin[id(training)]
        for seed in seeds:
            replica = Replica(training, seed, device, own)
            groups.setdefault((plans[name], id(own), shapes(replica)), []).append(replica)
    units = []
    for (plan, *_), replicas in groups.items():
        strategy = STRATEGIES[plan.strategy]
        # Lanes take turns with programs: as many as there are lanes keep all of them busy, and fewer, larger ones cost less.
        count = 1 if len(groups) >= lanes or not strategy.worth_a_thread else lanes
        count = max(1, min(count, len(replicas) // max(strategy.worth_a_thread, 1)))
        for most in (plan.together, strategy.most):
            count = max(count, math.ceil(len(replicas) / most) if most else 1)
        units += [Unit(strategy, part) for part in parts(replicas, count)]
    return units


def _finished(replica: Replica, losses: Tensor, looks: Looks) -> Trained:
    """What a metric sees: the plain module of the author, dropout layers and all, carries the trained state."""
    initial = initial_model(replica.training, replica.seed, replica.device)
    plain = copy.deepcopy(initial)
    plain.load_state_dict(replica.model.state_dict())
    curve = losses[: looks.stopped]
    broken = (~torch.isfinite(curve).all(dim=1)).nonzero()
    return Trained(
        seed=replica.seed,
        model=plain.eval(),
        initial=initial.eval(),
        x_train=replica.x_train,
        y_train=replica.y_train,
        x_test=replica.x_test,
        y_test=replica.y_test,
        loss=replica.training.loss,
        losses=curve if replica.training.turns else curve[:, 0],
        diverged=int(broken[0]) if len(broken) else None,
        stopped=looks.stopped,
        history=looks.history,
    )


__all__ = [
    "STRATEGIES",
    "Captured",
    "Loop",
    "Program",
    "Stacked",
    "Stopped",
    "one_thread",
    "plans_for",
    "strategies_for",
    "strategy_for",
    "train",
    "train_arms",
    "units_of",
]
