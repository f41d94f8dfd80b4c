"""The contenders of the benchmarks do the same work: networks, batches, updates, and JAX's numbers are PyTorch's."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import on_gpu, page, verdicts
from benchmarks.cases import Case, cases, ordinary, tiny
from benchmarks.contenders import KINDS, Kind, able, installed
from benchmarks.curves import Panel, Point, drawn
from benchmarks.data import batches, made
from benchmarks.growth import described, numbers
from benchmarks.loader import LoaderReplica, beyond
from benchmarks.nets import Adversarial
from benchmarks.timing import timed
from benchmarks.trainings import module, training
from seodang.evidence import Evidence
from seodang.experiment import Batch, Training
from seodang.library import BOOK

EPOCH = 6
"""Steps in which a tiny case has seen every sample once."""
FORKS = "loop, 2 processes"
"""A contender that forks, and so is tried in a process of its own: this one may have threads by now."""

every_case = pytest.mark.parametrize("case", tiny(), ids=lambda case: case.name)


def pairs() -> list[Any]:
    """Every tiny case with every contender that can do it here, in this process."""
    return [
        pytest.param(case, kind, id=f"{kind.name}, {case.name}")
        for case in tiny()
        for kind in able(case)
        if kind.name != FORKS
    ]


def trained(kind: Kind, case: Case, steps: int) -> tuple[Any, Any]:
    """The contender after some steps, and their losses."""
    contender = kind.load()(case, range(case.replicas))
    losses = contender.advance(steps)
    contender.close()
    return contender, losses


def updates(contender: Any) -> float:
    """How many batches each network of the contender's last replica has been updated with, as its optimizer counts them."""
    name = type(contender).__name__
    if name == "ScikitLearn":
        return float(contender.models[-1].t_ / contender.case.batch)
    if name in ("Jax", "JaxThreads"):
        return float(contender.shares[-1].carry[3][-1])
    players = contender.replicas[-1].players if name == "LoaderLoop" else contender.players
    (count,) = {int(state["step"]) for player in players for state in player.optimizer.state.values()}
    return int(count)


@pytest.mark.parametrize(("case", "kind"), pairs())
def test_a_contender_trains_every_replica_for_the_steps_asked_for(case: Case, kind: Kind) -> None:
    contender, losses = trained(kind, case, EPOCH)
    assert losses.shape == (case.replicas, 1 if kind.name == "scikit-learn" else EPOCH)
    assert np.isfinite(losses).all()
    if kind.name not in ("plain loop", "seodang"):  # those count inside; their losses are compared below
        assert updates(contender) == EPOCH


@every_case
def test_the_engine_and_two_processes_give_the_plain_loops_losses(case: Case) -> None:
    by_name = {kind.name: kind for kind in KINDS}
    _, plain = trained(by_name["plain loop"], case, EPOCH)
    _, chosen = trained(by_name["seodang"], case, EPOCH)
    np.testing.assert_allclose(chosen, plain, rtol=1e-4)
    contender = by_name["seodang"].load()(case, range(case.replicas))
    np.testing.assert_allclose(contender.whole(EPOCH), plain, rtol=1e-4)


@every_case
@pytest.mark.parametrize("name", ["DataLoader loop", "torch.func stack"])
def test_a_loop_over_the_same_replicas_in_another_order_learns_alike(case: Case, name: str) -> None:
    """They begin with the plain loop's networks and data, so over whole epochs their losses are nearly its own."""
    by_name = {kind.name: kind for kind in KINDS}
    _, plain = trained(by_name["plain loop"], case, 2 * EPOCH)
    _, other = trained(by_name[name], case, 2 * EPOCH)
    np.testing.assert_allclose(other.mean(axis=1), plain.mean(axis=1), rtol=0.05)


def test_contenders_are_timed_in_processes_of_their_own() -> None:
    case = tiny()[0]
    found = timed(case, 2, names=[FORKS, "plain loop"])
    assert list(found) == ["plain loop", FORKS]
    for timing in found.values():
        assert timing.first > 0
        assert len(timing.rounds) == 2
        assert min(timing.rounds) > 0


@pytest.mark.parametrize("case", [*cases(), *tiny(), *ordinary()], ids=lambda case: case.name)
def test_a_network_has_as_many_parameters_as_it_says(case: Case) -> None:
    assert sum(parameter.numel() for parameter in module(case).parameters()) == case.net.parameters
    if installed("jax"):
        from benchmarks.with_jax import initial

        weights, _ = initial(case.net, np.random.default_rng(0))
        assert [weight.shape for weight in weights] == [tuple(each.shape) for each in module(case).parameters()]


