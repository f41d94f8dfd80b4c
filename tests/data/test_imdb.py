"""IMDB's reviews, from the archive and from its folder."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from seodang.data import imdb
from seodang.data.split import DataError

REVIEWS = {
    "aclImdb/train/pos/0_9.txt": "A great film.<br /><br />Great, great!",
    "aclImdb/train/pos/1_7.txt": "I liked the music.",
    "aclImdb/train/neg/0_3.txt": "The film isn't good.",
    "aclImdb/train/neg/1_1.txt": "A dull film, the film of a bore.",
    "aclImdb/test/pos/10_10.txt": "great zebras",
    "aclImdb/test/pos/11_8.txt": "great",
    "aclImdb/test/neg/3_2.txt": "bore",
    "aclImdb/test/neg/2_4.txt": "the film " * 8 + "end",
    "aclImdb/train/unsup/0_0.txt": "Nobody rated this one.",
    "aclImdb/train/labeledBow.feat": "9 0:9",
    "aclImdb/README": "Large Movie Review Dataset v1.0",
}


@pytest.fixture(autouse=True)
def few_reviews(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(imdb, "EACH", 2)
    yield
    for remembered in (imdb.everything, imdb.ranked, imdb._numbered):
        remembered.cache_clear()


@pytest.fixture(params=["packed", "unpacked"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEODANG_DATA_DIR", str(tmp_path))
    if request.param == "unpacked":
        for name, text in REVIEWS.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path
    pack(tmp_path, REVIEWS, monkeypatch)
    return tmp_path


def pack(folder: Path, reviews: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "aclImdb_v1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in reviews.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    monkeypatch.setitem(imdb.FILES, path.name, (f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}", 1))
    return path


def test_reviews_are_read_with_their_opinion_and_the_unrated_left_out(folder: Path) -> None:
    reviews = imdb.everything(folder)
    opinions = dict(zip((*reviews.train, *reviews.test), [*reviews.y_train.tolist(), *reviews.y_test.tolist()], strict=True))
    rated = {text: int("pos" in name) for name, text in REVIEWS.items() if "neg" in name or "pos" in name}
    assert opinions == rated


@pytest.mark.usefixtures("folder")
def test_words_count_from_the_most_frequent_of_training_and_long_reviews_keep_their_end() -> None:
    split = imdb.imdb(torch.Generator().manual_seed(0), vocabulary=4, length=5)
    assert (split.x_train.shape, split.x_test.shape) == ((4, 5), (4, 5))
    assert split.x_train.dtype == torch.int64
    film, second = 2, 3  # film occurs four times, then a, great and the three times each: a
    zebras, long = [0, 0, 0, 1, 1], [1, film, 1, film, 1]  # great is not among the first two, zebras not in training at all
    assert zebras in split.x_test.tolist()
    assert long in split.x_test.tolist()
    assert int(split.x_train.max()) == second


@pytest.mark.usefixtures("folder")
def test_a_review_is_said_in_its_words() -> None:
    split = imdb.imdb(torch.Generator().manual_seed(0), length=8)
    said = {imdb.say(x, y) for x, y in zip(split.x_train, split.y_train, strict=True)}
    assert "the film isn't good → unfavourable" in said
    assert "a great film great great ! → favourable" in said


def test_an_archive_that_was_tampered_with_and_one_without_reviews_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path, {"aclImdb/README": "nothing else"}, monkeypatch)
    with pytest.raises(DataError) as error:
        imdb.everything(tmp_path)
    assert (
        str(error.value) == f"{path}: 0 pos and 0 neg reviews in train, not 2 each; delete it, then: seodang data fetch imdb"
    )
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataError, match=r"not the published file \(its sha256 differs\); delete it, then: "):
        imdb.everything(tmp_path)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "aclImdb_v1.tar.gz"
    path.write_text("<html>moved</html>")
    monkeypatch.setitem(imdb.FILES, path.name, (f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}", 1))
    with pytest.raises(DataError, match=r"(?s): not whole \(.*\); delete it, then: seodang data fetch imdb$"):
        imdb.everything(tmp_path)


@pytest.mark.usefixtures("folder")
def test_a_vocabulary_without_room_for_a_word_is_refused() -> None:
    with pytest.raises(DataError, match=r"^imdb: vocabulary=2, length=5: at least 3 and 1$"):
        imdb.imdb(torch.Generator(), vocabulary=2, length=5)
