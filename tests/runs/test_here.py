"""Running in this process: the ledger is the same however often it was interrupted, and stops when it is decided."""

import dataclasses
import json
from pathlib import Path

import pytest
from runs.questions import COIN, DERIVATION, NET, opened, question

from seodang.evidence import Evidence
from seodang.experiment import Claim, ExperimentError
from seodang.runs import Cancelled, Progress, Watcher, load, new_ledger, run
from seodang.training import train
from seodang.verdict import Outcome, fewest


def comparable(ledger: Evidence) -> str:
    """The ledger's bytes but for how long it took and when."""
    return dataclasses.replace(ledger, seconds=0.0, date="").to_json()


class Interrupting:
    """A watcher that stops in the middle of a block, after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.kept: Evidence | None = None

    def progress(self, _: Progress) -> bool:
        self.looks -= 1
        return self.looks > 0

    def keep(self, ledger: Evidence) -> None:
        self.kept = ledger


@pytest.mark.parametrize(("source", "looks"), [(COIN, 1), (COIN, 3), (COIN, 7), (COIN, 14), (NET, 2), (NET, 5), (NET, 6)])
def test_an_interrupted_run_resumed_gives_the_ledger_of_an_uninterrupted_one(
    tmp_path: Path, source: str, looks: int
) -> None:
    experiment, empty = opened(question(tmp_path, source))
    whole = run(experiment, empty)
    watcher = Interrupting(looks)
    with pytest.raises(Cancelled):
        run(experiment, empty, watcher=Watcher(watcher.progress, watcher.keep))
    kept = Evidence.from_json(watcher.kept.to_json()) if watcher.kept else empty
    assert len(kept.seeds) < len(whole.seeds)
    assert comparable(run(experiment, kept)) == comparable(whole)


@pytest.mark.parametrize("first", [1, 2, 3, 5])
def test_a_run_of_any_length_continued_stops_where_an_uninterrupted_one_does(tmp_path: Path, first: int) -> None:
    experiment, empty = opened(question(tmp_path, COIN), chance=0.75)
    assert comparable(run(experiment, run(experiment, empty, seeds=first))) == comparable(run(experiment, empty))


@pytest.mark.parametrize("block", [1, 3, 20])
def test_the_size_of_a_block_changes_no_seed(tmp_path: Path, block: int) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    assert comparable(run(experiment, empty, seeds=5, block=block)) == comparable(run(experiment, empty, seeds=5))


def test_a_run_stops_as_soon_as_every_claim_is_decided(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    told: list[Evidence] = []
    ledger = run(experiment, empty, watcher=Watcher(ledger=told.append))
    assert ledger.decided
    assert [len(step.seeds) for step in told][:2] == [2, fewest(50, claims=2)]
    assert not any(step.decided for step in told[:-1])
    assert told[-1] == ledger


def test_a_run_that_cannot_decide_ends_with_the_seeds_that_were_declared(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN), chance=0.5)
    ledger = run(experiment, empty)
    assert len(ledger.seeds) == 50
    assert ledger.claim("more_heads").outcome is Outcome.UNDECIDED


def test_seeds_asked_for_are_run_though_the_claims_are_decided(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    ledger = run(experiment, empty, seeds=20)
    assert ledger.seeds == tuple(range(1000, 1020))
    assert run(experiment, ledger, seeds=5) is ledger, "a ledger is never shortened"


def test_a_ledger_goes_on_with_its_own_seeds(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    recorded = run(experiment, empty, seeds=3, first_seed=0)
    assert run(experiment, recorded, seeds=5).seeds == (0, 1, 2, 3, 4)


def test_more_seeds_than_were_declared_are_refused(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    with pytest.raises(ExperimentError, match=r"^seeds=51: at most 50 were declared for this ledger$"):
        run(experiment, empty, seeds=51)


def test_a_derivation_is_computed_once_and_is_exact(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, DERIVATION))
    ledger = run(experiment, empty)
    assert len(ledger.seeds) == 1
    assert ledger.claim("sixteen").outcome is Outcome.SUPPORTED
    assert ledger.claim("sixteen").sentence() == "Checked: the computed value is exactly as stated."
    assert ledger.claim("sixteen").sentence("ko") == "확인됨: 계산한 값이 정확히 들어맞습니다."


def test_progress_names_the_arm_the_step_and_the_seeds(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    told: list[Progress] = []

    def look(progress: Progress) -> bool:
        told.append(progress)
        return True

    run(experiment, empty, seeds=2, watcher=Watcher(look))
    trained = [progress for progress in told if progress.arm == "trained"]
    assert [progress.step for progress in trained] == sorted({progress.step for progress in trained})
    assert trained[-1] == Progress("trained", 40, 40, (1000, 1001))
    assert [p for p in told if p.arm == "hardly"] == [Progress("hardly", 2, 2, (1000, 1001))]


def test_curves_grow_to_those_of_the_ledger_where_they_are_wanted(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    told: list[Progress] = []

    def look(progress: Progress) -> bool:
        told.append(progress)
        return True

    ledger = run(experiment, empty, seeds=2, watcher=Watcher(look, curves=True))
    grown = [progress.curves for progress in told if progress.arm == "trained"]
    assert grown[-1] == ledger.curves["trained"].loss
    lengths = [[len(line) for line in curves] for curves in grown]
    assert lengths == sorted(lengths)
    assert all(line == whole[: len(line)] for curves in grown for line, whole in zip(curves, grown[-1], strict=True))
    run(experiment, empty, seeds=2, watcher=Watcher(look))
    assert told[-1].curves == ()


def test_curves_are_means_between_marks_the_last_step_included(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    curves = run(experiment, empty, seeds=2).curves
    assert curves["hardly"].step == (1, 2)
    assert curves["trained"].step[-1] == 40
    assert len(curves["trained"].step) == 30
    arm = experiment.arms["trained"]
    losses = train(arm, [1000])[0].losses  # type: ignore[arg-type]
    last, end = curves["trained"].step[-2:]
    assert curves["trained"].loss[0][-1] == pytest.approx(float(losses[last:end].mean()), rel=1e-3)


# ------------------------------------------------------------------------------------------------------------ breakdowns


def test_an_arm_that_breaks_down_is_an_answer_and_is_reported(tmp_path: Path) -> None:
    source = COIN.replace('"loaded": lambda seed:', '"loaded": lambda seed: 1 / 0 if seed == 1001 else')
    experiment, empty = opened(question(tmp_path, source))
    ledger = run(experiment, empty, seeds=3)
    assert ledger.diverged == {"loaded": {1001: 0}}
    assert json.loads(ledger.to_json())["arms"]["loaded"]["heads"][1] is None
    assert ledger.claim("more_heads").answers[1] is False


def test_a_metric_that_divides_by_nought_is_not_finite_rather_than_the_end_of_the_run(tmp_path: Path) -> None:
    source = COIN.replace('result["heads"]}', 'result["heads"] / 0}').replace('["heads"]},', '["heads"] / 0},')
    experiment, empty = opened(question(tmp_path, source))
    ledger = run(experiment, empty, seeds=2)
    assert ledger.claim("more_heads").answers == (False, False)


def test_a_claim_that_divides_by_nought_answers_what_was_fixed_for_a_diverged_seed(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    ratio = Claim(lambda arms: arms.loaded.heads / (arms.fair.heads * 0), above=2, diverged=None)
    experiment = dataclasses.replace(experiment, claims={**experiment.claims, "more_heads": ratio})
    assert run(experiment, empty, seeds=2).claim("more_heads").answers == (None, None)


def test_a_training_that_diverges_is_reported_with_its_step_and_harms_no_other_seed(tmp_path: Path) -> None:
    source = NET.replace("loss=F.cross_entropy", "loss=lambda out, y: F.cross_entropy(out, y) * 1e30")
    source = source.replace("Adam, lr=0.01", "SGD, lr=1e30")
    experiment, empty = opened(question(tmp_path, source))
    ledger = run(experiment, empty, seeds=2)
    assert set(ledger.diverged) == {"trained", "hardly"}
    assert all(step > 0 for step in ledger.diverged["trained"].values())
    assert Evidence.from_json(ledger.to_json()).diverged == ledger.diverged


def test_a_metric_of_something_no_arm_made_is_refused_by_name(tmp_path: Path) -> None:
    source = COIN.replace('result["heads"]}', 'result["tails"]}').replace('["heads"]},', '["tails"]},')
    experiment, empty = opened(question(tmp_path, source))
    with pytest.raises(ExperimentError, match=r"^loaded\.heads: the arm made nothing called 'tails'$"):
        run(experiment, empty, seeds=1)


# --------------------------------------------------------------------------------------------------------------- loading


def test_a_file_edited_between_two_loads_runs_as_it_is_now(tmp_path: Path) -> None:
    path = question(tmp_path, DERIVATION)
    before = new_ledger("a", path, load(path))
    assert run(load(path), before).arms["linear"]["parameters"] == (16.0,)
    path.write_text(DERIVATION.replace("3 * 4 + 4", "3 * 4 + 5"), encoding="utf-8")
    after = new_ledger("a", path, load(path))
    assert run(load(path), after).arms["linear"]["parameters"] == (17.0,)
    assert before.code["experiment"] != after.code["experiment"]


@pytest.mark.parametrize(
    ("source", "settings", "sentence"),
    [
        ("x = 1", {}, "defines no function `experiment`; CONTRIBUTING.md shows one"),
        ("def experiment(): return 3", {}, "`experiment` returned int, not an Experiment"),
        (DERIVATION, {"depth": 3}, "depth: this experiment has no knobs"),
        (COIN, {"chanse": 3}, "chanse: no such knob; did you mean 'chance'? there is chance"),
    ],
)
def test_a_file_that_is_no_experiment_is_refused(
    tmp_path: Path, source: str, settings: dict[str, float], sentence: str
) -> None:
    with pytest.raises(ExperimentError) as refusal:
        load(question(tmp_path, source), settings)
    assert str(refusal.value).endswith(sentence)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"nothing\.py: there is no such experiment$"):
        load(tmp_path / "nothing.py")
