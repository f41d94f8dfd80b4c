"""What is seen of a run: the bar while it goes, the result in a terminal and in a notebook, in both languages."""

import builtins
import dataclasses
import subprocess
import sys
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from notebook.experiments import coin, net

import seodang
from seodang import Labels, Result, run
from seodang.figures import alt_text
from seodang.locale import spoken
from seodang.notebook import live

LABELS = Labels(
    title="Is the coin <loaded>?",
    arms={"loaded": "Loaded & lucky", "fair": "Fair"},
    metrics={"heads": "Share of heads"},
    claims={"more_heads": "The loaded coin shows heads more often.", "nearly_all": "It shows heads in more than 7 of 10."},
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result() -> Result:
    return run(coin(), labels=LABELS, language="en", progress=False)


def text_of(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


# -------------------------------------------------------------------------------------------------------- while it runs


def test_asked_to_be_silent_it_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    run(net(), seeds=2, progress=False)
    assert capfd.readouterr() == ("", "")


def test_where_nothing_can_be_drawn_a_line_is_said_for_every_block(capfd: pytest.CaptureFixture[str]) -> None:
    run(coin(), seeds=7, language="en")
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "2 seeds: more_heads 2/2 undecided, nearly_all 2/2 undecided",
        "7 seeds: more_heads 7/7 supported, nearly_all 7/7 supported",
    ]


def test_on_a_terminal_a_bar_and_a_dot_a_seed_are_drawn(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(live, "EVERY", 0)
    run(net(), seeds=3, language="en", labels=Labels("Digits", arms={"trained": "Forty steps"}))
    said = capfd.readouterr().err
    for part in ("no seed yet", "━", "Forty steps, seeds 1000–1001", "hardly, seeds 1002", "●", "3 of 3  undecided"):
        assert part in said


def test_in_jupyter_one_output_is_updated_in_place(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPython is no dependency: a stand-in takes down what it would be given."""
    shown: list[str] = []

    class Handle:
        def update(self, drawing: Any) -> None:
            shown.append(drawing._repr_mimebundle_(include=[], exclude=[])["text/html"])

    def display(drawing: Any, display_id: bool) -> Handle:
        assert display_id
        assert not shown, "a second output"
        Handle().update(drawing)
        return Handle()

    stand_in = ModuleType("IPython.display")
    stand_in.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython.display", stand_in)
    monkeypatch.setattr(builtins, "get_ipython", type("ZMQInteractiveShell", (), {}), raising=False)
    monkeypatch.setattr(live, "EVERY", 0)
    run(net(), seeds=2, language="en")
    assert "no seed yet" in shown[0]
    assert any("trained, seeds 1000–1001" in html for html in shown)
    assert "2 of 2  undecided" in shown[-1]
    assert capfd.readouterr() == ("", "")


def test_an_error_of_the_experiment_leaves_the_display_closed(capfd: pytest.CaptureFixture[str]) -> None:
    broken = dataclasses.replace(coin(), metrics={"heads": lambda share: {}[share]})
    with pytest.raises(ValueError, match="the arm made nothing called"):
        run(broken)
    assert capfd.readouterr().out == ""


# ------------------------------------------------------------------------------------------------------------ afterwards


def test_in_a_notebook_a_result_is_a_figure_with_its_words_the_verdicts_and_the_metrics(result: Result) -> None:
    page = ElementTree.fromstring(result._repr_html_())
    (drawn,) = page.iter(f"{SVG}svg")
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == alt_text(result.evidence, LABELS, "en")
    items = [text_of(item) for item in page.iter("li")]
    for item, claim in zip(items, result.evidence.claims, strict=True):
        assert item == f"✓ {LABELS.claim(claim.claim)} {claim.sentence()}"
    rows = [[text_of(cell) for cell in row] for row in page.iter("tr")]
    assert rows[0] == ["", "Share of heads"]
    assert [row[0] for row in rows[1:]] == ["Loaded & lucky", "Fair"]
    assert rows[1][1] == "0.9 (0.8 – 0.95)"
    assert f"7 seeds in {result.evidence.seconds:.1f} s. (1000 – 1006)" in text_of(page)


def test_in_a_terminal_a_result_is_its_verdicts_and_metrics(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown = repr(result).splitlines()
    assert shown[:3] == [
        "✓ The loaded coin shows heads more often.",
        "  Supported: held on 7 of 7 seeds. If it held on only half",
        "  of all seeds we would say this at most 5 times in 100.",
    ]
    assert "  Loaded & lucky   0.9 (0.8 – 0.95)" in shown
    assert shown[-1].endswith("(1000 – 1006)")
    assert "\x1b" not in repr(result)
    assert str(result).endswith(repr(result))
    assert "no ← 0 → yes" in str(result).removesuffix(repr(result)), "printed, with the figure"


def test_seeds_that_are_not_finite_are_counted_beside_the_median() -> None:
    experiment = coin()
    experiment = dataclasses.replace(
        experiment, arms={**experiment.arms, "fair": lambda seed: seed / 1000 if seed > 1001 else float("nan")}
    )
    result = run(experiment, seeds=3, language="en", progress=False)
    assert "fair     1.002 2 not finite" in repr(result)
    assert "<strong>1.002</strong> 2 not finite" in result._repr_html_()


def test_a_result_without_a_seed_is_shown_too(result: Result) -> None:
    empty = dataclasses.replace(result, evidence=result.evidence.prefix(0), interrupted=True)
    for shown in (repr(empty), str(empty), text_of(ElementTree.fromstring(empty._repr_html_()))):
        assert "The loaded coin shows heads more often." in shown
        assert "Interrupted before the first seed was done; nothing was kept." in shown


def test_a_result_speaks_the_language_it_was_asked_for_and_leaves_the_rest_alone() -> None:
    korean = run(coin(), language="ko", progress=False)
    for shown in (repr(korean), str(korean), korean._repr_html_()):
        assert "지지됨: 시드 7개 가운데 7개에서 성립했습니다." in shown
        assert "시드의 중앙값 (최솟값 – 최댓값)" in shown
    assert spoken() == "en"
    assert run(coin(), result=korean, seeds=8, progress=False).language == "ko"


def test_the_language_is_the_users_unless_another_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEODANG_LANG", "ko")
    assert run(coin(), seeds=1, progress=False).language == "ko"
    assert run(coin(), seeds=1, progress=False, language="en").language == "en"


def test_the_figure_of_another_metric_can_be_drawn(result: Result) -> None:
    assert "Share of heads" in str(result.figure("heads").to_dict())
    with pytest.raises(ValueError, match="metric 'tails' is not in the evidence"):
        result.figure("tails")


# ------------------------------------------------------------------------------------------------------------ the package


def test_importing_the_package_is_light_and_every_name_of_it_is_there() -> None:
    program = (
        "import sys, seodang\n"
        "heavy = {'torch', 'numpy', 'altair', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "for name in seodang.__all__: assert getattr(seodang, name) is not None and name in dir(seodang), name\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    misspelt = "Experimnt"
    assert not hasattr(seodang, misspelt)
    with pytest.raises(AttributeError, match=r"^module 'seodang' has no attribute 'Experimnt'$"):
        getattr(seodang, misspelt)
