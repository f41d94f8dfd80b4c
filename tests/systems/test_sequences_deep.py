"""Layers of recurrent networks, both ways: torch's values and gradients, and which step must be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.sequences import SEEDS, masked_loss, recurrent_gaps, size, trained_on
from torch import Tensor, nn

from seodang.data import Split
from seodang.experiment import Training
from seodang.models.deep_rnn import DeepRNN, ManyToMany, ManyToOne
from seodang.models.gru import GRUCell
from seodang.models.lstm_gates import LSTMCell
from seodang.models.rnn_cell import RNNCell

pytestmark = pytest.mark.system(name="deep_rnn")


def doubles(generator: torch.Generator, samples: int = 2_500, length: int = 8) -> Split:
    """Letters of three kinds; at every step, whether the *next* letter is the same. After the last comes none."""
    letters = torch.randint(3, (samples, length), generator=generator)
    same = torch.cat([letters[:, 1:] == letters[:, :-1], torch.zeros(samples, 1, dtype=torch.bool)], dim=1).long()
    x = F.one_hot(letters, 3).float()
    return Split(x[:2_000], same[:2_000], x[2_000:], same[2_000:])


KINDS: tuple[tuple[Callable[[int, int], nn.Module], Callable[..., nn.RNNBase]], ...] = (
    (RNNCell, nn.RNN),
    (LSTMCell, nn.LSTM),
    (GRUCell, nn.GRU),
)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_two_layers_are_what_torch_computes(bidirectional: bool, measured: Measured) -> None:
    errors: list[float] = []
    for cell, theirs in KINDS:
        ours = DeepRNN(cell, 5, 6, 2, bidirectional=bidirectional).double()
        torchs = theirs(5, 6, 2, batch_first=True, bidirectional=bidirectional).double()
        assert size(ours) == size(torchs)
        errors += recurrent_gaps(ours, torchs, torch.randn(3, 7, 5, dtype=torch.float64))
    assert max(errors) <= 1e-6
    ways = "both ways" if bidirectional else "one way"
    measured(f"two layers of RNN, LSTM, GRU, {ways}: values and gradients, from torch's", max(errors), must="≤ 1e-6")


def test_the_parameters_of_two_bidirectional_lstm_layers(measured: Measured) -> None:
    """Each direction of the first layer has 4 h (n + h + 2); in the second n is 2 h, as it reads both directions."""
    h, n = 128, 100
    ours = size(DeepRNN(LSTMCell, n, h, 2, bidirectional=True))
    assert ours == 2 * 4 * h * (n + h + 2) + 2 * 4 * h * (2 * h + h + 2) == 630_784
    measured("parameters, two layers both ways, 100 inputs and 128 units", ours, must="630,784")


def test_the_heads_give_one_answer_a_sequence_or_one_a_step(measured: Measured) -> None:
    x = torch.randn(3, 7, 5)
    layers = DeepRNN(GRUCell, 5, 6, 2, bidirectional=True)
    shapes = [tuple(made(x).shape) for made in (layers, ManyToOne(layers, 2), ManyToMany(layers, 2))]
    assert shapes == [(3, 7, 12), (3, 2), (3, 7, 2)]
    told = "shapes of the states, of one answer, of an answer a step, for an input (3, 7, 5)"
    measured(told, str(shapes)[1:-1], must="(3, 7, 12), (3, 2), (3, 7, 2)")


def test_read_at_the_last_step_the_last_layers_backward_direction_learns_nothing_about_order(measured: Measured) -> None:
    """There it has read one step, from the state 0: its recurrent matrix has no part in the answer."""
    layers = DeepRNN(LSTMCell, 5, 6, 2, bidirectional=True)
    x = torch.randn(3, 7, 5)
    top = layers.layers[-1]
    assert isinstance(top, nn.ModuleList)
    backward = top[1].from_state
    assert isinstance(backward, nn.Linear)

    def gradient(answer: Tensor) -> float:
        return float(torch.autograd.grad(answer.square().sum(), backward.weight)[0].abs().max())

    at_last, whole = gradient(layers(x)[:, -1]), gradient(ManyToOne(layers, 4)(x))
    assert at_last == 0
    assert whole > 0
    measured("gradient of the last layer's backward recurrent matrix, read at the last step", at_last, must="0")
    measured("… read where each direction has read all", whole, must="> 0")


def reader(bidirectional: bool) -> nn.Module:
    return ManyToMany(DeepRNN(RNNCell, 3, 8, bidirectional=bidirectional), 2)


def test_what_the_next_letter_decides_only_a_bidirectional_network_learns(measured: Measured) -> None:
    accuracies: dict[bool, list[float]] = {}
    for both in (False, True):
        training = Training(
            data=doubles,
            model=partial(reader, both),
            loss=masked_loss,
            optimizer=partial(torch.optim.Adam, lr=0.02),
            steps=100,
        )
        accuracies[both] = [trained.accuracy() for trained in trained_on(training, strategy="loop")]
    guess = (7 * 2 / 3 + 1) / 8  # "differs" is right twice in three, and always at the last step
    assert min(accuracies[True]) >= 0.99
    assert max(accuracies[False]) <= guess + 0.03
    measured("accuracy where the next letter decides, both ways", min(accuracies[True]), must="≥ 0.99", n=len(SEEDS))
    measured("… one way (a guess has 0.708)", max(accuracies[False]), must="≤ 0.738", n=len(SEEDS))
