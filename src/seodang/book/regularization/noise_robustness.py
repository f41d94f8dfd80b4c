"""Why is noise on the inputs or the weights a regularizer, and what does it protect against?

Bishop 1995: training on noisy inputs adds to the loss, to second order, a penalty on the slope of the output. For a
linear model that is exact, and the penalty is ridge's n sigma² |w|². A net is trained on pixels with noise, on clean
labels and on labels of which 40 % were redrawn, and tested on images with and without noise (An 1996).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import images
from seodang.data.images import NAMES
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """64-256-256-10, Adam at 0.003; noise of deviation 0.3 on pixels between 0 and 1."""

    data: str = knob("digits", choices=NAMES)
    sigma: float = knob(0.3, low=0, high=10)
    redrawn: float = knob(0.4, low=0, high=1)
    steps: int = knob(700, low=1, high=20_000)


def loss(sigma: float, model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    """The cross-entropy on noisy pixels."""
    return F.cross_entropy(model(batch.x + sigma * batch.noise), batch.y)


def noisy_accuracy(trained: Trained) -> float:
    """The accuracy on test images with noise of deviation 0.3."""
    noise = torch.randn(trained.x_test.shape, generator=torch.Generator().manual_seed(trained.seed))
    with torch.no_grad():
        return float((trained.model(trained.x_test + 0.3 * noise).argmax(-1) == trained.y_test).float().mean())


def ridge_gap(trained: Trained, n: int = 50, copies: int = 10_000, sigma: float = 0.3) -> float:
    """Least squares on noisy copies of n inputs in 5 dimensions against ridge with n sigma²: the largest difference."""
    draw = partial(torch.randn, dtype=torch.double, generator=torch.Generator().manual_seed(trained.seed))
    x = draw(n, 5)
    y = x @ draw(5) + 0.5 * draw(n)
    noise = sigma * draw(copies // 2, n, 5)
    noisy = torch.cat([x + noise, x - noise]).flatten(0, 1)  # each noise and its opposite
    fitted = torch.linalg.solve(noisy.T @ noisy, noisy.T @ y.repeat(copies))
    ridge = torch.linalg.solve(x.T @ x + n * sigma**2 * torch.eye(5, dtype=torch.double), x.T @ y)
    return float((fitted - ridge).abs().max())


def experiment(p: Parameters) -> Experiment:
    """With and without noise on the inputs, on labels partly redrawn and on clean ones."""
    data = images(p.data)

    def turn(sigma: float) -> tuple[Turn, ...]:
        return (Turn(partial(loss, sigma), partial(torch.optim.Adam, lr=3e-3)),)

    net = partial(mlp, [data.pixels, 256, 256, data.classes])
    plain = Training(
        data=lambda generator: data.draw(generator).noisy(p.redrawn, data.classes, generator),
        model=net,
        turns=turn(0),
        steps=p.steps,
        noise=lambda samples, generator: torch.randn(samples, data.pixels, generator=generator),
    )
    noise = replace(plain, turns=turn(p.sigma))
    return Experiment(
        arms={
            "plain": plain,
            "noise": noise,
            "clean": replace(plain, data=data.draw),
            "clean_noise": replace(noise, data=data.draw),
        },
        metrics={"accuracy": Trained.accuracy, "noisy_accuracy": noisy_accuracy, "ridge_gap": ridge_gap},
        claims={
            "wrong_labels": Claim(lambda a: a.noise.accuracy - a.plain.accuracy, above=0.1),
            "noisy_test": Claim(lambda a: a.clean_noise.noisy_accuracy - a.clean.noisy_accuracy, above=0.05),
            "is_ridge": Claim(lambda a: a.plain.ridge_gap, below=1e-3),
        },
    )
