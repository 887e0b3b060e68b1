"""Where the time of a whole run goes: CPU of one process for an event, part by part.

`python -m bench.phases` makes tables of two million events, by account and in time, typed and plain (bench/kernel.py),
of accounts of 100 events each, and of 10 and 1,000. It prints what each part took by itself, what it calls left out, in
nanoseconds an event; and what a run takes besides, however many events it has, which is part of those figures.
"""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.kernel import CONTRACT, ORDERS, made
from engine.bulk import run, summary
from engine.bulk.kernel import arrow, machine, parquet, straight, told, units
from engine.bulk.kernel.arrow import Reader
from engine.bulk.kernel.rows import RowReader
from engine.cli import carried_out

EVENTS, FEW, RUNS = 2_000_000, 100_000, 3
FORMS = [(order, how, 100) for order, how in product(ORDERS, ("typed", "plain"))]
FORMS += [("by account", "plain", each) for each in (10, 1000)]
"""The tables that are measured: their order, how they are written, how many events an account has."""
PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "looking whether accounts are in order": ((units, "surveyed"),),
    "decoding Parquet": ((parquet.File, "group"),),
    "putting rows in the order of accounts": ((straight.Straight, "tables_of"),),
    "reading rows": ((RowReader, "read"),),
    "ids, and what names one": ((arrow, "as_texts"), (Reader, "_placed"), (Reader, "_refer")),
    "what ledgers are held to": ((Reader, "_accounts"), (Reader, "_once")),
    "laying rows out for the loop": ((Reader, "whole"), (straight, "given")),
    "the loop": (),
    "telling accounts and happenings": ((told.Telling, "tables"),),
    "writing them as pieces of tables": ((straight.Straight, "fold"),),
    "putting pieces together": ((run, "finish"),),
    "the page": ((summary, "summary"),),
    "all else": (),
}
"""What is watched of a run: each part, and the functions that do it."""
STEPPED = ("tables_of",)
"""Those that yield one thing after another."""


class Watch:
    """Counts the CPU of each part by itself: while one runs that another has called, the other's time stands still."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0.0)
        self._running: list[str] = []
        self._since = 0.0

    def _turn(self) -> None:
        now = time.process_time()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now

    @contextmanager
    def during(self, part: str) -> Iterator[None]:
        """Count what is done meanwhile as that part."""
        self._turn()
        self._running.append(part)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def watched(self, part: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does what another does, its time counted as a part."""

        def done(*given: Any, **named: Any) -> Any:
            with self.during(part):
                return act(*given, **named)

        return done

    def stepped(self, part: str, act: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """Return the same of a function that yields: each of its steps is counted."""

        def done(*given: Any, **named: Any) -> Iterator[Any]:
            steps = act(*given, **named)
            while True:
                with self.during(part):
                    found = next(steps, self)
                if found is self:
                    return
                yield found

        return done


def watched(table: Path, watch: Watch) -> int:
    """Take a table through the contract of the bench, in this process; return how many events it had."""
    loop = machine.compiled
    with tempfile.TemporaryDirectory() as folder, ExitStack() as during:
        for part, functions in PARTS.items():
            for where, name in functions:
                way = watch.stepped if name in STEPPED else watch.watched
                during.enter_context(patch.object(where, name, way(part, getattr(where, name))))
        compiled = patch.object(straight, "compiled", lambda text: watch.watched("the loop", loop(text)))
        during.enter_context(compiled)
        said = during.enter_context(redirect_stdout(io.StringIO()))
        words = ["replay", str(CONTRACT), "--events", str(table), "--as-of", "2026-10-15", "--json"]
        words += ["--ask", "seller may dun", "--jobs", "1", "--kernel", "on", "--out", f"{folder}/out"]
        with watch.during("all else"):
            assert carried_out(words) == 0
        return int(json.loads(said.getvalue())["events"])


def taken(events: int, order: str, how: str, an_account: int) -> dict[str, float]:
    """Return the seconds of CPU that each part takes of a run over a table of so many events."""
    with tempfile.TemporaryDirectory() as folder:
        accounts = str(events // an_account)
        table = made(Path(folder) / "events.parquet", accounts, an_account // 2, ORDERS[order], how)
        # What is compiled is compiled once, and the first run looks up days.
        watched(table, Watch())
        watch = Watch()
        assert all(watched(table, watch) == events for _ in range(RUNS))
        return {part: spent / RUNS for part, spent in watch.spent.items()}


def main() -> None:
    """Measure and print, as a table of Markdown."""
    found = {form: taken(EVENTS, *form) for form in FORMS}
    heads = [f"{order}, {how}, {an_account:,}" for order, how, an_account in found]
    print("| ns of CPU an event; events an account |", " | ".join(heads), "|")
    print("| --- |", " | ".join("---" for _ in heads), "|")
    for part in PARTS:
        print(f"| {part} |", " | ".join(f"{each[part] / EVENTS * 1e9:.0f}" for each in found.values()), "|")
    sums = [sum(each.values()) for each in found.values()]
    print("| all of it |", " | ".join(f"{each / EVENTS * 1e9:.0f}" for each in sums), "|")
    few, many = sum(taken(FEW, *FORMS[1]).values()), sums[1]
    event = (many - few) / (EVENTS - FEW)
    print(f"{heads[1]}: a run {(few - FEW * event) * 1e3:.0f} ms, and {event * 1e9:.0f} ns for each event")


if __name__ == "__main__":
    main()
