"""Classifiers that slide over larger images, boxes and their overlap, a detector, a segmenter."""

from collections.abc import Sequence
from functools import cache, partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.convolutional import on_digits
from systems.scenes import KINDS, SIDE, Scene, scenes
from torch import Tensor, nn

from seodang.experiment import Training
from seodang.models.boxes import average_precision, iou, matched, suppressed
from seodang.models.detection import Detector, detection_loss
from seodang.models.fully_convolutional import as_convolution, fully_convolutional
from seodang.models.unet import UNet, unet_small
from seodang.models.vgg import vgg
from seodang.training import train
from seodang.training.replica import stream

row = pytest.mark.system(name="fully_convolutional")
TRAIN, TEST = 400, 100
ANCHORS = ((8.0, 8.0), (12.0, 12.0))


def unpadded() -> nn.Sequential:
    """8 x 8 pixels to ten classes without padding, so that a window knows nothing of where it is cut."""
    conv = (nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 2), nn.ReLU())
    return nn.Sequential(*conv, nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


@row
def test_a_linear_layer_as_a_convolution_computes_the_same(measured: Measured) -> None:
    """As the first linear layer of VGG, 7 x 7 maps to 4,096 units, with an eighth of both."""
    linear, maps = nn.Linear(64 * 7 * 7, 512), torch.randn(3, 64, 7, 7)
    conv = as_convolution(linear, (64, 7, 7))
    found = float((conv(maps)[:, :, 0, 0] - linear(maps.flatten(1))).detach().abs().max())
    net = vgg(((8,), (16,), (16, 16)), 10, image=(1, 32, 32), hidden=64).eval()
    x = torch.randn(4, 1, 32, 32)
    whole = float((fully_convolutional(net, (1, 32, 32))(x)[:, :, 0, 0] - net(x)).detach().abs().max())
    measured("linear layer minus the convolution it becomes; a whole VGG likewise", max(found, whole), must="≤ 1e-5", n=2)
    assert max(found, whole) <= 1e-5


@row
def test_a_net_that_is_all_convolutions_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="net: has no Flatten layer, so it is fully convolutional already"):
        fully_convolutional(nn.Sequential(nn.Conv2d(1, 2, 3)), (1, 8, 8))


@row
def test_a_classifier_of_digits_slides_over_a_canvas_and_finds_them(measured: Measured) -> None:
    trained = on_digits(unpadded, steps=300)
    gaps, right, cases = [], 0, 0
    for one in trained:
        classifier = one.model[1]  # type: ignore[index]
        slide = fully_convolutional(classifier, (1, 8, 8)).eval()
        digits, classes = one.x_test.view(-1, 1, 8, 8)[:40], one.y_test[:40]
        places = torch.randint(9, (40, 2), generator=torch.Generator().manual_seed(one.seed))
        canvas = torch.zeros(40, 1, 24, 24)
        for picture, digit, (down, across) in zip(canvas, digits, places.tolist(), strict=True):
            picture[:, 2 * down : 2 * down + 8, 2 * across : 2 * across + 8] = digit
        with torch.no_grad():
            scores = slide(canvas)  # (40, 10, 9, 9)
            windows = canvas.unfold(2, 8, 2).unfold(3, 8, 2)  # (40, 1, 9, 9, 8, 8)
            each = classifier(windows.permute(0, 2, 3, 1, 4, 5).reshape(-1, 1, 8, 8)).view(40, 9, 9, 10).movedim(-1, 1)
        gaps.append(float((scores - each).abs().max()))
        found = scores[range(40), :, places[:, 0], places[:, 1]].argmax(-1)
        right, cases = right + int((found == classes).sum()), cases + 40
    measured("scores on a 24 × 24 canvas minus those of its 81 windows one by one", max(gaps), must="≤ 1e-5", n=len(gaps))
    measured("digits read at their place of the canvas", right / cases, n=cases)
    assert max(gaps) <= 1e-5
    assert right / cases >= 0.9


