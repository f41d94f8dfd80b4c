"""`seodang open`: the port, the address, no torch, and an end with streams open."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
from cli.commands import started


def address(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The port and the path that `seodang open` prints."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)(/\?token=\S+)", line):
            return int(found[1]), found[2]
    raise AssertionError(process.stderr.read() if process.stderr else "it printed no address")


def test_a_port_that_is_taken_is_a_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = started("open", "--no-browser", "--port", str(other.getsockname()[1]), home=tmp_path)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "another program has it" in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_cannot_be_is_refused_with_the_bounds(tmp_path: Path, port: str) -> None:
    process = started("open", "--no-browser", "--port", port, home=tmp_path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"--port {port}: must be 0 (any that is free) .. 65535" in err


def test_it_lets_in_by_the_printed_address_and_ends_with_a_stream_open(tmp_path: Path) -> None:
    process = started("open", "--no-browser", "--port", "0", home=tmp_path)
    port, path = address(process)
    browser = HTTPConnection("127.0.0.1", port, timeout=60)
    browser.request("GET", path)
    answer = browser.getresponse()
    answer.read()
    cookie = str(answer.headers["set-cookie"]).partition(";")[0]
    own = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    browser.request("POST", "/questions/relu-over-sigmoid/look", headers=own)
    browser.getresponse().read()
    browser.request("POST", "/questions/relu-over-sigmoid/run", headers=own)
    answer = browser.getresponse()
    answer.read()
    browser.request("GET", f"{answer.headers['location']}/events", headers=own)
    stream = browser.getresponse()
    assert stream.read(5) == b"data:"
    process.send_signal(signal.SIGINT)
    stream.read()  # it ends
    stream.close()
    browser.close()
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Traceback" not in err


def test_pages_are_answered_without_torch(tmp_path: Path) -> None:
    program = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from seodang.library import Library
from seodang.store import Store
from seodang.web import create_app
from seodang.web.guard import Door
home, door = Path(sys.argv[1]), Door(8360)
with Store.open(f"sqlite:///{home}/seodang.db") as store:
    app = create_app(Library.open(), store, lambda: datetime.now(UTC), home=home, door=door)
    app.state.desk.runs.wake = lambda: None
    client = TestClient(app, base_url="http://127.0.0.1:8360")
    client.get(f"/?token={door.token}")
    q = "/questions/relu-over-sigmoid"
    client.post(q + "/look", headers={"Origin": "http://127.0.0.1:8360"})
    pages = [q, "/", "/evidence", "/terms", "/review", "/calibration", "/mine", "/syllabus"]
    pages += [q + "/figure.svg", q + "/figure.json"]
    print(json.dumps({page: client.get(page).status_code for page in pages}))
    sys.exit("torch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "SEODANG_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout).values()) == {200}


def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "seodang.db").write_bytes(b"not a database, but long enough to be read as one" * 20)
    process = started("open", "--no-browser", "--port", "0", home=tmp_path)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is no database of Seodang" in err
    assert "Traceback" not in err
