"""The words of a spec: what each does to the shape before it, and what it costs. The grammar is told in spec.py."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from seodang.counting import attention, image_words, macs, parameters, recurrent
from seodang.counting.place import Place, Step, Word, needed, refused


class Entry(NamedTuple):
    """A word that there is: how it is counted, how it is written, which options it takes."""

    layer: Callable[[Place, Word], Step]
    example: str
    options: str = ""


def linear(place: Place, word: Word) -> Step:
    """`fc10`: of a sequence, every step; of an image, all its numbers."""
    outputs = needed(place, word.size if word.width is None else word.width, "fc10")
    positions, inputs = place.sequence if len(place.shape) == 2 else (1, prod(place.shape))
    products = macs.linear(inputs, outputs, positions=positions)
    count = parameters.linear(inputs, outputs, bias=bool(word.option("b", absent=1)))
    shape = (positions, outputs) if len(place.shape) == 2 else (outputs,)
    return Step("Linear", shape, None, count, products, products if place.data else 0)


def batch_norm(place: Place, word: Word) -> Step:  # noqa: ARG001 (the word has no numbers)
    """`bn`: a scale and a shift a channel, or a feature."""
    image = len(place.shape) == 3
    count = parameters.batch_norm(place.shape[0 if image else -1])
    return Step("BatchNorm2d" if image else "BatchNorm1d", place.shape, place.axes, count)


def layer_norm(place: Place, word: Word) -> Step:  # noqa: ARG001
    """`ln`: a scale and a shift a feature; of an image, all its numbers are features."""
    features = prod(place.shape) if len(place.shape) == 3 else place.shape[-1]
    return Step("LayerNorm", place.shape, place.axes, parameters.layer_norm(features))


def flatten(place: Place, word: Word) -> Step:  # noqa: ARG001
    """`flatten`."""
    return Step("Flatten", (prod(place.shape),))


def embedding(place: Place, word: Word) -> Step:
    """`emb-8000x300`: of word numbers, a row of the table each."""
    words, width = needed(place, word.width, "emb-8000x300"), needed(place, word.times, "emb-8000x300")
    if len(place.shape) != 1:
        raise refused(
            place, "layer {number}, {word}: its input is {shape}, and it reads word numbers, as many as steps (--input 100)"
        )
    return Step("Embedding", (place.shape[0], width), None, parameters.embedding(words, width))


def recurrence(place: Place, word: Word) -> Step:
    """`lstm-128`, `gru-128x2`, `birnn-64`."""
    kind, directions = word.name.removeprefix("bi"), 2 if word.name.startswith("bi") else 1
    hidden = needed(place, word.size if word.width is None else word.width, f"{word.name}-128")
    layers = 1 if word.times is None else needed(place, word.times, f"{word.name}-128x2")
    steps, features = place.sequence
    return Step(
        kind.upper(),
        (steps, directions * hidden),
        None,
        recurrent.parameters(kind, features, hidden, layers=layers, directions=directions),
        recurrent.macs(kind, features, hidden, steps, layers=layers, directions=directions),
        recurrent.spared_macs(kind, features, hidden, steps, layers=layers, directions=directions, data=place.data),
    )


def last(place: Place, word: Word) -> Step:
    """`last`, `mean`: one row of features from a sequence."""
    return Step(word.name.capitalize(), (place.sequence[1],))


def self_attention(place: Place, word: Word) -> Step:
    """`attention-512x8`."""
    steps, width = _heads(place, word)
    # The projections of query, key and value read the layer's input.
    spared = 3 * steps * width * width if place.data else 0
    return Step(
        "MultiheadAttention",
        place.shape,
        None,
        attention.parameters(width),
        attention.macs(width, steps),
        spared,
    )


def transformer(place: Place, word: Word) -> Step:
    """`transformer-512x8`: attention, and two linear maps through four times the width."""
    steps, width = _heads(place, word)
    # Nothing is spared of a first layer but what its attention reads.
    spared = 3 * steps * width * width if place.data else 0
    return Step(
        "TransformerEncoderLayer",
        place.shape,
        None,
        attention.block_parameters(width),
        attention.block_macs(width, steps),
        spared,
    )


def _heads(place: Place, word: Word) -> tuple[int, int]:
    """Steps and width, once the width is the input's and the heads divide it."""
    width, heads = needed(place, word.width, f"{word.name}-512x8"), 1 if word.times is None else word.times
    steps, features = place.sequence
    if width != features:
        raise refused(
            place,
            "layer {number}, {word}: its input is {shape}, {features} features a step, and its width is {width}; "
            "put fc{width} or emb before it",
            features=features, width=width,
        )  # fmt: skip
    if width % needed(place, heads, f"{word.name}-512x8"):
        raise refused(
            place,
            "layer {number}, {word}: {heads} heads cannot share a width of {width} evenly; {width} / {heads} = {share}",
            heads=heads, width=width, share=round(width / heads, 2),
        )  # fmt: skip
    return steps, width


def _unchanged(kind: str) -> Callable[[Place, Word], Step]:
    """A layer that keeps the shape and is not trained."""
    return lambda place, _word: Step(kind, place.shape, place.axes)


UNCHANGED = {
    "relu": "ReLU",
    "leakyrelu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softmax": "Softmax",
    "dropout": "Dropout",
    "lrn": "LocalResponseNorm",
}
BY_NAME: dict[str, Entry] = {
    "conv": Entry(image_words.convolution, "conv3-64", "/pdgb"),
    "dw": Entry(image_words.depthwise, "dw3", "/pdb"),
    "deconv": Entry(image_words.transposed, "deconv2-64/2", "/pdgob"),
    "pool": Entry(image_words.pooling, "pool2/2", "/pdc"),
    "avgpool": Entry(image_words.pooling, "avgpool2/2", "/pc"),
    "gap": Entry(image_words.global_average, "gap"),
    "fc": Entry(linear, "fc10", "b"),
    "bn": Entry(batch_norm, "bn"),
    "ln": Entry(layer_norm, "ln"),
    "flatten": Entry(flatten, "flatten"),
    "emb": Entry(embedding, "emb-8000x300"),
    **{both + kind: Entry(recurrence, f"{both}{kind}-128") for both in ("", "bi") for kind in recurrent.GATES},
    "last": Entry(last, "last"),
    "mean": Entry(last, "mean"),
    "attention": Entry(self_attention, "attention-512x8"),
    "transformer": Entry(transformer, "transformer-512x8"),
    **{name: Entry(_unchanged(kind), name) for name, kind in UNCHANGED.items()},
}
