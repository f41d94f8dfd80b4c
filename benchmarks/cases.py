"""The work every contender does: some replicas of one training. Nothing here imports a library that trains."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.nets import Adversarial, Convolutional, Dense, Net, Recurrent

DIGITS = Dense((64, 64, 64, 10))
DEEP = Dense((64, *[64] * 20, 10), "tanh")
SAMPLES = 1347
"""Training samples of the digits: three quarters of 1,797."""


@dataclass(frozen=True)
class Case:
    """A network trained with Adam, how many replicas of it, and how many steps one timing takes."""

    name: str
    net: Net
    batch: int
    replicas: int
    steps: int
    samples: int = SAMPLES

    @property
    def flops(self) -> int:
        """Floating-point operations of one step of all replicas."""
        return self.net.flops(self.batch) * self.replicas


def digits(replicas: int, batch: int = 32, steps: int = 0) -> Case:
    """The digits perceptron; without a number of steps, as many as take the plain loop about half a second."""
    steps = steps or max(3, 64_000 // (batch * replicas))
    return Case(f"digits MLP, batch {batch}, R={replicas}", DIGITS, batch, replicas, steps)


def cases(quick: bool = False) -> list[Case]:
    """Every case, or for a quick look one of each kind, small and with few steps."""
    if quick:
        return tiny()
    listed = [digits(replicas, batch) for batch in (32, 128) for replicas in (5, 20, 100)]
    listed.append(Case("20-layer tanh MLP, batch 128, R=20", DEEP, 128, 20, 12))
    wide = Dense((784, 256, 10))
    listed += [Case(f"784-256-10, batch 256, R={r}", wide, 256, r, 80 // r, 10_000) for r in (5, 20)]
    listed += [Case(f"CNN 8x8 + BN, batch 64, R={r}", Convolutional(8), 64, r, 60 // r) for r in (5, 20)]
    listed.append(Case("CNN 28x28 + BN, batch 128, R=5", Convolutional(28), 128, 5, 4))
    listed.append(Case("LSTM 64, 64 steps, batch 64, R=10", Recurrent(), 64, 10, 8, 1000))
    coder = Dense((64, 64, 8, 64, 64), classifies=False)
    listed.append(Case("autoencoder 64-64-8-64-64, batch 32, R=20", coder, 32, 20, 80))
    listed.append(Case("GAN 16-64-64 and 64-64-1, batch 32, R=20", Adversarial(), 32, 20, 40))
    return listed


def ordinary(quick: bool = False) -> list[Case]:
    """Experiments of ordinary length: `steps` is how long they are trained."""
    if quick:
        return tiny()[:2]
    lengths = {
        "digits MLP, batch 32, R=20": 500,
        "20-layer tanh MLP, batch 128, R=20": 200,
        "CNN 8x8 + BN, batch 64, R=5": 300,
        "LSTM 64, 64 steps, batch 64, R=10": 100,
        "autoencoder 64-64-8-64-64, batch 32, R=20": 500,
        "GAN 16-64-64 and 64-64-1, batch 32, R=20": 500,
    }
    return [replace(case, steps=lengths[case.name]) for case in cases() if case.name in lengths]


def tiny() -> list[Case]:
    """One of each kind of network, so small that a test can train them all."""
    return [
        Case("tiny MLP", Dense((12, 8, 10)), 16, 4, 40, 96),
        Case("tiny autoencoder", Dense((12, 4, 12), "tanh", classifies=False), 16, 4, 40, 96),
        Case("tiny CNN", Convolutional(12, (3, 4)), 16, 2, 6, 96),
        Case("tiny LSTM", Recurrent(5, 2, 6), 16, 2, 10, 96),
        Case("tiny GAN", Adversarial((3, 8, 12), (12, 8, 1)), 16, 2, 10, 96),
    ]
