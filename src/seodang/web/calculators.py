"""What is counted by hand, in an interview or at a blackboard: one formula each, its letters, and where it is from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seodang.counting import attention, macs, parameters, recurrent, shapes
from seodang.counting.receptive_field import INPUT, field, window
from seodang.locale import _

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Letter:
    """One letter of a formula: what it means, and a number to begin with."""

    name: str
    says: str
    default: int | str
    low: int = 1
    high: int = 100_000


@dataclass(frozen=True)
class Calculator:
    """A formula that is computed."""

    name: str
    title: str
    formula: str
    """LaTeX."""
    letters: tuple[Letter, ...]
    answer: Callable[[Values], int]
    source: str
    filled: str | Callable[[Values], str] = ""
    """LaTeX with <letters> to be replaced by their numbers; the formula itself when it is not given."""

    def with_numbers(self, values: Values) -> str:
        """The formula with the numbers in it, as LaTeX."""
        if callable(self.filled):
            return self.filled(values)
        return re.sub(r"<(\w+)>", lambda found: latex_number(values[found[1]]), self.filled)


def latex_number(number: int) -> str:
    """A number with thin separators that are no punctuation."""
    return f"{number:,}".replace(",", "{,}")


def calculators() -> dict[str, Calculator]:
    """All of them, by name, in the reader's language."""
    return {each.name: each for each in (*_sizes(), *_parameters(), *_work())}


def _sizes() -> tuple[Calculator, ...]:
    n = Letter("n", _("input size n"), 224)
    k, s, p = Letter("k", _("kernel k"), 7), Letter("s", _("stride s"), 2), Letter("p", _("padding p"), 3, 0)
    d = Letter("d", _("dilation d"), 1)
    guide = "Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning"
    return (
        Calculator(
            "output",
            _("Output size of a convolution or a pooling"),
            r"\left\lfloor\frac{n+2p-d(k-1)-1}{s}\right\rfloor+1",
            (n, k, s, p, d),
            lambda v: shapes.window(v["n"], v["k"], v["s"], v["p"], v["d"]),
            f"{guide}, 2.4, 5.1",
            r"\left\lfloor\frac{<n>+2\cdot<p>-<d>\,(<k>-1)-1}{<s>}\right\rfloor+1",
        ),
        Calculator(
            "transposed",
            _("Output size of a transposed convolution"),
            r"s(n-1)+k-2p+o",
            (
                Letter("n", _("input size n"), 7),
                Letter("k", _("kernel k"), 4),
                s,
                Letter("p", _("padding p"), 1, 0),
                Letter("o", _("output padding o"), 0, 0),
            ),
            lambda v: shapes.transposed(v["n"], v["k"], v["s"], v["p"], output_padding=v["o"]),
            f"{guide}, 4.6",
            r"<s>\,(<n>-1)+<k>-2\cdot<p>+<o>",
        ),
        Calculator(
            "field",
            _("Receptive field of a stack"),
            r"1+\sum_{l=1}^{L}(k_l-1)\prod_{i<l}s_i",
            (Letter("layers", _("kernel/stride of each layer"), "3 3 2/2 3 3 2/2"),),
            lambda v: receptive_field(v["layers"]),
            "Araujo, Norris & Sim 2019, Computing receptive fields of convolutional neural networks",
            _field_filled,
        ),
    )


def receptive_field(layers: list[tuple[int, int]]) -> int:
    """Pixels that a unit of the last of these (kernel, stride) sees, along one axis."""
    axis = INPUT
    for kernel, stride in layers:
        following = window(axis, kernel, stride)
        assert following is not None  # windows alone never lose the count
        axis = following
    return field((axis,)).size[0]


def _field_filled(values: Values) -> str:
    terms, jump = ["1"], 1
    for kernel, stride in values["layers"]:
        terms.append(rf"{kernel - 1}\cdot{latex_number(jump)}")
        jump *= stride
    return "+".join(terms)