@row
def test_intersection_over_union_of_cases_worked_out_by_hand(measured: Measured) -> None:
    box = torch.tensor([[0.0, 0, 4, 4]])
    cases = {
        "itself": ((0, 0, 4, 4), 1.0),
        "half covered": ((0, 0, 2, 4), 1 / 2),
        "shifted by half": ((2, 0, 6, 4), 1 / 3),
        "a corner": ((3, 3, 7, 7), 1 / 31),
        "touching": ((4, 0, 8, 4), 0.0),
        "apart": ((9, 9, 12, 12), 0.0),
        "around": ((-2, -2, 6, 6), 1 / 4),
        "without area": ((1, 1, 1, 3), 0.0),
    }
    found = {name: float(iou(box, torch.tensor([other], dtype=torch.float32))) for name, (other, _) in cases.items()}
    exact = sum(abs(found[name] - expected) < 1e-7 for name, (_, expected) in cases.items())
    measured("IoU of cases by hand: exact", exact, must="8", n=8)
    assert found == pytest.approx({name: expected for name, (_, expected) in cases.items()}, abs=1e-7)
    assert float(iou(torch.zeros(1, 4), torch.zeros(1, 4))) == 0


@row
def test_intersection_over_union_counts_pixels() -> None:
    generator = torch.Generator().manual_seed(0)
    corner, size = torch.randint(0, 9, (2, 30, 2), generator=generator)
    boxes = torch.cat([corner, corner + size + 1], dim=1)
    pixels = torch.zeros(30, 20, 20, dtype=torch.bool)
    for picture, (left, top, right, bottom) in zip(pixels, boxes.tolist(), strict=True):
        picture[top:bottom, left:right] = True
    shared = (pixels[:, None] & pixels[None]).sum((2, 3))
    together = (pixels[:, None] | pixels[None]).sum((2, 3))
    torch.testing.assert_close(iou(boxes.float(), boxes.float()), shared / together)


@row
def test_suppression_keeps_the_best_of_what_overlaps() -> None:
    boxes = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 3], [2, 0, 6, 4], [20, 20, 24, 24]])
    scores = torch.tensor([0.8, 0.9, 0.7, 0.1])
    assert suppressed(boxes, scores).tolist() == [1, 2, 3], "0.75 of the first is the second's, which is better"
    assert suppressed(boxes, scores, threshold=0.8).tolist() == [1, 0, 2, 3]
    assert suppressed(boxes, scores, threshold=0.2).tolist() == [1, 3]
    assert suppressed(torch.zeros(0, 4), torch.zeros(0)).tolist() == []


@row
def test_average_precision_of_cases_worked_out_by_hand(measured: Measured) -> None:
    cases = [
        ([True, True], 2, 1.0),
        ([False, True], 1, 1 / 2),
        ([True, False, True], 2, (1 + 2 / 3) / 2),
        ([True, False, False, True, True], 3, (1 + 3 / 5 + 3 / 5) / 3),  # precision at the second is raised to the third's
        ([True], 4, 1 / 4),
        ([], 3, 0.0),
    ]
    found = [average_precision(torch.tensor(hits, dtype=torch.bool), objects) for hits, objects, _ in cases]
    expected = [value for *_, value in cases]
    measured(
        "average precision of cases by hand: largest error",
        max(map(abs, map(float.__sub__, found, expected))),
        must="≤ 1e-7",
        n=6,
    )
    assert found == pytest.approx(expected, abs=1e-7)


@row
def test_an_object_is_found_once() -> None:
    truth = torch.tensor([[0.0, 0, 4, 4], [10, 10, 14, 14]])
    boxes = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 3], [10, 11, 14, 15], [30, 30, 31, 31]])
    assert matched(boxes, truth).tolist() == [True, False, True, False]
    assert matched(boxes, torch.zeros(0, 4)).tolist() == [False] * 4


