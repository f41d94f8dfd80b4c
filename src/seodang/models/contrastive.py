"""Learning without labels: which of several turns an image has had, and which two images are views of the same one.

Gidaris, Singh & Komodakis 2018, "Unsupervised representation learning by predicting image rotations"; Chen, Kornblith,
Norouzi & Hinton 2020, "A simple framework for contrastive learning of visual representations" (SimCLR), equation 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def turned(images: Tensor) -> tuple[Tensor, Tensor]:
    """Images (n, channels, side, side) turned by 0, 90, 180 and 270 degrees, (4 n, ...), and the turn's number (4 n,)."""
    turns = torch.cat([images.rot90(turn, (2, 3)) for turn in range(4)])
    return turns, torch.arange(4, device=images.device).repeat_interleave(len(images))


def contrastive_loss(one: Tensor, other: Tensor, temperature: float = 0.5) -> Tensor:
    """NT-Xent: of (batch, features) embeddings of two views each, to find the one's partner among all others.

    2 batch rows are asked in turn; by the cosine, whose softmax leaves the row itself out.
    """
    rows = F.normalize(torch.cat([one, other]), dim=1)
    cosines = rows @ rows.T / temperature
    cosines = cosines.masked_fill(torch.eye(len(rows), dtype=torch.bool, device=rows.device), -torch.inf)
    partner = torch.arange(len(rows), device=rows.device).roll(len(one))
    return F.cross_entropy(cosines, partner)
