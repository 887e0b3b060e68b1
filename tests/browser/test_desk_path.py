"""The whole way of a lawyer at the desk, by keyboard: agreement 1 pasted, formalised, tried, held against the law,
changed, compared and saved; in Chinese and in English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CONTRACTS
from tests.browser.test_desk import LONG, outside, serious
from tests.workbench.serving import desk

PRINTED = [
    line
    for line in (CONTRACTS / "voip-1" / "voip-1.contract").read_text("utf-8").split("\n")
    if line and not line.lstrip().startswith("|")
]
PATH = "lease/voip-1.contract"


class Written(NamedTuple):
    """What is typed in one language: the head, and beneath the beginning of a clause its norm line."""

    language: str
    head: str
    norms: tuple[tuple[str, str], ...]
    completed: tuple[str, str]  # what is typed last of a norm, and what completion makes of it
    mistake: tuple[str, str]
    event: str
    suspend: str
    now: str  # what the power becomes


CHINESE = Written(
    "zh-CN", '| 协议 voip-1 篇一 "网络电话使用与服务协议"\n| 引用 电信\n',
    (
        ("2.乙方有权在", "| 使用：乙方 可以 拨打电话"),
        ("1.乙方应按照甲方规定的收费", "| 金额 费用 fee：就 每次 出账 作为 账单，为 账单.金额"),
        (
            "2.乙方应按照约定的支付",
            "| 付费：就 每次 出账 作为 账单，乙方 应 就 账单 支付 费用(账单)，不迟于 账单.到期日",
        ),
        ("3.如乙方逾期", "| 暂停权：付费 逾期 时，甲方 可以 暂停服务"),
    ),
    ("| b：乙方 不得 转让", "转让账号"), ("| 使用：", "拨打电活"), "出账", "暂停服务",
    "| 暂停权：付费 逾期 超过 30日 时，甲方 可以 暂停服务",
)  # fmt: skip
ENGLISH = Written(
    "en-GB", '| agreement voip-1 "Internet telephony"\n| uses telecom\n',
    (
        ("2.乙方有权在", "| use: user may place_call"),
        ("1.乙方应按照甲方规定的收费", "| amount fee: for each invoice_issued as bill, is bill.amount"),
        (
            "2.乙方应按照约定的支付",
            "| payment: for each invoice_issued as bill, user must pay fee(bill) for bill by bill.due",
        ),
        ("3.如乙方逾期", "| suspension: while payment is overdue, provider may suspend_service"),
    ),
    ("| b: user must not transfer_acc", "transfer_account"), ("| use:", "place_cal"),
    "invoice_issued", "suspend service",
    "| suspension: while payment is overdue for more than 30 days, provider may suspend_service",
)  # fmt: skip


# A page may be slow on a machine that builds other things meanwhile; what never comes still fails.
expect.set_options(timeout=LONG)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A desk over an empty folder."""
    with desk(tmp_path) as found:
        yield found


def reach(page: Page, selector: str) -> None:
    """Go to something by the Tab key alone, from wherever the keyboard is."""
    for _ in range(400):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by keyboard")


def turn_to(page: Page, name: str) -> None:
    """Go to a panel: to the tabs, and along them."""
    reach(page, "[role=tab]")
    for _ in range(8):
        if page.evaluate("document.activeElement.id") == f"tab-{name}":
            return
        page.keyboard.press("ArrowRight")
    pytest.fail(f"no panel {name}")


def choose(page: Page, value: str) -> None:
    """Choose in the list that has the keyboard, by arrow keys."""
    for key in ("ArrowUp", "ArrowDown"):
        for _ in range(80):
            if page.evaluate("document.activeElement.value") == value:
                return
            before = page.evaluate("document.activeElement.value")
            page.keyboard.press(key)
            if page.evaluate("document.activeElement.value") == before:
                break
    pytest.fail(f"{value} cannot be chosen")


def to_text(page: Page) -> None:
    """Go to the text."""
    for _ in range(4):
        if page.evaluate("document.activeElement.classList.contains('cm-content')"):
            return
        page.keyboard.press("F6")
    pytest.fail("F6 does not lead to the text")


