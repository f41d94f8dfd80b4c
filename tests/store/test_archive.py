"""Everything out as plain files, and in again."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from review.learning import again, at, good, predicted, result

from seodang.review import OwnCard
from seodang.store import RunStatus, Store, StoreError

Files = dict[str, bytes]


def lived(store: Store, learner: int) -> None:
    """Something of everything."""
    store.predict(learner, predicted("relu", 0, 90, "no"), "p1")
    store.predict(learner, predicted("왜", 1))
    store.saw_result(learner, result("relu", 1))
    store.explained(learner, "relu", at(1))
    store.explained(learner, "init", at(2))
    for review in (good("relu", 2), again("relu", 2), good("init", 3), good("relu", 1.5)):
        store.log_review(learner, review)
    done = store.begin_run(learner, "relu", "1a2b", {"depth": 10}, at(1))
    store.end_run(done.id, RunStatus.DONE, at(1.1))
    store.begin_run(learner, "relu", "3c4d", {"depth": 40}, at(2), exploration=True)
    store.keep_exploration(learner, "relu", "3c4d", {"depth": 40}, "깊게", at(2))
    store.add_cards(learner, [OwnCard("b", "front\n", "back", at(0), ("t",)), OwnCard("B", "", "", at(1))])
    store.write_note(learner, "relu", 'line\n"two"  ', at(2), 0)
    store.set(learner, "theme", {"dark": True})
    store.begin_day_at(learner, 1140)


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def packed(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, contents in files.items():
            zipped.writestr(name, contents)
    return buffer.getvalue()


def test_an_archive_is_plain_files_and_the_same_bytes_each_time(store: Store, me: int) -> None:
    lived(store, me)
    data = store.export(me)
    assert store.export(me) == data
    files = unpacked(data)
    assert json.loads(files["predictions.jsonl"].splitlines()[0]) == {
        "slug": "relu",
        "choice": "no",
        "sure": 90,
        "why": "",
        "language": "",
        "at": "2026-11-20T09:00:00+00:00",
        "token": "p1",
    }
    assert json.loads(files["learner.json"]) == {"format": 1, "name": "", "day_begins": 1140}
    told = files["README.txt"].decode()
    assert all(name in told for name in files if name != "README.txt")
    assert "왜" in files["predictions.jsonl"].decode()


def test_what_is_exported_and_imported_is_the_same_record(store: Store, me: int, tmp_path: Path) -> None:
    """Out of either database, into another, and out again: the same bytes, and the same cards."""
    lived(store, me)
    data = store.export(me)
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        them = other.new_learner("them", at(9)).id
        other.import_archive(them, data)
        assert other.export(them) == data
        assert other.record(them) == store.record(me)
        assert other.record(them).cards == other.rebuild_cards(them)


def test_an_archive_imported_twice_is_imported_once(store: Store, me: int) -> None:
    lived(store, me)
    data = store.export(me)
    store.import_archive(me, data)
    assert store.export(me) == data


def test_what_is_here_stays_and_the_later_of_two_notes_is_kept(store: Store, me: int) -> None:
    lived(store, me)
    data = store.export(me)
    store.set(me, "theme", "light")
    store.write_note(me, "relu", "newer", at(5), 1)
    you = store.new_learner("you", at(0)).id
    store.write_note(you, "relu", "older", at(0), 0)
    store.import_archive(me, data)
    store.import_archive(you, data)
    assert store.settings(me)["theme"] == "light"
    assert store.note(me, "relu").text == "newer"
    assert store.note(you, "relu").text == 'line\n"two"  '


def test_other_files_go_beside_and_are_left_alone_on_the_way_back(store: Store, me: int) -> None:
    data = store.export(me, {"ledger/relu/1a2b.json": b"{}"})
    assert unpacked(data)["ledger/relu/1a2b.json"] == b"{}"
    store.import_archive(me, data)


def cut(files: Files) -> bytes:
    return packed(files)[:-40]


def without_learner(files: Files) -> bytes:
    return packed({name: contents for name, contents in files.items() if name != "learner.json"})


def with_line(name: str, line: str) -> Callable[[Files], bytes]:
    return lambda files: packed({**files, name: files[name] + line.encode() + b"\n"})


def newer(files: Files) -> bytes:
    return packed({**files, "learner.json": b'{"format": 2}'})


GOOD = '"at": "2026-11-20T09:00:00+00:00", "token": "t"'


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: b"no zip at all", "this is no archive of Seodang, or it was cut"),
        (cut, "this is no archive of Seodang, or it was cut"),
        (without_learner, "it holds no learner.json"),
        (newer, "the archive has the format 2, this Seodang reads 1"),
        (with_line("notes.jsonl", "{cut"), "notes.jsonl:2: is not JSON"),
        (with_line("notes.jsonl", "[]"), "notes.jsonl:2: is no JSON object"),
        (with_line("notes.jsonl", '{"slug": "q"}'), "notes.jsonl:2: has no text"),
        (
            with_line("reviews.jsonl", f'{{"card": "q", "grade": "easy", "answer": "", {GOOD}}}'),
            "'easy' is not a valid Grade",
        ),
        (with_line("results.jsonl", f'{{"slug": 3, "came_out": "", {GOOD}}}'), "results.slug is 3"),
        (with_line("results.jsonl", '{"slug": "q", "came_out": "", "at": "noon", "token": "t"}'), "noon"),
        (
            with_line("results.jsonl", '{"slug": "q", "came_out": "", "at": "2026-11-20T09:00:00", "token": "t"}'),
            "has no timezone",
        ),
        (
            with_line(
                "predictions.jsonl", f'{{"slug": "q", "choice": "c", "sure": 100, "why": "", "language": "", {GOOD}}}'
            ),
            "sure=100",
        ),
    ],
)
def test_what_is_no_archive_is_refused_and_nothing_of_it_is_kept(
    store: Store, me: int, spoil: Callable[[Files], bytes], told: str
) -> None:
    you = store.new_learner("you", at(0)).id
    lived(store, you)
    before = store.export(me)
    with pytest.raises(StoreError) as raised:
        store.import_archive(me, spoil(unpacked(store.export(you))))
    assert told in str(raised.value)
    assert store.export(me) == before


def test_an_archive_that_unpacks_to_more_than_anyone_writes_is_not_unpacked(
    store: Store, me: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(store, me)
    data = store.export(me)
    monkeypatch.setattr("seodang.store.archive.LARGEST", 100)
    with pytest.raises(StoreError, match="the archive unpacks to more than"):
        store.import_archive(me, data)


def test_nothing_of_what_was_forgotten_is_left_in_the_files(tmp_path: Path) -> None:
    secret = "an unmistakable thing to have written"
    (tmp_path / "predictions.jsonl").write_text(
        json.dumps({"slug": "q", "choice": "c", "sure": 60, "at": "2026-11-01T00:00:00+00:00", "why": secret}) + "\n"
    )
    with Store.open(f"sqlite:///{tmp_path}/seodang.db") as store:
        me = store.me(at(0)).id
        store.write_note(me, "relu", secret * 200, at(0), 0)
        assert any(secret.encode() in path.read_bytes() for path in tmp_path.iterdir())
        store.forget(me)
        assert not [path.name for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()]
        assert store.predictions(store.me(at(1)).id) == ()
