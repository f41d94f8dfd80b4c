"""The variational autoencoder: a decoder of normal noise, trained by a lower bound of the likelihood.

Kingma & Welling 2014, "Auto-encoding variational Bayes" (the bound: equation 10; the divergence: appendix B); the tighter
bound: Burda, Grosse & Salakhutdinov 2016, "Importance weighted autoencoders", equation 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.mlp import mlp

INPUT = {"vae_mnist": (784,)}
Likelihood = Callable[[Tensor, Tensor], Tensor]


def bernoulli(x: Tensor, logits: Tensor) -> Tensor:
    """The log-probability (..., ) of black and white pixels x (..., inputs), in nats."""
    return -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)


def gaussian(x: Tensor, mean: Tensor, sigma: float = 1.0) -> Tensor:
    """The log-density (...,) of x (..., inputs) under independent normal distributions of one standard deviation."""
    return (-0.5 * ((x - mean) / sigma).square() - math.log(sigma) - 0.5 * math.log(2 * math.pi)).sum(-1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) in nats, summed over the last axis (Kingma & Welling, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)


class VAE(nn.Module):
    """An encoder of x (batch, inputs) to mean and log-variance (batch, 2 * latent), and a decoder of z (..., latent).

    `likelihood` is the log-probability of x given what the decoder says. Noise, (batch, latent), is standard normal.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, likelihood: Likelihood = bernoulli) -> None:
        super().__init__()
        self.encoder, self.decoder, self.likelihood = encoder, decoder, likelihood

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (batch, latent) each, of q(z | x)."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return mean, log_variance

    def forward(self, x: Tensor) -> Tensor:
        """What the decoder says at the posterior's mean: (batch, inputs) logits or means."""
        said: Tensor = self.decoder(self.posterior(x)[0])
        return said

    def bound(self, x: Tensor, noise: Tensor) -> Tensor:
        """(batch,) the evidence lower bound, one draw of z each; its mean over noise is at most log p(x)."""
        mean, log_variance = self.posterior(x)
        z = mean + torch.exp(0.5 * log_variance) * noise  # reparametrized: the gradient passes through the draw
        return self.likelihood(x, self.decoder(z)) - divergence(mean, log_variance)

    def importance_bound(self, x: Tensor, noise: Tensor) -> Tensor:
        """(batch,) the bound of k draws, noise (k, batch, latent): log of the mean of p(x, z) / q(z | x)."""
        mean, log_variance = self.posterior(x)
        z = mean + torch.exp(0.5 * log_variance) * noise
        drawn = gaussian(noise, torch.zeros_like(noise)) - 0.5 * log_variance.sum(-1)  # log q(z | x)
        weights = self.likelihood(x, self.decoder(z)) + gaussian(z, torch.zeros_like(z)) - drawn
        return torch.logsumexp(weights, dim=0) - math.log(len(noise))

    def grid_likelihood(self, x: Tensor, points: int = 200, reach: float = 5.0) -> Tensor:
        """(batch,) log p(x) of a model with two latents, integrated on a grid of points x points from -reach to reach."""
        line = torch.linspace(-reach, reach, points, dtype=x.dtype)
        z = torch.cartesian_prod(line, line)  # (points^2, 2)
        area = 2 * math.log(2 * reach / (points - 1))
        prior, said = gaussian(z, torch.zeros_like(z)), self.decoder(z)
        return torch.stack([torch.logsumexp(self.likelihood(one, said) + prior, dim=0) for one in x]) + area


def vae(latent: int, inputs: int = 64, hidden: int = 64, activation: Callable[[], nn.Module] = nn.Tanh) -> VAE:
    """Encoder and decoder with one hidden layer each, for black and white pixels (Kingma & Welling 2014, appendix C)."""
    return VAE(mlp([inputs, hidden, 2 * latent], activation), mlp([latent, hidden, inputs], activation))


def vae_mnist() -> VAE:
    """Variational autoencoder (Kingma & Welling 2014, section 5): of images (batch, 784), 500 hidden units, 20 latents."""
    return vae(20, 784, 500)
