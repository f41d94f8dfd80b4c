"""Do attention weights explain a prediction?

If they did, other weights ought to give another prediction. Jain & Wallace (2019) shuffled them and often nothing changed:
what attention reads has been mixed by a recurrent layer, so that each place knows of the others. Wiegreffe & Pinter (2019)
object that it depends on what is meant by explanation. Sequences with one telling word, with and without mixing.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob

LENGTH, WORDS = 10, 20


@dataclass(frozen=True)
class Parameters:
    """Ten words of twenty, one of which is telling; 24 numbers a word, 300 steps of Adam."""

    steps: int = knob(300, low=1, high=20_000)


def telling(generator: torch.Generator, samples: int = 2_400) -> Split:
    """(n, 10) words 2-19, one of them replaced by the word 0 or 1, which is the class."""
    x = torch.randint(2, WORDS, (samples, LENGTH), generator=generator)
    y = torch.randint(2, (samples,), generator=generator)
    x[torch.arange(samples), torch.randint(LENGTH, (samples,), generator=generator)] = y
    return Split(x[400:], y[400:], x[:400], y[:400])


class Attentive(nn.Module):
    """Words, mixed by a recurrent layer in both directions or not; a weighted mean of what is then at each place; scores."""

    def __init__(self, size: int, mixed: bool) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, size)
        self.mix = nn.GRU(size, size // 2, batch_first=True, bidirectional=True) if mixed else None
        self.weigh, self.scores = nn.Linear(size, 1), nn.Linear(size, 2)

    def states(self, x: Tensor) -> Tensor:  # (batch, 10) -> (batch, 10, size)
        words: Tensor = self.words(x)
        return words if self.mix is None else self.mix(words)[0]

    def forward(self, x: Tensor) -> Tensor:
        states = self.states(x)
        scores: Tensor = self.scores((self.weigh(states).softmax(1) * states).sum(1))
        return scores


def look(trained: Trained) -> tuple[Attentive, Tensor, Tensor]:
    """The net, what stands at each place of the test sequences (n, 10, size), and its weights (n, 10, 1)."""
    model = trained.model
    assert isinstance(model, Attentive)
    with torch.no_grad():
        states = model.states(trained.x_test)
        return model, states, model.weigh(states).softmax(1)


def same(trained: Trained) -> float:
    """The share of test sequences that keep their class when the weights are dealt out to other places at random."""
    model, states, weights = look(trained)
    places = torch.rand(weights.shape, generator=torch.Generator().manual_seed(trained.seed)).argsort(1)
    with torch.no_grad():
        one, other = (model.scores((w * states).sum(1)).argmax(1) for w in (weights, weights.gather(1, places)))
    return float((one == other).float().mean())


def pointed(trained: Trained) -> float:
    """The share of test sequences whose largest weight is at the telling word."""
    _, _, weights = look(trained)
    return float((weights[..., 0].argmax(1) == (trained.x_test < 2).float().argmax(1)).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Attention over words, and over what a recurrent layer has made of them."""
    adam = partial(torch.optim.Adam, lr=0.01)
    bare = Training(data=telling, model=partial(Attentive, 24, False), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={"bare": bare, "mixed": replace(bare, model=partial(Attentive, 24, True))},
        metrics={"accuracy": Trained.accuracy, "same": same, "pointed": pointed},
        claims={
            "both_learn": Claim(lambda arms: min(arms.bare.accuracy, arms.mixed.accuracy), above=0.95),
            "mixed_does_not_mind": Claim(lambda arms: arms.mixed.same, above=0.9),
            "bare_minds": Claim(lambda arms: arms.bare.same, below=0.8),
            "mixed_minds_less": Claim(lambda arms: arms.mixed.same - arms.bare.same, above=0.05),
            "mixed_points_at_it": Claim(lambda arms: arms.mixed.pointed, above=0.9),
        },
    )
