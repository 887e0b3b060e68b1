"""Checked contracts made ready to be folded over, as data: every norm with its evaluators, and what each event touches.

`compile.py` makes programs; nothing changes one afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar, final

from contractlang.contract import Contract, base_name, version_name
from contractlang.declaration import (
    Declaration,
    OccurrenceDecl,
    Param,
    PartyDecl,
    QuestionDecl,
    RelationDecl,
    StateDecl,
)
from contractlang.expression import Bound, Chosen, Expr
from contractlang.kinds import Kind
from contractlang.norms import (
    AmountRule,
    Bar,
    Bearer,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    Prohibition,
)
from contractlang.values import Roll
from engine.decision import Cure, Item
from engine.evaluator import Evaluator
from engine.force import Part, Text
from engine.graph import ObligationGraph
from engine.scene import Cause, Scene, Unknown
from engine.taken import Taken
from engine.terms import Terms
from engine.walk import walk

Named = TypeVar("Named", OccurrenceDecl, Param, PartyDecl)
Place = tuple[str, str]
"""Where a sentence stands: its document and clause."""

LIFE_STATES = ("draft", "in_force", "expired", "terminated")


@dataclass(eq=False)
class Lapse:
    """The end of a power some period after an event (`event`; its `names` field tells of which breach) or a moment."""

    period: Evaluator
    event: str
    names: str
    since: Evaluator
    holds: Evaluator | None
    place: Place


@dataclass(eq=False)
class Rule:
    """One norm made ready; `home` is the agreement that it belongs to, none for a law.

    `excepts_same` are those it gives way to that can have the same trigger. `weight` ranks it among the norms that
    speak of its act. It is silent while one of `yields_to` is in force, and a
    reasonable time for it is what one of `numbered` says.
    """

    index: int
    norm: Norm
    document: str
    home: str
    option: tuple[Chosen, ...]
    when: Evaluator | None
    unless: Evaluator | None
    since: Evaluator | None
    until: Evaluator | None
    where: Evaluator | None
    about: Evaluator | None
    about_field: str | None
    amount: Evaluator | None
    amount_kind: Kind | None
    keeps: Evaluator | None
    trigger_where: Evaluator | None
    trigger_name: str | None
    on_breach_of: frozenset[int]
    variable: str
    act_name: str
    rolls: Evaluator | None
    roll: Roll
    limit: Any
    limit_value: Evaluator | None
    limit_of: Evaluator | None
    not_before: Evaluator | None
    weight: int
    valid: Evaluator | None
    text: Text | None
    prevailed_by: list[tuple[int, Evaluator | None, Place]] = field(default_factory=list)
    limited_to: list[tuple[tuple[int, ...], Evaluator | None, Place]] = field(default_factory=list)
    voided: list[tuple[Evaluator | None, Place]] = field(default_factory=list)
    yields_to: tuple[int, ...] = ()
    numbered: tuple[int, ...] = ()
    excepts: tuple[int, ...] = ()
    excepts_same: frozenset[int] = frozenset()
    lapses: list[Lapse] = field(default_factory=list)
    sets: tuple[tuple[str, str], ...] = ()
    restores: tuple[tuple[str, str, Any], ...] = ()
    suspends: tuple[int, ...] = ()
    resumes: tuple[int, ...] = ()
    self_triggered: bool = False
    # What follows from the rest is worked out once: it is looked at several times in every decision.
    life: tuple[str, str, str] = field(init=False)
    """The cell of its agreement's state."""
    causes: tuple[tuple[str, str, str], ...] = field(init=False)
    """The cells that tell what set the states that its act sets."""
    is_obligation: bool = field(init=False)
    is_prohibition: bool = field(init=False)
    is_act: bool = field(init=False)
    """Whether it speaks of an act that somebody may, or must, do; it may stand exercised once that was done."""
    bound_each: bool = field(init=False)
    """Whether what it is bound from, or until, hangs on its trigger: it is so for each instance by itself."""
    bare: bool = field(init=False)
    """Whether nothing but its agreement's state, and how readings are taken, decides if it is in force."""
    read_so: tuple[tuple[str, str], ...] = field(init=False)
    """The readings under which it is there, each with its option."""
    bearer: Bearer = field(init=False)
    called: Place = field(init=False)
    """Its document and its id, as reasons call it."""
    waits: bool = field(init=False)
    """Whether it waits for an occurrence or a breach."""
    unbounded: bool = field(init=False)
    """Whether no window, lapse, priority or limit closes it."""

    def __post_init__(self) -> None:
        norm = self.norm
        self.life = "S", "agreement", self.home
        self.causes = tuple(("C", state, document) for state, document in self.sets)
        self.is_obligation = isinstance(norm, Obligation)
        self.is_prohibition = isinstance(norm, Prohibition)
        self.is_act = not isinstance(norm, Prohibition | Maintenance)
        self.read_so = tuple((chosen.reading, chosen.option) for chosen in self.option)
        self.bearer, self.called, self.waits = norm.bearer, (norm.document, norm.id), norm.trigger is not None
        said = (*walk(norm.since), *walk(norm.until))
        self.bound_each = any(isinstance(part, Bound) and part.name == self.variable for part in said)
        self.ranked()

    def ranked(self) -> None:
        """Note what its place among the other norms has settled."""
        self.bare = not (self.valid or self.text or self.since or self.until or self.yields_to or self.voided)
        self.unbounded = not (
            self.limit or self.not_before or self.lapses or self.prevailed_by or self.limited_to
        )

    @property
    def conditional(self) -> bool:
        """Whether the norm has a condition of its own, beside its being in force."""
        return self.when is not None or self.unless is not None or bool(self.excepts)


