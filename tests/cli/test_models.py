"""`seodang models`: every network that ships as published."""

import subprocess
import sys
from pathlib import Path

from cli.commands import Terminal

import seodang
from seodang.cli.models import methods, published, published_named


def test_every_published_network_is_listed_with_its_parameters_input_and_paper(terminal: Terminal) -> None:
    out = terminal("models").out
    for network in published():
        row = next(line for line in out.splitlines() if line.split()[:1] == [network.name])
        assert "x".join(map(str, network.input[0])) in row
    assert "VGG-16 (Simonyan & Zisserman 2015, column D)" in out
    assert "138,357,544" in out


def test_the_json_names_the_file(terminal: Terminal) -> None:
    listed = {entry["name"]: entry for entry in terminal("models", "--json").json}
    published_ones = {name for name, entry in listed.items() if entry["parameters"] is not None}
    assert published_ones == {network.name for network in published()}
    assert listed["lenet5"] == {
        "name": "lenet5",
        "parameters": 60_000,
        "input": [[1, 32, 32]],
        "paper": listed["lenet5"]["paper"],
        "file": "models/lenet.py",
    }


def test_every_other_file_of_the_room_is_listed_with_what_it_is(terminal: Terminal) -> None:
    folder = Path(seodang.__file__).parent / "models"
    files = {f"models/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*.py") if file.name != "__init__.py"}
    named = {f"models/{network.file}.py" for network in published()}
    assert {method.file for method in methods()} == files - named
    assert all(method.about for method in methods())
    out = terminal("models").out
    assert "seodang.models.word2vec" in out
    assert "seodang.models.optimizers.adam" in out


def test_a_name_may_be_typed_as_papers_write_it() -> None:
    for typed in ("ResNet-50", "resnet50", "resnet_50"):
        found = published_named(typed)
        assert found is not None
        assert found.name == "resnet50"
    assert published_named("resnet51") is None


def test_names_are_found_without_importing_torch() -> None:
    program = (
        "import sys; from seodang.cli.models import published\n"
        "assert len(published()) > 20; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
