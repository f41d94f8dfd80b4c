"""Fixed evidence for the figures' tests: made up, small, and the same every time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from seodang.evidence import ClaimEvidence, Curves, Evidence
from seodang.figures import Labels
from seodang.verdict import Answer

NAN = math.nan


def spread(count: int, low: float, high: float) -> tuple[float, ...]:
    """Values between two ends that look drawn and are not."""
    return tuple(round(low + (high - low) * ((7 * index + 3) * 0.6180339887 % 1), 4) for index in range(count))


def claim(
    name: str,
    values: Sequence[float] | None,
    above: float | None = None,
    below: float | None = None,
    answers: Sequence[Answer] = (),
    exact: bool = False,
) -> ClaimEvidence:
    """A claim whose answers follow from its values; a value that is not finite answers no."""
    if values is not None:
        answers = [_answer(value, above, below) for value in values]
    kept = None if values is None else tuple(values)
    return ClaimEvidence(name, tuple(answers), kept, above, below, diverged=False, exact=exact, declared=50, claims=1)


def _answer(value: float, above: float | None, below: float | None) -> Answer:
    if value in (above, below):
        return None
    return (above is None or value > above) and (below is None or value < below)


def evidence(
    arms: Mapping[str, Mapping[str, Sequence[float]]],
    claims: Sequence[ClaimEvidence] = (),
    curves: Mapping[str, Curves] | None = None,
    diverged: Mapping[str, Mapping[int, int]] | None = None,
    kind: str = "experiment",
    seeds: int | None = None,
) -> Evidence:
    """Evidence with these numbers; the rest is filled in."""
    count = seeds if seeds is not None else len(next(iter(next(iter(arms.values())).values())))
    return Evidence(
        slug="relu_over_sigmoid",
        kind=kind,
        parameters={"depth": 10},
        declared=50,
        seeds=tuple(range(count)),
        arms={arm: {metric: tuple(values) for metric, values in metrics.items()} for arm, metrics in arms.items()},
        claims=tuple(claims),
        curves=curves or {},
        diverged=diverged or {},
        code={},
        versions={},
        device="cpu",
        threads=2,
        strategy={},
        seconds=12.3,
        date="2026-11-21",
    )


def falling(seeds: int, start: float, end: float, points: int = 20) -> Curves:
    """Loss curves that fall from `start` towards `end`, each at its own pace."""
    steps = tuple(range(10, 10 * points + 1, 10))
    paces = spread(seeds, 0.08, 0.3)
    loss = tuple(tuple(end + (start - end) * math.exp(-pace * index) for index in range(points)) for pace in paces)
    return Curves(steps, loss)


def relu_over_sigmoid(seeds: int = 12) -> Evidence:
    """Two arms far apart, with curves and one claim."""
    relu, sigmoid = spread(seeds, 0.9, 0.97), spread(seeds, 0.08, 0.2)
    return evidence(
        {"relu": {"accuracy": relu}, "sigmoid": {"accuracy": sigmoid}},
        [claim("relu_learns", [round(a - b, 4) for a, b in zip(relu, sigmoid, strict=True)], above=0.3)],
        {"relu": falling(seeds, 2.3, 0.1), "sigmoid": falling(seeds, 2.31, 2.28)},
    )


def diverging() -> Evidence:
    """Three arms; the largest rate diverges on most seeds, with one value not finite for another reason."""
    loss = spread(8, 0.2, 0.6)
    large = (NAN, 310.0, NAN, NAN, 44.0, NAN, NAN, NAN)
    base = falling(8, 2.3, 0.3)
    blown = tuple(
        tuple(2.3 * 3.0**index if index < 4 + seed else NAN for index in range(20)) if math.isnan(value) else line
        for seed, (value, line) in enumerate(zip(large, base.loss, strict=True))
    )
    return evidence(
        {
            "small": {"loss": tuple(2 * value for value in loss)},
            "right": {"loss": loss},
            "large": {"loss": large},
        },
        [
            claim("right_is_lower", [NAN if math.isnan(b) else b / a for a, b in zip(loss, large, strict=True)], above=2.0),
            claim("large_diverges", None, answers=[math.isnan(value) for value in large]),
        ],
        {"small": falling(8, 2.3, 1.5), "right": base, "large": Curves(base.step, blown)},
        {"large": {seed: 40 + 10 * seed for seed, value in enumerate(large) if math.isnan(value) and seed != 7}},
    )


def derivation() -> Evidence:
    """Two counts, computed once."""
    return evidence(
        {"cnn": {"parameters": (34826.0,), "operations": (1199882.0,)}, "mlp": {"parameters": (203530.0,)}},
        [claim("cnn_is_smaller", [203530 / 34826], above=5.0, exact=True)],
        kind="derivation",
    )


ENGLISH = Labels(
    title="Why is ReLU used in hidden layers instead of the sigmoid?",
    arms={"relu": "ReLU", "sigmoid": "Sigmoid"},
    metrics={"accuracy": "Test accuracy"},
    claims={
        "relu_learns": "Ten hidden layers deep, the ReLU net's test accuracy exceeds the sigmoid net's by more than 0.3."
    },
)
KOREAN = Labels(
    title="은닉층에서 시그모이드 대신 렐루(ReLU)를 쓰는 까닭은 무엇인가?",
    arms={"relu": "렐루(ReLU)", "sigmoid": "시그모이드"},
    metrics={"accuracy": "테스트 정확도"},
    claims={"relu_learns": "은닉층이 열 개일 때 렐루 신경망의 테스트 정확도는 시그모이드 신경망보다 0.3 넘게 높다."},
)
RATES = Labels(
    title="What happens when the learning rate is too small or too large?",
    arms={"small": "Learning rate 0.001", "right": "Learning rate 0.1", "large": "Learning rate 10"},
    metrics={"loss": "Test loss"},
    claims={
        "right_is_lower": "Learning rate 10 leaves more than twice the loss of 0.1.",
        "large_diverges": "Learning rate 10 diverges.",
    },
)
COUNTS = Labels(
    title="How many parameters does a small CNN have, and how many an MLP?",
    arms={"cnn": "CNN, two convolutions", "mlp": "MLP 784-256-10"},
    metrics={"parameters": "Parameters", "operations": "Multiplications"},
    claims={"cnn_is_smaller": "The MLP has more than five times the parameters of the CNN."},
)
