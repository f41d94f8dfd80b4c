"""Measurements: training memory, where a step's time goes, planted faults, and text methods."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random
from string import ascii_lowercase
from timeit import timeit

import pytest
import torch
from counting.memory_networks import SUBJECTS, measured_peak
from systems.conftest import Measured
from systems.sleepers import Slow
from systems.zoo import FAULTS, SOUND
from torch.utils.data import DataLoader

from seodang.counting.saved import training_memory
from seodang.experiment import ExperimentError
from seodang.notebook.checking import Checkup
from seodang.notebook.pipeline import Pipeline, expected, profiled

slow = pytest.mark.slow
SEEDS = (0, 1, 2)


@slow
@pytest.mark.system(name="training_memory")
def test_the_memory_of_a_training_step_is_predicted(measured: Measured) -> None:
    ratios = {}
    for name, subject in SUBJECTS.items():
        predicted = training_memory(subject.make(), subject.shape, 8, dtype=subject.dtype).total
        ratios[name] = predicted / measured_peak(subject, 8, torch.optim.Adam)
    off = max(abs(ratio - 1) for ratio in ratios.values())
    assert len(ratios) == 10
    assert off <= 0.05
    measured("predicted peak of a step over the allocator's, furthest from 1", off, must="≤ 0.05", n=len(ratios))


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def spend(self, seconds: float) -> None:
        self.now += seconds


def loading(clock: Clock, seconds: float, workers: int, batches: int = 500) -> Iterator[int]:
    """A loader by that clock. Each worker begins its next batch when the last one is done, two batches ahead at most."""
    free, taken = [0.0] * workers, [0.0] * batches
    for place in range(batches):
        if workers:
            asked = taken[place - 2 * workers] if place >= 2 * workers else 0.0
            worker = place % workers
            free[worker] = max(free[worker], asked) + seconds
            clock.now = max(clock.now, free[worker])
        else:
            clock.spend(seconds)
        taken[place] = clock.now
        yield place


@pytest.mark.system(name="input_pipeline")
class TestInputPipeline:
    @pytest.mark.parametrize(
        ("workers", "must", "low", "high"), [(0, "33 %", 0.33, 0.34), (1, "50 %", 0.49, 0.51), (3, "≥ 85 %", 0.85, 1)]
    )
    def test_a_batch_that_loads_twice_as_long_as_it_trains(
        self, workers: int, must: str, low: float, high: float, measured: Measured
    ) -> None:
        clock = Clock()
        seen = profiled(loading(clock, 2, workers), lambda _: clock.spend(1), steps=400, clock=clock)
        assert low <= seen.utilization <= high
        assert seen.utilization == pytest.approx(expected(2, 1, workers), abs=0.01)
        measured(f"utilization with {workers} workers, loading twice as long as training", seen.utilization, must=must)

    @slow
    @pytest.mark.filterwarnings("ignore:This DataLoader will create")  # workers that sleep need no core
    def test_a_real_data_loader(self, measured: Measured) -> None:
        """Both sides sleep, so a busy machine changes little; what must be so on any machine is the order."""
        found = []
        for workers, must in ((0, "33 ± 5 %"), (1, "50 ± 8 %"), (3, "≥ 85 %")):
            context = "spawn" if workers else None
            loader = DataLoader(Slow(0.1, 40), batch_size=None, num_workers=workers, multiprocessing_context=context)
            # The first batches of workers that are just beginning are all late.
            found.append(profiled(loader, lambda _: time.sleep(0.05), steps=25, warm=10).utilization)
            measured(f"… of a real DataLoader that sleeps, {workers} workers", found[-1], must=must)
        assert found == sorted(found)

    def test_each_part_is_told(self, measured: Measured) -> None:
        clock = Clock()
        seen = profiled(
            loading(clock, 0.003, 0),
            lambda _: clock.spend(0.002),
            transform=lambda _: clock.spend(0.005),
            clock=clock,
        )
        assert str(replace(seen, language="en")) == (
            "waiting        30%     3.000 ms a step  ████████████\n"
            "transforming   50%     5.000 ms a step  ████████████████████\n"
            "training       20%     2.000 ms a step  ████████\n"
            "Transforming takes most of the time: do it in the data set, so that a DataLoader's workers do it ahead."
        )
        share = sum(seen.transforming) / seen.seconds
        measured("share of transforming where it is 5 of 10 ms", share, must="50 %")

    def test_it_is_told_in_korean(self) -> None:
        told = str(Pipeline((0.003,), (0.001,), (0.001,), language="ko"))
        assert told == (
            "기다림         60% 걸음마다     3.000 ms  ████████████████████████\n"
            "변환           20% 걸음마다     1.000 ms  ████████\n"
            "학습           20% 걸음마다     1.000 ms  ████████\n"
            "걸음이 대부분의 시간을 자료를 기다리며 보냅니다. "
            "일꾼(DataLoader의 num_workers)을 늘리거나 읽기를 가볍게 하세요."
        )

    def test_the_advice_follows_what_takes_longest(self) -> None:
        spent = ((3.0, 1.0, 1.0), (1.0, 3.0, 1.0), (1.0, 1.0, 3.0))
        told = [Pipeline((a,), (b,), (c,)).advice.split()[0] for a, b, c in spent]
        assert told == ["The", "Transforming", "Training"]

    def test_the_device_is_waited_for(self) -> None:
        """A step that only asks for work looks free until its device has finished."""
        clock = Clock()
        seen = profiled(loading(clock, 1, 0), lambda _: None, finished=partial(clock.spend, 3), clock=clock)
        assert seen.utilization == pytest.approx(0.75)

    def test_too_few_batches_are_refused(self) -> None:
        with pytest.raises(
            ExperimentError, match=r"^batches: no more than 2, and the first warm=2 are not counted; give more$"
        ):
            profiled([1, 2], lambda _: None)


def names(found: Checkup) -> set[str]:
    return {finding.check for finding in found.faults}


@pytest.mark.system(name="bug_zoo")
class TestBugZoo:
    """tests/notebook/test_checkup.py holds each fault by itself, quickly."""

    @slow
    def test_planted_faults_are_found_and_named(self, measured: Measured) -> None:
        missed = {
            seed: [fault for fault, (program, check) in FAULTS.items() if check not in names(program.checked(seed))]
            for seed in SEEDS
        }
        assert len(FAULTS) == 12
        assert not any(missed.values()), missed
        found = min(len(FAULTS) - len(each) for each in missed.values())
        measured("planted faults found and named by the right check, of 12", found, must="≥ 11", n=len(SEEDS))

    @slow
    def test_right_programs_have_none(self, measured: Measured) -> None:
        alarms = [str(fault) for seed in SEEDS for program in SOUND.values() for fault in program.checked(seed).faults]
        assert len(SOUND) == 3
        assert alarms == []
        measured("false alarms on three right programs", len(alarms), must="0", n=len(SEEDS))


PROSE = "the quick brown fox, jumps over the lazy dog; " * 200
NUMBERED = [f"word{number:03d}x" for number in range(300)]
UNLIKE = ["".join(Random(number).choices(ascii_lowercase, k=7)) for number in range(300)]
DROPPED = dict.fromkeys(map(ord, "aeiou,;"))


def ratio(one: Callable[[], object], other: Callable[[], object], number: int) -> tuple[float, int]:
    """How many times as long the first takes, the least of seven repetitions of each."""
    times = 7
    taken = [(timeit(one, number=number), timeit(other, number=number)) for _ in range(times)]
    least = [min(each) for each in zip(*taken, strict=True)]
    return least[0] / least[1], times


def any_in(words: list[str], text: str) -> bool:
    return any(word in text for word in words)


@pytest.mark.system(name="text_benchmark")
class TestText:
    """Times are noted, not held: of what the machine does meanwhile no test can be sure. What is computed is held."""

    def test_replacing(self, measured: Measured) -> None:
        assert re.sub(" ", "_", PROSE) == PROSE.replace(" ", "_")
        slower, n = ratio(lambda: re.sub(" ", "_", PROSE), lambda: PROSE.replace(" ", "_"), 20)
        rarely, _ = ratio(lambda: re.sub("fox", "cat", PROSE), lambda: PROSE.replace("fox", "cat"), 20)
        measured("replacing every space: re.sub over str.replace", slower, must="≥ 2 (as timed)", n=n)
        measured("… a word in ten: the less there is to replace, the less it matters", rarely, n=n)

    def test_splitting(self, measured: Measured) -> None:
        assert re.split(r"\s+", PROSE.strip()) == PROSE.split()
        slower, n = ratio(lambda: re.split(r"\s+", PROSE), lambda: PROSE.split(), 20)
        same, _ = ratio(lambda: re.split(", ", PROSE), lambda: PROSE.split(", "), 20)
        measured("splitting at white space: re.split over str.split", slower, must="≥ 2 (as timed)", n=n)
        measured("… at a comma and a space", same, must="≥ 2 (not reached: both search alike)", n=n)

    def test_one_of_three_hundred_words(self, measured: Measured) -> None:
        """A pattern tries its alternatives at every letter, unless all begin alike: then it searches for that."""
        for words, told, must in (
            (NUMBERED, "that begin alike", "≥ 10 (as timed)"),
            (UNLIKE, "that do not", "≥ 10 (not reached: `in` is the faster)"),
        ):
            either = re.compile("|".join(words))
            assert [bool(either.search(text)) for text in (PROSE, PROSE + words[-1])] == [False, True]
            assert [any_in(words, text) for text in (PROSE, PROSE + words[-1])] == [False, True]
            slower, n = ratio(partial(any_in, words, PROSE), partial(either.search, PROSE), 1)
            measured(f"any of 300 words {told}: 300 times `in` over one pattern", slower, must=must, n=n)

    def test_dropping_characters(self, measured: Measured) -> None:
        left, pattern = PROSE.translate(DROPPED), re.compile("[aeiou,;]")
        assert left == pattern.sub("", PROSE) == "".join(c for c in PROSE if c not in "aeiou,;")
        slower, n = ratio(lambda: pattern.sub("", PROSE), lambda: PROSE.translate(DROPPED), 10)
        measured("dropping characters: a pattern over str.translate", slower, must="≥ 20 (as timed)", n=n)

    def test_compiling(self, measured: Measured) -> None:
        short, compiled = "a fox ran", re.compile("zebra")
        fast, n = ratio(lambda: re.search("zebra", short), lambda: compiled.search(short), 5_000)
        same, _ = ratio(lambda: re.search("zebra", PROSE), lambda: compiled.search(PROSE), 50)
        assert compiled is re.compile("zebra"), "the module keeps what it compiled"
        measured("9 characters: re.search over a compiled pattern", fast, must="≥ 3 (as timed)", n=n)
        measured(f"{len(PROSE):,} characters: the same", same, must="≤ 1.2 (as timed)", n=n)
