"""GPT: a Transformer that reads one way and predicts the next token.

Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2), section 2.3: normalization before each
sub-layer and once more at the end. Brown et al. 2020, "Language models are few-shot learners", table 2.1 (GPT-3).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seodang.models.attention import Cache, causal
from seodang.models.sampling import draw_next
from seodang.models.transformer import EncoderLayer

INPUT: dict[str, tuple[int, ...]] = {"gpt2": (1_024,), "gpt2_xl": (1_024,), "gpt3": (2_048,)}
BYTE_PAIRS = 50_257


class GPT(nn.Module):
    """The scores of the next token after every token; the last matrix is that of the token embeddings."""

    def __init__(self, vocabulary: int, longest: int, width: int, heads: int, layers: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.longest = longest
        self.token, self.position = nn.Embedding(vocabulary, width), nn.Embedding(longest, width)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(width, heads, norm_first=True, activation=TanhGELU, dropout=dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.draw()

    def forward(self, tokens: Tensor, caches: list[Cache] | None = None) -> Tensor:
        """Tokens (batch, time) to scores (batch, time, vocabulary).

        With caches, one empty list a layer before the first call, tokens are those that follow what earlier calls read: keys
        and values of the past are kept instead of computed again.
        """
        past = caches[0][0].shape[2] if caches and caches[0] else 0
        steps = past + tokens.shape[1]
        if steps > self.longest:
            raise ValueError(f"tokens: {steps} of them with those read before, but only {self.longest} positions were made")
        x = self.dropout(self.token(tokens) + self.position(torch.arange(past, steps, device=tokens.device)))
        mask = causal(tokens.shape[1], steps, tokens.device)
        for depth, layer in enumerate(self.layers):
            x = layer(x, mask, caches[depth] if caches else None)
        scores: Tensor = self.norm(x) @ self.token.weight.T
        return scores

    @torch.no_grad()
    def write(self, start: Tensor, length: int, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
        """`length` further tokens of each text of start (batch, time), which has at least one: (batch, length)."""
        caches: list[Cache] = [[] for _ in self.layers]
        text = tokens = start
        for _ in range(length):
            tokens = draw_next(self(tokens, caches)[:, -1], generator, temperature)[:, None]
            text = torch.cat([text, tokens], dim=1)
        return text[:, start.shape[1] :]

    def draw(self) -> None:
        """Weights normal with deviation 0.02, divided by sqrt(2 layers) where they add to the residual sum (section 2.3)."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                adds = name.endswith(("attention.out.weight", "perceptron.2.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * len(self.layers)) ** 0.5 if adds else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)


class TanhGELU(nn.GELU):
    """GELU by way of tanh (Hendrycks & Gimpel 2016, section 2), as the published weights expect."""

    def __init__(self) -> None:
        super().__init__(approximate="tanh")


def parameters(vocabulary: int, longest: int, width: int, layers: int) -> int:
    """Embeddings, 12 d^2 + 13 d a layer, and the last normalization."""
    return (vocabulary + longest) * width + layers * (12 * width**2 + 13 * width) + 2 * width


def gpt2() -> GPT:
    """GPT-2, the smallest: 12 layers of width 768 (Radford et al. 2019, table 2, which says 117M; it is 124M)."""
    return GPT(BYTE_PAIRS, 1_024, 768, 12, 12, dropout=0.1)


def gpt2_xl() -> GPT:
    """GPT-2, the largest: 48 layers of width 1,600 (Radford et al. 2019, table 2)."""
    return GPT(BYTE_PAIRS, 1_024, 1_600, 25, 48, dropout=0.1)


def gpt3() -> GPT:
    """GPT-3 175B (Brown et al. 2020, table 2.1), every layer's attention dense; for the meta device, as it fills 700 GB."""
    return GPT(BYTE_PAIRS, 2_048, 12_288, 96, 96)
