"""What came of a portfolio, as one page: figures, bars for who looks, tables for who counts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from engine.bulk.fold import Portfolio
from engine.bulk.run import Counts
from engine.bulk.tables import counted, quoted, total

_BAR, _ROW = 420, 22
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}"
    "td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}"
    "td:last-child,th:last-child{text-align:right}svg{display:block;max-width:100%;height:auto}"
)


def summary(out: Path, portfolio: Portfolio, counts: Counts, day: str) -> str:
    """Return the page for a finished run: answers to each question, breaches by norm and month, money at stake."""
    accounts, happenings, rejects = (
        out / f"{kind}.parquet" for kind in ("accounts", "happenings", "rejects")
    )
    parts = [
        f"<p>{escape(', '.join(portfolio.agreements))}; layers {escape(', '.join(portfolio.layers))}; "
        f"{counts.events:,} events, {counts.rejects:,} rows set aside.</p>",
    ]
    for question in portfolio.asked:
        found = counted(accounts, [quoted(question)])
        parts.append(section(question, ["answer", "accounts"], [(str(a), n) for a, n in found]))
    breaches = counted(happenings, ["document || ' ' || norm"], "what = 'breach'")
    parts.append(section("Breaches by norm", ["norm", "breaches"], [(str(a), n) for a, n in breaches]))
    months = sorted(
        (str(a), n) for a, n in counted(happenings, ["substr(happened_at, 1, 7)"], "what = 'breach'")
    )
    parts.append(section("Breaches by month", ["month", "breaches"], months))
    states = counted(accounts, ["unnest(map_keys(states))", "unnest(map_values(states))"])
    parts.append(section("States", ["state", "accounts"], [(f"{a}: {b}", n) for a, b, n in states]))
    owing, unpaid = total(accounts, "unpaid", "unpaid > 0")
    parts.append(f"<h2>Money at stake</h2><p>{unpaid / 100:,.2f} unpaid in {owing:,} accounts.</p>")
    if counts.rejects:
        why = [(f"{a}: {b}", n) for a, b, n in counted(rejects, ["field", "reason"])[:20]]
        parts.append(section("Rows set aside", ["why", "rows"], why))
    return page(f"{counts.accounts:,} accounts on {day}", parts)


def page(title: str, parts: Sequence[str]) -> str:
    """Return a page that stands alone: nothing of it comes from elsewhere."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join((f"<h1>{escape(title)}</h1>", *parts))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def section(title: str, heads: Sequence[str], rows: Sequence[tuple[str, int]]) -> str:
    """Return what was counted under a heading, as bars and as a table."""
    if not rows:
        return f"<h2>{escape(title)}</h2><p>None.</p>"
    table = "".join(f"<tr><td>{escape(name)}</td><td>{count:,}</td></tr>" for name, count in rows)
    return (
        f"<h2>{escape(title)}</h2>{_bars(title, rows)}"
        f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr>{table}</table>"
    )


def _bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return a bar for each row, and in words what they show."""
    most = max(count for _, count in rows) or 1
    said = escape(f"{title}: " + "; ".join(f"{name} {count:,}" for name, count in rows))
    bars = "".join(
        f'<text x="0" y="{place * _ROW + 15}" font-size="13">{escape(name[:34])}</text>'
        f'<rect x="250" y="{place * _ROW + 3}" width="{max(1, count * _BAR // most)}" height="16" fill="#36c"/>'
        for place, (name, count) in enumerate(rows)
    )
    size = f'viewBox="0 0 {260 + _BAR} {len(rows) * _ROW + 4}" width="{260 + _BAR}"'
    return f'<svg role="img" aria-label="{said}" {size}>{bars}</svg>'
