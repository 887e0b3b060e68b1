"""The part of a large document that some of its sentences rest on, as a document of its own.

A sentence rests on the norms it names, on all that speak of the same act, on the named sums it asks for, on what fills
its blanks, on what sets the states it asks about, and on what prevails over any of these. `any norm` rests on nothing
further: of a duty left out, nothing is asked. What is cut so answers about its acts as the whole document does, and is
made ready in a fraction of the time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from contractlang.contract import Contract
from contractlang.declaration import OccurrenceDecl, PartyDecl, QuestionDecl, ReadingDecl, StateDecl, TypeDecl
from contractlang.expression import (
    AmountOf,
    Answer,
    BlankValue,
    ByAct,
    ByClause,
    ByLabel,
    ByState,
    Chosen,
    Const,
    Happened,
    IsBlank,
    StateValue,
)
from contractlang.kinds import Kind
from contractlang.norms import AmountRule, Life, OnOccurrence, Reasonable
from contractlang.numerals import plain_number
from engine.analysis.meaning import Sentence, mentioned, sentences
from engine.walk import walk

SMALL = 200
"""Documents of no more sentences than this are small: the whole costs little more than a part."""

_ALWAYS = frozenset({"rest_days", "day_end", "cutoff"})


class Mentions:
    """What each sentence of a document mentions, and who mentions it: labels, clauses, acts, states, names."""

    def __init__(self, contract: Contract, held: Iterable[Sentence] | None = None) -> None:
        self.contract = contract
        self.sentences = tuple(held) if held is not None else sentences(contract)
        self.names: dict[Sentence, frozenset[str]] = {}
        self.targets: dict[Sentence, frozenset[str]] = {}
        self.by_name: dict[str, list[Sentence]] = {}
        self.called: dict[str, list[Sentence]] = {}
        self.on_act: dict[str, list[Sentence]] = {}
        self.pointing: dict[str, list[Sentence]] = {}
        for each in self.sentences:
            self._take(each)
        self.setters: dict[str, list[str]] = {}
        for declared in contract.declarations.values():
            if isinstance(declared, OccurrenceDecl):
                for state in (*(e.state for e in declared.sets), *(e.state for e in declared.shows)):
                    self.setters.setdefault(state, []).append(declared.name)

    def _take(self, each: Sentence) -> None:
        names, targets = _mentioned_by(each)
        self.names[each], self.targets[each] = names, targets
        for name in names:
            self.by_name.setdefault(name, []).append(each)
        for name in targets:
            self.pointing.setdefault(name, []).append(each)
        norm = each.norm
        if norm is not None:
            for name in {norm.label, plain_number(norm.clause)} - {""}:
                self.called.setdefault(name, []).append(each)
            if hasattr(norm, "act"):
                self.on_act.setdefault(norm.act.name, []).append(each)
        elif isinstance(each.said, AmountRule):
            self.called.setdefault(each.said.name, []).append(each)

    def speaking(self, of: str) -> list[Sentence]:
        """Return the sentences that name a norm by its label or clause, or any duty or power about an act."""
        return self.pointing.get(of, [])

    def rest_on(self, of: Iterable[Sentence], acts: Iterable[str] = ()) -> set[Sentence]:
        """Return what sentences and questions about acts rest on, themselves included."""
        found: set[Sentence] = set()
        waiting = [*of]
        seen: set[str] = set()

        def look(names: Iterable[str], where: dict[str, list[Sentence]]) -> None:
            for name in names:
                waiting.extend(where.get(name, ()))

        def act(name: str) -> None:
            if name not in seen:
                seen.add(name)
                look((name,), self.on_act)

        for name in acts:
            act(name)
        waiting += [each for each in self.sentences if isinstance(each.said, Life)]
        while waiting:
            each = waiting.pop()
            if each in found:
                continue
            found.add(each)
            look(self.targets[each], self.called)
            for name in self.targets[each] & self.contract.declarations.keys():
                act(name)
            norm = each.norm
            if norm is not None:
                if hasattr(norm, "act"):
                    act(norm.act.name)
                # What prevails over it, or lets it lapse, is said elsewhere.
                for name in {norm.label, plain_number(norm.clause)} - {""}:
                    waiting.extend(o for o in self.pointing.get(name, ()) if o.norm is None)
            for name in self.names[each]:
                declared = self.contract.declarations.get(name)
                if isinstance(declared, StateDecl) and declared.in_law:
                    for setter in self.setters.get(name, ()):
                        act(setter)
                if declared is None and name in self.called:
                    waiting.extend(self.called[name])
        return found


def _mentioned_by(each: Sentence) -> tuple[frozenset[str], frozenset[str]]:
    """Return the declared names in a sentence, and the labels, clauses and acts by which it names norms."""
    names: set[str] = set()
    targets: set[str] = set()
    said = each.said
    for part in mentioned(said):
        match part:
            case ByLabel():
                targets.add(part.label)
            case ByClause():
                targets.add(plain_number(part.clause))
            case ByAct():
                targets.add(part.act)
                names.add(part.act)
            case ByState():
                names.add(part.state)
            case Happened() | OnOccurrence():
                names.add(part.name)
            case StateValue() | BlankValue() | IsBlank() | AmountOf():
                names.add(part.name)
            case Answer() | Reasonable():
                names.add(part.question)
            case Chosen():
                names.add(part.reading)
            case Const() if part.kind.name == "norm":
                targets.add(str(part.value))
            case _:
                name = getattr(part, "name", None)
                if isinstance(name, str):
                    names.add(name)
    for label in ("suspends", "resumes"):
        if value := getattr(said, label, None):
            targets.add(value)
    if isinstance(said, AmountRule):
        names.add(said.name)
    blank = getattr(said, "blank", None)
    if isinstance(blank, str):
        names.add(blank)
    return frozenset(names), frozenset(targets)


def cut(mentions: Mentions, kept: set[Sentence], also: Iterable[str] = ()) -> Contract:
    """Return a document with those of its sentences that are kept, and what these and `also` need declared."""
    contract = mentions.contract
    parts: dict[str, list[object]] = {}
    for each in mentions.sentences:
        if each in kept:
            parts.setdefault(_FIELDS[each.place[0]], []).append(each.said)
    names = {name for each in kept for name in mentions.names[each]} | set(also)
    declared = _declared(contract, names, mentions.setters)
    relations = tuple(each for each in contract.relations if {each.left, each.right} <= declared.keys())
    filled = {name: tuple(parts.get(name, ())) for name in _FIELDS.values()}
    return dataclasses.replace(contract, declarations=declared, relations=relations, **filled)  # type: ignore[arg-type]


_FIELDS = {
    "norm": "norms", "AmountRule": "amounts", "LossRule": "losses", "Priority": "priorities", "Bar": "bars",
    "Life": "life", "Fill": "fills",
}  # fmt: skip


def _declared(contract: Contract, names: set[str], setters: dict[str, list[str]]) -> dict[str, object]:
    held = contract.declarations
    wanted = {
        name for name, each in held.items() if isinstance(each, PartyDecl | TypeDecl) or name in _ALWAYS
    }
    waiting = [*names]
    add: Callable[[str], None] = waiting.append
    while waiting:
        name = waiting.pop()
        declared = held.get(name)
        if declared is None or (name in wanted and not isinstance(declared, TypeDecl | PartyDecl)):
            continue
        wanted.add(name)
        match declared:
            case OccurrenceDecl():
                for effect in declared.sets:
                    add(effect.state)
                for shown in declared.shows:
                    add(shown.state)
                    add(shown.since)
                for param in declared.params:
                    _of_kind(param.kind, add)
                if declared.kind_of:
                    add(declared.kind_of)
            case StateDecl():
                for setter in setters.get(name, ()):
                    add(setter)
            case QuestionDecl():
                if declared.about:
                    add(declared.about)
            case ReadingDecl():
                for option in declared.options:
                    for default in option.defaults:
                        for part in walk(default.when) if default.when is not None else ():
                            if isinstance(getattr(part, "name", None), str):
                                add(part.name)
            case _:
                pass
    return {name: each for name, each in held.items() if name in wanted}


def _of_kind(kind: Kind, add: Callable[[str], None]) -> None:
    if kind.name in ("occurrence", "one of") and kind.of:
        add(kind.of)
