"""A network typed in one line, counted without building it: `conv3-64p relu pool conv3-128p/2 bn relu gap fc10`.

Words stand one after another, each reading its left neighbour's output:

    conv3-64       convolution, 3 x 3, 64 filters; then, in any order: /2 stride, p1 padding (p alone: half the kernel),
                   d2 dilation, g4 groups, b0 no bias
    dw3            depthwise convolution: every channel has a filter of its own
    deconv2-64/2   transposed convolution; also o1 output padding
    pool  pool3/2  max pooling, 2 x 2 and as far apart as it is wide unless said; c rounds the size up; avgpool likewise
    gap            global average pooling
    fc10           linear; flattens an image, works on every step of a sequence; b0 no bias
    bn  ln         batch and layer normalization
    relu tanh …    activations, dropout, softmax, lrn, flatten
    emb-8000x300   embedding, 8,000 words of 300 numbers
    lstm-128       recurrent, 128 hidden units; rnn and gru likewise; lstm-128x2 two layers; bilstm-128 both ways
    last  mean     of a sequence the last step, or the mean of all
    attention-512x8  transformer-512x8   self-attention and a whole encoder layer, width 512, 8 heads
    12*WORD        the word 12 times

Nothing is padded unless `p` says so, as in torch: VGG's 3 x 3 convolutions are `conv3-64p`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from seodang.counting.errors import CountingError
from seodang.counting.network import Layer, Network
from seodang.counting.place import Place, Word, refused
from seodang.counting.receptive_field import INPUT, field
from seodang.counting.words import BY_NAME

LARGEST = 1_000_000
LARGEST_OUTPUT = 1_000_000_000
LONGEST = 1_000
"""A spec is typed by a person: larger numbers and more layers are a slip of the finger."""

_WORD = re.compile(r"(?:(\d+)\*)?([a-z]+)(.*)")
_NUMBERS = re.compile(r"(\d+)?(?:x(\d+))?(?:-(\d+)(?:x(\d+))?)?((?:/\d+|[a-wyz]\d*)*)")
_OPTION = re.compile(r"(/|[a-z])(\d*)")


def from_spec(spec: str, input: tuple[int, ...] = (3, 224, 224), name: str = "") -> Network:
    """Count a typed network for one example of this shape: channels, rows, columns; or steps, features; or one number.

    Raises CountingError for a word that there is not and for an impossible shape; it names the layer and the arithmetic.
    """
    if not input or any(not 1 <= size <= LARGEST for size in input):
        raise CountingError(
            "--input {shape}: every number must be 1 to {largest}, as in 3x224x224",
            shape="x".join(map(str, input)), largest=LARGEST,
        )  # fmt: skip
    place = Place(0, "", input, (INPUT, INPUT) if len(input) == 3 else None, data=True)
    layers = []
    for number, word in enumerate(_words(spec), start=1):
        place = replace(place, number=number, word=word.text)
        kind, output, axes, parameters, macs, spared = BY_NAME[word.name].layer(place, word)
        if max(output) > LARGEST_OUTPUT:
            size = max(output)
            raise refused(
                place,
                "layer {number}, {word}: its output would be {size} long; at most {most}",
                size=size,
                most=LARGEST_OUTPUT,
            )
        seen = field(axes) if axes else None
        layers.append(Layer(word.text, kind, place.shape, output, parameters, macs, seen, spared))
        place = replace(place, shape=output, axes=axes, data=place.data and not parameters)
    return Network(name or " ".join(spec.split()), input, tuple(layers))


def looks_like_spec(text: str) -> bool:
    """Whether a text is meant as a spec: its first word is one of ours."""
    found = _WORD.match(text.strip().lower())
    return bool(found and found[2] in BY_NAME and "(" not in text)


def _words(spec: str) -> list[Word]:
    words: list[Word] = []
    for text in spec.lower().replace(",", " ").split():
        place = Place(len(words) + 1, text, (), None, data=True)
        times, word = _word(place, text)
        if len(words) + times > LONGEST:
            raise refused(place, "layer {number}, {word}: that is more than {most} layers", most=LONGEST)
        words += [word] * times
    if not words:
        raise CountingError("the network is empty; type its layers, as in conv3-64 relu pool fc10")
    return words


def _word(place: Place, text: str) -> tuple[int, Word]:
    """How many times, and the word taken apart."""
    found = _WORD.fullmatch(text)
    name = found[2] if found else text
    if found is None or name not in BY_NAME:
        near = difflib.get_close_matches(name, BY_NAME, n=1, cutoff=0.5)
        if near:
            raise refused(
                place, "layer {number}, {word}: there is no {name}; did you mean {near}?",
                name=name, near=BY_NAME[near[0]].example,
            )  # fmt: skip
        raise refused(
            place, "layer {number}, {word}: there is no {name}; there is {words}", name=name, words=", ".join(BY_NAME)
        )
    entry, numbers = BY_NAME[name], _NUMBERS.fullmatch(found[3])
    given = _OPTION.findall(numbers[5]) if numbers else []
    options = {letter: _number(place, digits) for letter, digits in given}
    stray = next((letter for letter in options if letter not in entry.options), None)
    if numbers is None or stray or (numbers[2] and numbers[2] != numbers[1]):
        raise refused(
            place, "layer {number}, {word}: cannot be read at {rest}; write it as in {example}",
            rest=stray or found[3], example=entry.example,
        )  # fmt: skip
    size, width, times = (_number(place, numbers[group]) for group in (1, 3, 4))
    bare = text.partition("*")[2] if found[1] else text
    return _number(place, found[1]) or 1, Word(bare, name, size, width, times, options)


def _number(place: Place, digits: str | None) -> int | None:
    """A number of a word, None where none stands."""
    if not digits:
        return None
    # Counted before they are read: Python refuses to read thousands of digits.
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise refused(place, "layer {number}, {word}: {value} is more than {most}", value=digits[:12], most=LARGEST)
    return int(digits)
