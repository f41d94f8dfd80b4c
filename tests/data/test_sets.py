"""Every data set there is, found by reading: what its docstring says of it is what one gets."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import torch

from seodang.data import sets
from seodang.data.images import NAMES
from seodang.data.sets import DataSet, dataset, datasets
from seodang.data.split import DataError

EMBEDDED = [each for each in datasets() if each.kind == "embedded"]
NAMED = [each for each in datasets() if each.kind == "named"]


def drawn(one: DataSet, seed: int = 0) -> Any:
    """A draw with every argument as it comes; one without a default is 10."""
    make = getattr(importlib.import_module(f"seodang.data.{one.name}"), one.name)
    needed = [p.name for p in inspect.signature(make).parameters.values() if p.default is p.empty][1:]
    return make(torch.Generator().manual_seed(seed), **dict.fromkeys(needed, 10))


def test_every_set_of_images_and_every_named_set_is_found() -> None:
    found = {each.name for each in datasets()}
    assert found >= set(NAMES)
    assert [each.name for each in NAMED] == [
        *("cifar10", "fashion_mnist", "imdb", "kmnist", "mnist", "movielens_100k", "text8")
    ]
    assert {"adding", "hangul", "ratings"} <= found
    assert not {"split", "images", "files", "sets", "quadratic"} & found, "files of the room that hold no set"


@pytest.mark.parametrize("one", EMBEDDED, ids=lambda one: one.name)
def test_a_draw_has_the_shape_and_the_classes_that_are_documented(one: DataSet) -> None:
    x, y = drawn(one)[:2]
    assert x.ndim == len(one.shape)
    for size, documented in zip(x.shape, one.shape, strict=True):
        assert size == documented or isinstance(documented, str)
    if one.classes is not None:
        assert set(y.unique().tolist()) <= set(range(int(one.classes)))
        assert int(y.max()) == int(one.classes) - 1, "the last class is there"


@pytest.mark.parametrize("one", EMBEDDED, ids=lambda one: one.name)
def test_the_same_seed_draws_the_same_another_anew_and_global_random_state_is_left_alone(one: DataSet) -> None:
    before = torch.get_rng_state()
    first, again, other = drawn(one), drawn(one), drawn(one, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    tensors = [each for each in first if isinstance(each, torch.Tensor)]
    assert all(torch.equal(a, b) for a, b in zip(tensors, [e for e in again if isinstance(e, torch.Tensor)], strict=True))
    assert not torch.equal(first[0], other[0])


@pytest.mark.parametrize("one", datasets(), ids=lambda one: one.name)
def test_a_set_says_what_it_is_what_it_holds_and_its_licence(one: DataSet) -> None:
    assert one.about
    assert one.holds.startswith(("(", "A fresh")), "the docstring of its function begins with a shape"
    assert one.shape
    assert one.licence


@pytest.mark.parametrize("one", NAMED, ids=lambda one: one.name)
def test_a_named_set_has_the_checksum_and_the_size_of_each_file_and_where_to_get_it(one: DataSet) -> None:
    for checksum, size in one.files.values():
        kind, _, digest = checksum.partition(":")
        assert len(digest) == {"md5": 32, "sha1": 40, "sha256": 64}[kind]
        assert int(digest, 16) > 0
        assert size > 0
    assert one.mirrors
    assert all(mirror.startswith(("https://", "http://")) and mirror.endswith("/") for mirror in one.mirrors)


def test_a_set_that_is_dropped_into_the_room_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = '"""Dice: one throw each."""\n\nSIDES = 6\n\n\n'
    made = 'def dice(generator, throws=4):\n    """(throws, 2*throws-1) throws, classes 0..SIDES-1."""\n'
    (tmp_path / "dice.py").write_text(said + made, encoding="utf-8")
    (tmp_path / "tool.py").write_text('"""No set."""\n\n\ndef tool(name):\n    """(1, 2) no."""\n', encoding="utf-8")
    monkeypatch.setattr(sets, "HERE", tmp_path)
    (found,) = datasets.__wrapped__()
    assert (found.name, found.about, found.shape, found.classes) == ("dice", "Dice: one throw each", (4, 7), 6)
    assert (found.kind, found.present(tmp_path)) == ("embedded", None)


def test_a_name_is_understood_with_hyphens_and_a_wrong_one_is_answered_with_the_near_one() -> None:
    assert dataset("fashion-mnist").name == "fashion_mnist"
    with pytest.raises(DataError, match=r"^movilens-100k: no such data set; did you mean movielens_100k\?$"):
        dataset("movilens-100k")
    with pytest.raises(DataError, match=r"^zzz: no such data set; there is adding, brackets, "):
        dataset("zzz")


def test_a_set_is_present_when_all_its_files_or_what_they_unpack_to_are_there(tmp_path: Path) -> None:
    one = dataset("mnist")
    names = list(one.files)
    for name in names[:-1]:
        (tmp_path / name).touch()
    assert one.present(tmp_path) is False
    assert one.state(names[-1], tmp_path) == "missing"
    (tmp_path / names[-1].removesuffix(".gz")).touch()
    assert one.present(tmp_path) is True
    assert [one.state(name, tmp_path) for name in names] == ["other", "other", "other", "unpacked"]
    assert dataset("kmnist").present(tmp_path) is False, "these are MNIST's"
    (tmp_path / "aclImdb").mkdir()
    assert dataset("imdb").present(tmp_path) is True
