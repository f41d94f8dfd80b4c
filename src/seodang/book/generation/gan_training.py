"""What can be tried when a GAN's training fails, and what do the well-known tips do?

A ring of eight narrow Gaussians (after Metz et al. 2017) shows at once which modes a generator has lost. The same GAN with a
weak discriminator, and with tips one at a time: Adam's first average longer again (Radford, Metz & Chintala 2016), labels
smoothed on one side (Salimans et al. 2016), noise on what is judged (Arjovsky & Bottou 2017), the loss that saturates.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.ring import MODES, SPREAD, centres, ring
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.gan import GAN, gan, saturating_loss


@dataclass(frozen=True)
class Parameters:
    """Steps, in batches of 128; learning rate of both players, and of the discriminator in the arm where it is slow."""

    steps: int = knob(2000, low=1, high=20_000)
    lr: float = knob(0.001, above=0, high=1)
    slow: float = knob(0.0001, above=0, high=1)


def judge(real: float, noise: float, model: GAN, batch: Batch) -> Tensor:
    """The discriminator's loss: the target of real samples is `real`, and all that it sees has this much noise."""
    z, blur, blur_made = batch.noise.split(2, dim=1)
    told, made = model.discriminator(batch.x + noise * blur), model.discriminator(model(z) + noise * blur_made)
    return F.binary_cross_entropy_with_logits(told, torch.full_like(told, real)) - F.logsigmoid(-made).mean()


def deceive(saturating: bool, noise: float, model: GAN, batch: Batch) -> Tensor:
    """The generator's loss."""
    made = model.discriminator(model(batch.noise[:, :2]) + noise * batch.noise[:, 2:4])
    return saturating_loss(made) if saturating else -F.logsigmoid(made).mean()


@torch.no_grad()
def made(trained: Trained) -> tuple[Tensor, Tensor]:
    """Of 2,000 samples, the distance to the nearest mode, and which it is."""
    z = torch.randn(2000, 2, generator=torch.Generator().manual_seed(trained.seed))
    distance, nearest = torch.cdist(trained.model(z), centres()).min(dim=1)
    return distance, nearest


def modes(trained: Trained) -> float:
    """Modes that hold at least 2 % of the samples within 4 standard deviations."""
    distance, nearest = made(trained)
    counts = torch.bincount(nearest[distance <= 4 * SPREAD], minlength=MODES)
    return float((counts >= 0.02 * len(nearest)).sum())


def near(trained: Trained) -> float:
    """The share of samples within 4 standard deviations of a mode."""
    return float((made(trained)[0] <= 4 * SPREAD).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Equal rates; a slow discriminator; and four changes, one at a time."""
    adam = partial(partial, torch.optim.Adam, betas=(0.5, 0.999))
    against, forth = partial(judge, 1.0, 0.0), partial(deceive, False, 0.0)
    d, g = Turn(against, adam(lr=p.lr), of="discriminator"), Turn(forth, adam(lr=p.lr), of="generator")
    long = partial(torch.optim.Adam, lr=p.lr)
    noise = lambda n, generator: torch.randn(n, 6, generator=generator)  # noqa: E731
    equal = Training(
        data=ring, model=partial(gan, 2, hidden=(128, 128)), turns=(d, g), noise=noise, steps=p.steps, batch=128
    )
    changed = {
        "slow": (replace(d, optimizer=adam(lr=p.slow)), g),
        "beta_9": (replace(d, optimizer=long), replace(g, optimizer=long)),
        "smoothed": (replace(d, objective=partial(judge, 0.9, 0.0)), g),
        "noisy": (replace(d, objective=partial(judge, 1.0, 0.1)), replace(g, objective=partial(deceive, False, 0.1))),
        "saturating": (d, replace(g, objective=partial(deceive, True, 0.0))),
    }
    return Experiment(
        arms={"equal": equal} | {name: replace(equal, turns=turns) for name, turns in changed.items()},
        metrics={"modes": modes, "near": near},
        claims={
            "equal_covers": Claim(lambda a: a.equal.modes >= 7),
            "slow_collapses": Claim(lambda a: a.slow.modes <= 2),
            "beta_helps": Claim(lambda a: a.equal.near - a.beta_9.near, above=0.05),
            "smoothing_helps": Claim(lambda a: a.smoothed.near - a.equal.near, above=0.05),
            "noise_helps": Claim(lambda a: a.noisy.near - a.equal.near, above=0.05),
            "nonsaturating_helps": Claim(lambda a: a.equal.near - a.saturating.near, above=0.05),
        },
    )
