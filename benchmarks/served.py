"""`seodang open` in a process of its own, and a browser that was let in: what `school.py` measures."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from copy import copy
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

PATIENCE = 120
"""Seconds after which something that was waited for is a fault."""


class Served:
    """The school, opened; times are in seconds of a monotonic clock."""

    def __init__(self, home: Path, book: Path | None = None) -> None:
        environment = {**os.environ, "SEODANG_HOME": str(home), "SEODANG_LANG": "en"}
        if book is not None:
            environment["SEODANG_BOOK"] = str(book)
        self._began = time.perf_counter()
        command = [sys.executable, "-m", "seodang", "open", "--no-browser", "--port", "0"]
        self._process = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        told = (re.search(r"http://127\.0\.0\.1:(\d+)(/\?token=\S+)", line) for line in self._process.stdout)
        found = next((found for found in told if found), None)
        if found is None:
            raise RuntimeError("seodang open printed no address; what it said stands above")
        self.port = int(found[1])
        self._line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.cookie = ""
        self.cookie = self.ask(found[2]).headers["set-cookie"].partition(";")[0]
        self.ask("/")
        self.first_page = time.perf_counter() - self._began
        """From starting the interpreter to the last byte of the first page."""

    @property
    def base(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, address: str, language: str = "en") -> HTTPResponse:
        """A page, read to its end."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip", "Accept-Language": language}
        self._line.request("GET", address, headers=headers)
        answer = self._line.getresponse()
        answer.read()
        return answer

    def timed(self, address: str, language: str = "en") -> float:
        """Seconds from asking for a page to its last byte, on a connection that is open."""
        began = time.perf_counter()
        answer = self.ask(address, language)
        taken = time.perf_counter() - began
        if answer.status != 200:
            raise RuntimeError(f"{address}: answered {answer.status}")
        return taken

    def send(self, address: str, **form: object) -> str:
        """A form sent from a page of the school's; where it leads."""
        kind = "application/x-www-form-urlencoded"
        headers = {"Cookie": self.cookie, "Origin": self.base, "Content-Type": kind}
        self._line.request("POST", address, urlencode(form), headers)
        answer = self._line.getresponse()
        answer.read()
        return str(answer.headers["location"])

    def beside(self) -> Served:
        """The same browser with a connection of its own, for another thread."""
        other = copy(self)
        other._line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        return other

    def follow(self, address: str) -> None:
        """Follow a run's stream to its end, as a tab does."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        line.request("GET", f"{address}/events", headers={"Cookie": self.cookie})
        stream = line.getresponse()
        while stream.read1():
            pass
        line.close()

    def close(self) -> float:
        """Ctrl-C; seconds until the process is gone."""
        began = time.perf_counter()
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(timeout=PATIENCE)
        taken = time.perf_counter() - began
        self._line.close()
        if code != 0:
            raise RuntimeError(f"seodang open ended with {code}")
        return taken
