"""The words of a spec that read images: convolutions and poolings."""

from __future__ import annotations

from collections.abc import Callable

from seodang.counting import macs, parameters, receptive_field, shapes
from seodang.counting.place import Axes, Place, Step, Word, at_least_one, needed, refused
from seodang.counting.receptive_field import Axis


def convolution(place: Place, word: Word) -> Step:
    """`conv3-64`."""
    filters = needed(place, word.width, "conv3-64")
    groups = at_least_one(place, word.option("g", absent=1))
    return _convolution(place, word, filters, groups)


def depthwise(place: Place, word: Word) -> Step:
    """`dw3`: a filter a channel, `-64` several."""
    channels = place.image[0]
    return _convolution(place, word, channels if word.width is None else at_least_one(place, word.width), channels)


def transposed(place: Place, word: Word) -> Step:
    """`deconv2-64/2`: the shapes of a convolution, backwards."""
    filters = needed(place, word.width, "deconv2-64/2")
    (channels, *sizes), groups = place.image, at_least_one(place, word.option("g", absent=1))
    kernel, stride, dilation, padding = _window(place, word, "deconv2-64/2")
    over = word.option("o", absent=0)
    if over >= max(stride, dilation):
        raise refused(
            place,
            "layer {number}, {word}: output padding {over} must be smaller than the stride {stride}",
            over=over, stride=max(stride, dilation),
        )  # fmt: skip
    _shared(place, channels, filters, groups)
    outputs = [shapes.transposed(size, kernel, stride, padding, dilation, over) for size in sizes]
    if min(outputs) < 1:
        raise refused(
            place,
            "layer {number}, {word}: its input is {rows} x {columns}; {stride}·({size} − 1) + {extent} − 2·{padding} + "
            "{over} = {result}; pad less",
            rows=sizes[0], columns=sizes[1], size=min(sizes), stride=stride, padding=padding, over=over,
            extent=shapes.extent(kernel, dilation), result=_signed(min(outputs)),
        )  # fmt: skip
    bias = bool(word.option("b", absent=1))
    products = macs.transposed_conv2d(channels, filters, kernel, sizes[0] * sizes[1], groups=groups)
    return Step(
        "ConvTranspose2d",
        (filters, *outputs),
        _each(place.axes, lambda axis: receptive_field.transposed(axis, kernel, stride, padding, dilation)),
        parameters.conv2d(channels, filters, kernel, groups=groups, bias=bias),
        products,
        products if place.data else 0,
    )


def pooling(place: Place, word: Word) -> Step:
    """`pool`, `pool3/2`, `avgpool2`."""
    channels = place.image[0]
    kernel = 2 if word.size is None else word.size
    kernel, stride, dilation, padding = _window(place, Word(word.text, word.name, kernel, options=word.options), "", kernel)
    if padding > kernel // 2:
        raise refused(
            place,
            "layer {number}, {word}: padding {padding} is more than half of the kernel {kernel}; windows of padding alone "
            "have no maximum",
            padding=padding, kernel=kernel,
        )  # fmt: skip
    return Step(
        "AvgPool2d" if word.name == "avgpool" else "MaxPool2d",
        (channels, *_sizes(place, kernel, stride, padding, dilation, ceil="c" in (word.options or {}))),
        _each(place.axes, lambda axis: receptive_field.window(axis, kernel, stride, padding, dilation)),
    )


def global_average(place: Place, word: Word) -> Step:  # noqa: ARG001 (the word has no numbers)
    """`gap`: every channel to its mean."""
    return Step("AdaptiveAvgPool2d", (place.image[0], 1, 1))


def _convolution(place: Place, word: Word, filters: int, groups: int) -> Step:
    channels = place.image[0]
    kernel, stride, dilation, padding = _window(place, word, "conv3-64")
    _shared(place, channels, filters, groups)
    sizes = _sizes(place, kernel, stride, padding, dilation)
    products = macs.conv2d(channels, filters, kernel, sizes[0] * sizes[1], groups=groups)
    return Step(
        "Conv2d",
        (filters, *sizes),
        _each(place.axes, lambda axis: receptive_field.window(axis, kernel, stride, padding, dilation)),
        parameters.conv2d(channels, filters, kernel, groups=groups, bias=bool(word.option("b", absent=1))),
        products,
        products if place.data else 0,
    )


def _window(place: Place, word: Word, example: str, stride: int = 1) -> tuple[int, int, int, int]:
    """Kernel, stride, dilation and padding of a word."""
    kernel = needed(place, word.size, example)
    dilation = at_least_one(place, word.option("d", absent=1))
    half = shapes.extent(kernel, dilation) // 2
    return kernel, at_least_one(place, word.option("/", absent=stride)), dilation, word.option("p", absent=0, bare=half)


def _sizes(place: Place, kernel: int, stride: int, padding: int, dilation: int, *, ceil: bool = False) -> tuple[int, int]:
    """Rows and columns after a window has passed over; CountingError with the arithmetic if there are none."""
    _, rows, columns = place.image
    extent = shapes.extent(kernel, dilation)
    outputs = [shapes.window(size, kernel, stride, padding, dilation, ceil=ceil) for size in (rows, columns)]
    said = {"rows": rows, "columns": columns, "padding": padding, "extent": extent, "stride": stride}
    if outputs[0] < 1:
        raise refused(
            place,
            "layer {number}, {word}: its input is {rows} x {columns}; ({rows} + 2·{padding} − {extent}) / {stride} + 1 = "
            "{result} rows; pad by {more} or more, or drop a pooling",
            **said, result=_signed(outputs[0]), more=-((rows - extent) // 2),
        )  # fmt: skip
    if outputs[1] < 1:
        raise refused(
            place,
            "layer {number}, {word}: its input is {rows} x {columns}; ({columns} + 2·{padding} − {extent}) / {stride} + 1 = "
            "{result} columns; pad by {more} or more, or drop a pooling",
            **said, result=_signed(outputs[1]), more=-((columns - extent) // 2),
        )  # fmt: skip
    return outputs[0], outputs[1]


def _shared(place: Place, channels: int, filters: int, groups: int) -> None:
    """Groups must divide both sides evenly."""
    for count in (channels, filters):
        if count % groups:
            raise refused(
                place,
                "layer {number}, {word}: {groups} groups cannot share {count} channels evenly; {count} / {groups} = {share}",
                groups=groups, count=count, share=round(count / groups, 2),
            )  # fmt: skip


def _each(axes: Axes, seen: Callable[[Axis], Axis | None]) -> Axes:
    """Rows and columns through the same window; None once either is lost."""
    if axes is None:
        return None
    rows, columns = seen(axes[0]), seen(axes[1])
    return (rows, columns) if rows and columns else None


def _signed(number: int) -> str:
    """A number with a true minus sign."""
    return str(number).replace("-", "−")
