"""Relatives of the GAN on the plane: what each of their loss terms does, and the table of what they added."""

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.generative import SEEDS, Points, adam, fixed_noise, modes, normal, tell_apart, trained_on
from torch import Tensor, nn

from seodang import models
from seodang.data.moons import moons
from seodang.data.ring import SPREAD, centres, ring
from seodang.experiment import Batch, Training, Turn
from seodang.models.adversarial_autoencoder import discrepancy
from seodang.models.cyclegan import CycleGAN, cyclegan
from seodang.models.gan_variants import VARIANTS
from seodang.models.infogan import InfoGAN, infogan, noise_and_code
from seodang.models.progressive_gan import Discriminator, EqualizedConv2d, Generator, MinibatchDeviation, NormalizedPixels
from seodang.models.stargan import StarGAN, stargan
from seodang.models.text_to_image import TextToImage, matching_loss, text_to_image

system = pytest.mark.system(name="gan_variants")
slow = pytest.mark.slow


@system
def test_the_table_names_what_is_here(measured: Measured) -> None:
    folder = Path(models.__file__).parent
    for variant in VARIANTS:
        assert not variant.file or (folder / f"{variant.file}.py").is_file(), variant
        terms = " + ".join(["adversarial", *variant.terms])
        measured(f"{variant.name} ({variant.paper})", f"{variant.idea}: {terms}")
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS) == 7
    here = {variant.name: variant.terms for variant in VARIANTS}
    z, x, domain = torch.randn(4, 10), torch.randn(4, 2), F.one_hot(torch.arange(4) % 3, 3).float()
    z[:, 2:] = F.one_hot(torch.arange(4), 8).float()
    by_name = {
        "InfoGAN": infogan().terms(z),
        "CycleGAN": cyclegan().terms(x, x + 1),
        "StarGAN": stargan().terms(x, domain, domain.roll(1, 0)),
    }
    for name, terms_of in by_name.items():
        assert tuple(term for term in terms_of if not term.startswith("adversarial")) == here[name]


def norms(terms: dict[str, Tensor], part: nn.Module) -> dict[str, float]:
    """The norm of each term's gradient over a part of a model."""
    return {
        name: sum(
            float(slope.square().sum()) for slope in torch.autograd.grad(term, list(part.parameters()), retain_graph=True)
        )
        ** 0.5
        for name, term in terms.items()
    }


@system
def test_every_term_moves_the_generator(measured: Measured) -> None:
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 64, 2, generator=generator)
    of, asked = (F.one_hot(torch.randint(3, (64,), generator=generator), 3).float() for _ in range(2))
    info, cycle, star = infogan(), cyclegan(), stargan()
    moved = {
        "InfoGAN": norms(info.terms(noise_and_code(64, generator)), info.generator),
        "StarGAN": norms(star.terms(x, of, asked), star.generator),
    }
    terms = cycle.terms(x, y)
    moved["CycleGAN, there"] = norms({name: term for name, term in terms.items() if "y to x" not in name}, cycle.forth)
    moved["CycleGAN, back"] = norms({name: term for name, term in terms.items() if "x to y" not in name}, cycle.back)
    for name, slopes in moved.items():
        told = ", ".join(f"{term} {slope:.2g}" for term, slope in slopes.items())
        measured(f"gradient of each term over the generator's parameters, {name}", told, must="> 0 each")
        assert all(slope > 0 for slope in slopes.values()), name
    for whole, parts in (
        (star.translate(x, of, asked), star.terms(x, of, asked)),
        (cycle.translate(x, y), terms),
    ):
        assert float(whole.detach()) == pytest.approx(sum(float(part.detach()) for part in parts.values()))


def deceive_and_tell(model: InfoGAN, batch: Batch) -> Tensor:
    return model.deceive_and_tell(batch.noise)


@system
def test_infogans_code_is_read_off_its_samples(measured: Measured) -> None:
    turns = (
        Turn(tell_apart, adam(), of="discriminator"),
        Turn(deceive_and_tell, adam(), of=("generator", "recognizer")),
    )
    training = Training(data=ring, model=infogan, turns=turns, noise=noise_and_code, steps=800, batch=128)
    z = noise_and_code(2000, torch.Generator().manual_seed(1))
    bounds, held, exact = [], [], []
    for one in trained_on(training):
        assert isinstance(one.model, InfoGAN)
        with torch.no_grad():
            made = one.model(z)
            bounds.append(float(one.model.information(z)))
        held.append(modes(made)[0])
        joint = torch.zeros(8, 8).index_put_(
            (z[:, 2:].argmax(1), torch.cdist(made, centres()).argmin(1)), torch.tensor(1 / 2000), accumulate=True
        )
        exact.append(float((torch.xlogy(joint, joint) - torch.xlogy(joint, joint.sum(0) * joint.sum(1)[:, None])).sum()))
    measured(
        "InfoGAN on the ring: bound of mutual information, worst seed", f"{min(bounds):.3f} nats", must="≥ 1.5", n=len(SEEDS)
    )
    measured("and counted, of code and nearest mode", f"{min(exact):.3f} nats", must="≥ 1.5, ≤ ln 8 = 2.079", n=len(SEEDS))
    measured("and modes of 8, worst seed", min(held), must="≥ 7", n=len(SEEDS))
    assert 1.5 <= min(bounds) <= max(bounds) <= math.log(8)
    assert 1.5 <= min(exact) <= max(exact) <= math.log(8) + 1e-6
    assert min(held) >= 7


