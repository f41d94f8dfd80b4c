"""Can an autoencoder's loss always be driven to 0?

With as many outputs as inputs it could copy; whether it can depends on the code, the data's rank, the loss and the images.
A linear one with a code of d is left with the eigenvalues left out (Baldi & Hornik 1989); the binary cross-entropy of grey
pixels is never below their entropy, even for a perfect copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models.autoencoder import autoencoder, cross_entropy_floor, discarded_variance


@dataclass(frozen=True)
class Parameters:
    """The narrow code, and the images and steps of the net that learns few images by heart."""

    code: int = knob(8, low=1, high=63)
    images: int = knob(100, low=10, high=1347)
    steps: int = knob(500, low=1, high=20_000)


def projected(code: int, seed: int) -> Mapping[str, float]:
    """A linear autoencoder that decodes by the first principal components: error, the least there is, and rank."""
    x = digits(torch.Generator().manual_seed(seed)).x_train.double()
    net, basis = autoencoder(code, hidden=()).double(), torch.linalg.svd(x - x.mean(0), full_matrices=False).Vh[:code]
    for part, weight, bias in ((net.encoder, basis, -basis @ x.mean(0)), (net.decoder, basis.T, x.mean(0))):
        part.load_state_dict({"0.weight": weight, "0.bias": bias})
    rank = torch.linalg.matrix_rank(x - x.mean(0))
    error = float(F.mse_loss(net(x), x).detach())
    return {"error": error, "floor": discarded_variance(x, code), "rank": float(rank)}


def copied(seed: int) -> Mapping[str, float]:
    """A linear autoencoder of identity matrices, with as many numbers of code as pixels, on test images."""
    x, net = digits(torch.Generator().manual_seed(seed)).x_test, autoencoder(64, hidden=())
    for part in (net.encoder, net.decoder):
        part.load_state_dict({"0.weight": torch.eye(64), "0.bias": torch.zeros(64)})
    return {"error": float(F.mse_loss(net(x), x).detach()), "floor": 0.0, "rank": 64.0}


def grey(black_and_white: bool, seed: int) -> Mapping[str, float]:
    """The binary cross-entropy, in nats an image, of an output that equals the input."""
    x = digits(torch.Generator().manual_seed(seed)).x_test.double()
    x = x.round() if black_and_white else x
    loss = F.binary_cross_entropy(x, x, reduction="none").sum(1).mean()
    return {"error": float(loss), "floor": float(cross_entropy_floor(x).mean()), "rank": 64.0}


def learned(p: Parameters, unseen: bool, seed: int) -> Mapping[str, float]:
    """A net with room to spare, on the few images that it was trained on, or on test images."""
    torch.manual_seed(seed)
    split, net = digits(torch.Generator().manual_seed(seed)), autoencoder(64, 64, (256,))
    x, optimizer = split.x_train[: p.images], torch.optim.Adam(net.parameters(), lr=0.001)
    for _ in range(p.steps):
        optimizer.zero_grad()
        F.mse_loss(net(x), x).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    asked = split.x_test if unseen else x
    return {"error": float(F.mse_loss(net(asked), asked).detach()), "floor": 0.0, "rank": 64.0}


def experiment(p: Parameters) -> Experiment:
    """Where the loss can be 0, and four reasons why it is not."""
    return Experiment(
        arms={
            "narrow": partial(projected, p.code),
            "identity": copied,
            "grey": partial(grey, False),
            "black_and_white": partial(grey, True),
            "by_heart": partial(learned, p, False),
            "unseen": partial(learned, p, True),
        },
        metrics={name: itemgetter(name) for name in ("error", "floor", "rank")},
        claims={
            "narrow_has_a_floor": Claim(lambda a: a.narrow.floor > 0 and abs(a.narrow.error / a.narrow.floor - 1) < 0.01),
            "identity_is_zero": Claim(lambda a: a.identity.error == 0),
            "grey_has_a_floor": Claim(lambda a: abs(a.grey.error - a.grey.floor) < 1e-6 < 1 < a.grey.floor),
            "unseen_is_worse": Claim(lambda a: a.unseen.error / a.by_heart.error, above=2),
        },
    )
