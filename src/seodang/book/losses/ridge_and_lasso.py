"""How do ridge and lasso shrink coefficients, and which of them predicts better?

Ridge adds λ|w|² (Hoerl & Kennard 1970), the lasso λ|w|₁ (Tibshirani 1996). 100 samples of 50 columns, of which 5 count or
all count a little; λ is chosen by five-fold cross-validation for each. The lasso is solved by iterated soft thresholding
(FISTA; Beck & Teboulle 2009) for all λ at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    """Samples, columns, how many of them count in the sparse arms, and the noise."""

    samples: int = knob(70, low=20, high=1000)
    columns: int = knob(50, low=5, high=200)
    relevant: int = knob(5, low=1, high=5)
    noise: float = knob(2.0, low=0, high=10)


def ridge(x: Tensor, y: Tensor, penalties: Tensor) -> Tensor:
    """(penalties, columns): the closed form, (X'X/n + λ)⁻¹ X'y/n."""
    curvature = x.T @ x / len(x) + penalties[:, None, None] * torch.eye(x.shape[1], dtype=x.dtype)
    solved: Tensor = torch.linalg.solve(curvature, (x.T @ y / len(x)).expand(len(penalties), -1))
    return solved


def lasso(x: Tensor, y: Tensor, penalties: Tensor, steps: int = 300) -> Tensor:
    """(penalties, columns): a gradient step, then every coefficient λ/L nearer to 0 and not beyond."""
    curvature, slope = x.T @ x / len(x), x.T @ y / len(x)
    rate = 1 / torch.linalg.eigvalsh(curvature)[-1]
    w = ahead = x.new_zeros(len(penalties), x.shape[1])
    for step in range(steps):
        moved = ahead - rate * (ahead @ curvature - slope)
        shrunk = moved.sign() * (moved.abs() - rate * penalties[:, None]).clamp(min=0)
        ahead, w = shrunk + step / (step + 3) * (shrunk - w), shrunk
    return w


def chosen(p: Parameters, solve: Callable[..., Tensor], relevant: int, seed: int) -> Mapping[str, float]:
    """The solution at the λ with the lowest cross-validated error, and its error on the noiseless truth."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(p.samples, p.columns, generator=generator, dtype=torch.double)
    truth = torch.randn(p.columns, generator=generator, dtype=torch.double) * (torch.arange(p.columns) < relevant)
    truth *= 3 / truth.norm()
    y = x @ truth + p.noise * torch.randn(p.samples, generator=generator, dtype=torch.double)
    penalties, errors = torch.logspace(-3, 1, 20, dtype=torch.double), []
    for held in torch.arange(p.samples).chunk(5):
        kept = torch.ones(p.samples, dtype=torch.bool).index_fill(0, held, False)
        errors.append((solve(x[kept], y[kept], penalties) @ x[held].T - y[held]).square().mean(dim=1))
    best = torch.stack(errors).mean(dim=0).argmin()
    w = solve(x, y, penalties)[best]
    return {
        "zeros": float((w == 0).double().mean()),
        "error": float((w - truth).norm()),
        "length": float(w.norm() / truth.norm()),
        "found": float((w[:relevant] != 0).double().mean()),
    }


def experiment(p: Parameters) -> Experiment:
    """Ridge and lasso where five columns count, and where all do."""
    return Experiment(
        arms={
            "ridge_sparse": partial(chosen, p, ridge, p.relevant),
            "lasso_sparse": partial(chosen, p, lasso, p.relevant),
            "ridge_dense": partial(chosen, p, ridge, p.columns),
            "lasso_dense": partial(chosen, p, lasso, p.columns),
        },
        metrics={name: itemgetter(name) for name in ("error", "zeros", "length", "found")},
        claims={
            "lasso_drops": Claim(lambda a: a.lasso_sparse.zeros, above=0.3),
            "ridge_keeps": Claim(lambda a: a.ridge_sparse.zeros == 0),
            "lasso_wins_sparse": Claim(lambda a: a.lasso_sparse.error < a.ridge_sparse.error),
            "ridge_wins_dense": Claim(lambda a: a.ridge_dense.error < a.lasso_dense.error),
        },
    )
