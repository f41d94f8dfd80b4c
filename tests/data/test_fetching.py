"""Fetching a set's files: from mirrors in turn, on from where a connection was cut, and never half a file under its name."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from data.mirror import Mirror, mirror, nowhere

from seodang.data import fetching
from seodang.data.fetching import fetch
from seodang.data.split import DataError

CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, dtype=np.uint8).tobytes()
FILES = {"a.gz": (f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", len(CONTENT))}


@pytest.fixture
def server() -> Iterator[Mirror]:
    with mirror({"a.gz": CONTENT}) as served:
        yield served


def refusal(folder: Path, *mirrors: str) -> str:
    with pytest.raises(DataError) as error:
        fetch("toy", FILES, mirrors, folder)
    return str(error.value)


def names(folder: Path) -> list[str]:
    """What lies in the set's folder."""
    return sorted(path.name for path in (folder / "toy").iterdir())


def test_a_file_is_fetched_into_a_folder_of_the_sets_name(tmp_path: Path, server: Mirror) -> None:
    assert fetch("toy", FILES, [server.address], tmp_path) == [tmp_path / "toy" / "a.gz"]
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT
    assert names(tmp_path) == ["a.gz"]


def test_progress_runs_from_the_first_bytes_to_the_whole_file(tmp_path: Path, server: Mirror) -> None:
    seen: list[tuple[str, int, int]] = []
    fetch("toy", FILES, [server.address], tmp_path, lambda *step: seen.append(step))
    there = [step[1] for step in seen]
    assert len(seen) > 3
    assert there == sorted(there)
    assert 0 < there[0] < there[-1] == len(CONTENT)
    assert {(step[0], step[2]) for step in seen} == {("a.gz", len(CONTENT))}


def test_a_file_that_is_there_is_not_asked_for_again(tmp_path: Path, server: Mirror) -> None:
    for _ in range(2):
        fetch("toy", FILES, [server.address], tmp_path)
    assert len(server.asked) == 1


def test_a_cut_connection_is_gone_on_from_where_it_broke(tmp_path: Path, server: Mirror) -> None:
    server.cut_after = [100_000, 50_000]
    fetch("toy", FILES, [server.address], tmp_path)
    assert [given for _path, given in server.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT


def test_what_arrived_is_kept_under_another_name_and_a_later_call_goes_on_from_there(tmp_path: Path, server: Mirror) -> None:
    server.cut_after = [120_000, 0]
    said = refusal(tmp_path, server.address)
    assert "cut after 120,000 of 300,000 bytes" in said
    assert said.endswith("120,000 bytes are kept; the same command goes on from there.")
    assert names(tmp_path) == ["a.gz.part"], "no half a file under the file's own name"
    fetch("toy", FILES, [server.address], tmp_path)
    assert server.asked[-1] == ("/a.gz", "bytes=120000-")
    assert names(tmp_path) == ["a.gz"]


def test_a_server_that_gives_no_parts_is_asked_for_the_whole_again(tmp_path: Path, server: Mirror) -> None:
    server.knows_ranges, server.cut_after = False, [100_000]
    fetch("toy", FILES, [server.address], tmp_path)
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT


def test_a_server_that_keeps_cutting_is_given_up_in_the_end(tmp_path: Path, server: Mirror) -> None:
    server.cut_after = [1_000] * 20
    assert "cut after 5,000 of 300,000 bytes" in refusal(tmp_path, server.address)
    assert len(server.asked) == fetching.TRIES == 5


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (CONTENT[:-1] + b"\0", "its sha256 differs"),
        (CONTENT + b"more", "it has 300,004 bytes, not 300,000"),
        (b"<html>Sign in</html>", "it has 20 bytes, not 300,000"),
    ],
)
def test_a_file_that_is_not_the_published_one_is_not_kept(tmp_path: Path, server: Mirror, wrong: bytes, why: str) -> None:
    server.files["a.gz"] = wrong
    assert f"a.gz: not the published file ({why})." in refusal(tmp_path, server.address)
    assert names(tmp_path) == []


def test_a_part_of_another_file_is_found_out_and_thrown_away(tmp_path: Path, server: Mirror) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.gz.part").write_bytes(b"x" * 200_000)
    assert "its sha256 differs" in refusal(tmp_path, server.address)
    fetch("toy", FILES, [server.address], tmp_path)
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT


def test_mirrors_are_tried_in_turn(tmp_path: Path, server: Mirror) -> None:
    with mirror({"a.gz": CONTENT[::-1]}) as spoilt, mirror({}) as empty:
        fetch("toy", FILES, [nowhere(), empty.address, spoilt.address, server.address], tmp_path)
        assert (len(empty.asked), len(spoilt.asked), len(server.asked)) == (1, 1, 1)
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT


def test_when_no_mirror_has_it_each_is_named_with_its_reason_and_the_cure(tmp_path: Path) -> None:
    gone = nowhere()
    with mirror({}) as empty:
        said = refusal(tmp_path, gone, empty.address)
    assert said == (
        f"toy: could not fetch a.gz. {gone}a.gz: no connection; {empty.address}a.gz: the server says 404 Not Found. Is this "
        f"machine online? A file you have may be put into {tmp_path / 'toy'} by hand."
    )
    assert names(tmp_path) == []


def test_a_tampered_file_that_is_there_is_replaced_by_the_published_one(tmp_path: Path, server: Mirror) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.gz").write_bytes(b"tampered")
    fetch("toy", FILES, [server.address], tmp_path)
    assert (tmp_path / "toy" / "a.gz").read_bytes() == CONTENT


def test_a_part_longer_than_what_the_server_has_is_thrown_away(tmp_path: Path, server: Mirror) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.gz.part").write_bytes(b"x" * 200_000)
    server.files["a.gz"] = CONTENT[:100_000]
    assert "416" in refusal(tmp_path, server.address)
    assert names(tmp_path) == []
