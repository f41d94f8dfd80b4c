"""Which language to speak, known before the command line is parsed, so that help and errors speak it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cyclopts.help import DefaultFormatter, HelpPanel, InlineText

from seodang.locale import LANGUAGES, Language, _, preferred

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions


def chosen(words: Sequence[str]) -> Language:
    """The language asked for with --lang, else the user's. A value that is none of ours is left to the parser to refuse."""
    for position, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else None
        if word == "--lang" and position + 1 < len(words):
            value = words[position + 1]
        for language in LANGUAGES:
            if value == language:
                return language
    return preferred()


class TranslatedHelp(DefaultFormatter):
    """Help is written once, in English, in the docstrings; it is shown in the spoken language."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one panel."""
        for entry in panel.entries:
            _translate(entry.description)
        super().__call__(console, options, panel.copy(title=_(str(panel.title))))

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """Print what a command does."""
        _translate(description)
        super().render_description(console, options, description)

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ARG002
        """Print how a command is typed."""
        from rich.text import Text

        console.print(Text(f"{_('Usage:')} {usage}", style="bold"))


def _translate(description: Any) -> None:
    from rich.text import Text

    if isinstance(description, InlineText) and isinstance(description.primary_renderable, Text):
        plain = " ".join(description.primary_renderable.plain.split())
        description.primary_renderable = Text(_(plain), end=description.primary_renderable.end)
