"""A recurrent network that reads a sequence and answers from its last hidden state."""

from __future__ import annotations

from torch import Tensor, nn


class Recurrent(nn.Module):
    """A recurrent layer with a linear head on the output of the last step."""

    def __init__(self, layer: nn.RNN | nn.LSTM | nn.GRU, outputs: int) -> None:
        super().__init__()
        self.layer = layer
        self.head = nn.Linear(layer.hidden_size, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, inputs) -> (batch, outputs)
        states, _ = self.layer(x)
        answer: Tensor = self.head(states[:, -1])
        return answer


def rnn(inputs: int, hidden: int, outputs: int) -> Recurrent:
    """The plain recurrent network, h = tanh(W x + U h + b) (Elman 1990)."""
    return Recurrent(nn.RNN(inputs, hidden, batch_first=True), outputs)


def lstm(inputs: int, hidden: int, outputs: int, forget_bias: float | None = None) -> Recurrent:
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with forget gates (Gers, Schmidhuber & Cummins 2000).

    torch adds two biases in every gate, `bias_ih` and `bias_hh`; setting both to the forget bias would count it twice, so
    one of them is set to 0. Of the four blocks of rows (input, forget, cell, output) the second is the forget gate's.
    None leaves both as torch draws them, around 0.
    """
    layer = nn.LSTM(inputs, hidden, batch_first=True)
    if forget_bias is not None:
        biases = dict(layer.named_parameters())
        nn.init.constant_(biases["bias_ih_l0"][hidden : 2 * hidden], forget_bias)
        nn.init.constant_(biases["bias_hh_l0"][hidden : 2 * hidden], 0.0)
    return Recurrent(layer, outputs)
