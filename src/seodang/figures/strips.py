"""The metric: every seed a dot, a row per arm, the median an upright bar. A derivation's single numbers are bars."""

from __future__ import annotations

import math
from dataclasses import dataclass

import altair as alt

from seodang.figures.frame import (
    MARGIN,
    Frame,
    Layer,
    Panel,
    Row,
    across,
    along,
    chart,
    crosses,
    dots_for,
    down,
    layered,
    text,
    typeset,
)
from seodang.figures.headings import metric_heading
from seodang.figures.labels import seeds
from seodang.figures.readings import Reading, arms_with, fate, is_single, median, readings
from seodang.figures.scale import Scale, number, scale_for
from seodang.figures.size import BAR, ROW
from seodang.figures.theme import SHAPES

NAME = 9  # height of the arm's name in its row
DOTS = 38  # height of the dots' centre line
LANE = 88  # width kept at the right for seeds that have no place on the axis


@dataclass(frozen=True)
class Strip:
    """One arm's row: its place from the top and its readings."""

    arm: str
    position: int
    top: float
    readings: tuple[Reading, ...]


def strip_panel(frame: Frame, metric: str) -> Panel:
    """Every seed of every arm on one axis."""
    if is_single(frame.evidence):
        return _bars(frame, metric)
    strips = [
        Strip(arm, position, position * ROW, tuple(readings(frame.evidence, arm, metric)))
        for position, arm in enumerate(arms_with(frame.evidence, metric))
    ]
    everything = [
        reading for each in frame.together for arm in arms_with(each, metric) for reading in readings(each, arm, metric)
    ]
    scale = scale_for(reading.value for reading in everything)
    lane = 0 if all(reading.finite for reading in everything) else LANE
    right = frame.width - MARGIN - lane
    heading = frame.heading(metric_heading(frame.evidence, frame.labels, metric, frame.language))
    layers = [
        _rails(frame, strips, right),
        _medians(frame, strips, scale, right),
        *_dots(frame, strips, scale, right),
        *_names(frame, strips, right),
    ]
    if not all(reading.finite for strip in strips for reading in strip.readings):
        layers += _fallen(frame, strips, right)
    return layered(layers, frame.width, len(strips) * ROW - 4, heading)


def _rails(frame: Frame, strips: list[Strip], right: float) -> Layer:
    rows: list[Row] = [{"px": 0, "px2": right + MARGIN, "y": strip.top + DOTS} for strip in strips]
    mark = chart(rows).mark_rule(color=frame.theme.faint)
    return mark.encode(x=across(), x2="px2:Q", y=down())


