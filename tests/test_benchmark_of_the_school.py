"""What the school is measured with is a book and a learner that the school reads like any other."""

from pathlib import Path

import pytest

from benchmarks.browsed import Browsed
from benchmarks.large import study, write_book
from benchmarks.school import PAGES, QUICK, Measured, percentile, report
from seodang.evidence import Evidence
from seodang.library import Library
from seodang.store import Store


def test_the_generated_book_has_as_many_questions_as_asked_for_and_all_can_be_read(tmp_path: Path) -> None:
    many = len(Library.open().slugs) + 10
    library = write_book(tmp_path, many)
    assert len(library.questions) == many
    assert sorted(slug for chapter in library.chapters for slug in chapter.questions) == sorted(library.slugs)
    assert {chapter.folder for chapter in library.chapters} == {chapter.folder for chapter in Library.open().chapters}
    copy = library.question(next(slug for slug in library.slugs if slug not in Library.open().slugs))
    assert copy.evidence is not None
    original = Library.open().question(copy.slug.rpartition("_")[0])
    assert original.evidence is not None
    assert Evidence.read(copy.evidence) == Evidence.read(original.evidence)
    assert (copy.title, copy.chapter) == (original.title, original.chapter)


def test_the_generated_learner_has_met_most_questions_and_reviewed_them(tmp_path: Path) -> None:
    library = write_book(tmp_path / "book", 20)
    with Store.open(f"sqlite:///{tmp_path}/seodang.db") as store:
        study(store, library, 200)
        (me,) = store.learners()
        record = store.record(me.id)
        assert len(store.reviews(me.id)) == 200
        assert len({result.slug for result in record.results}) == len(record.predictions) == 18
        assert set(record.cards) <= set(library.slugs)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (1.0, 100)])
def test_the_percentile_is_the_nearest_rank(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value


def test_a_promise_that_was_not_kept_is_named() -> None:
    fast = Measured(
        starts=[1.0],
        hits={page: [0.01] * 20 for page in PAGES},
        ends=[0.5],
        seen={page: Browsed(200, 300, 250_000) for page in PAGES},
    )
    assert "All of it was kept in this measurement." in report(fast, PAGES, QUICK, PAGES[4])
    slow = Measured([2.5], {}, {page: [0.01] * 18 + [0.06] * 2 for page in PAGES}, [0.5], None)
    assert "Not kept in this measurement: p95, start." in report(slow, PAGES, QUICK, PAGES[4])
