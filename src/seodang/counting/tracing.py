"""Any `nn.Module` counted by letting it run on the meta device: shapes and no numbers, so no memory and next to no time.

Modules are watched by hooks, and PyTorch's operations below them by a dispatch mode: a product is charged to the innermost
module that is running, whether it was written as a layer, as `F.linear` or as `@`.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.weak import WeakIdKeyDictionary

from seodang.counting.errors import CountingError
from seodang.counting.examples import Given, batch_axis, example, served, with_its_numbers
from seodang.counting.flow import sight_after
from seodang.counting.network import Layer, Network
from seodang.counting.operations import products
from seodang.counting.refusals import explained
from seodang.counting.sight import FRESH, Sight, field


def count_module(module: nn.Module, *inputs: Given, name: str = "") -> Network:
    """Count a network for one example; the module is copied without its numbers and left as it is.

    `inputs` are the shapes of what `forward` takes, without the batch (one shape serves every argument it must have), or
    tensors of a batch of 1, batch included, where a shape does not say enough. It runs as in evaluation. Where something is
    looked up and fractions are refused, the same shape is tried with whole numbers.

    Raises CountingError where it cannot run on them; it names the layer, its input and the arithmetic.
    """
    axis = batch_axis(module)

    def counted(device: str, kind: torch.dtype) -> Network:
        copied = _copied(module, device)
        tensors = [example(each, kind, device, axis) for each in inputs]
        watch = _ran(copied, served(copied, tensors), device, axis)
        return Network(name or type(module).__name__, _without(tensors[0], axis), tuple(watch.layers(copied)))

    try:
        return with_its_numbers(module, partial(counted, "meta"))
    except CountingError as refused:
        if not _needs_numbers(refused):
            raise
        try:  # some networks look at their numbers; then they get some
            return with_its_numbers(module, partial(counted, "cpu"))
        except CountingError:
            raise refused from None


@dataclass(eq=False)
class _Row:
    """A module while it is watched."""

    name: str
    module: nn.Module
    whole: bool
    """Whether it is one layer, with all that it contains."""
    inputs: tuple[int, ...] = ()
    output: tuple[int, ...] = ()
    macs: int = 0
    spared: int = 0
    sight: Sight | None = None


class _Watch(TorchDispatchMode):
    """Every operation that runs below it, charged to the innermost module that is running."""

    def __init__(self, device: str, axis: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.device, self.axis = device, axis
        self.sights: Any = WeakIdKeyDictionary()
        self.trained: Any = WeakIdKeyDictionary()
        self.running: list[_Row] = []
        self.done: list[_Row] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [each for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)]
        meta = self.device == "meta" and any(each.is_meta for each in given)
        bring = (lambda each: each.to("meta") if isinstance(each, Tensor) else each) if meta else (lambda each: each)
        output = func(*tree_map(bring, args), **tree_map(bring, kwargs or {}))
        self._charge(func, args, output)
        results = [each for each in tree_leaves(output) if isinstance(each, Tensor)]
        if any(self._is_trained(each) for each in given) and func.overloadpacket is not torch.ops.aten.detach:
            for each in results:
                if each.is_floating_point():
                    self.trained[each] = True
        if any(each in self.sights for each in given):
            named = _named(func, args, kwargs or {})
            for each in results:
                self.sights[each] = sight_after(func, named, each, self.sights.get)
        return output

    def _is_trained(self, tensor: Tensor) -> bool:
        """Whether training needs its gradient: it is a weight, or a weight had a part in it."""
        return tensor.requires_grad or tensor in self.trained

    def _charge(self, func: Any, args: Any, output: Any) -> None:
        macs, factors = products(func, args, output)
        if not macs or not self.running:
            return
        trained = sum(map(self._is_trained, factors))
        row = self.running[-1]
        row.macs += macs
        # Of a product's two gradients each is the other factor's doing; attention's are not told apart.
        row.spared += macs * (2 - trained) if len(factors) == 2 else 0 if trained else 2 * macs

    @contextmanager
    def watching(self, network: nn.Module) -> Iterator[None]:
        """Hooks on every module that is a layer, or is made of layers."""
        handles = []
        for row in _rows(network):
            before, after = self._entered(row), self._left(row)
            handles.append(row.module.register_forward_pre_hook(before, with_kwargs=True))
            handles.append(row.module.register_forward_hook(after))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _entered(self, row: _Row) -> Any:
        def hook(_module: nn.Module, args: Any, kwargs: Any) -> None:
            first = next((each for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)), None)
            if first is not None and row not in self.done:
                row.inputs = _without(first, self.axis)
            self.running.append(row)

        return hook

    def _left(self, row: _Row) -> Any:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            self.running.pop()
            if row in self.done:
                return
            self.done.append(row)
            first = next((each for each in tree_leaves(output) if isinstance(each, Tensor)), None)
            if first is not None:
                row.output, row.sight = _without(first, self.axis), self.sights.get(first)

        return hook

    def layers(self, network: nn.Module) -> Iterator[Layer]:
        """The layers in the order in which they ended, then those that did not run."""
        counted: set[int] = set()
        idle = [row for row in _rows(network) if all(row.module is not each.module for each in self.done)]
        for row in (*self.done, *idle):
            new = {id(weight): weight for weight in _weights(row) if id(weight) not in counted}
            counted |= new.keys()
            parameters = sum(weight.numel() for weight in new.values())
            if parameters or row.macs or (row.whole and row.output and not isinstance(row.module, nn.Sequential)):
                kind = type(row.module).__name__
                yield Layer(
                    row.name or kind, kind, row.inputs, row.output, parameters, row.macs, field(row.sight), row.spared
                )


def _ran(network: nn.Module, tensors: list[Tensor], device: str, axis: int) -> _Watch:
    """The network run once under watch. CountingError, naming the layer that was running, if it breaks off."""
    watch = _Watch(device, axis)
    for tensor in tensors:
        watch.sights[tensor] = FRESH
    try:
        with torch.no_grad(), torch.device(device), _in_parts(device), watch.watching(network), watch:
            network(*tensors)
    except (Exception, SystemExit) as error:
        row = watch.running[-1] if watch.running else _Row("", network, whole=False)
        raise explained(row.name or type(network).__name__, row.module, row.inputs, error) from error
    return watch


@contextmanager
def _in_parts(device: str) -> Iterator[None]:
    """Without the kernels that do a whole layer in one operation, whose products could not be seen."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with warnings.catch_warnings(), ExitStack() as stack:
            warnings.simplefilter("ignore", UserWarning)  # of hardware that is not here, when oneDNN is switched
            if device == "cpu":
                stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _rows(network: nn.Module) -> Iterator[_Row]:
    """Every module that is a layer or is made of layers; not what a layer is made of."""
    inside: set[int] = set()
    for name, module in network.named_modules():
        if id(module) in inside:
            continue
        whole = isinstance(module, nn.MultiheadAttention) or is_parametrized(module) or not any(module.children())
        if isinstance(module, _LISTS):
            continue
        if whole:
            inside |= {id(each) for each in module.modules()}
        yield _Row(name, module, whole)


