"""The catalogue: every question the book must answer, and where it does: a page, or a heading on one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from seodang.library.fields import Source
from seodang.library.page import Page
from seodang.library.problem import Problem, did_you_mean


@dataclass(frozen=True)
class Place:
    """Where a question of the catalogue is answered."""

    chapter: str  # folder
    slug: str  # of the page; empty while nothing answers it
    heading: str  # id of the heading on it; empty when the page as a whole is the answer
    line: int


@dataclass(frozen=True)
class Catalogue:
    """Catalogue id → place, in teaching order, as `catalogue.toml` lists them."""

    path: Path
    places: Mapping[str, Place]

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The ids that no page answers yet."""
        return tuple(id for id, place in self.places.items() if not place.slug)


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue in the file; a book without one promises nothing."""
    if not path.exists():
        return Catalogue(path, MappingProxyType({}))
    fields = Source(path, path.read_text(encoding="utf-8")).parse()
    places: dict[str, Place] = {}
    for chapter in fields.values:
        table = fields.table(chapter)
        for id, target in table.values.items():
            if not isinstance(target, str) or target.count("#") > 1:
                raise table.error(f'"{id}" is {target!r}. Write "page" or "page#heading", or "" while it is unanswered.', id)
            if id in places:
                raise table.error(f'"{id}" is in two chapters. List it once.', id)
            slug, _, heading = target.partition("#")
            places[id] = Place(chapter, slug, heading, fields.source.line(chapter, id))
    return Catalogue(path, MappingProxyType(places))


def problems(catalogue: Catalogue, pages: Iterable[Page]) -> Iterator[Problem]:
    """Where the map and the pages contradict each other. A book without a map is asked nothing."""
    if not catalogue.places:
        return
    by_slug: dict[str, list[Page]] = {}
    for page in pages:
        by_slug.setdefault(page.path.name.split(".")[0], []).append(page)
    for id, place in catalogue.places.items():
        if place.slug and (message := _wrong(id, place, by_slug)):
            yield Problem(catalogue.path, place.line, message)
    for slug, there in by_slug.items():
        for page in there:
            for index, id in enumerate(page.catalogue):
                found = catalogue.places.get(id)
                if found is None:
                    message = f'the catalogue has no question "{id}".{did_you_mean(id, catalogue.places)} Name one of it.'
                    yield Problem(page.path, page.source.line("catalogue", index), message)
                elif found.slug != slug:
                    said = f"{found.slug} answers it" if found.slug else "nothing does"
                    message = f'this page says that it answers "{id}", but catalogue.toml that {said}. Correct one of them.'
                    yield Problem(page.path, page.source.line("catalogue", index), message)


def _wrong(id: str, place: Place, pages: Mapping[str, list[Page]]) -> str | None:
    if place.slug not in pages:
        return f'there is no page "{place.slug}".{did_you_mean(place.slug, pages)} Write it or correct the name.'
    for page in pages[place.slug]:
        if id not in page.catalogue:
            return f'{page.path.name} does not list "{id}" in its "catalogue". Add it there.'
        if place.heading and (place.heading != id or id not in page.followups):
            return f"{page.path.name} has no heading {{#{place.heading}}} for it. Write `### … {{#{id}}}`."
        if not place.heading and id in page.followups:
            return f'{page.path.name} answers it under a heading of its own. Write "{place.slug}#{id}".'
    return None
