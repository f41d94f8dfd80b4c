"""Pictures: Korean is set in the shipped font, and a wrong file name is refused with a reason."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from figures.evidences import ENGLISH, KOREAN, evidence, relu_over_sigmoid

from seodang.figures import FONT_DIRECTORY, FigureError, Labels, figure, save, to_png, to_svg


def png_of(title: str) -> str:
    """The hash of a picture that differs only in its title."""
    chart = figure(evidence({"a": {"m": (1.0, 2.0)}}), Labels(title))
    return hashlib.sha256(to_png(chart, scale=1)).hexdigest()


def test_korean_syllables_are_drawn_each_as_itself() -> None:
    # Without a Korean font every syllable would be the same empty box.
    assert len({png_of(syllable) for syllable in ["가", "나", "뷁", "힣", "ㄱ", "A"]}) == 6


def test_a_saved_svg_names_the_shipped_font_and_keeps_its_words_as_text(tmp_path: Path) -> None:
    svg = save(figure(relu_over_sigmoid(), KOREAN, "ko"), tmp_path / "figure.svg").read_text(encoding="utf-8")
    assert "NanumSquare" in svg
    assert "테스트 정확도" in svg


def test_a_saved_png_is_a_png(tmp_path: Path) -> None:
    content = save(figure(relu_over_sigmoid(3), ENGLISH), tmp_path / "FIGURE.PNG").read_bytes()
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [343, 640])
def test_a_figure_is_as_wide_as_asked(width: int) -> None:
    svg = to_svg(figure(relu_over_sigmoid(), KOREAN, "ko", width=width))
    drawn = float(svg.partition('width="')[2].partition('"')[0])
    assert abs(drawn - width) <= 12


def test_another_file_ending_is_refused_with_the_two_that_work(tmp_path: Path) -> None:
    with pytest.raises(FigureError) as refused:
        save(figure(relu_over_sigmoid(3), ENGLISH), tmp_path / "figure.pdf")
    assert str(refused.value) == "cannot save a figure as 'figure.pdf': the file name must end in .svg or .png"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FigureError, match=r"the folder .*missing does not exist, create it first"):
        save(figure(relu_over_sigmoid(3), ENGLISH), tmp_path / "missing" / "figure.svg")


def test_the_font_is_shipped_with_its_licence() -> None:
    assert [path.name for path in sorted(FONT_DIRECTORY.iterdir())] == ["NanumSquareR.ttf", "OFL.txt"]
    assert "SIL OPEN FONT LICENSE" in (FONT_DIRECTORY / "OFL.txt").read_text(encoding="utf-8")
    assert (FONT_DIRECTORY / "NanumSquareR.ttf").stat().st_size < 2_000_000
