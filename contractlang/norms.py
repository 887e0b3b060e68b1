"""What a contract means: its norms, and the declarations and expressions they are made of.

Everything here is immutable and carries the span of the words that say it. `docs/semantics.md` tells what each part
means over a ledger; the engine, the reference interpreter, the bulk replay and the solver all read these classes.
Ids are stable: a norm is called by its clause and label (`三.2b`), so that edits elsewhere do not rename it.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import Enum
from typing import Any, Literal, assert_never

from contractlang.kinds import COUNT, DAY, FLAG, INSTANT, Kind
from contractlang.records import dataclass
from contractlang.source import Span
from contractlang.values import Roll, Share

# ---- Expressions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    """A literal value: flag, count, money in minor units, day, period, share, minutes of a day, text, or an option."""

    value: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class BlankValue:
    """What fills a blank or gap of the text."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class StateValue:
    """What a state is now; `document` tells whose, for a state in law."""

    name: str
    document: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class AsOf:
    """What a state in law was on a day."""

    state: StateValue
    at: Expr


@dataclass(frozen=True, slots=True)
class Bound:
    """A variable: the trigger's occurrence or breach, a definition's parameter, or `@act`, the act being judged."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an occurrence, a breach or a party (`bill.due`, `debt.last_day`, `user.is_consumer`)."""

    of: Expr
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Not:
    """The condition is not so."""

    part: Expr


@dataclass(frozen=True, slots=True)
class And:
    """All conditions are so."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one condition is so."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind compared."""

    op: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Expr
    right: Expr
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sum, difference or product of whole numbers (a share times money rounds half up to the minor unit)."""

    op: Literal["+", "-", "*"]
    left: Expr
    right: Expr
    kind: Kind


@dataclass(frozen=True, slots=True)
class Later:
    """A day or instant some period after another (`30 days after bill.due`); the first day is not counted."""

    base: Expr
    period: Expr


@dataclass(frozen=True, slots=True)
class MonthDay:
    """Day n of the month in which the trigger falls, or the month's last day where there is none."""

    number: int


@dataclass(frozen=True, slots=True)
class Now:
    """The instant for which the question is asked."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A duty's window has passed and it is still open (neither discharged late, waived nor barred)."""

    target: Target
    longer: Expr | None = None


@dataclass(frozen=True, slots=True)
class InBreach:
    """There is a breach, open or cured: of the target, by the party if one is named."""

    target: Target
    party: Expr | None = None


@dataclass(frozen=True, slots=True)
class Discharged:
    """The duty was done in its window."""

    target: Target


@dataclass(frozen=True, slots=True)
class Happened:
    """The act or event has happened, by that party, about that object where these are named."""

    name: str
    by: Expr | None = None
    about: Expr | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """The power stands exercised, for longer than a period where one is named."""

    target: Target
    longer: Expr | None = None


@dataclass(frozen=True, slots=True)
class IsBlank:
    """Nothing fills the blank."""

    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a human has decided on a question, about one thing where the question is about things."""

    question: str
    about: Expr | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reading is taken in that option."""

    reading: str
    option: str


@dataclass(frozen=True, slots=True)
class AmountOf:
    """A named sum, for one trigger."""

    name: str
    about: Expr | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class AmountDue:
    """What is still unpaid on the duties meant."""

    target: Target
    kind: Kind


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many occurrences there were for which the condition holds (the occurrence is bound to its own name)."""

    name: str
    where: Expr | None


@dataclass(frozen=True, slots=True)
class SumOf:
    """The sum of a value over the occurrences for which the condition holds (each is bound to its own name)."""

    name: str
    worth: Expr
    where: Expr | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Accrued:
    """A share of what is unpaid, accrued day by day."""

    share: Share
    base: Expr
    since: Expr
    until: Expr
    kind: Kind


Expr = (
    Const | BlankValue | StateValue | AsOf | Bound | Field | Not | And | Or | Compare | Arithmetic | Later | MonthDay
    | Now | Overdue | InBreach | Discharged | Happened | Used | IsBlank | Answer | Chosen | AmountOf | AmountDue
    | CountOf | SumOf | Accrued
)  # fmt: skip


def kind_of(made: Expr) -> Kind:
    """Return the kind of an expression's value."""
    match made:
        case Const() | BlankValue() | StateValue() | Bound() | Field() | Arithmetic() | Answer() | AmountOf():
            return made.kind
        case AmountDue() | SumOf() | Accrued():
            return made.kind
        case AsOf():
            return made.state.kind
        case Later():
            return kind_of(made.base)
        case MonthDay():
            return DAY
        case Now():
            return INSTANT
        case CountOf():
            return COUNT
        case Not() | And() | Or() | Compare() | Overdue() | InBreach() | Discharged() | Happened() | Used():
            return FLAG
        case IsBlank() | Chosen():
            return FLAG
        case _:
            assert_never(made)


