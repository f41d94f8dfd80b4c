"""A record that is cut, edited or made up is refused with its reason; a sound one comes back as it went."""

import dataclasses
import difflib
import errno
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runs.questions import COIN, NET, opened, question

from seodang.evidence import Evidence, EvidenceError, Row, _checksum, recorded
from seodang.runs import run
from seodang.verdict import Outcome, VerdictError

Spoil = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Six seeds of the loaded coin."""
    experiment, empty = opened(question(tmp_path_factory.mktemp("coin"), COIN))
    return run(experiment, empty, seeds=6, first_seed=0)


def resealed(ledger: Evidence, spoil: Spoil) -> str:
    """The record with something changed and its checksum computed anew, as a careful forger would."""
    document = ledger.document()
    del document["checksum"]
    spoil(document)
    return json.dumps({**document, "checksum": _checksum(document)})


# ----------------------------------------------------------------------------------------------------------- there and back


def test_a_record_comes_back_as_it_went(ledger: Evidence, tmp_path: Path) -> None:
    assert Evidence.from_json(ledger.to_json()) == ledger
    ledger.write(tmp_path / "new" / "a.json")
    assert Evidence.read(tmp_path / "new" / "a.json") == ledger
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.json"], "half-written files are left behind"


def test_curves_and_diverged_seeds_come_back_as_they_went(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    trained = dataclasses.replace(run(experiment, empty, seeds=2), diverged={"trained": {1001: 7}})
    assert Evidence.from_json(trained.to_json()) == trained
    assert set(trained.curves) == {"trained", "hardly"}


def test_what_is_not_finite_is_null_in_the_file_and_not_a_number_in_memory(ledger: Evidence) -> None:
    broken = ledger.extended([_row(6, math.nan)], {}, 0.0)
    document = json.loads(broken.to_json(), parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert document["arms"]["loaded"]["heads"][6] is None
    assert document["claims"][0]["values"][6] is None
    assert math.isnan(Evidence.from_json(broken.to_json()).arms["loaded"]["heads"][6])


def _row(seed: int, heads: float) -> Row:
    difference = recorded(heads - 0.5)
    return Row(
        seed=seed,
        arms={"loaded": {"heads": heads}, "fair": {"heads": 0.5}},
        values={"more_heads": difference, "nearly_all": None},
        answers={"more_heads": difference > 0, "nearly_all": heads > 0.7},
    )


def test_one_seed_more_changes_a_line_a_column(ledger: Evidence) -> None:
    before, after = ledger.to_json(), ledger.extended([_row(6, 0.75)], {}, 0.5).to_json()
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith("+ ")]
    columns = ["seeds", "seconds", "checksum", "heads", "heads", "yes", "n", "answers", "values", "yes", "n", "answers"]
    names = [line.split('"')[1] for line in changed]
    assert set(names) <= set(columns) | {"outcome"}
    assert len(changed) <= len(columns) + 2
    assert max(map(len, before.splitlines())) < 200


def test_recorded_numbers_keep_eight_digits_and_are_read_back_unchanged() -> None:
    assert recorded(1 / 3) == 0.33333333
    assert recorded(recorded(math.pi)) == recorded(math.pi)
    assert math.isnan(recorded(math.inf))


def test_a_prefix_is_the_ledger_as_it_was(ledger: Evidence, tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, COIN))
    shorter = run(experiment, empty, seeds=4, first_seed=0)
    assert dataclasses.replace(ledger.prefix(4), seconds=0.0) == dataclasses.replace(shorter, seconds=0.0)
    assert ledger.prefix(100) is ledger
    assert [ledger.prefix(seeds).claim("more_heads").verdict.n for seeds in (0, 1, 6)] == [0, 1, 6]


def test_a_prefix_cuts_curves_and_diverged_seeds_too(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    whole = dataclasses.replace(run(experiment, empty, seeds=3), diverged={"trained": {1000: 3, 1002: 7}})
    assert len(whole.prefix(1).curves["trained"].loss) == 1
    assert whole.prefix(1).diverged == {"trained": {1000: 3}}


def test_a_ledger_goes_on_where_an_arm_first_diverges_later(tmp_path: Path) -> None:
    experiment, empty = opened(question(tmp_path, NET))
    shorter = run(experiment, empty, seeds=1)
    longer = dataclasses.replace(run(experiment, empty, seeds=3), diverged={"trained": {1002: 7}})
    assert shorter.begins(longer)
    assert longer.prefix(2).diverged == {}


# ------------------------------------------------------------------------------------------------------------ spoilt records


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_cut_anywhere_is_refused_with_its_name(ledger: Evidence, tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.json"
    text = ledger.to_json()
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"a\.json: line \d+: not whole JSON \(.*\); was the file cut\?$"):
        Evidence.read(path)


def test_every_single_number_edited_is_noticed(ledger: Evidence) -> None:
    edited = 0
    for column in ("heads", "values", "seeds", "yes", "declared", "threads"):
        for number, line in enumerate(ledger.to_json().splitlines()):
            if f'"{column}"' not in line or not any(character.isdigit() for character in line):
                continue
            digit = next(character for character in line.split(":")[1] if character.isdigit())
            lines = ledger.to_json().splitlines()
            lines[number] = line.split(":")[0] + ":" + line.split(":")[1].replace(digit, str((int(digit) + 1) % 10), 1)
            edited += 1
            with pytest.raises(EvidenceError) as refusal:
                Evidence.from_json("\n".join(lines))
            assert str(refusal.value) == "the checksum does not match: the file was edited after it was recorded"
    assert edited >= 8


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 2}', "null", '"text"'])
def test_json_that_is_no_evidence_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError, match=r"^not evidence of format 1$"):
        Evidence.from_json(text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvidenceError, match=r"a\.json: not a text file \("):
        Evidence.read(tmp_path / "a.json")


def _flip(document: dict[str, Any]) -> None:
    document["claims"][0]["answers"][2] = not document["claims"][0]["answers"][2]


def _number_for_yes(document: dict[str, Any]) -> None:
    document["claims"][0]["answers"] = [int(answer) for answer in document["claims"][0]["answers"]]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_flip, "claim more_heads, seed 2: the answer False does not follow from "),
        (_number_for_yes, "claim more_heads, seed 0: the answer 1 does not follow from "),
        (
            lambda d: d["claims"][0].update(outcome="refuted"),
            "claim more_heads: says outcome refuted, its answers say undecided",
        ),
        (lambda d: d["claims"][0].update(yes=5), "claim more_heads: says yes 5, its answers say 6"),
        (lambda d: d["claims"][0].update(above=5.0), "claim more_heads, seed 0: the answer True does not follow from "),
        (lambda d: d["claims"][0]["values"].pop(), "claim more_heads has 5 values for 6 seeds"),
        (lambda d: d["claims"][1]["answers"].pop(), "claim nearly_all has 5 answers for 6 seeds"),
        (
            lambda d: d["claims"][1]["answers"].__setitem__(0, 1),
            "claim nearly_all: answer 0 is 1: a seed answers True, False",
        ),
        (lambda d: d["arms"]["loaded"]["heads"].pop(), "loaded.heads has 5 numbers for 6 seeds"),
        (lambda d: d["seeds"].__setitem__(3, 2), "malformed: seed 2 stands twice in the ledger: each seed answers once"),
        (lambda d: d["seeds"].remove(3), "malformed: seed 3 is missing from the ledger: a seed may not be left out"),
        (
            lambda d: d["seeds"].reverse(),
            "malformed: seed 4 stands after seed 5: the ledger keeps the order of the seed list",
        ),
        (lambda d: d.update(declared=5), "claim more_heads: 6 answers, but 5 seeds were declared"),
        (
            lambda d: d.update(curves={"fair": {"step": [1], "loss": []}}),
            "the curves of fair do not have 6 seeds of 1 points",
        ),
        (lambda d: d.pop("arms"), "malformed: 'arms'"),
        (lambda d: d.update(arms=[]), "malformed: "),
        (lambda d: d.update(claims=3), "malformed: "),
    ],
)
def test_a_forged_record_with_a_fitting_checksum_is_refused_where_it_contradicts_itself(
    ledger: Evidence, spoil: Spoil, sentence: str
) -> None:
    with pytest.raises(EvidenceError) as refusal:
        Evidence.from_json(resealed(ledger, spoil))
    assert str(refusal.value).startswith(sentence)


def test_the_forgers_tools_alone_change_nothing(ledger: Evidence) -> None:
    assert Evidence.from_json(resealed(ledger, lambda _: None)) == ledger


def test_a_ledger_with_a_gap_cannot_even_be_made(ledger: Evidence) -> None:
    with pytest.raises(VerdictError, match="seed 6 is missing from the ledger"):
        ledger.extended([_row(7, 0.75)], {}, 0.0)


# -------------------------------------------------------------------------------------------------------------- overwriting


def test_a_longer_ledger_is_written_over_its_own_beginning_and_never_the_reverse(ledger: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    ledger.prefix(2).write(path)
    ledger.write(path)
    with pytest.raises(EvidenceError, match=r"holds another ledger \(6 seeds\); it is not overwritten silently$"):
        ledger.prefix(2).write(path)
    assert Evidence.read(path) == ledger


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "another"},
        {"parameters": {"chance": 0.5}},
        {"code": {"experiment": "0", "training": "0"}},
        {"seeds": (1, 2, 3, 4, 5, 6)},
        {"declared": None},
        {"arms": {"loaded": {"heads": (0.0,) * 6}, "fair": {"heads": (0.5,) * 6}}},
    ],
)
def test_another_ledger_is_never_overwritten_silently(ledger: Evidence, tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "a.json"
    ledger.write(path)
    other = dataclasses.replace(ledger, **change)
    if change.get("declared", 1) is None:
        other = dataclasses.replace(other, claims=tuple(dataclasses.replace(c, declared=None) for c in other.claims))
    with pytest.raises(EvidenceError, match="not overwritten silently"):
        other.write(path)
    assert Evidence.read(path) == ledger
    other.write(path, replace=True)
    assert Evidence.read(path) == other


def test_a_verdict_is_derived_and_not_stored(ledger: Evidence) -> None:
    alone = dataclasses.replace(ledger.claim("more_heads"), claims=1)
    assert alone.outcome is Outcome.SUPPORTED
    assert dataclasses.replace(alone, answers=(False,) * 6).outcome is Outcome.REFUTED
    assert dataclasses.replace(alone, answers=(False,) * 5).outcome is Outcome.UNDECIDED


def test_claims_of_one_experiment_share_its_error_rate(ledger: Evidence) -> None:
    assert {claim.verdict.claims for claim in ledger.claims} == {2}


def test_a_disk_that_is_full_keeps_no_half_file(ledger: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    ledger.prefix(2).write(path)

    def half(self: Path, text: str, **_options: str) -> None:
        self.write_bytes(text.encode()[:100])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space left"):
        ledger.write(path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
    assert Evidence.read(path) == ledger.prefix(2)
