"""Tables of Parquet cut into units that hold whole accounts, each folded by a process of its own.

A table in the order of its accounts is cut between row groups: an account that goes on past a cut belongs to the unit
in which it begins. Of files none of which has an account of another each is cut so, or, out of order, is a unit as it
is, its rows put together in memory. All others are scattered: each row is laid into the bucket of its account, in the
order of the tables, so what comes after the cut is the same for any number of processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.bulk.kernel.arrow import cells_compiled, runs_of
from engine.bulk.kernel.column import (
    CODED,
    Array,
    few_words,
    in_order,
    one,
)
from engine.bulk.kernel.naming import mixed
from engine.bulk.kernel.ordered import Ordered, Wider
from engine.bulk.kernel.parquet import File

IN_MEMORY = 4_000_000
"""The most rows of a file or bucket that are put in order in memory."""
A_BUCKET = 1_000_000
"""About how many rows a bucket is to have."""
MOST_BUCKETS = 512
A_PART = 1 << 19
"""About how many rows of a unit are told at once."""
A_SLICE = 4096
"""Slices of a bucket that have fewer rows are put together before they are written."""
A_PIECE = 2_000_000
"""About how many rows of a table one process takes at a time."""
_READ = 1 << 18
_UNCODED = [each for each in CODED if each != "account"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some row groups of a file: from `first` up to `last` (not included)."""

    path: Path
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What the accounts of a piece are like: the first, the last, whether they are in order; a number for each."""

    rows: int
    begins: str
    ends: str
    is_sorted: bool
    accounts: Array


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows of whole accounts: a piece without the rows of the account `after` which it begins, or `buckets` in order.

    A unit without a piece is one whose rows are put together in memory.
    """

    piece: Piece | None
    after: str | None = None
    buckets: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a table tells of itself: its columns, its rows, its pieces."""

    schema: Any
    rows: int
    pieces: list[Piece]


def outlined(path: Path, most: int = A_PIECE) -> Outline:
    """Return what a table tells of itself, in pieces of about so many rows."""
    about = pq.read_metadata(path)
    found, first, rows = [], 0, 0
    for group in range(about.num_row_groups):
        rows += about.row_group(group).num_rows
        if rows >= most or group == about.num_row_groups - 1:
            found.append(Piece(path, first, group + 1))
            first, rows = group + 1, 0
    return Outline(about.schema.to_arrow_schema(), about.num_rows, found)


def pieces_of(path: Path, most: int = A_PIECE) -> list[Piece]:
    """Return a table in pieces of about so many rows."""
    return outlined(path, most).pieces


def surveyed(piece: Piece, alone: bool) -> Survey:
    """Look at the accounts of a piece; of a table that is `alone` no further than until they are out of order."""
    rows, begins, ends, in_order = 0, None, b"", True
    found = [numpy.zeros(0, numpy.int64)]
    for batch in _batches(piece, ["account"]):
        runs, _ = runs_of(one(batch.column(0)))
        first, last = runs[0].as_py().encode(), runs[-1].as_py().encode()
        in_order = in_order and ends <= first and not pc.any(pc.less(runs[1:], runs[:-1])).as_py()
        begins = first if begins is None else begins
        ends = last
        rows += len(batch)
        if alone and not in_order:
            break
        if not alone:
            found.append(mixed(runs if in_order else pc.unique(runs)))
    whole = _distinct(found)
    return Survey(rows, (begins or b"").decode(), ends.decode(), in_order, whole)


def cut(pieces: Sequence[Piece], surveys: Sequence[Survey]) -> list[Unit] | None:
    """Return the units of tables as they stand; None where their rows have to be scattered first."""
    there = [(piece, survey) for piece, survey in zip(pieces, surveys, strict=True) if survey.rows]
    found = _as_they_stand(there)
    return _file_by_file(there) if found is None else found


def _as_they_stand(there: Sequence[tuple[Piece, Survey]]) -> list[Unit] | None:
    """Return pieces as units, if no account is in two places of them."""
    if not all(survey.is_sorted for _, survey in there):
        return None
    in_order = sorted(there, key=lambda pair: pair[1].begins.encode())
    if any(_overlap(one, other) for one, other in pairwise(in_order)):
        return None
    return [
        Unit(piece, before[1].ends if before is not None and before[1].ends == survey.begins else None)
        for before, (piece, survey) in zip([None, *in_order], in_order, strict=False)
    ]  # fmt: skip


def _overlap(one: tuple[Piece, Survey], other: tuple[Piece, Survey]) -> bool:
    """Tell whether one piece and the next have accounts of each other, but for one that goes on in the same file."""
    goes_on = one[0].path == other[0].path and one[0].last == other[0].first
    ends, begins = one[1].ends.encode(), other[1].begins.encode()
    return ends > begins or (ends == begins and not goes_on)


def _file_by_file(there: Sequence[tuple[Piece, Survey]]) -> list[Unit] | None:
    """Return units of files none of which has an account of another; one out of order is put together in memory."""
    files: dict[Path, list[tuple[Piece, Survey]]] = {}
    for piece, survey in there:
        files.setdefault(piece.path, []).append((piece, survey))
    own = [_distinct([each.accounts for _, each in found]) for found in files.values()]
    # Numbers of names may meet by chance: then the rows are scattered, which is right as well.
    if len(_distinct(own)) != sum(map(len, own)):
        return None
    units: list[Unit] = []
    for path, found in files.items():
        in_order = _as_they_stand(found)
        if in_order is None and pq.read_metadata(path).num_rows > IN_MEMORY:
            return None
        units += [Unit(None, buckets=(path,))] if in_order is None else in_order
    return units


def _distinct(numbers: Sequence[Array]) -> Array:
    """Return numbers, none of them below zero, once each, in order. (`numpy.unique` looks each up, and is slower.)"""
    found = numpy.sort(numpy.concatenate(numbers))
    return found[numpy.diff(found, prepend=-1) != 0]


def buckets_for(rows: int) -> int:
    """Return into how many buckets so many rows are scattered."""
    return min(MOST_BUCKETS, max(4, -(-rows // A_BUCKET)))


def scattered(piece: Piece, number: int, buckets: int, folder: Path) -> None:
    """Lay the rows of a piece into a file for each bucket, in order."""
    parts: list[list[Any]] = [[] for _ in range(buckets)]
    for batch in _batches(piece, None):
        account = batch.column("account")
        of_rows = mixed(pc.fill_null(account.cast(pyarrow.string()), "")) % buckets
        for bucket, laid in _parted(batch, of_rows):
            parts[bucket].append(laid)
    for bucket, found in enumerate(parts):
        if not found:
            continue
        table = pyarrow.concat_tables(found)
        if table.num_rows < A_SLICE * len(found):
            table = table.unify_dictionaries().combine_chunks()
        with pyarrow.ipc.new_stream(str(folder / f"{bucket}.{number}.arrow"), table.schema) as out:
            out.write_table(table)


def bucket_units(folder: Path, buckets: int) -> list[Unit]:
    """Return the buckets that were laid, the parts of each in order."""
    found = []
    for bucket in range(buckets):
        parts = sorted(folder.glob(f"{bucket}.*.arrow"), key=lambda path: int(path.name.split(".")[1]))
        if parts:
            found.append(Unit(None, buckets=tuple(parts)))
    return found


def together(paths: Sequence[Path]) -> Iterator[Any]:
    """Yield the rows of some files, many accounts at a time, those of each together in the order of the files."""
    schema = pyarrow.unify_schemas([_schema(path) for path in paths], promote_options="default")
    yield from _ordered(paths, schema, frozenset()).tables(A_PART)


def _ordered(paths: Sequence[Path], schema: Any, wider: frozenset[str]) -> Ordered:
    """Return the rows of some files, parted by account; columns of words are as `wide` as they turn out to be."""
    nothing = schema.empty_table()
    found = Ordered(schema, sum(map(_count, paths)), wider)
    try:
        for path in paths:
            for table in _tables(path):
                alike = table.schema == schema
                found.add(
                    table if alike else pyarrow.concat_tables([nothing, table], promote_options="default")
                )
    except Wider as wrong:
        return _ordered(paths, schema, wider | {wrong.column})
    return found


def _schema(path: Path) -> Any:
    """Return the columns of a file as they are read."""
    if path.suffix == ".arrow":
        return _laid(path).schema
    with File(path, _words_of(path)) as file:
        return file.read(()).schema


def _count(path: Path) -> int:
    """Return how many rows a file has."""
    return len(_laid(path)) if path.suffix == ".arrow" else int(pq.read_metadata(path).num_rows)


def _tables(path: Path) -> Iterator[Any]:
    """Yield the rows of a file."""
    if path.suffix == ".arrow":
        yield _laid(path)
        return
    with File(path, _words_of(path)) as file:
        yield from file.batches(_READ, range(file.groups))


def _laid(path: Path) -> Any:
    """Return a file that was laid into a bucket; its rows are read where they are."""
    with pyarrow.memory_map(str(path)) as source:
        return pyarrow.ipc.open_stream(source).read_all()


def _words_of(path: Path) -> list[str]:
    """Return the columns of a file that are read as numbers of words: accounts only where the file keeps them so."""
    return [*_UNCODED, *(few_words(pq.read_metadata(path)) & {"account"})]


def _parted(table: Any, of_rows: Array) -> Iterator[tuple[int, Any]]:
    """Yield the parts of a table, each with its number, the rows of each as they stood."""
    order, ends = numpy.empty(len(of_rows), numpy.int64), numpy.zeros(int(of_rows.max()) + 2, numpy.int64)
    cells_compiled().grouped(of_rows, ends, order)
    laid = in_order(table, order)
    for part in numpy.flatnonzero(ends[1:] > ends[:-1]).tolist():
        yield part, laid.slice(ends[part], ends[part + 1] - ends[part])


def _batches(piece: Piece, columns: list[str] | None) -> Iterator[Any]:
    # A dictionary of accounts would be as long as the batch: carried along with each bucket it would be copied often.
    read = _UNCODED if columns is None else ["account"]
    with File(piece.path, read) as file:
        yield from file.batches(_READ, range(piece.first, piece.last), columns)
