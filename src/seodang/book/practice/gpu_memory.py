"""How is the memory that training needs computed, and what takes most of it?

In single precision a weight takes 4 bytes, its gradient 4, Adam's two averages 8 (Rajbhandari et al. 2020); and the forward
pass keeps, for every sample of the batch, what the backward pass will need. Both are counted in a real step, the second by
the hooks of autograd, and compared with a count by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer

from seodang.experiment import Claim, Experiment, knob
from seodang.models import mlp


@dataclass(frozen=True)
class Parameters:
    """Samples in the smaller batch, hidden units of the MLP, channels of the convolution; images are 28 x 28."""

    batch: int = knob(64, low=1, high=4_096)
    width: int = knob(256, low=1, high=4_096)
    channels: int = knob(16, low=1, high=512)


def cnn(channels: int) -> nn.Sequential:
    """One convolution, ReLU, maximum pooling, one linear layer."""
    image = nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, channels, 3, padding=1)
    return nn.Sequential(*image, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(channels * 196, 10))


def by_hand(p: Parameters, net: str) -> int:
    """Bytes a sample: inputs of layers, outputs of ReLU, places of the maxima (8 bytes each), log-softmax and label."""
    return 4 * 784 + 4 * 10 + 8 + (4 * 2 * p.width if net == "mlp" else p.channels * (4 * 784 + 8 * 196 + 4 * 196))


def stepped(p: Parameters, net: str, batch: int, seed: int, by: Callable[..., Optimizer] = Adam) -> Mapping[str, float]:
    """Bytes that are alive in one real training step, by what they are for."""
    torch.manual_seed(seed)
    model = mlp([784, p.width, p.width, 10]) if net == "mlp" else cnn(p.channels)
    optimizer = by(model.parameters())
    own, saved = {one.untyped_storage().data_ptr() for one in model.parameters()}, dict[int, int]()

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own and tensor.dim():  # weights are counted as weights, and scalars not at all
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    x, y = torch.randn(batch, 784), torch.randint(10, (batch,))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    weights = list(model.parameters())
    made: dict[str, float] = {
        "parameters": sum(one.nbytes for one in weights),
        "gradients": sum(one.grad.nbytes for one in weights if one.grad is not None),
        "optimizer": sum(one.nbytes for kept in optimizer.state.values() for one in kept.values() if one is not None),
    }
    each = sum(made.values()) / sum(one.numel() for one in weights)
    return made | {"each": each, "activations": sum(saved.values()), "predicted": batch * by_hand(p, net)}


def experiment(p: Parameters) -> Experiment:
    """Two nets, each with a batch and with twice that; and one of them with other optimizers."""
    sizes = {"": p.batch, "_double": 2 * p.batch}
    other = {"mlp_sgd": partial(SGD, lr=0.01), "mlp_momentum": partial(SGD, lr=0.01, momentum=0.9)}
    names = ("parameters", "gradients", "optimizer", "each", "activations", "predicted")
    return Experiment(
        kind="derivation",
        arms={f"{net}{end}": partial(stepped, p, net, size) for net in ("mlp", "cnn") for end, size in sizes.items()}
        | {name: partial(stepped, p, "mlp", p.batch, by=by) for name, by in other.items()},
        metrics={name: itemgetter(name) for name in names},
        claims={
            "sixteen_bytes": Claim(lambda a: abs(a.mlp.each - 16), below=0.01),
            "eight_and_twelve": Claim(lambda a: max(abs(a.mlp_sgd.each - 8), abs(a.mlp_momentum.each - 12)), below=0.01),
            "counted_by_hand": Claim(lambda a: max(abs(x.activations / x.predicted - 1) for x in (a.mlp, a.cnn)), below=0.1),
            "linear_in_batch": Claim(lambda a: a.mlp_double.activations == 2 * a.mlp.activations),
            "weights_stay": Claim(lambda a: a.mlp_double.each == a.mlp.each and a.cnn_double.each == a.cnn.each),
            "weights_dominate": Claim(lambda a: all(4 * x.parameters > x.activations for x in (a.mlp, a.cnn))),
        },
    )
