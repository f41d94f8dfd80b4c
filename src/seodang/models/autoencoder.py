"""The autoencoder: a network that rebuilds its input through a code of few numbers.

Bourlard & Kamp 1988, "Auto-association by multilayer perceptrons and singular value decomposition" (a linear one finds the
principal subspace); Hinton & Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks" (deep ones);
Vincent, Larochelle, Bengio & Manzagol 2008, "Extracting and composing robust features with denoising autoencoders".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from seodang.models.mlp import mlp

INPUT = {"deep_autoencoder": (784,)}


class Autoencoder(nn.Module):
    """An encoder to the code and a decoder back."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x: Tensor) -> Tensor:  # (batch, inputs) to (batch, inputs), by way of (batch, code)
        rebuilt: Tensor = self.decoder(self.encoder(x))
        return rebuilt


def autoencoder(
    code: int, inputs: int = 64, hidden: Sequence[int] = (64,), activation: Callable[[], nn.Module] = nn.ReLU
) -> Autoencoder:
    """A perceptron to the code and its mirror image back; the code and the output are linear.

    Without `hidden` the whole is linear, and the best it can do is the projection on the first `code` principal components.
    """
    sizes = [inputs, *hidden, code]
    return Autoencoder(mlp(sizes, activation), mlp(sizes[::-1], activation))


def deep_autoencoder() -> Autoencoder:
    """Deep autoencoder (Hinton & Salakhutdinov 2006): of images (batch, 784), rebuilt from 30 numbers.

    784-1000-500-250-30 and back, logistic units but for the linear code, and pixels between 0 and 1.
    """
    deep = autoencoder(30, 784, (1000, 500, 250), nn.Sigmoid)
    return Autoencoder(deep.encoder, nn.Sequential(deep.decoder, nn.Sigmoid()))


def corrupted(x: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """What a denoising autoencoder is given in place of x; it is asked for x. `noise` is standard normal, of x's shape."""
    return x + sigma * noise


def cross_entropy_floor(x: Tensor) -> Tensor:
    """(batch,) the least binary cross-entropy, in nats, that any rebuilding of grey pixels x (batch, inputs) can have.

    It is the pixels' entropy, reached when the rebuilt pixels equal x, and it is 0 for black and white alone.
    """
    entropy: Tensor = -(torch.xlogy(x, x) + torch.special.xlog1py(1 - x, -x)).sum(-1)
    return entropy


def discarded_variance(x: Tensor, code: int) -> float:
    """The least mean squared error a pixel of a linear autoencoder on x (n, inputs): the eigenvalues left out, over inputs.

    Baldi & Hornik 1989, "Neural networks and principal component analysis: learning from examples without local minima".
    """
    centred = (x - x.mean(0)).double()
    return float(torch.linalg.svdvals(centred)[code:].square().sum()) / x.numel()
