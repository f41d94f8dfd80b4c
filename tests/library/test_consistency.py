"""The pages do not contradict what the experiments refuted, and use one word for one thing."""

from pathlib import Path

import pytest
from library.books import recorded, write_book

from seodang.library import Library
from seodang.library.checking import problems

EN, KO, JSON = "relu_over_sigmoid.en.md", "relu_over_sigmoid.ko.md", "relu_over_sigmoid.json"


def refuted_book(folder: Path, changes: dict[str, tuple[str, str]] | None = None, sayings: str = "") -> list[str]:
    """What the checker says of consistency, of a book whose one claim (ReLU beats the sigmoid by 0.3) was refuted."""
    write_book(folder, changes)
    evidence = recorded(answers=(False,) * 12)
    (folder / "activations" / JSON).write_text(evidence.to_json(), encoding="utf-8")
    (folder / "refuted.toml").write_text(sayings, encoding="utf-8")
    told = [f"{each.path.name}:{each.line}: {each.message}" for each in problems(Library.open(folder))]
    return [
        one for one in told if "refuted" in one or "one thing" in one or "not in the dictionary" in one or "refutes" in one
    ]


def test_a_page_that_says_what_was_refuted_is_flagged(tmp_path: Path) -> None:
    said = ("On digits, depth 10.", "Ten layers deep ReLU always beats the sigmoid by more than 0.3.")
    (flagged,) = refuted_book(tmp_path, {EN: said})
    assert flagged.startswith(
        f"{EN}:48: this says what the claim relu_learns of relu_over_sigmoid says, and that was refuted."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "On digits.",
        '*"Ten layers deep, ReLU beats the sigmoid by more than 0.3."*',
        "Ten layers deep, ReLU beats the sigmoid by more than 0.3 on {{relu_learns.yes}} of {{relu_learns.n}} seeds.",
        "Ten layers of batch normalization are another matter than ten layers of anything else.",
    ],
)
def test_what_is_quoted_or_reported_or_about_something_else_is_not(tmp_path: Path, sentence: str) -> None:
    assert refuted_book(tmp_path, {EN: ("On digits, depth 10.", sentence)}) == []


def test_the_common_wrong_answer_may_be_told(tmp_path: Path) -> None:
    wrong = ("That it is *only* speed.", "Ten layers deep, ReLU beats the sigmoid by more than 0.3.")
    assert refuted_book(tmp_path, {EN: wrong}) == []


SAYING = """[[sayings]]
page = "relu_over_sigmoid"
claim = "relu_learns"
en = ["relu (is|are) always better"]
ko = ["렐루가 늘 낫"]
"""


def test_a_common_saying_is_flagged_in_either_language(tmp_path: Path) -> None:
    changes = {
        EN: ("On digits, depth 10.", "After all, ReLU is always better."),
        KO: ("숫자 자료, 깊이 10.", "아무튼 렐루가 늘 낫다고 하겠습니다."),
    }
    said = refuted_book(tmp_path, changes, SAYING)
    assert [one.partition(" is refuted")[0] for one in said] == [
        f'{EN}:48: "ReLU is always better"',
        f'{KO}:48: "렐루가 늘 낫"',
    ]


def test_a_saying_whose_claim_holds_after_all_has_to_go(tmp_path: Path) -> None:
    (tmp_path / "refuted.toml").write_text(SAYING, encoding="utf-8")
    told = [each.message for each in problems(Library.open(write_book(tmp_path)))]
    assert told == ['"relu_learns" of relu_over_sigmoid is supported, so it refutes nothing. Take the saying out.']


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"relu_over_sigmoid"', '"relu_over"', 'there is no evidence of a page "relu_over"'),
        ('"relu_learns"', '"learns"', '"learns" of relu_over_sigmoid is no claim there, so it refutes nothing'),
        ("(is|are)", "(is|are", "this is no regular expression"),
    ],
)
def test_a_saying_that_is_wrong_itself_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "refuted.toml").write_text(SAYING.replace(old, new), encoding="utf-8")
    assert any(message in each.message for each in problems(Library.open(write_book(tmp_path))))


def test_a_rendering_the_book_does_not_use_is_told(tmp_path: Path) -> None:
    terms = ('definition.ko = "', 'avoid = ["렐루값", "Relu unit"]\ndefinition.ko = "')
    changes = {"terms.toml": terms, KO: ("숫자 자료, 깊이 10.", "렐루값은 숫자 자료에서.")}
    assert refuted_book(tmp_path, changes) == [
        f'{KO}:48: the book says "렐루(ReLU)" for "렐루값". Use one word for one thing, or quote it.'
    ]


def test_a_word_explained_on_a_page_is_in_the_dictionary(tmp_path: Path) -> None:
    changes = {KO: ("숫자 자료, 깊이 10.", "숫자 자료의 손실 지형(loss landscape)과 렐루(relu).")}
    assert refuted_book(tmp_path, changes) == [
        f'{KO}:48: "loss landscape" is explained as a term and is not in the dictionary. Add it to terms.toml.'
    ]
