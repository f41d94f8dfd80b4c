"""Evidence to one Altair chart: the same specification on a page, in a notebook, as PNG and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seodang.figures.description import alt_text
from seodang.figures.headings import TITLE
from seodang.figures.labels import FigureError, Labels, Language
from seodang.figures.readings import shown
from seodang.figures.size import PADDING, SPACING
from seodang.figures.theme import FONTS, THEMES, Theme, ThemeName

if TYPE_CHECKING:
    import altair as alt

    from seodang.evidence import Evidence

NARROW = 343
"""Width for a 375 pixel screen with a 16 pixel margin on either side."""
WIDE = 640


def figure(
    evidence: Evidence,
    labels: Labels,
    language: Language = "en",
    theme: ThemeName = "light",
    metric: str | None = None,
    width: int = WIDE,
    beside: Sequence[Evidence] = (),
) -> alt.VConcatChart:
    """The figure of an experiment, a measurement or a derivation, `width` pixels wide.

    From top to bottom: the metric (every seed a dot), the learning curves if any were recorded, every claim against its
    threshold. `metric` is the first one recorded unless named. `beside` are ledgers of the same experiment whose figures
    are looked at together with this one: all get the same axes. Raises FigureError when there is nothing to draw.
    """
    import altair as alt

    from seodang.figures.claims import claim_panel
    from seodang.figures.curves import curve_panel
    from seodang.figures.frame import Frame, Panel
    from seodang.figures.strips import strip_panel

    colors = THEMES[theme]
    frame = Frame(evidence, labels, language, colors, width - 2 * PADDING, tuple(beside))
    panels: list[Panel] = [strip_panel(frame, name) for name in shown(evidence, metric)]
    if any(arm in evidence.curves for arm in evidence.arms):
        panels.append(curve_panel(frame))
    panels += [claim_panel(frame, claim) for claim in evidence.claims]
    if not panels:
        raise FigureError(f"the evidence of {evidence.slug!r} has nothing to draw: no metric, no curve and no claim")
    title = alt.Title(text=frame.lines(labels.title, TITLE), fontSize=TITLE, lineHeight=25, color=colors.ink, offset=18)
    drawn = alt.vconcat(*panels, spacing=SPACING, title=title, config=_config(colors))
    return drawn.properties(
        background=colors.paper,
        padding=PADDING,
        description=alt_text(evidence, labels, language, metric),
        usermeta={"embedOptions": {"actions": False, "renderer": "svg"}},
    )


def _config(colors: Theme) -> Any:
    import altair as alt

    return alt.Config(
        font=FONTS,
        view=alt.ViewConfig(stroke=None),
        # One weight throughout: the shipped font has one, and a renderer would fake or replace a second.
        title=alt.TitleConfig(
            anchor="start",
            frame="group",
            color=colors.ink,
            fontSize=13,
            fontWeight="normal",
            lineHeight=18,
            subtitleColor=colors.quiet,
            subtitleFontSize=11,
            subtitleFontWeight="normal",
            subtitleLineHeight=15,
            subtitlePadding=3,
            offset=12,
        ),
        axis=alt.AxisConfig(
            domain=False,
            ticks=False,
            grid=False,
            labelColor=colors.quiet,
            labelFontSize=11,
            labelFontWeight="normal",
            labelPadding=6,
            titleColor=colors.quiet,
            titleFontSize=11,
            titleFontWeight="normal",
        ),
    )
