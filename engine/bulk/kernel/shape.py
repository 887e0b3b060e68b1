"""The shape of rows whose cells are laid side by side, and the two loops that are written for it.

A column that is put in order by itself costs a look into far memory for each of its cells. So the cells of a row are
laid side by side, in as few bytes as they need, and the row goes as a whole to those of the same part of the accounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from textwrap import indent
from typing import Any

import numpy
import pyarrow

from engine.bulk.kernel.column import ACCOUNT as WHOSE
from engine.bulk.kernel.column import is_words
from engine.bulk.kernel.kept import folder
from engine.bulk.kernel.native import Effort, native

ACCOUNT, ROW, NUMBER, NULL, WORD, LEAN = range(6)
"""What a row keeps: which name its account has, which row it was; of a column, its number, whether it is null, the
number of its word (all bits where it is null), its number (of an instant its seconds) or that it is null in as few
bytes as most need."""
A_BYTE = 255
"""So many words have numbers of a byte, all bits of which are not there in one."""
KINDS: dict[int, Any] = {1: numpy.uint8, 4: numpy.int32, 8: numpy.int64}
"""What cells of so many bytes are."""
SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""How much a second is, by the unit in which instants are told."""
_ARRAYS = {1: ": Bytes", 4: ": Halves", 8: ""}

_FOUND = """
        null_{n}, found_{n} = nulls_{n}[row], cells_{n}[row]
"""
_LAID = {
    ACCOUNT: ("", """
        cell_{n} = numbers[row]
        unfit |= (cell_{n} >= {limit}) << {bit}
"""),
    ROW: ("", """
        cell_{n} = ahead + row
"""),
    NUMBER: ("cells_{n}{array}, ", """
        cell_{n} = cells_{n}[row]
"""),
    NULL: ("nulls_{n}: Bytes, ", """
        cell_{n} = nulls_{n}[row]
"""),
    WORD: ("nulls_{n}: Bytes, cells_{n}: Halves, places_{n}: Halves, ", _FOUND + """
        found_{n} = places_{n}[0 if null_{n} else int(found_{n})]
        cell_{n} = -1 if null_{n} else found_{n}
"""),
    LEAN: ("nulls_{n}: Bytes, cells_{n}{array}, ", _FOUND + """
        whole_{n} = found_{n} // {unit}
        unfit |= ((1 - null_{n}) & (whole_{n} * {unit} != found_{n})) << {bit}
        found_{n} = whole_{n}
        unfit |= ((1 - null_{n}) & ((found_{n} <= {least}) | (found_{n} > {most}))) << {bit}
        cell_{n} = {least} if null_{n} else found_{n}
"""),
}  # fmt: skip
"""What is given of a cell, and the lines that find what a row keeps."""
_TAKEN = {
    NUMBER: ("outs_{n}{array}, ", """
        outs_{n}[row] = cell_{n}
"""),
    NULL: ("outs_{n}: Bytes, ", """
        outs_{n}[row] = cell_{n}
"""),
    ROW: ("outs_{n}: Halves, ", """
        outs_{n}[row] = cell_{n}
"""),
    WORD: ("outs_{n}: Halves, ", """
        outs_{n}[row] = cell_{n} - ((cell_{n} + 1) & {past})
"""),
    LEAN: ("outs_{n}{array}, lacks_{n}: Bytes, ", """
        outs_{n}[row] = cell_{n} * {unit}
        lacks_{n}[row] = cell_{n} == {least}
"""),
}  # fmt: skip
"""What is given of a cell, and the lines that tell what a row kept."""

