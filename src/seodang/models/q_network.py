"""Q-learning with a network: what an action in a state will bring in all, learned from steps that are remembered.

Watkins 1989, "Learning from delayed rewards"; Mnih et al. 2015, "Human-level control through deep reinforcement learning",
algorithm 1: a replay memory breaks up the order of steps, and targets come from an older copy of the network.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Steps(NamedTuple):
    """Steps in a world, as a batch."""

    state: Tensor  # (batch, features)
    action: Tensor  # (batch,) long
    reward: Tensor  # (batch,)
    after: Tensor  # (batch, features)
    ended: Tensor  # (batch,) 1.0 where nothing can follow


def q_network(features: int, actions: int, hidden: int = 32) -> nn.Sequential:
    """States (batch, features) to the value of every action (batch, actions)."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, actions))


def bellman_loss(network: nn.Module, older: nn.Module, steps: Steps, discount: float) -> Tensor:
    """Huber's loss of Q(s, a) against r + γ max Q'(s', a'), where Q' is the older copy and has no gradient."""
    with torch.no_grad():
        target = steps.reward + discount * (1 - steps.ended) * older(steps.after).amax(dim=1)
    told = network(steps.state).gather(1, steps.action[:, None])[:, 0]
    return F.smooth_l1_loss(told, target)


class ReplayMemory:
    """The last `capacity` steps; a new one takes the place of the oldest."""

    def __init__(self, capacity: int, features: int) -> None:
        states, afters = torch.zeros(2, capacity, features)
        rewards, ended = torch.zeros(2, capacity)
        self.steps = Steps(states, torch.zeros(capacity, dtype=torch.long), rewards, afters, ended)
        self.written = 0

    def add(self, state: Tensor, action: int, reward: float, after: Tensor, ended: bool) -> None:
        place = self.written % len(self.steps.action)
        taken, brought, over = (torch.tensor(number) for number in (action, reward, float(ended)))
        for kept, new in zip(self.steps, (state, taken, brought, after, over), strict=True):
            kept[place] = new
        self.written += 1

    def draw(self, batch: int, generator: torch.Generator) -> Steps:
        """Steps drawn with replacement from those that are remembered."""
        rows = torch.randint(min(self.written, len(self.steps.action)), (batch,), generator=generator)
        return Steps(*(kept[rows] for kept in self.steps))
