"""Everything of one's own, ledgers included: taken away as plain files, brought back, deleted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from web.school import QUESTION, SLUG, School, opened, words
from web.test_running import run, wait_until

from seodang.evidence import Evidence


def ran(school: School, **settings: str) -> Evidence:
    """A run that is over, and its ledger."""
    job = run(school, **settings)
    wait_until(lambda: job.over)
    assert job.ledger is not None
    return job.ledger


def files(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def changed(archive: bytes, change: dict[str, bytes]) -> bytes:
    """The archive with other contents for some of its files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name, contents in (files(archive) | change).items():
            zipped.writestr(name, contents)
    return packed.getvalue()


def bring_back(school: School, archive: bytes) -> int:
    return school.post("/mine/import", files={"file": ("seodang.zip", archive)}).status_code


def ledgers(school: School) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in school.desk.shelf.ledgers.rglob("*.json")}


def test_the_archive_holds_the_ledgers_of_runs_and_explorations_and_gives_them_back_elsewhere(tmp_path: Path) -> None:
    with opened(tmp_path / "here") as school:
        school.predict()
        own, explored = ran(school), ran(school, gain="0.6")
        school.post(f"{QUESTION}/note", {"text": "mine", "revision": 0})
        archive = school.get("/mine/seodang.zip").content
        there = ledgers(school)
    held = files(archive)
    assert {own.to_json().encode(), explored.to_json().encode()} <= set(held.values())
    assert b"mine" in held["notes.jsonl"]
    with opened(tmp_path / "elsewhere") as school:
        assert bring_back(school, archive) == 303
        assert ledgers(school) == there
        assert f"Your run: {len(own.seeds)} seeds" in words(school.get(QUESTION).text)
        assert "gain = 0.6" in words(school.get(f"{QUESTION}/explorations").text)
        assert files(school.get("/mine/seodang.zip").content) == held


def test_deleting_everything_leaves_nothing_of_the_learner_on_the_disk(school: School) -> None:
    school.predict()
    ran(school)
    ran(school, gain="0.6")
    school.post("/mine/forget", {"word": "delete"})
    left = {path.name for path in school.home.rglob("*") if path.is_file()}
    assert left == set(), "neither ledgers nor what the process that trains has written"
    assert not school.desk.store.runs(school.desk.me)
    assert not school.desk.store.explorations(school.desk.me)
    assert school.desk.runs.latest(SLUG) is None
    page = words(school.get(QUESTION).text)
    assert "Your run" not in page
    assert "Supported" not in page


def test_a_ledger_that_cannot_be_deleted_is_said(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    school.predict()
    ran(school)

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("seodang.web.mine.shutil.rmtree", refused)
    school.client.headers["Accept-Language"] = "ko"
    school.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = school.post("/mine/forget", {"word": "삭제"})
    assert answer.status_code == 503
    assert "읽거나 쓸 수 없습니다(Permission denied)" in words(answer.text)


def test_a_longer_ledger_that_is_here_is_not_cut_by_an_older_archive(school: School) -> None:
    school.predict()
    job = run(school, pause="0.1")
    wait_until(lambda: job.ledger is not None)
    school.post(f"/running/{job.id}/cancel")
    wait_until(lambda: job.over)
    older = school.get("/mine/seodang.zip").content
    longer = ran(school, pause="0.1")
    assert bring_back(school, older) == 303
    assert longer.to_json() in ledgers(school).values()


@pytest.mark.parametrize("name", ["ledger/../../outside.json", "ledger/a/b/c.json", "/ledger/x.json"])
def test_an_archive_puts_no_file_where_no_ledger_belongs(school: School, name: str) -> None:
    archive = changed(school.get("/mine/seodang.zip").content, {name: b"{}"})
    assert bring_back(school, archive) == 303
    assert not list(school.home.parent.rglob("outside.json"))
    assert not ledgers(school)


def test_a_ledger_that_was_edited_is_refused_and_nothing_is_added(tmp_path: Path) -> None:
    with opened(tmp_path / "here") as school:
        school.predict("relu", 77)
        ran(school)
        archive = school.get("/mine/seodang.zip").content
    name, contents = next((name, data) for name, data in files(archive).items() if name.startswith("ledger/"))
    edited = contents.replace(b'"device": "cpu"', b'"device": "gpu"')
    assert edited != contents
    with opened(tmp_path / "elsewhere") as school:
        answer = school.post("/mine/import", files={"file": ("x.zip", changed(archive, {name: edited}))})
        assert answer.status_code == 400
        assert "cannot be trusted" in words(answer.text)
        assert not school.desk.record().predictions
        assert not ledgers(school)