# ---- Targets: which norms another norm speaks of ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByLabel:
    """The norms with that label in the same document, for one trigger where an argument is given."""

    label: str
    about: Expr | None = None


@dataclass(frozen=True, slots=True)
class ByClause:
    """The norms of a clause of the same document."""

    clause: str


@dataclass(frozen=True, slots=True)
class ByBreach:
    """The very breach that a variable is bound to."""

    variable: Expr


@dataclass(frozen=True, slots=True)
class ByAct:
    """All duties, or powers, to do an act; only of agreed documents, only of one bearer, where so limited."""

    what: Literal["duty", "power"]
    act: str
    agreed: bool = False
    bearer: str | None = None


@dataclass(frozen=True, slots=True)
class ByDocument:
    """All norms of a document."""

    document: str


@dataclass(frozen=True, slots=True)
class ByOrder:
    """All norms of the account's first, second … agreement, in the order in which they were concluded."""

    number: int


@dataclass(frozen=True, slots=True)
class ByState:
    """All maintenance duties whose condition asks for that state; only of agreed documents where so limited."""

    state: str
    agreed: bool = False
    bearer: str | None = None


@dataclass(frozen=True, slots=True)
class AgreedLosses:
    """All rules of agreed documents on who bears a loss; only those that put it on that party, where one is named."""

    bearer: str | None = None


@dataclass(frozen=True, slots=True)
class AnyNorm:
    """Any norm, leaving out what a breach of any norm itself gives rise to (remedies do not breed)."""


Target = ByLabel | ByClause | ByBreach | ByAct | ByDocument | ByOrder | ByState | AgreedLosses | AnyNorm


# ---- Windows and triggers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByDay:
    """Up to and including a day (or an instant)."""

    day: Expr


@dataclass(frozen=True, slots=True)
class BeforeDay:
    """Up to, not including, a day (or an instant)."""

    day: Expr


@dataclass(frozen=True, slots=True)
class Within:
    """Within a period from the trigger, or from the named day or instant; its last day included."""

    period: Expr
    of: Expr | None = None


@dataclass(frozen=True, slots=True)
class Reasonable:
    """Within a reasonable time, which the question settles."""

    question: str


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Due at the instant it arises, late from the next second."""


Limit = ByDay | BeforeDay | Within | Reasonable | AtOnce


@dataclass(frozen=True, slots=True)
class Window:
    """The time allowed. `rolls` tells when a last day that is a rest day moves (民法典 203); None: as the limit does.
    `roll` tells where to.

    A period of days, months or years rolls; a named day does not unless the text says so; hours never do.
    """

    limit: Limit | None
    not_before: Expr | None
    rolls: Expr | None
    span: Span
    roll: Roll = "following"


@dataclass(frozen=True, slots=True)
class OnOccurrence:
    """One instance for each occurrence of an act or event that meets the condition."""

    name: str
    variable: str
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class OnBreach:
    """One instance for each breach of the norms meant."""

    target: Target
    variable: str
    where: Expr | None
    span: Span


Trigger = OnOccurrence | OnBreach


# ---- Standing ---------------------------------------------------------------------------------------------------

Rank = Literal["mandatory", "agreed", "gap-filling"]
Status = Literal["binding", "administrative", "enabling", "procedural"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The force of a sentence: its rank, its status, and the days on which it is in force (both included; None: open).

    A rule that is not `binding` leaves agreed norms as they are: an `administrative` one may be breached, but voids
    nothing; an `enabling` one allows; a `procedural` one orders the way.
    """

    rank: Rank = "agreed"
    status: Status = "binding"
    valid_from: date | None = None
    valid_to: date | None = None


AGREED = Standing()


# ---- Norms ------------------------------------------------------------------------------------------------------


class Who(Enum):
    """A bearer that is not one named party."""

    EITHER = "either party"
    OTHER = "the other party"
    BOTH = "both parties"


Bearer = str | Who


