"""The Count page: a network typed in one line, what it costs layer by layer, and the memory of its training. No torch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from seodang.counting.errors import CountingError
from seodang.counting.memory import Optimizer, Precision, TrainingMemory, parse_bytes
from seodang.counting.spec import LARGEST, from_spec
from seodang.counting.spec import LONGEST as MOST_LAYERS
from seodang.counting.typed_memory import of_spec
from seodang.figures import network_svg, sees
from seodang.figures.network_words import chosen_place, shape_text
from seodang.library.placeholders import written
from seodang.locale import _, spoken
from seodang.web.pages import fragment, page

if TYPE_CHECKING:
    from seodang.counting.network import Network

router = APIRouter()
Choice = TypeVar("Choice", bound=str)

OPTION = "--input"
"""What the command line calls the field of the input; a page has fields and no options."""
LONGEST = 10_000
"""Characters of a spec. Longer ones are no address."""
LARGEST_BATCH = 1_000_000
WIDTHS = tuple(quarter / 4 for quarter in range(1, 17))
STOPS = {
    "width": [f"{width:g}" for width in WIDTHS],
    "side": [str(side) for side in (16, 28, 32, 48, 64, 96, 112, 128, 160, 192, 224, 256, 299, 320, 384, 448, 512)],
    "batch": [str(2**power) for power in range(13)],
    "memory": [f"{size}GB" for size in (1, 2, 4, 6, 8, 11, 12, 16, 24, 32, 40, 48, 64, 80, 141, 192)],
}
"""Where a slider stops."""
_WIDE = re.compile(
    r"((?:\d+\*)?(?:(?:de)?conv\d*(?:x\d+)?-|fc|(?:bi)?(?:lstm|gru|rnn)-|attention-|transformer-|emb-\d+x))(\d+)"
)
"""A word that says how wide its layer is."""


@dataclass(frozen=True)
class Example:
    """A network to begin with."""

    name: str
    spec: str
    input: str


EXAMPLES = (
    Example("LeNet-5", "conv5-6 tanh avgpool conv5-16 tanh avgpool conv5-120 tanh fc84 tanh fc10", "1x32x32"),
    Example(
        "AlexNet",
        "conv11-64/4p2 relu pool3/2 conv5-192p relu pool3/2 conv3-384p relu conv3-256p relu conv3-256p relu pool3/2 "
        "dropout fc4096 relu dropout fc4096 relu fc1000",
        "3x224x224",
    ),
    Example(
        "VGG-16",
        "conv3-64p relu conv3-64p relu pool conv3-128p relu conv3-128p relu pool "
        "conv3-256p relu conv3-256p relu conv3-256p relu pool conv3-512p relu conv3-512p relu conv3-512p relu pool "
        "conv3-512p relu conv3-512p relu conv3-512p relu pool fc4096 relu dropout fc4096 relu dropout fc1000",
        "3x224x224",
    ),
    Example("LSTM", "emb-8000x300 lstm-256x2 last fc2", "100"),
    Example("Transformer", "emb-8000x512 6*transformer-512x8 fc8000", "128"),
)


@dataclass(frozen=True)
class Settings:
    """What is typed, as it is typed: it is shown again whatever it is. Every state of the page is an address."""

    spec: str = EXAMPLES[0].spec
    input: str = EXAMPLES[0].input
    width: str = "1"
    layer: str = ""
    batch: str = "32"
    optimizer: str = "adam"
    precision: str = "fp32"
    checkpointing: str = ""
    memory: str = "8GB"

    def address(self, path: str = "/count", **other: object) -> str:
        """Where the page is with these settings, some of them changed."""
        changed = replace(self, **{name: str(value) for name, value in other.items()})
        return f"{path}?{urlencode({name: value for name, value in asdict(changed).items() if value})}"


Asked = Annotated[Settings, Depends(Settings)]
"""A page's parameter that is given what the address says."""


class SlipError(ValueError):
    """What cannot be counted, in the reader's language, and the field in which it was typed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@contextmanager
def typed_in(field: str) -> Iterator[None]:
    """What cannot be counted inside was typed in this field."""
    try:
        yield
    except CountingError as error:
        raise SlipError(field, _(error.sentence, **error.values).replace(OPTION, _("Input"))) from None


@dataclass(frozen=True)
class Counted:
    """Everything the page shows of a network."""

    network: Network
    place: int | None
    """The layer whose unit's view is drawn, from 0; None where none has one."""
    training: TrainingMemory
    device: int
    """Bytes of the device's memory."""

    @property
    def largest(self) -> int:
        """The largest batch that fits the device; 0 when none does."""
        return self.training.largest_batch(self.device)

    @property
    def batches(self) -> list[TrainingMemory]:
        """The chosen batch, beside a batch of one and the largest that fits."""
        return [self.training.at(size) for size in sorted({1, self.training.batch, self.largest} - {0})]


@router.get("/count")
def count(request: Request, asked: Asked) -> Response:
    """The whole page; what was typed wrongly is said beside what was typed."""
    values = shown(asked)
    status = 422 if values["slip"] else 200
    return page(request, "count.html", status, **values, **_choices(), examples=EXAMPLES, stops=STOPS)


