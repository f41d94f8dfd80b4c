"""Published convolutional networks: parameters, multiply-accumulates, shapes and receptive fields, exactly."""

from collections.abc import Callable
from functools import partial
from itertools import accumulate

import pytest
import torch
from systems.conftest import Measured
from systems.convolutional import counted, parameters, reach
from torch import Tensor, nn

from seodang.models import alexnet, densenet, googlenet, lenet, nin, resnet, separable, squeezenet, unet, vgg
from seodang.models.cnn import cnn
from seodang.models.mlp import mlp

early = partial(resnet.resnet, (3, 4, 6, 3), partial(resnet.bottleneck, early=True), 4)
GIGA = 1e9

# Row, what it is called, how it is built, the image, parameters, and 10⁹ multiply-accumulates (0: not published).
PUBLISHED: list[tuple[str, str, Callable[[], nn.Module], tuple[int, ...], int, float]] = [
    ("mlp", "784-256-10", partial(mlp, [784, 256, 10]), (784,), 203_530, 0.0),
    ("cnn", "the assignment's net", partial(cnn, (1, 28, 28), (32, 64), (1024, 128)), (784,), 3_363_786, 0.0),
    (
        "cnn",
        "without normalization",
        partial(cnn, (1, 28, 28), (32, 64), (1024, 128), batch_norm=False),
        (784,),
        3_363_594,
        0.0,
    ),
    ("cnn", "on digits", partial(cnn, (1, 8, 8), (16, 32), (64,)), (64,), 13_802, 0.0),
    ("lenet5", "published", lenet.lenet5, (1, 32, 32), 60_000, 0.0),
    ("lenet5", "as written today", lenet.lenet5_modern, (1, 28, 28), 61_706, 0.0),
    ("alexnet", "one tower", alexnet.alexnet, (3, 224, 224), 61_100_840, 0.714),
    ("alexnet", "two towers, 2012", alexnet.alexnet_2012, (3, 227, 227), 60_965_224, 0.724),
    ("vgg", "VGG-11", vgg.vgg11, (3, 224, 224), 132_863_336, 7.609),
    ("vgg", "VGG-16", vgg.vgg16, (3, 224, 224), 138_357_544, 15.470),
    ("vgg", "VGG-19", vgg.vgg19, (3, 224, 224), 143_667_240, 19.632),
    ("nin", "CIFAR-10", nin.nin, (3, 32, 32), 966_986, 0.0),
    ("googlenet", "as shipped today", googlenet.googlenet, (3, 224, 224), 6_624_904, 1.498),
    ("googlenet", "with auxiliary heads", googlenet.googlenet_auxiliary, (3, 224, 224), 13_004_888, 1.498),
    ("googlenet", "published, with auxiliary heads", googlenet.googlenet_2014, (3, 224, 224), 13_378_280, 0.0),
    ("resnet", "ResNet-18", resnet.resnet18, (3, 224, 224), 11_689_512, 1.814),
    ("resnet", "ResNet-34", resnet.resnet34, (3, 224, 224), 21_797_672, 3.664),
    ("resnet", "ResNet-50", resnet.resnet50, (3, 224, 224), 25_557_032, 4.089),
    ("resnet", "ResNet-50 with the stride as published", early, (3, 224, 224), 25_557_032, 3.858),
    ("resnet", "ResNet-101", resnet.resnet101, (3, 224, 224), 44_549_160, 7.801),
    ("resnet", "ResNet-152", resnet.resnet152, (3, 224, 224), 60_192_808, 11.514),
    ("resnet", "CIFAR-10, 20 layers", resnet.resnet20, (3, 32, 32), 269_722, 0.0),
    ("resnet", "CIFAR-10, 56 layers", resnet.resnet56, (3, 32, 32), 853_018, 0.0),
    ("densenet", "DenseNet-121", densenet.densenet121, (3, 224, 224), 7_978_856, 2.834),
    ("densenet", "DenseNet-169", densenet.densenet169, (3, 224, 224), 14_149_480, 3.360),
    ("densenet", "DenseNet-201", densenet.densenet201, (3, 224, 224), 20_013_928, 4.291),
    ("squeezenet", "SqueezeNet 1.0", squeezenet.squeezenet, (3, 224, 224), 1_248_424, 0.819),
    ("squeezenet", "SqueezeNet 1.1", squeezenet.squeezenet_1_1, (3, 224, 224), 1_235_496, 0.349),
    ("convolutions", "MobileNet", separable.mobilenet, (3, 224, 224), 4_231_976, 0.569),
]


