"""Small groups for a discussion, from session to session with other people and in another role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

ROLES = ("facilitator", "sceptic", "scribe", "runner")
"""Who asks everyone, who doubts, who writes, who runs the experiment."""
SMALLEST, LARGEST = 3, 4
TRIES = 200
"""Random groupings of which the best is taken."""

Grouping = tuple[tuple[str, ...], ...]
"""Groups of members; a member's place in a group is their role, a fifth has none."""


class GroupingError(ValueError):
    """Members that cannot be grouped; the message says why."""


def sizes(members: int) -> tuple[int, ...]:
    """Groups of four, and of three where it takes them, largest first; five, or fewer than three, are one group."""
    if members == 5 or members < SMALLEST:
        return (members,)
    groups = -(-members // LARGEST)
    small, more = divmod(members, groups)
    return (small + 1,) * more + (small,) * (groups - more)


def grouped(members: Sequence[str], before: Iterable[Grouping], chance: Random) -> Grouping:
    """Groups for the next session: pairs that met least often before, and each member in a role that is newest to them.

    The best of many random groupings, so the same `chance` gives the same groups. Raises GroupingError for a member given
    twice, or for none.
    """
    if not members:
        raise GroupingError("members: there is no one to group")
    twice = [name for name, times in Counter(members).items() if times > 1]
    if twice:
        raise GroupingError(f"members: {twice[0]!r} is there twice; give each member a name of their own")
    met, roles = _met(past := tuple(before)), _roles(past)
    best = min((_drawn(members, chance) for _ in range(TRIES)), key=lambda each: _meetings(each, met))
    return tuple(_cast(group, roles) for group in best)


def never_met(members: Sequence[str], sessions: Iterable[Grouping]) -> tuple[tuple[str, str], ...]:
    """The pairs of members who were in no group together."""
    met = _met(sessions)
    return tuple((a, b) for a, b in combinations(members, 2) if not met[frozenset((a, b))])


def _drawn(members: Sequence[str], chance: Random) -> Grouping:
    order = chance.sample(members, len(members))
    return tuple(tuple(order.pop() for _ in range(size)) for size in sizes(len(members)))


def _met(sessions: Iterable[Grouping]) -> Counter[frozenset[str]]:
    """How often two members were in a group together."""
    return Counter(frozenset(pair) for session in sessions for group in session for pair in combinations(group, 2))


def _roles(sessions: Iterable[Grouping]) -> Counter[tuple[str, int]]:
    """How often a member had a role."""
    return Counter((member, role) for session in sessions for group in session for role, member in enumerate(group))


def _meetings(grouping: Grouping, met: Counter[frozenset[str]]) -> int:
    """A pair that met twice counts four: what is repeated is spread."""
    return sum(met[frozenset(pair)] ** 2 for group in grouping for pair in combinations(group, 2))


def _cast(group: tuple[str, ...], roles: Counter[tuple[str, int]]) -> tuple[str, ...]:
    """Role by role, whoever of those left had it least often."""
    left, order = list(group), []
    for role in range(len(group)):
        chosen = min(left, key=lambda member: roles[member, role])
        left.remove(chosen)
        order.append(chosen)
    return tuple(order)