@router.get("/counted")
def counted_part(asked: Asked) -> Response:
    """The numbers alone, while one types and slides. What cannot be counted leaves the last numbers standing."""
    return HTMLResponse(fragment("_counted.html", **shown(asked), live=True))


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What may be chosen, and how it is called."""
    precisions = {"fp32": "FP32", "bf16": "BF16", "mixed": _("mixed (autocast to BF16)")}
    names = {"sgd": "SGD", "momentum": _("SGD with momentum"), "rmsprop": "RMSprop", "adagrad": "Adagrad"}
    optimizers = {"adam": "Adam", "adamw": "AdamW"} | names
    return {"optimizers": list(optimizers.items()), "precisions": list(precisions.items())}


def shown(asked: Settings) -> dict[str, Any]:
    """What the templates are given: what the settings come to, or what is wrong with the first that is wrong."""
    counted, slip, picture, sight = None, None, "", ""
    try:
        counted = counted_from(asked)
    except SlipError as error:
        slip = error
    else:
        picture = network_svg(counted.network, counted.place, spoken())
        sight = sees(counted.network, counted.place, spoken())
    return {
        "asked_for": asked,
        "counted": counted,
        "slip": slip,
        "picture": Markup(picture),
        "sight": sight,
        "in_words": in_words,
        "rounded": rounded,
        "shape_text": shape_text,
    }


def counted_from(asked: Settings) -> Counted:
    """What the settings come to; SlipError says what cannot be counted."""
    if len(asked.spec) > LONGEST:
        raise SlipError("spec", _("More than {most} characters; that is no network to type.", most=written(LONGEST)))
    width = number("width", asked.width, WIDTHS[0], WIDTHS[-1])
    shape = shape_of(asked.input)
    with typed_in("spec"):
        network = from_spec(widened(asked.spec, width), shape)
    place = _place(asked.layer, network)
    batch = round(number("batch", asked.batch, 1, LARGEST_BATCH))
    with typed_in("memory"):
        device = parse_bytes(asked.memory)
    optimizer = one_of("optimizer", asked.optimizer, get_args(Optimizer))
    precision = one_of("precision", asked.precision, get_args(Precision))
    with typed_in("spec"):
        training = of_spec(network, batch, optimizer=optimizer, precision=precision, checkpointing=bool(asked.checkpointing))
    return Counted(network, place, training, device)


def _place(text: str, network: Network) -> int | None:
    """The layer asked for; of a network that has become shorter the last; where none is, the deepest with a window."""
    if not text.strip():
        return chosen_place(network, None)
    return min(round(number("layer", text, 1, MOST_LAYERS)), len(network.layers)) - 1


def shape_of(text: str) -> tuple[int, ...]:
    """The shape of one example: `3x224x224`, `100x28`, `784`."""
    parts = re.split(r"\s*[x×*,]\s*|\s+", text.strip().lower())
    if len(parts) > 3 or not all(re.fullmatch("[0-9]{1,9}", part) and 1 <= int(part) <= LARGEST for part in parts):
        raise SlipError("input", _("{text}: write an input as 3x224x224, 100x28 or 784.", text=text.strip() or "—"))
    return tuple(map(int, parts))


def number(field: str, text: str, low: float, high: float) -> float:
    """A number typed in a field; SlipError outside its bounds."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        sentence = _("{text}: a number from {low} to {high}.", text=text or "—", low=written(low), high=written(high))
        raise SlipError(field, sentence)
    return value


def one_of(field: str, value: str, choices: Sequence[Choice]) -> Choice:
    """The choice that was made; SlipError names those that there are."""
    for choice in choices:
        if choice == value:
            return choice
    raise SlipError(field, _("{value}: there is {choices}.", value=value or "—", choices=", ".join(choices)))


def widened(spec: str, times: float) -> str:
    """The spec with every layer this many times as wide; what comes out at the end stays: so many classes there are."""
    words = spec.split()
    if times == 1:
        return spec
    last = max((place for place, word in enumerate(words) if _WIDE.match(word)), default=-1)
    return " ".join(word if place == last else _wider(word, times) for place, word in enumerate(words))


def _wider(word: str, times: float) -> str:
    found = _WIDE.match(word)
    if found is None:
        return word
    before, width = found[1], int(found[2])
    return f"{before}{max(1, round(width * times))}{word[found.end() :]}"


def in_words(size: float) -> str:
    """Bytes as a reader says them: 528 MB, 1.23 GB; powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            return f"{size:,.0f} {unit}" if unit == "B" or size >= 99.95 else f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError


def rounded(count: float) -> str:
    """A large count to three digits: 138 M, 15.5 G."""
    for unit in ("", "k", "M", "G", "T", "P"):
        if count < 999.5 or unit == "P":
            return f"{count:.3g} {unit}".strip() if count < 1000 else f"{count:,.0f} {unit}"
        count /= 1000
    raise AssertionError