@pytest.mark.parametrize(
    ("name", "build", "image", "count", "macs"),
    [pytest.param(*case[1:], marks=pytest.mark.system(name=case[0]), id=f"{case[0]}, {case[1]}") for case in PUBLISHED],
)
def test_parameters_and_multiply_accumulates_are_the_published_ones(
    name: str, build: Callable[[], nn.Module], image: tuple[int, ...], count: int, macs: float, measured: Measured
) -> None:
    network = counted(build, image)
    assert network.output == ((1000,) if image[-1] > 200 and len(image) == 3 else (10,))
    measured(f"{name}: parameters", network.parameters, must=f"{count:,}")
    assert network.parameters == count
    if macs:
        measured(f"{name}: 10⁹ multiply-accumulates", network.macs / GIGA, must=f"{macs:.3f}")
        assert round(network.macs / GIGA, 3) == macs


@pytest.mark.system(name="lenet5")
def test_lenet5_has_the_connections_of_the_paper_layer_by_layer(measured: Measured) -> None:
    connections: dict[str, int] = {}

    def count(name: str, layer: nn.Module, output: Tensor) -> None:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            each = layer.weight[0].numel() + 1  # and its bias
        elif isinstance(layer, lenet.Subsampling):
            each = 4 + 1
        elif isinstance(layer, lenet.RadialBasis):
            each = layer.targets.shape[1]
        else:
            return
        connections[name] = connections.get(name, 0) + output[0].numel() * each

    net = lenet.lenet5()
    for name, layer in net.named_modules():
        place = name.partition(".")[0]
        layer.register_forward_hook(lambda layer, _, output, place=place: count(place, layer, output))
    net(torch.zeros(1, 1, 32, 32))
    trained = [parameters(net[int(name)]) for name in connections]
    assert trained == [156, 12, 1_516, 32, 48_120, 10_164, 0], "C1, S2, C3, S4, C5, F6 and the output, whose units are fixed"
    assert list(connections.values()) == [122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840]
    measured("connections", sum(connections.values()), must="340,908")
    assert sum(connections.values()) == 340_908


@pytest.mark.system(name="cnn")
def test_every_layer_of_the_assignments_net_has_the_shape_of_the_table(measured: Measured) -> None:
    x, shapes = torch.zeros(1, 784), []
    for layer in cnn((1, 28, 28), (32, 64), (1024, 128)).eval():
        x = layer(x)
        shapes.append(tuple(x.shape[1:]))
    table = [(1, 28, 28), *[(32, 28, 28)] * 3, (32, 14, 14), *[(64, 14, 14)] * 3, (64, 7, 7), (3136,)]
    table += [*[(1024,)] * 2, *[(128,)] * 2, (10,)]
    measured("layers whose output has the shape of the table", sum(map(tuple.__eq__, shapes, table)), must=f"{len(table)}")
    assert shapes == table


@pytest.mark.parametrize(
    ("build", "field", "side"),
    [
        pytest.param(alexnet.alexnet, 195, 355, marks=pytest.mark.system(name="alexnet")),
        pytest.param(vgg.vgg16, 212, 352, marks=pytest.mark.system(name="vgg")),
    ],
)
def test_the_last_pooling_sees_as_many_pixels_as_its_gradient_reaches(
    build: Callable[[], nn.Sequential], field: int, side: int, measured: Measured
) -> None:
    with torch.device("meta"):
        layers = list(build())
    flatten = next(place for place, layer in enumerate(layers) if isinstance(layer, nn.Flatten))
    found = reach(layers[:flatten], side)
    counting = counted(build, (3, 224, 224)).receptive_field
    measured("receptive field of the last pooling, by gradient", found, must=f"{field}")
    assert found == field
    assert counting is not None
    assert counting.size == (field, field)


