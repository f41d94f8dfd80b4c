"""The words of a figure: those the caller brings (a page's labels) and the few a figure says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "ko"]


class FigureError(ValueError):
    """A figure that cannot be drawn or saved; the message says why and what to do."""


@dataclass(frozen=True)
class Labels:
    """One language's words for one question; a name without a label is shown as it is written in the evidence."""

    title: str
    arms: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)  # one sentence a claim

    def arm(self, name: str) -> str:
        """What the reader calls this arm."""
        return self.arms.get(name, name)

    def metric(self, name: str) -> str:
        """What the reader calls this metric."""
        return self.metrics.get(name, name)

    def claim(self, name: str) -> str:
        """What is claimed, as a sentence."""
        return self.claims.get(name, name)


@dataclass(frozen=True)
class Words:
    """What every figure says by itself, in one language."""

    yes: str
    no: str
    tie: str
    median: str
    diverged: str
    not_finite: str
    step: str
    loss: str
    every_mark: str  # {seeds}
    median_of: str  # {n}, {seeds}
    in_order: str
    faint_lines: str
    off_scale: str

    def answer(self, answer: bool | None) -> str:
        """What a seed says of a claim."""
        return self.tie if answer is None else self.yes if answer else self.no


WORDS: Mapping[Language, Words] = MappingProxyType(
    {
        "en": Words(
            yes="yes",
            no="no",
            tie="tie",
            median="median",
            diverged="diverged",
            not_finite="not finite",
            step="step",
            loss="Training loss",
            every_mark="One mark for each of {seeds}; the upright bar is the median.",
            median_of="median of {n} of {seeds}:",
            in_order="Answers in the order of the seeds.",
            faint_lines="One thin line per seed, the median in bold; the other arms' medians in grey.",
            off_scale="Larger losses are drawn at the upper edge.",
        ),
        "ko": Words(
            yes="예",
            no="아니요",
            tie="동률",
            median="중앙값",
            diverged="발산",
            not_finite="유한하지 않음",
            step="스텝",
            loss="훈련 손실",
            every_mark="도형 하나가 시드 하나({seeds}), 세로 막대는 중앙값.",
            median_of="{seeds} 중 {n}개의 중앙값",
            in_order="시드 순서대로 놓은 대답.",
            faint_lines="가는 선 하나가 시드 하나, 굵은 선은 중앙값, 회색은 다른 조건의 중앙값.",
            off_scale="이보다 큰 손실은 위쪽 끝에 그렸습니다.",
        ),
    }
)


def seeds(count: int, language: Language) -> str:
    """'1 seed', '12 seeds'; in Korean '시드 12개'."""
    if language == "ko":
        return f"시드 {count}개"
    return "1 seed" if count == 1 else f"{count} seeds"
