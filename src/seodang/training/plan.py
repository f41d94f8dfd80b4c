"""Which strategy trains a training fastest, and how many replicas a program takes: a quick model of what a step costs.

What was measured (two cores, torch 2.13; `docs/benchmarks.md`): small dense networks gain most stacked; recurrent layers and
convolutions have kernels that stacking takes apart or leads astray, and large products need no company: they gain most
captured one by one. What draws random numbers for itself, or looks at values, is left to the plain loop. The choice never
depends on how many seeds there are, so that no number does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.flop_counter import FlopCounterMode

from seodang.experiment import Training
from seodang.training.captured import Remembered
from seodang.training.captured_loop import CapturedLoop
from seodang.training.forked import can_fork
from seodang.training.replica import Replica
from seodang.training.stacked import Stacked

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
"""Optimizers that treat every number by itself, so that rows of parameters are to them one larger parameter. Adafactor, Muon
or L-BFGS look at a whole matrix or model and would mix what they should not."""
WORTH_CAPTURING = 40
"""Steps from which on writing a step down (0.1 to 0.4 s for small networks) costs less than not having it written down."""
WORTH_UNROLLING = 200
"""The same for recurrent layers without a fused kernel: every place of the sequence is written down (1 to 3 s)."""
LARGE_PRODUCT = 2e7
"""Floating-point operations of a step's mean product from which on replicas gain nothing from being stacked."""
META = torch.device("meta")


MEMORY = 32 << 20
"""Bytes of all the tensors that a step of one program makes on a processor. More replicas than that leave its caches: four
arms of ten seeds of 64-256-10 at batch 256 took 1.8 s in programs of 40, 1.2 s in programs of 10."""


@dataclass(frozen=True)
class Plan:
    """How a training is trained."""

    strategy: str
    together: int | None = None
    """The most replicas in one program."""


@dataclass(frozen=True)
class Step:
    """What one step of one replica is made of."""

    flops: float
    """Floating-point operations."""
    products: int
    """Operations that these are done in: matrix products, convolutions."""
    memory: float
    """Bytes of all tensors made on the way."""


PLANS: Remembered[Plan] = Remembered(64)


def plan_for(training: Training, device: str = "cpu") -> Plan:
    """The plan that is expected to be fastest, thought out once for each training."""
    return PLANS.get((id(training), device), training, partial(_plan, training, device))


def _plan(training: Training, device: str) -> Plan:
    """Tried on the meta device: nothing is computed.

    On a GPU replicas are stacked wherever that is possible: what costs there is starting an operation, whatever its size.
    """
    with META:
        model = training.model()
    # A tensor that is neither parameter nor buffer would be the first replica's for all.
    strays = any(isinstance(value, Tensor) for module in model.modules() for value in vars(module).values())
    if strays or not _rowwise(training, model):
        return _uncaptured(training)
    try:
        step = one_step(training)
    except Exception:  # whatever it is, the loop will meet it again if it is the author's, and show it undisguised
        return _uncaptured(training)
    unrolled = any(isinstance(module, nn.RNN | nn.GRU) for module in model.modules())
    if training.steps < (WORTH_UNROLLING if unrolled else WORTH_CAPTURING):
        return Plan("loop")
    alone = any(isinstance(module, nn.RNNBase | _ConvNd) for module in model.modules())
    large = step.flops / max(step.products, 1) > LARGE_PRODUCT
    if (device == "cpu" and (alone or large)) or not stackable(training):
        return Plan("captured_loop")
    return Plan("captured", max(2, int(MEMORY // max(step.memory, 1))) if device == "cpu" else None)


def _uncaptured(training: Training) -> Plan:
    """The plain loop, in processes of its own where it is long enough to be worth them."""
    return Plan("forked_loop" if training.steps >= WORTH_CAPTURING and can_fork() else "loop")


def stackable(training: Training) -> bool:
    """Whether one step of stacked replicas passes vmap. It refuses what has no batching rule."""
    try:
        program = Stacked([Replica(training, 0, META)])
        for player in program.players:
            given = tree_map(lambda value: torch.stack([value] * 2), _given(program.replicas[0], player.number))
            program.gradient(player)(player.views, program.fixed(player), *given)
    except Exception:
        return False
    return True


def _rowwise(training: Training, model: nn.Module) -> bool:
    """Whether its optimizers treat every number alike and by itself."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if len({parameter.dtype for parameter in trained}) != 1:
        return False
    optimizers = [turn.optimizer(trained) for turn in training.players]
    return all(type(one) in ELEMENTWISE and len(one.param_groups) == 1 for one in optimizers)


def one_step(training: Training) -> Step:
    """What one step is made of. Raises what the step raises, and NotImplementedError where it draws random numbers."""
    program = CapturedLoop([Replica(training, 0, META)])
    counter, calls = FlopCounterMode(display=False), _Calls()
    for player in program.players:
        given = tree_map(lambda value: value[None], _given(program.replicas[0], player.number))
        with counter, calls, torch.enable_grad():
            program.gradient(player)(player.views, program.fixed(player), *given)
    counts = counter.get_flop_counts()["Global"]
    products = sum(count for operation, count in calls.made.items() if operation in counts)
    return Step(float(counter.get_total_flops()), products, calls.bytes)


def _given(replica: Replica, turn: int) -> tuple[Any, ...]:
    """Masks, inputs, targets and noise of one batch."""
    masks = {name: mask[0] for name, mask in replica.draw_masks(1).items()}
    noise = tuple(drawn[0, turn] for drawn in replica.draw_noise(1))
    return masks, replica.x_train[: replica.batch], replica.y_train[: replica.batch], noise


class _Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts operations and the bytes they make, and refuses those that draw from torch's global random state."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.made: dict[Any, int] = {}
        self.bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise NotImplementedError(f"{func} draws from the global random state")
        packet = func.overloadpacket
        self.made[packet] = self.made.get(packet, 0) + 1
        made = func(*args, **(kwargs or {}))
        self.bytes += sum(one.numel() * one.element_size() for one in tree_leaves(made) if isinstance(one, Tensor))
        return made
