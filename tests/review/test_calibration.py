"""Scores of many predictions, against values worked out by hand and the identity they must keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.learning import at, predicted, result, row

from seodang.review import (
    CalibrationError,
    Record,
    Scored,
    came_out,
    counted,
    decompose,
    reliability_curve,
    scored,
    surprises,
)
from seodang.review.calibration import wilson

rows = st.lists(st.builds(row, st.integers(50, 99), st.booleans()), min_size=1, max_size=60)


@given(rows)
def test_the_parts_of_the_brier_score_sum_to_it(made: list[Scored]) -> None:
    whole = decompose(made)
    parts = whole.reliability - whole.resolution + whole.uncertainty + whole.within
    assert parts == pytest.approx(whole.score, abs=1e-12)
    assert whole.score == pytest.approx(sum(row.brier for row in made) / len(made))
    assert min(whole.reliability, whole.resolution, whole.uncertainty) >= 0


@given(st.lists(st.builds(row, st.sampled_from([50, 60, 70, 80, 90]), st.booleans()), min_size=1, max_size=60))
def test_murphys_three_parts_suffice_where_a_bin_holds_one_confidence(made: list[Scored]) -> None:
    assert decompose(made).within == pytest.approx(0, abs=1e-12)


@given(rows)
def test_finer_bins_leave_the_score_and_the_uncertainty_alone(made: list[Scored]) -> None:
    coarse, fine = decompose(made), decompose(made, bins=range(50, 100))
    assert (coarse.score, coarse.uncertainty) == (fine.score, fine.uncertainty)
    assert fine.within == pytest.approx(0, abs=1e-12)


def test_a_decomposition_worked_out_by_hand() -> None:
    # Nine at 90 % of which 6 were right; one at 60 %, wrong.
    made = [*(row(90, n < 6) for n in range(9)), row(60, False)]
    whole = decompose(made)
    assert whole.score == pytest.approx((6 * 0.01 + 3 * 0.81 + 0.36) / 10)
    assert whole.reliability == pytest.approx((9 * (0.9 - 6 / 9) ** 2 + 0.6**2) / 10)
    assert whole.resolution == pytest.approx((9 * (6 / 9 - 0.6) ** 2 + 0.6**2) / 10)
    assert whole.uncertainty == pytest.approx(0.6 * 0.4)


def test_nothing_scored_has_no_score() -> None:
    with pytest.raises(CalibrationError, match="no prediction has been scored yet"):
        decompose([])
    assert reliability_curve([]) == ()


def test_a_bin_that_leaves_a_confidence_out_is_refused() -> None:
    with pytest.raises(CalibrationError, match="sure=55 lies in none of the bins"):
        decompose([row(55, True)], bins=(60, 80))


def test_the_reliability_curve_sets_how_often_against_how_sure() -> None:
    low, high = reliability_curve([row(50, True), row(58, False), row(90, True), row(99, True), row(94, False)])
    assert (low.least, low.below, low.n, low.right) == (50, 60, 2, 0.5)
    assert low.stated == pytest.approx(0.54)
    assert (high.least, high.below, high.n) == (90, 100, 3)
    assert high.right == pytest.approx(2 / 3)
    assert high.low < high.right < high.high


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.27753), (8, 10, 0.49016, 0.94332), (10, 10, 0.72247, 1.0)],
)
def test_wilsons_interval_is_the_published_one(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=2e-5)


def test_the_most_surprising_are_the_surest_of_the_wrong_and_of_equals_the_newest() -> None:
    made = [row(99, True, "a"), row(70, False, "b", 1), row(95, False, "c", 2), row(70, False, "d", 3)]
    assert [each.prediction.slug for each in surprises(made)] == ["c", "d", "b"]
    assert [each.prediction.slug for each in surprises(made, most=1)] == ["c"]


def test_the_last_prediction_before_the_result_counts_and_none_after_it() -> None:
    predictions = (predicted("q", 0, 60, "no"), predicted("q", 1, 70, "yes"), predicted("q", 3, 99, "no"))
    record = Record(predictions=predictions, results=(result("q", 2, "yes"),))
    assert counted(record)["q"].sure == 70
    assert [(each.prediction.sure, each.right) for each in scored(record)] == [(70, True)]


def test_reading_the_explanation_closes_a_prediction_too() -> None:
    predictions = (predicted("q", 0, 60), predicted("q", 2, 99))
    record = Record(predictions=predictions, results=(result("q", 3),), explained={"q": at(1)})
    assert counted(record)["q"].sure == 60


def test_an_undecided_result_closes_the_prediction_and_a_later_decided_one_scores_it() -> None:
    results = (result("q", 1, ""), result("q", 4, "no"))
    record = Record(predictions=(predicted("q", 0, 60), predicted("q", 2, 90, "no")), results=results)
    assert [(each.prediction.sure, each.right) for each in scored(record)] == [(60, False)]
    assert came_out(results) == {"q": "no"}


def test_what_came_out_at_no_single_choice_is_not_scored() -> None:
    record = Record(predictions=(predicted("q", 0), predicted("p", 0)), results=(result("q", 1, ""),))
    assert scored(record) == ()
