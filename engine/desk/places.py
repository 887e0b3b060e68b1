"""Places in a file as editors count them: lines and columns from 0, a column being UTF-16 units (LSP 3.17).

A character outside the basic plane is two units wide. What is beyond a line or the file is brought back to its end.
"""

from __future__ import annotations

from bisect import bisect_right

from lsprotocol.types import Location, Position, Range
from pygls.uris import from_fs_path

from contractlang.source import Source, Span


def offset_of(source: Source, position: Position) -> int:
    """Return the character that `position` means."""
    line = min(max(position.line, 0), len(source.lines) - 1)
    text = source.lines[line]
    if position.line > line:
        return source.line_starts[line] + len(text)
    if text.isascii():
        return source.line_starts[line] + min(max(position.character, 0), len(text))
    units = 0
    for column, letter in enumerate(text):
        if units >= position.character:
            return source.line_starts[line] + column
        units += 2 if letter > "\uffff" else 1
    return source.line_starts[line] + len(text)


def position_of(source: Source, offset: int) -> Position:
    """Return where the character at `offset` stands."""
    offset = min(max(offset, 0), len(source.text))
    line = bisect_right(source.line_starts, offset) - 1
    return Position(line, units_in(source.text[source.line_starts[line] : offset]))


def units_in(text: str) -> int:
    """Return how many UTF-16 units `text` has."""
    return len(text) if text.isascii() else len(text) + sum(letter > "\uffff" for letter in text)


def range_of(source: Source, start: int, end: int) -> Range:
    """Return the stretch from the character `start` up to, not including, `end`."""
    return Range(position_of(source, start), position_of(source, end))


def location_of(source: Source, span: Span) -> Location:
    """Return a span of a file as editors name it."""
    return Location(from_fs_path(span.path) or span.path, range_of(source, span.start, span.end))
