"""A portfolio folded by the kernel where it can be, and by the engine where it cannot.

Accounts are laid out many at a time, those under the same terms together. A sample may be folded by both: the first
difference ends the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.bulk.fold import Folded, Portfolio, Row, Taken, happenings_of
from engine.bulk.kernel.cases import Facts, in_cases
from engine.bulk.kernel.columns import Layout, Left, spoken_of
from engine.bulk.kernel.in_units import InUnits
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.machine import Calendar, Outcome, is_extra, run
from engine.bulk.kernel.outcome import Found, Results
from engine.bulk.kernel.plan import Asked, Plan, Refused
from engine.bulk.kernel.typed import Bucket, Typed
from engine.bulk.mapping import Mapped
from engine.bulk.run import AtOnce, Counts
from engine.bulk.tables import Scattered, rows_from
from engine.event import Event
from engine.program import Program
from engine.question import May, Question
from engine.terms import Terms

if TYPE_CHECKING:
    from pathlib import Path

    from engine.bulk.kernel.straight import Straight
    from engine.bulk.kernel.units import Unit

TOGETHER = 4096
"""How many accounts are laid out at once."""
MOST_PLANS = 64
"""Under how many different terms plans are made; accounts under others are the engine's."""


COMPILED_FROM = 1_000_000
"""After how many rows a process compiles the loop: so many take as long as plain Python."""


class Unequal(Exception):
    """The kernel and the engine differ on an account: a fault of the program. The message tells where."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account whose rows are read and that is not folded yet."""

    name: str
    taken: Taken | None
    found: Folded
    facts: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """Accounts of a bucket that were read as columns, and what the loop left; the names of the others."""

    agreements: tuple[str, ...]
    laid: Bucket
    results: Results
    left: tuple[str, ...]

    def places(self) -> dict[str, int]:
        """Return the places of the accounts that the loop did not give up, by their names."""
        return {name: n for n, name in enumerate(self.laid.names) if self.results.left(n) is None}


