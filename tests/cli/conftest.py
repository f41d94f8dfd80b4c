from pathlib import Path

import pytest
from cli.commands import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("SEODANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEODANG_LANG", "en")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("SEODANG_BOOK", raising=False)
    monkeypatch.delenv("SEODANG_DATA_DIR", raising=False)
    return Terminal(capsys)