@final
class Read:
    """Norms of which a reading lets one speak, or none: by option; under an option other readings may be asked."""

    __slots__ = ("by_option", "reading")

    def __init__(self, reading: str, by_option: dict[str, Rule | Read]) -> None:
        self.reading, self.by_option = reading, by_option

    def of(self, scene: Scene) -> Rule | None:
        """Return the norm that is there as a case takes readings."""
        found = self.by_option.get(scene.option_of(self.reading))
        return found.of(scene) if type(found) is Read else found


def _as_read(rules: Iterable[Rule]) -> tuple[Rule | Read, ...]:
    """Return norms in their order, those next to one another that stand under options of one reading together."""
    found: list[Rule | Read] = []
    for rule in rules:
        one: Rule | Read = rule
        for reading, option in reversed(rule.read_so):
            one = Read(reading, {option: one})
        last = found[-1] if found else None
        if (
            isinstance(one, Read) and isinstance(last, Read) and one.reading == last.reading
            and not last.by_option.keys() & one.by_option.keys()
        ):  # fmt: skip
            last.by_option |= one.by_option
        else:
            found.append(one)
    return tuple(found)


class Speaking:
    """The norms that speak of an act to one party: as written, and in the order to look at them in.

    Prohibitions come first, then duties: where nothing forbids the act one norm open to it is enough, but a duty also
    requires it. `homes` are the agreements that these norms belong to; `restoring` are the duties to keep something so
    that the act restores.
    """

    __slots__ = ("homes", "looked", "order", "restoring", "turning", "written")

    def __init__(self, rules: Iterable[Rule], party: str, restoring: tuple[Rule, ...]) -> None:
        mine = [rule for rule in rules if not isinstance(rule.bearer, str) or rule.bearer == party]
        prohibitions = [rule for rule in mine if rule.is_prohibition]
        others = sorted(
            (rule for rule in mine if not rule.is_prohibition), key=lambda rule: not rule.is_obligation
        )
        self.order: tuple[Rule, ...] = (*prohibitions, *others)
        forbidding = _as_read(prohibitions)
        self.looked: tuple[Rule | Read, ...] = (*forbidding, *_as_read(others))
        self.turning = len(forbidding)
        self.written: tuple[Rule | Read, ...] = _as_read(mine)
        self.homes: tuple[str, ...] = tuple(dict.fromkeys(rule.home for rule in mine if rule.home))
        self.restoring = restoring


@dataclass(eq=False)
class LifeRule:
    """One sentence on the life of the agreement `document`, made ready; a law's stands for each agreement.

    `holds` tells whether the sentence is in force: its days, and the readings under which it is there. Of a renewal
    `act` is what renews, `by` whose it is, and `where` what is asked of it.
    """

    life: Life
    document: str
    holds: Evaluator | None
    value: Evaluator
    rolls: Evaluator | None
    first_day: Evaluator | None
    act: str | None
    by: Evaluator | None
    where: Evaluator | None


@dataclass(eq=False)
class Figure:
    """An expression made ready together with the figures it is made from, to tell how it comes about."""

    expr: Expr
    evaluator: Evaluator
    parts: tuple[Figure, ...]


@dataclass(eq=False)
class Sum:
    """A named amount made ready. `home` is the agreement it belongs to; `holds` whether its sentence is in force."""

    rule: AmountRule
    figure: Figure
    home: str
    holds: Evaluator | None
    weight: int
    value: Evaluator
    where: Evaluator | None
    claimable: Evaluator | None
    variable: str
    on_breach_of: frozenset[int]


@dataclass(eq=False)
class Loss:
    """A rule on who bears a loss, made ready. `holds` tells whether its sentence is in force."""

    rule: LossRule
    holds: Evaluator | None
    weight: int
    when: Evaluator | None
    trigger_where: Evaluator | None
    trigger_name: str | None
    variable: str
    voided: list[Evaluator | None] = field(default_factory=list)


