"""A result as HTML for a notebook's cell: the figure, described for those who do not see it, the verdicts, the metrics."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from seodang.figures import alt_text, figure, to_svg
from seodang.locale import spoken
from seodang.notebook.summary import MARKS, caption, interrupted_line, seeds_line, table

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.figures import Labels


def html(evidence: Evidence, labels: Labels, *, interrupted: bool) -> str:
    """The result as one element that needs no script and no style sheet, in the notebook's own font and colours."""
    parts = [_verdicts(evidence, labels)]
    if evidence.seeds:
        parts = [_figure(evidence, labels), *parts, _metrics(evidence, labels)]
    parts.append(f"<p>{escape(seeds_line(evidence))}</p>")
    if interrupted:
        parts.append(f"<p><strong>{escape(interrupted_line(evidence))}</strong></p>")
    return f'<div class="seodang" lang="{spoken()}">' + "\n".join(parts) + "</div>"


def _figure(evidence: Evidence, labels: Labels) -> str:
    """Inline SVG. One label says the whole picture; without it a reader of the screen would be read every dot."""
    told = escape(alt_text(evidence, labels, spoken()))
    svg = to_svg(figure(evidence, labels, spoken()))
    opened = f'<svg role="img" aria-label="{told}" style="max-width:100%;height:auto" '
    return '<figure style="margin:0">' + svg.replace("<svg ", opened, 1) + "</figure>"


def _verdicts(evidence: Evidence, labels: Labels) -> str:
    items = []
    for claim in evidence.claims:
        sentence = escape(claim.sentence(spoken())) if claim.answers else ""
        items.append(f"<li><strong>{MARKS[claim.outcome]} {escape(labels.claim(claim.claim))}</strong><br/>{sentence}</li>")
    return '<ul style="list-style:none;padding:0;line-height:1.5">' + "".join(items) + "</ul>"


def _metrics(evidence: Evidence, labels: Labels) -> str:
    names, rows = table(evidence, labels)
    head = "".join(f'<th scope="col" style="text-align:left">{escape(name)}</th>' for name in names)
    body = ""
    for arm, cells in rows:
        columns = "".join(f'<td style="text-align:left">{_said(c.median, c.range, c.lost)}</td>' for c in cells)
        body += f'<tr><th scope="row" style="text-align:left">{escape(arm)}</th>{columns}</tr>'
    top = f'<caption style="text-align:left;white-space:nowrap">{escape(caption())}</caption>'
    return f"<table>{top}<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"


def _said(median: str, spread: str, lost: str) -> str:
    shown = [f"<strong>{escape(median)}</strong>", f"({escape(spread)})" if spread else "", escape(lost)]
    return " ".join(part for part in shown if part)
