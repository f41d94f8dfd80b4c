"""Which strategy trains a training fastest, and how many replicas a program takes: a quick model of what a step costs.

What was measured (two cores, torch 2.13; `docs/benchmarks.md`): small dense networks gain most stacked; recurrent layers and
convolutions have kernels that stacking takes apart or leads astray, and large products need no company: they gain most
captured one by one. What draws random numbers for itself, or looks at values, is left to the plain loop. The choice never
depends on how many seeds there are, so that no number does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from torch.utils.flop_counter import FlopCounterMode

from seodang.experiment import Training
from seodang.training.captured_loop import CapturedLoop
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


@dataclass(frozen=True)
class Plan:
    """How a training is trained."""

    strategy: str
    flops: float
    """Floating-point operations of one step of one replica, a measure of its share of the work."""


def plan_for(training: Training) -> Plan:
    """The plan that is expected to be fastest on a processor. Tried on the meta device: nothing is computed."""
    with META:
        model = training.model()
    # A tensor that is neither parameter nor buffer would be the first replica's for all.
    strays = any(isinstance(value, Tensor) for module in model.modules() for value in vars(module).values())
    if strays or not _rowwise(training, model):
        return Plan("loop", 0.0)
    try:
        flops, products = _meta_step(training)
    except Exception:  # whatever it is, the loop will meet it again if it is the author's, and show it undisguised
        return Plan("loop", 0.0)
    unrolled = any(isinstance(module, nn.RNN | nn.GRU) for module in model.modules())
    if training.steps < (WORTH_UNROLLING if unrolled else WORTH_CAPTURING):
        return Plan("loop", flops)
    alone = any(isinstance(module, nn.RNNBase | _ConvNd) for module in model.modules())
    large = flops / max(products, 1) > LARGE_PRODUCT
    return Plan("captured_loop" if alone or large or not stackable(training) else "captured", flops)


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


def _meta_step(training: Training) -> tuple[float, int]:
    """The floating-point operations of one step, and in how many products. Raises what the step raises."""
    program = CapturedLoop([Replica(training, 0, META)])
    counter, calls = FlopCounterMode(display=False), _Calls()
    for player in program.players:
        given = tree_map(lambda value: value[None], _given(program.replicas[0], player.number))
        with counter, calls, torch.enable_grad():
            program.gradient(player)(player.views, program.fixed(player), *given)
    counts = counter.get_flop_counts()["Global"]
    products = sum(count for operation, count in calls.made.items() if operation in counts)
    return float(counter.get_total_flops()), products


def _given(replica: Replica, turn: int) -> tuple[Any, ...]:
    """Masks, inputs, targets and noise of one batch."""
    masks = {name: mask[0] for name, mask in replica.draw_masks(1).items()}
    noise = tuple(drawn[0, turn] for drawn in replica.draw_noise(1))
    return masks, replica.x_train[: replica.batch], replica.y_train[: replica.batch], noise


class _Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts operations, and refuses those that draw from torch's global random state."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.made: dict[Any, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise NotImplementedError(f"{func} draws from the global random state")
        packet = func.overloadpacket
        self.made[packet] = self.made.get(packet, 0) + 1
        return func(*args, **(kwargs or {}))