@dataclass(frozen=True)
class Limitation:
    """A time of limitation, made ready: the moment from which it runs is told of the breach."""

    rule: Bar
    period: Evaluator
    since: Evaluator
    holds: Evaluator | None


@dataclass(eq=False)
class Touch:
    """What the engine does when one kind of event happens."""

    declared: OccurrenceDecl
    names: tuple[str, ...]
    prohibitions: tuple[int, ...] = ()
    discharges: tuple[int, ...] = ()
    instances: tuple[int, ...] = ()
    waited_for: tuple[int, ...] = ()
    renews: tuple[LifeRule, ...] = ()
    remember: bool = False
    referred: bool = False
    counted: bool = False
    fields: tuple[str, ...] = ()
    effects: bool = False
    topics: tuple[tuple[str, Any], ...] = ()
    abouts: tuple[str, ...] = ()
    spoken_of: tuple[str, ...] = ()
    """The names under which somebody speaks of the last occurrence: which one that is hangs on their order."""
    alike: bool = False
    """Whether the norms that speak of such an act look at who does it and when, at nothing that it tells."""
    is_passing: bool = field(init=False)
    """Whether nothing at all is written of such an event, unless it is an act without a basis."""

    def __post_init__(self) -> None:
        self.is_passing = self.is_inert and not self.referred and not self.declared.on_arrival

    @property
    def is_inert(self) -> bool:
        """Whether such an event leaves nothing behind that another could meet: it is only judged."""
        leaves = (
            self.prohibitions, self.discharges, self.instances, self.waited_for, self.renews,
            self.remember, self.counted, self.effects, self.topics, self.abouts, self.fields,
        )  # fmt: skip
        return not any(leaves)