class Clock(Enum):
    """What becomes of a duty's deadline while a power suspends the duty."""

    STOPS = "stops"
    RUNS = "runs"
    EXTENDS = "extends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be done or forborne: an act, about an object, with values its parameters must meet."""

    name: str
    about: Expr | None = None
    amount: Expr | None = None
    where: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NormBase:
    """What every norm has: where it stands, whom it binds, when it is in force.

    `option` lists the readings under which the norm is there at all. `since` is what must have happened, or the day
    that must have come, for it to bind, `until` a condition that ends it.
    """

    id: str
    document: str
    clause: str
    label: str
    span: Span
    bearer: Bearer
    trigger: Trigger | None = None
    when: Expr | None = None
    unless: Expr | None = None
    since: Expr | None = None
    until: Expr | None = None
    option: tuple[Chosen, ...] = ()
    survives: bool = False
    excepts: tuple[Target, ...] = ()
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation(NormBase):
    """The bearer must do the act in its window."""

    act: Act
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(NormBase):
    """The bearer must keep a condition true."""

    keeps: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition(NormBase):
    """The bearer must not do the act; only in its window, where it has one."""

    act: Act
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(NormBase):
    """The bearer may do the act."""

    act: Act
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(NormBase):
    """The bearer may do an act that changes states or norms."""

    act: Act
    window: Window | None = None
    suspends: str | None = None
    clock: Clock = Clock.STOPS
    resumes: str | None = None


Norm = Obligation | Maintenance | Prohibition | Permission | Power
Duty = Obligation | Maintenance | Prohibition


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRule:
    """A named sum with its derivation, per trigger."""

    name: str
    document: str
    clause: str
    span: Span
    trigger: Trigger | None
    value: Expr
    where: Expr | None
    claimable: Expr | None
    option: tuple[Chosen, ...]
    kind: Kind
    alias: str = ""
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRule:
    """Who bears a loss."""

    id: str
    document: str
    clause: str
    span: Span
    trigger: Trigger | None
    when: Expr | None
    loss: Expr
    bearer: Bearer
    option: tuple[Chosen, ...]
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """One norm (or document) beats, limits or voids others.

    `variable` is bound, in `when`, to the clause of the norm that is beaten (`voip-1:八.3`).
    """

    how: Literal["prevails", "limits", "voids"]
    by: Target
    over: Target
    when: Expr | None
    document: str
    clause: str
    span: Span
    option: tuple[Chosen, ...] = ()
    standing: Standing = AGREED
    variable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The end of a power (`lapses`), or limitation as a defence (`time-barred`), some period after an occurrence."""

    how: Literal["lapses", "time-barred"]
    target: Target
    period: Expr
    since: Expr
    restarting: str | None
    document: str
    clause: str
    span: Span
    option: tuple[Chosen, ...] = ()
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One sentence on the life of an agreement: `lasts` is a period, the others are conditions."""

    how: Literal["takes_effect", "lasts", "renews", "ends"]
    value: Expr
    where: Expr | None
    rolls: Expr | None
    first_day_counted: Expr | None
    document: str
    clause: str
    span: Span
    option: tuple[Chosen, ...] = ()
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A law's or supplement's filling of a gap or blank that another document has (`fills due_day with …`)."""

    blank: str
    value: Expr
    document: str
    clause: str
    span: Span
    option: tuple[Chosen, ...] = ()
    standing: Standing = AGREED


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A clause without behaviour: it states, repeats another (`see`), or is deliberately not formalised."""

    how: Literal["states", "see", "not_formalised"]
    text: str
    document: str
    clause: str
    span: Span
    option: tuple[Chosen, ...] = ()


