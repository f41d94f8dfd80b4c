"""The documents name what exists: every command and option in them can be typed."""

import re
from pathlib import Path

import pytest

from seodang.cli.commands import COMMAND_NAMES
from seodang.library import Library

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TYPED = re.compile(r"\bseodang ([a-z-]+)(?: ([a-z]+(?:-[a-z0-9]+)+))?")
NOT_COMMANDS = {"import", "is", "and", "in"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_question_a_document_names_exists(path: Path) -> None:
    book = Library.open()
    slugs = {slug.replace("_", "-") for slug in book.slugs} | set(book.catalogue.places) | {"why-label-smoothing"}
    for command, slug in TYPED.findall(path.read_text(encoding="utf-8")):
        if command in NOT_COMMANDS:
            continue
        assert command in COMMAND_NAMES, f"{path.name}: seodang {command}"
        if slug and command in {"run", "show", "predict", "record"}:
            assert slug in slugs, f"{path.name}: {slug}"


def test_the_documented_fields_are_the_printed_ones() -> None:
    from seodang.evidence import Evidence

    question = Library.open().question("hinge_loss")
    assert question.evidence is not None
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for field in Evidence.read(question.evidence).document():
        assert f"`{field}`" in text, field
