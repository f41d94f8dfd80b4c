"""Recurrent networks: torch's values and gradients by hand, how far a gradient reaches, and the adding problem."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np
import pytest
import torch
from systems.conftest import Measured
from systems.sequences import SEEDS, on_adding, recurrent_gaps, size
from torch import Tensor, nn

from seodang.models.deep_rnn import DeepRNN
from seodang.models.gru import GRUCell
from seodang.models.lstm_gates import LSTMCell
from seodang.models.recurrent import Recurrent, lstm, rnn
from seodang.models.rnn_cell import RNNCell, unroll

LENGTHS = (10, 30, 100)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def drawn(seed: int, *shape: int) -> Tensor:
    """Standard normal numbers in double precision."""
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def over_time(cell: nn.Module, length: int, seed: int) -> Tensor:
    """(time,) how large the gradient of the last output is with respect to each input of random sequences."""
    x = drawn(seed, 16, length, 8).requires_grad_()
    (gradient,) = torch.autograd.grad(unroll(cell.double(), x)[0][:, -1].sum(), x)
    sizes: Tensor = gradient.norm(dim=(0, 2))
    return sizes


def reach(make: Callable[[], nn.Module], length: int) -> float:
    """The gradient by the first input as a multiple of that by the last: the median of five draws of the weights."""
    ratios = []
    for seed in range(5):
        torch.manual_seed(seed)
        sizes = over_time(make(), length, seed)
        ratios.append(float(sizes[0] / sizes[-1]))
    return median(ratios)


@pytest.mark.parametrize(
    ("cell", "theirs"),
    [
        pytest.param(RNNCell, nn.RNN, marks=pytest.mark.system(name="rnn")),
        pytest.param(LSTMCell, nn.LSTM, marks=pytest.mark.system(name="lstm")),
        pytest.param(GRUCell, nn.GRU, marks=pytest.mark.system(name="gru")),
    ],
)
def test_by_hand_is_what_torch_computes(
    cell: Callable[[int, int], nn.Module], theirs: Callable[..., nn.RNNBase], measured: Measured
) -> None:
    ours = DeepRNN(cell, 5, 7).double()
    values, gradients = recurrent_gaps(ours, theirs(5, 7, batch_first=True).double(), drawn(0, 3, 11, 5))
    assert values <= 1e-6
    assert gradients <= 1e-6
    measured("outputs by hand, from torch's", values, must="≤ 1e-6")
    measured("gradients by hand, from torch's", gradients, must="≤ 1e-6")


@pytest.mark.parametrize(
    ("cell", "theirs", "published"),
    [
        pytest.param(RNNCell, nn.RNN, 29_440, marks=pytest.mark.system(name="rnn")),
        pytest.param(LSTMCell, nn.LSTM, 117_760, marks=pytest.mark.system(name="lstm")),
        pytest.param(GRUCell, nn.GRU, 88_320, marks=pytest.mark.system(name="gru")),
    ],
)
def test_the_parameters_of_100_inputs_and_128_units_are_as_many_as_torchs(
    cell: Callable[[int, int], nn.Module], theirs: Callable[..., nn.RNNBase], published: int, measured: Measured
) -> None:
    assert size(cell(100, 128)) == size(theirs(100, 128)) == published
    measured("parameters, 100 inputs and 128 units", size(cell(100, 128)), must=f"{published:,}")


@pytest.mark.system(name="rnn")
def test_a_plain_networks_gradient_fades_geometrically_with_the_lag(measured: Measured) -> None:
    fits = []
    for seed in range(5):
        torch.manual_seed(seed)
        sizes = over_time(RNNCell(8, 32), LENGTHS[-1], seed).log().numpy()
        fits.append(float(np.corrcoef(np.arange(LENGTHS[-1]), sizes)[0, 1] ** 2))
    assert min(fits) >= 0.95
    measured("R² of log gradient against lag", min(fits), must="≥ 0.95", n=len(fits))
    reached = {length: reach(partial(RNNCell, 8, 32), length) for length in LENGTHS}
    assert reached[100] <= 1e-15
    for length, ratio in reached.items():
        measured(f"first input's gradient over the last's, T = {length}", ratio, must="≤ 1e-15" * (length == 100), n=5)


@pytest.mark.system(name="rnn")
def test_the_recurrent_matrix_alone_multiplies_the_gradient_by_its_radius_a_step(measured: Measured) -> None:
    """At the state 0 the slope of tanh is 1; the matrix is a rotation times the radius, and that of the inputs is 1."""
    errors = []
    for radius in (0.9, 1.0, 1.1):
        cell = RNNCell(16, 16).double()
        with torch.no_grad():
            cell.from_input.weight.copy_(torch.eye(16))
            nn.init.orthogonal_(cell.from_state.weight, gain=radius)
            for linear in (cell.from_input, cell.from_state):
                linear.bias.zero_()
        x = torch.zeros(1, 50, 16, dtype=torch.float64, requires_grad=True)
        sizes = torch.autograd.grad(unroll(cell, x)[0][:, -1].sum(), x)[0].norm(dim=(0, 2))
        errors.append(abs(float(sizes[0] / sizes[-1]) / radius**49 - 1))
    assert max(errors) <= 1e-6
    measured(
        "orthogonal matrix of radius ρ: the gradient over 49 steps, from ρ⁴⁹", max(errors), must="≤ 1e-6", n=len(errors)
    )


@pytest.mark.slow
@pytest.mark.system(name="rnn")
def test_a_plain_network_does_not_learn_to_add_over_40_steps(measured: Measured) -> None:
    errors = on_adding(partial(rnn, 2, 32, 1), 1_000)
    assert min(errors) >= 0.12
    measured("smallest error of adding at T = 40", min(errors), must="≥ 0.12", n=len(SEEDS))


@pytest.mark.slow
@pytest.mark.system(name="lstm")
def test_an_lstm_learns_to_add_over_40_steps(measured: Measured) -> None:
    errors = on_adding(partial(lstm, 2, 32, 1, 1.0), 1_000)
    assert max(errors) <= 0.01
    measured("largest error of adding at T = 40", max(errors), must="≤ 0.01", n=len(SEEDS))


@pytest.mark.slow
@pytest.mark.system(name="gru")
def test_a_gru_learns_to_add_over_40_steps(measured: Measured) -> None:
    errors = on_adding(lambda: Recurrent(nn.GRU(2, 32, batch_first=True), 1), 800)
    assert max(errors) <= 0.01
    measured("largest error of adding at T = 40", max(errors), must="≤ 0.01", n=len(SEEDS))


@pytest.mark.system(name="lstm")
def test_the_forget_bias_decides_how_far_a_gradient_reaches(measured: Measured) -> None:
    """Left as torch draws it, around 0, the gate is half open: the gradient fades as fast as a plain network's."""
    table = {
        (bias, length): reach(partial(LSTMCell, 8, 32, forget_bias=bias), length)
        for bias in (None, 1.0, 3.0)
        for length in LENGTHS
    }
    for (bias, length), ratio in table.items():
        name = "as torch draws it" if bias is None else f"{bias:g}"
        must = {(None, 100): "≤ 1e-15", (3.0, 100): "≥ 0.1"}.get((bias, length), "")
        measured(f"first input's gradient over the last's, T = {length}, forget bias {name}", ratio, must=must, n=5)
    assert table[None, 100] <= 1e-15
    assert table[None, 100] < table[1.0, 100] < 0.01
    assert table[3.0, 100] >= 0.1


