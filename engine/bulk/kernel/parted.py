"""Rows of tables parted by account as they are read, and kept in a file until all are there.

A column that is put in order by itself costs a look into far memory for each of its cells. So the cells of a row are
laid side by side as soon as they are read, and the row goes as a whole to those of the same part of the accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from engine.bulk.kernel.arrow import cells_compiled
from engine.bulk.kernel.column import (
    Array,
    indices_of,
    is_words,
    nulls_of,
    numbers_of,
    places_among,
)
from engine.bulk.kernel.naming import Names
from engine.bulk.kernel.shape import A_BYTE, ACCOUNT, KINDS, LEAN, NULL, NUMBER, ROW, WORD, Cell, Shape

ROWS, ABOUT, APART, WORDS = ".rows", ".about", ".apart", "words "
"""The files in which rows are kept, and what comes before the name of a column of words in the second."""


class Wider(Exception):
    """Columns have more words than a byte has numbers, or a number that takes more bytes than most."""

    def __init__(self, columns: set[str]) -> None:
        super().__init__(", ".join(sorted(columns)))
        self.columns = columns


@dataclass(frozen=True, slots=True)
class Laid:
    """Rows part by part, as they stood, with the names of their accounts, the words of columns, the columns apart.

    The rows of a part begin at one of `begins`, if they are there, and are so many as `counts` tells; its names, each a
    row of numbers, end at one of `named`.
    """

    rows: Array
    apart: Any
    begins: Array
    counts: Array
    names: Array
    named: Array
    words: dict[str, Any]


class Parted:
    """So many rows, laid part by part; after so many `parts` there is one with those of no account.

    The accounts of all rows are looked at before the other cells of any, so that each row can be laid in its place.
    """

    def __init__(self, shape: Shape, rows: int, parts: int) -> None:
        self._shape = shape
        self._words = {
            each.column: pyarrow.array([], pyarrow.string()) for each in shape.cells if each.what == WORD
        }
        self._apart = [shape.schema.empty_table().select(shape.apart)]
        self._names = Names(parts + 1)
        self._parts, self._numbers = numpy.empty(rows, numpy.int32), numpy.empty(rows, numpy.int32)
        self._counts = numpy.zeros(parts + 1, numpy.int64)
        self._seen = self._added = 0
        self._ends = self._rows = numpy.empty(0, numpy.int64)
        self._placed: dict[str, tuple[Any, Array]] = {}
        """Of each column the words of the rows that came last, and their places."""

    def see(self, accounts: Any) -> None:
        """Look at the accounts of some rows."""
        for chunk in accounts.chunks:
            # Texts that are no words are each a word of its own.
            names = chunk.dictionary if is_words(chunk) else chunk
            codes = indices_of(chunk) if is_words(chunk) else numpy.arange(len(chunk), dtype=numpy.int32)
            here = slice(self._seen, self._seen + len(chunk))
            told = codes, nulls_of(chunk), self._names.add(names)
            cells_compiled().shared_out(*told, self._parts[here], self._numbers[here], self._counts)
            self._seen = here.stop

    def add(self, table: Any) -> None:
        """Lay the rows of a table to those of their parts, in the order in which they were seen. Raises Wider."""
        shape = self._shape
        if not self._added:
            self._ends = numpy.cumsum(self._counts) - self._counts
            self._rows = numpy.empty(self._seen * shape.wide, numpy.int64)
        if shape.apart:
            self._apart.append(table.select(shape.apart))
        for batch in table.to_batches():
            given = [each for cell in shape.cells for each in self._given(batch, cell)]
            here = slice(self._added, self._added + len(batch))
            to = self._parts[here], self._numbers[here], self._ends, self._rows, here.start
            unfit = shape.lay(*to, *given)
            if unfit:
                raise Wider(shape.unfit(unfit))
            self._added = here.stop

    def _given(self, batch: Any, cell: Cell) -> tuple[Array, ...]:
        """Return what is laid into a cell of each row."""
        if cell.what in (ACCOUNT, ROW):
            return ()
        array = batch.column(cell.column)
        if cell.what == NUMBER:
            return (numbers_of(array, KINDS[cell.of]),)
        if cell.what == NULL:
            return (nulls_of(array),)
        if cell.what == LEAN:
            return nulls_of(array), numbers_of(array, KINDS[cell.of])
        return nulls_of(array), indices_of(array), self._places(array, cell)

    def _places(self, array: Any, cell: Cell) -> Array:
        """Return the place of each word of an array among those of its column, to which new ones are added."""
        words, places = self._placed.get(cell.column, (None, None))
        if words is None or not words.equals(array.dictionary):
            known = self._words[cell.column]
            places = places_among(known, array)
            if (places[:-1] < 0).any():
                known = joined_words([known, array.dictionary.cast(pyarrow.string())])
                if cell.wide == 1 and len(known) > A_BYTE:
                    raise Wider({cell.column})
                self._words[cell.column], places = known, places_among(known, array)
            self._placed[cell.column] = array.dictionary, places
        return places

    def laid(self) -> Laid:
        """Return the rows part by part."""
        shape, apart = self._shape, pyarrow.concat_tables(self._apart)
        if (cell := shape.cell(ROW)) is not None:
            stood = self._rows.view(KINDS[cell.wide])[cell.place :: shape.wide * 8 // cell.wide]
            apart = apart.take(pyarrow.array(stood))
        begins = numpy.cumsum(self._counts) - self._counts
        return Laid(self._rows, apart, begins, self._counts, *self._names.by_part(), self._words)


def joined_words(some: Sequence[Any]) -> Any:
    """Return the words of some arrays, each once, and none null."""
    return pc.drop_null(pc.unique(pyarrow.concat_arrays(some)))


def keep(laid: Laid, path: Path) -> None:
    """Write rows into files that begin with a path."""
    laid.rows.tofile(path.with_suffix(ROWS))
    numbers = {"counts": laid.counts, "named": laid.named, "names": laid.names.reshape(-1)}
    words = {f"{WORDS}{name}": each for name, each in laid.words.items()}
    arrays = {**{name: pyarrow.array(each) for name, each in numbers.items()}, **words}
    # Each array is a cell, so that they can be of any length.
    _write(pyarrow.table({name: _cell(each) for name, each in arrays.items()}), path.with_suffix(ABOUT))
    if laid.apart.num_columns:
        _write(laid.apart, path.with_suffix(APART))


def kept(about: Path, wide: int, parts: range) -> Laid:
    """Return what was written there, of some parts the rows, each so many numbers `wide`."""
    table = _read(about)
    arrays = {name: table.column(name)[0].values for name in table.column_names}
    counts, named, names = (arrays.pop(name).to_numpy() for name in ("counts", "named", "names"))
    begins = numpy.cumsum(counts) - counts
    first, size = int(counts[: parts.start].sum()), int(counts[parts.start : parts.stop].sum())
    # What is only looked at once is not copied first.
    with pyarrow.memory_map(str(about.with_suffix(ROWS))) as file:
        file.seek(first * wide * 8)
        rows = numpy.frombuffer(file.read_buffer(size * wide * 8), numpy.int64)
    beside = about.with_suffix(APART)
    apart = _read(beside).slice(first, size) if beside.is_file() else pyarrow.table({})
    words = {name.removeprefix(WORDS): each for name, each in arrays.items()}
    return Laid(rows, apart, begins - first, counts, names.reshape(int(named[-1]), -1), named, words)


def _cell(array: Any) -> Any:
    return pyarrow.ListArray.from_arrays(pyarrow.array([0, len(array)], pyarrow.int32()), array)


def _write(table: Any, path: Path) -> None:
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)


def _read(path: Path) -> Any:
    with pyarrow.memory_map(str(path)) as source:
        return pyarrow.ipc.open_stream(source).read_all()
