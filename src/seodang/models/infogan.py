"""InfoGAN: a generator whose code can be read off its samples.

Chen, Duan, Houthooft, Schulman, Sutskever & Abbeel 2016, "InfoGAN: interpretable representation learning by information
maximizing generative adversarial nets", equations 4 to 6. Q is a network of its own here; the paper's shares layers with D.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.gan import GAN, gan
from seodang.models.mlp import mlp


class InfoGAN(GAN):
    """A GAN whose noise ends with a code, one of `codes` as noughts and a one, and Q, the recognizer that guesses it."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module, recognizer: nn.Module, codes: int) -> None:
        super().__init__(generator, discriminator)
        self.recognizer, self.codes = recognizer, codes

    def information(self, z: Tensor) -> Tensor:
        """L_I = H(c) + E log Q(c | G(z, c)) in nats, at most the mutual information of code and sample, ln codes."""
        return math.log(self.codes) - F.cross_entropy(self.recognizer(self(z)), z[:, -self.codes :])

    def terms(self, z: Tensor, weight: float = 1.0) -> dict[str, Tensor]:
        """What generator and recognizer lower together, term by term; z (batch, latent + codes)."""
        return {"adversarial": self.deceive(z), "information": -weight * self.information(z)}

    def deceive_and_tell(self, z: Tensor, weight: float = 1.0) -> Tensor:
        """Their sum: equation 6."""
        return torch.stack(list(self.terms(z, weight).values())).sum()


def infogan(latent: int = 2, codes: int = 8, outputs: int = 2, hidden: Sequence[int] = (64, 64)) -> InfoGAN:
    """Perceptrons for samples (batch, outputs)."""
    plain = gan(latent + codes, outputs, hidden)
    return InfoGAN(plain.generator, plain.discriminator, mlp([outputs, *hidden, codes]), codes)


def noise_and_code(samples: int, generator: torch.Generator, latent: int = 2, codes: int = 8) -> Tensor:
    """(samples, latent + codes) standard normal noise and a code drawn evenly."""
    code = F.one_hot(torch.randint(codes, (samples,), generator=generator), codes)
    return torch.cat([torch.randn(samples, latent, generator=generator), code.float()], dim=1)