def unpaired(generator: torch.Generator) -> Points:
    """(1000, 4): two moons, and two moons turned by a quarter and moved, in no common order."""
    turn, move = torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), torch.tensor([2.0, 1.0])

    def drawn() -> Tensor:
        x, y = (moons(generator, 500, 0.05).x_train for _ in range(2))
        order = torch.randperm(len(x), generator=generator)
        return torch.cat([x[order], (y @ turn + move)[torch.randperm(len(y), generator=generator)]], dim=1)

    train, test = drawn(), drawn()
    return train, torch.zeros(len(train)), test, torch.zeros(len(test))


def judge_domains(model: CycleGAN, batch: Batch) -> Tensor:
    return model.tell_apart(batch.x[:, :2], batch.x[:, 2:])


def translate(model: CycleGAN, batch: Batch) -> Tensor:
    return model.translate(batch.x[:, :2], batch.x[:, 2:])


@slow
@system
def test_cyclegan_translates_and_comes_back(measured: Measured) -> None:
    turns = (Turn(judge_domains, adam(), of=("judge_x", "judge_y")), Turn(translate, adam(), of=("forth", "back")))
    cycles, ratios = [], []
    for one in trained_on(Training(data=unpaired, model=cyclegan, turns=turns, steps=2500, batch=128)):
        assert isinstance(one.model, CycleGAN)
        x, y, widths = one.x_test[:, :2], one.x_test[:, 2:], (0.1, 0.3, 1.0)
        with torch.no_grad():
            cycles.append(float(one.model.cycle(x, y)))
            ratios.append(discrepancy(one.model(x), y, widths) / discrepancy(x, y, widths))
    measured("CycleGAN on turned moons: both cycles' mean error, worst seed", max(cycles), must="≤ 0.1", n=len(SEEDS))
    measured("and discrepancy from the other domain, over that before", max(ratios), must="≤ 0.5", n=len(SEEDS))
    assert max(cycles) <= 0.1
    assert max(ratios) <= 0.5


DOMAINS = torch.stack([torch.tensor([math.cos(angle), math.sin(angle)]) for angle in (0.0, math.tau / 3, -math.tau / 3)])


def sides(generator: torch.Generator) -> Points:
    """The three sides of a triangle, a domain each, as points (n, 2) and domains (n, 3) of noughts and a one."""

    def drawn(n: int) -> tuple[Tensor, Tensor]:
        domain = torch.randint(3, (n,), generator=generator)
        along = 1.6 * torch.rand(n, 1, generator=generator) - 0.8
        x = 1.5 * DOMAINS[domain] + along * DOMAINS[domain].flip(1) * torch.tensor([-1.0, 1.0])
        return x + SPREAD * torch.randn(n, 2, generator=generator), F.one_hot(domain, 3).float()

    return *drawn(2000), *drawn(500)


def ask(samples: int, generator: torch.Generator) -> Tensor:
    return F.one_hot(torch.randint(3, (samples,), generator=generator), 3).float()


def judge_sides(model: StarGAN, batch: Batch) -> Tensor:
    return model.tell_apart(batch.x, batch.y, batch.noise)


def to_side(model: StarGAN, batch: Batch) -> Tensor:
    return model.translate(batch.x, batch.y, batch.noise)


@slow
@system
def test_stargan_goes_to_the_domain_asked_for_and_back(measured: Measured) -> None:
    turns = (Turn(judge_sides, adam(), of="discriminator"), Turn(to_side, adam(), of="generator"))
    arrived, back = [], []
    for one in trained_on(Training(data=sides, model=stargan, turns=turns, noise=ask, steps=2000, batch=128)):
        for side in range(3):
            asked = F.one_hot(torch.full((len(one.x_test),), side), 3).float()
            with torch.no_grad():
                moved = one.model(one.x_test, asked)
                back.append(float(F.l1_loss(one.model(moved, one.y_test), one.x_test)))
            arrived.append(float(((moved @ DOMAINS.T).argmax(1) == side).float().mean()))
    measured(
        "StarGAN, three sides of a triangle: samples that arrive at the side asked for", min(arrived), must="≥ 0.95", n=9
    )
    measured("and mean error once translated back", max(back), must="≤ 0.1", n=9)
    assert min(arrived) >= 0.95
    assert max(back) <= 0.1


def coded_ring(generator: torch.Generator) -> Points:
    x_train, y_train, x_test, y_test = ring(generator)
    return x_train, F.one_hot(y_train, 8).float(), x_test, F.one_hot(y_test, 8).float()


def judge_pairs(model: TextToImage, batch: Batch) -> Tensor:
    return model.tell_apart(batch.x, batch.y, batch.noise)


