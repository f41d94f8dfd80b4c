"""Do the worked numbers of CS231n's lectures 2 to 7 and 10 come out when they are computed again?

Each number of the public notes and slides (Stanford CS231n, 2016 and 2017) that is worked out there, beside what it
comes to: losses of lecture 3, gradients of lecture 4, sizes of lecture 5, VGG's values and the
inception module's operations.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import nn

from seodang.counting import parameters
from seodang.experiment import Claim, Experiment
from seodang.models.vgg import vgg16


def pair(stated: float, computed: Callable[[], float], _seed: int) -> Mapping[str, float]:
    """What the notes or slides say, and what it comes to."""
    value = computed()
    return {"stated": stated, "computed": value, "off": abs(value / stated - 1)}


def hinge() -> float:
    """Lecture 3: the mean over cat, car and frog; margin 1, the true class left out."""
    scores = torch.tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
    losses = (scores - scores.diag()[:, None] + 1).clamp(min=0).sum(dim=1) - 1
    return float(losses.mean())


def softmax() -> float:
    """Lecture 3: the cat's image, scores 3.2, 5.1, -1.7."""
    return float(F.cross_entropy(torch.tensor([[3.2, 5.1, -1.7]]), torch.tensor([0])))


def sigmoid_neuron() -> float:
    """Lecture 4: the gradient of 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))) with respect to w0 = 2; x0 = -1, the sum is 1."""
    w, x = torch.tensor([2.0, -3.0, -3.0], requires_grad=True), torch.tensor([-1.0, -2.0, 1.0])
    return float(torch.autograd.grad(torch.sigmoid(w @ x), w)[0][0])


def alexnet_size() -> float:
    """Lecture 5: the width of AlexNet's first feature maps, of an image of 227 pixels."""
    conv = nn.Conv2d(3, 96, 11, stride=4, device="meta")
    return float(conv(torch.empty(1, 3, 227, 227, device="meta")).shape[-1])


def vgg_values() -> float:
    """Lecture 9's table of VGG-16: the input and what each convolution, pooling and linear layer puts out."""
    net, x = vgg16().to("meta").eval(), torch.empty(1, 3, 224, 224, device="meta")
    values = x.numel()
    for layer in net.children():
        x = layer(x)
        values += x.numel() if isinstance(layer, (nn.Conv2d, nn.MaxPool2d, nn.Linear)) else 0
    return float(values)


def inception_products() -> float:
    """Lecture 9: products of the inception module with bottlenecks on 28 x 28 x 256, the sum of the slide's six rows."""
    rows = ((256, 64, 1), (256, 64, 1), (256, 128, 1), (64, 192, 3), (64, 96, 5), (256, 64, 1))
    return float(28 * 28 * sum(parameters.conv2d(inputs, filters, size, bias=False) for inputs, filters, size in rows))


def experiment() -> Experiment:
    """A worked number an arm."""
    numbers: dict[str, tuple[float, Callable[[], float]]] = {
        "hinge_mean": (5.27, hinge),
        "softmax_loss": (0.89, softmax),
        "sanity": (2.3, lambda: math.log(10)),
        "staged_gradient": (-0.20, sigmoid_neuron),
        "alexnet_size": (55.0, alexnet_size),
        "conv_parameters": (760.0, lambda: float(parameters.conv2d(3, 10, 5))),
        "vgg_parameters": (138e6, lambda: float(sum(each.numel() for each in vgg16().parameters()))),
        "vgg_values": (24e6, vgg_values),
        "inception": (358e6, inception_products),
    }
    return Experiment(
        arms={name: partial(pair, *both) for name, both in numbers.items()},
        metrics={name: itemgetter(name) for name in ("stated", "computed", "off")},
        claims={
            "losses": Claim(lambda a: max(a.hinge_mean.off, a.sanity.off), below=0.002),
            "softmax_is_natural": Claim(lambda a: a.softmax_loss.off, below=0.02),
            "staged": Claim(lambda a: a.staged_gradient.off, below=0.02),
            "sizes": Claim(lambda a: max(a.alexnet_size.off, a.conv_parameters.off, a.vgg_parameters.off), below=0.01),
            "vgg_total": Claim(lambda a: a.vgg_values.off, below=0.01),
            "inception_total": Claim(lambda a: a.inception.off, below=0.01),
        },
        kind="derivation",
    )
