"""The walk: from the first instant of a ledger to the one asked about, time first and then the facts, one by one.

Nothing is remembered between walks. At every instant at which something may change (`alarms`: whoever looks at the
clock says when it will tell something else) all statuses are worked out again, over and over until none changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import Declaration, OccurrenceDecl, StateDecl
from contractlang.expression import Bound, Field
from contractlang.norms import Life, Norm, Power
from engine.dates import start_of
from engine.event import MIGRATE, WAIVE, Event, Instant, Standing
from engine.terms import Terms
from tests.reference import basis, documents, duties, life, norms, open_items, values
from tests.reference.cases import Case, Unknown
from tests.reference.facts import in_order, is_knowledge, parties_of

BEGINNING: Instant = -(1 << 62)
"""Before every fact: an agreement that does not say when it takes effect has always been in force."""

NormKey = tuple[str, str, tuple[Any, ...]]


def key(norm: Norm) -> NormKey:
    """Return what tells a norm from all others."""
    return (norm.document, norm.id, norm.option)


@dataclass(eq=False)
class Breach:
    """A norm was not kept by `by`, since `at`. It is open until it is `cured_at`, or `over` (waived, released)."""

    norm: Norm
    trigger: str
    at: Instant
    by: str
    last_day: date | None = None
    instance: Instance | None = None
    cured_at: Instant | None = None
    over: bool = False

    @property
    def id(self) -> str:
        """How a question about the breach calls it."""
        return f"{self.norm.id}/{self.trigger}"

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither cured nor over."""
        return self.cured_at is None and not self.over


Thing = Event | Breach | None


def thing_id(thing: Thing) -> str:
    """Return the id of an occurrence or breach; the empty text for none."""
    return "" if thing is None else thing.id


@dataclass(eq=False)
class Instance:
    """One norm, for one trigger, for one bearer."""

    norm: Norm
    trigger: Thing
    bearer: str
    arose_at: Instant
    status: str = "open"
    about: str | None = None
    owed: Any = None
    paid: list[tuple[Instant, int]] = field(default_factory=list)
    end: Instant | None = None
    last_day: date | None = None
    suspended_at: Instant | None = None
    suspended_by: Power | None = None
    breach: Breach | None = None

    def arose_upon(self, event: str) -> bool:
        """Tell whether it arose upon an event, or from the breach of what was due upon it."""
        id = thing_id(self.trigger)
        return id == event or (isinstance(self.trigger, Breach) and f"/{event}/" in f"/{id}/")

    def unpaid_at(self, at: Instant) -> Any:
        """Return what is owed and was not paid before or at an instant; as open as what is owed."""
        if isinstance(self.owed, Unknown):
            return self.owed
        return max(0, (self.owed or 0) - sum(amount for when, amount in self.paid if when <= at))


@dataclass(frozen=True)
class Setting:
    """A state was given a value, from an instant on, perhaps until another."""

    start: Instant
    end: Instant | None
    value: Any
    event: Event | None
    shown: bool = False


