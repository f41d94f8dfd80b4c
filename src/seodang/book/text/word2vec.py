"""How does word2vec work: from which task of prediction do the vectors come, and what do its two matrices hold?

Skip-gram with negative sampling tells words that stand near one another from words drawn at random (Mikolov et al. 2013).
Where it fits, the product of a word's input vector and another's output vector is their pointwise mutual information less
ln k (Levy & Goldberg 2014). On a toy language of 44 words everything that is claimed of it can be counted.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split
from seodang.data.grammar import ANALOGIES, PEOPLE, PLACES, WORDS, grammar
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.word2vec import Word2Vec, analogy, negative_sampling, pairs


@dataclass(frozen=True)
class Parameters:
    """16 numbers a word, the whole sentence as window, 5 wrong words for a right one, 1,000 steps of Adam."""

    steps: int = knob(1_000, low=1, high=20_000)


def fits(trained: Trained) -> float:
    """Correlation of input-output products with the pointwise mutual information, over pairs that occur."""
    places = trained.x_train[:, 0] * len(WORDS) + trained.y_train
    counts = torch.bincount(places, minlength=len(WORDS) ** 2).view(len(WORDS), -1).double()
    information = (counts * counts.sum() / (counts.sum(1, keepdim=True) * counts.sum(0))).log()
    left, right = map(Tensor.detach, trained.model.parameters())
    return float(torch.corrcoef(torch.stack([(left @ right.T)[counts > 0].double(), information[counts > 0]]))[0, 1])


def analogies(trained: Trained, matrix: int) -> float:
    """The share of the eight analogies that the input vectors (0) or the output vectors (1) have right."""
    vectors = list(trained.model.parameters())[matrix].detach()
    asked = [[WORDS.index(word) for word in words] for words in ANALOGIES]
    return sum(analogy(vectors, a, b, c) == d for a, b, c, d in asked) / len(asked)


def cosine(trained: Trained, one: str, other: str) -> float:
    """The cosine of two words' input vectors."""
    left, _ = map(Tensor.detach, trained.model.parameters())
    return float(F.cosine_similarity(left[WORDS.index(one)], left[WORDS.index(other)], dim=0))


def flips(trained: Trained) -> float:
    """Of a person, one of another age and a place: how often cosines call the person nearer, and products the place."""
    left, right = map(Tensor.detach, trained.model.parameters())
    alike, together = F.normalize(left) @ F.normalize(left).T, left @ right.T
    rows = [map(WORDS.index, (PEOPLE[p], PEOPLE[p ^ 2], place)) for p in range(8) for place in PLACES[p // 4]]
    return sum(bool(alike[a, b] > alike[a, c] and together[a, c] > together[a, b]) for a, b, c in rows) / len(rows)


def experiment(p: Parameters) -> Experiment:
    """Skip-gram, and the same with the roles of the two words of a pair exchanged."""

    def read(generator: torch.Generator, first: int = 0) -> Split:
        both = pairs(grammar(generator).sentences, window=5)
        return Split(both[:, first, None], both[:, 1 - first], both[:1, :1], both[:1, 1])

    def objective(model: Word2Vec, batch: Batch) -> Tensor:
        wrong = torch.stack([batch.y.roll(by) for by in range(1, 6)], dim=1)  # other pairs' right words
        return negative_sampling(model, batch.x, batch.y, wrong)

    turn = Turn(objective, partial(torch.optim.Adam, lr=0.02))
    fading = partial(torch.optim.lr_scheduler.LinearLR, start_factor=1.0, end_factor=0.05, total_iters=p.steps)
    base = Training(data=read, model=partial(Word2Vec, 44, 16), turns=(turn,), schedule=fading, steps=p.steps, batch=256)
    return Experiment(
        arms={"skip_gram": base, "swapped": replace(base, data=partial(read, first=1))},
        metrics={
            "fits": fits,
            **{f"by_{side}": partial(analogies, matrix=place) for place, side in enumerate(("left", "right"))},
            **{f"man_{other}": partial(cosine, one="man", other=other) for other in ("woman", "car")},
            "flips": flips,
            "loss": lambda trained: float(trained.losses[-200:].mean()),
        },
        claims={
            "products_are_information": Claim(lambda arms: arms.skip_gram.fits, above=0.85),
            "analogies_hold": Claim(lambda arms: arms.skip_gram.by_left, above=0.8),
            "right_would_do": Claim(lambda arms: abs(arms.skip_gram.by_left - arms.skip_gram.by_right), below=0.1),
            "roles_are_equal": Claim(lambda arms: abs(arms.swapped.loss / arms.skip_gram.loss - 1), below=0.01),
            "two_questions": Claim(lambda arms: arms.skip_gram.flips, above=0.8),
            "man_is_near_woman": Claim(lambda arms: arms.skip_gram.man_woman - arms.skip_gram.man_car, above=0.2),
        },
    )
