"""What the tests of generative systems share: adversaries as trainings, and what samples are judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.data.ring import SPREAD, centres, ring
from seodang.experiment import Batch, Trained, Training, Turn
from seodang.models.adversarial_autoencoder import AdversarialAutoencoder, adversarial_autoencoder
from seodang.models.autoencoder import autoencoder
from seodang.models.gan import GAN, gan
from seodang.models.small_conv import pooled
from seodang.training import train, train_arms

SEEDS = (0, 1, 2)
Noise = Callable[[int, torch.Generator], Tensor]
Points = tuple[Tensor, Tensor, Tensor, Tensor]


def trained_on(training: Training, seeds: Sequence[int] = SEEDS, strategy: str | None = None) -> list[Trained]:
    """Trained on one thread, as all systems are."""
    return train(training, seeds, threads=1, strategy=strategy)


def trained_arms(arms: dict[str, Training], seeds: Sequence[int] = SEEDS) -> dict[str, list[Trained]]:
    """Several arms trained together on one thread."""
    return train_arms(arms, seeds, threads=1)


def adam(lr: float = 0.001, first: float = 0.5) -> partial[torch.optim.Adam]:
    """Adam with the shorter memory of gradients that Radford et al. 2016 advise for adversaries."""
    return partial(torch.optim.Adam, lr=lr, betas=(first, 0.999))


def normal(latent: int) -> Noise:
    """Standard normal noise (samples, latent)."""
    return lambda samples, generator: torch.randn(samples, latent, generator=generator)


def fixed_noise(n: int, latent: int) -> Tensor:
    """(n, latent) standard normal noise, the same whenever it is asked for."""
    return torch.randn(n, latent, generator=torch.Generator().manual_seed(7))


def own_targets(generator: torch.Generator) -> Points:
    """Digits whose targets are the digits themselves: what an autoencoder is asked for."""
    split = digits(generator)
    return split.x_train, split.x_train, split.x_test, split.x_test


def tell_apart(model: GAN, batch: Batch) -> Tensor:
    return model.tell_apart(batch.x, batch.noise)


def deceive(model: GAN, batch: Batch) -> Tensor:
    return model.deceive(batch.noise)


def adversaries(
    model: Callable[[], GAN], data: Callable[[torch.Generator], Points], latent: int, steps: int, rates: tuple[float, float]
) -> Training:
    """A GAN's training: the discriminator's turn, then the generator's; `rates` are theirs in this order."""
    turns = (
        Turn(tell_apart, adam(rates[0]), of="discriminator"),
        Turn(deceive, adam(rates[1]), of="generator"),
    )
    return Training(data=data, model=model, turns=turns, noise=normal(latent), steps=steps, batch=128)


def on_ring(steps: int, discriminator: float, generator: float = 0.001, latent: int = 2) -> Training:
    """Goodfellow's GAN on the ring of eight narrow distributions, with the learning rates of its players."""
    return adversaries(partial(gan, latent, hidden=(128, 128)), ring, latent, steps, (discriminator, generator))


def samples_of(trained: Trained, noise: Tensor) -> Tensor:
    """What the trained model makes of noise (n, latent)."""
    with torch.no_grad():
        made: Tensor = trained.model(noise)
    return made


def modes(points: Tensor, least: float = 0.02) -> tuple[int, float]:
    """Of samples (n, 2): how many of the ring's modes hold at least this share of them, and the share near any mode.

    Near is within 4 standard deviations of its middle.
    """
    distance, nearest = torch.cdist(points, centres()).min(dim=1)
    near = distance <= 4 * SPREAD
    held = torch.bincount(nearest[near], minlength=len(centres())) / len(points)
    return int((held >= least).sum()), float(near.float().mean())


def rebuild(model: AdversarialAutoencoder, batch: Batch) -> Tensor:
    return model.rebuild(batch.x)


def judge_codes(model: AdversarialAutoencoder, batch: Batch) -> Tensor:
    return model.tell_apart(batch.x, batch.noise)


def pass_for_prior(model: AdversarialAutoencoder, batch: Batch) -> Tensor:
    return model.deceive(batch.x)


def to_prior(prior: Noise, steps: int) -> Training:
    """The adversarial autoencoder on digits, two numbers of code, three turns a step."""
    turns = (
        Turn(rebuild, adam(0.002), of=("encoder", "decoder")),
        Turn(judge_codes, adam(0.002), of="discriminator"),
        Turn(pass_for_prior, adam(0.002), of="encoder"),
    )
    return Training(data=digits, model=adversarial_autoencoder, turns=turns, noise=prior, steps=steps, batch=128)


def rebuilding(code: int, steps: int, hidden: Sequence[int] = (64,), lr: float = 0.003) -> Training:
    """A plain autoencoder on digits."""
    model = partial(autoencoder, code, 64, hidden)
    return Training(data=own_targets, model=model, loss=F.mse_loss, optimizer=partial(torch.optim.Adam, lr=lr), steps=steps)


def nearest(made: Tensor, real: Tensor) -> float:
    """The mean distance of made samples (n, features) from the nearest real one (m, features)."""
    return float(torch.cdist(made, real).min(dim=1).values.mean())


def judge() -> Trained:
    """A small convolutional classifier of digits (batch, 64) in [0, 1]: it judges what others draw."""
    model = partial(pooled, "maximum", (32, 64))
    adam = partial(torch.optim.Adam, lr=0.003)
    training = Training(
        data=digits,
        model=lambda: nn.Sequential(nn.Unflatten(1, (1, 8, 8)), model()),
        loss=F.cross_entropy,
        optimizer=adam,
        steps=300,
    )
    return trained_on(training, [0])[0]
