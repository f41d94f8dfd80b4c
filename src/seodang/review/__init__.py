"""Predictions scored, cards scheduled, what to study next. Pure: no clock, no store, nothing of the house."""

from seodang.review.anki import AnkiError, AnkiNote, from_anki, to_anki
from seodang.review.calibration import (
    ENOUGH,
    CalibrationError,
    Decomposition,
    ReliabilityPoint,
    decompose,
    reliability_curve,
    surprises,
)
from seodang.review.due import Due, Reason, due_cards, every_card
from seodang.review.prediction import LEAST_SURE, MOST_SURE, Prediction, PredictionError, brier
from seodang.review.record import OWN, Grade, OwnCard, Record, Result, Review, grade
from seodang.review.schedule import CardState, advance, recall, replay
from seodang.review.scoring import Scored, came_out, counted, scored
from seodang.review.standing import STRONG_DAYS, Standing, State, standings
from seodang.review.study import Suggestion, Syllabus, Why, study_next

__all__ = [
    "ENOUGH",
    "LEAST_SURE",
    "MOST_SURE",
    "OWN",
    "STRONG_DAYS",
    "AnkiError",
    "AnkiNote",
    "CalibrationError",
    "CardState",
    "Decomposition",
    "Due",
    "Grade",
    "OwnCard",
    "Prediction",
    "PredictionError",
    "Reason",
    "Record",
    "ReliabilityPoint",
    "Result",
    "Review",
    "Scored",
    "Standing",
    "State",
    "Suggestion",
    "Syllabus",
    "Why",
    "advance",
    "brier",
    "came_out",
    "counted",
    "decompose",
    "due_cards",
    "every_card",
    "from_anki",
    "grade",
    "recall",
    "reliability_curve",
    "replay",
    "scored",
    "standings",
    "study_next",
    "surprises",
    "to_anki",
]
