"""What is the Transformer, what does its attention not know, and what does that make easy?

Every step asks all others and takes a weighted mean of what they say, softmax(QKᵀ/√d) V (Vaswani et al. 2017). Without
positions that is a function of the set, not of the order; a mask hides the future; a block has 12 d² + 13 d parameters. To
repeat a sequence after it has ended, attention looks back in one step, and a recurrent net has to have kept all of it.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.attention import causal
from seodang.models.transformer import EncoderLayer

SYMBOLS, WIDTH = 9, 32


@dataclass(frozen=True)
class Parameters:
    """The length of what is to be repeated, and the training steps."""

    length: int = knob(10, low=2, high=40)
    steps: int = knob(250, low=1, high=20_000)


class Reader(nn.Module):
    """Embeddings, positions if wanted, one block of causal attention or a tanh layer, an answer after every step."""

    def __init__(self, longest: int, kind: str) -> None:
        super().__init__()
        self.embed, self.head = nn.Embedding(SYMBOLS, WIDTH), nn.Linear(WIDTH, SYMBOLS)
        self.places = nn.Parameter(torch.randn(longest, WIDTH) if kind == "placed" else torch.zeros(1, 1))
        self.layer = nn.RNN(WIDTH, WIDTH, batch_first=True) if kind == "recurrent" else EncoderLayer(WIDTH, 2)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time) -> (batch, time, symbols)
        x, n = self.embed(x) + (self.places[: x.shape[1]] if len(self.places) > 1 else 0), x.shape[1]
        states = self.layer(x)[0] if isinstance(self.layer, nn.RNN) else self.layer(x, causal(n, n, x.device))
        return self.head(states)  # type: ignore[no-any-return]


def repeated(generator: torch.Generator, length: int) -> Split:
    """(n, 2 length) random symbols 1-8, then blanks (0); targets are the symbols in the second half, -100 in the first."""
    said = torch.randint(1, SYMBOLS, (3_500, length), generator=generator)
    x, y = (torch.cat(parts, 1) for parts in ((said, 0 * said), (0 * said - 100, said)))
    return Split(x[:3_000], y[:3_000], x[3_000:], y[3_000:])


def loss(scores: Tensor, y: Tensor) -> Tensor:
    """The cross-entropy of the second half."""
    return F.cross_entropy(scores.flatten(0, 1), y.flatten())


def right(trained: Trained) -> float:
    """The share of symbols repeated rightly."""
    told = trained.model(trained.x_test).argmax(-1) == trained.y_test
    return float(told[trained.y_test > 0].float().mean())


def order(trained: Trained) -> float:
    """How much the last answer changes when the symbols before it are turned round, before training."""
    said = trained.x_test[:, : trained.x_test.shape[1] // 2 + 1]  # the symbols and one blank
    turned = torch.cat([said[:, :-1].flip(1), said[:, -1:]], 1)
    return float((trained.initial(said)[:, -1] - trained.initial(turned)[:, -1]).detach().abs().max())


def future(trained: Trained) -> float:
    """How much the answer after the first symbol changes when all later ones do."""
    changed = torch.cat([trained.x_test[:, :1], trained.x_test[:, 1:].roll(1, 0)], 1)
    return float((trained.model(trained.x_test)[:, 0] - trained.model(changed)[:, 0]).detach().abs().max())


def block(trained: Trained) -> float:
    """Parameters of the layer at width 768."""
    with torch.device("meta"):
        layer = nn.RNN(768, 768) if isinstance(trained.model.layer, nn.RNN) else EncoderLayer(768, 12)
    return float(sum(each.numel() for each in layer.parameters()))


def experiment(p: Parameters) -> Experiment:
    """Attention with positions, attention without, recurrence."""
    adam, data = partial(torch.optim.Adam, lr=0.003), partial(repeated, length=p.length)
    base = Training(
        data=data, model=partial(Reader, 2 * p.length, "placed"), loss=loss, optimizer=adam, steps=p.steps, batch=32
    )
    kinds = {"unplaced": "unplaced", "rnn": "recurrent"}
    return Experiment(
        arms={"attention": base} | {name: replace(base, model=partial(Reader, 1, kind)) for name, kind in kinds.items()},
        metrics={"share": right, "order": order, "future": future, "block": block},
        claims={
            "copies": Claim(lambda a: a.attention.share >= 0.99 and a.rnn.share <= 0.7),
            "order_is_unknown": Claim(lambda a: a.unplaced.order < 1e-5 and a.attention.order > 0.02),
            "future_is_hidden": Claim(lambda a: a.attention.future == 0),
            "block_formula": Claim(lambda a: a.attention.block == 12 * 768**2 + 13 * 768),
        },
    )
