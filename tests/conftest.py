"""What every test has: one thread, and real files where they are at hand."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from seodang.locale import speak


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """One thread for small trainings: two that wait for each other are slower, and much so beside a busy process."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def english() -> None:
    """What an earlier test made the program speak ends with it."""
    speak("en")


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """The folder of MNIST's real files. Where SEODANG_REQUIRE_REAL is set, their absence is a failure and not a skip."""
    beside = Path(__file__).parents[1] / "../shared/data/mnist"
    folder = Path(os.environ.get("SEODANG_TEST_MNIST") or beside)
    if not folder.is_dir():
        reason = "MNIST's files are not here: name their folder in SEODANG_TEST_MNIST"
        (pytest.fail if os.environ.get("SEODANG_REQUIRE_REAL") else pytest.skip)(reason)
    return folder
