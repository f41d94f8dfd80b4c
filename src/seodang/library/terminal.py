"""Markdown for the terminal: a Rich renderable, with formulas in Unicode."""

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, TextElement
from rich.padding import Padding

from seodang.library.formula import in_unicode
from seodang.library.markdown import formulas, parse


class Formula(TextElement):
    """A formula on lines of its own, set off from the margin."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(self.text, (0, 0, 0, 4))


class TerminalText(Markdown):
    """Text parsed by the rules of the book instead of Rich's own."""

    elements = Markdown.elements | {"math_block": Formula}

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__("", hyperlinks=False)
        self.parsed = tokens


def to_terminal(text: str) -> TerminalText:
    """A Rich renderable of the Markdown text."""
    tokens = parse(text)
    for token, _, _ in list(formulas(tokens)):
        token.content = in_unicode(token.content)
        if token.type != "math_block":
            token.type = "text"
    return TerminalText(tokens)
