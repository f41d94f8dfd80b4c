"""BERT: a Transformer encoder that reads both ways, trained to restore masked tokens.

Devlin, Chang, Lee & Toutanova 2019, "BERT: pre-training of deep bidirectional Transformers for language understanding".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.transformer import EncoderLayer

INPUT: dict[str, tuple[int, ...]] = {"bert_base": (512,), "bert_large": (512,)}
EPS = 1e-12
"""What the published code adds to the variance in layer normalization."""
IGNORED = -100
"""The target of a token that was not chosen; torch's cross-entropy leaves it out."""


class BERT(nn.Module):
    """Of tokens (batch, time) the states of the last layer, (batch, time, width), and a summary of the first token's."""

    def __init__(
        self, vocabulary: int, width: int, heads: int, layers: int, *, longest: int = 512, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.longest = longest
        self.token, self.position, self.segment = (nn.Embedding(rows, width) for rows in (vocabulary, longest, 2))
        self.norm, self.dropout = nn.LayerNorm(width, eps=EPS), nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(width, heads, activation=nn.GELU, dropout=dropout, eps=EPS) for _ in range(layers)
        )
        self.pooler = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.apply(small)

    def forward(self, tokens: Tensor, segments: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if tokens.shape[1] > self.longest:
            raise ValueError(f"tokens: {tokens.shape[1]} of them, but only {self.longest} positions were made (longest)")
        places = torch.arange(tokens.shape[1], device=tokens.device)
        segments = torch.zeros_like(tokens) if segments is None else segments  # 0 the first sentence, 1 the second
        x = self.dropout(self.norm(self.token(tokens) + self.position(places) + self.segment(segments)))
        for layer in self.layers:
            x = layer(x)
        return x, self.pooler(x[:, 0])


class MaskedLM(nn.Module):
    """The scores of every token, (batch, time, vocabulary): a transform, then the token embeddings as the last matrix."""

    def __init__(self, bert: BERT) -> None:
        super().__init__()
        self.bert = bert
        vocabulary, width = bert.token.weight.shape
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width, eps=EPS))
        self.transform.apply(small)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, tokens: Tensor) -> Tensor:
        scores: Tensor = self.transform(self.bert(tokens)[0]) @ self.bert.token.weight.T + self.bias
        return scores


def small(module: nn.Module) -> None:
    """The paper's initialization: weights normal with deviation 0.02, biases 0."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def mask_tokens(tokens: Tensor, mask: int, generator: torch.Generator, share: float = 0.15) -> tuple[Tensor, Tensor]:
    """Choose a share of tokens (batch, time) to be restored; the masked input and the targets, IGNORED where not chosen.

    Of those chosen 80 % become `mask`, 10 % a random other token below it, 10 % stay (section 3.1, task 1): the model cannot
    know which of what it sees is true. `mask` must be the largest token.
    """
    chosen = torch.rand(tokens.shape, generator=generator) < share
    kind = torch.rand(tokens.shape, generator=generator)
    masked = tokens.masked_fill(chosen & (kind < 0.8), mask)
    changed = torch.randint(mask, tokens.shape, generator=generator)
    masked = torch.where(chosen & (kind >= 0.9), changed, masked)
    return masked, tokens.masked_fill(~chosen, IGNORED)


def bert_base() -> BERT:
    """BERT-base, uncased: 12 layers of width 768, 30,522 word pieces (Devlin et al. 2019, section 3)."""
    return BERT(30_522, 768, 12, 12, dropout=0.1)


def bert_large() -> BERT:
    """BERT-large, uncased: 24 layers of width 1,024, 30,522 word pieces (Devlin et al. 2019, section 3)."""
    return BERT(30_522, 1_024, 16, 24, dropout=0.1)
