"""The training memory of any network, traced: one step of it without numbers, storage by storage.

    training_memory(network, (3, 224, 224), batch=32, optimizer="adam").total

The step is a real one, forward, loss, backward and the optimizer's own code, on tensors that have a shape and no memory
(`allocations`). Two of them, at neighbouring batches, give every moment's fixed bytes and bytes an example, so one trace
answers for every batch. Exact for what PyTorch allocates; kernels' own workspace on a CPU is a formula (`workspace`), and
what cuDNN and cuBLAS take for themselves on a GPU is not known before they run and is left out.
"""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode, UnsupportedFakeTensorException
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from seodang.counting.allocations import Allocations
from seodang.counting.errors import CountingError
from seodang.counting.memory import Optimizer, Parts, Precision, Stage, TrainingMemory, through

Loss = Callable[[Any], Tensor]

OPTIMIZERS: dict[Optimizer, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


def squared_error(output: Any) -> Tensor:
    """To a target of the output's shape: like cross-entropy it keeps one tensor as large as the output for backward."""
    scores = [leaf for leaf in tree_leaves(output) if isinstance(leaf, Tensor) and leaf.requires_grad]
    if not scores:
        raise ValueError("it returns no tensor on which a parameter has had a part")
    losses = [F.mse_loss(score.float(), torch.zeros_like(score, dtype=torch.float32)) for score in scores]
    return torch.stack(losses).sum() if len(losses) > 1 else losses[0]


def training_memory(
    module: nn.Module,
    input_shape: tuple[int, ...],
    batch: int,
    *,
    optimizer: Optimizer = "adam",
    precision: Precision = "fp32",
    checkpointing: bool = False,
    loss: Loss = squared_error,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
) -> TrainingMemory:
    """What training takes, found without allocating it; the module, which may be on the meta device, is left as it is.

    input_shape    of one example, without the batch; `dtype` torch.long for token numbers
    checkpointing  recompute instead of keeping: a Sequential in about sqrt(n) segments (Chen et al. 2016, "Training deep
                   nets with sublinear memory cost"), of another module each child's forward pass, of a list each member's
    loss           of the network's output, a scalar
    device         whose kernels are traced; "cuda" takes a PyTorch that is built for it

    Raises CountingError when the step cannot be traced: a shape does not fit, or the forward pass looks at values.
    """
    if not any(parameter.requires_grad for parameter in module.parameters()):
        raise CountingError(
            "{name} has nothing to train: none of its parameters asks for a gradient", name=type(module).__name__
        )
    first = max(batch, 2)  # batch normalization refuses one example where a channel has one value
    small, large = (
        _trace(module, (size, *input_shape), optimizer, precision, checkpointing, loss, dtype, device)
        for size in (first, first + 1)
    )
    if [stage for stage, _ in small] != [stage for stage, _ in large]:
        raise CountingError(
            "{name} does other operations for a batch of {first} than for {second}: its memory is no line in the batch",
            **{"name": type(module).__name__, "first": first, "second": first + 1},
        )
    return through(batch, first, small, large)


def largest_batch(memory_bytes: int, memory_at: Callable[[int], TrainingMemory], batch: int = 32) -> int:
    """The most examples that fit, traced again where the line points, until a trace there agrees (kernels may differ).

    memory_at   of a batch, its traced memory: `partial(training_memory, network, (3, 224, 224))`
    """
    tried: set[int] = set()
    while batch and batch not in tried:
        tried.add(batch)
        batch = memory_at(batch).largest_batch(memory_bytes)
    return batch


def _trace(
    module: nn.Module,
    shape: tuple[int, ...],
    optimizer: Optimizer,
    precision: Precision,
    checkpointing: bool,
    loss: Loss,
    dtype: torch.dtype,
    device: str,
) -> list[tuple[Stage, Parts]]:
    """Every birth of one step after the first: its stage, and the bytes alive."""
    kind = torch.bfloat16 if precision == "bf16" and dtype.is_floating_point else dtype
    try:
        with _unlogged(), FakeTensorMode(allow_non_fake_inputs=True), Allocations() as watch:
            network = _without_numbers(module, precision, device)
            weights = watch.of(chain(network.parameters(), network.buffers()))
            updating = OPTIMIZERS[optimizer](network.parameters())
            _fill_state(updating)
            kept = watch.alive() - weights
            watch.forget()
            x = torch.empty(shape, dtype=kind, device=device)
            with torch.autocast(device, torch.bfloat16, enabled=precision == "mixed"):
                output = (_checkpointed(network) if checkpointing else network)(x)
                value = loss(output)
            saved = watch.alive() - weights - kept
            watch.stage = "backward"
            value.backward()  # type: ignore[no-untyped-call]
            saved |= watch.recorded("backward")
            gradients = watch.of(p.grad for p in network.parameters() if p.grad is not None)
            watch.stage = "update"
            updating.step()
            return list(watch.moments(parameters=weights, gradients=gradients, optimizer=kept, activations=saved))
    except (RuntimeError, ValueError, TypeError, IndexError, UnsupportedFakeTensorException) as error:
        raise CountingError(
            "a training step of {name} on a batch of shape {shape} cannot be traced: {reason}",
            **{"name": type(module).__name__, "shape": tuple(shape), "reason": str(error).strip().split("\n")[0]},
        ) from error


@contextmanager
def _unlogged() -> Iterator[None]:
    """PyTorch logs the traceback of an operation that has no shape; the error says it in one sentence."""
    log = logging.getLogger("torch._subclasses.fake_tensor")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _without_numbers(module: nn.Module, precision: Precision, device: str) -> nn.Module:
    """A copy of the module in training mode whose tensors are made anew, here and without memory; tied ones stay tied."""
    memo: dict[int, Any] = {}
    owned = (vars(part).values() for part in module.modules())
    for tensor in chain(module.parameters(), module.buffers(), *owned):
        if isinstance(tensor, Tensor) and id(tensor) not in memo:
            kind = torch.bfloat16 if precision == "bf16" and tensor.is_floating_point() else tensor.dtype
            twin = torch.empty(tensor.shape, dtype=kind, device=device)
            memo[id(tensor)] = nn.Parameter(twin, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else twin
    return copy.deepcopy(module, memo).train()


def _fill_state(optimizer: torch.optim.Optimizer) -> None:
    """Let the optimizer make what it keeps, as its first step does."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter) if parameter.requires_grad else None
    optimizer.step()
    optimizer.zero_grad()


def _checkpointed(network: nn.Module) -> Callable[[Tensor], Any]:
    """The network's forward pass, of which only the segments' inputs are kept."""
    # The state of the random numbers, 5 kB a segment, is left out: it is read from tensors with numbers.
    settings: dict[str, Any] = {"use_reentrant": False, "preserve_rng_state": False}
    if isinstance(network, nn.Sequential):
        segments = max(1, round(math.sqrt(len(network))))
        return partial(checkpoint_sequential, network, segments, **settings)
    for child in network.children():
        for segment in child if isinstance(child, nn.ModuleList) else [child]:
            segment.forward = partial(checkpoint, segment.forward, **settings)
    return network
