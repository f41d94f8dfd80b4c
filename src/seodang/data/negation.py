"""Sentences in which only the place of "not" decides: "not good but dull" or "good but not dull"?

Thirteen words. Every bag of words occurs with both answers, so a model that does not see the order can only guess; and no
sentence of the test set has a pair of adjectives and a subject that were seen together in training.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seodang.data.split import Split

SUBJECTS, GOOD, BAD = ("film", "food", "music"), ("good", "great", "fine"), ("bad", "dull", "poor")
WORDS = ("the", "was", "but", "not", *SUBJECTS, *GOOD, *BAD)
TEST_COMBINATIONS = 7
"""Of the 27 combinations of a subject, a good and a bad adjective."""


def negation(generator: torch.Generator, train: int = 2_000, test: int = 500) -> Split:
    """(train, 7) and (test, 7) words as numbers 0-12, classes 0-1: unfavourable and favourable, half of each."""
    order = torch.randperm(len(SUBJECTS) * len(GOOD) * len(BAD), generator=generator)
    x_train, y_train = _drawn(train, order[TEST_COMBINATIONS:], generator)
    x_test, y_test = _drawn(test, order[:TEST_COMBINATIONS], generator)
    return Split(x_train, y_train, x_test, y_test)


def _drawn(n: int, combinations: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    which = combinations[torch.randint(len(combinations), (n,), generator=generator)]
    label = (torch.arange(n) % 2)[torch.randperm(n, generator=generator)]
    good_first = torch.randint(2, (n,), generator=generator).bool()
    subject, good, bad = (
        WORDS.index("film") + which // 9,
        WORDS.index("good") + which // 3 % 3,
        WORDS.index("bad") + which % 3,
    )
    first, second = torch.where(good_first, good, bad), torch.where(good_first, bad, good)
    denied_first = good_first != label.bool()  # favourable: what is denied is the bad one
    the, was, but, denial = (torch.full((n,), WORDS.index(word)) for word in ("the", "was", "but", "not"))
    early = torch.stack([the, subject, was, denial, first, but, second], dim=1)
    late = torch.stack([the, subject, was, first, but, denial, second], dim=1)
    return torch.where(denied_first[:, None], early, late), label


def say(x: Tensor, y: Tensor) -> str:
    """The sentence and the answer."""
    return f"{' '.join(WORDS[code] for code in x.tolist())} → {('unfavourable', 'favourable')[int(y)]}"
