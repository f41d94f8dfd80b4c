"""The claim: its quantity on every seed against the threshold, or its answers in seed order when it has no quantity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
from seodang.figures.headings import claim_heading
from seodang.figures.readings import sides, thresholds
from seodang.figures.scale import Scale, number, scale_for
from seodang.figures.size import CLAIM as HEIGHT
from seodang.figures.strips import LANE

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence

NAMES = 8  # height of "no", the threshold and "yes"
DOTS = 38


def claim_panel(frame: Frame, claim: ClaimEvidence) -> Panel:
    """One claim: its sentence, the judgement, and every seed on the side of the threshold where it fell."""
    layers = _answers(frame, claim) if claim.values is None else _values(frame, claim, claim.values)
    title = frame.heading(claim_heading(claim, frame.labels, frame.language))
    return layered(layers, frame.width, HEIGHT, title)


def _values(frame: Frame, claim: ClaimEvidence, values: tuple[float, ...]) -> list[Layer]:
    edges, dots = thresholds(claim), dots_for(len(values))
    known = [value for ledger in frame.together for value in ledger.claim(claim.claim).values or ()]
    lane = 0 if all(map(math.isfinite, known)) else LANE
    right = frame.width - MARGIN - lane
    scale = scale_for(known, thresholds=edges, room=min(max(0.15, _beside(frame, claim, edges) / right), 0.4))
    finite = [index for index, value in enumerate(values) if math.isfinite(value)]
    places = [scale.fraction(values[index]) * (right - MARGIN) for index in finite]
    rows: list[Row] = [
        {**_dot(frame, claim, index), "x": scale.clip(values[index]), "y": DOTS + offset, "value": values[index]}
        for index, offset in zip(finite, dots.swarm(places), strict=True)
    ]
    layers = [
        chart([{"px": 0, "px2": right + MARGIN, "y": DOTS}])
        .mark_rule(color=frame.theme.faint)
        .encode(x=across(), x2="px2:Q", y=down()),
        _rules(frame, edges, scale, right),
        _mark(rows, round(dots.area * 0.65)).encode(
            x=along(scale, MARGIN, right),
            tooltip=[alt.Tooltip("seed:Q"), alt.Tooltip("value:Q", format=".4~g"), alt.Tooltip("answer:N")],
        ),
        *_side_names(frame, claim, edges, scale, right),
    ]
    if not all(map(math.isfinite, values)):
        layers += _fallen(frame, claim, values, right)
    return layers


def _dot(frame: Frame, claim: ClaimEvidence, index: int) -> Row:
    """Yes is a full circle, no an empty one, a tie an empty diamond."""
    answer, theme = claim.answers[index], frame.theme
    color = theme.quiet if answer is None else theme.yes if answer else theme.no
    return {
        "seed": frame.evidence.seeds[index],
        "answer": frame.words.answer(answer),
        "stroke": color,
        "fill": color if answer else theme.paper,
        "shape": "diamond" if answer is None else "circle",
    }


def _mark(rows: list[Row], area: int) -> Layer:
    mark = chart(rows).mark_point(size=area, strokeWidth=1.5, opacity=0.9)
    return mark.encode(
        y=down(),
        stroke=alt.Stroke("stroke:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
    )


def _beside(frame: Frame, claim: ClaimEvidence, edges: list[float]) -> float:
    """Pixels that the name of a side needs beside the rule."""
    names = sides(claim, frame.words)
    return _gap(edges) + max(frame.set_width(f"{name} →", 12) for name in (names[0], names[-1]))


def _gap(edges: list[float]) -> float:
    """Pixels from a rule, whose number stands over it, to the name of the side beside it."""
    return 10 + 3.2 * max(len(typeset(number(edge))) for edge in edges)


def _rules(frame: Frame, edges: list[float], scale: Scale, right: float) -> Layer:
    rows: list[Row] = [{"x": edge, "y": NAMES + 8, "y2": HEIGHT, "threshold": edge} for edge in edges]
    mark = chart(rows).mark_rule(color=frame.theme.ink, strokeWidth=1.5, strokeDash=[5, 3])
    return mark.encode(x=along(scale, MARGIN, right), y=down(), y2="y2:Q")


def _side_names(frame: Frame, claim: ClaimEvidence, edges: list[float], scale: Scale, right: float) -> list[Layer]:
    """'← no  0.3  yes →' over the rule: each side says what a seed there answers."""
    names = sides(claim, frame.words)
    places = [MARGIN + scale.fraction(edge) * (right - MARGIN) for edge in edges]
    written = [typeset(number(edge)) for edge in edges]
    rows: list[Row] = [
        {"px": place, "y": NAMES, "text": label, "align": "center"} for place, label in zip(places, written, strict=True)
    ]
    gap = _gap(edges)
    rows.append({"px": places[0] - gap, "y": NAMES, "text": f"← {names[0]}", "align": "right"})
    rows.append({"px": places[-1] + gap, "y": NAMES, "text": f"{names[-1]} →", "align": "left"})
    if len(places) == 2:
        rows.append({"px": sum(places) / 2, "y": NAMES, "text": names[1], "align": "center"})
    return [
        text([row for row in rows if row["align"] == align], frame.theme.ink, align=align)
        for align in ("right", "center", "left")
    ]


def _fallen(frame: Frame, claim: ClaimEvidence, values: tuple[float, ...], right: float) -> list[Layer]:
    fallen = [index for index, value in enumerate(values) if not math.isfinite(value)]
    diverged = {seed for steps in frame.evidence.diverged.values() for seed in steps}
    marks: list[Row] = []
    dots = dots_for(len(values))
    for index, (x, offset) in zip(fallen, dots.block(len(fallen)), strict=True):
        dot = _dot(frame, claim, index)
        note = f"seed {dot['seed']}: {dot['answer']}"
        marks.append({**dot, "px": right + 24 + x, "y": DOTS + offset, "color": dot["stroke"], "note": note})
    why = frame.words.diverged if diverged.issuperset(frame.evidence.seeds[i] for i in fallen) else frame.words.not_finite
    said = " / ".join(dict.fromkeys(frame.words.answer(claim.answers[index]) for index in fallen))
    words: list[Row] = [
        {"px": right + 20, "y": NAMES, "text": f"{len(fallen)} {why}"},
        {"px": right + 20, "y": HEIGHT + 8, "text": f"→ {said}"},
    ]
    return [crosses(marks, dots.area), text(words, frame.theme.quiet, 11)]


def _answers(frame: Frame, claim: ClaimEvidence) -> list[Layer]:
    """Answers in seed order on two lines, yes above no: the order is the one in which they are judged."""
    left, heights = 56, {True: 16, None: 32, False: 48}
    pace = min(16.0, (frame.width - left - MARGIN) / max(len(claim.answers), 1))
    rows: list[Row] = [
        {**_dot(frame, claim, index), "px": left + pace * index, "y": heights[answer]}
        for index, answer in enumerate(claim.answers)
    ]
    names: list[Row] = [{"px": 0, "y": heights[answer], "text": frame.words.answer(answer)} for answer in (True, False)]
    rails = chart([{"px": left - 8, "px2": frame.width - MARGIN, "y": heights[answer]} for answer in (True, False)])
    return [
        rails.mark_rule(color=frame.theme.faint).encode(x=across(), x2="px2:Q", y=down()),
        _mark(rows, 40).encode(x=across(), tooltip=[alt.Tooltip("seed:Q"), alt.Tooltip("answer:N")]),
        text(names, frame.theme.ink),
    ]
