"""The calculators: their answers, their formulas with the numbers in them, and what they refuse."""

from __future__ import annotations

import math
import re

import pytest
from web.school import School
from web.test_counting import said

from seodang.web.byhand import card
from seodang.web.calculators import calculators

KNOWN = {
    "output": "112",
    "transposed": "14",
    "field": "16",
    "conv": "73,792",
    "linear": "102,764,544",
    "lstm": "395,264",
    "gru": "296,448",
    "attention": "1,050,624",
    "transformer": "3,152,384",
    "batch-norm": "128",
    "conv-macs": "115,605,504",
    "attention-macs": "4,026,531,840",
}


@pytest.mark.parametrize("name", sorted(calculators()))
def test_a_calculator_answers(school: School, name: str) -> None:
    assert f"<b>{KNOWN[name]}</b>" in school.get(f"/count/by-hand/{name}").text
    page = school.get("/count/by-hand").text
    assert page.count("<math") == 2 * len(calculators())
    assert f"<b>{KNOWN[name]}</b>" in page


OTHER = {"n": "29", "k": "5", "s": "3", "p": "2", "d": "2", "o": "1", "c": "12", "f": "8", "g": "4", "b": "1", "m": "7"}
OTHER |= {"h": "11", "w": "13", "x": "6", "layers": "7/2 3/2 3 1 5/3"}


@pytest.mark.parametrize("name", sorted(calculators()))
@pytest.mark.parametrize("asked", [{}, OTHER], ids=["begun", "other"])
def test_the_formula_with_its_numbers_comes_to_the_answer(name: str, asked: dict[str, str]) -> None:
    calculator = calculators()[name]
    answered = card(calculator, asked)
    assert answered.slip is None
    typed = {letter.name: asked.get(letter.name, str(letter.default)) for letter in calculator.letters}
    values = {name: [tuple(map(int, f"{w}/1".split("/")[:2])) for w in text.split()] if name == "layers" else int(text)
              for name, text in typed.items()}  # fmt: skip
    assert computed(calculator.with_numbers(values)) == answered.result


def computed(latex: str) -> float:
    """The value of a formula of numbers."""
    python = (
        latex.replace("{,}", "")
        .replace(r"\cdot", "*")
        .replace(r"\left\lfloor", "math.floor(")
        .replace(r"\right\rfloor", ")")
    )
    python = re.sub(r"\\frac\{(.*?)\}\{(.*?)\}", r"((\1)/(\2))", python).replace("^", "**").replace(r"\,", "*")
    python = re.sub(r"(?<=\d)\\left\(", "*(", python).replace(r"\left(", "(").replace(r"\right)", ")")
    return float(eval(re.sub(r"(?<=\d)\(", "*(", python), {"math": math}))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/count/by-hand/output?n=3&k=7&p=0", "That comes to -1: the window does not fit."),
        ("/count/by-hand/output?n=x", "x: a number from 1 to 100,000."),
        ("/count/by-hand/output?n=2.5", "2.5: a whole number is needed."),
        ("/count/by-hand/conv?g=3", "3 groups: they must divide both the channels and the filters."),
        ("/count/by-hand/field?layers=3+0", "Write each layer as its kernel, or kernel/stride"),
        ("/count/by-hand/field?layers=", "Write each layer as its kernel, or kernel/stride"),
    ],
)
def test_what_cannot_be_computed_is_said(school: School, address: str, sentence: str) -> None:
    assert sentence in said(school.get(address).text)
    name, _, query = address.removeprefix("/count/by-hand/").partition("?")
    page = school.get(f"/count/by-hand?of={name}&{query}")
    assert page.status_code == 422
    assert sentence in said(page.text)


def test_a_calculator_that_there_is_not(school: School) -> None:
    assert school.get("/count/by-hand/nope").status_code == 404
