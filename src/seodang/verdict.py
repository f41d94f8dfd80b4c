"""Yes or no per seed in, a judgement out. Standard library only; a pencil can check it.

A claim is a yes/no sentence about one seed. The verdict is about "holds on most seeds". It is a fair bet against the
claim's opposite: whoever bets that a claim does not hold on most seeds starts with 1 and, after k yes among n answers, holds

    e(k, n) = 1/4 1.4^k 0.6^(n-k) + 1/4 1.7^k 0.3^(n-k) + 1/2 2^k [k = n]

If the claim holds on half of all seeds or fewer, this capital is a supermartingale that starts at 1, so the chance that it
ever reaches T is at most 1/T (Ville 1939; Ramdas, Grünwald, Vovk & Shafer 2023, "Game-theoretic statistics and safe
anytime-valid inference", Statistical Science 38(4)). One may therefore look after every seed and stop when it is decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import count

Answer = bool | None
"""What one seed says of a claim: yes, no, or nothing (a tie)."""

LARGEST_CAP = 50
CAPPED_THRESHOLD = Fraction(263, 10)
"""With at most 50 seeds declared beforehand the exact two-sided error is 4.9 % (tests/verdict/ computes it)."""
MOST_CLAIMS_CAPPED = 4
"""The same computation for K claims at 26.3 K stays below 5 % together up to K = 4 and gives 5.4 % for K = 5, as the capital
jumps past each threshold by a different amount. Beyond, 40 K holds for every K by Ville's inequality."""
UNCAPPED_THRESHOLD = Fraction(40)
"""With no cap: 1/40 a side."""


def compare(value: float, above: float | None, below: float | None, diverged: Answer = False) -> Answer:
    """What a quantity answers to its threshold: yes beyond it, a tie on it; `diverged` when it is not finite."""
    if not math.isfinite(value):
        return diverged
    if above is not None:
        return None if value == above else value > above
    if below is not None:
        return None if value == below else value < below
    raise VerdictError("a quantity is compared with a threshold above or below; none was given")


