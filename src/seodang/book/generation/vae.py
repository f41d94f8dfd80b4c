"""What is a variational autoencoder, and what does it do that an autoencoder does not?

Its codes are drawn from a distribution that a divergence keeps near the prior, so draws of the prior can be decoded (Kingma
& Welling 2014; Rezende, Mohamed & Wierstra 2014). The same decoder, four latents, digits: once plain, once variational.
Decoded noise is judged by its distance from the nearest training image; the two formulas of the loss are checked by drawing.
"""

from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.autoencoder import Autoencoder, autoencoder
from seodang.models.vae import VAE, divergence, gaussian, vae


@dataclass(frozen=True)
class Parameters:
    """Numbers of code, and steps of Adam in batches of 64."""

    latent: int = knob(4, low=1, high=32)
    steps: int = knob(600, low=1, high=20_000)


def bound(model: VAE, batch: Batch) -> Tensor:
    """Minus the evidence lower bound, nats an image."""
    return -model.bound(batch.x, batch.noise).mean()


def rebuilding(model: Autoencoder, batch: Batch) -> Tensor:
    """The cross-entropy of the rebuilt pixels: the same bound without noise and divergence."""
    return F.binary_cross_entropy_with_logits(model(batch.x), batch.x, reduction="none").sum(1).mean()


def means(trained: Trained) -> Tensor:
    """(450, latent) the codes of test images; the means of a VAE's."""
    found: Tensor = trained.model.encoder(trained.x_test)  # type: ignore[operator]
    return found.chunk(2, dim=1)[0] if isinstance(trained.model, VAE) else found


@torch.no_grad()
def rebuilt(trained: Trained) -> float:
    """Mean squared error a pixel of rebuilt test images."""
    return float((trained.model(trained.x_test).sigmoid() - trained.x_test).square().mean())


@torch.no_grad()
def drawn(trained: Trained) -> float:
    """Mean distance of 1,000 decoded draws of the prior from the nearest training image, over that of test images."""
    z = torch.randn(1000, means(trained).shape[1], generator=torch.Generator().manual_seed(trained.seed))
    images = trained.model.decoder(z).sigmoid()  # type: ignore[operator]
    far, real = (torch.cdist(x, trained.x_train).min(1).values.mean() for x in (images, trained.x_test))
    return float(far / real)


@torch.no_grad()
def spread(trained: Trained) -> float:
    """The root mean square of the codes' coordinates; of draws of the prior it is 1."""
    return float(means(trained).square().mean().sqrt())


@torch.no_grad()
def divergence_gap(trained: Trained) -> float:
    """The divergence by 100,000 draws over its formula, of one test image, from 1; 0 where there is none."""
    if not isinstance(trained.model, VAE):
        return 0.0
    mean, log_variance = (part[:1].double() for part in trained.model.posterior(trained.x_test))
    noise = torch.randn(100_000, mean.shape[1], generator=torch.Generator().manual_seed(trained.seed)).double()
    z = mean + (log_variance / 2).exp() * noise
    ratio = gaussian(noise, torch.zeros(1)) - log_variance.sum() / 2 - gaussian(z, torch.zeros(1))  # ln q(z | x) - ln p(z)
    return abs(float(ratio.mean() / divergence(mean, log_variance)) - 1)


def experiment(p: Parameters) -> Experiment:
    """An autoencoder and a variational one: the same sizes, the same pixel loss."""
    turn, relu = partial(Turn, optimizer=partial(torch.optim.Adam, lr=0.003)), nn.ReLU
    noise = lambda n, generator: torch.randn(n, p.latent, generator=generator)  # noqa: E731
    net = partial(autoencoder, p.latent)  # what it does with the noise: nothing
    plain = Training(data=digits, model=net, turns=(turn(rebuilding),), noise=noise, steps=p.steps)
    variational = replace(plain, model=partial(vae, p.latent, activation=relu), turns=(turn(bound),))
    return Experiment(
        arms={"plain": plain, "vae": variational},
        metrics={"drawn": drawn, "rebuilt": rebuilt, "spread": spread, "divergence_gap": divergence_gap},
        claims={
            "draws_better": Claim(lambda a: a.vae.drawn / a.plain.drawn, below=0.9),
            "rebuilds_worse": Claim(lambda a: a.vae.rebuilt / a.plain.rebuilt, above=1),
            "formula_is_right": Claim(lambda a: a.vae.divergence_gap, below=0.01),
        },
    )
