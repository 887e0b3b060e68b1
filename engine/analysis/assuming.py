"""What is taken for granted of every history that is looked at: a check that asks whether a finding is still there.

It is said in a table, in the words of the contracts: answers, settings and readings, what states are, what is told of
acts and events, which acts are asked about, what never happens, what nobody is late with, and how long ago something
happened, or a day that it names was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
)
from contractlang.kinds import Kind
from contractlang.norms import Obligation
from contractlang.values import Period
from engine.errors import BadTerms
from engine.quantities import ConstE, FieldE
from engine.settings import typed

if TYPE_CHECKING:
    from engine.analysis.happenings import Happening
    from engine.analysis.world import World
    from engine.program import Program

D = TypeVar("D", BlankDecl, PartyDecl, QuestionDecl, ReadingDecl, StateDecl)

_DAY = 24 * 60
_MINUTES = {"days": _DAY, "hours": 60, "minutes": 1}


@dataclass(frozen=True)
class Since:
    """How long ago an act or event was, or the day in one of its fields: at least, or at most, so many minutes.

    What is at least so long ago has happened; what is at most so long ago may not have happened at all. It is reckoned
    back from the question, or from another act or event, `until` that happened.
    """

    event: str
    name: str
    least: int | None
    most: int | None
    until: str = ""

    def hold(self, world: World) -> None:
        """Let it hold in every history of a world."""
        import z3

        program = world.program
        declared = program.declarations.get(self.event)
        if not isinstance(declared, OccurrenceDecl):
            return
        for each in world.of_kind(self.event):
            at = each.at
            if self.name:
                at = each.fields[self.name].term
                day = any(p.name == self.name and p.kind.name == "day" for p in declared.params)
                at = at * _DAY if day else at
            ends = world.of_kind(self.until) if self.until in program.touches else ()
            for end in [each.at for each in ends] if self.until else [world.now.at]:
                if self.least is not None:
                    world.hold(each.here, end - at >= self.least)
                if self.most is not None:
                    world.hold(z3.Implies(each.here, end - at <= self.most))


@dataclass(frozen=True)
class Assuming:
    """Facts about every history that is looked at.

    `settings` are blanks and attributes of parties (`user.is_consumer`), `states` what states are when it is asked,
    `fields` what acts and events tell of themselves (`remove_feature.feature`); of `kept` acts nobody is late with one.
    `blanks` are typed values by declared names (None of them is a gap); a blank is filled with a whole
    number `between` the first and the second of one of some pairs, both included.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    since: tuple[Since, ...] = ()
    acts: tuple[str, ...] = ()
    without_layers: tuple[str, ...] = ()
    blanks: Mapping[str, Any] = field(default_factory=dict)
    between: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @property
    def is_of_values(self) -> bool:
        """Whether nothing but values of blanks is assumed: of that, worlds note what they look at."""
        return self == Assuming(blanks=self.blanks)

    @staticmethod
    def of(given: Mapping[str, Any]) -> Assuming:
        """Return what a table says, under the names of the fields. Raises ValueError."""
        unknown = set(given) - {*_MAPS, *_NAMES, "since"}
        if unknown:
            raise ValueError(f"nothing is assumed by `{'`, `'.join(sorted(unknown))}`")
        said: dict[str, Any] = {name: dict(given.get(name, {})) for name in _MAPS}
        said |= {name: tuple(map(str, given.get(name, ()))) for name in _NAMES}
        return Assuming(**said, since=tuple(_since(each) for each in given.get("since", ())))

    def and_also(self, other: Assuming) -> Assuming:
        """Return both together."""
        maps, lists = (*_MAPS, "blanks", "between"), (*_NAMES, "since")
        both: dict[str, Any] = {name: {**getattr(self, name), **getattr(other, name)} for name in maps}
        both |= {name: getattr(self, name) + getattr(other, name) for name in lists}
        return Assuming(**both)

    def asks_of(self, act: str) -> bool:
        """Tell whether an act is asked about: what never happens is not."""
        return act not in self.never and (not self.acts or act in self.acts)

    def read_as(self, program: Program) -> dict[str, str]:
        """Return how the readings of a program are taken, by their declared names."""
        return {
            declared.name: option.name
            for name, value in self.readings.items()
            for declared in _called(program, name, ReadingDecl)
            for option in declared.options
            if value in (option.name, option.alias, option.external)
        }

    def hold(self, world: World) -> None:
        """Let it hold in every history of a world. What the documents do not know is left out."""
        import z3

        from engine.analysis.happenings import Broken
        from engine.analysis.logic import no

        program = world.program
        for name, value in self.answers.items():
            for question in _called(program, name, QuestionDecl):
                answer = _answer(world, question, value)
                if answer is not None:
                    world.hold(world.left_open.answer(question.name).term == answer)
        for name, value in self.settings.items():
            self._settle(world, name, value)
        for name, value in self.states.items():
            in_law = [each.in_law for each in _called(program, name, StateDecl)] or [name == "agreement"]
            for home in program.agreements if any(in_law) else ("",):
                world.hold(world.states.state(name, home, world.now) == world.code(value))
        for name in self.never:
            for each in world.of_kind(name) if name in program.touches else ():
                world.hold(z3.Not(each.here))
        for name in dict.fromkeys(each.partition(".")[0] for each in self.fields):
            for each in world.of_kind(name) if name in program.touches else ():
                self.tell(world, each)
        for rule in program.rules:
            if isinstance(rule.norm, Obligation) and rule.act_name in self.kept:
                for bound in world.instances.bindings(rule, None):
                    world.hold(no(world.breaches.uncured(Broken(rule, bound), world.now)))
        for name, stretches in self.between.items():
            blank = world.left_open.blank(name, None, world.now, {})
            world.hold(
                blank.known,
                z3.Or(*(z3.And(blank.term >= least, blank.term <= most) for least, most in stretches)),
            )
        for wanted in self.since:
            wanted.hold(world)

    def tell(self, world: World, it: Happening) -> None:
        """Let an act or event tell of itself what is assumed of it."""
        for name, value in self.fields.items():
            of, _, told = name.partition(".")
            if of == it.name and told in it.fields:
                world.hold(it.fields[told].term == world.quantities.constant(value))

    def _settle(self, world: World, name: str, value: Any) -> None:
        program = world.program
        for declared in _called(program, name, BlankDecl):
            if declared.gap:
                continue
            blank = world.left_open.blank(declared.name, None, world.now, {})
            filled = _counted(typed(value, declared.kind, name), declared.kind)
            world.hold(blank.known, blank.term == world.quantities.constant(filled))
        owner, _, told = name.partition(".")
        for party in _called(program, owner, PartyDecl):
            for each in party.attributes:
                if told in (each.name, each.alias):
                    attribute = world.quantities.field_value(
                        FieldE(ConstE(party.name), each.name, each.kind), world.now, {}
                    )
                    world.hold(attribute.term == world.quantities.constant(typed(value, each.kind, name)))


