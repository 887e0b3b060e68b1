"""`make beside`: measure beside other engines, print one table; with `--keep` also write what docs/measured.md shows.

Sections may be named: `python -m bench.beside decisions tables`.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

# Before Polars is imported: one thread for each way.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from bench.beside import decisions, growth, tables
from bench.beside.page import KEPT, draw, table_of

SECTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "decisions": lambda: {"decisions": decisions.measured()},
    "tables": lambda: dict(zip(("events", "tables"), tables.measured(), strict=True)),
    "accounts": lambda: {"accounts": growth.over_accounts()},
    "events": lambda: {"an_account": growth.over_events()},
    "clauses": lambda: {"clauses": growth.over_clauses()},
}


def main(words: list[str]) -> None:
    """Measure the sections named, or all, and print their table; with `--keep`, keep them and draw the page anew."""
    found: dict[str, Any] = {}
    for name in [each for each in words if each in SECTIONS] or SECTIONS:
        found |= SECTIONS[name]()
    about = {"on": date.today().isoformat(), "cores": os.cpu_count(), "machine": platform.machine()}
    about["python"] = platform.python_version()
    print(f"Python {about['python']}, {about['cores']} cores, {about['machine']}\n")
    print(table_of(found))
    if "--keep" in words:
        kept = (json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}) | about | found
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        draw(kept)


if __name__ == "__main__":
    main(sys.argv[1:])
