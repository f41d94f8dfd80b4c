"""The layers of convolutional nets against PyTorch's or an exact computation: values, gradients, counts, fields."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from systems.conftest import Measured
from systems.convolutional import counted, mean, on_digits, parameters, reach, worst
from torch import Tensor, nn

from seodang.models import lenet, nin
from seodang.models.alexnet import alexnet_small
from seodang.models.cnn import cnn
from seodang.models.deep_linear import collapsed, deep_linear
from seodang.models.googlenet import Inception
from seodang.models.lrn import LocalResponseNorm
from seodang.models.resnet import Padded, Residual
from seodang.models.separable import separable
from seodang.models.small_conv import PADDING, POOLING, padded, pooled


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Random weights and inputs are the same each time; what is trained has seeds of its own."""
    torch.manual_seed(0)


def gap(a: Callable[[Tensor], Tensor], b: Callable[[Tensor], Tensor], x: Tensor) -> float:
    """The largest difference between two functions of x, in their values and in the gradients of a random sum of them."""
    x, y = x.clone().requires_grad_(), x.clone().requires_grad_()
    one, other = a(x), b(y)
    assert one.shape == other.shape
    weights = torch.randn(one.shape, dtype=one.dtype)
    grads = torch.autograd.grad((one * weights).sum(), x) + torch.autograd.grad((other * weights).sum(), y)
    return max(float((one - other).detach().abs().max()), float((grads[0] - grads[1]).abs().max()))


@pytest.mark.system(name="deep_linear")
def test_a_deep_linear_network_is_one_matrix_before_and_after_training(measured: Measured) -> None:
    trained = on_digits(lambda: nn.Sequential(nn.Flatten(), *deep_linear([64, 48, 48, 48, 10])), steps=150)
    gaps = []
    for one in trained:
        for net in (one.initial[1], one.model[1]):  # type: ignore[index]
            layers, x = nn.Sequential(*list(net)[1:]), one.x_test
            with torch.no_grad():
                gaps.append(float((layers(x) - collapsed(layers)(x)).abs().max() / layers(x).abs().max()))
    measured("largest relative difference of four layers and their one matrix", max(gaps), must="≤ 1e-5", n=len(gaps))
    assert max(gaps) <= 1e-5


@pytest.mark.system(name="lrn")
def test_local_response_normalization_is_pytorchs_with_alpha_times_the_size(measured: Measured) -> None:
    x = torch.randn(4, 13, 5, 6, dtype=torch.float64) * 3
    gaps = [
        gap(LocalResponseNorm(size, alpha, beta, k), nn.LocalResponseNorm(size, size * alpha, beta, k), x)
        for size in (1, 2, 4, 5, 13, 20)
        for alpha, beta, k in ((1e-4, 0.75, 2.0), (0.5, 0.5, 1.0))
    ]
    measured("largest difference to torch.nn.LocalResponseNorm, values and gradients", max(gaps), must="≤ 1e-6", n=len(gaps))
    assert max(gaps) <= 1e-6


@pytest.mark.slow
@pytest.mark.system(name="lrn")
def test_local_response_normalization_changes_little_on_digits(measured: Measured) -> None:
    """Later programs have k = 1; the paper's k = 2 also shrinks every signal to 2^-0.75 of itself, layer by layer."""

    def accuracy(normalization: Callable[[], nn.Module]) -> float:
        net = partial(alexnet_small, image=(1, 8, 8), pooling=(2, 2), dropout=0.0, normalization=normalization)
        return mean(on_digits(net, steps=500, seeds=5))

    without, later, published = (
        accuracy(nn.Identity),
        accuracy(partial(LocalResponseNorm, k=1.0)),
        accuracy(LocalResponseNorm),
    )
    measured("accuracy on digits with k = 1 minus without", later - without, must="within ± 0.01", n=5)
    measured("accuracy with the paper's k = 2 minus without", published - without, must="within ± 0.01 (not reached)", n=5)
    assert abs(later - without) <= 0.01
    assert abs(published - without) <= 0.03


