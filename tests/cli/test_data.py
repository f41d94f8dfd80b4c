"""`seodang data`: the list, one set, and fetching."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cli.commands import Terminal, started
from data.mirror import Mirror, mirror, nowhere

from seodang.data import sets
from seodang.data.sets import dataset, datasets

ROOT = Path(__file__).parents[2]
CONTENT = bytes(range(256)) * 500


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """MNIST, as if it were one small file on a server here."""
    with mirror({"a.gz": CONTENT}) as served:
        only(monkeypatch, served.address)
        yield served


def only(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    files = {"a.gz": (f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", len(CONTENT))}
    known = (replace(dataset("mnist"), files=files, mirrors=(address,)), dataset("moons"))
    monkeypatch.setattr(sets, "datasets", lambda: known)


# ----------------------------------------------------------------------------------------------------------------- the list


def test_the_list_names_every_set_with_its_shape_and_the_licence_of_what_is_fetched(terminal: Terminal) -> None:
    said = terminal("data")
    assert said.code == 0
    for one in datasets():
        assert one.name in said.out
    assert "1,347 × 64" in said.out
    assert "CC BY-SA 3.0 (LeCun & Cortes)" in said.out


def test_the_list_as_json(terminal: Terminal, real_mnist: Path) -> None:
    entries = {entry["name"]: entry for entry in terminal("data", "--data-dir", str(real_mnist), "--json").json}
    assert list(entries) == [one.name for one in datasets()]
    assert entries["parity"] == {
        "name": "parity",
        "kind": "embedded",
        "about": dataset("parity").about,
        "holds": "(train, length) and (test, length) bits, 0.0 or 1.0, classes 0-1: even and odd.",
        "shape": [2000, 12],
        "classes": 2,
        "licence": "Apache-2.0 (made by this program)",
        "bytes": None,
        "present": None,
    }
    assert (entries["mnist"]["present"], entries["mnist"]["bytes"]) == (True, 11_594_722)
    assert entries["kmnist"]["present"] is False


# -------------------------------------------------------------------------------------------------------------------- a set


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("digits", "██"),
        ("shapes", "cross"),
        ("moons", "○"),
        ("wave", "●"),
        ("negation", "but"),
        ("brackets", "→ wrong"),
        ("adding", "→"),
        ("grammar", "the"),
    ],
)
def test_samples_of_a_set_are_shown(terminal: Terminal, name: str, seen: str) -> None:
    said = terminal("data", name)
    assert said.code == 0, said.err
    assert seen in said.out.split("Licence", 1)[1]


@pytest.mark.parametrize("one", [each for each in datasets() if each.kind == "embedded"], ids=lambda one: one.name)
def test_every_embedded_set_can_be_shown_and_is_data_with_json(terminal: Terminal, one: sets.DataSet) -> None:
    shown, said = terminal("data", one.name), terminal("data", one.name, "--json")
    assert (shown.code, said.code) == (0, 0)
    assert one.about.split(":")[0] in " ".join(shown.out.split())
    samples = said.json["samples"]
    assert len(samples) == 5
    assert all({"x", "y", "said"} == sample.keys() and sample["said"] for sample in samples)


def test_the_real_digits_of_mnist_are_shown_and_said_not_to_be_the_published_files(
    terminal: Terminal, real_mnist: Path
) -> None:
    said = terminal("data", "mnist", "--data-dir", str(real_mnist))
    assert said.code == 0
    assert "█" in said.out
    assert "differs from the published file" in said.out, "what is at hand is a part of MNIST"


def test_a_set_whose_files_are_missing_says_how_to_get_them(terminal: Terminal) -> None:
    said = terminal("data", "cifar-10")
    assert (said.code, said.err) == (2, "seodang: cifar-10: no such data set; did you mean cifar10?\n")
    said = terminal("data", "cifar10")
    assert said.code == 0
    assert "missing" in said.out
    assert "seodang data fetch cifar10" in said.out
    assert terminal("data", "cifar10", "--json").json["samples"] == []


# ----------------------------------------------------------------------------------------------------------------- fetching


def test_a_set_is_fetched_where_it_is_then_found_by_itself(terminal: Terminal, server: Mirror, tmp_path: Path) -> None:
    said = terminal("data", "fetch", "mnist")
    assert (said.code, len(server.asked)) == (0, 1)
    assert "Licence: CC BY-SA 3.0" in said.err, "before anything is fetched"
    assert f"mnist is whole in {tmp_path / 'home' / 'data' / 'mnist'}." in said.out
    assert (tmp_path / "home" / "data" / "mnist" / "a.gz").read_bytes() == CONTENT
    (entry, _moons) = terminal("data", "--json").json
    assert entry["present"] is True


@pytest.mark.usefixtures("server")
def test_a_folder_that_is_named_is_used_and_json_is_data_alone(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("data", "fetch", "mnist", "--to", str(tmp_path / "mine"), "--json")
    assert said.json == {"name": "mnist", "files": [str(tmp_path / "mine" / "mnist" / "a.gz")]}
    assert f"--data-dir {tmp_path / 'mine'}" in " ".join(
        terminal("data", "fetch", "mnist", "--to", str(tmp_path / "mine")).out.split()
    )


def test_offline_is_one_sentence_that_names_the_mirror_and_the_cure(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only(monkeypatch, address := nowhere())
    said = terminal("data", "fetch", "mnist")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1] == (
        f"seodang: mnist: could not fetch a.gz. {address}a.gz: no connection. Is this machine online? A file you have may"
        f" be put into {tmp_path / 'home' / 'data' / 'mnist'} by hand."
    )


def test_a_set_without_files_is_not_fetched(terminal: Terminal) -> None:
    said = terminal("data", "fetch", "moons")
    assert said.err == "seodang: moons needs no files: it is made or ships with the program\n"
    assert said.code == 2


def test_an_interrupted_fetch_leaves_only_a_part(terminal: Terminal, server: Mirror, tmp_path: Path) -> None:
    server.cut_after = [1_000, 0]
    said = terminal("data", "fetch", "mnist", "--to", str(tmp_path))
    assert said.code == 2
    assert said.err.splitlines()[-1].endswith("1,000 bytes are kept; the same command goes on from there.")
    assert [path.name for path in (tmp_path / "mnist").iterdir()] == ["a.gz.part"]
    assert terminal("data", "fetch", "mnist", "--to", str(tmp_path)).code == 0


def test_as_a_process_of_its_own_it_prints_data_alone(tmp_path: Path) -> None:
    """With warnings as errors, and without a terminal."""
    done = started("data", "negation", "--json", home=tmp_path)
    out, err = done.communicate(timeout=120)
    assert (done.returncode, err) == (0, "")
    assert '"name": "negation"' in out


# ---------------------------------------------------------------------------------------------------------------- documents


def test_the_document_names_every_set_with_its_licence_and_no_other() -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    named = {row[0].strip("`"): row for row in rows}
    assert sorted(named) == sorted(one.name for one in datasets())
    for one in datasets():
        if one.files:
            assert one.licence in named[one.name]
            for file in one.files:
                assert f"`{file}`" in text


def test_the_documented_fields_are_the_printed_ones(terminal: Terminal) -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for field in terminal("data", "mnist", "--json").json:
        assert f"`{field}`" in text, field
