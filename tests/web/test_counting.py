"""The Count page: what it says of a network, and what it refuses, beside what was typed."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from web.school import School, opened, words

from seodang.counting.spec import from_spec
from seodang.locale import speak
from seodang.web.counting import EXAMPLES, Settings, SlipError, counted_from, in_words, rounded, shape_of, widened

LENET, ALEXNET, VGG, LSTM, TRANSFORMER = EXAMPLES
VGG_PAGE = Settings(spec=VGG.spec, input=VGG.input)


def at(path: str = "/count", **query: object) -> str:
    return f"{path}?{urlencode(query)}"


def said(html: str) -> str:
    return unescape(words(html))


@pytest.mark.parametrize(
    ("example", "numbers"),
    [
        (LENET, ("61,706",)),
        (ALEXNET, ("61,100,840", "195 × 195")),
        (VGG, ("138,357,544", "15,470,264,320", "212 × 212", "512 × 7 × 7")),
        (LSTM, ("100 × 300", "2,400,000")),
        (TRANSFORMER, ("3,152,384", "128 × 512")),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_examples_are_counted(tmp_path: Path, language: str, example: object, numbers: tuple[str, ...]) -> None:
    with opened(tmp_path, language=language) as school:
        answer = school.get(Settings(spec=example.spec, input=example.input).address())  # type: ignore[attr-defined]
    assert answer.status_code == 200
    for number in numbers:
        assert number in said(answer.text)
    assert answer.text.count("<svg") == 1


def test_the_page_and_its_moving_part_say_the_same(school: School) -> None:
    page, part = (school.get(VGG_PAGE.address(path)).text for path in ("/count", "/counted"))
    for name in ("totals", "parts", "layers"):
        table = re.search(rf'<(\w+)[^>]*class="{name}".*?</\1>', part, re.DOTALL)
        assert table
        assert table[0] in page


def test_a_layer_is_chosen_by_its_address(school: School) -> None:
    html = school.get(VGG_PAGE.address(layer=3)).text
    assert "One unit of layer 3 (conv3-64p) sees 5 × 5 pixels" in said(html)
    assert html.count('aria-current="true"') == 1
    assert "layer 38 (fc1000)" in said(school.get(VGG_PAGE.address(layer=99)).text)


def test_twice_the_width_is_the_spec_with_twice_the_filters_and_as_many_classes(school: School) -> None:
    assert widened("conv3-64p/2 bn dw3 3*fc100 fc10", 2) == "conv3-128p/2 bn dw3 3*fc200 fc10"
    assert widened("emb-8000x300 bilstm-128x2 last fc2", 0.5) == "emb-8000x150 bilstm-64x2 last fc2"
    assert widened("relu pool", 4) == "relu pool"
    assert widened(VGG.spec, 1) == VGG.spec
    doubled = from_spec(VGG.spec.replace("fc4096", "fc8192").replace("512p", "1024p").replace("256p", "512p")
                        .replace("128p", "256p").replace("-64p", "-128p"), (3, 224, 224))  # fmt: skip
    assert f"{doubled.parameters:,}" in said(school.get(VGG_PAGE.address(width=2)).text)


def test_the_largest_batch_fits_and_one_more_does_not() -> None:
    counted = counted_from(VGG_PAGE)
    assert counted.training.at(counted.largest).total <= counted.device < counted.training.at(counted.largest + 1).total
    assert [each.batch for each in counted.batches] == sorted({1, 32, counted.largest})


def test_what_does_not_fit_is_said(school: School) -> None:
    assert "it does not fit" in said(school.get(VGG_PAGE.address(batch=4096)).text)
    assert "Not even one example fits" in said(school.get(VGG_PAGE.address(memory="100MB")).text)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"batch": "8"}, {"batch": "16"}),
        ({"optimizer": "sgd"}, {"optimizer": "adam"}),
        ({"precision": "bf16"}, {"precision": "fp32"}),
        ({"checkpointing": "on"}, {"checkpointing": ""}),
    ],
    ids=["batch", "optimizer", "precision", "checkpointing"],
)
def test_every_setting_of_the_memory_counts(less: dict[str, str], more: dict[str, str]) -> None:
    with_batch = {"batch": "64"}
    one, other = (counted_from(Settings(VGG.spec, VGG.input, **{**with_batch, **each})) for each in (less, more))
    assert one.training.total < other.training.total


def test_sizes_in_words() -> None:
    assert [in_words(size) for size in (0, 999, 1000, 553_430_176, 8_000_000_000, 23_456_000_000_000)] == [
        *("0 B", "999 B", "1 kB", "553 MB", "8 GB", "23.5 TB")
    ]
    assert [rounded(count) for count in (7, 1000, 61_706, 138_357_544, 15_470_264_320)] == [
        "7",
        "1 k",
        "61.7 k",
        "138 M",
        "15.5 G",
    ]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        (
            {"spec": "conv3-64p pool conv9-4", "input": "3x8x8"},
            "spec",
            "its input is 4 x 4; (4 + 2·0 − 9) / 1 + 1 = −4",
        ),
        ({"spec": "konv3-64"}, "spec", "layer 1, konv3-64: there is no konv"),
        ({"spec": " "}, "spec", "the network is empty"),
        ({"spec": "relu " * 2500}, "spec", "More than 10,000 characters"),
        ({"input": "big"}, "input", "big: write an input as 3x224x224, 100x28 or 784."),
        ({"input": "3x0x224"}, "input", "3x0x224: write an input"),
        ({"input": ""}, "input", "—: write an input"),
        ({"width": "9"}, "width", "9: a number from 0.25 to 4."),
        ({"width": "nan"}, "width", "nan: a number from 0.25 to 4."),
        ({"batch": "0"}, "batch", "0: a number from 1 to 1,000,000."),
        ({"layer": "x"}, "layer", "x: a number from 1 to 1,000."),
        ({"memory": "banana"}, "memory", "banana"),
        ({"optimizer": "lion"}, "optimizer", "lion: there is sgd"),
        ({"precision": "fp8"}, "precision", "fp8: there is fp32, bf16, mixed."),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_counted_is_said_beside_what_was_typed(
    school: School, query: dict[str, str], field: str, sentence: str
) -> None:
    html = school.get(at(**query)).text
    assert sentence in said(html)
    wrong = re.findall(r'<(?:input|textarea)[^>]*name="(\w+)"[^>]*aria-invalid="true"', html)
    assert wrong == ([field] if field not in ("optimizer", "precision") else [])
    assert f'data-field="{field}"' in html
    assert school.get(at(**query)).status_code == 422
    part = school.get(at("/counted", **query))
    assert part.status_code == 200
    assert sentence in said(part.text)
    assert "<svg" not in part.text  # the last numbers stay


def test_what_was_typed_is_kept_and_is_text(school: School) -> None:
    hostile = "</textarea><script>alert(1)</script> conv3-64"
    html = school.get(at(spec=hostile, input='"><b>')).text
    assert unescape(re.search(r"<textarea.*?>(.*?)</textarea>", html, re.DOTALL)[1]) == hostile  # type: ignore[index]
    assert "<script>alert" not in html
    assert 'value="&#34;&gt;&lt;b&gt;"' in html


def test_errors_are_said_in_korean(tmp_path: Path) -> None:
    with opened(tmp_path, language="ko") as school:
        for query in (
            {"spec": "conv9-4", "input": "1x4x4"},
            {"spec": "konv"},
            {"memory": "x"},
            {"batch": "0"},
            {"input": "x"},
        ):
            told = re.search(r'<div id="told".*?</div>', school.get(at(**query)).text, re.DOTALL)
            assert told
            assert re.search("[가-힣]", told[0]), said(told[0])


def test_a_shape_is_read_however_it_is_written() -> None:
    speak("en")
    assert shape_of(" 3 × 224 × 224 ") == shape_of("3x224X224") == shape_of("3, 224, 224") == (3, 224, 224)
    for text in ("1x2x3x4", "x", "3xx4", "-3", "1e3", "٣"):
        with pytest.raises(SlipError):
            shape_of(text)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("spec", "shape"), [("fc10 conv3-4", "784"), ("conv3-4 lstm-8", "3x8x8"), ("emb-10x4", "3x8x8")])
def test_a_refusal_speaks_of_the_field_and_not_of_an_option(tmp_path: Path, language: str, spec: str, shape: str) -> None:
    with opened(tmp_path, language=language) as school:
        answer = school.get(at(spec=spec, input=shape))
    assert answer.status_code == 422
    assert "--input" not in answer.text
    assert {"en": "(Input", "ko": "입력"}[language] in said(answer.text)