@pytest.mark.system(name="lstm")
def test_the_cell_states_own_path_is_the_product_of_the_forget_gates(measured: Measured) -> None:
    """Without recurrent weights the gates are given by the inputs alone, and that path is the only one."""
    torch.manual_seed(0)
    cell = LSTMCell(3, 4, forget_bias=2.0).double()
    with torch.no_grad():
        cell.from_state.weight.zero_()
    x, start = drawn(0, 1, 30, 3), drawn(1, 1, 4).requires_grad_()
    _, (_, last) = unroll(cell, x, (torch.zeros(1, 4, dtype=torch.float64), start))
    by_autograd = torch.autograd.grad(last.sum(), start)[0]
    gates = torch.sigmoid((cell.from_input(x) + cell.from_state.bias)[..., 4:8])  # (1, time, hidden)
    error = float((by_autograd / gates.detach().prod(dim=1) - 1).abs().max())
    assert error <= 1e-6
    measured("∂c₃₀/∂c₀ relative to ∏f", error, must="≤ 1e-6")


@pytest.mark.system(name="lstm")
def test_an_open_forget_and_a_closed_input_gate_carry_the_cell_state_unchanged(measured: Measured) -> None:
    cell = LSTMCell(3, 4, forget_bias=1e3)
    with torch.no_grad():
        cell.from_input.bias[:4] = -1e3
    start = torch.randn(2, 4)
    _, (_, last) = unroll(cell, torch.randn(2, 1_000, 3), (torch.zeros(2, 4), start))
    assert torch.equal(last, start)
    last = last.detach()
    measured("change of the cell state in 1,000 steps, f = 1 and i = 0", float((last - start).abs().max()), must="0")


