"""What a world is told of a program, thing by thing: each can be named, and its content told apart from another.

A world notes by name whatever it looks at, so that an answer of the solver's can be kept for as long as the same names
have the same contents. Norms are named by their document and number, never by their place among the others: a norm more
or less leaves the names of the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from hashlib import blake2b
from types import BuiltinFunctionType
from typing import Any

from contractlang.contract import base_name
from contractlang.declaration import BlankDecl, OccurrenceDecl, StateDecl
from contractlang.records import fields_of
from engine.evaluator import Evaluator, made_of
from engine.program import LifeRule, Program, Rule
from engine.statuses import Norms
from engine.terms import Terms

Read = tuple[str, str, str]
"""What was looked at: in which program (its label), the sort of thing, and which one."""

SHAPE = frozenset((
    "index", "document", "home", "norm", "act_name", "trigger_name", "on_breach_of", "self_triggered", "variable",
))  # fmt: skip
"""What tells whom a norm binds, to which act, and upon what: who lists its instances looks at no more. Of `norm` itself
a world may ask for what `_shape` says."""
_PLACES = ("index", "on_breach_of", "yields_to", "numbered", "excepts", "excepts_same", "suspends", "resumes")


class Seen:
    """One program under some terms, as worlds look at it. `label` tells it from others of one analysis."""

    def __init__(self, program: Program, terms: Terms, label: str = "") -> None:
        self.program, self.terms, self.label = program, terms, label
        self.taken = program.taken(terms)
        self.names = tuple(_named_apart(program))
        self._contents: dict[tuple[str, str], str] = {}
        self._held: dict[tuple[str, str], Any] = {}

    def name(self, rule: Rule) -> str:
        """Return what a norm is called, apart from every other of the program."""
        return self.names[rule.index]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def get(self, sort: str, name: str) -> Any:
        """Return what is to be seen under a name."""
        if (sort, name) not in self._held:
            self._held[sort, name] = _SORTS[sort](self, name)
        return self._held[sort, name]

    def content(self, sort: str, name: str) -> str:
        """Return the hash of what is under a name; none of what is not there, or cannot be told."""
        if (sort, name) not in self._contents:
            self._contents[sort, name] = self._content(sort, name)
        return self._contents[sort, name]

    def _content(self, sort: str, name: str) -> str:
        try:
            match sort:
                case "rule":
                    told = self._rule(self.program.rules[self._places[name]])
                case "shape":
                    told = self._shape(self.program.rules[self._places[name]])
                case _:
                    told = self._told(self.get(sort, name))
        except (LookupError, TypeError):
            return ""
        return blake2b(told.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    # -- contents

    def _shape(self, rule: Rule) -> str:
        norm = rule.norm
        said = (
            type(norm).__name__, norm.bearer, norm.trigger is None, norm.survives, norm.id, norm.clause, rule.document,
            rule.home, rule.act_name, rule.trigger_name, rule.self_triggered, rule.variable,
        )  # fmt: skip
        return self._told(said) + self._norms(sorted(rule.on_breach_of))

    def _rule(self, rule: Rule) -> str:
        told = [self._shape(rule)]
        for field in dataclasses.fields(rule):
            value = getattr(rule, field.name)
            match field.name:
                case "norm" | "index" | "life":
                    continue
                case name if name in _PLACES:
                    told.append(self._norms(sorted(value)))
                case "prevailed_by":
                    told += [self._norms([i]) + self._told((when, place)) for i, when, place in value]
                case "limited_to":
                    told += [self._norms(all_) + self._told((when, place)) for all_, when, place in value]
                case _:
                    told.append(self._told(value))
            told.append(field.name)
        return "\n".join(told)

    def _norms(self, places: Any) -> str:
        return f"norms {[self.names[each] for each in places]}"

    def _told(self, value: Any) -> str:
        """Return a value in words that are the same for the same value. Raises TypeError for what has none."""
        kind: Any = type(value)
        match value:
            case None | bool() | int() | str() | Decimal() | date():
                return repr(value)
            case Enum():
                return str(value)
            case BuiltinFunctionType():  # A sign such as `<=`.
                return value.__name__
            case Rule():
                return self.names[value.index]
            case tuple() | list():
                return f"[{','.join(map(self._told, value))}]"
            case frozenset() | set():
                return f"{{{','.join(sorted(map(self._told, value)))}}}"
            case dict():
                return f"{{{','.join(sorted(f'{key!r}:{self._told(each)}' for key, each in value.items()))}}}"
            case Norms():
                return f"{self._norms(value.indexes)}{self._told((value.about, value.variable))}"
            case Evaluator():
                # What a fold counts with hangs on what it folds over.
                names = tuple(name for name in made_of(kind) if name != "counts")
            case _ if dataclasses.is_dataclass(value):
                names = _meaning_of(kind)
            case _:
                raise TypeError(f"{kind.__name__} cannot be told")
        return f"{kind.__name__}({','.join([self._told(getattr(value, name)) for name in names])})"


@cache
def _meaning_of(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in fields_of(kind) if name != "span")


def _named_apart(program: Program) -> list[str]:
    found: dict[str, int] = {}
    names = []
    for rule in program.rules:
        options = "".join(f" {each.reading}={each.option}" for each in rule.option)
        name = f"{rule.document}/{rule.norm.id}{options}"
        found[name] = found.get(name, 0) + 1
        names.append(name if found[name] == 1 else f"{name} #{found[name]}")
    return names


# -- what there is to be seen


def _kinds(seen: Seen, name: str) -> Any:
    return [touch.declared for touch in seen.program.touches.values() if name in touch.names]


def _setting(seen: Seen, state: str) -> Any:
    return [
        each
        for each in seen.program.declarations.values()
        if isinstance(each, OccurrenceDecl)
        and state in {effect.state for effect in each.sets} | {shown.state for shown in each.shows}
    ]


def _ending(seen: Seen, _: str) -> Any:
    return [
        each
        for each in seen.program.acts.values()
        if any(effect.state == "agreement" for effect in each.sets)
    ]


def _relations(seen: Seen, name: str) -> Any:
    return [
        relation.right
        for contract in seen.program.contracts
        for relation in contract.relations
        if relation.how == "only_after" and relation.left == name
    ]


def _called(seen: Seen, name: str) -> Any:
    return [
        each
        for each in seen.program.declarations.values()
        if isinstance(each, BlankDecl) and name in (each.name, each.alias)
    ]


def _monthly(seen: Seen, name: str) -> Any:
    aliases = {word for each in _called(seen, name) for word in (each.name, each.alias) if word}
    return any(
        each.kind.name == "count"
        for each in seen.program.declarations.values()
        if isinstance(each, BlankDecl) and {each.name, each.alias} & aliases
    )


def _words(seen: Seen, _: str) -> Any:
    """Return every option there is, in the order in which they are declared."""
    declared = [
        option.name
        for each in seen.program.declarations.values()
        for option in getattr(each, "options", None) or ()
    ]
    return list(dict.fromkeys((*declared, *(o for each in seen.program.readings.values() for o in each[1]))))


def _taking_effect(seen: Seen, document: str) -> list[LifeRule]:
    return [each for each in seen.program.life.get(document, ()) if each.life.how == "takes_effect"]


def _first_option(seen: Seen, state: str) -> Any:
    declared = seen.program.declarations[state]
    if not isinstance(declared, StateDecl) or not declared.options:
        return None
    return str(seen.terms.states.get(state, declared.options[0].name))


_SORTS: dict[str, Callable[[Seen, str], Any]] = {
    "act": lambda seen, name: [seen.program.rules[index] for index in seen.program.by_act[name]],
    "declared": lambda seen, name: seen.program.declarations.get(name),
    "kinds": _kinds, "setting": _setting, "ending": _ending, "relations": _relations, "called": _called,
    "monthly": _monthly, "words": _words, "first option": _first_option,
    "parties": lambda seen, _: seen.program.bound_parties,
    "options": lambda seen, name: seen.program.options.get(name, ()),
    "question": lambda seen, name: (seen.program.questions[name], seen.terms.answers.get(name)),
    "gap": lambda seen, name: name in seen.program.gaps,
    "given": lambda seen, name: seen.terms.blanks.get(name),
    "fills": lambda seen, name: seen.program.fills.get(name, ()),
    "sums": lambda seen, name: [
        (each.home, each.variable, each.value, each.where, each.holds) for each in seen.program.sums.get(name, ())
    ],
    "life": lambda seen, name: [
        (each.life.how, each.life.document, each.holds, each.value) for each in seen.program.life.get(name, ())
    ],
    "waits": lambda seen, name: any(
        name in (each.life.document, base_name(each.life.document)) for each in _taking_effect(seen, name)
    ),
    "takes effect": lambda seen, name: [(each.holds, each.value) for each in _taking_effect(seen, name)],
    "lasts": lambda seen, name: [
        each.value for each in seen.program.life.get(name, ()) if each.life.how == "lasts"
    ],
    "taken": lambda seen, name: seen.taken.options.get(name),
    "reading": lambda seen, name: seen.program.readings[name][1],
}  # fmt: skip
