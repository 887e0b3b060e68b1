"""What was measured as a table for the terminal, and as the figures and pictures of docs/measured.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.beside.picture import bars, curve, figure

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "kept.json"
PAGE = ROOT / "docs" / "measured.md"
PICTURES = ROOT / "docs" / "pictures"
BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.S)

MANY = re.compile(r"(<!-- sizes -->\n).*?(<!-- end of sizes -->)", re.S)

Found = Mapping[str, Any]


def rows_of(found: Found) -> Iterator[tuple[str, str, str]]:
    """Yield each figure: what, how much, against what."""
    decided = found.get("decisions", ())
    for name, value in decided:
        yield f"a decision: {name}", f"{figure(value)} us", f"x {figure(value / decided[0][1])}"
    folded = dict(found.get("tables", ()))
    for name, value in folded.items():
        against = "" if "C by hand" not in folded else f"{value / folded['C by hand']:.3f} of C"
        yield f"{found['events']:,} events: {name}", f"{figure(value)} M events/s", against
    for name, points in _curves(found):
        for many, value in points:
            yield f"{many:,} {name}", f"{figure(value)} ns an event", f"x {value / points[0][1]:.2f}"


def table_of(found: Found) -> str:
    """Return the figures as a table for the terminal."""
    rows = list(rows_of(found))
    width = max(len(what) for what, _, _ in rows)
    return "\n".join(f"{what:<{width}}  {how_much:>18}  {against}" for what, how_much, against in rows)


def draw(found: Found) -> None:
    """Write the pictures, and the figures of the page."""
    PICTURES.mkdir(exist_ok=True)
    for name, text in drawn(found).items():
        (PICTURES / name).write_text(text, "utf-8")
    PAGE.write_text(written(PAGE.read_text("utf-8"), found), "utf-8")


def drawn(found: Found) -> dict[str, str]:
    """Return each picture by the name of its file."""
    pictures = {}
    if decided := found.get("decisions"):
        own = [name for name, _ in decided if name.startswith("contract engine")]
        pictures["decisions.svg"] = bars("One decision, microseconds of CPU", decided, "us", own)
    if folded := found.get("tables"):
        title = "Invoices folded, million events a second"
        pictures["tables.svg"] = bars(title, folded, "M/s", ["kernel"])
    for name, points in _curves(found):
        file = f"{name.partition(' ')[0]}.svg"
        pictures[file] = curve("The kernel", points, name, "nanoseconds of CPU an event")
    return pictures


def written(page: str, found: Found) -> str:
    """Return the page with the figures that were kept."""
    lines = [
        f"Measured on {found['on']}, {found['cores']} shared cores, {found['machine']}, Python {found['python']}.",
        "", "| what | measured | against the first, or C |", "| --- | --- | --- |",
        *(f"| {what} | {how_much} | {against} |" for what, how_much, against in rows_of(found)),
    ]  # fmt: skip
    return BLOCK.sub(lambda block: block[1] + "\n".join(lines) + "\n" + block[2], page)


def _curves(found: Found) -> list[tuple[str, list[tuple[int, float]]]]:
    names = (("accounts", "accounts"), ("events an account", "an_account"), ("clauses", "clauses"))
    return [
        (name, [(int(many), float(value)) for many, value in found[key]])
        for name, key in names
        if key in found
    ]


def many_written(found: Found, rows: Sequence[tuple[str, str]]) -> None:
    """Write the sizes and costs that `bench.many` measured into the page."""
    PAGE.write_text(with_sizes(PAGE.read_text("utf-8"), found, rows), "utf-8")


def with_sizes(page: str, found: Found, rows: Sequence[tuple[str, str]]) -> str:
    """Return the page with the sizes and costs that were kept."""
    lines = [f"Measured on {found['on']}, {found['cores']} shared cores, {found['machine']}.", ""]
    lines += ["| what | measured, or worked out |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]
    return MANY.sub(lambda block: block[1] + "\n".join(lines) + "\n" + block[2], page)
