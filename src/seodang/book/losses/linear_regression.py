"""What does linear regression minimize, do gradient descent and the normal equations agree, and what do more columns add?

Legendre 1805, Gauss 1809. The diabetes data of Efron, Hastie, Johnstone & Tibshirani 2004 (442 patients, 10 columns, in
scikit-learn): body mass index alone, all ten columns, and all squares and products of them as well (64 columns).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob

BMI, SEX = 2, 1  # columns; sex has two values, so that its square is no new column


@dataclass(frozen=True)
class Parameters:
    """Patients to test on, steps of gradient descent, and the ridge penalty of the last arm."""

    test: int = knob(110, low=10, high=400)
    steps: int = knob(20_000, low=1, high=200_000)
    penalty: float = knob(30.0, low=0, high=1e6)


def normal(x: Tensor, y: Tensor, penalty: float = 0.0) -> Tensor:
    """The coefficients where the gradient is 0; the penalty is a ridge's."""
    solved: Tensor = torch.linalg.solve(x.T @ x + penalty * torch.eye(x.shape[1], dtype=x.dtype), x.T @ y)
    return solved


def descent(steps: int, x: Tensor, y: Tensor) -> Tensor:
    """The coefficients after so many steps of gradient descent from 0, at a rate that the largest curvature allows."""
    curvature, slope = x.T @ x / len(x), x.T @ y / len(x)
    rate, w = 1 / torch.linalg.eigvalsh(curvature)[-1], torch.zeros_like(slope)
    for _ in range(steps):
        w -= rate * (curvature @ w - slope)
    return w


def fitted(p: Parameters, columns: str, fit: Callable[[Tensor, Tensor], Tensor], seed: int) -> Mapping[str, float]:
    """R² on new patients and on those fitted to, and the largest difference from the normal equations."""
    from sklearn.datasets import load_diabetes

    x, y = (torch.from_numpy(part) for part in load_diabetes(return_X_y=True))
    if columns == "one":
        x = x[:, BMI : BMI + 1]
    x = x / x.std(dim=0)
    if columns == "products":
        first, second = torch.triu_indices(10, 10)
        x = torch.cat([x, (x[:, first] * x[:, second])[:, (first != SEX) | (second != SEX)]], dim=1)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    held, kept = order[: p.test], order[p.test :]
    mean, std, level = x[kept].mean(dim=0), x[kept].std(dim=0), y[kept].mean()
    x = (x - mean) / std
    w = fit(x[kept], y[kept] - level)

    def r_squared(rows: Tensor) -> float:
        missed = (y[rows] - level - x[rows] @ w).square().sum()
        return float(1 - missed / (y[rows] - y[rows].mean()).square().sum())

    gap = (w - torch.linalg.lstsq(x[kept], (y[kept] - level)[:, None], driver="gelsd").solution[:, 0]).abs().max()
    return {"r2": r_squared(held), "train_r2": r_squared(kept), "gap": float(gap)}


def experiment(p: Parameters) -> Experiment:
    """Ten columns in two ways; one column; products, without and with a penalty."""
    ways: dict[str, tuple[str, Callable[..., Tensor]]] = {
        "one": ("one", normal),
        "ten": ("ten", normal),
        "descent": ("ten", partial(descent, p.steps)),
        "products": ("products", normal),
        "ridge": ("products", partial(normal, penalty=p.penalty)),
    }
    return Experiment(
        arms={name: partial(fitted, p, columns, fit) for name, (columns, fit) in ways.items()},
        metrics={name: itemgetter(name) for name in ("r2", "train_r2", "gap")},
        claims={
            "same_solution": Claim(lambda a: a.descent.gap <= 1e-6 and abs(a.descent.r2 - a.ten.r2) <= 1e-9),
            "columns_help": Claim(lambda a: a.ten.r2 - a.one.r2, above=0.1),
            "products_fit_better": Claim(lambda a: a.products.train_r2 > a.ten.train_r2),
            "products_predict_worse": Claim(lambda a: a.products.r2 < a.ten.r2),
            "penalty_repairs": Claim(lambda a: a.ridge.r2 > a.products.r2),
        },
    )
