"""The font that ships maps every syllable and draws some as nothing: no word of the school may need one of those."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from PIL import ImageFont

import seodang

HOUSE = Path(seodang.__file__).parent
SYLLABLE = re.compile("[가-힣]")


@cache
def drawn(letter: str) -> bool:
    font = ImageFont.truetype(str(HOUSE / "fonts" / "NanumSquareR.ttf"), 20)
    return font.getmask(letter).getbbox() is not None


def test_every_syllable_of_the_book_and_of_the_program_is_drawn() -> None:
    written = [*HOUSE.glob("book/**/*.ko.md"), *HOUSE.glob("book/*.toml"), *HOUSE.glob("locale/ko/**/*.po")]
    assert len(written) > 10
    for path in written:
        missing = {letter for letter in SYLLABLE.findall(path.read_text(encoding="utf-8")) if not drawn(letter)}
        assert not missing, f"{path}: the font does not draw {' '.join(sorted(missing))}; a figure would show a gap"


def test_a_syllable_that_the_font_leaves_empty_is_found_out() -> None:
    assert drawn("각")
    assert not drawn("갂")
