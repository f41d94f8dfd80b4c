"""Augmentation of images: changed copies that keep their class, drawn anew for each batch.

Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks", section 2 (translations); mirror images,
which are harmless only where left and right mean nothing: Krizhevsky, Sutskever & Hinton 2012, section 4.1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def moved(images: Tensor, down: int, right: int) -> Tensor:
    """Images (batch, channels, height, width) moved by so many pixels; what comes in is 0, what goes out is lost."""
    height, width = images.shape[-2:]
    padded = F.pad(images, (max(right, 0), max(-right, 0), max(down, 0), max(-down, 0)))
    top, left = max(-down, 0), max(-right, 0)
    return padded[..., top : top + height, left : left + width]


def everywhere(images: Tensor) -> Tensor:
    """(9, batch, channels, height, width): the images moved by up to one pixel in each direction."""
    return torch.stack([moved(images, down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)])


def shifted(images: Tensor, chosen: Tensor) -> Tensor:
    """Each image moved in one of the nine ways; `chosen` (batch,) is uniform on [0, 1)."""
    ways = ((9 * chosen).floor()[:, None] == torch.arange(9, device=chosen.device)).to(images)  # (batch, 9)
    return torch.einsum("wb...,bw->b...", everywhere(images), ways)


def mirrored(images: Tensor, chosen: Tensor) -> Tensor:
    """Each image as in a mirror where `chosen` (batch,), uniform on [0, 1), is below one half."""
    return torch.where((chosen < 0.5).view(-1, 1, 1, 1), images.flip(-1), images)
