"""What the loop leaves of many accounts, as the rows of a portfolio's tables, without a Python object for each.

`outcome.py` and `fold.py` say the same of one account at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from contractlang.norms import StateDecl
from engine.bulk.fold import currency_of
from engine.bulk.kernel.arrow import Taken, cells_compiled
from engine.bulk.kernel.column import Array, codes_of, is_words
from engine.bulk.kernel.plan import ANSWERS, BREACHED, CURED, FAR, MISSING, OPEN, SAID, SUSPENDED, Lane, Plan
from engine.event import Instant
from engine.program import LIFE_STATES, Program
from engine.terms import Terms

WHATS = ("breach", "cured", "in force", "ended")
"""What can happen."""
_BREACH, _CURED, _IN_FORCE, _ENDED = range(len(WHATS))
_NEVER = numpy.iinfo(numpy.int64).max
_ORDERED = 512
"""Norms that begin at one instant are told in their order; with so many of them their numbers fit beside instants."""


@dataclass(frozen=True, slots=True)
class Breaches:
    """Breaches of one norm: whose (place of the account), since when, until when (MISSING), of which row, by whom.

    A row of -1 is none; `by` is the place of a party in the plan, or a negative number where nobody is known.
    """

    document: str
    norm: str
    index: int
    account: Array
    began: Array
    ended: Array
    row: Array
    by: Array

    @property
    def is_open(self) -> Array:
        """Which of them are open still."""
        return self.ended == MISSING


class Telling:
    """What is told of accounts under one plan."""

    def __init__(
        self, program: Program, terms: Terms, plan: Plan, as_of: Instant, asked: tuple[str, ...],
        agreements: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.program, self.terms, self.plan, self.as_of = program, terms, plan, as_of
        self.asked, self.agreements = asked, agreements
        self._words = {number: word for word, number in plan.words.items()}
        bearers = {lane.bearer: None for lane in plan.lanes}
        self._parties = list(dict.fromkeys([*plan.parties, *bearers]))
        self._currencies = sorted({self._currency(lane) for lane in plan.lanes if lane.owes})

    @property
    def is_possible(self) -> bool:
        """Tell whether the norms of the plan are few enough."""
        rules = [*(lane.rule for lane in self.plan.lanes), *self.plan.prohibitions]
        return all(rule.index < _ORDERED for rule in rules)

    def tables(self, taken: Taken, left: dict[str, Array]) -> dict[str, Any]:
        """Return the rows of the accounts that the loop did not give up, of each table."""
        there = left["gone"] == 0
        owners = self._owners(taken)
        breaches = list(self._breaches(taken, left, there, owners))
        return {
            "accounts": self._accounts(taken, left, there, breaches, owners),
            "happenings": self._happenings(taken, left, there, breaches),
        }

    def unpaid(self, taken: Taken, left: dict[str, Array]) -> Array:
        """Return what accounts owe, a column for each currency."""
        return self._unpaid(left, len(taken.names), self._owners(taken))

    def breaches(self, taken: Taken, left: dict[str, Array]) -> Iterator[Breaches]:
        """Yield the breaches of each norm, those of accounts that are given up left out."""
        return self._breaches(taken, left, left["gone"] == 0, self._owners(taken))

    def states(self, left: dict[str, Array], count: int) -> Iterator[tuple[str, str, Any]]:
        """Yield the states of accounts: of which document (empty for one in fact), its name, its value in each."""
        document, kept = self.plan.document, {name: place for place, (name, _) in enumerate(self.plan.states)}
        yield document, "agreement", pyarrow.array(LIFE_STATES).take(pyarrow.array(left["life_"]))
        for name, declared in self.program.declarations.items():
            if not isinstance(declared, StateDecl):
                continue
            if name in kept:
                numbers = left["state_"].reshape(count, len(kept))[:, kept[name]]
                words = pyarrow.array(
                    [self._words.get(n, "") for n in range(max(self._words, default=0) + 1)]
                )
                yield "", name, words.take(pyarrow.array(numbers))
                continue
            value = self.terms.states.get(name, declared.options[0].name if declared.options else None)
            if value is not None:
                yield (
                    document if declared.in_law else "",
                    name,
                    pyarrow.array([str(value)]).take(_zeros(count)),
                )

    def _owners(self, taken: Taken) -> tuple[Array, Array]:
        """Return the place of the account of each thing, and of each row where the plan keeps something by row."""
        things: Array = taken.columns.things
        first: Array = taken.columns.first
        accounts = numpy.arange(len(first) - 1)
        by_row = bool(self.plan.prohibitions) or any(lane.by_row for lane in self.plan.lanes)
        of_rows = numpy.repeat(accounts, numpy.diff(first)) if by_row else accounts[:0]
        return numpy.repeat(accounts, numpy.diff(things)), of_rows

    # -- the table of accounts

    def _accounts(
        self, taken: Taken, left: dict[str, Array], there: Array, breaches: list[Breaches],
        owners: tuple[Array, Array],
    ) -> Any:  # fmt: skip
        count = len(there)
        every, still = numpy.zeros(count, numpy.int32), numpy.zeros(count, numpy.int32)
        for each in breaches:
            every += numpy.bincount(each.account, minlength=count).astype(numpy.int32)
            still += numpy.bincount(each.account[each.is_open], minlength=count).astype(numpy.int32)
        unpaid = self._unpaid(left, count, owners)
        columns = {
            "account": taken.names,
            "agreements": pyarrow.array([list(self.agreements)], pyarrow.list_(pyarrow.string())).take(
                _zeros(count)
            ),
            "states": self._states(left, count),
            "last_days": self._last_days(left),
            "breaches": pyarrow.array(every),
            "open_breaches": pyarrow.array(still),
            "in_breach_of": self._in_breach(breaches, count),
            "unpaid": pyarrow.array(unpaid.sum(axis=1, dtype=numpy.int64)),
            "owed": _owed(self._currencies, unpaid),
            "events": pyarrow.array(taken.counts.astype(numpy.int32)),
            "exact": pyarrow.array(numpy.ones(count, bool)),
        }
        given = left["answer"].reshape(count, len(self.asked))
        for place, text in enumerate(self.asked):
            columns[text] = pyarrow.array(ANSWERS).take(pyarrow.array(given[:, place] % SAID))
        listed = pyarrow.map_(pyarrow.string(), pyarrow.list_(pyarrow.string()))
        columns["missing"] = pyarrow.array([[]], listed).take(_zeros(count))
        columns["forbidden_by"] = self._forbidden(given, listed)
        return pyarrow.table(columns).filter(pyarrow.array(there))

    def _unpaid(self, left: dict[str, Array], count: int, owners: tuple[Array, Array]) -> Array:
        """Return what accounts owe, a column for each currency."""
        unpaid = numpy.zeros((count, len(self._currencies)), numpy.int64)
        of_things, of_rows = owners
        for lane in self.plan.lanes:
            if lane.owes:
                of_thing = of_rows if lane.by_row else of_things
                status = left[f"s{lane.number}"]
                keys = numpy.flatnonzero((status == OPEN) | (status == BREACHED) | (status == SUSPENDED))
                owed = left[f"o{lane.number}"][keys] - left[f"p{lane.number}"][keys]
                place = self._currencies.index(self._currency(lane))
                numpy.add.at(unpaid[:, place], of_thing[keys], owed)
        return unpaid

    def _currency(self, lane: Lane) -> str:
        return currency_of(self.program, lane.rule.norm.document, lane.rule.norm.id)

    def _forbidden(self, given: Array, kind: Any) -> Any:
        """Return the norms that forbid what is asked; few accounts differ in which these are."""
        if not self.asked:
            return pyarrow.array([[]], kind).take(_zeros(len(given)))
        kinds, places = _alike(given - given % SAID)
        told = [
            [
                (text, norms) for place, text in enumerate(self.asked)
                if (norms := self.plan.forbidding(place, int(each[place])))
            ]
            for each in kinds
        ]  # fmt: skip
        return pyarrow.array(told, kind).take(pyarrow.array(places))

    def _states(self, left: dict[str, Array], count: int) -> Any:
        found = list(self.states(left, count))
        keys = [f"{document} {name}".strip() for document, name, _ in found]
        values = [value for _, _, value in found]
        wide = len(keys)
        places = numpy.arange(wide * count).reshape(wide, count).T.reshape(-1)
        told = pyarrow.concat_arrays(values).take(pyarrow.array(places))
        named = pyarrow.array(keys).take(pyarrow.array(numpy.tile(numpy.arange(wide), count)))
        offsets = pyarrow.array(numpy.arange(0, wide * count + 1, wide), pyarrow.int32())
        return pyarrow.MapArray.from_arrays(offsets, named, told)

    def _last_days(self, left: dict[str, Array]) -> Any:
        ends = (left["since_"] != MISSING) & (left["lend_"] < FAR)
        offsets = numpy.concatenate(([0], numpy.cumsum(ends))).astype(numpy.int32)
        named = pyarrow.array([self.plan.document]).take(_zeros(int(offsets[-1])))
        return pyarrow.MapArray.from_arrays(pyarrow.array(offsets), named, written(left["lend_"][ends]))

    def _in_breach(self, breaches: list[Breaches], count: int) -> Any:
        """Return the norms that are in breach, of each account in the order in which their breaches began."""
        norms = list(dict.fromkeys(f"{each.document} {each.norm}" for each in breaches))
        begins = numpy.full((count, len(norms)), _NEVER)
        for each in breaches:
            still = each.is_open
            begun = each.began[still] * _ORDERED + each.index
            place = norms.index(f"{each.document} {each.norm}")
            numpy.minimum.at(begins[:, place], each.account[still], begun)
        order = numpy.argsort(begins, axis=1, kind="stable")
        is_there = numpy.take_along_axis(begins, order, 1) != _NEVER
        offsets = numpy.concatenate(([0], numpy.cumsum(is_there.sum(axis=1)))).astype(numpy.int32)
        listed = pyarrow.array(norms, pyarrow.string()).take(pyarrow.array(order[is_there]))
        return pyarrow.ListArray.from_arrays(pyarrow.array(offsets), listed)

    # -- the table of happenings

    def _breaches(
        self, taken: Taken, left: dict[str, Array], there: Array, owners: tuple[Array, Array]
    ) -> Iterator[Breaches]:
        """Yield the breaches of each norm, those of accounts that are given up left out."""
        at: Array = taken.columns.at
        of_things, of_rows = owners
        for lane in self.plan.lanes:
            number, norm = lane.number, lane.rule.norm
            of_thing = of_rows if lane.by_row else of_things
            status = left[f"s{number}"]
            keys = numpy.flatnonzero((status == BREACHED) | (status == CURED))
            keys = keys[there[of_thing[keys]]]
            rows = keys if lane.by_row else left["row"][keys]
            if lane.eager:
                began = left[f"b{number}"][keys]
            else:
                began = numpy.maximum(left[f"e{number}"][keys], at[rows])
            ended = numpy.where(status[keys] == CURED, left[f"z{number}"][keys], MISSING)
            nothing = lane.by_row or lane.source is not None
            row = numpy.full(len(keys), -1) if nothing else rows
            by = numpy.full(len(keys), self._parties.index(lane.bearer))
            yield Breaches(norm.document, norm.id, lane.rule.index, of_thing[keys], began, ended, row, by)
        for place, rule in enumerate(self.plan.prohibitions):
            rows = numpy.flatnonzero(left[f"x{place}"])
            rows = rows[there[of_rows[rows]]]
            who: Array = taken.columns.who
            by = numpy.where(who[rows] < len(self.plan.parties), who[rows], -1)
            never = numpy.full(len(rows), MISSING)
            norm = rule.norm
            yield Breaches(norm.document, norm.id, rule.index, of_rows[rows], at[rows], never, rows, by)

    def _happenings(
        self, taken: Taken, left: dict[str, Array], there: Array, breaches: list[Breaches]
    ) -> Any:
        """Return breaches and their ends, beginnings and ends of agreements: of each account in this order."""
        norms = [(each.document, each.norm) for each in breaches]
        parts = []
        for place, each in enumerate(breaches):
            ended = numpy.flatnonzero(~each.is_open)
            parts.append((each.account, each.began, _BREACH, place, each.row, each.by))
            parts.append(
                (each.account[ended], each.ended[ended], _CURED, place, each.row[ended], each.by[ended])
            )
        began = left["since_"] != MISSING
        for what, instants, happened in (
            (_IN_FORCE, left["since_"], began), (_ENDED, left["lend_"], began & (left["lend_"] < FAR)),
        ):  # fmt: skip
            rows = numpy.flatnonzero(there & happened & (instants <= self.as_of))
            parts.append((rows, instants[rows], what, len(norms), -2, -1))
        counts = [len(each[0]) for each in parts]
        columns: list[Array] = [
            numpy.concatenate([numpy.broadcast_to(part[k], n) for part, n in zip(parts, counts, strict=True)])
            for k in range(6)
        ]
        account, instants, what, norm, row, by = columns
        order = numpy.zeros(len(account), numpy.int64)
        cells_compiled().grouped(account, numpy.zeros(len(there) + 1, numpy.int64), order)
        norm, row = norm[order], row[order]
        documents = [*(document for document, _ in norms), self.plan.document]
        listed = [*(name for _, name in norms), None]
        return pyarrow.table(
            {
                "account": _words(account[order], taken.names),
                "happened_at": written(instants[order]),
                "what": _words(what[order], WHATS),
                "document": _words(norm, documents),
                "norm": _words(norm, listed),
                "about": self._about(taken, row),
                "by": _words(by[order], self._parties),
            }
        )

    def _about(self, taken: Taken, row: Array) -> Any:
        """Return the ids of rows: an empty one for -1, null for what is less."""
        named = taken.order[row] if len(taken.order) else row
        empty = row == -1
        if is_words(taken.ids):
            # The empty one is a word more, null the one below zero.
            words = pc.fill_null(taken.ids.dictionary.cast(pyarrow.string()), "")
            codes = codes_of(taken.ids).take(named, mode="clip")
            places = numpy.where(empty, len(words), numpy.where(row < 0, -1, codes))
            return _words(places, pyarrow.concat_arrays([words, pyarrow.array([""])]))
        ids = taken.ids.take(pyarrow.array(named, mask=row < 0)).cast(pyarrow.string())
        return pc.if_else(pyarrow.array(empty), "", ids) if empty.any() else ids


def _words(places: Array, words: Any) -> Any:
    """Return words by their places as a column that has each word once; null for a place below 0, and for None."""
    if not isinstance(words, pyarrow.Array):
        listed = [each for each in dict.fromkeys(words) if each is not None]
        places = numpy.array([*(listed.index(each) if each is not None else -1 for each in words), -1])[
            places
        ]
        words = pyarrow.array(listed, pyarrow.string())
    lacks = places < 0
    places = pyarrow.array(places.astype(numpy.int32), mask=lacks if lacks.any() else None)
    return pyarrow.DictionaryArray.from_arrays(places, words)


def written(moments: Array) -> Any:
    """Return instants as text, written as `iso` writes them."""
    offsets = numpy.zeros(len(moments) + 1, numpy.int32)
    room = numpy.empty(32 * len(moments) + 1, numpy.uint8)
    cells_compiled().spelled(numpy.ascontiguousarray(moments), offsets, room)
    buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(room[: int(offsets[-1])])]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(moments), buffers)


def _owed(currencies: list[str], unpaid: Array) -> Any:
    """Return what is unpaid as a map from currencies, where it is not nothing; a column for each currency."""
    is_there = unpaid != 0
    offsets = numpy.concatenate(([0], numpy.cumsum(is_there.sum(axis=1)))).astype(numpy.int32)
    named = pyarrow.array(currencies, pyarrow.string()).take(pyarrow.array(numpy.nonzero(is_there)[1]))
    return pyarrow.MapArray.from_arrays(pyarrow.array(offsets), named, pyarrow.array(unpaid[is_there]))


def _alike(rows: Array) -> tuple[Array, Array]:
    """Return each row of an array once, and for each row where it is then. (To compare whole rows takes far longer.)"""
    codes = rows[:, 0]
    for column in rows.T[1:]:
        (_, before), (values, own) = (numpy.unique(each, return_inverse=True) for each in (codes, column))
        codes = before * len(values) + own
    _, firsts, places = numpy.unique(codes, return_index=True, return_inverse=True)
    return rows[firsts], places


def _zeros(count: int) -> Any:
    return pyarrow.array(numpy.zeros(count, numpy.int64))
