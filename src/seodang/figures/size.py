"""How large a figure is, known before it is drawn: a page keeps its place free, so that nothing jumps when it comes.

Mirrors how Vega lays panels out: a heading's lines, the panel, its axis; heights do not depend on any font's widths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seodang.figures.headings import CAPTION, HEADING, TITLE, Heading, claim_heading, curves_heading, metric_heading
from seodang.figures.labels import Labels, Language
from seodang.figures.readings import arms_with, is_single, shown
from seodang.figures.typesetting import broken

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence

PADDING, SPACING = 16, 30
"""Pixels around the whole figure, and between two panels."""
ROW, BAR, CLAIM, CURVES = 62, 44, 62, 112
"""Heights of an arm's row of dots, of an arm's bar, of a claim's panel and of one plot of learning curves."""
TOP, BETWEEN = 28, 12
"""Pixels above a plot of curves for the arm's name, and between two lines of plots."""
TITLED, TITLE_LINE = 36, 25
"""The figure's title with what lies under it, and every further line."""
HEADED, HEADING_LINE, CAPTION_LINE = 39, 18, 15
"""A panel's heading with one line of captions, or none, and every further line of either."""
AXIS, NAMED_AXIS = 17, 32
"""The numbers under a panel; those with the axis's name under them."""
EDGE, BAR_EDGE = 4, 18
"""How far marks at the edges reach beyond the width asked for: dots, and bars that begin at the very edge."""


def columns_of(plots: int, width: float) -> int:
    """How many plots of curves stand side by side in `width` pixels."""
    return min(plots, 3 if width >= 540 else 2)


def size(
    evidence: Evidence, labels: Labels, language: Language = "en", width: int = 640, beside: Sequence[Evidence] = ()
) -> tuple[int, int]:
    """(width, height) in pixels of the `figure` of the same arguments.

    The height is exact. The width is a few pixels more where words at the right edge are wide.
    """
    inner = width - 2 * PADDING
    panels = [_metric(evidence, labels, metric, language, inner) for metric in shown(evidence, None)]
    if plots := sum(arm in evidence.curves for arm in evidence.arms):
        lines = math.ceil(plots / columns_of(plots, inner))
        drawn = lines * (TOP + CURVES + NAMED_AXIS) + (lines - 1) * BETWEEN
        panels.append(drawn + _headed(curves_heading(evidence, language, beside), inner))
    panels += [_claim(claim, labels, language, inner) for claim in evidence.claims]
    titled = TITLED + TITLE_LINE * (len(broken(labels.title, TITLE, inner)) - 1)
    edge = BAR_EDGE if is_single(evidence) else EDGE
    return width + edge, 2 * PADDING + titled + sum(panels) + SPACING * (len(panels) - 1)


def _metric(evidence: Evidence, labels: Labels, metric: str, language: Language, width: int) -> int:
    arms = len(arms_with(evidence, metric))
    drawn = arms * BAR if is_single(evidence) else arms * ROW - 4 + AXIS
    return drawn + _headed(metric_heading(evidence, labels, metric, language), width)


def _claim(claim: ClaimEvidence, labels: Labels, language: Language, width: int) -> int:
    drawn = CLAIM + (AXIS if claim.values is not None else 0)
    return drawn + _headed(claim_heading(claim, labels, language), width)


def _headed(heading: Heading, width: int) -> int:
    captions = sum(len(broken(caption, CAPTION, width)) for caption in heading.captions)
    lines = len(broken(heading.text, HEADING, width))
    return HEADED + HEADING_LINE * (lines - 1) + CAPTION_LINE * (max(captions, 1) - 1)
