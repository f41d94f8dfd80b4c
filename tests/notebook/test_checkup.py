"""A program with one fault is told which; a right one, of whatever kind, is left in peace and as it was."""

from __future__ import annotations

import copy
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from systems.zoo import FAULTS, SOUND, Animal, dense
from test_your_own_experiment import BLOCK, executed
from torch import Tensor, nn

from seodang import Checkup, ExperimentError, checkup
from seodang.data.digits import digits
from seodang.data.spiral import spiral
from seodang.notebook.checking import CHECKS

Data = tuple[Tensor, Tensor, Tensor, Tensor]
NUMBER = re.compile(r"\d+(\.\d+)?")


def faults(found: Checkup) -> list[str]:
    return [finding.check for finding in found.faults]


def drawn(seed: int = 0) -> Data:
    return digits(torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(fault: str) -> None:
    program, check = FAULTS[fault]
    assert check in faults(program.checked(0))


@pytest.mark.parametrize("program", SOUND)
def test_a_right_program_has_no_fault(program: str) -> None:
    assert SOUND[program].checked(0).faults == ()


def curve(seed: int) -> Data:
    """A sine to be learnt, with noise."""
    generator = torch.Generator().manual_seed(seed)
    x = 4 * torch.rand(400, 1, generator=generator) - 2
    y = (2 * x).sin() + 0.1 * torch.randn(400, 1, generator=generator)
    return x[100:], y[100:], x[:100], y[:100]


@pytest.mark.parametrize(
    "program",
    [
        Animal(lambda: nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1)), lambda _: curve(0), F.mse_loss),
        Animal(
            lambda: nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3)),
            lambda _: spiral(torch.Generator().manual_seed(0)),
            optimizer=partial(torch.optim.Adam, lr=0.01),
        ),
        Animal(lambda: nn.Sequential(dense(), nn.LogSoftmax(1)), loss=F.nll_loss),
        Animal(dense, loss=F.multi_margin_loss),
        Animal(dense, optimizer=partial(torch.optim.SGD, lr=0.01, momentum=0.9)),
        Animal(lambda: nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 10))),
    ],
    ids=["regression", "spirals", "log-probabilities", "hinge", "momentum", "wide"],
)
def test_other_kinds_of_right_programs_have_none(program: Animal) -> None:
    assert program.checked(0).faults == ()


def test_labels_that_follow_from_no_single_pixel_are_not_called_leaked_or_shuffled() -> None:
    """Of eight bits there are 256: that test examples were met in training is then no leak."""
    bits = torch.randint(2, (1200, 8), generator=torch.Generator().manual_seed(0)).float()
    classes = (bits[:, 0] + bits[:, 1] > 1).long()
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    found = checkup(
        net,
        F.cross_entropy,
        torch.optim.Adam(net.parameters(), lr=0.01),
        (bits[200:], classes[200:], bits[:200], classes[:200]),
    )
    assert found.faults == ()


def test_a_parameter_that_the_optimizer_does_not_know_is_named() -> None:
    net = dense()
    found = checkup(net, F.cross_entropy, torch.optim.SGD(net[0].parameters(), lr=0.1), drawn())
    told = next(finding.told for finding in found.faults if finding.check == "trained parameters")
    assert "2.weight was not given to the optimizer" in told
    assert "0.weight" not in told


def test_a_step_that_stays_in_evaluation_mode_is_found() -> None:
    def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    net = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))
    found = checkup(net, F.cross_entropy, torch.optim.SGD(net.parameters(), lr=0.1), drawn(), step=step)
    assert faults(found) == ["training mode"]


def test_nothing_given_is_changed_and_the_same_is_found_again() -> None:
    net = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(net.parameters())
    state, drawn_next = copy.deepcopy(net.state_dict()), torch.get_rng_state()
    once, again = (checkup(net, F.cross_entropy, optimizer, drawn()) for _ in range(2))
    assert once == again
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())
    assert optimizer.state_dict()["state"] == {}
    assert all(p.grad is None for p in net.parameters())
    assert net.training
    assert torch.equal(torch.get_rng_state(), drawn_next)


def test_every_check_says_what_it_saw() -> None:
    found = FAULTS["pixels up to 255"][0].checked(0)
    assert len(str(found).splitlines()) == len(CHECKS)
    assert str(found).splitlines()[:2] == [
        "✗ inputs: from 0 to 255, root mean square 123.6: "
        "bring them to the order of 1 (divide pixels by their largest value)",
        "✓ test inputs: mean of training and of test inputs differs at 0% of the positions",
    ]


def test_it_is_told_in_korean() -> None:
    net = dense()
    x, y, x_test, y_test = drawn()
    found = checkup(
        net, F.cross_entropy, torch.optim.SGD(net.parameters(), lr=0.1), (x * 255, y, x_test, y_test), language="ko"
    )
    assert str(found).splitlines()[:2] == [
        "✗ 입력: 0부터 255까지, 제곱평균제곱근 123.6: 크기를 1 안팎으로 맞추세요(픽셀은 가장 큰 값으로 나눕니다)",
        "✗ 시험 입력: 훈련 입력과 시험 입력의 평균이 전체 자리의 80%에서 다릅니다: "
        "둘을 똑같이 자르고, 크기를 맞추고, 정규화했습니까?",
    ]
    assert all(
        re.search("[가-힣]", line.split(":")[0]) and re.search("[가-힣]", line.split(":")[1])
        for line in str(found).splitlines()
    )


def test_data_that_do_not_fit_are_refused() -> None:
    net = dense()
    x, y, x_test, y_test = drawn()
    check = partial(checkup, net, F.cross_entropy, torch.optim.SGD(net.parameters()))
    told = {
        "data: 1347 examples in x_train and 5 targets in y_train; there is one each": (x, y[:5], x_test, y_test),
        "data: 3 examples in x_test; checkup takes 16 or more": (x, y, x_test[:3], y_test[:3]),
        "data: 2 things; give x_train, y_train, x_test, y_test": (x, y),
    }
    for sentence, data in told.items():
        with pytest.raises(ExperimentError) as raised:
            check(data)  # type: ignore[arg-type]
        assert str(raised.value) == sentence
    with pytest.raises(ExperimentError, match=r"^batch=0: must be at least 1$"):
        check((x, y, x_test, y_test), batch=0)


def test_a_network_that_returns_several_things_is_refused() -> None:
    class Two(nn.Linear):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
            return super().forward(x), x

    net = Two(64, 10)
    with pytest.raises(ExperimentError, match=r"^model: returns a tuple, and checkup reads a tensor; wrap it in a module$"):
        checkup(net, F.cross_entropy, torch.optim.SGD(net.parameters()), drawn())


def test_the_page_is_run_from_top_to_bottom_and_finds_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word but for the digits, which another processor rounds otherwise."""
    monkeypatch.setenv("SEODANG_LANG", "en")
    page = (Path(__file__).parents[2] / "docs" / "checkup.md").read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "checkup"}
    compared = 0
    for block in BLOCK.finditer(page):
        printed = executed(block["code"], namespace)
        if block["output"] is not None:
            assert NUMBER.sub("N", printed) == NUMBER.sub("N", block["output"])
            compared += 1
    assert compared == 4


def test_the_page_names_every_check() -> None:
    page = (Path(__file__).parents[2] / "docs" / "checkup.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == [finding.check for finding in SOUND["LSTM, Adam"].checked(0).findings]
