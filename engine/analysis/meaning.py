"""What each sentence of two documents says, so that the same is known as the same: whatever it is called, wherever it
stands, and in whatever order its conditions are written.

A sentence that both documents have word for word at one place is the same. Every other is laid bare: no places, no
variables' names, conditions in one order, and in the place of a label what the norms of that label say. Since norms
speak of one another in circles, that is done in rounds, until no round tells more sentences apart (as graphs are
compared by colouring them).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from contractlang.contract import Contract
from contractlang.expression import And, Bound, ByClause, ByDocument, ByLabel, Compare, Const, Not, Or
from contractlang.kinds import NORM
from contractlang.norms import (
    AmountRule,
    Bar,
    Fill,
    Life,
    LossRule,
    Norm,
    NormBase,
    OnBreach,
    OnOccurrence,
    Priority,
)
from contractlang.numerals import plain_number
from contractlang.source import Span
from contractlang.values import Period

Said = Norm | AmountRule | LossRule | Priority | Bar | Life | Fill
"""A sentence that means something."""

Place = tuple[str, str, int]
"""Where a sentence stands in its document: what kind it is of, its id or clause, and which of several it is there."""


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of one document, and its place."""

    place: Place
    said: Said

    @property
    def clause(self) -> str:
        """The clause beneath which it stands."""
        return self.said.clause

    @property
    def norm(self) -> Norm | None:
        """The norm that it is, where it is one."""
        return self.said if isinstance(self.said, NormBase) else None


def sentences(contract: Contract) -> tuple[Sentence, ...]:
    """Return the sentences of a document that mean something, in the order of the text within each kind."""
    counted: Counter[tuple[str, str]] = Counter()
    found = []
    for said in (
        *contract.norms, *contract.amounts, *contract.losses, *contract.priorities, *contract.bars, *contract.life,
        *contract.fills,
    ):  # fmt: skip
        kind = "norm" if isinstance(said, NormBase) else type(said).__name__
        key = kind, said.id if isinstance(said, NormBase) else said.clause
        found.append(Sentence((*key, counted[key]), said))
        counted[key] += 1
    return tuple(found)


