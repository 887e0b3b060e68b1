"""Rows of tables put in the order of their accounts, each moved once and in one piece.

A column that is put in order by itself costs a look into far memory for each of its cells. So the cells of a row are
laid side by side as soon as they are read, in as few bytes as they need, and the row goes as a whole to those of the
same part of the accounts: a few thousand rows, which are near at hand when their cells go back into columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from engine.bulk.kernel import moved
from engine.bulk.kernel.column import (
    Array,
    indices_of,
    is_words,
    nulls_of,
    numbers_of,
    places_among,
    text_of,
)
from engine.bulk.kernel.moved import A_BLOCK
from engine.bulk.kernel.naming import mixed, numbered
from engine.bulk.kernel.native import library

AT_ONCE = 1 << 15
"""How many rows are laid side by side at once: few enough to be near at hand."""
TOGETHER = 1 << 15
"""About how many rows a part of the accounts has."""
MOST_PARTS = 1024
ACCOUNT, ROW, NUMBER, NULL, WORD, LEAN = range(6)
"""What a row keeps: which word its account is, which row it was; of a column, its number, whether it is null, the
number of its word (-1 where it is null), its number or that it is null in as few bytes as most need."""
A_BYTE = 255
"""So many words have numbers of a byte, all bits of which are not there in one."""
_KINDS = {1: numpy.uint8, 4: numpy.int32, 8: numpy.int64}


class Wider(Exception):
    """A column has more words than a byte has numbers, or a number that takes more bytes than most."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a row keeps of a column (an empty name for none), in how many bytes, its place among such."""

    column: str
    what: int
    wide: int
    place: int
    of: int
    """How many bytes the number has in the column."""

    @property
    def lay(self) -> str:
        """What lays it into a row."""
        if self.what == LEAN:
            return f"lean_{self.of}_{self.wide}"
        return f"{'words' if self.what == WORD else 'laid'}_{self.wide}"

    @property
    def take(self) -> str:
        """What takes it from a row."""
        if self.what == LEAN:
            return f"told_{self.of}_{self.wide}"
        return "widened" if self.what == WORD and self.wide == 1 else f"taken_{self.wide}"

    @property
    def rooms(self) -> dict[int, int]:
        """What is told of the column, and in how many bytes."""
        if self.what == LEAN:
            return {NUMBER: self.of, NULL: 1}
        return {} if self.what == ACCOUNT else {self.what: self.of}


