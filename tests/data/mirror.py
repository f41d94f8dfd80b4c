"""A web server on this machine, for as long as a test runs, that gives files as well or as badly as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mirror:
    """What is on the server, how it behaves, and what it was asked."""

    address: str
    files: dict[str, bytes]
    cut_after: list[int] = field(default_factory=list)
    """For each answer to come, after how many bytes its connection breaks; whole answers after that."""
    knows_ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Each path and the Range it was asked with."""


@contextmanager
def mirror(files: dict[str, bytes]) -> Iterator[Mirror]:
    """Serve these files by name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Range")
            served.asked.append((self.path, given))
            content = served.files.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404, "Not Found")
                return
            start = int(given.removeprefix("bytes=").rstrip("-")) if given and served.knows_ranges else 0
            if start >= len(content) > 0:
                self.send_error(416, "Range Not Satisfiable")
                return
            body = content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            self.wfile.write(body[: served.cut_after.pop(0)] if served.cut_after else body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Mirror(f"http://127.0.0.1:{server.server_port}/", files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def nowhere() -> str:
    """An address at which nothing answers."""
    with mirror({}) as gone:
        return gone.address
