"""The picture of a network in words: how large it is, and what one unit of a layer sees of the input image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seodang.figures.labels import Language
from seodang.figures.maps import Layer, Map, Network, is_drawn, map_of, seen

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "input": "input",
        "conv": "convolution",
        "pool": "pooling",
        "dense": "fully connected",
        "recurrent": "recurrent",
        "attention": "attention",
        "other": "other",
        "field": "seen by one unit of {name}",
        "scale": "Height: rows or steps. Width: channels, the number above. Both by logarithm.",
        "network": "A network of {n} layers. Its input is {input}, its output {output}.",
        "layer": "layer {n} ({name})",
        "sees": "One unit of {name} sees {size} pixels of the input",
        "beside": "; the unit beside it sees as many, {stride} further on.",
        "alone": ".",
        "beyond": "Part of that is padding around the image of {image}.",
        "all": "One unit of {name} sees the whole input.",
    },
    "ko": {
        "input": "입력",
        "conv": "합성곱",
        "pool": "풀링",
        "dense": "완전 연결",
        "recurrent": "순환",
        "attention": "어텐션",
        "other": "그 밖",
        "field": "{name}의 유닛 하나가 보는 곳",
        "scale": "높이는 행이나 스텝의 수, 너비는 위에 적은 채널의 수(둘 다 로그).",
        "network": "층이 {n}개인 신경망입니다. 입력은 {input}, 출력은 {output}입니다.",
        "layer": "{n}번째 층({name})",
        "sees": "{name}의 유닛 하나는 입력의 {size} 픽셀을",
        "beside": " 보고, 바로 옆 유닛은 {stride}픽셀 옆에서 그만큼을 봅니다.",
        "alone": " 봅니다.",
        "beyond": "그 일부는 {image} 이미지를 둘러싼 패딩입니다.",
        "all": "{name}의 유닛 하나는 입력 전체를 봅니다.",
    },
}


def network_alt(network: Network, chosen: int | None = None, language: Language = "en") -> str:
    """The picture in words: the network's size, and what one unit of the chosen layer sees."""
    ends = {"input": shape_text(network.input), "output": shape_text(network.output)}
    said = WORDS[language]["network"].format(n=len(network.layers), **ends)
    return f"{said} {sees(network, chosen, language)}".rstrip()


def sees(network: Network, chosen: int | None = None, language: Language = "en") -> str:
    """What one unit of the chosen layer sees of the image; "" when the input is no image."""
    place, image, words = chosen_place(network, chosen), input_map(network), WORDS[language]
    if place is None or len(image.axes) != 2:
        return ""
    layer, name = network.layers[place], called(network, place, language)
    stretches = seen(layer, image.axes)
    if layer.field is None:
        return words["all"].format(name=name)
    if stretches is None:
        return ""
    more = words["beside" if max(_axes(layer)) > 1 else "alone"]
    said = words["sees"].format(name=name, size=shape_text(layer.field.size))
    said += more.format(stride=f"{layer.field.stride[0]:g}")
    beyond = any(each.low < 0 or each.high > 1 for each in stretches)
    return f"{said} {words['beyond'].format(image=shape_text(image.axes))}" if beyond else said


def shape_text(shape: Sequence[float]) -> str:
    """3 x 224 x 224, with the sign."""
    return " × ".join(f"{number:,}" for number in shape)


def input_map(network: Network) -> Map:
    """The input as the first layer takes it."""
    return map_of(network.input, network.layers[0].kind if network.layers else "")


def chosen_place(network: Network, chosen: int | None) -> int | None:
    """The place of the layer whose unit's view is drawn: the chosen one, else the deepest with a view and several units."""
    if chosen is not None and 0 <= chosen < len(network.layers):
        return chosen
    viewing = [place for place, layer in enumerate(network.layers) if layer.field]
    several = [
        place for place in viewing if is_drawn(network.layers[place]) and max(_axes(network.layers[place]), default=1) > 1
    ]
    return max(several or viewing, default=None)


def _axes(layer: Layer) -> tuple[int, ...]:
    return map_of(layer.output, layer.kind).axes


def called(network: Network, place: int, language: Language) -> str:
    """A layer by its number and its name: names come more than once."""
    return WORDS[language]["layer"].format(n=place + 1, name=network.layers[place].name)
