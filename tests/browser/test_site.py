"""The site in a browser: searched, filtered, printed, on a telephone, by keyboard, by screen readers, and offline.

No test asks anything of another machine: each window is closed with that assertion.
"""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import Opened

PAGES = (
    "contracts/zh/index.html", "contracts/zh/line.html", "contracts/en/line-graph.html",
    "contracts/en/scenario-line-1.html", "contracts/zh/findings-line.html",
)  # fmt: skip
BIG = (
    "contracts/zh/voip-1.html", "contracts/en/voip-1-graph.html", "contracts/zh/glossary.html",
    "contracts/en/coverage.html", "contracts/en/findings-voip-1.html", "contracts/zh/findings-voip-1-law.html",
    "contracts/en/changes-lease-lease-2.html", "contracts/zh/side-by-side-voip-1-voip-2.html",
    "contracts/en/accepted.html", "contracts/zh/scenario-S-03.html",
)  # fmt: skip
RESULT = ".md-search-result__item"
SEARCHING = "document.activeElement.matches('.md-search__input')"
SHOWN = (
    "[...document.querySelectorAll('svg .edges path')].filter(each => each.style.display != 'none').length"
)
WIDTH = "document.documentElement.scrollWidth"


def search_for(page: Page, words: str) -> None:
    """Open the search by its key, which does nothing before the page's program runs, and type words."""
    for _ in range(20):
        page.keyboard.press("/")
        try:
            page.wait_for_function(SEARCHING, timeout=3_000)
            break
        except PlaywrightTimeoutError:
            continue
    page.keyboard.type(words)
    # Chinese is put in as a whole; the search looks when a key comes up, as the last one of an input method does.
    page.keyboard.press("End")


@pytest.mark.parametrize(("words", "path"), [("暂停", "zh/line.html"), ("suspend", "en/line.html")])
def test_the_search_finds_words_of_either_language(site: Opened, words: str, path: str) -> None:
    page = site.go("index.html")
    search_for(page, words)
    page.wait_for_selector(RESULT)
    found = [link.get_attribute("href") or "" for link in page.query_selector_all(f"{RESULT} a")]
    assert any(path in each for each in found)


def test_nothing_is_found_of_what_is_nowhere(site: Opened) -> None:
    page = site.go("index.html")
    search_for(page, "zzzzyyyy")
    page.wait_for_function(
        "document.querySelector('.md-search-result__meta').textContent.includes('No matching')"
    )
    assert not page.query_selector_all(RESULT)


def test_the_graph_shows_what_is_chosen(site: Opened) -> None:
    page = site.go("contracts/en/line-graph.html")
    every = page.evaluate(SHOWN)
    assert page.locator("output").inner_text() == str(every)
    page.locator(".filter input[type=checkbox]").first.uncheck()
    fewer = page.evaluate(SHOWN)
    assert 0 < fewer < every
    assert page.locator("table.edges tbody tr:visible").count() == fewer
    page.locator(".filter input[type=checkbox]").first.check()
    page.locator(".filter input[type=search]").fill("suspend")
    touching = page.evaluate(SHOWN)
    assert 0 < touching < every
    assert page.locator("output").inner_text() == str(touching)
    rows = page.locator("table.edges tbody tr:visible")
    assert rows.count() == touching
    kept = rows.evaluate_all(
        "rows => rows.map(row => row.dataset.source + ' ' + row.dataset.target + row.innerText)"
    )
    assert all("suspend" in each.lower() for each in kept)


def test_on_paper_everything_is_unfolded_and_nothing_else_is_there(site: Opened) -> None:
    page = site.go("contracts/zh/line.html")
    assert page.locator("details:not([open])").count() > 0
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open])").count() == 0
    assert not page.locator(".md-sidebar--primary").is_visible()
    assert not page.locator(".md-header").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details:not([open])").count() > 0
    assert len(page.pdf()) > 10_000


OUTSIDE = """[...document.querySelectorAll('article svg[viewBox] text')].filter(each => {
    const box = each.getBBox(), picture = each.closest('svg').viewBox.baseVal
    return box.x < 0 || box.x + box.width > picture.width || box.y + box.height > picture.height
}).map(each => each.textContent)"""


def test_no_word_of_a_picture_is_cut_off(site: Opened) -> None:
    for path in (
        "contracts/zh/scenario-line-1.html",
        "contracts/en/scenario-line-1.html",
        "contracts/zh/line-graph.html",
    ):
        page = site.go(path)
        assert page.locator("article svg text").count() > 0
        assert page.evaluate(OUTSIDE) == [], path


def test_a_chinese_page_is_chinese_all_around(site: Opened) -> None:
    page = site.go("contracts/zh/line.html")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator(".md-search__input").get_attribute("placeholder") == "搜索"
    assert page.locator(".md-nav--secondary .md-nav__title").first.inner_text().strip() == "目录"
    page = site.go("contracts/en/line.html")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".md-search__input").get_attribute("placeholder") == "Search"


def test_by_keyboard_alone(site: Opened) -> None:
    """The search is opened and its first result followed, a fold opened, a kind of edge left out; focus can be seen."""
    page = site.go("contracts/zh/index.html")
    search_for(page, "暂停")
    page.wait_for_selector(RESULT)
    page.keyboard.press("Enter")
    page.wait_for_url("**?h=*")
    page.wait_for_load_state("load")
    page = site.go("contracts/zh/line.html")
    summary = page.locator("article details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("article details[open]").count() == 1
    page = site.go("contracts/en/line-graph.html")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.filter input[type=checkbox]')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    before = page.evaluate(SHOWN)
    page.keyboard.press("Space")
    assert page.evaluate(SHOWN) < before


def serious(site: Opened, path: str, scheme: Literal["light", "dark"]) -> list[str]:
    """Return what axe finds serious or worse on a page."""
    site.page.emulate_media(color_scheme=scheme)
    found = Axe().run(site.go(path), options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shuts_anybody_out(site: Opened, path: str) -> None:
    """Axe finds nothing serious, and on a telephone no page is wider than the screen."""
    assert not serious(site, path, "light")
    site.page.set_viewport_size({"width": 375, "height": 800})
    assert site.page.evaluate(WIDTH) <= 375


def test_nor_at_night(site: Opened) -> None:
    assert not serious(site, "contracts/zh/line.html", "dark")


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", BIG)
def test_nor_does_a_long_page(big: Opened, path: str, scheme: Literal["light", "dark"]) -> None:
    """Axe takes its time over a thousand elements."""
    assert not serious(big, path, scheme)
    big.page.set_viewport_size({"width": 375, "height": 800})
    assert big.page.evaluate(WIDTH) <= 375
