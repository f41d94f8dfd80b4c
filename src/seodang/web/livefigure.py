"""The figure of a run under way: what has come in so far before the cloud of the author's seeds. Of a fixed size.

The whole figure (`seodang.figures`) follows when the run is over; this one is drawn several times a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seodang.figures.readings import curve_median, loss_ceiling, median
from seodang.figures.scale import Scale, scale_for

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Page

ROW, WIDTH, CURVES = 44, 640, 150
"""A row of dots and the panel of curves in pixels. Dots lie in percent of the width, so that words keep their size on a
small screen; the curves are drawn on WIDTH units and stretched."""
LEFT, RIGHT = 1.5, 98.5


@dataclass(frozen=True)
class ArmDrawn:
    """One arm: its dots, each (x in percent, y), and its curves as the points of polylines."""

    label: str
    top: float
    cloud: tuple[tuple[float, float], ...]
    dots: tuple[tuple[float, float], ...]
    fallen: int
    """Seeds that diverged."""
    middle: float | None
    median: str
    curves: tuple[str, ...]
    growing: tuple[str, ...]
    """The curves of the seeds that are being trained, as far as they are."""
    curve: str


@dataclass(frozen=True)
class LiveFigure:
    """Everything the template places."""

    metric: str
    arms: tuple[ArmDrawn, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    loss_ticks: tuple[tuple[float, str], ...]
    curved: bool
    """Whether there is a panel of curves, filled already or not."""


@dataclass(frozen=True)
class _Sheet:
    """What the arms are drawn on and from."""

    metric: str
    scale: Scale
    losses: Scale | None
    cloud: Evidence | None
    ledger: Evidence | None
    growing: Mapping[str, Sequence[Sequence[float | None]]]


def live_figure(
    words: Page,
    ledger: Evidence | None,
    whole: Evidence | None,
    recorded: Evidence | None,
    growing: Mapping[str, Sequence[Sequence[float | None]]] | None = None,
    *,
    curved: bool = False,
) -> LiveFigure | None:
    """The first metric of every arm as dots, and the training loss; None where nothing has one number a seed.

    `ledger` is what is shown of the `whole` ledger, whose numbers set the axes: they stand still while seeds are shown one
    by one. Of the author's record nothing is drawn, no tick of an axis either, before the first seed of one's own is shown:
    until then the prediction may be changed. `growing` is the loss of the seeds under way, drawn on the axes of those known.
    `curved` keeps the place of the curves free before there are any.
    """
    if words.kind == "derivation" or not words.metrics:
        return None
    metric = next(iter(words.metrics))
    known = whole or recorded
    names = [name for name in words.arms if known is None or metric in known.arms.get(name, ())]
    title, height = words.metrics[metric], ROW * len(names)
    curved = curved or any(each is not None and bool(each.curves) for each in (recorded, whole))
    if ledger is None or whole is None or not ledger.seeds:
        blank = [
            ArmDrawn(words.arms[name], place * ROW, (), (), 0, None, "", (), (), "") for place, name in enumerate(names)
        ]
        return LiveFigure(title, tuple(blank), (), height, (), curved)
    numbers = [value for each in (recorded, whole) if each for arm in each.arms.values() for value in arm.get(metric, ())]
    scale = scale_for([value for value in numbers if math.isfinite(value)] or [0.0, 1.0])
    losses = _loss_scale(recorded, whole)
    sheet = _Sheet(metric, scale, losses, recorded, ledger, growing or {})
    return LiveFigure(
        metric=title,
        arms=tuple(_arm(words.arms[name], name, place * ROW, sheet) for place, name in enumerate(names)),
        ticks=tuple((_x(scale, value), scale.written(value)) for value in scale.ticks(5)),
        height=height,
        loss_ticks=tuple((_y(losses, value), losses.written(value)) for value in losses.ticks(3)) if losses else (),
        curved=curved,
    )


def _arm(label: str, name: str, top: float, sheet: _Sheet) -> ArmDrawn:
    scale, losses, ledger, cloud = sheet.scale, sheet.losses, sheet.ledger, sheet.cloud
    own = ledger.arms[name][sheet.metric] if ledger else ()
    middle = median(own)
    curves = list(ledger.curves[name].loss) if ledger and name in ledger.curves else []
    steps = ledger.curves[name].step if ledger and name in ledger.curves else ()
    return ArmDrawn(
        label=label,
        top=top,
        cloud=_dots(scale, cloud.arms[name].get(sheet.metric, ()), top) if cloud and name in cloud.arms else (),
        dots=_dots(scale, own, top),
        fallen=sum(not math.isfinite(value) for value in own),
        middle=_x(scale, middle) if math.isfinite(middle) else None,
        median=scale.written(float(f"{middle:.4g}")) if math.isfinite(middle) else "",
        curves=tuple(_line(losses, steps, line) for line in curves) if losses else (),
        growing=tuple(_line(losses, steps, line) for line in sheet.growing.get(name, ()) if line)
        if losses and steps
        else (),
        curve=_line(losses, steps, curve_median(curves)) if losses and curves else "",
    )


def _dots(scale: Scale, values: Iterable[float], top: float) -> tuple[tuple[float, float], ...]:
    """Where the dots lie: neighbours in turn above and below the middle of the row, so that they stay visible."""
    lanes = (0, -5, 5, -9, 9)
    finite = (value for value in values if math.isfinite(value))
    return tuple((_x(scale, value), top + 30 + lanes[turn % 5]) for turn, value in enumerate(finite))


def _loss_scale(cloud: Evidence | None, ledger: Evidence | None) -> Scale | None:
    known = [c.loss for each in (cloud, ledger) if each for c in each.curves.values()]
    ceiling = loss_ceiling(known)
    values = [v for losses in known for line in losses for v in line if math.isfinite(v) and v <= ceiling]
    return scale_for(values) if values else None


def _x(scale: Scale, value: float) -> float:
    return round(_across(scale.fraction(scale.clip(value))), 2)


def _across(fraction: float) -> float:
    return LEFT + fraction * (RIGHT - LEFT)


def _y(scale: Scale, value: float) -> float:
    return round(CURVES - 8 - scale.fraction(scale.clip(value)) * (CURVES - 20), 1)


def _line(scale: Scale, steps: Sequence[int], losses: Sequence[float | None]) -> str:
    """The points of a polyline; it ends where the loss is no longer finite."""
    points = []
    for step, loss in zip(steps, losses, strict=False):
        if loss is None or not math.isfinite(loss):
            break
        points.append(f"{WIDTH * _across(step / steps[-1]) / 100:.0f},{_y(scale, loss):.0f}")
    return " ".join(points)
