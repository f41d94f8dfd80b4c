"""Open the school in the browser."""

from __future__ import annotations

import datetime
import logging
import os
import socket
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from seodang.cli.errors import UsageError
from seodang.cli.options import COMMON, Common
from seodang.cli.screen import out
from seodang.locale import _

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

PORT = 8360
FAREWELL = 1
"""Seconds that open streams are given to end when the school closes."""
KEPT_OPEN = 60
"""Seconds that a silent connection is kept, so that the next page needs no new one."""
TURN = 0.0005
"""Seconds after which a busy thread lets another one go on. With Python's own 0.005 a page waits that long each time that it
comes back from the database while the book is read ahead or a run is drawn."""


def open_school(
    *,
    port: int = PORT,
    data_dir: Path | None = None,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    common: Common = COMMON,  # noqa: ARG001 (main has read --lang before parsing)
) -> None:
    """Open the school in the browser: predict, run live, read why, review. On this machine alone; Ctrl-C closes it.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0 takes any that is free.
    data_dir
        The folder that holds the data set's files.
    browser
        Whether to open the browser, too.
    """
    from seodang.cli.shelf import library
    from seodang.home import home
    from seodang.store import Store

    listening = _listening(port)
    if data_dir is not None:
        os.environ["SEODANG_DATA_DIR"] = str(data_dir)
    with closing(listening), Store.open() as store:
        store.check_writable()
        from seodang.web import create_app
        from seodang.web.guard import Door

        door = Door(listening.getsockname()[1])
        app = create_app(library(), store, lambda: datetime.datetime.now(datetime.UTC), home=home(), door=door)
        _serve(app, listening, door.address, browser)


LAST_PORT = 65_535


def _listening(port: int) -> socket.socket:
    """The socket, taken before anything else is done: a port that is not free is said at once."""
    if not 0 <= port <= LAST_PORT:
        raise UsageError(_("--port {port}: must be 0 (any that is free) .. {last}", port=port, last=LAST_PORT))
    # The protocol is named, because asyncio sends small packets at once only on sockets that name it: 40 ms a page.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()  # a browser that is quicker than the server waits in line
    except PermissionError as error:
        listening.close()
        raise UsageError(
            _("--port {port}: this system keeps it for itself; take one above 1023, or 0 for any", port=port)
        ) from error
    except OSError as error:
        listening.close()
        raise UsageError(
            _("--port {port}: another program has it, perhaps Seodang itself; take another one, or 0 for any", port=port)
        ) from error
    return listening


def _serve(app: FastAPI, listening: socket.socket, address: str, browser: bool) -> None:
    import sys

    import uvicorn

    sys.setswitchinterval(TURN)
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=FAREWELL,
        timeout_keep_alive=KEPT_OPEN,
    )
    server = _server(uvicorn.Server, app)(config)
    out().print(_("Seodang is open. Ctrl-C closes it."))
    if browser and not _browse(address):
        out().print(_("No browser can be opened from here. Open this address in one on this machine; it lets in once:"))
    out().print(address, soft_wrap=True)
    server.run(sockets=[listening])


def _server(kind: type[uvicorn.Server], app: FastAPI) -> type[uvicorn.Server]:
    class School(kind):  # type: ignore[misc,valid-type]
        """A server that ends its streams when it is told to stop: a browser would keep them open for ever."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            if not self.should_exit:  # a second Ctrl-C would leave things half closed, a moment before they are closed
                app.state.desk.runs.closing = True
                logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what is cut off now is meant to be
                super().handle_exit(sig, frame)

        def run(self, sockets: list[socket.socket] | None = None) -> None:
            with suppress(KeyboardInterrupt):  # uvicorn raises the signal again once it has closed
                super().run(sockets=sockets)

    return School


def _browse(address: str) -> bool:
    """Open the browser beside us (some of them do not return while they are open); False where there is none to open."""
    import sys
    import threading
    import webbrowser

    graphical = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    if sys.platform.startswith("linux") and not graphical:
        return False  # what webbrowser finds then is a text browser, which would take this terminal
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    threading.Thread(target=found.open, args=(address,), daemon=True).start()
    return True
