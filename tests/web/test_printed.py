"""The printed book: files alone, in both languages, with the same search as the school."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from library.books import write_book
from library.test_queries import BLIND, NONSENSE, QUERIES, UNRELATED
from playwright.sync_api import Browser
from web.school import EXPERIMENT, SLUG

from seodang.library import Library
from seodang.printed import build, markdown_index
from seodang.printed.figures import defined, drawn
from seodang.printed.searching import search_data
from seodang.web.pages import STATIC
from seodang.web.source import read

PAGE = "questions/relu-over-sigmoid.html"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = write_book(tmp_path_factory.mktemp("book"))
    (folder / "activations" / f"{SLUG}.py").write_text(EXPERIMENT, encoding="utf-8")
    return Library.open(folder)


@pytest.fixture(scope="module")
def site(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "book"
    build(library, folder)
    return folder


class Links(HTMLParser):
    """Where the links of a page lead, and the ids on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            if name == "id" and value:
                self.ids.add(value)


def test_every_link_of_every_page_leads_to_a_file_of_the_site(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 9
    for page in pages:
        for link in Links(page.read_text(encoding="utf-8")).links:
            assert not re.match(r"[a-z]+:|/", link), f"{page}: {link} leaves the site"
            path, _, anchor = link.partition("#")
            target = (page.parent / unquote(path)).resolve() if path else page
            assert target.is_file(), f"{page}: {link}"
            if anchor:
                assert anchor in Links(target.read_text(encoding="utf-8")).ids, f"{page}: {link}"


def test_a_page_has_the_recorded_numbers_in_its_language(site: Path) -> None:
    english, korean = ((site / language / PAGE).read_text(encoding="utf-8") for language in ("en", "ko"))
    assert re.search(r"It reaches <?[\d.]+ on 11 of 11 seeds\.", english)
    assert "시드 11개 가운데 11개에서" in korean
    assert "Ten layers deep, ReLU beats the sigmoid by more than 0.3." in english
    assert "{{" not in english + korean


def test_building_again_gives_the_same_files(site: Path, library: Library) -> None:
    before = {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "en" / "left_over.html").write_text("gone")
    build(library, site)
    assert {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_a_folder_of_something_else_is_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="is not empty"):
        build(library, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_figure_is_one_file_for_light_and_dark_and_smaller_than_as_it_was_drawn(library: Library) -> None:
    from seodang.evidence import Evidence
    from seodang.figures import Labels, figure, to_svg

    question = library.question(SLUG)
    assert question.evidence
    evidence, words = Evidence.read(question.evidence), question.page("en")
    labels = Labels(title=words.title, arms=words.arms, metrics=words.metrics, claims=words.claims)
    plain, svg = to_svg(figure(evidence, labels)), drawn(question, evidence, "en")
    assert len(svg) < 0.7 * len(plain)
    assert "prefers-color-scheme:dark" in svg
    assert svg.count("<text") == plain.count("<text")
    assert len(re.findall(r"<use |<path (?!id)", svg)) >= len(re.findall(r"<path aria-label", plain))
    circle = '<path d="M1.9,0A1.9,1.9,0,1,1,-1.9,0A1.9,1.9,0,1,1,1.9,0" fill="red"/>'
    assert defined(f"<svg>{circle}</svg>").count("<path") == 1, "a shape that stands there once stays where it is"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with the whole book's search on it."""
    folder = tmp_path_factory.mktemp("search")
    script = (STATIC.parent.parent / "printed/static/search.js").read_text(encoding="utf-8")
    (folder / "search-data.js").write_text(search_data(Library.open()), encoding="utf-8")
    (folder / "search.js").write_text(script, encoding="utf-8")
    head = '<!doctype html><meta charset="utf-8"><script src="search-data.js"></script><script src="search.js"></script>'
    (folder / "page.html").write_text(head, encoding="utf-8")
    return folder / "page.html"


def test_the_browser_finds_what_the_school_finds(browser: Browser, whole: Path) -> None:
    """The translation of the search, against the original, on all queries and all nonsense."""
    library = Library.open()
    queries = [
        *(query for query, _ in QUERIES + BLIND),
        *NONSENSE,
        *UNRELATED,
        "ㄷㄹㅇㅇ",
        "ㅂㅊ ㅈㄱㅎ",
        "",
        "  ",
        "?!",
        "렐루 relu ㄷㄹㅇㅇ",
    ]
    page = browser.new_page()
    page.goto(whole.as_uri())
    found = page.evaluate(
        "queries => queries.map(query => search(query, 5).map(each => [each.slug, each.heading]))", queries
    )
    page.close()
    for query, hits in zip(queries, found, strict=True):
        assert hits == [[hit.slug.replace("_", "-"), hit.heading] for hit in library.ask(query, 5)], query


def test_a_reader_searches_predicts_and_opens_the_answer(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/en/index.html")
    page.keyboard.press("/")
    page.keyboard.type("why not sigmoid")
    page.locator("#found a").first.click()
    page.wait_for_url(f"**/en/{PAGE}")
    assert not page.locator("#result").is_visible()
    page.locator(".curtain > summary").click()
    assert page.locator("#result").is_visible()
    assert page.locator(".drawing img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    page.get_by_role("link", name="한국어").click()
    page.wait_for_url(f"**/ko/{PAGE}")
    assert page.locator("html").get_attribute("lang") == "ko"
    page.goto((site / "en" / PAGE).as_uri() + "#why")
    page.locator("#why").wait_for(state="visible")
    page.close()
    assert told == []


def test_the_index_is_what_a_study_repository_has_as_its_readme(library: Library) -> None:
    text = markdown_index(library, "ko", "https://example.org/")
    assert (
        "1. [은닉층에서 시그모이드 대신 ReLU를 쓰는 까닭은?](https://example.org/ko/questions/relu-over-sigmoid.html)"
        in text
    )
    assert "| 09 |" in text
    assert "[1](https://example.org/ko/questions/relu-over-sigmoid.html)" in text


def test_arms_named_together_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "rates.py"
    arms = '{"slow": slow, "fast": fast, "faster": faster, "leaky": replace(faster, model=leaky)}'
    path.write_text(
        "def experiment(p):\n"
        "    slow = Training(model=net, optimizer=sgd(0.1))\n"
        "    fast, faster = (replace(slow, optimizer=sgd(lr)) for lr in (p.fast, p.faster))\n"
        f"    return Experiment(arms={arms})\n",
        encoding="utf-8",
    )
    slow, fast, faster, leaky = read(path).arms
    assert (slow.is_base, slow.variable) == (True, "slow")
    assert (fast.base, fast.changes, fast.variable) == ("slow", {"optimizer": "sgd(p.fast)"}, "fast")
    assert faster.changes == {"optimizer": "sgd(p.faster)"}
    assert (leaky.base, leaky.changes) == ("faster", {"model": "leaky"})
