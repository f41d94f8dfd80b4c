"""text8, from its zip and as the text itself."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from seodang.data import text8
from seodang.data.split import DataError

TEXT = (" anarchism originated as a term of abuse" * 60).encode()


@pytest.fixture(autouse=True)
def a_shorter_text(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the published text were a few sentences, the last tenth to test on."""
    monkeypatch.setattr(text8, "TEXT", hashlib.md5(TEXT).hexdigest())
    monkeypatch.setattr(text8, "TRAIN", len(TEXT) * 9 // 10)
    monkeypatch.setattr(text8, "TEST", len(TEXT) // 10)
    yield
    text8.everything.cache_clear()


@pytest.fixture(params=["text8.zip", "text8"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / str(request.param)
    if path.suffix:
        pack(path, TEXT, monkeypatch)
    else:
        path.write_bytes(TEXT)
    monkeypatch.setenv("SEODANG_DATA_DIR", str(tmp_path))
    return tmp_path


def pack(path: Path, text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("text8", text)
    monkeypatch.setitem(text8.FILES, path.name, (f"sha1:{hashlib.sha1(path.read_bytes()).hexdigest()}", 1))


@pytest.mark.usefixtures("folder")
def test_windows_of_letters_are_followed_by_the_next_letter() -> None:
    split = text8.text8(torch.Generator().manual_seed(0), length=12, train=30, test=10)
    assert (split.x_train.shape, split.x_test.shape) == ((30, 12), (10, 12))
    assert torch.equal(split.x_train[:, 1:], split.y_train[:, :-1])
    said = text8.say(split.x_train[0], split.y_train[0])
    assert said in TEXT.decode()
    assert (int(split.x_train.min()), split.x_train.dtype) == (0, torch.int64)


def test_the_words_are_those_of_the_text(folder: Path) -> None:
    assert text8.words(folder)[:3] == ["anarchism", "originated", "as"]


def test_a_text_that_was_cut_or_changed_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = folder.iterdir()
    if path.suffix:
        pack(path, TEXT[:-1], monkeypatch)
    else:
        path.write_bytes(TEXT[:-1])
    with pytest.raises(DataError) as error:
        text8.everything(folder)
    assert str(error.value) == (
        f"{path}: not the published text (its md5 differs); delete it, then: seodang data fetch text8"
    )


def test_an_archive_that_is_not_the_published_one_or_none_at_all_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "text8.zip"
    path.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(DataError, match=r"not the published file \(its sha1 differs\)"):
        text8.everything(tmp_path)
    monkeypatch.setitem(text8.FILES, path.name, (f"sha1:{hashlib.sha1(path.read_bytes()).hexdigest()}", 1))
    with pytest.raises(DataError, match=r"not whole \(.*\); delete it, then: seodang data fetch text8$"):
        text8.everything(tmp_path)
