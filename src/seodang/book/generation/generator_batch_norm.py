"""May batch normalization be used in a GAN's generator, and where not?

Radford, Metz & Chintala 2016 advise it in all layers but the generator's last and the discriminator's first. At the output
it gives every batch the same mean and variance. The same DCGAN on 8 x 8 digits with it in the hidden layers, also at the
output, and nowhere (in both networks); the five real images nearest to a drawn one vote on what it is.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.dcgan import dcgan_small


@dataclass(frozen=True)
class Parameters:
    """Steps in batches of 64."""

    steps: int = knob(400, low=1, high=20_000)


def scaled(generator: torch.Generator) -> Split:
    """Digits from -1 to 1, as the generator's tanh puts them out."""
    split = digits(generator)
    return split._replace(x_train=2 * split.x_train - 1, x_test=2 * split.x_test - 1)


@torch.no_grad()
def number(name: str, trained: Trained) -> float:
    """Of 1,000 samples, the share on whose class 4 of the 5 nearest training images agree; classes that 2 % of them are."""
    made = trained.model(torch.randn(1000, 16, generator=torch.Generator().manual_seed(trained.seed)))
    near = trained.y_train[torch.cdist(made, trained.x_train).topk(5, largest=False).indices]
    classes = near.mode(dim=1).values
    sure = (near == classes[:, None]).float().mean(1) >= 0.8
    held = torch.bincount(classes[sure], minlength=10) >= 20
    return float({"sure": sure.float().mean(), "classes": held.sum()}[name])


@torch.no_grad()
def spread(real: bool, trained: Trained) -> float:
    """Deviation, over 20 batches of 64, of a batch's mean: before the generator's tanh in training, or of real images."""
    draw = torch.Generator().manual_seed(trained.seed)
    before_tanh = nn.Sequential(*list(deepcopy(trained.model).train().generator)[:-2])  # type: ignore[arg-type]
    made = [before_tanh(torch.randn(64, 16, generator=draw)) for _ in range(20)]
    batches = trained.x_train[:1280].split(64) if real else made  # type: ignore[no-untyped-call]
    return float(torch.stack([batch.mean() for batch in batches]).std())


def experiment(p: Parameters) -> Experiment:
    """Batch normalization in three places."""
    adam = partial(torch.optim.Adam, lr=0.001, betas=(0.5, 0.999))
    against = Turn(lambda model, batch: model.tell_apart(batch.x, batch.noise), adam, of="discriminator")
    forth = Turn(lambda model, batch: model.deceive(batch.noise), adam, of="generator")
    noise = lambda n, generator: torch.randn(n, 16, generator=generator)  # noqa: E731
    net = partial(dcgan_small, 16, 16)
    hidden = Training(data=scaled, model=net, turns=(against, forth), noise=noise, steps=p.steps)
    output, nowhere = (
        replace(hidden, model=partial(net, at_output=True)),
        replace(hidden, model=partial(net, normalized=False)),
    )
    numbers = {name: partial(number, name) for name in ("classes", "sure")}
    return Experiment(
        arms={"hidden": hidden, "output_too": output, "nowhere": nowhere},
        metrics=numbers | {"spread": partial(spread, False), "real_spread": partial(spread, True)},
        claims={
            "output_fixes_the_mean": Claim(lambda a: a.output_too.spread <= 1e-6),
            "real_means_vary": Claim(lambda a: a.hidden.real_spread, above=0.01),
            "output_costs_classes": Claim(lambda a: a.hidden.classes - a.output_too.classes >= 3),
            "hidden_gains_classes": Claim(lambda a: a.hidden.classes - a.nowhere.classes >= 3),
            "hidden_is_recognized": Claim(lambda a: a.hidden.sure - a.nowhere.sure, above=0.1),
        },
    )