@dataclass(eq=False)
class Program:
    """Documents made ready. Made by `compile_program`; immutable from then on."""

    contracts: tuple[Contract, ...]
    graph: ObligationGraph
    norms: tuple[Norm, ...]
    bound_parties: tuple[str, ...]
    rules: tuple[Rule, ...]
    declarations: dict[str, Declaration]
    touches: dict[str, Touch]
    life: dict[str, list[LifeRule]]
    sums: dict[str, list[Sum]]
    sum_names: dict[str, str]
    losses: list[Loss]
    limitations: list[Limitation]
    readings: dict[str, tuple[Item, tuple[str, ...], Callable[[Terms], str | None]]]
    questions: dict[str, QuestionDecl]
    gaps: frozenset[str]
    acts: dict[str, OccurrenceDecl]
    by_act: dict[str, tuple[int, ...]]
    fills: dict[str, list[tuple[Evaluator | None, Evaluator]]]
    accruing: frozenset[int]
    precedence: list[tuple[str, str, Evaluator | None]]
    on_breach: dict[int, tuple[int, ...]]
    watchers: dict[tuple[str, Any], tuple[tuple[str, int], ...]]
    order: dict[tuple[str, int], int]
    is_obligation: tuple[bool, ...]
    maintained: tuple[int, ...]
    versions: tuple[tuple[str, str, str], ...]
    agreements: tuple[str, ...] = ()
    versions_of: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    life_rules: tuple[LifeRule, ...] = ()
    timed_life: tuple[int, ...] = ()
    breeding: frozenset[int] = frozenset()
    """The norms whose breach brings another duty into being."""
    passing_states: frozenset[str] = frozenset()
    """What something sets for a time only."""
    things: frozenset[str] = frozenset()
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    restored_by: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    """For each act the duties to keep something so that it restores."""
    truncated: bool = False
    speaking: dict[str, dict[str, Speaking]] = field(default_factory=dict)
    periods: frozenset[tuple[str, str]] = frozenset()
    """Fields, each with its occurrence, whose text is read as a billing period such as `2026-06`."""
    called: dict[str, tuple[Declaration, ...]] = field(init=False)
    """What each name stands for, in either language or from outside; an outside id may stand for several."""
    occurrences: dict[str, OccurrenceDecl] = field(init=False)
    """Acts and events by their names, in either language."""
    parties: dict[str, PartyDecl] = field(init=False)
    """Parties likewise."""
    params: dict[str, dict[str, Param]] = field(init=False)
    """What each act or event tells of itself, likewise."""
    happens_once: dict[str, OccurrenceDecl] = field(init=False)
    """What is declared to happen once, or once for each of something."""
    only_after: dict[str, list[RelationDecl]] = field(init=False)
    """For each occurrence that may come only after others, that it may."""
    first_of_two: frozenset[str] = field(init=False)
    """The occurrences after which alone others may come."""
    bound_in_time: frozenset[str] = field(init=False)
    """What may happen only once, or only after something else, and that after which alone something may."""
    takes_effect: dict[str, tuple[str, ...]] = field(init=False)
    """For each agreement the documents that say when it takes effect."""

    def __post_init__(self) -> None:
        # (Compiled, a `cached_property` is worked out anew at every look.)
        self.called = {}
        for declared in self.declarations.values():
            for name in {declared.name, declared.alias, declared.external} - {None}:
                self.called[name] = *self.called.get(name, ()), declared
        declarations = self.declarations.values()
        self.parties = _by_name([each for each in declarations if isinstance(each, PartyDecl)])
        self.occurrences = _by_name([each for each in declarations if isinstance(each, OccurrenceDecl)])
        self.params = {each.name: _by_name(each.params) for each in self.occurrences.values()}
        self.happens_once = {each.name: each for each in self.occurrences.values() if each.once is not None}
        self.only_after = {}
        for each in chain.from_iterable(contract.relations for contract in self.contracts):
            if each.how == "only_after":
                self.only_after.setdefault(each.left, []).append(each)
        self.first_of_two = frozenset(each.right for some in self.only_after.values() for each in some)
        self.bound_in_time = self.first_of_two.union(self.happens_once, self.only_after)
        self.takes_effect = {
            document: tuple(each.life.document for each in rules if each.life.how == "takes_effect")
            for document, rules in self.life.items()
        }

    def taken(self, terms: Terms) -> Taken:
        """Return the option in which each reading is taken: as the terms choose, else by default, if it has one."""
        options, by_default = dict(terms.readings), {}
        for name, (item, among, default) in self.readings.items():
            if name not in options and (option := default(terms)):
                options[name] = option
                by_default[name] = option, item, tuple(each for each in among if each != option)
        return Taken(options, by_default)

    def parties_of(self, scene: Scene) -> tuple[str, ...]:
        """Return the parties that norms bind, in the order declared."""
        return self.bound_parties

    def signed(self, scene: Scene, home: str) -> str:
        """Return the version of an agreement that the account signed: as set, or that of the day of its first fact."""
        chosen = scene.terms.versions.get(home)
        if chosen is not None:
            return version_name(home, chosen)
        first = scene.get(("V0",))
        if first is None:
            # Until there is a fact, the version that begins next is the one that would be signed then.
            first = scene.at
            for part in self.versions_of.get(home, ()):
                scene.until(part.begins)
        current = [part for part in self.versions_of.get(home, ()) if part.begins <= first]
        return max(current, key=lambda part: part.begins).name if current else home

    def initial(self, scene: Scene, name: str, document: str) -> Any:
        """Return what a state is before anything sets it."""
        if name == "agreement":
            begins = self.takes_effect.get(document, ())
            # One text alone is the one that was signed, whatever its version.
            if len(self.versions_of.get(document, ())) < 2:
                return "draft" if document in map(base_name, begins) else "in_force"
            return "draft" if begins and self.signed(scene, document) in begins else "in_force"
        given = scene.terms.states.get(name)
        if given is not None:
            return given
        declared = self.declarations[name]
        assert isinstance(declared, StateDecl)
        return declared.options[0].name if declared.options else Unknown(Item("blank", name))

    def cause_events(self, scene: Scene, name: str, document: str) -> tuple[str, ...]:
        """Return the events that made a state what it is: what set it and what its basis rested on."""
        evidence: tuple[str, ...] | None = scene.read(("CE", name, document))
        if evidence is not None:
            return evidence
        cause = scene.read(("C", name, document))
        return (cause.event,) if cause is not None and cause.event else ()

    def acts_that_set(self, state: str, value: Any) -> tuple[Cure, ...] | None:
        """Return an act that sets a state to a value, as a cure."""
        for act in self.acts.values():
            for effect in act.sets:
                if effect.state == state and effect.option == value:
                    return (Cure(act.actor if isinstance(act.actor, str) else None, act.name),)
        return None

    def actor_of(self, name: str) -> str | None:
        """Return the party that does an act, where only one may."""
        act = self.acts.get(name)
        return act.actor if act is not None and isinstance(act.actor, str) else None

    def standing_since(self, scene: Scene, index: int) -> int | None:
        """Return since when a power stands exercised, or None."""
        rule = self.rules[index]
        for cell in rule.causes:
            cause: Cause | None = scene.read(cell)
            if cause is not None:
                for basis, since in cause.basis:
                    if basis == index:
                        return since
        return None


def _by_name(declared: Sequence[Named]) -> dict[str, Named]:
    """Return declarations by their names; then by those in the other language, the first of several."""
    return {each.alias: each for each in reversed(declared)} | {each.name: each for each in declared}
