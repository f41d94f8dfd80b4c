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