_MAPS = ("answers", "settings", "readings", "states", "fields")
_NAMES = ("never", "kept", "acts", "without_layers")


def _counted(value: Any, kind: Kind) -> Any:
    """Return what a blank is filled with; of a period, how many of the units that the blank counts."""
    from engine.analysis.days import in_days

    if not isinstance(value, Period):
        return value
    return value.count if value.unit == (kind.of or "days") else in_days(value)


def _called(program: Program, name: str, kind: type[D]) -> Iterator[D]:
    """Yield what of a kind is called so: by its name, in the other language, or by an id from outside."""
    for each in program.declarations.values():
        if isinstance(each, kind) and name in (each.name, each.alias, each.external):
            yield each


def _answer(world: World, question: QuestionDecl, value: Any) -> Any:
    """Return the term of an answer; None where it is none to this question: several share a name from outside."""
    for option in question.options:
        if value in (option.name, option.alias):
            return world.code(option.name)
    try:
        answered = typed(value, question.kind, question.name)
    except BadTerms:
        return None
    return bool(answered) if question.kind.name == "flag" else world.quantities.constant(answered)


def _since(given: Mapping[str, Any]) -> Since:
    event, _, name = str(given["of"]).partition(".")
    least, most = (_minutes(given.get(each)) for each in ("at_least", "at_most"))
    return Since(event, name, least, most, str(given.get("until", "")))


def _minutes(written: Any) -> int | None:
    """Return how many minutes a text such as `31 days` or `24 hours` is."""
    if written is None:
        return None
    count, _, unit = str(written).partition(" ")
    if not count.isdigit() or unit not in _MINUTES:
        raise ValueError(f"`{written}` is no time such as `31 days` or `24 hours`")
    return int(count) * _MINUTES[unit]
