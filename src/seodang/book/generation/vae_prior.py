"""Must a VAE's prior be an isotropic Gaussian, and how does the adversarial autoencoder fit another one?

The bound needs ln p(z) of a draw and its gradient, no more: a mixture of Gaussians has that (Tomczak & Welling 2018). The
adversarial autoencoder needs only draws of the prior: a discriminator of codes takes the divergence's place (Makhzani et al.
2016), so a ring will do. Two latents, digits; the codes' distance from the prior is a maximum mean discrepancy.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.adversarial_autoencoder import RADIUS, adversarial_autoencoder, discrepancy, normal_prior, ring_prior
from seodang.models.vae import VAE, gaussian, vae


@dataclass(frozen=True)
class Parameters:
    """Steps, in batches of 128."""

    steps: int = knob(1000, low=1, high=20_000)


class MixtureVAE(VAE):
    """A VAE whose prior is a mixture of ten Gaussians with means and deviations of its own to learn."""

    def __init__(self) -> None:
        plain = vae(2, activation=nn.ReLU)
        super().__init__(plain.encoder, plain.decoder)
        self.means, self.log_deviations = nn.Parameter(torch.randn(10, 2)), nn.Parameter(torch.zeros(10, 2))

    def bound(self, x: Tensor, noise: Tensor) -> Tensor:
        """(batch,) with the divergence by the draw itself: ln q(z | x) - ln p(z)."""
        mean, log_variance = self.posterior(x)
        z = mean + torch.exp(0.5 * log_variance) * noise
        apart = (z[:, None] - self.means) / self.log_deviations.exp()
        prior = (gaussian(apart, 0 * apart) - self.log_deviations.sum(1)).logsumexp(1) - math.log(10)
        return self.likelihood(x, self.decoder(z)) + prior - (gaussian(noise, 0 * noise) - 0.5 * log_variance.sum(-1))


def binary(generator: torch.Generator) -> Split:
    """Black and white digits."""
    split = digits(generator)
    return split._replace(x_train=split.x_train.round(), x_test=split.x_test.round())


@torch.no_grad()
def nats(trained: Trained) -> float:
    """Minus the bound, nats a test image, a mean of 50 draws; 0 for those without one."""
    x, noise = trained.x_test, torch.randn(50 * 450, 2, generator=torch.Generator().manual_seed(trained.seed))
    return float(-trained.model.bound(x.repeat(50, 1), noise).mean()) if isinstance(trained.model, VAE) else 0.0


@torch.no_grad()
def codes(trained: Trained) -> Tensor:
    """(450, 2) of test images."""
    found: Tensor = trained.model.encoder(trained.x_test)  # type: ignore[operator]
    return found[:, :2]


def off_normal(trained: Trained) -> float:
    """Discrepancy of the codes from standard normal draws."""
    return discrepancy(codes(trained), normal_prior(2000, torch.Generator().manual_seed(trained.seed)))


def off_ring(trained: Trained) -> float:
    """Mean distance of the codes from the ring, over its radius."""
    return float((codes(trained).norm(dim=1) - RADIUS).abs().mean()) / RADIUS


def experiment(p: Parameters) -> Experiment:
    """Two priors of a VAE; an autoencoder without prior, and adversarially fitted to two."""
    adam = partial(partial, torch.optim.Adam, betas=(0.5, 0.999))
    rebuild = Turn(lambda model, batch: model.rebuild(batch.x), adam(lr=0.0005), of=("encoder", "decoder"))
    judge = Turn(lambda model, batch: model.tell_apart(batch.x, batch.noise), adam(lr=0.002), of="discriminator")
    pass_for = Turn(lambda model, batch: model.deceive(batch.x), adam(lr=0.001), of="encoder")
    up = Turn(lambda model, batch: -model.bound(batch.x, batch.noise).mean(), partial(torch.optim.Adam, lr=0.003))
    relu = partial(vae, 2, activation=nn.ReLU)
    normal = Training(data=binary, model=relu, turns=(up,), noise=normal_prior, steps=p.steps, batch=128)
    plain = replace(normal, model=adversarial_autoencoder, turns=(rebuild,))
    aae = replace(plain, turns=(rebuild, judge, pass_for))
    arms = {"gaussian": normal, "mixture": replace(normal, model=MixtureVAE), "plain": plain, "aae": aae}
    return Experiment(
        arms=arms | {"aae_ring": replace(aae, noise=ring_prior)},
        metrics={"nats": nats, "off_normal": off_normal, "off_ring": off_ring},
        claims={
            "mixture_is_no_worse": Claim(lambda a: a.mixture.nats - a.gaussian.nats, below=0.1),
            "aae_follows": Claim(lambda a: a.aae.off_normal / a.plain.off_normal, below=0.5),
            "ring_will_do": Claim(lambda a: a.aae_ring.off_ring, below=0.15),
        },
    )
