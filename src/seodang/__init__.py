"""Seodang: a school for deep learning in which every answer is an experiment."""

from importlib.metadata import version

__version__ = version("seodang")
