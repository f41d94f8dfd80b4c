"""The Korean particle that follows a word depends on whether the word's last sound is a consonant."""

from __future__ import annotations

import re

PAIRS = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로", "이나": "나", "이다": "다"}
"""After a consonant -> after a vowel."""

_DIGITS_WITH_CONSONANT = frozenset("013678")  # 영 일 삼 육 칠 팔
_LETTERS_WITH_CONSONANT = frozenset("LMNR")  # 엘 엠 엔 아르/알
_WORD_ENDS_WITH_CONSONANT = frozenset("bcklmnpt")  # web, sync, network, model, Adam, train, step, dropout


def with_josa(word: str, particle: str) -> str:
    """The word with the right one of a pair: with_josa("손실", "을") is "손실을", with_josa("정확도", "을") "정확도를".

    `particle` is the form after a consonant, a key of PAIRS.
    """
    ends = final(word)
    if particle == "으로" and ends == "ㄹ":
        return word + "로"
    return word + (particle if ends else PAIRS[particle])


def final(word: str) -> str:
    """The word's last consonant sound: "ㄹ", "*" for any other one, "" after a vowel. A trailing (...) is not read aloud."""
    spoken = re.sub(r"\s*\([^()]*\)\s*$", "", word) or word
    letters = [letter for letter in spoken if letter.isalnum()]
    if not letters:
        return ""
    last = letters[-1]
    if "가" <= last <= "힣":
        jong = (ord(last) - 0xAC00) % 28
        return "ㄹ" if jong == 8 else "*" if jong else ""
    if last.isdigit():
        return "ㄹ" if last in "178" else "*" if last in _DIGITS_WITH_CONSONANT else ""
    return _latin_final(re.findall(r"[A-Za-z]+", spoken)[-1]) if last.isascii() else ""


def _latin_final(word: str) -> str:
    """Abbreviations are spelt out (LSTM ends in 엠); words end as they are read (model in ㄹ, momentum in ㅁ)."""
    last = word[-1]
    if word.isupper():
        return "ㄹ" if last in "LR" else "*" if last in _LETTERS_WITH_CONSONANT else ""
    if word.lower().endswith(("l", "le")):
        return "ㄹ"
    return "*" if last.lower() in _WORD_ENDS_WITH_CONSONANT or word.endswith("ng") else ""
