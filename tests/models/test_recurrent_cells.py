"""The recurrent cells written by hand: what they refuse, and what the comparison with torch does not reach."""

import pytest
import torch
from torch import Tensor

from seodang.models.gru import GRUCell
from seodang.models.lstm_gates import LSTMCell
from seodang.models.rnn_cell import RNNCell, noughts, unroll


def test_the_state_before_the_first_step_is_0_and_a_sequence_can_be_read_in_two_parts() -> None:
    cell, x = LSTMCell(3, 4), torch.randn(2, 6, 3)
    whole, last = unroll(cell, x)
    assert torch.equal(unroll(cell, x, noughts(x, 4, 2))[0], whole)
    first, state = unroll(cell, x[:, :2])
    rest, end = unroll(cell, x[:, 2:], state)
    assert torch.allclose(torch.cat([first, rest], dim=1), whole, atol=1e-6)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(end, last, strict=True))


def test_a_sequence_of_no_steps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x: \(2, 0, 3\) is a sequence of no steps; a cell needs at least one"):
        unroll(RNNCell(3, 4), torch.zeros(2, 0, 3))


def test_a_gate_without_parameters_is_open() -> None:
    """The whole cell with that gate's bias at 1,000 is the same."""
    x = torch.randn(2, 5, 3)
    for gate, block in (("input", 0), ("forget", 1), ("output", 3)):
        whole, open_ = LSTMCell(3, 4), LSTMCell(3, 4, without=[gate])
        rows = [row for row in range(16) if row // 4 != block]
        with torch.no_grad():
            whole.from_input.bias[4 * block : 4 * block + 4] = 1e3
            for mine, all_ in zip(open_.parameters(), whole.parameters(), strict=True):
                mine.copy_(all_[rows])
        assert torch.allclose(unroll(whole, x)[0], unroll(open_, x)[0], atol=1e-6), gate


def test_coupled_gates_forget_just_what_is_written_over() -> None:
    cell = LSTMCell(3, 4, coupled=True)
    x, h, c = torch.randn(2, 3), torch.randn(2, 4), torch.randn(2, 4)
    i, g, o = (cell.from_input(x) + cell.from_state(h)).chunk(3, dim=-1)
    i = i.sigmoid()
    expected = (1 - i) * c + i * g.tanh()
    new_h, new_c = cell(x, (h, c))
    assert torch.allclose(new_c, expected, atol=1e-6)
    assert torch.allclose(new_h, o.sigmoid() * expected.tanh(), atol=1e-6)


def test_peepholes_show_the_gates_the_cell_state_and_the_output_gate_the_new_one() -> None:
    cell = LSTMCell(3, 4, peepholes=True)
    x, h, c = torch.randn(2, 3), torch.randn(2, 4), torch.randn(2, 4)
    i, f, g, o = (cell.from_input(x) + cell.from_state(h)).chunk(4, dim=-1)
    see: dict[str, Tensor] = dict(cell.peepholes.items())
    new = torch.sigmoid(f + see["forget"] * c) * c + torch.sigmoid(i + see["input"] * c) * g.tanh()
    new_h, new_c = cell(x, (h, c))
    assert torch.allclose(new_c, new, atol=1e-6)
    assert torch.allclose(new_h, torch.sigmoid(o + see["output"] * new) * new.tanh(), atol=1e-6)


def test_the_forget_bias_is_counted_once() -> None:
    cell = LSTMCell(3, 4, forget_bias=2.0, without=["input"])
    total = cell.from_input.bias + cell.from_state.bias
    assert total[:4].tolist() == [2.0] * 4  # without an input gate the forget gate's rows are the first


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"without": ["cell"]}, "without=cell: the gates are input, forget, output"),
        ({"coupled": True, "without": ["input"]}, "coupled: f = 1 - i needs both gates; without must name neither"),
        ({"forget_bias": 1.0, "without": ["forget"]}, "forget_bias=1.0: this cell has no forget gate of its own"),
        ({"forget_bias": 1.0, "coupled": True}, "forget_bias=1.0: this cell has no forget gate of its own"),
    ],
)
def test_an_lstm_that_contradicts_itself_is_refused(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LSTMCell(3, 4, **arguments)  # type: ignore[arg-type]


def test_an_unknown_form_of_the_gru_is_refused() -> None:
    with pytest.raises(
        ValueError, match="reset=never: 'after' the product with the recurrent matrix, as torch, or 'before'"
    ):
        GRUCell(3, 4, reset="never")
