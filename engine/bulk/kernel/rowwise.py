"""The loop that reads rows: written for the columns of a table, so that each row is looked at once.

A function for each column would look at rows again and again, and most of what that takes is bringing them near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.bulk.kernel.cells import NOTHING
from engine.bulk.kernel.kept import folder
from engine.bulk.kernel.native import Effort, native
from engine.bulk.kernel.plan import MISSING

A_MASK = 31
"""Of how many columns a number tells which must be there, and which may not."""
WRONG = MISSING + 1
WRONG_ID = NOTHING - 1
"""What a word is read as that stands for nothing there could be."""
WRONG_ACTOR = -1 << 31
"""The number of whoever cannot have done it."""

_HEAD = f"""
def fold(
    names: Halves, unnamed: Bytes, by: Halves, nobody: Bytes, kinds, numbers, wide, kind: Halves, who: Halves,
    bad: Bytes, {{given}}
):
    none = len(kinds) - 1
    for row in range(len(kind)):
        name, is_unnamed, actor, is_nobody = names[row], unnamed[row], by[row], nobody[row]
        name = none if is_unnamed else name
        actor = wide - 1 if is_nobody else actor
        of = kinds[int(name)]
        number = numbers[int(of * wide + actor)]
        kind[row], who[row] = of, number
        fault = number == {WRONG_ACTOR}
"""
_THERE = """
        null_{n} = nulls_{n}[row]
        there_{g} |= (1 - null_{n}) << {bit}
"""
_NUMBER = f"""
        cell_{{n}} = cells_{{n}}[row]
        fault |= (1 - null_{{n}}) & ((cell_{{n}} < {{low}}) | (cell_{{n}} >= {{high}}))
        out_{{n}}[row] = {MISSING} if null_{{n}} else cell_{{n}} * {{scale}} - {{less}}
"""
_WORD = """
        place_{n} = places_{n}[row]
        value_{n} = values_{n}[0 if null_{n} else int(place_{n})]
        fault |= (1 - null_{n}) & (value_{n} == {wrong})
        out_{n}[row] = {nothing} if null_{n} else value_{n}
"""
_RULE = """
        fault |= (rules_{g}[of] & (there_{g} << {a_mask} | ({all} ^ there_{g}))) != 0
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a column is read: the lines that do it, and what they are given."""

    lines: str = ""
    given: str = ""
    constants: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the loop reads it: which cells are null, and what its shape is given."""

    shape: Shape
    null: Any
    given: tuple[Any, ...] = ()


_TOLD = Shape()


def told(null: Any) -> Column:
    """Return a column of which only is asked where it is there."""
    return Column(_TOLD, null)


def number(cells: Any, null: Any, low: int, high: int, scale: int, less: int, out: Any) -> Column:
    """Return a column of numbers, at least `low` and below `high`, told times `scale` and `less` something."""
    constants = ("low", low), ("high", high), ("scale", scale), ("less", less)
    wide = ": Halves" if cells.itemsize == 4 else ""
    return Column(Shape(_NUMBER, f"cells_{{n}}{wide}, out_{{n}}, ", constants), null, (cells, out))


def word(places: Any, null: Any, values: Any, out: Any) -> Column:
    """Return a column of words, and what each was read as; there is one more, of which nothing is asked."""
    constants = ("wrong", WRONG), ("nothing", MISSING)
    return Column(
        Shape(_WORD, "places_{n}: Halves, values_{n}, out_{n}, ", constants), null, (places, values, out)
    )


def name_of(places: Any, null: Any, values: Any, out: Any) -> Column:
    """Return a column of words that name occurrences, and which number each has."""
    constants = ("wrong", WRONG_ID), ("nothing", NOTHING)
    given = "places_{n}: Halves, values_{n}: Halves, out_{n}: Halves, "
    return Column(Shape(_WORD, given, constants), null, (places, values, out))


def rules(needs: Sequence[Sequence[bool]], without: Sequence[Sequence[bool]]) -> list[list[int]]:
    """Return rules as the loop takes them: for each A_MASK columns a number for each kind.

    `needs` tells of each kind which columns must be there in a row, `without` which may not.
    """
    count = len(needs[0])

    def bits(flags: Sequence[bool], first: int) -> int:
        return sum(flag << n for n, flag in enumerate(flags[first : first + A_MASK]))

    return [
        [bits(need, first) | bits(lack, first) << A_MASK for need, lack in zip(needs, without, strict=True)]
        for first in range(0, count, A_MASK)
    ]


def run(acts: Iterable[Any], out: Iterable[Any], columns: Sequence[Column], rules: Iterable[Any]) -> None:
    """Read what happened and who did it (`acts`), and columns, of which there are `rules`.

    `acts` has names and actors, each as places of words and as where there are none; the kind of each name, the number
    of each actor by kind, WRONG_ACTOR for one that cannot be (of both the last is for none), and how many of these each
    kind has. `out` is the room for kind, actor and what is bad.
    """
    given = [each for column in columns for each in (column.null, *column.given)]
    _loop(tuple(column.shape for column in columns))(*acts, *out, *given, *rules)


@lru_cache(maxsize=64)
def _loop(shapes: tuple[Shape, ...]) -> Callable[..., int]:
    return native(source_of(shapes), folder(), Effort.OVER_COLUMNS)


def source_of(shapes: Sequence[Shape]) -> str:
    """Return the text of the loop over columns of some shapes."""
    masks = range(-(-len(shapes) // A_MASK))
    given, body = "", "".join(f"        there_{g} = 0\n" for g in masks)
    for n, shape in enumerate(shapes):
        about = {"n": n, "g": n // A_MASK, "bit": n % A_MASK, **dict(shape.constants)}
        given += f"nulls_{n}: Bytes, {shape.given.format(n=n)}"
        body += (_THERE + shape.lines).format(**about)
    for g in masks:
        given += f"rules_{g}, "
        body += _RULE.format(g=g, a_mask=A_MASK, all=(1 << A_MASK) - 1)
    return _HEAD.format(given=given) + body + "        bad[row] |= fault\n"
