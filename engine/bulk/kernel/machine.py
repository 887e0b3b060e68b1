"""The loop of a plan, ready to run: as plain Python, or as machine code where the extra `kernel` is installed.

Both run the same text; what they leave is the same to the last number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from engine.bulk.kernel.kept import folder
from engine.bulk.kernel.plan import DAY, EAST, FIRST, MISSING, NARROW, UNSETTLED, Plan, per_lane
from engine.bulk.kernel.tables import MARGIN, tabled
from engine.program import Program
from engine.terms import Terms

MOST_DAYS = 60_000
"""The longest that a table may be."""


@dataclass
class Columns:
    """Accounts laid out as columns: events of one account together and in time, accounts one after the other.

    `first` and `things` hold, for each account and once more at the end, its first event and its first thing (an
    occurrence that gives rise to duties); `at` instants (microseconds, UTC), `code` and `who` numbers of the plan,
    `fields` a column for each of the plan's `kinds`. References are the numbers of things. `answers` are those that
    accounts give to issues of the plan; where one has no column, it is open in all of them.
    """

    first: Sequence[int]
    things: Sequence[int]
    at: Sequence[int]
    code: Sequence[int]
    who: Sequence[int]
    fields: dict[str, Sequence[int]]
    answers: dict[str, Sequence[int]] = field(default_factory=dict)


@dataclass
class Outcome:
    """What the loop leaves: for each account, whether it gave it up; for each lane, what each instance came to."""

    gone: Sequence[int]
    life: Sequence[int]
    since: Sequence[int]
    end: Sequence[int]
    answers: Sequence[int]
    states: Sequence[int]
    row: Sequence[int]
    lanes: list[dict[str, Sequence[int]]]
    broken: list[Sequence[int]]


class Calendar:
    """The tables of days of a plan, kept while batch after batch is folded."""

    def __init__(self, program: Program, terms: Terms, plan: Plan) -> None:
        self.program, self.terms, self.plan = program, terms, plan
        self._low, self._high = 0, -1
        self._tables: tuple[Sequence[int], ...] = ()

    def over(
        self, low: int, high: int, taken: Callable[[list[int]], Sequence[int]]
    ) -> tuple[int, tuple[Sequence[int], ...]]:
        """Return tables that have the days from `low` to `high`, and the first day that they have."""
        if self._high < self._low or low < self._low or high > self._high:
            if self._high >= self._low:
                # What comes next is likely to go a little further again.
                low, high = min(low - 400, self._low), max(high + 400, self._high)
            high = min(high, low + MOST_DAYS)
            made = tabled(self.program, self.terms, self.plan.tables, low, high)
            self._low, self._high, self._tables = low, high, tuple(taken(each) for each in made)
        return self._low, self._tables


def is_extra() -> bool:
    """Tell whether the extra `kernel` is there: the loop can be compiled, and whole tables are read as columns."""
    return all(find_spec(name) is not None for name in ("llvmlite", "numpy", "pyarrow"))


def run(
    program: Program, terms: Terms, plan: Plan, columns: Columns, as_of: int, by_llvm: bool,
    calendar: Calendar | None = None,
) -> Outcome:  # fmt: skip
    """Fold the accounts up to `as_of` (an instant, included)."""
    loop = compiled(plan.source) if by_llvm else plain(plan.source)
    arguments, left = given(program, terms, plan, columns, as_of, by_llvm, calendar)
    loop(*(arguments[name] for name in plan.arguments))
    # What is looked at one by one afterwards is looked at sooner in a list.
    left = {name: _listed(column) for name, column in left.items()}
    lanes = [{letter: left[f"{letter}{lane.number}"] for letter in per_lane(lane)} for lane in plan.lanes]
    return Outcome(
        left["gone"], left["life_"], left["since_"], left["lend_"], left["answer"], left["state_"], left["row"],
        lanes, [left[f"x{place}"] for place in range(len(plan.prohibitions))],
    )  # fmt: skip


def given(
    program: Program, terms: Terms, plan: Plan, columns: Columns, as_of: int, by_llvm: bool,
    calendar: Calendar | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """Return what the loop is given, by name, and what of that is room for what it leaves.

    A `calendar` keeps the tables of days from one batch to the next.
    """
    room = _numpy_room if by_llvm else _plain_room
    # What an account leaves is emptied by the loop when it comes to that account.
    bare = _numpy_bare if by_llvm else _plain_bare
    taken = _numpy_column if by_llvm else _listed
    narrow = _numpy_narrow if by_llvm else _listed
    accounts, events, count = len(columns.first) - 1, len(columns.at), int(columns.things[-1])
    low, high = day_range(plan, columns, as_of)
    found: dict[str, Any] = {
        "first": columns.first, "things": columns.things, "at": columns.at, "code": columns.code, "who": columns.who,
        **{f"c_{name}": columns.fields[name] for name in plan.kinds},
    }  # fmt: skip
    if not events:
        # The first row is read also where there is none, and then tells nothing.
        found |= {name: [0] for name in found if name not in ("first", "things")}
    for issue, name in plan.issues.items():
        found[name] = columns.answers.get(name) or room(events if issue.by_row else accounts, UNSETTLED)
    columns_of = calendar or Calendar(program, terms, plan)
    low, tables = columns_of.over(low, high, taken)
    found |= {table.name: column for table, column in zip(plan.tables, tables, strict=True)}
    found = {name: (narrow if name in NARROW else taken)(column) for name, column in found.items()} | {
        "base": low,
        "asof": as_of,
    }
    left = {
        "row": bare(count), "gone": room(accounts, 0), "life_": room(accounts, 0),
        "since_": room(accounts, MISSING), "lend_": room(accounts, 0),
        "answer": room(accounts * len(plan.asked), 0), "state_": room(accounts * len(plan.states), 0),
    }  # fmt: skip
    for lane in plan.lanes:
        keys = events if lane.by_row else count
        left |= {f"{letter}{lane.number}": bare(keys) for letter in per_lane(lane)}
    left |= {f"x{place}": bare(events) for place in range(len(plan.prohibitions))}
    eager = any(lane.eager for lane in plan.lanes)
    most = _most(columns.things, accounts)
    if any(lane.by_row for lane in plan.lanes):
        most = max(most, _most(columns.first, accounts))
    wide = most * len(plan.lanes) + 1 if eager else 1
    work = {f"walk{number}": bare(events) for number in range(plan.walks)}
    work |= {
        "hk": room(4 * wide + 16, 0),
        "hv": room(4 * wide + 16, 0),
        "fl": room(wide, 0),
        "fk": room(wide, 0),
    }
    return {**found, **left, **work}, left


def day_range(plan: Plan, columns: Columns, as_of: int) -> tuple[int, int]:
    """Return the first and last day for which the tables are made: those of the data, and MARGIN more."""
    until = (as_of + EAST) // DAY
    days = [(instant + EAST) // DAY for instant in _ends(_outer(columns))]
    for name, kind in plan.kinds.items():
        if kind == "day":
            days += _ends(columns.fields[name])
    days = [day for day in days if day >= (FIRST + EAST) // DAY]
    low = min(days, default=until)
    terms = [
        most for n, kind in plan.kinds.items() if kind == "duration" for most in _ends(columns.fields[n])
    ]
    margin = MARGIN + 31 * max(terms, default=0)
    return low, min(max([*days, until]) + margin, low + MOST_DAYS)


def _outer(columns: Columns) -> Sequence[int]:
    """Return instants among which are the first and the last of all."""
    at: Any = columns.at
    first: Any = columns.first
    if not hasattr(at, "take") or not hasattr(first, "take") or not len(at):
        return columns.at
    # The events of an account are in time.
    return at.take([first[:-1], first[1:] - 1], mode="clip").reshape(-1)  # type: ignore[no-any-return]


def _ends(column: Sequence[int]) -> list[int]:
    """Return the least and the greatest number of a column, what is missing left out."""
    if hasattr(column, "view"):
        there: Any = column
        # Without a sign what is missing is greater than any other number.
        least, greatest = int(there.view("uint64").min(initial=-MISSING)), int(there.max(initial=MISSING))
        return [least, greatest] if greatest >= 0 else []
    listed = [each for each in column if each >= 0]
    return [min(listed), max(listed)] if listed else []


def _most(begins: Sequence[int], accounts: int) -> int:
    """Return how many things, or events, the account has that has most of them; `begins` tells where those begin."""
    if hasattr(begins, "min"):
        listed: Any = begins
        return int((listed[1:] - listed[:-1]).max()) if accounts else 0
    return max((begins[i + 1] - begins[i] for i in range(accounts)), default=0)


@lru_cache(maxsize=32)
def plain(source: str) -> Callable[..., None]:
    """Return the loop as plain Python."""
    made: dict[str, Any] = {}
    exec(compile(source, "<plan>", "exec"), made)
    return made["fold"]  # type: ignore[no-any-return]


def compiled(source: str) -> Callable[..., Any]:
    """Return the loop as machine code, which is kept for the next process."""
    from engine.bulk.kernel.native import native

    return native(source, folder())


def _plain_room(count: int, value: int) -> Sequence[int]:
    return [value] * count


def _numpy_room(count: int, value: int) -> Sequence[int]:
    import numpy

    return numpy.full(count, value, numpy.int64)  # type: ignore[return-value]


def _plain_bare(count: int) -> Sequence[int]:
    return [0] * count


def _numpy_bare(count: int) -> Sequence[int]:
    import numpy

    return numpy.empty(count, numpy.int64)  # type: ignore[return-value]


def _numpy_column(column: Sequence[int]) -> Sequence[int]:
    import numpy

    return numpy.ascontiguousarray(column, numpy.int64)  # type: ignore[return-value]


def _numpy_narrow(column: Sequence[int]) -> Sequence[int]:
    import numpy

    return numpy.ascontiguousarray(column, numpy.int32)  # type: ignore[return-value]


def _listed(column: Any) -> Sequence[int]:
    return column.tolist() if hasattr(column, "tolist") else column  # type: ignore[no-any-return]
