"""The character language model, causal convolutions, and the encoder and decoder with attention."""

from __future__ import annotations

import os
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from systems.conftest import Measured
from systems.sequences import SEEDS, apart, fading, masked_loss, on_adding, slopes, trained_on
from torch import Tensor, nn

from seodang.data.characters import LETTERS, alphabet, characters
from seodang.data.reversal import reversal
from seodang.experiment import Batch, Trained, Training, Turn
from seodang.models.char_lm import CharLM
from seodang.models.seq2seq import Seq2Seq
from seodang.models.tcn import TCN, CausalConv1d, receptive_field


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def unigram_perplexity(trained: Trained, vocabulary: int) -> float:
    """Of the test text, by how often each letter occurs in the training text (one is added to each count)."""
    counts = torch.bincount(trained.y_train.flatten(), minlength=vocabulary) + 1.0
    return float((counts / counts.sum()).log()[trained.y_test].mean().neg().exp())


def perplexity(trained: Trained) -> float:
    return float(torch.tensor(trained.test_loss()).exp())


@cache
def readers() -> list[Trained]:
    """A small language model of the generated sentences, a seed each."""
    training = Training(
        data=partial(characters, train=2_000, test=400),
        model=partial(CharLM, len(LETTERS), 16, 48),
        loss=masked_loss,
        optimizer=partial(torch.optim.Adam, lr=0.01),
        steps=150,
        batch=32,
        clip=1.0,
    )
    return trained_on(training, strategy="loop")


@pytest.mark.system(name="char_lm")
def test_perplexity_is_far_below_the_unigrams(measured: Measured) -> None:
    gains = [1 - perplexity(trained) / unigram_perplexity(trained, len(LETTERS)) for trained in readers()]
    assert min(gains) >= 0.3
    measured("unigram perplexity of generated sentences", unigram_perplexity(readers()[0], len(LETTERS)))
    measured("largest perplexity of the model", max(map(perplexity, readers())), n=len(SEEDS))
    measured("smallest share by which it is lower", min(gains), must="≥ 0.3", n=len(SEEDS))


@pytest.mark.system(name="char_lm")
def test_a_higher_temperature_writes_what_the_model_finds_less_likely(measured: Measured) -> None:
    """What is written is read again: the mean negative log-likelihood of a letter, at temperature 1."""
    temperatures = (0.0, 0.5, 1.0, 2.0)
    surprise: dict[float, list[float]] = {temperature: [] for temperature in temperatures}
    for trained in readers():
        model, start = trained.model, trained.x_test[:50, :8]
        assert isinstance(model, CharLM)
        for temperature in temperatures:
            text = torch.cat([start, model.write(start, 40, torch.Generator().manual_seed(0), temperature)], dim=1)
            with torch.no_grad():
                surprise[temperature].append(float(masked_loss(model(text[:, :-1])[:, 7:], text[:, 8:])))
    for lower, higher in pairwise(temperatures):
        assert all(a < b for a, b in zip(surprise[lower], surprise[higher], strict=True))
    means = ", ".join(f"{sum(values) / len(values):.2f}" for values in surprise.values())
    measured("nats a letter written at temperature 0, 0.5, 1, 2", means, must="rising", n=len(SEEDS))


@pytest.mark.slow
@pytest.mark.system(name="char_lm")
def test_on_a_real_text_too(measured: Measured) -> None:
    """A file of at least 100,000 letters, named in SEODANG_TEST_TEXT; where that is not set there is nothing to test."""
    named = os.environ.get("SEODANG_TEST_TEXT")
    if not named:
        pytest.skip("name a text file in SEODANG_TEST_TEXT")
    file = Path(named)
    vocabulary = len(alphabet(file))
    training = Training(
        data=partial(characters, file=file),
        model=partial(CharLM, vocabulary, 32, 128),
        loss=masked_loss,
        optimizer=partial(torch.optim.Adam, lr=0.005),
        steps=600,
        batch=32,
        clip=1.0,
    )
    (trained,) = trained_on(training, SEEDS[:1])
    gain = 1 - perplexity(trained) / unigram_perplexity(trained, vocabulary)
    assert gain >= 0.3
    measured(f"share by which perplexity is below the unigram's on {file.name}", gain, must="≥ 0.3")


@pytest.mark.system(name="tcn")
def test_an_output_sees_its_receptive_field_and_nothing_else(measured: Measured) -> None:
    """Of the gradient: 0 at every later step, and at every one earlier than the receptive field."""
    seen, leaks = [], []
    for levels in (1, 2, 3, 4):
        blocks = TCN(1, (4,) * levels, 1).blocks.double()
        x = torch.randn(64, 1, 100, dtype=torch.float64, requires_grad=True)
        sizes = torch.autograd.grad(blocks(x)[:, :, 80].sum(), x)[0].abs().sum(dim=(0, 1))  # (time,)
        leaks.append(float(sizes[81:].max()))
        steps = sizes.nonzero()[:, 0]
        seen.append(int(steps[-1] - steps[0]) + 1)
    assert max(leaks) == 0
    assert seen == [receptive_field(3, levels) for levels in (1, 2, 3, 4)]
    measured("gradient from later steps", max(leaks), must="0", n=len(leaks))
    measured("steps seen by the gradient, 1 to 4 levels", str(seen)[1:-1], must="5, 13, 29, 61 by formula")


