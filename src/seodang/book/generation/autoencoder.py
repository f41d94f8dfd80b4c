"""What is an autoencoder, and what is it for?

A net that rebuilds its input through a code. A linear one finds the principal subspace (Baldi & Hornik 1989); one that is
given noisy input and asked for clean removes noise (Vincent et al. 2008); one with room to spare copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data import Split
from seodang.data.digits import digits
from seodang.experiment import Batch, Claim, Experiment, Trained, Training, Turn, knob
from seodang.models.autoencoder import Autoencoder, autoencoder, corrupted, discarded_variance


@dataclass(frozen=True)
class Parameters:
    """Steps of Adam in batches of 64."""

    steps: int = knob(800, low=1, high=20_000)


def pictures(generator: torch.Generator) -> Split:
    """Digits whose targets are the digits themselves."""
    x, _, x_test, _ = digits(generator)
    return Split(x, x, x_test, x_test)


def rebuilding(sigma: float, model: Autoencoder, batch: Batch) -> Tensor:
    """The error of rebuilding clean images from images with this much noise."""
    return F.mse_loss(model(corrupted(batch.x, batch.noise, sigma)), batch.x)


def linear(seed: int) -> Mapping[str, float]:
    """A linear one with 8 numbers of code, brought to its minimum: its angle to the principal components, and its error."""
    torch.manual_seed(seed)
    x = (images := pictures(torch.Generator().manual_seed(seed)).x_train.double()) - images.mean(0)
    net = autoencoder(8, hidden=()).double()
    optimizer = torch.optim.LBFGS(net.parameters(), max_iter=400, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        (loss := F.mse_loss(net(x), x)).backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    ours = torch.linalg.qr(dict(net.decoder.named_parameters())["0.weight"].detach()).Q
    cosines = torch.linalg.svdvals(ours.T @ torch.linalg.svd(x, full_matrices=False).Vh[:8].T)
    return {
        "angle": float(cosines.min().clamp(max=1).acos()),
        "excess": float(closure().detach()) / discarded_variance(x, 8),
    }


@torch.no_grad()
def number(name: str, arm: Trained | Mapping[str, float]) -> float:
    """One number of an arm, 0 where it has none; `noise_left` is the error from noisy images over that of the noise."""
    if not isinstance(arm, Trained):
        return arm.get(name, 0.0)
    noise = torch.randn(arm.x_test.shape, generator=torch.Generator().manual_seed(arm.seed))
    x = arm.x_train if name == "train_error" else arm.x_test
    given, over = (corrupted(x, noise, 0.3), 0.09) if name == "noise_left" else (x, 1.0)
    return float(F.mse_loss(arm.model(given), x)) / over if name in ("noise_left", "train_error", "test_error") else 0.0


def experiment(p: Parameters) -> Experiment:
    """A linear one; a plain, a denoising and a roomy one."""
    turn = partial(Turn, optimizer=partial(torch.optim.Adam, lr=0.003))
    noise = lambda n, generator: torch.randn(n, 64, generator=generator)  # noqa: E731
    same = turn(partial(rebuilding, 0.0))
    plain = Training(data=pictures, model=partial(autoencoder, 16), turns=(same,), noise=noise, steps=p.steps)
    noisy = replace(plain, turns=(turn(partial(rebuilding, 0.3)),))
    roomy = replace(plain, model=partial(autoencoder, 64, 64, (256,)))
    return Experiment(
        arms={"linear": linear, "plain": plain, "denoising": noisy, "roomy": roomy},
        metrics={name: partial(number, name) for name in ("test_error", "train_error", "noise_left", "angle", "excess")},
        claims={
            "linear_is_pca": Claim(lambda a: a.linear.angle <= 0.01 and a.linear.excess <= 1.01),
            "denoising_repairs": Claim(lambda a: a.denoising.noise_left, below=0.7),
            "plain_leaves_noise": Claim(lambda a: a.plain.noise_left, above=0.7),
            "objective_helps": Claim(lambda a: a.plain.noise_left - a.denoising.noise_left, above=0.1),
            "roomy_copies": Claim(lambda a: a.roomy.train_error, below=0.001),
        },
    )
