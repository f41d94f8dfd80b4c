"""Predictions scored. Pure: no clock, no store, nothing of the house."""

from seodang.review.prediction import Prediction, brier

__all__ = ["Prediction", "brier"]
