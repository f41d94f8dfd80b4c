"""Laying the word vectors of one language over those of another: with a dictionary, and without any.

With pairs it is orthogonal Procrustes (Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem"; for
words Xing et al. 2015). Without: words that stand alike among their own kin begin a dictionary (Artetxe, Labaka & Agirre
2018, "A robust self-learning method for fully unsupervised cross-lingual mappings of word embeddings"), and it grows by
turns: map, take as pairs the words that are each other's nearest, map again (Conneau et al. 2018, "Word translation without
parallel data").
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def procrustes(source: Tensor, target: Tensor) -> Tensor:
    """The orthogonal W (d, d) for which source W is nearest to target, both (pairs, d): U V' of source' target = U S V'."""
    u, _, vt = torch.linalg.svd(source.T @ target)
    w: Tensor = u @ vt
    return w


def similarities(source: Tensor, target: Tensor, neighbours: int = 10) -> Tensor:
    """(n, m) cosines less what each word has with its nearest on average, so that no word is everyone's neighbour (CSLS)."""
    cosines = F.normalize(source, dim=1) @ F.normalize(target, dim=1).T
    rows = cosines.topk(min(neighbours, len(target)), dim=1).values.mean(1)
    columns = cosines.topk(min(neighbours, len(source)), dim=0).values.mean(0)
    return 2 * cosines - rows[:, None] - columns


def mutual(similar: Tensor) -> tuple[Tensor, Tensor]:
    """The pairs that are each other's nearest, as places in the rows and in the columns of (n, m) similarities."""
    there, back = similar.argmax(1), similar.argmax(0)
    rows = torch.arange(len(similar))
    kept = back[there] == rows
    return rows[kept], there[kept]


def profiles(vectors: Tensor, points: int = 300) -> Tensor:
    """(n, points) how alike a word is to all words, sorted: the same in any two spaces that a rotation takes to each other.

    Taken at `points` places of the sorted list, so that vocabularies may differ in size.
    """
    unit = F.normalize(vectors, dim=1)
    alike = (unit @ unit.T).sort(1).values
    return F.interpolate(alike[:, None], points, mode="linear", align_corners=True)[:, 0]


def unsupervised(source: Tensor, target: Tensor, rounds: int = 50) -> Tensor:
    """W (d, d) from vectors (n, d) and (m, d) alone, until no pair changes any more. It can fail where noise is large."""
    first, second = profiles(source), profiles(target)
    rows, columns = mutual(-torch.cdist(first, second))
    for _ in range(rounds):
        w = procrustes(source[rows], target[columns])
        again = mutual(similarities(source @ w, target))
        if torch.equal(again[0], rows) and torch.equal(again[1], columns):
            break
        rows, columns = again
    return w


def precision(source: Tensor, target: Tensor, w: Tensor) -> float:
    """P@1: the share of words whose nearest in the other language is their own translation, which has the same number."""
    nearest = similarities(source @ w, target).argmax(1)
    return float((nearest == torch.arange(len(source))).float().mean())
