"""Hangul: the arithmetic of syllables, and glyphs that can be told apart."""

import unicodedata

import pytest
import torch

from seodang.data import hangul
from seodang.data.split import DataError


def test_all_11172_compositions_are_those_of_unicode() -> None:
    leads, vowels, tails = (
        [chr(start + i) for i in range(n)]
        for start, n in ((0x1100, hangul.LEADS), (0x1161, hangul.VOWELS), (0x11A7, hangul.TAILS))
    )
    places = [part.tolist() for part in hangul.jamo(torch.arange(hangul.SYLLABLES))]
    assert hangul.SYLLABLES == 11_172
    for code, (lead, vowel, tail) in enumerate(zip(*places, strict=True)):
        syllable = chr(hangul.FIRST + code)
        assert hangul.compose(lead, vowel, tail) == syllable
        jamo = leads[lead] + vowels[vowel] + (tails[tail] if tail else "")
        assert unicodedata.normalize("NFC", jamo) == syllable
    assert hangul.compose(18, 0, 4) == "한"


@pytest.mark.parametrize("jamo", [(19, 0, 0), (0, 21, 0), (0, 0, 28), (-1, 0, 0)])
def test_a_number_that_is_no_jamos_is_refused(jamo: tuple[int, int, int]) -> None:
    with pytest.raises(DataError, match=r"^hangul: lead=.*: below 19, 21 and 28$"):
        hangul.compose(*jamo)


def test_the_font_draws_every_syllable_of_ks_x_1001_inside_its_square_and_no_two_alike() -> None:
    text = "".join(chr(hangul.FIRST + code) for code in hangul.printed().tolist())
    assert len(text) == 2_350
    sheet = hangul.glyphs(text, 24)
    assert sheet.shape == (len(text), 24, 24)
    assert float(sheet.min()) == 0.0
    assert float(sheet.max()) == 1.0
    ink = sheet.mean((1, 2))
    assert float(ink.min()) > 0.05, "an empty glyph"
    assert float(sheet[:, [0, -1], :].max()) == 0.0, "a glyph is cut at the edge"
    different = torch.cdist(sheet.flatten(1), sheet.flatten(1)).fill_diagonal_(torch.inf)
    assert float(different.min()) > 0.5, "two syllables look the same: boxes for what the font lacks?"


def test_targets_are_the_class_and_the_jamo_of_the_glyph() -> None:
    split = hangul.hangul(torch.Generator().manual_seed(0), syllables=30, unseen=5, copies=2, distort=False)
    assert split.x_train.shape == (60, 576)
    assert split.x_test.shape == (70, 576)
    for x, (_class, lead, vowel, tail) in zip(split.x_train[:30], split.y_train[:30].tolist(), strict=True):
        assert torch.equal(x.view(1, 24, 24), hangul.glyphs(hangul.compose(lead, vowel, tail)))
    assert set(split.y_train[:, 0].tolist()) == set(range(30))
    assert set(split.y_test[:, 0].tolist()) == set(range(35)), "five that training did not see"


def test_distorted_glyphs_differ_from_each_other_and_are_still_nearest_to_their_own() -> None:
    draw = torch.Generator().manual_seed(0)
    sheet = hangul.glyphs("가나다라마바사아자차")
    some = hangul.distorted(sheet, draw, shift=0.03, turn=3.0, noise=0.1)
    assert 0 <= float(some.min()) < float(some.max()) <= 1
    nearest = torch.cdist(some.flatten(1), sheet.flatten(1)).argmin(1)
    assert float((nearest == torch.arange(10)).float().mean()) >= 0.9
    assert not torch.equal(some, hangul.distorted(sheet, draw, shift=0.03, turn=3.0, noise=0.1))


def test_without_distortion_a_glyph_stays_and_a_known_shift_moves_it_so_far() -> None:
    sheet = hangul.glyphs("한글")
    same = hangul.distorted(sheet, torch.Generator().manual_seed(0), shift=0.0, turn=0.0, noise=0.0)
    torch.testing.assert_close(same, sheet, atol=1e-5, rtol=0)
    many = hangul.distorted(sheet[:1].repeat(200, 1, 1), torch.Generator().manual_seed(0), shift=0.1, turn=0.0, noise=0.0)
    centre = (many.sum(1) * torch.arange(24)).sum(1) / many.sum((1, 2))
    whole = float((sheet[0].sum(0) * torch.arange(24)).sum() / sheet[0].sum())
    assert float((centre - whole).abs().max()) == pytest.approx(2.4, abs=0.3), "a tenth of 24 pixels at most"


def test_more_syllables_than_there_are_are_refused() -> None:
    with pytest.raises(DataError, match=r"^hangul: syllables=2350 and unseen=1: at least 1, together at most 2,350$"):
        hangul.hangul(torch.Generator(), syllables=2_350, unseen=1)
