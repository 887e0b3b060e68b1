"""What the clauses of a contract do: its norms, and the rules on sums, losses, priorities and the life of agreements.

Everything here is immutable and carries the span of the words that say it. `docs/semantics.md` tells what each part
means over a ledger. Ids are stable: a norm is called by its clause and label (`三.2b`), so that edits elsewhere do not
rename it.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Literal

from contractlang.expression import Chosen, Expr, Target
from contractlang.kinds import Kind
from contractlang.records import dataclass
from contractlang.source import Span
from contractlang.values import Roll

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
