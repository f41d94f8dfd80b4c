"""The figure in words, for those who do not see it: what is plotted, the medians, the seeds, what became of the claims."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seodang.figures.josa import with_josa
from seodang.figures.labels import WORDS, Labels, Language, seeds
from seodang.figures.readings import arms_with, fate, headline, is_single, median, readings, shown
from seodang.figures.scale import number

if TYPE_CHECKING:
    from seodang.evidence import ClaimEvidence, Evidence


def alt_text(evidence: Evidence, labels: Labels, language: Language = "en", metric: str | None = None) -> str:
    """The alternative text of `figure` and `terminal` drawn from the same arguments."""
    sentences = [f"{labels.title.rstrip('.')}{'' if labels.title.endswith(('?', '!')) else '.'}"] if labels.title else []
    for name in shown(evidence, metric):
        sentences.append(_plotted(evidence, labels, name, language))
        sentences.append(_numbers(evidence, labels, name, language))
        sentences += _fallen(evidence, labels, name, language)
    if evidence.curves:
        sentences.append(_curves(evidence, labels, language))
    sentences += [_claim(claim, labels, language) for claim in evidence.claims]
    return " ".join(sentences)


def _plotted(evidence: Evidence, labels: Labels, metric: str, language: Language) -> str:
    label, count = labels.metric(metric), len(evidence.seeds)
    if is_single(evidence):
        return f"{with_josa(label, '을')} 계산한 값." if language == "ko" else f"{label}, computed."
    if language == "ko":
        return f"{with_josa(label, '을')} 시드마다 점 하나로 나타낸 그림({seeds(count, language)})."
    return f"{label}: one dot for each of {seeds(count, language)}."


def _numbers(evidence: Evidence, labels: Labels, metric: str, language: Language) -> str:
    not_finite = WORDS[language].not_finite
    middles = {arm: median(evidence.arms[arm][metric]) for arm in arms_with(evidence, metric)}
    said = {labels.arm(arm): not_finite if math.isnan(middle) else number(middle) for arm, middle in middles.items()}
    if is_single(evidence):
        return "; ".join(f"{arm}: {value}" for arm, value in said.items()) + "."
    if language == "ko":
        return ", ".join(f"{arm}의 중앙값은 {value}" for arm, value in said.items()) + "."
    return "Medians: " + ", ".join(f"{value} for {arm}" for arm, value in said.items()) + "."


def _fallen(evidence: Evidence, labels: Labels, metric: str, language: Language) -> list[str]:
    """One sentence for each arm with seeds that have no place on the axis."""
    sentences = []
    for arm in arms_with(evidence, metric):
        fallen = [reading for reading in readings(evidence, arm, metric) if not reading.finite]
        if not fallen or is_single(evidence):
            continue
        label, why = labels.arm(arm), fate(fallen, WORDS[language])
        if language == "ko":
            what = "발산함" if why == WORDS["ko"].diverged else "값이 유한하지 않음"
            sentences.append(f"{with_josa(label, '은')} {seeds(len(fallen), language)}에서 {what}.")
        else:
            sentences.append(f"{label}: {why} on {seeds(len(fallen), language)}.")
    return sentences


def _curves(evidence: Evidence, labels: Labels, language: Language) -> str:
    names = [labels.arm(arm) for arm in evidence.arms if arm in evidence.curves]
    if language == "ko":
        return f"조건별 훈련 손실 곡선: {', '.join(names)}."
    return f"Training loss curves of {', '.join(names)}."


def _claim(claim: ClaimEvidence, labels: Labels, language: Language) -> str:
    sentence = labels.claim(claim.claim).rstrip(".")
    if language == "ko":
        return f"주장: {sentence}. {headline(claim, language)}"
    return f"Claim: {sentence}. {headline(claim, language)}"
