"""What goes wrong with a database is told as a sentence: which one, what is the matter, what to do."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from review.learning import at, good, predicted
from sqlalchemy import event

from seodang.store import Store, StoreError

NOBODY = 65534


@contextmanager
def no_privileges() -> Iterator[None]:
    """Root may write anywhere; be nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory(prefix="seodang-") as name:
        folder = Path(name) / "home"
        folder.mkdir()
        Path(name).chmod(0o755)
        yield folder
        folder.chmod(0o755)


def made(folder: Path) -> str:
    """A database with something in it, closed."""
    url = f"sqlite:///{folder}/seodang.db"
    with Store.open(url) as store:
        me = store.me(at(0)).id
        for day in range(100):
            store.log_review(me, good(f"q{day % 50}", day))
    return url


def told(error: StoreError | pytest.ExceptionInfo[StoreError]) -> str:
    words = str(error.value if isinstance(error, pytest.ExceptionInfo) else error)
    assert "\n" not in words
    assert "sqlalche" not in words.lower()
    return words


def test_a_folder_that_cannot_be_written_to(public: Path) -> None:
    public.chmod(0o555)
    with no_privileges(), pytest.raises(StoreError) as raised:
        Store.open(f"sqlite:///{public}/seodang.db")
    assert re.fullmatch(rf"{public}/seodang\.db: cannot be (opened|written to).*SEODANG_HOME.*", told(raised))


def test_a_database_that_cannot_be_written_to(public: Path) -> None:
    url = made(public)
    (public / "seodang.db").chmod(0o444)
    public.chmod(0o555)
    with no_privileges(), pytest.raises(StoreError) as raised, Store.open(url) as store:
        store.predict(1, predicted("relu", 0))
    assert "seodang.db: cannot be" in told(raised)


def test_a_home_that_cannot_be_made(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public.chmod(0o555)
    monkeypatch.setenv("SEODANG_HOME", str(public / "deeper"))
    with no_privileges(), pytest.raises(StoreError, match=r"this folder cannot be made .*set SEODANG_HOME"):
        Store.open()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        Store.open(f"sqlite:///{tmp_path}/no/such/seodang.db")
    assert told(raised).endswith(
        "seodang.db: cannot be opened; see that its folder exists and can be written to, or set SEODANG_HOME to one that is"
    )


def test_a_full_disk_and_what_was_there_is_still_there(tmp_path: Path) -> None:
    with Store.open(made(tmp_path)) as store:
        me = store.me(at(0)).id
        before = store.export(me)
        full(store)
        with pytest.raises(StoreError) as raised:
            store.write_note(me, "relu", "long " * 100_000, at(0), 0)
        assert told(raised).endswith("the disk is full; nothing of this was saved. Make room and try again")
        assert store.export(me) == before


def full(store: Store) -> None:
    """Let the file grow no further: SQLite then says what it says of a full disk."""

    @event.listens_for(store._engine, "begin")
    def limit(connection: object) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]


def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    url = made(tmp_path)
    with Store.open(url, patience=0.05) as store, closing(sqlite3.connect(tmp_path / "seodang.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as raised:
            store.predict(1, predicted("relu", 0))
        assert told(raised).endswith("another program holds it; close that program, or try again in a moment")
        assert len(store.record(1).cards) == 50  # reading goes on
        other.rollback()
        store.predict(1, predicted("relu", 0))


def test_a_learner_that_another_writer_holds_on_a_server(on_server: str) -> None:
    import psycopg

    with Store.open(on_server, patience=0.05) as store, psycopg.connect(on_server) as other:
        me = store.me(at(0)).id
        other.execute("SELECT * FROM learners FOR UPDATE")
        with pytest.raises(StoreError, match="another program holds it; try again in a moment"):
            store.predict(me, predicted("relu", 0))


@pytest.mark.parametrize("contents", [b"A letter to my aunt. " * 300, b"{}\n"], ids=["long", "short"])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "seodang.db"
    path.write_bytes(contents)
    with pytest.raises(StoreError) as raised:
        Store.open(f"sqlite:///{path}")
    assert told(raised) == f"{path}: is no database of Seodang; move it away, or set SEODANG_HOME to another folder"
    assert path.read_bytes() == contents


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "seodang.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database of another program; move it away"):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_from_a_newer_version_is_left_as_it_is(url: str) -> None:
    with Store.open(url) as store, store._writing() as connection:
        connection.exec_driver_sql("UPDATE seodang_version SET version_num = '9999'")
    for _ in range(2):
        with pytest.raises(StoreError) as raised:
            Store.open(url)
        assert "was written by a newer Seodang (version 9999 of its tables; this one knows 0001)" in told(raised)
        assert told(raised).endswith("update this one: pip install --upgrade seodang")


def test_a_damaged_database(tmp_path: Path) -> None:
    url = made(tmp_path)
    path = tmp_path / "seodang.db"
    contents = bytearray(path.read_bytes())
    size = 4096
    for page in range(2 * size, len(contents), size):  # the list of the tables is whole, what they hold is not
        contents[page : page + size] = b"\xff" * size
    path.write_bytes(contents)
    with pytest.raises(StoreError) as raised, Store.open(url) as store:
        store.export(store.me(at(0)).id)
    assert told(raised) == f"{path}: is damaged; move it away to begin anew, and import your last archive if you have one"


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("seodang.db", "seodang.db: is no URL of a database"),
        ("mysql://root:secret@host/db", "mysql://root@host/db: Seodang keeps its records in SQLite"),
        ("sqlite://", "Seodang keeps its records in SQLite (sqlite:///FILE)"),
    ],
)
def test_a_url_that_is_none_of_ours(url: str, wrong: str) -> None:
    with pytest.raises(StoreError) as raised:
        Store.open(url)
    assert wrong in told(raised)
    assert "secret" not in told(raised)


def test_a_server_that_does_not_answer_and_the_password_is_not_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as raised:
        Store.open(f"postgresql://me:secret@/school?host={tmp_path}")
    assert "postgresql://me@/school: the server does not answer" in told(raised)
    assert "secret" not in told(raised)


def test_a_server_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(StoreError, match=r'PostgreSQL needs its driver; pip install "seodang\[postgres\]"'):
        Store.open("postgresql://me@host/school")


def test_the_folder_made_for_it_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "deep" / "home"))
    Store.open().close()
    assert stat.S_IMODE((tmp_path / "deep" / "home").stat().st_mode) == 0o700
