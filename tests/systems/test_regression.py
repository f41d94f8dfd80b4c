"""Linear and polynomial regression, ridge and lasso."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso, LassoCV, LinearRegression, Ridge, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from systems.classical import Fitted, fitted
from systems.conftest import Measured
from torch import Tensor, nn

from seodang import Claim, Experiment, Training, run
from seodang.data.polynomial import polynomial
from seodang.data.split import Split
from seodang.models.linear import linear_from_zero
from seodang.training import train

SEEDS = (0, 1, 2, 3, 4)


def diabetes() -> tuple[Tensor, Tensor]:
    """(442, 10) standardized features and (442, 1) a measure of progression, centred and in units of its deviation."""
    x, y = load_diabetes(return_X_y=True)
    x, y = StandardScaler().fit_transform(x), StandardScaler().fit_transform(y[:, None])
    return torch.from_numpy(x), torch.from_numpy(y)


def descended(penalty: float = 0.0) -> Tensor:
    """The weights (10,) to which gradient descent on a linear layer comes, in double precision; the penalty is of ridge."""
    x, y = diabetes()
    training = Training(
        data=lambda _: Split(x, y, x, y),
        model=lambda: linear_from_zero(10, 1).double(),
        loss=F.mse_loss,
        optimizer=partial(torch.optim.SGD, lr=0.2, weight_decay=2 * penalty / len(x), momentum=0.9),
        steps=2_500,
        batch=len(x),
    )
    (trained,) = train(training, [0], threads=1, strategy="loop")
    assert isinstance(trained.model, nn.Linear)
    return trained.model.weight.detach()[0]


@pytest.mark.system(name="regression")
def test_gradient_descent_comes_to_the_solution_of_the_normal_equations(measured: Measured) -> None:
    x, y = diabetes()
    exact = torch.linalg.solve(x.T @ x, x.T @ y)[:, 0]
    found = descended()
    theirs = LinearRegression(fit_intercept=False).fit(x.numpy(), y.numpy()[:, 0]).coef_
    gap = float((found - exact).abs().max())
    assert gap <= 1e-6
    assert np.abs(exact.numpy() - theirs).max() <= 1e-9
    measured("weights by gradient descent, from the normal equations' (ten features)", gap, must="≤ 1e-6")
    measured(
        "scikit-learn's weights, from the normal equations'", float(np.abs(exact.numpy() - theirs).max()), must="≤ 1e-9"
    )


@pytest.mark.system(name="regression")
def test_ten_features_explain_more_of_the_test_set_than_one(measured: Measured) -> None:
    x, y = (part.numpy() for part in diabetes())
    gains = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(x))
        train_rows, test_rows = order[:342], order[342:]
        body_mass = [2]
        one, ten = (
            LinearRegression().fit(x[train_rows][:, columns], y[train_rows]).score(x[test_rows][:, columns], y[test_rows])
            for columns in (body_mass, list(range(10)))
        )
        gains.append(ten - one)
    assert np.median(gains) >= 0.05
    measured(
        "R² on test of ten features above that of the body-mass index alone, median",
        float(np.median(gains)),
        must="≥ 0.05",
        n=5,
    )


def of_degree(degree: int) -> object:
    return make_pipeline(PolynomialFeatures(degree), LinearRegression())


@pytest.mark.system(name="regression")
def test_the_test_error_of_polynomials_is_a_u_over_the_degree(measured: Measured) -> None:
    """An experiment whose arms are scikit-learn's: of a curve of degree 3 with noise, 20 points are known."""
    degrees = (1, 3, 15)
    data = partial(polynomial, degree=3)
    experiment = Experiment(
        arms={f"degree_{d}": partial(fitted, partial(of_degree, d), data) for d in degrees},
        metrics={"rmse": Fitted.rmse, "train_rmse": Fitted.train_rmse},
        claims={
            "too_simple": Claim(lambda arms: arms.degree_1.rmse / arms.degree_3.rmse, above=1.5),
            "too_close": Claim(lambda arms: arms.degree_15.rmse / arms.degree_3.rmse, above=1.5),
        },
    )
    result = run(experiment, seeds=20, progress=False)
    numbers = result.evidence.arms
    for d in degrees:
        measured(f"median RMSE on test, degree {d}", float(np.median(numbers[f"degree_{d}"]["rmse"])), n=20)
    for name, verdict in result.verdicts.items():
        assert verdict.outcome == "supported", name
        told = {"too_simple": "degree 1", "too_close": "degree 15"}[name]
        measured(f"seeds of 20 on which degree 3 errs 1.5 times less than {told}", verdict.verdict.k, must="supported", n=20)
    fits = [numbers[f"degree_{d}"]["train_rmse"] for d in degrees]
    assert all(a >= b >= c for a, b, c in zip(*fits, strict=True))