@every_case
def test_the_products_of_a_step_are_as_many_as_pytorch_counts(case: Case) -> None:
    """On the meta device, where an LSTM is the products it is made of: the counter does not look into a fused one."""
    model, batch = module(case).to("meta"), Batch(*(part.to("meta") for part in batch_of(case)))
    with FlopCounterMode(display=False) as counter:
        for turn in training(case).players:
            for name, parameter in model.named_parameters():
                parameter.requires_grad_(turn.updates(name))
            turn.objective(model, batch._replace(noise=batch.noise[0])).backward()  # type: ignore[no-untyped-call]
    assert counter.get_total_flops() == case.net.flops(case.batch)


def test_batches_are_shuffled_epochs_end_to_end() -> None:
    order = batches(np.random.default_rng(0), samples=8, batch=4, replicas=3, steps=5)
    assert order.shape == (5, 3, 4)
    for replica in range(3):
        epochs = order[:4, replica].reshape(2, 8)
        assert (np.sort(epochs, axis=1) == np.arange(8)).all()
    assert not (order[:, 0] == order[:, 1]).all()


# ---------------------------------------------------------------------------------------------------------------- JAX


def weights_of(model: nn.Module) -> list[np.ndarray]:
    return [parameter.detach().numpy().copy() for parameter in model.parameters()]


def statistics_of(model: nn.Module) -> list[np.ndarray]:
    return [value.numpy().copy() for name, value in model.named_buffers() if "running" in name]


def batch_of(case: Case) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, targets and two turns' noise."""
    x, y = made(case, np.random.default_rng(1))
    width = case.net.generator[0] if isinstance(case.net, Adversarial) else 0
    noise = torch.randn(2, case.batch, width, generator=torch.Generator().manual_seed(1))
    return torch.from_numpy(x[: case.batch]), torch.from_numpy(y[: case.batch]), noise


@pytest.mark.parametrize(
    "case", [case for case in tiny() if not isinstance(case.net, Adversarial)], ids=lambda case: case.name
)
def test_jax_computes_the_same_outputs_from_the_same_weights(case: Case) -> None:
    pytest.importorskip("jax", reason="JAX is not installed")
    from benchmarks.with_jax import forward

    model, (x, _, _) = module(case).train(), batch_of(case)
    weights, running = weights_of(model), statistics_of(model)
    expected = model(x).detach().numpy()
    outputs, kept = forward(case.net, weights, running, x.numpy())
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    for new, theirs in zip(kept, statistics_of(model), strict=True):
        np.testing.assert_allclose(new, theirs, rtol=1e-4, atol=1e-6)


@every_case
def test_jax_takes_the_same_steps_from_the_same_weights(case: Case) -> None:
    pytest.importorskip("jax", reason="JAX is not installed")
    import jax

    from benchmarks.with_jax import update

    step = jax.jit(partial(update, case.net))
    replica, (x, y, noise) = LoaderReplica(training(case), 0), batch_of(case)
    weights = weights_of(replica.model)
    noughts = [np.zeros_like(weight) for weight in weights]
    carry: Any = (weights, noughts, noughts, 0.0, statistics_of(replica.model))
    for _ in range(3):
        theirs = [player.update(replica.model, Batch(x, y, noise[turn])) for turn, player in enumerate(replica.players)]
        carry, loss = step(carry, x.numpy(), y.numpy(), noise.numpy())
        assert float(loss) == pytest.approx(theirs[-1], rel=1e-4)
    for ours, parameter in zip(carry[0], replica.model.parameters(), strict=True):
        assert parameter.grad is not None
        # Adam divides a gradient by its size: one that is nought but for rounding may step either way.
        meant = (parameter.grad.abs() > 1e-5).numpy()
        np.testing.assert_allclose(np.asarray(ours)[meant], parameter.detach().numpy()[meant], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 8, 6, 1), (2, 4, 4, 5)])
def test_a_convolution_as_a_product_is_the_convolution(shape: tuple[int, ...]) -> None:
    pytest.importorskip("jax", reason="JAX is not installed")
    from benchmarks.with_jax import convolved, convolved_as_product

    rng = np.random.default_rng(0)
    x, filters = rng.random(shape, np.float32), rng.random((7, shape[-1], 3, 3), np.float32)
    np.testing.assert_allclose(convolved_as_product(x, filters), convolved(x, filters), rtol=1e-5)


