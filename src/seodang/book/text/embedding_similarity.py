"""Dot product, cosine or distance: how should embeddings be compared?

The three rank neighbours differently only through the length of the vectors, and what a length means is made by training: in
word2vec it depends on how often a word occurs, and in what company (Schakel & Wilson 2015). Words of a toy language, and
random vectors of equal and of unequal lengths.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split
from seodang.data.grammar import WORDS, grammar
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.word2vec import Word2Vec, negative_sampling, pairs

MEASURES: dict[str, Callable[[Tensor], Tensor]] = {
    "dot": lambda x: x @ x.T,
    "cosine": lambda x: F.normalize(x) @ F.normalize(x).T,
    "distance": lambda x: -torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist"),
}


@dataclass(frozen=True)
class Parameters:
    """44 vectors of 16 numbers, learned in 600 steps of Adam."""

    steps: int = knob(600, low=1, high=20_000)


def drawn(spread: float, seed: int) -> Tensor:
    """(44, 16) vectors in random directions, their lengths log-normal."""
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(44, 16, generator=generator)) * (spread * torch.randn(44, 1, generator=generator)).exp()


def vectors(made: Trained | Tensor) -> Tensor:
    """The vectors an arm has made, in double precision."""
    return (next(made.model.parameters()).detach() if isinstance(made, Trained) else made).double()


def nearest(x: Tensor, measure: str) -> Tensor:
    """(44,) the neighbour of each vector, itself left out."""
    return MEASURES[measure](x).fill_diagonal_(-torch.inf).argmax(1)


def agree(made: Trained | Tensor, one: str, other: str, unit: bool = False) -> float:
    """The share of vectors to which two measures give the same neighbour; `unit`: once all have length 1."""
    x = F.normalize(vectors(made)) if unit else vectors(made)
    return float((nearest(x, one) == nearest(x, other)).float().mean())


def hub(made: Trained | Tensor, measure: str) -> float:
    """The share of vectors that have the same one vector for a neighbour, the most popular one."""
    return float(torch.bincount(nearest(vectors(made), measure)).max()) / 44


def frequent(made: Trained | Tensor) -> float:
    """Correlation of a word's length with the logarithm of how often it occurs; nan where nothing occurs."""
    if not isinstance(made, Trained):
        return float("nan")
    often = torch.bincount(made.x_train[:, 0], minlength=len(WORDS)).log()
    return float(torch.corrcoef(torch.stack([often, vectors(made).norm(dim=1).float()]))[0, 1])


def experiment(p: Parameters) -> Experiment:
    """Learned vectors, and random ones of equal and unequal lengths."""

    def read(generator: torch.Generator) -> Split:
        both = pairs(grammar(generator, 3_000).sentences, window=5)
        return Split(both[:, :1], both[:, 1], both[:1, :1], both[:1, 1])

    def objective(model: Word2Vec, batch: Batch) -> Tensor:
        # wrong words are the right ones of other pairs
        return negative_sampling(model, batch.x, batch.y, torch.stack([batch.y.roll(by) for by in range(1, 6)], dim=1))

    turn = Turn(objective, partial(torch.optim.Adam, lr=0.02))
    learned = Training(data=read, model=partial(Word2Vec, 44, 16), turns=(turn,), steps=p.steps, batch=256)
    return Experiment(
        arms={"learned": learned, "equal": partial(drawn, 0.0), "unequal": partial(drawn, 0.5)},
        metrics={
            "dot_cosine": partial(agree, one="dot", other="cosine"),
            "distance_cosine": partial(agree, one="distance", other="cosine"),
            "once_unit": partial(agree, one="dot", other="distance", unit=True),
            **{f"{measure}_hub": partial(hub, measure=measure) for measure in ("dot", "cosine")},
            "frequent": frequent,
        },
        claims={
            "same_at_length_1": Claim(lambda a: min(a.learned.once_unit, a.equal.dot_cosine, a.unequal.once_unit) == 1),
            "differ_otherwise": Claim(lambda arms: arms.unequal.dot_cosine, below=0.7),
            "longest_wins": Claim(lambda arms: arms.unequal.dot_hub - arms.unequal.cosine_hub, above=0.05),
            "learned_differ": Claim(lambda arms: arms.learned.dot_cosine, below=0.9),
            "length_is_frequency": Claim(lambda arms: arms.learned.frequent, above=0.3),
        },
    )
