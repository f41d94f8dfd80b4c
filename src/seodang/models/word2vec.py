"""word2vec: vectors of words that predict one another. Skip-gram, CBOW, negative sampling.

Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations in vector space" (skip-gram and CBOW), and
Mikolov et al. 2013, "Distributed representations of words and phrases and their compositionality", equation 4 (negative
sampling). Every word has two vectors, one as what is read and one as what is predicted, and both are kept: where both fit,
their product is the pointwise mutual information less ln k (Levy & Goldberg 2014, "Neural word embedding as implicit matrix
factorization").
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NONE = -1
"""Stands for a place beyond the sentence."""


class Word2Vec(nn.Module):
    """How well words fit, as a product of vectors. Skip-gram reads one word, CBOW the mean of all those around a place."""

    def __init__(self, words: int, size: int) -> None:
        super().__init__()
        self.inputs = nn.Embedding(words, size)
        self.outputs = nn.Embedding(words, size)
        nn.init.uniform_(self.inputs.weight, -0.5 / size, 0.5 / size)  # as in the authors' program, which begins the
        nn.init.zeros_(self.outputs.weight)  # other matrix at 0

    def read(self, words: Tensor) -> Tensor:
        """The mean vector (batch, size) of words (batch, read), without those that are NONE."""
        there = (words != NONE).to(self.inputs.weight)[..., None]
        mean: Tensor = (self.inputs(words.clamp(min=0)) * there).sum(1) / there.sum(1).clamp(min=1)
        return mean

    def forward(self, words: Tensor, candidates: Tensor) -> Tensor:  # (batch, read), (batch, c) -> (batch, c) scores
        scores: Tensor = (self.outputs(candidates) @ self.read(words)[..., None])[..., 0]
        return scores

    def scores(self, words: Tensor) -> Tensor:
        """Of every word of the vocabulary, (batch, words), for a softmax over all of them."""
        return F.linear(self.read(words), self.outputs.weight)


def negative_sampling(model: Word2Vec, words: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
    """The mean of -ln sigmoid(score of the right word) - Σ ln sigmoid(-score) of k words drawn at random, a scalar.

    `words` (batch, read), `right` (batch,), `wrong` (batch, k).
    """
    scores = model(words, torch.cat([right[:, None], wrong], dim=1))
    return (F.softplus(-scores[:, 0]) + F.softplus(scores[:, 1:]).sum(1)).mean()


def around(sentences: Tensor, window: int) -> tuple[Tensor, Tensor]:
    """For CBOW: (places, 2 window) words around every place of sentences (n, length), NONE beyond, and (places,) its own."""
    padded = F.pad(sentences, (window, window), value=NONE)
    spans = padded.unfold(1, 2 * window + 1, 1).flatten(0, 1)
    return torch.cat([spans[:, :window], spans[:, window + 1 :]], dim=1), spans[:, window]


def pairs(sentences: Tensor, window: int) -> Tensor:
    """For skip-gram: (pairs, 2) a word and one at most `window` places from it, in sentences (n, length)."""
    words, own = around(sentences, window)
    both = torch.stack([own[:, None].expand_as(words), words], dim=-1).flatten(0, 1)
    return both[both[:, 1] != NONE]


def noise(words: Tensor, vocabulary: int, power: float = 0.75) -> Tensor:
    """(vocabulary,) shares from which wrong words are drawn: how often each occurs, to a power. The papers take 3/4."""
    shares = torch.bincount(words.flatten(), minlength=vocabulary).float() ** power
    return shares / shares.sum()


def analogy(vectors: Tensor, a: int, b: int, c: int) -> int:
    """The word d, none of the three, whose vector has the largest cosine with b - a + c: a is to b as c is to d."""
    unit = F.normalize(vectors, dim=1)
    near = unit @ (unit[b] - unit[a] + unit[c])
    near[[a, b, c]] = -torch.inf
    return int(near.argmax())
