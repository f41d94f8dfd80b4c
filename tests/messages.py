"""What the program says by itself, from the code and from `--help`; run, it updates seodang.po and compiles it."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from unittest import mock

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from rich.console import Console

from seodang.cli import language
from seodang.cli.app import application
from seodang.cli.commands import COMMAND_NAMES

SOURCE = Path(__file__).parent.parent / "src" / "seodang"
PO = SOURCE / "locale" / "ko" / "LC_MESSAGES" / "seodang.po"
ALSO = (
    *("experiment", "derivation", "measurement", "source", "supported", "refuted", "undecided"),
    "the experiment, or a model or data set it uses, has changed since it was recorded",
    "the code that trains has changed since it was recorded",
)
"""What is looked up by the value of a variable."""
REFUSALS = {"CountingError": 0, "refused": 1}
"""What `counting`, which knows no language, refuses with: a call, and which of its arguments is the sentence."""


def said_in_code() -> set[str]:
    """Every message in a call of `_` or of REFUSALS, those inside f-strings too (Babel passes over them)."""
    found = set(ALSO)
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", *REFUSALS):
                said = node.args[REFUSALS.get(node.func.id, 0) :][:1]
                inside = (n.value for each in said for n in ast.walk(each) if isinstance(n, ast.Constant))
                found |= {value for value in inside if isinstance(value, str)}
    return found


def said_in_templates() -> set[str]:
    """Every message in a call of `_` in a template of a page."""
    found: set[str] = set()
    for path in SOURCE.rglob("templates/*.html"):
        for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
                inside = [call.args[0], *call.args[0].find_all(nodes.Const)]
                found |= {node.value for node in inside if isinstance(node, nodes.Const) and isinstance(node.value, str)}
    return found


def said_in_help() -> set[str]:
    """Every sentence that `--help` looks up."""
    asked: set[str] = set()

    def listen(message: str, **_values: object) -> str:
        asked.add(message)
        return message

    with mock.patch.object(language, "_", listen):
        for words in (
            [],
            *([name] for name in COMMAND_NAMES),
            ["data", "fetch"],
            ["book", "run"],
            ["book", "prove"],
            ["book", "build"],
        ):
            application().help_print(words, console=Console(file=StringIO(), width=200))
    return asked - {""}


def korean() -> Catalog:
    """The Korean sentences."""
    with PO.open("rb") as file:
        return read_po(file, locale="ko")


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads."""
    # A fixed date: the same sentences compile to the same bytes.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    """Add what is new to seodang.po, drop what is no longer said, compile."""
    said = said_in_code() | said_in_templates() | said_in_help()
    old = korean() if PO.exists() else Catalog(locale="ko")
    new = Catalog(locale="ko", project="Seodang", fuzzy=False)
    for message in sorted(said):
        known = old.get(message)
        new.add(message, known.string if known else "")
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=120, omit_header=True, no_location=True)
    PO.with_suffix(".mo").write_bytes(compiled(korean()))
    missing = [message.id for message in new if message.id and not message.string]
    print(f"{len(said)} messages, {len(missing)} without Korean", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
