"""The figure of a run under way: what has come in so far before the cloud of the author's seeds. Of a fixed size.

The whole figure (`seodang.figures`) follows when the run is over; this one is drawn several times a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seodang.figures.readings import curve_median, loss_ceiling, median
from seodang.figures.scale import Scale, scale_for

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Page
    from seodang.web.workers import Job

WIDTH, ROW, CURVES = 640, 44, 150
LEFT, RIGHT = 8, 632


@dataclass(frozen=True)
class ArmDrawn:
    """One arm: its dots, each (x, y), and its curve so far as the points of a polyline."""

    label: str
    top: float
    cloud: tuple[tuple[float, float], ...]
    dots: tuple[tuple[float, float], ...]
    fallen: int
    """Seeds that diverged."""
    middle: float | None
    median: str
    curves: tuple[str, ...]
    curve: str


@dataclass(frozen=True)
class LiveFigure:
    """Everything the template places."""

    metric: str
    arms: tuple[ArmDrawn, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    loss_ticks: tuple[tuple[float, str], ...]


def live_figure(job: Job, recorded: Evidence | None, words: Page) -> LiveFigure | None:
    """The first metric of every arm as dots, and the training loss; None where nothing has one number a seed."""
    known = recorded or job.ledger
    if known is None or known.exact or not words.metrics:
        return None
    ledger = job.ledger
    cloud = recorded if recorded and not job.exploration else None
    metric = next(iter(words.metrics))
    numbers = [value for each in (cloud, ledger) if each for arm in each.arms.values() for value in arm.get(metric, ())]
    scale = scale_for([value for value in numbers if math.isfinite(value)] or [0.0, 1.0])
    losses = _loss_scale(cloud, ledger)
    names = [name for name in words.arms if name in known.arms and metric in known.arms[name]]
    arms = tuple(_arm(name, place, scale, losses, metric, cloud, ledger, words) for place, name in enumerate(names))
    ticks = tuple((_x(scale, value), scale.written(value)) for value in scale.ticks(5))
    loss_ticks = tuple((_y(losses, value), losses.written(value)) for value in losses.ticks(3)) if losses else ()
    return LiveFigure(words.metrics[metric], arms, ticks, ROW * len(arms), loss_ticks)


def _arm(
    name: str,
    place: int,
    scale: Scale,
    losses: Scale | None,
    metric: str,
    cloud: Evidence | None,
    ledger: Evidence | None,
    words: Page,
) -> ArmDrawn:
    top = place * ROW
    own = ledger.arms[name][metric] if ledger else ()
    middle = median(own)
    curves = list(ledger.curves[name].loss) if ledger and name in ledger.curves else []
    steps = ledger.curves[name].step if ledger and name in ledger.curves else ()
    drawn = tuple(_line(losses, steps, line) for line in curves) if losses else ()
    return ArmDrawn(
        label=words.arms[name],
        top=top,
        cloud=_dots(scale, cloud.arms[name][metric], top) if cloud and name in cloud.arms else (),
        dots=_dots(scale, own, top),
        fallen=sum(not math.isfinite(value) for value in own),
        middle=_x(scale, middle) if math.isfinite(middle) else None,
        median=scale.written(float(f"{middle:.4g}")) if math.isfinite(middle) else "",
        curves=drawn,
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
    return replace(scale_for(values)) if values else None


def _x(scale: Scale, value: float) -> float:
    return round(LEFT + scale.fraction(scale.clip(value)) * (RIGHT - LEFT), 1)


def _y(scale: Scale, value: float) -> float:
    return round(CURVES - 8 - scale.fraction(scale.clip(value)) * (CURVES - 20), 1)


def _line(scale: Scale, steps: Sequence[int], losses: Sequence[float]) -> str:
    """The points of a polyline; it ends where the loss is no longer finite."""
    points = []
    for step, loss in zip(steps, losses, strict=False):
        if not math.isfinite(loss):
            break
        points.append(f"{LEFT + step / steps[-1] * (RIGHT - LEFT):.0f},{_y(scale, loss):.0f}")
    return " ".join(points)
