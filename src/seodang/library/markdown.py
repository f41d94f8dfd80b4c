"""Markdown to HTML: no raw HTML, formulas as MathML, and bold that survives a Korean particle."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.common.utils import isPunctChar
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.dollarmath import dollarmath_plugin

from seodang.library.problem import BookError

HANGUL_AND_HAN = (
    (0x1100, 0x11FF), (0x3040, 0x30FF), (0x3130, 0x318F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF),
)  # fmt: skip

_LARGE_WITH_INDEX = re.compile(r"<(msup|msub|msubsup)>(<mo minsize=[^>]*>[^<]*</mo>)")
ID = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")


class KoreanState(StateInline):
    """Decides where emphasis may begin and end as CommonMark does, except beside Hangul and other East Asian letters.

    CommonMark lets `**드롭아웃(dropout)**은` stay unemphasized: after the bracket the stars would have to be followed by a
    space, but Korean joins particles to words. Here an East Asian letter beside the stars does what a space does.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 (the parser's names)
        """Whether the run of marks at `start` may open, may close, and its length."""
        scanned = super().scanDelims(start, canSplitWord)
        if self.src[start] != "*":
            return scanned
        end = start + scanned.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        opens = scanned.can_open or (_east_asian(before) and _punctuation(after))
        closes = scanned.can_close or (_east_asian(after) and _punctuation(before))
        return Scanned(opens, closes, scanned.length)


class KoreanInline(ParserInline):
    """The inline parser with the rule above; it differs from the library's only in the state it makes."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse one run of text and append its tokens."""
        state = KoreanState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def to_html(text: str, path: Path | None = None, line: int = 1) -> str:
    """Markdown as HTML. A formula that cannot be set is a BookError at its line; the text begins at `line` of `path`."""
    tokens = parse(text)
    for formula, display, offset in formulas(tokens):
        formula.meta["mathml"] = mathml(formula.content, display, path, line + offset)
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def parse(text: str) -> list[Token]:
    """The tokens of a Markdown text. A heading that ends in `{#id}` has that id and not those letters."""
    tokens = _parser().parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and inline.children and (named := ID.search(inline.children[-1].content)):
            opening.attrSet("id", named[1])
            inline.children[-1].content = inline.children[-1].content[: named.start()]
            inline.content = ID.sub("", inline.content)
    return tokens


def formulas(tokens: Sequence[Token]) -> Iterator[tuple[Token, bool, int]]:
    """Every formula: its token, whether it stands on lines of its own, and lines from the start of the text."""
    for token in tokens:
        first = token.map[0] if token.map else 0
        if token.type == "math_block":
            yield token, True, first
        for formula, lines in _inline(token.children or []):
            yield formula, formula.type == "math_inline_double", first + lines


def _inline(children: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    lines = 0
    for child in children:
        if child.type in ("math_inline", "math_inline_double"):
            yield child, lines
        lines += child.type in ("softbreak", "hardbreak") or child.content.count("\n")


def mathml(latex: str, display: bool, path: Path | None = None, line: int = 1) -> str:
    """LaTeX as MathML."""
    try:
        drawn = str(_converter().convert_with_local_state(latex.strip(), displaystyle=display))
        # Chromium stretches an operator in a row only: a large bracket with an exponent gets a row of its own.
        return _LARGE_WITH_INDEX.sub(r"<\1><mrow>\2</mrow>", drawn)
    except LatexError as error:
        reason = re.sub(r"^\d+: ", "", str(error)).rstrip(".")
        message = f"the formula `{latex.strip()}` cannot be set: {reason}. Write it with other LaTeX."
        raise BookError(message, path, line) from None


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # One dollar is money: "$5 and $6" has a space or a digit where a formula would have neither.
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    korean = KoreanInline()
    korean.ruler, korean.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = korean
    parser.add_render_rule("math_inline", _render_inline)
    parser.add_render_rule("math_inline_double", _render_inline)
    parser.add_render_rule("math_block", _render_block)
    return parser


def _render_inline(_self: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return str(tokens[index].meta["mathml"])


def _render_block(_self: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    # The keyboard must be able to scroll a formula wider than the page.
    return f'<div class="formula" tabindex="0">{tokens[index].meta["mathml"]}</div>\n'


def _east_asian(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in HANGUL_AND_HAN)


def _punctuation(letter: str) -> bool:
    return isPunctChar(letter) or (letter.isascii() and letter.isprintable() and not (letter.isalnum() or letter == " "))
