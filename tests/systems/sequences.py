"""What the tests of sequence models share: torch's weights in a model of ours, and how far two computations are apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.adding import adding
from seodang.experiment import Trained, Training
from seodang.models.attention import MultiHeadAttention
from seodang.models.deep_rnn import DeepRNN
from seodang.models.gru import GRUCell
from seodang.models.transformer import DecoderLayer, EncoderLayer
from seodang.training import train

SEEDS = (0, 1, 2)


def on_adding(model: Callable[[], nn.Module], steps: int) -> list[float]:
    """The test errors, a seed each, of a model trained on the adding problem at T = 40."""
    training = Training(
        data=partial(adding, length=40),
        model=model,
        loss=F.mse_loss,
        optimizer=partial(torch.optim.Adam, lr=0.01),
        steps=steps,
        batch=64,
        clip=1.0,
    )
    return [trained.test_loss() for trained in trained_on(training)]


def trained_on(training: Training, seeds: Sequence[int] = SEEDS, strategy: str | None = None) -> list[Trained]:
    """Trained on one thread, as all systems are; the plain "loop" starts at once, and is best for a second's training."""
    return train(training, seeds, threads=1, strategy=strategy)


def fading(steps: int) -> Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]:
    """A learning rate that falls to a tenth, in equal steps."""
    return partial(torch.optim.lr_scheduler.LinearLR, start_factor=1.0, end_factor=0.1, total_iters=steps)


def masked_loss(scores: Tensor, symbols: Tensor) -> Tensor:
    """The cross-entropy of scores (batch, time, vocabulary), where the target is not -100."""
    return F.cross_entropy(scores.flatten(0, 1), symbols.flatten())


def size(model: nn.Module) -> int:
    """How many parameters it has."""
    return sum(parameter.numel() for parameter in model.parameters())


def apart(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """The largest distance between two lists of tensors of equal shapes."""
    return max(float((a - b).detach().abs().max()) for a, b in zip(one, other, strict=True))


def slopes(outputs: Tensor, of: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of an uneven sum of the outputs, one that no symmetry can hide in."""
    weights = torch.linspace(-1, 2, outputs.numel(), dtype=outputs.dtype).view_as(outputs)
    return list(torch.autograd.grad((weights * outputs).sum(), list(of)))


def take_recurrent(ours: DeepRNN, theirs: nn.RNNBase) -> list[tuple[Tensor, Sequence[Tensor]]]:
    """Copy torch's weights; for each of its parameters, those of ours that hold its rows, in order."""
    pairs: list[tuple[Tensor, Sequence[Tensor]]] = []
    for depth, layer in enumerate(ours.layers):
        assert isinstance(layer, nn.ModuleList)
        for cell, way in zip(layer, ("", "_reverse"), strict=False):
            for kind in ("weight", "bias"):
                rows = {"ih": [getattr(cell.from_input, kind)]}
                if isinstance(cell, GRUCell):
                    rows["hh"] = [getattr(cell.gates_from_state, kind), getattr(cell.candidate_from_state, kind)]
                else:
                    assert isinstance(cell.from_state, nn.Linear)
                    rows["hh"] = [getattr(cell.from_state, kind)]
                pairs += [(getattr(theirs, f"{kind}_{side}_l{depth}{way}"), kept) for side, kept in rows.items()]
    with torch.no_grad():
        for source, targets in pairs:
            for target, part in zip(targets, source.split([len(target) for target in targets]), strict=True):  # type: ignore[no-untyped-call]
                target.copy_(part)
    return pairs


def recurrent_gaps(ours: DeepRNN, theirs: nn.RNNBase, x: Tensor) -> tuple[float, float]:
    """With the same weights: the largest distance of an output, and of a gradient, of torch's layer from ours."""
    pairs = take_recurrent(ours, theirs)
    x = x.clone().requires_grad_()
    mine, torchs = ours(x), theirs(x)[0]
    sources, targets = [source for source, _ in pairs], [target for _, kept in pairs for target in kept]
    by_us = slopes(mine, [x, *targets])
    grouped = iter(by_us[1:])
    joined = [by_us[0], *(torch.cat([next(grouped) for _ in kept]) for _, kept in pairs)]
    return apart([mine], [torchs]), apart(joined, slopes(torchs, [x, *sources]))


def take_attention(ours: MultiHeadAttention, theirs: nn.MultiheadAttention) -> None:
    """Copy torch's weights, whose three input matrices are one."""
    assert theirs.in_proj_weight is not None
    for projection, weight, bias in zip(
        (ours.query, ours.key, ours.value), theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3), strict=True
    ):
        projection.load_state_dict({"weight": weight, "bias": bias})
    ours.out.load_state_dict(theirs.out_proj.state_dict())


def take_encoder(ours: EncoderLayer, theirs: nn.TransformerEncoderLayer) -> None:
    """Copy torch's weights."""
    take_attention(ours.attention, theirs.self_attn)
    _take_rest((ours.attended.norm, ours.thought.norm), ours.perceptron, theirs, (theirs.norm1, theirs.norm2))


def take_decoder(ours: DecoderLayer, theirs: nn.TransformerDecoderLayer) -> None:
    """Copy torch's weights."""
    take_attention(ours.attention, theirs.self_attn)
    take_attention(ours.reading, theirs.multihead_attn)
    norms = (theirs.norm1, theirs.norm2, theirs.norm3)
    _take_rest((ours.attended.norm, ours.read.norm, ours.thought.norm), ours.perceptron, theirs, norms)


def _take_rest(
    ours: Sequence[nn.LayerNorm],
    perceptron: nn.Sequential,
    theirs: nn.TransformerEncoderLayer | nn.TransformerDecoderLayer,
    norms: Sequence[nn.LayerNorm],
) -> None:
    for norm, taken in zip(ours, norms, strict=True):
        norm.load_state_dict(taken.state_dict())
    perceptron[0].load_state_dict(theirs.linear1.state_dict())
    perceptron[2].load_state_dict(theirs.linear2.state_dict())


def scatter(module: nn.Module) -> None:
    """Move every parameter from its special first value: a norm's weight of 1 would hide which norm is which."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
