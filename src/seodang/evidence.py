"""The stamped record of a run: every number by arm, metric and seed, and what produced it; to and from JSON.

The verdict is not stored for its own sake but derived from the answers on the spot; a file whose answers do not follow
from its numbers, or that was cut or edited, is refused.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seodang.provenance import experiment_hash, training_hash
from seodang.verdict import LARGEST_CAP, Answer, Outcome, Verdict, VerdictError, check_ledger, compare, judge

FORMAT = 1
DIGITS = 8
"""Significant digits a number is recorded with: float32 carries about seven."""


class EvidenceError(ValueError):
    """A record that cannot be read, trusted or extended; the message says which and why."""


def recorded(value: float) -> float:
    """A number as it is recorded, so that a claim answers the same in a run and from the file; counts stay exact."""
    if not math.isfinite(value):
        return math.nan
    return float(value) if value.is_integer() else float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True)
class Row:
    """Everything one seed gave."""

    seed: int
    arms: Mapping[str, Mapping[str, float]]
    values: Mapping[str, float | None]
    answers: Mapping[str, Answer]
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    diverged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Curves:
    """The training loss of one arm: the mean over the steps up to each mark, one curve a seed."""

    step: tuple[int, ...]
    loss: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class ClaimEvidence:
    """The answers of one claim in seed order, and the quantities behind them."""

    claim: str
    answers: tuple[Answer, ...]
    values: tuple[float, ...] | None
    above: float | None
    below: float | None
    diverged: Answer
    exact: bool
    declared: int | None
    claims: int

    @property
    def verdict(self) -> Verdict:
        """The verdict of `seodang.verdict.judge`; a derivation's is in `outcome`."""
        return judge(self.answers, self.declared, self.claims)

    @property
    def outcome(self) -> Outcome:
        """Judged over seeds; a derivation, computed exactly once, is supported or refuted by its single answer."""
        if self.exact and self.answers:
            return Outcome.SUPPORTED if all(answer is True for answer in self.answers) else Outcome.REFUTED
        return self.verdict.outcome

    def sentence(self, language: str = "en") -> str:
        """The judgement as one reads it aloud."""
        if not (self.exact and self.answers):
            return self.verdict.sentence(language)
        holds = self.outcome is Outcome.SUPPORTED
        if language == "ko":
            return "확인됨: 계산한 값이 정확히 들어맞습니다." if holds else "반박됨: 계산한 값이 들어맞지 않습니다."
        return "Checked: the computed value is exactly as stated." if holds else "Refuted: the computed value differs."


