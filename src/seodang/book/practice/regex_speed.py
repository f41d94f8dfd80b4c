"""Are regular expressions slower than string methods, and should a pattern be compiled?

It depends on the task: a literal is a string method's own job, many alternatives in one pass are the pattern's. Compiling
saves the look-up in the cache that `re` keeps anyway (Python documentation, re). Seven tasks on random text, each done three
ways: by a string method, by re with the pattern as text, and by a compiled pattern; the fastest of several rounds each.
"""

import random
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from timeit import repeat

from seodang.experiment import Claim, Experiment, knob

Ways = tuple[Callable[[], object], str, Callable[[re.Pattern[str]], object], Callable[[str], object]]
SIGNS = str.maketrans("", "", string.punctuation + string.digits)


@dataclass(frozen=True)
class Parameters:
    """Words of the text, words to look for, and rounds of which the fastest counts."""

    words: int = knob(1_500, low=10, high=100_000)
    wanted: int = knob(300, low=1, high=5_000)
    rounds: int = knob(7, low=1, high=100)


def sought(text: str, words: list[str]) -> Ways:
    """Which of the words are in the text."""
    each, any_of = lambda: [word for word in words if word in text], "|".join(words)
    return each, any_of, lambda c: c.findall(text), lambda s: re.findall(s, text)


def tasks(p: Parameters, seed: int) -> dict[str, Ways]:
    """By name: the string method, the pattern, the compiled pattern's work and the same by re; no name is there."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(string.ascii_lowercase, k=6)) for _ in range(p.words + p.wanted)]
    text, wanted = ", ".join(words[: p.words]), words[p.words :]
    return {
        "replace": (lambda: text.replace(", ", ";"), ", ", lambda c: c.sub(";", text), lambda s: re.sub(s, ";", text)),
        "split": (lambda: text.split(", "), ", ", lambda c: c.split(text), lambda s: re.split(s, text)),
        "words": sought(text, wanted),
        "names": sought(text, [f"Q{word}" for word in wanted]),
        "strip": (lambda: text.translate(SIGNS), "[^a-z ]+", lambda c: c.sub("", text), lambda s: re.sub(s, "", text)),
        "short": (lambda: "c" in "abcdefgh", "c", lambda c: c.search("abcdefgh"), lambda s: re.search(s, "abcdefgh")),
        "scan": (lambda: "Q" in text, "Q", lambda c: c.search(text), lambda s: re.search(s, text)),
    }


def timed(p: Parameters, task: str, seed: int) -> Mapping[str, float]:
    """Microseconds of the three ways, measured in turn so that a busy moment hits all of them."""
    plain, pattern, compiled, by_text = tasks(p, seed)[task]
    ready, times = re.compile(pattern), 2_000 if task == "short" else 20 if task == "scan" else 3
    ways: dict[str, Callable[[], object]] = {
        "plain": plain,
        "compiled": partial(compiled, ready),
        "by_text": partial(by_text, pattern),
    }
    rounds = [{name: repeat(way, number=times, repeat=1)[0] for name, way in ways.items()} for _ in range(p.rounds)]
    return {name: min(each[name] for each in rounds) / times * 1e6 for name in ways}


def experiment(p: Parameters) -> Experiment:
    """Seven tasks."""
    return Experiment(
        kind="measurement",
        arms={task: partial(timed, p, task) for task in ("replace", "split", "words", "names", "strip", "short", "scan")},
        metrics={name: itemgetter(name) for name in ("plain", "compiled", "by_text")},
        claims={
            "replace_by_method": Claim(lambda a: a.replace.compiled / a.replace.plain, above=2),
            "split_by_method": Claim(lambda a: a.split.compiled / a.split.plain, above=2),
            "many_words_by_pattern": Claim(lambda a: a.words.plain / a.words.compiled, above=10),
            "names_by_pattern": Claim(lambda a: a.names.plain / a.names.compiled, above=10),
            "strip_by_translate": Claim(lambda a: a.strip.compiled / a.strip.plain, above=20),
            "compile_pays_when_short": Claim(lambda a: a.short.by_text / a.short.compiled, above=3),
            "compile_hardly_pays_when_long": Claim(lambda a: a.scan.by_text / a.scan.compiled, below=1.2),
        },
    )
