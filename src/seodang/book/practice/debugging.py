"""Training code behaves strangely: what does one check, in which order, and what do the checks not see?

Six checks that take seconds (CS231n notes; Karpathy 2019): the inputs, the loss at the start, the gradient against finite
differences, the size of the first update, ten samples learned by heart, the same answer twice in evaluation. They are put to
three sound programs and to twelve with one planted fault each; then the nearest training image of each test image is sought.
"""

from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.data import images
from seodang.experiment import Arms, Claim, Experiment

SOUND = ("plain", "dropout", "batch_norm")
CODE = ("no_zero_grad", "double_softmax", "wrong_axis", "no_mask", "huge_rate", "frozen_layer", "dead_units", "no_eval")
DATA = ("raw_pixels", "cropped", "shuffled_labels", "leak")
READ = ("alarms", "scale", "apart", "start", "gap", "update", "ten", "sway", "agree", "again")


def program(name: str, seed: int) -> tuple[nn.Sequential, Tensor, Tensor, Tensor, Tensor]:
    """A net, inputs and labels to train on, and to test on, with the fault of that name or none."""
    x, y, x_test, y_test = images("digits").draw(torch.manual_seed(seed))
    middle = nn.BatchNorm1d(64) if name == "batch_norm" else nn.Dropout(0.2 * (name in ("dropout", "no_eval")))
    last = [nn.Softmax(-1)] * (name == "double_softmax") + [nn.LogSoftmax(0 if name == "wrong_axis" else -1)]
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), middle, nn.Linear(64, 10), *last).double()
    net[1].register_full_backward_hook(lambda _, into, out: out if name == "no_mask" else into)  # every derivative 1
    net[0].requires_grad_(name != "frozen_layer").get_parameter("bias").data -= 10.0 * (name == "dead_units")
    x = nn.functional.pad(x.view(-1, 8, 8), (1, -1)).flatten(1) if name == "cropped" else x
    y = y[torch.randperm(len(y))] if name == "shuffled_labels" else y
    x, y = (torch.cat([x, x_test]), torch.cat([y, y_test])) if name == "leak" else (x, y)
    size = 255 if name == "raw_pixels" else 1
    return net, x.double() * size, y, x_test.double() * size, y_test


def checked(name: str, seed: int) -> dict[str, float]:
    """What the six checks read, what the nearest images say, and how many of the six raise an alarm."""
    net, x, y, x_test, y_test = program(name, seed)
    parts, first = list(net.parameters()), nn.utils.parameters_to_vector(net.parameters()).detach()
    optimizer = torch.optim.SGD(parts, lr=50.0 if name == "huge_rate" else 0.05, momentum=0.9)

    def slope(rows: slice, noise: int = 0, weights: Tensor | None = None) -> tuple[float, Tensor]:
        torch.manual_seed(noise)
        nn.utils.vector_to_parameters(nn.utils.parameters_to_vector(parts) if weights is None else weights, parts)
        loss = nn.functional.nll_loss(net(x[rows]), y[rows])
        net.zero_grad() if name != "no_zero_grad" else None
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach()), torch.cat([(0 * w if w.grad is None else w.grad).detach().flatten() for w in parts])

    (start, _), (_, found), way = slope(slice(None)), slope(slice(64)), 1e-6 * torch.randn_like(first)
    above, below = (slope(slice(64), weights=first + side)[0] for side in (way, -way))
    optimizer.step()
    update = float((nn.utils.parameters_to_vector(parts).detach() - first).norm() / first.norm())
    for step in range(250):
        slope(slice(10), step)
        optimizer.step()
    sway = float((net.train(name == "no_eval")(x) - net(x)).abs().max().detach())
    (distance, nearest), ten = torch.cdist(x_test, x).min(dim=1), torch.tensor(-slope(slice(10))[0]).exp().item()
    scale, apart = float(x.std()), float((x.mean(0) - x_test.mean(0)).abs().max())
    gap = abs((above - below) / 2 - float(found @ way)) / float(1e-6 * found.norm())
    agree, again = (float(each.double().mean()) for each in (y[nearest] == y_test, distance < 1e-6))
    told = scale > 9 or apart > 0.2, abs(start - 2.303) > 0.05, gap > 1e-3, not 1e-4 < update < 0.01, ten < 0.99, sway > 0
    return dict(zip(READ, (sum(told), scale, apart, start, gap, update, ten, sway, agree, again), strict=True))


def experiment() -> Experiment:
    """Three sound programs, eight with a fault in the code, four with one in the data."""

    def caught(a: Arms, names: tuple[str, ...]) -> int:
        return sum(getattr(a, name).alarms > 0 for name in names)

    return Experiment(
        arms={name: partial(checked, name) for name in (*SOUND, *CODE, *DATA)},
        metrics={name: itemgetter(name) for name in READ},
        claims={
            "sound_pass": Claim(lambda a: caught(a, SOUND) == 0),
            "eleven_caught": Claim(lambda a: caught(a, CODE + DATA) >= 11),
            "ten_caught": Claim(lambda a: caught(a, CODE + DATA[:2]) == 10),
            "neighbours_tell": Claim(lambda a: a.shuffled_labels.agree < 0.5 < min(a.leak.again, a.plain.agree)),
        },
    )
