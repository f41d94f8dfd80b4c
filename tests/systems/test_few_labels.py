"""Few labels: one known image a class, and features learned without labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from systems.conftest import Measured
from systems.episodes import episodes, nearest, pairs
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.data.hangul import distorted
from seodang.data.split import Split
from seodang.experiment import Batch, Trained, Training, Turn
from seodang.models.contrastive import contrastive_loss, turned
from seodang.models.conv4 import conv4
from seodang.models.matching import MatchingNetwork
from seodang.models.prototypical import PrototypicalNetwork
from seodang.models.siamese import SiameseNetwork, koch_siamese
from seodang.training import train
from seodang.training.replica import stream

SEEDS = (0, 1, 2)


def trained_on(training: Training) -> list[Trained]:
    return train(training, SEEDS, threads=1, strategy="loop")


def size(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.system(name="one_shot")
def test_the_published_networks_have_their_parameters(measured: Measured) -> None:
    """Koch et al. give the layers of figure 4 and no total: it is counted from them. So it is with the four blocks."""
    with torch.device("meta"):
        koch, blocks = koch_siamese(), conv4()
        assert koch(torch.zeros(2, 2, 105, 105)).shape == (2,)
        assert blocks(torch.zeros(2, 1, 28, 28)).shape == (2, 64)
    by_hand = (100 * 64 + 64) + (49 * 64 * 128 + 128) + (16 * 128 * 128 + 128) + (16 * 128 * 256 + 256)
    by_hand += (9_216 * 4_096 + 4_096) + 4_097
    assert size(koch) == by_hand == 38_951_745
    assert size(blocks) == (9 * 64 + 64 + 128) + 3 * (9 * 64 * 64 + 64 + 128) == 111_936
    measured("parameters of Koch's Siamese network", size(koch), must="38,951,745")
    measured("parameters of the four blocks", size(blocks), must="111,936")


@pytest.mark.system(name="one_shot")
def test_scores_are_those_of_the_equations(measured: Measured) -> None:
    """With the identity for an embedding: distances to class means, and sums of attention over a class's examples."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, 4, 1, 2, 2, dtype=torch.float64)  # three classes, two known and two asked of each
    known, asked = x[:, :, :2].flatten(3), x[:, :, 2:].reshape(2, 6, 4)
    means = known.mean(dim=2)
    gap = float((PrototypicalNetwork(nn.Flatten(), 2)(x) + torch.cdist(asked, means).square()).abs().max())
    attention = (10 * F.cosine_similarity(asked[:, :, None], known.reshape(2, 1, 6, 4), dim=3)).softmax(dim=2)
    by_hand = attention.view(2, 6, 3, 2).sum(dim=3)
    other = float((MatchingNetwork(nn.Flatten(), 2)(x).exp() - by_hand).abs().max())
    assert max(gap, other) <= 1e-9
    measured("scores of both, from the papers' equations", max(gap, other), must="≤ 1e-9", n=2)
    net = SiameseNetwork(conv4(filters=4, blocks=2), 16).double().eval()
    two = torch.randn(3, 2, 8, 8, dtype=torch.float64)
    told = net(two).detach()
    assert torch.equal(told, net(two.flip(1)))
    assert torch.allclose(net(two[:, :1].expand(-1, 2, -1, -1)), net.head.bias.expand(3))
    assert told.unique().numel() == 3


def episodic_loss(scores: Tensor, classes: Tensor) -> Tensor:
    return F.cross_entropy(scores.flatten(0, 1), classes.flatten())


def by_pairs(net: nn.Module, x: Tensor) -> Tensor:
    """(episodes, asked): the known image that a Siamese network holds likeliest to show the same as the asked one."""
    known, asked = x[:, :, 0, 0], x[:, :, 1:, 0].flatten(1, 2)
    both = [asked[:, :, None].expand(-1, -1, known.shape[1], -1, -1), known[:, None].expand(-1, asked.shape[1], -1, -1, -1)]
    with torch.no_grad():
        logits: Tensor = net(torch.stack(both, dim=3).flatten(0, 2))
    return logits.view(len(x), asked.shape[1], -1).argmax(dim=2)


def in_pixels(x: Tensor) -> Tensor:
    """(episodes, asked): the known image whose pixels are nearest."""
    images = x.flatten(3)
    return nearest(images[:, :, 0], images[:, :, 1:].flatten(1, 2))


def share(told: Tensor, right: Tensor) -> float:
    return float((told == right).float().mean())


ADAM = partial(torch.optim.Adam, lr=0.005)


@pytest.mark.slow
@pytest.mark.system(name="one_shot")
@pytest.mark.parametrize("kind", [PrototypicalNetwork, MatchingNetwork])
def test_one_image_of_an_unseen_syllable_is_enough(kind: Callable[[nn.Module], nn.Module], measured: Measured) -> None:
    """Five unseen syllables of Hangul, one print of each; the net has been trained on 200 others."""
    training = Training(
        data=episodes, model=lambda: kind(conv4(filters=16)), loss=episodic_loss, optimizer=ADAM, steps=100, batch=8
    )
    made = trained_on(training)
    learned = [trained.accuracy() for trained in made]
    pixels = [share(in_pixels(trained.x_test), trained.y_test) for trained in made]
    with torch.no_grad():
        drawn = [share(trained.initial(trained.x_test).argmax(-1), trained.y_test) for trained in made]
    name = "prototypical" if kind is PrototypicalNetwork else "matching"
    measured(f"5 ways, 1 shot, {name}: mean accuracy", sum(learned) / 3, n=3)
    measured(f"5 ways, 1 shot, {name} untrained: mean accuracy", sum(drawn) / 3, n=3)
    if kind is PrototypicalNetwork:
        measured("5 ways, 1 shot, nearest in pixels: mean accuracy", sum(pixels) / 3, n=3)
    gains = [a - b for a, b in zip(learned, pixels, strict=True)]
    assert min(gains) >= 0.2
    assert all(a >= b + 0.1 for a, b in zip(learned, drawn, strict=True))
    measured(f"{name} above pixels, smallest", min(gains), must="≥ 0.2", n=3)


