"""Every experiment of the book: built, run on two seeds, compared with the plain loop, and the same as its pages say."""

import ast
import dataclasses
import io
import json
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import pytest
import torch
from contracts.book import EXPERIMENTS, every_experiment, every_experiment_in_turn, reduced

from seodang.data import Split
from seodang.evidence import Evidence
from seodang.experiment import Training, knobs
from seodang.library.question import read_question
from seodang.runs import load, new_ledger, run
from seodang.runs.load import parameters_of
from seodang.training import strategy_for, train
from seodang.training.cost import refuse_if_too_dear
from seodang.web.source import read

LONGEST = 60
"""Lines of code of an experiment, without docstrings, comments and blank lines: short enough to be read as a whole."""
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
AGREE = 1e-9
"""Largest difference to the plain loop after one step in float64, of numbers near 1."""


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    """What it takes to import and build each experiment, measured in one fresh process."""
    program = """
import gc, json, sys, time
from pathlib import Path
import torch, sklearn.datasets
from seodang.runs import load
made = {}
for name in sys.argv[1:]:
    before = torch.get_rng_state()
    started = time.process_time()
    experiment = load(Path(name))
    seconds = time.process_time() - started
    tensors = sum(isinstance(each, torch.Tensor) for each in gc.get_objects() if each is not before)
    made[name] = dict(seconds=seconds, tensors=tensors, drew=not torch.equal(before, torch.get_rng_state()))
print(json.dumps(made))
"""
    arguments = [sys.executable, "-c", program, *map(str, EXPERIMENTS)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@every_experiment
def test_importing_and_building_it_does_no_work(path: Path, built: dict[str, Any]) -> None:
    taken = built[str(path)]
    assert taken["tensors"] == 0
    assert not taken["drew"]
    assert taken["seconds"] < 1


@every_experiment
def test_it_is_short_enough_to_be_read(path: Path) -> None:
    assert len(lines_of_code(path.read_text(encoding="utf-8"))) <= LONGEST


def lines_of_code(source: str) -> set[int]:
    """The numbers of the lines that hold code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {line for each in tokens if each.type not in LAYOUT for line in range(each.start[0], each.end[0] + 1)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            docstring = node.body[0]
            lines -= set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return lines


@every_experiment
def test_it_opens_with_its_question(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""')
    assert "?" in first


@every_experiment
def test_its_trainings_differ_in_what_is_compared_and_in_little_else(path: Path) -> None:
    """Arms made by dataclasses.replace keep the very objects of their base in every other field."""
    trainings = {name: arm for name, arm in load(path).arms.items() if isinstance(arm, Training)}
    for name, arm in trainings.items():
        apart = {other: differences(arm, sibling) for other, sibling in trainings.items() if other != name}
        assert all(apart.values()), f"{name} is the same as another arm"
        nearest = min(apart.values(), key=len, default=[])
        assert len(nearest) <= 2, f"{name} differs from every other arm in {', '.join(nearest)} or more: what is compared?"


def differences(one: Training, other: Training) -> list[str]:
    """The fields in which two trainings differ."""
    return [field.name for field in dataclasses.fields(Training) if getattr(one, field.name) != getattr(other, field.name)]


@every_experiment
def test_its_defaults_have_the_types_written_beside_them(path: Path) -> None:
    parameters = load(path).parameters
    for field in dataclasses.fields(parameters) if parameters is not None else ():
        wanted = field.type if isinstance(field.type, str) else field.type.__name__
        assert type(getattr(parameters, field.name)).__name__ == wanted, field.name


@every_experiment
def test_its_cost_is_told_before_a_knob_is_turned(path: Path) -> None:
    """Which runs its networks without numbers: one that makes a tensor on another device than its input's fails here."""
    refuse_if_too_dear(load(path), {})


@every_experiment
def test_its_page_reads_knobs_and_arms_as_they_are_without_running_it(path: Path) -> None:
    experiment, said = load(path), read(path)
    assert said.defaults == dict(parameters_of(experiment))
    assert [arm.name for arm in said.arms] in ([], list(experiment.arms))


@every_experiment
def test_it_runs_on_two_seeds(path: Path) -> None:
    experiment = reduced(path)
    ledger = run(experiment, new_ledger(path.stem, path, experiment, declared=50), seeds=2)
    assert len(ledger.seeds) == (1 if experiment.exact else 2)
    assert {arm: set(metrics) for arm, metrics in ledger.arms.items()} == {
        arm: set(experiment.metrics) for arm in experiment.arms
    }
    assert Evidence.from_json(ledger.to_json()).claims == ledger.claims


@every_experiment
def test_a_derivation_comes_out_as_it_was_recorded(path: Path) -> None:
    """Some count the book's own files, which no hash of the experiment's code can know."""
    experiment = load(path)
    if not experiment.exact:
        pytest.skip("what has seeds is recorded again by `seodang book prove`")
    recorded = Evidence.read(path.with_suffix(".json"))
    again = run(experiment, new_ledger(path.stem, path, experiment, declared=1))
    assert {each.claim: each.outcome for each in again.claims} == {each.claim: each.outcome for each in recorded.claims}


@every_experiment_in_turn
def test_a_seed_gives_the_same_numbers_whenever_and_beside_whatever_it_is_run(path: Path) -> None:
    experiment = reduced(path)
    if experiment.exact or experiment.kind == "measurement":
        pytest.skip("a derivation has no seeds; a measurement of time is never the same twice")
    empty = new_ledger(path.stem, path, experiment, declared=50)
    together = run(experiment, empty, seeds=2, first_seed=0)
    torch.manual_seed(99)
    alone = run(experiment, empty, seeds=1, first_seed=1)
    later = {arm: {metric: values[1:] for metric, values in of.items()} for arm, of in together.arms.items()}
    assert repr(later) == repr({arm: dict(of) for arm, of in alone.arms.items()})


@every_experiment
def test_one_step_of_its_trainings_equals_the_plain_loop(path: Path) -> None:
    trainings = {name: arm for name, arm in reduced(path).arms.items() if isinstance(arm, Training)}
    if not trainings:
        pytest.skip("nothing is trained here")
    torch.set_default_dtype(torch.float64)
    try:
        for name, arm in trainings.items():
            one = dataclasses.replace(arm, steps=1, data=_doubled(arm))
            strategy = strategy_for(one)
            for a, b in zip(train(one, [0, 1], strategy="loop"), train(one, [0, 1], strategy=strategy), strict=True):
                assert torch.allclose(a.losses, b.losses, AGREE, AGREE, equal_nan=True), name
                for x, y in zip(a.model.state_dict().values(), b.model.state_dict().values(), strict=True):
                    assert torch.allclose(x, y, AGREE, AGREE, equal_nan=True), name
    finally:
        torch.set_default_dtype(torch.float32)


def _doubled(arm: Training) -> Any:
    def data(generator: torch.Generator) -> Split:
        with_floats = arm.data(generator)
        return Split(*(part.double() if part.is_floating_point() else part for part in with_floats))

    return data


# ---------------------------------------------------------------------------------------------------------------- pages


@every_experiment
def test_its_pages_label_exactly_its_arms_metrics_and_claims(path: Path) -> None:
    experiment, question = load(path), read_question(path.with_suffix(""))
    assert question.kind == experiment.kind
    for language in ("ko", "en"):
        page = question.page(language)
        assert set(page.arms) == set(experiment.arms)
        assert set(page.metrics) == set(experiment.metrics)
        assert set(page.claims) == set(experiment.claims)
        for choice in page.predict.choices:
            assert set(choice.when) <= set(experiment.claims)


@every_experiment
def test_it_runs_on_mnist_when_it_runs_on_digits(path: Path) -> None:
    parameters = load(path).parameters
    choices = knobs(parameters)["data"].choices if parameters is not None and "data" in knobs(parameters) else ()
    if "digits" in choices:
        assert "mnist" in choices
        assert load(path, {"data": "mnist"}).arms.keys() == load(path).arms.keys()