class Outcome(StrEnum):
    """What is said of a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class VerdictError(ValueError):
    """A ledger or a declaration that cannot be judged; the message says why."""


def capital(k: int, n: int) -> Fraction:
    """e(k, n), exactly: what the bet holds after k yes among n informative seeds."""
    no = n - k
    careful = Fraction(7, 5) ** k * Fraction(3, 5) ** no
    bold = Fraction(17, 10) ** k * Fraction(3, 10) ** no
    unbroken = Fraction(2) ** k if no == 0 else Fraction(0)
    return careful / 4 + bold / 4 + unbroken / 2


def threshold(cap: int | None, claims: int = 1) -> Fraction:
    """T for a number of seeds declared beforehand (None: no limit), times the number of claims judged together."""
    if cap is not None and (type(cap) is not int or cap < 1):
        raise VerdictError(f"cap={cap!r}: declare a whole number of seeds, at least 1, or None for no limit")
    if type(claims) is not int or claims < 1:
        raise VerdictError(f"claims={claims!r}: a whole number of claims is judged, at least 1")
    small = cap is not None and cap <= LARGEST_CAP and claims <= MOST_CLAIMS_CAPPED
    return (CAPPED_THRESHOLD if small else UNCAPPED_THRESHOLD) * claims


def fewest(cap: int | None, claims: int = 1) -> int:
    """The fewest seeds that can decide, all of them agreeing: six for a single claim."""
    needed = threshold(cap, claims)
    return next(n for n in count(1) if capital(n, n) >= needed)


@dataclass(frozen=True)
class Verdict:
    """The answers in seed order, and everything that follows from them."""

    answers: tuple[Answer, ...]
    cap: int | None = LARGEST_CAP
    claims: int = 1

    @property
    def k(self) -> int:
        """Seeds that said yes."""
        return sum(answer is True for answer in self.answers)

    @property
    def n(self) -> int:
        """Informative seeds: yes or no, ties not counted."""
        return sum(answer is not None for answer in self.answers)

    @property
    def ties(self) -> int:
        return len(self.answers) - self.n

    @property
    def e(self) -> float:
        """The capital of the bet for the claim."""
        return _as_float(capital(self.k, self.n))

    @cached_property
    def outcome(self) -> Outcome:
        needed = threshold(self.cap, self.claims)
        if capital(self.k, self.n) >= needed:
            return Outcome.SUPPORTED
        if capital(self.n - self.k, self.n) >= needed:
            return Outcome.REFUTED
        return Outcome.UNDECIDED

    @property
    def decided(self) -> bool:
        return self.outcome is not Outcome.UNDECIDED

    def sentence(self, language: str = "en") -> str:
        """The judgement as one reads it aloud, in English or Korean."""
        return _SENTENCES[language](self)


def judge(answers: Sequence[Answer], cap: int | None = LARGEST_CAP, claims: int = 1) -> Verdict:
    """Judge the answers of one claim, given in the order of the seed list.

    `cap` is the number of seeds declared before the first ran (None: no limit); `claims` the number of claims judged
    together, which multiplies the threshold. Raises VerdictError when more seeds answered than were declared or an answer
    is neither True, False nor None.
    """
    threshold(cap, claims)
    for position, answer in enumerate(answers):
        if answer is not None and type(answer) is not bool:
            raise VerdictError(f"answer {position} is {answer!r}: a seed answers True, False, or None for a tie")
    if cap is not None and len(answers) > cap:
        raise VerdictError(
            f"{len(answers)} answers, but {cap} seeds were declared: a ledger may not outgrow its declaration"
        )
    return Verdict(tuple(answers), cap, claims)


def unbroken_prefix(seeds: Sequence[int], answered: Mapping[int, Answer]) -> list[Answer]:
    """The answers that may be judged while seeds finish in any order: those before the first that is missing.

    Judging in order of completion would let the time a seed takes choose what is judged.
    """
    prefix: list[Answer] = []
    for seed in seeds:
        if seed not in answered:
            break
        prefix.append(answered[seed])
    return prefix


def check_ledger(seeds: Iterable[int]) -> None:
    """Refuse a ledger in which a seed is missing, stands twice or out of order: it must count up by one."""
    previous: int | None = None
    seen: set[int] = set()
    for seed in seeds:
        if type(seed) is not int:
            raise VerdictError(f"{seed!r} stands in the ledger: a seed is a whole number")
        if seed in seen:
            raise VerdictError(f"seed {seed} stands twice in the ledger: each seed answers once")
        if previous is not None and seed < previous:
            raise VerdictError(f"seed {seed} stands after seed {previous}: the ledger keeps the order of the seed list")
        if previous is not None and seed != previous + 1:
            raise VerdictError(f"seed {previous + 1} is missing from the ledger: a seed may not be left out")
        seen.add(seed)
        previous = seed


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _english(verdict: Verdict) -> str:
    held = f"held on {verdict.k} of {verdict.n} {'seed' if verdict.n == 1 else 'seeds'}"
    ties = f" ({verdict.ties} tied)" if verdict.ties else ""
    match verdict.outcome:
        case Outcome.SUPPORTED:
            error = "If it held on only half of all seeds we would say this at most 5 times in 100."
            return f"Supported: {held}{ties}. {error}"
        case Outcome.REFUTED:
            error = "If it held on half of all seeds or more we would say this at most 5 times in 100."
            return f"Refuted: {held}{ties}. {error}"
        case Outcome.UNDECIDED:
            return f"Undecided: {held}{ties}. Luck alone could do this; more seeds may decide."


def _korean(verdict: Verdict) -> str:
    held = f"시드 {verdict.n}개 가운데 {verdict.k}개에서 성립했습니다"
    ties = f"(동률 {verdict.ties}개 제외)" if verdict.ties else ""
    match verdict.outcome:
        case Outcome.SUPPORTED:
            error = "실제로 시드의 절반에서만 성립한다면 이렇게 말할 일은 100번에 5번 이하입니다."
            return f"지지됨: {held}{ties}. {error}"
        case Outcome.REFUTED:
            error = "실제로 시드의 절반 이상에서 성립한다면 이렇게 말할 일은 100번에 5번 이하입니다."
            return f"반박됨: {held}{ties}. {error}"
        case Outcome.UNDECIDED:
            return f"미결: {held}{ties}. 우연만으로도 나올 수 있는 결과이며, 시드를 더 돌리면 가려질 수 있습니다."


_SENTENCES = {"en": _english, "ko": _korean}
