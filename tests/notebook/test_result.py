"""A result grows and is never changed, gives its numbers and its models back, and belongs to one experiment."""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from notebook.experiments import Net, coin, net, thrown

from seodang import Claim, Experiment, ExperimentError, Result, Trained, run
from seodang.data.digits import digits
from seodang.evidence import Evidence, EvidenceError
from seodang.notebook import running
from seodang.notebook.live import Live
from seodang.runs import Progress, Watcher, new_ledger
from seodang.runs import run as extend
from seodang.training.replica import stream


def numbers(result: Result) -> str:
    """The ledger's bytes but for how long it took and when."""
    return dataclasses.replace(result.evidence, seconds=0.0, date="").to_json()


@pytest.fixture(scope="module")
def trained() -> Result:
    return run(net(), seeds=3, progress=False)


# --------------------------------------------------------------------------------------------------------- the ledger


def test_a_run_goes_on_until_every_claim_is_decided() -> None:
    result = run(coin(), progress=False)
    assert result.evidence.decided
    assert result.evidence.seeds == tuple(range(1000, 1000 + len(result.evidence.seeds)))
    assert {str(claim.outcome) for claim in result.verdicts.values()} == {"supported"}
    assert not result.interrupted


@pytest.mark.parametrize("first", [1, 4, 7])
def test_a_result_that_grows_is_the_result_of_one_run(first: int) -> None:
    short = run(coin(), seeds=first, progress=False)
    longer = short.more(5, progress=False)
    assert numbers(longer) == numbers(run(coin(), seeds=first + 5, progress=False))
    assert numbers(run(coin(), result=short, progress=False)) == numbers(run(coin(), progress=False))
    assert len(short.evidence.seeds) == first, "a result is never changed"


def test_running_again_draws_no_other_numbers() -> None:
    assert numbers(run(coin(), seeds=4, progress=False)) == numbers(run(coin(), seeds=4, progress=False))


def test_a_ledger_is_not_shortened() -> None:
    result = run(coin(), seeds=6, progress=False)
    assert numbers(run(coin(), seeds=2, result=result, progress=False)) == numbers(result)


def test_more_seeds_than_were_declared_must_be_asked_for_at_the_beginning() -> None:
    result = run(coin(), seeds=3, progress=False)
    with pytest.raises(ExperimentError) as refusal:
        result.more(48, progress=False)
    assert str(refusal.value) == (
        "seeds=51: 50 were declared when this ledger was begun, and its threshold holds for those; "
        "to judge more, begin with run(experiment, seeds=51)"
    )
    assert run(coin(), seeds=51, progress=False).evidence.declared is None


@pytest.mark.parametrize("seeds", [0, -1])
def test_no_seed_is_no_run(seeds: int) -> None:
    with pytest.raises(ExperimentError, match=rf"^seeds={seeds}: run at least 1$"):
        run(coin(), seeds=seeds)
    with pytest.raises(ExperimentError, match=rf"^seeds={seeds}: run at least 1 more$"):
        run(coin(), seeds=1, progress=False).more(seeds)


def test_a_gpu_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        ExperimentError, match=r"^device=cuda:1: this machine or this build of PyTorch has no CUDA; use cpu$"
    ):
        run(coin(), device="cuda:1")


OTHERS = {
    "claims.more_heads": coin(above=0.1),
    "arms.loaded → chance": coin(chance=0.8),
    "arms.fair → salt": dataclasses.replace(coin(), arms={**coin().arms, "fair": thrown(0.5, 2)}),
    "metrics.heads": dataclasses.replace(coin(), metrics={"heads": lambda share: share + 0.0}),
}


@pytest.mark.parametrize("place", OTHERS)
def test_a_ledger_of_another_experiment_is_not_continued(place: str) -> None:
    result = run(coin(), seeds=2, progress=False)
    with pytest.raises(ExperimentError) as refusal:
        run(OTHERS[place], result=result)
    assert str(refusal.value) == (
        f"result: {place} is not what it was when its seeds were run; run(experiment) begins a ledger of its own"
    )


def test_a_ledger_made_by_another_python_or_another_engine_is_not_continued() -> None:
    result = run(coin(), seeds=2, progress=False)
    now = result.evidence.versions
    for part, versions, sentence in (
        ("training", now, "Seodang's code that trains has changed since"),
        ("experiment", now, "the experiment, or data that it uses, is not what it was"),
        ("experiment", {**now, "python": "3.9.1"}, "its seeds were run under Python 3.9,"),
    ):
        evidence = dataclasses.replace(result.evidence, code={**result.evidence.code, part: "0"}, versions=versions)
        old = dataclasses.replace(result, evidence=evidence, fingerprint=None)
        with pytest.raises(ExperimentError, match=f"^result: {sentence}"):
            run(coin(), result=old)


def test_an_interrupt_keeps_the_blocks_that_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Progress] = []

    def interrupted(_: Live, progress: Progress) -> bool:
        looks.append(progress)
        if len(looks) == 9:  # in the second block: the first was of two seeds and two arms
            raise KeyboardInterrupt
        return True

    monkeypatch.setattr(Live, "progress", interrupted)
    part = run(coin(), progress=False)
    assert part.interrupted
    assert part.evidence.seeds == (1000, 1001)
    assert "Interrupted. 2 seeds are kept; go on with result.more()" in repr(dataclasses.replace(part, language="en"))
    whole = part.more(progress=False)
    assert not whole.interrupted
    assert numbers(whole) == numbers(run(coin(), progress=False))


