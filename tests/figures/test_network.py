"""The picture of a network: what is drawn, how large, and that the marked window is the receptive field."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from figures.networks import LENET, VGG_16, Step, stack

from seodang.counting.network import Layer, Network
from seodang.figures import FigureError, network_alt, network_svg, save_svg, sees
from seodang.figures.maps import seen, seen_rows
from seodang.figures.network_words import WORDS

SVG = "{http://www.w3.org/2000/svg}"
VGG = stack((3, 224, 224), VGG_16, (4096, 4096, 1000))
LE_NET = stack((1, 32, 32), LENET, (120, 84, 10))
SEQUENCE = Network(
    "words",
    (100,),
    (
        Layer("emb", "Embedding", (100,), (100, 300), 2_400_000, 0),
        Layer("lstm", "LSTM", (100, 300), (100, 256), 571_392, 56_934_400),
        Layer("fc", "Linear", (100, 256), (100, 2), 514, 51_200),
    ),
)


def boxes(svg: str) -> dict[int, ET.Element]:
    """The blocks of the layers, by the number of the layer."""
    return {
        int(each.attrib["data-layer"]): each for each in ET.fromstring(svg).iter(f"{SVG}rect") if "data-layer" in each.attrib
    }


def lengths(box: ET.Element) -> tuple[float, float]:
    return float(box.attrib["width"]), float(box.attrib["height"])


def of_class(svg: str, name: str) -> list[ET.Element]:
    return [each for each in ET.fromstring(svg).iter() if each.attrib.get("class") == name]


def test_a_block_is_as_tall_as_its_rows_and_as_wide_as_its_channels() -> None:
    drawn = boxes(network_svg(VGG))
    layers = [VGG.layers[place - 1] for place in drawn]
    for (one, first), (other, second) in pairwise(zip(layers, map(lengths, drawn.values()), strict=True)):
        rows = [layer.output[1] if len(layer.output) == 3 else 1 for layer in (one, other)]
        assert (rows[0] > rows[1]) == (first[1] > second[1])
        assert (one.output[0] < other.output[0]) == (first[0] < second[0])


def test_activations_are_not_drawn_and_everything_else_is() -> None:
    drawn = set(boxes(network_svg(VGG)))
    assert drawn == {place for place, layer in enumerate(VGG.layers, start=1) if layer.kind != "ReLU"}


def test_blocks_stand_from_left_to_right_and_never_overlap() -> None:
    for network in (VGG, LE_NET, SEQUENCE):
        drawn = list(boxes(network_svg(network)).values())
        for one, other in pairwise(drawn):
            assert float(one.attrib["x"]) + lengths(one)[0] < float(other.attrib["x"])


def test_the_window_on_the_input_is_the_receptive_field() -> None:
    place = 3  # LeNet's second convolution: 14 of 32 pixels, its middle unit around 2 * 5 + 6.5
    svg = network_svg(LE_NET, place)
    (window,), (plane,) = of_class(svg, "seen")[:1], of_class(svg, "plane")
    assert lengths(window)[0] / lengths(plane)[0] == pytest.approx(14 / 32, abs=0.01)
    left = (float(window.attrib["x"]) - float(plane.attrib["x"])) / lengths(plane)[0]
    assert left == pytest.approx(10 / 32, abs=0.01)


def test_what_a_unit_sees_of_an_earlier_layer_is_what_it_is_computed_from() -> None:
    network = stack((1, 40, 40), (Step(5, channels=4), Step(2, 2), Step(3, channels=8)))
    first, _, pooled, last = network.layers[:4]
    rows = seen_rows(last, pooled)
    assert rows is not None
    assert (rows.high - rows.low) * pooled.output[1] == pytest.approx(3)
    rows = seen_rows(last, first)
    assert rows is not None
    assert (rows.high - rows.low) * first.output[1] == pytest.approx(3 * 2)
    assert rows.low * first.output[1] == pytest.approx(2 * (last.output[1] // 2))


def test_a_window_that_reaches_into_the_padding_is_dashed_and_said() -> None:
    small = stack((3, 32, 32), VGG_16)
    last = small.layers[-1]
    assert all(each.low < 0 or each.high > 1 for each in seen(last, (32, 32)) or ())
    svg = network_svg(small, len(small.layers) - 1)
    assert of_class(svg, "edge")
    assert "padding around the image of 32 × 32" in sees(small, len(small.layers) - 1)
    assert not of_class(network_svg(VGG), "edge")


def test_a_linear_layer_sees_the_whole_image() -> None:
    place = len(LE_NET.layers) - 1
    assert sees(LE_NET, place) == "One unit of layer 9 (fc10) sees the whole input."
    (window,), (plane,) = of_class(network_svg(LE_NET, place), "seen")[:1], of_class(network_svg(LE_NET, place), "plane")
    assert lengths(window) == lengths(plane)


def test_a_sequence_has_no_window() -> None:
    assert sees(SEQUENCE, 1) == ""
    assert not of_class(network_svg(SEQUENCE, 1), "cone")


def test_units_that_are_no_longer_laid_out_like_the_image_have_no_window_to_draw() -> None:
    patches = stack((3, 32, 32), (Step(8, 8, channels=64),))
    in_a_row = replace(patches.layers[0], name="tokens", kind="Unflatten", output=(16, 64))
    network = replace(patches, layers=(*patches.layers, in_a_row))
    place = len(network.layers) - 1
    assert sees(network, place) == ""
    svg = network_svg(network, place)
    assert not [each for name in ("cone", "edge", "field") for each in of_class(svg, name)]
    assert set(boxes(svg)) == {1, 3}


def test_without_a_choice_the_deepest_map_of_several_units_is_shown() -> None:
    beside = "; the unit beside it sees as many, 32 further on."
    assert sees(VGG) == f"One unit of layer 31 (pool) sees 212 × 212 pixels of the input{beside}"
    lonely = stack((1, 32, 32), (*LENET, Step(5, channels=120)))
    assert "layer 6 (pool) sees 16 × 16" in sees(lonely)
    assert sees(lonely, 6) == "One unit of layer 7 (conv5-120) sees 32 × 32 pixels of the input."


def test_two_equal_layers_are_told_apart() -> None:
    block = Layer("transformer-8x2", "TransformerEncoderLayer", (5, 8), (5, 8), 872, 4240)
    twice = Network("twice", (5, 8), (block, block))
    (left,), (right,) = of_class(network_svg(twice, 0), "seen"), of_class(network_svg(twice, 1), "seen")
    assert float(left.attrib["x"]) < float(right.attrib["x"])


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_picture_says_in_words_what_it_shows(language: str) -> None:
    alt = network_alt(VGG, None, language)  # type: ignore[arg-type]
    assert ET.fromstring(network_svg(VGG, None, language)).attrib["aria-label"] == alt  # type: ignore[arg-type]
    for each in ("34", "3 × 224 × 224", "1,000", "212 × 212", "31"):
        assert each in alt
    assert bool(re.search("[가-힣]", alt)) == (language == "ko")
    assert set(WORDS["en"]) == set(WORDS["ko"])


def test_names_are_text_and_never_markup() -> None:
    layers = tuple(replace(layer, name="<script>&\"'") for layer in LE_NET.layers)
    svg = network_svg(replace(LE_NET, layers=layers), heading="<b>&")
    assert "<script>" not in svg
    assert "<b>" not in svg
    ET.fromstring(svg)


def test_light_and_dark_differ_and_a_heading_brings_paper() -> None:
    assert network_svg(VGG, theme="light") != network_svg(VGG, theme="dark")
    assert "VGG-16" in network_svg(VGG, heading="VGG-16")
    assert ET.fromstring(network_svg(VGG, heading="VGG-16"))[0].attrib["fill"] == "#ffffff"


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_it_is_saved_as_a_file(tmp_path: Path, ending: str) -> None:
    content = save_svg(network_svg(LE_NET, heading="LeNet"), tmp_path / f"lenet.{ending}").read_bytes()
    assert content.startswith({"svg": b"<svg", "png": b"\x89PNG"}[ending])


def test_korean_in_a_png_is_set_in_the_shipped_font(tmp_path: Path) -> None:
    drawn = {save_svg(network_svg(LE_NET, heading=word), tmp_path / "x.png").read_bytes() for word in ("가", "뷁", "힣")}
    assert len(drawn) == 3


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FigureError, match=r"must end in .svg or .png"):
        save_svg(network_svg(LE_NET), tmp_path / "lenet.pdf")
