"""The chart: every seed is a mark, the threshold is drawn, nothing is told by colour alone."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from figures.evidences import (
    COUNTS,
    ENGLISH,
    KOREAN,
    RATES,
    claim,
    derivation,
    diverging,
    evidence,
    falling,
    relu_over_sigmoid,
    spread,
)

from seodang.evidence import Evidence
from seodang.figures import FigureError, Labels, figure
from seodang.figures.frame import CROSS, Dots
from seodang.figures.labels import WORDS
from seodang.figures.readings import loss_ceiling
from seodang.figures.theme import SHAPES, THEMES, ThemeName


@dataclass(frozen=True)
class Layer:
    """One mark of a specification with the rows it draws."""

    mark: dict[str, Any]
    encoding: dict[str, Any]
    rows: list[dict[str, Any]]


def layers(chart: Any, panel: int | None = None) -> list[Layer]:
    """Every layer of a chart, or of one of its panels."""
    spec = chart.to_dict()
    found = _nested(spec if panel is None else spec["vconcat"][panel])
    return [Layer(part["mark"], part["encoding"], spec["datasets"][part["data"]["name"]]) for part in found]


def _nested(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "mark" in spec:
        yield spec
    for key in ("vconcat", "hconcat", "layer"):
        for part in spec.get(key, ()):
            yield from _nested(part)


def drawn(chart: Any, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(mark, row) for every row of every layer with this kind of mark."""
    return [(layer.mark, row) for layer in layers(chart) if layer.mark["type"] == kind for row in layer.rows]


def texts(chart: Any) -> list[str]:
    return [row["text"] for _, row in drawn(chart, "text") if "text" in row]


def seeds_marked(chart: Any, panel: int) -> list[int]:
    """The seeds of a panel's dots and crosses, as often as they are drawn."""
    points = [layer for layer in layers(chart, panel) if layer.mark["type"] == "point"]
    return sorted(row["seed"] for layer in points for row in layer.rows if "seed" in row)


@pytest.mark.parametrize("seeds", [1, 2, 12, 50])
def test_every_seed_of_every_arm_is_a_mark(seeds: int) -> None:
    chart = figure(relu_over_sigmoid(seeds), ENGLISH)
    assert seeds_marked(chart, 0) == sorted([*range(seeds), *range(seeds)])
    assert seeds_marked(chart, 2) == list(range(seeds))


def test_diverged_seeds_are_crosses_with_their_number_and_step() -> None:
    chart = figure(diverging(), RATES)
    assert seeds_marked(chart, 0) == sorted([*range(8)] * 3)
    crosses = [row for mark, row in drawn(chart, "point") if mark.get("shape") == CROSS]
    notes = [row["note"] for row in crosses]
    assert "Learning rate 10: seed 0, diverged, step 40" in notes
    assert "Learning rate 10: seed 7, not finite" in notes
    assert "6 not finite" in texts(chart)


def test_a_seed_that_diverged_to_a_finite_value_is_a_cross_at_its_value() -> None:
    chart = figure(evidence({"a": {"m": (0.1, 0.2, 0.3)}}, diverged={"a": {1: 40}}), Labels("A"))
    crosses = [row for mark, row in drawn(chart, "point") if mark.get("shape") == CROSS]
    assert [row["seed"] for row in crosses] == [1]
    assert seeds_marked(chart, 0) == [0, 1, 2]


def test_seeds_that_answered_a_claim_without_a_finite_quantity_are_crosses_with_their_answer() -> None:
    chart = figure(diverging(), RATES)
    assert seeds_marked(chart, 2) == list(range(8))
    assert "→ no" in texts(chart)


def test_the_threshold_is_a_rule_between_the_words_no_and_yes() -> None:
    chart = figure(relu_over_sigmoid(), ENGLISH)
    rules = [row for _, row in drawn(chart, "rule") if "threshold" in row]
    assert [row["x"] for row in rules] == [0.3]
    places = {row["text"]: row["px"] for _, row in drawn(chart, "text")}
    assert places["← no"] < places["0.3"] < places["yes →"]


def test_below_a_threshold_yes_is_on_the_left() -> None:
    chart = figure(evidence({"a": {"m": (0.1, 0.2)}}, [claim("c", (0.1, 0.2), below=0.15)]), Labels("A"))
    places = {row["text"]: row["px"] for _, row in drawn(chart, "text")}
    assert places["← yes"] < places["0.15"] < places["no →"]


def test_a_claim_between_two_thresholds_names_three_sides() -> None:
    chart = figure(evidence({"a": {"m": (0.0, 0.2)}}, [claim("c", (0.0, 0.2), above=-0.1, below=0.1)]), Labels("A"))
    places = {row["text"]: row["px"] for _, row in drawn(chart, "text")}
    assert places["← no"] < places["–0.1"] < places["yes"] < places["0.1"] < places["no →"]