@pytest.mark.system(name="tcn")
def test_a_causal_convolution_is_torchs_padded_on_both_sides_and_cut(measured: Measured) -> None:
    ours = CausalConv1d(3, 4, 3, dilation=2).double()
    theirs = nn.Conv1d(3, 4, 3, dilation=2, padding=4).double()
    assert isinstance(ours.convolution, nn.Conv1d)
    theirs.load_state_dict(ours.convolution.state_dict())
    x = torch.randn(2, 3, 20, dtype=torch.float64, requires_grad=True)
    mine, torchs = ours(x), theirs(x)[:, :, :20]
    error = apart([mine, *slopes(mine, [x, *ours.parameters()])], [torchs, *slopes(torchs, [x, *theirs.parameters()])])
    assert error <= 1e-6
    measured("values and gradients, from torch's", error, must="≤ 1e-6")


@pytest.mark.slow
@pytest.mark.system(name="tcn")
@pytest.mark.parametrize("levels", [3, 4])
def test_adding_over_40_steps_is_learnt_where_the_receptive_field_is_40(levels: int, measured: Measured) -> None:
    """The first mark is at one of 20 steps. Of those out of sight nothing better can be said than the mean: 1/12 each."""
    field = receptive_field(3, levels)
    errors = on_adding(partial(TCN, 2, (16,) * levels, 1), 400)
    unseen = max(0, 40 - field) / 20 / 12
    if field >= 40:
        assert max(errors) <= 0.01
        measured(f"largest error of adding at T = 40, receptive field {field}", max(errors), must="≤ 0.01", n=len(SEEDS))
    else:
        assert min(errors) > 0.01
        told = f"smallest error of adding at T = 40, receptive field {field} (none can be below {unseen:.3f})"
        measured(told, min(errors), must="> 0.01", n=len(SEEDS))


def likely(model: Seq2Seq, batch: Batch) -> Tensor:
    """The loss with each true symbol given before the next is asked for."""
    return masked_loss(model(batch.x, batch.y), batch.y)


@pytest.mark.slow
@pytest.mark.system(name="seq2seq")
def test_words_are_reversed_and_attention_runs_against_the_order_of_reading(measured: Measured) -> None:
    training = Training(
        data=reversal,
        model=partial(Seq2Seq, 10, 16, 32),
        turns=(Turn(likely, partial(torch.optim.Adam, lr=0.01)),),
        schedule=fading(600),
        steps=600,
        clip=1.0,
    )
    letters, words, near, exact = [], [], [], []
    for trained in trained_on(training):
        assert isinstance(trained.model, Seq2Seq)
        said, looks = trained.model.translate(trained.x_test, 8)
        right = said == trained.y_test
        letters.append(float(right.float().mean()))
        words.append(float(right.all(dim=1).float().mean()))
        mirrored = looks.flip(2)  # where the attention is anti-diagonal, this is diagonal
        distance = (torch.arange(8)[:, None] - torch.arange(8)).abs()
        exact.append(float((mirrored * (distance == 0)).sum(2).mean()))
        near.append(float((mirrored * (distance <= 1)).sum(2).mean()))
    assert min(letters) >= 0.99
    assert min(near) >= 0.8
    measured("letters right, T = 8, no true letter given", min(letters), must="≥ 0.99", n=len(SEEDS))
    measured("whole words right", min(words), n=len(SEEDS))
    measured("attention within one step of the anti-diagonal (0.34 if even)", min(near), must="≥ 0.8", n=len(SEEDS))
    measured("attention exactly on it (0.125 if even)", min(exact), n=len(SEEDS))


@pytest.mark.system(name="seq2seq")
def test_forward_is_the_decoder_step_by_step_and_attention_is_a_softmax_over_the_source(measured: Measured) -> None:
    model = Seq2Seq(10, 4, 6).double()
    source, target = torch.randint(10, (3, 7)), torch.randint(10, (3, 5))
    keys, state = model.encode(source)
    symbol, scores = torch.full((3,), 10), []
    for step in range(5):
        by_hand = torch.stack(
            [
                model.attention.score(torch.tanh(model.attention.from_query(state) + model.attention.from_keys(key)))[:, 0]
                for key in keys.unbind(1)
            ],
            dim=1,
        )
        score, state, weights = model.step(symbol, state, keys)
        assert torch.allclose(weights, F.softmax(by_hand, dim=1), atol=1e-12)
        scores.append(score)
        symbol = target[:, step]
    error = apart([model(source, target)], [torch.stack(scores, dim=1)])
    assert error <= 1e-6
    measured("forward, from the decoder step by step", error, must="≤ 1e-6")
