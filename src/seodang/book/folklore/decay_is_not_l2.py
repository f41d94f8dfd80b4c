"""Are weight decay and an L2 penalty the same thing for every optimizer?

For SGD they are, rescaled by the learning rate. Adam divides the gradient by its own size, and with it the gradient of the
penalty: weights whose gradients are large are hardly shrunk (Loshchilov & Hutter 2019). Weights that only see noise, weak or
strong, show how far each is shrunk; a net trained both ways shows whether the paths are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp

Optimizer = Callable[..., torch.optim.Optimizer]


@dataclass(frozen=True)
class Parameters:
    """500 steps at a learning rate of 0.01 under a penalty, or decay, of 0.2."""

    lr: float = knob(0.01, above=0, high=1)
    decay: float = knob(0.2, low=0, high=10)
    steps: int = knob(500, low=1, high=20_000)


def shrunk(optimizer: Optimizer, p: Parameters, strength: float, seed: int) -> float:
    """What is left on average of 200 weights that begin at 1, if the loss only pushes them to and fro with this strength."""
    generator, weights = torch.Generator().manual_seed(seed), torch.nn.Parameter(torch.ones(200))
    stepper = optimizer([weights], lr=p.lr, weight_decay=p.decay)
    for _ in range(p.steps):
        weights.grad = strength * torch.randn(200, generator=generator)
        stepper.step()
    return float(weights.detach().mean())


def trained(optimizer: Optimizer, p: Parameters, penalty: bool, seed: int) -> Tensor:
    """The weights of a small net after 100 steps in double precision: decayed apart from the gradient, or by a penalty."""
    x, y, *_ = digits(torch.Generator().manual_seed(seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = mlp([64, 16, 10]).double()
    stepper = optimizer(net.parameters(), lr=p.lr)
    for _ in range(100):
        stepper.zero_grad()
        squares = sum(weight.square().sum() for weight in net.parameters())
        (F.cross_entropy(net(x[:256].double()), y[:256]) + penalty * p.decay / 2 * squares).backward()  # type: ignore[no-untyped-call]
        before = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
        stepper.step()
        after = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
        torch.nn.utils.vector_to_parameters(after - (not penalty) * p.lr * p.decay * before, net.parameters())
    return torch.nn.utils.parameters_to_vector(net.parameters()).detach()


def compared(optimizer: Optimizer, tested: Optimizer, p: Parameters, seed: int) -> dict[str, float]:
    """Weights left under weak and strong noise, and how far penalty and decay are apart in the net, over the latter's."""
    one, other = (trained(tested, p, penalty, seed) for penalty in (True, False))
    apart = float((one - other).norm() / other.norm())
    return {"calm": shrunk(optimizer, p, 0.1, seed), "loud": shrunk(optimizer, p, 10, seed), "apart": apart}


def experiment(p: Parameters) -> Experiment:
    """The penalty in SGD and in Adam, and decay in AdamW; in torch all three are called weight_decay."""
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    return Experiment(
        arms={
            "sgd": partial(compared, sgd, sgd, p),
            "adam": partial(compared, adam, adam, p),
            "adamw": partial(compared, adamw, adam, p),
        },
        metrics={name: itemgetter(name) for name in ("calm", "loud", "apart")},
        claims={
            "same_for_sgd": Claim(lambda arms: arms.sgd.apart, below=1e-9),
            "not_for_adam": Claim(lambda arms: arms.adam.apart, above=0.05),
            "penalty_spares_the_loud": Claim(lambda arms: arms.adam.loud - arms.adam.calm, above=0.3),
            "decay_spares_none": Claim(lambda arms: abs(arms.adamw.loud - arms.adamw.calm), below=0.05),
        },
    )
