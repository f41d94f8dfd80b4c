"""A toy language of 44 words for word vectors, made so that which analogies hold is known beforehand.

Each of eight people is a rank, an age and a sex; each of the three is spoken of in words of its own, whoever has it. So a
person's contexts are a sum of three parts, and king - man + woman has those of the queen (the reason that Levy & Goldberg
2014 give for the analogies of Mikolov et al. 2013). Cars and dogs keep other company.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

LENGTH = 6
PEOPLE = ("king", "queen", "prince", "princess", "man", "woman", "boy", "girl")
"""By rank (royal, common), age (grown, young) and sex."""
DOES = (("works", "pays", "decides"), ("plays", "learns", "laughs"))
"""What the grown do and the young."""
PLACES = (("palace", "throne", "court"), ("street", "market", "shop"))
"""Where the royal are and the common."""
OWN = (("he", "his", ("tie", "beard")), ("she", "her", ("dress", "skirt")))
VEHICLES, ANIMALS = ("car", "bus", "truck"), ("dog", "cat")
WORDS = (
    *("the", "near", "said", "lost", "on", "under"),
    *PEOPLE,
    *DOES[0],
    *DOES[1],
    *PLACES[0],
    *PLACES[1],
    *("he", "his", "tie", "beard", "she", "her", "dress", "skirt"),
    *VEHICLES,
    *("rolls", "stops", "road"),
    *ANIMALS,
    *("sleeps", "bridge"),
)
ANALOGIES = (
    ("man", "woman", "king", "queen"),
    ("man", "woman", "prince", "princess"),
    ("man", "woman", "boy", "girl"),
    ("boy", "girl", "prince", "princess"),
    ("man", "boy", "king", "prince"),
    ("woman", "girl", "queen", "princess"),
    ("man", "king", "boy", "prince"),
    ("woman", "queen", "girl", "princess"),
)
"""a is to b as c is to d: of all words but a, b and c the vector of d should be nearest to b - a + c."""


class Corpus(NamedTuple):
    """Sentences as numbers, and what the numbers mean."""

    sentences: Tensor  # (sentences, 6), long
    words: tuple[str, ...]
    analogies: tuple[tuple[str, str, str, str], ...]


def grammar(generator: torch.Generator, sentences: int = 6_000) -> Corpus:
    """(sentences, 6) words as numbers 0-43; four in five sentences are about people."""
    draws = torch.randint(2**30, (sentences, 4), generator=generator).tolist()
    said = [_sentence(*draw) for draw in draws]
    number = {word: place for place, word in enumerate(WORDS)}
    return Corpus(torch.tensor([[number[word] for word in each] for each in said]), WORDS, ANALOGIES)


def _sentence(kind: int, who: int, one: int, other: int) -> tuple[str, ...]:
    """A sentence from four large random numbers."""
    if kind % 10 == 0:
        return ("the", VEHICLES[who % 3], ("rolls", "stops")[one % 2], "on", "the", "road")
    if kind % 10 == 1:
        return ("the", ANIMALS[who % 2], "sleeps", "under", "the", "bridge")
    person = who % 8
    common, young, female = person // 4, person // 2 % 2, person % 2
    if kind % 2:
        return ("the", PEOPLE[person], DOES[young][one % 3], "near", "the", PLACES[common][other % 3])
    pronoun, possessive, things = OWN[female]
    return (PEOPLE[person], "said", pronoun, "lost", possessive, things[one % 2])


def say(x: Tensor, y: Tensor) -> str:  # noqa: ARG001 (every set's is called alike)
    """The sentence."""
    return " ".join(WORDS[code] for code in x.tolist())