def draw_as_told(model: TextToImage, batch: Batch) -> Tensor:
    return model.deceive(batch.y, batch.noise)


@system
def test_a_generator_that_is_told_what_to_draw_draws_it(measured: Measured) -> None:
    zero, sure = torch.zeros(4, 1), torch.full((4, 1), 20.0)
    assert float(matching_loss(zero, zero, zero)) == pytest.approx(2 * math.log(2))
    assert float(matching_loss(sure, -sure, -sure)) == pytest.approx(0, abs=1e-6)
    assert float(matching_loss(sure, sure, -sure)) == pytest.approx(10), "a real sample with the wrong text must be refused"
    turns = (Turn(judge_pairs, adam(), of="discriminator"), Turn(draw_as_told, adam(), of="generator"))
    training = Training(data=coded_ring, model=text_to_image, turns=turns, noise=normal(2), steps=600, batch=128)
    told = torch.arange(2000) % 8
    shares = []
    for one in trained_on(training):
        with torch.no_grad():
            made = one.model(fixed_noise(2000, 2), F.one_hot(told, 8).float())
        shares.append(float((torch.cdist(made, centres()).argmin(1) == told).float().mean()))
    measured("Text2Image's loss on the ring: samples at the mode they are told, worst seed", min(shares), must="≥ 0.9", n=3)
    assert min(shares) >= 0.9


@system
def test_a_level_that_is_faded_in_begins_as_the_level_below_and_ends_without_it(measured: Measured) -> None:
    torch.manual_seed(0)
    made, judged = Generator((8, 8, 4), 1), Discriminator((8, 8, 4), 1)
    z, widest = torch.randn(3, 8), 0.0
    for level in (1, 2):
        below, alone, half = made(z, level - 1), made(z, level), made(z, level, 0.5)
        doubled = F.interpolate(below, scale_factor=2.0)
        widest = max(widest, float((made(z, level, 0.0) - doubled).detach().abs().max()))
        assert torch.allclose(half, (doubled + alone) / 2, atol=1e-6)
        assert half.shape == (3, 1, 4 * 2**level, 4 * 2**level)
        assert not torch.allclose(alone, doubled, atol=1e-3)
        seen = judged(alone, level, 0.0), judged(F.avg_pool2d(alone, 2), level - 1)
        widest = max(widest, float((seen[0] - seen[1]).detach().abs().max()))
        new = list(made.blocks[level].parameters())
        assert all(float(slope.abs().max()) == 0 for slope in torch.autograd.grad(made(z, level, 0.0).square().sum(), new))
        assert any(float(slope.abs().max()) > 0 for slope in torch.autograd.grad(alone.square().sum(), new))
        head_below = list(made.heads[level - 1].parameters())
        gone = torch.autograd.grad(made(z, level, 1.0).square().sum(), head_below, allow_unused=True)
        assert all(slope is None for slope in gone), "at alpha = 1 the level below has no say of its own"
    measured(
        "progressive growing: at alpha 0 from the level below, both networks, largest difference", widest, must="≤ 1e-6", n=4
    )
    assert widest <= 1e-6


@system
def test_the_published_progressive_networks(measured: Measured) -> None:
    with torch.device("meta"):
        made, judged = Generator(), Discriminator()
    # Once grown, the heads of the levels below are gone.
    sizes = [sum(p.numel() for part in (net.blocks, net.heads[-1]) for p in part.parameters()) for net in (made, judged)]
    image = made(torch.empty(1, 512, device="meta"), 8)
    assert image.shape == (1, 3, 1024, 1024)
    assert judged(image, 8).shape == (1, 1)
    measured("parameters of the generator at 1024 x 1024", sizes[0], must="23.1 million")
    measured("and of the discriminator", sizes[1], must="23.1 million")
    assert [round(size / 1e6, 1) for size in sizes] == [23.1, 23.1]


@system
def test_what_keeps_progressive_networks_from_escalating(measured: Measured) -> None:
    torch.manual_seed(0)
    layer = EqualizedConv2d(32, 64, 3)
    scaled = float((layer.scale * layer.weight).detach().std()) * math.sqrt(32 * 9 / 2)
    measured("standard deviation of a scaled weight over He's", scaled, must="1 ± 0.02")
    assert scaled == pytest.approx(1, abs=0.02)
    normalized = NormalizedPixels()(7 * torch.randn(2, 16, 4, 4)).square().mean(1)
    assert torch.allclose(normalized, torch.ones_like(normalized), atol=1e-5)
    alike, apart = torch.randn(1, 3, 4, 4).expand(5, -1, -1, -1), torch.randn(5, 3, 4, 4)
    seen = [MinibatchDeviation()(x) for x in (alike, apart)]
    assert seen[0].shape == (5, 4, 4, 4)
    assert float(seen[0][:, 3].max()) <= 1e-3
    assert float(seen[1][0, 3, 0, 0]) == pytest.approx(float(apart.std(0, unbiased=False).mean()), rel=1e-4)
