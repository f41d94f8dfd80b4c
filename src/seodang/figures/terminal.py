"""The figure in the terminal: what `seodang run` ends with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from seodang.figures.cells import COLORS, INDENT, Page, axis, bars, page_for, strips
from seodang.figures.dotplot import Dot, cell, line, stack
from seodang.figures.labels import WORDS, Labels, Language
from seodang.figures.readings import (
    Reading,
    arms_with,
    curve_median,
    headline,
    is_computed,
    is_single,
    loss_ceiling,
    median,
    readings,
    shown,
    sides,
    thresholds,
)
from seodang.figures.scale import Scale, number, scale_for
from seodang.figures.typesetting import fit

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence
    from seodang.verdict import Answer

CURVE_LINES = 4


def terminal(
    evidence: Evidence,
    labels: Labels,
    language: Language = "en",
    width: int = 80,
    color: bool = True,
    metric: str | None = None,
) -> Text:
    """The figure as text `width` cells wide: metric, learning curves, claims, as in `figure`."""
    names = shown(evidence, metric)
    numbers = [median(values[name]) for name in names for values in evidence.arms.values() if name in values]
    page = page_for([labels.arm(arm) for arm in evidence.arms], numbers, WORDS[language], width, color)
    blocks = [_metric(evidence, labels, name, page) for name in names]
    if any(arm in evidence.curves for arm in evidence.arms):
        blocks.append(_curves(evidence, labels, page))
    if not is_computed(evidence):  # what is exact is said in words: there is no crowd of seeds to look at
        blocks += [_claim(claim, labels, language, page) for claim in evidence.claims]
    return Text("\n\n").join(Text("\n").join(block) for block in blocks)


def strip(
    values_by_arm: Mapping[str, Sequence[float]],
    labels: Labels,
    width: int = 80,
    color: bool = True,
    language: Language = "en",
) -> Text:
    """One arm a row, one dot a value, while seeds arrive: the terminal figure's first part, for a live display."""
    page = page_for([labels.arm(arm) for arm in values_by_arm], [], WORDS[language], width, color)
    rows = {arm: [Reading(seed, value) for seed, value in enumerate(values)] for arm, values in values_by_arm.items()}
    return Text("\n").join(strips(rows, labels, page))


def _metric(evidence: Evidence, labels: Labels, metric: str, page: Page) -> list[Text]:
    rows = {arm: readings(evidence, arm, metric) for arm in arms_with(evidence, metric)}
    drawn = bars(rows, labels, page) if is_single(evidence) else strips(rows, labels, page)
    return [*page.heading(labels.metric(metric)), *drawn]


def _curves(evidence: Evidence, labels: Labels, page: Page) -> list[Text]:
    """The median curve of each arm, all on one scale, two or three beside each other."""
    recorded = [arm for arm in evidence.arms if arm in evidence.curves]
    medians = {arm: curve_median(evidence.curves[arm].loss) for arm in recorded}
    ceiling = loss_ceiling(evidence.curves[arm].loss for arm in recorded)
    scale = scale_for(min(loss, ceiling) for losses in medians.values() for loss in losses if math.isfinite(loss))
    ticks = [number(scale.high), *[""] * (CURVE_LINES - 2), scale.written(scale.low)]
    gutter = INDENT + max(map(len, ticks)) + 1
    columns = min(len(recorded), 3 if page.width >= 100 else 2)
    inner = (page.width - gutter - 3 * (columns - 1)) // columns
    lines = page.heading(f"{page.words.loss} ({page.words.median})")
    for start in range(0, len(recorded), columns):
        part = recorded[start : start + columns]
        lines.append(Text(" " * gutter + "   ".join(fit(labels.arm(arm), inner) for arm in part).rstrip()))
        drawn = [line([_height(scale, loss) for loss in medians[arm]], inner, CURVE_LINES) for arm in part]
        styles = [page.style(COLORS[list(evidence.arms).index(arm) % len(COLORS)]) for arm in part]
        for level, tick in enumerate(ticks):
            row = Text(tick.rjust(gutter - 1) + " ", page.style("dim"))
            row.append_text(Text("   ").join(Text(d[level], style) for d, style in zip(drawn, styles, strict=True)))
            row.rstrip()
            lines.append(row)
        ends = [f"{page.words.step} {(evidence.curves[arm].step or (0,))[-1]}" for arm in part]
        below = "   ".join(" " * (inner - cell_len(end)) + end for end in ends)
        lines.append(Text(" " * gutter + below, page.style("dim")))
    return lines


