"""`seodang count`: a network by name, from a file, as an expression, or typed layer by layer."""

from pathlib import Path

import pytest
from cli.commands import Terminal

NET = '''
import sys
from dataclasses import dataclass
from torch import nn
from beside import WIDTH

print("read")

@dataclass
class Sizes:
    width: int = WIDTH

class Net(nn.Module):
    """A convolution and a linear layer."""

    def __init__(self, width: int = Sizes().width, broken: bool = False) -> None:
        super().__init__()
        if broken:
            raise KeyError("no such thing")
        self.conv, self.head = nn.Conv2d(1, width, 3), nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.conv(x).mean((2, 3)))

def not_a_network():
    return 3

made = Net(width=2)

class OneHot(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(10, 3)

    def forward(self, numbers):
        return self.head(nn.functional.one_hot(numbers, 10).float())

class Leaving(nn.Module):
    def forward(self, x):
        sys.exit(3)
'''


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file of someone's own, with a neighbour."""
    (tmp_path / "beside.py").write_text("WIDTH = 8\n", encoding="utf-8")
    path = tmp_path / "net.py"
    path.write_text(NET, encoding="utf-8")
    return str(path)


def test_a_typed_network_is_a_table(terminal: Terminal) -> None:
    said = terminal("count", "conv3-8p", "relu", "pool", "gap", "fc10", "--input", "3x32x32")
    assert said.code == 0, said.err
    assert [" ".join(line.split()) for line in said.out.splitlines() if line.strip()] == [
        "conv3-8p relu pool gap fc10 3 x 32 x 32",
        "layer kind output parameters MACs receptive field",
        "conv3-8p Conv2d 8 x 32 x 32 224 221.2 k 3 x 3",
        "pool MaxPool2d 8 x 16 x 16 4 x 4",
        "gap AdaptiveAvgPool2d 8 x 1 x 1",
        "fc10 Linear 10 90 80",
        "Not shown: 1 that only act number by number (activations, dropout).",
        "parameters 314",
        "MACs, one example 221,264",
        "FLOPs, one example 442,528",
        "FLOPs, forward and backward 885,216",
        "receptive field 4 x 4 pixels, 2 x 2 apart",
    ]


def test_a_published_network_is_counted_by_its_name(terminal: Terminal) -> None:
    counted = terminal("count", "ResNet-18", "--json").json
    assert (counted["name"], counted["input"], counted["output"]) == ("resnet18", [3, 224, 224], [1000])
    assert counted["parameters"] == 11_689_512
    assert counted["receptive_field"]["size"] == [435, 435]


def test_a_file_is_run_and_its_class_counted(terminal: Terminal, file: str) -> None:
    said = terminal("count", f"{file}:Net(width=4)", "--input", "1x8x8", "--json")
    assert said.json["parameters"] == 40 + 50
    assert said.err == "read\n"
    assert terminal("count", f"{file}:Net", "--input", "1x8x8", "--json").json["parameters"] == 80 + 90


def test_a_network_that_a_file_has_made_is_counted(terminal: Terminal, file: str) -> None:
    assert terminal("count", f"{file}:made", "--input", "1x8x8", "--json").json["parameters"] == 20 + 30


def test_whole_numbers_are_given_where_something_else_than_an_embedding_looks_them_up(terminal: Terminal, file: str) -> None:
    counted = terminal("count", f"{file}:OneHot", "--input", "6", "--json").json
    assert (counted["macs"], counted["output"]) == (6 * 10 * 3, [6, 3])
    assert counted["training_memory"]["total"] > 0


def test_a_network_that_leaves_the_program_is_refused(terminal: Terminal, file: str) -> None:
    said = terminal("count", f"{file}:Leaving", "--input", "6")
    assert said.code == 2
    assert said.err.endswith("seodang: layer Leaving, Leaving: its input is 6, and PyTorch says: SystemExit: 3\n")