_LAY = """
def fold(parts: Halves, numbers: Halves, ends, rows, ahead, {given}):
    unfit = 0
    for row in range(len(parts)):
        part = int(parts[row])
        place = ends[part] * {wide}
        ends[part] += 1
{cells}
{words}
    return unfit
"""
_SETTLE = """
def fold(rows, starts, groups: Halves, ends, ahead, out, {given}):
    for laid in range(len(starts) - 1):
{begun}
        for row in range(starts[laid], starts[laid + 1]):
            group, place = int(groups[row]), row * {wide}
            to = ends[group] * {wide}
            ends[group] += 1
{lines}
    return 0
"""
_TAKE = """
def fold(rows, {given}):
    for row in range(len(rows) // {wide}):
        place = row * {wide}
{words}
{cells}
    return 0
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row keeps of a column (an empty name for none), in how many bytes, and its place among such."""

    column: str
    what: int
    wide: int
    place: int
    of: int
    """How many bytes the number has in the column."""
    unit: int = 1
    """Of how much the number is a multiple."""

    @property
    def rooms(self) -> dict[int, int]:
        """What is told of the column when rows are taken apart, and in how many bytes."""
        if self.what == LEAN:
            return {NUMBER: self.of, NULL: 1}
        return {} if self.what == ACCOUNT else {self.what: self.of}

    @property
    def word(self) -> int:
        """In which number of 64 bits of a row it is."""
        return self.place * self.wide // 8

    @property
    def shift(self) -> int:
        """How many bits stand below it there."""
        return self.place * self.wide % 8 * 8


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows of some columns keep: their cells, the widest first, in how many numbers of 64 bits a row."""

    schema: Any
    cells: tuple[Cell, ...]
    wide: int

    @property
    def apart(self) -> list[str]:
        """The columns of no fixed width, which are not moved with their rows."""
        fields = (each for each in self.schema if each.name != "account")
        return [each.name for each in fields if not (is_words(each) or _width(each.type))]

    def unfit(self, bits: int) -> set[str]:
        """Return the columns whose cells did not fit when rows were laid."""
        return {each.column for n, each in enumerate(self.cells) if bits >> _bit(n) & 1}

    def cell(self, what: int) -> Cell | None:
        """Return what rows keep that is no column's."""
        return next((each for each in self.cells if each.what == what), None)

    @property
    def lay(self) -> Callable[..., int]:
        """What lays the cells of rows after those of their parts; it returns in bits which cells do not fit."""
        return _native(_lay(self.cells, self.wide))

    @property
    def settle(self) -> Callable[..., int]:
        """What lays each row after those of its account, its number counted on, some of its words numbered anew."""
        return _native(_settle(self.cells, self.wide))

    @property
    def take(self) -> Callable[..., int]:
        """What takes rows apart."""
        return _native(_take(self.cells, self.wide))


@lru_cache(maxsize=64)
def _native(source: str) -> Callable[..., int]:
    return native(source, folder(), Effort.OVER_COLUMNS)


@lru_cache(maxsize=64)
def _lay(cells: tuple[Cell, ...], wide: int) -> str:
    given, lines, words = "", "", [""] * wide
    for n, cell in enumerate(cells):
        named, found = _LAID[cell.what]
        given, lines = given + named.format(**_about(n, cell)), lines + found.format(**_about(n, cell))
        part = _held(f"cell_{n}", cell)
        words[cell.word] += f" | {part}" if words[cell.word] else part
    laid = "".join(f"        rows[place + {word}] = {cells}\n" for word, cells in enumerate(words))
    return _LAY.format(given=given, cells=lines, wide=wide, words=laid)


@lru_cache(maxsize=64)
def _settle(cells: tuple[Cell, ...], wide: int) -> str:
    given, begun, lines = "", "", _words(wide)
    for n, cell in enumerate(cells):
        word = f"word_{cell.word}"
        if cell.what == WORD:
            given += f"places_{n}: Halves, begins_{n}, "
            begun += f"        begin_{n} = begins_{n}[laid]\n"
            lines += f"        cell_{n} = {_told(cell)}\n"
            after = f"(cell_{n} + 1) & {A_BYTE}" if cell.wide == 1 else f"cell_{n} + 1"
            anew = f"places_{n}[begin_{n} + ({after})]"
            lines += f"        {word} ^= {_held(f'(cell_{n} ^ {anew})', cell)}\n"
        if cell.what == ROW:
            lines += f"        {word} ^= {_held(f'(({_told(cell)}) ^ (ahead + row))', cell)}\n"
    lines += "".join(f"        out[to + {word}] = word_{word}\n" for word in range(wide))
    return _SETTLE.format(given=given, begun=begun, wide=wide, lines=indent(lines, "    "))


