"""StarGAN: one generator that translates between any two of several domains.

Choi, Choi, Kim, Ha, Kim & Choo 2018, "StarGAN: unified generative adversarial networks for multi-domain image-to-image
translation", equations 1 to 6, with equation 1 as it stands (the authors train with the Wasserstein loss of equation 8).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.gan import deceiving_loss, value
from seodang.models.mlp import mlp


class StarGAN(nn.Module):
    """A generator of (sample, domain asked for), and a discriminator with 1 + domains outputs: real or not, and which.

    Domains (batch, domains) are noughts and a one.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:  # (batch, features), (batch, domains) to (batch, features)
        translated: Tensor = self.generator(torch.cat([x, domain], dim=1))
        return translated

    def judged(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The logits (batch, 1) of being real and (batch, domains) of each domain."""
        said: Tensor = self.discriminator(x)
        return said[:, :1], said[:, 1:]

    def tell_apart(self, x: Tensor, of: Tensor, asked: Tensor) -> Tensor:
        """Lowered by the discriminator: -V, and the domain `of` of the real samples (equations 2 and 5)."""
        (real, domain), (made, _) = self.judged(x), self.judged(self(x, asked))
        return -value(real, made) + F.cross_entropy(domain, of)

    def terms(self, x: Tensor, of: Tensor, asked: Tensor, weight: float = 10.0) -> dict[str, Tensor]:
        """What the generator lowers, term by term: equations 3, 4 and 6."""
        translated = self(x, asked)
        made, domain = self.judged(translated)
        return {
            "adversarial": deceiving_loss(made),
            "domain": F.cross_entropy(domain, asked),
            "reconstruction": weight * F.l1_loss(self(translated, of), x),
        }

    def translate(self, x: Tensor, of: Tensor, asked: Tensor, weight: float = 10.0) -> Tensor:
        """Their sum."""
        return torch.stack(list(self.terms(x, of, asked, weight).values())).sum()


def stargan(features: int = 2, domains: int = 3, hidden: Sequence[int] = (64, 64)) -> StarGAN:
    """Perceptrons for samples (batch, features)."""
    return StarGAN(mlp([features + domains, *hidden, features]), mlp([features, *hidden, 1 + domains]))
