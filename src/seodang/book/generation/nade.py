"""What is NADE, does the order of its pixels matter, and what changes for real numbers?

All conditionals of the chain rule share one hidden layer, whose sums are carried on from pixel to pixel (Larochelle & Murray
2011). RNADE ends in a mixture of Gaussians in place of a sigmoid (Uria, Murray & Larochelle 2013). NADE of black and white
digits in two orders, against tables that are counted; RNADE with one and with five Gaussians on two variables.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial

import torch

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.likelihood import nats
from seodang.models.markov import Independent, Markov, Table
from seodang.models.nade import NADE
from seodang.models.rnade import RNADE, log_density


@dataclass(frozen=True)
class Parameters:
    """300 steps of Adam in batches of 64; NADE has 50 hidden units, RNADE 16."""

    steps: int = knob(300, low=1, high=20_000)


def binary(shuffled: bool, generator: torch.Generator) -> Split:
    """Black and white digits, (n, 64), their pixels in reading order or shuffled once and for all."""
    split = digits(generator)
    order = torch.randperm(64, generator=torch.Generator().manual_seed(0)) if shuffled else torch.arange(64)
    x, x_test = ((part[:, order] >= 0.5).float() for part in split[::2])
    return Split(x, x, x_test, x_test)


def humps(generator: torch.Generator) -> Split:
    """(2000, 2) points: the first variable is near -1 or 1, the second near the first or near its opposite."""
    signs = 2 * torch.randint(2, (3_000, 2), generator=generator).float() - 1
    x = torch.stack([signs[:, 0], signs.prod(1)], dim=1) + 0.3 * torch.randn(3_000, 2, generator=generator)
    return Split(x[:2_000], x[:2_000], x[2_000:], x[2_000:])


def table(kind: Callable[[int], Table], seed: int) -> float:
    """Nats a test digit of a counted table; one count is added to each case."""
    x, _, x_test, _ = binary(False, torch.Generator().manual_seed(seed))
    (counted := kind(64)).fit(x, prior=1.0)
    return float(nats(counted(x_test), x_test).detach())


@torch.no_grad()
def gap(arm: Trained | float) -> float:
    """Of NADE the largest difference from a product written out for every pixel; of RNADE that of its integral from 1."""
    if not isinstance(arm, Trained) or not isinstance(arm.model, NADE | RNADE):
        return 0.0
    if isinstance(arm.model, RNADE):
        x = torch.cartesian_prod(*[torch.linspace(-8, 8, 801)] * 2)
        return abs(float(log_density(arm.model(x), x).exp().double().sum()) * 0.02**2 - 1)
    model, x = deepcopy(arm.model).double(), arm.x_test[:50].double()
    h = torch.stack([torch.sigmoid(model.hidden_bias + x[:, :i] @ model.seen[:i]) for i in range(64)], 1)
    return float(((h * model.shown).sum(-1) + model.bias - model(x)).abs().max())


def experiment(p: Parameters) -> Experiment:
    """Two tables; NADE in two orders; RNADE with one Gaussian and with five."""
    adam, model = partial(torch.optim.Adam, lr=0.02), partial(NADE, 64, 50)
    nade = Training(data=partial(binary, False), model=model, loss=nats, optimizer=adam, steps=p.steps)
    one = replace(nade, data=humps, model=partial(RNADE, 2, 16, 1), loss=lambda made, x: -log_density(made, x).mean())
    tables = {"independent": partial(table, Independent), "markov": partial(table, Markov)}
    orders = {"nade": nade, "shuffled": replace(nade, data=partial(binary, True))}
    return Experiment(
        arms=tables | orders | {"one_gaussian": one, "five_gaussians": replace(one, model=partial(RNADE, 2, 16, 5))},
        metrics={"test_nats": lambda arm: arm.test_loss() if isinstance(arm, Trained) else arm, "gap": gap},
        claims={
            "beats_independent": Claim(lambda a: a.independent.test_nats - a.nade.test_nats, above=5),
            "beats_markov": Claim(lambda a: a.markov.test_nats - a.nade.test_nats, above=4),
            "sum_is_carried": Claim(lambda a: a.nade.gap, below=1e-6),
            "densities_sum_to_1": Claim(lambda a: max(a.one_gaussian.gap, a.five_gaussians.gap), below=1e-4),
            "order_hardly_matters": Claim(lambda a: abs(a.nade.test_nats - a.shuffled.test_nats), below=1),
            "mixture_helps": Claim(lambda a: (a.one_gaussian.test_nats - a.five_gaussians.test_nats) / 2, above=0.1),
        },
    )
