"""Latent variables with a prior: the variational autoencoder's bounds against the truth, the adversarial one's codes."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch
from systems.conftest import Measured
from systems.convolutional import counted
from systems.generative import SEEDS, Points, adam, fixed_noise, nearest, normal, rebuilding, to_prior, trained_on
from torch import Tensor, nn
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from seodang.data.digits import digits
from seodang.experiment import Batch, Trained, Training, Turn
from seodang.models.adversarial_autoencoder import RADIUS, discrepancy, normal_prior, ring_prior
from seodang.models.vae import VAE, divergence, gaussian, vae, vae_mnist

vaes = pytest.mark.system(name="vae")
aaes = pytest.mark.system(name="aae")


def bound(model: VAE, batch: Batch) -> Tensor:
    return -model.bound(batch.x, batch.noise).mean()


def black_and_white(generator: torch.Generator) -> Points:
    x_train, y_train, x_test, y_test = digits(generator)
    return (x_train > 0.5).float(), y_train, (x_test > 0.5).float(), y_test


def variational(latent: int, steps: int) -> Training:
    turns = (Turn(bound, partial(torch.optim.Adam, lr=0.003)),)
    return Training(
        data=digits, model=partial(vae, latent, activation=nn.ReLU), turns=turns, noise=normal(latent), steps=steps
    )


@vaes
def test_the_published_size(measured: Measured) -> None:
    network = counted(vae_mnist, (784,))
    by_hand = 785 * 500 + 501 * 40 + 21 * 500 + 501 * 784
    measured("parameters for MNIST, 500 hidden units, 20 latents", network.parameters, must=f"{by_hand:,}")
    assert network.parameters == by_hand


@vaes
def test_the_divergence_is_what_draws_say_and_torch_computes(measured: Measured) -> None:
    generator = torch.Generator().manual_seed(0)
    worst, apart = 0.0, 0.0
    for _ in range(5):
        mean, log_variance = torch.randn(2, 4, generator=generator, dtype=torch.float64)
        deviation = torch.exp(0.5 * log_variance)
        z = mean + deviation * torch.randn(200_000, 4, generator=generator, dtype=torch.float64)
        drawn = (Normal(mean, deviation).log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(-1).mean()  # type: ignore[no-untyped-call]
        closed = divergence(mean, log_variance)
        worst = max(worst, float((drawn / closed - 1).abs()))
        exact = kl_divergence(Normal(mean, deviation), Normal(torch.zeros(4), torch.ones(4))).sum()
        apart = max(apart, float((exact - closed).abs()))
    measured("divergence by 200,000 draws over the closed form, off by", worst, must="≤ 0.01", n=5)
    measured("closed form from torch's, largest difference", apart, must="≤ 1e-6", n=5)
    assert worst <= 0.01
    assert apart <= 1e-6


class Affine(nn.Module):
    """y = x @ weight.T + bias, and where asked, constants after it."""

    def __init__(self, weight: Tensor, bias: Tensor, after: Tensor | None = None) -> None:
        super().__init__()
        self.weight, self.bias, self.after = weight, bias, after

    def forward(self, x: Tensor) -> Tensor:
        y = x @ self.weight.T + self.bias
        return y if self.after is None else torch.cat([y, self.after.expand(len(y), -1)], dim=1)


def normal_and_linear(loosened: float) -> tuple[VAE, MultivariateNormal]:
    """x = W z + b + noise of 0.5, whose posterior is known; the encoder is that posterior, so many times as wide.

    The columns of W are orthogonal, so the posterior's latents are independent, as an encoder's are.
    """
    generator = torch.Generator().manual_seed(1)
    sigma, stretched = 0.5, torch.tensor([2.0, 0.7], dtype=torch.float64)
    w = torch.linalg.qr(torch.randn(6, 2, generator=generator, dtype=torch.float64)).Q * stretched
    b = torch.randn(6, generator=generator, dtype=torch.float64)
    precision = 1 + stretched.square() / sigma**2  # Bishop 2006, equation 12.42
    to_mean = w.T / sigma**2 / precision[:, None]
    encoder = Affine(to_mean, -to_mean @ b, loosened_log_variance(precision, loosened))
    model = VAE(encoder, Affine(w, b), partial(gaussian, sigma=sigma))
    return model, MultivariateNormal(b, w @ w.T + sigma**2 * torch.eye(6, dtype=torch.float64))


def likelihood(exact: MultivariateNormal, x: Tensor) -> Tensor:
    found: Tensor = exact.log_prob(x)  # type: ignore[no-untyped-call]
    return found


def loosened_log_variance(precision: Tensor, times: float) -> Tensor:
    return 2 * math.log(times) - precision.log()


@vaes
def test_where_the_posterior_is_known_the_bounds_are_the_likelihood(measured: Measured) -> None:
    model, exact = normal_and_linear(loosened=1.0)
    x = exact.sample((50,))
    noise = torch.randn(3, 50, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    gap = float((model.importance_bound(x, noise) - likelihood(exact, x)).abs().max())
    measured(
        "linear normal model: importance bound from the exact log-likelihood, at its posterior", gap, must="≤ 1e-9", n=50
    )
    assert gap <= 1e-9


@vaes
def test_bounds_of_a_linear_normal_model_are_in_order(measured: Measured) -> None:
    model, exact = normal_and_linear(loosened=2.0)
    torch.manual_seed(0)
    x = exact.sample((200,))
    noise = torch.randn(2048, 200, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    # With each draw its opposite: what is linear in the noise cancels.
    one = torch.stack([model.bound(x, draw) for draw in torch.cat([noise, -noise])]).mean()
    many = model.importance_bound(x, noise[:64]).mean()
    truth = likelihood(exact, x).mean()
    # Twice too wide in each of two latents: KL(q || posterior) = 2 * (4 - 1 - ln 4) / 2, whatever x is.
    expected = 4 - 1 - math.log(4)
    measured(
        "what a posterior twice too wide costs the bound, in nats", float(truth - one), must=f"{expected:.3f} ± 0.02", n=200
    )
    measured("bound, importance bound of 64, exact", f"{one:.3f} ≤ {many:.3f} ≤ {truth:.3f} nats", must="in this order")
    assert abs(float(truth - one) - expected) <= 0.02
    assert float(one) <= float(many) <= float(truth) + 0.01


@vaes
def test_bounds_of_a_trained_model_are_in_order_below_the_integral(measured: Measured) -> None:
    training = replace(variational(2, 1000), data=black_and_white)
    for one in trained_on(training):
        assert isinstance(one.model, VAE)
        x, generator = one.x_test[:60], torch.Generator().manual_seed(one.seed)
        noise = torch.randn(3200, 60, 2, generator=generator)
        with torch.no_grad():
            single = one.model.bound(x.repeat(200, 1), noise[:200].flatten(0, 1)).mean()
            many = torch.stack([one.model.importance_bound(x, draws) for draws in noise.view(200, 16, 60, 2)]).mean()
            exact = one.model.grid_likelihood(x, points=120)
            gap = (one.model.importance_bound(x, noise) - exact).abs().median()
        told = f"{single:.2f} ≤ {many:.2f} ≤ {exact.mean():.2f} nats"
        measured(f"trained on digits, seed {one.seed}: bound, importance bound of 16, integral", told, must="in this order")
        measured("importance bound of 3,200 from the integral, median digit", float(gap), must="≤ 0.05 nats", n=60)
        assert float(single) <= float(many) <= float(exact.mean())
        assert float(gap) <= 0.05


@vaes
def test_the_gradient_through_a_draw_is_the_gradient(measured: Measured) -> None:
    torch.manual_seed(0)
    model = vae(3, 6, 5).double()
    x, noise = torch.rand(4, 6, dtype=torch.float64).round(), torch.randn(4, 3, dtype=torch.float64)
    worst, step = 0.0, 1e-5
    for parameter in model.parameters():
        (slope,) = torch.autograd.grad(model.bound(x, noise).mean(), parameter)
        way = torch.randn_like(parameter)
        with torch.no_grad():
            parameter.add_(step * way)
            ahead = model.bound(x, noise).mean()
            parameter.sub_(2 * step * way)
            behind = model.bound(x, noise).mean()
            parameter.add_(step * way)
        worst = max(worst, float(((ahead - behind) / (2 * step) - (slope * way).sum()).abs()))
    measured("gradient of the bound from a difference quotient", worst, must="≤ 1e-7")
    assert worst <= 1e-7


@vaes
def test_decoded_noise_is_nearer_to_digits_than_an_autoencoders(measured: Measured) -> None:
    noise = fixed_noise(1000, 4)
    ratios = []
    for ours, plain in zip(trained_on(variational(4, 1000)), trained_on(rebuilding(4, 1000)), strict=True):
        with torch.no_grad():
            made, from_plain = torch.sigmoid(ours.model.decoder(noise)), plain.model.decoder(noise)  # type: ignore[operator]
        ratios.append(nearest(made, ours.x_train) / nearest(from_plain, plain.x_train))
    measured(
        "distance of decoded noise from the nearest digit, over an autoencoder's", max(ratios), must="≤ 0.9", n=len(SEEDS)
    )
    assert max(ratios) <= 0.9


def codes(trained: Trained) -> Tensor:
    with torch.no_grad():
        found: Tensor = trained.model.encoder(trained.x_test)  # type: ignore[operator]
    return found


@aaes
def test_codes_of_an_adversarial_autoencoder_follow_the_prior(measured: Measured) -> None:
    draws = normal_prior(2000, torch.Generator().manual_seed(5))
    ratios = []
    for ours, plain in zip(trained_on(to_prior(normal_prior, 1000)), trained_on(rebuilding(2, 1000)), strict=True):
        ratios.append(discrepancy(codes(ours), draws) / discrepancy(codes(plain), draws))
    measured("discrepancy of codes and a normal prior, over a plain autoencoder's", max(ratios), must="≤ 0.5", n=len(SEEDS))
    assert max(ratios) <= 0.5


@aaes
def test_the_prior_may_be_a_ring(measured: Measured) -> None:
    draws = ring_prior(2000, torch.Generator().manual_seed(5))
    off, ratios, rebuilt = [], [], []
    adversarial = replace(to_prior(ring_prior, 2000), turns=slower(to_prior(ring_prior, 1).turns))
    for ours, plain in zip(trained_on(adversarial), trained_on(rebuilding(2, 2000)), strict=True):
        off.append(float((codes(ours).norm(dim=1) - RADIUS).abs().mean()) / RADIUS)
        ratios.append(discrepancy(codes(ours), draws) / discrepancy(codes(plain), draws))
        with torch.no_grad():
            error = (ours.model(ours.x_test) - ours.x_test).square().mean()
        rebuilt.append(float(error / (ours.x_test - ours.x_train.mean(0)).square().mean()))
    measured("a ring as prior: distance of codes from it, over its radius", max(off), must="≤ 0.15", n=len(SEEDS))
    measured("and discrepancy over a plain autoencoder's", max(ratios), must="≤ 0.8; ≤ 0.5 not reached", n=len(SEEDS))
    measured("and rebuilding error over predicting the mean", max(rebuilt), must="≤ 0.75", n=len(SEEDS))
    assert max(off) <= 0.15
    assert max(ratios) <= 0.8
    assert max(rebuilt) <= 0.75


def slower(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """A ring is harder: the judge learns faster than the encoder, and both faster than rebuilding."""
    return tuple(replace(turn, optimizer=adam(rate)) for turn, rate in zip(turns, (0.0005, 0.002, 0.001), strict=True))


@aaes
def test_the_discrepancy_is_0_for_equal_distributions_and_grows_with_distance(measured: Measured) -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(1000, 2, generator=generator) for _ in range(2))
    equal, near, far = (discrepancy(x, y + shift) for shift in (0.0, 0.5, 50.0))
    measured("discrepancy of two draws of one distribution", equal, must="≤ 0.05")
    assert equal <= 0.05 < near < far
    # Kernel of width w, normals of variance 1 in 2-D, d apart: its mean is w² / (w² + 2) exp(-d² / (2 (w² + 2))).
    apart = torch.tensor(2.0)
    within, between = 1 / 3, float(torch.exp(-apart.square() / 6)) / 3
    one_width = discrepancy(x, y + torch.tensor([2.0, 0.0]), (1.0,))
    assert one_width == pytest.approx(math.sqrt(2 * within - 2 * between), abs=0.03)
