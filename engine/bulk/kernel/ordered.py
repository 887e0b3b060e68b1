"""Rows of a table put in the order of their accounts, each moved once and in one piece.

A column that is put in order by itself costs a look into far memory for each of its cells. So the cells of a row are
laid side by side first, in as few bytes as they need and some thousand rows at a time; the row is then moved as a
whole, and its cells go back into columns when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow

from engine.bulk.kernel import moved
from engine.bulk.kernel.column import Array, is_words, nulls_of, numbers_of, places_among, words_in
from engine.bulk.kernel.native import library

AT_ONCE = 1 << 15
"""How many rows are laid side by side, or taken apart, at once: few enough to be near at hand."""
NUMBER, NULL, WORD = range(3)
"""What a row keeps of a column: its number, whether it is null, the number of its word (-1 where it is null)."""
A_BYTE = 255
"""So many words have numbers of a byte, all bits of which are not there in one."""
_KINDS = {1: numpy.uint8, 4: numpy.int32, 8: numpy.int64}


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a row keeps of a column (the number of the row for none), in how many bytes, its place among such."""

    column: str
    what: int
    wide: int
    place: int


class Ordered:
    """The rows of a table in the order of the numbers of their accounts, those of one as they stood."""

    def __init__(self, table: Any, accounts: Array, count: int) -> None:
        """Take a table, the number of the account of each row, and how many numbers there are."""
        self._code, self._schema = library(moved), table.schema
        self._words = {
            each.name: words_in(table.column(each.name)) for each in table.schema if _is_coded(each)
        }
        # Of what has no fixed width the number of the row is kept.
        self._apart = table.select([e.name for e in table.schema if not (_is_coded(e) or _width(e.type))])
        self._cells, self._wide = self._shape(table)
        self.begins = numpy.zeros(count + 1, numpy.int64)
        self._code.begun(accounts, self.begins)
        self._rows = numpy.empty(len(accounts) * self._wide // 8, numpy.int64)
        self._move(table, accounts)

    def _shape(self, table: Any) -> tuple[list[_Cell], int]:
        """Return the cells of a row, the widest first, and how many bytes a row has."""
        found = [(4, "", NUMBER)] if self._apart.num_columns else []
        for each in table.schema:
            if _is_coded(each):
                found.append((1 if len(self._words[each.name]) <= A_BYTE else 4, each.name, WORD))
            elif width := _width(each.type):
                found.append((width, each.name, NUMBER))
                found += [(1, each.name, NULL)] if table.column(each.name).null_count else []
        cells, at = [], 0
        for width, name, what in sorted(found, key=lambda each: -each[0]):
            cells.append(_Cell(name, what, width, at // width))
            at += width
        return cells, -(-at // 8) * 8

    def _move(self, table: Any, accounts: Array) -> None:
        """Lay the rows where they belong."""
        begun, following = 0, self.begins[:-1].copy()
        held = numpy.empty(AT_ONCE * self._wide // 8, numpy.int64)
        for batch in table.to_batches():
            columns = [self._told(batch, each, begun) for each in self._cells]
            for first in range(0, len(batch), AT_ONCE):
                own = accounts[begun + first : begun + min(first + AT_ONCE, len(batch))]
                for cell, column in zip(self._cells, columns, strict=True):
                    lay = getattr(self._code, f"{'words' if cell.what == WORD else 'laid'}_{cell.wide}")
                    told = (each[first : first + len(own)] for each in column[:2])
                    lay(*told, *column[2:], self._wide // cell.wide, cell.place, held.view(_KINDS[cell.wide]))
                self._code.moved(held, self._wide // 8, own, following, self._rows)
            begun += len(batch)

    def _told(self, batch: Any, cell: _Cell, begun: int) -> tuple[Array, ...]:
        """Return what rows keep of a column; of words which are null as well, and the place of each word."""
        if not cell.column:
            return (numpy.arange(begun, begun + len(batch), dtype=numpy.int32),)
        array = batch.column(cell.column)
        if cell.what == NULL:
            return (nulls_of(array),)
        if cell.what == WORD:
            places = places_among(self._words[cell.column], array)
            return numbers_of(array.indices, numpy.int32), nulls_of(array), places
        return (numbers_of(array, _KINDS[cell.wide]),)

    def part(self, first: int, last: int) -> Any:
        """Return the rows of the accounts from one number up to another (not included)."""
        begin, end = int(self.begins[first]), int(self.begins[last])
        kept = {
            (cell.column, cell.what): numpy.empty(end - begin, _KINDS[4 if cell.what == WORD else cell.wide])
            for cell in self._cells
        }
        for at in range(begin, end, AT_ONCE):
            many = min(AT_ONCE, end - at)
            rows = self._rows[at * self._wide // 8 : (at + many) * self._wide // 8]
            for cell in self._cells:
                is_narrow = cell.what == WORD and cell.wide == 1
                take = self._code.widened if is_narrow else getattr(self._code, f"taken_{cell.wide}")
                out = kept[cell.column, cell.what][at - begin : at - begin + many]
                take(rows.view(_KINDS[cell.wide]), self._wide // cell.wide, cell.place, out)
        apart = self._apart
        if apart.num_columns:
            apart = apart.take(pyarrow.array(kept["", NUMBER]))
        columns = {}
        for name in self._schema.names:
            if (name, WORD) in kept:
                columns[name] = _words(kept[name, WORD], self._words[name])
            elif (name, NUMBER) in kept:
                kind = self._schema.field(name).type
                columns[name] = _numbers(kept[name, NUMBER], kept.get((name, NULL)), kind)
            else:
                columns[name] = apart.column(name)
        return pyarrow.table(columns)


def _words(places: Array, words: Any) -> Any:
    null = places < 0
    found = _numbers(places, null if null.any() else None, pyarrow.int32())
    # That each number has its word is known of those that were read.
    return pyarrow.DictionaryArray.from_arrays(found, words, safe=False)


def _numbers(cells: Array, null: Array | None, kind: Any) -> Any:
    there = None if null is None else pyarrow.py_buffer(numpy.packbits(null == 0, bitorder="little"))
    return pyarrow.Array.from_buffers(kind, len(cells), [there, pyarrow.py_buffer(cells)])


def _is_coded(field: Any) -> bool:
    return is_words(field) and field.type.index_type == pyarrow.int32()


def _width(kind: Any) -> int:
    """Return how many bytes a number has that is moved with its row; 0 for what is not."""
    types = pyarrow.types
    if not (types.is_primitive(kind) or types.is_decimal(kind)) or kind.bit_width not in (32, 64):
        return 0
    return int(kind.bit_width) // 8
