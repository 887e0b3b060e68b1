"""What stands at the end of a table of Parquet: its columns, and where the pages of each row group begin.

It is written in Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs), its fields are
numbered as in https://github.com/apache/parquet-format. What need not be understood is kept as it is.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy

from engine.bulk.kernel import shifted
from engine.bulk.kernel.native import library

MAGIC = b"PAR1"
TAIL = 8
"""The last bytes of a file: how many bytes the footer has, and MAGIC."""
YES, NO, BYTE, DOUBLE, BYTES, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
"""Kinds of values; between a byte and a number with a point there are the whole numbers."""
_ROWS, _GROUPS = 0x16, 0x19
"""How the two fields begin that tell the rows and the row groups: a number and a list, each the next field."""

Struct = dict[int, tuple[int, Any]]
"""Fields by their numbers, each with its kind."""


class Footer:
    """A footer as it was read, to which the row groups of others are added."""

    def __init__(self, head: bytes, rows: int, groups: bytes, count: int, tail: bytes) -> None:
        self._head, self._groups, self._tail = head, bytearray(groups), tail
        self.rows, self.count = rows, count
        """How many rows there are, and how many row groups."""

    @staticmethod
    def of(file: BinaryIO, by: int = 0, before: int = 0) -> tuple[Footer, int]:
        """Return the footer of a file, and where it begins.

        It says that all pages stand so many bytes further on, and that so many row groups are before its own. Raises
        ValueError where there is none.
        """
        end = file.seek(-TAIL, 2)
        begins = end - int.from_bytes(file.read(4), "little")
        file.seek(begins)
        data = numpy.frombuffer(file.read(end - begins), numpy.uint8)
        # A place takes no more than so many bytes where it took one.
        out, at = (
            numpy.empty(shifted.LONGEST * len(data), numpy.uint8),
            numpy.zeros(shifted.ROOM, numpy.int64),
        )
        at[shifted.BY], at[shifted.BEFORE] = by, before
        size = library(shifted).shifted(data, at, out)
        fields, first, last = (int(at[each]) for each in (shifted.FIELDS, shifted.BEGIN, shifted.END))
        if size < 0 or not 0 < fields < first <= last or out[fields] != _ROWS:
            raise ValueError("no footer of a table of Parquet")
        head, groups, tail = (out[a:b].tobytes() for a, b in ((0, fields), (first, last), (last, size)))
        return Footer(head, int(at[shifted.ROWS]), groups, int(at[shifted.COUNT]), tail), begins

    def add(self, other: Footer) -> None:
        """Add the row groups of another. Raises ValueError where its columns are not the same."""
        if other._head != self._head:
            raise ValueError("pieces whose columns differ")
        self._groups += other._groups
        self.rows += other.rows
        self.count += other.count

    def add_group(self, group: Struct, rows: int) -> None:
        """Add a row group that has so many rows."""
        _write_struct(self._groups, group)
        self.rows += rows
        self.count += 1

    def written(self) -> bytes:
        """Return it as the end of a file."""
        out = bytearray(self._head)
        out.append(_ROWS)
        _write_number(out, self.rows)
        out.append(_GROUPS)
        _write_list(out, STRUCT, self.count)
        out += self._groups + self._tail
        return bytes(out) + len(out).to_bytes(4, "little") + MAGIC


def struct_of(said: Struct) -> bytes:
    """Return fields as they are written."""
    out = bytearray()
    _write_struct(out, said)
    return bytes(out)


def count_of(number: int) -> bytes:
    """Return a number without a sign as it is written."""
    out = bytearray()
    _write_count(out, number)
    return bytes(out)


def _write_count(out: bytearray, number: int) -> None:
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def _write_number(out: bytearray, number: int) -> None:
    _write_count(out, number << 1 if number >= 0 else ~(number << 1))


def _write_struct(out: bytearray, said: Struct) -> None:
    before = 0
    for field, (kind, value) in said.items():
        if 0 < field - before < 16:
            out.append((field - before) << 4 | kind)
        else:
            out.append(kind)
            _write_number(out, field)
        before = field
        if kind not in (YES, NO):
            _write(out, kind, value)
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in (YES, NO, BYTE):
        out.append(value)
    elif kind < DOUBLE:
        _write_number(out, value)
    elif kind == DOUBLE:
        out += value
    elif kind == BYTES:
        _write_count(out, len(value))
        out += value
    elif kind == STRUCT:
        _write_struct(out, value)
    else:
        each, values = value
        _write_list(out, each, len(values))
        for one in values:
            _write(out, each, one)


def _write_list(out: bytearray, kind: int, count: int) -> None:
    """Write how a list of so many values begins."""
    out.append(min(count, 15) << 4 | kind)
    if count >= 15:
        _write_count(out, count)