def _copied(module: nn.Module, device: str) -> nn.Module:
    """A copy on a device, for evaluation: on the meta device without numbers, on another with nought where there were none.

    Weights that are shared stay shared.
    """
    memo: dict[int, Any] = {}
    for weight in (*module.parameters(), *module.buffers()):
        if isinstance(weight, nn.parameter.UninitializedParameter):
            memo[id(weight)] = _uninitialized(weight, device)
        elif device == "meta" or weight.is_meta:
            moved = torch.zeros_like(weight.detach(), device=device)
            memo[id(weight)] = nn.Parameter(moved, weight.requires_grad) if isinstance(weight, nn.Parameter) else moved
    return copy.deepcopy(module, memo).eval()


def _uninitialized(weight: nn.parameter.UninitializedParameter, device: str) -> Any:
    """A weight whose shape its first input will tell."""
    new: Any = nn.parameter.UninitializedParameter
    return new(weight.requires_grad, device=device)


def _weights(row: _Row) -> list[nn.Parameter]:
    """A module's own weights, those in its lists of weights too; of a whole layer all that there are."""
    if row.whole:
        return list(row.module.parameters())
    lists = (each for each in row.module.children() if isinstance(each, _LISTS))
    return [*row.module.parameters(recurse=False), *(weight for each in lists for weight in each.parameters())]


_LISTS = (nn.ParameterList, nn.ParameterDict)


def _without(tensor: Tensor, axis: int) -> tuple[int, ...]:
    """A shape without its batch of one, where it has one."""
    shape = tuple(tensor.shape)
    for place in (axis, 0):
        if place < len(shape) and shape[place] == 1:
            return shape[:place] + shape[place + 1 :]
    return shape


def _named(operation: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """The arguments of an operation by their names, left-out ones with what they are then."""
    wanted = operation._schema.arguments
    named = {each.name: each.default_value for each in wanted if each.has_default_value()}
    return named | {each.name: value for each, value in zip(wanted, args, strict=False)} | dict(kwargs)


def _needs_numbers(error: CountingError) -> bool:
    """Whether a network asked for a number that the meta device does not have."""
    return "meta" in str(error).lower()
