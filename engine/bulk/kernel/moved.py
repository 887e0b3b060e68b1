"""Rows laid out in one piece each, moved, and taken apart again.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`. A row is so many
cells `wide`; a column has its cell at a `place` of it. Rows are handed along as cells of the width that is asked for.
"""

from __future__ import annotations

from typing import Any

Array = Any
"""An array of numbers of 64 bits."""
Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""

FAR = 0x3FFF_FFFF_FFFF_FFFF
"""No place is as far; that none is below zero need then not be asked."""


def begun(groups: Halves, begins: Array) -> None:
    """Count the rows of each group; tell where each group begins, and once more the end, if they stand in order."""
    for row in range(len(groups)):
        begins[(int(groups[row & FAR]) + 1) & FAR] += 1
    for group in range(1, len(begins)):
        begins[group & FAR] += begins[(group - 1) & FAR]


def moved(rows: Array, wide: int, groups: Halves, following: Array, out: Array) -> None:
    """Lay each row where the next one of its group belongs, and tell where the one after it does."""
    at = 0
    for row in range(len(groups)):
        group = int(groups[row & FAR]) & FAR
        place = following[group] * wide
        following[group] += 1
        for _ in range(wide):
            out[place & FAR] = rows[at & FAR]
            place += 1
            at += 1


def laid_8(cells: Array, wide: int, place: int, rows: Array) -> None:
    """Lay numbers of 8 bytes into rows."""
    at = place
    for row in range(len(cells)):
        rows[at & FAR] = cells[row & FAR]
        at += wide


def laid_4(cells: Halves, wide: int, place: int, rows: Halves) -> None:
    """Lay numbers of 4 bytes into rows."""
    at = place
    for row in range(len(cells)):
        rows[at & FAR] = cells[row & FAR]
        at += wide


def laid_1(cells: Bytes, wide: int, place: int, rows: Bytes) -> None:
    """Lay numbers of a byte into rows."""
    at = place
    for row in range(len(cells)):
        rows[at & FAR] = cells[row & FAR]
        at += wide


def words_4(cells: Halves, null: Bytes, places: Halves, wide: int, place: int, rows: Halves) -> None:
    """Lay the places of words into rows, all bits of what is null."""
    at = place
    for row in range(len(cells)):
        code, is_null = int(cells[row & FAR]), int(null[row & FAR])
        code = 0 if is_null else code
        rows[at & FAR] = int(places[code & FAR]) | -is_null
        at += wide


def words_1(cells: Halves, null: Bytes, places: Halves, wide: int, place: int, rows: Bytes) -> None:
    """Lay the places of words into rows, a byte each, all bits of what is null."""
    at = place
    for row in range(len(cells)):
        code, is_null = int(cells[row & FAR]), int(null[row & FAR])
        code = 0 if is_null else code
        rows[at & FAR] = int(places[code & FAR]) | -is_null
        at += wide


def taken_8(rows: Array, wide: int, place: int, cells: Array) -> None:
    """Take numbers of 8 bytes from rows."""
    at = place
    for row in range(len(cells)):
        cells[row & FAR] = rows[at & FAR]
        at += wide


def taken_4(rows: Halves, wide: int, place: int, cells: Halves) -> None:
    """Take numbers of 4 bytes from rows."""
    at = place
    for row in range(len(cells)):
        cells[row & FAR] = rows[at & FAR]
        at += wide


def taken_1(rows: Bytes, wide: int, place: int, cells: Bytes) -> None:
    """Take numbers of a byte from rows."""
    at = place
    for row in range(len(cells)):
        cells[row & FAR] = rows[at & FAR]
        at += wide


def widened(rows: Bytes, wide: int, place: int, cells: Halves) -> None:
    """Take numbers of words that are a byte each from rows; -1 where all bits are there."""
    at = place
    for row in range(len(cells)):
        value = int(rows[at & FAR])
        cells[row & FAR] = value - ((value + 1) & 256)
        at += wide
