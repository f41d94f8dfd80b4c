"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """What every command understands."""

    lang: Literal["en", "ko"] | None = None
    """Speak this language (default: yours)."""


@Parameter(name="*")
@dataclass(frozen=True)
class Data(Common):
    """What every command that prints data understands."""

    json: Annotated[bool, Parameter(negative="")] = False
    """Print data alone, as JSON."""


COMMON = Common()
DATA = Data()
