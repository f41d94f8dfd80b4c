"""References are written so that they can be found again, and links lead somewhere."""

from pathlib import Path

import pytest
from library.books import write_book

from seodang.library import Library
from seodang.library.checking import problems

EN, KO = "relu_over_sigmoid.en.md", "relu_over_sigmoid.ko.md"
OLD = 'authors = "Glorot, X. & Bengio, Y."'


def told(folder: Path, authors: str) -> list[str]:
    """What is said of a book whose one reference has these authors."""
    new = f'authors = "{authors}"'
    write_book(folder, {EN: (OLD, new), KO: (OLD, new)})
    return [each.message for each in problems(Library.open(folder))]


@pytest.mark.parametrize(
    "authors",
    ["Nesterov, Y.", "He, K., Zhang, X., Ren, S. & Sun, J.", "Goyal, P. et al.", "Uria, B., Côté, M.-A. & Murray, I.",
     "Brown, T. B., Mann, B., et al.", "PyTorch contributors", "van der Maaten, L. & Hinton, G.", "O’Brien, A."],
)  # fmt: skip
def test_authors_as_they_are_written_here(tmp_path: Path, authors: str) -> None:
    assert told(tmp_path, authors) == []


@pytest.mark.parametrize("authors", ["Y. Nesterov", "He, Kaiming", "K. He and X. Zhang", "Nesterov, Y; Polyak, B."])
def test_authors_written_otherwise_are_told(tmp_path: Path, authors: str) -> None:
    assert any("is not written as Surname, X. Y." in message for message in told(tmp_path, authors))


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("/questions/relu-over-sigmoid#why", ""),
        ("/terms#relu", ""),
        ("https://arxiv.org/abs/1502.01852", ""),
        ("/questions/relu-over-sigmod",
         'the link "/questions/relu-over-sigmod" names no question. Did you mean "relu_over_sigmoid"?'),
        ("/terms#rely", 'the link "/terms#rely" names no term. Did you mean "relu"?'),
        ("http://example.org", 'the link "http://example.org" leads out of the book.'),
        ("../other.md", 'the link "../other.md" leads out of the book.'),
    ],
)  # fmt: skip
def test_links(tmp_path: Path, link: str, message: str) -> None:
    book = write_book(tmp_path, {EN: ("On digits, depth 10.", f"On [digits]({link}).")})
    found = [each for each in problems(Library.open(book)) if "the link" in each.message]
    assert [each.message.startswith(message) for each in found] == ([True] if message else [])
    assert all(each.line == 48 for each in found)


TITLE = "Understanding the difficulty of training deep feedforward neural networks"
LISTED = f'[[works]]\ntitle = "{TITLE}"\nyear = 2010\nlink = "https://proceedings.mlr.press/v9/glorot10a.html"\n'


def listing(folder: Path, works: str) -> Library:
    """The small book with this list of the works that its pages cite."""
    (write_book(folder) / "references.toml").write_text(works, encoding="utf-8")
    return Library.open(folder)


def test_a_work_that_was_looked_up_is_linked(tmp_path: Path) -> None:
    library = listing(tmp_path, LISTED)
    assert problems(library) == []
    (reference,) = library.question("relu_over_sigmoid").references
    assert library.works.link(reference) == "https://proceedings.mlr.press/v9/glorot10a.html"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2010", "2011", f'"{TITLE}" (2010) is not in references.toml. Look it up, and write its title, year and address'),
        ("networks", "nets", 'Did you mean "Understanding the difficulty of training deep feedforward neural nets"?'),
        ("https://", "ftp://", 'the link "ftp://proceedings.mlr.press/v9/glorot10a.html" is no address.'),
        ("title =", "titel =", '"works.0.titel" is not a field here. Did you mean "title"?'),
        ("[[works]]", "[[work]]", '"work" is not a field here. Did you mean "works"?'),
        (LISTED, LISTED * 2, "is listed twice. List it once."),
        (LISTED, LISTED + LISTED.replace("2010", "1999"), f'no page cites "{TITLE}" (1999). Cite it or take it out.'),
    ],
)  # fmt: skip
def test_a_work_nobody_looked_up_and_one_nobody_cites_are_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    library = listing(tmp_path, LISTED.replace(old, new))
    assert any(message in each.message for each in problems(library)), problems(library)


def test_the_book_links_every_work_it_cites() -> None:
    library = Library.open()
    assert all(library.works.link(reference) for question in library.questions for reference in question.references)
