"""A detector in one pass: at every cell of a grid, for every anchor, whether an object is centred there, its box, its class.

Redmon, Divvala, Girshick & Farhadi 2016, "You only look once", section 2 (the grid); Redmon & Farhadi 2017, "YOLO9000",
section 2 (anchors, and the box as an offset within the cell and a factor of the anchor).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.models.boxes import iou, suppressed


class Detections(NamedTuple):
    """What was found in one image, best first."""

    boxes: Tensor  # (n, 4) left, top, right, bottom in pixels
    scores: Tensor  # (n,) the probability of an object
    classes: Tensor  # (n,)


class Detector(nn.Module):
    """Convolutions halved by pooling, and a 1 x 1 convolution as head; of images whose sides 2 ** len(filters) divides."""

    anchors: Tensor  # (anchors, 2) width and height in pixels

    def __init__(
        self, channels: int, classes: int, anchors: Sequence[tuple[float, float]], filters: Sequence[int] = (16, 32, 32)
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise([channels, *filters]):
            layers += [
                nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        layers += [nn.Conv2d(filters[-1], filters[-1], 3, padding=1, bias=False), nn.BatchNorm2d(filters[-1]), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(filters[-1], len(anchors) * (5 + classes), 1)
        self.register_buffer("anchors", torch.tensor(anchors))
        self.cell = 2 ** len(filters)  # pixels a cell's side

    def forward(self, x: Tensor) -> Tensor:
        """(batch, anchors, rows, columns, 5 + classes): x, y in the cell, width, height, object, classes, all unsquashed."""
        raw = self.head(self.body(x))
        return raw.unflatten(1, (len(self.anchors), -1)).permute(0, 1, 3, 4, 2)  # type: ignore[no-any-return]

    def boxes(self, raw: Tensor) -> Tensor:
        """(batch, anchors, rows, columns, 4) left, top, right, bottom in pixels."""
        rows, columns = raw.shape[2:4]
        corner = torch.stack(torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing="xy"), dim=-1)
        centre = (corner + raw[..., :2].sigmoid()) * self.cell
        size = self.anchors[:, None, None] * raw[..., 2:4].clamp(max=4).exp()
        return torch.cat([centre - size / 2, centre + size / 2], dim=-1)

    def targets(self, boxes: Tensor, classes: Tensor, rows: int, columns: int) -> Tensor:
        """What the head should say of one image's objects: (anchors, rows, columns, 6), its last number the class or -1.

        An object belongs to the cell its centre lies in and to the anchor whose shape overlaps its own most.
        """
        told = torch.zeros(len(self.anchors), rows, columns, 6)
        told[..., 5] = -1
        noughts = torch.zeros(1, 2)
        shapes = torch.cat([noughts.expand(len(self.anchors), 2), self.anchors], dim=1)
        for box, one in zip(boxes, classes, strict=True):
            size, centre = box[2:] - box[:2], (box[2:] + box[:2]) / 2 / self.cell
            anchor = int(iou(torch.cat([noughts[0], size])[None], shapes).argmax())
            column, row = (int(number) for number in centre)
            told[anchor, row, column, :2] = centre - centre.floor()
            told[anchor, row, column, 2:4] = (size / self.anchors[anchor]).log()
            told[anchor, row, column, 4:] = torch.stack([torch.ones(()), one])
        return told

    @torch.no_grad()
    def detect(self, x: Tensor, threshold: float = 0.5) -> list[Detections]:
        """The objects of each image whose probability exceeds the threshold, those of one class that overlap only once."""
        raw = self(x)
        found = []
        for one, boxes in zip(raw, self.boxes(raw), strict=True):
            scores, classes = one[..., 4].sigmoid(), one[..., 5:].argmax(-1)
            chosen = scores > threshold
            boxes, scores, classes = boxes[chosen], scores[chosen], classes[chosen]
            apart = classes[:, None] * 10_000  # moved out of each other's way, so that classes do not suppress each other
            kept = suppressed(boxes + apart, scores)
            found.append(Detections(boxes[kept], scores[kept], classes[kept]))
        return found


def detection_loss(raw: Tensor, told: Tensor) -> Tensor:
    """Squared error of boxes and cross-entropy of classes where there is an object; of objects everywhere; mean an image."""
    there = told[..., 4]
    centre = (raw[..., :2].sigmoid() - told[..., :2]).square().sum(-1)
    size = (raw[..., 2:4] - told[..., 2:4]).square().sum(-1)
    named = F.cross_entropy(raw[..., 5:].flatten(0, 3), told[..., 5].long().flatten().clamp(min=0), reduction="none")
    objects = F.binary_cross_entropy_with_logits(raw[..., 4], there, reduction="sum")
    return ((there * (5 * centre + 5 * size + named.view(there.shape))).sum() + objects) / len(raw)
