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

A_BLOCK = 127
"""How many rows of a part stand in one piece. (Pieces that begin at like places of memory pages would drive each other
out of the cache.)"""
LEAST_4, LEAST_8 = -0x8000_0000, -0x8000_0000_0000_0000
"""The least numbers of 4 and of 8 bytes: they stand for null in rows."""
FAR = 0x3FFF_FFFF_FFFF_FFFF
"""No place is as far; that none is below zero need then not be asked."""


def keyed(codes: Halves, null: Bytes, of_words: Halves, least: int, words: Halves, parts: Halves) -> None:
    """Tell which word each cell has, counted on from `least`, and of which part it is; -1 and the first for null."""
    for row in range(len(codes)):
        at = row & FAR
        code, is_null = int(codes[at]), null[at]
        word = -1 if is_null else least + code
        code = len(of_words) - 1 if is_null else code
        words[at] = word
        parts[at] = of_words[code & FAR]


def parted(
    rows: Array, wide: int, parts: Halves, following: Array, owners: Halves, free: Array, out: Array
) -> None:
    """Lay each row where the next one of its part belongs, and tell where the one after it does.

    A part that has no room left is given the next free block, whose owner it is then.
    """
    at = 0
    for row in range(len(parts)):
        part = int(parts[row & FAR]) & FAR
        place = following[part]
        if place % A_BLOCK == 0:
            place = free[0] * A_BLOCK
            owners[free[0]] = part
            free[0] += 1
        following[part] = place + 1
        place *= wide
        for _ in range(wide):
            out[place & FAR] = rows[at & FAR]
            place += 1
            at += 1


def ranked(
    rows: Halves, blocks: Array, wide: int, place: int, ranks: Halves, least: int, ends: Array, places: Halves
) -> None:
    """Tell the place of each row of some blocks if those of each account stand together, by the ranks of accounts.

    A row tells which word its account is, and `ranks` the rank of that, of which the first is `least`. `ends` gets
    where the rows of each account end.
    """
    row = 0
    for block in range(len(blocks)):
        at = blocks[block] * A_BLOCK * wide + place
        for _ in range(min(A_BLOCK, len(places) - row)):
            group = (int(ranks[int(rows[at & FAR])]) - least) & FAR
            places[row & FAR] = group
            ends[(group + 1) & FAR] += 1
            at += wide
            row += 1
    for group in range(1, len(ends)):
        ends[group & FAR] += ends[(group - 1) & FAR]
    for each in range(len(places)):
        group = int(places[each & FAR]) & FAR
        places[each & FAR] = ends[group]
        ends[group] += 1


def settled(rows: Array, blocks: Array, wide: int, places: Halves, out: Array) -> None:
    """Lay the rows of some blocks where they belong."""
    row = 0
    for block in range(len(blocks)):
        at = blocks[block] * A_BLOCK * wide
        for _ in range(min(A_BLOCK, len(places) - row)):
            place = int(places[row & FAR]) * wide
            for _ in range(wide):
                out[place & FAR] = rows[at & FAR]
                place += 1
                at += 1
            row += 1


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


def lean_8_8(cells: Array, null: Bytes, wide: int, place: int, rows: Array) -> int:
    """Lay numbers of 8 bytes into rows, the least for null; tell whether one cannot be laid so."""
    at, unfit = place, 0
    for row in range(len(cells)):
        value, is_null = int(cells[row & FAR]), int(null[row & FAR])
        unfit |= (1 - is_null) & (value == LEAST_8)
        value = LEAST_8 if is_null else value
        rows[at & FAR] = value
        at += wide
    return unfit


def lean_8_4(cells: Array, null: Bytes, wide: int, place: int, rows: Halves) -> int:
    """Lay numbers of 8 bytes into rows as such of 4, the least for null; tell whether one cannot be laid so."""
    at, unfit = place, 0
    for row in range(len(cells)):
        value, is_null = int(cells[row & FAR]), int(null[row & FAR])
        unfit |= (1 - is_null) & ((value <= LEAST_4) | (value > -1 - LEAST_4))
        value = LEAST_4 if is_null else value
        rows[at & FAR] = max(min(value, -1 - LEAST_4), LEAST_4)
        at += wide
    return unfit


def lean_4_4(cells: Halves, null: Bytes, wide: int, place: int, rows: Halves) -> int:
    """Lay numbers of 4 bytes into rows, the least for null; tell whether one cannot be laid so."""
    at, unfit = place, 0
    for row in range(len(cells)):
        value, is_null = int(cells[row & FAR]), int(null[row & FAR])
        unfit |= (1 - is_null) & (value == LEAST_4)
        value = LEAST_4 if is_null else value
        rows[at & FAR] = value
        at += wide
    return unfit


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


def told_8_8(rows: Array, wide: int, place: int, cells: Array, null: Bytes) -> None:
    """Take what `lean_8_8` laid."""
    at = place
    for row in range(len(cells)):
        value = int(rows[at & FAR])
        cells[row & FAR] = value
        null[row & FAR] = value == LEAST_8
        at += wide


def told_8_4(rows: Halves, wide: int, place: int, cells: Array, null: Bytes) -> None:
    """Take what `lean_8_4` laid."""
    at = place
    for row in range(len(cells)):
        value = int(rows[at & FAR])
        cells[row & FAR] = value
        null[row & FAR] = value == LEAST_4
        at += wide


def told_4_4(rows: Halves, wide: int, place: int, cells: Halves, null: Bytes) -> None:
    """Take what `lean_4_4` laid."""
    at = place
    for row in range(len(cells)):
        value = int(rows[at & FAR])
        cells[row & FAR] = value
        null[row & FAR] = value == LEAST_4
        at += wide


def widened(rows: Bytes, wide: int, place: int, cells: Halves) -> None:
    """Take numbers of words that are a byte each from rows; -1 where all bits are there."""
    at = place
    for row in range(len(cells)):
        value = int(rows[at & FAR])
        cells[row & FAR] = value - ((value + 1) & 256)
        at += wide
