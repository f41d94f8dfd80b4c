"""Ratings by neighbours: those of like-minded users, or one's own of like items, above what the biases say.

By users: Resnick, Iacovou, Suchak, Bergstrom & Riedl 1994, "GroupLens". By items: Sarwar, Karypis, Konstan & Riedl 2001,
"Item-based collaborative filtering recommendation algorithms". Similarity shrunk by the number of common ratings, and
deviations from a baseline: Koren 2008, "Factorization meets the neighborhood", equations 2 and 3.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from seodang.models.matrix_factorization import MatrixFactorization


class Neighbourhood:
    """Fitted to x (ratings, 2 or more), whose columns 0 and 1 are user and item, and y (ratings,).

    `neighbours` are the most similar that rated; `shrink` is how many common ratings halve a similarity's trust; `penalty`
    is of the biases.
    """

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        users: int,
        items: int,
        by: Literal["user", "item"] = "user",
        neighbours: int = 30,
        shrink: float = 10.0,
        penalty: float = 5.0,
    ) -> None:
        self.baseline = MatrixFactorization(users, items, 0, float(y.mean()))
        for _ in range(5):
            self.baseline.alternate(x, y, penalty)
        self.by = by
        self.neighbours = neighbours
        mine, other = self._columns(x)
        sizes = (users, items) if by == "user" else (items, users)
        self.rated = torch.zeros(sizes)
        self.rated[mine, other] = 1
        self.deviations = torch.zeros(sizes)
        with torch.no_grad():
            self.deviations[mine, other] = y - self.baseline(x)
        self.similarity = similarities(self.deviations, self.rated, shrink)

    def predict(self, x: Tensor) -> Tensor:
        """(batch,): the baseline, and the weighted mean of the nearest neighbours' deviations from theirs."""
        mine, other = self._columns(x)
        near = self.similarity[mine].clamp(min=0) * self.rated[:, other].T  # (batch, candidates), 0 for who did not rate
        weight, who = near.topk(min(self.neighbours, near.shape[1]), dim=1)
        said = (weight * self.deviations[who, other[:, None]]).sum(1) / weight.sum(1).clamp(min=1e-9)
        with torch.no_grad():
            prediction: Tensor = self.baseline(x) + said
        return prediction

    def _columns(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return (x[:, 0], x[:, 1]) if self.by == "user" else (x[:, 1], x[:, 0])


def similarities(deviations: Tensor, rated: Tensor, shrink: float) -> Tensor:
    """(n, n) the correlation of each two rows over what both rated, times common / (common + shrink); 0 with itself."""
    common = rated @ rated.T
    squares = deviations.square() @ rated.T  # of a row, over the columns that the other row has too
    correlation = deviations @ deviations.T / (squares * squares.T).sqrt().clamp(min=1e-9)
    return (correlation * common / (common + shrink)).fill_diagonal_(0)
