"""How many lines is an autoencoder, in NumPy by hand and in a framework?

Two complete programs for the deep autoencoder of Hinton & Salakhutdinov 2006 lie in seodang/models: numpy_autoencoder.py
writes back-propagation and Adam out, torch_autoencoder.py leaves them to PyTorch and takes its first weights from the other.
They are counted, run on the same digits in the same batches, and compared.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from seodang.data.digits import digits
from seodang.experiment import Claim, Experiment, knob
from seodang.models import numpy_autoencoder, torch_autoencoder


@dataclass(frozen=True)
class Parameters:
    """Numbers of code, and passes over the digits."""

    code: int = knob(8, low=1, high=64)
    epochs: int = knob(80, low=1, high=1000)


def lines(module: Any) -> int:
    """Lines of a file that are not blank."""
    return sum(bool(line.strip()) for line in inspect.getsource(module).splitlines())


def program(p: Parameters, module: Any, seed: int) -> Mapping[str, float]:
    """A program's lines, and its error; the seed draws the same digits, weights and batches for both."""
    rng, (x, _, x_test, _) = np.random.default_rng(seed), digits(torch.Generator().manual_seed(seed))
    weights = numpy_autoencoder.initial((64, 64, p.code), rng)
    net = module.train(weights, x.numpy(), p.epochs, 0.003, rng)
    error = F.mse_loss(net(x_test), x_test).item() if net else numpy_autoencoder.error(weights, x_test.numpy())
    backprop = inspect.getsource(module.backward).splitlines() if hasattr(module, "backward") else []
    return {
        "lines": lines(module),
        "backprop_lines": sum(bool(line.strip()) for line in backprop),
        "test_error": float(error),
    }


def experiment(p: Parameters) -> Experiment:
    """The same net twice."""
    return Experiment(
        kind="measurement",
        arms={"numpy": partial(program, p, numpy_autoencoder), "torch": partial(program, p, torch_autoencoder)},
        metrics={name: itemgetter(name) for name in ("lines", "backprop_lines", "test_error")},
        claims={
            "framework_is_short": Claim(lambda a: a.torch.lines <= 25),
            "numpy_fits_a_page": Claim(lambda a: a.numpy.lines <= 60),
            "both_rebuild": Claim(lambda a: max(a.torch.test_error, a.numpy.test_error), below=0.02),
            "same_result": Claim(lambda a: abs(a.torch.test_error / a.numpy.test_error - 1), below=0.05),
        },
    )
