"""When does dropout help, does batch normalization replace it, and by what are activations scaled at inference?

Dropout (Hinton et al. 2012; Srivastava et al. 2014) switches units off at random in training. It can only help where
there is something wrong to memorize, so a share of the training labels is redrawn at random; the clean arms are the
control. A unit kept with probability q contributes q times itself on average: the factor at inference is q, not 1 - q.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data import Split, images
from seodang.data.images import NAMES
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.blocks import blocks

REMOVED = 0.2  # the share removed when the factor is measured; at 0.5 keeping and removing look alike


@dataclass(frozen=True)
class Parameters:
    """Two hidden layers of 256 units, 40 % of the training labels redrawn, half of the units dropped; `few` clean images."""

    data: str = knob("digits", choices=NAMES)
    noise: float = knob(0.4, low=0, high=1)
    drop: float = knob(0.5, low=0, below=1)
    width: int = knob(256, low=1, high=4096)
    lr: float = knob(3e-3, above=0, high=1)
    few: int = knob(200, low=1, high=1347)
    steps: int = knob(700, low=1, high=20_000)


def factor(trained: Trained) -> float:
    """What the inputs of the last layer must be multiplied by to give its average output over 1,000 dropout masks."""
    *below, last = trained.model.children()
    with torch.no_grad():
        weight = next(last.parameters())
        hidden = nn.Sequential(*below)(trained.x_test[:100])  # (100, width)
        keep = torch.rand(1000, hidden.shape[1], generator=torch.Generator().manual_seed(trained.seed)) >= REMOVED
        full, masked = F.linear(hidden, weight), [F.linear(hidden * mask, weight) for mask in keep.to(hidden)]
    return float((torch.stack(masked).mean(0) * full).sum() / (full * full).sum())


def experiment(p: Parameters) -> Experiment:
    """Noisy labels with and without dropout and batch normalization; clean ones, many and few, with and without dropout."""
    data = images(p.data)

    def few(generator: torch.Generator) -> Split:
        return data.draw(generator).first(p.few)

    def noisy(generator: torch.Generator) -> Split:
        return data.draw(generator).noisy(p.noise, data.classes, generator)

    scores = {"accuracy": Trained.accuracy, "train_accuracy": Trained.train_accuracy, "loss": Trained.test_loss}
    net = partial(blocks, [data.pixels, p.width, p.width, data.classes])
    norm, drop = partial(nn.BatchNorm1d, p.width), partial(nn.Dropout, p.drop)
    adam = partial(torch.optim.Adam, lr=p.lr)
    plain = Training(data=noisy, model=partial(net, [nn.ReLU]), loss=F.cross_entropy, optimizer=adam, steps=p.steps)
    return Experiment(
        arms={
            "noisy": plain,
            "noisy_dropout": replace(plain, model=partial(net, [nn.ReLU, drop])),
            "noisy_norm": replace(plain, model=partial(net, [norm, nn.ReLU])),
            "noisy_both": replace(plain, model=partial(net, [norm, nn.ReLU, drop])),
            "clean": replace(plain, data=data.draw),
            "clean_dropout": replace(plain, data=data.draw, model=partial(net, [nn.ReLU, drop])),
            "few": replace(plain, data=few),
            "few_dropout": replace(plain, data=few, model=partial(net, [nn.ReLU, drop])),
        },
        metrics={**scores, "factor": factor},
        claims={
            "noise_resisted": Claim(lambda arms: arms.noisy_dropout.accuracy - arms.noisy.accuracy, above=0.1),
            "clean_same": Claim(lambda arms: abs(arms.clean_dropout.accuracy - arms.clean.accuracy), below=0.01),
            "few_loss": Claim(lambda arms: arms.few_dropout.loss / arms.few.loss, below=0.9),
            "norm_no_substitute": Claim(lambda arms: arms.noisy_dropout.accuracy - arms.noisy_norm.accuracy, above=0.1),
            "norm_alone": Claim(lambda arms: arms.noisy_norm.accuracy - arms.noisy.accuracy, below=0),
            "adds_to_norm": Claim(lambda arms: arms.noisy_both.accuracy - arms.noisy_norm.accuracy, above=0.08),
            "kept_share": Claim(lambda arms: abs(arms.clean_dropout.factor - (1 - REMOVED)), below=0.01),
        },
    )