@lru_cache(maxsize=64)
def _take(cells: tuple[Cell, ...], wide: int) -> str:
    given, lines = "", ""
    for n, cell in enumerate(cells):
        if cell.what == ACCOUNT:
            continue
        named, told = _TAKEN[cell.what]
        given += named.format(**_about(n, cell))
        lines += f"        cell_{n} = {_told(cell)}\n" + told.format(**_about(n, cell))
    return _TAKE.format(given=given, words=_words(wide), wide=wide, cells=lines)


def _words(wide: int) -> str:
    return "".join(f"        word_{word} = rows[place + {word}]\n" for word in range(wide))


def _held(value: str, cell: Cell) -> str:
    """Return a value as it stands in the number of 64 bits in which its cell is."""
    return value if cell.wide == 8 else f"(({value} & {(1 << 8 * cell.wide) - 1}) << {cell.shift})"


def _told(cell: Cell) -> str:
    """Return what a cell says: a number of few bytes with its sign, but for those of one byte, which have none."""
    word, above = f"word_{cell.word}", 64 - 8 * cell.wide
    if cell.wide == 8:
        return word
    return (
        f"({word} >> {cell.shift}) & 255"
        if cell.wide == 1
        else f"({word} << {above - cell.shift}) >> {above}"
    )


def _bit(n: int) -> int:
    """Return which bit tells of a cell; the last tells of many."""
    return min(n, 62)


def _about(n: int, cell: Cell) -> dict[str, Any]:
    least = -1 << (8 * cell.wide - 1)
    past = A_BYTE + 1 if cell.wide == 1 else 0
    return {
        "n": n,
        "bit": _bit(n),
        "array": _ARRAYS[cell.of],
        "least": least,
        "most": -1 - least,
        "past": past,
        "limit": 1 << (8 * cell.wide),
        "unit": cell.unit,
    }


def shape_of(schema: Any, wider: frozenset[str]) -> Shape:
    """Return the shape of rows with the columns of a schema, of which all but the `wider` ones take few bytes."""
    # Of what has no fixed width the number of the row is kept.
    found = [Cell(WHOSE, ACCOUNT, 4 if WHOSE in wider else 2, 0, 4)]
    has_rows = False
    for each in schema:
        name, kind, width = each.name, each.type, _width(each.type)
        if name == WHOSE:
            continue
        if is_words(each):
            found.append(Cell(name, WORD, 4 if name in wider else 1, 0, 4))
        elif width and name in wider:
            found += [Cell(name, NUMBER, width, 0, width), Cell(name, NULL, 1, 0, 1)]
        elif width:
            is_day, is_instant = pyarrow.types.is_date32(kind), pyarrow.types.is_timestamp(kind)
            found.append(
                Cell(name, LEAN, 2 if is_day else 4, 0, width, SECOND[kind.unit] if is_instant else 1)
            )
        elif not has_rows:
            found.append(Cell("", ROW, 4, 0, 4))
            has_rows = True
    cells, at = [], 0
    for cell in sorted(found, key=lambda each: -each.wide):
        cells.append(replace(cell, place=at // cell.wide))
        at += cell.wide
    return Shape(schema, tuple(cells), -(-at // 8))


def _width(kind: Any) -> int:
    """Return how many bytes a number has that is moved with its row; 0 for what is not."""
    types = pyarrow.types
    if not (types.is_primitive(kind) or types.is_decimal(kind)) or kind.bit_width not in (32, 64):
        return 0
    return int(kind.bit_width) // 8