@row
def test_what_the_head_should_say_is_read_back_as_the_same_boxes(measured: Measured) -> None:
    detector = Detector(1, len(KINDS), ANCHORS)
    assert not detector.anchors.requires_grad
    gaps = []
    for one in scenes(20, torch.Generator().manual_seed(1)):
        told = detector.targets(one.boxes, one.classes, 4, 4)
        raw = torch.cat([told[..., :2].clamp(1e-6, 1 - 1e-6).logit(), told[..., 2:4]], dim=-1)[None]
        there = told[..., 4] == 1
        boxes, classes = detector.boxes(raw)[0][there], told[..., 5][there]
        for kind in range(len(KINDS)):
            mine, truth = boxes[classes == kind], one.boxes[one.classes == kind]
            assert len(mine) == len(truth)
            if len(truth):
                gaps.append(float((iou(truth, mine).max(dim=1).values - 1).abs().max()))
    measured("IoU of boxes through targets and back: 1 minus the least", max(gaps), must="≤ 1e-4", n=len(gaps))
    assert max(gaps) <= 1e-4


@cache
def pictures(seed: int) -> list[Scene]:
    return scenes(TRAIN + TEST, torch.Generator().manual_seed(seed))


def split(targets: Sequence[Tensor], drawn: Sequence[Scene]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    x, y = torch.stack([one.x for one in drawn]), torch.stack(list(targets))
    return x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:]


def to_detect(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    drawn, cells = pictures(generator.initial_seed()), SIDE // 8
    detector = Detector(1, len(KINDS), ANCHORS)
    return split([detector.targets(one.boxes, one.classes, cells, cells) for one in drawn], drawn)


def mean_average_precision(detector: Detector, drawn: Sequence[Scene]) -> float:
    """At an overlap of one half, over both classes."""
    found, total = detector.detect(torch.stack([one.x for one in drawn]), threshold=0.05), 0.0
    for kind in range(len(KINDS)):
        hits, scores, objects = [], [], 0
        for one, said in zip(drawn, found, strict=True):
            truth, mine = one.boxes[one.classes == kind], said.classes == kind
            hits.append(matched(said.boxes[mine], truth))
            scores.append(said.scores[mine])
            objects += len(truth)
        order = torch.cat(scores).argsort(descending=True)
        total += average_precision(torch.cat(hits)[order], objects)
    return total / len(KINDS)


@pytest.mark.slow
@row
def test_a_detector_finds_squares_and_crosses(measured: Measured) -> None:
    adam = partial(torch.optim.Adam, lr=0.005)
    net = partial(Detector, 1, len(KINDS), ANCHORS)
    training = Training(data=to_detect, model=net, loss=detection_loss, optimizer=adam, steps=200, batch=32)
    trained = train(training, range(3))
    precision = []
    for one in trained:
        assert isinstance(one.model, Detector)
        precision.append(mean_average_precision(one.model, pictures(stream(one.seed, "split").initial_seed())[TRAIN:]))
    measured("detection of squares and crosses: mean average precision at IoU 0.5", sum(precision) / 3, must="≥ 0.8", n=3)
    assert sum(precision) / 3 >= 0.8


@pytest.mark.slow
@row
def test_a_small_unet_segments_squares_and_crosses(measured: Measured) -> None:
    def to_segment(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        drawn = pictures(generator.initial_seed())
        return split([one.mask for one in drawn], drawn)

    adam = partial(torch.optim.Adam, lr=0.003)
    net = partial(unet_small, 1 + len(KINDS))
    trained = train(
        Training(data=to_segment, model=net, loss=F.cross_entropy, optimizer=adam, steps=150, batch=16), range(3)
    )
    overlaps = []
    for one in trained:
        assert isinstance(one.model, UNet)
        with torch.no_grad():
            said = one.model(one.x_test).argmax(1)
        for kind in range(1, 1 + len(KINDS)):
            mine, truth = said == kind, one.y_test == kind
            overlaps.append(float((mine & truth).sum() / (mine | truth).sum()))
    measured("segmentation of squares and crosses: mean IoU", sum(overlaps) / len(overlaps), must="≥ 0.8", n=3)
    assert sum(overlaps) / len(overlaps) >= 0.8
