"""The works that the pages cite, each with the address at which it was looked up and a reader finds it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from seodang.library.fields import Source
from seodang.library.page import Page, Reference
from seodang.library.problem import Problem, did_you_mean


@dataclass(frozen=True)
class Work:
    """A paper, a book or a page."""

    title: str
    year: int
    link: str
    line: int


@dataclass(frozen=True)
class Works:
    """Title and year → work, as `references.toml` lists them."""

    path: Path
    by_title: Mapping[tuple[str, int], Work]

    def link(self, reference: Reference) -> str:
        """Where a reader finds it; empty in a book that lists no works."""
        work = self.by_title.get(_key(reference))
        return work.link if work else ""


def read_works(path: Path) -> Works:
    """The works in the file; a book without one links none."""
    if not path.exists():
        return Works(path, MappingProxyType({}))
    works: dict[tuple[str, int], Work] = {}
    fields = Source(path, path.read_text(encoding="utf-8")).parse()
    fields.only(("works",))
    lines = fields.source.lines()
    for table in fields.tables("works"):
        table.only(("title", "year", "link"))
        work = Work(table.text("title"), table.number("year", 1500, 2100), table.text("link"), lines.get(table.keys, 1))
        if not work.link.startswith(("https://", "http://")):  # some old sites have no other
            raise table.error(f'the link "{work.link}" is no address. Write one that begins with https://', "link")
        if works.setdefault(_key(work), work) is not work:
            raise table.error(f'"{work.title}" of {work.year} is listed twice. List it once.', "title")
    return Works(path, MappingProxyType(works))


def problems(works: Works, pages: Iterable[Page]) -> Iterator[Problem]:
    """Works cited that nobody looked up, and works looked up that no page cites. A book without a list is asked nothing."""
    if not works.by_title:
        return
    titles = {work.title for work in works.by_title.values()}
    cited: set[tuple[str, int]] = set()
    for page in pages:
        for index, reference in enumerate(page.references):
            cited.add(_key(reference))
            if _key(reference) not in works.by_title:
                message = (
                    f'"{reference.title}" ({reference.year}) is not in {works.path.name}. Look it up, and write its title, '
                    f"year and address there.{did_you_mean(reference.title, titles)}"
                )
                yield Problem(page.path, page.source.line("references", index), message)
    for key, work in works.by_title.items():
        if key not in cited:
            yield Problem(works.path, work.line, f'no page cites "{work.title}" ({work.year}). Cite it or take it out.')


def _key(of: Work | Reference) -> tuple[str, int]:
    return of.title.casefold(), of.year