@pytest.mark.slow
@pytest.mark.system(name="one_shot")
def test_so_is_one_for_a_net_that_has_learned_what_is_the_same(measured: Measured) -> None:
    siamese = Training(
        data=pairs,
        model=lambda: SiameseNetwork(conv4(filters=16), 16),
        loss=F.binary_cross_entropy_with_logits,
        optimizer=ADAM,
        steps=300,
        batch=64,
    )
    learned, gains = [], []
    for trained in trained_on(siamese):
        new = episodes(stream(trained.seed, "split"), train=1)
        learned.append(share(by_pairs(trained.model, new.x_test), new.y_test))
        gains.append(learned[-1] - share(in_pixels(new.x_test), new.y_test))
    assert min(gains) >= 0.2
    measured("5 ways, 1 shot, Siamese: mean accuracy", sum(learned) / 3, n=3)
    measured("Siamese above pixels, smallest", min(gains), must="≥ 0.2", n=3)


def normalized_body() -> nn.Sequential:
    """(n, 1, 8, 8) digits to 128 features."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((1, 16), (16, 32)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten())


def probe(features: nn.Module, split: Split) -> float:
    """The test accuracy of logistic regression on the features of five labelled digits a class."""
    rows = torch.cat([(split.y_train == c).nonzero()[:5, 0] for c in range(10)])
    with torch.no_grad():
        known, asked = (features(x.view(-1, 1, 8, 8)) for x in (split.x_train, split.x_test))
    mean, spread = known.mean(dim=0), known.std(dim=0) + 1e-3
    model = LogisticRegression(max_iter=1_000).fit(((known[rows] - mean) / spread).numpy(), split.y_train[rows].numpy())
    return float(model.score(((asked - mean) / spread).numpy(), split.y_test.numpy()))


class Projected(nn.Module):
    """A body and the head that only the contrastive loss sees."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU()]
        layers += [nn.MaxPool2d(2), nn.Conv2d(12, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 32))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))  # type: ignore[no-any-return]


def views(generator: torch.Generator) -> Split:
    """(n, 2, 8, 8) two distorted views of every digit; there are no labels."""
    x = digits(generator).x_train.view(-1, 8, 8).repeat(4, 1, 1)
    both = torch.stack([distorted(x, generator, shift=0.12, turn=15.0) for _ in range(2)], dim=1)
    return Split(both, torch.zeros(len(both)), both[:10], torch.zeros(10))


def turns(generator: torch.Generator) -> Split:
    """Digits turned four ways, and which way; there are no labels of digits."""
    split = digits(generator)
    return Split(*turned(split.x_train.view(-1, 1, 8, 8)), *turned(split.x_test.view(-1, 1, 8, 8)))


def alike(net: nn.Module, batch: Batch) -> Tensor:
    return contrastive_loss(net(batch.x[:, 0, None]), net(batch.x[:, 1, None]), 0.2)


@pytest.mark.slow
@pytest.mark.system(name="self_supervised")
def test_features_learned_without_labels_need_few_of_them(measured: Measured) -> None:
    adam = partial(torch.optim.Adam, lr=0.003)
    contrastive = Training(data=views, model=Projected, turns=(Turn(alike, adam),), steps=200, batch=96)
    rotation = Training(
        data=turns,
        model=lambda: nn.Sequential(normalized_body(), nn.Linear(128, 4)),
        loss=F.cross_entropy,
        optimizer=adam,
        steps=200,
    )
    gains: dict[str, list[float]] = {}
    for name, training in (("views", contrastive), ("turns", rotation)):
        for trained in trained_on(training):
            learned, drawn = (next(net.children()) for net in (trained.model, trained.initial))  # the body, not the head
            split = digits(stream(trained.seed, "split"))
            gains.setdefault(name, []).append(probe(learned, split) - probe(drawn, split))
            gains.setdefault(f"{name}, pixels", []).append(probe(learned, split) - probe(nn.Flatten(), split))
    views_gain, turns_gain, over_pixels = (sum(gains[name]) / 3 for name in ("views", "turns", "views, pixels"))
    measured("5 labels a class: learned by telling views apart, above random features", views_gain, must="≥ 0.05", n=3)
    measured("the same above the pixels themselves", over_pixels, must="> 0", n=3)
    measured("5 labels a class: learned by telling turns apart, above random features", turns_gain, must="> 0", n=3)
    assert views_gain >= 0.05
    assert min(turns_gain, over_pixels) > 0


@pytest.mark.system(name="self_supervised")
def test_the_contrastive_loss_is_the_papers(measured: Measured) -> None:
    """Equation 1 of Chen et al. 2020, written out pair by pair."""
    torch.manual_seed(0)
    one, other = torch.randn(2, 5, 3, dtype=torch.float64)
    rows = F.normalize(torch.cat([one, other]), dim=1)
    terms = []
    for i in range(10):
        similar = [float(rows[i] @ rows[k]) / 0.5 for k in range(10)]
        others = torch.tensor([s for k, s in enumerate(similar) if k != i], dtype=torch.float64)
        terms.append(float(others.logsumexp(0)) - similar[(i + 5) % 10])
    gap = abs(float(contrastive_loss(one, other)) - sum(terms) / 10)
    assert gap <= 1e-9
    measured("contrastive loss, from equation 1 by hand", gap, must="≤ 1e-9")
