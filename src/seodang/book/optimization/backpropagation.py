"""What does back-propagation compute, in which order, and what does it not do?

Reverse mode: from the output back, each operation multiplies what arrives by its own local slope, and where a value was
used twice the contributions are added (Linnainmaa 1970; Rumelhart, Hinton & Williams 1986). Three circuits of the course
notes of Stanford's CS231n and a perceptron, written out line by line; autograd is the judge. And: does it move a weight?
"""

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter

import numpy as np
import torch
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment
from seodang.models import numpy_mlp

# A function, where it is looked at, and its gradient there by hand.
Worked = tuple[Callable[..., Tensor], list[Tensor], list[Tensor]]


def numbers(*values: float) -> list[Tensor]:
    """Each number as a tensor."""
    return [torch.tensor(value, dtype=torch.double) for value in values]


def circuit() -> Worked:
    """(x + y) z at (-2, 5, -4): the product exchanges its inputs, the sum passes on what it gets."""
    x, y, z = at = numbers(-2, 5, -4)
    dsum, dz = z, x + y
    return lambda x, y, z: (x + y) * z, at, [dsum, dsum, dz]


def neuron() -> Worked:
    """σ(w·x + b) at w = (2, -3), b = -3, x = (-1, -2): the slope of the sigmoid, times what each was multiplied by."""
    u, v, b, x, y = at = numbers(2, -3, -3, -1, -2)
    s = torch.sigmoid(u * x + v * y + b)
    dz = s * (1 - s)
    return lambda u, v, b, x, y: torch.sigmoid(u * x + v * y + b), at, [x * dz, y * dz, dz, u * dz, v * dz]


def staged() -> Worked:
    """(x + σ(y)) / (σ(x) + (x + y)²) at (3, -4): x and y are used three times and twice, and what arrives is added."""
    x, y = at = numbers(3, -4)
    sx, sy = torch.sigmoid(x), torch.sigmoid(y)
    above, below = x + sy, sx + (x + y) ** 2
    dabove, dbelow = 1 / below, -above / below**2
    dx = dabove + dbelow * sx * (1 - sx) + dbelow * 2 * (x + y)
    dy = dabove * sy * (1 - sy) + dbelow * 2 * (x + y)
    return lambda x, y: (x + torch.sigmoid(y)) / (torch.sigmoid(x) + (x + y) ** 2), at, [dx, dy]


def perceptron() -> Worked:
    """The cross-entropy of a net 64-32-10 with ReLU on 64 digits; its gradient is seven lines of NumPy."""
    x, y = digits(torch.Generator().manual_seed(0)).first(64)[:2]
    weights = [w.astype(np.float64) for w in numpy_mlp.initial(64, 32, 10, np.random.default_rng(0))]
    hand = numpy_mlp.backward(weights, x.double().numpy(), y.numpy())

    def loss(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        return nn.functional.cross_entropy((x.double() @ w1 + b1).relu() @ w2 + b2, y)

    return loss, [*map(torch.from_numpy, weights)], [*map(torch.from_numpy, hand)]


def judged(worked: Callable[[], Worked], _seed: int) -> Mapping[str, float]:
    """The hand's gradient against autograd's; how far backward moves what it is asked about; and backward called again."""
    f, at, hand = worked()
    leaves = [value.clone().requires_grad_() for value in at]
    value = f(*leaves)
    torch.autograd.backward(value)
    slopes = torch.cat([leaf.grad.flatten() for leaf in leaves if leaf.grad is not None])
    moved = torch.cat([(leaf - before).detach().flatten() for leaf, before in zip(leaves, at, strict=True)])
    torch.autograd.backward(f(*leaves))
    again = torch.cat([leaf.grad.flatten() for leaf in leaves if leaf.grad is not None])
    gap = (slopes - torch.cat([mine.flatten() for mine in hand])).abs().max()
    made = (value.detach(), len(slopes), gap, moved.abs().max(), again.norm() / slopes.norm())
    return dict(zip(("value", "slopes", "gap", "moved", "again"), map(float, made), strict=True))


def experiment() -> Experiment:
    """Four functions, from three numbers to 2,410."""
    arms = {each.__name__: partial(judged, each) for each in (circuit, neuron, staged, perceptron)}
    return Experiment(
        kind="derivation",
        arms=arms,
        metrics={name: itemgetter(name) for name in ("value", "slopes", "gap", "moved", "again")},
        claims={
            "hand_is_right": Claim(lambda a: max(getattr(a, arm).gap for arm in arms), below=1e-12),
            "moves_nothing": Claim(lambda a: all(getattr(a, arm).moved == 0 for arm in arms)),
            "adds_up": Claim(lambda a: max(abs(getattr(a, arm).again - 2) for arm in arms), below=1e-12),
        },
    )