def test_an_expression_of_torch_nn_is_counted(terminal: Terminal) -> None:
    text = "nn.Sequential(nn.Conv2d(1, 2*4, kernel_size=(3, 3)), torch.nn.Flatten(), Linear(8 * 6 * 6, 10, bias=False))"
    assert terminal("count", text, "--input", "1x8x8", "--json").json["parameters"] == 80 + 2880


def test_the_json_is_as_documented(terminal: Terminal) -> None:
    counted = terminal("count", "fc10", "--input", "4", "--batch", "8", "--memory", "1MB", "--json").json
    assert list(counted) == [
        *("name", "input", "output", "parameters", "macs", "flops", "training_flops", "receptive_field", "layers"),
        "training_memory",
    ]
    assert list(counted["layers"][0]) == [
        *("name", "kind", "inputs", "output", "parameters", "macs", "flops", "receptive_field"),
    ]
    memory = counted["training_memory"]
    assert memory["batch"] == 8
    assert memory["settings"] == {"optimizer": "adam", "precision": "fp32", "checkpointing": False}
    parts = ("parameters", "gradients", "optimizer", "activations", "workspace")
    assert memory["total"] == sum(memory[part] for part in parts)
    assert memory["largest_batch"] > 8
    document = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    for field in (*counted, *counted["layers"][0], *memory, "size", "stride", "start", "padding"):
        assert f"`{field}`" in document, field


def test_without_a_batch_the_table_has_no_memory_and_with_one_it_has(terminal: Terminal) -> None:
    assert "training memory" not in terminal("count", "fc10", "--input", "4").out
    told = terminal("count", "fc10", "--input", "4", "--batch", "8", "--optimizer", "sgd", "--memory", "1GB").out
    assert "training memory, batch 8" in told
    assert "optimizer state (sgd) 0 B" in " ".join(told.split())
    assert "largest batch in 1GB" in told


def test_the_memory_of_a_module_is_traced(terminal: Terminal) -> None:
    words = ("count", "nn.LSTM(4, 8)", "--input", "16x4", "--json", "--optimizer")
    sgd, adam = (terminal(*words, name).json["training_memory"] for name in ("sgd", "adam"))
    weights = 4 * 4 * 8 * (4 + 8 + 2)  # bytes of the parameters
    assert sgd["stages"]["forward"]["parameters"] == weights
    assert sgd["stages"]["forward"]["optimizer"] == 0
    assert adam["stages"]["forward"]["optimizer"] >= 2 * weights


def test_word_numbers_and_several_inputs_are_understood(terminal: Terminal) -> None:
    embedded = terminal("count", "nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 2))", "--input", "6", "--json").json
    assert (embedded["macs"], embedded["output"]) == (48, [6, 2])
    assert embedded["training_memory"]["total"] > 0
    both = terminal("count", "nn.Bilinear(3, 4, 5)", "--input", "3,4", "--json")
    assert both.json["macs"] == 75
    assert both.json["training_memory"] is None
    assert both.err == "The training memory of a network with several inputs is not told.\n"


