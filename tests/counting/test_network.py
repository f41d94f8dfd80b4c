"""The totals of a network, and its JSON."""

import json

from seodang.counting.network import Field, Layer, Network
from seodang.counting.spec import from_spec

LAYERS = (
    Layer("first", "Conv2d", (3, 8, 8), (4, 6, 6), 112, 3_888, Field((3, 3), (1.0, 1.0), (1.0, 1.0), (0, 0)), spared=3_888),
    Layer("second", "Linear", (144,), (10,), 1_450, 1_440),
    Layer("aside", "Linear", (), (), 50, 0),
)


def test_a_network_is_the_sum_of_its_layers() -> None:
    network = Network("small", (3, 8, 8), LAYERS)
    assert (network.parameters, network.macs, network.flops) == (1_612, 5_328, 10_656)
    assert network.output == (10,)
    assert network.receptive_field == LAYERS[0].field


def test_a_training_step_is_three_forward_passes_but_for_the_input_s_gradient() -> None:
    assert Network("small", (3, 8, 8), LAYERS).training_flops == 2 * (3 * 5_328 - 3_888)


def test_a_network_without_layers_is_its_input() -> None:
    empty = Network("none", (7,), ())
    assert (empty.parameters, empty.macs, empty.output, empty.receptive_field) == (0, 0, (7,), None)


def test_the_json_of_a_network() -> None:
    assert json.loads(json.dumps(from_spec("conv3-2/2p relu fc4", (1, 5, 5)).to_json())) == {
        "name": "conv3-2/2p relu fc4",
        "input": [1, 5, 5],
        "output": [4],
        "parameters": 96,
        "macs": 234,
        "flops": 468,
        "training_flops": 1080,
        "receptive_field": {"size": [3, 3], "stride": [2, 2], "start": [0, 0], "padding": [1, 1]},
        "layers": [
            {
                "name": "conv3-2/2p",
                "kind": "Conv2d",
                "inputs": [1, 5, 5],
                "output": [2, 3, 3],
                "parameters": 20,
                "macs": 162,
                "flops": 324,
                "receptive_field": {"size": [3, 3], "stride": [2, 2], "start": [0, 0], "padding": [1, 1]},
            },
            {
                "name": "relu",
                "kind": "ReLU",
                "inputs": [2, 3, 3],
                "output": [2, 3, 3],
                "parameters": 0,
                "macs": 0,
                "flops": 0,
                "receptive_field": {"size": [3, 3], "stride": [2, 2], "start": [0, 0], "padding": [1, 1]},
            },
            {
                "name": "fc4",
                "kind": "Linear",
                "inputs": [2, 3, 3],
                "output": [4],
                "parameters": 76,
                "macs": 72,
                "flops": 144,
                "receptive_field": None,
            },
        ],
    }
