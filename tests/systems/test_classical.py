"""Softmax regression, nearest neighbours and support vector machines."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import LinearSVC
from systems.classical import fitted
from systems.conftest import Measured
from torch import Tensor, nn

from seodang import Claim, Experiment, Trained, Training, run
from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.models.hinge import hinge, worst_hinge
from seodang.training import train

SEEDS = (0, 1, 2, 3, 4)


def gradient_error(loss: object, scores: Tensor, targets: Tensor) -> float:
    """The largest difference of autograd's slope from a central difference, over the slopes' size."""
    assert callable(loss)
    scores = scores.clone().requires_grad_()
    slope = torch.autograd.grad(loss(scores, targets), scores)[0]
    step = torch.eye(scores.numel(), dtype=scores.dtype).view(-1, *scores.shape) * 1e-5
    with torch.no_grad():
        ahead, behind = (torch.stack([loss(scores + sign * one, targets) for one in step]) for sign in (1, -1))
    return float(((ahead - behind) / 2e-5 - slope.flatten()).abs().max() / slope.abs().max())


@pytest.mark.system(name="softmax")
def test_the_gradient_of_softmax_regression_is_probabilities_less_targets(measured: Measured) -> None:
    torch.manual_seed(0)
    scores, targets = torch.randn(6, 10, dtype=torch.float64), torch.randint(10, (6,))
    error = gradient_error(F.cross_entropy, scores, targets)
    asked = scores.clone().requires_grad_()
    slope = torch.autograd.grad(F.cross_entropy(asked, targets), asked)[0]
    formula = float((slope - (scores.softmax(1) - F.one_hot(targets, 10)) / 6).abs().max())
    assert error <= 1e-7
    assert formula <= 1e-12
    measured("cross-entropy's gradient, from differences", error, must="≤ 1e-7")
    measured("the same, from p − y", formula, must="≤ 1e-12")
    two = torch.stack([scores[:, 0] - scores[:, 1], torch.zeros(6)], dim=1).softmax(1)[:, 0]
    logistic = float((two - (scores[:, 0] - scores[:, 1]).sigmoid()).abs().max())
    assert logistic <= 1e-12
    measured("softmax of two classes, from the logistic function", logistic, must="≤ 1e-12")


SOFTMAX = Training(
    data=digits,
    model=partial(nn.Linear, 64, 10),
    loss=F.cross_entropy,
    optimizer=partial(torch.optim.Adam, lr=0.02),
    steps=600,
)


@pytest.mark.system(name="softmax")
def test_softmax_regression_reads_digits(measured: Measured) -> None:
    ours = [trained.accuracy() for trained in train(SOFTMAX, SEEDS, threads=1)]
    theirs = [fitted(partial(LogisticRegression, C=1.0, max_iter=300), digits, seed).accuracy() for seed in SEEDS]
    assert min(ours) >= 0.93
    assert min(theirs) >= 0.93
    measured("smallest accuracy on digits, a linear layer", min(ours), must="≥ 0.93", n=5)
    measured("smallest accuracy on digits, scikit-learn's", min(theirs), must="≥ 0.93", n=5)


@pytest.mark.system(name="knn")
def test_neighbours_beat_softmax_regression_on_digits(measured: Measured) -> None:
    """The arms of one experiment: an estimator of scikit-learn beside a network of PyTorch, on the same splits."""
    experiment = Experiment(
        arms={"neighbours": partial(fitted, partial(KNeighborsClassifier, 3), digits), "softmax": SOFTMAX},
        metrics={"accuracy": lambda made: made.accuracy()},
        claims={"neighbours_win": Claim(lambda arms: arms.neighbours.accuracy - arms.softmax.accuracy, above=0.005)},
    )
    result = run(experiment, progress=False)
    verdict = result.verdicts["neighbours_win"]
    assert verdict.outcome == "supported"
    accuracies = result.evidence.arms["neighbours"]["accuracy"]
    assert np.median(accuracies) >= 0.98
    measured("median accuracy on digits, 3 neighbours", float(np.median(accuracies)), must="≥ 0.98", n=len(accuracies))
    told = f"{verdict.verdict.k} of {verdict.verdict.n} seeds"
    measured("ahead of softmax regression by more than 0.005", told, must="supported")
    assert isinstance(result.model("softmax", 1000), nn.Linear)
    before = fitted(partial(KNeighborsClassifier, 3), digits, 1000)
    trained: Trained = train(SOFTMAX, [1000], threads=1)[0]
    assert torch.equal(before.x_test, trained.x_test)


@pytest.mark.system(name="knn")
def test_by_brute_force_and_by_a_tree_the_same_is_predicted(measured: Measured) -> None:
    different = 0
    for seed in SEEDS[:3]:
        split = digits(torch.Generator().manual_seed(seed))
        brute, tree = (fitted_neighbours(split, algorithm) for algorithm in ("brute", "kd_tree"))
        different += int((brute != tree).sum())
    assert different == 0
    measured("test digits on which brute force and KD-tree differ, of 1,350", different, must="0", n=3)
    x = torch.linspace(0, 1, 50, dtype=torch.float64)[:, None].numpy()
    regressor = KNeighborsRegressor(3).fit(x, x[:, 0] ** 1.5)
    beyond = regressor.predict(np.linspace(1, 5, 9)[:, None])
    assert np.ptp(beyond) == 0
    measured("change of a neighbours' regression beyond its data", float(np.ptp(beyond)), must="0")


def fitted_neighbours(split: Split, algorithm: str) -> np.ndarray:
    x = split.x_train.double().numpy()
    found: np.ndarray = (
        KNeighborsClassifier(3, algorithm=algorithm).fit(x, split.y_train.numpy()).predict(split.x_test.double().numpy())
    )
    return found


@pytest.mark.system(name="svm")
def test_the_slides_of_cs231n(measured: Measured) -> None:
    scores = torch.tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], dtype=torch.float64)
    targets = torch.tensor([0, 1, 2])
    losses = [round(float(hinge(row[None], target[None])), 9) for row, target in zip(scores, targets, strict=True)]
    squared = [round(float(hinge(row[None], t[None], power=2)), 9) for row, t in zip(scores, targets, strict=True)]
    assert losses == [2.9, 0, 12.9]
    assert squared == [8.41, 0, 83.25]
    measured("hinge losses of cat, car and frog", str(losses)[1:-1], must="2.9, 0, 12.9")
    measured("squared", str(squared)[1:-1], must="8.41, 0, 83.25")


@pytest.mark.system(name="svm")
def test_the_hinge_is_torchs_and_its_gradient_right(measured: Measured) -> None:
    torch.manual_seed(0)
    scores, targets = torch.randn(6, 10, dtype=torch.float64), torch.randint(10, (6,))
    gap = max(
        float((hinge(scores, targets, 0.7, power) - 10 * F.multi_margin_loss(scores, targets, power, 0.7)).abs())
        for power in (1, 2)
    )
    assert gap <= 1e-9
    measured("from torch.nn.functional.multi_margin_loss times the classes", gap, must="≤ 1e-9", n=2)
    slopes = [gradient_error(loss, scores, targets) for loss in (hinge, partial(hinge, power=2), worst_hinge)]
    assert max(slopes) <= 1e-7
    measured("gradients of hinge, squared and worst rival's, from differences", max(slopes), must="≤ 1e-7", n=3)


@pytest.mark.system(name="svm")
def test_another_margin_with_the_penalty_rescaled_predicts_the_same(measured: Measured) -> None:
    """Of the loss L(W; Δ) + λ‖W‖², (Δ, λ) → (cΔ, λ/c) multiplies the best W by c: the margin is a unit of length."""
    rescaled: list[float] = []
    fixed: list[float] = []
    accuracies: list[float] = []
    for seed in SEEDS[:3]:
        split = digits(torch.Generator().manual_seed(seed))
        first = separated(split, 1.0, 0.01)
        said = (split.x_test.double() @ first.T).argmax(1)
        accuracies.append(float((said == split.y_test).double().mean()))
        for unit in (0.1, 10.0):
            for agreement, penalty in ((rescaled, 0.01 / unit), (fixed, 0.01)):
                other = (split.x_test.double() @ separated(split, unit, penalty).T).argmax(1)
                agreement.append(float((other == said).double().mean()))
    assert min(rescaled) == 1
    assert max(fixed) < 1
    assert min(accuracies) >= 0.9
    measured("predictions alike at margins 0.1, 1 and 10, penalty rescaled", min(rescaled), must="1.000", n=6)
    measured("most alike where the penalty is held fixed", max(fixed), must="< 1", n=6)


def separated(split: Split, margin: float, penalty: float) -> Tensor:
    """The weights (10, 64) after 200 steps of gradient descent, whose length is measured in units of the margin."""
    x, y = split.x_train.double(), split.y_train
    weight = torch.zeros(10, 64, dtype=torch.float64, requires_grad=True)
    for _ in range(200):
        loss = hinge(x @ weight.T, y, margin) + penalty * weight.square().sum()
        weight = (weight - 0.05 * margin * torch.autograd.grad(loss, weight)[0]).detach().requires_grad_()
    return weight.detach()


@pytest.mark.system(name="svm")
def test_a_support_vector_machine_reads_digits_about_as_softmax_regression_does(measured: Measured) -> None:
    svm = Training(
        data=digits,
        model=partial(nn.Linear, 64, 10),
        loss=hinge,
        optimizer=partial(torch.optim.Adam, lr=0.01, weight_decay=1e-3),
        steps=600,
    )
    ours = [trained.accuracy() for trained in train(svm, SEEDS, threads=1)]
    softmax = [trained.accuracy() for trained in train(SOFTMAX, SEEDS, threads=1)]
    theirs = [fitted(partial(LinearSVC, C=0.1), digits, seed).accuracy() for seed in SEEDS]
    between = float(np.abs(np.subtract(ours, softmax)).mean())
    assert between <= 0.015
    assert np.abs(np.mean(ours) - np.mean(theirs)) <= 0.02
    measured("mean accuracy on digits", float(np.mean(ours)), n=5)
    measured("mean distance from softmax regression's", between, must="≤ 0.015", n=5)
    measured("mean accuracy, scikit-learn's (one against the rest)", float(np.mean(theirs)), n=5)
