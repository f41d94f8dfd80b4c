"""What can one generative model be used for: drawing, scoring, and features?

A model of p(x) draws new x, says how probable a given x is, and has hidden units for a classifier to use (Ng & Jordan 2002
on the two aims; Larochelle & Murray 2011 on the model). One NADE of black and white digits is asked for all three, after
and before training, and so is a table of independent pixels, which has no other features than the pixels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models.likelihood import log_probability, nats, sample
from seodang.models.markov import Independent
from seodang.models.nade import NADE


@dataclass(frozen=True)
class Parameters:
    """300 steps of Adam in batches of 64; NADE has 50 hidden units."""

    steps: int = knob(300, low=1, high=20_000)


def nade(steps: int, x: Tensor) -> NADE:
    """NADE by maximum likelihood; with no steps, as it is drawn."""
    model = NADE(64, 50)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        nats(model(batch := x[torch.randint(len(x), (64,))]), batch).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return model


def table(x: Tensor) -> Independent:
    """How often each pixel is on; one count is added on either side."""
    model = Independent(64)
    model.fit(x, prior=1.0)
    return model


def features(model: nn.Module, x: Tensor) -> Tensor:
    """(n, features + 1) NADE's hidden units once all pixels are read, or the pixels; and a 1."""
    return F.pad(torch.sigmoid(x @ model.seen + model.hidden_bias) if isinstance(model, NADE) else x, (0, 1), value=1.0)


def used(build: Callable[[Tensor], nn.Module], seed: int) -> Mapping[str, float]:
    """The three uses of one model on one split."""
    torch.manual_seed(seed)
    known, labels, asked, answers = digits(torch.Generator().manual_seed(seed))
    x, known = (asked >= 0.5).float(), (known >= 0.5).float()
    model = build(known).requires_grad_(False)
    made = sample(model, 200, 64, torch.Generator().manual_seed(seed))
    far, real = (torch.cdist(some, known).min(1).values.mean() for some in (made, x))
    mixed = x.gather(1, torch.rand_like(x).argsort(1))  # every image keeps its number of black pixels
    score, odd = log_probability(model(x), x), log_probability(model(mixed), mixed)
    h = features(model, known)
    probe = torch.linalg.solve(h.T @ h + torch.eye(h.shape[1]), h.T @ F.one_hot(labels, 10).float())  # ridge regression
    right = ((features(model, x) @ probe).argmax(1) == answers).float().mean()
    auroc = (score[:, None] > odd).float().mean()
    return {"distance": float(far / real), "auroc": float(auroc), "probe": float(right)}


def experiment(p: Parameters) -> Experiment:
    """Trained, untrained, and a table that knows no dependence."""
    return Experiment(
        arms={
            "nade": partial(used, partial(nade, p.steps)),
            "new": partial(used, partial(nade, 0)),
            "pixels": partial(used, table),
        },
        metrics={name: itemgetter(name) for name in ("distance", "auroc", "probe")},
        claims={
            "draws": Claim(lambda arms: arms.nade.distance, below=1.5),
            "scores": Claim(lambda arms: arms.nade.auroc, above=0.95),
            "has_features": Claim(lambda arms: arms.nade.probe, above=0.85),
            "features_were_learned": Claim(lambda arms: arms.nade.probe - arms.new.probe, above=0.02),
        },
    )
