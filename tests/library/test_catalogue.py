"""Every question of the catalogue leads to the page, or the heading on a page, that answers it."""

from pathlib import Path

import pytest
from library.books import add_followup, write_book

from seodang.library import Library
from seodang.library.checking import problems
from seodang.library.page import read_page

EN, KO = "relu_over_sigmoid.en.md", "relu_over_sigmoid.ko.md"


def with_followup(folder: Path, catalogue: str) -> Library:
    """The small book with a follow-up question under a heading of its own, and this map."""
    add_followup(write_book(folder))
    (folder / "catalogue.toml").write_text(catalogue, encoding="utf-8")
    return Library.open(folder)


def told(library: Library) -> list[str]:
    return [f"{problem.path.name}: {problem.message}" for problem in problems(library)]


WHOLE = '[activations]\nwhy-relu-over-sigmoid = "relu_over_sigmoid"\n'


def test_a_map_that_agrees_with_the_pages_has_no_problem(tmp_path: Path) -> None:
    library = with_followup(tmp_path, WHOLE + 'dying-relu = "relu_over_sigmoid#dying-relu"\nnot-yet = ""\n')
    assert told(library) == []
    assert library.catalogue.unanswered == ("not-yet",)
    question = library.question("dying-relu")
    assert question.heading("dying-relu") == "dying-relu"
    assert question.heading("why-relu-over-sigmoid") == ""
    assert question.page("ko").followups == {"dying-relu": "죽은 렐루란?"}


def test_the_heading_has_its_id_on_the_page_and_does_not_show_it(tmp_path: Path) -> None:
    page = with_followup(tmp_path, "").question("relu_over_sigmoid").page("en")
    assert '<h3 id="dying-relu">What is the dying ReLU?</h3>' in page.html("limits")
    assert "{#" not in "".join(str(token.children) for token in page.terminal("limits").parsed)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ('dying-relu = ""', f'{EN}: this page says that it answers "dying-relu", but catalogue.toml that nothing does. '
         "Correct one of them."),
        ('dying-relu = "relu_over_sigmoid"', f'catalogue.toml: {KO} answers it under a heading of its own. '
         'Write "relu_over_sigmoid#dying-relu".'),
        ('dying-relu = "relu_over_sigmod#dying-relu"', 'catalogue.toml: there is no page "relu_over_sigmod". Did you mean '
         '"relu_over_sigmoid"? Write it or correct the name.'),
        ('dying-relu = "relu_over_sigmoid#dead"', f"catalogue.toml: {KO} has no heading {{#dead}} for it. "
         "Write `### … {#dying-relu}`."),
        ("", f'{EN}: the catalogue has no question "dying-relu". Name one of it.'),
        ('dying-relu = "relu_over_sigmoid#dying-relu"\nbias = "relu_over_sigmoid"',
         f'catalogue.toml: {KO} does not list "bias" in its "catalogue". Add it there.'),
        ("dying-relu = 3",
         'catalogue.toml: "dying-relu" is 3. Write "page" or "page#heading", or "" while it is unanswered.'),
    ],
)  # fmt: skip
def test_a_contradiction_names_file_and_cure(tmp_path: Path, rows: str, sentence: str) -> None:
    assert sentence in told(with_followup(tmp_path, f"{WHOLE}{rows}\n"))


def test_a_heading_that_answers_nothing_of_the_catalogue_is_refused(tmp_path: Path) -> None:
    library = with_followup(tmp_path, WHOLE + 'dying-relu = "relu_over_sigmoid#dying-relu"\n')
    path = tmp_path / "activations" / EN
    path.write_text(path.read_text(encoding="utf-8").replace("{#dying-relu}", "{#dyingrelu}"), encoding="utf-8")
    assert any("the heading {#dyingrelu} is no id of this page" in one for one in told(library))


def test_both_pages_answer_the_same_under_headings_of_their_own(tmp_path: Path) -> None:
    library = with_followup(tmp_path, "")
    path = tmp_path / "activations" / KO
    path.write_text(path.read_text(encoding="utf-8").replace(" {#dying-relu}", ""), encoding="utf-8")
    assert any('"followups" is nothing, but dying-relu' in one for one in told(library))
    assert not read_page(path).followups


def test_search_leads_to_the_heading(tmp_path: Path) -> None:
    library = with_followup(tmp_path, "")
    assert [(hit.slug, hit.heading, hit.title["ko"]) for hit in library.ask("죽은 렐루")] == [
        ("relu_over_sigmoid", "dying-relu", "죽은 렐루란?")
    ]
    assert [(hit.slug, hit.heading) for hit in library.ask("why not sigmoid")] == [("relu_over_sigmoid", "")]
