"""What is a recurrent network, what patterns of input and output does it allow, and which tasks want just one answer?

One step, h = tanh(W x + b + U h + b'), repeated with the same weights (Elman 1990); the patterns differ in which steps have
an input and which an answer (Karpathy 2015). Letters in, a letter out at every step; digits by rows, sentences with "not",
one answer at the end; and a bag of the same words, which cannot see their order.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split, images
from seodang.data.characters import LETTERS, characters
from seodang.data.negation import WORDS, negation
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models import mlp
from seodang.models.recurrent import Recurrent, rnn


@dataclass(frozen=True)
class Parameters:
    """32 hidden units, 400 steps of Adam at 0.005."""

    hidden: int = knob(32, low=1, high=512)
    steps: int = knob(400, low=1, high=20_000)


class EveryStep(Recurrent):
    """An answer after every step."""

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, time, outputs)
        return self.head(self.layer(x)[0])  # type: ignore[no-any-return]


def rows(generator: torch.Generator) -> Split:
    """Digits as 8 rows of 8 pixels."""
    split = images("digits").draw(generator)
    return split._replace(x_train=split.x_train.view(-1, 8, 8), x_test=split.x_test.view(-1, 8, 8))


def one_hot(split: Split, symbols: int) -> Split:
    """With every word or letter as a vector of zeros and a one."""
    x_train, x_test = (F.one_hot(x, symbols).float() for x in (split.x_train, split.x_test))
    return split._replace(x_train=x_train, x_test=x_test)


def letters(generator: torch.Generator) -> Split:
    """Twenty letters of generated sentences, and after each the next."""
    return one_hot(characters(generator, length=20, train=3_000, test=300), len(LETTERS))


def words(generator: torch.Generator, bag: bool = False) -> Split:
    """Sentences of seven words; as a bag, how often each word occurs."""
    split = one_hot(negation(generator), len(WORDS))
    return split._replace(x_train=split.x_train.sum(1), x_test=split.x_test.sum(1)) if bag else split


def loss(scores: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy, of one answer a sample or one a step."""
    return F.cross_entropy(scores.flatten(0, -2), y.flatten())


def by_hand(trained: Trained) -> float:
    """In double precision, the largest distance of a state by the formula from torch's; 0 without a recurrent layer."""
    if not isinstance(trained.model, Recurrent):
        return 0.0
    layer, x_test = deepcopy(trained.model.layer).double(), trained.x_test.double()
    w, u, b, c = layer.all_weights[0]
    states = [x_test.new_zeros(len(x_test), len(u))]
    for x in x_test.unbind(1):
        states.append(torch.tanh(x @ w.T + b + states[-1] @ u.T + c))
    return float((torch.stack(states[1:], 1) - layer(x_test)[0]).detach().abs().max())


def experiment(p: Parameters) -> Experiment:
    """Many to many, twice many to one, and a bag."""
    net, adam = partial(rnn, len(WORDS), p.hidden, 2), partial(torch.optim.Adam, lr=0.005)
    base = Training(data=words, model=net, loss=loss, optimizer=adam, steps=p.steps, batch=32, clip=1.0)
    every = lambda: EveryStep(nn.RNN(len(LETTERS), p.hidden, batch_first=True), len(LETTERS))  # noqa: E731
    return Experiment(
        arms={
            "letters": replace(base, data=letters, model=every),
            "rows": replace(base, data=rows, model=partial(rnn, 8, p.hidden, 10)),
            "words": base,
            "bag": replace(base, data=partial(words, bag=True), model=partial(mlp, [len(WORDS), p.hidden, 2])),
        },
        metrics={"accuracy": Trained.accuracy, "loss": Trained.test_loss, "by_hand": by_hand},
        claims={
            "one_formula": Claim(lambda a: max(a.letters.by_hand, a.rows.by_hand, a.words.by_hand), below=1e-6),
            "learns_letters": Claim(lambda a: a.letters.loss, below=0.6 * 3.332),
            "reads_rows": Claim(lambda a: a.rows.accuracy, above=0.9),
            "order_decides": Claim(lambda a: a.words.accuracy >= 0.95 and a.bag.accuracy <= 0.6),
        },
    )
