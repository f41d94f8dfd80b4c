"""What are BERT, the GPTs, DQN and encoder-decoder, how large are they, and does Q-learning find the way along a chain?

BERT is a Transformer that reads both ways and restores masked words (Devlin et al. 2019), GPT-2 one that reads one way and
tells the next (Radford et al. 2019); their totals follow from four numbers. DQN learns from remembered steps what an action
will bring in all (Mnih et al. 2013, 2015): here on five states in a row, where the near reward tempts and the far one pays.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import torch
from torch import nn

from seodang.experiment import Claim, Experiment, knob
from seodang.models.bert import bert_base
from seodang.models.gpt import gpt2
from seodang.models.q_network import ReplayMemory, bellman_loss, q_network

STATES = 5


@dataclass(frozen=True)
class Parameters:
    """Steps in the world, and by how much a reward a step later is discounted."""

    steps: int = knob(600, low=1, high=20_000)
    discount: float = knob(0.9, above=0, below=1)


def step(state: int, right: int) -> tuple[int, float, bool]:
    """The next state, the reward, whether it is over: left leads to the start, which pays 0.02; the far end pays 1."""
    ended = bool(right) and state == STATES - 2
    return (state + 1, float(ended), ended) if right else (0, 0.02 * (state == 0), False)


def learned(p: Parameters, remembers: bool, seed: int) -> Mapping[str, float]:
    """States of the four with the best action, and the largest error of a value, known from the discount: 1, 0.9, 0.81 …"""
    torch.manual_seed(seed)
    generator, network, rows, state = torch.Generator().manual_seed(seed), q_network(STATES, 2), torch.eye(STATES), 0
    older, memory = copy.deepcopy(network), ReplayMemory(500 if remembers else 1, STATES)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for done in range(p.steps):
        drawn, greedy = torch.randint(2, (), generator=generator), network(rows[state]).argmax()
        action = int(drawn if torch.rand((), generator=generator) < 0.5 else greedy)
        after, reward, ended = step(state, action)
        memory.add(rows[state], action, reward, rows[after], ended)
        state = 0 if ended else after
        optimizer.zero_grad()
        bellman_loss(network, older, memory.draw(32, generator), p.discount).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if done % 25 == 0:
            older.load_state_dict(network.state_dict())
    told, true = network(rows[:-1]).detach(), p.discount ** torch.arange(STATES - 2, -1, -1)
    right, wrong = float((told.argmax(1) == 1).float().mean()), float((told[:, 1] - true).abs().max())
    return {"parameters": sum(each.numel() for each in network.parameters()), "right": right, "wrong": wrong}


def counted(build: Callable[[], nn.Module], _seed: int) -> Mapping[str, float]:
    """The parameters of a network made without memory for them."""
    with torch.device("meta"):
        return {"parameters": sum(each.numel() for each in build().parameters()), "right": 0.0, "wrong": 0.0}


def experiment(p: Parameters) -> Experiment:
    """BERT-base and GPT-2 counted; Q-learning with and without a memory of past steps."""
    d, blocks = 768, 12 * (12 * 768**2 + 13 * 768)
    bert, gpt = (30_522 + 512 + 2 + 2) * d + blocks + d * d + d, (50_257 + 1_024) * d + blocks + 2 * d
    return Experiment(
        arms={
            "bert": partial(counted, bert_base),
            "gpt2": partial(counted, gpt2),
            "dqn": partial(learned, p, True),
            "forgetful": partial(learned, p, False),
        },
        metrics={name: itemgetter(name) for name in ("parameters", "right", "wrong")},
        claims={
            "bert_by_formula": Claim(lambda a: a.bert.parameters == bert == 109_482_240),
            "gpt2_by_formula": Claim(lambda a: a.gpt2.parameters == gpt == 124_439_808),
            "finds_the_way": Claim(lambda a: a.dqn.right == 1),
            "values_are_right": Claim(lambda a: a.dqn.wrong, below=0.01),
            "memory_is_needed": Claim(lambda a: a.forgetful.right < 1),
        },
    )
