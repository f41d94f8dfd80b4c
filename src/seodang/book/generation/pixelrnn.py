"""What is PixelRNN: what may each pixel see, and is a recurrent state better than a table or NADE?

van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel recurrent neural networks": the chain rule in reading order, with one
set of weights for all places. The row LSTM carries a state from row to row; masks keep each score from its own pixel and
later ones. On black and white digits, against a Markov chain, which is counted, and NADE, which has weights for each place.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.likelihood import nats, sample
from seodang.models.markov import Markov
from seodang.models.nade import NADE
from seodang.models.pixelrnn import PixelRNN


@dataclass(frozen=True)
class Parameters:
    """One row LSTM with 12 numbers of state a pixel, 300 steps of Adam in batches of 64."""

    features: int = knob(12, low=1, high=64)
    steps: int = knob(300, low=1, high=20_000)


def binary(generator: torch.Generator) -> Split:
    """Black and white digits, (n, 64); the targets are the pixels themselves."""
    split = digits(generator)
    x, x_test = ((part >= 0.5).float() for part in (split.x_train, split.x_test))
    return Split(x, x, x_test, x_test)


def chain(seed: int) -> float:
    """Nats a test digit by a Markov chain in reading order, counted; one count is added to each case."""
    x, _, x_test, _ = binary(torch.Generator().manual_seed(seed))
    (table := Markov(64)).fit(x, prior=1.0)
    return float(nats(table(x_test), x_test).detach())


def ahead(arm: Trained | float) -> float:
    """Largest gradient of any pixel's score in its own pixel or a later one, at a test image."""
    if isinstance(arm, float):
        return 0.0
    jacobian = torch.autograd.functional.jacobian(lambda x: arm.model(x[None])[0], arm.x_test[0])  # type: ignore[no-untyped-call]
    return float(jacobian.triu().abs().max())


def mean_gap(arm: Trained | float) -> float:
    """Mean distance, over pixels, of the mean of 300 drawn images from the mean test image; 0 where none is drawn."""
    if isinstance(arm, float):
        return 0.0
    drawn = sample(arm.model, 300, 64, torch.Generator().manual_seed(arm.seed))
    return float((drawn.mean(0) - arm.x_test.mean(0)).abs().mean())


def size(arm: Trained | float) -> float:
    """Parameters; those of the Markov chain are 2 n - 1."""
    return 127.0 if isinstance(arm, float) else float(sum(each.numel() for each in arm.model.parameters()))


def experiment(p: Parameters) -> Experiment:
    """A Markov chain, NADE, and PixelRNN whose first layer sees all pixels that may be seen, or those next to it."""
    adam, slower = partial(torch.optim.Adam, lr=0.02), partial(torch.optim.Adam, lr=0.01)
    nade = Training(data=binary, model=partial(NADE, 64, 50), loss=nats, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={
            "markov": chain,
            "nade": nade,
            "pixelrnn": replace(nade, model=partial(PixelRNN, 8, p.features, 1, 15), optimizer=slower),
            "near": replace(nade, model=partial(PixelRNN, 8, p.features, 1, 3), optimizer=slower),
        },
        metrics={
            "test_nats": lambda arm: arm if isinstance(arm, float) else arm.test_loss(),
            "parameters": size,
            "ahead": ahead,
            "mean_gap": mean_gap,
        },
        claims={
            "sees_only_the_past": Claim(lambda a: a.pixelrnn.ahead == 0),
            "beats_markov": Claim(lambda a: a.markov.test_nats - a.pixelrnn.test_nats, above=3),
            "draws_digits": Claim(lambda a: a.pixelrnn.mean_gap, below=0.05),
            "place_matters": Claim(lambda a: a.near.test_nats - a.pixelrnn.test_nats, above=0.5),
            "beats_nade": Claim(lambda a: a.nade.test_nats - a.pixelrnn.test_nats, above=0),
        },
    )
