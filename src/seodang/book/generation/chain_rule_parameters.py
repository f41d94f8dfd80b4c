"""How many parameters has a distribution of n binary variables, and what does each assumption save and cost?

By the chain rule p(x) is a product of conditionals, whatever p is (Koller & Friedman 2009, chapters 2 and 3; Bengio & Bengio
1999): 2^n - 1 numbers. A Markov chain needs 2n - 1, independence n. Ten pixels in the middle of real digits are few enough
for all three tables, which are fitted by counting. A free parameter is one that moves the probabilities: a rank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models.likelihood import every, log_probability, nats
from seodang.models.markov import ChainRule, Independent, Markov, Table

MIDDLE = [8 * row + column for row in (3, 4) for column in range(1, 6)]
"""Ten of the 64 pixels: five in the middle of two neighbouring rows."""


@dataclass(frozen=True)
class Parameters:
    """How many images are counted; how many where data are few; what is added to a count in place of 1 in the last arm."""

    images: int = knob(1347, low=10, high=1347)
    few: int = knob(30, low=1, high=1347)
    trace: float = knob(0.01, above=0, high=1)


def free(probabilities: Callable[[Tensor], Tensor], scores: int) -> float:
    """In how many directions so many scores move the probabilities: the rank of the Jacobian, at random small scores."""
    jacobian = torch.autograd.functional.jacobian(probabilities, 0.3 * torch.randn(scores).double())  # type: ignore[no-untyped-call]
    return float(torch.linalg.matrix_rank(jacobian))


@torch.no_grad()
def counted(table: Table, x: Tensor, asked: Tensor, added: float) -> float:
    """Nats a sample of `asked` by a table that has counted x."""
    table.fit(x, added)
    return float(nats(table(asked), asked))


def fitted(kind: Callable[[int], Table], images: int, added: float, seed: int) -> Mapping[str, float]:
    """A table of ten pixels, counted on one split; `added` to every count."""
    torch.manual_seed(seed)
    split, corners, one = digits(torch.Generator().manual_seed(seed)), every(10), torch.eye(10)
    x, x_test = ((part[:, MIDDLE] >= 0.5).float() for part in (split.x_train[:images], split.x_test))
    table, other, shuffled = kind(10), kind(10), x[:, torch.randperm(10)]
    found = {"order_gap": abs(counted(table, x, x, 1e-6) - counted(other, shuffled, shuffled, 1e-6))}
    found["test_nats"] = counted(table, x, x_test, added)
    # Turn each pixel over in all vectors: how many scores of its own place and of places before it change?
    turned = [(table(corners) != table((corners - one[j]).abs())).any(0)[: j + 1].sum() for j in range(10)]
    rank = free(lambda scores: log_probability(scores[table.cases(corners)], corners.double()).exp(), len(table.scores))
    return found | {"ahead": float(sum(turned)), "rank": rank}


def symbol(faces: int, seed: int) -> Mapping[str, float]:
    """One symbol, every face as likely; the rank is that of softmax with a score a face."""
    torch.manual_seed(seed)
    even = -torch.zeros(faces).log_softmax(0)[0]
    return {"rank": free(lambda scores: scores.softmax(0), faces), "test_nats": float(even), "ahead": 0, "order_gap": 0}


def experiment(p: Parameters) -> Experiment:
    """A coin, a die of ten, three tables of ten pixels; the smallest and the largest with few images, too."""
    full = {"independent": Independent, "markov": Markov, "chain": ChainRule}
    few = {"independent_few": (Independent, 1.0), "chain_few": (ChainRule, 1.0), "chain_bare": (ChainRule, p.trace)}
    return Experiment(
        arms={"coin": partial(symbol, 2), "die": partial(symbol, 10)}
        | {name: partial(fitted, kind, p.images, 1.0) for name, kind in full.items()}
        | {name: partial(fitted, kind, p.few, added) for name, (kind, added) in few.items()},
        metrics={name: itemgetter(name) for name in ("rank", "test_nats", "ahead", "order_gap")},
        claims={
            "counts": Claim(
                lambda a: [x.rank for x in (a.coin, a.die, a.independent, a.markov, a.chain)] == [1, 9, 10, 19, 1023]
            ),
            "none_looks_ahead": Claim(lambda a: a.independent.ahead + a.markov.ahead + a.chain.ahead == 0),
            "order_is_free": Claim(lambda a: a.chain.order_gap < 1e-3 < a.markov.order_gap),
            "assumptions_cost": Claim(lambda a: a.independent.test_nats > a.markov.test_nats > a.chain.test_nats),
            "table_is_hungry": Claim(lambda a: a.chain_few.test_nats - a.independent_few.test_nats, above=0),
        },
    )
