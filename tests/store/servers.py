"""A PostgreSQL server of our own for a test run: a fresh cluster in a temporary folder, reached by a socket alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INSTALLED = "/usr/lib/postgresql"


class Missing(Exception):
    """There is no server to be had here; the message says why."""


def programs() -> Path:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path(INSTALLED).glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise Missing(f"initdb is neither on the PATH nor under {INSTALLED}")
    return versions[-1].parent


def someone_else() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then who it is to run as."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Missing("this is root, and there is neither a user postgres nor nobody to run the server as")


@contextmanager
def server() -> Iterator[str]:
    """A running server, as the URL of a database is to begin: `postgresql://…?host=…` with NAME for its name."""
    tools, who = programs(), someone_else()
    folder = Path(tempfile.mkdtemp(prefix="seodang-pg-"))
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        _say([tools / "initdb", "-D", folder / "data", "-U", "seodang", "-A", "trust", "-E", "UTF8", "-N"], who)
        settings = f"-k {folder} -c listen_addresses= -c fsync=off"
        log = folder / "log"
        _say([tools / "pg_ctl", "-D", folder / "data", "-l", log, "-w", "-o", settings, "start"], who)
        try:
            yield f"postgresql://seodang@/NAME?host={folder}"
        finally:
            _say([tools / "pg_ctl", "-D", folder / "data", "-m", "fast", "stop"], who)
    finally:
        shutil.rmtree(folder)


def _say(words: list[Any], who: dict[str, Any]) -> None:
    # Not captured by pipes: the server would keep them open, and we would wait for its end.
    with tempfile.TemporaryFile() as said:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            list(map(str, words)), stdout=said, stderr=said, cwd="/", env=environment, timeout=60, check=False, **who
        )
        said.seek(0)
        assert done.returncode == 0, said.read().decode()
