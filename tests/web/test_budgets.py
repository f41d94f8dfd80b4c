"""What a page may weigh, as it is sent, in a real browser; and that no page brings torch into the process that answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.commands import started
from playwright.sync_api import Browser
from web.browsing import Visitor
from web.routes import EXAMPLES, NOT_HERE

from seodang.library import Library

MOST = 300_000
"""Bytes of a page with everything it loads, fonts included, before the chart bundle."""
CHART = "/static/vega.js"
QUESTIONS = tuple(f"/questions/{slug.replace('_', '-')}" for slug in Library.open().slugs)
WHOLE = ("/", "/syllabus", "/search?q=sigmoid", "/evidence", "/terms", "/review", "/calibration", "/mine", "/nothing")
SOME = (*QUESTIONS[::24], "/questions/optimizers-on-regression", "/questions/activation-zoo")
"""Enough for a check of a change: a dozen, and the two whose figures are the heaviest."""
LOCALES = ("en-GB", "ko-KR")


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """The book as it ships, by the program as it is started; the result of every question has been seen."""
    home = tmp_path_factory.mktemp("home")
    with Visitor(started("open", "--no-browser", "--port", "0", home=home)) as each:
        each.post("/evidence/open")
        yield each


def weight(browser: Browser, visitor: Visitor, address: str, locale: str) -> dict[str, int]:
    """What Chromium is sent for a page when it has nothing of it yet: address → bytes."""
    name, _, value = visitor.cookie.partition("=")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale=locale)
    context.add_cookies([{"name": name, "value": value, "url": visitor.base}])
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setBlockedURLs", {"urls": [f"*{CHART}*"]})  # not counted: drawing with it is what takes time
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line.on("Network.requestWillBeSent", lambda told: urls.update({told["requestId"]: told["request"]["url"]}))
    line.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: int(told["encodedDataLength"])}))
    page.goto(visitor.base + address, wait_until="networkidle")
    context.close()
    sent = {urls[id].removeprefix(visitor.base): size for id, size in sizes.items()}
    return {url: size for url, size in sent.items() if CHART not in url}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "address",
    [*WHOLE, *dict.fromkeys(SOME), *(pytest.param(each, marks=pytest.mark.slow) for each in QUESTIONS if each not in SOME)],
)
def test_a_page_weighs_no_more_than_it_may(browser: Browser, visitor: Visitor, address: str, locale: str) -> None:
    sent = weight(browser, visitor, address, locale)
    assert sum(sent.values()) <= MOST, sent
    assert any("fonts/" in url for url in sent), "what a page loads was counted"


def test_text_is_sent_compressed(visitor: Visitor) -> None:
    plain, packed = (visitor.size("/terms", encoding) for encoding in ("identity", "gzip"))
    assert packed < plain / 3


def test_no_page_brings_torch_into_the_process_that_answers(tmp_path: Path) -> None:
    """At the start, and after every address there is."""
    program = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from seodang.library import Library
from seodang.store import Store
from seodang.web import create_app
from seodang.web.guard import Door
home, addresses, door = Path(sys.argv[1]), json.loads(sys.argv[2]), Door(8360)
with Store.open(f"sqlite:///{home}/seodang.db") as store:
    app = create_app(Library.open(), store, lambda: datetime.now(UTC), home=home, door=door)
    at_start = "torch" in sys.modules
    app.state.desk.runs.wake = lambda: None
    client = TestClient(app, base_url="http://127.0.0.1:8360")
    client.get(f"/?token={door.token}")
    client.post("/evidence/open", headers={"Origin": "http://127.0.0.1:8360"})
    told = {address: client.get(address).status_code for address in addresses}
    app.state.desk.warm()
    print(json.dumps([at_start, "torch" in sys.modules, told]))
"""
    addresses = [*EXAMPLES, *NOT_HERE, *QUESTIONS]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), json.dumps(addresses)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**os.environ, "SEODANG_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    at_start, afterwards, told = json.loads(done.stdout)
    assert (at_start, afterwards) == (False, False)
    assert {status for address, status in told.items() if address in QUESTIONS} == {200}
    assert max(told.values()) < 500, told
