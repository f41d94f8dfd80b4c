"""One thread here too."""

from training.conftest import one_thread

__all__ = ["one_thread"]
