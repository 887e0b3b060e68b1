"""A page that stands alone: figures as pictures for who looks, as tables for who counts; pictures are said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from engine.widths import shortened

_BAR, _ROW, _NAMES, _CELL = 420, 22, 250, 54
_LETTERS = 34
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}.wide{overflow-x:auto}"
    "td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}"
    "td:last-child,th:last-child,.n{text-align:right;white-space:nowrap}svg{display:block;max-width:100%;height:auto}"
)


def page(title: str, parts: Sequence[str], language: str = "en") -> str:
    """Return a page that stands alone: nothing of it comes from elsewhere."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    body = "\n".join((f"<h1>{escape(title)}</h1>", *parts))
    lang = "zh-CN" if language == "zh" else "en"
    return f'<!doctype html>\n<html lang="{lang}"><head>{head}</head><body>\n{body}\n</body></html>\n'


def section(title: str, heads: Sequence[str], rows: Sequence[tuple[str, int]], none: str = "None.") -> str:
    """Return what was counted under a heading, as bars and as a table."""
    if not rows:
        return f"<h2>{escape(title)}</h2><p>{escape(none)}</p>"
    return f"<h2>{escape(title)}</h2>{bars(title, rows)}{table(heads, [(n, f'{c:,}') for n, c in rows])}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Return a table whose first columns are `words`, and whose others are numbers."""
    sides = ["" if place < words else ' class="n"' for place in range(len(heads))]
    head = "".join(f'<th scope="col"{side}>{escape(h)}</th>' for h, side in zip(heads, sides, strict=True))
    lines = (
        "".join(f"<td{side}>{escape(cell)}</td>" for cell, side in zip(row, sides, strict=True))
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(f"<tr>{line}</tr>" for line in lines)}</table></div>'


def grid(
    title: str, heads: tuple[str, str], rows: Sequence[str], columns: Sequence[str],
    counts: Mapping[tuple[str, str], int], none: str = "None.",
) -> str:  # fmt: skip
    """Return what was counted in two directions under a heading, as a grid and as a table with its sums.

    `heads` name the rows and their sums.
    """
    if not counts:
        return f"<h2>{escape(title)}</h2><p>{escape(none)}</p>"
    found = [[counts.get((row, column), 0) for column in columns] for row in rows]
    lines = [
        (row, *(f"{n:,}" if n else "" for n in line), f"{sum(line):,}")
        for row, line in zip(rows, found, strict=True)
    ]
    sums = (heads[1], *(f"{sum(each):,}" for each in zip(*found, strict=True)), f"{sum(map(sum, found)):,}")
    return (
        f"<h2>{escape(title)}</h2>{_squares(title, rows, columns, found)}"
        f"{table((heads[0], *columns, heads[1]), [*lines, sums])}"
    )


def _squares(title: str, rows: Sequence[str], columns: Sequence[str], found: Sequence[Sequence[int]]) -> str:
    """Return a grid whose squares are the darker the more they count, each with its number."""
    most = max(map(max, found)) or 1
    told = (
        f"{row} {column} {n:,}"
        for row, line in zip(rows, found, strict=True) for column, n in zip(columns, line, strict=True) if n
    )  # fmt: skip
    parts = [
        f'<text x="{_NAMES + place * _CELL + _CELL // 2}" y="15" font-size="11" text-anchor="middle">'
        f"{escape(each)}</text>"
        for place, each in enumerate(columns)
    ]
    for place, (row, line) in enumerate(zip(rows, found, strict=True), 1):
        top = place * _ROW
        parts.append(f'<text x="0" y="{top + 15}" font-size="13">{escape(shortened(row, _LETTERS))}</text>')
        for number, n in enumerate(line):
            left, dark = _NAMES + number * _CELL, n / most
            if n:
                parts.append(
                    f'<rect x="{left + 1}" y="{top + 1}" width="{_CELL - 2}" height="{_ROW - 2}" fill="#36c" '
                    f'fill-opacity="{0.12 + 0.88 * dark:.2f}"/>'
                    f'<text x="{left + _CELL // 2}" y="{top + 15}" font-size="11" text-anchor="middle" '
                    f'fill="{"#fff" if dark > 0.5 else "#000"}">{n:,}</text>'
                )
    wide = _NAMES + len(columns) * _CELL
    return _svg(f"{title}: " + "; ".join(told), wide, (len(rows) + 1) * _ROW + 4, parts)


def bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Return a bar for each row, and in words what they show."""
    most = max(count for _, count in rows) or 1
    drawn = [
        f'<text x="0" y="{place * _ROW + 15}" font-size="13">{escape(shortened(name, _LETTERS))}</text>'
        f'<rect x="{_NAMES}" y="{place * _ROW + 3}" width="{max(1, count * _BAR // most)}" height="16" fill="#36c"/>'
        for place, (name, count) in enumerate(rows)
    ]
    said = f"{title}: " + "; ".join(f"{name} {count:,}" for name, count in rows)
    return _svg(said, _NAMES + 10 + _BAR, len(rows) * _ROW + 4, drawn)


def _svg(said: str, wide: int, high: int, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {wide} {high}" width="{wide}"'
    return f'<svg role="img" aria-label="{escape(said)}" {size}>{"".join(parts)}</svg>'
