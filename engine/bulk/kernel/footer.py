"""What stands at the end of a table of Parquet: its columns, and where the pages of each row group begin.

It is written in Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs), its fields are
numbered as in https://github.com/apache/parquet-format. What need not be understood is kept as it is.
"""

from __future__ import annotations

from typing import Any, BinaryIO

MAGIC = b"PAR1"
TAIL = 8
"""The last bytes of a file: how many bytes the footer has, and MAGIC."""
YES, NO, BYTE, DOUBLE, BYTES, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
"""Kinds of values; between a byte and a number with a point there are the whole numbers."""
COLUMNS, ROWS, GROUPS = 2, 3, 4
"""Fields of a footer: its columns, how many rows there are, the row groups."""
OF_GROUP, SIZE, ROWS_OF_GROUP, BEGINS, ORDINAL = 1, 2, 3, 5, 7
"""Fields of a row group: its columns, its bytes, its rows, where it begins, which it is."""
AT, ABOUT, INDEXES = 2, 3, (4, 6)
"""Fields of a column of one: where what is told of it stands, what is told, where its indexes are."""
PAGES = (9, 10, 11, 14)
"""Fields of what is told: where its pages begin, those of values, of an index, of words, of a filter."""

Struct = dict[int, tuple[int, Any]]
"""Fields by their numbers, each with its kind."""


class Footer:
    """A footer as it was read, to which the row groups of others are added."""

    def __init__(self, said: Struct) -> None:
        self.said = said

    @staticmethod
    def of(file: BinaryIO) -> tuple[Footer, int]:
        """Return the footer of a file, and where it begins."""
        tail = file.seek(-TAIL, 2)
        begins = tail - int.from_bytes(file.read(4), "little")
        file.seek(begins)
        return Footer(_Reading(file.read(tail - begins)).struct()), begins

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.said[ROWS][1])

    @property
    def _groups(self) -> list[Struct]:
        found: list[Struct] = self.said[GROUPS][1][1]
        return found

    def move(self, by: int) -> None:
        """Say that all pages stand so many bytes further on."""
        for group in self._groups:
            _move(group, (BEGINS,), by)
            for column in group[OF_GROUP][1][1]:
                _move(column, (AT, *INDEXES), by)
                _move(column[ABOUT][1], PAGES, by)

    def add(self, other: Footer) -> None:
        """Add the row groups of another. Raises ValueError where its columns are not the same."""
        if other.said[COLUMNS] != self.said[COLUMNS]:
            raise ValueError("pieces whose columns differ")
        for group in other._groups:
            self.add_group(group)

    def add_group(self, group: Struct) -> None:
        """Add a row group."""
        self._groups.append(group)
        self.said[ROWS] = self.said[ROWS][0], self.rows + group[ROWS_OF_GROUP][1]

    def written(self) -> bytes:
        """Return it as the end of a file."""
        for place, group in enumerate(self._groups):
            if ORDINAL in group:
                group[ORDINAL] = group[ORDINAL][0], place
        out = struct_of(self.said)
        return out + len(out).to_bytes(4, "little") + MAGIC


def _move(said: Struct, fields: tuple[int, ...], by: int) -> None:
    for field in fields:
        # There are no pages at the very beginning of a file: a place there says nothing.
        if field in said and said[field][1]:
            kind, place = said[field]
            said[field] = kind, place + by


class _Reading:
    """Values read from bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def several(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def count(self) -> int:
        data, at = self.data, self.at
        found = shift = 0
        while (byte := data[at]) >= 128:
            found |= (byte & 127) << shift
            shift += 7
            at += 1
        self.at = at + 1
        return found | byte << shift

    def number(self) -> int:
        found = self.count()
        return (found >> 1) ^ -(found & 1)

    def struct(self) -> Struct:
        said: Struct = {}
        field = 0
        while head := self.byte():
            kind = head & 15
            field = field + (head >> 4) if head >> 4 else self.number()
            # Of yes and no the kind is all.
            said[field] = kind, None if kind in (YES, NO) else self.value(kind)
        return said

    def value(self, kind: int) -> Any:
        if BYTE < kind < DOUBLE:
            return self.number()
        if kind == STRUCT:
            return self.struct()
        if kind == BYTES:
            return self.several(self.count())
        if kind in (LIST, SET):
            head = self.byte()
            each = head & 15
            many = head >> 4 if head >> 4 < 15 else self.count()
            return each, [self.value(each) for _ in range(many)]
        if kind in (YES, NO, BYTE):
            return self.byte()
        if kind == DOUBLE:
            return self.several(8)
        raise ValueError(f"a value of kind {kind}")


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
        out.append(min(len(values), 15) << 4 | each)
        if len(values) >= 15:
            _write_count(out, len(values))
        for one in values:
            _write(out, each, one)
