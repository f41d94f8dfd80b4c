"""A school for tests: a small book, a clock that is set by hand, a browser that was let in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from httpx2 import Response
from library.books import add_followup, recorded, write_book
from starlette.testclient import TestClient

from seodang.library import Library
from seodang.store import Store
from seodang.web import create_app
from seodang.web.desk import Desk
from seodang.web.guard import Door

PORT = 8360
ORIGIN = f"http://127.0.0.1:{PORT}"
QUESTION = "/questions/relu-over-sigmoid"
SLUG = "relu_over_sigmoid"
MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)

EXPERIMENT = '''
import time
from dataclasses import dataclass

import numpy as np

from seodang.experiment import Claim, Experiment, knob


@dataclass(frozen=True)
class Parameters:
    gain: float = knob(0.8, above=0, high=1)
    pause: float = knob(0.0, low=0, high=10)


def experiment(p: Parameters) -> Experiment:
    """Does the net whose accuracy is made up to be larger have the larger one?"""
    def net(middle, salt, seed):
        time.sleep(p.pause)
        return {"accuracy": middle + 0.1 * float(np.random.default_rng([seed, salt]).random())}

    return Experiment(
        arms={"relu": lambda seed: net(p.gain, 0, seed), "sigmoid": lambda seed: net(0.1, 1, seed)},
        metrics={"accuracy": lambda result: result["accuracy"]},
        claims={"relu_learns": Claim(lambda arms: arms.relu.accuracy - arms.sigmoid.accuracy, above=0.3)},
    )
'''


@dataclass
class School:
    """The application with someone in it."""

    client: TestClient
    desk: Desk
    door: Door
    home: Path
    now: list[datetime] = field(default_factory=lambda: [MORNING])

    def get(self, address: str, **headers: str) -> Response:
        """A page."""
        return self.client.get(address, headers=headers)

    def post(self, address: str, data: Mapping[str, Any] | None = None, **more: Any) -> Response:
        """A form sent from a page of ours; redirects are not followed."""
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(address, data=data or {}, headers=headers, follow_redirects=False, **more)

    def predict(self, choice: str = "relu", sure: int = 80, token: str = "first") -> Response:
        """Predict the one question."""
        return self.post(f"{QUESTION}/predict", {"choice": choice, "sure": sure, "token": token})

    def look(self) -> Response:
        """Just look."""
        return self.post(f"{QUESTION}/look")

    def days_pass(self, days: int = 1) -> None:
        """It is later."""
        self.now[0] += timedelta(days=days)


def book(folder: Path, *, supported: bool = True) -> Library:
    """A book of one question whose recorded evidence says this."""
    write_book(folder)
    stem = folder / "activations" / SLUG
    stem.with_suffix(".py").write_text(EXPERIMENT, encoding="utf-8")
    evidence = recorded(answers=(supported,) * 12)
    if not supported:  # the numbers too are the other way round
        evidence = replace(evidence, arms=dict(zip(evidence.arms, reversed(list(evidence.arms.values())), strict=True)))
    stem.with_suffix(".json").write_text(evidence.to_json(), encoding="utf-8")
    return Library.open(folder)


@contextmanager
def opened(folder: Path, *, supported: bool = True, language: str = "en", followup: bool = False) -> Iterator[School]:
    """A school in a folder, with a browser that was let in."""
    home = folder / "home"
    home.mkdir(parents=True)
    now = [MORNING]
    door = Door(PORT)
    with Store.open(f"sqlite:///{(folder / 'seodang.db').as_posix()}") as store:
        library = book(folder / "book", supported=supported)
        if followup:
            add_followup(folder / "book")
        app = create_app(library, store, lambda: now[0], home=home, door=door)
        with TestClient(app, base_url=ORIGIN, raise_server_exceptions=True) as client:
            client.headers["Accept-Language"] = language
            client.get(f"/?token={door.token}")
            yield School(client, app.state.desk, door, home, now)


def words(html: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
