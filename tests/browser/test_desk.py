"""The desk in a browser: typed, mended, saved, merged, found again after a crash; both languages, keyboard, axe."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CONTRACTS, LINE, SCENARIO
from tests.workbench.serving import desk

LONG = 60_000
CHINESE = re.compile("[一-鿿]")


# A page may be slow on a machine that builds other things meanwhile; what never comes still fails.
expect.set_options(timeout=LONG)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a small agreement and its scenario."""
    (tmp_path / "line").mkdir()
    (tmp_path / "line" / "line.contract").write_text(LINE, "utf-8")
    (tmp_path / "line" / "scenarios.md").write_text(SCENARIO, "utf-8")
    return tmp_path


@pytest.fixture
def address(root: Path) -> Iterator[str]:
    """A desk over it."""
    with desk(root) as found:
        yield found


def opened(browser: Browser, address: str, language: str = "en-GB") -> Page:
    """Open the desk in a window of its own, and wait until the text is there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=language)
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.on("request", lambda request: outside(request.url, address))
    page.on("pageerror", lambda wrong: print("the page failed:", wrong))
    page.goto(address)
    page.wait_for_selector(".cm-content")
    expect(page.locator("#outline button").first).to_be_visible(timeout=LONG)
    return page


def outside(url: str, address: str) -> None:
    assert url.startswith((address, address.replace("http", "ws"), "data:", "blob:")), (
        "a request left the desk"
    )


def type_at(page: Page, words: str, text: str) -> None:
    """Put the cursor at the end of the line with some words, and type."""
    page.locator(".cm-line", has_text=words).first.click()
    page.keyboard.press("End")
    page.keyboard.type(text)


def serious(page: Page) -> list[str]:
    """Return what axe finds serious or critical."""
    found = Axe().run(page)
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_mistake_is_seen_mended_and_saved_by_keyboard(
    browser: Browser, address: str, root: Path, language: str
) -> None:
    page = opened(browser, address, language)
    chinese = language == "zh-CN"
    assert bool(CHINESE.search(page.locator("#save").inner_text())) is chinese
    expect(page.locator(".worth .count").nth(2)).to_have_text("1", timeout=LONG)
    type_at(page, "it.due", "x")
    page.keyboard.press("Escape")
    page.wait_for_selector(".problems li.error")
    page.wait_for_selector("button.mend")
    page.keyboard.press("Control+.")
    expect(page.locator(".problems li.error")).to_have_count(0, timeout=LONG)
    assert "it.duex" not in page.locator(".cm-content").inner_text()
    type_at(page, "suspension:", " # reviewed")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text("已保存" if chinese else "Saved")
    page.keyboard.press("Escape")
    saved = (root / "line" / "line.contract").read_text("utf-8")
    assert saved == LINE.replace("may suspend\n", "may suspend # reviewed\n", 1)
    assert serious(page) == []
    page.context.close()


def test_saving_shows_what_got_worse(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    expect(page.locator(".worth .count").nth(4)).to_have_text(re.compile(r"\d+"), timeout=LONG)
    line = page.locator(".cm-line", has_text="suspension:").first
    line.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+s")
    expect(page.locator(".worth tr").nth(2)).to_contain_text("1 → 0 worse", timeout=LONG)
    expect(page.locator(".changes li.worse").first).to_be_visible(timeout=LONG)
    page.context.close()


def test_a_draft_survives_the_browser(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    type_at(page, "suspend the line", " half a thought")
    page.wait_for_timeout(600)
    # Another page of the same browser, as after a crash: nothing was saved.
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(address)
    expect(again.locator("#notice")).to_be_visible(timeout=LONG)
    assert "half a thought" in again.locator(".cm-content").inner_text()
    again.locator("#notice button").click()
    expect(again.locator(".cm-content")).not_to_contain_text("half a thought")
    again.context.close()


def test_a_desk_that_comes_back_is_spoken_to_again(browser: Browser, root: Path) -> None:
    with desk(root) as address:
        page = opened(browser, address)
    expect(page.locator("#notice.bad")).to_be_visible(timeout=LONG)
    type_at(page, "it.due", "x")
    with desk(root, address):
        expect(page.locator("#notice")).to_be_hidden(timeout=LONG)
        expect(page.locator(".problems li.error")).to_be_visible(timeout=LONG)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+s")
        expect(page.locator("#state")).to_have_text("Saved", timeout=LONG)
        page.context.close()
    assert "it.duex" in (root / "line" / "line.contract").read_text("utf-8")


def test_two_people_on_one_file_lose_nothing(browser: Browser, address: str, root: Path) -> None:
    page = opened(browser, address)
    type_at(page, "suspend the line", " MINE")
    where = root / "line" / "line.contract"
    where.write_text(LINE.replace("Bills are paid", "All bills are paid"), "utf-8")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#merge[open] .cm-mergeView")
    assert serious(page) == []
    page.locator(".cm-merge-revert button").first.click()
    page.locator("#merge button.main").click()
    expect(page.locator("#state")).to_have_text("Saved", timeout=LONG)
    saved = where.read_text("utf-8")
    assert "All bills are paid" in saved
    assert "MINE" in saved
    page.context.close()


def test_the_language_is_switched_where_one_is(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.locator("#language").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#save")).to_have_text("保存")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.keyboard.press("F6")
    assert page.evaluate("document.activeElement.closest('[data-area]').tagName") == "NAV"
    page.context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_scenario_is_built_by_keyboard_and_saved(
    browser: Browser, address: str, root: Path, language: str
) -> None:
    page = opened(browser, address, language)
    expect(page.locator(".worth .count").nth(2)).to_have_text("1", timeout=LONG)
    page.locator("#tab-check").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.locator("#add-event").focus()
    page.keyboard.press("Enter")
    page.locator("#events .act").select_option("bill")
    page.locator("#events input[type=date]").first.fill("2026-03-02")
    page.locator("#events .fields input[type=date]").fill("2026-03-10")
    suspend = page.locator(".asks > li", has_text="暂停" if language == "zh-CN" else "suspend")
    page.locator("#day").fill("2026-03-10")
    expect(suspend.locator(".pill.forbidden")).to_be_visible()
    page.locator("#cursor").focus()
    page.keyboard.press("ArrowRight")
    expect(suspend.locator(".pill.permitted")).to_be_visible()
    suspend.locator("button.entry").press("Enter")
    expect(suspend.locator(".why")).to_contain_text("100.00")
    suspend.locator("input[type=checkbox]").press("Space")
    page.locator("#case-title").fill("Built at the desk")
    assert serious(page) == []
    page.locator("#save-case").press("Enter")
    expect(page.locator("#notice")).to_contain_text("scenarios.md")
    saved = (root / "line" / "scenarios.md").read_text("utf-8")
    assert saved.startswith(SCENARIO.rstrip())
    assert "## Built at the desk" in saved
    assert "2026-03-11 provider may suspend: permitted" in saved.rpartition("## ")[2]
    page.locator("#tab-check").click()
    expect(page.locator(".worth tr").nth(2)).to_contain_text("1 → 2", timeout=LONG)
    lens = page.locator(".lens").nth(1)
    expect(lens).to_contain_text("2 scenarios", timeout=LONG)
    lens.locator("button").first.press("Enter")
    expect(lens.locator(".cite").last).to_have_text("Built at the desk")
    expect(page.locator(".hint")).to_have_attribute("data-hint", "e.g. from 2026-11-25: until 2026-12-07")
    page.locator("#turn").press("Enter")
    expect(page.locator(".cm-content")).to_contain_text("甲方 可以 暂停", timeout=LONG)
    page.context.close()


def test_a_question_is_asked_of_the_scenario(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.locator("#tab-scenario").click()
    page.locator("#panel-scenario .bar select").select_option(index=1)
    expect(page.locator("#events tbody tr")).to_have_count(1)
    page.locator("#tab-asking").click()
    page.locator("#ask-act").select_option("suspend")
    expect(page.locator("#answer .head")).to_contain_text("permitted")
    expect(page.locator("#answer")).to_contain_text("customer pays 100.00 CNY for e1")
    page.locator("#answer button.cite").first.click()
    assert "suspend the line" in page.locator(".cm-activeLine").inner_text()
    assert serious(page) == []
    page.context.close()


@pytest.fixture(scope="module")
def big_desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk over a copy of agreement 1."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(CONTRACTS / "voip-1", folder / "voip-1")
    with desk(folder) as found:
        yield found


def test_a_finding_leads_to_its_clause(browser: Browser, big_desk: str) -> None:
    """The finding against article 34, its history with the reasons, and the page of the clause with its picture."""
    page = opened(browser, big_desk)
    page.locator("#tab-findings").click()
    page.get_by_label("telecoms law").press("Space")
    against = page.locator(".finding.against", has_text="34(2)").first
    expect(against).to_be_visible(timeout=LONG)
    assert serious(page) == []
    against.locator("button.witness").press("Enter")
    expect(page.locator("#panel-scenario .asked .head.forbidden")).to_be_visible(timeout=LONG)
    expect(page.locator("#panel-scenario .asked")).to_contain_text("34")
    page.locator("#tab-clause").click()
    page.locator("#outline button", has_text="五.3").click()
    expect(page.locator("#panel-clause .number")).to_have_text("五.3", timeout=LONG)
    expect(page.locator("#panel-clause .near svg")).to_be_visible()
    assert serious(page) == []
    page.context.close()


CLUB = """\
| agreement club 俱乐部 "Club 俱乐部"
| party host 主人, guest 客人
| event bell 打铃
| act enter 进入 by guest, needs basis

