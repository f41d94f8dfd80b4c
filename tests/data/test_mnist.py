"""MNIST and the sets in its format: the real files where they are at hand, and spoilt ones refused by name."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from seodang.data import fashion_mnist, idx, kmnist
from seodang.data.files import directory
from seodang.data.mnist import mnist
from seodang.data.split import DataError, Split

FILES = dict(zip(("x_train", "y_train", "x_test", "y_test"), idx.PARTS, strict=True))


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Files that were read stay in memory by folder; not from one test to the next."""
    yield
    idx.everything.cache_clear()


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int = 0) -> Split:
    monkeypatch.setenv("SEODANG_DATA_DIR", str(folder))
    return mnist(torch.Generator().manual_seed(seed))


# ------------------------------------------------------------------------------------------------------------- real files


def test_the_real_files_hold_their_images_as_flat_pixels_between_nought_and_one(
    real_mnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = read(real_mnist, monkeypatch)
    assert split.x_train.shape == (10_000, 784)
    assert split.x_test.shape == (10_000, 784)
    for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test)):
        assert (x.dtype, y.dtype) == (torch.float32, torch.int64)
        assert (float(x.min()), float(x.max())) == (0.0, 1.0)
        assert 0.12 < float(x.mean()) < 0.14
        assert len(set(y.tolist())) == 10
    assert int((split.y_test == 1).sum()) == 1135, "the official test images hold 1,135 ones"


def test_the_official_test_images_stay_and_a_seed_draws_the_order_of_the_training_images(
    real_mnist: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = (read(real_mnist, monkeypatch, seed) for seed in (0, 1))
    assert torch.equal(one.x_test, other.x_test)
    assert not torch.equal(one.y_train, other.y_train)
    assert torch.equal(one.y_train.sort().values, other.y_train.sort().values)
    zeros = one.x_train[one.y_train == 0].mean(0)
    assert torch.allclose(zeros, other.x_train[other.y_train == 0].mean(0), atol=1e-5), "labels lost their images"


# ------------------------------------------------------------------------------------------------------------ spoilt files


def idx_file(values: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four small files as MNIST's are: 30 training and 20 test images."""
    generator = np.random.default_rng(0)
    for part, count in (("train", 30), ("test", 20)):
        pixels = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, count, dtype=np.uint8)
        (tmp_path / f"{FILES[f'x_{part}']}.gz").write_bytes(gzip.compress(idx_file(pixels)))
        (tmp_path / FILES[f"y_{part}"]).write_bytes(idx_file(labels))
    return tmp_path


def refusal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    with pytest.raises(DataError) as error:
        read(folder, monkeypatch)
    return str(error.value)


X_TRAIN, Y_TRAIN, Y_TEST = f"{FILES['x_train']}.gz", FILES["y_train"], FILES["y_test"]


def test_files_are_read_gzipped_or_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = read(folder, monkeypatch)
    assert split.x_train.shape == (30, 784)
    assert split.y_test.shape == (20,)
    before = split.x_train.clone()
    content = gzip.decompress((folder / X_TRAIN).read_bytes())
    (folder / X_TRAIN).unlink()
    (folder / FILES["x_train"]).write_bytes(content)
    idx.everything.cache_clear()
    assert torch.equal(read(folder, monkeypatch).x_train, before)


def test_a_missing_file_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / X_TRAIN).unlink()
    assert refusal(folder, monkeypatch) == (
        f"mnist: neither {X_TRAIN} nor {FILES['x_train']} is in {folder}; get it: seodang data fetch mnist --to {folder}"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_gzip_file_that_was_cut_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    whole = (folder / X_TRAIN).read_bytes()
    (folder / X_TRAIN).write_bytes(whole[: int(len(whole) * share)])
    said = refusal(folder, monkeypatch)
    assert said.startswith(f"{folder / X_TRAIN}: not a whole gzip file (")
    assert said.endswith("); fetch it again")


def test_a_gzip_file_that_was_tampered_with_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray((folder / X_TRAIN).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (folder / X_TRAIN).write_bytes(bytes(content))
    assert refusal(folder, monkeypatch).startswith(f"{folder / X_TRAIN}: not a whole gzip file (")


def test_a_file_that_is_not_gzip_though_it_says_so_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / X_TRAIN).write_text("<html>404 not found</html>")
    assert refusal(folder, monkeypatch).startswith(f"{folder / X_TRAIN}: not a whole gzip file (")


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\x08", b"\0\0\x0d\x01\0\0\0\0", b"\0\0\x08\x03" + bytes(12), b"garbage and more"]
)
def test_a_file_with_the_wrong_first_bytes_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    (folder / Y_TRAIN).write_bytes(content)
    assert refusal(folder, monkeypatch) == f"{folder / Y_TRAIN}: not an IDX file of 1-dimensional bytes"


