"""The vocabulary refuses what cannot be meant, and says in a whole sentence what could have been."""

import dataclasses
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from seodang.experiment import Arms, Claim, Experiment, ExperimentError, Knob, knob, knobs, turned
from seodang.runs import load
from seodang.training.cost import Budget, refuse_if_too_dear

RELU = Path(__file__).parents[1] / "src/seodang/book/activations/relu_over_sigmoid.py"


@dataclass(frozen=True)
class Parameters:
    data: str = knob("digits", choices=("digits", "mnist"))
    depth: int = knob(10, low=1, high=50)
    lr: float = knob(0.1, above=0, high=10)
    share: float = knob(0.5, above=0, below=1)
    shuffle: bool = knob(True)
    free: float = knob(1.0)
    fixed: int = 3


# ---------------------------------------------------------------------------------------------------------------- knobs


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("depth", "20", 20),
        ("depth", 20, 20),
        ("depth", 20.0, 20),
        ("depth", "50", 50),
        ("depth", " 7 ", 7),
        ("lr", "1e-3", 0.001),
        ("lr", 10, 10.0),
        ("shuffle", "False", False),
        ("shuffle", "1", True),
        ("data", "mnist", "mnist"),
        ("free", "-1e300", -1e300),
    ],
)
def test_a_knob_reads_text_as_the_type_of_its_default(name: str, given: Any, read: Any) -> None:
    value = getattr(turned(Parameters(), {name: given}), name)
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("depth", "0", "depth=0: must be 1 .. 50"),
        ("depth", "-1", "depth=-1: must be 1 .. 50"),
        ("depth", 10**9, "depth=1000000000: must be 1 .. 50"),
        ("depth", 10**400, f"depth={10**400}: must be 1 .. 50"),
        ("depth", "2.5", "depth=2.5: must be a whole number, 1 .. 50"),
        ("depth", 2.5, "depth=2.5: must be a whole number, 1 .. 50"),
        ("depth", "nan", "depth=nan: must be a whole number, 1 .. 50"),
        ("depth", math.inf, "depth=inf: must be a whole number, 1 .. 50"),
        ("depth", "deep", "depth=deep: must be a whole number, 1 .. 50"),
        ("depth", "", "depth=: must be a whole number, 1 .. 50"),
        ("lr", "nan", "lr=nan: must be a finite number, > 0, <= 10"),
        ("lr", "inf", "lr=inf: must be a finite number, > 0, <= 10"),
        ("lr", "1e999", "lr=inf: must be a finite number, > 0, <= 10"),
        ("lr", "0", "lr=0.0: must be > 0, <= 10"),
        ("lr", "fast", "lr=fast: must be a number, > 0, <= 10"),
        ("share", "1", "share=1.0: must be > 0, < 1"),
        ("shuffle", "perhaps", "shuffle=perhaps: must be true or false, any"),
        ("free", "-inf", "free=-inf: must be a finite number, any"),
        ("data", "minst", "data=minst: did you mean 'mnist'? there is digits, mnist"),
        ("data", "text", "data=text: there is digits, mnist"),
        ("dept", "5", "dept: no such knob; did you mean 'depth'? there is data, depth, lr, share, shuffle, free"),
        ("fixed", "5", "fixed: no such knob; there is data, depth, lr, share, shuffle, free"),
        ("__class__", "5", "__class__: no such knob; there is data, depth, lr, share, shuffle, free"),
    ],
)
def test_a_knob_refuses_with_its_name_the_value_and_the_limit(name: str, given: Any, sentence: str) -> None:
    with pytest.raises(ExperimentError) as refusal:
        turned(Parameters(), {name: given})
    assert str(refusal.value) == sentence


def test_a_default_out_of_its_own_bounds_is_refused_where_it_is_written() -> None:
    with pytest.raises(ExperimentError, match=r"^default=0: must be 1 \.\. 5$"):
        knob(0, low=1, high=5)


def test_turning_one_knob_leaves_the_others_and_the_original_as_they_were() -> None:
    original = Parameters()
    assert turned(original, {"depth": 3}) == replace(original, depth=3)
    assert original == Parameters()


def test_only_fields_made_with_knob_are_knobs() -> None:
    assert list(knobs(Parameters)) == ["data", "depth", "lr", "share", "shuffle", "free"]
    assert knobs(Parameters)["depth"] == Knob(low=1, high=50)


# ------------------------------------------------------------------------------------------------------ arms and claims

ARMS = Arms({"relu": {"accuracy": 0.95, "loss": math.nan}, "sigmoid": {"accuracy": 0.1, "loss": 0.0}})


