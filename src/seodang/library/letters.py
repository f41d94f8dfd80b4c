"""What search compares: the letters of a text, three at a time, and words as they are typed."""

import re
import unicodedata
from collections.abc import Iterator

LATIN = re.compile("[a-z0-9]+")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_RUNS = re.compile(r"(?P<hangul>[가-힣]+(?:\s+[가-힣]+)*)|(?P<latin>[a-z0-9]+|[\ue030-\ue07a]+)")
_ALIKE = str.maketrans("_-×", "  x")


def normal(text: str) -> str:
    """Composed, lower case, underscores and hyphens as spaces. NFC: NFKC would turn ㄷㄹ into jamo that join."""
    return unicodedata.normalize("NFC", text).lower().translate(_ALIKE)


def squeezed(text: str) -> str:
    """The text without its spaces."""
    return "".join(text.split())


def grams(text: str) -> Iterator[str]:
    """Three letters at a time: of each run of Hangul without its spaces, and of each Latin word with its edges."""
    for run in _RUNS.finditer(text):
        latin, hangul = run["latin"], run["hangul"]
        letters = f"^{latin}$" if latin else unicodedata.normalize("NFD", squeezed(hangul))
        for start in range(max(len(letters) - 2, 1)):
            yield letters[start : start + 3]


def word_grams(text: str) -> Iterator[list[str]]:
    """The grams of each word in their order; those of a Korean word run on into the next, for its spaces do not count."""
    for run in _RUNS.finditer(text):
        letters = list(grams(run[0]))
        if run["latin"]:
            yield letters
            continue
        start = 0
        for word in run["hangul"].split():
            end = start + len(unicodedata.normalize("NFD", word))
            yield letters[start:end]
            start = end


def initial_consonants(text: str) -> str:
    """'배치 정규화' → 'ㅂㅊ ㅈㄱㅎ'; whatever is not Hangul becomes a bar that no query matches across."""
    return "".join(
        _INITIALS[(ord(letter) - 0xAC00) // 588] if "가" <= letter <= "힣" else " " if letter.isspace() else "|"
        for letter in text
    )


def misspelt(word: str, other: str) -> bool:
    """Whether one letter is too many, too few or swapped with its neighbour, or in a long word wrong."""
    if min(len(word), len(other)) < 5 or abs(len(word) - len(other)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    mine, theirs = word[same:], other[same:]
    swapped = mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:]
    wrong = mine[1:] == theirs[1:] and len(word) > 6
    return swapped or wrong or mine[1:] == theirs or mine == theirs[1:]


def goes_on(text: str, name: str) -> bool:
    """Whether a Latin name is only the beginning of a longer word of the text."""
    after = text[len(name) : len(name) + 1]
    return bool(LATIN.fullmatch(name[-1]) and LATIN.fullmatch(after))