# ------------------------------------------------------------------------------------------------------------ verdicts


def test_a_derivation_is_decided_without_seeds_and_has_no_loop_beside_it() -> None:
    decisions = verdicts.by_engine("cnn_parameters")
    assert {decision.outcome for decision in decisions.values()} == {"supported"}
    assert not any(decision.judged for decision in decisions.values())
    assert verdicts.by_loader("cnn_parameters") is None


def test_the_seeds_of_a_verdict_are_the_fewest_that_decide_it() -> None:
    ledger = Evidence.read(BOOK / "activations" / "relu_over_sigmoid.json")
    fewest = verdicts._fewest(ledger, "relu_learns")
    assert str(ledger.prefix(fewest).claim("relu_learns").outcome) == "supported"
    assert str(ledger.prefix(fewest - 1).claim("relu_learns").outcome) == "undecided"


def test_claims_that_were_decided_together_share_a_row() -> None:
    decisions = {
        "first": verdicts.Decision("supported", 8, 2.0, True),
        "second": verdicts.Decision("undecided", 50, 10.0, True),
        "third": verdicts.Decision("supported", 8, 2.5, True),
    }
    assert verdicts.lines("slug", decisions, 1.5) == [
        ["slug: first, third", "supported", "8", "2.50", "12.0", "4.8"],
        ["slug: second", "undecided", "50", "10.0", "75.0", "7.5"],
    ]
    assert verdicts.lines("slug", {"first": decisions["first"]}, None)[0][-2:] == ["–", "–"]
    text = verdicts.summary([decisions], rounds=1)
    assert "Half of the 3 claims are decided within **2.50 s**" in text
    assert "all their claims decided within **no time**" in text


def test_the_learners_loop_makes_what_a_metric_is_given() -> None:
    replica = LoaderReplica(training(tiny()[0], steps=4), 0)
    made_of = replica.trained(replica.train(4))
    assert made_of.losses.shape == (4,)
    assert 0 <= made_of.accuracy() <= 1
    assert made_of.diverged is None
    assert not torch.equal(next(made_of.model.parameters()), next(made_of.initial.parameters()))


def test_what_the_learners_loop_does_not_do_is_named() -> None:
    plain: Training = training(tiny()[0])
    assert beyond(plain) == []
    assert beyond(dataclasses.replace(plain, every=5, accumulate=2)) == ["accumulate", "every"]


# ---------------------------------------------------------------------------------------------------------------- page


def test_a_part_replaces_its_own_section_of_the_page_only(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    page.keep({"growth": "| c |"}, file)
    page.keep({"table": "| a |", "startup": "| b |"}, file)
    page.keep({"growth": "| d |"}, file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(page.introduction())
    assert "| c |" not in text
    assert text.index("| a |") < text.index("| b |") < text.index("| d |")
    assert all(f"| {kind.name} | {kind.said} |" in text for kind in KINDS)


def test_the_figure_of_growth_is_told_in_words_and_numbers() -> None:
    points = [
        Point("plain loop", 1, 0.5),
        Point("seodang", 1, 0.25),
        Point("plain loop", 200, 100.0),
        Point("seodang", 200, 2.0),
    ]
    panel = Panel("milliseconds", "replicas", points)
    said = described((panel,))
    assert "from 1 to 200 replicas: plain loop: 0.50 to 100; seodang: 0.25 to 2.00." in said
    head, rows = numbers("replicas", points, "ms")
    assert head == ["replicas", "plain loop, ms", "seodang, ms"]
    assert rows == [["1", "0.50", "0.25"], ["200", "100", "2.00"]]
    chart = drawn("title", (panel, panel), said).to_dict()
    assert chart["description"] == said
    assert len(chart["vconcat"][0]["hconcat"]) == 2


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_the_gpu_program_says_that_there_is_no_gpu() -> None:
    with pytest.raises(SystemExit, match="no CUDA device here"):
        on_gpu.gpu()


def test_the_gpu_program_asks_for_up_to_a_thousand_replicas_of_every_network() -> None:
    listed = on_gpu.listed()
    assert len({case.name for case in listed}) == len(listed)
    assert {type(case.net) for case in listed} == {type(case.net) for case in tiny()}
    assert max(case.replicas for case in listed) == 1000
