"""The footer of a table of Parquet, read and written again with all its pages so many bytes further on.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`. A footer is written
in Thrift's compact protocol, its fields numbered as `footer.py` tells; what need not be understood is copied as it is.
"""

from __future__ import annotations

from typing import Any

Array = Any
"""An array of numbers of 64 bits."""
Bytes = Any
"""An array of bytes."""

NO, BYTE, DOUBLE, BYTES, LIST, SET, STRUCT = 2, 3, 7, 8, 9, 10, 12
"""Kinds of values: up to the first, no more than their kind is written; between a byte and a number with a point there
are the whole numbers."""
OTHER, FOOTER, GROUP, COLUMN, ABOUT = range(5)
"""What a struct is: one that need not be understood, the footer, a row group, a column of one, what is told of it."""
READ, WRITTEN, BY, BEFORE, ROWS, FIELDS, BEGIN, END, COUNT = range(9)
"""Where in `at` it stands how far was read and written, how far pages move, how many row groups come before, and what
was found: how many rows there are, how far what comes before them was written, where what is told of the row groups
begins and ends in what was written, how many there are."""
ROOM = 9
LONGEST = 10
"""As many bytes has the longest number."""


def shifted(data: Bytes, at: Array, out: Bytes) -> int:
    """Write a footer again; return how many bytes it has, or -1 for what is none."""
    return at[WRITTEN] if struct(data, at, out, FOOTER) else -1


def struct(data: Bytes, at: Array, out: Bytes, what: int) -> int:
    """Copy the fields of a struct; return 0 where there is no such struct."""
    field = 0
    while at[READ] < len(data):
        here = at[WRITTEN]
        head = byte(data, at, out)
        kind = head & 15
        if head == 0:
            return 1
        field = field + (head >> 4) if head >> 4 else number(data, at, out, 0, 0)
        if kind <= NO:
            continue
        if is_whole(kind):
            before = at[BEFORE] if what == GROUP and field == 7 else 0
            found = number(data, at, out, at[BY] if is_place(what, field) else before, before)
            if what == FOOTER and field == 3:
                at[ROWS], at[FIELDS] = found, here
        elif what == FOOTER and field == 4:
            if not groups(data, at, out, kind):
                return 0
        elif not value(data, at, out, kind, inside(what, field)):
            return 0
    return 0


def is_whole(kind: int) -> int:
    """Tell whether values of a kind are whole numbers."""
    return BYTE < kind < DOUBLE


def inside(what: int, field: int) -> int:
    """Tell what the structs in a field are."""
    if what == GROUP and field == 1:
        return COLUMN
    return ABOUT if what == COLUMN and field == 3 else OTHER


def is_place(what: int, field: int) -> int:
    """Tell whether a number is a place in the file."""
    if what == GROUP:
        return field == 5
    if what == COLUMN:
        return field == 2 or field == 4 or field == 6
    return what == ABOUT and (field == 9 or field == 10 or field == 11 or field == 14)


def groups(data: Bytes, at: Array, out: Bytes, kind: int) -> int:
    """Copy what is told of the row groups, and tell where it stands."""
    if kind != LIST:
        return 0
    head = byte(data, at, out)
    at[COUNT] = head >> 4 if head >> 4 < 15 else count(data, at, out)
    at[BEGIN] = at[WRITTEN]
    for _ in range(at[COUNT]):
        if not struct(data, at, out, GROUP):
            return 0
    at[END] = at[WRITTEN]
    return 1


def value(data: Bytes, at: Array, out: Bytes, kind: int, what: int) -> int:
    """Copy a value, in which structs are `what`; return 0 where there is none."""
    if is_whole(kind):
        number(data, at, out, 0, 0)
    elif kind == STRUCT:
        return struct(data, at, out, what)
    elif kind == BYTES:
        return several(data, at, out, count(data, at, out))
    elif LIST <= kind <= SET:
        head = byte(data, at, out)
        many = head >> 4 if head >> 4 < 15 else count(data, at, out)
        for _ in range(many):
            if at[READ] >= len(data) or not value(data, at, out, head & 15, what):
                return 0
    elif kind <= BYTE:
        byte(data, at, out)
    elif kind == DOUBLE:
        return several(data, at, out, 8)
    else:
        return 0
    return 1


def several(data: Bytes, at: Array, out: Bytes, size: int) -> int:
    """Copy some bytes; return 0 where there are none."""
    if size < 0 or at[READ] + size > len(data):
        return 0
    there, here = at[READ], at[WRITTEN]
    for each in range(size):
        out[here + each] = data[there + each]
    at[READ] += size
    at[WRITTEN] += size
    return 1


def byte(data: Bytes, at: Array, out: Bytes) -> int:
    """Copy a byte; past the end there is nothing but zeros."""
    found = int(data[at[READ]]) if at[READ] < len(data) else 0
    at[READ] += 1
    put(at, out, found)
    return found


def put(at: Array, out: Bytes, found: int) -> None:
    """Write a byte."""
    if at[WRITTEN] < len(out):
        out[at[WRITTEN]] = found
    at[WRITTEN] += 1


def count(data: Bytes, at: Array, out: Bytes) -> int:
    """Copy a number without a sign."""
    found = shift = 0
    while shift < 7 * LONGEST:
        said = byte(data, at, out)
        found |= (said & 127) << shift
        shift += 7
        if said < 128:
            return found
    return found


def number(data: Bytes, at: Array, out: Bytes, by: int, of_nothing: int) -> int:
    """Copy a number with a sign, so much greater, 0 as it is said to be; return it as it was."""
    found = shift = 0
    said = 128
    while said >= 128 and shift < 7 * LONGEST:
        said = int(data[at[READ]]) if at[READ] < len(data) else 0
        at[READ] += 1
        found |= (said & 127) << shift
        shift += 7
    found = (found >> 1) ^ -(found & 1)
    told = found + by if found else of_nothing
    rest = told << 1 if told >= 0 else -1 - (told << 1)
    while rest >= 128:
        put(at, out, (rest & 127) | 128)
        rest >>= 7
    put(at, out, rest)
    return found
