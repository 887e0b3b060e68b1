"""Whole accounts in, what came of them out: the one pure function that every machine calls, whoever sends it there.

A table of events is of one of two forms. As *rows* it has two columns, `account` and `row` (JSON text), and is folded
as a bucket on one machine is. As *columns* it has those of the table in Parquet that it was cut from, and goes through
the compiled loop; the accounts that cannot be taken so are written as rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.bulk.kernel.pieces import Piece
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.kernel.straight import Straight
from engine.bulk.kernel.units import Unit, cut, pieces_of, surveyed
from engine.bulk.run import ACCOUNTS, EVENTS, STRAIGHT_LEFT, Counts, Fold, fold_bucket, tables_of
from engine.bulk.tables import columns_from, rows_from

Arrow = Any
"""A table of pyarrow."""

KIND = "table"
"""The column that tells, where all tables of an outcome are one, which of them a row is of."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of some accounts: counts, and a table of each kind."""

    counts: Counts
    tables: Mapping[str, Arrow]


class Whole:
    """A portfolio as that function, made once in each process. `straight` where it reads tables as columns."""

    def __init__(self, portfolio: Fold, straight: Straight | None = None) -> None:
        self.portfolio, self.straight = portfolio, straight
        with TemporaryDirectory() as folder:
            kinds = tables_of(portfolio)
            self.schemas = {kind: columns_from(Path(folder) / kind, of).schema for kind, of in kinds.items()}

    def of_rows(self, events: Arrow, heads: Arrow | None = None) -> Outcome:
        """Fold accounts whose events are rows; `heads` are their rows of the table of accounts, where there is one.

        The rows of an account stand in the order of their table. Raises Unequal.
        """
        with TemporaryDirectory() as folder:
            work = Path(folder)
            for kind, rows in ((EVENTS, events), (ACCOUNTS, heads)):
                if rows is not None:
                    place = work / kind / "bucket=0"
                    place.mkdir(parents=True)
                    in_order = pyarrow.array(range(len(rows)), pyarrow.int64())
                    told = rows.select(["account", "row"]).append_column("place", in_order)
                    pq.write_table(told, place / "part.parquet")
            counts = fold_bucket(self.portfolio, work, 1, 0, heads is not None)
            kinds = tables_of(self.portfolio)
            return Outcome(
                counts, {kind: columns_from(work / f"0.{kind}.jsonl", of) for kind, of in kinds.items()}
            )

    def of_columns(self, events: Arrow) -> Outcome:
        """Fold accounts whose events are columns. Raises Unlike for other columns than a plan reads, and Unequal."""
        assert self.straight is not None
        assert isinstance(self.portfolio, Kernelled)
        told, unread = self.straight.whole(together(events))
        verified = self.portfolio.compared(told, lambda name: rows_from(events, [name])["row"].to_pylist())
        accounts, happened = told["accounts"], pc.sum(told["accounts"]["events"]).as_py() or 0
        many = len(accounts)
        counts = Counts(many, happened, kernel=many, verified=verified, columns=many)
        left = Outcome(Counts(), {})
        if len(unread):
            left = self.of_rows(rows_from(events, unread.to_pylist()))
        tables = {
            kind: _joined(
                schema, [each for each in (told.get(kind), left.tables.get(kind)) if each is not None]
            )
            for kind, schema in self.schemas.items()
        }
        return Outcome(counts + left.counts, tables)

    def of_file(self, path: Path, folder: Path) -> Counts:
        """Fold a table in Parquet that holds whole accounts as one machine does; leave pieces of tables in a folder.

        Raises Unlike and Unequal as `of_columns` does.
        """
        assert isinstance(self.portfolio, Kernelled)
        pieces = pieces_of(path)
        found = cut(pieces, [surveyed(each, True) for each in pieces]) or [Unit(file=path)]
        done = Counts()
        for number, unit in enumerate(found):
            done += self.portfolio.fold_unit(number, unit, folder)
        unread = [
            name for each in folder.glob(STRAIGHT_LEFT) for name in pq.read_table(each)["account"].to_pylist()
        ]
        if unread:
            left = self.of_rows(rows_from(pq.read_table(path), unread))
            done += left.counts
            lay(left, folder)
        return done

    def as_one(self, outcome: Outcome) -> Arrow:
        """Return all tables of an outcome as one, for engines that know no more: `split` parts it again."""
        parts = []
        for kind, rows in outcome.tables.items():
            named = pyarrow.array([kind]).take(pyarrow.array([0] * len(rows), pyarrow.int32()))
            parts.append(rows.append_column(KIND, named))
        return pyarrow.concat_tables([self.one_schema.empty_table(), *parts], promote_options="default")

    def split(self, one: Arrow) -> dict[str, Arrow]:
        """Return the tables that `as_one` put together."""
        return {
            kind: one.filter(pc.equal(one.column(KIND), kind)).select(schema.names)
            for kind, schema in self.schemas.items()
        }

    @property
    def one_schema(self) -> Arrow:
        """The columns of all tables in one."""
        fields = {field.name: field for schema in self.schemas.values() for field in schema}
        return pyarrow.schema([*fields.values(), pyarrow.field(KIND, pyarrow.string())])


def lay(outcome: Outcome, folder: Path) -> None:
    """Write an outcome as pieces of its tables."""
    for kind, rows in outcome.tables.items():
        with Piece(folder / f"rows.{kind}.piece") as piece:
            piece.add(rows)


def together(events: Arrow) -> Arrow:
    """Return a table in the order of its accounts, the rows of each as they stood."""
    place = events.column_names.index("account")
    column = events.column("account")
    if not isinstance(column.type, pyarrow.DictionaryType):
        column = column.cast(pyarrow.string()).dictionary_encode()
    column = column.combine_chunks()
    column = column.chunk(0) if isinstance(column, pyarrow.ChunkedArray) else column
    words = pc.fill_null(column.dictionary, "")
    ranks = pc.rank(words, tiebreaker="dense").take(column.indices) if len(words) else column.indices
    ranks = pc.fill_null(ranks, 0)
    found = events.set_column(place, "account", column)
    if len(ranks) < 2 or pc.all(pc.greater_equal(ranks[1:], ranks[:-1])).as_py():
        return found
    return found.take(pc.sort_indices(ranks))


def _joined(schema: Arrow, parts: list[Arrow]) -> Arrow:
    """Return tables of one kind as one, with the columns that are told one by one."""
    alike = [each.select(schema.names).cast(schema) for each in parts]
    return pyarrow.concat_tables([schema.empty_table(), *alike])
