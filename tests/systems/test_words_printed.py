"""Printed Hangul: the arithmetic of syllables, what distorted examples are worth, and syllables that no example showed."""

from __future__ import annotations

import unicodedata
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured

from seodang.data import Split
from seodang.data.hangul import FIRST, SYLLABLES, compose, hangul, jamo
from seodang.experiment import Training
from seodang.models.hangul_ocr import JAMO, HangulOCR, jamo_loss, read
from seodang.training import train

pytestmark = pytest.mark.system(name="hangul_ocr")
FADING = partial(torch.optim.lr_scheduler.LinearLR, start_factor=1.0, end_factor=0.02)


def certain(lead: torch.Tensor, vowel: torch.Tensor, tail: torch.Tensor) -> torch.Tensor:
    """(n, 68) scores of a network that knows the jamo."""
    return torch.cat([F.one_hot(part, size).float() for part, size in zip((lead, vowel, tail), JAMO, strict=True)], dim=1)


def test_all_syllables_are_composed_as_unicode_composes_them(measured: Measured) -> None:
    """Of three jamo by the formula, by what 68 outputs name, and by normalization form C of the conjoining jamo."""
    parts = jamo(torch.arange(SYLLABLES))
    named = [chr(FIRST + place) for place in read(certain(*parts)).tolist()]
    right = 0
    for name, (lead, vowel, tail) in zip(named, torch.stack(parts, dim=1).tolist(), strict=True):
        unicode = unicodedata.normalize(
            "NFC", chr(0x1100 + lead) + chr(0x1161 + vowel) + (chr(0x11A7 + tail) if tail else "")
        )
        right += name == compose(lead, vowel, tail) == unicode
    assert right == len(set(named)) == 11_172
    measured("compositions equal to Unicode's", right, must="11,172")
    assert sum(JAMO) == 68
    measured("outputs that name them all", sum(JAMO), must="68 (19 + 21 + 28)")


def seen(generator: torch.Generator, distort: bool) -> Split:
    """Two hundred syllables as classes; distorted ones to test on."""
    split = hangul(generator, 200, copies=10, distort=distort)
    return Split(split.x_train, split.y_train[:, 0], split.x_test, split.y_test[:, 0])


@pytest.mark.slow
def test_distorted_examples_teach_to_read_distorted_print(measured: Measured) -> None:
    accuracies: dict[bool, list[float]] = {}
    for distort in (True, False):
        training = Training(
            data=partial(seen, distort=distort),
            model=partial(HangulOCR, channels=8, hidden=64, outputs=200),
            loss=F.cross_entropy,
            optimizer=partial(torch.optim.Adam, lr=0.005),
            schedule=partial(FADING, total_iters=400),
            steps=400,
        )
        accuracies[distort] = [trained.accuracy() for trained in train(training, (0, 1, 2), threads=1, strategy="loop")]
    gain = min(a - b for a, b in zip(accuracies[True], accuracies[False], strict=True))
    assert gain >= 0.15
    measured("accuracy on distorted print, 200 syllables, trained on distorted print", sum(accuracies[True]) / 3, n=3)
    measured("… on clean print", sum(accuracies[False]) / 3, n=3)
    measured("smallest gain", gain, must="≥ 0.15", n=3)


UNSEEN = 250


def unseen(generator: torch.Generator) -> Split:
    """Jamo of 2,100 syllables to train on; to test on are others only."""
    split = hangul(generator, 2_100, UNSEEN, copies=6)
    new = split.y_test[:, 0] >= 2_100
    return Split(split.x_train, split.y_train[:, 1:], split.x_test[new], split.y_test[new, 1:])


@pytest.mark.slow
def test_jamo_name_syllables_that_no_example_showed(measured: Measured) -> None:
    """A softmax over the 2,100 has no output for any of them: it is right 0 times."""
    training = Training(
        data=unseen,
        model=partial(HangulOCR, channels=16, hidden=128),
        loss=jamo_loss,
        optimizer=partial(torch.optim.Adam, lr=0.005),
        schedule=partial(FADING, total_iters=2_000),
        steps=2_000,
    )
    trained = train(training, [0], threads=1, strategy="loop")[0]
    lead, vowel, tail = trained.y_test.unbind(1)
    with torch.no_grad():
        named = read(trained.model(trained.x_test))
    right = float((named == read(certain(lead, vowel, tail))).float().mean())
    shown = set(read(certain(*trained.y_train.unbind(1))).tolist())
    assert not shown & set(read(certain(lead, vowel, tail)).tolist())
    assert right >= 0.7
    measured(f"share read of {UNSEEN} syllables that no example showed, distorted, by jamo", right, must="≥ 0.7", n=1)
