"""What is remembered of a learner."""

from seodang.store.predictions import Predictions

__all__ = ["Predictions"]
