"""Is a Korean syllable one symbol or three, and what does that do to a model's vocabulary and to the length of its input?

A syllable of Hangul is one character of Unicode, a block of two or three letters (jamo), and three bytes of UTF-8. The
decomposition is exact: normalization form D (Unicode Standard Annex 15) takes every one of the 11,172 apart.
"""

import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter

from seodang.data.hangul import FIRST, SYLLABLES, TAILS, compose
from seodang.experiment import Claim, Experiment

TEXT = (
    "어제는 비가 와서 집에서 책을 읽었다 오늘은 날이 개어 강가를 걸으며 물결이 바위에 부딪히는 소리를 들었고 "
    "돌아오는 길에 시장에 들러 사과 몇 알과 따뜻한 빵을 샀다 값이 조금 올랐지만 주인이 웃으며 하나를 더 넣어 주었다"
)
NEW = "붉은 꽃잎 여덟 장이 뜰에 흩날렸다"
ALL = "".join(chr(FIRST + place) for place in range(SYLLABLES))


def syllables(text: str) -> list[str]:
    """A symbol a syllable."""
    return [letter for letter in text if letter != " "]


def jamo(text: str) -> list[str]:
    """A symbol a letter, a tail being another symbol than the same consonant as a lead."""
    return syllables(unicodedata.normalize("NFD", text))


def octets(text: str) -> list[str]:
    """A symbol a byte of UTF-8."""
    return [f"{octet:02x}" for octet in text.replace(" ", "").encode()]


def counted(split: Callable[[str], list[str]], _seed: int) -> Mapping[str, float]:
    """How long a text becomes, how many symbols Hangul has, and how many of a new sentence the text has not shown."""
    seen, new = set(split(TEXT)), split(NEW)
    return {
        "length": len(split(TEXT)) / len(syllables(TEXT)),
        "longest": len(split(ALL)) / SYLLABLES,
        "vocabulary": len(set(split(ALL))),
        "unknown": sum(symbol not in seen for symbol in new) / len(new),
    }


def wrong(_seed: int) -> int:
    """How many syllables are not put together from their letters by the formula, or not taken apart by form D as it says."""
    rows = [(place // TAILS // 21, place // TAILS % 21, place % TAILS) for place in range(SYLLABLES)]
    apart = [chr(0x1100 + lead) + chr(0x1161 + vowel) + (chr(0x11A7 + tail) if tail else "") for lead, vowel, tail in rows]
    pairs = zip(ALL, rows, apart, strict=True)
    return sum(compose(*row) != one or unicodedata.normalize("NFD", one) != letters for one, row, letters in pairs)


def experiment() -> Experiment:
    """The same text as syllables, as jamo and as bytes."""
    names = ("length", "longest", "vocabulary", "unknown")
    ways = {"syllables": syllables, "jamo": jamo, "octets": octets}
    return Experiment(
        kind="derivation",
        arms={name: partial(counted, way) for name, way in ways.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "three_bytes": Claim(lambda arms: arms.octets.length == arms.octets.longest == 3),
            "two_to_three_jamo": Claim(lambda arms: 2 < arms.jamo.length < arms.jamo.longest < 3),
            "half_as_long_again": Claim(lambda arms: arms.jamo.length, below=2.5),
            "sixty_seven_name_all": Claim(
                lambda arms: arms.jamo.vocabulary == 67 and arms.syllables.vocabulary == SYLLABLES
            ),
            "formula_is_exact": Claim(lambda _: wrong(0) == 0),
            "no_jamo_is_new": Claim(lambda arms: arms.syllables.unknown - arms.jamo.unknown, above=0.3),
        },
    )
