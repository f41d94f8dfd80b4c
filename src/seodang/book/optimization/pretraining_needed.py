"""Is unsupervised pre-training, by autoencoders or RBMs, still needed?

It was what made deep nets of sigmoids trainable in 2006 (Hinton, Osindero & Teh 2006; Erhan et al. 2010). ReLU and an
initialization that keeps the signal's size did away with it (Glorot, Bordes & Bengio 2011). Five hidden layers on digits:
sigmoids and ReLU, each from scratch and from a stack of denoising autoencoders, trained layer by layer without labels; and
ReLU with only 100 labelled images.
"""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models.deep_belief import DenoisingLayer, denoising_network, perceptron, pretrain

SIZES = [64, 32, 32, 32, 32, 32]


@dataclass(frozen=True)
class Parameters:
    """Steps of pre-training a layer, steps of training, and the rates of the two nets."""

    before: int = knob(200, low=1, high=10_000)
    steps: int = knob(400, low=1, high=20_000)
    sigmoid_lr: float = knob(0.5, above=0, high=10)
    relu_lr: float = knob(0.05, above=0, high=10)


class Rectified(DenoisingLayer):
    """A denoising autoencoder of ReLU units with a linear decoder and He's initialization."""

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__(visible, hidden)
        nn.init.kaiming_normal_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.hidden_bias).relu()

    def objective(self, x: Tensor, uniforms: Tensor) -> Tensor:
        start = self.visible_bias.sigmoid()  # pretrain begins it at the log-odds of the mean
        return F.mse_loss(F.linear(self(x * (uniforms >= self.blotted)), self.weight.T, start), x)


def trained(p: Parameters, seed: int, relu: bool = False, before: bool = False, labels: int = 1347) -> float:
    """Test accuracy after training with that many labels; for pre-training all training images are there."""
    generator = torch.Generator().manual_seed(seed)
    x, y, x_test, y_test = digits(generator)
    torch.manual_seed(seed)
    layers = [Rectified(*pair) for pair in pairwise(SIZES)] if relu else denoising_network(SIZES)
    if before:
        pretrain(layers, x, generator, steps=p.before)
    net = nn.Sequential(*(nn.ReLU() if relu and isinstance(part, nn.Sigmoid) else part for part in perceptron(layers, 10)))
    optimizer = torch.optim.SGD(net.parameters(), lr=p.relu_lr if relu else p.sigmoid_lr, momentum=0.9)
    for _ in range(p.steps):
        rows = torch.randint(labels, (64,), generator=generator)
        optimizer.zero_grad()
        torch.autograd.backward(F.cross_entropy(net(x[rows]), y[rows]))
        optimizer.step()
    return float((net(x_test).argmax(1) == y_test).float().mean())


def experiment(p: Parameters) -> Experiment:
    """Sigmoids and ReLU, from scratch and pre-trained; ReLU also with few labels."""
    arm, relu = partial(trained, p), partial(trained, p, relu=True)
    return Experiment(
        arms={
            "sigmoid": arm,
            "sigmoid_before": partial(arm, before=True),
            "relu": relu,
            "relu_before": partial(relu, before=True),
            "relu_few": partial(relu, labels=100),
            "relu_before_few": partial(relu, labels=100, before=True),
        },
        metrics={"accuracy": float},
        claims={
            "sigmoids_need_it": Claim(lambda a: a.sigmoid_before.accuracy - a.sigmoid.accuracy, above=0.3),
            "relu_does_not": Claim(lambda a: abs(a.relu_before.accuracy - a.relu.accuracy), below=0.02),
            "relu_gains_nothing": Claim(lambda a: a.relu_before.accuracy - a.relu.accuracy, below=0.02),
            "relu_is_enough": Claim(lambda a: a.sigmoid_before.accuracy - a.relu.accuracy, below=0.02),
        },
    )