@dataclass(frozen=True)
class Evidence:
    """One ledger of seeds, of one experiment with one set of parameters and one state of its code."""

    slug: str
    kind: str
    parameters: Mapping[str, Any]
    declared: int | None
    seeds: tuple[int, ...]
    arms: Mapping[str, Mapping[str, tuple[float, ...]]]
    claims: tuple[ClaimEvidence, ...]
    curves: Mapping[str, Curves]
    diverged: Mapping[str, Mapping[int, int]]
    code: Mapping[str, str]
    versions: Mapping[str, str]
    device: str
    threads: int
    strategy: Mapping[str, str]
    seconds: float
    date: str

    def __post_init__(self) -> None:
        check_ledger(self.seeds)

    @property
    def exact(self) -> bool:
        """Whether this is a derivation: computed once, no seeds."""
        return self.kind == "derivation"

    @property
    def decided(self) -> bool:
        """Whether every claim is."""
        return all(claim.outcome is not Outcome.UNDECIDED for claim in self.claims)

    def claim(self, name: str) -> ClaimEvidence:
        return next(claim for claim in self.claims if claim.claim == name)

    def prefix(self, seeds: int) -> Evidence:
        """The ledger's first seeds. Any prefix may be judged: the error rate holds for all of them at once."""
        if seeds >= len(self.seeds):
            return self
        return dataclasses.replace(
            self,
            seeds=self.seeds[:seeds],
            arms={a: {m: v[:seeds] for m, v in metrics.items()} for a, metrics in self.arms.items()},
            claims=tuple(
                dataclasses.replace(c, answers=c.answers[:seeds], values=None if c.values is None else c.values[:seeds])
                for c in self.claims
            ),
            curves={arm: Curves(c.step, c.loss[:seeds]) for arm, c in self.curves.items()},
            diverged={
                arm: kept
                for arm, steps in self.diverged.items()
                if (kept := {seed: step for seed, step in steps.items() if seed in self.seeds[:seeds]})
            },
        )

    def begins(self, longer: Evidence) -> bool:
        """Whether the other is this ledger with no, or some, seeds added: the same experiment, knobs, code and numbers."""
        mine, theirs = self.document(), longer.prefix(len(self.seeds)).document()
        told = ("slug", "kind", "parameters", "declared", "seeds", "arms", "claims", "diverged", "code")
        return all(mine[part] == theirs[part] for part in told)

    def extended(self, rows: Sequence[Row], marks: Mapping[str, Sequence[int]], seconds: float) -> Evidence:
        """The ledger with more seeds behind it. `marks`: the steps at which an arm's curve was taken."""
        arms = {
            arm: {metric: (*old, *(row.arms[arm][metric] for row in rows)) for metric, old in metrics.items()}
            for arm, metrics in self.arms.items()
        }
        claims = tuple(
            dataclasses.replace(
                c,
                answers=(*c.answers, *(row.answers[c.claim] for row in rows)),
                values=None if c.values is None else (*c.values, *(_number(row.values[c.claim]) for row in rows)),
            )
            for c in self.claims
        )
        curves = dict(self.curves)
        for arm, steps in marks.items():
            before = curves[arm].loss if arm in curves else ()
            curves[arm] = Curves(tuple(steps), (*before, *(tuple(row.curves[arm]) for row in rows)))
        diverged = {arm: dict(steps) for arm, steps in self.diverged.items()}
        for row in rows:
            for arm, step in row.diverged.items():
                diverged.setdefault(arm, {})[row.seed] = step
        return dataclasses.replace(
            self,
            seeds=(*self.seeds, *(row.seed for row in rows)),
            arms=arms,
            claims=claims,
            curves=curves,
            diverged=diverged,
            seconds=round(self.seconds + seconds, 2),
        )

    # ------------------------------------------------------------------------------------------------------------ JSON

    def document(self) -> dict[str, Any]:
        """The JSON document as Python values; numbers that are not finite are null (docs/json.md)."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "slug": self.slug,
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "declared": self.declared,
            "seeds": list(self.seeds),
            "claims": [_claim_document(claim) for claim in self.claims],
            "arms": {arm: {m: _plain(v) for m, v in metrics.items()} for arm, metrics in self.arms.items()},
            "curves": {
                arm: {"step": list(c.step), "loss": [_plain(loss) for loss in c.loss]} for arm, c in self.curves.items()
            },
            "diverged": {arm: {str(s): step for s, step in steps.items()} for arm, steps in self.diverged.items()},
            "code": dict(self.code),
            "versions": dict(self.versions),
            "device": self.device,
            "threads": self.threads,
            "strategy": dict(self.strategy),
            "seconds": self.seconds,
            "date": self.date,
        }
        return {**body, "checksum": _checksum(body)}

    def to_json(self) -> str:
        """JSON that diffs well: a line a list of numbers."""
        return _lines(self.document()) + "\n"

    def write(self, path: Path, *, replace: bool = False) -> None:
        """Write the ledger whole or not at all.

        A file already there must be a beginning of this ledger unless `replace` says otherwise; EvidenceError if not.
        """
        if path.exists() and not replace:
            there = Evidence.read(path)
            if not there.begins(self):
                raise EvidenceError(
                    f"{path}: holds another ledger ({len(there.seeds)} seeds); it is not overwritten silently"
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            half.write_text(self.to_json(), encoding="utf-8")
            os.replace(half, path)
        except OSError:  # a full disk, say: the half is of use to nobody, and would keep it full
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise

    @staticmethod
    def read(path: Path) -> Evidence:
        """Read a record; EvidenceError names the file and what is wrong with it."""
        try:
            return Evidence.from_json(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise EvidenceError(f"{path}: not a text file ({error.reason})") from error
        except EvidenceError as error:
            raise EvidenceError(f"{path}: {error}") from error

    @staticmethod
    def from_json(text: str) -> Evidence:
        """The record a JSON text holds, after checking that nothing was cut, edited or made up."""
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise EvidenceError(f"line {error.lineno}: not whole JSON ({error.msg}); was the file cut?") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise EvidenceError(f"not evidence of format {FORMAT}")
        stated = document.pop("checksum", None)
        if stated != _checksum(document):
            raise EvidenceError("the checksum does not match: the file was edited after it was recorded")
        try:
            evidence = _from_document(document)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise EvidenceError(f"malformed: {error}") from error
        _check(evidence, document)
        return evidence


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _plain(values: Sequence[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


def _claim_document(claim: ClaimEvidence) -> dict[str, Any]:
    return {
        "claim": claim.claim,
        "outcome": str(claim.outcome),
        "yes": claim.verdict.k,
        "n": claim.verdict.n,
        "answers": list(claim.answers),
        "values": None if claim.values is None else _plain(claim.values),
        "above": claim.above,
        "below": claim.below,
        "diverged": claim.diverged,
    }


def _checksum(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _lines(value: Any, indent: int = 0) -> str:
    """JSON with one line for every list of plain values."""
    pad = " " * (indent + 1)
    if isinstance(value, dict) and value:
        items = [f"{pad}{json.dumps(key, ensure_ascii=False)}: {_lines(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(pad + _lines(item, indent + 1) for item in value) + "\n" + " " * indent + "]"
    return json.dumps(value, ensure_ascii=False)


def _floats(values: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(_number(value) for value in values)


def _from_document(document: Mapping[str, Any]) -> Evidence:
    declared, exact = document["declared"], document["kind"] == "derivation"
    claims = tuple(
        ClaimEvidence(
            claim=c["claim"],
            answers=tuple(c["answers"]),
            values=None if c["values"] is None else _floats(c["values"]),
            above=c["above"],
            below=c["below"],
            diverged=c["diverged"],
            exact=exact,
            declared=declared,
            claims=len(document["claims"]),
        )
        for c in document["claims"]
    )
    return Evidence(
        slug=document["slug"],
        kind=document["kind"],
        parameters=document["parameters"],
        declared=declared,
        seeds=tuple(document["seeds"]),
        arms={arm: {m: _floats(v) for m, v in metrics.items()} for arm, metrics in document["arms"].items()},
        claims=claims,
        curves={arm: Curves(tuple(c["step"]), tuple(map(_floats, c["loss"]))) for arm, c in document["curves"].items()},
        diverged={arm: {int(s): n for s, n in steps.items()} for arm, steps in document["diverged"].items()},
        code=document["code"],
        versions=document["versions"],
        device=document["device"],
        threads=document["threads"],
        strategy=document["strategy"],
        seconds=document["seconds"],
        date=document["date"],
    )


def _check(evidence: Evidence, document: Mapping[str, Any]) -> None:
    """Refuse a record whose columns differ in length, or whose answers or judgements do not follow from its numbers."""
    seeds = len(evidence.seeds)
    for arm, metrics in evidence.arms.items():
        for metric, values in metrics.items():
            if len(values) != seeds:
                raise EvidenceError(f"{arm}.{metric} has {len(values)} numbers for {seeds} seeds")
    for arm, curves in evidence.curves.items():
        if len(curves.loss) != seeds or any(len(loss) != len(curves.step) for loss in curves.loss):
            raise EvidenceError(f"the curves of {arm} do not have {seeds} seeds of {len(curves.step)} points")
    for claim, stated in zip(evidence.claims, document["claims"], strict=True):
        if len(claim.answers) != seeds:
            raise EvidenceError(f"claim {claim.claim} has {len(claim.answers)} answers for {seeds} seeds")
        if claim.values is not None and len(claim.values) != seeds:
            raise EvidenceError(f"claim {claim.claim} has {len(claim.values)} values for {seeds} seeds")
        for seed, value, answer in zip(evidence.seeds, claim.values or (), claim.answers, strict=False):
            if answer is not compare(value, claim.above, claim.below, claim.diverged):
                raise EvidenceError(f"claim {claim.claim}, seed {seed}: the answer {answer} does not follow from {value:g}")
        try:
            ours = _claim_document(claim)
        except VerdictError as error:
            raise EvidenceError(f"claim {claim.claim}: {error}") from error
        for part in ("outcome", "yes", "n"):
            if stated.get(part) != ours[part]:
                raise EvidenceError(f"claim {claim.claim}: says {part} {stated.get(part)}, its answers say {ours[part]}")


def stale(evidence: Evidence, path: Path) -> str | None:
    """Why evidence no longer speaks for the experiment in `path`, as a sentence; None while it does."""
    if evidence.code.get("experiment") != experiment_hash(path):
        return "the experiment, or a model or data set it uses, has changed since it was recorded"
    if not evidence.exact and evidence.code.get("training") != training_hash():
        return "the code that trains has changed since it was recorded"
    return None


__all__ = [
    "LARGEST_CAP",
    "ClaimEvidence",
    "Curves",
    "Evidence",
    "EvidenceError",
    "Row",
    "recorded",
    "stale",
]
