"""The book, read: questions, pages, terms and the syllabus; checked and searched. Imports no torch and no experiment."""

from seodang.library.dictionary import Term
from seodang.library.fields import LANGUAGES
from seodang.library.page import KINDS, Choice, Page, Prediction, Reference, Section
from seodang.library.placeholders import fill
from seodang.library.problem import BookError, Problem
from seodang.library.question import Question
from seodang.library.reading import BOOK, Library
from seodang.library.syllabus import Chapter, Session, Syllabus

__all__ = [
    "BOOK",
    "KINDS",
    "LANGUAGES",
    "BookError",
    "Chapter",
    "Choice",
    "Library",
    "Page",
    "Prediction",
    "Problem",
    "Question",
    "Reference",
    "Section",
    "Session",
    "Syllabus",
    "Term",
    "fill",
]