1.1 A guest may enter. 客人可以进入。
| entry: guest may enter
1.2 After the bell nobody enters. 打铃之后不得进入。
| silence: guest must not enter when bell is done
"""


def test_a_finding_is_accepted_with_its_reason(browser: Browser, root: Path) -> None:
    (root / "line" / "line.contract").write_text(CLUB, "utf-8")
    (root / "line" / "scenarios.md").unlink()
    with desk(root) as address:
        page = opened(browser, address, "zh-CN")
        page.locator("#tab-findings").click()
        conflict = page.locator(".finding.conflict")
        expect(conflict).to_have_count(1, timeout=LONG)
        expect(page.locator("h2.sort").first).to_have_text("冲突 1")
        conflict.locator("button.accept").press("Enter")
        page.keyboard.type("打铃只在闭馆时")
        assert serious(page) == []
        page.keyboard.press("Enter")
        expect(page.locator("details .finding.conflict")).to_have_count(1, timeout=LONG)
        expect(page.locator("details .finding.conflict")).to_contain_text(
            "2026年11月25日接受：打铃只在闭馆时"
        )
        page.emulate_media(media="print")
        expect(page.locator("#tree")).to_be_hidden()
        expect(page.locator("#editor")).to_be_hidden()
        expect(page.locator("#panel-findings .soft").first).to_be_visible()
        assert "打铃只在闭馆时" in (root / "line" / "accepted.yaml").read_text("utf-8")
        page.context.close()


def test_on_a_telephone_nothing_is_wider_than_the_page(browser: Browser, address: str) -> None:
    for language in ("zh-CN", "en-GB"):
        page = opened(browser, address, language)
        page.set_viewport_size({"width": 375, "height": 800})
        for tab in ("check", "clause", "scenario", "asking", "findings", "compare"):
            page.locator(f"#tab-{tab}").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, tab
            assert page.evaluate("document.querySelector('.bench').scrollWidth") <= 375, tab
        page.context.close()


def test_what_a_human_found_is_shown_in_words(browser: Browser, big_desk: str) -> None:
    page = opened(browser, big_desk, "zh-CN")
    page.locator("#tab-scenario").click()
    page.locator("#panel-scenario .bar select").select_option(label="判断作出之后，答案随之确定")
    judged = page.locator("#events tr", has_text="轻微")
    expect(judged.locator(".act")).to_have_value("answer")
    page.context.close()


def test_a_finding_is_settled_by_what_is_offered_beside_it(browser: Browser, root: Path) -> None:
    """The mend of a conflict is taken with one key, and once it is saved the analysis finds it no more."""
    file = root / "line" / "line.contract"
    file.write_text(CLUB, "utf-8")
    (root / "line" / "scenarios.md").unlink()
    with desk(root) as address:
        page = opened(browser, address)
        page.locator("#tab-findings").click()
        conflict = page.locator(".finding.conflict", has_text="nothing says which prevails")
        expect(conflict).to_have_count(1, timeout=LONG)
        page.locator(".cm-line", has_text="silence:").first.click()
        # What the page has learnt of the text, its language server knows by then.
        expect(page.locator(".lens", has_text="1 finding")).to_have_count(2, timeout=LONG)
        page.keyboard.press("Control+.")
        expect(page.locator(".cm-content")).to_contain_text("prevails over")
        page.keyboard.press("Control+s")
        expect(conflict).to_have_count(0, timeout=LONG)
        assert "prevails over" in file.read_text("utf-8")
        page.context.close()
