"""Why is VGG so much slower than AlexNet, when it has little more than twice the parameters?

A parameter of a convolution is used at every position, so that operations and parameters sit in different places (Canziani,
Paszke & Culurciello 2016). Both networks are built without storage and counted layer by layer.
"""

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter

import torch
from torch import nn

from seodang.counting.tracing import count_module
from seodang.experiment import Claim, Experiment
from seodang.models.alexnet import alexnet
from seodang.models.resnet import resnet50
from seodang.models.vgg import vgg11, vgg16


def counted(build: Callable[[], nn.Module], _seed: int) -> Mapping[str, float]:
    """Parameters, multiply-adds and values put out by convolutions and linear layers, and the convolutions' share."""
    with torch.device("meta"):
        network = count_module(build(), (3, 224, 224))
    layers = [layer for layer in network.layers if layer.kind in ("Conv2d", "Linear")]
    convolutions = [layer for layer in layers if layer.kind == "Conv2d"]
    return {
        "parameters": network.parameters,
        "macs": network.macs,
        "values": sum(torch.Size(layer.output).numel() for layer in layers),
        "conv_parameters": sum(layer.parameters for layer in convolutions) / network.parameters,
        "conv_macs": sum(layer.macs for layer in convolutions) / network.macs,
        "reuse": network.macs / network.parameters,
    }


def experiment() -> Experiment:
    """AlexNet in one tower, two VGGs, and ResNet-50 for comparison, on images of 224 x 224."""
    names = ("parameters", "macs", "values", "conv_parameters", "conv_macs", "reuse")
    nets: dict[str, Callable[[], nn.Module]] = {"alexnet": alexnet, "vgg11": vgg11, "vgg16": vgg16, "resnet50": resnet50}
    return Experiment(
        kind="derivation",
        arms={name: partial(counted, build) for name, build in nets.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "twice_the_parameters": Claim(lambda a: a.vgg16.parameters / a.alexnet.parameters, below=2.5),
            "twenty_times_the_work": Claim(lambda a: a.vgg16.macs / a.alexnet.macs, above=20),
            "work_is_in_convolutions": Claim(lambda a: min(a.vgg16.conv_macs, a.alexnet.conv_macs), above=0.9),
            "parameters_are_not": Claim(lambda a: max(a.vgg16.conv_parameters, a.alexnet.conv_parameters), below=0.11),
        },
    )
