"""Matching networks: a new image is what those known examples are that it attends to, by the cosine of embeddings.

Vinyals, Blundell, Lillicrap, Kavukcuoglu & Wierstra 2016, "Matching networks for one shot learning", section 2.1.1,
equation 1, without the full-context embeddings of section 2.1.2.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.prototypical import embedded


class MatchingNetwork(nn.Module):
    """Episodes (batch, ways, shots + queries, channels, height, width) to log-probabilities (batch, ways * queries, ways).

    The paper's cosine is multiplied by `sharpness`: a softmax of numbers between -1 and 1 is never sure of anything.
    """

    def __init__(self, encoder: nn.Module, shots: int = 1, sharpness: float = 10.0) -> None:
        super().__init__()
        self.encoder = encoder
        self.shots = shots
        self.sharpness = sharpness

    def forward(self, x: Tensor) -> Tensor:
        known, asked = embedded(self.encoder, x, self.shots)
        examples = F.normalize(known.flatten(1, 2), dim=2)  # (batch, ways * shots, features)
        cosines = F.normalize(asked, dim=2) @ examples.transpose(1, 2)  # (batch, ways * queries, ways * shots)
        attention = (self.sharpness * cosines).log_softmax(dim=2)
        by_class: Tensor = attention.view(*attention.shape[:2], -1, self.shots).logsumexp(dim=3)  # its examples' together
        return by_class
