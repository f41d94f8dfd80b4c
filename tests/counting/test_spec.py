"""A network typed in one line: what it counts is what PyTorch builds; what is wrong is said in a sentence."""

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from seodang.counting.errors import CountingError
from seodang.counting.spec import from_spec, looks_like_spec
from seodang.counting.tracing import count_module
from seodang.counting.words import BY_NAME

IMAGE = (4, 17, 19)
SAME: dict[str, tuple[tuple[int, ...], nn.Module]] = {
    "conv3-8p/2 bn relu conv3-8g4b0 pool3/2p1 fc10": (
        IMAGE,
        nn.Sequential(
            *(nn.Conv2d(4, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, groups=4, bias=False)),
            *(nn.MaxPool2d(3, 2, 1), nn.Flatten(), nn.Linear(8 * 4 * 4, 10)),
        ),
    ),
    "dw3p conv1-6 deconv4-3/2p1o1 avgpool2c gap fc2b0": (
        IMAGE,
        nn.Sequential(
            *(nn.Conv2d(4, 4, 3, 1, 1, groups=4), nn.Conv2d(4, 6, 1), nn.ConvTranspose2d(6, 3, 4, 2, 1, 1)),
            *(nn.AvgPool2d(2, ceil_mode=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2, bias=False)),
        ),
    ),
    "conv3-6d2p conv2-6": (IMAGE, nn.Sequential(nn.Conv2d(4, 6, 3, 1, 2, 2), nn.Conv2d(6, 6, 2))),
    "3*fc7 softmax": ((9,), nn.Sequential(nn.Linear(9, 7), nn.Linear(7, 7), nn.Linear(7, 7), nn.Softmax(1))),
    "lstm-6x2": ((5, 4), nn.LSTM(4, 6, 2, batch_first=True)),
    "bigru-6": ((5, 4), nn.GRU(4, 6, bidirectional=True, batch_first=True)),
    "birnn-3x2": ((5, 4), nn.RNN(4, 3, 2, bidirectional=True, batch_first=True)),
    "attention-8x2": ((5, 8), nn.MultiheadAttention(8, 2, batch_first=True)),
    "fc8 ln transformer-8x2 fc3": (
        (5, 4),
        nn.Sequential(
            nn.Linear(4, 8), nn.LayerNorm(8), nn.TransformerEncoderLayer(8, 2, 32, batch_first=True), nn.Linear(8, 3)
        ),
    ),
    "emb-11x4 lstm-3": ((6,), nn.Sequential(nn.Embedding(11, 4), nn.LSTM(4, 3, batch_first=True))),
}


@pytest.mark.parametrize("spec", SAME)
def test_a_typed_network_counts_what_the_built_one_does(spec: str) -> None:
    shape, module = SAME[spec]
    typed, built = from_spec(spec, shape), count_module(module, shape)
    assert typed.output == built.output
    assert (typed.parameters, typed.macs, typed.training_flops) == (built.parameters, built.macs, built.training_flops)
    assert typed.receptive_field == built.receptive_field
    if "transformer" not in spec:  # which is one word, and many modules
        assert [layer.kind for layer in typed.layers if layer.macs] == [layer.kind for layer in built.layers if layer.macs]


def test_a_network_is_read_in_any_spelling() -> None:
    assert (
        from_spec("2*Conv3x3-8p, pool FC-10", (3, 8, 8)).parameters
        == from_spec("conv3-8p conv3-8p pool2 fc10", (3, 8, 8)).parameters
    )


def test_vgg_16_in_a_line() -> None:
    spec = "2*conv3-64p pool 2*conv3-128p pool 3*conv3-256p pool 3*conv3-512p pool 3*conv3-512p pool 2*fc4096 fc1000"
    network = from_spec(spec)
    assert (network.parameters, network.macs) == (138_357_544, 15_470_264_320)


def test_the_layers_are_the_words() -> None:
    layers = from_spec("conv3-8 pool", (3, 8, 8)).layers
    assert [(each.name, each.kind, each.inputs, each.output) for each in layers] == [
        ("conv3-8", "Conv2d", (3, 8, 8), (8, 6, 6)),
        ("pool", "MaxPool2d", (8, 6, 6), (8, 3, 3)),
    ]


