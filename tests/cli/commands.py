"""Running the command line in a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seodang.cli import main

QUICK = "relu-over-sigmoid"
TINY = ("--set", "depth=2", "--set", "steps=5", "--set", "width=8")
"""Knobs that make the experiment a matter of milliseconds."""


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout holds, which must be JSON and nothing else."""
        return json.loads(self.out)


class Terminal:
    """A shell whose home is empty at first."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()
        code = main(words)
        captured = self.capsys.readouterr()
        return Said(code, captured.out, captured.err)


def started(*words: str, home: Path, environment: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
    """The program as a process of its own; `environment` is changed in what it inherits."""
    own = {"SEODANG_HOME": str(home), "SEODANG_LANG": "en", "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, "-m", "seodang", *words],
        env={**os.environ, **own, **(environment or {})},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
