"""A school that every test here may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.school import School, opened


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with opened(tmp_path) as each:
        yield each
