"""The questions on digits, asked of MNIST's real files."""

import statistics
from pathlib import Path

import pytest
from cli.commands import Terminal

from seodang.experiment import knobs
from seodang.library import Library
from seodang.runs import load


def on_images() -> list[str]:
    """The questions whose data set can be chosen, of those that can be trained for as short as one likes."""
    found = []
    for question in Library.open().questions:
        parameters = load(question.experiment).parameters if question.experiment else None
        turnable = knobs(parameters) if parameters is not None else {}
        if "mnist" in getattr(turnable.get("data"), "choices", ()) and {"steps", "epochs"} & turnable.keys():
            found.append(question.slug)
    return found


def test_the_assignments_net_reads_at_least_94_percent_of_the_official_test_images(
    terminal: Terminal, real_mnist: Path
) -> None:
    """784-256-10, batch 256, Adam, on the 10,000 training images that are here."""
    said = terminal("run", "missing-255", "--data", "mnist", "--data-dir", str(real_mnist), "--seeds", "2", "--json")
    assert said.code == 0, said.err
    accuracies = said.json["arms"]["divided"]["accuracy"]
    print(f"accuracy on the official test images: {accuracies}")
    assert statistics.median(accuracies) >= 0.94


def some_now(slugs: list[str]) -> list[object]:
    """Every eighth for a check of a change; all of them where there is time (`-m slow`)."""
    return [slug if place % 8 == 0 else pytest.param(slug, marks=pytest.mark.slow) for place, slug in enumerate(slugs)]


@pytest.mark.parametrize("slug", some_now(on_images()))
def test_every_question_on_digits_runs_on_mnist(terminal: Terminal, real_mnist: Path, slug: str) -> None:
    experiment = load(Library.open().question(slug).experiment)  # type: ignore[arg-type]
    turnable = knobs(experiment.parameters)
    steps = max(3, int(turnable["steps"].low or 3)) if "steps" in turnable else 0
    few = ("--set", f"steps={steps}" if steps else "epochs=1")
    words = ("run", slug, "--data", "mnist", "--data-dir", str(real_mnist), *few, "--seeds", "1", "--json")
    said = terminal(*words)
    assert said.code == 0, said.err
    assert said.json["parameters"]["data"] == "mnist"
    assert said.json["seeds"]


def test_a_verdict_on_the_official_split_says_so(terminal: Terminal, real_mnist: Path) -> None:
    words = ("run", "relu-over-sigmoid", "--data", "mnist", "--data-dir", str(real_mnist))
    said = terminal(*words, "--set", "steps=3", "--set", "depth=1", "--seeds", "1")
    assert "the verdict holds for that split" in said.out
