"""Who allocates what, and when it is let go: every storage that operations make, from tensors that hold no numbers.

Under `FakeTensorMode` a tensor has a shape, a device and a storage of some size, and no memory. So a step of a network that
would fill a data centre is traced in a second, operation by operation as the device's own kernels would be called.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from seodang.counting import workspace
from seodang.counting.memory import Parts, Stage


@dataclass(eq=False)
class Storage:
    """A piece of memory, and the stage and mode it was made in."""

    size: int
    stage: Stage
    recorded: bool
    """Made while autograd records: in a forward pass, or in one done again by checkpointing."""


class Allocations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Inside it every new storage is noted at its birth and at its death. Views share a storage and add nothing."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.stage: Stage = "forward"
        self._events: list[tuple[int, Storage]] = []
        self._alive: dict[int, Storage] = {}
        self._watches: dict[int, weakref.ref[torch.UntypedStorage]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        results = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        on_cpu = all(result.is_cpu for result in results)
        if on_cpu and (scratch := _scratch(func, args, results)):
            self._note(1, storage := self._made(scratch))
            self._note(-1, storage)
        for result in results:
            hidden = _hidden(func, args) if on_cpu and result is results[-1] else 0
            self._watch(result.untyped_storage(), hidden)
        return out

    def of(self, tensors: Iterable[Tensor]) -> set[Storage]:
        """The storages of tensors made under this watch."""
        return {self._alive[tensor.untyped_storage()._cdata] for tensor in tensors}

    def alive(self) -> set[Storage]:
        """Those that are alive now."""
        return set(self._alive.values())

    def recorded(self, stage: Stage) -> set[Storage]:
        """Those made in a stage while autograd was recording."""
        return {storage for _, storage in self._events if storage.stage == stage and storage.recorded}

    def forget(self) -> None:
        """Begin here: what is alive stays, what has been is forgotten."""
        self._events = [(1, storage) for storage in self._alive.values()]

    def moments(self, **parts: set[Storage]) -> Iterator[tuple[Stage, Parts]]:
        """What is alive after every birth, by the parts named; the rest is workspace."""
        part_of = {storage: part for part, storages in parts.items() for storage in storages}
        now = dict.fromkeys(Parts._fields, 0)
        for sign, storage in self._events:
            now[part_of.get(storage, "workspace")] += sign * storage.size
            if sign > 0:
                yield storage.stage, Parts(**now)

    def _watch(self, memory: torch.UntypedStorage, hidden: int) -> None:
        key = memory._cdata
        known = self._alive.get(key)
        size = memory.nbytes() + hidden
        if known is None:
            self._watches[key] = weakref.ref(memory, lambda _: self._drop(key))
            self._alive[key] = known = self._made(size)
            self._note(1, known)
        elif not hidden and known.size < size:  # resized in place
            self._note(-1, known)
            self._alive[key] = larger = Storage(size, self.stage, known.recorded)
            self._note(1, larger)

    def _drop(self, key: int) -> None:
        del self._watches[key]
        self._note(-1, self._alive.pop(key))

    def _made(self, size: int) -> Storage:
        return Storage(size, self.stage, torch.is_grad_enabled())

    def _note(self, sign: int, storage: Storage) -> None:
        self._events.append((sign, storage))


def _scratch(func: Any, args: Any, results: list[Tensor]) -> int:
    """Bytes that a CPU kernel takes and gives back before it returns, its results included (see `workspace`)."""
    packet = func.overloadpacket
    if packet is torch.ops.aten.convolution:
        return _convolution(args, results[0], wanted=None)
    if packet is torch.ops.aten.convolution_backward:
        gradient, x, weight, _, *settings, mask = args
        return _convolution((x, weight, None, *settings), gradient, wanted=mask[0])
    if packet in (torch.ops.aten.mkldnn_rnn_layer, torch.ops.aten.mkldnn_rnn_layer_backward):
        lstm = _lstm(args)
        return lstm.forward() if packet is torch.ops.aten.mkldnn_rnn_layer else lstm.backward()
    if packet is torch.ops.aten.mse_loss:
        return int(args[0].nbytes)  # the squares, before their mean
    return 0


def _hidden(func: Any, args: Any) -> int:
    """Bytes of a CPU kernel's last result that its shape does not tell."""
    if func.overloadpacket is torch.ops.aten.mkldnn_rnn_layer:
        return _lstm(args).saved()
    if func.overloadpacket is torch.ops.aten.mse_loss:
        return int(args[0].nbytes)  # the mean is put where the squares were, and keeps their room
    return 0


def _lstm(args: Any) -> workspace.LSTM:
    """One direction of one layer; its input is (steps, batch, features) whatever `batch_first` says."""
    steps, batch, inputs = args[0].shape
    return workspace.LSTM(batch, steps, inputs, args[2].shape[1], args[0].element_size())


def _convolution(call: Any, y: Tensor, wanted: bool | None) -> int:
    """Of a call `(x, weight, bias, stride, padding, dilation, transposed, output_padding, groups)`.

    `y` is the output or its gradient. `wanted` says of the backward pass whether the input's gradient is asked for; None is
    the forward pass.
    """
    x, weight, _, stride, *_, transposed, _, _ = call
    kernel = torch._C._select_conv_backend(*call).name
    if kernel in ("Slow2d", "SlowTranspose2d"):
        narrow, wide = (y, x) if transposed else (x, y)
        examples = 1 if transposed and wanted is not None else x.shape[0]
        pixels, positions = weight[0, 0].numel(), examples * wide[0, 0].numel()
        results = y.nbytes if wanted is None else wanted * x.nbytes + weight.nbytes
        return results + workspace.columns(narrow.shape[1], pixels, positions, x.element_size())
    if kernel not in ("Mkldnn", "???"):  # oneDNN's transposed convolution has no name in this enumeration
        return 0
    # A transposed convolution is one that goes from its output to its input.
    near, far = (y, x) if transposed else (x, y)
    sizes = near.nbytes, far.nbytes, weight.nbytes, near.shape[1], far.shape[1]
    layer = workspace.Convolution(*sizes, max(stride) > 1, x.element_size(), _block())
    kernels = workspace.TransposedConvolution(layer) if transposed else layer
    return kernels.forward() if wanted is None else kernels.backward(wanted)


def _block() -> int:
    return 16 if "AVX512" in torch.backends.cpu.get_cpu_capability() else 8
