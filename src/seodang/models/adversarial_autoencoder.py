"""The adversarial autoencoder: codes that a discriminator cannot tell from draws of a prior.

Makhzani, Shlens, Jaitly, Goodfellow & Frey 2016, "Adversarial autoencoders", section 2 and figure 1. The prior is known by
its draws alone, so it may be a ring, whose divergence has no formula. How far codes are from it: the maximum mean
discrepancy of Gretton, Borgwardt, Rasch, Schölkopf & Smola 2012, "A kernel two-sample test", lemma 6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.autoencoder import autoencoder
from seodang.models.gan import deceiving_loss, value
from seodang.models.mlp import mlp

RADIUS, THICKNESS = 2.0, 0.1
"""Of the ring prior: its radius, and the standard deviation around it."""


class AdversarialAutoencoder(nn.Module):
    """Encoder, decoder, and a discriminator of codes, with what each step lowers and of which part."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, discriminator: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs) to (batch, inputs)
        rebuilt: Tensor = self.decoder(self.encoder(x))
        return rebuilt

    def rebuild(self, x: Tensor) -> Tensor:
        """Lowered by encoder and decoder: the mean squared error."""
        return F.mse_loss(self(x), x)

    def tell_apart(self, x: Tensor, prior: Tensor) -> Tensor:
        """Lowered by the discriminator: draws of the prior (batch, code) are real, codes are made."""
        return -value(self.discriminator(prior), self.discriminator(self.encoder(x)))

    def deceive(self, x: Tensor) -> Tensor:
        """Lowered by the encoder: codes must pass for draws of the prior."""
        return deceiving_loss(self.discriminator(self.encoder(x)))


def adversarial_autoencoder(
    code: int = 2, inputs: int = 64, hidden: Sequence[int] = (64,), judging: Sequence[int] = (64, 64)
) -> AdversarialAutoencoder:
    """Perceptrons, deterministic encoder; the paper's for MNIST has two hidden layers of 1,000 in each."""
    plain = autoencoder(code, inputs, hidden)
    return AdversarialAutoencoder(plain.encoder, plain.decoder, mlp([code, *judging, 1]))


def normal_prior(samples: int, generator: torch.Generator, code: int = 2) -> Tensor:
    """(samples, code) standard normal draws."""
    return torch.randn(samples, code, generator=generator)


def ring_prior(samples: int, generator: torch.Generator) -> Tensor:
    """(samples, 2) draws of a ring around 0."""
    angle = 2 * math.pi * torch.rand(samples, generator=generator)
    radius = RADIUS + THICKNESS * torch.randn(samples, generator=generator)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def discrepancy(x: Tensor, y: Tensor, widths: Sequence[float] = (0.5, 1.0, 2.0)) -> float:
    """The maximum mean discrepancy of samples x (n, d) and y (m, d), with a mean of Gaussian kernels of these widths.

    The root of the unbiased estimate of its square, and 0 where that is negative: 0 for equal distributions, 1.42 at most.
    """

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        squared = torch.cdist(a, b).square()
        return torch.stack([torch.exp(-squared / (2 * width**2)) for width in widths]).mean(0)

    n, m = len(x), len(y)
    within = (kernel(x, x).sum() - n) / (n * (n - 1)) + (kernel(y, y).sum() - m) / (m * (m - 1))
    return math.sqrt(max(float(within - 2 * kernel(x, y).mean()), 0.0))