# ------------------------------------------------------------------------------------------------------------- models


def test_the_kept_parameters_load_into_the_plain_module_and_give_the_recorded_accuracy(trained: Result) -> None:
    for position, seed in enumerate(trained.evidence.seeds):
        plain = Net(16)
        plain.load_state_dict(trained.state_dict("trained", seed))
        _, _, x_test, y_test = digits(stream(seed, "split"))
        accuracy = float((plain.eval()(x_test).argmax(-1) == y_test).float().mean())
        assert accuracy == pytest.approx(trained.evidence.arms["trained"]["accuracy"][position], abs=1e-6)


def test_a_model_is_a_copy_in_evaluation_mode(trained: Result) -> None:
    first = trained.model("hardly", 1000)
    assert not first.training
    with torch.no_grad():
        next(first.parameters()).zero_()
    assert next(trained.model("hardly", 1000).parameters()).abs().sum() > 0


def test_models_are_kept_while_there_is_room_a_whole_seed_at_a_time(
    trained: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(value.numel() * value.element_size() for value in Net(16).state_dict().values())
    monkeypatch.setattr(running, "KEPT_BYTES", 5 * size)
    part = run(net(), seeds=3, progress=False)
    assert set(part.models) == {(arm, seed) for arm in ("trained", "hardly") for seed in (1000, 1001)}
    assert set(part.more(1, progress=False).models) == set(part.models)
    assert len(run(net(), seeds=3, progress=False, keep_models=True).models) == len(trained.models) == 6
    assert not run(net(), seeds=1, progress=False, keep_models=False).models


def test_a_model_that_is_not_there_is_refused_with_the_reason(trained: Result) -> None:
    for arm, seed, sentence in (
        ("traned", 1000, "model: there is no arm 'traned'; did you mean 'trained'? there is trained, hardly"),
        ("trained", 7, "model: seed 7 was not run; the seeds are 1000 .. 1002"),
    ):
        with pytest.raises(ExperimentError) as refusal:
            trained.model(arm, seed)
        assert str(refusal.value) == sentence
    with pytest.raises(ExperimentError, match=r"'fair', seed 1000, was not kept \(an arm that is a function makes none"):
        run(coin(), seeds=1, progress=False).state_dict("fair", 1000)


def test_the_watcher_is_given_what_a_block_made_just_before_its_ledger() -> None:
    told: list[Any] = []

    def results(made: Mapping[str, Sequence[Any]]) -> None:
        told.append({arm: list(products) for arm, products in made.items()})

    experiment = net()
    broken = {"broken": lambda seed: 1 / (seed - 1001)}
    experiment = Experiment(
        arms={**experiment.arms, **broken},
        metrics={"accuracy": lambda made: made.accuracy() if isinstance(made, Trained) else made},
        claims={"any": Claim(lambda arms: arms.trained.accuracy, above=0)},
    )
    ledger = new_ledger("a", Path(__file__), experiment, declared=50)
    extend(experiment, ledger, seeds=2, watcher=Watcher(ledger=told.append, results=results))
    made, ledger = told
    assert list(made) == ["trained", "hardly", "broken"]
    assert [each.seed for each in made["trained"]] == [1000, 1001] == list(ledger.seeds)
    assert made["broken"] == [-1.0, None]


# ----------------------------------------------------------------------------------------------------- numbers and files


def test_a_table_has_one_row_a_seed_and_arm(trained: Result) -> None:
    evidence = dataclasses.replace(trained.evidence, diverged={"hardly": {1001: 1}})
    frame = dataclasses.replace(trained, evidence=evidence).to_pandas()
    assert list(frame.columns) == ["seed", "arm", "accuracy", "diverged"]
    assert list(zip(frame.seed, frame.arm, strict=True)) == [(s, a) for s in evidence.seeds for a in ("trained", "hardly")]
    assert tuple(frame[frame.arm == "hardly"].accuracy) == evidence.arms["hardly"]["accuracy"]
    assert [(row.seed, row.arm, row.diverged) for row in frame.dropna().itertuples()] == [(1001, "hardly", 1)]
    assert frame.diverged.dtype == pd.Int64Dtype()


def test_without_pandas_the_error_names_the_cure(trained: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"^to_pandas: pandas is not installed; pip install 'seodang\[notebook\]'$"):
        trained.to_pandas()


def test_a_saved_result_is_read_back_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "results" / "coin.json"
    result = run(coin(), seeds=3, progress=False)
    result.save(path)
    loaded = Result.load(str(path), language="en")
    assert loaded.evidence == result.evidence == Evidence.read(path)
    with pytest.raises(ExperimentError, match=r"knows its numbers only; run\(experiment, result=result\)$"):
        loaded.more(1)
    longer = run(coin(), result=loaded, seeds=5, progress=False)
    assert numbers(longer) == numbers(run(coin(), seeds=5, progress=False))
    longer.save(path)
    assert len(Result.load(path).evidence.seeds) == 5
    with pytest.raises(EvidenceError, match=r"coin\.json: holds another ledger \(5 seeds\)"):
        run(coin(chance=0.6), seeds=6, progress=False).save(path)


def test_an_edited_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "coin.json"
    run(coin(), seeds=3, progress=False).save(path)
    path.write_text(path.read_text(encoding="utf-8").replace("true", "false", 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"edited after it was recorded"):
        Result.load(path)
