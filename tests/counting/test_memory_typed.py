"""The formulas for typed networks, against a trace of the same network built with torch."""

import re
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from seodang.counting.memory import Optimizer, Precision
from seodang.counting.network import Layer
from seodang.counting.saved import training_memory
from seodang.counting.spec import from_spec
from seodang.counting.typed_memory import of_spec

CNN = "conv3-32p relu conv3-32p relu pool conv3-64p relu pool fc256 relu fc10"
SPECS: dict[str, tuple[int, ...]] = {
    "fc512 relu fc512 relu dropout fc10": (784,),
    "fc64 bn tanh fc10": (784,),
    "fc256 gelu ln fc256 silu fc10": (64, 64),
    "conv5-6p tanh avgpool conv5-16 tanh avgpool fc120 tanh fc84 tanh fc10": (1, 28, 28),
    CNN: (3, 32, 32),
    "conv3-64p bn relu conv3-64p bn relu pool conv3-128p/2 bn relu gap fc10": (3, 64, 64),
    "conv11-64/4p2 relu pool3/2 conv5-192p relu pool3/2 conv3-384p relu 2*conv3-256p relu pool3/2 fc4096 relu fc1000": (
        *(3, 224, 224),
    ),
    "2*conv3-64p relu pool 2*conv3-128p relu pool 3*conv3-256p relu pool fc4096 relu fc1000": (3, 224, 224),
    "conv3-16/2p relu conv3-32/2p relu deconv4-16/2p1 relu deconv4-1/2p1 sigmoid": (1, 28, 28),
    "lstm-128 last fc10": (40, 32),
    "lstm-128x2 last fc10": (40, 32),
    "bilstm-64 mean fc2": (50, 32),
    "emb-1000x64 lstm-64 last fc2": (30,),
    "gru-128 last fc10": (20, 32),
    "rnn-128 last fc10": (20, 32),
    "attention-64x4 ln fc10": (64, 64),
    "transformer-64x4 transformer-64x4": (64, 64),
    "emb-1000x128 2*transformer-128x4 fc1000": (64,),
}
CHAINS = [spec for spec in SPECS if not re.search("gru|rnn|attention", spec)]
"""Of which a half-precision trace is a chain of half-precision layers: the others mix in states of fp32."""


class First(nn.Module):
    """The first of what a recurrent layer puts out."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x)[0]
        return out


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layer(x, x, x, need_weights=False)[0]
        return out


class Last(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, -1]


class Mean(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean(1)


def number(word: str, pattern: str, absent: int) -> int:
    found = re.search(pattern, word)
    return int(found[1]) if found else absent


def built(layer: Layer) -> nn.Module:
    """One word of a spec as a torch module."""
    word, inputs, output = layer.name, layer.inputs, layer.output
    kernel, times = number(word, r"^[a-z]+(\d+)", 2), number(word, r"x(\d+)", 1)
    stride, padding = number(word, r"/(\d+)", 1), number(word, r"p(\d+)", kernel // 2 if re.search(r"\dp", word) else 0)
    window: dict[str, int] = {"stride": stride, "padding": padding}
    both = word.startswith("bi")
    match layer.kind:
        case "Conv2d" | "ConvTranspose2d":
            return getattr(nn, layer.kind)(inputs[0], output[0], kernel, **window)  # type: ignore[no-any-return]
        case "Linear":
            linear = nn.Linear(torch.Size(inputs).numel() if len(inputs) == 3 else inputs[-1], output[-1])
            return nn.Sequential(nn.Flatten(), linear) if len(inputs) == 3 else linear
        case "MaxPool2d" | "AvgPool2d":
            return getattr(nn, layer.kind)(kernel, number(word, r"/(\d+)", kernel))  # type: ignore[no-any-return]
        case "AdaptiveAvgPool2d":
            return nn.AdaptiveAvgPool2d(1)
        case "BatchNorm1d" | "BatchNorm2d":
            return getattr(nn, layer.kind)(inputs[0])  # type: ignore[no-any-return]
        case "LayerNorm":
            return nn.LayerNorm(inputs[-1])
        case "Embedding":
            return nn.Embedding(number(word, r"-(\d+)", 0), times)
        case "LSTM" | "GRU" | "RNN":
            sizes = inputs[-1], output[-1] // (1 + both), times
            return First(getattr(nn, layer.kind)(*sizes, batch_first=True, bidirectional=both))
        case "MultiheadAttention":
            return Attention(output[-1], times)
        case "TransformerEncoderLayer":
            return nn.TransformerEncoderLayer(output[-1], times, 4 * output[-1], batch_first=True)
        case "Last":
            return Last()
        case "Mean":
            return Mean()
        case kind:
            return getattr(nn, kind)()  # type: ignore[no-any-return]


def ratio(spec: str, batch: int, **options: Any) -> float:
    """Bytes by formula over bytes traced."""
    network = from_spec(spec, SPECS[spec])
    with torch.device("meta"):
        module = nn.Sequential(*map(built, network.layers))
    assert sum(p.numel() for p in module.parameters()) == network.parameters
    dtype = torch.long if spec.startswith("emb") else torch.float32
    formula = of_spec(network, batch, **options).total
    traced = training_memory(module, network.input, batch, dtype=dtype, **options).total
    print(f"{spec}: {formula / 1e6:.2f} MB / {traced / 1e6:.2f} MB = {formula / traced:.4f}")
    return formula / traced


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("spec", SPECS)
def test_a_typed_network_takes_what_the_same_one_in_torch_takes(spec: str, optimizer: Optimizer) -> None:
    assert ratio(spec, 32, optimizer=optimizer) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("spec", SPECS)
def test_with_checkpointing(spec: str) -> None:
    assert ratio(spec, 32, checkpointing=True) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("spec", SPECS)
def test_in_bfloat16(spec: str) -> None:
    assert ratio(spec, 32, precision="bf16") == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("spec", CHAINS)
def test_in_mixed_precision(spec: str) -> None:
    assert ratio(spec, 32, precision="mixed") == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("optimizer", ["momentum", "adamw", "rmsprop", "adagrad"])
def test_with_every_optimizer(optimizer: Optimizer) -> None:
    assert ratio(CNN, 8, optimizer=optimizer) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "mixed"])
@pytest.mark.parametrize("spec", SPECS)
def test_the_largest_batch_fits_and_one_more_does_not(spec: str, precision: Precision) -> None:
    network, room = from_spec(spec, SPECS[spec]), 24 * 10**9
    batch = of_spec(network, 1, precision=precision).largest_batch(room)
    assert of_spec(network, batch, precision=precision).total <= room
    assert of_spec(network, batch + 1, precision=precision).total > room


def test_bytes_of_a_parameter_are_the_textbooks() -> None:
    network = from_spec("fc1000 fc1000", (1000,))
    numbers = network.parameters
    asked: list[tuple[Optimizer, Precision]] = [("sgd", "fp32"), ("momentum", "fp32"), ("adam", "fp32"), ("adam", "mixed")]
    told = {
        (optimizer, precision): round(of_spec(network, 1, optimizer=optimizer, precision=precision).total / numbers, 1)
        for optimizer, precision in asked
    }
    # 8, 12 and 16 bytes a number; Adam's update takes room for two tensors, each half of this network.
    assert told == {("sgd", "fp32"): 8, ("momentum", "fp32"): 12, ("adam", "fp32"): 20, ("adam", "mixed"): 20}


def test_the_formulas_do_without_torch() -> None:
    code = (
        "import sys; from seodang.counting.spec import from_spec; from seodang.counting.typed_memory import of_spec; "
        "of_spec(from_spec('conv3-8p relu fc10'), 4); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