@pytest.mark.system(name="ridge_lasso")
def test_ridge_is_its_closed_form_and_where_gradient_descent_with_decay_ends(measured: Measured) -> None:
    x, y = diabetes()
    penalty = 10.0
    exact = torch.linalg.solve(x.T @ x + penalty * torch.eye(10), x.T @ y)[:, 0]
    theirs = torch.from_numpy(Ridge(penalty, fit_intercept=False).fit(x.numpy(), y.numpy()[:, 0]).coef_)
    by_hand, by_descent = float((theirs - exact).abs().max()), float((descended(penalty) - exact).abs().max())
    assert max(by_hand, by_descent) <= 1e-6
    measured("ridge's weights by scikit-learn, from (XᵀX + λI)⁻¹Xᵀy", by_hand, must="≤ 1e-6")
    measured("ridge's weights by gradient descent with weight decay, from the same", by_descent, must="≤ 1e-6")


@pytest.mark.system(name="ridge_lasso")
def test_lasso_sets_weights_to_nought_exactly_and_ridge_none(measured: Measured) -> None:
    """100 samples, 50 features of which 5 matter; each penalty is chosen by five-fold cross-validation."""
    shares = {"lasso": [], "ridge": []}  # type: dict[str, list[float]]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(100, 50))
        y = x[:, :5] @ np.array([3.0, -2.0, 2.0, -1.5, 1.0]) + rng.normal(size=100)
        for name, chosen in (("lasso", LassoCV(alphas=30, cv=5)), ("ridge", RidgeCV(np.logspace(-2, 4, 25), cv=5))):
            shares[name].append(float((chosen.fit(x, y).coef_ == 0).mean()))
    assert min(shares["lasso"]) >= 0.3
    assert max(shares["ridge"]) == 0
    measured("smallest share of weights that lasso makes 0 exactly", min(shares["lasso"]), must="≥ 0.3", n=5)
    measured("largest share that ridge does", max(shares["ridge"]), must="0", n=5)


@pytest.mark.system(name="ridge_lasso")
def test_of_orthogonal_features_lasso_thresholds_and_ridge_shrinks(measured: Measured) -> None:
    """Tibshirani 1996, section 2.2: sign(b) (|b| - λ)₊ and b / (1 + λ) of the least-squares weights b."""
    rng = np.random.default_rng(0)
    x = np.linalg.qr(rng.normal(size=(60, 8)))[0] * np.sqrt(60)  # XᵀX = n I
    y = x @ np.array([3, -2, 1, 0.5, 0.2, -0.1, 0, 0]) + 0.3 * rng.normal(size=60)
    b = x.T @ y / 60
    gaps = []
    for penalty in (0.05, 0.3, 1.0, 2.5):
        lasso = Lasso(penalty, fit_intercept=False, tol=1e-12).fit(x, y).coef_
        ridge = Ridge(60 * penalty, fit_intercept=False).fit(x, y).coef_
        gaps += [
            np.abs(lasso - np.sign(b) * np.maximum(np.abs(b) - penalty, 0)).max(),
            np.abs(ridge - b / (1 + penalty)).max(),
        ]
    assert max(gaps) <= 1e-6
    measured("paths of both on orthogonal features, from the formulas", float(max(gaps)), must="≤ 1e-6", n=4)
