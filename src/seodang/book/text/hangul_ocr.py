"""How would one collect data for reading printed Hangul?

By printing them oneself: every one of the 11,172 syllables can be drawn and distorted with its label known (synthetic text:
Jaderberg, Simonyan, Vedaldi & Zisserman 2014). And by not asking for 11,172 classes: 19 leads, 21 vowels and 28 tails name
them all, also those that no example showed.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import torch
import torch.nn.functional as F

from seodang.data import Split
from seodang.data.hangul import compose, distorted, glyphs, jamo, printed
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.hangul_ocr import JAMO, HangulOCR, jamo_loss

SIDE, CLASSES = 16, 288
COMMON = ((0, 2, 3, 6, 7, 9, 12, 18), (0, 4, 8, 13, 18, 20), (0, 1, 4, 8, 16, 21))
"""ㄱㄴㄷㅁㅂㅅㅈㅎ, ㅏㅓㅗㅜㅡㅣ, and no tail or ㄱㄴㄹㅁㅇ."""


@dataclass(frozen=True)
class Parameters:
    """The syllables of 8 leads, 6 vowels and 6 tails, as far as they are printed; 50 of them are kept for the test."""

    unseen: int = knob(50, low=1, high=150)
    steps: int = knob(400, low=1, high=20_000)


def prints(p: Parameters, distort: bool, generator: torch.Generator) -> Split:
    """Class, lead, vowel and tail of each print, ten prints of a syllable; the prints to test on are always distorted."""
    parts = torch.stack(jamo(printed()), dim=1)
    common = [torch.isin(column, torch.tensor(some)) for column, some in zip(parts.T, COMMON, strict=True)]
    parts = parts[torch.stack(common).all(0)]
    parts = parts[torch.randperm(len(parts), generator=generator)]
    sheet = glyphs("".join(compose(*row) for row in parts.tolist()), SIDE).to(torch.get_default_dtype())
    targets = torch.cat([torch.arange(len(parts))[:, None], parts], dim=1)
    train, test = torch.arange(len(parts) - p.unseen).repeat(10), torch.arange(len(parts)).repeat(2)
    x = distorted(sheet[train], generator) if distort else sheet[train]
    return Split(x.flatten(1), targets[train], distorted(sheet[test], generator).flatten(1), targets[test])


def right(trained: Trained, unseen: bool) -> float:
    """The share of test prints read right, of syllables in the training set or of others; with jamo, all three must be."""
    model, classes = cast(HangulOCR, trained.model), trained.y_test[:, 0]
    asked = (classes > trained.y_train[:, 0].max()) == unseen
    with torch.no_grad():
        scores = model(trained.x_test[asked])
    if scores.shape[1] != sum(JAMO):
        return float((scores.argmax(1) == classes[asked]).float().mean())
    named = torch.stack([part.argmax(-1) for part in torch.split(scores, list(JAMO), dim=-1)], dim=1)
    return float((named == trained.y_test[asked, 1:]).all(1).float().mean())


def experiment(p: Parameters) -> Experiment:
    """A class a syllable, from clean prints and from distorted ones; and jamo from distorted ones."""
    net, adam = partial(HangulOCR, SIDE, 8, 96), partial(torch.optim.Adam, lr=0.005)
    fading = partial(torch.optim.lr_scheduler.LinearLR, start_factor=1.0, end_factor=0.02, total_iters=p.steps)
    clean = Training(
        data=partial(prints, p, False),
        model=partial(net, CLASSES),
        loss=lambda scores, y: F.cross_entropy(scores, y[:, 0]),
        optimizer=adam,
        schedule=fading,
        steps=p.steps,
    )
    taught = replace(clean, data=partial(prints, p, True))
    by_jamo = replace(taught, model=partial(net, sum(JAMO)), loss=lambda scores, y: jamo_loss(scores, y[:, 1:]))
    return Experiment(
        arms={"clean": clean, "distorted": taught, "jamo": by_jamo},
        metrics={"seen": partial(right, unseen=False), "unseen": partial(right, unseen=True)},
        claims={
            "distortion_pays": Claim(lambda arms: arms.distorted.seen - arms.clean.seen, above=0.15),
            "classes_are_closed": Claim(lambda arms: arms.distorted.unseen == 0),
            "unseen_are_read": Claim(lambda arms: arms.jamo.unseen, above=0.7),
            "some_unseen_are_read": Claim(lambda arms: arms.jamo.unseen, above=0.25),
        },
    )
