"""How time grows with the replicas and with the steps: the figure of the page, and its numbers in words."""

from __future__ import annotations

from benchmarks.cases import digits
from benchmarks.contenders import JAX_THREADS, LOOP, SEODANG, Kind, able
from benchmarks.curves import Panel, Point, drawn
from benchmarks.page import DOCS, machine, seconds, table
from benchmarks.timing import timed, to_the_end
from seodang.figures import save

REPLICAS = (1, 2, 5, 10, 20, 50, 100, 200)
STEPS = (10, 50, 200, 500, 1000, 2000, 5000)
TRAINED = 20
"""Replicas where the steps grow."""
ROUNDS = 3
NAMES = (LOOP, JAX_THREADS, SEODANG)
FIGURE = DOCS / "benchmarks_growth.svg"


def measured(quick: bool = False) -> dict[str, str]:
    """The section `growth`; the figure is drawn beside the page unless it is only a quick look."""
    rounds = 1 if quick else ROUNDS
    a_step = with_replicas(REPLICAS[:3] if quick else REPLICAS, rounds)
    in_all = with_steps(STEPS[:2] if quick else STEPS, rounds)
    panels = (
        Panel("milliseconds for one step of all replicas", "replicas", a_step),
        Panel(f"seconds for {TRAINED} replicas, start-up included", "steps", in_all),
    )
    chart = drawn("Digits MLP 64-64-64-10, batch 32", panels, described(panels))
    if not quick:
        save(chart, FIGURE)
    text = f"""![{described(panels)}]({FIGURE.name})

{table(*numbers("replicas", a_step, "ms a step"))}

{table(*numbers("steps", in_all, "s"))}

Medians of {rounds}; the seconds in new processes that have imported their library and nothing more. {JAX_THREADS} trains
a single replica in one thread. On {machine("jax")}."""
    print(text, flush=True)
    return {"growth": text}


def with_replicas(replicas: tuple[int, ...], rounds: int) -> list[Point]:
    """ms a step of all replicas, once it runs."""
    points = []
    for count in replicas:
        found = timed(digits(count), rounds, names=[kind.name for kind in _taking_part(count)])
        points += [Point(_named(name), count, timing.step) for name, timing in found.items()]
    return points


def with_steps(steps: tuple[int, ...], rounds: int) -> list[Point]:
    """Seconds from the call to the end."""
    cases = [digits(TRAINED, steps=count) for count in steps]
    return [
        Point(_named(kind.name), case.steps, to_the_end(case, kind, rounds))
        for case in cases
        for kind in _taking_part(case.replicas)
    ]


def _taking_part(replicas: int) -> list[Kind]:
    """The plain loop, JAX with its threads (one replica has one), and the engine."""
    return able(digits(replicas), names=[*NAMES, "JAX"] if replicas == 1 else NAMES)


def _named(name: str) -> str:
    return JAX_THREADS if name == "JAX" else name


def numbers(grows: str, points: list[Point], unit: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table of the same points."""
    found = {(point.contender, point.x): point.y for point in points}
    names = [name for name in NAMES if any(point.contender == name for point in points)]
    sizes = sorted({point.x for point in points})
    rows = [[f"{size:,}", *(seconds(found[name, size]) for name in names)] for size in sizes]
    return [grows, *(f"{name}, {unit}" for name in names)], rows


def described(panels: tuple[Panel, ...]) -> str:
    """The figure in words, for those who do not see it."""
    return "Two panels of lines, both axes logarithmic. " + " ".join(_described(panel) for panel in panels)


def _described(panel: Panel) -> str:
    first, last = min(point.x for point in panel.points), max(point.x for point in panel.points)
    said = []
    for name in dict.fromkeys(point.contender for point in panel.points):
        ends = [next(p.y for p in panel.points if p.contender == name and p.x == x) for x in (first, last)]
        said.append(f"{name}: {seconds(ends[0])} to {seconds(ends[1])}")
    return f"{panel.title[0].upper()}{panel.title[1:]}, from {first:,} to {last:,} {panel.grows}: {'; '.join(said)}."