@pytest.mark.system(name="nin")
def test_a_1x1_convolution_is_a_linear_layer_at_every_pixel(measured: Measured) -> None:
    conv = nn.Conv2d(8, 5, 1)
    linear = nn.Linear(8, 5)
    linear.weight.data, linear.bias.data = conv.weight.data.flatten(1), conv.bias.data  # type: ignore[union-attr]
    found = gap(conv, lambda x: linear(x.movedim(1, -1)).movedim(-1, 1), torch.randn(3, 8, 6, 7))
    measured("1 × 1 convolution minus a linear layer a pixel, values and gradients", found, must="≤ 1e-6")
    assert found <= 1e-6


@pytest.mark.system(name="nin")
def test_the_mean_of_a_class_activation_map_is_the_score_of_the_class(measured: Measured) -> None:
    net, x = nin.nin_small().eval(), torch.rand(5, 1, 24, 20)
    maps = nin.class_maps(net, x)
    found = float((maps.mean((2, 3)) - net(x)).detach().abs().max())
    measured("mean of the class activation map minus the score", found, must="≤ 1e-6")
    assert maps.shape == (5, 10, 12, 10)
    assert found <= 1e-6


@pytest.mark.system(name="lenet5")
def test_lenets_own_layers_are_pytorchs_with_weights_tied_or_nought(measured: Measured) -> None:
    subsampling, x = lenet.Subsampling(6), torch.randn(2, 6, 8, 8)
    weight = subsampling.coefficient.view(6, 1, 1, 1).expand(6, 1, 2, 2)
    gaps = [gap(subsampling, lambda x: F.conv2d(x, weight, subsampling.bias.flatten(), stride=2, groups=6), x)]

    partly = lenet.PartialConvolution(lenet.C3, 5)
    whole = torch.zeros(16, 6, 5, 5)
    for filters, one, seen in zip(whole, partly.filters, lenet.C3, strict=True):
        assert isinstance(one, nn.Conv2d)
        filters[list(seen)] = one.weight[0].detach()
    biases = torch.cat([one.bias for one in partly.filters])  # type: ignore[misc]
    gaps.append(gap(partly, lambda x: F.conv2d(x, whole, biases), torch.randn(2, 6, 14, 14)))

    output = lenet.RadialBasis()
    gaps.append(gap(output, lambda x: -(torch.cdist(x, output.targets) ** 2), torch.randn(4, 84)) / 84)
    measured("largest difference of C3, S2 and the output to PyTorch's layers", max(gaps), must="≤ 1e-5")
    assert max(gaps) <= 1e-5
    assert not output.targets.requires_grad
    assert len({tuple(row) for row in output.targets.tolist()}) == 10


@pytest.mark.system(name="lenet5")
def test_lenets_loss_without_a_rubbish_class_is_the_cross_entropy() -> None:
    scores, classes = -torch.rand(7, 10) * 30, torch.arange(7)
    torch.testing.assert_close(lenet.discriminative_loss(scores, classes, rubbish=1e9), F.cross_entropy(scores, classes))
    penalties = -scores.double()
    equation_9 = (
        penalties[range(7), classes] + torch.log(torch.exp(-penalties).sum(1) + torch.exp(torch.tensor(-2.0)))
    ).mean()
    torch.testing.assert_close(lenet.discriminative_loss(scores.double(), classes, rubbish=2.0), equation_9)


@pytest.mark.system(name="googlenet")
def test_an_inception_module_is_its_four_branches_side_by_side(measured: Measured) -> None:
    module = Inception(6, (4, 3, 5, 2, 3, 2))
    names = {name: parameter for name, parameter in module.named_parameters() if name.endswith("weight")}
    one, reduce3, three, reduce5, five, pool = names.values()
    b = [parameter for name, parameter in module.named_parameters() if name.endswith("bias")]

    def by_hand(x: Tensor) -> Tensor:
        wide = F.conv2d(F.conv2d(x, reduce3, b[1]).relu(), three, b[2], padding=1)
        wider = F.conv2d(F.conv2d(x, reduce5, b[3]).relu(), five, b[4], padding=2)
        around = F.conv2d(F.max_pool2d(x, 3, 1, 1), pool, b[5])
        return torch.cat([F.conv2d(x, one, b[0]), wide, wider, around], dim=1).relu()

    found = gap(module, by_hand, torch.randn(2, 6, 7, 7))
    measured("inception module minus its branches by hand, values and gradients", found, must="≤ 1e-6")
    assert found <= 1e-6


