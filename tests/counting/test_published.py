"""The published networks have the published counts."""

import pytest

from seodang.cli.models import Published, published, published_named
from seodang.counting.network import Network
from seodang.counting.tracing import count_module

PARAMETERS = {
    "lenet5": 60_000,
    "lenet5_modern": 61_706,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg16": 138_357_544,
    "googlenet": 6_624_904,
    "googlenet_auxiliary": 13_004_888,
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
    "resnet20": 269_722,
    "resnet56": 853_018,
    "densenet121": 7_978_856,
    "squeezenet": 1_248_424,
    "squeezenet_1_1": 1_235_496,
    "gpt2": 124_439_808,
    "bert_base": 109_482_240,
    "unet": 31_030_658,
}
"""As the papers' authors, or torchvision and transformers (which ship the weights), have them."""
GMACS = {
    "alexnet": 0.71,
    "vgg16": 15.47,
    "resnet18": 1.81,
    "resnet50": 4.09,
    "densenet121": 2.83,
    "googlenet": 1.5,
    "squeezenet": 0.82,
    "squeezenet_1_1": 0.35,
}
"""Billions of MACs as torchvision's documentation gives them beside its weights."""
FIELDS = {"alexnet": 195, "vgg16": 212, "mobilenet": 315}
"""Araujo, Norris & Sim 2019, table 1."""


def counted(name: str) -> Network:
    network = published_named(name)
    assert network is not None
    return count_module(network.build(), *network.input, name=name)


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters(name: str, parameters: int) -> None:
    assert counted(name).parameters == parameters


@pytest.mark.parametrize(("name", "gmacs"), GMACS.items())
def test_macs(name: str, gmacs: float) -> None:
    assert round(counted(name).macs / 1e9, 2) == gmacs


@pytest.mark.parametrize(("name", "field"), FIELDS.items())
def test_receptive_fields(name: str, field: int) -> None:
    found = counted(name).receptive_field
    assert found is not None
    assert found.size == (field, field)


@pytest.mark.parametrize("network", published(), ids=lambda network: network.name)
def test_every_published_network_can_be_counted_and_names_its_paper(network: Published) -> None:
    network_counted = count_module(network.build(), *network.input)
    assert network_counted.parameters == network.parameters > 0
    assert network_counted.macs > 0
    assert network.paper.endswith(".")
