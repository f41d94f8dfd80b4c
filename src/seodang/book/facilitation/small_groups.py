"""Which conditions make small groups work, and does drawing them at random bring everybody together?

Nine or ten people meet twelve times in groups of three or four. Groups are drawn at random, or as the draw of many that
repeats the fewest encounters; roles are drawn, or go to whoever had them least. Nine people in threes need only four
meetings until each pair has met exactly once: the lines of the affine plane of order 3.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from operator import itemgetter
from random import Random

from seodang.experiment import Claim, Experiment, knob

ROLES = 4


@dataclass(frozen=True)
class Parameters:
    """How often the group meets, and how many draws are looked at where groups are chosen."""

    meetings: int = knob(12, low=1, high=100)
    draws: int = knob(50, low=2, high=1000)


def drawn(people: int, size: int, chance: Random) -> list[tuple[int, ...]]:
    """Everybody in a group of `size` or one more."""
    order = chance.sample(range(people), people)
    return [tuple(order[start :: people // size]) for start in range(people // size)]


def plan(p: Parameters, people: int, size: int, draws: int, seed: int) -> Mapping[str, float]:
    """Meet again and again; each time the least repetitive of some draws. `draws` = 1 is pure chance, roles included."""
    chance, met, had = Random(seed), Counter[frozenset[int]](), Counter[tuple[int, int]]()
    pairs, complete = [frozenset(pair) for pair in combinations(range(people), 2)], p.meetings + 1
    for meeting in range(1, p.meetings + 1):
        options = [drawn(people, size, chance) for _ in range(draws)]
        groups = min(options, key=lambda each: sum(met[pair] ** 2 for group in each for pair in encounters(group)))
        for group in groups:
            met.update(encounters(group))
            left = list(group)
            for role in range(len(group)):
                chosen = left[0] if draws == 1 else min(left, key=lambda person: had[person, role])
                left.remove(chosen)
                had[chosen, role] += 1
        complete = min(complete, meeting) if all(met[pair] for pair in pairs) else complete
    least = min(had[person, role] for person in range(people) for role in range(min(size, ROLES)))
    never, most = sum(not met[pair] for pair in pairs), max(met.values())
    return {"never": never, "most": most, "complete": complete, "least_role": least}


def encounters(group: tuple[int, ...]) -> list[frozenset[int]]:
    """The pairs of a group."""
    return [frozenset(pair) for pair in combinations(group, 2)]


def lines(_seed: int) -> Mapping[str, float]:
    """Nine people as the points of a 3 x 3 torus, a meeting as the lines of one of its four directions."""
    people, met, complete = [(x, y) for x in range(3) for y in range(3)], Counter[frozenset[tuple[int, int]]](), 13
    pairs = list(combinations(people, 2))
    for meeting, (a, b) in enumerate(((1, 0), (0, 1), (1, 1), (1, 2)), start=1):
        met.update(frozenset((p, q)) for p, q in pairs if (a * (p[0] - q[0]) + b * (p[1] - q[1])) % 3 == 0)
        complete = min(complete, meeting) if len(met) == len(pairs) else complete
    return {"never": float(len(pairs) - len(met)), "most": float(max(met.values())), "complete": complete, "least_role": 0}


def experiment(p: Parameters) -> Experiment:
    """Nine people in threes and ten in threes and a four: drawn, chosen, and by the geometry."""
    return Experiment(
        arms={
            "chance_9": partial(plan, p, 9, 3, 1),
            "chosen_9": partial(plan, p, 9, 3, p.draws),
            "lines_9": lines,
            "chance_10": partial(plan, p, 10, 3, 1),
            "chosen_10": partial(plan, p, 10, 3, p.draws),
        },
        metrics={name: itemgetter(name) for name in ("never", "most", "complete", "least_role")},
        claims={
            "chosen_meet_all": Claim(lambda a: a.chosen_9.never == 0 and a.chosen_10.never == 0),
            "chance_leaves_some": Claim(lambda a: a.chance_9.never > 0),
            "chosen_by_six": Claim(lambda a: max(a.chosen_9.complete, a.chosen_10.complete) <= 6),
            "four_suffice": Claim(lambda a: a.lines_9.never == 0 and a.lines_9.most == 1),
            "roles_go_round": Claim(lambda a: min(a.chosen_9.least_role, a.chosen_10.least_role) >= 2),
        },
    )
