"""The version of what is remembered: another one after every write, by whomever; then nothing old is shown."""

from pathlib import Path

import pytest
from review.learning import at, predicted
from web.school import opened

from seodang.store import Store


def test_it_stays_while_nothing_is_written_and_changes_with_every_write_by_whomever(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/seodang.db"
    with Store.open(url) as store, Store.open(url) as other:
        me = store.me(at(0)).id
        before = store.version()
        store.record(me)
        store.check_writable()
        assert store.version() == before
        for writer in (store, other, store):
            writer.predict(me, predicted("relu", 0))
            assert store.version() != before
            before = store.version()


def test_a_server_keeps_none(on_server: str) -> None:
    with Store.open(on_server) as store:
        assert store.version() is None


@pytest.mark.parametrize("through", ["the page", "another program"])
def test_a_page_shows_what_was_written_a_moment_ago(tmp_path: Path, through: str) -> None:
    with opened(tmp_path) as school:
        assert not school.desk.record().predictions
        if through == "the page":
            school.predict()
        else:
            with Store.open(f"sqlite:///{tmp_path}/seodang.db") as other:
                other.predict(school.desk.me, predicted("relu_over_sigmoid", 0))
        assert len(school.desk.record().predictions) == 1
