"""The program that the page shows is the program that is run, and its gradient is the gradient."""

from pathlib import Path

import numpy as np
import pytest

import seodang
from seodang.models import numpy_mlp, torch_mlp
from seodang.models.gradient_check import gaps

SOURCE = Path(seodang.__file__).parent


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_the_program_to_the_letter(language: str) -> None:
    page = (SOURCE / "book" / "practice" / f"numpy_mlp.{language}.md").read_text(encoding="utf-8")
    program = (SOURCE / "models" / "numpy_mlp.py").read_text(encoding="utf-8")
    assert f"```python\n{program}```" in page


def start() -> tuple[list[numpy_mlp.Array], numpy_mlp.Array, numpy_mlp.Array, np.random.Generator]:
    rng = np.random.default_rng(5)
    return numpy_mlp.initial(20, 12, 4, rng), rng.random((64, 20), np.float32), rng.integers(4, size=64), rng


def test_the_gradient_by_hand_is_the_gradient() -> None:
    weights, x, y, rng = start()
    assert max(gaps(numpy_mlp.backward, weights, x, y, rng).values()) < 1e-6


def test_the_check_finds_a_gradient_without_the_mask_of_the_relu() -> None:
    def unmasked(weights: list[numpy_mlp.Array], x: numpy_mlp.Array, y: numpy_mlp.Array) -> list[numpy_mlp.Array]:
        _, _, dw2, db2 = numpy_mlp.backward(weights, x, y)
        _, p = numpy_mlp.forward(weights, x)
        dz1 = (p - np.eye(4)[y]) / len(y) @ weights[2].T
        return [x.T @ dz1, dz1.sum(axis=0), dw2, db2]

    weights, x, y, rng = start()
    assert min(gaps(unmasked, weights, x, y, rng).values()) > 1e-3


def test_both_programs_train_to_the_same_weights() -> None:
    weights, x, y, _ = start()
    other = [weight.copy() for weight in weights]
    numpy_mlp.train(weights, x, y, 5, 0.3, np.random.default_rng(6))
    torch_mlp.train(other, x, y, 5, 0.3, np.random.default_rng(6))
    for by_numpy, by_torch in zip(weights, other, strict=True):
        np.testing.assert_allclose(by_numpy, by_torch, atol=1e-6)
