"""A question's figure as one small SVG that is light on light pages and dark on dark ones."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from seodang.figures import Labels, figure, to_svg
from seodang.figures.theme import THEMES
from seodang.locale import Language
from seodang.web.shelf import lighter

if TYPE_CHECKING:
    from seodang.evidence import Evidence
    from seodang.library import Question

_MARK = re.compile(r'<path ([^<>]*?)\bd="([^"]{24,})"([^<>]*?)/>')
_UNSEEN = re.compile(
    r'<path class="(?:foreground|background)"[^<>]*/>|(?<=<g) class="[^"]*"| (?:aria-hidden|pointer-events)="[^"]*"'
)
_OPENING = re.compile(r"<svg\b[^>]*>")
MANY = 12
"""How often a shape is drawn before it is worth a definition of its own."""


def drawn(question: Question, evidence: Evidence, language: Language) -> str:
    """The figure as SVG text."""
    words = question.page(language)
    labels = Labels(title=words.title, arms=words.arms, metrics=words.metrics, claims=words.claims)
    return in_both_lights(defined(bare(lighter(to_svg(figure(evidence, labels, language))))))


def bare(svg: str) -> str:
    """The same drawing without what only a program that answers to the pointer needs."""
    return _UNSEEN.sub(lambda found: found[0] if "fill=" in found[0] or "stroke=" in found[0] else "", svg)


def defined(svg: str) -> str:
    """The same drawing with each shape that recurs (a dot a seed, hundreds of them) written once and used."""
    often = [shape for shape, n in Counter(mark[2] for mark in _MARK.finditer(svg)).most_common() if n >= MANY]
    names = {shape: f"s{number}" for number, shape in enumerate(often)}

    def use(mark: re.Match[str]) -> str:
        return f'<use href="#{names[mark[2]]}" {mark[1]}{mark[3].lstrip()}/>' if mark[2] in names else mark[0]

    shapes = "".join(f'<path id="{name}" d="{shape}"/>' for shape, name in names.items())
    return _after_opening(_MARK.sub(use, svg), f"<defs>{shapes}</defs>" if shapes else "")


def in_both_lights(svg: str) -> str:
    """The drawing with a style that gives every light colour its dark one where the reader's pages are dark."""
    rules = []
    for light, dark in _pairs():
        for attribute in ("fill", "stroke", "stop-color"):
            if f'{attribute}="{light}"' in svg:
                rules.append(f'[{attribute}="{light}"]{{{attribute}:{dark}}}')
    return _after_opening(svg, f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>")


def _pairs() -> list[tuple[str, str]]:
    light, dark = THEMES["light"], THEMES["dark"]
    pairs: list[tuple[str, str]] = []
    for each in fields(light):
        here, there = getattr(light, each.name), getattr(dark, each.name)
        pairs += [(here, there)] if isinstance(here, str) else list(zip(here, there, strict=True))
    return list(dict(reversed(pairs)).items())


def _after_opening(svg: str, text: str) -> str:
    return _OPENING.sub(lambda found: found[0] + text, svg, count=1)
