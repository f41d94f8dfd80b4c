"""Several networks trained against one another, objectives without targets, sequences: the same engine, the same numbers."""

import dataclasses
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.test_agreement import doubles, largest_difference
from training.test_replicas import SAME_IN_ANY_CHUNK, same, states_equal
from training.trainings import CLASSES, clusters

from seodang.experiment import Batch, ExperimentError, Training, Turn
from seodang.training import STRATEGIES, strategy_for, train
from seodang.training.captured import Captured
from seodang.training.replica import Replica

__all__ = ["doubles"]

CPU = torch.device("cpu")
LATENT = 4
every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)
others = pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "loop"])
adam = partial(torch.optim.Adam, lr=0.01, betas=(0.5, 0.999))


def latent(samples: int, generator: torch.Generator) -> Tensor:
    return torch.randn(samples, LATENT, generator=generator)


class Gan(nn.Module):
    """Generator and discriminator, the one with batch normalization, the other with dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(LATENT, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 16))
        self.discriminator = nn.Sequential(nn.Linear(16, 8), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(8, 1))


def tell_apart(model: Gan, batch: Batch) -> Tensor:
    """Goodfellow et al. 2014: real from made."""
    real, made = model.discriminator(batch.x), model.discriminator(model.generator(batch.noise))
    return F.softplus(-real).mean() + F.softplus(made).mean()


def deceive(model: Gan, batch: Batch) -> Tensor:
    """The generator's loss that does not saturate."""
    return F.softplus(-model.discriminator(model.generator(batch.noise))).mean()


GAN = Training(
    data=clusters,
    model=Gan,
    turns=(Turn(tell_apart, adam, of="discriminator"), Turn(deceive, adam, of="generator")),
    noise=latent,
    steps=12,
    batch=16,
)


