"""How wide text is in columns of a fixed width, and lines of it: a Chinese letter is as wide as two others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width


def wide(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(map(_columns, text))


def _columns(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Return a text with blanks behind it up to a width, with one at least."""
    return text + " " * max(1, width - wide(text))


def shortened(text: str, width: int) -> str:
    """Return as much of a text as there is room for."""
    room = width
    for place, letter in enumerate(text):
        room -= _columns(letter)
        if room < 0:
            return text[: place - 1] + "…"
    return text


def wrapped(text: str, width: int, first: str, then: str) -> Iterator[str]:
    """Yield a text in lines of a width, the first one begun with `first`, the others with `then`."""
    for number, each in enumerate(folded(text, width - wide(then), wide(first) - wide(then))):
        yield (then if number else first) + each


def folded(text: str, width: int, taken: int = 0) -> list[str]:
    """Return a text in lines of a width; `taken` columns of the first one are taken already."""
    found, line = [], ""
    for piece in re.findall(r"\s+|[^\s\u2e80-\uffef]+|[\u2e80-\uffef][，。；：、！？）”》]*", text):
        size = wide(piece)
        if line and taken + size > width:
            found.append(line.rstrip())
            line, taken = "", 0
            if piece.isspace():
                continue
        line, taken = line + piece, taken + size
    return [*found, line.rstrip()] if line.strip() or not found else found