def _parameters() -> tuple[Calculator, ...]:
    width = Letter("d", _("width d"), 512)
    bias = Letter("b", _("bias b, 0 or 1"), 1, 0, 1)
    gates = tuple(
        Calculator(
            kind,
            _("Parameters of one {kind} layer", kind=name),
            rf"{count}\,h\,(x+h+b)",
            (
                Letter("x", _("inputs x"), 128),
                Letter("h", _("hidden units h"), 256),
                Letter("b", _("biases b: 2 in PyTorch, 1 in the paper"), 2, 0, 2),
            ),
            lambda v, kind=kind: recurrent.parameters(kind, v["x"], v["h"], biases=v["b"]),  # type: ignore[misc]
            source,
            rf"{count}\cdot<h>\,(<x>+<h>+<b>)",
        )
        for kind, name, count, source in (
            ("lstm", "LSTM", recurrent.GATES["lstm"], "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000"),
            ("gru", "GRU", recurrent.GATES["gru"], "Cho et al. 2014, Learning phrase representations"),
        )
    )
    return (
        Calculator(
            "conv",
            _("Parameters of a convolution"),
            r"f\left(k^2\,\frac{c}{g}+b\right)",
            (
                Letter("c", _("channels c"), 128),
                Letter("f", _("filters f"), 64),
                Letter("k", _("kernel k"), 3),
                Letter("g", _("groups g"), 1),
                bias,
            ),
            lambda v: parameters.conv2d(v["c"], v["f"], v["k"], groups=v["g"], bias=bool(v["b"])),
            "CS231n, Convolutional Neural Networks",
            r"<f>\left(<k>^2\cdot\frac{<c>}{<g>}+<b>\right)",
        ),
        Calculator(
            "linear",
            _("Parameters of a fully connected layer"),
            r"m\,(n+b)",
            (Letter("n", _("inputs n"), 25_088, 1, 10_000_000), Letter("m", _("outputs m"), 4096, 1, 10_000_000), bias),
            lambda v: parameters.linear(v["n"], v["m"], bias=bool(v["b"])),
            "CS231n, Neural Networks",
            r"<m>\,(<n>+<b>)",
        ),
        *gates,
        Calculator(
            "attention",
            _("Parameters of multi-head attention"),
            r"4d^2+4d",
            (width,),
            lambda v: attention.parameters(v["d"]),
            "Vaswani et al. 2017, Attention is all you need, 3.2.2",
            r"4\cdot<d>^2+4\cdot<d>",
        ),
        Calculator(
            "transformer",
            _("Parameters of a Transformer encoder layer"),
            r"12d^2+13d",
            (width,),
            lambda v: attention.block_parameters(v["d"]),
            _("Vaswani et al. 2017, 3.2 and 3.3, with 4d hidden units and two layer norms"),
            r"12\cdot<d>^2+13\cdot<d>",
        ),
        Calculator(
            "batch-norm",
            _("Parameters of batch normalization"),
            r"2c",
            (Letter("c", _("channels c"), 64),),
            lambda v: parameters.batch_norm(v["c"]),
            "Ioffe & Szegedy 2015, Batch normalization, algorithm 1",
            r"2\cdot<c>",
        ),
    )


def _work() -> tuple[Calculator, ...]:
    return (
        Calculator(
            "conv-macs",
            _("Multiply-adds (MACs) of a convolution"),
            r"h\,w\,f\,k^2\,\frac{c}{g}",
            (
                Letter("h", _("output rows h"), 56),
                Letter("w", _("output columns w"), 56),
                Letter("c", _("channels c"), 64),
                Letter("f", _("filters f"), 64),
                Letter("k", _("kernel k"), 3),
                Letter("g", _("groups g"), 1),
            ),
            lambda v: macs.conv2d(v["c"], v["f"], v["k"], v["h"] * v["w"], groups=v["g"]),
            "Sze, Chen, Yang & Emer 2017, Efficient processing of deep neural networks",
            r"<h>\cdot<w>\cdot<f>\cdot<k>^2\cdot\frac{<c>}{<g>}",
        ),
        Calculator(
            "attention-macs",
            _("Multiply-adds (MACs) of self-attention"),
            r"4nd^2+2n^2d",
            (Letter("n", _("tokens n"), 1024), Letter("d", _("width d"), 768)),
            lambda v: attention.macs(v["d"], v["n"]),
            "Vaswani et al. 2017, Attention is all you need, 3.2",
            r"4\cdot<n>\cdot<d>^2+2\cdot<n>^2\cdot<d>",
        ),
    )
