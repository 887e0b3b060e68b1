"""Numbers that stand typed in a text, as a list of Word that counts them: what is written is what Word will print.

Each line is taken apart into the number that begins it, the shape around that number, and the words. The shapes of a
document become the levels of one list; a number that does not follow the one before starts its level anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from contractlang.numerals import number_of
from engine.paper.numbering import written

_ZH = "[一二三四五六七八九十百千零]+"
# By level: what may begin a line, how its own number is written, and around it what is typed; %n is the number itself.
_SHAPES: tuple[tuple[int, str, re.Pattern[str]], ...] = (
    (0, "chineseCountingThousand", re.compile(rf"(?P<before>第)(?P<n>{_ZH})(?P<after>条[ \u3000]*)")),
    (0, "chineseCountingThousand", re.compile(rf"(?P<before>)(?P<n>{_ZH})(?P<after>[、.．][ \u3000]*)")),
    (0, "decimal", re.compile(r"(?P<before>(?:Article|Art\.|Section) )(?P<n>[0-9]{1,4})(?P<after>[.:]?[ \u3000]+)")),
    (0, "decimal", re.compile(r"(?P<before>第)(?P<n>[0-9]{1,4})(?P<after>条[ \u3000]*)")),
    (1, "decimal", re.compile(r"(?P<before>(?P<of>[0-9]{1,4})\.)(?P<n>[0-9]{1,4})(?P<after>[.．、]?[ \u3000]+)")),
    (1, "decimal", re.compile(r"(?P<before>)(?P<n>[0-9]{1,4})(?P<after>[.．、][ \u3000]*)(?!\d)")),
    (2, "chineseCountingThousand", re.compile(rf"(?P<before>[（(])(?P<n>{_ZH})(?P<after>[）)][ \u3000]*)")),
    (2, "decimal", re.compile(r"(?P<before>[（(])(?P<n>[0-9]{1,4})(?P<after>[）)][ \u3000]*)")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """How numbers of a level look: their format, and `text` as Word has it (`第%1条`)."""

    level: int
    form: str
    text: str

    @property
    def plain(self) -> bool:
        """Tell whether the number of a higher level stands in it too."""
        return self.text.count("%") > 1


@dataclass(frozen=True, slots=True)
class Counted:
    """A line: its words, and the shape of its number.

    `within` is the higher number that is typed with it (5 in
    5.1), `anew` the number at which its level has to start anew.
    """

    words: str
    shape: Shape | None = None
    number: int = 0
    within: int | None = None
    anew: int | None = None


def counted(lines: Iterable[str]) -> tuple[tuple[Shape, ...], tuple[Counted, ...]]:
    """Return the shapes of a document, one to a level, and its lines with the numbers that are counted.

    Numbers of a second shape of the same level stay in the words.
    """
    lines = list(lines)
    taken = [_taken(each) for each in lines]
    highest = any(each.shape is not None and each.shape.level == 0 for each in taken)
    if not highest and any(each.within is not None for each in taken):
        # Where 1.1 follows 1., that is the highest number.
        taken = [_lifted(each) for each in taken]
    met = Counter(each.shape for each in taken if each.shape is not None)
    shapes: dict[int, Shape] = {}
    for shape, _ in met.most_common():
        shapes.setdefault(shape.level, shape)
    kept = [each if each.shape is None or shapes[each.shape.level] == each.shape else None for each in taken]
    told = [each if each is not None else Counted(line) for each, line in zip(kept, lines, strict=True)]
    return tuple(shapes[level] for level in sorted(shapes)), tuple(_followed(lines, told))


def _taken(line: str) -> Counted:
    """Take one line apart."""
    for level, form, pattern in _SHAPES:
        found = pattern.match(line)
        if found is None or found.end() == len(line):
            continue
        number = number_of(found["n"])
        # 二十 and not 二〇: only what would be written so can be counted.
        if written(number, form) != found["n"]:
            continue
        of = found.groupdict().get("of")
        before = "%1." if of else found["before"]
        shape = Shape(level, form, f"{before}%{level + 1}{found['after']}")
        return Counted(line[found.end() :], shape, number, int(of) if of else None)
    return Counted(line)


def _lifted(each: Counted) -> Counted:
    if each.shape is None or each.shape.level != 1 or each.within is not None:
        return each
    return replace(each, shape=replace(each.shape, level=0, text=each.shape.text.replace("%2", "%1")))


def _followed(typed: Iterable[str], lines: Iterable[Counted]) -> Iterator[Counted]:
    """Yield the lines, saying of each number whether it follows the one before or starts its level anew."""
    at = [0, 0, 0]
    for line, each in zip(typed, lines, strict=True):
        if each.shape is None or (each.within is not None and each.within != at[0]):
            yield Counted(line)
            continue
        level = each.shape.level
        at[:level] = [number or 1 for number in at[:level]]
        follows = each.number == at[level] + 1
        at[level] = each.number
        at[level + 1 :] = [0] * (len(at) - level - 1)
        yield each if follows else replace(each, anew=each.number)
