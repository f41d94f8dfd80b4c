"""Trouble with the disk, the database, the port or the data: a plain sentence in the reader's language, and nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cli.commands import Terminal, started
from store.test_trouble import full, no_privileges
from web.browsing import Visitor
from web.school import MORNING, QUESTION, SLUG, opened, words
from web.test_running import run, wait_until

from seodang.store import Store

SAID = {"en": "the disk is full; nothing of this was saved", "ko": "디스크가 가득 찼습니다. 이번 내용은 저장되지 않았습니다"}
OPEN = ("open", "--no-browser", "--port", "0")


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path))
    monkeypatch.setenv("SEODANG_LANG", "en")
    return Terminal(capsys)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory(prefix="seodang-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "home"
        folder.mkdir()
        yield folder
        folder.chmod(0o755)


def remembered(home: Path) -> None:
    """A database in which something was predicted."""
    with Store.open(f"sqlite:///{home}/seodang.db") as store:
        store.set(store.me(MORNING).id, "before", "it all went wrong")


def still_there(home: Path) -> bool:
    with Store.open(f"sqlite:///{home}/seodang.db") as store:
        return store.settings(store.me(MORNING).id) == {"before": "it all went wrong"}


# --------------------------------------------------------------------------------------------------- in the terminal


@pytest.mark.parametrize(
    ("language", "said"), [("en", "was written by a newer Seodang"), ("ko", "더 새로운 서당이 쓴 파일입니다")]
)
def test_a_database_from_a_newer_version_is_a_sentence_and_left_alone(
    terminal: Terminal, tmp_path: Path, language: str, said: str
) -> None:
    remembered(tmp_path)
    with closing(sqlite3.connect(tmp_path / "seodang.db")) as database:
        database.execute("UPDATE seodang_version SET version_num = '9999'")
        database.commit()
    told = terminal(*OPEN, "--lang", language)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert "9999" in told.err
    assert "pip install --upgrade seodang" in told.err
    with closing(sqlite3.connect(tmp_path / "seodang.db")) as database:
        assert database.execute("SELECT value FROM settings").fetchall() == [('"it all went wrong"',)]


@pytest.mark.parametrize(("language", "said"), [("en", "cannot be"), ("ko", "없습니다")])
def test_a_data_directory_that_is_read_only_is_a_sentence_before_the_browser_opens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, public: Path, language: str, said: str
) -> None:
    remembered(public)
    monkeypatch.setenv("SEODANG_HOME", str(public))
    for file in public.iterdir():
        file.chmod(0o444)
    public.chmod(0o555)
    terminal = Terminal(capsys)
    with no_privileges():
        told = terminal(*OPEN, "--lang", language)
    public.chmod(0o755)
    (public / "seodang.db").chmod(0o644)
    assert (told.code, told.out) == (2, "")
    assert "seodang.db" in told.err
    assert said in told.err
    assert "SEODANG_HOME" in told.err
    assert "Traceback" not in told.err
    assert still_there(public)


@pytest.mark.parametrize(("language", "said"), [("en", "another program has it"), ("ko", "다른 프로그램이 쓰고 있습니다")])
def test_a_port_that_is_taken_is_said_in_the_readers_language(terminal: Terminal, language: str, said: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = terminal("open", "--no-browser", "--port", str(other.getsockname()[1]), "--lang", language)
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_without_a_display_the_address_is_printed_and_how_to_open_it(tmp_path: Path) -> None:
    none = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"), "")
    with Visitor(started("open", "--port", "0", home=tmp_path, environment=none)) as visitor:
        assert any("Open this address" in line for line in visitor.printed)
        assert visitor.get("/")[0] == 200


# -------------------------------------------------------------------------------------------------------- on the page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_full_disk_is_said_on_the_page_and_what_was_there_stays(tmp_path: Path, language: str) -> None:
    with opened(tmp_path, language=language) as school:
        school.look()
        school.post(f"{QUESTION}/note", {"text": "kept", "revision": 0})
        full(school.desk.store)
        answer = school.post(f"{QUESTION}/note", {"text": "long " * 4000, "revision": 1})
        assert answer.status_code == 503
        assert f'<html lang="{language}"' in answer.text
        assert SAID[language] in words(answer.text)
        assert "<nav" in answer.text, "it stands in the house's layout"
        assert school.desk.store.note(school.desk.me, SLUG).text == "kept"
        assert school.get(QUESTION).status_code == 200, "reading goes on"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for little more than the database."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("only root may make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_disk_that_is_really_full_loses_nothing(small_disk: Path) -> None:
    remembered(small_disk)
    with Visitor(started(*OPEN, home=small_disk)) as visitor:
        visitor.post("/questions/relu-over-sigmoid/look")
        room = os.statvfs(small_disk)
        with (small_disk / "filler").open("wb") as filler:
            filler.write(b"\0" * (room.f_bavail * room.f_frsize))
        for _ in range(3):
            status, page = visitor.post("/questions/relu-over-sigmoid/note", text="long " * 4000, revision=0)
            assert status == 503
            assert SAID["en"] in page
        assert visitor.get("/questions/relu-over-sigmoid")[0] == 200
    (small_disk / "filler").unlink()
    assert still_there(small_disk)


def test_a_disk_that_lets_a_file_grow_no_further_loses_nothing(tmp_path: Path) -> None:
    """The same by a limit that every user may set; the system's error is another one."""
    remembered(tmp_path)
    limit = (tmp_path / "seodang.db").stat().st_size + 8192

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with Visitor(started(*OPEN, home=tmp_path, preexec_fn=limited)) as visitor:
        said = {"choice": "relu_and_tanh", "sure": 80, "why": "가" * 20_000}
        found = [visitor.post("/questions/relu-over-sigmoid/predict", token=n, **said) for n in range(5)]
        refused = [page for status, page in found if status == 503]
        assert refused
        assert all("nothing of this was saved" in page for page in refused)
        assert visitor.get("/")[0] == 200
    assert still_there(tmp_path)


