"""The checker finds what is wrong with a book and nothing in a book that is right."""

from pathlib import Path

import pytest
from library.books import recorded, write_book

from seodang.library import Library, Question
from seodang.library.checking import problems

EN = "relu_over_sigmoid.en.md"
KO = "relu_over_sigmoid.ko.md"
JSON = "relu_over_sigmoid.json"


def told(folder: Path) -> list[str]:
    """Every problem, with the folders in front of the file's name left out."""
    prefixes = (f"{folder}/activations/", f"{folder}/")
    sentences = [str(problem) for problem in problems(Library.open(folder))]
    return [next(one.removeprefix(prefix) for prefix in prefixes if one.startswith(prefix)) for one in sentences]


def test_a_good_book_has_no_problems(tmp_path: Path) -> None:
    assert told(write_book(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (EN, "That it is *only* speed.", "", f"{EN}:42: the section {{#wrong}} is empty. Write it or take it out."),
        (EN, "That it is *only* speed.", "그냥 속도.",
         f'{EN}:44: the section {{#wrong}} has the Hangul "그" outside quotation marks. Write it in English.'),
        (KO, "숫자 자료, 깊이 10.", "On digits.", f"{KO}:46: the section {{#limits}} has no Hangul. Write it in Korean."),
        (EN, "\\prod_", "\\prodd_",
         f"{EN}:40: the formula `\\prodd_{{i=1}}^{{L}} \\sigma'(x_i) \\le 4^{{-L}}` cannot be set: "
         'Unknown command "\\prodd". Write it with other LaTeX.'),
        (EN, "Two nets, the same steps.", "{{accuracy.relu}}",
         f"{EN}:30: {{{{accuracy.relu}}}} tells the result before it is predicted. Take it out of {{#setting}}."),
        (EN, "{{accuracy.relu}}", "{{accuracy}}",
         f"{EN}:34: {{{{accuracy}}}} is no placeholder. Write {{{{metric.arm}}}} or {{{{claim.yes}}}}."),
        (EN, "{{accuracy.relu}}", "{{accuracy.rely}}",
         f'{EN}:34: the evidence has no "accuracy.rely". Did you mean "accuracy.relu"? '
         'It has "accuracy.relu", "accuracy.sigmoid", "relu_learns.yes" or "relu_learns.n".'),
        (EN, 'relu = "ReLU"', 'relu = "ReLU {{accuracy.relu}}"',
         f"{EN}:9: a placeholder may not stand in the front matter, which is read before the answer. Take it out."),
        (JSON, "accuracy", "accuracy ", f"{JSON}:1: the evidence cannot be used: the checksum does not match: "
         "the file was edited after it was recorded. Record it again: seodang record relu_over_sigmoid"),
        ("syllabus.toml", '["relu_over_sigmoid"]', '["relu_over_sigmod"]',
         'syllabus.toml:1: there is no question "relu_over_sigmod". Did you mean "relu_over_sigmoid"? '
         "Write its pages or take it out."),
        ("syllabus.toml", 'folder = "activations"', 'folder = "losses"',
         'syllabus.toml:1: "relu_over_sigmoid" is in the folder activations/, not losses/. List it in that chapter.'),
        ("terms.toml", "바꾸는 함수.", "바꾸는 함수",
         'terms.toml:1: the ko definition of "relu" does not end with a full stop. Write one sentence.'),
        ("terms.toml", "[relu]", "[relus]",
         f'{EN}:5: the term "relu" is not in terms.toml. Did you mean "relus"? Add it there or take it out.'),
    ],
)  # fmt: skip
def test_a_problem_names_file_line_value_and_cure(tmp_path: Path, name: str, old: str, new: str, sentence: str) -> None:
    assert sentence in told(write_book(tmp_path, {name: (old, new)}))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('relu = "ReLU"\n', "", '8: "arms.relu" has no label, but the evidence has it. Add it to [arms].'),
        ("accuracy =", "precision =", '12: the evidence has no "precision" among its metrics. Take the label out.'),
        ('kind = "experiment"', 'kind = "measurement"',
         '3: the page says measurement, its evidence experiment. Correct "kind".'),
        ('"refuted"', '"supported"', '17: relu and same are both right with relu_learns supported. Change their "when".'),
        ('"refuted"', '"supported"', '18: the choice "relu" can never be the only right one. Change its "when".'),
        ('relu_learns = "supported"', 'relu_learns = "undecided"',
         '17: no choice is right with relu_learns supported. Change a "when" or add a choice.'),
        ('relu_learns = "supported"', 'relu_lerns = "supported"',
         '18: "when" names the claim "relu_lerns". Did you mean "relu_learns"? Name one in [claims].'),
        ("next = []", 'next = ["dropuot"]',
         '6: "next" names "dropuot", which is no other question. Name one that is in the book.'),
        ("{#wrong}", "{#worng}",
         "42: {#worng} is not a section of a page. Did you mean \"wrong\"? "
         "Use setting, answer, why, wrong, limits, pupil, followups."),
        ("{#wrong}", "{#worng}", "1: the section {#wrong} is missing. Add `## … {#wrong}`."),
    ],
)  # fmt: skip
def test_both_pages_tell_a_problem_that_both_have(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    sentences = told(write_book(tmp_path, {EN: (old, new), KO: (old, new)}))
    assert f"{EN}:{sentence}" in sentences
    assert f"{KO}:{sentence}" in sentences


def test_hangul_in_quotation_marks_is_a_quotation(tmp_path: Path) -> None:
    quotation = "In Korean it is called “기울기 소실” (소실: loss)."
    assert told(write_book(tmp_path, {EN: ("That it is *only* speed.", quotation)})) == []


def test_missing_evidence_is_a_problem_but_not_for_a_sourced_fact(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "activations" / JSON).unlink()
    assert told(tmp_path) == [f"{JSON}:1: there is no evidence. Record it: seodang record relu_over_sigmoid"]
    change = ('kind = "experiment"', 'kind = "source"')
    write_book(tmp_path, {EN: change, KO: change})
    (tmp_path / "activations" / JSON).unlink()
    (tmp_path / "activations" / "relu_over_sigmoid.py").unlink()
    assert told(tmp_path) == []


def test_stale_evidence_is_told_with_the_reason(tmp_path: Path) -> None:
    def stale(question: Question) -> str | None:
        return f"the code of {question.slug} has changed"

    library = Library.open(write_book(tmp_path))
    assert [problem.message for problem in problems(library, stale)] == [
        "the evidence is stale: the code of relu_over_sigmoid has changed. Record it again: seodang record relu_over_sigmoid"
    ]


def test_evidence_of_another_question_is_a_problem(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "activations" / JSON).write_text(recorded("dropout").to_json())
    assert told(tmp_path) == [f'{JSON}:1: the evidence is of "dropout". Record it again: seodang record relu_over_sigmoid']


def test_an_experiment_without_a_page_is_a_problem(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "activations" / "orphan.py").write_text("")
    assert told(tmp_path) == ["orphan.py:1: there is no page for this. Write orphan.ko.md and orphan.en.md beside it."]


def test_a_question_outside_the_syllabus_is_a_problem(tmp_path: Path) -> None:
    write_book(tmp_path, {"syllabus.toml": ('["relu_over_sigmoid"]', "[]")})
    assert told(tmp_path) == [
        'syllabus.toml:1: "relu_over_sigmoid" is in no chapter. Add it to the questions of "activations".'
    ]


def test_a_term_that_nobody_uses_is_a_problem(tmp_path: Path) -> None:
    write_book(tmp_path)
    with (tmp_path / "terms.toml").open("a") as terms:
        terms.write('[adam]\nko = "아담"\nen = "Adam"\ndefinition.ko = "최적화기."\ndefinition.en = "An optimizer."\n')
    assert told(tmp_path) == ['terms.toml:7: no page lists the term "adam" and nothing mentions it. Use it or take it out.']


def test_a_page_that_cannot_be_read_does_not_hide_the_other(tmp_path: Path) -> None:
    sentences = told(write_book(tmp_path, {EN: ("year = 2010", "year = 3000"), KO: ("숫자 자료, 깊이 10.", "On digits.")}))
    assert sentences == [
        f'{EN}:23: "references.0.year" is 3000. Write a whole number from 1900 to 2100.',
        f"{KO}:46: the section {{#limits}} has no Hangul. Write it in Korean.",
    ]
