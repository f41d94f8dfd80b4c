"""The calculators' page: a card a formula, its numbers filled in while one types. Every state has an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from seodang.library.markdown import mathml
from seodang.locale import _
from seodang.web.calculators import Calculator, Letter, calculators
from seodang.web.counting import SlipError, number
from seodang.web.pages import fragment, page

router = APIRouter()
MOST_LAYERS = 200


@dataclass(frozen=True)
class Card:
    """A calculator with what was typed, and what comes of it."""

    calculator: Calculator
    typed: Mapping[str, str]
    formula: Markup
    filled: Markup | None
    """The formula with the numbers in it, and an equals sign."""
    result: int | None
    slip: SlipError | None


@router.get("/count/by-hand")
def by_hand(request: Request, of: str = "") -> Response:
    """Every calculator; the one named by `of` with the numbers in the address."""
    asked = request.query_params
    cards = [card(each, asked if name == of else {}) for name, each in calculators().items()]
    status = 422 if any(each.slip for each in cards) else 200
    return page(request, "byhand.html", status, cards=cards)


@router.get("/count/by-hand/{name}")
def answer(request: Request, name: str) -> Response:
    """One answer, while one types."""
    known = calculators()
    if name not in known:
        raise HTTPException(404)
    return HTMLResponse(fragment("_byhand_answer.html", card=card(known[name], request.query_params)))


def card(calculator: Calculator, asked: Mapping[str, str]) -> Card:
    """What was typed, or what a calculator begins with, and what comes of it."""
    typed = {letter.name: asked.get(letter.name, str(letter.default)) for letter in calculator.letters}
    formula = _set(calculator.formula)
    try:
        values = {letter.name: value_of(letter, typed[letter.name]) for letter in calculator.letters}
        result = _result(calculator, values)
    except SlipError as slip:
        return Card(calculator, typed, formula, None, None, slip)
    return Card(calculator, typed, formula, _set(f"{calculator.with_numbers(values)}="), result, None)


def value_of(letter: Letter, text: str) -> Any:
    """A whole number, or the (kernel, stride) of every layer; SlipError says what cannot be read."""
    if isinstance(letter.default, int):
        value = number(letter.name, text, letter.low, letter.high)
        if value != int(value):
            raise SlipError(letter.name, _("{text}: a whole number is needed.", text=text))
        return int(value)
    words = text.split()
    if not 1 <= len(words) <= MOST_LAYERS or not all(re.fullmatch(r"[1-9]\d{0,3}(/[1-9]\d{0,3})?", word) for word in words):
        raise SlipError(letter.name, _("Write each layer as its kernel, or kernel/stride: 3 3 2/2 3."))
    pairs = (word.partition("/") for word in words)
    return [(int(kernel), int(stride or 1)) for kernel, _slash, stride in pairs]


def _result(calculator: Calculator, values: Mapping[str, Any]) -> int:
    if values.get("g", 1) > 1 and (values["c"] % values["g"] or values["f"] % values["g"]):
        raise SlipError("g", _("{g} groups: they must divide both the channels and the filters.", g=values["g"]))
    result = calculator.answer(values)
    if result < 1:
        raise SlipError(
            "n", _("That comes to {result}: the window does not fit. Pad more, or take a smaller kernel.", result=result)
        )
    return result


def _set(latex: str) -> Markup:
    """As large as on a line of its own, but where text begins."""
    return Markup(mathml(rf"\displaystyle {latex}", display=False))