def test_a_run_whose_ledger_cannot_be_written_says_so_in_the_readers_language(tmp_path: Path) -> None:
    with opened(tmp_path, language="ko") as school:
        (school.home / "ledger").write_text("a file where the folder of ledgers should be", encoding="utf-8")
        school.predict()
        job = run(school)
        wait_until(lambda: job.over)
        page = words(school.get(f"/running/{job.id}").text)
        assert job.state == "failed"
        assert "파일을 읽거나 쓸 수 없습니다" in page
        assert "Traceback" not in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The data of this run cannot be had here."), ("ko", "mnist: 데이터 폴더가 없습니다.")]
)
def test_a_data_set_that_is_not_here_is_a_sentence_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.delenv("SEODANG_DATA_DIR", raising=False)
    with opened(tmp_path, language=language) as school:
        path = school.desk.library.question(SLUG).experiment
        assert path is not None
        text = path.read_text(encoding="utf-8").replace(
            "    pause:", '    data: str = knob("digits", choices=NAMES)\n    pause:'
        )
        text = text.replace(
            "import numpy as np\n", "import numpy as np\nimport torch\n\nfrom seodang.data.images import NAMES, images\n"
        )
        text = text.replace("    def net(", "    images(p.data).draw(torch.Generator())\n\n    def net(")
        path.write_text(text, encoding="utf-8")
        school.look()
        job = run(school, data="mnist")
        wait_until(lambda: job.over)
        page = words(school.get(f"/running/{job.id}").text)
        assert job.state == "failed"
        assert said in page
        assert "--data-dir" in page
        assert "mnist" in page
        assert "Traceback" not in page


# ---------------------------------------------------------------------------------------------------------- its end


def test_it_ends_with_two_tabs_following_a_run_that_trains(tmp_path: Path) -> None:
    process = started(*OPEN, home=tmp_path)
    with Visitor(process) as visitor:
        visitor.post("/questions/relu-over-sigmoid/look")
        at = visitor.sent("/questions/relu-over-sigmoid/explore", steps=20_000)
        tabs = [visitor.follow(at) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        for tab in tabs:
            tab.read()  # it ends
            tab.close()
    assert process.returncode == 0, visitor.complaints
    assert visitor.complaints == ""
