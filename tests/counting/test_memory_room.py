"""The largest batch that a memory holds, and sizes as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seodang.counting.errors import CountingError
from seodang.counting.memory import Moment, Parts, Stage, TrainingMemory, envelope, parse_bytes

STAGES: tuple[Stage, ...] = ("forward", "backward", "update")
MOMENTS = st.lists(
    st.builds(
        lambda stage, fixed, each: Moment(stage, Parts(parameters=fixed), Parts(activations=each)),
        *(st.sampled_from(STAGES), st.integers(0, 10_000), st.integers(0, 1_000)),
    ),
    min_size=1,
    max_size=30,
)


def memory(moments: list[Moment], batch: int = 1) -> TrainingMemory:
    return TrainingMemory(batch, envelope(moments), moments[0])


@given(MOMENTS, st.integers(1, 5_000))
def test_what_is_left_out_is_never_the_fullest(moments: list[Moment], batch: int) -> None:
    told = memory(moments, batch)
    assert told.total == max(moment.at(batch).total for moment in moments)
    for stage, parts in told.stages.items():
        assert parts.total == max(moment.at(batch).total for moment in moments if moment.stage == stage)


@given(MOMENTS, st.integers(0, 200_000))
def test_the_largest_batch_fits_and_one_more_does_not(moments: list[Moment], room: int) -> None:
    moments = [*moments, Moment("forward", Parts(), Parts(activations=1))]
    batch = memory(moments).largest_batch(room)
    assert batch == 0 or memory(moments, batch).total <= room
    assert memory(moments, batch + 1).total > room


def test_parts_add_up_to_the_total() -> None:
    told = memory([Moment("backward", Parts(4, 3, 8, 1, 2), Parts(0, 0, 0, 10, 5))], batch=3)
    assert (told.parameters, told.gradients, told.optimizer, told.activations, told.workspace) == (4, 3, 8, 31, 17)
    assert told.total == 63
    assert told.to_json()["stages"] == {
        "backward": {"parameters": 4, "gradients": 3, "optimizer": 8, "activations": 31, "workspace": 17, "total": 63}
    }


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("8GB", 8 * 10**9), ("80GiB", 80 * 2**30), ("512 MB", 512 * 10**6), ("1.5gb", 1_500_000_000)),
        *(("100", 100), ("2 TiB", 2**41), ("1,000 kB", 10**6), ("16b", 16)),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "8 apples", "-3GB", "0", "nanGB", "1e999", "GB", "8GBGB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(CountingError) as raised:
        parse_bytes(text)
    assert str(raised.value) == f"memory {text!r} is no size; write it like 8GB, 80GiB or 512MB"
