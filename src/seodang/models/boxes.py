"""Boxes: how far two overlap, which of many are one object, and how good a ranking of them is.

A box is (left, top, right, bottom). Everingham, Van Gool, Williams, Winn & Zisserman 2010, "The PASCAL visual object classes
(VOC) challenge", section 4.2; non-maximum suppression as in Girshick, Donahue, Darrell & Malik 2014, section 2.2.
"""

from __future__ import annotations

import torch
from torch import Tensor


def area(boxes: Tensor) -> Tensor:
    """(..., 4) to (...,); a box whose sides are swapped has none."""
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """(n, 4) and (m, 4) to (n, m): the area two boxes share over the area they cover together; 0 where neither has any."""
    left_top = torch.maximum(a[:, None, :2], b[None, :, :2])
    right_bottom = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = area(torch.cat([left_top, right_bottom], dim=-1))
    together = area(a)[:, None] + area(b)[None, :] - shared
    return torch.where(together > 0, shared / together.clamp(min=torch.finfo(together.dtype).tiny), 0)


def suppressed(boxes: Tensor, scores: Tensor, threshold: float = 0.5) -> Tensor:
    """Non-maximum suppression: the indices kept, best first. One that overlaps a better one by more is dropped."""
    order = scores.argsort(descending=True, stable=True)
    overlap = iou(boxes, boxes)
    kept: list[int] = []
    for index in order.tolist():
        if all(overlap[index, better] <= threshold for better in kept):
            kept.append(index)
    return torch.tensor(kept, dtype=torch.long)


def average_precision(hits: Tensor, objects: int) -> float:
    """The area under precision over recall. `hits`: whether each detection, best first, found a new object.

    Precision is made non-increasing first: at each recall the best that is reached there or beyond (VOC since 2010).
    """
    found = hits.double().cumsum(0)
    precision = found / torch.arange(1, len(hits) + 1)
    best = precision.flip(0).cummax(0).values.flip(0)
    return float((best * hits).sum() / objects)


def matched(boxes: Tensor, truth: Tensor, threshold: float = 0.5) -> Tensor:
    """Which of one image's detections, best first, find an object; each is found once."""
    free = torch.ones(len(truth), dtype=torch.bool)
    hits = torch.zeros(len(boxes), dtype=torch.bool)
    overlap = iou(boxes, truth)
    for index in range(len(boxes) if len(truth) else 0):
        best = int(overlap[index].argmax())
        hits[index] = bool(overlap[index, best] >= threshold) and bool(free[best])
        free[best] &= ~hits[index]
    return hits
