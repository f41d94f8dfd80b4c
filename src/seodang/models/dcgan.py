"""DCGAN: generator and discriminator of strided convolutions with batch normalization.

Radford, Metz & Chintala 2016, "Unsupervised representation learning with deep convolutional generative adversarial
networks", section 3: no pooling, no hidden linear layers; batch normalization in both but at the generator's output and the
discriminator's input; ReLU and tanh in the generator, leaky ReLU of slope 0.2 in the discriminator; weights of N(0, 0.02^2).
The two of 64 x 64 images have the widths and 4 x 4 kernels of PyTorch's DCGAN tutorial, half of the paper's widths.
"""

from __future__ import annotations

from torch import nn

from seodang.models.gan import GAN

INPUT = {"dcgan_generator": (100,), "dcgan_discriminator": (3, 64, 64)}


def generator(
    latent: int,
    width: int,
    channels: int,
    doublings: int,
    start: int = 4,
    *,
    normalized: bool = True,
    at_output: bool = False,
) -> nn.Sequential:
    """Of z (batch, latent), images (batch, channels, side, side) in [-1, 1]; side = start * 2^doublings.

    The first map has width * 2^(doublings - 1) channels, each doubling halves them. `normalized`: hidden layers have batch
    normalization; `at_output`: the last one too, against the paper's advice.
    """
    now = width * 2 ** (doublings - 1)
    layers: list[nn.Module] = [nn.Unflatten(1, (latent, 1, 1)), nn.ConvTranspose2d(latent, now, start, bias=not normalized)]
    for doubling in range(doublings):
        last = doubling == doublings - 1
        then = channels if last else now // 2
        layers += [nn.BatchNorm2d(now)] if normalized else []
        # A bias before batch normalization would be taken away by it; Radford's last layer, like the tutorial's, has none.
        layers += [nn.ReLU(), nn.ConvTranspose2d(now, then, 4, 2, 1, bias=not normalized)]
        now = then
    layers += [nn.BatchNorm2d(channels)] if at_output else []
    return initialized(nn.Sequential(*layers, nn.Tanh()))


def discriminator(width: int, channels: int, halvings: int, start: int = 4, *, normalized: bool = True) -> nn.Sequential:
    """Of images (batch, channels, side, side), logits (batch, 1); side = start * 2^halvings, as the generator's."""
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1, bias=not normalized), nn.LeakyReLU(0.2)]
    for _ in range(halvings - 1):
        layers += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=not normalized)]
        layers += [nn.BatchNorm2d(2 * width)] if normalized else []
        layers += [nn.LeakyReLU(0.2)]
        width *= 2
    return initialized(nn.Sequential(*layers, nn.Conv2d(width, 1, start, bias=not normalized), nn.Flatten()))


def initialized(net: nn.Sequential) -> nn.Sequential:
    """Weights from N(0, 0.02^2), those of batch normalization from N(1, 0.02^2)."""
    for layer in net:
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0 if isinstance(layer, nn.BatchNorm2d) else 0.0, 0.02)
    return net


def dcgan_generator() -> nn.Sequential:
    """DCGAN's generator (Radford, Metz & Chintala 2016): of noise (batch, 100), images (batch, 3, 64, 64)."""
    return generator(100, 64, 3, 4)


def dcgan_discriminator() -> nn.Sequential:
    """DCGAN's discriminator (Radford, Metz & Chintala 2016): of images (batch, 3, 64, 64), a logit."""
    return discriminator(64, 3, 4)


def dcgan_small(latent: int = 16, width: int = 32, *, normalized: bool = True, at_output: bool = False) -> GAN:
    """Generator and discriminator of flat images (batch, 64) of 8 x 8 pixels in [-1, 1]."""
    made = generator(latent, width, 1, 2, start=2, normalized=normalized, at_output=at_output)
    judge = discriminator(width, 1, 2, start=2, normalized=normalized)
    return GAN(nn.Sequential(*made, nn.Flatten()), nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *judge))
