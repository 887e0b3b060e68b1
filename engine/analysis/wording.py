"""What the words of `no_conflict_when` mean of a history: a table says it, and what is declared speaks for itself.

The table names values (`true`), or how a number compares (`>=N`, `<=N`: in what it means, `N` is that number, and
`N+10` ten more). What it does not know may be the name, in any language or by its id, of a blank, an attribute, a
reading, a question or a state, which then has that value; or of an act or event, which has happened or never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
)

Meaning = Mapping[str, Any]
"""What is assumed of every history, as `Assuming.of` takes it."""

_COMPARED = re.compile(r"(>=|<=|>|<|=|==|)\s*(\d+)")
_BETWEEN = re.compile(r"(\d+)\s*(?:\.\.|-|–)\s*(\d+)")
_NUMBER = re.compile(r"\bN(?:\+(\d+))?\b")
_YES, _NO = ("true", "yes"), ("false", "no")


class Wording:
    """The tables of a file of words, and what documents declare."""

    def __init__(self, words: Mapping[str, Any], contracts: Iterable[Contract]) -> None:
        self.words = words
        self.declared = {
            id(each): each for contract in contracts for each in contract.declarations.values()
        }.values()

    def meant(self, name: str, value: Any) -> Iterator[Meaning]:
        """Yield what `name: value` means, all of which holds; nothing where nothing says it."""
        table = {
            _word(key): meaning
            for key, meaning in self.words.get("no_conflict_when", {}).get(name, {}).items()
        }
        if _word(value) in table:
            yield table[_word(value)]
            return
        bounds = [(f"{sign}n", number) for sign, number in _bounds(_word(value))]
        if bounds and all(pattern in table for pattern, _ in bounds):
            yield from (_numbered(table[pattern], number) for pattern, number in bounds)
            return
        yield from self._declared(name, value)

    def _declared(self, name: str, value: Any) -> Iterator[Meaning]:
        known = self.words.get("parameters", {}).get(name, name)
        owner, _, attribute = known.partition(".") if isinstance(known, str) else ("", "", "")
        for each in self.declared:
            if owner not in (each.name, each.alias, getattr(each, "external", "")):
                continue
            match each:
                case BlankDecl():
                    yield {"settings": {known: value}}
                case PartyDecl() if attribute:
                    yield {"settings": {known: value}}
                case ReadingDecl():
                    yield {"readings": {name: _word(value)}}
                case QuestionDecl():
                    yield {"answers": {name: _word(value)}}
                case StateDecl():
                    yield {"states": {name: value}}
                case OccurrenceDecl():
                    yield from _happened(each.name, value)
                case _:
                    pass
        for event in self.words.get("events", {}).get(name, ()):
            yield from self._told(event, value)

    def _told(self, event: Mapping[str, Any], value: Any) -> Iterator[Meaning]:
        """Yield what it means of an event of the file that it is so: that it happened, or what it was about."""
        if _word(value) in (*_YES, *_NO):
            yield from _happened(event["name"], value)
        elif len(fields := event.get("fields", {})) == 1:
            (field,) = fields
            values = self.words.get("values", {}).get(field, {})
            known = value if value in values.values() else values.get("else", value)
            yield {"fields": {f"{event['name']}.{field}": values.get(value, known)}}


def _happened(name: str, value: Any) -> Iterator[Meaning]:
    if _word(value) in _YES:
        yield {"since": [{"of": name, "at_least": "0 minutes"}]}
    elif _word(value) in _NO:
        yield {"never": [name]}


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _bounds(written: str) -> list[tuple[str, int]]:
    """Return a comparison as bounds that are included; none of what is no comparison."""
    if between := _BETWEEN.fullmatch(written):
        return [(">=", int(between[1])), ("<=", int(between[2]))]
    found = _COMPARED.fullmatch(written)
    if found is None:
        return []
    sign, number = found[1], int(found[2])
    match sign:
        case ">":
            return [(">=", number + 1)]
        case "<":
            return [("<=", number - 1)]
        case ">=" | "<=":
            return [(sign, number)]
        case _:
            return [(">=", number), ("<=", number)]


def _numbered(meaning: Any, number: int) -> Any:
    """Return what is meant with the number written in."""
    match meaning:
        case dict():
            return {key: _numbered(each, number) for key, each in meaning.items()}
        case list():
            return [_numbered(each, number) for each in meaning]
        case str():
            return _NUMBER.sub(lambda found: str(number + int(found[1] or 0)), meaning)
        case _:
            return meaning
