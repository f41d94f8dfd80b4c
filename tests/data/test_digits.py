"""The embedded digits and what every data set returns."""

import pytest
import torch

from seodang.data import Split, images
from seodang.data.digits import TEST, digits, everything
from seodang.data.images import NAMES
from seodang.data.split import DataError


def drawn(seed: int) -> Split:
    return digits(torch.Generator().manual_seed(seed))


def test_a_split_has_all_1797_digits_as_flat_pixels_between_nought_and_one() -> None:
    split = drawn(0)
    assert split.x_train.shape == (1797 - TEST, 64)
    assert split.x_test.shape == (TEST, 64)
    assert split.y_train.shape == (1797 - TEST,)
    for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test)):
        assert (x.dtype, y.dtype) == (torch.float32, torch.int64)
        assert (float(x.min()), float(x.max())) == (0.0, 1.0)
        assert set(y.tolist()) == set(range(10))


def test_a_split_loses_and_repeats_no_image_and_keeps_its_label() -> None:
    split, (x, y) = drawn(3), everything()
    whole = torch.cat([torch.cat([split.x_train, split.x_test]), torch.cat([split.y_train, split.y_test])[:, None]], 1)
    original = torch.cat([x, y[:, None]], 1)
    assert sorted(map(tuple, whole.tolist())) == sorted(map(tuple, original.tolist()))


def test_every_seed_draws_another_split_and_the_same_seed_the_same() -> None:
    assert torch.equal(drawn(0).y_test, drawn(0).y_test)
    assert not torch.equal(drawn(0).y_test, drawn(1).y_test)
    overlap = len(set(map(tuple, drawn(0).x_test.tolist())) & set(map(tuple, drawn(1).x_test.tolist())))
    assert overlap == pytest.approx(TEST * TEST / 1797, abs=50), "test sets should share what chance lets them share"


def test_a_split_changed_in_place_leaves_the_next_one_whole() -> None:
    drawn(0).x_train.fill_(7)
    assert float(drawn(0).x_train.max()) == 1.0


def test_the_first_n_keep_the_test_set() -> None:
    split = drawn(0).first(100)
    assert len(split.x_train) == len(split.y_train) == 100
    assert len(split.x_test) == TEST


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_noisy_labels_are_redrawn_on_that_share_of_the_training_samples_alone(share: float) -> None:
    clean = drawn(0)
    noisy = clean.noisy(share, 10, torch.Generator().manual_seed(1))
    changed = float((noisy.y_train != clean.y_train).float().mean())
    assert changed == pytest.approx(share * 0.9, abs=0.03), "a tenth of the redrawn labels is right by chance"
    assert torch.equal(noisy.y_test, clean.y_test)
    assert torch.equal(noisy.x_train, clean.x_train)
    assert int(noisy.y_train.max()) <= 9


def test_sets_of_images_are_known_by_name() -> None:
    assert NAMES == ("digits", "mnist", "fashion_mnist", "kmnist", "cifar10", "shapes")
    sizes = [(images(name).pixels, images(name).classes) for name in NAMES]
    assert sizes == [(64, 10), (784, 10), (784, 10), (784, 10), (3072, 10), (3072, 16)]
    with pytest.raises(
        DataError, match=r"^cifar: no such data set; there is digits, mnist, fashion_mnist, kmnist, cifar10, "
    ):
        images("cifar")
