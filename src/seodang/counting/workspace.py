"""What a kernel allocates for itself on a CPU, out of sight of autograd: bytes at the worst moment inside it.

PyTorch's convolutions and LSTM on a CPU are oneDNN's. It computes on copies of its operands whose channels lie in blocks of
16 (with AVX-512; 8 without), rounded up, and copies the result back; source: oneDNN's documentation, "Understanding Memory
Formats". The LSTM keeps one buffer for the backward pass, whose layout is that of oneDNN's `rnn_utils.cpp` (`set_offsets`,
`get_good_ld`). Read off PyTorch 2.13's allocations, which tests/counting compares with these. A layer that oneDNN leaves to
PyTorch's own kernel unfolds its windows into columns.

On a GPU cuDNN chooses its workspace at run time, from a few kilobytes to whatever is free; nothing here models it.
"""

from __future__ import annotations

from typing import NamedTuple

BLOCK = 16
"""Channels of a block with AVX-512."""
FLAT = 3
"""An image of this few channels is read as it lies; with AVX2 only one of just so many."""
STRIDED = 40_000
"""Allowance for what the strided kernels scribble on: 33 to 70 kB where it was seen, however large the batch."""


class Convolution(NamedTuple):
    """A convolution's operands: bytes of input, output and weight; channels of input and output."""

    inputs: int
    outputs: int
    weight: int
    channels: int
    filters: int
    strided: bool = False
    element: int = 4
    """Bytes of a number: 2 in bfloat16."""
    block: int = BLOCK

    def forward(self) -> int:
        """Bytes beside what was alive before, the output included."""
        outputs = self.copy(self.outputs, self.filters)
        inputs = 0 if self.channels < self.block else self.copy(self.inputs, self.channels)
        return max(inputs + self._weight(flat=not inputs) + outputs, outputs + self.outputs)

    def to_inputs(self) -> int:
        """The same of the gradient of the input, which is also what a transposed convolution computes."""
        if self.strided:  # copied channels last, without filling up, and once more on the way out
            passing = self.outputs + self._weight() + self.inputs + STRIDED
            return max(passing, (3 if self.channels > 1 else 2) * self.inputs)
        inputs = self.copy(self.inputs, self.channels)
        return max(self.copy(self.outputs, self.filters) + self._weight() + inputs, inputs + self.inputs)

    def to_weight(self) -> int:
        """The same of the gradient of the weight."""
        full = self.element == 4
        inputs = self.copy(self.inputs, self.channels) if self.channels >= self.block else self.inputs * full
        flat = self.channels <= FLAT if self.block == BLOCK else self.channels == FLAT
        inputs = 0 if flat else self.copy(self.inputs, self.channels) if self.block < BLOCK else inputs
        outputs = self.copy(self.outputs, self.filters) if full or self.filters >= self.block else 0
        # In bfloat16 the gradient is summed in fp32 first.
        return outputs + inputs + self._weight(flat=not inputs) * (1 if full else 3)

    def backward(self, wanted: bool = True) -> int:
        """Both gradients, one after the other; `wanted`: the one of the input is asked for."""
        return max(self.to_inputs(), self.inputs + self.to_weight()) if wanted else self.to_weight()

    def copy(self, size: int, channels: int) -> int:
        """Bytes of a copy whose channels are filled up to whole blocks."""
        return size * -(-channels // self.block) * self.block // channels

    def _weight(self, flat: bool = False) -> int:
        return self.copy(self.weight if flat else self.copy(self.weight, self.channels), self.filters)


class TransposedConvolution(NamedTuple):
    """The convolution it turns round: `inputs` and `channels` of that one are what this one puts out."""

    turned: Convolution

    def forward(self) -> int:
        """Bytes beside what was alive before, the output included."""
        turned = self.turned
        again = 0 if turned.strided else turned.copy(turned.inputs, turned.channels)  # before the bias is added
        return turned.to_inputs() + again

    def backward(self, wanted: bool = True) -> int:
        """Both gradients, one after the other; `wanted`: the one of the input is asked for."""
        turned = self.turned
        return max(turned.forward(), turned.outputs + turned.to_weight()) if wanted else turned.to_weight()


def columns(channels: int, kernel: int, positions: int, size: int = 4) -> int:
    """A window of every position as a column, bytes: `kernel` counts its pixels. A window of one pixel needs none."""
    return 0 if kernel == 1 else channels * kernel * positions * size


class LSTM(NamedTuple):
    """One direction of one layer, over a batch of sequences."""

    batch: int
    steps: int
    inputs: int
    hidden: int
    element: int = 4
    """Bytes of a number: 2 in bfloat16, whose gradients are computed in fp32 all the same."""

    def saved(self) -> int:
        """Bytes of the buffer kept for the backward pass: gates, states and their gradients."""
        states = 2 * (self.steps + 1) * self.batch
        wide, size = self._leading(max(self.inputs, self.hidden)), self.element
        passing = self.steps * self.batch * (self._leading(4 * self.hidden) + self._leading(self.hidden))
        return passing * size + states * (2 * wide * size + 4 * (wide + 2 * self.hidden))

    def forward(self) -> int:
        """Bytes at the worst moment inside the kernel, its results included."""
        return self.saved() + self._states(self.element) + self._scratch(self.element)

    def backward(self) -> int:
        """The same of the backward pass, the gradients of input, first states and weights included."""
        given = 4 * (self.batch * (self.steps * self.inputs + 2 * self.hidden) + self._weights() + 8 * self.hidden)
        copies = 0 if self.element == 4 else self._states(4) + self._weights() * self.element
        return self._states(self.element) + given + copies + self._scratch(4, gates=self.element == 4)

    def _states(self, size: int) -> int:
        """The state of every step, and the last two once more."""
        return size * self.batch * self.hidden * (self.steps + 2)

    def _weights(self) -> int:
        return 4 * self.hidden * (self.inputs + self.hidden)

    def _scratch(self, size: int, gates: bool = True) -> int:
        """The gates once more, and the weights in oneDNN's order."""
        width = self._leading(4 * self.hidden) if size == 4 else 4 * self.hidden
        again = self.steps * self.batch * width * (gates and size == 4)
        return size * (again + (self.inputs + self.hidden) * width) + 4 * 2 * self.batch * self._leading(self.hidden)

    def _leading(self, width: int) -> int:
        """A row's length in memory: whole cache lines, and never a multiple of 256, whose rows would share cache sets."""
        line = 64 // self.element
        lines = -(-width // line) * line
        return lines + line * (lines % 256 == 0)
