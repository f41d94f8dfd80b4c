"""How a database comes to be: its tables by migrations, its predictions from an earlier version, a glance without it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from review.learning import at, predicted

from seodang.store import Store, StoreError, predicted_slugs
from seodang.store.glance import HEAD, VERSION_TABLE
from seodang.store.opening import MIGRATIONS
from seodang.store.tables import metadata

LINES = (
    {"slug": "relu", "choice": "helps", "sure": 80, "at": "2026-11-01T10:00:00+00:00", "why": "기울기"},
    {"slug": "relu", "choice": "helps", "sure": 80, "at": "2026-11-01T10:00:00+00:00", "why": "기울기"},
    {"slug": "dropout", "choice": "hurts", "sure": 55, "at": "2026-11-02T19:00:00+09:00"},
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path))
    monkeypatch.delenv("SEODANG_DATABASE", raising=False)
    return tmp_path


def written(home: Path) -> Path:
    path = home / "predictions.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES), encoding="utf-8")
    return path


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_version_that_the_code_knows_is_that_of_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_opening_again_finds_what_was_written(url: str) -> None:
    with Store.open(url) as store:
        me = store.me(at(0))
        store.predict(me.id, predicted("relu", 0))
    with Store.open(url) as store:
        assert store.me(at(1)) == me
        assert store.predictions(me.id) == (predicted("relu", 0),)


@pytest.mark.usefixtures("home")
def test_opening_again_needs_no_migrations() -> None:
    Store.open().close()
    program = "import sys; from seodang.store import Store; Store.open().close(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_database_lies_in_the_users_home_or_where_the_setting_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open() as store:
        assert store.where == str(home / "seodang.db")
    monkeypatch.setenv("SEODANG_DATABASE", f"sqlite:///{home}/elsewhere.db")
    with Store.open() as store:
        assert store.where == str(home / "elsewhere.db")


def test_a_home_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "공부 방 ?#%20"
    monkeypatch.setenv("SEODANG_HOME", str(home))
    with Store.open() as store:
        store.predict(store.me(at(0)).id, predicted("relu", 0))
    assert (home / "seodang.db").exists()
    assert predicted_slugs() == frozenset({"relu"})


def test_readers_do_not_wait_for_writers(home: Path) -> None:
    Store.open().close()
    with closing(sqlite3.connect(home / "seodang.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_predictions_of_an_earlier_version_are_moved_over_once_and_the_file_stays(home: Path) -> None:
    path = written(home)
    before = path.read_bytes()
    for _ in range(2):
        with Store.open() as store:
            made = store.predictions(store.me(at(0)).id)
            assert [(each.slug, each.sure, each.why) for each in made] == [
                *[("relu", 80, "기울기")] * 2,
                ("dropout", 55, ""),
            ]
            assert made[2].at.isoformat() == "2026-11-02T10:00:00+00:00"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{cut", "Expecting property name"),
        ('{"slug": "relu"}', "'at'"),
        ('{"slug": "q", "choice": "c", "sure": 12, "at": "2026-11-01T10:00:00+00:00"}', "sure=12"),
        ('{"slug": "q", "choice": "c", "sure": 60, "at": "2026-11-01T10:00:00"}', "has no timezone"),
        ('{"slug": "q", "choice": "c", "sure": 60, "at": "2026-11-01T10:00:00+00:00", "mood": 1}', "mood"),
    ],
)
def test_a_broken_line_of_an_earlier_version_is_named_and_nothing_is_moved(home: Path, line: str, wrong: str) -> None:
    path = written(home)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with Store.open() as store, pytest.raises(StoreError) as raised:
        store.me(at(0))
    assert str(raised.value).startswith(f"{path}:4: not a prediction")
    assert wrong in str(raised.value)
    written(home)
    with Store.open() as store:
        assert len(store.predictions(store.me(at(0)).id)) == 3


def test_a_glance_tells_what_was_predicted(home: Path) -> None:
    assert predicted_slugs() == frozenset()
    assert not (home / "seodang.db").exists()
    with Store.open() as store:
        assert predicted_slugs() == frozenset()
        me = store.me(at(0)).id
        for slug in ("relu", "dropout", "relu"):
            store.predict(me, predicted(slug, 0))
        store.predict(store.new_learner("you", at(0)).id, predicted("lstm", 0))
        assert predicted_slugs() == frozenset({"relu", "dropout"})
    assert predicted_slugs() == frozenset({"relu", "dropout"})


def test_a_glance_leaves_to_the_store_what_only_the_store_can_tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home)
    assert predicted_slugs() is None  # predictions wait to be moved over
    with Store.open() as store:
        assert predicted_slugs() is None
        store.me(at(0))
        assert predicted_slugs() == frozenset({"relu", "dropout"})
        with store._writing() as connection:
            connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '0000'")
    assert predicted_slugs() is None
    (home / "seodang.db").write_bytes(b"no database" * 1000)
    assert predicted_slugs() is None
    monkeypatch.setenv("SEODANG_DATABASE", "postgresql://me@host/school")
    assert predicted_slugs() is None


def test_looking_at_a_store_imports_no_sqlalchemy() -> None:
    program = (
        "import sys, seodang.store, seodang.review\n"
        "seodang.store.predicted_slugs()\n"
        "sys.exit(', '.join({'sqlalchemy', 'alembic', 'fsrs'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
