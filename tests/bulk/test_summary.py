"""The page of a run says what its tables say: counted again from them, by SQL of its own."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from bench import synthetic
from engine.cli import carried_out

QUESTION = "provider may suspend_service"
ANSWERS = {"fair_term": True, "slight": False}


class Page(HTMLParser):
    """The headings of a page, each with the rows of its tables and what its pictures say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.pictures: dict[str, str] = {}
        self.under, self.within = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h2", "h3"):
            self.under, self.within = "", tag
        elif tag == "tr":
            self.tables.setdefault(self.under, []).append([])
        elif tag in ("td", "th"):
            self.tables[self.under][-1].append("")
            self.within = tag
        elif tag == "svg":
            given = dict(attrs)
            assert given["role"] == "img"
            self.pictures[self.under] = given["aria-label"] or ""

    def handle_endtag(self, tag: str) -> None:
        self.within = "" if tag == self.within else self.within

    def handle_data(self, data: str) -> None:
        if self.within in ("h2", "h3"):
            self.under += data
        elif self.within in ("td", "th"):
            self.tables[self.under][-1][-1] += data


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up portfolio with suspensions that were too early, replayed under the law."""
    folder, chance = tmp_path_factory.mktemp("summary"), Random(5)
    accounts, events = [], []
    for row in synthetic.accounts(40):
        reading = chance.choice(({"notice24": "on"}, {"thirty_days": "administrative_only"}, {}))
        accounts.append({**row, "service_class": "b25", "answers": ANSWERS, "readings": reading})
        if chance.random() < 0.5:
            at = f"2025-0{chance.randrange(4, 7)}-15T10:00"
            suspended = {
                "id": "s",
                "name": "suspend_service",
                "by": "provider",
                "at": at,
                "ground": "arrears",
            }
            events.append({"account": row["account"], **suspended})
    for event in synthetic.events(40, 6):
        # Whatever an account is, some of the last bills stay unpaid.
        if event["name"] != "place_call" and not (
            event["name"] == "pay" and event["at"] > "2025-07" and chance.random() < 0.4
        ):
            events.append(event)
    for name, rows in (("accounts", accounts), ("events", events)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    given = ["--events", str(folder / "events.jsonl"), "--accounts", str(folder / "accounts.jsonl")]
    asked = ["--as-of", "2025-07-20", "--layers", "civil,consumer,sector", "--ask", QUESTION, "--lang", "en"]
    run = ["--out", str(folder / "out"), "--jobs", "1", "--buckets", "2", "--verify", "50%", "--json"]
    assert carried_out(["replay", "voip-1", *given, *asked, *run]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def page(out: Path) -> Page:
    return Page((out / "summary.html").read_text("utf-8"))


def found(out: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as at:
        for kind in ("accounts", "happenings"):
            at.execute(f"CREATE VIEW {kind} AS SELECT * FROM read_parquet('{out / kind}.parquet')")
        return at.execute(query).fetchall()


def _cells(rows: list[list[str]]) -> dict[tuple[str, str], int]:
    """Return what a grid counts, its sums left out; each sum is that of its row or column."""
    heads, *lines, sums = rows
    counts = [[int(cell.replace(",", "") or 0) for cell in line[1:]] for line in (*lines, sums)]
    for line in counts:
        assert line[-1] == sum(line[:-1])
    assert counts[-1] == [sum(each) for each in zip(*counts[:-1], strict=True)]
    return {
        (line[0], month): n for line, row in zip(lines, counts, strict=False)
        for month, n in zip(heads[1:-1], row, strict=False) if n
    }  # fmt: skip


def _named(document: str, norm: str) -> str:
    clause, _, name = norm.partition(":")
    return f"{document.partition('@')[0]} {clause} {name}".strip()


def test_breaches_are_told_by_clause_and_month(out: Path, page: Page) -> None:
    told = _cells(page.tables["Breaches by clause and month"])
    counted = found(
        out,
        "SELECT document, norm, left(happened_at::VARCHAR, 7), count(*) FROM happenings WHERE what = 'breach'"
        " GROUP BY ALL",
    )
    assert told == {(_named(document, norm), month): n for document, norm, month, n in counted}
    assert len({norm for norm, _ in told}) >= 3
    said = page.pictures["Breaches by clause and month"]
    assert all(f"{norm} {month} {n:,}" in said for (norm, month), n in told.items())


def test_suspensions_that_the_law_forbids_are_told_by_article(out: Path, page: Page) -> None:
    title = "Suspensions that the law forbids: provider may suspend service"
    _, *lines = page.tables[title]
    counted = found(
        out,
        f"SELECT each, count(*), count(*) FILTER (unpaid > 0), sum(unpaid) FROM (SELECT unpaid,"
        f" unnest(forbidden_by['{QUESTION}']) AS each FROM accounts) GROUP BY each",
    )
    expected = {
        _named(*norm.split(" ", 1)): (n, owing, f"{unpaid / 100:,.2f}") for norm, n, owing, unpaid in counted
    }
    assert {line[0]: (int(line[2]), int(line[3]), line[4].removesuffix(" CNY")) for line in lines} == expected
    assert {line[1] for line in lines} == {"voip-1 五.3 暂停权"}
    # The rule of thirty days: as a limit on what was agreed, and, read otherwise, as an administrative prohibition.
    for article in ("34(2) suspend_for_arrears", "40(3) no_early_suspension"):
        assert any(article in each for each in expected), expected
    assert all(f"{name} {n:,}" in page.pictures[title] for name, (n, *_) in expected.items())


def test_suspensions_done_that_the_law_forbids_are_breaches_of_its_prohibitions(
    out: Path, page: Page
) -> None:
    told = _cells(page.tables["Suspensions done that the law forbids"])
    counted = found(
        out,
        "SELECT document, norm, left(happened_at::VARCHAR, 7), count(*) FROM happenings WHERE what = 'breach'"
        " AND (norm LIKE '%:no_early_suspension' OR norm LIKE '%:notice_first') GROUP BY ALL",
    )
    assert told == {(_named(document, norm), month): n for document, norm, month, n in counted}
    assert len({norm for norm, _ in told}) == 2


def test_money_at_stake_is_summed_in_each_currency(out: Path, page: Page) -> None:
    _, *lines = page.tables["provider may suspend service: unpaid, CNY"]
    counted = found(
        out, f"SELECT \"{QUESTION}\", count(*), sum(owed['CNY']) FROM accounts WHERE unpaid > 0 GROUP BY 1"
    )
    assert sorted((a, int(n), sum_) for a, n, sum_ in lines) == sorted(
        (a, n, f"{minor / 100:,.2f} CNY") for a, n, minor in counted
    )
    assert found(out, "SELECT count(*) FROM accounts WHERE unpaid <> coalesce(owed['CNY'], 0)") == [(0,)]


def test_the_page_speaks_chinese_where_it_is_asked_to(out: Path) -> None:
    from engine.bulk.run import Counts
    from engine.bulk.summary import summary
    from engine.commands.portfolio import portfolio

    held = portfolio(("voip-1",), ("civil", "consumer", "sector"), "2025-07-20", None, (QUESTION,), (), None)
    text = summary(out, held, Counts(40), "2025-07-20", "zh")
    page = Page(text)
    assert '<html lang="zh-CN">' in text
    assert "法律禁止的中止：甲方可否暂停服务" in page.tables
    assert not re.search(r"<h\d>[^<]*[a-z]{4,}", text), "no heading is English"
    english = Page((out / "summary.html").read_text("utf-8"))
    assert list(map(_numbers, page.tables.values())) == list(map(_numbers, english.tables.values()))


def _numbers(rows: list[list[str]]) -> list[list[str]]:
    return [[cell for cell in row if re.fullmatch(r"[\d,.]+( CNY)?", cell)] for row in rows]
