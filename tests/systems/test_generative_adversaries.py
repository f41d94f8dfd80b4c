"""The adversarial game: its exact value and gradients, the ring of eight distributions, and DCGAN on digits."""

import ast
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import ModuleType

import pytest
import torch
from systems import generative
from systems.conftest import Measured
from systems.convolutional import counted
from systems.generative import (
    adversaries,
    deceive,
    fixed_noise,
    judge,
    modes,
    on_ring,
    samples_of,
    tell_apart,
    trained_arms,
    trained_on,
)
from torch import Tensor, nn

from seodang.data.digits import digits
from seodang.experiment import Trained, Training
from seodang.models import dcgan, gan

gans = pytest.mark.system(name="gan")
dcgans = pytest.mark.system(name="dcgan")
slow = pytest.mark.slow
LATENT = 16


def two_distributions(seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    p, q = torch.rand(2, 12, generator=generator, dtype=torch.float64) ** 2
    return p / p.sum(), q / q.sum()


@gans
def test_the_value_of_the_game(measured: Measured) -> None:
    p, _ = two_distributions(0)
    reached = float(gan.value_at_best(p, p))
    measured("value at the best discriminator when made equals real, plus ln 4", reached + math.log(4), must="0 ± 1e-9")
    assert abs(reached + math.log(4)) <= 1e-9
    assert float(gan.value(torch.zeros(5, 1), torch.zeros(7, 1))) == pytest.approx(-math.log(4))
    worst, gained = 0.0, -math.inf
    for seed in range(8):
        p, q = two_distributions(seed)
        middle = (p + q) / 2
        shannon = sum((torch.xlogy(part, part) - torch.xlogy(part, middle)).sum() for part in (p, q)) / 2
        worst = max(worst, abs(float(gan.value_at_best(p, q) - (2 * shannon - math.log(4)))))
        best = torch.logit(gan.best_discriminator(p, q))
        for shift in (-0.1, 0.1):
            other = best + shift * torch.randn(12, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
            played = (p * torch.nn.functional.logsigmoid(other) + q * torch.nn.functional.logsigmoid(-other)).sum()
            gained = max(gained, float(played - gan.value_at_best(p, q)))
    measured("value from 2 JSD - ln 4, largest difference", worst, must="≤ 1e-9", n=8)
    measured("what another discriminator gains over D*", gained, must="< 0", n=16)
    assert worst <= 1e-9
    assert gained < 0


@gans
def test_the_loss_that_does_not_saturate_is_99_times_as_steep_where_the_discriminator_is_sure(measured: Measured) -> None:
    made = torch.logit(torch.tensor([0.01], dtype=torch.float64)).requires_grad_()
    (flat,) = torch.autograd.grad(gan.saturating_loss(made), made)
    (steep,) = torch.autograd.grad(gan.deceiving_loss(made), made)
    measured("gradient of -log D over that of log(1 - D), at D = 0.01", float(steep / flat), must="99")
    assert float(steep / flat) == pytest.approx(99)


@gans
def test_all_ways_to_hold_the_generator_still_give_the_discriminator_the_same_gradient(measured: Measured) -> None:
    torch.manual_seed(0)
    net, x, z = gan.gan(), torch.randn(64, 2), torch.randn(64, 2)

    def slopes(made: Tensor) -> tuple[list[Tensor], float]:
        net.zero_grad()
        (-gan.value(net.discriminator(x), net.discriminator(made))).backward()  # type: ignore[no-untyped-call]
        touched = sum(float(p.grad.norm()) for p in net.generator.parameters() if p.grad is not None)
        return [p.grad.clone() for p in net.discriminator.parameters() if p.grad is not None], touched

    plain, touched = slopes(net(z))
    assert touched > 0, "nothing holds it still"
    ways = [slopes(net(z).detach())]
    with torch.no_grad():
        made = net(z)
    ways.append(slopes(made))
    net.generator.requires_grad_(False)
    ways.append(slopes(net(z)))
    net.generator.requires_grad_(True)
    apart = max(float((a - b).abs().max()) for way, _ in ways for a, b in zip(way, plain, strict=True))
    measured("generator's gradient when detached, without gradient, frozen", max(held for _, held in ways), must="0", n=3)
    measured("and the discriminator's, difference from not holding it still", apart, must="0", n=3)
    assert max(held for _, held in ways) == 0
    assert apart == 0


@slow
@gans
def test_modes_of_the_ring_at_equal_rates_and_with_a_slow_discriminator(measured: Measured) -> None:
    trained = trained_arms({"equal": on_ring(2000, 0.001), "slow": on_ring(2000, 0.0001)}, range(5))
    found = {name: [modes(samples_of(one, fixed_noise(2000, 2))) for one in ones] for name, ones in trained.items()}
    least, most = min(held for held, _ in found["equal"]), max(held for held, _ in found["slow"])
    measured("of the ring's 8 modes at equal learning rates, worst seed", least, must="≥ 7", n=5)
    measured("share of samples within 4 deviations of a mode, worst seed", min(near for _, near in found["equal"]), n=5)
    measured("of 8 modes with the discriminator's rate at a tenth, best seed", most, must="≤ 2", n=5)
    assert least >= 7
    assert most <= 2


def code_lines(source: ModuleType | Callable[..., object]) -> set[tuple[str, int]]:
    """The lines with code: no blanks, comments, docstrings or imports."""
    lines, first = inspect.getsourcelines(source)
    tree = ast.parse("".join(lines))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if words or isinstance(node, ast.Import | ast.ImportFrom):
            assert isinstance(node, ast.stmt)
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    kept = [n for n, line in enumerate(lines, 1) if n not in skipped and line.strip() and not line.strip().startswith("#")]
    return {(inspect.getsourcefile(source) or "", max(first, 1) + n) for n in kept}


@dcgans
def test_it_is_a_short_program(measured: Measured) -> None:
    parts = [dcgan, gan.GAN, gan.value, gan.deceiving_loss, adversaries, tell_apart, deceive]
    lines = len(set[tuple[str, int]]().union(*(code_lines(part) for part in parts)))  # type: ignore[arg-type]
    measured("lines of code: networks, losses and training", lines, must="≤ 90")
    assert 40 <= lines <= 90
    assert len(code_lines(code_lines)) == 11


@dcgans
def test_parameters_and_shapes_of_64_pixels(measured: Measured) -> None:
    made, judged = counted(dcgan.dcgan_generator, (100,)), counted(dcgan.dcgan_discriminator, (3, 64, 64))
    measured("parameters of the generator of 64 x 64 images", made.parameters, must="3,576,704")
    measured("and of the discriminator", judged.parameters, must="2,765,568")
    assert made.parameters == 3_576_704
    assert judged.parameters == 2_765_568
    z = torch.randn(2, 100)
    image = dcgan.dcgan_generator()(z)
    assert image.shape == (2, 3, 64, 64)
    assert float(image.detach().abs().max()) <= 1
    assert dcgan.dcgan_discriminator()(image).shape == (2, 1)


def kinds(net: nn.Sequential) -> list[type[nn.Module]]:
    return [type(layer) for layer in net]


@dcgans
def test_batch_normalization_follows_every_layer_but_the_generators_last_and_the_discriminators_first(
    measured: Measured,
) -> None:
    made, judged = kinds(dcgan.dcgan_generator()), kinds(dcgan.dcgan_discriminator())
    after = [made[n + 1] for n, kind in enumerate(made) if kind is nn.ConvTranspose2d]
    reading = [judged[n + 1] for n, kind in enumerate(judged) if kind is nn.Conv2d]
    assert after == [*[nn.BatchNorm2d] * 4, nn.Tanh]
    assert reading == [nn.LeakyReLU, *[nn.BatchNorm2d] * 3, nn.Flatten]
    placed = f"{after.count(nn.BatchNorm2d)} of {len(after)} and {reading.count(nn.BatchNorm2d)} of {len(reading)}"
    measured("layers with batch normalization, generator and discriminator", placed, must="all but last; all but ends")


@dcgans
def test_at_the_output_it_makes_every_batch_alike(measured: Measured) -> None:
    torch.manual_seed(0)
    advised, against = (dcgan.generator(LATENT, 8, 1, 2, 2, at_output=at_output) for at_output in (False, True))
    spread = {}
    for name, net in (("advised", advised), ("against", against)):
        before_tanh = nn.Sequential(*list(net)[:-1])
        means = [before_tanh(torch.randn(64, LATENT)).detach().mean() for _ in range(20)]
        spread[name] = float(torch.stack(means).std())
    pixels = digits(torch.Generator().manual_seed(0)).x_train
    real = float(torch.stack([batch.mean() for batch in pixels.split(64)[:20]]).std())  # type: ignore[no-untyped-call]
    what = "spread of a batch's mean over 20 batches, normalized at the output"
    measured(what, spread["against"], must="≤ 1e-6")
    measured("and without, before training", spread["advised"], must="> 1e-6")
    measured("and that of real digits", real, must="> 0.001")
    assert spread["against"] <= 1e-6 < spread["advised"]
    assert real > 0.001


def scaled(generator: torch.Generator) -> generative.Points:
    x_train, y_train, x_test, y_test = digits(generator)
    return 2 * x_train - 1, y_train, 2 * x_test - 1, y_test


def on_digits(steps: int, *, normalized: bool = True, at_output: bool = False) -> Training:
    model = partial(dcgan.dcgan_small, LATENT, 16, normalized=normalized, at_output=at_output)
    return replace(adversaries(model, scaled, LATENT, steps, (0.001, 0.001)), batch=64)


def judged(ones: Sequence[Trained], classifier: nn.Module) -> list[tuple[float, int]]:
    """A seed each: the share of 1,000 samples that the classifier is 0.8 sure of, and how many classes 2 % of them are."""
    found = []
    for one in ones:
        with torch.no_grad():
            sure, classes = classifier((samples_of(one, fixed_noise(1000, LATENT)) + 1) / 2).softmax(1).max(1)
        held = torch.bincount(classes[sure >= 0.8], minlength=10) / 1000
        found.append((float((sure >= 0.8).float().mean()), int((held >= 0.02).sum())))
    return found


@slow
@dcgans
def test_a_classifier_recognizes_what_it_draws(measured: Measured) -> None:
    classifier = judge()
    found = judged(trained_on(on_digits(800)), classifier.model)
    measured("accuracy of the classifier that judges", classifier.accuracy(), must="≥ 0.97")
    measured("share of samples it is 0.8 sure of, worst seed", min(sure for sure, _ in found), must="≥ 0.4", n=3)
    measured("classes that at least 2 % of the samples are, worst seed", min(held for _, held in found), must="≥ 6", n=3)
    assert classifier.accuracy() >= 0.97
    assert min(sure for sure, _ in found) >= 0.4
    assert min(held for _, held in found) >= 6


@slow
@dcgans
def test_where_batch_normalization_is_placed(measured: Measured) -> None:
    classifier = judge().model
    arms = {
        "hidden": on_digits(400),
        "nowhere": on_digits(400, normalized=False),
        "output too": on_digits(400, at_output=True),
    }
    classes = {name: [held for _, held in judged(ones, classifier)] for name, ones in trained_arms(arms).items()}
    for name, held in classes.items():
        measured(f"classes after 400 steps, batch normalization {name}: median seed", sorted(held)[1], n=3)
    fewer = sorted(classes["hidden"])[1] - sorted(classes["nowhere"])[1]
    measured("hidden layers minus nowhere", fewer, must="≥ 3", n=3)
    lost = sorted(classes["hidden"])[1] - sorted(classes["output too"])[1]
    measured("hidden layers minus output too", lost, must="≥ 3 (not reached)" if lost < 3 else "≥ 3", n=3)
    assert fewer >= 3
