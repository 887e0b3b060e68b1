"""What stands beside each clause of an agreement, as plain text: the same words as on the generated pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.words import (
    Sentence,
    say_sentence,
)
from engine.documents.called import SORTS, norm_called, sort_of
from engine.documents.clause import NORMS, OTHER, rows_of
from engine.documents.left_open import open_in
from engine.documents.markup import pick, plain
from engine.documents.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Note:
    """One thing said beside a clause: its head, what it says in words, and what it hangs together with, by term."""

    head: str
    words: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """A clause: its number, its lines as printed, whether it is only a heading, and what is said of it."""

    number: str
    lines: tuple[str, ...]
    heading: bool
    said: tuple[Note, ...]


def annotated(shelf: Shelf, contract: Contract, language: Language) -> tuple[Annotated, ...]:
    """Return the clauses of a document with what stands beside each."""
    found = []
    for clause in contract.clauses:
        said = shelf.sentences(contract, clause.number)
        notes = [_note(shelf, contract, each, language) for each in said]
        for title, items in open_in(shelf, contract, clause, said, language):
            notes.append(Note(title, tuple(plain(each) for each in items)))
        found.append(Annotated(clause.number, clause.lines, clause.is_heading, tuple(notes)))
    return tuple(found)


def _note(shelf: Shelf, contract: Contract, said: Sentence, language: Language) -> Note:
    head = pick(language, *SORTS[sort_of(said)])
    if isinstance(said, NORMS):
        head += f" {norm_called(said, contract, language, contract.name)}"
    spoken = tuple(say_sentence(said, contract, each) for each in (language, OTHER[language]))
    return Note(head, spoken, tuple(_rows(shelf, contract, said, language)))


def _rows(shelf: Shelf, contract: Contract, said: Sentence, language: Language) -> Iterator[tuple[str, str]]:
    for term, told in rows_of(shelf, contract, said, language):
        yield term, plain(told)
