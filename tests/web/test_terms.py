"""Words of the dictionary in a text: which are found, and that they open what is said of them."""

from __future__ import annotations

import re
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser
from web.school import QUESTION
from web.served import Served, visit

from seodang.library.dictionary import Term
from seodang.locale import Language
from seodang.web.terms import linked


def term(key: str, ko: str, en: str) -> Term:
    said = MappingProxyType({"ko": "…", "en": "…"})
    return Term(key, MappingProxyType({"ko": ko, "en": en}), said, (), 1)


TERMS = {
    each.key: each
    for each in (
        term("weight", "가중치", "weight"),
        term("weight_decay", "가중치 감쇠", "weight decay"),
        term("bias", "편향", "bias"),
        term("relu", "렐루(ReLU)", "ReLU"),
        term("sgd", "확률적 경사 하강법(SGD)", "stochastic gradient descent (SGD)"),
    )
}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "<p>The weights of a net.</p>", ["weights"]),
        ("en", "<p>Weight\ndecay, then a weight.</p>", ["Weight\ndecay", "weight"]),
        ("en", "<p>Two biases and a bias.</p>", ["biases"]),
        ("en", "<p>A weighty, weight-sharing, pre-weight relu.</p>", []),
        ("en", "<p>Stochastic gradient descent and SGD.</p>", ["Stochastic gradient descent"]),
        ("en", "<p>sgd is not how it is written</p>", []),
        ("en", "<h3>ReLU</h3><p><code>ReLU</code> <a href='/'>ReLU</a> <math><mi>ReLU</mi></math></p>", []),
        ("en", "<p><code>relu</code>, the <strong>ReLU</strong></p>", ["ReLU"]),
        ("ko", "<p>가중치를 줄이는 가중치 감쇠와 편향에서는</p>", ["가중치", "가중치 감쇠", "편향"]),
        ("ko", "<p>ReLU는 렐루입니다.</p>", ["ReLU"]),
        ("ko", "<p>편향된 자료, 무편향, 가중치표</p>", []),
    ],
)
def test_what_is_found(language: Language, text: str, found: list[str]) -> None:
    (html,), _keys = linked([text], TERMS, language)
    parts = html.split('<a class="term" href="/terms#')[1:]
    assert [part.partition(">")[2].partition("</a>")[0] for part in parts] == found


def test_only_the_first_mention_leads_anywhere_and_the_text_is_left_as_it_was() -> None:
    texts = ["<p>A weight &amp; a bias.</p>", "<p>A weight, ReLU.</p>"]
    html, keys = linked(texts, TERMS, "en")
    assert keys == ("weight", "bias", "relu")
    assert html[1] == '<p>A weight, <a class="term" href="/terms#relu">ReLU</a>.</p>'
    assert [re.sub("</?a[^>]*>", "", each) for each in html] == texts


def test_a_book_without_a_dictionary_has_no_links() -> None:
    assert linked(["<p>weight</p>"], {}, "en") == (["<p>weight</p>"], ())


@pytest.mark.parametrize(("language", "said"), [("en", "turns negative numbers into 0"), ("ko", "음수는 0으로")])
def test_a_word_opens_what_it_means_by_keyboard_and_escape_closes_it(
    browser: Browser, served: Served, language: str, said: str
) -> None:
    with visit(browser, served, language) as seen:
        seen.look()
        word = seen.page.locator(".explanation a.term, .onwards a.term, .termlist a.term").first
        word.focus()
        seen.page.keyboard.press("Enter")
        about = seen.page.locator(".about:popover-open")
        assert said in about.inner_text()
        assert about.evaluate("about => document.activeElement === about")
        assert seen.page.url == f"{seen.base}{QUESTION}#result", "it stays where one reads"
        seen.page.keyboard.press("Escape")
        assert seen.page.locator(".about:popover-open").count() == 0
        assert word.evaluate("word => document.activeElement === word")
        word.click()
        about.locator("a").click()
        seen.page.wait_for_url("**/terms#relu")
        assert seen.complaints == []


def test_what_it_means_fits_a_small_screen(browser: Browser, served: Served) -> None:
    with visit(browser, served, viewport={"width": 375, "height": 700}) as seen:
        seen.look()
        for word in seen.page.locator("a.term:visible").all():
            word.click()
            box = seen.page.locator(".about:popover-open").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 375
            seen.page.keyboard.press("Escape")
