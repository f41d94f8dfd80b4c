"""How do you leave the result of a discussion so that others can see and check it?

Made-up records of twenty differences around a threshold, written in full, rounded, or as the verdict alone: what a checksum
notices, and from what the verdict can be judged again. The rules are Sandve et al. 2013 and Pineau et al. 2021.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from random import Random

from seodang.experiment import Claim, Experiment, knob

Record = Mapping[str, object]


@dataclass(frozen=True)
class Parameters:
    """How many records are made up, of how many differences, around which threshold."""

    records: int = knob(1000, low=1, high=100_000)
    seeds: int = knob(20, low=1, high=1000)
    threshold: float = knob(0.02, above=0, high=1)


def verdict(differences: list[float], threshold: float) -> str:
    """More yes than no, or fewer; a tie is neither."""
    balance = sum((value > threshold) - (value < threshold) for value in differences)
    return "yes" if balance > 0 else "no" if balance < 0 else "open"


def whole(values: list[float], judged: str) -> Record:
    """Every number."""
    return {"differences": values, "verdict": judged}


def rounded(values: list[float], judged: str) -> Record:
    """Three digits after the point."""
    return {"differences": [round(value, 3) for value in values], "verdict": judged}


def verdict_only(_values: list[float], judged: str) -> Record:
    """What was concluded."""
    return {"verdict": judged}


def checksum(text: str) -> str:
    """Of the text, as it would stand beside it."""
    return hashlib.sha256(text.encode()).hexdigest()


def kept(p: Parameters, write: Callable[[list[float], str], Record], _seed: int) -> Mapping[str, float]:
    """Write each record twice, spoil a digit of the second, and judge again from the first."""
    chance, noticed, again, same, length = Random(0), 0, 0, 0, 0
    for _ in range(p.records):
        values = [chance.gauss(p.threshold, p.threshold / 10) for _ in range(p.seeds)]
        record = write(values, verdict(values, p.threshold))
        text, copy = json.dumps(record), json.dumps(write(list(values), verdict(list(values), p.threshold)))
        place = chance.randrange(len(copy))
        spoilt = copy[:place] + ("7" if copy[place] != "7" else "8") + copy[place + 1 :]
        noticed += checksum(spoilt) != checksum(text)
        same += copy == text
        left = json.loads(text).get("differences")
        again += left is not None and verdict(left, p.threshold) == record["verdict"]
        length += len(text)
    counts = {"detected": noticed, "same": same, "recovered": again, "characters": length}
    return {name: count / p.records for name, count in counts.items()}


def experiment(p: Parameters) -> Experiment:
    """Three ways to keep a record."""
    ways = {"whole": whole, "rounded": rounded, "verdict_only": verdict_only}
    return Experiment(
        arms={name: partial(kept, p, way) for name, way in ways.items()},
        metrics={name: itemgetter(name) for name in ("detected", "recovered", "same", "characters")},
        claims={
            "edits_are_noticed": Claim(lambda a: min(a.whole.detected, a.rounded.detected, a.verdict_only.detected) == 1),
            "same_bytes": Claim(lambda a: a.whole.same == 1),
            "verdict_again": Claim(lambda a: a.whole.recovered == 1 and a.verdict_only.recovered == 0),
            "rounding_is_harmless": Claim(lambda a: a.rounded.recovered == 1),
        },
        kind="derivation",
    )
