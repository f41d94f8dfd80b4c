"""Any module counted exactly: PyTorch's own counter, forward and backward, and the cases other tools get wrong."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm
from torch.utils.flop_counter import FlopCounterMode

from seodang.counting.errors import CountingError
from seodang.counting.tracing import count_module

META = torch.device("meta")


def rows(module: nn.Module, *shapes: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """Parameters and MACs of every layer that has any."""
    layers = count_module(module, *shapes).layers
    return {layer.name: (layer.parameters, layer.macs) for layer in layers if layer.parameters or layer.macs}


class Tied(nn.Module):
    """An embedding whose matrix is the last layer's too, and a layer that runs three times."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.layer, self.head = nn.Embedding(50, 8), nn.Linear(8, 8), nn.Linear(8, 50, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, words: Tensor) -> Tensor:
        x = self.embed(words)
        for _ in range(3):
            x = self.layer(x)
        scores: Tensor = self.head(x)
        return scores


class Functional(nn.Module):
    """No layers at all: products of bare parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.filters, self.matrix = nn.Parameter(torch.randn(4, 3, 3, 3)), nn.Parameter(torch.randn(5, 4))
        self.more = nn.ParameterList([nn.Parameter(torch.randn(5, 5))])

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.filters).mean((2, 3))
        mapped: Tensor = torch.matmul(torch.einsum("bc,oc->bo", x, self.matrix), self.more[0])
        return mapped


class Attention(nn.Module):
    """Heads through PyTorch's fused attention."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(16, 48)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 16)
        query, key, value = (each.unflatten(2, (2, 8)).transpose(1, 2) for each in self.project(x).chunk(3, -1))
        mixed: Tensor = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return mixed.transpose(1, 2).flatten(2)


class Looks(nn.Module):
    """A network that looks at its numbers, which the meta device has not got."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x)
        return y if y.sum().item() < 1e9 else x


class Idle(nn.Module):
    """A head that evaluation does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.head = nn.Linear(3, 2), nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x)
        return y + self.head(x).sum() if self.training else y


def test_tied_weights_are_counted_once_and_used_ones_every_time() -> None:
    assert rows(Tied(), (10,)) == {"embed": (400, 0), "layer": (72, 3 * 10 * 64), "head": (0, 10 * 8 * 50)}


def test_products_of_bare_parameters_are_counted() -> None:
    net = rows(Functional(), (3, 6, 6))
    assert net == {"Functional": (108 + 20 + 25, 16 * 4 * 27 + 20 + 25)}


def test_fused_attention_is_counted_where_it_runs() -> None:
    assert rows(Attention(), (7, 16)) == {"project": (816, 7 * 16 * 48), "Attention": (0, 2 * 7 * 7 * 16)}


def test_a_linear_layer_works_at_every_step() -> None:
    assert rows(nn.Linear(5, 6), (4, 3, 5)) == {"Linear": (36, 12 * 30)}


def test_a_transposed_convolution_multiplies_its_input_once_a_tap() -> None:
    assert rows(nn.ConvTranspose2d(3, 8, 4, 2, 1), (3, 9, 9)) == {"ConvTranspose2d": (392, 81 * 3 * 8 * 16)}


def test_a_bilinear_layer_is_counted() -> None:
    assert rows(nn.Bilinear(3, 4, 5), (3,), (4,)) == {"Bilinear": (65, 5 * (12 + 3))}


def test_reparametrized_weights_are_one_layer() -> None:
    assert rows(weight_norm(nn.Linear(3, 2)), (3,)) == {"ParametrizedLinear": (6 + 2 + 2, 6)}


def test_lazy_layers_take_the_shape_of_their_first_input() -> None:
    assert rows(nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2)), (3, 4, 4)) == {
        "0": (112, 4 * 4 * 27),
        "2": (34, 32),
    }


def test_a_network_that_looks_at_its_numbers_is_run_with_some() -> None:
    assert rows(Looks(), (3,)) == {"layer": (8, 6)}
    with META:
        without = Looks()
    assert rows(without, (3,)) == {"layer": (8, 6)}


def test_an_opaque_kernel_is_opened_where_numbers_are_needed() -> None:
    class Both(Looks):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.attention = nn.LSTM(2, 4, batch_first=True), nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            x, _ = self.lstm(super().forward(x))
            attended: Tensor = self.attention(x, x, x, need_weights=False)[0]
            return attended

    counted = rows(Both(), (5, 3))
    assert counted["lstm"] == (4 * 4 * (2 + 4 + 2), 5 * 4 * 4 * 6)
    assert counted["attention"] == (4 * 20, 5 * 4 * 16 + 2 * 25 * 4)


def test_a_head_that_did_not_run_still_has_its_parameters() -> None:
    idle = count_module(Idle(), (3,)).layers[-1]
    assert (idle.name, idle.parameters, idle.output, idle.macs) == ("head", 16, (), 0)


def test_running_statistics_are_no_parameters() -> None:
    assert rows(nn.BatchNorm2d(6), (6, 4, 4)) == {"BatchNorm2d": (12, 0)}


