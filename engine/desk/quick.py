"""What can be said at once of a text that is being typed: its statements that do not parse, before it is checked.

Only the statements that were touched are parsed anew. What was wrong elsewhere is still said, moved along with its
text, until the whole is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from contractlang.diagnostic import Diagnostic
from contractlang.parser import parse
from contractlang.source import Source, Span

_CONTINUED = re.compile(r"[ \t　]*[|｜]{2}")


def at_once(
    before: Source, said: list[Diagnostic], now: Source, only_news: bool = False
) -> list[Diagnostic] | None:
    """Return what is wrong with `now`, as far as it is known, from what was `said` of the text `before`.

    With `only_news` None where nothing is new: what was touched can be read, as it could before. (Editors move along
    what they show.)
    """
    start, old_end, new_end = _changed(before.text, now.text)
    start = _first_line(now, start)
    old_end, new_end = _last_line(before, old_end), _last_line(now, new_end)
    _, wrong = parse(Source(now.path, now.text[start:new_end]))
    could_not = (
        each.code == "syntax" and each.span.path == before.path and start <= each.span.start < old_end
        for each in said
    )
    if only_news and not wrong and not any(could_not):
        return None
    by = new_end - old_end
    kept = []
    for each in said:
        if each.span.path != before.path or each.span.end <= start:
            kept.append(each)
        elif each.span.start >= old_end:
            kept.append(replace(each, span=Span(each.span.path, each.span.start + by, each.span.end + by)))
    for each in wrong:
        kept.append(replace(each, span=Span(now.path, each.span.start + start, each.span.end + start)))
    return kept


def _changed(before: str, now: str) -> tuple[int, int, int]:
    """Return where two texts begin to differ, and where in each they are the same again."""
    least = min(len(before), len(now))
    start = _same(least, lambda size: before[:size] == now[:size])
    rest = least - start
    tail = _same(rest, lambda size: before[len(before) - size :] == now[len(now) - size :])
    return start, len(before) - tail, len(now) - tail


def _same(most: int, holds: Callable[[int], bool]) -> int:
    """Return the greatest size up to `most` for which a stretch is the same; each smaller one is, too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _first_line(source: Source, offset: int) -> int:
    """Return where the statement around a place begins: its first line, not one that continues it."""
    line = max(0, source.text.count("\n", 0, offset) - 1)
    while line > 0 and _CONTINUED.match(source.lines[line]):
        line -= 1
    return source.line_starts[line]


def _last_line(source: Source, offset: int) -> int:
    """Return where the statement around a place ends, with the lines that continue it and the one below."""
    line = min(source.text.count("\n", 0, offset) + 1, len(source.lines) - 1)
    while line + 1 < len(source.lines) and _CONTINUED.match(source.lines[line + 1]):
        line += 1
    return source.line_starts[line] + len(source.lines[line])