def test_the_picture_is_written(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    assert terminal("count", "conv3-8 pool fc10", "--input", "3x16x16", "--picture", str(path)).code == 0
    assert path.read_text(encoding="utf-8").startswith("<svg")


REFUSED = {
    (
        "conv3-64 pool pool conv5-64",
        "--input",
        "3x16x16",
    ): "layer 4, conv5-64: its input is 3 x 3; (3 + 2·0 − 5) / 1 + 1 = −1 rows; pad by 1 or more, or drop a pooling",
    ("resnet5",): "resnet5: there is no such network; did you mean resnet56?",
    (
        "xyz",
    ): "xyz: there is no such network (`seodang models` lists them) and no such layer (write conv3-64p relu pool fc10)",
    (): "count what? For example: seodang count resnet50, or seodang count 'conv3-64p relu pool fc10'",
    ("nn.Conv2d(3",): "nn.Conv2d(3: cannot be read: '(' was never closed",
    ("nn.Cnv2d(3, 4, 3)",): "Cnv2d: torch.nn has no such layer; did you mean Conv2d?",
    (
        "nn.Conv2d(3, 4)",
    ): "nn.Conv2d(3, 4): TypeError: Conv2d.__init__() missing 1 required positional argument: 'kernel_size'",
    ("nn.LSTM(3, 4)",): "--input: say the shape of one example, without the batch, as in --input 3x224x224",
    ("fc10", "--input", "3x0"): "--input 3x0: write a shape as 3x224x224, without the batch, every number 1 to 999999999",
    ("fc10", "--input", "3,4"): "--input: a network of typed layers has one input",
    ("fc10", "--input", "3", "--batch", "0"): "--batch 0: must be from 1 to 1,000,000,000",
    ("fc10", "--input", "3", "--batch", "9999999999"): "--batch 9999999999: must be from 1 to 1,000,000,000",
    ("fc10", "--input", "3", "--memory", "abc"): "memory 'abc' is no size; write it like 8GB, 80GiB or 512MB",
    (
        *("nn.Linear(3, 4)", "--input", "3,224,224"),
    ): "--input gives 3 inputs, and Linear takes 1; between the sizes of one stands an x: 3x224x224",
    (
        *("nn.Conv2d(3, 4, 3)", "--input", "3x999999999x999999999"),
    ): "an input of 3 x 999999999 x 999999999 is more than can be counted; give a smaller --input",
    ("net.py:Net",): "net.py: there is no such file",
    ("net.py",): "net.py: say which network in it: net.py:Net",
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.items(), ids=[" ".join(words) for words in REFUSED])
def test_what_cannot_be_counted_is_said_in_a_sentence(terminal: Terminal, words: tuple[str, ...], sentence: str) -> None:
    said = terminal("count", *words)
    assert (said.code, said.out, said.err) == (2, "", f"seodang: {sentence}\n")


def test_what_is_wrong_in_a_file_is_said_with_its_line(terminal: Terminal, file: str) -> None:
    def sentence(name: str) -> str:
        said = terminal("count", f"{file}:{name}", "--input", "1x8x8")
        assert (said.code, said.out) == (2, "")
        return said.err.removeprefix("read\n").removeprefix("seodang: ").replace(file, "net.py").strip()

    assert sentence("Nett") == "net.py has no Nett; did you mean Net?"
    assert sentence("Net(width='wide')").startswith("net.py:Net(width='wide'), line 20: TypeError: ")
    assert sentence("Net(broken=True)") == "net.py:Net(broken=True), line 19: KeyError: 'no such thing'"
    assert sentence("not_a_network") == "not_a_network: that is no network"
    Path(file).write_text("import torch\nx = 1 / 0\n", encoding="utf-8")
    assert sentence("Net") == "net.py:Net, line 2: ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('echo gone')",
        "nn.Sequential.__init__.__globals__['os']",
        "nn.modules.os.system('echo gone')",
        "(lambda: nn.ReLU())()",
        "nn.Sequential(*[nn.ReLU()])",
        "nn.Linear(10**9, 10)",
        "nn.Linear('a' * 99999999, 3)",
        "[nn.ReLU() for _ in range(3)](0)",
        "eval('1')(2)",
        "nn._reduction(3)",
    ],
)
def test_an_expression_is_never_run_as_code(terminal: Terminal, text: str) -> None:
    said = terminal("count", text, "--input", "3")
    assert (said.code, said.out) == (2, "")
    assert "only layers of torch.nn and literal values are read here" in said.err


def test_it_speaks_korean(terminal: Terminal) -> None:
    said = terminal("count", "conv3-8 conv9-8", "--input", "3x8x8", "--lang", "ko")
    assert said.code == 2
    assert "conv9-8" in said.err
    assert "rows" not in said.err
    assert "매개변수" in terminal("count", "fc10", "--input", "3", "--lang", "ko").out
