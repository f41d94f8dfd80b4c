"""Bracket matching: are the round and square brackets of a string closed in the right order?

Two kinds of brackets take a stack to check (the Dyck language of two pairs; Chomsky & Schützenberger 1963). A wrong string
is a right one with two brackets exchanged, so counting brackets answers nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import DataError, Split

SIGNS = "()[]"
TEST = 1_000


def brackets(generator: torch.Generator, length: int = 16, train: int = 4_000) -> Split:
    """(train, length) and (1000, length) brackets as numbers 0-3, classes 0-1: wrong and right, half of each.

    DataError for an odd length or one below 4.
    """
    if length < 4 or length % 2:
        raise DataError(f"brackets: length={length}: take an even number from 4 on")
    y = torch.arange(train + TEST) % 2
    y = y[torch.randperm(len(y), generator=generator)]
    x = torch.tensor([(right if label else wrong)(length, generator) for label in y.tolist()])
    return Split(x[:train], y[:train], x[train:], y[train:])


def right(length: int, generator: torch.Generator) -> list[int]:
    """A string that matches: at each place a fair coin opens or closes, where both are possible."""
    coins = torch.randint(4, (length,), generator=generator).tolist()
    said: list[int] = []
    open_: list[int] = []
    for place, coin in enumerate(coins):
        if len(open_) == length - place or (open_ and coin >= 2):
            said.append(open_.pop() + 1)
        else:
            open_.append(2 * (coin % 2))
            said.append(open_[-1])
    return said


def wrong(length: int, generator: torch.Generator) -> list[int]:
    """A string that does not match, by two brackets of a right one that changed places."""
    while True:
        said = right(length, generator)
        one, other = torch.randperm(length, generator=generator)[:2].tolist()
        said[one], said[other] = said[other], said[one]
        if not matches(said):
            return said


def matches(said: list[int]) -> bool:
    """Whether every bracket is closed, by its own kind and in the right order."""
    open_: list[int] = []
    for sign in said:
        if sign % 2 == 0:
            open_.append(sign)
        elif not open_ or open_.pop() != sign - 1:
            return False
    return not open_


def say(x: Tensor, y: Tensor) -> str:
    """The string and the answer."""
    return f"{''.join(SIGNS[code] for code in x.tolist())} → {('wrong', 'right')[int(y)]}"
