"""The printed book: a site of files for any static host, and the index that a study repository has as its README."""

from seodang.printed.index import markdown_index
from seodang.printed.site import build

__all__ = ["build", "markdown_index"]
