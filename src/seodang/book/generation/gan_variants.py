"""What did the variants of the GAN add, and does the added term do what it is for?

InfoGAN (Chen et al. 2016) adds a bound of the mutual information of a code and the sample: with and without it on a ring of
eight Gaussians. CycleGAN (Zhu et al. 2017) adds that a sample translated forth and back must be itself again: with and
without it on two clouds of points that are not paired.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch

from seodang.data import Split
from seodang.data.moons import moons
from seodang.data.ring import centres, ring
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.cyclegan import CycleGAN, cyclegan
from seodang.models.infogan import InfoGAN, infogan, noise_and_code


@dataclass(frozen=True)
class Parameters:
    """Steps in batches of 128."""

    steps: int = knob(600, low=1, high=20_000)


def unpaired(generator: torch.Generator) -> Split:
    """(1000, 4) two moons beside two moons turned by a quarter and moved, in no common order."""
    turn, move = torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), torch.tensor([2.0, 1.0])
    parts = []
    for _ in range(2):
        x, y = (moons(generator, 500, 0.05).x_train[torch.randperm(1000, generator=generator)] for _ in range(2))
        parts.append(torch.cat([x, y @ turn + move], dim=1))
    return Split(parts[0], torch.zeros(1000), parts[1], torch.zeros(1000))


@torch.no_grad()
def information(trained: Trained) -> float:
    """Nats that the nearest mode tells of the code, counted over 2,000 samples; at most ln 8. 0 where there is no code."""
    if not hasattr(trained.model, "codes"):
        return 0.0
    z = noise_and_code(2000, torch.Generator().manual_seed(trained.seed))
    mode = torch.cdist(trained.model(z), centres()).argmin(1)
    joint = torch.bincount(8 * z[:, 2:].argmax(1) + mode, minlength=64).view(8, 8) / 2000
    apart = torch.xlogy(joint, joint) - torch.xlogy(joint, joint.sum(0) * joint.sum(1)[:, None])
    return float(apart.sum())


@torch.no_grad()
def back(trained: Trained) -> float:
    """Mean distance, a coordinate, of test points translated forth and back from themselves; 0 where none is translated."""
    if hasattr(trained.model, "codes"):
        return 0.0
    return float(trained.model.cycle(trained.x_test[:, :2], trained.x_test[:, 2:])) / 2  # type: ignore[operator]


def told(weight: float, model: InfoGAN, batch: Batch) -> torch.Tensor:
    """What InfoGAN's generator and recognizer lower."""
    return model.deceive_and_tell(batch.noise, weight)


def turned(weight: float, model: CycleGAN, batch: Batch) -> torch.Tensor:
    """What CycleGAN's two translators lower."""
    return model.translate(batch.x[:, :2], batch.x[:, 2:], weight)


def experiment(p: Parameters) -> Experiment:
    """InfoGAN and CycleGAN, each with its term and without."""
    turn = partial(partial, Turn, optimizer=partial(torch.optim.Adam, lr=0.001, betas=(0.5, 0.999)))
    tell = turn(of="discriminator")(lambda model, batch: model.tell_apart(batch.x, batch.noise))
    judge = turn(of=("judge_x", "judge_y"))(lambda model, batch: model.tell_apart(*batch.x.chunk(2, 1)))
    coded, moved = turn(of=("generator", "recognizer")), turn(of=("forth", "back"))
    with_code, with_cycle = (tell, coded(partial(told, 1.0))), (judge, moved(partial(turned, 10.0)))
    info = Training(data=ring, model=infogan, turns=with_code, noise=noise_and_code, steps=p.steps, batch=128)
    cycle = replace(info, data=unpaired, model=cyclegan, turns=with_cycle, noise=None)
    return Experiment(
        arms={
            "infogan": info,
            "without_information": replace(info, turns=(tell, coded(partial(told, 0.0)))),
            "cyclegan": cycle,
            "without_cycle": replace(cycle, turns=(judge, moved(partial(turned, 0.0)))),
        },
        metrics={"information": information, "back": back},
        claims={
            "code_is_told": Claim(lambda a: a.infogan.information, above=1.5),
            "term_is_needed": Claim(lambda a: a.infogan.information - a.without_information.information, above=0.5),
            "cycle_comes_back": Claim(lambda a: a.cyclegan.back, below=0.1),
            "cycle_is_needed": Claim(lambda a: a.without_cycle.back - a.cyclegan.back, above=0.1),
        },
    )
