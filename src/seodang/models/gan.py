"""The generative adversarial network: a generator of samples against a discriminator that tells them from real ones.

Goodfellow et al. 2014, "Generative adversarial nets" (the game: equation 1; its best discriminator: proposition 1; its
value: theorem 1). A discriminator's output is a logit here: D(x) = sigmoid(logit).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.mlp import mlp


def value(real: Tensor, made: Tensor) -> Tensor:
    """V(D, G) = E log D(x) + E log(1 - D(G(z))), of the discriminator's logits; D raises it, G lowers it."""
    return F.logsigmoid(real).mean() + F.logsigmoid(-made).mean()


def saturating_loss(made: Tensor) -> Tensor:
    """The generator's side of the game, E log(1 - D(G(z))): flat where the discriminator is sure."""
    return F.logsigmoid(-made).mean()


def deceiving_loss(made: Tensor) -> Tensor:
    """-E log D(G(z)), what is trained in its place (section 3): the same fixed point, and steep where D is sure."""
    return -F.logsigmoid(made).mean()


def best_discriminator(p: Tensor, q: Tensor) -> Tensor:
    """D* = p / (p + q), of two discrete distributions: the data's and the generator's (proposition 1)."""
    return p / (p + q)


def value_at_best(p: Tensor, q: Tensor) -> Tensor:
    """V(D*, G) = -ln 4 + 2 JSD(p, q) (theorem 1), by the definition of V, of two discrete distributions."""
    return (torch.xlogy(p, best_discriminator(p, q)) + torch.xlogy(q, best_discriminator(q, p))).sum()


class GAN(nn.Module):
    """A generator of noise z and a discriminator of samples x, with what each of them lowers."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def forward(self, z: Tensor) -> Tensor:
        made: Tensor = self.generator(z)
        return made

    def tell_apart(self, x: Tensor, z: Tensor) -> Tensor:
        """The discriminator's loss, -V. The generator must stay as it is: update the discriminator's parameters alone."""
        return -value(self.discriminator(x), self.discriminator(self(z)))

    def deceive(self, z: Tensor) -> Tensor:
        """The generator's loss; update the generator's parameters alone."""
        return deceiving_loss(self.discriminator(self(z)))


def gan(latent: int = 2, outputs: int = 2, hidden: Sequence[int] = (64, 64)) -> GAN:
    """Generator and discriminator of linear layers and ReLU: samples (batch, outputs) of z (batch, latent)."""
    return GAN(mlp([latent, *hidden, outputs]), mlp([outputs, *hidden, 1]))
