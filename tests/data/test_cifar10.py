"""CIFAR-10 in both of its original formats, packed and unpacked; what was spoilt or would run a program is refused."""

import hashlib
import io
import os
import pickle
import struct
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from seodang.data import cifar10
from seodang.data.pickled import read_pickle
from seodang.data.split import DataError, Split

NAMES = (*cifar10.TRAIN, cifar10.TEST)
BINARY, PYTHON = "cifar-10-batches-bin", "cifar-10-batches-py"


@pytest.fixture(autouse=True)
def batches_of_four(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cifar10, "BATCH", 4)
    yield
    cifar10.everything.cache_clear()


def images(batch: int) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], list[int]]:
    """Four images of a batch, all of one value to be known by, and their classes."""
    generator = np.random.default_rng(batch)
    return generator.integers(0, 256, (4, 3072), dtype=np.uint8), [batch, 9, 0, 5]


def binary(batch: int) -> bytes:
    pixels, labels = images(batch)
    return b"".join(bytes([label]) + row.tobytes() for label, row in zip(labels, pixels, strict=True))


def python(batch: int) -> bytes:
    """A batch as Python 2 and the NumPy of 2009 pickled it, instruction by instruction: strings, not text or bytes."""
    pixels, labels = images(batch)
    made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(" + integer(0) + b"t" + string(b"b") + b"tR"
    kind = b"cnumpy\ndtype\n(" + string(b"u1") + integer(0) + integer(1) + b"tR"
    kind += b"(" + integer(3) + string(b"|") + b"NNN" + integer(-1) + integer(-1) + integer(0) + b"tb"
    state = (
        b"(" + integer(1) + b"(" + integer(len(pixels)) + integer(3072) + b"t" + kind + b"\x89" + string(pixels.tobytes())
    )
    listed = b"](" + b"".join(map(integer, labels)) + b"e"
    return b"\x80\x02}(" + string(b"data") + made + state + b"tb" + string(b"labels") + listed + b"u."


def string(content: bytes) -> bytes:
    """The instruction that makes a string of Python 2."""
    return b"T" + struct.pack("<i", len(content)) + content


def integer(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def unpacked(root: Path, version: str) -> Path:
    folder = root / version
    folder.mkdir()
    for batch, name in enumerate(NAMES):
        if version == BINARY:
            (folder / f"{name}.bin").write_bytes(binary(batch))
        else:
            (folder / name).write_bytes(python(batch))
    return folder


def archive(root: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive, its checksum taken for the published one."""
    folder = unpacked(root, version)
    path = root / ("cifar-10-binary.tar.gz" if version == BINARY else "cifar-10-python.tar.gz")
    with tarfile.open(path, "w:gz") as packed:
        packed.add(folder, version)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    monkeypatch.setitem(cifar10.FILES, "cifar-10-binary.tar.gz", (digest, path.stat().st_size))
    monkeypatch.setattr(cifar10, "PYTHON", digest)
    return path


def read(root: Path, monkeypatch: pytest.MonkeyPatch, seed: int = 0) -> Split:
    monkeypatch.setenv("SEODANG_DATA_DIR", str(root))
    return cifar10.cifar10(torch.Generator().manual_seed(seed))


def refusal(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with pytest.raises(DataError) as error:
        read(root, monkeypatch)
    return str(error.value)


@pytest.mark.parametrize("version", [BINARY, PYTHON])
@pytest.mark.parametrize("packed", [True, False])
def test_both_versions_packed_and_unpacked_hold_the_same_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, packed: bool
) -> None:
    archive(tmp_path, version, monkeypatch) if packed else unpacked(tmp_path, version)
    split = read(tmp_path, monkeypatch)
    assert (split.x_train.shape, split.x_test.shape) == ((20, 3072), (4, 3072))
    pixels, labels = images(5)
    torch.testing.assert_close(split.x_test, torch.from_numpy(pixels / 255).float())
    assert split.y_test.tolist() == labels
    known = {tuple(x): y for batch in range(5) for x, y in zip(*(part for part in images(batch)), strict=True)}
    for x, y in zip((split.x_train * 255).round().byte().tolist(), split.y_train.tolist(), strict=True):
        assert known[tuple(x)] == y, "an image lost its label on the way to its place"
    assert not torch.equal(split.y_train, read(tmp_path, monkeypatch, seed=1).y_train)


def test_an_archive_that_was_cut_or_tampered_with_is_refused_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path, BINARY, monkeypatch)
    path.write_bytes(path.read_bytes()[:-10])
    assert refusal(tmp_path, monkeypatch) == (
        f"{path}: not the published file (its sha256 differs); delete it, then: seodang data fetch cifar10 --to {tmp_path}"
    )


AGAIN = "delete it, then: seodang data fetch cifar10"
WRONG: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (lambda content: content[:-1], f"holds 12,291 bytes, no multiple of 3,073; {AGAIN}"),
    "empty": (lambda _content: b"", f"0 images and 0 labels in data_batch_3.bin, not 4; {AGAIN}"),
    "cut between images": (
        lambda content: content[:-3073],
        f"3 images and 3 labels in data_batch_3.bin, not 4; {AGAIN}",
    ),
    "another set's": (lambda content: b"\x0b" + content[1:], "is 11; CIFAR-10 has 0 to 9"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_binary_batch_that_is_wrong_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    spoil, said = WRONG[how]
    file = unpacked(tmp_path, BINARY) / "data_batch_3.bin"
    file.write_bytes(spoil(file.read_bytes()))
    refused = refusal(tmp_path, monkeypatch)
    assert refused.startswith(f"{file.parent}: ")
    assert "data_batch_3.bin" in refused
    assert refused.endswith(said)


@pytest.mark.parametrize("version", [BINARY, PYTHON])
def test_a_missing_batch_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    folder = unpacked(tmp_path, version)
    next(folder.glob("data_batch_2*")).unlink()
    said = refusal(tmp_path, monkeypatch)
    file = "data_batch_2.bin" if version == BINARY else "data_batch_2"
    assert said.startswith(f"{folder}: {file} is missing or cut (")
    assert said.endswith(AGAIN)


class Program:
    """What a pickle must never make us run."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.folder,)


def test_a_pickle_that_would_run_a_program_is_refused_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpacked(tmp_path, PYTHON)
    (folder / "data_batch_1").write_bytes(pickle.dumps({b"data": Program(str(tmp_path / "made")), b"labels": []}, 2))
    said = refusal(tmp_path, monkeypatch)
    assert said.startswith(f"{folder}: data_batch_1 is not a pickle of arrays (it asks for ")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps([1, 2, 3], 2),
        pickle.dumps({b"labels": [1]}, 2),
        pickle.dumps({b"data": np.zeros((2, 10), np.uint8), b"labels": [0, 0]}, 2),
        pickle.dumps({b"data": np.zeros((2, 3072)), b"labels": [0, 0]}, 2),
        pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": ["a", "b"]}, 2),
    ],
)
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    folder = unpacked(tmp_path, PYTHON)
    (folder / "data_batch_1").write_bytes(content)
    assert refusal(tmp_path, monkeypatch) == f"{folder}: data_batch_1 is not a batch of CIFAR-10; {AGAIN}"


def test_labels_that_do_not_belong_to_the_images_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unpacked(tmp_path, PYTHON)
    content = pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]}, 2)
    (folder / "data_batch_1").write_bytes(content)
    assert refusal(tmp_path, monkeypatch) == f"{folder}: 2 images and 1 labels in data_batch_1, not 4; {AGAIN}"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_pickle_that_was_cut_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    folder = unpacked(tmp_path, PYTHON)
    file = folder / "test_batch"
    file.write_bytes(file.read_bytes()[: int(share * len(file.read_bytes()))])
    assert refusal(tmp_path, monkeypatch).startswith(f"{folder}: test_batch is not a pickle of arrays (")


def test_a_batch_pickled_by_the_python_and_numpy_of_today_is_read_like_the_published_ones() -> None:
    pixels, labels = images(1)
    for protocol in (2, 4):
        content = pickle.dumps({b"data": pixels, b"labels": labels}, protocol)
        batch = read_pickle(content, "it")
        assert np.array_equal(batch[b"data"], pixels)
        assert batch[b"labels"] == labels


def test_nothing_of_the_set_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(tmp_path, monkeypatch) == (
        "cifar10: neither cifar-10-binary.tar.gz, cifar-10-batches-bin, cifar-10-python.tar.gz nor cifar-10-batches-py is"
        f" in {tmp_path}; get it: seodang data fetch cifar10 --to {tmp_path}"
    )


def test_an_archive_without_its_batches_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("readme.html"), io.BytesIO())
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    monkeypatch.setitem(cifar10.FILES, path.name, (digest, 1))
    assert refusal(tmp_path, monkeypatch).startswith(f"{path}: data_batch_1.bin is missing or cut (")
