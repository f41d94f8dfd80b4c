"""How is a simple DCGAN for digits written, how many lines is it, and how does one check what it draws?

Radford, Metz & Chintala 2016: generator and discriminator of strided convolutions with batch normalization. On 8 x 8 digits
the five real training images nearest to a drawn one vote on what it is; four votes count as sure. How far drawn images are
from the nearest real one is measured too, and the lines of networks, losses and training are counted.
"""

import inspect
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models import dcgan, gan
from seodang.models.gan import GAN


@dataclass(frozen=True)
class Parameters:
    """Steps in batches of 64, of the long training and of the short one."""

    steps: int = knob(700, low=1, high=20_000)
    short: int = knob(150, low=1, high=20_000)


def scaled(generator: torch.Generator) -> Split:
    """Digits from -1 to 1, as the generator's tanh puts them out."""
    split = digits(generator)
    return split._replace(x_train=2 * split.x_train - 1, x_test=2 * split.x_test - 1)


def votes(trained: Trained, asked: Tensor) -> tuple[Tensor, Tensor]:
    """Of images (n, 64), the class that most of the 5 nearest training images have, and the share that have it."""
    near = trained.y_train[torch.cdist(asked, trained.x_train).topk(5, largest=False).indices]
    classes = near.mode(dim=1).values
    return classes, (near == classes[:, None]).float().mean(1)


@torch.no_grad()
def number(name: str, trained: Trained) -> float:
    """Of 1,000 samples: share with 4 votes of 5; classes with 20 of those; distance; or the votes' accuracy on real ones."""
    made = trained.model(torch.randn(1000, 16, generator=torch.Generator().manual_seed(trained.seed)))
    classes, share = votes(trained, made)
    held = torch.bincount(classes[share >= 0.8], minlength=10) >= 20
    far, real = (torch.cdist(x, trained.x_train).min(1).values.mean() for x in (made, trained.x_test))
    right = (votes(trained, trained.x_test)[0] == trained.y_test).float().mean()
    found = {"sure": (share >= 0.8).float().mean(), "classes": held.sum(), "distance": far / real, "accuracy": right}
    return float(found[name])


def lines(_trained: Trained) -> float:
    """Lines of the two networks, their losses and the training that are not blank."""
    parts = (dcgan.generator, dcgan.discriminator, dcgan.initialized, dcgan.dcgan_small, GAN, gan.value, gan.deceiving_loss)
    return float(sum(bool(line.strip()) for part in (*parts, training) for line in inspect.getsource(part).splitlines()))


def training(steps: int) -> Training:
    """The players take turns: the discriminator, then the generator."""
    adam = partial(torch.optim.Adam, lr=0.001, betas=(0.5, 0.999))
    against = Turn(lambda model, batch: model.tell_apart(batch.x, batch.noise), adam, of="discriminator")
    forth = Turn(lambda model, batch: model.deceive(batch.noise), adam, of="generator")
    noise = lambda n, generator: torch.randn(n, 16, generator=generator)  # noqa: E731
    return Training(data=scaled, model=partial(dcgan.dcgan_small, 16, 16), turns=(against, forth), noise=noise, steps=steps)


def experiment(p: Parameters) -> Experiment:
    """The same training, short and long."""
    long = training(p.steps)
    return Experiment(
        arms={"short": replace(long, steps=p.short), "long": long},
        metrics={name: partial(number, name) for name in ("sure", "classes", "distance", "accuracy")} | {"lines": lines},
        claims={
            "fits_a_page": Claim(lambda a: a.long.lines <= 90),
            "judge_is_fit": Claim(lambda a: a.long.accuracy, above=0.97),
            "is_recognized": Claim(lambda a: a.long.sure, above=0.4),
            "covers_classes": Claim(lambda a: a.long.classes >= 6),
            "longer_is_nearer": Claim(lambda a: a.long.distance < a.short.distance),
        },
    )
