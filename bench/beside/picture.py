"""Bars and curves as SVG, drawn from figures and nothing else; light and dark pages both show them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

WIDE, ROW, LEFT, RIGHT = 760, 26, 290, 90
_STYLE = (
    "<style>text{font:13px system-ui,sans-serif;fill:#333}.own{fill:#2a6fb0}.other{fill:#9aa4ad}"
    "path{fill:none;stroke:#2a6fb0;stroke-width:2}line{stroke:#bbb}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}line{stroke:#666}}</style>"
)


def bars(title: str, rows: Sequence[tuple[str, float]], unit: str, own: Sequence[str]) -> str:
    """Return bars on a logarithmic scale, each with its figure; those of `own` names stand out."""
    most = max(value for _, value in rows)
    least = min(value for _, value in rows) / 2
    room, parts = WIDE - LEFT - RIGHT, []
    for place, (name, value) in enumerate(rows):
        y = 34 + place * ROW
        long = room * (log10(value / least) / log10(most / least))
        kind = "own" if name in own else "other"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{long:.1f}" height="{ROW - 8}"/>')
        parts.append(f'<text x="{LEFT + long + 6:.1f}" y="{y + 13}">{figure(value)} {escape(unit)}</text>')
    return _drawn(title, 44 + len(rows) * ROW, parts)


def curve(title: str, points: Sequence[tuple[int, float]], along: str, up: str) -> str:
    """Return a curve from nought up, its points at even steps along, each with its figures."""
    high, base = 180, 230
    top = max(value for _, value in points) * 1.25
    step = (WIDE - 160) / max(1, len(points) - 1)
    places = [(80 + step * place, base - high * value / top) for place, (_, value) in enumerate(points)]
    parts = [f'<line x1="60" y1="{base}" x2="{WIDE - 60}" y2="{base}"/>']
    parts.append('<path d="M' + " L".join(f"{x:.1f} {y:.1f}" for x, y in places) + '"/>')
    for (x, y), (many, value) in zip(places, points, strict=True):
        parts.append(f'<circle class="own" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{figure(value)}</text>')
        parts.append(f'<text x="{x:.1f}" y="{base + 18}" text-anchor="middle">{many:,}</text>')
    parts.append(f'<text x="{WIDE / 2}" y="{base + 40}" text-anchor="middle">{escape(along)}</text>')
    return _drawn(f"{title} ({up})", base + 54, parts)


def figure(value: float) -> str:
    """Return a figure to three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _drawn(title: str, high: int, parts: Sequence[str]) -> str:
    said = f'viewBox="0 0 {WIDE} {high}" role="img" aria-label="{escape(title)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {said}>'
    return "\n".join(
        [head, _STYLE, f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>', *parts, "</svg>\n"]
    )
