"""What came of a portfolio, as one page: answers, breaches by clause and month, suspensions the law forbids, money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from contractlang.contract import base_name
from contractlang.diagnostic import Language
from contractlang.norms import Prohibition
from engine.bulk.fold import Portfolio
from engine.bulk.forbidden import suspending
from engine.bulk.page import bars, grid, page, section, table
from engine.bulk.rejects import why_set_aside
from engine.bulk.run import Counts
from engine.bulk.tables import counted, queried, quoted
from engine.bulk.wording import Wording
from engine.question import May

MOST_MONTHS, MOST_NORMS, MOST_REASONS = 24, 15, 20
"""How many months, norms and reasons are told apart; what is over is told together."""


def summary(out: Path, portfolio: Portfolio, counts: Counts, day: str, language: Language = "en") -> str:
    """Return the page for a finished run, in one language (`en`, `zh`); its tables are read where they are."""
    return _Summary(out, portfolio, counts, language).page(day)


class _Summary(Wording):
    def __init__(self, out: Path, portfolio: Portfolio, counts: Counts, language: Language) -> None:
        super().__init__(portfolio, language)
        self.counts = counts
        self.tables = {kind: out / f"{kind}.parquet" for kind in ("accounts", "happenings", "rejects")}
        self.none = self.pick("None.", "无。")

    def page(self, day: str) -> str:
        count, pick = self.counts, self.pick
        agreements, layers = ", ".join(self.portfolio.agreements), ", ".join(self.portfolio.layers)
        told = pick(
            f"{agreements}; layers {layers}; {count.events:,} events, {count.rejects:,} rows set aside.",
            f"{agreements}；层级 {layers}；事件{count.events:,}件，搁置{count.rejects:,}行。",
        )
        title = pick(f"{count.accounts:,} accounts on {day}", f"{day}，{count.accounts:,}个账户")
        return page(title, [f"<p>{escape(told)}</p>", *self.parts()], self.language)

    def parts(self) -> Iterator[str]:
        pick, accounts = self.pick, self.tables["accounts"]
        for question in self.portfolio.asked:
            found = [(self.answer(a), n) for a, n in counted(accounts, [quoted(question)])]
            yield section(self.question(question), (pick("answer", "回答"), self.accounts), found, self.none)
        yield self.breaches()
        yield from self.asked()
        yield self.done()
        yield from self.money()
        states = counted(accounts, ["unnest(map_keys(states))", "unnest(map_values(states))"])
        heads = pick("state", "状态"), self.accounts
        rows = [(self.state(state, value), n) for state, value, n in states]
        yield section(pick("States", "状态"), heads, rows, self.none)
        if self.counts.rejects:
            why = [(each.said(self.language), each.rows) for each in why_set_aside(self.tables["rejects"])]
            heads = pick("why", "原因"), pick("rows", "行数")
            yield section(pick("Rows set aside", "搁置的行"), heads, self.first(why, MOST_REASONS), self.none)

    # -- breaches

    def breaches(self) -> str:
        title = self.pick("Breaches by clause and month", "违约：条款与月份")
        return self.months(title, self.pick("clause", "条款"), "true", ())

    def months(self, title: str, head: str, where: str, values: Sequence[Any]) -> str:
        """Return breaches of some norms (SQL over document and norm) by norm and month."""
        # Instants come again and again: their months are looked up once each.
        found = self.asks(
            "SELECT document, norm, strftime(happened_at, '%Y-%m'), sum(n)::BIGINT FROM (SELECT document, norm,"
            f" happened_at, count(*) AS n FROM happenings WHERE what = 'breach' AND ({where}) GROUP BY ALL)"
            " GROUP BY ALL", values
        )  # fmt: skip
        sums = dict[tuple[str, str], int]()
        for document, norm, _, n in found:
            sums[document, norm] = sums.get((document, norm), 0) + n
        most = sorted(sums, key=lambda each: (-sums[each], each))[:MOST_NORMS]
        rest, before = self.pick("other clauses", "其他条款"), self.pick("before", "此前")
        months = _months(month for _, _, month, _ in found)
        columns = months if len(months) <= MOST_MONTHS else [before, *months[-MOST_MONTHS:]]
        rows = [self.norm(*each) for each in most] + ([rest] if len(sums) > len(most) else [])
        cells = dict[tuple[str, str], int]()
        for document, norm, month, n in found:
            key = (
                self.norm(document, norm) if (document, norm) in most else rest,
                month if month in columns else before,
            )
            cells[key] = cells.get(key, 0) + n
        return grid(
            title, (head, self.pick("all", "合计")), list(dict.fromkeys(rows)), columns, cells, self.none
        )

    # -- suspensions that the law forbids

    def asked(self) -> Iterator[str]:
        """Yield, for each question about an act that suspends, the norms of the law that forbid it."""
        acts = suspending(self.program)
        questions = self.portfolio.questions(self.portfolio.agreements, self.program)
        for text, question in zip(self.portfolio.asked, questions, strict=True):
            if not isinstance(question, May) or question.act not in acts:
                continue
            title = self.pick("Suspensions that the law forbids: ", "法律禁止的中止：") + self.question(text)
            found = [each for each in self.forbidden(text) if self.is_law(each[0])]
            yield f"<h2>{escape(title)}</h2>"
            if not found:
                yield f"<p>{escape(self.none)}</p>"
                continue
            clauses = ", ".join(self.clauses(question)) or self.pick("none", "无")
            lines = [
                (self.written(norm), clauses, f"{n:,}", f"{owing:,}", self.sums(text, norm))
                for norm, n, owing in found
            ]
            heads = (
                self.pick("article of the law", "法条"), self.pick("clauses that give it", "约定该权利的条款"),
                self.accounts, self.pick("of these owing", "其中欠款"), self.pick("unpaid", "未付"),
            )  # fmt: skip
            yield bars(title, [(self.written(norm), n) for norm, n, _ in found]) + table(heads, lines, 2)

    def forbidden(self, question: str) -> list[tuple[str, int, int]]:
        """Return the norms that forbid what a question asks, with the accounts of each, and those that owe."""
        return self.asks(
            "SELECT norm, count(*) AS n, count(*) FILTER (unpaid > 0) FROM (SELECT unpaid,"
            " unnest(flatten([each.value FOR each IN map_entries(forbidden_by) IF each.key = $1])) AS norm"
            " FROM accounts) GROUP BY norm ORDER BY n DESC, norm", [question]
        )  # fmt: skip

    def sums(self, question: str, norm: str) -> str:
        """Return what the accounts owe in which a norm forbids what is asked, in each currency."""
        found = self.asks(
            "SELECT each.key AS currency, sum(each.value) FROM (SELECT unnest(map_entries(owed)) AS each"
            " FROM accounts WHERE list_contains("
            "flatten([each.value FOR each IN map_entries(forbidden_by) IF each.key = $1]), $2))"
            " GROUP BY currency ORDER BY currency", [question, norm]
        )  # fmt: skip
        return "; ".join(_money(currency, minor) for currency, minor in found) or _money("", 0)

    def done(self) -> str:
        """Return the acts that suspended and broke a prohibition of the law, by article and month."""
        title = self.pick("Suspensions done that the law forbids", "已发生的、法律禁止的中止")
        acts = suspending(self.program)
        laws = [
            f"{document} {norm.id}" for (document, _), norm in self.norms.items()
            if isinstance(norm, Prohibition) and norm.act.name in acts and self.is_law(f"{document} {norm.id}")
        ]  # fmt: skip
        if not laws:
            return grid(title, ("", ""), (), (), {}, self.none)
        where = "list_contains($1, split_part(document, '@', 1) || ' ' || norm)"
        return self.months(title, self.pick("article of the law", "法条"), where, [laws])

    def is_law(self, written: str) -> bool:
        """Tell whether a norm as the tables write it is a law's."""
        document = base_name(written.partition(" ")[0])
        return any(base_name(c.name) == document and c.kind != "agreement" for c in self.program.contracts)

    def clauses(self, question: May) -> list[str]:
        """Return the clauses of the agreements that give what is asked."""
        speaking = self.program.speaking[question.act][question.party].order
        found = (r for r in speaking if r.home and not r.is_prohibition)
        return list(dict.fromkeys(self.norm(rule.norm.document, rule.norm.id) for rule in found))

    # -- money

    def money(self) -> Iterator[str]:
        """Yield what is unpaid in each currency, by what was answered."""
        pick = self.pick
        yield f"<h2>{escape(pick('Money at stake', '所涉金额'))}</h2>"
        every = self.asks(
            "SELECT each.key AS currency, count(*), sum(each.value) FROM"
            " (SELECT unnest(map_entries(owed)) AS each FROM accounts) GROUP BY currency ORDER BY currency"
        )
        if not every:
            yield f"<p>{escape(self.none)}</p>"
        for currency, owing, minor in every:
            sum_ = _money(currency, minor)
            said = pick(f"{sum_} unpaid in {owing:,} accounts.", f"{owing:,}个账户未付{sum_}。")
            yield f"<p>{escape(said)}</p>"
            for question in self.portfolio.asked:
                found = self.asks(
                    "SELECT answer, count(*), sum(each.value) AS minor FROM (SELECT unnest(map_entries(owed)) AS each,"
                    f" {quoted(question)} AS answer FROM accounts) WHERE each.key = $1"
                    " GROUP BY answer ORDER BY minor DESC, answer", [currency]
                )  # fmt: skip
                asked = self.question(question)
                title = pick(f"{asked}: unpaid, {currency}", f"{asked}：未付（{currency}）")
                lines = [(self.answer(a), f"{n:,}", _money(currency, sum_)) for a, n, sum_ in found]
                heads = pick("answer", "回答"), self.accounts, pick("unpaid", "未付")
                whole = [(self.answer(a), int(sum_) // 100) for a, _, sum_ in found]
                yield f"<h3>{escape(title)}</h3>{bars(title, whole)}{table(heads, lines)}"

    def first(self, rows: list[tuple[str, int]], most: int) -> list[tuple[str, int]]:
        """Return the most frequent rows, and in one the sum of the others."""
        over = sum(n for _, n in rows[most:])
        return rows[:most] + ([(self.pick("other reasons", "其他原因"), over)] if over else [])

    def asks(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return queried(self.tables, query, values)


def _months(found: Iterable[str]) -> list[str]:
    """Return all months from the first to the last."""
    listed = sorted(set(found))
    if not listed:
        return []
    (year, month), last = map(int, listed[0].split("-")), listed[-1]
    months = [listed[0]]
    while months[-1] < last:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        months.append(f"{year:04}-{month:02}")
    return months


def _money(currency: str, minor: int) -> str:
    """Return an amount of whole minor units, with its currency."""
    sign, (whole, rest) = "-" if minor < 0 else "", divmod(abs(int(minor)), 100)
    return f"{sign}{whole:,}.{rest:02} {currency}".rstrip()
