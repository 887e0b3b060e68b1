"""Rows that were parted by account, put in the order of their accounts part by part.

A part has a few thousand rows, which are near at hand when they are moved, and when their cells go back into columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from engine.bulk.kernel.arrow import cells_compiled
from engine.bulk.kernel.column import Array, numbers_of
from engine.bulk.kernel.naming import alike, ranked, spelled
from engine.bulk.kernel.parted import Laid, joined_words
from engine.bulk.kernel.shape import A_BYTE, ACCOUNT, KINDS, NULL, NUMBER, ROW, WORD, Shape


class Ordered:
    """Rows of some parts of the accounts, from wherever they were laid; those of an account stay in that order."""

    def __init__(self, shape: Shape, laid: Sequence[Laid], parts: range) -> None:
        self._code, self._shape, self._laid, self._parts = cells_compiled(), shape, laid, parts
        (self._key,) = (each for each in shape.cells if each.what == ACCOUNT)
        words = [each.column for each in shape.cells if each.what == WORD]
        self._words = {name: joined_words([each.words[name] for each in laid]) for name in words}
        places = [[_places(each.words[name], self._words[name]) for each in laid] for name in words]
        self._places = [part for each in places for part in _together(each)]
        """Of each column of words, which places they have now, and where those begin that were laid together."""
        self._names = alike([each.names for each in laid])
        self._kept: dict[tuple[str, int], Array] = {}

    def tables(self, most: int) -> Iterator[Any]:
        """Yield the rows of some parts of the accounts, about so many at a time, those of each account together.

        Each table is good until the next one is asked for, which takes its room.
        """
        rows = sum(each.counts[self._parts.start : self._parts.stop] for each in self._laid)
        for first, last in some_of(rows, most):
            kept, begin = self._room(int(rows[first:last].sum())), 0
            sizes, names = list[Array](), list[Array]()
            for place in range(first, last):
                part, end = self._parts[place], begin + int(rows[place])
                room = {key: room[begin:end] for key, room in kept.items()}
                ends, own = self._settled(part, room, begin)
                sizes.append(numpy.diff(ends, prepend=0))
                # The last of all parts is of what has no name.
                names.append(own if part < len(self._laid[0].counts) - 1 else own[:0])
                begin = end
            if begin:
                told = spelled(numpy.concatenate(names)), numpy.concatenate(sizes)
                yield self._table(kept, *told, self._apart(first, last))

    def _settled(self, part: int, out: dict[tuple[str, int], Array], begin: int) -> tuple[Array, Array]:
        """Lay the cells of a part in the order of its accounts; return where those of each end, and their names.

        The columns apart `begin` there.
        """
        shape, key = self._shape, self._key
        names, named = _together(
            [own[_named(each, part)] for own, each in zip(self._names, self._laid, strict=True)]
        )
        ranks, once = ranked(names)
        rows, starts = _together([self._rows_of(each, part) for each in self._laid])
        groups, ends = numpy.empty(starts[-1], numpy.int32), numpy.zeros(len(once) + 1, numpy.int64)
        told = shape.wide, key.word, key.shift, (1 << 8 * key.wide) - 1, rows.reshape(-1), starts
        self._code.counted(*told, ranks, named, groups, ends)
        self._code.begun(ends)
        settled = numpy.empty(rows.size, numpy.int64)
        shape.settle(rows.reshape(-1), starts, groups, ends, begin, settled, *self._places)
        shape.take(settled, *(out[cell.column, what] for cell in shape.cells for what in cell.rooms))
        return ends[:-1], once

    def _rows_of(self, laid: Laid, part: int) -> Array:
        here = _within(laid, part)
        return laid.rows.reshape(-1, self._shape.wide)[here.start : here.stop]

    def _apart(self, first: int, last: int) -> Any:
        """Return the columns apart from one part to another (not included), in the order in which these were laid."""
        some = [(each.apart, _within(each, part)) for part in self._parts[first:last] for each in self._laid]
        return pyarrow.concat_tables([apart.slice(here.start, len(here)) for apart, here in some])

    def _room(self, count: int) -> dict[tuple[str, int], Array]:
        """Return room for the columns of so many rows."""
        for cell in self._shape.cells:
            for what, wide in cell.rooms.items():
                if len(self._kept.get((cell.column, what), ())) < count:
                    self._kept[cell.column, what] = numpy.empty(count + count // 8, KINDS[wide])
        return {key: room[:count] for key, room in self._kept.items()}

    def _table(self, kept: dict[tuple[str, int], Array], names: Any, sizes: Array, apart: Any) -> Any:
        """Return rows as a table."""
        own = numpy.repeat(numpy.arange(len(sizes), dtype=numpy.int32), sizes)
        columns: dict[str, Any] = {
            "account": _worded(_numbers(own, own == len(names), pyarrow.int32()), names)
        }
        if ("", ROW) in kept:
            apart = apart.take(pyarrow.array(kept["", ROW]))
        for each in self._shape.schema:
            name = each.name
            if name == "account":
                continue
            if (name, WORD) in kept:
                null = kept[name, WORD] < 0
                places = _numbers(kept[name, WORD], null, pyarrow.int32())
                columns[name] = _worded(places, self._words[name])
            elif (name, NUMBER) in kept:
                columns[name] = _numbers(kept[name, NUMBER], kept[name, NULL], each.type)
            else:
                columns[name] = apart.column(name)
        return pyarrow.table(columns)


def _within(laid: Laid, part: int) -> range:
    """Return where the rows of a part are among those that are there."""
    begin = int(laid.begins[part])
    return range(begin, begin + int(laid.counts[part]))


def _named(laid: Laid, part: int) -> slice:
    """Return where the names of a part are."""
    return slice(int(laid.named[part - 1]) if part else 0, int(laid.named[part]))


def _together(some: Sequence[Array]) -> tuple[Array, Array]:
    """Return arrays as one, and where each begins; last where the last one ends."""
    return numpy.concatenate(some), numpy.cumsum([0, *map(len, some)])


def _places(words: Any, known: Any) -> Array:
    """Return the place of none, and of each word its place among others; at least as many as a byte has numbers."""
    places = numpy.full(max(len(words), A_BYTE) + 1, -1, numpy.int32)
    places[1 : len(words) + 1] = numbers_of(pc.index_in(words, known), numpy.int32)
    return places


def some_of(rows: Array, most: int) -> Iterator[tuple[int, int]]:
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


def _numbers(cells: Array, null: Array, kind: Any) -> Any:
    there = pyarrow.py_buffer(numpy.packbits(null == 0, bitorder="little")) if null.any() else None
    return pyarrow.Array.from_buffers(kind, len(cells), [there, pyarrow.py_buffer(cells)])
