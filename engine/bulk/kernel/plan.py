"""What the kernel is to do for one contract under fixed terms, as data; and what it leaves to the engine.

An account is folded by the kernel or by the engine, never by both: whatever the plan does not speak of (a kind of
event, a missing field, a day whose calendar is not published) makes the engine take the whole account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contractlang.values import Period, Roll
from engine.evaluator import Evaluator
from engine.program import Rule

NONE, OPEN, DONE, BREACHED, CURED, SUSPENDED = range(6)
"""What a duty of the plan is; the first: it has not arisen."""

ANSWERS = ("unregulated", "permitted", "required", "forbidden", "no_basis", "conflicting")
SAID = 8
"""An answer is left as its place among those, and SAID times a bit for each norm that forbids."""
MOST_FORBIDDING = 58
"""How many norms may forbid one act: each takes a bit."""

DAY = 86_400_000_000
EAST = 8 * 3_600_000_000
"""The zone of the contracts is eight hours east of UTC, without summer time since 1992 (`FIRST`)."""
ELAPSED = {"hours": 3_600_000_000, "minutes": 60_000_000, "seconds": 1_000_000}
"""How long the units are that know no days, in microseconds."""
FIRST = 694_195_200_000_000
"""1992-01-01 in the zone: what is earlier the kernel leaves to the engine."""
LAST = 7_226_000_000_000_000
"""Some instant before the last year of the calendar."""
FAR = 1 << 62
UNKNOWN = -1
"""In a table: the calendar of that day is not published, or the day is in no calendar at all.

