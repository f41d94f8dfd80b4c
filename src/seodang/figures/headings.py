"""What stands over each panel of a figure. Draws nothing, so that a figure's size is known before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seodang.figures.labels import WORDS, Labels, Language, seeds
from seodang.figures.losses import off_scale
from seodang.figures.readings import headline, is_single

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence

TITLE, HEADING, CAPTION = 18, 13, 11
"""Pixels at which the figure's title, a panel's heading and the captions under it are set."""


@dataclass(frozen=True)
class Heading:
    """A panel's heading and the captions under it, not yet broken into lines."""

    text: str
    captions: tuple[str, ...] = ()


def metric_heading(evidence: Evidence, labels: Labels, metric: str, language: Language) -> Heading:
    """Over the dots or bars of a metric."""
    if is_single(evidence):
        return Heading(labels.metric(metric))
    caption = WORDS[language].every_mark.format(seeds=seeds(len(evidence.seeds), language))
    return Heading(labels.metric(metric), (caption,))


def curves_heading(evidence: Evidence, language: Language, beside: Sequence[Evidence] = ()) -> Heading:
    """Over the learning curves."""
    words = WORDS[language]
    beyond = (words.off_scale,) if off_scale(evidence, (evidence, *beside)) else ()
    return Heading(words.loss, (words.faint_lines, *beyond))


def claim_heading(claim: ClaimEvidence, labels: Labels, language: Language) -> Heading:
    """Over a claim: the sentence and its judgement."""
    captions = [headline(claim, language)] + ([WORDS[language].in_order] if claim.values is None else [])
    return Heading(labels.claim(claim.claim), tuple(captions))