SAID = {
    ("conv3-64 pool pool conv5-64", (3, 16, 16)): "layer 4, conv5-64: its input is 3 x 3; (3 + 2·0 − 5) / 1 + 1 = −1 rows; "
    "pad by 1 or more, or drop a pooling",
    ("conv3-64", (3, 16, 2)): "layer 1, conv3-64: its input is 16 x 2; (2 + 2·0 − 3) / 1 + 1 = 0 columns; pad by 1 or more, "
    "or drop a pooling",
    ("conv3-64 cnov3-64", (3, 9, 9)): "layer 2, cnov3-64: there is no cnov; did you mean conv3-64?",
    ("conv-64", (3, 9, 9)): "layer 1, conv-64: a number is missing; write it as in conv3-64",
    ("pool2g4", (3, 9, 9)): "layer 1, pool2g4: cannot be read at g; write it as in pool2/2",
    ("conv3x5-64", (3, 9, 9)): "layer 1, conv3x5-64: cannot be read at 3x5-64; write it as in conv3-64",
    ("conv3-64g5", (5, 9, 9)): "layer 1, conv3-64g5: 5 groups cannot share 64 channels evenly; 64 / 5 = 12.8",
    ("conv0-64", (3, 9, 9)): "layer 1, conv0-64: 0 is no size; use 1 or more",
    (
        "pool2p2",
        (3, 9, 9),
    ): "layer 1, pool2p2: padding 2 is more than half of the kernel 2; windows of padding alone have no maximum",
    ("deconv2-8p9", (3, 9, 9)): "layer 1, deconv2-8p9: its input is 9 x 9; 1·(9 − 1) + 2 − 2·9 + 0 = −8; pad less",
    ("deconv2-8/2o2", (3, 9, 9)): "layer 1, deconv2-8/2o2: output padding 2 must be smaller than the stride 2",
    (
        "fc10 conv3-8",
        (3, 9, 9),
    ): "layer 2, conv3-8: its input is 10 numbers, and it needs channels x rows x columns; give an "
    "image (--input 3x32x32), or put it before the layers that flatten it",
    ("lstm-8", (3, 9, 9)): "layer 1, lstm-8: its input is 3 x 9 x 9, and it reads steps x features; give a sequence "
    "(--input 100x28), or begin with an embedding (emb-8000x300)",
    ("emb-9x3", (3, 9)): "layer 1, emb-9x3: its input is 3 x 9, and it reads word numbers, as many as steps (--input 100)",
    ("attention-6x4", (3, 6)): "layer 1, attention-6x4: 4 heads cannot share a width of 6 evenly; 6 / 4 = 1.5",
    (
        "attention-8x4",
        (3, 6),
    ): "layer 1, attention-8x4: its input is 3 x 6, 6 features a step, and its width is 8; put fc8 or emb before it",
    ("9999999*relu", (3,)): "layer 1, 9999999*relu: 9999999 is more than 1000000",
    ("relu 1000*relu", (3,)): "layer 2, 1000*relu: that is more than 1000 layers",
    (
        "4*deconv9-1/9 4*deconv9-1/9 4*deconv9-1/9",
        (1, 9, 9),
    ): "layer 9, deconv9-1/9: its output would be 3486784401 long; at most 1000000000",
    ("  ", (3,)): "the network is empty; type its layers, as in conv3-64 relu pool fc10",
    ("relu", (3, 0)): "--input 3x0: every number must be 1 to 1000000, as in 3x224x224",
}


@pytest.mark.parametrize(("typed", "said"), SAID.items(), ids=[typed for typed, _ in SAID])
def test_what_is_wrong_is_said_in_a_sentence(typed: tuple[str, tuple[int, ...]], said: str) -> None:
    with pytest.raises(CountingError) as refused:
        from_spec(*typed)
    assert str(refused.value) == said
    assert refused.value.sentence.format(**refused.value.values) == said


@settings(deadline=None, max_examples=150)
@given(
    spec=st.lists(
        st.builds(
            "{}{}{}".format,
            st.sampled_from(sorted(BY_NAME)),
            st.from_regex(r"\A(\d{1,8})?(x\d)?(-\d{1,3}(x\d{1,2})?)?\Z"),
            st.from_regex(r"\A(/\d|[pdgobc]\d?){0,3}\Z"),
        )
        | st.text(max_size=6),
        max_size=8,
    ).map(" ".join),
    shape=st.lists(st.integers(0, 300), max_size=4).map(tuple),
)
def test_whatever_is_typed_is_counted_or_refused(spec: str, shape: tuple[int, ...]) -> None:
    with contextlib.suppress(CountingError):
        network = from_spec(spec, shape)
        assert all(size >= 1 for layer in network.layers for size in layer.output)


@pytest.mark.parametrize("text", ["conv3-64 pool", "fc10", "2*relu", "emb-8x3"])
def test_a_spec_is_known_by_its_first_word(text: str) -> None:
    assert looks_like_spec(text)


@pytest.mark.parametrize("text", ["resnet50", "nn.ReLU()", "net.py:Net", "lenet5"])
def test_other_things_are_no_specs(text: str) -> None:
    assert not looks_like_spec(text)


def test_every_word_is_told_in_the_grammar() -> None:
    from seodang.counting import spec

    told = (spec.__doc__ or "") + "relu tanh leakyrelu gelu silu elu sigmoid"  # 'relu tanh …' stands for the activations
    missing = [name for name in BY_NAME if name.removeprefix("bi") not in told]
    assert not missing


def test_a_page_can_count_without_torch() -> None:
    program = (
        "import sys\n"
        "from seodang.counting.spec import from_spec\n"
        "from_spec('conv3-64p deconv2-8/2 gap fc10').to_json()\n"
        "assert not {'torch', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
