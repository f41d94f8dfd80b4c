"""A browser without a screen, let in by a school that runs as a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
from http.client import HTTPConnection, HTTPResponse
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

PATIENCE = 60


class Visitor:
    """Opens the address that `seodang open` prints; leaves by Ctrl-C and waits until the process has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.printed: list[str] = []
        self.complaints = ""
        """What it wrote to stderr."""
        assert process.stdout is not None
        for line in process.stdout:
            self.printed.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)(/\?token=\S+)", line):
                break
        else:
            raise AssertionError(process.stderr.read() if process.stderr else "it printed no address")
        self.port = int(found[1])
        self.lines = [HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)]
        self.cookie = ""
        self.cookie = self._ask("GET", found[2])[0].headers["set-cookie"].partition(";")[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        _out, self.complaints = self.process.communicate(timeout=PATIENCE)
        for line in self.lines:
            line.close()

    @property
    def base(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.port}"

    def size(self, address: str, encoding: str) -> int:
        """Bytes of a page as it is sent to one who takes this encoding."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.lines.append(line)
        line.request("GET", address, headers={"Cookie": self.cookie, "Accept-Encoding": encoding})
        return len(line.getresponse().read())

    def get(self, address: str) -> tuple[int, str]:
        """Status and text of a page."""
        answer, body = self._ask("GET", address)
        return answer.status, body

    def post(self, address: str, **form: object) -> tuple[int, str]:
        """Status and text of what a form is answered with."""
        answer, body = self._ask("POST", address, urlencode(form))
        return answer.status, body

    def sent(self, address: str, **form: object) -> str:
        """Where a form leads."""
        answer, _body = self._ask("POST", address, urlencode(form))
        return str(answer.headers["location"])

    def follow(self, address: str) -> HTTPResponse:
        """The stream of a run, which has begun to speak."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.lines.append(line)
        line.request("GET", f"{address}/events", headers={"Cookie": self.cookie})
        stream = line.getresponse()
        assert stream.read(5) == b"data:"
        return stream

    def _ask(self, method: str, address: str, body: str | None = None) -> tuple[HTTPResponse, str]:
        kind = "application/x-www-form-urlencoded"
        own = {"Cookie": self.cookie, "Origin": self.base, "Content-Type": kind}
        self.lines[0].request(method, address, body, own)
        answer = self.lines[0].getresponse()
        return answer, answer.read().decode("utf-8", errors="replace")