@pytest.mark.parametrize(("change", "held"), [(-5, 25), (3, 33)])
def test_a_plain_file_that_was_cut_or_extended_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: int, held: int
) -> None:
    content = (folder / Y_TRAIN).read_bytes()
    (folder / Y_TRAIN).write_bytes(content[:change] if change < 0 else content + bytes(change))
    assert refusal(folder, monkeypatch) == (
        f"{folder / Y_TRAIN}: holds {held} values, its header says 30; the file was cut or extended"
    )


def test_a_header_that_promises_more_than_any_memory_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / X_TRAIN).write_bytes(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, 2**32 - 1, 2**16, 2**16) + bytes(10)))
    said = refusal(folder, monkeypatch)
    assert said.startswith(f"{folder / X_TRAIN}: holds 10 values, its header says 18,446,744,069,414,584,320;")


def test_labels_that_do_not_belong_to_the_images_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / Y_TEST).write_bytes((folder / Y_TRAIN).read_bytes())
    assert refusal(folder, monkeypatch) == (f"{folder / Y_TEST}: 30 labels for 20 images; the files do not belong together")


def test_a_label_that_is_no_digit_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / Y_TRAIN).write_bytes(idx_file(np.full(30, 11, np.uint8)))
    assert refusal(folder, monkeypatch) == f"{folder / Y_TRAIN}: a label is 11; MNIST has 0 to 9"


def test_images_of_another_size_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / X_TRAIN).write_bytes(gzip.compress(idx_file(np.zeros((30, 32, 32), np.uint8))))
    assert refusal(folder, monkeypatch) == f"{folder / X_TRAIN}: images of 32 x 32 pixels; MNIST has 28 x 28"


def test_files_without_images_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / X_TRAIN).write_bytes(gzip.compress(idx_file(np.zeros((0, 28, 28), np.uint8))))
    (folder / Y_TRAIN).write_bytes(idx_file(np.zeros(0, np.uint8)))
    assert refusal(folder, monkeypatch) == f"{folder / X_TRAIN}: holds no images"


def test_no_folder_and_a_folder_that_is_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEODANG_DATA_DIR", raising=False)
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "home"))
    with pytest.raises(DataError) as error:
        directory("mnist", X_TRAIN)
    assert str(error.value) == (
        f"mnist: no folder given; pass --data-dir DIR, a folder that holds {X_TRAIN}, or: seodang data fetch mnist"
    )
    missing = tmp_path / "missing"
    assert refusal(missing, monkeypatch) == f"mnist: --data-dir {missing} is not a folder"


def test_what_was_fetched_without_naming_a_folder_is_found_without_naming_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEODANG_DATA_DIR", raising=False)
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "data").mkdir(parents=True)
    folder_of_the_set = tmp_path / "home" / "data" / "mnist"
    folder_of_the_set.mkdir()
    for file in folder.glob("*ubyte*"):
        file.rename(folder_of_the_set / file.name)
    assert mnist(torch.Generator().manual_seed(0)).x_train.shape == (30, 784)


# ------------------------------------------------------------------------------------------- sets whose files have the names

OTHERS = {"fashion_mnist": fashion_mnist.fashion_mnist, "kmnist": kmnist.kmnist}


@pytest.mark.parametrize("name", OTHERS)
def test_a_set_in_mnists_format_is_read_from_a_folder_of_its_own_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    own = folder / name
    own.mkdir()
    for part, values in (("x_train", 4), ("y_train", 3), ("x_test", 2), ("y_test", 1)):
        shape = (12, 28, 28) if part.startswith("x") else (12,)
        (own / FILES[part]).write_bytes(idx_file(np.full(shape, values, np.uint8)))
    monkeypatch.setenv("SEODANG_DATA_DIR", str(folder))
    split = OTHERS[name](torch.Generator().manual_seed(0))
    assert split.x_train.shape == (12, 784)
    assert set(split.y_train.tolist()) == {3}, "not MNIST's files, which lie in the folder itself"


@pytest.mark.parametrize("name", OTHERS)
def test_mnists_files_are_not_taken_for_another_sets(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("SEODANG_DATA_DIR", str(folder))
    with pytest.raises(
        DataError, match=f"^{name}: neither {X_TRAIN} nor .* is in {folder / name}; get it: seodang data fetch"
    ):
        OTHERS[name](torch.Generator())


@pytest.mark.parametrize("name", OTHERS)
def test_mnists_real_labels_in_another_sets_folder_are_refused(
    real_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).symlink_to(real_mnist, target_is_directory=True)
    monkeypatch.setenv("SEODANG_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz: MNIST's labels, not "):
        OTHERS[name](torch.Generator())
