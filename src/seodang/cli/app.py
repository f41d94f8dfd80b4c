"""The application: its commands, and what `seodang` alone says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cyclopts import App, Group

from seodang.cli.commands import COMMAND_NAMES
from seodang.cli.language import TranslatedHelp
from seodang.cli.options import COMMON, Common

ABOUT = "A school for deep learning in which every answer is an experiment: predict, run, explain, remember."


def application() -> App:
    """The command line. Its modules are light: each command imports its rooms when it is called."""
    from seodang.cli import (
        book,
        counting,
        data,
        models,
        opening,
        predicting,
        publishing,
        recording,
        running,
        whole_book,
        writing,
    )

    learn, write = Group("Learn", sort_key=1), Group("Write", sort_key=2)
    app = App(
        name="seodang",
        help=ABOUT,
        help_format="plaintext",
        help_formatter=TranslatedHelp(),
        group_commands=Group("Program", sort_key=3),
        group_parameters=Group("Options", sort_key=4),
        group_arguments=Group("Arguments", sort_key=0),
        version=_version,
    )
    learning: tuple[Callable[..., Any], ...] = (
        *(opening.open_school, book.list_questions, book.show, book.ask),
        *(predicting.predict, running.run, counting.count, models.models, data.data),
    )
    authoring: tuple[Callable[..., Any], ...] = (recording.record, writing.check, writing.new)
    for place, (name, command) in enumerate(zip(COMMAND_NAMES[:-1], learning + authoring, strict=True)):
        app.command(command, name=name, group=learn if command in learning else write, sort_key=place)
    app["data"].command(data.fetch, name="fetch")
    whole = App(
        name=COMMAND_NAMES[-1],
        help="The whole book at once.",
        group=write,
        group_commands=Group("Commands"),
        sort_key=len(COMMAND_NAMES),
    )
    for name, command in (("run", whole_book.run), ("prove", whole_book.prove), ("build", publishing.build)):
        whole.command(command, name=name)
    app.command(whole)
    app.register_install_completion_command(help="Install completion for this shell (bash, zsh or fish).")
    app.default(welcome)
    return app


def welcome(*, common: Common = COMMON) -> None:  # noqa: ARG001 (main has read --lang before parsing)
    """Say what Seodang is and what to do next."""
    from seodang.cli.book import say_welcome

    say_welcome()


def _version() -> str:
    from seodang import __version__

    return __version__
