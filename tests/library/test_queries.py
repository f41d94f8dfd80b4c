"""Search over the real book, asked as people ask: short, long, colloquial, half English, misspelt.

The queries were written from the catalogue, before most of the pages were, and are kept apart from them in queries.txt: a
line each, the query, a tab, and the catalogue ids of which one is meant. They count where the book answers them.
"""

from pathlib import Path

import pytest

from seodang.library import Library

FIRST, AMONG_THREE = 0.80, 0.95
"""The parts of the queries whose page must be found first, and among the first three."""
LINES = Path(__file__).with_name("queries.txt").read_text(encoding="utf-8").splitlines()
QUERIES = [(query, ids.split(",")) for query, ids in (line.split("\t") for line in LINES)]
NONSENSE = (
    "저녁 뭐 먹지", "김치찌개 레시피", "오늘 비 와요?", "삼성전자 주가", "로또 번호", "강아지 산책", "서울에서 부산 기차",
    "asdf qwer", "zzzzzz", "ㅁㄴㅇㄹ", "ㅎㅎㅎㅎ", "!!!???", "best pasta near me", "who won the world cup", "cheap flights",
    "javascript closures", "kubernetes ingress", "how to bake bread", "guitar chords", "90210",
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Library:
    return Library.open()


def test_there_are_enough_queries_and_each_means_something_of_the_catalogue(book: Library) -> None:
    assert len(QUERIES) >= 150
    assert len({query for query, _ in QUERIES}) == len(QUERIES)
    assert {id for _, ids in QUERIES for id in ids} <= set(book.catalogue.places)


def test_the_question_that_is_meant_is_found(book: Library, capsys: pytest.CaptureFixture[str]) -> None:
    places = book.catalogue.places
    asked = [(query, {places[id].slug for id in ids}) for query, ids in QUERIES if all(places[id].slug for id in ids)]
    found = [(query, meant, [hit.slug for hit in book.ask(query, 3)]) for query, meant in asked]
    first = sum(bool(meant & set(slugs[:1])) for _, meant, slugs in found)
    among = sum(bool(meant & set(slugs)) for _, meant, slugs in found)
    with capsys.disabled():
        print(f"\nsearch: {first} of {len(found)} first, {among} among three")
    missed = [f"{query!r} means {meant}, found {slugs}" for query, meant, slugs in found if not meant & set(slugs)]
    assert first >= FIRST * len(found)
    assert among >= AMONG_THREE * len(found), "\n".join(missed)


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_finds_nothing_in_the_real_book(book: Library, query: str) -> None:
    assert book.ask(query) == []
