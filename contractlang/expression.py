"""What conditions and sums are made of once they are resolved, and which norms they speak of.

Everything here is immutable. `docs/semantics.md` tells what each comes to over a ledger; the engine, the reference
interpreter, the bulk replay and the solver all read these classes.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal, assert_never

from contractlang.kinds import COUNT, DAY, FLAG, INSTANT, Kind
from contractlang.records import dataclass
from contractlang.source import Span
from contractlang.values import Share


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
