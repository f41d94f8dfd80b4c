"""Does an autoencoder with a code of one number still learn, and what does a larger code gain and lose?

Hinton & Salakhutdinov 2006 rebuild images from few numbers. A larger code rebuilds better; but the loss does not say where
codes lie, so codes drawn at random are decoded to anything (Vincent et al. 2010 on what else to ask of a code). The same net
with 1, 2, 4, 8, 16 numbers of code on digits, against the mean image and as many principal components.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.autoencoder import autoencoder


@dataclass(frozen=True)
class Parameters:
    """Steps of Adam in batches of 64."""

    steps: int = knob(1200, low=1, high=20_000)


def pictures(generator: torch.Generator) -> Split:
    """Digits whose targets are the digits themselves."""
    x, _, x_test, _ = digits(generator)
    return Split(x, x, x_test, x_test)


def over_mean(trained: Trained) -> float:
    """Test error over that of the mean training image."""
    return trained.test_loss() / float((trained.x_test - trained.x_train.mean(0)).square().mean())


def over_pca(trained: Trained) -> float:
    """Test error over that of as many principal components as the code has numbers."""
    centre, code = trained.x_train.mean(0), codes(trained).shape[1]
    basis = torch.linalg.svd(trained.x_train - centre, full_matrices=False).Vh[:code]
    rest = (trained.x_test - centre) - (trained.x_test - centre) @ basis.T @ basis
    return trained.test_loss() / float(rest.square().mean())


@torch.no_grad()
def codes(trained: Trained) -> torch.Tensor:
    """(1347, numbers) the codes of the training images."""
    found: torch.Tensor = trained.model.encoder(trained.x_train)  # type: ignore[operator]
    return found


@torch.no_grad()
def drawn(matched: bool, trained: Trained) -> float:
    """Mean distance of 1,000 decoded random codes from the nearest training image, over that of test images.

    The codes are standard normal, or `matched`: of the mean and covariance of the training images' codes.
    """
    z = codes(trained)
    noise = torch.randn(1000, z.shape[1], generator=torch.Generator().manual_seed(trained.seed))
    if matched:
        noise = z.mean(0) + noise @ torch.linalg.cholesky(z.T.cov().reshape(z.shape[1], -1)).T
    images = trained.model.decoder(noise)  # type: ignore[operator]
    far, real = (torch.cdist(x, trained.x_train).min(1).values.mean() for x in (images, trained.x_test))
    return float(far / real)


def experiment(p: Parameters) -> Experiment:
    """Five sizes of the code."""
    adam = partial(torch.optim.Adam, lr=0.003)
    one = Training(data=pictures, model=partial(autoencoder, 1, 64), loss=F.mse_loss, optimizer=adam, steps=p.steps)
    sizes = {"two": 2, "four": 4, "eight": 8, "sixteen": 16}
    return Experiment(
        arms={"one": one} | {name: replace(one, model=partial(autoencoder, d, 64)) for name, d in sizes.items()},
        metrics={
            "test_error": Trained.test_loss,
            "over_mean": over_mean,
            "over_pca": over_pca,
            "drawn": partial(drawn, False),
            "drawn_matched": partial(drawn, True),
        },
        claims={
            "one_learns": Claim(lambda a: a.one.over_mean, below=0.8),
            "one_beats_pca": Claim(lambda a: a.one.over_pca, below=0.95),
            "one_is_poor": Claim(lambda a: a.one.test_error / a.eight.test_error, above=3),
            "larger_rebuilds_better": Claim(
                lambda a: a.one.test_error > a.two.test_error > a.four.test_error > a.eight.test_error > a.sixteen.test_error
            ),
            "larger_draws_worse": Claim(lambda a: a.sixteen.drawn / a.two.drawn, above=1.1),
        },
    )
