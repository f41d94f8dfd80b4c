"""Dropout, batch normalization and augmentation: what they compute exactly, and what they do over seeds."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.regularization import (
    MEMORIZING,
    SEEDS,
    accuracies,
    gains,
    mean,
    memorized,
    seeded,
    trained_arms,
    trained_on,
    wide,
    with_noise,
)  # fmt: skip
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.data.split import Split
from seodang.experiment import Batch, Trained, Training
from seodang.models import mlp
from seodang.models.augmentation import everywhere, mirrored, moved, shifted
from seodang.models.batch_norm import BatchNorm, folded
from seodang.models.blocks import blocks

THREE = SEEDS[:3]


@pytest.mark.system(name="dropout")
@pytest.mark.parametrize("layer", [nn.Dropout, nn.Dropout2d])
def test_dropout_does_not_change_what_a_linear_layer_gives_on_average(
    layer: Callable[[float], nn.Module], measured: Measured
) -> None:
    torch.manual_seed(0)
    images = torch.rand(1, 8, 3, 3)  # one image, channels x height x width, all positive
    weight = torch.rand(5, 72)
    errors = []
    for p in (0.2, 0.5):
        drop, total = layer(p), torch.zeros(5, dtype=torch.float64)
        for _ in range(20):
            dropped = drop(images.expand(5_000, -1, -1, -1))
            total += (dropped.flatten(1) @ weight.T).sum(0).double()
        exact = weight @ images.flatten()
        errors.append(float((total / 100_000 / exact - 1).abs().max()))
        kept = drop(torch.ones(1, 8, 3, 3)).view(8, 9)
        whole = bool((kept == kept[:, :1]).all())
        assert whole == (layer is nn.Dropout2d), "channels are dropped as a whole by Dropout2d, and by it alone"
        assert torch.equal(drop.eval()(images), images)
    name = "channels" if layer is nn.Dropout2d else "units"
    measured(
        f"{name} dropped: mean output over 100,000 masks, relative distance from that without",
        max(errors),
        must="≤ 1 %",
        n=2,
    )
    assert max(errors) <= 0.01


@pytest.mark.system(name="dropout")
def test_dropout_resists_wrong_labels(measured: Measured) -> None:
    found = gains(accuracies(trained_on(replace(MEMORIZING, model=wide(partial(nn.Dropout, 0.5))))), memorized())
    measured("accuracy gained where 40 % of the labels are redrawn", mean(found), must="≥ .10", n=len(SEEDS))
    assert mean(found) >= 0.10
    assert min(found) > 0


@pytest.mark.system(name="dropout")
def test_a_narrow_network_needs_twice_the_steps_with_dropout(measured: Measured) -> None:
    def seen(generator: torch.Generator) -> Split:
        """Digits that are looked at along the training where they were trained on."""
        split = digits(generator)
        return split._replace(x_test=split.x_train, y_test=split.y_train)

    def steps_to_a_tenth(trained: Trained) -> int:
        looks = zip(trained.history.steps, trained.history.test_loss, strict=True)
        return next(step for step, loss in looks if loss <= 0.1)

    plain = Training(
        data=seen, model=partial(blocks, [64, 32, 32, 10], [nn.ReLU]), loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1), steps=3000, every=50,
    )  # fmt: skip
    dropped = replace(plain, model=partial(blocks, [64, 32, 32, 10], [nn.ReLU, partial(nn.Dropout, 0.5)]))
    arms = trained_arms({"plain": plain, "dropped": dropped}, THREE)
    steps = {name: [steps_to_a_tenth(one) for one in ones] for name, ones in arms.items()}
    ratios = [a / b for a, b in zip(steps["dropped"], steps["plain"], strict=True)]
    measured("steps to a training loss of .1 over those without, width 32", min(ratios), must="≥ 2", n=len(ratios))
    assert min(ratios) >= 2


@pytest.mark.system(name="batch_norm")
def test_batch_normalization_is_pytorchs_and_keeps_no_graph(measured: Measured) -> None:
    torch.manual_seed(0)
    ours, theirs, gaps = BatchNorm(6).double(), nn.BatchNorm1d(6).double(), []
    for step in range(20):
        x = 3 * torch.randn(7, 6, dtype=torch.float64) + step
        both = []
        for net in (ours, theirs):
            inputs = x.clone().requires_grad_()
            y = net(inputs)
            slopes = torch.autograd.grad((y * torch.linspace(-1, 2, 42).view(7, 6)).sum(), [inputs, net.weight, net.bias])
            both.append([y.detach(), *slopes, net.running_mean, net.running_var])
        gaps += [float((a - b).abs().max()) for a, b in zip(*both, strict=True)]
        with torch.no_grad():
            for net in (ours, theirs):
                net.weight.mul_(1.01)
                net.bias.add_(0.1)
    assert not any(buffer.requires_grad for buffer in ours.buffers())
    gaps.append(float((ours.eval()(x) - theirs.eval()(x)).detach().abs().max()))
    ours = BatchNorm(1, momentum=1.0)
    ours(torch.tensor([[1.0], [2.0], [4.0]]))
    measured("values, gradients and running statistics: distance from torch's", max(gaps), must="≤ 1e-6", n=len(gaps))
    measured("running variance of 1, 2, 4: with n / (n − 1)", float(ours.running_var), must="2.333")
    assert max(gaps) <= 1e-6
    assert float(ours.running_var) == pytest.approx(7 / 3)


@pytest.mark.system(name="batch_norm")
def test_batch_normalization_widens_the_range_of_learning_rates(measured: Measured) -> None:
    rates = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
    sizes = [64, *[64] * 5, 10]
    plain = Training(
        data=digits, model=partial(blocks, sizes, [nn.ReLU]), loss=F.cross_entropy,
        optimizer=partial(torch.optim.SGD, lr=0.1), steps=300,
    )  # fmt: skip
    norm = replace(plain, model=partial(blocks, sizes, [partial(nn.BatchNorm1d, 64), nn.ReLU]))
    for name, base in (("without it", plain), ("with it", norm)):
        arms = {f"{lr:g}": replace(base, optimizer=partial(torch.optim.SGD, lr=lr)) for lr in rates}
        trained = trained_arms(arms, THREE)
        worst = [min(accuracies(trained[f"{lr:g}"])) for lr in rates]
        good = [lr for lr, accuracy in zip(rates, worst, strict=True) if accuracy >= 0.9]
        decades = math.log10(good[-1] / good[0]) if good else 0.0
        measured(
            f"lowest accuracy {name} at lr {', '.join(arms)}", ", ".join(f"{value:.2f}" for value in worst), n=len(THREE)
        )
        if base is plain:
            measured("rates of them that reach .9 without it", len(good), must="0", n=len(THREE))
            assert not good
        else:
            measured("decades of rates that reach .9 with it", decades, must="≥ 2", n=len(THREE))
            assert decades >= 2
            assert good == [lr for lr in rates if good[0] <= lr <= good[-1]]


@pytest.mark.system(name="batch_norm")
def test_a_trained_network_is_used_in_evaluation_mode_and_its_normalization_can_be_folded_away(measured: Measured) -> None:
    net = partial(blocks, [64, 64, 64, 10], [partial(nn.BatchNorm1d, 64), nn.ReLU])
    training = Training(data=digits, model=net, loss=F.cross_entropy, optimizer=partial(torch.optim.SGD, lr=0.1), steps=300)
    table: dict[str, list[float]] = {"evaluation": [], "batches of 2": [], "64 of one class": []}
    gaps = []
    for one in trained_on(training, THREE):
        x, y = one.x_test, one.y_test
        order = y.argsort()
        with torch.no_grad():
            table["evaluation"].append(one.accuracy())
            first, norm1, _, second, norm2, _, last = one.model.children()
            assert isinstance(first, nn.Linear)
            assert isinstance(second, nn.Linear)
            assert isinstance(norm1, nn.BatchNorm1d)
            assert isinstance(norm2, nn.BatchNorm1d)
            fold = nn.Sequential(folded(first, norm1), nn.ReLU(), folded(second, norm2), nn.ReLU(), last)
            gaps.append(float((fold(x) - one.model(x)).abs().max()))
            one.model.train()
            guesses = torch.cat([one.model(part).argmax(-1) for part in torch.split(x, 2)])
            table["batches of 2"].append(float((guesses == y).float().mean()))
            guesses = torch.cat([one.model(part).argmax(-1) for part in torch.split(x[order][:448], 64)])
            table["64 of one class"].append(float((guesses == y[order][:448]).float().mean()))
            with pytest.raises(ValueError, match="Expected more than 1 value"):
                one.model(x[:1])
    for name, found in table.items():
        good = name == "evaluation"
        mode = "evaluation mode" if good else f"training mode, {name}"
        bound = {"evaluation": "≥ .97", "batches of 2": "≤ .70", "64 of one class": "≤ .60"}[name]
        measured(f"test accuracy, {mode}", mean(found), must=bound, n=len(THREE))
    measured("largest difference of an output after folding", max(gaps), must="≤ 1e-5", n=len(gaps))
    assert mean(table["evaluation"]) >= 0.97
    assert mean(table["batches of 2"]) <= 0.70
    assert mean(table["64 of one class"]) <= 0.60
    assert max(gaps) <= 1e-5
    with pytest.raises(ValueError, match="x: a batch of 1 has no variance"):
        BatchNorm(3)(torch.zeros(1, 3))


def picture(x: Tensor) -> Tensor:
    """(batch, 64) pixels as (batch, 1, 8, 8)."""
    return x.view(-1, 1, 8, 8)


def on_shifted(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    return F.cross_entropy(model(shifted(picture(batch.x), batch.noise).flatten(1)), batch.y)


def on_mirrored(model: Callable[[Tensor], Tensor], batch: Batch) -> Tensor:
    return F.cross_entropy(model(mirrored(picture(batch.x), batch.noise).flatten(1)), batch.y)


def uniform(samples: int, generator: torch.Generator) -> Tensor:
    return torch.rand(samples, generator=generator)


def shifted_accuracy(trained: Trained) -> float:
    """On test images moved by one pixel in each of the eight directions."""
    ways = torch.cat([copies for k, copies in enumerate(everywhere(picture(trained.x_test))) if k != 4])
    with torch.no_grad():
        return float((trained.model(ways.flatten(1)).argmax(-1) == trained.y_test.repeat(8)).float().mean())


@pytest.mark.system(name="augmentation")
def test_shifts_help_with_shifted_digits_and_mirrors_harm(measured: Measured) -> None:
    plain = Training(
        data=digits, model=partial(mlp, [64, 128, 10]), loss=F.cross_entropy,
        optimizer=partial(torch.optim.Adam, lr=0.003), steps=500,
    )  # fmt: skip
    found = {
        "plain": trained_on(plain, THREE),
        "shifted": trained_on(with_noise(plain, on_shifted, uniform), THREE),
        "mirrored": trained_on(with_noise(plain, on_mirrored, uniform), THREE),
    }
    gain = gains([shifted_accuracy(one) for one in found["shifted"]], [shifted_accuracy(one) for one in found["plain"]])
    clean = gains(accuracies(found["shifted"]), accuracies(found["plain"]))
    harm = gains(accuracies(found["mirrored"]), accuracies(found["plain"]))
    plainly = mean([shifted_accuracy(one) for one in found["plain"]])
    measured("accuracy on digits moved by a pixel, without augmentation", plainly, n=len(THREE))
    measured("the same, gained by training on moved digits", mean(gain), must="≥ .25", n=len(THREE))
    measured("accuracy on digits as they are, gained by it", mean(clean), n=len(THREE))
    measured("the same, gained by training on mirrored digits: a loss", mean(harm), must="≤ −.01", n=len(THREE))
    assert mean(gain) >= 0.25
    assert min(gain) > 0
    assert mean(harm) <= -0.01


@pytest.mark.system(name="augmentation")
def test_an_image_is_moved_as_by_hand(measured: Measured) -> None:
    images = torch.rand(6, 2, 5, 4, generator=seeded(0))
    cases = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-2, 2)]
    wrong = 0
    for down, right in cases:
        by_hand = torch.zeros_like(images)
        for row in range(5):
            for column in range(4):
                if 0 <= row - down < 5 and 0 <= column - right < 4:
                    by_hand[..., row, column] = images[..., row - down, column - right]
        wrong += not torch.equal(moved(images, down, right), by_hand)
    chosen = torch.tensor([0.0, 0.13, 0.45, 0.5, 0.8, 0.999])
    ways = [(-1, -1), (-1, 0), (0, 0), (0, 0), (1, 0), (1, 1)]  # the nine ways in reading order: ninths of [0, 1)
    wrong += sum(
        not torch.allclose(shifted(images, chosen)[k], moved(images[k : k + 1], *way)[0]) for k, way in enumerate(ways)
    )
    turned = mirrored(images, chosen)
    wrong += sum(
        not torch.equal(turned[k], images[k].flip(-1) if share < 0.5 else images[k]) for k, share in enumerate(chosen)
    )
    measured("moves and mirrors that differ from those by hand", wrong, must="0", n=len(cases) + 12)
    assert wrong == 0
