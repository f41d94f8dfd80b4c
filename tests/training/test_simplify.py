"""A captured step made shorter says the same."""

import torch
from torch import Tensor
from torch.func import grad_and_value, vmap
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn import functional as F

from seodang.training.simplify import simplified

REPLICAS, BATCH, INPUTS, CLASSES = 3, 5, 4, 6


def step(weight: Tensor, bias: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """The gradients and losses of stacked softmax regressions with a hidden non-linearity."""

    def loss(parameters: tuple[Tensor, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(F.relu(F.linear(x, *parameters)), y)

    gradients, losses = vmap(grad_and_value(loss))((weight, bias), x, y)
    return (*gradients, losses)


def inputs() -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    return (
        torch.randn(REPLICAS, CLASSES, INPUTS, generator=generator),
        torch.randn(REPLICAS, CLASSES, generator=generator),
        torch.randn(REPLICAS, BATCH, INPUTS, generator=generator),
        torch.randint(CLASSES, (REPLICAS, BATCH), generator=generator),
    )


def test_it_computes_the_same() -> None:
    written = make_fx(step)(*inputs())
    before = written(*inputs())
    for old, new in zip(before, simplified(written, REPLICAS)(*inputs()), strict=True):
        torch.testing.assert_close(old, new, rtol=1e-6, atol=1e-7)


def test_it_overwrites_none_of_its_inputs() -> None:
    given = inputs()
    copies = [value.clone() for value in given]
    simplified(make_fx(step)(*given), REPLICAS)(*given)
    assert all(torch.equal(value, copy) for value, copy in zip(given, copies, strict=True))


def test_it_is_shorter_and_its_bias_is_part_of_the_product() -> None:
    written = make_fx(step)(*inputs())
    operations = len(written.graph.nodes)
    targets = [node.target for node in simplified(written, REPLICAS).graph.nodes]
    assert len(targets) < 0.7 * operations
    assert torch.ops.aten.baddbmm.default in targets
    assert torch.ops.aten.mul.Scalar not in targets