def alike(one: Any, other: Any) -> bool:
    """Tell whether two values of the language are the same but for the places where they stand."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    return _alike(one, other, kind)


def _alike(one: Any, other: Any, kind: Any) -> bool:
    if kind is tuple:
        return len(one) == len(other) and all(map(alike, one, other))
    names = _parts(kind)
    if names is None:
        return bool(one == other)
    return all(alike(getattr(one, name), getattr(other, name)) for name in names)


@cache
def _parts(kind: Any) -> tuple[str, ...] | None:
    """Return the names of what a class is made of, places left out; None for a plain value."""
    if not dataclasses.is_dataclass(kind) or kind is Span:
        return None
    return tuple(
        each.name
        for each in dataclasses.fields(kind)
        if each.name != "span" and (each.name != "document" or kind is ByDocument)
    )


class Meanings:
    """The sentences of two versions of a document, told apart by what they say.

    `same` pairs the sentences that say the same; `left` and `right` are those of each version that have no match.
    """

    def __init__(self, old: Contract, new: Contract) -> None:
        self.contracts = (old, new)
        self.old, self.new = sentences(old), sentences(new)
        there = {each.place: each for each in self.new}
        kept = [
            (each, there[each.place])
            for each in self.old
            if each.place in there and alike(each.said, there[each.place].said)
        ]
        self.word_for_word = {one for one, _ in kept} | {other for _, other in kept}
        self._colours: dict[Sentence, object] = {}
        for one, other in kept:
            self._colours[one] = self._colours[other] = ("kept", one.place)
        self._bare = {
            each: bare(each.said) for each in (*self.old, *self.new) if each not in self.word_for_word
        }
        self._olds = set(self.old)
        self._named = (_by_name(self.old), _by_name(self.new))
        self._equal: dict[Sentence, object] = {}
        self._match()
        meant_otherwise = self._other_names()
        if meant_otherwise:
            self._unkeep(kept, meant_otherwise)
            self._match()

    def _other_names(self) -> set[str]:
        """Return the labels and clauses by which the two versions call norms that do not say the same."""
        old, new = self._named
        return {
            name
            for name in old.keys() & new.keys()
            if {each.place for each in old[name]} != {each.place for each in new[name]}
            and {self._colours[each] for each in old[name]} != {self._colours[each] for each in new[name]}
        }

    def _unkeep(self, kept: list[tuple[Sentence, Sentence]], names: set[str]) -> None:
        """Look again at sentences that are word for word the same but name other norms than before."""
        for one, other in kept:
            if any(_name_in(part) in names for part in mentioned(one.said)):
                self.word_for_word -= {one, other}
                self._bare |= {each: bare(each.said) for each in (one, other)}

    def unite(self, old: Iterable[Sentence], new: Iterable[Sentence]) -> None:
        """Let some sentences together count as saying what some of the other version say: that was proved otherwise."""
        both = (*old, *new)
        self._equal |= dict.fromkeys(both, ("proved", both[0].place))
        self._match()

    def laid_bare(self, of: Sentence, said: Said) -> Any:
        """Return what `said` says, as if it stood where a sentence stands."""
        named = self._named[0 if of in self._olds else 1]
        return self._seen_through(bare(said), named)

    def lay(self, of: Sentence) -> Callable[[Any], Any]:
        """Return what lays a condition bare: variables by what they stand for, labels seen through."""
        named = self._named[0 if of in self._olds else 1]
        trigger = getattr(of.said, "trigger", None)
        names = {} if trigger is None else {trigger.variable: "$it"}
        return lambda expr: self._seen_through(plainly(expr, names), named)

    def _match(self) -> None:
        self._colour()
        waiting: dict[object, list[Sentence]] = {}
        for each in self.new:
            waiting.setdefault(self._colours[each], []).append(each)
        self.same: list[tuple[Sentence, Sentence]] = []
        self.left: list[Sentence] = []
        for each in self.old:
            others = waiting.get(self._colours[each], [])
            # Of several that say the same, the one at the same place comes first.
            found = next((o for o in others if o.place == each.place), others[0] if others else None)
            if found is None:
                if each not in self._equal:
                    self.left.append(each)
            else:
                others.remove(found)
                self.same.append((each, found))
        matched = {other for _, other in self.same}
        self.right = [each for each in self.new if each not in matched and each not in self._equal]

    def _colour(self) -> None:
        """Tell the sentences apart that are not word for word the same."""
        halves = [
            (named, [each for each in half if each in self._bare])
            for named, half in zip(self._named, (self.old, self.new), strict=True)
        ]
        for _, half in halves:
            self._colours |= dict.fromkeys(half, "")
        told = 0
        while True:
            # Each round looks through the names of the round before.
            made: dict[Sentence, object] = {}
            for named, half in halves:
                for each in half:
                    made[each] = self._equal.get(each) or hash(self._seen_through(self._bare[each], named))
            self._colours |= made
            count = len({*made.values()})
            if count == told:
                return
            told = count

    def _seen_through(self, value: Any, named: Mapping[str, list[Sentence]]) -> Any:
        """Return a bare sentence with what they say in the place of the norms it names."""
        if type(value) is Name:
            meant = [self._colours[each] for each in named.get(value.name, ())]
            return ("norms", *sorted({*map(repr, meant)})) if meant else value.name
        if type(value) is tuple:
            return tuple(self._seen_through(each, named) for each in value)
        return value


@dataclass(frozen=True, slots=True)
class Name:
    """A label or clause number in a bare sentence: it stands for the norms it names."""

    name: str


def _name_in(part: Any) -> str | None:
    """Return by what name a part of a sentence calls norms."""
    match part:
        case ByLabel():
            return part.label
        case ByClause():
            return plain_number(part.clause)
        case Const() if part.kind == NORM:
            return str(part.value)
        case _:
            return getattr(part, "suspends", None) or getattr(part, "resumes", None)


def _by_name(held: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for each in held:
        norm = each.norm
        if norm is not None:
            if norm.label:
                found.setdefault(norm.label, []).append(each)
            found.setdefault(plain_number(norm.clause), []).append(each)
    return found


def bare(said: Said) -> Any:
    """Return what a sentence says, as plain tuples: without its place, its label, the names of its variables."""
    names: dict[str, str] = {}
    trigger = getattr(said, "trigger", None)
    if trigger is not None:
        names[trigger.variable] = "$it"
    variable = getattr(said, "variable", None)
    if variable:
        names[variable] = "$clause"
    found: list[Any] = [type(said).__name__]
    kind: Any = type(said)
    for name in _parts(kind) or ():
        value = getattr(said, name)
        if name in ("id", "clause", "label", "variable", "alias"):
            continue
        if name in ("suspends", "resumes") and value:
            found.append(Name(value))
        elif name == "option":
            found.append(tuple(sorted((each.reading, each.option) for each in value)))
        elif name == "excepts":
            found.append(("excepts", *sorted((plainly(each, names) for each in value), key=repr)))
        else:
            found.append(plainly(value, names))
    return tuple(found)


def plainly(value: Any, names: Mapping[str, str]) -> Any:
    """Return an expression, window or trigger as plain tuples, its conditions in one order.

    Double negations go, `not (A and B)` becomes `not A or not B`, a week is seven days. A comparison is not turned
    round: of what is not known, `not x < 5` is true and `x >= 5` is not.
    """
    match value:
        case Not():
            return _denied(value.part, names)
        case And() | Or():
            return _joined(type(value), value.parts, names)
        case Compare():
            left, right = plainly(value.left, names), plainly(value.right, names)
            if value.op in (">", ">="):
                return ("Compare", {">": "<", ">=": "<="}[value.op], right, left)
            if value.op in ("==", "!="):
                left, right = sorted((left, right), key=repr)
            return ("Compare", value.op, left, right)
        case Bound():
            return ("Bound", names.get(value.name, value.name))
        case Const() if value.kind == NORM:
            return ("Const", Name(str(value.value)))
        case ByLabel():
            return ("ByLabel", Name(value.label), plainly(value.about, names))
        case ByClause():
            return ("ByClause", Name(plain_number(value.clause)))
        case OnOccurrence():
            return ("on", value.name, plainly(value.where, names))
        case OnBreach():
            return ("on breach", plainly(value.target, names), plainly(value.where, names))
        case Period() if value.unit == "weeks":
            return plainly(Period(value.count * 7, "days"), names)
        case tuple():
            return tuple(plainly(each, names) for each in value)
        case _:
            pass
    kind: Any = type(value)
    parts = _parts(kind)
    if parts is None:
        return value
    return (type(value).__name__, *(plainly(getattr(value, each), names) for each in parts))


def _denied(part: Any, names: Mapping[str, str]) -> Any:
    match part:
        case Not():
            return plainly(part.part, names)
        case And():
            return _joined(Or, tuple(Not(each) for each in part.parts), names)
        case Or():
            return _joined(And, tuple(Not(each) for each in part.parts), names)
        case _:
            return ("Not", plainly(part, names))


def _joined(kind: type, parts: Iterable[Any], names: Mapping[str, str]) -> Any:
    found: dict[Any, None] = {}
    for each in parts:
        made = plainly(each, names)
        inner = made[1:] if type(made) is tuple and made[:1] == (kind.__name__,) else (made,)
        found |= dict.fromkeys(inner)
    several = sorted(found, key=repr)
    return several[0] if len(several) == 1 else (kind.__name__, *several)


def mentioned(value: Any) -> Iterator[Any]:
    """Yield every part of a sentence that is made of parts."""
    kind: Any = type(value)
    if kind is tuple:
        for each in value:
            yield from mentioned(each)
        return
    names = _parts(kind)
    if names is None:
        return
    yield value
    for name in names:
        yield from mentioned(getattr(value, name))
