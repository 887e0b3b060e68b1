"""A table of words and instants written as Parquet by our own machine code; pyarrow takes several times as long.

Each table is a row group. A column is a page of its words, if it has words, and a page of its cells, not packed
(https://parquet.apache.org/docs/file-format). What is said of columns is what pyarrow says of them.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet as pq

from engine.bulk.kernel import packed
from engine.bulk.kernel.column import Array, codes_of, numbers_of, one, text_of
from engine.bulk.kernel.footer import MAGIC, Footer, Struct, count_of, struct_of
from engine.bulk.kernel.native import library

_I16, _I32, _I64, _BYTES, _LIST, _STRUCT = 4, 5, 6, 8, 9, 12
"""Kinds of values in Thrift."""
_NUMBERS, _TEXTS = 2, 6
"""Kinds of values in Parquet: of 64 bits, and of bytes."""
_CELLS, _WORDS = 0, 2
"""Kinds of pages."""
_PLAIN, _LEVELS, _BY_WORDS = 0, 3, 8
"""How values are encoded: as they stand; which are there; by the numbers of words."""


def fits(schema: Any) -> bool:
    """Tell whether a table has no other columns than are written here."""
    words, moment = pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), pyarrow.timestamp("us")
    return all(field.type in (words, moment) for field in schema)


class Flat:
    """A file that is being written."""

    def __init__(self, target: Path, schema: Any) -> None:
        self._footer, _ = Footer.of(BytesIO(_empty(schema)))
        self._out = target.open("wb")
        self._out.write(MAGIC)

    def close(self) -> None:
        """Write the end."""
        self._out.write(self._footer.written())
        self._out.close()

    def add(self, table: Any) -> None:
        """Write the rows of a table, of which there are some."""
        begins = self._out.tell()
        columns = [self._column(name, one(table.column(name))) for name in table.column_names]
        size = self._out.tell() - begins
        self._footer.add_group(
            {
                1: (_LIST, (_STRUCT, columns)), 2: (_I64, size), 3: (_I64, len(table)), 5: (_I64, begins),
                6: (_I64, size), 7: (_I16, self._footer.count),
            },
            len(table),
        )  # fmt: skip

    def _column(self, name: str, array: Any) -> Struct:
        begins, rows = self._out.tell(), len(array)
        about: Struct = {}
        if pyarrow.types.is_dictionary(array.type):
            content = _words(array.dictionary)
            self._page(_WORDS, {7: (_STRUCT, {1: (_I32, len(array.dictionary)), 2: (_I32, _PLAIN)})}, content)
            kind, how, numbers = _TEXTS, _BY_WORDS, codes_of(array)
            cells = _levels(numbers >= 0) + _numbers(numbers, len(array.dictionary))
            about[11] = _I64, begins
        else:
            kind, how, moments = _NUMBERS, _PLAIN, numbers_of(array, numpy.int64)
            assert not array.null_count
            cells = _levels(numpy.ones(rows, bool)) + moments.tobytes()
            most, least = (_BYTES, moments.max().tobytes()), (_BYTES, moments.min().tobytes())
            about[12] = _STRUCT, {3: (_I64, 0), 5: most, 6: least}
        first = self._out.tell()
        of_cells = {1: (_I32, rows), 2: (_I32, how), 3: (_I32, _LEVELS), 4: (_I32, _LEVELS)}
        self._page(_CELLS, {5: (_STRUCT, of_cells)}, cells)
        size = self._out.tell() - begins
        encodings = sorted({_PLAIN, _LEVELS, how})
        about = {
            1: (_I32, kind), 2: (_LIST, (_I32, encodings)), 3: (_LIST, (_BYTES, [name.encode()])), 4: (_I32, 0),
            5: (_I64, rows), 6: (_I64, size), 7: (_I64, size), 9: (_I64, first), **about,
        }  # fmt: skip
        return {2: (_I64, 0), 3: (_STRUCT, about)}

    def _page(self, kind: int, said: Struct, content: bytes) -> None:
        size = _I32, len(content)
        self._out.write(struct_of({1: (_I32, kind), 2: size, 3: size, **said}))
        self._out.write(content)


@lru_cache(maxsize=8)
def _empty(schema: Any) -> bytes:
    """Return a file with those columns in which nothing is."""
    out = BytesIO()
    pq.ParquetWriter(out, schema, store_schema=False).close()
    return out.getvalue()


def _words(words: Any) -> bytes:
    text = text_of(words)
    room = numpy.empty(4 * len(words) + int(text.offsets[-1]) + 1, numpy.uint8)
    return room[: library(packed).lengthened(text.offsets, text.data, room)].tobytes()


def _levels(there: Array) -> bytes:
    """Return which cells are there."""
    if there.all():
        said = count_of(len(there) << 1) + b"\1"
    else:
        bits = numpy.packbits(there, bitorder="little").tobytes()
        said = count_of(len(bits) << 1 | 1) + bits
    return len(said).to_bytes(4, "little") + said


def _numbers(numbers: Array, words: int) -> bytes:
    """Return the numbers of words, without those below zero."""
    wide = max(1, (words - 1).bit_length())
    low, high = int(numbers.min()), int(numbers.max())
    if low == high >= 0:
        return bytes([wide]) + count_of(len(numbers) << 1) + low.to_bytes(-(-wide // 8), "little")
    room = numpy.zeros(wide * (len(numbers) // 8 + 1) // 4 + 1, numpy.int32)
    eights = -(-library(packed).packed(numpy.ascontiguousarray(numbers, numpy.int32), wide, room) // 8)
    return bytes([wide]) + count_of(eights << 1 | 1) + room.view(numpy.uint8)[: eights * wide].tobytes()