@pytest.mark.parametrize("width", [343, 640, 900])
def test_the_names_of_the_sides_stay_inside_the_figure(width: int) -> None:
    values = (0.5, 0.55, 0.6)
    for edge in (0.1, 0.55, 0.9):
        chart = figure(evidence({"a": {"m": values}}, [claim("c", values, above=edge)]), Labels("A"), "ko", width=width)
        places = {row["text"]: row["px"] for _, row in drawn(chart, "text")}
        assert places["← 아니요"] > 8 * 12 * 0.46
        assert places["예 →"] < width - 32 - 5 * 12 * 0.46


def test_yes_and_no_differ_in_fill_and_a_tie_in_shape() -> None:
    chart = figure(evidence({"a": {"m": (1.0, 2.0, 3.0)}}, [claim("c", (1.0, 2.0, 3.0), above=2.0)]), Labels("A"))
    dots = {row["answer"]: row for _, row in drawn(chart, "point") if "answer" in row}
    assert dots["yes"]["fill"] != dots["no"]["fill"] == THEMES["light"].paper
    assert dots["tie"]["shape"] != dots["no"]["shape"]


def test_a_claim_without_a_quantity_shows_its_answers_in_seed_order() -> None:
    chart = figure(diverging(), RATES)
    rows = [row for layer in layers(chart, 3) if layer.mark["type"] == "point" for row in layer.rows]
    assert [row["seed"] for row in rows] == list(range(8))
    assert [row["px"] for row in rows] == sorted(row["px"] for row in rows)
    heights = {row["answer"]: row["y"] for row in rows}
    assert heights["yes"] < heights["no"]


def test_arms_differ_in_shape_as_well_as_in_colour() -> None:
    arms = {f"a{index}": {"m": spread(4, index, index + 1)} for index in range(6)}
    rows = [row for _, row in drawn(figure(evidence(arms), Labels("Six")), "point") if "seed" in row]
    assert len({row["shape"] for row in rows}) == len({row["color"] for row in rows}) == len(SHAPES) == 6


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_stands_out_from_the_paper(theme: ThemeName) -> None:
    colors = THEMES[theme]
    for color in (*colors.arms, colors.yes, colors.no):
        assert contrast(color, colors.paper) >= 3
    for color in (colors.ink, colors.quiet):
        assert contrast(color, colors.paper) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""

    def luminance(color: str) -> float:
        parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_more_than_three_decades_are_drawn_on_a_log_axis_and_zero_keeps_a_place() -> None:
    arms = {"a": {"m": (1e-6, 2e-6)}, "b": {"m": (1.0, 3.0)}, "c": {"m": (0.0, 0.0)}}
    chart = figure(evidence(arms), Labels("A"))
    layer = next(layer for layer in layers(chart) if layer.encoding["x"]["field"] == "x")
    scale = layer.encoding["x"]["scale"]
    assert scale["type"] == "log"
    dots = [row for _, row in drawn(chart, "point") if row.get("arm") == "c"]
    assert [row["x"] for row in dots] == [scale["domain"][0]] * 2
    assert [row["value"] for row in dots] == [0.0, 0.0]
    assert "'0'" in layer.encoding["x"]["axis"]["labelExpr"]


def test_every_arm_has_a_line_per_seed_and_a_bold_median() -> None:
    chart = figure(relu_over_sigmoid(), ENGLISH)
    bold = [row["line"] for mark, row in drawn(chart, "line") if mark["strokeWidth"] > 2]
    thin = [row["line"] for mark, row in drawn(chart, "line") if mark["strokeWidth"] < 1]
    assert set(bold) == {"relu", "sigmoid"}
    assert set(thin) == {str(seed) for seed in range(12)}


def test_a_curve_of_a_diverged_seed_ends_in_a_cross() -> None:
    chart = figure(diverging(), RATES)
    crosses = [row["note"] for mark, row in drawn(chart, "point") if mark.get("shape") == CROSS]
    assert [note for note in crosses if note == "seed 0: diverged"]


def test_many_curves_stay_light() -> None:
    arms = {f"a{index}": {"m": spread(50, 0, 1)} for index in range(6)}
    curves = {arm: falling(50, 2.3, 0.1, points=400) for arm in arms}
    assert len(figure(evidence(arms, curves=curves), Labels("Six")).to_json(indent=None)) < 700_000