@pytest.mark.system(name="resnet")
@pytest.mark.parametrize(
    ("where", "build", "field"), [("3 × 3", resnet.resnet50, 427), ("first 1 × 1, as published", early, 483)]
)
def test_the_receptive_field_of_resnet50_depends_on_where_its_strides_are(
    where: str, build: Callable[[], nn.Module], field: int, measured: Measured
) -> None:
    found = counted(build, (3, 224, 224)).receptive_field
    assert found is not None
    measured(f"ResNet-50: receptive field with the strides in the {where}", found.size[0], must=f"{field}")
    assert found.size == (field, field)


@pytest.mark.system(name="googlenet")
def test_inception_3a_has_the_weights_of_the_paper_and_42_percent_of_those_without_reductions(measured: Measured) -> None:
    module = googlenet.Inception(192, googlenet.TABLE[0][0])
    weights = sum(p.numel() for p in module.parameters() if p.dim() > 1)
    one, _, three, _, five, _ = googlenet.TABLE[0][0]
    naive = [nn.Conv2d(192, filters, kernel, bias=False) for filters, kernel in ((one, 1), (three, 3), (five, 5))]
    measured("inception (3a): weights", weights, must="163,328")
    measured("and of its three filters without reductions", sum(map(parameters, naive)), must="387,072")
    assert (weights, sum(map(parameters, naive))) == (163_328, 387_072)
    assert module(torch.zeros(1, 192, 4, 4)).shape[1] == module.outputs == 256


@pytest.mark.system(name="resnet")
def test_a_bottleneck_costs_a_seventeenth_of_two_wide_convolutions(measured: Measured) -> None:
    def weights(path: nn.Module) -> int:
        return sum(p.numel() for p in path.parameters() if p.dim() > 1)

    narrow, wide = weights(resnet.bottleneck(256, 256, 1)), weights(resnet.basic(256, 256, 1))
    measured("weights of a bottleneck block of 256 maps", narrow, must="69,632")
    measured("weights of two 3 × 3 convolutions of 256 maps", wide, must="1,179,648")
    assert (narrow, wide) == (69_632, 1_179_648)


@pytest.mark.system(name="densenet")
def test_each_dense_layer_adds_its_growth_to_the_channels_and_a_transition_halves_them(measured: Measured) -> None:
    channels: list[list[int]] = [[]]

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        if isinstance(layer, nn.AvgPool2d):
            channels.append([])
        else:
            channels[-1].append(output.shape[1])

    with torch.device("meta"):
        net = densenet.densenet121().eval()
        for layer in net:
            if isinstance(layer, densenet.Dense | nn.AvgPool2d):
                layer.register_forward_hook(note)
        net(torch.empty(1, 3, 224, 224))
    start, expected = 64, []
    for count in (6, 12, 24, 16):
        expected.append(list(accumulate([32] * count, initial=start))[1:])
        start = expected[-1][-1] // 2
    assert channels == expected
    right = sum(
        found == k for block, told in zip(channels, expected, strict=True) for found, k in zip(block, told, strict=True)
    )
    measured("layers with k₀ + l·k channels", right, must="58")
    measured(
        "channels at the end of the four blocks",
        ", ".join(str(block[-1]) for block in channels),
        must="256, 512, 1024, 1024",
    )
    assert [block[-1] for block in channels] == [256, 512, 1024, 1024]


@pytest.mark.system(name="fully_convolutional")
def test_unet_has_the_layers_and_the_output_of_its_figure(measured: Measured) -> None:
    with torch.device("meta"):
        net = unet.unet()
        output = net(torch.empty(1, 1, 572, 572))
    layers = sum(isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) for layer in net.modules())
    measured("U-Net: convolutional layers", layers, must="23")
    measured("U-Net: pixels of its 572 × 572 that it scores", f"{output.shape[2]} × {output.shape[3]}", must="388 × 388")
    assert (layers, tuple(output.shape)) == (23, (1, 2, 388, 388))
