"""Pages in Chromium, nothing kept from one to the next: the largest contentful paint, and the bytes that were sent."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOCALES = ("en-GB", "ko-KR")
CHART = "/static/vega.js"
"""The chart bundle, which comes when everything else is there and is kept for ever."""
PAINTED = """() => new Promise(done => {
    let last = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) last = entry.startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
    setTimeout(() => done(last), 500);
})"""
"""Milliseconds from the start of the navigation to the largest paint so far."""


@dataclass(frozen=True)
class Browsed:
    """Of one page: ms to the largest contentful paint, the median and the slowest; bytes sent but for the chart bundle."""

    paint: float
    slowest: float
    sent: int


def browsed(base: str, cookie: str, addresses: Sequence[str], rounds: int) -> dict[str, Browsed] | None:
    """Every page by address; None where there is no Chromium or no Playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    if path is None:
        return None
    found: dict[str, Browsed] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for address in addresses:
            visits = [_visited(browser, base, cookie, address, LOCALES[turn % 2]) for turn in range(rounds)]
            paints = [paint for paint, _sent in visits]
            found[address] = Browsed(statistics.median(paints), max(paints), max(sent for _paint, sent in visits))
        browser.close()
    return found


def _visited(browser: Browser, base: str, cookie: str, address: str, locale: str) -> tuple[float, int]:
    """ms to the largest paint and bytes sent, of one visit by a browser whose cache is empty."""
    name, _, value = cookie.partition("=")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale=locale)
    context.add_cookies([{"name": name, "value": value, "url": base}])
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line.on("Network.requestWillBeSent", lambda m: urls.update({m["requestId"]: m["request"]["url"]}))
    line.on("Network.loadingFinished", lambda m: sizes.update({m["requestId"]: m["encodedDataLength"]}))
    page.goto(base + address, wait_until="load")
    paint = float(page.evaluate(PAINTED))
    context.close()
    return paint, int(sum(size for id, size in sizes.items() if CHART not in urls.get(id, "")))