def test_torch_s_own_layers_have_their_batch_second_unless_told_otherwise() -> None:
    second, first = nn.TransformerEncoderLayer(16, 2, 32), nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    assert count_module(second, (9, 16)).macs == count_module(first, (9, 16)).macs
    assert count_module(second, (9, 16)).output == (9, 16)


def test_the_counted_module_is_left_as_it_is() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout()).train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    count_module(net, (3,))
    assert net.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_an_example_says_what_a_shape_does_not() -> None:
    class Masked(nn.Linear):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x) * (mask if mask is not None else 1)

    counted = count_module(Masked(3, 2), torch.zeros(1, 3), torch.ones(1, 2, dtype=torch.bool))
    assert (counted.input, counted.output, counted.macs) == ((3,), (2,), 6)


def flops_of_a_step(module: nn.Module, *shapes: tuple[int, ...]) -> tuple[int, int]:
    """Forward, and forward with backward, by PyTorch's counter."""
    torch.backends.mha.set_fastpath_enabled(False)
    module, inputs = module.to(META).eval(), [torch.empty(1, *shape, device=META) for shape in shapes]
    counts = []
    for backward in (False, True):
        with FlopCounterMode(display=False) as counter:
            output = module(*inputs)
            if backward:
                (output[0] if isinstance(output, tuple) else output).sum().backward()
        counts.append(counter.get_total_flops())
    torch.backends.mha.set_fastpath_enabled(True)
    return counts[0], counts[1]


STEPS: dict[str, tuple[Callable[[], nn.Module], tuple[tuple[int, ...], ...]]] = {
    "convolutional": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2), nn.Flatten(), nn.Linear(98, 5)),
        ((3, 8, 8),),
    ),
    "perceptron": (lambda: nn.Sequential(nn.Linear(7, 5), nn.Tanh(), nn.Linear(5, 3)), ((7,),)),
    "lstm": (lambda: nn.LSTM(5, 7, 2, bidirectional=True, batch_first=True), ((6, 5),)),
    "gru": (lambda: nn.GRU(5, 7, batch_first=True), ((6, 5),)),
    "attention": (lambda: nn.MultiheadAttention(16, 2, batch_first=True), ((9, 16),) * 3),
    "encoder": (lambda: nn.TransformerEncoderLayer(16, 2, 40, batch_first=True), ((9, 16),)),
    "transformer": (lambda: nn.Transformer(16, 2, 1, 1, 40, batch_first=True), ((9, 16), (5, 16))),
    "frozen": (lambda: nn.Sequential(nn.Linear(7, 5).requires_grad_(False), nn.ReLU(), nn.Linear(5, 3)), ((7,),)),
}


@pytest.mark.parametrize(("make", "shapes"), STEPS.values(), ids=STEPS)
def test_the_arithmetic_of_a_training_step_is_pytorch_s(
    make: Callable[[], nn.Module], shapes: tuple[tuple[int, ...], ...]
) -> None:
    counted = count_module(make(), *shapes)
    assert (counted.flops, counted.training_flops) == flops_of_a_step(make(), *shapes)


def test_depthwise_filters_are_trained_at_the_cost_of_their_forward_pass() -> None:
    """PyTorch's counter says groups times as much for the gradient of the weight."""
    counted = count_module(nn.Sequential(nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 3, groups=8)), (8, 9, 9)).layers[1]
    assert (counted.macs, counted.spared) == (49 * 8 * 9, 0)


OTHER = "change the layer, or give another --input"
REFUSED = {
    nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5)): (
        (3, 8, 8),
        "layer 2, Conv2d: its input is 8 x 3 x 3; (3 + 2·0 − 5) / 1 + 1 = −1; pad by 1 or more, or drop a pooling",
    ),
    nn.Sequential(nn.Flatten(), nn.Linear(10, 2)): (
        (3, 2, 2),
        f"layer 1, Linear: its input is 12; its weights expect 10 channels or features, not 12; {OTHER}",
    ),
    nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(4)): (
        (3, 8, 8),
        f"layer 1, BatchNorm2d: its input is 8 x 6 x 6; its weights expect 4 channels or features, not 8; {OTHER}",
    ),
    nn.LSTM(4, 5, batch_first=True): (
        (7, 3),
        f"layer LSTM, LSTM: its input is 7 x 3; its weights expect 4 channels or features, not 3; {OTHER}",
    ),
    nn.Sequential(nn.Linear(3, 3), nn.Unflatten(1, (2, 2))): (
        (3,),
        "layer 1, Unflatten: its input is 3, and PyTorch says: unflatten: Provided sizes [2, 2] don't multiply up to the "
        "size of dim 1 (3) in the input tensor",
    ),
}


@pytest.mark.parametrize(("module", "shape", "said"), [(module, *rest) for module, rest in REFUSED.items()])
def test_an_impossible_shape_is_refused_by_layer_shape_and_arithmetic(
    module: nn.Module, shape: tuple[int, ...], said: str
) -> None:
    with pytest.raises(CountingError) as refused:
        count_module(module, shape)
    assert str(refused.value) == said


def test_a_million_gigabyte_network_is_counted_without_its_numbers() -> None:
    with META:
        net = nn.Sequential(nn.Linear(10**7, 10**8), nn.Linear(10**8, 10**7))
    assert count_module(net, (10**7,)).macs == 2 * 10**15