@pytest.mark.system(name="resnet")
def test_the_jacobian_of_a_residual_block_is_the_identity_plus_that_of_its_path(measured: Measured) -> None:
    x = torch.randn(6, dtype=torch.float64)
    path = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 6)).double()
    block = Residual(path, nn.Identity(), nn.Identity())
    whole, inner = (torch.func.jacrev(function)(x) for function in (block, path))
    found = float((whole - inner - torch.eye(6)).detach().abs().max())
    measured("Jacobian of a residual block minus I + J", found, must="≤ 1e-6")
    assert found <= 1e-6


@pytest.mark.system(name="resnet")
def test_a_shortcut_without_parameters_is_a_strided_convolution_by_the_identity() -> None:
    x = torch.randn(2, 3, 8, 8)
    eye = torch.eye(5, 3).view(5, 3, 1, 1)
    assert torch.equal(Padded(3, 5, 2)(x), F.conv2d(x, eye, stride=2))
    nothing = Residual(nn.Conv2d(3, 5, 1), None, nn.Identity())
    assert torch.equal(nothing(x), nothing.path(x))


@pytest.mark.slow
@pytest.mark.system(name="pooling")
def test_pooling_five_arms(measured: Measured) -> None:
    accuracy = {}
    for kind in POOLING:
        accuracy[kind] = mean(on_digits(partial(pooled, kind), steps=300, seeds=5))
        network = counted(partial(pooled, kind), (1, 8, 8))
        cost = f"{network.parameters:,} parameters, {network.macs:,} multiply-accumulates"
        measured(f"{kind}: accuracy on digits ({cost})", accuracy[kind], n=5)
    overlapping = accuracy["overlapping"] - accuracy["maximum"]
    measured("overlapping minus not", overlapping, must="within ± 0.015", n=5)
    assert min(accuracy.values()) >= 0.85
    assert abs(overlapping) <= 0.015


@pytest.mark.system(name="pooling")
def test_maximum_pooling_is_made_of_relus_and_passes_its_gradient_to_one_pixel(measured: Measured) -> None:
    def of_relus(x: Tensor) -> Tensor:
        a, b, c, d = (x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1))
        a, c = a + (b - a).relu(), c + (d - c).relu()
        return a + (c - a).relu()

    x = torch.randn(3, 2, 6, 6)
    found = gap(nn.MaxPool2d(2), of_relus, x)
    measured("max(a, b) = a + ReLU(b − a): difference to maximum pooling, values and gradients", found, must="≤ 1e-6")
    assert found <= 1e-6
    x.requires_grad_()
    F.max_pool2d(x, 2).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    share = float(x.grad.count_nonzero() / x.numel())
    measured("share of pixels that its gradient reaches", share, must="1/4")
    assert share == 1 / 4


@pytest.mark.slow
@pytest.mark.system(name="padding")
def test_padding_four_arms_and_a_probe_for_the_row(measured: Measured) -> None:
    """Whether maps of an even picture tell which row a unit is in: only noughts beyond the border can say it."""
    accuracy = {}
    for mode in PADDING:
        trained = on_digits(partial(padded, mode), steps=200)
        accuracy[mode] = mean(trained)
        measured(f"{mode}: accuracy on digits", accuracy[mode], n=3)
        found = [row_probe(one.model[1][:8]) for one in trained]  # type: ignore[index]
        must = "≥ 0.9" if mode == "zeros" else "≤ 0.175 (chance and 0.05)"
        measured(
            f"{mode}: rows told from maps of an even picture", min(found) if mode == "zeros" else max(found), must=must, n=3
        )
        assert min(found) >= 0.9 if mode == "zeros" else max(found) <= 1 / 8 + 0.05
    measured("spread of the four accuracies", max(accuracy.values()) - min(accuracy.values()), must="≤ 0.03", n=3)
    assert max(accuracy.values()) - min(accuracy.values()) <= 0.03


