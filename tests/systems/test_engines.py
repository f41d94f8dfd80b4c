"""Networks in NumPy alone, the same network in other frameworks, and on two workers: equal numbers; and lines counted."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.frameworks import in_torch, named, write
from systems.parallel import WORKERS, network, trained, whole, worker
from torch.multiprocessing.spawn import spawn

from seodang.counting.lines import lines
from seodang.data.digits import digits
from seodang.models import dcgan, gan, numpy_autoencoder, numpy_cnn, numpy_mlp, torch_autoencoder, torch_mlp
from seodang.models.gradient_check import gaps
from seodang.models.numpy_mlp import Array

SEEDS = (0, 1, 2)


def drawn(seed: int) -> tuple[Array, Array, Array, Array]:
    x, y, x_test, y_test = (part.numpy() for part in digits(torch.Generator().manual_seed(seed)))
    return x, y, x_test, y_test


def images(x: Array) -> Array:
    return x.reshape(-1, 8, 8, 1)


def doubled(weights: list[Array]) -> list[Array]:
    return [w.astype(np.float64) for w in weights]


def gap(ours: list[Array], theirs: list[Array]) -> float:
    return max(float(abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.system(name="numpy_engine")
class TestNumPy:
    def test_the_perceptrons_gradient(self, measured: Measured) -> None:
        found = []
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            x, y = drawn(seed)[:2]
            found.append(max(gaps(numpy_mlp.backward, numpy_mlp.initial(64, 32, 10, rng), x[:64], y[:64], rng).values()))
        assert max(found) <= 1e-6
        measured("perceptron: gradient by hand, from autograd's and a difference quotient's", max(found), must="≤ 1e-6", n=3)

    def test_the_convolutional_networks_gradient(self, measured: Measured) -> None:
        """A step of gradient descent with a rate of 1 moves the weights by the gradient."""
        found = []
        for seed in SEEDS:
            weights = doubled(numpy_cnn.initial(8, (6, 5), 10, np.random.default_rng(seed)))
            x, y = drawn(seed)[:2]
            x = images(x[:32]).astype(np.float64)
            _, after = in_torch(weights, x, y[:32], 1.0)
            by_torch = [w - moved for w, moved in zip(weights, after, strict=True)]
            found.append(gap(numpy_cnn.backward(weights, x, y[:32]), by_torch))
        assert max(found) <= 1e-6
        measured("convolutional network: gradient by hand, from autograd's", max(found), must="≤ 1e-6", n=3)

    def test_where_all_four_pixels_of_a_block_are_alike_the_first_is_the_largest(self) -> None:
        """As in PyTorch: on the blank rim of a digit, with a bias above 0, all four are."""
        weights = doubled(numpy_cnn.initial(8, (2, 2), 3, np.random.default_rng(0)))
        for bias in (weights[1], weights[3]):
            bias += 0.5
        x, y = np.zeros((2, 8, 8, 1)), np.array([0, 2])
        _, after = in_torch(weights, x, y, 1.0)
        assert gap(numpy_cnn.backward(weights, x, y), [w - m for w, m in zip(weights, after, strict=True)]) <= 1e-12

    def test_the_autoencoders_gradient(self, measured: Measured) -> None:
        found = []
        for seed in SEEDS:
            weights = doubled(numpy_autoencoder.initial((64, 20, 8), np.random.default_rng(seed)))
            x = drawn(seed)[0][:64].astype(np.float64)
            net = torch_autoencoder.module(weights)
            slopes = torch.autograd.grad(F.mse_loss(net(torch.from_numpy(x)), torch.from_numpy(x)), list(net.parameters()))
            found.append(gap(numpy_autoencoder.backward(weights, x), [s.numpy().T for s in slopes]))
        assert max(found) <= 1e-6
        measured("autoencoder: gradient by hand, from autograd's", max(found), must="≤ 1e-6", n=3)

    @pytest.mark.slow
    def test_convolutions_read_digits_as_well_as_the_perceptron(self, measured: Measured) -> None:
        right: dict[str, list[float]] = {"cnn": [], "mlp": []}
        for seed in SEEDS:
            x, y, x_test, y_test = drawn(seed)
            rng = np.random.default_rng(seed)
            dense, weights = numpy_mlp.initial(64, 64, 10, rng), numpy_cnn.initial(8, (8, 16), 10, rng)
            numpy_mlp.train(dense, x, y, 60, 0.3, rng)
            numpy_cnn.train(weights, images(x), y, 30, 0.2, rng)
            right["mlp"].append(float(np.mean(numpy_mlp.forward(dense, x_test)[1].argmax(1) == y_test)))
            right["cnn"].append(float(np.mean(numpy_cnn.forward(weights, images(x_test))[-1].argmax(1) == y_test)))
        by_cnn, by_mlp = np.mean(right["cnn"]), np.mean(right["mlp"])
        assert by_mlp >= 0.96
        assert by_cnn >= by_mlp - 0.005
        measured("accuracy on digits of the perceptron", float(by_mlp), must="≥ 0.96", n=3)
        measured("… of the convolutional network", float(by_cnn), must="≥ the perceptron's − 0.005", n=3)

    @pytest.mark.slow
    def test_the_autoencoder_rebuilds_digits_from_eight_numbers(self, measured: Measured) -> None:
        errors = []
        for seed in SEEDS:
            x, _, x_test, _ = drawn(seed)
            weights = numpy_autoencoder.initial((64, 64, 8), np.random.default_rng(seed))
            net = torch_autoencoder.train(weights, x, 150, 0.002, np.random.default_rng(seed)) if seed == 0 else None
            numpy_autoencoder.train(weights, x, 150, 0.002, np.random.default_rng(seed))
            errors.append(numpy_autoencoder.error(weights, x_test))
            if net is not None:
                by_torch = F.mse_loss(net(torch.from_numpy(x_test)), torch.from_numpy(x_test)).item()
        assert max(*errors, by_torch) <= 0.02
        measured("test error of the autoencoder with a code of 8, largest", max(errors), must="≤ 0.02", n=3)
        measured("… in PyTorch, from the same weights", by_torch, must="≤ 0.02")

    def test_a_few_steps_of_the_autoencoder_are_pytorchs(self) -> None:
        x = drawn(0)[0][:320]
        weights = numpy_autoencoder.initial((64, 20, 8), np.random.default_rng(0))
        net = torch_autoencoder.train(weights, x, 2, 0.002, np.random.default_rng(1))
        numpy_autoencoder.train(weights, x, 2, 0.002, np.random.default_rng(1))
        assert gap(weights, [p.detach().numpy().T for p in net.parameters()]) <= 1e-5


def code(program: ModuleType | Callable[..., object]) -> int:
    return lines(inspect.getsource(program))


@pytest.mark.system(name="line_counter")
class TestLines:
    def test_what_counts_as_a_line(self) -> None:
        said = '"""Says\n\nmuch."""\nimport sys  # and why\n\n# a remark\n\n'
        source = said + 'def f(\n    x,\n):\n    """Of x."""\n    return """a\nb"""\n'
        assert lines(source) == 6
        assert lines("") == lines("# nothing\n") == 0

    def test_what_is_no_python_is_refused_by_its_line(self) -> None:
        with pytest.raises(SyntaxError) as raised:
            lines("x = 1\ny = = 2\n")
        assert raised.value.lineno == 2

    @pytest.mark.parametrize(
        ("what", "program", "must", "pinned"),
        [
            ("perceptron in NumPy", numpy_mlp, "≤ 50", 42),
            ("perceptron in PyTorch", torch_mlp, "", 28),
            ("convolutional network in NumPy", numpy_cnn, "", 58),
            ("autoencoder in NumPy", numpy_autoencoder, "≤ 60", 42),
            ("autoencoder in PyTorch", torch_autoencoder, "≤ 25", 21),
        ],
    )
    def test_the_lines_of_programs(self, what: str, program: ModuleType, must: str, pinned: int, measured: Measured) -> None:
        counted = code(program)
        assert counted == pinned
        measured(f"lines of the {what}", counted, must=must)

    def test_the_lines_that_convolutions_add(self, measured: Measured) -> None:
        """Windows, convolution and pooling, there and back."""
        added = sum(
            code(part)
            for part in (numpy_cnn.windows, numpy_cnn.conv, numpy_cnn.conv_back, numpy_cnn.pool, numpy_cnn.pool_back)
        )
        assert added == 22
        measured("lines that convolution and pooling add, forward and backward", added, must="≤ 35")

    def test_the_lines_of_back_propagation(self, measured: Measured) -> None:
        written = [line.strip()[:2] for line in inspect.getsource(numpy_mlp.backward).splitlines()]
        slopes = sum(start in ("dz", "dw", "db", "da") for start in written)
        assert slopes == 7
        measured("lines of the perceptron's back-propagation, one a gradient", slopes, must="≤ 7")

    def test_the_lines_of_dcgan(self, measured: Measured) -> None:
        counted = code(dcgan.generator) + code(dcgan.discriminator) + code(dcgan.initialized) + code(gan.GAN)
        assert 0 < counted <= 60
        measured("lines of DCGAN's two networks and their losses", counted, must="≤ 60")


def start() -> tuple[list[Array], Array, Array]:
    x, y = drawn(0)[:2]
    return numpy_cnn.initial(8, (6, 5), 10, np.random.default_rng(0)), images(x[:32]), y[:32]


@pytest.mark.slow
@pytest.mark.system(name="adapters")
@pytest.mark.parametrize(
    ("framework", "backend"),
    [("torch", ""), ("jax", ""), ("tensorflow", ""), ("keras", "torch"), ("keras", "jax"), ("keras", "tensorflow")],
)
def test_the_same_weights_give_the_same_scores_and_the_same_step(
    framework: str, backend: str, tmp_path: Path, measured: Measured
) -> None:
    for package in filter(None, (framework, backend)):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed; `pip install {package}` and this is measured")
    weights, x, y = start()
    given, got = tmp_path / "given.npz", tmp_path / "got.npz"
    write(given, x=x, y=y, lr=0.1, **named(weights))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "KERAS_BACKEND": backend or "torch"}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "systems.frameworks", framework, str(given), str(got)]
    done = subprocess.run(command, env=environment | quiet, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    p = numpy_cnn.forward(weights, x)[-1]
    after = [w - 0.1 * slope for w, slope in zip(weights, numpy_cnn.backward(weights, x, y), strict=True)]
    with np.load(got) as answer:
        e = np.exp(answer["scores"] - answer["scores"].max(axis=1, keepdims=True))
        outputs = float(abs(e / e.sum(axis=1, keepdims=True) - p).max())
        step = gap(after, [answer[f"w{place}"] for place in range(6)])
    assert max(outputs, step) <= 1e-5
    told = f"{framework} on {backend}" if backend else framework
    measured(f"{told}: outputs of the convolutional network, from NumPy's", outputs, must="≤ 1e-5")
    measured("… weights after a step", step, must="≤ 1e-5")


@pytest.mark.slow
@pytest.mark.system(name="data_parallel")
def test_two_workers_with_half_a_batch_each_do_what_one_does_with_the_whole(tmp_path: Path, measured: Measured) -> None:
    spawn(worker, (str(tmp_path),), nprocs=WORKERS)  # type: ignore[no-untyped-call]
    workers = [torch.load(tmp_path / f"worker{rank}.pt") for rank in range(WORKERS)]
    x, y = whole()
    gradient: dict[bool, float] = {}
    weights: dict[bool, float] = {}
    for normalized in (False, True):
        slopes, after = trained(network(normalized), x, y)
        for far, place, alone in ((gradient, 0, slopes), (weights, 1, after)):
            one, other = (parts[normalized][place] for parts in workers)
            assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
            far[normalized] = max(float((a - b).abs().max()) for a, b in zip(one, alone, strict=True))
    assert gradient[False] <= 1e-6
    assert weights[False] <= 1e-5
    assert gradient[True] > 1e-4
    measured("gradient of two worker processes, from that of the whole batch", gradient[False], must="≤ 1e-6")
    measured("… weights after ten steps", weights[False], must="≤ 1e-5")
    measured("gradient with batch normalization, whose statistics are of half a batch", gradient[True], must="> 1e-4")
