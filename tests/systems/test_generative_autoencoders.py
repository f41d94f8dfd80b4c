"""Autoencoders: linear ones against principal components, what fewer or more numbers of code cost, noise, the floor."""

import math
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from systems.conftest import Measured
from systems.convolutional import counted
from systems.generative import SEEDS, own_targets, rebuilding, trained_arms, trained_on
from torch import Tensor

from seodang.data.digits import everything
from seodang.experiment import Batch, Turn
from seodang.models.autoencoder import (
    Autoencoder,
    autoencoder,
    corrupted,
    cross_entropy_floor,
    deep_autoencoder,
    discarded_variance,
)

system = pytest.mark.system(name="autoencoder")
CODES = (1, 2, 4, 8, 16)
SIGMA = 0.3


@system
def test_the_published_deep_autoencoder(measured: Measured) -> None:
    network = counted(deep_autoencoder, (784,))
    sizes = (784, 1000, 500, 250, 30, 250, 500, 1000, 784)
    by_hand = sum((a + 1) * b for a, b in pairwise(sizes))
    measured("parameters of 784-1000-500-250-30 and back", network.parameters, must="2,837,314")
    assert network.parameters == by_hand == 2_837_314
    image = torch.rand(3, 784)
    net = deep_autoencoder()
    assert net.encoder(image).shape == (3, 30)
    assert 0 < float(net(image).detach().min()) <= float(net(image).detach().max()) < 1


def fitted_linear(x: Tensor, code: int) -> Autoencoder:
    """A linear autoencoder brought to its optimum by L-BFGS: the question is what the optimum is."""
    torch.manual_seed(0)
    net = autoencoder(code, x.shape[1], hidden=()).double()
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=400, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), x)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return net


@system
def test_a_linear_autoencoder_finds_the_principal_subspace(measured: Measured) -> None:
    x, code = everything()[0].double(), 8
    net = fitted_linear(x, code)
    pca = PCA(code, svd_solver="full").fit(x.numpy())
    theirs = torch.from_numpy(pca.components_).T  # (64, code), orthonormal
    decoder = net.decoder.get_submodule("0").weight.detach()  # type: ignore[operator]
    ours = torch.linalg.qr(decoder).Q
    cosines = torch.linalg.svdvals(ours.T @ theirs).clamp(max=1)
    angle = float(torch.acos(cosines.min()))
    error = float(F.mse_loss(net(x), x).detach())
    least = float(F.mse_loss(torch.from_numpy(pca.inverse_transform(pca.transform(x.numpy()))), x))
    measured("largest principal angle to scikit-learn's PCA, linear, 8 numbers", angle, must="≤ 0.01")
    measured("and error over the eigenvalues left out", error / least, must="≤ 1.01")
    assert angle <= 0.01
    assert 1 - 1e-9 <= error / least <= 1.01
    assert abs(discarded_variance(x, code) - least) <= 1e-9


@system
def test_as_many_numbers_of_code_as_inputs_can_copy(measured: Measured) -> None:
    net = autoencoder(64, 64, hidden=())
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.eye(64) if parameter.dim() == 2 else torch.zeros(64))
        error = float(F.mse_loss(net(everything()[0]), everything()[0]))
    measured("error with 64 numbers of code and identity matrices", error, must="0")
    assert error == 0


@system
def test_fewer_numbers_of_code_rebuild_worse(measured: Measured) -> None:
    arms = {str(code): rebuilding(code, 1200) for code in CODES}
    trained = trained_arms(arms)
    errors = {code: [one.test_loss() for one in trained[str(code)]] for code in CODES}
    means = {code: sum(errors[code]) / len(SEEDS) for code in CODES}
    for code in CODES:
        measured(f"test MSE with {code} numbers of code", means[code], n=len(SEEDS))
    constant, straight = [], []
    for one in trained["1"]:
        constant.append(float(F.mse_loss(one.x_train.mean(0).expand_as(one.x_test), one.x_test)))
        pca = PCA(1).fit(one.x_train.numpy())
        straight.append(
            float(F.mse_loss(torch.from_numpy(pca.inverse_transform(pca.transform(one.x_test.numpy()))), one.x_test))
        )
    over_mean, over_pca = (sum(errors[1]) / sum(other) for other in (constant, straight))
    measured("1 number over predicting the mean", over_mean, must="≤ 0.8", n=len(SEEDS))
    measured("1 number over PCA's first component", over_pca, must="≤ 0.95", n=len(SEEDS))
    measured("1 number over 8 numbers", means[1] / means[8], must="≥ 3", n=len(SEEDS))
    for seed in range(len(SEEDS)):
        along = [errors[code][seed] for code in CODES]
        assert along == sorted(along, reverse=True)
    assert over_mean <= 0.8
    assert over_pca <= 0.95
    assert means[1] / means[8] >= 3


