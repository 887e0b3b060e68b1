"""An agreement as it is printed: its title and its lines, each with the number that stands before it."""

from __future__ import annotations

from dataclasses import dataclass

from contractlang.diagnostic import Said
from contractlang.source import Source

NO_LIBRARY = (
    "needs the libraries in requirements/print.txt: pip install --require-hashes -r requirements/print.txt"
)


class UnreadablePaper(Exception):
    """A document cannot be read; the message says why, and what to save it as."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the number that was counted for it, as it is printed, and the words after it.

    `number` is empty where nothing was counted: then a number may still stand typed in `words`.
    """

    words: str
    number: str = ""

    @property
    def text(self) -> str:
        """The line as printed."""
        return (self.number + self.words).strip()


@dataclass(frozen=True, slots=True)
class Printed:
    """What was read of a document: its title if it says which words that is, its lines, and what is to be known."""

    title: str
    lines: tuple[Line, ...]
    notes: tuple[Said, ...] = ()


def of_text(source: Source) -> Printed:
    """Return a plain text as it is printed."""
    pages = source.text.replace("\f", "\n").split("\n")
    return Printed("", tuple(Line(each) for each in pages if each.strip()))
