"""`seodang open`: the port, the address, and its end."""

import socket
from pathlib import Path

import pytest
from cli.commands import started
from web.browsing import Visitor


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


def test_it_lets_in_by_the_printed_address_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with Visitor(started("open", "--no-browser", "--port", "0", home=tmp_path)) as visitor:
        assert visitor.get("/")[0] == 200
    assert visitor.process.returncode == 0, visitor.complaints
    assert visitor.complaints == ""


def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "seodang.db").write_bytes(b"not a database, but long enough to be read as one" * 20)
    process = started("open", "--no-browser", "--port", "0", home=tmp_path)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is no database of Seodang" in err
    assert "Traceback" not in err
