"""Q-learning with a network, on a chain of five states whose best policy can be computed."""

from __future__ import annotations

import copy
from functools import cache

import pytest
import torch
from systems.conftest import Measured
from torch import Tensor

from seodang.models.q_network import ReplayMemory, Steps, bellman_loss, q_network

STATES, DISCOUNT = 5, 0.9
LEFT, RIGHT = 0, 1
ROWS = torch.eye(STATES)
"""A state as the network sees it: one of five."""


def step(state: int, action: int) -> tuple[int, float, bool]:
    """The next state, the reward, and whether it is over. Left leads back to the start, and there brings 0.02 each time."""
    if action == LEFT:
        return 0, 0.02 if state == 0 else 0.0, False
    return state + 1, float(state + 1 == STATES - 1), state + 1 == STATES - 1


@cache
def exact() -> Tensor:
    """(4, 2) the values of both actions in the four states where there is a choice, by value iteration (Bellman 1957)."""
    values = torch.zeros(STATES, 2)
    for _ in range(400):
        told = values.clone()
        for state in range(STATES - 1):
            for action in (LEFT, RIGHT):
                after, reward, ended = step(state, action)
                told[state, action] = reward + (0.0 if ended else DISCOUNT * float(values[after].max()))
        values = told
    return values[:-1]


def learned(seed: int, steps: int = 700) -> Tensor:
    """(4, 2) the values a network has learned from wandering about, half the time at random."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = q_network(STATES, 2)
    older = copy.deepcopy(network)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    memory = ReplayMemory(500, STATES)
    state = 0
    for done in range(steps):
        explored = torch.rand((), generator=generator) < 0.5
        drawn = torch.randint(2, (), generator=generator)
        action = int(drawn if explored else network(ROWS[state]).argmax())
        after, reward, ended = step(state, action)
        memory.add(ROWS[state], action, reward, ROWS[after], ended)
        state = 0 if ended else after
        optimizer.zero_grad()
        bellman_loss(network, older, memory.draw(32, generator), DISCOUNT).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if done % 25 == 0:
            older.load_state_dict(network.state_dict())
    with torch.no_grad():
        values: Tensor = network(ROWS[:-1])
    return values


@pytest.mark.slow
@pytest.mark.system(name="dqn")
def test_on_a_chain_the_best_policy_is_learned(measured: Measured) -> None:
    """Whoever sees one step ahead stays at the start for ever; the reward of 1 lies four steps to the right."""
    found = [learned(seed) for seed in range(10)]
    best = sum(bool((values.argmax(1) == exact().argmax(1)).all()) for values in found)
    errors = sorted(float((values - exact()).abs().max()) for values in found)
    assert (exact().argmax(1) == RIGHT).all()
    assert best >= 9
    measured("seeds of 10 whose policy is the best in every state", best, must="≥ 9", n=10)
    measured("largest error of a learned value, median", errors[5], must="≤ 0.01", n=10)
    assert errors[5] <= 0.01


@pytest.mark.system(name="dqn")
def test_the_target_is_bellmans_and_has_no_gradient(measured: Measured) -> None:
    torch.manual_seed(0)
    network, older = q_network(STATES, 2), q_network(STATES, 2)
    steps = Steps(ROWS[:3], torch.tensor([0, 1, 1]), torch.tensor([0.0, 0.5, 1.0]), ROWS[1:4], torch.tensor([0.0, 0.0, 1.0]))
    loss = bellman_loss(network, older, steps, DISCOUNT)
    loss.backward()  # type: ignore[no-untyped-call]
    told, later = network(ROWS).tolist(), older(ROWS).tolist()
    targets = [0.9 * max(later[1]), 0.5 + 0.9 * max(later[2]), 1.0]
    errors = [abs(told[k][action] - target) for k, (action, target) in enumerate(zip((0, 1, 1), targets, strict=True))]
    by_hand = sum(e**2 / 2 if e < 1 else e - 0.5 for e in errors) / 3
    gap = abs(loss.item() - by_hand)
    assert gap <= 1e-6
    assert all(parameter.grad is None for parameter in older.parameters())
    assert all(parameter.grad is not None for parameter in network.parameters())
    measured("the loss, from Huber's of three steps by hand", gap, must="≤ 1e-6")


def test_the_oldest_step_makes_room_for_the_newest() -> None:
    memory = ReplayMemory(3, STATES)
    for number in range(5):
        memory.add(ROWS[0], 0, float(number), ROWS[1], ended=False)
    drawn = memory.draw(200, torch.Generator().manual_seed(0))
    assert set(drawn.reward.tolist()) == {2.0, 3.0, 4.0}
