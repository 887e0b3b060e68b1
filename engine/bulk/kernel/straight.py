"""A whole table of Parquet folded by the compiled loop, from its columns to the tables that come out.

The accounts that cannot be taken so are named in a file, and go the way of all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.bulk.kernel.arrow import Reader, Taken, Unlike
from engine.bulk.kernel.column import Array
from engine.bulk.kernel.machine import Calendar, compiled, given
from engine.bulk.kernel.pieces import Piece
from engine.bulk.kernel.plan import Plan
from engine.bulk.kernel.told import Telling
from engine.bulk.kernel.units import Unit, together
from engine.program import Program
from engine.terms import Terms

__all__ = ["Straight", "Unlike"]

AT_ONCE = 1 << 20
"""About how many rows are folded at once."""

BROKEN = (pyarrow.ArrowException, OSError)
"""What reading a table that is none ends in; whoever reads it row by row tells what is wrong."""


def rows_in(table: Path) -> int:
    """Return how many rows a table of Parquet has; none if it is no such table."""
    try:
        return int(pq.read_metadata(table).num_rows)
    except BROKEN:
        return 0


def rows_about(table: Any, account: str) -> list[dict[str, Any]]:
    """Return the rows of one account as the engine's are; what is null is left out."""
    rows = table.filter(pc.equal(table.column("account"), account)).to_pylist()
    maps = [each.name for each in table.schema if pyarrow.types.is_map(each.type)]
    return [
        {name: dict(value) if name in maps else value for name, value in row.items() if value is not None}
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Done:
    """How much was folded: accounts, their events, and accounts that are left."""

    accounts: int
    events: int
    left: int


@dataclass(frozen=True, slots=True)
class Part:
    """What came of some rows: tables, the names of the accounts that are left, how many events the others have."""

    told: dict[str, Any]
    left: Any
    events: int


class Straight:
    """A plan with what reads its tables and tells what came of it. Raises Unlike where it cannot be."""

    def __init__(
        self, program: Program, terms: Terms, plan: Plan, as_of: int, known_at: int | None, asked: tuple[str, ...],
        agreements: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.program, self.terms, self.plan, self.as_of = program, terms, plan, as_of
        self.reader = Reader(program, plan, as_of, known_at)
        self.telling = Telling(program, terms, plan, as_of, asked, agreements)
        self.calendar = Calendar(program, terms, plan)
        if not self.telling.is_possible:
            raise Unlike("too many norms")

    def warm(self) -> None:
        """Compile, and keep, what folds tables: processes that begin now need not."""
        compiled(self.plan.source)

    def tables_of(self, unit: Unit) -> Iterator[Any]:
        """Yield the accounts of a unit, many rows at a time."""
        if unit.piece is not None:
            piece = unit.piece
            yield from self.reader.tables(piece.path, AT_ONCE, (piece.first, piece.last), unit.after)
            return
        yield from together(unit)

    def fold(
        self, tables: Iterable[Any], targets: Mapping[str, Path], left: Path,
        seen: Callable[[Any, dict[str, Any]], None],
    ) -> Done:  # fmt: skip
        """Fold whole accounts; write tables, as pieces, to each of `targets`, and to `left` whose are left.

        `seen` is handed each table, and those that came of it.
        """

        def folded(table: Any) -> Part:
            told, unread = self._batch(self.reader.whole(table))
            seen(table, told)
            return Part(told, unread, pc.sum(told["accounts"].column("events")).as_py() or 0)

        return written_down(map(folded, tables), targets, left)

    def whole(self, table: Any) -> tuple[dict[str, Any], Any]:
        """Fold a table in memory, the rows of each account together; return the tables, and the accounts left.

        Raises Unlike for columns that are not read.
        """
        self.reader.check_schema(table.schema)
        return self._batch(self.reader.whole(table))

    def loop(self, taken: Taken) -> dict[str, Array]:
        """Run the loop over columns; return what it leaves, tied accounts given up."""
        arguments, left = given(
            self.program, self.terms, self.plan, taken.columns, self.as_of, True, self.calendar
        )
        compiled(self.plan.source)(*(arguments[name] for name in self.plan.arguments))
        left["gone"][taken.tied] = 1
        return left

    def _batch(self, taken: Taken) -> tuple[dict[str, Any], Any]:
        left = self.loop(taken)
        given_up = taken.names.filter(pyarrow.array(left["gone"] != 0))
        return self.telling.tables(taken, left), pyarrow.concat_arrays([taken.left, given_up])


def written_down(parts: Iterable[Part], targets: Mapping[str, Path], left: Path) -> Done:
    """Write tables, as pieces, to each of `targets`, and to `left` the names of the accounts that are left."""
    accounts = events = 0
    others: list[Any] = []
    with ExitStack() as files:
        pieces = {kind: files.enter_context(Piece(target)) for kind, target in targets.items()}
        for part in parts:
            for kind, rows in part.told.items():
                pieces[kind].add(rows)
            accounts += part.told["accounts"].num_rows
            events += part.events
            others.append(part.left)
    names = pyarrow.concat_arrays(others) if others else pyarrow.array([], pyarrow.string())
    if len(names):
        pq.write_table(pyarrow.table({"account": names}), left)
    return Done(accounts, events, len(names))