# ---- Declarations -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of an act or event, an attribute of a party or thing."""

    name: str
    alias: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What every declaration has: its name, its name in the other language, its outside id, and its place."""

    name: str
    alias: str
    external: str
    document: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDecl(Declared):
    """A party, with attributes that questions may use."""

    attributes: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingDecl(Declared):
    """A thing the contract speaks of, with typed attributes."""

    attributes: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionName:
    """One value of an enumeration."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDecl(Declared):
    """A declared enumeration."""

    options: tuple[OptionName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankDecl(Declared):
    """A typed hole in the text. A gap is one that the text does not even mark: settings do not fill it."""

    kind: Kind
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDecl(Declared):
    """What acts set: an enumeration (the first option holds at first) or a value; in law or in fact."""

    kind: Kind
    in_law: bool
    options: tuple[OptionName, ...] = ()


@dataclass(frozen=True, slots=True)
class Sets:
    """An effect: the occurrence sets a state to an option, or to one of its own fields, from a day, until it ends."""

    state: str
    option: str | None
    field: str | None
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Shows:
    """An effect: the occurrence shows that a state has had a value since another occurrence."""

    state: str
    option: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceDecl(Declared):
    """An act (what parties do) or an event (what merely happens)."""

    is_act: bool
    params: tuple[Param, ...] = ()
    actor: Bearer | None = None
    needs_basis: bool = False
    kind_of: str | None = None
    sets: tuple[Sets, ...] = ()
    shows: tuple[Shows, ...] = ()
    on_arrival: bool = False
    once: str | None = None
    accumulates: str | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDecl(Declared):
    """An open-texture term that a human must settle."""

    text: str
    about: str | None
    kind: Kind
    options: tuple[OptionName, ...]
    presumed: bool | None
    decided_by: str
    evidence: str
    beforehand: bool = False

    def presumption(self, done: bool) -> bool | None:
        """Return what is presumed: what holds `beforehand` only of an act that is asked about, none that was done."""
        return None if self.beforehand and done else self.presumed


@dataclass(frozen=True, slots=True)
class Default:
    """An option is the default: always, under one layer, or on a condition."""

    layer: str | None
    when: Expr | None


@dataclass(frozen=True, slots=True)
class ReadingOption:
    """One way to read the text."""

    name: str
    alias: str
    defaults: tuple[Default, ...]
    span: Span
    external: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDecl(Declared):
    """Competing interpretations: a named switch."""

    text: str
    options: tuple[ReadingOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineDecl(Declared):
    """A named expression."""

    value: Expr
    params: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationDecl:
    """Background that ledgers are held to: two occurrences or states exclude, imply, or follow one another."""

    how: Literal["excludes", "implies", "only_after"]
    left: str
    right: str
    document: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """Where a clause of a law was read, and how far that was checked against other copies."""

    clause: str
    citation: str
    mark: Literal["consistent", "single", "partial", "memory"]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a supplement does to a clause of the document that it amends."""

    how: Literal["replaces", "repeals"]
    target: str
    clause: str
    span: Span


Declaration = (
    PartyDecl
    | ThingDecl
    | TypeDecl
    | BlankDecl
    | StateDecl
    | OccurrenceDecl
    | QuestionDecl
    | ReadingDecl
    | DefineDecl
)


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as printed: its number, its lines, where they stand, and whether it is only a heading.

    It is `accounted` for when something beneath it says what it means, or why that is not said.
    """

    number: str
    lines: tuple[str, ...]
    span: Span | None
    is_heading: bool
    accounted: bool = True

    @property
    def text(self) -> str:
        """The clause's text, its lines joined."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One checked document: everything its text declares and means.

    `declarations` holds what is visible in it, its own and its vocabularies'. `layer` is the layer of law to which a
    law belongs (`local:HN`), and `contract` for what parties agree. A supplement's `changes` tell which clauses of the
    document it amends it replaces or repeals; `retroactive` that it also judges what arose before it. `text_hash`
    covers the printed text, `meaning_hash` the norms and declarations without their places.
    """

    name: str
    alias: str
    title: str
    kind: Literal["agreement", "law", "vocabulary", "supplement"]
    amends: str | None
    rank: Rank
    valid_from: Any
    valid_to: Any
    truncated: bool
    uses: tuple[str, ...]
    governed_by: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    declarations: dict[str, Declaration]
    relations: tuple[RelationDecl, ...]
    norms: tuple[Norm, ...]
    amounts: tuple[AmountRule, ...]
    losses: tuple[LossRule, ...]
    priorities: tuple[Priority, ...]
    bars: tuple[Bar, ...]
    life: tuple[Life, ...]
    remarks: tuple[Remark, ...]
    path: str
    chinese: bool
    text_hash: str
    meaning_hash: str
    layer: str = "contract"
    version: str = ""
    fills: tuple[Fill, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    changes: tuple[Change, ...] = ()
    retroactive: bool = False

    @property
    def base(self) -> str:
        """The document's name without its version, as a supplement or a setting calls it."""
        return base_name(self.name)

    def clause(self, number: str) -> ClauseText | None:
        """Return the clause with that number, or None."""
        return next((each for each in self.clauses if each.number == number), None)

    def named(self, label: str) -> tuple[Norm, ...]:
        """Return the norms with that label, alternatives of a reading included."""
        return tuple(norm for norm in self.norms if norm.label == label)


def version_name(name: str, version: str) -> str:
    """Return what a version of a document is called: `voip-1@2`; the first goes without a number."""
    return name if version in ("", "1") else f"{name}@{version}"


def base_name(name: str) -> str:
    """Return the name of a document without its version: `voip-1@2` is a version of `voip-1`."""
    return name.partition("@")[0]
