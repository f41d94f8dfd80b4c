"""What does an embedding save against one-hot vectors in a recurrent text classifier?

An embedding is a table whose rows are looked up; a one-hot vector times the same table is the same row, at V times the work.
Behind the table the recurrent layer sees d numbers instead of V. Sentences in which the place of "not" decides, with five
filler words out of a large vocabulary scattered among the seven that matter.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.negation import WORDS, negation
from seodang.experiment import Claim, Experiment, Trained, Training, knob


@dataclass(frozen=True)
class Parameters:
    """Words, numbers a word is embedded in, hidden units, training steps."""

    vocabulary: int = knob(1_000, low=20, high=20_000)
    width: int = knob(16, low=1, high=256)
    hidden: int = knob(32, low=1, high=256)
    steps: int = knob(200, low=1, high=5_000)


class Classifier(nn.Module):
    """A GRU over words, as rows of a table or as one-hot vectors, and a linear layer on its last state."""

    def __init__(self, vocabulary: int, width: int, hidden: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.embed = nn.Embedding(vocabulary, width) if width else None
        self.layer, self.head = nn.GRU(width or vocabulary, hidden, batch_first=True), nn.Linear(hidden, 2)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time) -> (batch, 2)
        words = F.one_hot(x, self.vocabulary).to(self.head.weight.dtype) if self.embed is None else self.embed(x)
        return self.head(self.layer(words)[0][:, -1])  # type: ignore[no-any-return]


def reviews(generator: torch.Generator, vocabulary: int) -> Split:
    """(n, 12) words, classes 0-1: sentences of `negation` with five other words at random places among theirs."""
    split = negation(generator)

    def filled(x: Tensor) -> Tensor:
        filler = torch.randint(len(WORDS), vocabulary, (len(x), 12), generator=generator)
        places = torch.rand(len(x), 12, generator=generator).argsort(1)[:, : x.shape[1]].sort(1).values
        return filler.scatter(1, places, x)

    return split._replace(x_train=filled(split.x_train), x_test=filled(split.x_test))


def parameters(trained: Trained) -> float:
    """All of them."""
    return float(sum(each.numel() for each in trained.model.parameters()))


def products(trained: Trained) -> float:
    """Multiplications a word costs on its way into the recurrent layer; looking up costs none."""
    assert isinstance(trained.model, Classifier)
    return float(trained.model.layer.get_parameter("weight_ih_l0").numel())


def lookup(trained: Trained) -> float:
    """The largest difference of looked-up rows from one-hot vectors times the table; 0 where there is no table."""
    assert isinstance(trained.model, Classifier)
    if trained.model.embed is None:
        return 0.0
    table: nn.Embedding = trained.model.embed
    product = F.one_hot(trained.x_test, trained.model.vocabulary).float() @ table.weight
    return float((product - table(trained.x_test)).detach().abs().max())


def experiment(p: Parameters) -> Experiment:
    """Rows of a table, and one-hot vectors."""
    adam, net = partial(torch.optim.Adam, lr=0.01), partial(Classifier, p.vocabulary, p.width, p.hidden)
    data = partial(reviews, vocabulary=p.vocabulary)
    base = Training(data=data, model=net, loss=F.cross_entropy, optimizer=adam, steps=p.steps, batch=32, clip=1.0)
    return Experiment(
        arms={"embedding": base, "one_hot": replace(base, model=partial(Classifier, p.vocabulary, 0, p.hidden))},
        metrics={"accuracy": Trained.accuracy, "parameters": parameters, "products": products, "lookup": lookup},
        claims={
            "same_thing": Claim(lambda a: a.embedding.lookup, below=1e-6),
            "fewer_parameters": Claim(lambda a: a.one_hot.parameters / a.embedding.parameters, above=2),
            "less_work": Claim(lambda a: a.one_hot.products / a.embedding.products, above=10),
            "as_accurate": Claim(lambda a: abs(a.embedding.accuracy - a.one_hot.accuracy), below=0.02),
        },
    )
