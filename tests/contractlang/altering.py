"""Every part of every sentence of a contract, changed for another that could stand there.

Where `engine/testing/mutants.py` makes the slips that a drafter makes, this goes through all fields of all classes in
`contractlang/expression.py` and `contractlang/norms.py`: each name for others of its sort, each value for a neighbour,
each expression and target for others of its kind that the contract has, each part that may be missing left out or put
in. Places, ids and labels of a sentence are no part of what it means, and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    TypeDecl,
)
from contractlang.expression import (
    AmountOf,
    And,
    AnyNorm,
    Arithmetic,
    AsOf,
    BlankValue,
    Bound,
    ByAct,
    ByClause,
    ByDocument,
    ByLabel,
    ByState,
    Chosen,
    Compare,
    Const,
    CountOf,
    Field,
    Happened,
    IsBlank,
    Now,
    Or,
    StateValue,
    SumOf,
    kind_of,
)
from contractlang.kinds import DAY, FLAG, NORM, Kind
from contractlang.norms import (
    Act,
    AmountRule,
    AtOnce,
    Bar,
    BeforeDay,
    ByDay,
    Clock,
    Fill,
    Life,
    OnBreach,
    OnOccurrence,
    Power,
    Priority,
    Reasonable,
    Remark,
    Standing,
    Who,
    Window,
    Within,
)
from contractlang.source import Span
from contractlang.values import Period, Share
from contractlang.words import Sentence

NOT_MEANT = {"id", "document", "clause", "label", "span", "kind", "alias", "standing", "variable"}
"""Fields that say where a sentence stands, or follow from others; `ByLabel.label` and the like are meant."""

MEANT = {
    (ByLabel, "label"), (ByClause, "clause"), (StateValue, "document"), (ByDocument, "document"),
    (Priority, "variable"),
}  # fmt: skip
MOST = 3
"""How many others are put into one place."""

EXPRESSIONS = (
    "when", "unless", "since", "until", "where", "keeps", "about", "amount", "claimable", "rolls", "longer", "party",
    "by", "first_day_counted", "not_before", "loss", "value", "of", "left", "right", "base", "period", "day", "part",
    "at",
)  # fmt: skip


def sentences(contract: Contract) -> Iterator[Sentence]:
    """Yield everything that a contract says."""
    for said in (
        contract.norms,
        contract.amounts,
        contract.losses,
        contract.priorities,
        contract.bars,
        contract.life,
    ):
        yield from said
    yield from contract.fills
    yield from contract.remarks


def meant(part: Any) -> Any:
    """Return what a sentence means, without where it stands: equal for two exactly if they mean the same."""
    if isinstance(part, tuple) and not hasattr(part, "_fields"):
        return tuple(map(meant, part))
    if not is_dataclass(part) or isinstance(part, (Kind, Period, Span)):
        return part
    if isinstance(part, Window) and part.rolls in (None, Const(False, FLAG)):
        part = replace(part, roll="following")
    elif isinstance(part, Power) and part.suspends is None:
        part = replace(part, clock=Clock.STOPS)
    own = [
        (each.name, meant(getattr(part, each.name)))
        for each in fields(part)
        if each.name not in NOT_MEANT or (type(part), each.name) in MEANT or each.name == "standing"
    ]
    return (type(part).__name__, *own)


class Altering:
    """Makes others of the sentences of one contract, out of what the contract has."""

    def __init__(self, contract: Contract) -> None:
        declared = contract.declarations
        self.contract = contract
        self.names: dict[type, list[str]] = {}
        for name, each in declared.items():
            self.names.setdefault(type(each), []).append(name)
        everything = list(_parts(list(sentences(contract))))
        self.pool: dict[Kind, list[Any]] = {}
        self.targets: list[Any] = [AnyNorm(), ByDocument("this-one")]
        self.bound: list[str] = []
        self.labels = sorted({each.label for each in contract.norms if each.label})
        for part in everything:
            if type(part).__name__ in _EXPRESSIONS:
                found = self.pool.setdefault(kind_of(part), [])
                if part not in found:
                    found.append(part)
            elif type(part).__name__ in _TARGETS and part not in self.targets:
                self.targets.append(part)
            if isinstance(part, Bound) and part.name not in self.bound:
                self.bound.append(part.name)
        sums = {each.name: None for each in contract.amounts}
        sums |= {each.name: None for each in everything if isinstance(each, AmountOf)}
        self.sums = list(sums)

    def others(self, said: Sentence) -> Iterator[tuple[str, Sentence]]:
        """Yield each change of one part of a sentence: the path of that part, and the sentence that comes of it."""
        yield from self._fields(said, type(said).__name__)

    def _fields(self, part: Any, path: str) -> Iterator[tuple[str, Any]]:
        for each in fields(part):
            if each.name in NOT_MEANT and (type(part), each.name) not in MEANT and each.name != "standing":
                continue
            old = getattr(part, each.name)
            for where, new in self._field(part, each.name, old, f"{path}.{each.name}"):
                # A sum of another name has the other name in either language.
                bare = {"alias": ""} if isinstance(part, AmountRule) and each.name == "name" else {}
                yield where, replace(part, **{each.name: new}, **bare)

    def _field(self, part: Any, name: str, old: Any, path: str) -> Iterator[tuple[str, Any]]:
        for new in self._here(part, name, old):
            if new != old:
                yield path, new
        if isinstance(old, tuple) and not hasattr(old, "_fields"):
            for place, each in enumerate(old):
                if len(old) > (2 if isinstance(part, And | Or) else 0):
                    yield f"{path}[{place}]", (*old[:place], *old[place + 1 :])
                for where, new in self._inside(each, f"{path}[{place}]"):
                    # What joins conditions is folded into one that joins them the same way.
                    yield (
                        where,
                        (
                            *old[:place],
                            *(new.parts if type(new) is type(part) else (new,)),
                            *old[place + 1 :],
                        ),
                    )
        else:
            yield from self._inside(old, path)

    def _inside(self, part: Any, path: str) -> Iterator[tuple[str, Any]]:
        if type(part).__name__ in _EXPRESSIONS:
            for new in self._expressions(part):
                yield path, new
        elif type(part).__name__ in _TARGETS:
            for new in _few(self.targets, part):
                yield path, new
        if is_dataclass(part) and not isinstance(part, (Kind, Period, Span)):
            yield from self._fields(part, f"{path}:{type(part).__name__}")

    def _expressions(self, part: Any) -> Iterator[Any]:
        """Others of the kind of an expression."""
        kind = kind_of(part)
        yield from _few(self.pool.get(kind, []), part)
        changed: Any = part
        match changed:
            case Compare(op=op, left=left, right=right):
                yield from (
                    replace(changed, op=new) for new in ("<", "<=", ">", ">=", "==", "!=") if new != op
                )
                yield replace(changed, left=right, right=left)
            case Arithmetic(op=op, left=left, right=right):
                yield from (replace(changed, op=new) for new in _SIGNS if new != op)
                yield replace(changed, left=right, right=left)
            case And(parts=parts):
                yield Or(parts)
            case Or(parts=parts):
                yield And(parts)
            case StateValue():
                yield AsOf(part, Now())
            case _:
                pass

    def _here(self, part: Any, name: str, old: Any) -> Iterable[Any]:
        """Others for one field: of its own sort, none for some, some for none."""
        decls = self.names
        match part, name:
            case Const(), "value":
                return self._values(part)
            case (Standing(), _):
                return _OTHER_STANDING[name](old)
            case _, "bearer":
                named = decls.get(PartyDecl, [])
                if type(part).__name__ in _TARGETS:
                    return [*_few(named, old), None]
                return [*_few(named, old), *Who]
            case _, "survives" | "agreed":
                return (not old,)
            case (Act() | Happened() | OnOccurrence() | CountOf() | SumOf(), "name") | (ByAct(), "act"):
                return _few(decls.get(OccurrenceDecl, []), old)
            case Bound(), "name":
                return _few(self.bound, old)
            case (Field(), "name"):
                of = getattr(kind_of(part.of), "of", "")
                declared = self.contract.declarations.get(of)
                return _few(
                    [each.name for each in declared.params] + ["at", "by"]
                    if isinstance(declared, OccurrenceDecl)
                    else (),
                    old,
                )
            case (BlankValue() | IsBlank(), "name") | (Fill(), "blank"):
                return _few([*decls.get(BlankDecl, []), *decls.get(StateDecl, [])], old)
            case (AmountRule(), "name"):
                return _few(self.sums, old)
            case (ByDocument(), "document"):
                return (f"{old}-2",)
            case (_, "act") if isinstance(old, Act):
                return [Act(name=each) for each in _few(decls.get(OccurrenceDecl, []), old.name)]
            case (Priority(), "variable"):
                return ("of_the_clause", None)
            case _, "suspends" | "resumes":
                return [*_few(self.labels, old), *([None] if old else [])]
            case _, "clock":
                # What becomes of the time matters only where something is suspended.
                return list(Clock) if part.suspends is not None else ()
            case ByLabel(), "label":
                return _few(self.labels, old)
            case ByClause(), "clause":
                return _few([each.number for each in self.contract.clauses if each.number], old)
            case (StateValue(), "document"):
                return ("another-document",)
            case (StateValue(), "name") | (ByState(), "state"):
                return _few([*decls.get(StateDecl, []), "agreement"], old)
            case Chosen(), "reading":
                return _few(decls.get(ReadingDecl, []), old)
            case Chosen(), "option":
                declared = self.contract.declarations.get(part.reading)
                return (
                    _few([each.name for each in declared.options], old)
                    if isinstance(declared, ReadingDecl)
                    else ()
                )
            case AmountOf(), "name":
                return _few(self.sums, old)
            case _, "question":
                return _few(decls.get(QuestionDecl, []), old)
            case (ByAct(), "what"):
                return ("duty", "power")
            case (Life(), "how"):
                return ("takes_effect", "lasts", "renews", "ends")
            case (Priority(), "how"):
                return ("prevails", "limits", "voids")
            case (Bar(), "how"):
                return ("lapses", "time-barred")
            case (Remark(), "how"):
                return ("states", "see", "not_formalised")
            case (Remark(), "text"):
                return (f"{old}x",)
            case (_, "number"):
                return (3 - old,) if type(part).__name__ == "ByOrder" else (old % 31 + 1,)
            case (Window(), "roll"):
                stays = part.rolls is None or part.rolls == Const(False, FLAG)
                return () if stays else ("following", "preceding", "in month")
            case (Window(), "rolls"):
                bounded = part.limit is not None or part.not_before is not None
                return [*self._some(part, name), *([None] if bounded else [])]
            case (_, "share"):
                return (Share(old.over + 1, old.under), Share(old.over, old.under * 10))
            case (_, "restarting"):
                return [*_few(decls.get(OccurrenceDecl, []), old), *([None] if old else [])]
            case (Window(), "not_before") if old is not None and part.limit is None and part.rolls is None:
                return ()
            case (Window(), "limit"):
                return [
                    *([None] if old is not None and (part.not_before or part.rolls) else []),
                    *self._limits(old),
                ]
            case (_, "window"):
                return [Window(AtOnce(), None, None, part.span), *([None] if old is not None else [])]
            case (_, "trigger"):
                return [*self._triggers(old, part.span), *([None] if old is not None else [])]
            case (_, "excepts"):
                return [(*old, target) for target in self.targets[:MOST] if target not in old]
            case (_, "option"):
                return [(*old, new) for new in self._options() if new not in old][:1]
            case (_, _) if name in EXPRESSIONS and _may_be_none(part, name):
                return self._some(part, name) if old is None else (None,)
        return ()

    def _values(self, part: Const) -> Iterable[Any]:
        value, kind = part.value, part.kind
        match value:
            case bool():
                return (not value,)
            case Period():
                return (
                    replace(value, count=value.count + 1),
                    *(Period(value.count, each) for each in _UNITS),
                )
            case int():
                return (value + 1, value * 100) if value else (1,)
            case Share():
                return (Share(value.over + 1, value.under),)
            case date():
                return (value + timedelta(1), value.replace(year=value.year + 1, day=min(value.day, 28)))
            case _:
                return self._called(value, kind)

    def _called(self, value: Any, kind: Kind) -> Iterable[Any]:
        """Others for a value that is told by a name."""
        if kind.name == "party":
            return _few([*self.names.get(PartyDecl, []), *(each.value for each in Who)], value)
        if kind.name == "one of":
            declared = self.contract.declarations.get(kind.of)
            if isinstance(declared, StateDecl | TypeDecl | QuestionDecl):
                return _few([each.name for each in declared.options], value)
            return ()
        return () if kind == NORM else (f"{value}x",)

    def _limits(self, old: Any) -> Iterator[Any]:
        yield AtOnce()
        yield Reasonable("")
        match old:
            case ByDay(day=day):
                yield BeforeDay(day)
            case BeforeDay(day=day):
                yield ByDay(day)
            case Within(period=period, of=of):
                yield Within(period, Now() if of is None else None)
            case _:
                pass

    def _triggers(self, old: Any, span: Span) -> Iterator[Any]:
        if isinstance(old, OnOccurrence):
            yield OnBreach(self.targets[0], old.variable, old.where, span)
        elif isinstance(old, OnBreach):
            yield OnOccurrence(self.names[OccurrenceDecl][0], old.variable, old.where, span)
        else:
            yield OnOccurrence(self.names[OccurrenceDecl][0], "@it", None, span)

    def _options(self) -> Iterator[Chosen]:
        for name in self.names.get(ReadingDecl, []):
            declared = self.contract.declarations[name]
            if isinstance(declared, ReadingDecl):
                yield from (Chosen(name, each.name) for each in declared.options)

    def _some(self, part: Any, name: str) -> list[Any]:
        """Something for a place that has nothing."""
        if name in ("by", "party"):
            return [Const(each, Kind("party")) for each in self.names.get(PartyDecl, [])][:2]
        if name in ("not_before", "of"):
            return [Now(), Const(date(2026, 3, 1), DAY)]
        if name == "longer":
            return [Const(Period(3, "days"), Kind("duration"))]
        if name == "about":
            found = [
                each
                for kind, all_ in self.pool.items()
                if kind.name in ("occurrence", "breach")
                for each in all_
            ]
            return found[:2]
        if name == "amount":
            return [Const(700, Kind("money", "CNY"))]
        return [*self.pool.get(FLAG, [])[:2], Const(False, FLAG)]


def _may_be_none(part: Any, name: str) -> bool:
    declared = next(each for each in fields(part) if each.name == name)
    return "None" in str(declared.type)


def _few(known: Iterable[Any], old: Any) -> list[Any]:
    """Some others of what is known, taken from all over it."""
    found = [each for each in known if each != old]
    step = max(1, len(found) // MOST)
    return found[::step][: MOST + 1]


def _parts(part: Any) -> Iterator[Any]:
    """Yield a value and everything in it."""
    yield part
    if isinstance(part, (tuple, list)):
        for each in part:
            yield from _parts(each)
    elif is_dataclass(part) and not isinstance(part, (Kind, Period, Span)):
        for name in (each.name for each in fields(part)):
            yield from _parts(getattr(part, name))


_SIGNS: tuple[Any, ...] = ("+", "-", "*")
_UNITS: tuple[Any, ...] = ("seconds", "minutes", "hours", "days", "business_days", "weeks", "months", "years")
_EXPRESSIONS = {
    "Const", "BlankValue", "StateValue", "AsOf", "Bound", "Field", "Not", "And", "Or", "Compare", "Arithmetic", "Later",
    "MonthDay", "Now", "Overdue", "InBreach", "Discharged", "Happened", "Used", "IsBlank", "Answer", "Chosen",
    "AmountOf", "AmountDue", "CountOf", "SumOf", "Accrued",
}  # fmt: skip
_TARGETS = {
    "ByLabel", "ByClause", "ByBreach", "ByAct", "ByDocument", "ByOrder", "ByState", "AgreedLosses", "AnyNorm",
}  # fmt: skip
_OTHER_STANDING: dict[str, Callable[[Any], Iterable[Any]]] = {
    "rank": lambda old: ("mandatory", "agreed", "gap-filling"),
    "status": lambda old: ("binding", "administrative", "enabling", "procedural"),
    "valid_from": lambda old: (date(2026, 1, 1), date(2026, 1, 2), None),
    "valid_to": lambda old: (date(2027, 1, 1), date(2027, 1, 2), None),
}
