"""Why is a CNN better than an MLP on images, and when does an MLP do?

A convolution assumes that neighbouring pixels belong together and that a pattern may be anywhere (LeCun et al. 1998). Take
the first away by one fixed permutation of the pixels, and the advantage must go, while an MLP does not notice. Both nets
have about 6,090 parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.mlp import mlp
from seodang.models.small_conv import pooled

SIDE = 8


@dataclass(frozen=True)
class Parameters:
    """The MLP's hidden units, for as many parameters as the CNN has; the training images of the small set."""

    hidden: int = knob(81, low=1, high=1024)
    few: int = knob(200, low=10, high=1347)
    lr: float = knob(0.005, above=0, high=1)
    steps: int = knob(300, low=1, high=5000)


def net() -> nn.Sequential:
    """Two convolutions with 16 and 32 filters, pooled, and a linear layer; of flat pixels."""
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)), *pooled("maximum", (16, 32)))


def permuted(generator: torch.Generator) -> Split:
    """The digits with their pixels in another order, the same for all images."""
    x, y, x_test, y_test = digits(generator)
    order = torch.randperm(SIDE**2, generator=generator)
    return Split(x[:, order], y, x_test[:, order], y_test)


def few(images: int, generator: torch.Generator) -> Split:
    """The digits with only the first of the training images."""
    x, y, x_test, y_test = digits(generator)
    return Split(x[:images], y[:images], x_test, y_test)


def shifted(trained: Trained) -> float:
    """The accuracy on test images moved to the right by one pixel."""
    x = F.pad(trained.x_test.view(-1, SIDE, SIDE)[:, :, :-1], (1, 0)).flatten(1)
    with torch.no_grad():
        return float((trained.model(x).argmax(-1) == trained.y_test).float().mean())


def parameters(trained: Trained) -> float:
    """All that is trained."""
    return sum(p.numel() for p in trained.model.parameters())


def experiment(p: Parameters) -> Experiment:
    """Both nets on digits, on permuted digits, and on few; the MLP also five times as long."""
    cnn = Training(
        data=digits, model=net, loss=F.cross_entropy, optimizer=partial(torch.optim.Adam, lr=p.lr), steps=p.steps, batch=32
    )
    dense = replace(cnn, model=partial(mlp, [SIDE**2, p.hidden, 10]))
    some: Callable[[torch.Generator], Split] = partial(few, p.few)
    return Experiment(
        arms={
            **{"cnn": cnn, "mlp": dense, "mlp_longer": replace(dense, steps=5 * p.steps)},
            **{"cnn_permuted": replace(cnn, data=permuted), "mlp_permuted": replace(dense, data=permuted)},
            **{"cnn_few": replace(cnn, data=some), "mlp_few": replace(dense, data=some)},
        },
        metrics={"accuracy": Trained.accuracy, "shifted": shifted, "parameters": parameters},
        claims={
            "cnn_is_better": Claim(lambda a: a.cnn.accuracy - a.mlp.accuracy, above=0.01),
            "better_on_few": Claim(lambda a: a.cnn_few.accuracy - a.mlp_few.accuracy, above=0.01),
            "order_matters_to_cnn": Claim(lambda a: a.cnn.accuracy - a.cnn_permuted.accuracy, above=0.015),
            "and_not_to_mlp": Claim(lambda a: abs(a.mlp.accuracy - a.mlp_permuted.accuracy), below=0.01),
            "shift_hurts_mlp_more": Claim(lambda a: a.cnn.shifted - a.mlp.shifted, above=0.1),
            "mlp_does_well": Claim(lambda a: a.mlp_longer.accuracy, above=0.96),
        },
    )