A table of terms has, where what is known leaves several ends, the earliest of them below zero.
"""
MISSING = -(1 << 62)
"""In a column: the event has no such field."""
DANGLING = -1
"""In a column of references: what is named has not given rise to any duty."""
JOINT = -2
"""The actor of a joint act."""
MOST_LANES = 64
"""How many lanes a plan may have: their numbers take six bits in the agenda of an account."""
MOST = 10**12
"""The largest number that the kernel takes: what is computed from such numbers fits into 64 bits."""

LEFT = {
    1: "a day whose calendar is not published, or outside the tables",
    2: "a number too large",
    3: "payments that several equal debts share, whose order nothing tells",
    4: "a breach that something follows which the plan does not have",
    5: "more resumptions than the kernel has room for",
    6: "a norm that the kernel has only until it comes to something",
    7: "a law that begins or ends while the account goes on, or whose text then is not among the documents",
    8: "a renewal that is over already, or upon another that has not begun",
}
"""Why the loop gives an account up, by the number that it leaves."""


OPENED = 16
"""From this number on: what is open in the account, by its place among those of the plan."""
OF_ROW = 16
"""How many bits that number has; above them stands, one higher, the row that an open issue is about."""
NO, YES, UNSETTLED = range(3)
"""What a question for humans about something comes to in an account."""


class Refused(Exception):
    """The contract has something that no plan can have. `reasons` pairs each norm's clause with what is in the way."""

    def __init__(self, reasons: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{clause}: {reason}" for clause, reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class DayTable:
    """One value for each day, worked out by the engine's calendar: the end of a window that is counted from it."""

    name: str
    how: str
    period: Period | None = None
    rolls: bool | Evaluator | None = None
    roll: Roll = "following"
    told: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """The instances of one obligation, one for each thing that gives rise to one.

    A thing is an occurrence; what arises by a breach is kept under the thing of the duty broken (`source`).
    An `eager` lane knows its breaches when they begin; the breaches of another are told from the ends of its windows.
    What a condition gives rise to is kept `by_row`, under the row in which the condition came true. What is `kept` is
    a state to be kept: it has breaches only.
    """

    number: int
    rule: Rule
    source: int | None
    eager: bool
    owes: bool
    of_days: bool
    waits: bool
    by_row: bool = False
    kept: bool = False

    @property
    def norm(self) -> str:
        """The norm's id."""
        return self.rule.norm.id

    @property
    def bearer(self) -> str:
        """Who bears the obligation: a party, or both."""
        bearer = self.rule.norm.bearer
        return bearer if isinstance(bearer, str) else bearer.value

    @property
    def bottom(self) -> str:
        """The variable of the loop with the first key that an account may use."""
        return "rb" if self.by_row else "k0"

    @property
    def top(self) -> str:
        """The variable of the loop with the key after the last that an account uses so far."""
        return "rc" if self.by_row else "kc"

    def row_of(self, key: str) -> str:
        """Spell the row of what gave rise to an instance."""
        return key if self.by_row else f"row[{key}]"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the plan: the clause it comes from, the norm, what is done."""

    clause: str
    norm: str
    told: str


@dataclass(frozen=True, slots=True)
class Issue:
    """What is open unless an account answers it: a question for humans, or how an open blank compares with a value.

    It is about something that is the same in all accounts (nothing, a place in the text, the act that the run asks
    about), or about each occurrence (`by_row`). What is `presumed` is so as long as nobody answers or disputes it.
    """

    name: str
    about: str | None = None
    by_row: bool = False
    kind: str = "question"
    presumed: bool | None = None

    @property
    def reason(self) -> str:
        """Why an account is left in which it stays open."""
        return f"{'the ' if self.kind == 'question' else ''}{self.kind} `{self.name}` is open"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the plan: may that party do the act."""

    party: str
    act: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is the same for all accounts of one contract under the same terms.

    `codes` numbers the occurrences that the loop looks at, `left` tells of those with which the engine takes the
    account, and why. `kinds` gives the columns with what each holds; `needs` the fields that an occurrence must
    have, and `without` those it must not have. `things` are the occurrences that give rise to duties, `references`
    the columns that name one. Simultaneous occurrences are taken where all are `apart` and name different things.
    """

    document: str
    source: str
    codes: Mapping[str, int]
    left: Mapping[str, str]
    kinds: Mapping[str, str]
    needs: Mapping[str, frozenset[str]]
    without: Mapping[str, frozenset[str]]
    things: frozenset[str]
    references: frozenset[str]
    apart: frozenset[str]
    words: Mapping[str, int]
    parties: tuple[str, ...]
    states: tuple[tuple[str, tuple[str, ...]], ...]
    lanes: tuple[Lane, ...]
    prohibitions: tuple[Rule, ...]
    tables: tuple[DayTable, ...]
    asked: tuple[Asked, ...]
    steps: tuple[Step, ...]
    readings: Mapping[str, str] = field(default_factory=dict)
    opened: tuple[str | Issue, ...] = ()
    issues: Mapping[Issue, str] = field(default_factory=dict)
    """What is open unless an account answers it, with the column of the answers: one for each account, or each row."""

    presumed: frozenset[str] = frozenset()
    """The questions that are taken to be answered as the contract presumes."""

    forbid: tuple[tuple[str, ...], ...] = ()
    """For each question the norms that may forbid the act, as the tables write them, by their bits."""
    doubled: Mapping[str, str] = field(default_factory=dict)
    """Columns that are not called as their field is, which has several kinds; with the field."""

    walks: int = 0
    """How many kinds of occurrences are counted or summed: each has a column of which came before which."""

    def field_of(self, column: str) -> str:
        """Return the field that a column holds."""
        return self.doubled.get(column, column)

    def forbidding(self, question: int, left: int) -> list[str]:
        """Return the norms that forbid the act of a question, from the number that the loop left; sorted."""
        bits = left // SAID
        return sorted({name for place, name in enumerate(self.forbid[question]) if bits >> place & 1})

    def left_for(self, number: int) -> str:
        """Return why the loop gave an account up, from the number that it left."""
        if number < OPENED:
            return LEFT[number]
        found = self.opened[number % (1 << OF_ROW) - OPENED]
        return found.reason if isinstance(found, Issue) else found

    def issue_at(self, number: int) -> tuple[Issue, int] | None:
        """Return the issue for which the loop gave an account up, with the row that it is about; None for all else."""
        found = None if number < OPENED else self.opened[number % (1 << OF_ROW) - OPENED]
        return (found, (number >> OF_ROW) - 1) if isinstance(found, Issue) else None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of what the loop is given, in order."""
        return arguments(
            self.kinds, self.issues.values(), self.tables, self.lanes, self.prohibitions, self.walks
        )


NARROW = ("code", "who")
"""What the loop is given as numbers of 32 bits."""


def arguments(
    kinds: Mapping[str, str], issues: Iterable[str], tables: tuple[DayTable, ...], lanes: tuple[Lane, ...],
    prohibitions: tuple[Rule, ...], walks: int,
) -> tuple[str, ...]:  # fmt: skip
    """Return the names of what the loop is given: columns, tables, room to work in, what it leaves."""
    found = ["first", "things", "at", "code", "who", *(f"c_{name}" for name in kinds), *issues]
    found += ["base", *(table.name for table in tables), "asof"]
    found += ["row", "gone", "life_", "since_", "lend_", "answer", "state_"]
    for lane in lanes:
        found += [f"{each}{lane.number}" for each in per_lane(lane)]
    found += [f"x{place}" for place in range(len(prohibitions))]
    found += [f"walk{number}" for number in range(walks)]
    return (*found, "hk", "hv", "fl", "fk")


def per_lane(lane: Lane) -> str:
    """Return the letters of what is kept for each instance: status, end, done, owed, paid, breach, pause."""
    if lane.kept:
        return "szb"
    return "sez" + ("op" if lane.owes else "") + ("b" if lane.eager else "") + ("w" if lane.waits else "")
