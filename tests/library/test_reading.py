"""A book is read as its files say, and whatever cannot be read is told with file, line, value and cure."""

import subprocess
import sys
from pathlib import Path

import pytest
from library.books import write_book

from seodang.library import BookError, Library

EN = "relu_over_sigmoid.en.md"
KO = "relu_over_sigmoid.ko.md"


def open_changed(folder: Path, name: str, old: str, new: str) -> str:
    """What reading the book says after one change, with the folder's name left out."""
    write_book(folder, {name: (old, new)})
    try:
        library = Library.open(folder)
        return f"{library.questions} and {library.terms} were read"
    except BookError as error:
        return str(error).replace(f"{folder}/", "").replace("activations/", "")


def test_a_question_has_what_its_pages_say(tmp_path: Path) -> None:
    question = Library.open(write_book(tmp_path)).question("relu_over_sigmoid")
    assert question.slug == "relu_over_sigmoid"
    assert question.chapter == "activations"
    assert question.kind == "experiment"
    assert question.catalogue == ("why-relu-over-sigmoid",)
    assert question.terms == ("relu",)
    assert question.title["ko"] == "은닉층에서 시그모이드 대신 ReLU를 쓰는 까닭은?"
    assert question.references[0].year == 2010
    assert question.experiment == tmp_path / "activations/relu_over_sigmoid.py"
    assert question.evidence == tmp_path / "activations/relu_over_sigmoid.json"
    page = question.page("en")
    assert page.arms == {"relu": "ReLU", "sigmoid": "sigmoid net"}
    assert list(page.sections) == ["setting", "answer", "why", "wrong", "limits"]
    assert page.sections["limits"].heading == "Where it stops being true"
    assert page.sections["limits"].source.strip() == "On digits, depth 10."
    lines = page.path.read_text().splitlines()
    assert lines[page.sections["limits"].line - 1] == "## Where it stops being true {#limits}"


def test_a_prediction_was_right_under_the_outcome_it_names(tmp_path: Path) -> None:
    predict = Library.open(write_book(tmp_path)).question("relu_over_sigmoid").page("en").predict
    supported = predict.right({"relu_learns": "supported"})
    assert supported is not None
    assert supported.id == "relu"
    assert predict.right({"relu_learns": "undecided"}) is None


def test_a_slug_may_be_typed_with_hyphens(tmp_path: Path) -> None:
    library = Library.open(write_book(tmp_path))
    assert library.question("relu-over-sigmoid") is library.question("relu_over_sigmoid")


def test_an_unknown_question_is_answered_with_the_closest(tmp_path: Path) -> None:
    with pytest.raises(BookError) as error:
        Library.open(write_book(tmp_path)).question("relu-over-sigmod")
    assert str(error.value) == 'there is no question "relu-over-sigmod" in the book. Did you mean "relu_over_sigmoid"?'


def test_an_unknown_chapter_or_term_is_answered_with_the_closest(tmp_path: Path) -> None:
    library = Library.open(write_book(tmp_path))
    with pytest.raises(
        BookError, match=r'^there is no chapter "activation" in the syllabus\. Did you mean "activations"\?$'
    ):
        library.chapter("activation")
    with pytest.raises(BookError, match=r'^there is no term "rellu" in the dictionary\. Did you mean "relu"\?$'):
        library.term("rellu")


def test_questions_come_in_the_order_of_the_syllabus_and_the_forgotten_last(tmp_path: Path) -> None:
    write_book(tmp_path, {"syllabus.toml": ('["relu_over_sigmoid"]', '["zeta", "relu_over_sigmoid"]')})
    for slug in ("alpha", "zeta"):
        for language in ("ko", "en"):
            text = (tmp_path / f"activations/relu_over_sigmoid.{language}.md").read_text()
            (tmp_path / f"activations/{slug}.{language}.md").write_text(text)
    assert Library.open(tmp_path).slugs == ("zeta", "relu_over_sigmoid", "alpha")


def test_the_questions_that_answer_a_catalogue_id_are_found(tmp_path: Path) -> None:
    library = Library.open(write_book(tmp_path))
    assert [question.slug for question in library.answering("why-relu-over-sigmoid")] == ["relu_over_sigmoid"]
    assert library.answering("momentum") == ()


