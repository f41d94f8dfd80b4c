"""CycleGAN: two domains without pairs, translated forth and back.

Zhu, Park, Isola & Efros 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks", equations 1
to 3, with the least-squares adversarial loss of section 4 (Mao et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.mlp import mlp


class CycleGAN(nn.Module):
    """Translators `forth` (x to y) and `back` (y to x), and a judge of each domain."""

    def __init__(self, forth: nn.Module, back: nn.Module, judge_x: nn.Module, judge_y: nn.Module) -> None:
        super().__init__()
        self.forth, self.back, self.judge_x, self.judge_y = forth, back, judge_x, judge_y

    def forward(self, x: Tensor) -> Tensor:  # (batch, features) of the first domain to the second
        translated: Tensor = self.forth(x)
        return translated

    def cycle(self, x: Tensor, y: Tensor) -> Tensor:
        """E |back(forth(x)) - x| + E |forth(back(y)) - y|: equation 2, the mean over coordinates too."""
        return F.l1_loss(self.back(self.forth(x)), x) + F.l1_loss(self.forth(self.back(y)), y)

    def tell_apart(self, x: Tensor, y: Tensor) -> Tensor:
        """Lowered by the two judges: 1 for real, 0 for translated."""
        apart = [
            (judge(real) - 1).square().mean() + judge(made).square().mean()
            for judge, real, made in ((self.judge_x, x, self.back(y)), (self.judge_y, y, self.forth(x)))
        ]
        return torch.stack(apart).sum()

    def terms(self, x: Tensor, y: Tensor, weight: float = 10.0) -> dict[str, Tensor]:
        """What the two translators lower together, term by term: equation 3."""
        return {
            "adversarial, x to y": (self.judge_y(self.forth(x)) - 1).square().mean(),
            "adversarial, y to x": (self.judge_x(self.back(y)) - 1).square().mean(),
            "cycle": weight * self.cycle(x, y),
        }

    def translate(self, x: Tensor, y: Tensor, weight: float = 10.0) -> Tensor:
        """Their sum."""
        return torch.stack(list(self.terms(x, y, weight).values())).sum()


def cyclegan(features: int = 2, hidden: Sequence[int] = (64, 64)) -> CycleGAN:
    """Perceptrons for samples (batch, features) of both domains."""
    translators = (mlp([features, *hidden, features]) for _ in range(2))
    judges = (mlp([features, *hidden, 1]) for _ in range(2))
    return CycleGAN(*translators, *judges)
