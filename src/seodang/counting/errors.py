"""What a learner is told when something cannot be counted."""

from __future__ import annotations


class CountingError(ValueError):
    """Something cannot be counted; the message names the layer, its value, the arithmetic and the cure.

    The sentence is kept with its {blanks} apart from what fills them, so that it can be said in another language.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values
