"""Search over the real book, asked as people ask: short, long, colloquial, half English, misspelt.

queries.txt was written from the catalogue, before most of the pages were; queries_blind.txt from the titles
alone: a line each, the query, a tab, and the catalogue ids, or pages, of which one is meant. nonsense.txt means nothing,
though a word of it may be one of the field's ("linux kernel scheduler").
"""

from pathlib import Path

import pytest

from seodang.library import Library

FIRST, AMONG_THREE, AMONG_THREE_BLIND = 0.80, 0.95, 0.90
"""The parts of the queries whose page must be found first, and among the first three."""
QUIET = 0.90
"""The part of nonsense.txt that must find nothing."""


def _queries(name: str) -> list[tuple[str, list[str]]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [(query, meant.split(",")) for query, meant in (line.split("\t") for line in lines)]


QUERIES, BLIND = _queries("queries.txt"), _queries("queries_blind.txt")
UNRELATED = Path(__file__).with_name("nonsense.txt").read_text(encoding="utf-8").splitlines()
NONSENSE = (
    "저녁 뭐 먹지", "김치찌개 레시피", "오늘 비 와요?", "삼성전자 주가", "로또 번호", "강아지 산책", "서울에서 부산 기차",
    "asdf qwer", "zzzzzz", "ㅁㄴㅇㄹ", "ㅎㅎㅎㅎ", "!!!???", "best pasta near me", "who won the world cup", "cheap flights",
    "javascript closures", "kubernetes ingress", "how to bake bread", "guitar chords", "90210",
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Library:
    return Library.open()


def test_there_are_enough_queries_and_each_means_something_of_the_book(book: Library) -> None:
    assert len(QUERIES) >= 150
    assert len({query for query, _ in QUERIES + BLIND}) == len(QUERIES + BLIND)
    assert {id for _, ids in QUERIES for id in ids} <= set(book.catalogue.places)
    assert {slug for _, slugs in BLIND for slug in slugs} <= set(book.slugs)


@pytest.mark.parametrize(
    ("queries", "among"), [(QUERIES, AMONG_THREE), (BLIND, AMONG_THREE_BLIND)], ids=["catalogue", "blind"]
)
def test_the_question_that_is_meant_is_found(
    book: Library, capsys: pytest.CaptureFixture[str], queries: list[tuple[str, list[str]]], among: float
) -> None:
    asked = [
        (query, {book.catalogue.places[id].slug if id in book.catalogue.places else id for id in ids})
        for query, ids in queries
    ]
    found = [(query, meant, [hit.slug for hit in book.ask(query, 3)]) for query, meant in asked]
    first = sum(bool(meant & set(slugs[:1])) for _, meant, slugs in found)
    three = sum(bool(meant & set(slugs)) for _, meant, slugs in found)
    with capsys.disabled():
        print(f"\nsearch: {first} of {len(found)} first, {three} among three")
    missed = [f"{query!r} means {meant}, found {slugs}" for query, meant, slugs in found if not meant & set(slugs)]
    assert first >= FIRST * len(found)
    assert three >= among * len(found), "\n".join(missed)


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_finds_nothing_in_the_real_book(book: Library, query: str) -> None:
    assert book.ask(query) == []


def test_what_has_nothing_to_do_with_the_book_seldom_finds_anything(
    book: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    loud = [(query, [hit.slug for hit in book.ask(query, 2)]) for query in UNRELATED if book.ask(query)]
    with capsys.disabled():
        print(f"\nsearch: {len(UNRELATED) - len(loud)} of {len(UNRELATED)} unrelated queries find nothing")
    assert len(loud) <= (1 - QUIET) * len(UNRELATED), loud
