"""What multi-head attention and a Transformer block hold and multiply.

Source: Vaswani et al. 2017, "Attention is all you need", sections 3.2 and 3.3. The number of heads changes neither count: h
heads of width d / h together are as wide as one. A causal mask is not counted as a saving: the masked products are computed.
"""

from __future__ import annotations


def parameters(width: int, *, bias: bool = True) -> int:
    """The projections of query, key, value and output: 4d² + 4d."""
    return 4 * width * (width + bias)


def macs(width: int, queries: int, keys: int | None = None) -> int:
    """The projections, 4d² a token; then every query with every key, and the weights with every value: 2·q·k·d."""
    keys = queries if keys is None else keys
    return 2 * (queries + keys) * width * width + 2 * queries * keys * width


def block_parameters(width: int, hidden: int | None = None) -> int:
    """A Transformer encoder layer: attention, two linear maps through `hidden` (4d), two layer norms. 12d² + 13d."""
    hidden = 4 * width if hidden is None else hidden
    return parameters(width) + 2 * width * hidden + hidden + width + 4 * width


def block_macs(width: int, tokens: int, hidden: int | None = None) -> int:
    """Attention and the two linear maps: 12·n·d² + 2·n²·d for n tokens."""
    hidden = 4 * width if hidden is None else hidden
    return macs(width, tokens) + 2 * tokens * width * hidden
