"""Lines that fit: text widths counted in cells, of which a Latin letter takes one and a Hangul syllable two."""

from __future__ import annotations

from rich.cells import cell_len

EM = 0.49
"""Width of one cell (half a Hangul syllable) in ems of the shipped font."""


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken at spaces and only inside a word that is longer than a line."""
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".lstrip()
        if cell_len(joined) <= width:
            lines[-1] = joined
            continue
        while cell_len(word) > width:
            lines.append(_head(word, width))
            word = word[len(lines[-1]) :]
        lines.append(word)
    return [line for line in lines if line]


def balanced(text: str, width: int) -> list[str]:
    """As few lines as `wrap` needs, of about the same length: no single word is left for the last one."""
    lines = wrap(text, width)
    narrowest = max(map(cell_len, text.split()), default=0)
    while width > narrowest:
        narrower = wrap(text, width - 1)
        if len(narrower) > len(lines):
            break
        lines, width = narrower, width - 1
    return lines


def broken(text: str, size: int, width: float) -> list[str]:
    """The text in balanced lines of at most `width` pixels when set at `size` pixels."""
    return balanced(text, max(int(width / (size * EM)), 8))


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells: padded with spaces, or cut with an ellipsis."""
    if cell_len(text) > width:
        text = _head(text, width - 1).rstrip() + "…"
    return text + " " * (width - cell_len(text))


def _head(text: str, width: int) -> str:
    """The longest beginning that takes at most `width` cells, and at least one character."""
    length = len(text)
    while length > 1 and cell_len(text[:length]) > width:
        length -= 1
    return text[:length]