@pytest.mark.system(name="lstm")
def test_every_variant_has_its_gates_parameters_and_learns_through_all_of_them(measured: Measured) -> None:
    """The plain cell of 100 inputs and 128 units has 29,440 a block, and a peephole has 128."""
    variants: dict[str, tuple[Callable[[], LSTMCell], int]] = {
        "no input gate": (lambda: LSTMCell(100, 128, without=["input"]), 3 * 29_440),
        "no forget gate (1997)": (lambda: LSTMCell(100, 128, without=["forget"]), 3 * 29_440),
        "no output gate": (lambda: LSTMCell(100, 128, without=["output"]), 3 * 29_440),
        "coupled": (lambda: LSTMCell(100, 128, coupled=True), 3 * 29_440),
        "peepholes": (lambda: LSTMCell(100, 128, peepholes=True), 4 * 29_440 + 3 * 128),
    }
    for name, (make, expected) in variants.items():
        cell = make()
        outputs, _ = unroll(cell, torch.randn(2, 4, 100))
        gradients = torch.autograd.grad(outputs.square().sum(), list(cell.parameters()))
        assert all(gradient.abs().max() > 0 for gradient in gradients), name
        assert size(cell) == expected, name
        measured(f"parameters, {name}", size(cell), must=f"{expected:,}")


@pytest.mark.system(name="gru")
def test_the_papers_reset_comes_before_the_product_and_torchs_after(measured: Measured) -> None:
    """Worked out in NumPy from equations 5 to 8 of Cho et al. 2014."""
    cell = GRUCell(3, 4, reset="before").double()
    x, h = drawn(0, 2, 3), drawn(1, 2, 4)
    ours = cell(x, (h,))[0].detach()
    w, u, v = (
        linear.weight.detach().numpy() for linear in (cell.from_input, cell.gates_from_state, cell.candidate_from_state)
    )
    b, bu, bv = (
        linear.bias.detach().numpy() for linear in (cell.from_input, cell.gates_from_state, cell.candidate_from_state)
    )
    x_, h_ = x.numpy(), h.numpy()
    r = 1 / (1 + np.exp(-(x_ @ w[:4].T + b[:4] + h_ @ u[:4].T + bu[:4])))
    z = 1 / (1 + np.exp(-(x_ @ w[4:8].T + b[4:8] + h_ @ u[4:].T + bu[4:])))
    n = np.tanh(x_ @ w[8:].T + b[8:] + (r * h_) @ v.T + bv)
    error = float(np.abs(ours.numpy() - (z * h_ + (1 - z) * n)).max())
    assert error <= 1e-6
    measured("the paper's form (reset before), from its equations", error, must="≤ 1e-6")
    after = GRUCell(3, 4).double()
    after.load_state_dict(cell.state_dict())
    between = float((after(x, (h,))[0] - ours).detach().abs().max())
    assert between > 1e-3
    measured("the paper's form, from torch's with the same weights", between, must="> 0.001")


@pytest.mark.system(name="gru")
def test_with_the_reset_gate_open_both_forms_agree_and_with_the_update_gate_open_the_state_stays(measured: Measured) -> None:
    before, after = GRUCell(3, 4, reset="before").double(), GRUCell(3, 4).double()
    with torch.no_grad():
        before.from_input.bias[:4] = 1e3  # r = 1
    after.load_state_dict(before.state_dict())
    x, h = drawn(0, 2, 3), drawn(1, 2, 4)
    between = float((before(x, (h,))[0] - after(x, (h,))[0]).detach().abs().max())
    assert between <= 1e-12
    measured("between the two forms where r = 1", between, must="≤ 1e-12")
    with torch.no_grad():
        after.from_input.bias[4:8] = 1e3  # z = 1
    assert torch.equal(unroll(after, drawn(2, 2, 100, 3), (h,))[1][0], h)
