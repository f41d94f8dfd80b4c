"""Every promise of the store is kept on SQLite and on PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from review.learning import at
from store.servers import Missing, server

from seodang.store import Store

NAMES = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with ExitStack() as stack:
        try:
            yield stack.enter_context(server())
        except Missing as missing:
            pytest.skip(str(missing))


@pytest.fixture
def on_server(postgres: str) -> str:
    """The URL of an empty database of PostgreSQL."""
    import psycopg

    name = f"test_{next(NAMES)}"
    with psycopg.connect(postgres.replace("NAME", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return postgres.replace("NAME", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is not there yet, or is empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/seodang.db"
    made: str = request.getfixturevalue("on_server")
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def me(store: Store) -> int:
    return store.me(at(0)).id