class World:
    """Where everything stands at `now`, in one case."""

    def __init__(self, contracts: Iterable[Contract], terms: Terms, case: Case, facts: Iterable[Event], at: Instant,
                 taken: dict[str, str], stop: Callable[[Event], bool]) -> None:  # fmt: skip
        """`stop` tells of the act that is asked about: what comes at its instant, but after it, is not seen."""
        self.contracts, self.stop = tuple(contracts), stop
        self.terms, self.case, self.asked_at, self.taken = terms, case, at, taken
        self._by_name = {each.name: each for each in self.contracts}
        self.declared: dict[str, Declaration] = {}
        for contract in self.contracts:
            self.declared.update(contract.declarations)
        self.parties = parties_of(self.contracts)
        self.norms = tuple(norm for contract in self.contracts for norm in contract.norms)
        self.knowledge = sorted(
            (each for each in facts if is_knowledge(each)), key=lambda each: each.recorded_at
        )
        self.facts = [fact for fact in facts if not is_knowledge(fact)]
        self.dawn = min((fact.effect_at for fact in self.facts), default=None)
        self.now: Instant = 0
        self.alarms: set[Instant] = set()
        self.happened: list[Event] = []
        self.basis: dict[str, list[basis.Ground]] = {}
        self.settings: dict[tuple[str, str], list[Setting]] = {}
        self.instances: list[Instance] = []
        self.breaches: list[Breach] = []
        self.fresh: list[Event | Breach] = []
        self.was_true: set[NormKey] = set()
        self.true_since: dict[NormKey, Instant] = {}
        self.in_force_since: dict[NormKey, Instant] = {}
        self.last_end: dict[str, Instant] = {}
        self.began: set[str] = set()
        self.renewed: set[str] = set()
        self.always_true: list[Life] = []
        self.took_effect: dict[str, Instant] = {}
        self.migrations: list[tuple[str, Instant, str]] = []
        self.paid_sums: list[tuple[str, str, int]] = []

    # -- the parts of the agreement

    def contract(self, name: str) -> Contract:
        """Return the document of that name; of an agreement called without its version, the first that is there."""
        named = self._by_name.get(name)
        return named or next(each for each in self.contracts if each.name.partition("@")[0] == name)

    @property
    def has_dawned(self) -> bool:
        """Tell whether the account has had its first fact: duties that no trigger brings arise then."""
        return self.dawn is not None and self.dawn <= self.now

    def wake(self, at: Instant | None) -> None:
        """Remember that something may be different at an instant to come."""
        if at is not None and at > self.now:
            self.alarms.add(at)

    # -- states

    def changes(self, state: str, document: str = "") -> list[Setting]:
        """Return what set a state, in law of one document or in fact; and first what it was at first."""
        document = documents.keeper(self, document)
        if (state, document) not in self.settings:
            first = life.at_first(self, state, document)
            self.settings[(state, document)] = [Setting(BEGINNING, None, first, None)]
        return self.settings[(state, document)]

    def setting(self, state: str, document: str, at: Instant) -> Setting:
        """Return what gives a state its value at an instant: of those that hold, the one that began last."""
        holding = [
            each
            for each in self.changes(state, document)
            if each.start <= at and (each.end is None or at < each.end)
        ]
        return max(reversed(holding), key=lambda each: each.start)

    def state(self, state: str, document: str = "") -> Any:
        """Return what a state is now."""
        return self.setting(state, document, self.now).value

    def set(
        self, state: str, document: str, value: Any, event: Event | None, start: Instant, end: Instant | None
    ) -> None:
        """Give a state a value."""
        self.changes(state, document).append(Setting(start, end, value, event))
        self.wake(start)
        self.wake(end)

    # -- the walk

    def walk(self) -> None:
        """Walk from the first instant to the one asked about."""
        self.now = BEGINNING
        life.look_back(self)
        while True:
            self.settle()
            group = [fact for fact in self.facts if fact.effect_at == self.now]
            for fact in takewhile(lambda each: not self.stop(each), in_order(self.case, group)):
                self.take(fact)
            ahead = [at for at in self.alarms if at > self.now]
            ahead += [fact.effect_at for fact in self.facts if fact.effect_at > self.now]
            if not ahead or min(ahead) > self.asked_at:
                break
            self.now = min(ahead)
        self.now = self.asked_at

    def settle(self) -> None:
        """Work out what time, and what has just happened, bring about; until nothing changes any more."""
        for _ in range(100):
            if not (
                life.pass_time(self)
                or duties.end_windows(self)
                or duties.keep_watch(self)
                or norms.arise(self)
            ):
                return
        raise AssertionError("the norms of this contract do not come to rest")

    def take(self, fact: Event) -> None:
        """Take one fact: judge it on what stood before, let it have its effects, and settle."""
        if fact.standing is Standing.ALLEGED and not open_items.happened(self, fact):
            return
        if fact.name == WAIVE:
            duties.waive(self, fact)
        elif fact.name == MIGRATE:
            self.migrations.append((fact.fields["agreement"], self.now, str(fact.fields["version"])))
        else:
            kind = self.declared[fact.name]
            assert isinstance(kind, OccurrenceDecl)
            grounds = [each for each in basis.openers(self, fact) if basis.is_joined(self, each.norm, fact)]
            duties.judge(self, fact)
            duties.discharge(self, fact)
            self.happened.append(fact)
            self.basis[fact.id] = grounds
            if grounds or not kind.needs_basis:
                duties.suspend_and_resume(self, fact, grounds)
                self.change_law(fact, kind, grounds)
                life.renew(self, fact, grounds)
            self.change_facts(fact, kind)
            self.fresh.append(fact)
        self.settle()

    def change_law(self, fact: Event, kind: OccurrenceDecl, grounds: list[basis.Ground]) -> None:
        """Change states in law: of each agreement that the basis of the act concerns."""
        for effect in kind.sets:
            if effect.state == "agreement" or self.is_in_law(effect.state):
                for document in basis.agreements_meant(self, grounds):
                    self.apply(
                        fact, effect.state, document, effect.option, effect.field, effect.since, effect.until
                    )

    def change_facts(self, fact: Event, kind: OccurrenceDecl) -> None:
        """Change states in fact, and what the fact shows of them."""
        for effect in kind.sets:
            if effect.state != "agreement" and not self.is_in_law(effect.state):
                self.apply(fact, effect.state, "", effect.option, effect.field, effect.since, effect.until)
        for shown in kind.shows:
            before = [each for each in self.happened if each.name == shown.since]
            start = before[-1].effect_at if before else self.now
            kept = [each for each in self.changes(shown.state) if each.start < start]
            self.settings[(shown.state, "")] = [*kept, Setting(start, None, shown.option, fact, shown=True)]

    def apply(self, fact: Event, state: str, document: str, option: str | None, named: str | None,
              since: str | None, until: str | None) -> None:  # fmt: skip
        """Let one effect of a fact come about."""
        value: Any = option
        if named is not None:
            kind = self.declared[fact.name]
            assert isinstance(kind, OccurrenceDecl)
            of = next(param.kind for param in kind.params if param.name == named)
            value = values.field_of(self, fact, Field(Bound(fact.name, of), named, of))
        first, last = fact.fields.get(since or ""), fact.fields.get(until or "")
        start = start_of(first) if isinstance(first, date) else self.now
        end = values.instant_of(last) if last is not None else None
        self.set(state, document, value, fact, start, end)

    def is_in_law(self, state: str) -> bool:
        """Tell whether a state changes only by acts with a basis."""
        declared = self.declared.get(state)
        return isinstance(declared, StateDecl) and declared.in_law