def _dots(frame: Frame, strips: list[Strip], scale: Scale, right: float) -> list[Layer]:
    dots = dots_for(len(frame.evidence.seeds))
    rows: list[Row] = []
    fallen: list[Row] = []
    for strip in strips:
        finite = [reading for reading in strip.readings if reading.finite]
        places = [scale.fraction(reading.value) * (right - MARGIN) for reading in finite]
        for reading, offset in zip(finite, dots.swarm(places), strict=True):
            if reading.diverged is not None:
                x = MARGIN + scale.fraction(reading.value) * (right - MARGIN)
                fallen.append(_cross(frame, strip, reading, x, offset))
                continue
            rows.append(
                {
                    "arm": frame.labels.arm(strip.arm),
                    "seed": reading.seed,
                    "value": reading.value,
                    "x": scale.clip(reading.value),
                    "y": strip.top + DOTS + offset,
                    "color": frame.theme.arm(strip.position),
                    "shape": SHAPES[strip.position % len(SHAPES)],
                }
            )
    # A chart of nothing but diverged seeds keeps its axis.
    mark = chart(rows).mark_point(filled=True, size=dots.area, opacity=0.85, strokeWidth=0)
    placed = mark.encode(
        x=along(scale, MARGIN, right),
        y=down(),
        color=alt.Color("color:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
        tooltip=[alt.Tooltip("arm:N"), alt.Tooltip("seed:Q"), alt.Tooltip("value:Q", format=".4~g")],
    )
    return [placed, crosses(fallen, dots.area)] if fallen else [placed]


def _medians(frame: Frame, strips: list[Strip], scale: Scale, right: float) -> Layer:
    rows: list[Row] = []
    for strip in strips:
        middle = median(reading.value for reading in strip.readings)
        if not math.isnan(middle):
            rows.append({"x": scale.clip(middle), "y": strip.top + DOTS - 20, "y2": strip.top + DOTS + 20})
    mark = chart(rows).mark_rule(color=frame.theme.ink, strokeWidth=2)
    return mark.encode(x=along(scale, MARGIN, right), y=down(), y2="y2:Q")


def _names(frame: Frame, strips: list[Strip], right: float) -> list[Layer]:
    names: list[Row] = []
    numbers: list[Row] = []
    for strip in strips:
        y = strip.top + NAME
        name = frame.labels.arm(strip.arm)
        wanted = 16 + frame.set_width(name, 12) + 8
        said = _median_texts(frame, strip)
        written = next((text for text in said if wanted + frame.set_width(text, 11) <= right), said[-1])
        room = right - 16 - frame.set_width(written, 11)
        names.append(
            {
                "px": 16,
                "key": 5,
                "y": y,
                "text": frame.cut(name, 12, room),
                "color": frame.theme.arm(strip.position),
                "shape": SHAPES[strip.position % len(SHAPES)],
            }
        )
        numbers.append({"px": right + MARGIN, "y": y, "text": written})
    keys = chart(names).mark_point(filled=True, size=52, opacity=1, strokeWidth=0)
    return [
        keys.encode(
            x=across("key"),
            y=down(),
            color=alt.Color("color:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
        ),
        text(names, frame.theme.ink),
        text(numbers, frame.theme.quiet, 11, align="right"),
    ]


def _median_texts(frame: Frame, strip: Strip) -> list[str]:
    """What may stand at the right of an arm's name, longest first."""
    finite = sum(reading.finite for reading in strip.readings)
    if not finite:
        return [""]
    value = typeset(number(median(reading.value for reading in strip.readings)))
    said = [f"{frame.words.median} {value}", value]
    if finite == len(strip.readings):
        return said
    return [f"{frame.words.median_of.format(n=finite, seeds=seeds(len(strip.readings), frame.language))} {value}", *said]


def _fallen(frame: Frame, strips: list[Strip], right: float) -> list[Layer]:
    """The seeds without a place on the axis, right of it, with their number."""
    dots = dots_for(len(frame.evidence.seeds))
    marks: list[Row] = []
    words: list[Row] = []
    for strip in strips:
        fallen = [reading for reading in strip.readings if not reading.finite]
        for reading, (x, offset) in zip(fallen, dots.block(len(fallen)), strict=True):
            marks.append(_cross(frame, strip, reading, right + 24 + x, offset))
        if fallen:
            why = fate(fallen, frame.words)
            words.append({"px": right + 20, "y": strip.top + NAME, "text": f"{len(fallen)} {why}"})
    return [crosses(marks, dots.area), text(words, frame.theme.quiet, 11)]


def _cross(frame: Frame, strip: Strip, reading: Reading, x: float, offset: float) -> Row:
    when = "" if reading.diverged is None else f", {frame.words.step} {reading.diverged}"
    return {
        "px": x,
        "y": strip.top + DOTS + offset,
        "color": frame.theme.arm(strip.position),
        "seed": reading.seed,
        "note": f"{frame.labels.arm(strip.arm)}: seed {reading.seed}, {fate([reading], frame.words)}{when}",
    }


def _bars(frame: Frame, metric: str) -> Panel:
    """A bar and a number for each arm. On a log axis length would mean nothing: there a line leads the eye to a point."""
    arms = arms_with(frame.evidence, metric)
    values = [frame.evidence.arms[arm][metric][0] for arm in arms]
    known = [each.arms[arm][metric][0] for each in frame.together for arm in arms_with(each, metric)]
    scale = scale_for(known)
    if not scale.log:
        scale = Scale(min(0.0, *known, 0.0), max(0.0, *known, 0.0) or 1.0)
    rows: list[Row] = [
        {
            "px": 0,
            "end": frame.width,
            "y": position * BAR + NAME,
            "text": frame.labels.arm(arm),
            "value": typeset(number(value)) if math.isfinite(value) else frame.words.not_finite,
            "bar": position * BAR + 26,
            "from": scale.fraction(scale.low if scale.log else 0.0) * frame.width,
            "to": scale.fraction(value if math.isfinite(value) else scale.low) * frame.width,
            "color": frame.theme.arm(position),
            "shape": SHAPES[position % len(SHAPES)],
        }
        for position, (arm, value) in enumerate(zip(arms, values, strict=True))
    ]
    heading = frame.heading(metric_heading(frame.evidence, frame.labels, metric, frame.language))
    color = alt.Color("color:N", scale=None)
    bar = chart(rows).mark_rule(strokeWidth=1 if scale.log else 9)
    numbers = chart(rows).mark_text(align="right", baseline="middle", fontSize=12, color=frame.theme.ink)
    layers = [
        bar.encode(x=across("from"), x2="to:Q", y=down("bar"), color=color),
        text(rows, frame.theme.ink),
        numbers.encode(x=across("end"), y=down(), text="value:N"),
    ]
    if scale.log:
        point = chart(rows).mark_point(filled=True, size=70, opacity=1, strokeWidth=0)
        shape = alt.Shape("shape:N", scale=None)
        layers.append(point.encode(x=across("to"), y=down("bar"), color=color, shape=shape))
    return layered(layers, frame.width, len(arms) * BAR, heading)
