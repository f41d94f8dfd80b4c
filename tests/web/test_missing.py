"""What a data set refuses with is said in the language of the page, every part that names something kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from seodang.data.files import directory, found, refuse_unless_published
from seodang.data.split import DataError
from seodang.locale import speak
from seodang.web.missing import in_words


def refusals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the data sets say when files are missing or exchanged."""
    said: list[str] = []
    (folder / "train.gz").write_bytes(b"exchanged")
    monkeypatch.setenv("SEODANG_HOME", str(folder / "nowhere"))
    monkeypatch.delenv("SEODANG_DATA_DIR", raising=False)
    for refuse in (
        lambda: directory("mnist", "train.gz and the rest"),
        lambda: found("mnist", folder, ["a.gz"]),
        lambda: found("mnist", folder, ["a.gz", "b.gz", "c"]),
        lambda: refuse_unless_published("mnist", folder / "train.gz", "md5:00"),
        lambda: directory("mnist", "train.gz"),
    ):
        if len(said) == 4:
            monkeypatch.setenv("SEODANG_DATA_DIR", "/no/such")
        with pytest.raises(DataError) as raised:
            refuse()
        said.append(str(raised.value))
    return said


def test_every_refusal_is_said_in_korean_and_in_english_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusals(tmp_path, monkeypatch)
    speak("en")
    assert [in_words(each) for each in told] == told
    speak("ko")
    korean = [in_words(each) for each in told]
    speak("en")
    for now in korean:
        assert any("가" <= letter <= "힣" for letter in now), now
        assert "mnist" in now
    assert str(tmp_path) in korean[1]
    assert "b.gz, c." in korean[2]


def test_what_is_not_known_is_said_as_it_is() -> None:
    speak("ko")
    assert in_words("brackets: length=3: take an even number from 4 on").startswith("brackets: length=3: take")
    speak("en")
