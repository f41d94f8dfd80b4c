"""Korean particles after Korean words, digits, abbreviations and English words."""

from __future__ import annotations

import pytest

from seodang.figures.josa import with_josa


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("손실", "을", "손실을"),
        ("테스트 정확도", "을", "테스트 정확도를"),
        ("시그모이드", "은", "시그모이드는"),
        ("드롭아웃(dropout)", "은", "드롭아웃(dropout)은"),
        ("렐루(ReLU)", "은", "렐루(ReLU)는"),
        ("ReLU", "은", "ReLU는"),
        ("LSTM", "이", "LSTM이"),
        ("MLP", "이", "MLP가"),
        ("SGD", "과", "SGD와"),
        ("Adam", "은", "Adam은"),
        ("학습률 10", "은", "학습률 10은"),
        ("학습률 0.1", "으로", "학습률 0.1로"),
        ("깊이 2", "은", "깊이 2는"),
        ("교차 엔트로피", "으로", "교차 엔트로피로"),
        ("확률", "으로", "확률로"),
        ("평균", "으로", "평균으로"),
        ("?", "은", "?는"),
    ],
)
def test_the_particle_follows_the_last_sound(word: str, particle: str, expected: str) -> None:
    assert with_josa(word, particle) == expected