def test_a_derivation_shows_every_metric_as_exact_numbers() -> None:
    chart = figure(derivation(), COUNTS)
    values = list(dict.fromkeys(row["value"] for _, row in drawn(chart, "text") if "value" in row))
    assert values == ["34,826", "203,530", "1,199,882"]
    assert chart.to_dict()["vconcat"][2]["title"]["subtitle"] == ["Checked: the computed value is exactly as stated."]


def test_the_metric_named_is_the_one_drawn_and_a_misspelt_one_is_refused() -> None:
    two = evidence({"a": {"accuracy": (0.5, 0.6), "loss": (1.0, 2.0)}})
    panel = figure(two, Labels("A", metrics={"loss": "Test loss"}), metric="loss").to_dict()["vconcat"][0]
    assert panel["title"]["text"] == ["Test loss"]
    with pytest.raises(FigureError) as refused:
        figure(two, Labels("A"), metric="los")
    assert str(refused.value) == ("metric 'los' is not in the evidence of 'relu_over_sigmoid': it has accuracy, loss")


def test_evidence_with_only_answers_is_drawn_and_evidence_with_nothing_is_refused() -> None:
    answered = evidence({}, [claim("c", None, answers=[True, False])], seeds=2)
    assert len(figure(answered, Labels("A")).to_dict()["vconcat"]) == 1
    with pytest.raises(FigureError, match=r"has nothing to draw: no metric, no curve and no claim"):
        figure(evidence({}, seeds=0), Labels("A"))


@pytest.mark.parametrize(
    "values", [(math.nan,), (0.0, 0.0), (-1e9, 1e9), (1e-300, 1e300), (5.0,), (-0.5, -0.5, math.nan)], ids=str
)
def test_unusual_values_have_an_axis(values: tuple[float, ...]) -> None:
    chart = figure(evidence({"a": {"m": values}}), Labels("A"))
    assert seeds_marked(chart, 0) == list(range(len(values)))


def test_the_same_evidence_gives_the_same_specification() -> None:
    one, other = (figure(relu_over_sigmoid(50), KOREAN, "ko").to_json() for _ in range(2))
    assert one == other


def test_dots_that_would_touch_leave_the_centre_line() -> None:
    dots = Dots(pace=7.0, lanes=5, area=44)
    assert dots.swarm([10.0, 30.0]) == [0.0, 0.0]
    assert dots.swarm([10.0, 11.0, 12.0]) == [0.0, 7.0, -7.0]


def test_the_description_is_the_alternative_text() -> None:
    assert "Medians: 0.9333 for ReLU" in figure(relu_over_sigmoid(), ENGLISH).to_dict()["description"]


def test_importing_figures_loads_no_charting_library_and_no_torch() -> None:
    code = "import sys, seodang.figures; print(sorted({'altair', 'vl_convert', 'torch'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_evidence_is_left_as_it_was() -> None:
    before: Evidence = diverging()
    figure(before, RATES)
    assert before.to_json() == diverging().to_json()


def test_a_loss_that_explodes_does_not_flatten_the_other_curves() -> None:
    tame, wild = ((2.0, 1.0, 0.5),), ((2.0, 1e12, 1e28),)
    assert loss_ceiling([tame, wild]) == 6.0
    chart = figure(diverging(), RATES)
    assert WORDS["en"].off_scale in chart.to_json()
    assert WORDS["en"].off_scale not in figure(relu_over_sigmoid(), ENGLISH).to_json()


def axes(chart: Any) -> list[tuple[float, float]]:
    """The ends of every axis of values, in the order in which they are drawn."""
    ends = [layer.encoding["x"]["scale"] for layer in layers(chart) if layer.encoding["x"].get("scale")]
    return [tuple(scale["domain"]) for scale in ends if "domain" in scale]


def test_figures_side_by_side_have_the_same_axes_and_alone_each_its_own() -> None:
    one, other = (
        relu_over_sigmoid(),
        evidence(
            {"relu": {"accuracy": spread(12, 0.3, 0.5)}, "sigmoid": {"accuracy": spread(12, 0.2, 0.3)}},
            [claim("relu_learns", spread(12, -0.4, 0.2), above=0.3)],
            {"relu": falling(12, 9.0, 4.0), "sigmoid": falling(12, 9.0, 8.0)},
        ),
    )
    together = [axes(figure(a, ENGLISH, beside=[b])) for a, b in ((one, other), (other, one))]
    alone = [axes(figure(each, ENGLISH)) for each in (one, other)]
    assert together[0] == together[1]
    assert alone[0] != alone[1]
    assert len(drawn(figure(one, ENGLISH, beside=[other]), "point")) == len(drawn(figure(one, ENGLISH), "point")), (
        "its own numbers alone"
    )