def row_probe(layers: nn.Sequential) -> float:
    """The accuracy with which a linear classifier reads a unit's row from all maps, on brightnesses it has not seen."""
    x, maps = torch.linspace(0.1, 1, 10).view(10, 1, 1, 1).expand(10, 1, 8, 8), []
    with torch.no_grad():
        for layer in layers:
            x = layer(x)
            maps += [x] if isinstance(layer, nn.ReLU) else []
    features = torch.cat(maps, dim=1).movedim(1, -1).flatten(1, 2)  # (10, 64 places, maps)
    known, unknown = features[::2].flatten(0, 1), features[1::2].flatten(0, 1)
    centre, spread = known.mean(0), known.std(0) + 1e-6
    rows = torch.arange(8).repeat_interleave(8).repeat(5)
    probe = LogisticRegression(C=1000.0, max_iter=5000).fit((known - centre) / spread, rows)
    return float(probe.score((unknown - centre) / spread, rows))


CONVOLUTIONS: list[tuple[str, Sequence[nn.Module], int, int]] = [  # 64 channels: weights and field
    ("1 × 1", [nn.Conv2d(64, 64, 1, bias=False)], 4_096, 1),
    ("3 × 3", [nn.Conv2d(64, 64, 3, bias=False)], 36_864, 3),
    ("two 3 × 3", [nn.Conv2d(64, 64, 3, bias=False) for _ in range(2)], 73_728, 5),
    ("5 × 5", [nn.Conv2d(64, 64, 5, bias=False)], 102_400, 5),
    ("three 3 × 3", [nn.Conv2d(64, 64, 3, bias=False) for _ in range(3)], 110_592, 7),
    ("7 × 7", [nn.Conv2d(64, 64, 7, bias=False)], 200_704, 7),
    ("three 3 × 3 dilated by 1, 2, 4", [nn.Conv2d(64, 64, 3, dilation=d, bias=False) for d in (1, 2, 4)], 110_592, 15),
    ("depthwise 3 × 3 and 1 × 1", [nn.Conv2d(64, 64, 3, groups=64, bias=False), nn.Conv2d(64, 64, 1, bias=False)], 4_672, 3),
]


@pytest.mark.system(name="convolutions")
@pytest.mark.parametrize(("name", "layers", "weights", "field"), CONVOLUTIONS)
def test_weights_and_receptive_fields(
    name: str, layers: list[nn.Module], weights: int, field: int, measured: Measured
) -> None:
    found, across = (
        sum(map(parameters, layers)),
        reach(layers, 31) if name != "1 × 1" else reach([*layers, nn.Identity()], 31),
    )
    measured(f"{name}, 64 to 64 maps: weights", found, must=f"{weights:,}")
    measured(f"{name}: receptive field, by gradient", across, must=f"{field}")
    assert (found, across) == (weights, field)


@pytest.mark.system(name="convolutions")
def test_a_separable_convolution_is_a_convolution_whose_filters_are_products(measured: Measured) -> None:
    block = separable(6, 9)
    depthwise, pointwise = block[0], block[3]
    filters = pointwise.weight * depthwise.weight.view(1, 6, 3, 3)  # type: ignore[operator]
    x = torch.randn(2, 6, 8, 8)
    found = gap(nn.Sequential(depthwise, pointwise), lambda x: F.conv2d(x, filters, padding=1), x)
    measured("depthwise and 1 × 1 minus one convolution by products of their weights", found, must="≤ 1e-5")
    assert found <= 1e-5


@pytest.mark.slow
@pytest.mark.system(name="convolutions")
def test_two_3x3_learn_digits_as_well_as_one_5x5(measured: Measured) -> None:
    def net(kernels: Sequence[int]) -> nn.Module:
        layers: list[nn.Module] = []
        for number, kernel in enumerate(kernels):
            layers += [nn.Conv2d(16 if number else 1, 16, kernel, padding=kernel // 2), nn.ReLU()]
        return nn.Sequential(*layers, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16 * 16, 10))

    stack, single = (mean(on_digits(partial(net, kernels), steps=250, seeds=5)) for kernels in ((3, 3), (5,)))
    measured("accuracy on digits of two 3 × 3 minus one 5 × 5", stack - single, must="≥ −0.005", n=5)
    assert stack - single >= -0.005


@pytest.mark.system(name="cnn")
def test_the_convolutional_classifier_reads_digits(measured: Measured) -> None:
    trained = on_digits(lambda: nn.Sequential(nn.Flatten(), cnn((1, 8, 8), (16, 32), (64,))), steps=300, seeds=4)
    measured("mean accuracy on digits", mean(trained), must="≥ 0.97", n=4)
    measured("and the worst", worst(trained), n=4)
    assert mean(trained) >= 0.97
