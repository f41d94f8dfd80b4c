"""What is one-shot learning: how are classes told apart of which only one example is known?

Not by training on that example, but by comparing: an embedding learned on many *other* classes makes the nearest known
example the right one (Vinyals et al. 2016; Snell, Swersky & Zemel 2017). Five syllables of Hangul that no training showed,
one print of each. And with no example at all, from a description alone (Lampert, Nickisch & Harmeling 2009).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seodang.data import Split
from seodang.data.hangul import FIRST, distorted, glyphs, hangul, printed
from seodang.experiment import Claim, Experiment, Trained, Training, knob
from seodang.models.conv4 import conv4
from seodang.models.prototypical import PrototypicalNetwork

SIDE, UNSEEN, WAYS, QUERIES, FEW = 16, 50, 5, 3, 7


@dataclass(frozen=True)
class Parameters:
    """So many classes to learn comparing on, or only seven; 50 others to test on, five at a time."""

    classes: int = knob(200, low=20, high=2_000)
    steps: int = knob(80, low=1, high=2_000)


def episodes(classes: int, generator: torch.Generator) -> Split:
    """(episodes, ways, 1 + queries, 1, 16, 16) prints, and which way is right (episodes, ways * queries)."""
    codes = printed()[torch.randperm(len(printed()), generator=generator)[: classes + UNSEEN]]
    sheet, parts = glyphs("".join(chr(FIRST + code) for code in codes.tolist()), SIDE).to(torch.get_default_dtype()), []
    for some, count in ((sheet[:classes], 300), (sheet[classes:], 100)):
        chosen = some[torch.rand(count, len(some), generator=generator).argsort(dim=1)[:, :WAYS]]
        prints = chosen[:, :, None].expand(-1, -1, 1 + QUERIES, -1, -1)
        images = distorted(prints.flatten(0, 2), generator).view(count, WAYS, 1 + QUERIES, 1, SIDE, SIDE)
        parts += [images, torch.arange(WAYS).repeat_interleave(QUERIES).expand(count, -1)]
    return Split(*parts)


def prototypical() -> PrototypicalNetwork:
    """The known print whose embedding is nearest; four convolutional blocks of 16 channels embed."""
    return PrototypicalNetwork(conv4(filters=16))


def untrained(net: Callable[[], nn.Module], classes: int, seed: int) -> float:
    """The accuracy of a net that has learned nothing."""
    new = episodes(classes, torch.Generator().manual_seed(seed))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        return float((net()(new.x_test).argmax(-1) == new.y_test).float().mean())


def described(p: Parameters, seed: int) -> float:
    """Zero-shot: jamo are read off pixels by linear regression, and the unseen syllable is taken that they fit best."""
    x, y, x_new, y_new = hangul(torch.Generator().manual_seed(seed), p.classes, UNSEEN, side=SIDE, copies=8)
    signs = torch.eye(68)[torch.cat([y, y_new])[:, 1:] + torch.tensor([0, 19, 40])].sum(1)  # ones for lead, vowel, tail
    known, new, unseen = signs[: len(y)], signs[len(y) :], y_new[:, 0] >= p.classes
    read = (x_new[unseen] - x.mean(0)) @ torch.linalg.lstsq(x - x.mean(0), known - known.mean(0)).solution
    fit = torch.cdist(read, new[unseen][:UNSEEN] - known.mean(0))  # (prints, syllables)
    return float((fit.argmin(1) == torch.arange(UNSEEN).repeat(2)).float().mean())


def episodic(scores: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy over the ways."""
    return F.cross_entropy(scores.flatten(0, 1), targets.flatten())


def experiment(p: Parameters) -> Experiment:
    """Nearest in pixels, in a random and in a learned embedding, in one learned on few classes; and from descriptions."""
    many, adam = partial(episodes, p.classes), partial(torch.optim.Adam, lr=0.005)
    learned = Training(data=many, model=prototypical, loss=episodic, optimizer=adam, steps=p.steps, batch=8)
    return Experiment(
        arms={
            "pixels": partial(untrained, lambda: PrototypicalNetwork(nn.Flatten()), p.classes),
            "random": partial(untrained, prototypical, p.classes),
            "learned": learned,
            "few": replace(learned, data=partial(episodes, FEW)),
            "described": partial(described, p),
        },
        metrics={"accuracy": lambda made: made.accuracy() if isinstance(made, Trained) else made},
        claims={
            "beats_pixels": Claim(lambda arms: arms.learned.accuracy - arms.pixels.accuracy, above=0.2),
            "beats_random": Claim(lambda arms: arms.learned.accuracy - arms.random.accuracy, above=0.1),
            "classes_matter": Claim(lambda arms: arms.learned.accuracy - arms.few.accuracy, above=0.08),
            "zero_shot_works": Claim(lambda arms: arms.described.accuracy, above=0.32),
        },
    )