@dataclass
class Kernelled(InUnits):
    """A portfolio with the kernel in front of it; `share` of the accounts, told by `seed`, are folded by both."""

    portfolio: Portfolio
    share: float = 0.0
    seed: int = 0
    _expected: dict[str, Folded] = field(default_factory=dict)
    _rows: int = 0
    _straight: Straight | None = None
    _plans: dict[tuple[int, str, frozenset[str]], tuple[Program, Plan | None]] = field(default_factory=dict)
    _calendars: dict[tuple[int, bool], Calendar] = field(default_factory=dict)

    @property
    def mapped(self) -> Mapped:
        """How rows are events."""
        return self.portfolio.mapped

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """The tables that come out, each with its columns and their SQL types."""
        return self.portfolio.tables

    def fold_all(self, accounts: Iterable[tuple[str, Mapping[str, Any], Iterable[str]]]) -> Iterator[Folded]:
        """Yield what came of each account, in order. Raises Unequal."""
        accounts = iter(accounts)
        while batch := list(islice(accounts, TOGETHER)):
            yield from self._batch([self.read(*each) for each in batch])

    def readers(self) -> list[Straight]:
        """Return what folds whole tables; nothing without a plan. Raises Unlike."""
        straight = self.straightened()
        return [] if straight is None else [straight]

    def fold_whole(self, unit: Unit, targets: Mapping[str, Path], left: Path) -> Counts:
        """Fold the accounts of a unit; write its tables, and the names of those that are left. Raises Unequal."""
        (straight,) = self.readers()
        verified: list[int] = []

        def compared(events: Any, told: dict[str, Any]) -> None:
            verified.append(self.compared(told, lambda name: rows_from(events, [name])["row"].to_pylist()))

        done = straight.fold(straight.tables_of(unit), targets, left, compared)
        return Counts(
            done.accounts, done.events, kernel=done.accounts, verified=sum(verified), columns=done.accounts
        )  # fmt: skip

    def straightened(self) -> Straight | None:
        """Return what folds tables under the terms that all accounts share; None without a plan. Raises Unlike."""
        from engine.bulk.kernel.straight import Straight

        if self._straight is None:
            taken = self.portfolio.take("", {}, (), Folded())
            plan = None if taken is None else self._planned(taken)
            if taken is None or plan is None or not plan.codes:
                return None
            self._straight = Straight(
                taken.account.program, taken.account.terms, plan, self.portfolio.as_of, self.portfolio.known_at,
                self.portfolio.asked, taken.agreements,
            )  # fmt: skip
        return self._straight

    def compared(self, tables: dict[str, Any], rows: Callable[[str], list[str]]) -> int:
        """Fold the accounts of the sample by the engine, too; return how many there were. Raises Unequal.

        `rows` gives those of an account, each as JSON text.
        """
        if not self.share:
            return 0
        from engine.bulk.kernel.straight import rows_about

        names = [each for each in tables["accounts"].column("account").to_pylist() if self._is_sampled(each)]
        for name in names:
            mine = Folded({kind: rows_about(told, name) for kind, told in tables.items()})
            theirs = Folded()
            again = self.portfolio.take(name, {}, rows(name), theirs)
            assert again is not None
            self.portfolio.told(name, again, theirs)
            _compare(name, mine, theirs)
        return len(names)

    def bucket(self, scattered: Scattered, bucket: int, with_accounts: bool) -> Read | None:
        """Fold the accounts of a bucket whose rows are plainly right, as columns; None where none can be."""
        taken = None if self.mapped.events or not is_extra() else self.portfolio.take("", {}, (), Folded())
        plan = None if taken is None else self._planned(taken)
        if taken is None or plan is None or not plan.codes:
            return None
        program, terms = taken.account.program, taken.account.terms
        typed = Typed(program, plan, self.portfolio.as_of, self.portfolio.known_at)
        found = scattered.asked(bucket, typed.statements(with_accounts), typed.queries())
        laid = typed.bucket(found)
        self._rows += len(laid.at)
        outcome = self._run(program, terms, plan, laid, self._rows >= COMPILED_FROM)
        others = ("", *map(str, found["left"]["account"].tolist()))
        return Read(taken.agreements, laid, Results(program, terms, plan, laid, outcome), others)

    def at_once(self, scattered: Scattered, bucket: int, with_accounts: bool) -> AtOnce | None:
        """Fold what can be folded of a bucket as columns; the others are left.

        Accounts of the sample are left too, and are compared with what the columns gave.
        """
        self._expected.clear()
        read = self.bucket(scattered, bucket, with_accounts)
        if read is None:
            return None
        laid, results, left = read.laid, read.results, list(read.left)
        whole: list[int] = []
        for place, name in enumerate(laid.names):
            if results.left(place) is not None:
                left.append(name)
            elif self._is_sampled(name):
                left.append(name)
                self._expected[name] = self._written(
                    name, read.agreements, results.program, results.found(place), laid.counts[place]
                )
            else:
                whole.append(place)
        folded = (
            self._written(
                laid.names[place], read.agreements, results.program, results.found(place), laid.counts[place]
            )
            for place in whole
        )
        return AtOnce(folded, frozenset(laid.names[place] for place in whole), tuple(left))

    def _written(
        self, name: str, agreements: tuple[str, ...], program: Program, found: Found, events: int
    ) -> Folded:
        """Return what the kernel found of one account as the portfolio writes it."""
        now, asked = found.standing, self.portfolio.asked
        forbidden, missing = (
            {text: names for text, names in zip(asked, told, strict=False) if names}
            for told in (found.forbidding, found.missing)
        )
        row = self.portfolio.outcome(
            name, agreements, now, found.answers, events, program, forbidden, missing
        )
        (document,) = program.agreements
        happenings = happenings_of(now, ((document, *found.life),), self.portfolio.as_of)
        told = {"accounts": [row], "happenings": [{"account": name, **each} for each in happenings]}
        return Folded(told, events=events, open=bool(missing), kernel=1)

    def plan(
        self, program: Program, terms: Terms, questions: tuple[Question, ...],
        spoken: frozenset[str] = frozenset(),
    ) -> Plan:  # fmt: skip
        """Return the plan for what is asked. Raises Refused."""
        asked = []
        for question in questions:
            if not isinstance(question, May) or question.fields or question.at != self.portfolio.as_of:
                reason = "only `PARTY may ACT`, on the day of the run, is asked of the kernel"
                raise Refused((("--ask", reason),))
            asked.append(Asked(question.party, question.act))
        return plan_of(program, terms, asked, spoken)

    def read(self, name: str, head: Mapping[str, Any], rows: Iterable[str]) -> Waiting:
        """Return an account as it is known, ready to be folded."""
        found = Folded()
        taken = self.portfolio.take(name, head, rows, found)
        if taken is None:
            return Waiting(name, None, found)
        return Waiting(name, taken, found, taken.account.ledger.as_known(self.portfolio.known_at))

    def _run(
        self, program: Program, terms: Terms, plan: Plan, laid: Layout | Bucket, by_llvm: bool
    ) -> Outcome:
        """Run the loop; the days of a plan are worked out once for all batches."""
        key = id(plan), by_llvm
        if key not in self._calendars:
            self._calendars[key] = Calendar(program, terms, plan)
        return run(program, terms, plan, laid.columns(), laid.as_of, by_llvm, self._calendars[key])

    def _planned(self, taken: Taken, facts: Facts = ()) -> Plan | None:
        program, terms = taken.account.program, taken.account.terms
        questions = spoken_of(program, facts)
        key = id(program), terms.sealed, questions
        if key not in self._plans:
            if len(self._plans) >= MOST_PLANS:
                return None
            try:
                self._plans[key] = program, self.plan(program, terms, taken.asked, questions)
            except Refused:
                self._plans[key] = program, None
        return self._plans[key][1]

    def folded(self, batch: Sequence[Waiting]) -> tuple[dict[int, Found], dict[int, str]]:
        """Fold accounts together: tell by its place what came of each, or why it is the engine's."""
        groups: dict[int, tuple[Plan, Taken, Layout, dict[int, Facts]]] = {}
        reasons: dict[int, str] = {}
        for place, each in enumerate(batch):
            if each.taken is None:
                continue
            plan = self._planned(each.taken, each.facts)
            if plan is None:
                reasons[place] = "no plan under its terms"
                continue
            if id(plan) not in groups:
                layout = Layout(each.taken.account.program, plan, self.portfolio.as_of)
                groups[id(plan)] = plan, each.taken, layout, {}
            _, _, layout, facts = groups[id(plan)]
            try:
                layout.add(each.facts)
            except Left as left:
                reasons[place] = str(left)
            else:
                facts[place] = each.facts
        told: dict[int, Found] = {}
        for plan, taken, layout, facts in groups.values():
            # Rows come as JSON: to read them takes far longer than the loop does as plain Python.
            fold = partial(self._results, taken.account.program, taken.account.terms, plan)
            found, left_open = in_cases(layout, facts, fold)
            told |= found
            reasons |= left_open
        return told, reasons

    def _results(self, program: Program, terms: Terms, plan: Plan, laid: Layout) -> Results:
        return Results(program, terms, plan, laid, self._run(program, terms, plan, laid, False))

    def _batch(self, batch: list[Waiting]) -> Iterator[Folded]:
        """Fold accounts together; yield what came of each, in order."""
        told, reasons = self.folded(batch)
        for place, each in enumerate(batch):
            yield (
                self._told(each, told[place]) if place in told else self._by_engine(each, reasons.get(place))
            )

    def _told(self, each: Waiting, came: Found) -> Folded:
        """Return what the kernel found of one account, compared with the engine if it is of the sample."""
        assert each.taken is not None
        program = each.taken.account.program
        found = self._written(each.name, each.taken.agreements, program, came, each.found.events)
        found.rejects = each.found.rejects
        if self._is_sampled(each.name):
            found.verified = 1
            again = Folded(events=found.events)
            self.portfolio.told(each.name, each.taken, again)
            _compare(each.name, found, again)
            if each.name in self._expected:
                _compare(each.name, self._expected[each.name], again)
        return found

    def _by_engine(self, each: Waiting, reason: str | None) -> Folded:
        if each.taken is not None:
            self.portfolio.told(each.name, each.taken, each.found)
            if reason is not None:
                each.found.left = reason
        return each.found

    def _is_sampled(self, name: str) -> bool:
        if not self.share:
            return False
        digest = hashlib.blake2b(f"{self.seed} {name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * 2**64


def _compare(name: str, kernel: Folded, engine: Folded) -> None:
    """Raise Unequal for the first thing on which kernel and engine differ."""
    for kind, rows in engine.tables.items():
        mine, theirs = sorted(map(_line, kernel.tables[kind])), sorted(map(_line, rows))
        if mine != theirs:
            ours = [each for each in mine if each not in theirs] or ["nothing"]
            other = [each for each in theirs if each not in mine] or ["nothing"]
            raise Unequal(
                f"account {name}, {kind}: the kernel says {ours[0]}, and the engine says {other[0]}"
            )


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)
