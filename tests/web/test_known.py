"""What is known of claims is kept from one opening of the school to the next, and found out again when a file changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web.school import MORNING, PORT, School, book, words

from seodang.evidence import Evidence
from seodang.library import Library
from seodang.store import Store
from seodang.web import create_app
from seodang.web.guard import Door
from seodang.web.known import mark_of_the_code


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every ledger that is read whole."""
    found: list[Path] = []
    whole = Evidence.read

    def read(path: Path) -> Evidence:
        found.append(path)
        return whole(path)

    monkeypatch.setattr(Evidence, "read", staticmethod(read))
    return found


def ledger_page(home: Path, *, supported: bool | None = None) -> str:
    """The page of evidence of a school that was just opened, every verdict shown."""
    door = Door(PORT)
    origin = f"http://127.0.0.1:{PORT}"
    if supported is not None:
        book(home / "book", supported=supported)
    with Store.open(f"sqlite:///{home / 'seodang.db'}") as store:
        app = create_app(Library.open(home / "book"), store, lambda: MORNING, home=home, door=door)
        client = TestClient(app, base_url=origin)  # not entered: nothing is read ahead
        client.get(f"/?token={door.token}")
        client.post("/evidence/open", headers={"Origin": origin})
        return words(client.get("/evidence").text)


def test_a_school_opened_again_reads_no_ledger_twice_and_says_the_same(tmp_path: Path, reads: list[Path]) -> None:
    first = ledger_page(tmp_path, supported=True)
    assert reads
    reads.clear()
    assert ledger_page(tmp_path) == first
    assert reads == []


def test_a_ledger_that_was_written_is_read_again(tmp_path: Path) -> None:
    before = ledger_page(tmp_path, supported=True)
    after = ledger_page(tmp_path, supported=False)
    assert "supported 12/12" in before
    assert "refuted 0/12" in after


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"format": 1, "known": {"a": [1, {}]}}', '{"format": 99}'])
def test_a_file_that_was_cut_or_is_of_another_version_does_no_harm(tmp_path: Path, spoilt: str) -> None:
    first = ledger_page(tmp_path, supported=True)
    (tmp_path / "cache" / "claims.json").write_text(spoilt, encoding="utf-8")
    assert ledger_page(tmp_path) == first


def test_the_mark_changes_when_code_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    for name in ("models/net.py", "evidence.py", "provenance.py", "verdict.py"):
        (tmp_path / name).write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr("seodang.web.known.HOUSE", tmp_path)
    before = mark_of_the_code()
    assert mark_of_the_code() == before
    os.utime(tmp_path / "models" / "net.py", ns=(0, 1))
    assert mark_of_the_code() != before


def test_who_deletes_everything_deletes_it_too(school: School) -> None:
    school.look()
    school.get("/evidence")
    assert school.desk.known.path.exists()
    school.post("/mine/forget", {"word": "delete"})
    assert not school.desk.known.path.exists()
