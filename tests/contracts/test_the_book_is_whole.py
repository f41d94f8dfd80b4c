"""The book holds what it promises: every question of the catalogue, the dictionary, the meetings and the paths."""

from collections import Counter

import pytest

from seodang.library import Library


@pytest.fixture(scope="module")
def book() -> Library:
    return Library.open()


def test_every_question_of_the_catalogue_is_answered(book: Library) -> None:
    assert len(book.catalogue.places) == 240
    assert book.catalogue.unanswered == ()


def test_every_chapter_has_questions(book: Library) -> None:
    assert [chapter.folder for chapter in book.chapters if not chapter.questions] == []


def test_nearly_every_page_has_code_a_formula_a_work_and_a_figure(book: Library) -> None:
    assert [question.slug for question in book.questions if not question.references] == []
    assert [question.slug for question in book.questions if question.experiment is None or question.evidence is None] == []
    bodies = {q.slug: "".join(section.source for section in q.page("en").sections.values()) for q in book.questions}
    assert len([slug for slug, body in bodies.items() if "$$" in body]) >= 0.95 * len(bodies)


def test_the_dictionary_is_large_and_every_term_leads_somewhere(book: Library) -> None:
    assert len(book.terms) >= 250
    used = Counter(key for question in book.questions for key in question.terms)
    assert len(used) >= 250


def test_there_are_thirteen_meetings_and_three_paths_and_all_lead_to_pages(book: Library) -> None:
    assert [session.number for session in book.syllabus.sessions] == list(range(13))
    assert [route.name for route in book.syllabus.routes] == ["beginner", "interview", "facilitator"]
    assert [len(route.steps) for route in book.syllabus.routes] == [14, 7, 12]
    steps = [step for route in book.syllabus.routes for step in route.steps]
    prepared = [id for session in book.syllabus.sessions for id in session.questions]
    prepared += [id for step in steps for id in step.questions]
    assert [id for id in prepared if not book.answering(id)] == []