def _height(scale: Scale, loss: float) -> float:
    """From 0 to 1; what is not finite stays so and ends the line."""
    return scale.fraction(loss) if math.isfinite(loss) else math.nan


def _claim(claim: ClaimEvidence, labels: Labels, language: Language, page: Page) -> list[Text]:
    drawn = _answers(claim, page) if claim.values is None else _values(claim, claim.values, page)
    verdict = Text(" " * INDENT + headline(claim, language), page.style("bold"))
    return [*page.heading(labels.claim(claim.claim)), *drawn, verdict]


def _values(claim: ClaimEvidence, values: Sequence[float], page: Page) -> list[Text]:
    """Every seed's quantity, the threshold drawn through, "no" and "yes" written on their sides."""
    edges = thresholds(claim)
    scale = scale_for(values, thresholds=edges, room=0.2)
    rules = [cell(scale.fraction(edge), page.plot) for edge in edges]
    signed = list(zip(values, map(_sign, claim.answers), strict=True))
    dots = [Dot(scale.fraction(value), sign) for value, sign in signed if math.isfinite(value)]
    lines = [page.row("", _side_names(claim, rules, page))]
    lines += [page.row("", _ruled(drawn, rules, "│", page)) for drawn in stack(dots, page.plot) or [" " * page.plot]]
    lines += [page.row("", _ruled("─" * page.plot, rules, "┴", page)), axis(scale, page)]
    lost = [answer for answer, value in zip(claim.answers, values, strict=True) if not math.isfinite(value)]
    for answer in dict.fromkeys(lost):
        count = lost.count(answer)
        note = f"{count} {page.words.not_finite} → {page.words.answer(answer)}"
        lines += page.crosses(count, note, _color(answer))
    return lines


def _side_names(claim: ClaimEvidence, rules: Sequence[int], page: Page) -> str:
    """'no ← 0.3 → yes', the number over its rule."""
    names = sides(claim, page.words)
    written = [number(edge) for edge in thresholds(claim)]
    text = f"{names[0]} ← {written[0]}"
    start = rules[0] - len(written[0]) // 2 - cell_len(names[0]) - 3
    if len(rules) == 2:
        between = f" {names[1]} "
        gap = rules[1] - len(written[1]) // 2 - (start + cell_len(text))
        text += between.center(max(gap - (cell_len(between) - len(between)), len(between))) + written[1]
    return " " * max(start, 0) + text + f" → {names[-1]}"


def _ruled(drawn: str, rules: Sequence[int], bar: str, page: Page) -> Text:
    """A line of dots or the rail with the threshold through it; a dot on the threshold is not hidden."""
    text = Text()
    for at, sign in enumerate(drawn):
        ruled = at in rules and sign in " ─"
        style = "bold" if ruled else {"●": COLORS[0], "○": COLORS[1], "─": "dim"}.get(sign, "")
        text.append(bar if ruled else sign, page.style(style))
    return text


def _answers(claim: ClaimEvidence, page: Page) -> list[Text]:
    """The answers in seed order, yes on the upper line and no on the lower."""
    lines = []
    for row in [True, None, False] if None in claim.answers else [True, False]:
        signs = "".join(_sign(answer) if answer is row else "·" for answer in claim.answers)
        for start in range(0, max(len(signs), 1), page.plot):
            name = page.words.answer(row) if start == 0 else ""
            lines.append(page.row(name, signs[start : start + page.plot], style=_color(row)))
    return lines


def _sign(answer: Answer) -> str:
    return "◇" if answer is None else "●" if answer else "○"


def _color(answer: Answer) -> str:
    return "" if answer is None else COLORS[0] if answer else COLORS[1]