def test_a_heading_inside_a_code_fence_is_no_section(tmp_path: Path) -> None:
    code = "```python\n# a comment\n## another\n```"
    write_book(tmp_path, {EN: ("On digits, depth 10.", code)})
    section = Library.open(tmp_path).question("relu_over_sigmoid").page("en").sections["limits"]
    assert section.source.strip() == code


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (EN, 'kind = "experiment"', 'kind = "experimnt"',
         f'{EN}:3: "kind" is "experimnt". Did you mean "experiment"? '
         'Write "experiment", "derivation", "measurement" or "source".'),
        (EN, 'title = "Why', 'titel = "Why',
         f'{EN}:2: "titel" is not a field here. Did you mean "title"? Use "title", "kind", "catalogue", "terms", '
         '"next", "asked", "arms", "metrics", "claims", "predict" or "references".'),
        (EN, "year = 2010", "year = 20100",
         f'{EN}:23: "references.0.year" is 20100. Write a whole number from 1900 to 2100.'),
        (EN, "year = 2010", "", f'{EN}:21: "references.0.year" is missing. Add `year = 1900` or more.'),
        (EN, "year = 2010", "year = = 2010",
         f"{EN}:23: this is not TOML: Invalid value. Write text between quotes and one `key = value` a line."),
        (EN, 'terms = ["relu"]', 'terms = "relu"',
         f'{EN}:5: "terms" is \'relu\'. Write a list of texts, such as ["one", "two"].'),
        (EN, 'terms = ["relu"]', 'terms = ["relu", "relu"]', f'{EN}:5: "terms" lists "relu" twice. Remove one of them.'),
        (EN, 'id = "same"', 'id = "relu"', f'{EN}:19: two choices have the id "relu". Give each its own.'),
        (EN, 'when = {relu_learns = "refuted"}', "when = {}",
         f'{EN}:19: "when" is empty. Name the outcome that makes this choice right.'),
        (EN, 'when = {relu_learns = "refuted"}', 'when = {relu_learns = "no"}',
         f'{EN}:19: "predict.choices.1.when.relu_learns" is "no". '
         'Write "supported", "refuted" or "undecided".'),
        (EN, "## Why {#why}", "## Why",
         f'{EN}:36: the heading "Why" has no id. Write `## Heading {{#id}}`, or `### Heading` inside a section.'),
        (EN, "{#wrong}", "{#why}", f'{EN}:42: two sections have the id "why". Join them.'),
        (EN, "## Setting {#setting}", "Hello.", f'{EN}:28: "Hello." stands before the first section. Move it into one.'),
        (EN, "+++\n\n", "\n", f"{EN}:1: the front matter that begins here never ends. Close it with a line +++."),
        (KO, 'kind = "experiment"', 'kind = "measurement"',
         f'{KO}:3: "kind" is measurement, but experiment in {EN}. Make them equal.'),
        (KO, 'accuracy = "', 'accurate = "',
         f'{KO}:11: "metrics" is accurate, but accuracy in {EN}. Make them equal.'),
        (KO, "## 어디까지 참인가 {#limits}", "## 이어지는 질문 {#followups}",
         f'{KO}:28: "sections" is setting, answer, why, wrong, followups, '
         f"but setting, answer, why, wrong, limits in {EN}. Make them equal."),
        ("terms.toml", "definition.ko", "definition.kr",
         'terms.toml:4: "relu.definition.kr" is not a field here. Use "ko" or "en".'),
        ("syllabus.toml", 'ko = "활성화 함수", ', "", 'syllabus.toml:3: "chapters.0.title.ko" is missing. Add `ko = "…"`.'),
    ],
)  # fmt: skip
def test_an_error_names_file_line_value_and_cure(tmp_path: Path, name: str, old: str, new: str, sentence: str) -> None:
    assert open_changed(tmp_path, name, old, new) == sentence


def test_a_question_in_one_language_only_is_refused(tmp_path: Path) -> None:
    write_book(tmp_path)
    path = tmp_path / "activations" / KO
    path.unlink()
    with pytest.raises(BookError) as error:
        Library.open(tmp_path).question("relu_over_sigmoid")
    assert str(error.value) == f"{path}:1: there is no page here. Write it: every question has a .en.md and a .ko.md."


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes.md", 'the name "notes.md" has no language. Call it notes.ko.md or notes.en.md.'),
        ("notes.fr.md", 'the name "notes.fr.md" has no language. Call it notes.ko.md or notes.en.md.'),
        ("a-b.en.md", 'the slug "a-b" is not made of small letters, digits and underscores. Rename the file.'),
    ],
)
def test_a_file_with_a_wrong_name_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    write_book(tmp_path)
    (tmp_path / "activations" / name).write_text("")
    with pytest.raises(BookError) as error:
        Library.open(tmp_path)
    assert str(error.value) == f"{tmp_path / 'activations' / name}:1: {reason}"


def test_one_slug_in_two_chapters_is_refused(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "losses").mkdir()
    (tmp_path / "losses" / EN).write_text("")
    with pytest.raises(BookError, match=r'the question "relu_over_sigmoid" is also in activations/\. Give each'):
        Library.open(tmp_path)


def test_a_page_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    write_book(tmp_path)
    (tmp_path / "activations" / KO).write_bytes("한글".encode("euc-kr"))
    with pytest.raises(BookError, match=r"ko\.md:1: byte 0 is not UTF-8\. Save the file as UTF-8\.$"):
        Library.open(tmp_path).question("relu_over_sigmoid")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"^there is no folder .*/nowhere\. Name one that holds chapters\.$"):
        Library.open(tmp_path / "nowhere")


def test_the_shipped_book_opens_with_its_syllabus_and_dictionary() -> None:
    library = Library.open()
    assert [session.number for session in library.syllabus.sessions] == list(range(13))
    assert library.term("batch-normalization").name["ko"] == "배치 정규화"
    assert len({slug for chapter in library.chapters for slug in chapter.questions}) >= 12


def test_reading_and_searching_import_neither_torch_nor_an_experiment(tmp_path: Path) -> None:
    write_book(tmp_path)
    program = (
        "import sys; from pathlib import Path; from seodang.library import Library;"
        f"library = Library.open(Path({str(tmp_path)!r})); library.questions; library.ask('렐루');"
        "library.question('relu_over_sigmoid').page('ko').html('why');"
        "from seodang.library.checking import problems; problems(library);"
        "print([name for name in sys.modules if name.startswith(('torch', 'numpy', 'seodang.book', 'seodang.experiment'))])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_importing_the_library_imports_no_renderer() -> None:
    program = (
        "import sys, seodang.library; print([name for name in ('markdown_it', 'math_core', 'rich') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