def find(page: Page, words: str) -> None:
    """Find words in the text, and go to the end of their line."""
    to_text(page)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)
    # Words put in as a whole are searched for when a key comes up, as the last one of an input method does.
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    to_text(page)
    # Once to the end of the row, then to that of the line.
    for _ in range(3):
        page.keyboard.press("End")
    assert words in page.locator(".cm-activeLine").inner_text()


@pytest.mark.parametrize("written", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_from_a_pasted_agreement_to_a_clause_that_the_law_bears(
    browser: Browser, address: str, tmp_path: Path, written: Written
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=written.language)
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.on("request", lambda request: outside(request.url, address))
    failed: list[str] = []
    page.on("pageerror", lambda wrong: failed.append(f"{wrong}"))
    page.on("dialog", lambda dialog: dialog.accept(PATH))
    page.goto(address)
    expect(page.locator("#tree p")).to_be_visible()

    # A new file; the agreement is pasted into it.
    reach(page, "#new")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_be_visible()
    to_text(page)
    page.keyboard.insert_text(written.head + "\n".join(PRINTED))
    expect(page.locator("#outline button", has_text="五.3")).to_be_visible()

    # Five clauses are formalised, one of them by completion.
    for clause, norm in written.norms:
        find(page, clause)
        page.keyboard.insert_text("\n" + norm)
    find(page, "2.乙方应妥善")
    typed, completed = written.completed
    page.keyboard.insert_text("\n" + typed[:-1])
    page.wait_for_timeout(300)
    page.keyboard.insert_text(typed[-1])
    expect(page.locator(".cm-tooltip-autocomplete", has_text=completed)).to_be_visible()
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert completed in page.locator(".cm-activeLine").inner_text()
    expect(page.locator(".problems li.error")).to_have_count(0)

    # A mistake is seen and mended.
    label, wrong = written.mistake
    find(page, label)
    right = page.locator(".cm-activeLine").inner_text()
    for _ in range(len(wrong) + (written is ENGLISH)):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text(wrong)
    expect(page.locator(".problems li.error")).to_contain_text(wrong)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+.")
    expect(page.locator(".problems li.error")).to_have_count(0)
    assert page.locator(".cm-activeLine").inner_text() == right
    assert serious(page) == []
    page.keyboard.press("Control+s")
    expect(page.locator("#state.dirty")).to_have_count(0)

    # An unpaid bill: the power to suspend arises the day after it was due.
    turn_to(page, "scenario")
    reach(page, "#add-event")
    page.keyboard.press("Enter")
    reach(page, "#act-0")
    choose(page, written.event)
    page.locator("#events td input[type=date]").first.fill("2026-09-01")
    page.locator("#events .fields input[type=date]").fill("2026-09-10")
    page.locator("#day").fill("2026-09-10")
    suspend = page.locator(".asks > li", has_text=written.suspend)
    expect(suspend.locator(".pill.permitted")).to_have_count(0)
    reach(page, "#cursor")
    page.keyboard.press("ArrowRight")
    expect(suspend.locator(".pill.permitted")).to_be_visible()

    # The finding against article 34 of the telecommunications regulations, and the history that shows it.
    turn_to(page, "findings")
    reach(page, "#law-sector")
    page.keyboard.press("Space")
    against = page.locator(".finding.against", has_text="五.3").filter(has_text="34(2)")
    expect(against).to_be_visible(timeout=LONG)
    reach(page, "button.witness[id*='五.3'][id*='34(2)']")
    page.keyboard.press("Enter")
    expect(page.locator(".asked .head.forbidden")).to_be_visible()
    assert serious(page) == []

    # The clause is changed, compared with what was saved, and saved.
    find(page, written.norms[-1][1])
    for _ in range(3):
        page.keyboard.press("Shift+Home")
    page.keyboard.insert_text(written.now)
    turn_to(page, "compare")
    reach(page, "#compare")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-compare .page ins").first).to_be_visible(timeout=LONG)
    assert serious(page) == []
    page.keyboard.press("Control+s")
    expect(page.locator("#state.dirty")).to_have_count(0)
    saved = (tmp_path / PATH).read_text("utf-8")
    assert written.now in saved
    assert [line for line in saved.split("\n") if line and not line.startswith("|")] == PRINTED
    assert not failed
    context.close()
