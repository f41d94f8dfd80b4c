"""Markdown becomes safe HTML and readable terminal text, in Korean too."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seodang.library import BookError
from seodang.library.formula import in_unicode
from seodang.library.markdown import to_html
from seodang.library.terminal import to_terminal


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**드롭아웃(dropout)**은 좋다", "<strong>드롭아웃(dropout)</strong>은 좋다"),
        ("**‘과적합’**이라고 한다", "<strong>‘과적합’</strong>이라고 한다"),
        ("**95%**가 맞다", "<strong>95%</strong>가 맞다"),
        ("이것은**(가)**이다", "이것은<strong>(가)</strong>이다"),
        ("*기울기(gradient)*를", "<em>기울기(gradient)</em>를"),
        ("**$x$**는", "<strong><math><mi>x</mi></math></strong>는"),
        ("**굵게** 그리고 *기울게*", "<strong>굵게</strong> 그리고 <em>기울게</em>"),
    ],
)
def test_emphasis_beside_a_particle_is_emphasis(text: str, html: str) -> None:
    assert to_html(text) == f"<p>{html}</p>\n"


@pytest.mark.parametrize("text", ["2 * 3 * 4", "a**(b)**c", "별 ** 둘 ** 별", "snake_case_name"])
def test_stars_that_emphasize_nothing_stay(text: str) -> None:
    assert to_html(text) == f"<p>{text}</p>\n"


def test_money_is_no_formula() -> None:
    assert to_html("값은 $5 와 $6 이다") == "<p>값은 $5 와 $6 이다</p>\n"


def test_a_formula_is_mathml() -> None:
    assert to_html("$x^2$은") == "<p><math><msup><mi>x</mi><mn>2</mn></msup></math>은</p>\n"
    shown = to_html("$$\n\\frac{1}{4}\n$$")
    assert shown.startswith('<div class="formula" tabindex="0"><math display="block"><mfrac>')


def test_raw_html_and_script_links_are_not_let_through() -> None:
    assert to_html("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"
    assert "href" not in to_html("[a](javascript:alert(1))")
    assert "<b>" not in to_html("$\\text{<b>}$")


def test_a_formula_that_cannot_be_set_is_told_with_file_and_line() -> None:
    with pytest.raises(BookError) as error:
        to_html("one\n\ntwo\nthree $\\foo x$", Path("page.ko.md"), 20)
    assert str(error.value) == (
        'page.ko.md:23: the formula `\\foo x` cannot be set: Unknown command "\\foo". Write it with other LaTeX.'
    )


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sigma'(x) \le \frac{1}{4}", "σ′(x) ≤ 1/4"),
        (r"\prod_{i=1}^{L} \lVert W_i \rVert", "∏ᵢ₌₁ᴸ ‖Wᵢ‖"),
        (r"\sum_{j \ne y} \max(0, s_j - s_y + 1)", "∑_(j≠y) max(0, sⱼ − s_y + 1)"),
        (r"\frac{\partial L}{\partial w}", "∂L/∂w"),
        (r"\sigma(x)=\frac{1}{1+e^{-x}}", "σ(x) = 1/(1 + e⁻ˣ)"),
        (r"\frac{\hat m}{\sqrt{\hat v}+\epsilon}", "m̂/(√v̂ + ϵ)"),
        (r"73{,}792", "73,792"),
        (r"\sigma^2=\frac{1}{3n}", "σ² = 1/(3n)"),
        (r"\text{Var}(w) = \frac{2}{n_\text{in}}", "Var(w) = 2/nᵢₙ"),
        (r"-\log p", "−log p"),
        (r"\min_G \max_D V", "min_G max_D V"),
        (r"f: \mathbb{R}^n \to \mathbb{R}", "f: ℝⁿ → ℝ"),
        (r"\log\left(\frac{a+b}{c}\right)", "log((a + b)/c)"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b\nc = d"),
        (r"0.25^{10} \approx 10^{-6}", "0.25¹⁰ ≈ 10⁻⁶"),
        (r"\underbrace{(f - g)^2}_{\text{bias}^2} + \underbrace{s}_{\text{noise}}", "(f − g)² [bias²] + s [noise]"),
        (r"\binom{K}{k} \Big(1 - \frac{k}{K}\Big)^n", "C(K, k)(1 − k/K)ⁿ"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
        (r"\underset{\text{model}}{f}(x)", "f [model](x)"),
    ],
)
def test_a_formula_reads_in_unicode(latex: str, text: str) -> None:
    assert in_unicode(latex) == text


@pytest.mark.parametrize("latex", [r"\overbrace{a}^{b}", r"\sqrt[3]{x}", "{a", "a}", r"\hat{xy}", r"\frac{1}"])
def test_a_formula_that_unicode_cannot_show_truly_stays_latex(latex: str) -> None:
    assert in_unicode(latex) == latex


@given(st.text(alphabet="ab1{}\\\\^_ &,+-'[]$fracsqtlehim가", max_size=40))
def test_any_latex_comes_out_as_some_text(latex: str) -> None:
    assert isinstance(in_unicode(latex), str)


def test_a_section_reads_in_a_terminal() -> None:
    out = io.StringIO()
    text = "**드롭아웃(dropout)**은 $p$를 쓴다.\n\n$$\\prod_{i=1}^{L} W_i$$\n\n- 하나\n\n"
    text += "| 갑 | 을 |\n|---|---|\n| $x^2$ | 2 |\n"
    Console(file=out, width=40, color_system=None).print(to_terminal(text))
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    assert lines[0] == "드롭아웃(dropout)은 p를 쓴다."
    assert "    ∏ᵢ₌₁ᴸ Wᵢ" in lines
    assert " • 하나" in lines
    assert any(line.split() == ["x²", "2"] for line in lines)


def test_a_large_bracket_with_an_exponent_has_a_row_of_its_own() -> None:
    assert "<msup><mrow><mo" in to_html(r"$\Big(\frac{a}{b}\Big)^2$")