class Vae(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Linear(16, 2 * LATENT), nn.Linear(LATENT, 16)


def evidence_bound(model: Vae, batch: Batch) -> Tensor:
    """Kingma & Welling 2014: reconstruction and the divergence from the prior, with noise drawn outside."""
    mean, log_variance = model.encoder(batch.x).chunk(2, dim=-1)
    rebuilt = model.decoder(mean + torch.exp(0.5 * log_variance) * batch.noise)
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(-1)
    bound: Tensor = (F.mse_loss(rebuilt, batch.x, reduction="none").sum(-1) + divergence).mean()
    return bound


VAE = dataclasses.replace(GAN, model=Vae, turns=(Turn(evidence_bound, adam),))


class Aae(nn.Module):
    """An adversarial autoencoder: the encoder is updated by two turns (Makhzani et al. 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder, self.critic = nn.Linear(16, LATENT), nn.Linear(LATENT, 16), nn.Linear(LATENT, 1)


def rebuild(model: Aae, batch: Batch) -> Tensor:
    return F.mse_loss(model.decoder(model.encoder(batch.x)), batch.x)


def criticize(model: Aae, batch: Batch) -> Tensor:
    return F.softplus(-model.critic(batch.noise)).mean() + F.softplus(model.critic(model.encoder(batch.x))).mean()


def hide(model: Aae, batch: Batch) -> Tensor:
    return F.softplus(-model.critic(model.encoder(batch.x))).mean()


AAE = dataclasses.replace(
    GAN,
    model=Aae,
    turns=(
        Turn(rebuild, adam, of=("encoder", "decoder")),
        Turn(criticize, adam, of="critic"),
        Turn(hide, partial(torch.optim.SGD, lr=0.1, momentum=0.9), of="encoder"),
    ),
)


class Tagger(nn.Module):
    """A class at every place of a sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.mix, self.read = nn.Linear(2, 8), nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        places = torch.cumsum(self.mix(x.view(-1, 8, 2)), dim=1).tanh()
        read: Tensor = self.read(places)
        return read


def every_place(output: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(output.reshape(-1, CLASSES), target.reshape(-1))


def tagged(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    x, _, x_test, _ = clusters(generator)
    tags = [(part.view(-1, 8, 2).sum(-1).cumsum(1) > 0).long() for part in (x, x_test)]
    return x, tags[0], x_test, tags[1]


TAGS = Training(data=tagged, model=Tagger, loss=every_place, optimizer=adam, steps=12, batch=16, every=6)
TRAININGS = {"gan": GAN, "vae": VAE, "aae": AAE, "tags": TAGS}


@others
@pytest.mark.parametrize("name", TRAININGS)
def test_one_step_equals_the_loop(name: str, strategy: str) -> None:
    what = dataclasses.replace(TRAININGS[name], steps=1)
    assert largest_difference(train(what, [3, 4], strategy="loop"), train(what, [3, 4], strategy=strategy)) <= 2e-5


@others
@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("name", TRAININGS)
def test_a_whole_training_in_float64_equals_the_loop(name: str, accumulate: int, clip: float | None, strategy: str) -> None:
    what = dataclasses.replace(TRAININGS[name], clip=clip, accumulate=accumulate)
    assert largest_difference(train(what, [3, 4], strategy="loop"), train(what, [3, 4], strategy=strategy)) <= 1e-11


@pytest.mark.parametrize("strategy", SAME_IN_ANY_CHUNK)
@pytest.mark.parametrize("name", TRAININGS)
def test_any_chunk_of_seeds_gives_the_same_bits(name: str, strategy: str) -> None:
    whole = train(TRAININGS[name], range(5), strategy=strategy)
    for size in (1, 2, 3):
        chunks = [train(TRAININGS[name], range(5)[start : start + size], strategy=strategy) for start in range(0, 5, size)]
        assert same([trained for chunk in chunks for trained in chunk], whole), f"chunks of {size}"


@pytest.mark.parametrize("name", TRAININGS)
def test_turns_are_stacked_and_run_without_python_between_steps(name: str) -> None:
    what = dataclasses.replace(TRAININGS[name], steps=100)
    assert strategy_for(what) == "captured"
    program = Captured([Replica(what, seed, CPU) for seed in (0, 1)])
    program.advance(3)
    assert isinstance(program.steps, torch.jit.ScriptModule)


@every_strategy
def test_a_network_is_frozen_while_the_other_has_its_turn(strategy: str) -> None:
    alone = {part: dataclasses.replace(GAN, turns=(turn,)) for part, turn in zip(("D", "G"), GAN.turns, strict=True)}
    for player, frozen, moved in (("D", "generator", "discriminator"), ("G", "discriminator", "generator")):
        for trained in train(alone[player], [0, 1], strategy=strategy):
            before, after = (
                {name: dict(model.get_submodule(name).named_parameters()) for name in (frozen, moved)}
                for model in (trained.initial, trained.model)
            )
            assert all(torch.equal(before[frozen][name], after[frozen][name]) for name in before[frozen])
            assert not any(torch.equal(before[moved][name], after[moved][name]) for name in before[moved])


@every_strategy
def test_the_losses_of_every_turn_are_kept(strategy: str) -> None:
    for trained in train(GAN, [0, 1], strategy=strategy):
        assert trained.losses.shape == (12, 2)
        with pytest.raises(ExperimentError, match=r"^test_loss: a training of turns has no loss of its own"):
            trained.test_loss()


@every_strategy
def test_the_order_of_the_turns_matters(strategy: str) -> None:
    turned = dataclasses.replace(GAN, turns=GAN.turns[::-1])
    one, other = (train(what, [0, 1], strategy=strategy)[0] for what in (GAN, turned))
    assert not states_equal(one.model, other.model)


def test_noise_is_redrawn_every_step_and_turn_and_is_the_seeds_own() -> None:
    (drawn,), (other,) = (Replica(GAN, seed, CPU).draw_noise(3) for seed in (0, 1))
    assert drawn.shape == (3, 2, 16, LATENT)
    flat = drawn.view(6, -1)
    assert len({tuple(row.tolist()) for row in flat}) == 6
    assert not torch.equal(drawn, other)
    again = Replica(GAN, 0, CPU)
    assert torch.equal(torch.cat([again.draw_noise(1)[0], again.draw_noise(2)[0]]), drawn)


def shifted(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A cloud around (2, 2, ...)."""
    x = 2 + torch.randn(300, 16, generator=generator)
    return x, torch.zeros(300), x[:1], torch.zeros(1)


def test_a_generator_learns_where_the_data_are() -> None:
    for trained in train(dataclasses.replace(GAN, data=shifted, steps=400), [0, 1]):
        noise = latent(500, torch.Generator().manual_seed(0))
        with torch.no_grad():
            before, after = (float(m.get_submodule("generator")(noise).mean()) for m in (trained.initial, trained.model))
        assert abs(before) < 1
        assert abs(after - 2) < 0.7


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"turns": ()}, "loss and optimizer, or turns: a training needs the one or the other"),
        ({"loss": F.mse_loss}, "loss and optimizer, or turns: a training needs the one or the other"),
        ({"turns": (), "loss": F.mse_loss}, "optimizer: a training without turns needs it"),
        ({"turns": (), "optimizer": adam}, "loss: a training without turns needs it"),
    ],
)
def test_a_training_has_a_loss_or_turns(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentError) as refusal:
        dataclasses.replace(GAN, **changes)  # type: ignore[arg-type]
    assert str(refusal.value) == sentence


def test_a_turn_of_a_network_that_is_not_there_is_refused() -> None:
    lost = dataclasses.replace(GAN, turns=(Turn(deceive, adam, of="generater"),))
    with pytest.raises(ExperimentError, match=r"of=generater: the model has no such part; did you mean 'generator'\?"):
        train(lost, [0])