def clean(model: Autoencoder, batch: Batch) -> Tensor:
    return F.mse_loss(model(corrupted(batch.x, batch.noise, SIGMA)), batch.x)


@system
def test_a_denoising_autoencoder_takes_noise_away(measured: Measured) -> None:
    plain = rebuilding(16, 800)
    adam = partial(torch.optim.Adam, lr=0.003)
    denoising = replace(
        plain, loss=None, optimizer=None, turns=(Turn(clean, adam),), noise=lambda n, g: torch.randn(n, 64, generator=g)
    )
    left = {}
    for name, trained in trained_arms({"plain": plain, "denoising": denoising}).items():
        shares = []
        for one in trained:
            noise = torch.randn(one.x_test.shape, generator=torch.Generator().manual_seed(one.seed))
            noisy = corrupted(one.x_test, noise, SIGMA)
            with torch.no_grad():
                shares.append(float(F.mse_loss(one.model(noisy), one.x_test) / F.mse_loss(noisy, one.x_test)))
        left[name] = shares
    measured("noise of 0.3 left after denoising, worst seed", max(left["denoising"]), must="≤ 0.7 of its MSE", n=len(SEEDS))
    measured("and after an autoencoder that never saw noise", min(left["plain"]), n=len(SEEDS))
    assert max(left["denoising"]) <= 0.7
    assert max(left["denoising"]) < min(left["plain"])


@system
def test_grey_pixels_have_a_cross_entropy_that_nothing_goes_below(measured: Measured) -> None:
    x = everything()[0].double()
    floor = cross_entropy_floor(x)
    perfect = F.binary_cross_entropy(x, x, reduction="none").sum(1)
    measured("least binary cross-entropy of a digit, output equal to input", f"{float(floor.mean()):.2f} nats", must="> 0")
    apart = float((floor - perfect).abs().max())
    measured("and torch's of a perfect output, largest difference", apart, must="≤ 1e-6")
    assert float(floor.mean()) > 1
    assert apart <= 1e-6
    assert float(cross_entropy_floor((x > 0.5).double()).abs().max()) == 0
    logits = torch.logit(x.clamp(0.01, 0.99)).requires_grad_()
    grey = (x > 0.01) & (x < 0.99)
    (slope,) = torch.autograd.grad(F.binary_cross_entropy_with_logits(logits, x, reduction="sum"), logits)
    assert float(slope[grey].abs().max()) <= 1e-12, "the floor is a minimum"
    worse = F.binary_cross_entropy((x + 0.05).clamp(max=1 - 1e-9), x, reduction="none").sum(1)
    assert bool((worse > floor).all())
    assert math.isclose(float(cross_entropy_floor(torch.tensor([[0.5, 0.5]]))), 2 * math.log(2), rel_tol=1e-6)


@system
def test_what_was_not_trained_on_is_rebuilt_worse(measured: Measured) -> None:
    (few,) = trained_on(replace(rebuilding(16, 1500), data=lambda g: tuple(part[:200] for part in own_targets(g))), [0])  # type: ignore[arg-type,return-value]
    with torch.no_grad():
        seen = float(F.mse_loss(few.model(few.x_train), few.x_train))
    measured("test MSE over training MSE, 200 images", few.test_loss() / seen, must="> 1.2")
    assert few.test_loss() > 1.2 * seen
