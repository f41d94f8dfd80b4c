"""Fetch the files of a named set: mirrors in turn, going on where a cut connection stopped, the checksum before the name.

Bytes arrive in NAME.part; only a file whose published checksum is right gets its name (pooch renames it within the folder),
so that no half a file can be taken for a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from seodang.data.files import as_published
from seodang.data.split import DataError

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that are there, and how many it will have."""

CHUNK = 1 << 16
PATIENCE = 30.0
"""Seconds to wait for a server to answer or to go on."""
TRIES = 5
"""Times a mirror is asked, as long as each brings something more before the connection is cut."""


def fetch(
    name: str,
    files: Mapping[str, tuple[str, int]],
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress = lambda file, there, whole: None,  # noqa: ARG005
) -> list[Path]:
    """Fetch what is not there yet into folder/NAME, and return every file's path.

    `files` gives the published checksum and bytes of each. DataError, naming every mirror and why it failed, when none gives
    the file; what has arrived is kept in NAME.part and a later call goes on from there.
    """
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    for file, (checksum, size) in files.items():
        if not ((place / file).is_file() and as_published(place / file, checksum)):
            _from_mirrors(name, place / file, checksum, size, mirrors, progress)
        progress(file, size, size)
    return [place / file for file in files]


def _from_mirrors(name: str, path: Path, checksum: str, size: int, mirrors: Sequence[str], progress: Progress) -> None:
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    failures: list[str] = []
    for mirror in mirrors:
        address = f"{mirror}{path.name}"
        try:
            pooch.retrieve(address, checksum, path.name, path.parent, downloader=_Resuming(path, size, progress))
            return
        except requests.exceptions.RequestException as error:
            failures.append(f"{address}: {_why(error)}")
        except _OtherSize as error:
            failures.append(f"{address}: {error}")
        except ValueError:  # what pooch raises for a checksum
            failures.append(f"{address}: not the published file (its {checksum.partition(':')[0]} differs)")
    there = _size(_part(path))
    kept = f" {there:,} bytes are kept; the same command goes on from there." if there else ""
    raise DataError(
        f"{name}: could not fetch {path.name}. {'; '.join(failures)}. Is this machine online? A file you have may be put"
        f" into {path.parent} by hand.{kept}"
    )


class _OtherSize(ValueError):
    """A server's file is longer or shorter than the published one."""


class _Resuming:
    """What pooch calls to download: writes NAME.part on from where it ends, and hands it over when it is whole."""

    def __init__(self, path: Path, size: int, progress: Progress) -> None:
        self.path, self.size, self.progress = path, size, progress

    def __call__(self, address: str, output: str, _pooch: object) -> None:
        """Leave the whole file at `output`. Raises requests' exceptions when the server does not give it."""
        import requests

        part = _part(self.path)
        for attempt in range(1, TRIES + 1):
            before = _size(part)
            if before >= self.size:
                break
            try:
                self._go_on(address, part, before)
            except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
                if attempt == TRIES or _size(part) <= before:
                    raise
        part.replace(output)  # pooch checks it there; a wrong one is deleted, so that the next mirror begins anew

    def _go_on(self, address: str, part: Path, before: int) -> None:
        """Append what is missing, or begin anew when the server does not give parts."""
        import requests
        import urllib3

        # Content-Encoding must not be undone: a .gz file is wanted as it is.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={before}-"} if before else {})
        with requests.get(address, headers=headers, stream=True, timeout=PATIENCE) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                part.unlink()  # longer than what the server has: no use to go on from
            answer.raise_for_status()
            there = before if answer.status_code == requests.codes.partial_content else 0
            whole = there + int(answer.headers.get("Content-Length", self.size - there))
            if whole != self.size:  # such as the page on which a hotel asks one to sign in
                raise _OtherSize(f"not the published file (it has {whole:,} bytes, not {self.size:,})")
            with part.open("ab" if there else "wb") as file, suppress(urllib3.exceptions.HTTPError):
                for chunk in answer.raw.stream(CHUNK, decode_content=False):
                    file.write(chunk)
                    there += len(chunk)
                    self.progress(self.path.name, there, self.size)
        if there < self.size:
            raise requests.exceptions.ConnectionError(f"cut after {there:,} of {self.size:,} bytes")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _why(error: Exception) -> str:
    """A failure of the network in a few words, without the objects it names."""
    import requests

    answer = getattr(error, "response", None)
    if answer is not None:
        return f"the server says {answer.status_code} {answer.reason}"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    said = str(error)
    return said if said.startswith("cut after") else "no connection"
