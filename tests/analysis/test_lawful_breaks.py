"""What the law lets or has a party do, and by which it breaks what an agreement has it keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

Found = Callable[..., list[Finding]]

WORDS = """| vocabulary words
| party host, guest
| state site: online | offline
| event complaint
| event order
| act go_online by host, sets site to online
| act take_down by host, needs basis, sets site to offline
"""
PAGES = """| agreement pages
| uses words

1. The host keeps the page online.
| promise: host must keep site is online from (go_online is done)
"""
LAW = """| law takedown
| layer civil
| rank mandatory
| uses words

9. Upon a complaint the page is taken down.
| stop: for each complaint, while site is online, host must take_down at once
| stop prevails over any duty to keep site
"""


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What a law takes from an agreement."""

    def look(pages: str = PAGES, law: str = LAW, more: str = "") -> list[Finding]:
        for name, text in {"words": WORDS + more, "pages": pages, "takedown": law}.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        loaded = load([tmp_path / "pages.contract", tmp_path / "takedown.contract"], [tmp_path])
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        return list(
            analyse(Programs(loaded.contracts), ("pages",), ("contract", "civil"), frozenset(["against"]))
        )

    return look


def test_a_duty_without_exception_for_what_the_law_orders(found: Found) -> None:
    (shown,) = found()
    assert shown.key == "against/breaks:pages/1:promise+takedown/9"
    assert shown.witness is not None
    assert [each["name"] for each in shown.witness.entries][-1] == "take_down"
    assert {"complaint", "go_online"} <= {each["name"] for each in shown.witness.entries}
    assert shown.witness.verdicts == {"contract+civil": "permitted"}


def test_a_duty_with_that_exception_is_silent(found: Found) -> None:
    excepted = PAGES.replace("from (go_online is done)", "from (go_online is done), unless complaint is done")
    assert not found(excepted)


def test_who_may_do_the_act_by_the_agreement_too_has_his_exception(found: Found) -> None:
    own = (
        PAGES
        + """2. For works the page may be taken down.
| works: host may take_down when order is done
| works prevails over promise
"""
    )
    assert not [each for each in found(own) if each.detail.get("what") == "breaks"]


def test_a_law_that_lets_the_duty_stand_is_no_exception(found: Found) -> None:
    """Beside the law the duty is broken all the same: that is a clash of its own, and none of this kind."""
    assert not [
        each
        for each in found(law=LAW.replace("| stop prevails over any duty to keep site\n", ""))
        if each.detail.get("what") == "breaks"
    ]


def test_what_the_law_merely_lets_a_party_do_breaks_nothing_that_it_cannot_keep(found: Found) -> None:
    """Who is free to take the page down may as well leave it there: the promise asks for nothing forbidden."""
    assert not found(law=LAW.replace("host must take_down at once", "host may take_down"))


def test_what_the_law_lets_a_party_bring_about_is_an_exception_to_a_right(found: Found) -> None:
    """A site that the law lets the host take down is not ordered from: the right comes back with the site."""
    words, right = (
        "| act order_there by guest, needs basis\n",
        "2. Guests order there.\n| ordering: guest may order_there\n",
    )
    law = LAW.replace("host must take_down at once", "host may take_down")
    prior = "| stop prevails over any power to order_there\n"
    assert not found(PAGES + right, law + prior, words)
    forbidding = "| no_orders: while complaint is done, guest must not order_there\n"
    (shown,) = found(PAGES + right, law + forbidding, words)
    assert "takedown/9" in shown.key
    assert "pages/2:ordering" in shown.key