class Ordered:
    """Rows, so many at most, parted by account as they are added, and told in the order of accounts.

    The rows of an account stay as they stood. All columns but the `wider` ones take few bytes of a row.
    """

    def __init__(self, schema: Any, rows: int, wider: frozenset[str] = frozenset()) -> None:
        self._code, self._schema = library(moved), schema
        self._fields = [each for each in schema if each.name != "account"]
        # Of what has no fixed width the number of the row is kept.
        self._apart = [each.name for each in self._fields if not (is_words(each) or _width(each.type))]
        self._aside = [schema.empty_table().select(self._apart)]
        self._cells, self._wide = self._shape(wider)
        self._words = {
            each.name: pyarrow.array([], pyarrow.string()) for each in self._fields if is_words(each)
        }
        # The last part has the rows of no account.
        self._count = min(MOST_PARTS, max(1, rows // TOGETHER)) + 1
        self._following = numpy.zeros(self._count, numpy.int64)
        blocks = rows // A_BLOCK + self._count + 1
        self._owners, self._free = numpy.zeros(blocks, numpy.int32), numpy.zeros(1, numpy.int64)
        self._rows = numpy.empty(blocks * A_BLOCK * self._wide // 8, numpy.int64)
        self._held = numpy.empty(AT_ONCE * self._wide // 8, numpy.int64)
        self._names, self._parts, self._named, self._added = list[Any](), list[Array](), 0, 0
        self._placed: dict[str, tuple[Any, Array]] = {}
        """Of each column the words of the rows that came last, and their places."""
        self._with_null: set[str] = set()
        self._kept: dict[tuple[str, int], Array] = {}
        self._laid = numpy.empty(0, numpy.int64)

    def _shape(self, wider: frozenset[str]) -> tuple[list[_Cell], int]:
        """Return the cells of a row, the widest first, and how many bytes a row has."""
        found = [(4, "", ACCOUNT, 4)] + ([(4, "", ROW, 4)] if self._apart else [])
        for each in self._fields:
            name, width = each.name, _width(each.type)
            if is_words(each):
                found.append((4 if name in wider else 1, name, WORD, 4))
            elif width and name in wider:
                found += [(width, name, NUMBER, width), (1, name, NULL, 1)]
            elif width:
                found.append((width if pyarrow.types.is_timestamp(each.type) else 4, name, LEAN, width))
        cells, at = [], 0
        for width, name, what, of in sorted(found, key=lambda each: -each[0]):
            cells.append(_Cell(name, what, width, at // width, of))
            at += width
        return cells, -(-at // 8) * 8

    # -- rows come in

    def add(self, table: Any) -> None:
        """Lay the rows of a table to those of their parts. Raises Wider."""
        if self._apart:
            self._aside.append(table.select(self._apart))
        for batch in table.to_batches():
            words, parts = self._accounts(batch.column("account"))
            columns = [self._told(batch, each, words) for each in self._cells]
            for first in range(0, len(batch), AT_ONCE):
                last = min(first + AT_ONCE, len(batch))
                for cell, (column, more) in zip(self._cells, columns, strict=True):
                    told, rows = (each[first:last] for each in column), self._held.view(_KINDS[cell.wide])
                    lay = getattr(self._code, cell.lay)
                    if lay(*told, *more, self._wide // cell.wide, cell.place, rows):
                        raise Wider(cell.column)
                to = self._following, self._owners, self._free, self._rows
                self._code.parted(self._held, self._wide // 8, parts[first:last], *to)
            self._added += len(batch)

    def _accounts(self, column: Any) -> tuple[Array, Array]:
        """Return which word the account of each row is, and of which part."""
        # Texts that are no words are each a word of its own.
        names = column.dictionary if is_words(column) else column
        codes = indices_of(column) if is_words(column) else numpy.arange(len(column), dtype=numpy.int32)
        none = self._count - 1
        own = (mixed(names) % none).astype(numpy.int32)
        own[nulls_of(names) != 0] = none
        words, parts = numpy.empty(len(column), numpy.int32), numpy.empty(len(column), numpy.int32)
        told = codes, nulls_of(column), numpy.append(own, numpy.int32(none)), self._named
        self._code.keyed(*told, words, parts)
        self._names.append(names.cast(pyarrow.string()))
        self._parts.append(own)
        self._named += len(names)
        return words, parts

    def _told(self, batch: Any, cell: _Cell, words: Array) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """Return what rows keep of a column, and of words the place of each as well."""
        if cell.what == ACCOUNT:
            return (words,), ()
        if cell.what == ROW:
            return (numpy.arange(self._added, self._added + len(batch), dtype=numpy.int32),), ()
        array = batch.column(cell.column)
        self._with_null |= {cell.column} if array.null_count else set()
        if cell.what == NULL:
            return (nulls_of(array),), ()
        if cell.what == LEAN:
            return (numbers_of(array, _KINDS[cell.of]), nulls_of(array)), ()
        if cell.what == WORD:
            return (indices_of(array), nulls_of(array)), (self._places(array, cell),)
        return (numbers_of(array, _KINDS[cell.wide]),), ()

    def _places(self, array: Any, cell: _Cell) -> Array:
        """Return the place of each word of an array among those of its column, to which new ones are added."""
        words, places = self._placed.get(cell.column, (None, None))
        if words is None or not words.equals(array.dictionary):
            both = pyarrow.concat_arrays([self._words[cell.column], array.dictionary.cast(pyarrow.string())])
            self._words[cell.column] = known = pc.drop_null(pc.unique(both))
            if cell.wide == 1 and len(known) > A_BYTE:
                raise Wider(cell.column)
            places = places_among(known, array)
            self._placed[cell.column] = array.dictionary, places
        return places

    # -- rows go out

    def tables(self, most: int) -> Iterator[Any]:
        """Yield the rows of some parts of the accounts, about so many at a time, those of each account together.

        Each table is good until the next one is asked for, which takes its room.
        """
        ranks, names, bounds = self._ranked()
        blocks = numpy.argsort(self._owners[: self._free[0]], kind="stable")
        ends = numpy.searchsorted(self._owners[blocks], numpy.arange(self._count + 1))
        # All blocks of a part are full but the last.
        rows = numpy.diff(ends) * A_BLOCK - (-self._following) % A_BLOCK
        aside = pyarrow.concat_tables(self._aside)
        for first, last in _together(rows, most):
            kept, begin, sizes = self._room(int(rows[first:last].sum())), 0, []
            for part in range(first, last):
                own, count = blocks[ends[part] : ends[part + 1]], int(rows[part])
                least, accounts = int(bounds[part]), int(bounds[part + 1] - bounds[part])
                laid, counts = self._settled(own, count, ranks, least, accounts)
                self._take(laid, {key: room[begin : begin + count] for key, room in kept.items()})
                sizes.append(counts)
                begin += count
            if begin:
                named = names.slice(int(bounds[first]), int(bounds[last] - bounds[first]))
                yield self._table(kept, named, numpy.concatenate(sizes), aside)

    def _ranked(self) -> tuple[Array, Any, Array]:
        """Return the rank of each word's account (the last: of none), their names by rank, where each part begins.

        The rank past the last name is that of no account.
        """
        words = pyarrow.concat_arrays([pyarrow.array([], pyarrow.string()), *self._names])
        numbers, firsts = numbered(text_of(words))
        parts = numpy.append(
            numpy.concatenate([numpy.zeros(0, numpy.int32), *self._parts])[firsts], self._count - 1
        )
        order = numpy.argsort(parts, kind="stable")
        ranks = numpy.empty(len(order), numpy.int32)
        ranks[order] = numpy.arange(len(order), dtype=numpy.int32)
        bounds = numpy.searchsorted(parts[order], numpy.arange(self._count + 1))
        return ranks[numpy.append(numbers, -1)], words.take(pyarrow.array(firsts[order[:-1]])), bounds

    def _room(self, count: int) -> dict[tuple[str, int], Array]:
        """Return room for the columns of so many rows."""
        for cell in self._cells:
            for what, wide in cell.rooms.items():
                if len(self._kept.get((cell.column, what), ())) < count:
                    self._kept[cell.column, what] = numpy.empty(count + count // 8, _KINDS[wide])
        return {key: room[:count] for key, room in self._kept.items()}

    def _settled(
        self, blocks: Array, count: int, ranks: Array, least: int, accounts: int
    ) -> tuple[Array, Array]:
        """Return the rows of a part in the order of its accounts, and how many rows each of these has."""
        ends, places = numpy.zeros(accounts + 1, numpy.int64), numpy.empty(count, numpy.int32)
        (key,) = (cell for cell in self._cells if cell.what == ACCOUNT)
        rows, wide = self._rows.view(_KINDS[key.wide]), self._wide // key.wide
        self._code.ranked(rows, blocks, wide, key.place, ranks, least, ends, places)
        size = count * self._wide // 8
        if len(self._laid) < size:
            self._laid = numpy.empty(size + size // 8, numpy.int64)
        self._code.settled(self._rows, blocks, self._wide // 8, places, self._laid)
        return self._laid[:size], numpy.diff(ends[:accounts], prepend=0)

    def _take(self, laid: Array, out: dict[Any, Array]) -> None:
        """Take rows apart."""
        count = len(laid) * 8 // self._wide
        for first in range(0, count, AT_ONCE):
            last = min(first + AT_ONCE, count)
            rows = laid[first * self._wide // 8 : last * self._wide // 8]
            for cell in self._cells:
                told = rows.view(_KINDS[cell.wide]), self._wide // cell.wide, cell.place
                rooms = [out[cell.column, what][first:last] for what in cell.rooms]
                if rooms:
                    getattr(self._code, cell.take)(*told, *rooms)

    def _table(self, kept: dict[Any, Array], names: Any, sizes: Array, aside: Any) -> Any:
        """Return rows as a table."""
        own = numpy.repeat(numpy.arange(len(sizes), dtype=numpy.int32), sizes)
        columns: dict[str, Any] = {
            "account": _worded(_numbers(own, own == len(names), pyarrow.int32()), names)
        }
        if self._apart:
            aside = aside.take(pyarrow.array(kept["", ROW]))
        for each in self._fields:
            name = each.name
            if (name, WORD) in kept:
                null = kept[name, WORD] < 0
                places = _numbers(kept[name, WORD], null, pyarrow.int32())
                columns[name] = _worded(places, self._words[name])
            elif (name, NUMBER) in kept:
                null = kept[name, NULL] if name in self._with_null else None
                columns[name] = _numbers(kept[name, NUMBER], null, each.type)
            else:
                columns[name] = aside.column(name)
        return pyarrow.table(columns)


def _together(rows: Array, most: int) -> Iterator[tuple[int, int]]:
    """Yield from which part to which (not included) there are about so many rows."""
    first = 0
    while first < len(rows):
        last = first + 1
        while last < len(rows) and rows[first:last].sum() < most:
            last += 1
        yield first, last
        first = last


def _worded(places: Any, words: Any) -> Any:
    """Return words by their numbers, of which each is known to have one."""
    return pyarrow.DictionaryArray.from_arrays(places, words, safe=False)


def _numbers(cells: Array, null: Array | None, kind: Any) -> Any:
    there = None
    if null is not None and null.any():
        there = pyarrow.py_buffer(numpy.packbits(null == 0, bitorder="little"))
    return pyarrow.Array.from_buffers(kind, len(cells), [there, pyarrow.py_buffer(cells)])


def _width(kind: Any) -> int:
    """Return how many bytes a number has that is moved with its row; 0 for what is not."""
    types = pyarrow.types
    if not (types.is_primitive(kind) or types.is_decimal(kind)) or kind.bit_width not in (32, 64):
        return 0
    return int(kind.bit_width) // 8
