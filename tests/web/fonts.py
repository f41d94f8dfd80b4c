"""Makes the fonts of the pages and fonts.css again: `.venv/bin/python tests/web/fonts.py`. It needs fonttools and brotli.

The sources are those of two Debian packages, fonts-nanum and fonts-lmodern; which characters the book and the program use
today decides what goes into the parts that are loaded most. Run it when the book has grown: a syllable that is not in
`often` still shows, at the price of one of the parts of the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from seodang.library import Library, fill
from seodang.library.markdown import formulas, mathml, parse

SOURCE = Path(__file__).parents[2] / "src" / "seodang"
STATIC = SOURCE / "web" / "static"
NANUM = Path("/usr/share/fonts/truetype/nanum")
MATH = Path("/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf")
WEIGHTS = {400: "NanumSquareR.ttf", 700: "NanumSquareB.ttf"}
HANGUL = range(0xAC00, 0xD7A4)
REST = 1024
"""Code points in a part of the syllables that are not used often: one that is met all the same brings few others."""
ALWAYS = "한국어서당"
"""On every page of either language: the name of the school and of its language."""
LATIN = frozenset(
    chain(
        *(range(0x20, 0x250), range(0x370, 0x400), range(0x2000, 0x2070), range(0x20A0, 0x2400), range(0x25A0, 0x2700)),
        *(range(0x3000, 0x3040), range(0x3130, 0x3190), range(0xFF00, 0xFFF0), map(ord, ALWAYS)),
    )
)
LATIN_RANGE = "U+0-10FF, U+2000-206F, U+20A0-2211, U+2213-2BFF, U+3000-30FF, U+3130-318F, U+FF00-FFEF, " + ", ".join(
    f"U+{ord(letter):X}" for letter in ALWAYS
)
"""What the latin part is asked for; U+2212, the minus, is left to the system's font, which has it at the width of digits."""
SIGNS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0±·×÷ΔΣΩ′″√∝∞∣∥∩∪∫∼≈≠≡≤≥⊂∈⊙⊤⋅⋯⌈⌉⌊⌋⟨⟩∀∂∃∇∏∑−∗←→⇒⇔ℓℝ𝔼\u2061\u2062"
"""What every formula may have; the others are those of the book."""
MATHEMATICAL = frozenset(chain(map(ord, SIGNS), range(0x1D434, 0x1D468), range(0x1D6FC, 0x1D71C)))
BOLD = re.compile(r"^(?:title|question|ko) = .*$|^#+ .*$|\*\*[^*]+\*\*", re.MULTILINE)


def texts(*endings: str) -> Iterator[str]:
    """The files with these endings."""
    for path in sorted(SOURCE.rglob("*")):
        if path.name.endswith(endings):
            yield path.read_text(encoding="utf-8")


def syllables(parts: Iterable[str]) -> frozenset[int]:
    """The Korean syllables in some texts."""
    return frozenset(ord(letter) for part in parts for letter in part if ord(letter) in HANGUL)


def often(weight: int) -> frozenset[int]:
    """The syllables that the book and the program show in this weight: bold are headings, names and what is stressed."""
    if weight == 400:
        return syllables(texts(".md", ".toml", ".po", ".py", ".html"))
    bold = (found[0] for text in texts(".ko.md", "terms.toml") for found in BOLD.finditer(text))
    return syllables(chain(bold, texts(".po", "syllabus.toml")))


def subset(source: Path, name: str, wanted: frozenset[int], family: str, features: list[str]) -> frozenset[int]:
    """Write a part of a font under another name, as its licence asks; the characters that are in it."""
    font = TTFont(source, recalcTimestamp=False)  # the same sources and characters give the same bytes
    options = Options()
    options.flavor = "woff2"
    options.layout_features = features
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    options.drop_tables += ["FFTM"]
    held = wanted & frozenset(font.getBestCmap())
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(held))
    subsetter.subset(font)
    plain = family.replace(" ", "")
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16, 18, 21):
            record.string = plain if record.nameID == 6 else family
    if "CFF " in font:
        compact = font["CFF "].cff
        compact.fontNames = [plain]
        for top in compact.topDictIndex:
            top.FullName = top.FamilyName = family
    font.flavor = "woff2"
    font.save(STATIC / "fonts" / name)
    print(f"{name}: {len(held)} characters, {(STATIC / 'fonts' / name).stat().st_size:,} bytes")
    return held


def mathematical() -> frozenset[int]:
    """The characters of all formulas of the book, as they are set; Hangul in them is the text's font."""
    book, found = Library.open(), set[str]()
    for page in (page for question in book.questions for page in question.pages.values()):
        for section in page.sections.values():
            for formula, display, _ in formulas(parse(fill(section.source, None))):
                found |= set(re.sub("<[^>]+>", "", mathml(formula.content, display)))
    return MATHEMATICAL | {ord(letter) for letter in found if ord(letter) not in HANGUL}


def ranges(characters: Iterable[int]) -> str:
    """Characters as CSS names them: U+AC00-AC01, U+AC04."""
    runs: list[list[int]] = []
    for each in sorted(characters):
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return ", ".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


def face(name: str, weight: int, range_of: str) -> str:
    """A rule of fonts.css. The family has the name of the font on systems that have it, where both look the same."""
    return (
        f'@font-face {{ font-family: "NanumSquare"; font-weight: {weight}; font-display: swap; '
        f'src: url("fonts/{name}") format("woff2"); unicode-range: {range_of}; }}'
    )


def main() -> None:
    """Make them all."""
    missing = [path for path in (MATH, *(NANUM / name for name in WEIGHTS.values())) if not path.exists()]
    if missing:
        sys.exit(f"{missing[0]} is not here: apt-get install fonts-nanum fonts-lmodern")
    rules = []
    for weight, file in WEIGHTS.items():
        shown = often(weight)
        rest = {f"rest-{HANGUL[at]:x}": frozenset(HANGUL[at : at + REST]) for at in range(0, len(HANGUL), REST)}
        for part, wanted in rest.items():
            name = f"sans-{weight}-{part}.woff2"
            subset(NANUM / file, name, wanted - shown, "Seodang Sans", ["*"])
            rules.append(face(name, weight, ranges(wanted)))
        for part, wanted in {"often": shown, "latin": LATIN}.items():
            name = f"sans-{weight}-{part}.woff2"
            held = subset(NANUM / file, name, wanted, "Seodang Sans", ["*"])
            rules.append(face(name, weight, LATIN_RANGE if part == "latin" else ranges(held)))
    # Without ssty, the letters drawn anew for exponents: they are half of the font, and small letters are read as well.
    subset(MATH, "math.woff2", mathematical(), "Seodang Math", [])
    rules.append(
        '@font-face { font-family: "Seodang Math"; font-display: swap; src: url("fonts/math.woff2") format("woff2"); }'
    )
    (STATIC / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
