"""How is a classifier turned into a detector and a segmenter, and how are those judged?

A net without fully connected layers slides over a larger image and gives scores for all windows at once (Long, Shelhamer &
Darrell 2015). Boxes are compared by intersection over union, rankings by average precision (Everingham et al. 2010).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import Tensor, nn

from seodang.counting.tracing import count_module
from seodang.data.digits import everything
from seodang.experiment import Claim, Experiment, knob
from seodang.models.boxes import average_precision, iou, matched, suppressed
from seodang.models.fully_convolutional import fully_convolutional

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """The side of the canvas on which digits are laid."""

    canvas: int = knob(24, low=8, high=64)


def net(padding: int) -> nn.Sequential:
    """A classifier of 8 x 8 images."""
    side = (SIDE - 2 + 2 * padding) // 2 - 2 + 2 * padding
    first = (nn.Conv2d(1, 8, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(*first, nn.Conv2d(8, 16, 3, padding=padding), nn.ReLU(), nn.Flatten(), nn.Linear(16 * side**2, 10))


def slid(padding: int, canvas: int, _seed: int) -> Mapping[str, float]:
    """Windows of 8 x 8, two pixels apart, one by one; and all at once: how far apart the scores are and what each costs."""
    torch.manual_seed(0)
    classifier = net(padding).double()
    image = torch.zeros(1, 1, canvas, canvas, dtype=torch.double)
    for corner, digit in enumerate(everything()[0][:4].view(-1, SIDE, SIDE)):
        row, column = divmod(corner, 2)
        image[0, 0, row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE] = digit
    windows = image.unfold(2, SIDE, 2).unfold(3, SIDE, 2).reshape(-1, 1, SIDE, SIDE)
    whole = fully_convolutional(classifier.float(), (1, SIDE, SIDE)).double()
    with torch.no_grad():
        one_by_one, at_once = classifier.double()(windows), whole(image)[0]
    along = round(len(windows) ** 0.5)
    return {
        "gap": float((one_by_one - at_once[:, :along, :along].flatten(1).T).abs().max()),
        "windows": len(windows),
        "macs_once": count_module(whole, (1, canvas, canvas)).macs,
        "macs_windows": len(windows) * count_module(classifier, (1, SIDE, SIDE)).macs,
    }


def box(*sides: float) -> Tensor:
    """(1, 4): left, top, right, bottom."""
    return torch.tensor([sides], dtype=torch.double)


def by_hand() -> bool:
    """Three cases that can be done on paper: a shift by half, twins to be suppressed, a ranking with one miss."""
    half = float(iou(box(0, 0, 2, 2), box(1, 0, 3, 2)))
    twins = suppressed(torch.cat([box(0, 0, 4, 4), box(0, 0, 4, 5), box(9, 9, 12, 12)]), torch.tensor([0.9, 0.8, 0.7]))
    found = matched(
        torch.cat([box(0, 0, 2, 2), box(5, 5, 6, 6), box(8, 8, 9, 9)]), torch.cat([box(0, 0, 2, 2), box(8, 8, 9, 9)])
    )
    precision = average_precision(found, 2)
    return abs(half - 1 / 3) < 1e-6 and twins.tolist() == [0, 2] and abs(precision - (1 + 2 / 3) / 2) < 1e-9


def experiment(p: Parameters) -> Experiment:
    """A classifier without padding and one with."""
    return Experiment(
        kind="derivation",
        arms={"unpadded": partial(slid, 0, p.canvas), "padded": partial(slid, 1, p.canvas)},
        metrics={name: itemgetter(name) for name in ("gap", "windows", "macs_once", "macs_windows")},
        claims={
            "same_scores": Claim(lambda a: a.unpadded.gap, below=1e-5),
            "padding_does_not_matter": Claim(lambda a: a.padded.gap, below=1e-5),
            "cheaper_at_once": Claim(lambda a: a.unpadded.macs_windows / a.unpadded.macs_once, above=2),
            "by_hand": Claim(lambda _: by_hand()),
        },
    )
