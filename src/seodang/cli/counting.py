"""Count a network: parameters, arithmetic, shapes, receptive field, training memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.markup import escape

from seodang.cli.counted import print_layers, print_memory, print_totals
from seodang.cli.errors import UsageError
from seodang.cli.options import DATA, Data
from seodang.cli.screen import aside, out, print_json
from seodang.locale import _, spoken

if TYPE_CHECKING:
    from torch import nn

    from seodang.counting.memory import TrainingMemory
    from seodang.counting.network import Network

Shapes = tuple[tuple[int, ...], ...]
IMAGE = (3, 224, 224)
MOST = 10**9
"""Examples of a batch."""


@Parameter(name="*")
@dataclass(frozen=True)
class Step:
    """The training step whose memory is told."""

    batch: int | None = None
    """Examples a step: tells the training memory."""
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam"
    """What updates the parameters."""
    precision: Literal["fp32", "bf16", "mixed"] = "fp32"
    """The numbers that are computed with."""
    checkpointing: Annotated[bool, Parameter(negative="")] = False
    """Compute activations again in the backward pass instead of keeping them."""
    memory: str | None = None
    """Tell the largest batch that fits, as in 8GB."""


STEP = Step()


def count(
    *network: str,
    input: str | None = None,
    picture: Path | None = None,
    step: Step = STEP,
    data: Data = DATA,
) -> None:
    """Count a network's parameters, arithmetic, shapes and receptive field, layer by layer.

    Parameters
    ----------
    network
        A name (`seodang models` lists them), FILE.py:Class, 'nn.Sequential(…)', or layers: conv3-64p relu pool fc10.
    input
        The shape of one example, without the batch: 3x224x224. Several inputs: 10x512,20x512.
    picture
        Draw the network into this file, .svg or .png.
    """
    typed = " ".join(network).strip()
    if not typed:
        raise UsageError(_("count what? For example: seodang count resnet50, or seodang count 'conv3-64p relu pool fc10'"))
    if step.batch is not None and not 1 <= step.batch <= MOST:
        raise UsageError(_("--batch {batch}: must be from 1 to {most}", batch=step.batch, most=f"{MOST:,}"))
    _room(step)
    module, counted, shapes = _counted(typed, _shapes(input))
    wanted = data.json or step != STEP
    memory, why = _memory(module, counted, shapes, step) if wanted else (None, "")
    if picture is not None:
        _draw(counted, picture)
    if data.json:
        print_json(_document(counted, step, memory))
        if why:
            aside().print(escape(why))
        return
    console = out()
    print_layers(console, counted)
    print_totals(console, counted)
    if memory is not None:
        print_memory(console, memory, step.optimizer, _fitting(memory, step))
    elif why:
        console.print(escape(why))


def _shapes(text: str | None) -> Shapes:
    """`3x224x224`, or several with commas; empty when not given."""
    if text is None:
        return ()
    plain = text.lower().replace("×", "x").replace(" ", "")
    if not re.fullmatch(r"\d{1,9}(x\d{1,9})*(,\d{1,9}(x\d{1,9})*)*", plain) or re.search(r"(?<!\d)0+(?!\d)", plain):
        raise UsageError(
            _("--input {text}: write a shape as 3x224x224, without the batch, every number 1 to 999999999", text=text)
        )
    return tuple(tuple(map(int, one.split("x"))) for one in plain.split(","))


def _counted(typed: str, shapes: Shapes) -> tuple[nn.Module | None, Network, Shapes]:
    """What is typed, counted: its module (None for a spec), its network and the shapes it was counted with."""
    from seodang.cli.building import from_expression, from_file
    from seodang.cli.models import published, published_named
    from seodang.counting.spec import from_spec, looks_like_spec

    named = published_named(typed)
    module = named.build() if named else from_file(typed) or from_expression(typed)
    if module is not None:
        from seodang.counting.tracing import count_module

        shapes = shapes or (named.input if named else _usual(module))
        return module, count_module(module, *shapes, name=named.name if named else ""), shapes
    if (
        " " not in typed and not looks_like_spec(typed) and not re.search(r"\d-\d", typed)
    ):  # a slip in a layer is named below
        raise UsageError(_unknown(typed, [each.name for each in published()]))
    if len(shapes) > 1:
        raise UsageError(_("--input: a network of typed layers has one input"))
    shapes = shapes or (IMAGE,)
    return None, from_spec(typed, shapes[0]), shapes


def _unknown(typed: str, names: list[str]) -> str:
    """What to say to a word that is neither a network nor a layer."""
    import difflib

    if typed.endswith(".py"):
        return _("{file}: say which network in it: {file}:Net", file=typed)
    near = difflib.get_close_matches(typed.lower(), names, n=1, cutoff=0.5)
    if near:
        return _("{name}: there is no such network; did you mean {near}?", name=typed, near=near[0])
    return _(
        "{name}: there is no such network (`seodang models` lists them) and no such layer (write conv3-64p relu pool fc10)",
        name=typed,
    )


def _usual(module: nn.Module) -> Shapes:
    """The input that a network's first layer tells by itself."""
    from torch import nn

    first = next((each for each in module.modules() if not any(each.children())), module)
    if isinstance(first, nn.Linear):
        return ((first.in_features,),)
    if isinstance(first, nn.Conv2d) and first.in_channels == IMAGE[0]:
        return (IMAGE,)
    raise UsageError(_("--input: say the shape of one example, without the batch, as in --input 3x224x224"))


def _memory(module: nn.Module | None, counted: Network, shapes: Shapes, step: Step) -> tuple[TrainingMemory | None, str]:
    """The memory of a training step, or why it is not known."""
    batch = step.batch or 1
    options: Any = {"optimizer": step.optimizer, "precision": step.precision, "checkpointing": step.checkpointing}
    if module is None:
        from seodang.counting.typed_memory import of_spec

        return of_spec(counted, batch, **options), ""
    if len(shapes) > 1:
        return None, _("The training memory of a network with several inputs is not told.")
    from seodang.counting.errors import CountingError
    from seodang.counting.examples import one_input, with_its_numbers
    from seodang.counting.saved import training_memory

    try:
        one = one_input(module)
        return with_its_numbers(module, lambda kind: training_memory(one, shapes[0], batch, dtype=kind, **options)), ""
    except CountingError as refused:
        return None, _("The training memory is not known: {why}", why=_(refused.sentence, **refused.values))


def _document(counted: Network, step: Step, memory: TrainingMemory | None) -> dict[str, Any]:
    """What --json prints."""
    told: dict[str, Any] | None = None
    if memory is not None:
        settings = {"optimizer": step.optimizer, "precision": step.precision, "checkpointing": step.checkpointing}
        fitting = _fitting(memory, step)
        fits = {"largest_batch": fitting[1]} if fitting else {}
        told = memory.to_json() | {"settings": settings} | fits
    return counted.to_json() | {"training_memory": told}


def _fitting(memory: TrainingMemory, step: Step) -> tuple[str, int] | None:
    """The memory that was named, and the largest batch that fits it."""
    room = _room(step)
    return None if step.memory is None or room is None else (step.memory, memory.largest_batch(room))


def _room(step: Step) -> int | None:
    """The memory that was named, in bytes. CountingError for what is no size."""
    if step.memory is None:
        return None
    from seodang.counting.memory import parse_bytes

    return parse_bytes(step.memory)


def _draw(counted: Network, path: Path) -> None:
    from seodang.figures.image import save_svg
    from seodang.figures.network import network_svg

    save_svg(network_svg(counted, language=spoken(), heading=counted.name), path)
