"""Can translation be learned without parallel text?

Word vectors of two languages are nearly the same shape, turned (Mikolov, Le & Sutskever 2013). A shape can be laid over its
copy without being told which point belongs to which (Conneau et al. 2018; Artetxe, Labaka & Agirre 2018), as long as it *is*
nearly the same. Two made-up languages whose likeness is known: a rotation, and more and more noise.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.alignment import precision, procrustes, unsupervised


@dataclass(frozen=True)
class Parameters:
    """300 words of 20 numbers in either language; a dictionary of 50 words where there is one."""

    words: int = knob(300, low=60, high=2_000)
    size: int = knob(20, low=2, high=300)
    known: int = knob(50, low=1, high=2_000)
    little: float = knob(0.2, low=0, high=5)
    much: float = knob(0.5, low=0, high=5)


def languages(p: Parameters, noise: float, seed: int) -> tuple[Tensor, Tensor]:
    """Vectors (words, size) of one language, and of another, turned at random, with noise; word i means word i."""
    generator = torch.Generator().manual_seed(seed)
    source, noises, square = (torch.randn(rows, p.size, generator=generator) for rows in (p.words, p.words, p.size))
    turn, upper = torch.linalg.qr(square)
    return source, (source + noise * noises) @ (turn * upper.diag().sign())


def alone(p: Parameters, noise: float, seed: int) -> float:
    """The share of words translated right by a rotation found without any pair."""
    source, target = languages(p, noise, seed)
    mixed = torch.randperm(p.words, generator=torch.Generator().manual_seed(seed + 1))
    return precision(source, target, unsupervised(source, target[mixed]))


def taught(p: Parameters, noise: float, seed: int) -> float:
    """The same by a rotation found from the first `known` pairs, on the other words."""
    source, target = languages(p, noise, seed)
    w = procrustes(source[: p.known], target[: p.known])
    return precision(source[p.known :], target[p.known :], w)


def experiment(p: Parameters) -> Experiment:
    """Without a dictionary at three levels of noise, and with a small one at the highest."""
    return Experiment(
        arms={
            "same": partial(alone, p, 0.0),
            "near": partial(alone, p, p.little),
            "far": partial(alone, p, p.much),
            "far_taught": partial(taught, p, p.much),
        },
        metrics={"right": float},
        claims={
            "same_shape_suffices": Claim(lambda arms: arms.same.right, above=0.95),
            "near_suffices": Claim(lambda arms: arms.near.right, above=0.95),
            "far_fails": Claim(lambda arms: arms.far.right, below=0.6),
            "dictionary_rescues": Claim(lambda arms: arms.far_taught.right, above=0.9),
        },
    )
