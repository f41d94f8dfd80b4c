"""Text to image: a generator told what to draw, and a discriminator that asks whether picture and text belong together.

Reed, Akata, Yan, Logeswaran, Schiele & Lee 2016, "Generative adversarial text to image synthesis", algorithm 1 (GAN-CLS).
The text is a vector, from whatever encodes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.gan import deceiving_loss
from seodang.models.mlp import mlp


def matching_loss(right: Tensor, wrong: Tensor, made: Tensor) -> Tensor:
    """-log s_r - (log(1 - s_w) + log(1 - s_f)) / 2, of the logits of three pairs.

    right: a real sample with its text; wrong: a real sample with another's; made: a made sample with the text asked for.
    """
    return -F.logsigmoid(right).mean() - (F.logsigmoid(-wrong).mean() + F.logsigmoid(-made).mean()) / 2


class TextToImage(nn.Module):
    """Generator of (noise, text) and discriminator of (sample, text)."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def forward(self, z: Tensor, text: Tensor) -> Tensor:  # (batch, latent), (batch, words) to (batch, features)
        made: Tensor = self.generator(torch.cat([z, text], dim=1))
        return made

    def judged(self, x: Tensor, text: Tensor) -> Tensor:
        """The logits (batch, 1) that x is real and is what the text says."""
        said: Tensor = self.discriminator(torch.cat([x, text], dim=1))
        return said

    def tell_apart(self, x: Tensor, text: Tensor, z: Tensor) -> Tensor:
        """Lowered by the discriminator; the wrong text is the next sample's."""
        wrong = self.judged(x, text.roll(1, dims=0))
        return matching_loss(self.judged(x, text), wrong, self.judged(self(z, text), text))

    def deceive(self, text: Tensor, z: Tensor) -> Tensor:
        """Lowered by the generator."""
        return deceiving_loss(self.judged(self(z, text), text))


def text_to_image(latent: int = 2, words: int = 8, features: int = 2, hidden: Sequence[int] = (64, 64)) -> TextToImage:
    """Perceptrons for samples (batch, features) of texts (batch, words)."""
    return TextToImage(mlp([latent + words, *hidden, features]), mlp([features + words, *hidden, 1]))