@pytest.mark.parametrize(
    ("claim", "answer"),
    [
        (Claim(lambda arms: arms.relu.accuracy - arms.sigmoid.accuracy, above=0.3), True),
        (Claim(lambda arms: arms.relu.accuracy, above=0.99), False),
        (Claim(lambda arms: arms.relu.accuracy, above=0.95), None),
        (Claim(lambda arms: arms.relu.accuracy, below=0.95), None),
        (Claim(lambda arms: arms.sigmoid.accuracy, below=0.3), True),
        (Claim(lambda arms: arms.relu.accuracy > arms.sigmoid.accuracy), True),
        (Claim(lambda _: None), None),
        (Claim(lambda arms: arms.relu.loss, above=0), False),
        (Claim(lambda arms: arms.relu.loss, below=0, diverged=True), True),
        (Claim(lambda arms: arms.relu.accuracy / arms.sigmoid.loss, above=0), False),
        (Claim(lambda arms: arms.relu.accuracy / arms.sigmoid.loss, above=0, diverged=True), True),
        (Claim(lambda arms: arms.relu.accuracy / arms.sigmoid.loss > 5, diverged=None), None),
    ],
)
def test_a_claim_answers_one_seed(claim: Claim, answer: bool | None) -> None:
    assert claim.answer(ARMS) is answer


def test_the_answer_follows_from_the_value_by_the_same_rule() -> None:
    claim = Claim(lambda arms: arms.relu.accuracy - arms.sigmoid.accuracy, above=0.3)
    value = claim.value(ARMS)
    assert value == pytest.approx(0.85)
    assert value is not None
    assert claim.answer_of(value) is claim.answer(ARMS)
    assert Claim(lambda _: True).value(ARMS) is None


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            Claim(lambda arms: arms.rleu.accuracy, above=0),
            "arms.rleu: no such arm; did you mean 'relu'? there is relu, sigmoid",
        ),
        (
            Claim(lambda arms: arms.relu.acuracy, above=0),
            "relu.acuracy: no such metric; did you mean 'accuracy'? there is accuracy, loss",
        ),
        (Claim(lambda _: None, above=0), "a claim with a threshold must return a number, not None"),
    ],
)
def test_a_claim_that_asks_for_what_is_not_there_is_refused(claim: Claim, sentence: str) -> None:
    with pytest.raises(ExperimentError) as refusal:
        claim.answer(ARMS)
    assert str(refusal.value) == sentence


def test_a_claim_has_one_threshold_at_most() -> None:
    with pytest.raises(ExperimentError) as refusal:
        Claim(lambda _: 0.0, above=0, below=1)
    assert str(refusal.value) == "a claim has a threshold above or below, not both; write a range as a distance below"


# ----------------------------------------------------------------------------------------------------------- experiment

SOUND = Experiment(
    arms={"fair": lambda seed: {"heads": seed % 2}},
    metrics={"heads": lambda result: result["heads"]},
    claims={"half": Claim(lambda arms: arms.fair.heads == 1)},
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"kind": "experimant"},
            "kind=experimant: did you mean 'experiment'? there is experiment, derivation, measurement, source",
        ),
        ({"arms": {}}, "arms: an experiment needs at least one"),
        ({"metrics": {}}, "metrics: an experiment needs at least one"),
        ({"claims": {}}, "claims: an experiment needs at least one"),
        ({"arms": {"no dropout": len}}, "arms: 'no dropout' must be a name that can follow a dot, such as 'relu'"),
        ({"metrics": {"_loss": len}}, "metrics: '_loss' must be a name that can follow a dot, such as 'relu'"),
    ],
)
def test_an_experiment_without_parts_or_with_names_no_claim_can_say_is_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ExperimentError) as refusal:
        replace(SOUND, **changes)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("value", [SOUND, Claim(lambda _: True), Parameters(), Knob()])
def test_definitions_cannot_be_changed_once_made(value: Any) -> None:
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_only_a_derivation_is_exact() -> None:
    assert [replace(SOUND, kind=kind).exact for kind in ("derivation", "experiment")] == [True, False]


# ----------------------------------------------------------------------------------------------------------------- cost


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"width": 4096, "depth": 50},
            "width=4096, depth=50: arm relu would need a model of 822,591,498 parameters, "
            "the limit is 50,000,000; turn it down",
        ),
        (
            {"width": 1200, "depth": 30, "steps": 20_000},
            "width=1200, depth=30, steps=20000: arm relu would need work of 321 TFLOP a seed, "
            "the limit is 200; turn it down",
        ),
    ],
)
def test_what_is_too_dear_is_refused_at_once_with_knobs_need_and_limit(settings: dict[str, int], sentence: str) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(ExperimentError) as refusal:
        refuse_if_too_dear(load(RELU, settings), settings)
    assert str(refusal.value) == sentence
    assert time.process_time() - started < 10, "slow even for a first import of torch's counters"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1_000_000, f"{grown} kB were taken to refuse 3 GB of weights"


def test_memory_beyond_the_budget_is_refused() -> None:
    with pytest.raises(ExperimentError) as refusal:
        refuse_if_too_dear(load(RELU), {}, Budget(memory=1e5))
    assert str(refusal.value).startswith("this experiment: arm relu would need memory of 0.00")
    assert str(refusal.value).endswith(" GB a seed, the limit is 0.0001; turn it down")


def test_what_is_affordable_is_not_refused() -> None:
    refuse_if_too_dear(load(RELU), {})
    refuse_if_too_dear(SOUND, {})
