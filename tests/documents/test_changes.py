"""Two versions as a page: everything that differs in the text is on it, and beneath it what differs in meaning."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractlang.contract import Contract
from contractlang.load import load_text
from engine.analysis.difference import difference
from engine.cli import carried_out
from engine.documents.changes import Heading, blocks, redline, standalone, versions
from engine.documents.markup import Html
from engine.documents.shelf import Shelf
from engine.documents.site import write

HEAD = """\
| agreement studio 画室 "Studio"{version}
| party owner 甲方, member 乙方
| event bill 账单 (amount 金额: money, due 到期日: day)
| act pay 支付 (amount 金额: money, bill: bill) by member, accumulates amount for each bill
| act lock 锁门 by owner, needs basis
"""
OLD = """
1.1 Bills are paid by their day.
| pay_fee: for each bill as it, member must pay it.amount for it by it.due
1.2 Who is late may be locked out.
| lockout: while pay_fee is overdue, owner may lock
1.3 This clause goes.
| states that "gone"
"""
NEW = """
1.1 Bills are paid by their due day.
| pay_fee: for each bill as it, member must pay it.amount for it by it.due
1.2 Who is more than thirty days late may be locked out.
| lockout: while pay_fee is overdue for more than 30 days, owner may lock
1.4 The owner must not lock at all before March.
| owner must not lock before 2026-03-01
"""


def text(body: str, version: str = "") -> str:
    return HEAD.format(version=f'\n| version "{version}"' if version else "") + body


def studio(body: str, version: str = "") -> Contract:
    loaded = load_text(text(body, version))
    assert not loaded.errors
    return next(iter(loaded.contracts.values()))


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """The parts of the page of both versions in English, by the anchor of the heading above each."""
    parts: dict[str, str] = {"": ""}
    last = ""
    for each in blocks(difference(studio(OLD), studio(NEW)), "en"):
        if isinstance(each, Heading):
            last = each.anchor
            parts[last] = each.text
        else:
            parts[last] += each
    return parts


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def test_a_changed_clause_has_its_text_and_its_meaning(shown: dict[str, str]) -> None:
    assert "Who is<ins> more than thirty days</ins> late" in shown["1.2"]
    assert "<del>if “pay fee” is overdue, owner has the power to lock</del>" in shown["1.2"]
    assert (
        "<ins>if “pay fee” is overdue for more than 30 days, owner has the power to lock</ins>"
        in shown["1.2"]
    )


def test_a_clause_with_other_words_only_says_so(shown: dict[str, str]) -> None:
    assert "<ins> due</ins>" in shown["1.1"] or "<ins>due </ins>" in shown["1.1"]
    assert "norms are the same" in shown["1.1"]


def test_clauses_that_came_and_went_are_there(shown: dict[str, str]) -> None:
    assert "<del>1.3 This clause goes.</del>" in shown["1.3"]
    assert "<ins>1.4 The owner must not lock at all before March.</ins>" in shown["1.4"]
    assert "owner must not lock" in plain(shown["1.4"])
    assert list(shown)[1:5] == ["1.1", "1.2", "1.3", "1.4"]


def test_what_follows_has_a_dated_history_under_either_version(shown: dict[str, str]) -> None:
    told = next(part for anchor, part in shown.items() if part.startswith("owner may lock"))
    assert "permitted by the old version, forbidden by the new" in told
    assert told.count("<svg") == 2 * told.count('class="finding"')
    assert "Under the old version" in told
    assert "Under the new version" in told
    assert re.search(r"2026-\d\d-\d\d", told)


def test_versions_that_mean_the_same_say_how_that_was_found() -> None:
    same = studio(OLD.replace("pay_fee", "fee"))
    page = plain(
        "".join(each for each in blocks(difference(studio(OLD), same), "zh") if isinstance(each, Html))
    )
    assert "两个版本含义相同" in page


_TEXTS = st.text("甲乙支付 ab1.<&\n", max_size=12)


@given(old=_TEXTS, new=_TEXTS)
def test_both_texts_can_be_read_off_the_redline(old: str, new: str) -> None:
    """Without what was put in it is the old text, without what was struck the new one."""
    (marked,) = redline(old, new)
    assert plain(re.sub(r"<ins>.*?</ins>", "", marked, flags=re.S)) == old
    assert plain(re.sub(r"<del>.*?</del>", "", marked, flags=re.S)) == new


def test_a_page_by_itself_asks_nothing_of_any_other_file() -> None:
    page = standalone(difference(studio(OLD), studio(NEW)), "zh")
    assert page.startswith('<!doctype html>\n<html lang="zh-Hans">')
    assert not re.search(r"(?:src|href)=|url\(|@import", page)


def test_the_site_has_a_page_for_each_two_versions_that_follow(tmp_path: Path) -> None:
    for version, body in (("1", OLD), ("2", NEW), ("10", NEW)):
        (tmp_path / f"studio-{version}.contract").write_text(text(body, version), "utf-8")
    shelf = Shelf.of([tmp_path])
    follow = [(old.version, new.version) for old, new in versions(shelf)]
    assert follow == [("1", "2"), ("2", "10")]


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, body in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.contract").write_text(text(body), "utf-8")
    one, other, out = (str(tmp_path / name) for name in ("old.contract", "new.contract", "page.html"))
    assert carried_out(["docs", "changes", one, other, "-o", out, "--lang", "en"]) == 0
    assert "more than thirty days" in Path(out).read_text("utf-8")
    assert carried_out(["docs", "changes", one, "sale", "-o", out]) == 2
    assert "two documents, not two versions" in capsys.readouterr().err


def test_pages_of_changes_are_kept(tmp_path: Path) -> None:
    for version, body in (("1", OLD), ("2", OLD)):
        (tmp_path / f"studio-{version}.contract").write_text(text(body, version), "utf-8")
    shelf = Shelf.of([tmp_path])
    site = write(shelf, tmp_path / "site", kept=tmp_path / "kept")
    name = next(each for each in site.files if each.startswith("zh/changes-"))
    (held,) = [each for each in (tmp_path / "kept").iterdir() if "变更" in each.read_text("utf-8")]
    held.write_text(held.read_text("utf-8").replace("变更", "已留"), "utf-8")
    write(shelf, tmp_path / "site", kept=tmp_path / "kept")
    assert "已留" in (tmp_path / "site" / name).read_text("utf-8")


def test_the_lease_that_is_shipped_has_its_two_versions_on_a_page(made: dict[str, str]) -> None:
    page = made["en/changes-lease-lease-2.md"]
    assert made["en/index.md"].count("changes-lease-lease-2.html") == 1
    assert "<del>三十</del><ins>十五</ins>" in page or re.search(r"<del>三</del>十<ins>五</ins>", page)
    assert "is overdue for more than 30 days" in page
    assert "is overdue for more than 15 days" in page
    # Clauses that say the same are not said to have changed, though the two texts have days of their own.
    assert 'id="2.1"' not in page
    assert "{ #2.1 }" not in page
    assert "norms are the same" in page
    parted = page[page.index("lessor may terminate") :]
    assert "forbidden by the old version, permitted by the new" in parted
    assert parted.count("<svg") >= 2
    assert re.search(r"2026-\d\d-\d\d", parted)
    assert "{ #2.3 }" in made["zh/changes-lease-lease-2.md"]
