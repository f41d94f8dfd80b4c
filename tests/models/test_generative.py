"""Losses of generative models against PyTorch's own, and what their noise is."""

from itertools import permutations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.adversarial_autoencoder import RADIUS, THICKNESS, adversarial_autoencoder, discrepancy, ring_prior
from seodang.models.cyclegan import cyclegan
from seodang.models.dcgan import dcgan_generator, dcgan_small
from seodang.models.gan import gan
from seodang.models.infogan import noise_and_code
from seodang.models.stargan import stargan
from seodang.models.vae import bernoulli, divergence, gaussian, vae


def real(logits: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))


def made(logits: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.zeros_like(logits))


def same_with_gradients(ours: Tensor, theirs: Tensor, net: nn.Module) -> None:
    assert torch.allclose(ours, theirs, atol=1e-6)
    pairs = zip(
        *(torch.autograd.grad(loss, list(net.parameters()), retain_graph=True) for loss in (ours, theirs)), strict=True
    )
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)


def test_the_players_losses_are_torchs_binary_cross_entropy() -> None:
    torch.manual_seed(0)
    net, x, z = gan(), torch.randn(32, 2), torch.randn(32, 2)
    judged, of_made = net.discriminator(x), net.discriminator(net(z))
    same_with_gradients(net.tell_apart(x, z), real(judged) + made(of_made), net.discriminator)
    same_with_gradients(net.deceive(z), real(of_made), net.generator)


def test_an_adversarial_autoencoder_takes_the_priors_draws_for_real() -> None:
    torch.manual_seed(0)
    net, x, prior = adversarial_autoencoder(2, 6), torch.rand(32, 6), torch.randn(32, 2)
    judged, of_codes = net.discriminator(prior), net.discriminator(net.encoder(x))
    same_with_gradients(net.tell_apart(x, prior), real(judged) + made(of_codes), net.discriminator)
    same_with_gradients(net.deceive(x), real(of_codes), net.encoder)
    same_with_gradients(net.rebuild(x), F.mse_loss(net.decoder(net.encoder(x)), x), net.decoder)


def test_cyclegans_judges_have_a_least_squares_loss() -> None:
    torch.manual_seed(0)
    net, x, y = cyclegan(), torch.randn(32, 2), torch.randn(32, 2)
    judged = [(net.judge_x, x, net.back(y)), (net.judge_y, y, net.forth(x))]
    squares = [F.mse_loss(judge(a), torch.ones(32, 1)) + F.mse_loss(judge(b), torch.zeros(32, 1)) for judge, a, b in judged]
    assert torch.allclose(net.tell_apart(x, y), squares[0] + squares[1])


def test_stargans_discriminator_learns_domains_from_real_samples_alone() -> None:
    torch.manual_seed(0)
    net, x = stargan(), torch.randn(32, 2)
    of, asked = (F.one_hot(torch.randint(3, (32,)), 3).float() for _ in range(2))
    said, of_made = net.discriminator(x), net.discriminator(net(x, asked))
    theirs = real(said[:, :1]) + made(of_made[:, :1]) + F.cross_entropy(said[:, 1:], of.argmax(1))
    same_with_gradients(net.tell_apart(x, of, asked), theirs, net.discriminator)


def test_a_vaes_bound_is_likelihood_less_divergence() -> None:
    torch.manual_seed(0)
    net, x, noise = vae(3, 6, 5), torch.rand(8, 6).round(), torch.randn(8, 3)
    mean, log_variance = net.encoder(x).chunk(2, dim=1)
    logits = net.decoder(mean + log_variance.mul(0.5).exp() * noise)
    theirs = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1) - divergence(mean, log_variance)
    assert torch.allclose(net.bound(x, noise), theirs, atol=1e-6)
    assert torch.allclose(net(x), net.decoder(mean))
    one = net.importance_bound(x, noise[None])
    weight = bernoulli(x, logits) + torch.distributions.Normal(0, 1).log_prob(
        mean + log_variance.mul(0.5).exp() * noise
    ).sum(1)  # type: ignore[no-untyped-call]
    drawn = torch.distributions.Normal(mean, log_variance.mul(0.5).exp()).log_prob(
        mean + log_variance.mul(0.5).exp() * noise
    )  # type: ignore[no-untyped-call]
    assert torch.allclose(one, weight - drawn.sum(1), atol=1e-5)
    density = torch.distributions.Normal(mean, 0.5).log_prob(noise).sum(1)  # type: ignore[no-untyped-call]
    assert torch.allclose(gaussian(noise, mean, 0.5), density, atol=1e-5)


def test_the_discrepancy_is_the_mean_over_pairs() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(5, 2), torch.randn(4, 2) + 3

    def mean_kernel(pairs: list[tuple[Tensor, Tensor]]) -> float:
        return sum(float(torch.exp(-(a - b).square().sum() / 2)) for a, b in pairs) / len(pairs)

    within = sum(mean_kernel([(points[i], points[j]) for i, j in permutations(range(len(points)), 2)]) for points in (x, y))
    squared = within - 2 * mean_kernel([(a, b) for a in x for b in y])
    assert squared > 0
    assert discrepancy(x, y, (1.0,)) == pytest.approx(squared**0.5, abs=1e-5)


def test_noise_of_the_ring_and_of_the_code() -> None:
    ring = ring_prior(4000, torch.Generator().manual_seed(0))
    radius = ring.norm(dim=1)
    assert float(radius.mean()) == pytest.approx(RADIUS, abs=0.01)
    assert float(radius.std()) == pytest.approx(THICKNESS, rel=0.1)
    assert float(ring.mean(0).abs().max()) < 0.1
    z = noise_and_code(4000, torch.Generator().manual_seed(0), latent=3, codes=5)
    assert z.shape == (4000, 8)
    assert torch.equal(z[:, 3:].sum(1), torch.ones(4000))
    assert torch.allclose(z[:, 3:].mean(0), torch.full((5,), 0.2), atol=0.03)


def test_dcgan_begins_with_small_weights_and_flat_images_are_taken_and_made() -> None:
    weights = [layer.weight.detach() for layer in dcgan_generator() if isinstance(layer, nn.ConvTranspose2d)]
    assert all(float(weight.std()) == pytest.approx(0.02, rel=0.1) for weight in weights)
    small = dcgan_small()
    image = small(torch.randn(5, 16))
    assert image.shape == (5, 64)
    assert small.discriminator(image).shape == (5, 1)
    normalized = [
        sum(isinstance(layer, nn.BatchNorm2d) for layer in dcgan_small(**kinds).generator.modules()) for kinds in KINDS
    ]
    assert normalized == [2, 0, 3]


KINDS: list[dict[str, bool]] = [{}, {"normalized": False}, {"at_output": True}]
