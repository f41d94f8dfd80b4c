"""A discussion session: every pair meets, a stated probability is scored, and the record comes out the same each time."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from review.learning import at, predicted, result
from systems.conftest import Measured

from seodang.review.prediction import brier
from seodang.school.grouping import ROLES, Grouping, GroupingError, grouped, never_met, sizes
from seodang.store import Store


def members(n: int) -> list[str]:
    return [f"member {number}" for number in range(n)]


def sessions(n: int, count: int, seed: int) -> list[Grouping]:
    chance, past = Random(seed), list[Grouping]()
    for _ in range(count):
        past.append(grouped(members(n), past, chance))
    return past


@pytest.mark.system(name="discussion")
class TestDiscussion:
    @pytest.mark.parametrize("n", [9, 10])
    def test_every_pair_meets(self, n: int, measured: Measured) -> None:
        seeds = range(10)
        apart = [len(never_met(members(n), sessions(n, 12, seed))) for seed in seeds]
        assert max(apart) == 0
        measured(f"pairs of {n} members never in one group in 12 sessions", max(apart), must="0", n=len(seeds))

    def test_each_member_is_in_one_group_and_roles_go_round(self, measured: Measured) -> None:
        past = sessions(10, 12, 0)
        for session in past:
            assert sorted(name for group in session for name in group) == sorted(members(10))
        had = {
            name: [
                sum(len(group) > role and group[role] == name for session in past for group in session) for role in range(3)
            ]
            for name in members(10)
        }
        uneven = max(max(times) - min(times) for times in had.values())
        assert uneven <= 3
        measured(f"times as {', '.join(ROLES[:3])} in 12 sessions, largest difference of a member's", uneven, must="≤ 3")

    def test_groups_are_of_three_or_four(self) -> None:
        assert [sizes(n) for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11)] == [
            *((1,), (2,), (3,), (4,), (5,), (3, 3), (4, 3), (3, 3, 3), (4, 3, 3), (4, 4, 3))
        ]
        assert all(set(sizes(n)) <= {3, 4} and sum(sizes(n)) == n for n in range(6, 60))

    def test_the_same_chance_gives_the_same_groups(self) -> None:
        assert sessions(9, 3, 4) == sessions(9, 3, 4) != sessions(9, 3, 5)

    def test_who_cannot_be_grouped_is_told(self) -> None:
        with pytest.raises(GroupingError, match=r"^members: 'a' is there twice; give each member a name of their own$"):
            grouped(["a", "b", "a"], (), Random(0))
        with pytest.raises(GroupingError, match=r"^members: there is no one to group$"):
            grouped([], (), Random(0))

    def test_half_sure_scores_a_quarter(self, measured: Measured) -> None:
        """Brier 1950: the squared distance between what was stated and what happened."""
        assert brier(50, True) == brier(50, False) == 0.25
        assert [brier(99, True), brier(99, False)] == pytest.approx([0.0001, 0.9801])
        measured("Brier score of a stated 50 %, right or wrong", brier(50, False), must="0.25")

    def test_the_record_of_a_session_is_exported_to_the_same_bytes(self, tmp_path: Path, measured: Measured) -> None:
        """Predictions before the run, what came out, and a note: into one archive, twice, and into another store and out."""
        with Store.open(f"sqlite:///{tmp_path}/here.db") as here, Store.open(f"sqlite:///{tmp_path}/there.db") as there:
            me, you = here.me(at(0)).id, there.me(at(5)).id
            for slug, sure, choice in (("dropout", 70, "yes"), ("lstm", 90, "no")):
                here.predict(me, predicted(slug, 0, sure, choice))
                here.saw_result(me, result(slug, 1))
            here.write_note(me, "lstm", "왜?", at(1), 0)
            data = here.export(me)
            there.import_archive(you, data)
            exports = {data, here.export(me), there.export(you)}
        assert len(exports) == 1
        measured("different archives of one record in three exports, one from another store", len(exports), must="1")
