"""MovieLens-100k, from its zip and from its folder."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from seodang.data import movielens_100k
from seodang.data.split import DataError

START = 874_724_710
RATINGS = [
    (user, item, 1 + (user + item) % 5, START + 40_000 * (user + item)) for user in (1, 2, 3) for item in (1, 2, 3, 4, 5)
]
DATA = "".join(f"{user}\t{item}\t{stars}\t{second}\n" for user, item, stars, second in RATINGS)
ITEMS = "".join(f"{i}|{title}|01-Jan-1995||http://example/{i}|0|0\n" for i, title in enumerate(["Ä", "B", "C", "D", "E"], 1))


@pytest.fixture(autouse=True)
def few_ratings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(movielens_100k, "RATINGS", 15)
    monkeypatch.setattr(movielens_100k, "ITEMS", 5)
    yield
    movielens_100k.everything.cache_clear()


def lay(root: Path, kind: str, monkeypatch: pytest.MonkeyPatch, data: str = DATA, items: str = ITEMS) -> Path:
    """The files in their original form: u.data in ASCII with tabs, u.item in Latin-1 with bars."""
    monkeypatch.setenv("SEODANG_DATA_DIR", str(root))
    files = {"u.data": data.encode("ascii"), "u.item": items.encode("latin1")}
    if kind == "folder":
        (root / "ml-100k").mkdir()
        for name, content in files.items():
            (root / "ml-100k" / name).write_bytes(content)
        return root / "ml-100k"
    path = root / "ml-100k.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"ml-100k/{name}", content)
    monkeypatch.setitem(movielens_100k.FILES, path.name, (f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}", 1))
    return path


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_ratings_are_read_with_users_items_days_and_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    lay(tmp_path, kind, monkeypatch)
    split = movielens_100k.movielens_100k(torch.Generator().manual_seed(0))
    assert (split.x_train.shape, split.x_test.shape) == ((12, 3), (3, 3))
    rows = torch.cat(
        [torch.cat([split.x_train, split.x_test]).float(), torch.cat([split.y_train, split.y_test])[:, None]], 1
    )
    first = START + 40_000 * 2
    wanted = [[user - 1, item - 1, (second - first) // 86_400, stars] for user, item, stars, second in RATINGS]
    assert sorted(rows.tolist()) == sorted(wanted)
    assert movielens_100k.everything(tmp_path).titles == ("Ä", "B", "C", "D", "E")


@pytest.mark.parametrize(
    ("data", "items", "said"),
    [
        (DATA[:-20], ITEMS, "not whole ("),
        (DATA[:-3], ITEMS, "a rating of another time"),
        ("".join(DATA.splitlines(keepends=True)[:9]), ITEMS, "9 ratings and 5 films, not 15 and 5"),
        (DATA.replace("\t", ","), ITEMS, "not whole ("),
        (DATA.replace("1\t1\t3", "1\t1\t9"), ITEMS, "a user, a film or a number of stars that cannot be"),
        (DATA.replace("1\t5\t2", "1\t7\t2"), ITEMS, "a user, a film or a number of stars that cannot be"),
        ("1\t1\t3\n" * 15, ITEMS, "u.data has no four columns"),
        (DATA, "no bars", "not whole ("),
    ],
)
def test_a_spoilt_file_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, items: str, said: str
) -> None:
    path = lay(tmp_path, "folder", monkeypatch, data, items)
    with pytest.raises(DataError) as error:
        movielens_100k.everything(tmp_path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert str(error.value).endswith("; delete it, then: seodang data fetch movielens_100k")


def test_an_archive_that_was_tampered_with_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path, "zip", monkeypatch)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataError, match=r"not the published file \(its sha256 differs\); delete it, then: "):
        movielens_100k.everything(tmp_path)


def test_a_rating_is_said_in_words() -> None:
    assert movielens_100k.say(torch.tensor([3, 5, 7]), torch.tensor(4.0)) == "user 3, item 5, day 7: 4 stars"
