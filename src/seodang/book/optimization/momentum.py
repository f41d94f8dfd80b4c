"""What does momentum do to a step, and how many steps does it save?

Plain descent needs about κ steps where the sharpest curvature is κ times the flattest; a velocity that remembers past
gradients needs about √κ (Polyak 1964). On a bowl with κ = 100 everything can be computed: the steps, the factor by which the
error shrinks, and the distance from torch's own optimizer of the two ways in which the update is written down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor

from seodang.experiment import Claim, Experiment, knob
from seodang.models.optimizers.momentum import best_for_quadratic, momentum

Step = Callable[..., tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Parameters:
    """The condition number κ: curvatures from 1/κ to 1, twenty of them, all errors 1 to begin with."""

    condition: float = knob(100.0, low=2, high=1000)
    usual: float = knob(0.9, low=0, below=1)


def inside(x: Tensor, gradient: Tensor, velocity: Tensor | None, *, lr: float, momentum: float) -> tuple[Tensor, Tensor]:
    """v ← m v + lr g, x ← x − v: the rate inside the velocity, as Polyak and Sutskever et al. have it."""
    velocity = momentum * (torch.zeros_like(x) if velocity is None else velocity) + lr * gradient
    return x - velocity, velocity


def path(step: Step, curvatures: Tensor, rates: Sequence[float], m: float) -> tuple[Tensor, float]:
    """(steps,) the errors along the way on the bowl ½ Σ c x², and the last point's distance from torch.optim.SGD's."""
    x, velocity, theirs, errors = torch.ones_like(curvatures), None, torch.ones_like(curvatures), []
    optimizer = torch.optim.SGD([theirs], momentum=m)
    for lr in rates:
        errors.append(x.norm())
        x, velocity = step(x, curvatures * x, velocity, lr=lr, momentum=m)
        optimizer.param_groups[0]["lr"], theirs.grad = lr, curvatures * theirs
        optimizer.step()
    return torch.stack(errors), float((x - theirs).abs().max())


def walked(p: Parameters, step: Step, lr: float, m: float, _seed: int) -> Mapping[str, float]:
    """Steps to a millionth of the error, its shrinking per step, and the distances from torch after 50 steps."""
    curvatures = torch.logspace(0, -1, 20, base=p.condition, dtype=torch.double)
    errors, _ = path(step, curvatures, [lr] * 4000, m)
    gaps = [path(step, curvatures, [lr] * 25 + [later] * 25, m)[1] for later in (lr, lr / 10)]
    steps, shrinking = int((errors > 1e-6 * errors[0]).sum()), float((errors[200] / errors[100]) ** 0.01)
    return {"steps": steps, "shrinking": shrinking, "gap": gaps[0], "gap_dropped": gaps[1]}


def experiment(p: Parameters) -> Experiment:
    """Descent and momentum at their best rates and at a fifth of it; Polyak's momentum in both notations."""
    lr, m = best_for_quadratic(1 / p.condition, 1)
    best, walk, root = 2 / (1 + 1 / p.condition), partial(partial, walked, p), p.condition**0.5
    shrinking = (p.condition - 1) / (p.condition + 1), (root - 1) / (root + 1)
    return Experiment(
        kind="derivation",
        arms={
            "descent": walk(momentum, best, 0.0),
            "descent_slow": walk(momentum, best / 5, 0.0),
            "usual": walk(momentum, best, p.usual),
            "usual_slow": walk(momentum, best / 5, p.usual),
            "polyak": walk(momentum, lr, m),
            "polyak_inside": walk(inside, lr, m),
        },
        metrics={name: itemgetter(name) for name in ("steps", "shrinking", "gap", "gap_dropped")},
        claims={
            "five_times": Claim(lambda a: a.descent.steps / a.polyak.steps, above=5),
            "root_of_condition": Claim(
                lambda a: max(abs(a.descent.shrinking - shrinking[0]), abs(a.polyak.shrinking - shrinking[1])), below=0.01
            ),
            "usual_is_as_good": Claim(lambda a: a.usual.steps / a.polyak.steps, below=1.5),
            "usual_forgives": Claim(
                lambda a: a.usual_slow.steps / a.usual.steps < 1.5 < 4 < a.descent_slow.steps / a.descent.steps
            ),
            "one_path": Claim(lambda a: max(a.polyak.gap, a.polyak_inside.gap), below=1e-7),
            "two_paths": Claim(lambda a: a.polyak_inside.gap_dropped > 1e-4 and a.polyak.gap_dropped < 1e-7),
        },
    )
