"""Tables of Parquet cut into units that hold whole accounts, each folded by a process of its own.

A table in the order of its accounts is cut between row groups: an account that goes on past a cut belongs to the unit
in which it begins. Of files none of which has an account of another each is cut so, or, out of order, is a unit as it
is, its rows put together in memory. All others are scattered: each row is laid to those of the same part of the
accounts, in the order of the tables, so what comes after the cut is the same for any number of processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.bulk.kernel.arrow import runs_of
from engine.bulk.kernel.column import ACCOUNT, STRINGS, Array, coded_in, is_words, one
from engine.bulk.kernel.naming import mixed
from engine.bulk.kernel.ordered import Ordered, some_of
from engine.bulk.kernel.parquet import File
from engine.bulk.kernel.parted import ABOUT, Laid, Parted, Wider, joined_words, keep, kept
from engine.bulk.kernel.shape import A_BYTE, WORD, Shape, shape_of

IN_MEMORY = 2_000_000
"""The most rows of a file that are put in order in memory."""
A_SHARE, SHARES = (750_000, 2_000_000), 4
"""How many rows are scattered at once, and how many of those that were are folded at once: at least and at most, and
else such a share of all rows."""
TOGETHER, MOST_PARTS, MOST_IN_PART = 1 << 16, 1 << 10, 1 << 20
"""About how many rows a part of the accounts has; of more than so many parts each has more, and so many at most."""
A_PART = 1 << 19
"""About how many rows of a unit are told at once."""
A_PIECE = 2_000_000
"""About how many rows of a table one process takes at a time."""
_READ = 1 << 18


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
class Spill:
    """Where rows are scattered, with which columns, which of them wider than most, and into how many parts."""

    folder: Path
    schema: Any
    parts: int
    wider: frozenset[str] = frozenset()

    @property
    def shape(self) -> Shape:
        """The shape of the rows."""
        return shape_of(self.schema, self.wider)

    def laid(self, parts: range = range(0)) -> list[Laid]:
        """Return what was scattered, in the order of the tables; of some parts the rows."""
        files = sorted(self.folder.glob(f"*{ABOUT}"), key=lambda path: int(path.stem))
        return [kept(each, self.shape.wide, parts) for each in files]


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows of whole accounts: a piece without the rows of the account `after` which it begins, a file out of order, or
    some parts of what was scattered.
    """

    piece: Piece | None = None
    after: str | None = None
    file: Path | None = None
    spill: Spill | None = None
    parts: range = range(0)


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
    for batch in _batches(piece):
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
        units += [Unit(file=path)] if in_order is None else in_order
    return units


def _distinct(numbers: Sequence[Array]) -> Array:
    """Return numbers, none of them below zero, once each, in order. (`numpy.unique` looks each up, and is slower.)"""
    found = numpy.sort(numpy.concatenate(numbers))
    return found[numpy.diff(found, prepend=-1) != 0]


def spill_of(folder: Path, files: Sequence[Path], rows: int) -> tuple[Spill, list[Piece]]:
    """Return where the rows of some files are scattered, and the pieces that are scattered one by one."""
    pieces = [each for path in files for each in pieces_of(path, _a_share(rows))]
    return Spill(folder, _schema_of(files), _parts_for(rows)), pieces


def scattered(piece: Piece, number: int, spill: Spill) -> frozenset[str]:
    """Lay the rows of a piece into files, part by part; return which columns are wider."""
    laid, wider = _laid(piece, spill)
    keep(laid, spill.folder / str(number))
    return wider


def overfull(spill: Spill) -> frozenset[str]:
    """Return the columns that have more words over all that was scattered than fit there."""
    laid, cells = spill.laid(), spill.shape.cells
    narrow = [each.column for each in cells if each.what == WORD and each.wide == 1]
    return frozenset(each for each in narrow if len(joined_words([one.words[each] for one in laid])) > A_BYTE)


def scattered_units(spill: Spill) -> list[Unit]:
    """Return the parts of what was scattered as units."""
    rows = sum(each.counts for each in spill.laid())
    return [Unit(spill=spill, parts=range(*ends)) for ends in some_of(rows, _a_share(int(rows.sum())))]


def together(unit: Unit) -> Iterator[Any]:
    """Yield the rows of a unit that has no piece, many accounts at a time, those of each together."""
    if unit.spill is not None:
        yield from Ordered(unit.spill.shape, unit.spill.laid(unit.parts), unit.parts).tables(A_PART)
    elif unit.file is not None:
        about = pq.read_metadata(unit.file)
        spill = Spill(unit.file.parent, _schema_of([unit.file]), _parts_for(about.num_rows))
        laid, wider = _laid(Piece(unit.file, 0, about.num_row_groups), spill)
        yield from Ordered(shape_of(spill.schema, wider), [laid], range(spill.parts + 1)).tables(A_PART)


def _a_share(rows: int) -> int:
    """Return about how many of so many rows are taken at once."""
    least, most = A_SHARE
    return min(max(least, rows // SHARES), most)


def _parts_for(rows: int) -> int:
    return max(1, min(rows // TOGETHER, MOST_PARTS), rows // MOST_IN_PART)


def _schema_of(files: Sequence[Path]) -> Any:
    """Return the columns of some files, words only those that are such in all of them."""
    schemas = []
    for path in files:
        # Accounts are read as words only where the file keeps them so.
        with File(path, coded_in(pq.read_metadata(path)) - {ACCOUNT}) as file:
            schemas.append(file.read(()).schema)
    texts = {each.name for schema in schemas for each in schema if each.type in STRINGS}
    for number, schema in enumerate(schemas):
        for place, each in enumerate(schema):
            if is_words(each) and each.name in texts:
                schemas[number] = schemas[number].set(place, pyarrow.field(each.name, pyarrow.string()))
    return pyarrow.unify_schemas(schemas, promote_options="default")


def _laid(piece: Piece, spill: Spill) -> tuple[Laid, frozenset[str]]:
    """Return the rows of a piece, part by part, and which columns are wider."""
    words = [each.name for each in spill.schema if is_words(each)]
    with File(piece.path, words) as file:
        groups = range(piece.first, piece.last)
        parted = Parted(spill.shape, file.rows(groups), spill.parts)
        try:
            for table in file.batches(_READ, groups, [ACCOUNT]):
                parted.see(table.column(ACCOUNT))
            others = [name for name in file.schema.names if name != ACCOUNT]
            for table in file.batches(_READ, groups, others):
                parted.add(_fitted(table, spill.schema))
        except Wider as wrong:
            return _laid(piece, replace(spill, wider=spill.wider | wrong.columns))
    return parted.laid(), spill.wider


def _fitted(table: Any, schema: Any) -> Any:
    """Return a table without accounts with the other columns of a schema."""
    others = [each for each in schema if each.name != ACCOUNT]
    if len(table.schema) == len(others) and not any(map(pyarrow.types.is_null, table.schema.types)):
        return table
    return pyarrow.concat_tables([pyarrow.schema(others).empty_table(), table], promote_options="default")


def _batches(piece: Piece) -> Iterator[Any]:
    """Yield the accounts of a piece."""
    with File(piece.path, ()) as file:
        yield from file.batches(_READ, range(piece.first, piece.last), [ACCOUNT])
