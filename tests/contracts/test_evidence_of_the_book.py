"""The evidence recorded beside the questions: there, fresh, of the declared seeds, and blind to which seed is which."""

from pathlib import Path

import pytest
from contracts.book import EXPERIMENTS, RECORDED, every_record

from seodang.evidence import Evidence, stale
from seodang.runs import load
from seodang.runs.load import parameters_of
from seodang.verdict import Answer, judge


def test_every_question_with_an_experiment_has_recorded_evidence() -> None:
    missing = [path.stem for path in EXPERIMENTS if not path.with_suffix(".json").is_file()]
    assert not missing, f"record {', '.join(missing)}: seodang record SLUG"


def test_no_evidence_lies_there_without_its_experiment() -> None:
    assert not [path.name for path in RECORDED if not path.with_suffix(".py").is_file()]


@every_record
def test_it_is_sound_and_speaks_for_the_experiment_as_it_is_now(path: Path) -> None:
    evidence, source = Evidence.read(path), path.with_suffix(".py")
    experiment = load(source)
    assert stale(evidence, source) is None
    assert evidence.slug == path.stem
    assert evidence.kind == experiment.kind
    assert dict(evidence.parameters) == parameters_of(experiment)
    assert [claim.claim for claim in evidence.claims] == list(experiment.claims)


@every_record
def test_its_seeds_count_from_nought_and_were_declared(path: Path) -> None:
    evidence = Evidence.read(path)
    assert evidence.seeds == tuple(range(len(evidence.seeds)))
    assert evidence.exact or evidence.declared == load(path.with_suffix(".py")).seeds


def controls(evidence: Evidence) -> dict[str, list[Answer]]:
    """Every arm against itself: is a metric larger on an even seed than on the odd one after it?"""
    compared: dict[str, list[Answer]] = {}
    for arm, metrics in evidence.arms.items():
        for metric, values in metrics.items():
            pairs = zip(values[::2], values[1::2], strict=False)
            compared[f"{arm}.{metric}"] = [None if a == b else a > b for a, b in pairs if a == a and b == b]
    return compared


@pytest.fixture(scope="module")
def family() -> int:
    """How many controls the book has: together they err at most five times in a hundred."""
    return sum(len(controls(Evidence.read(each))) for each in RECORDED)


@every_record
def test_an_arm_against_itself_under_fresh_seeds_is_undecided(path: Path, family: int) -> None:
    for name, answers in controls(Evidence.read(path)).items():
        assert not judge(answers, claims=family).decided, f"{name}: even and odd seeds differ, {answers}"


def test_a_control_would_notice_seeds_that_are_not_alike() -> None:
    """That the control can fail."""
    assert judge([True] * 25, claims=500).decided
    assert not judge([True] * 3, claims=1).decided
