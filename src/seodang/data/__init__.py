"""Data sets, one a file: functions that return tensors. Nothing is read or downloaded on import."""

from seodang.data.images import Images, images
from seodang.data.split import Split

__all__ = ["Images", "Split", "images"]
