"""Tables cut into pieces that one task reads each, and pieces parted into buckets of whole accounts.

Which bucket an account is in hangs on its name alone, and pieces are put together in the order of their tables: so
buckets hold the same rows in the same order however many machines there are, and however often a task is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet as pq

from engine.bulk.fold import Reject
from engine.bulk.kernel.in_units import STRAIGHT_FROM
from engine.bulk.kernel.machine import is_extra
from engine.bulk.kernel.parquet import File, seen_to
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.kernel.straight import BROKEN, Straight, Unlike, rows_in
from engine.bulk.run import Fold, Job, plain
from engine.bulk.tables import Scattered, Table, buckets_of

Arrow = Any
"""A table of pyarrow."""

ROWS = pyarrow.schema([("account", pyarrow.string()), ("row", pyarrow.string())])
PIECE = 2_000_000
"""About how many rows of a table in Parquet one task reads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some row groups of a table in Parquet, from `first` up to `last` (not included); None: the whole of any table."""

    table: Table
    groups: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    """A piece in its buckets, and the lines that are no rows of its table."""

    buckets: list[Arrow]
    unread: list[Reject]


def straight_of(portfolio: Fold, job: Job, least: int = STRAIGHT_FROM) -> Straight | None:
    """Return what reads the tables of a run as columns; None where they are read row by row, as on one machine."""
    if job.accounts is not None or portfolio.mapped.events or not is_extra():
        return None
    if not isinstance(portfolio, Kernelled) or {each.suffix for each in job.events} != {".parquet"}:
        return None
    try:
        straight = portfolio.straightened() if sum(rows_in(t.path) for t in job.events) >= least else None
        if straight is not None:
            for each in job.events:
                straight.reader.check(each.path)
    except (Unlike, *BROKEN):
        return None
    return straight


def pieces_of(tables: Iterable[Table], as_columns: bool, most: int = PIECE) -> list[Piece]:
    """Return the pieces in which tables are read, in their order."""
    found: list[Piece] = []
    for table in tables:
        if not as_columns:
            found.append(Piece(table))
            continue
        about = pq.read_metadata(table.path)
        first, rows = 0, 0
        for group in range(about.num_row_groups):
            rows += about.row_group(group).num_rows
            if rows >= most or group == about.num_row_groups - 1:
                found.append(Piece(table, (first, group + 1)))
                first, rows = group + 1, 0
    return found


def read_columns(piece: Piece) -> Arrow:
    """Return a piece as it stands in its file."""
    with pq.ParquetFile(piece.table.path) as file:
        first, last = piece.groups or (0, file.num_row_groups)
        return seen_to(file.read_row_groups(list(range(first, last))))


def read_whole(piece: Piece) -> Arrow:
    """Return a piece that holds whole accounts, words as the numbers of words that one machine reads them as.

    What folds it is then the same machine code, which is compiled and kept once.
    """
    with File(piece.table.path) as file:
        return file.read(range(*(piece.groups or (0, file.groups))))


def parted_columns(piece: Piece, key: str, buckets: int) -> Parted:
    """Return a piece of a table in Parquet as columns, in its buckets."""
    return Parted(by_bucket(read_columns(piece), key, buckets), [])


def by_bucket(table: Arrow, key: str, buckets: int) -> list[Arrow]:
    """Return the rows of a table in their buckets, in order, each bucket a table of its own."""
    of_rows = buckets_of(table.select([key]), key, buckets)
    order = numpy.argsort(of_rows, kind="stable")
    ends = numpy.cumsum(numpy.bincount(of_rows, minlength=buckets))
    # Taken one by one: a slice would carry the whole table with it to wherever it is sent.
    return [table.take(pyarrow.array(each)) for each in numpy.split(order, ends[:-1])]


def parted_rows(piece: Piece, key: str, buckets: int) -> Parted:
    """Return a table as rows, in its buckets. Raises BadTable for a file that cannot be read."""
    kind = "rows"
    with TemporaryDirectory() as folder:
        work = Path(folder)
        table = plain(piece.table, work / "plain.jsonl")
        bad = Scattered(work, buckets).take(table, kind, key)
        parts = [_read(work / kind / f"bucket={bucket}") for bucket in range(buckets)]
    return Parted(parts, [Reject("", "row", reason, line) for line, reason in bad])


def joined(parts: Sequence[Arrow]) -> Arrow:
    """Return the parts of one bucket as one table."""
    return pyarrow.concat_tables(parts, promote_options="default")


def _read(folder: Path) -> Arrow:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return ROWS.empty_table()
    return pyarrow.concat_tables(map(_rows, files)).sort_by("place").select(ROWS.names).cast(ROWS)


def _rows(file: Path) -> Arrow:
    # One file alone: its folder's name would be read as a column.
    with pq.ParquetFile(file) as opened:
        return opened.read(["account", "row", "place"])
