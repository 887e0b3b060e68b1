"""What the loop leaves of many accounts, as the rows of a portfolio's tables, without a Python object for each.

`outcome.py` and `fold.py` say the same of one account at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from contractlang.declaration import StateDecl
from engine.bulk.fold import currency_of
from engine.bulk.kernel import happened
from engine.bulk.kernel.arrow import Taken, cells_compiled
from engine.bulk.kernel.column import Array, codes_of, is_words
from engine.bulk.kernel.happened import BEGUN, NOTHING, OVER
from engine.bulk.kernel.native import library
from engine.bulk.kernel.plan import ANSWERS, BREACHED, FAR, MISSING, SAID, Lane, Plan
from engine.event import Instant
from engine.program import LIFE_STATES, Program
from engine.terms import Terms

WHATS = ("breach", "cured", "in force", "ended")
"""What can happen, as `happened.py` numbers it."""
_NEVER = numpy.iinfo(numpy.int64).max
_ORDERED = 512
"""Norms that begin at one instant are told in their order; with so many of them their numbers fit beside instants."""
_HALF = numpy.int32
_MOMENT = pyarrow.timestamp("us")


@dataclass(frozen=True, slots=True)
class Broken:
    """How one norm was broken, as `happened.py` looks at it.

    `by` has the places of parties in the plan, one or one for each key; a negative number where nobody is known.
    """

    document: str
    norm: str
    index: int
    begins: Array
    status: Array
    breached: int
    eager: bool
    begun: Array
    rows: Array
    at: Array
    cured: Array
    is_about: bool
    by: Array

    @property
    def since(self) -> tuple[Any, ...]:
        """What tells when its breaches began."""
        return self.eager, self.begun, self.rows, self.at


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
        norms = list(self._broken(taken, left))
        every, still = _counted(left, norms)
        return {
            "accounts": self._accounts(taken, left, norms, every, still),
            "happenings": self._happenings(taken, left, norms, 2 * every - still),
        }

    def breaches(self, taken: Taken, left: dict[str, Array]) -> Iterator[tuple[str, Array, Array]]:
        """Yield each norm, how many breaches of it each account has, and how many that are open."""
        for each in self._broken(taken, left):
            yield f"{each.document} {each.norm}", *_counted(left, [each])

    def unpaid(self, taken: Taken, left: dict[str, Array]) -> Array:
        """Return what accounts owe, a row for each currency."""
        unpaid = numpy.zeros((len(self._currencies), len(taken.names)), numpy.int64)
        for lane in self.plan.lanes:
            if lane.owes:
                status, owed, paid = (left[f"{letter}{lane.number}"] for letter in "sop")
                of_currency = unpaid[self._currencies.index(self._currency(lane))]
                _code().owing(_begins(taken, lane.by_row), status, owed, paid, of_currency)
        return unpaid

    def _broken(self, taken: Taken, left: dict[str, Array]) -> Iterator[Broken]:
        """Yield each norm that may have been broken."""
        at = _numbers(taken.columns.at)
        by_row = bool(self.plan.prohibitions) or any(lane.by_row for lane in self.plan.lanes)
        every = numpy.arange(len(at) if by_row else 0)
        for lane in self.plan.lanes:
            number, norm = lane.number, lane.rule.norm
            rows = every if lane.by_row else left["row"]
            nothing = lane.by_row or lane.source is not None
            yield Broken(
                norm.document, norm.id, lane.rule.index, _begins(taken, lane.by_row), left[f"s{number}"], BREACHED,
                lane.eager, left[f"{'b' if lane.eager else 'e'}{number}"], rows, at, left[f"z{number}"], not nothing,
                numpy.array([self._parties.index(lane.bearer)]),
            )  # fmt: skip
        for place, rule in enumerate(self.plan.prohibitions):
            who: Any = taken.columns.who
            by = _numbers(numpy.where(who < len(self.plan.parties), who, -1))
            norm, hits = rule.norm, left[f"x{place}"]
            yield Broken(
                norm.document,
                norm.id,
                rule.index,
                _begins(taken, True),
                hits,
                1,
                True,
                at,
                every,
                at,
                at,
                True,
                by,
            )

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

    # -- the table of accounts

    def _accounts(
        self, taken: Taken, left: dict[str, Array], norms: list[Broken], every: Array, still: Array
    ) -> Any:
        count = len(every)
        unpaid = self.unpaid(taken, left)
        columns = {
            "account": taken.names,
            "agreements": self._agreements(count),
            "states": self._states(left, count),
            "last_days": self._last_days(left),
            "breaches": pyarrow.array(every),
            "open_breaches": pyarrow.array(still),
            "in_breach_of": self._in_breach(left, norms, still),
            "unpaid": pyarrow.array(unpaid.sum(axis=0, dtype=numpy.int64)),
            "owed": _owed(self._currencies, unpaid.T),
            "events": pyarrow.array(taken.counts.astype(numpy.int32)),
            "exact": pyarrow.array(numpy.ones(count, bool)),
        }
        given = left["answer"].reshape(count, len(self.asked))
        for place, text in enumerate(self.asked):
            columns[text] = pyarrow.array(ANSWERS).take(pyarrow.array(given[:, place] % SAID))
        listed = pyarrow.map_(pyarrow.string(), pyarrow.list_(pyarrow.string()))
        nothing = pyarrow.array([], listed.key_type), pyarrow.array([], listed.item_type)
        columns["missing"] = pyarrow.MapArray.from_arrays(
            pyarrow.array(numpy.zeros(count + 1, _HALF)), *nothing
        )
        columns["forbidden_by"] = self._forbidden(given, listed)
        told = pyarrow.table(columns)
        return told.filter(pyarrow.array(left["gone"] == 0)) if left["gone"].any() else told

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

    def _agreements(self, count: int) -> Any:
        names, wide = pyarrow.array(self.agreements, pyarrow.string()), len(self.agreements)
        offsets = pyarrow.array((numpy.arange(count + 1) * wide).astype(_HALF))
        places = pyarrow.array(numpy.tile(numpy.arange(wide), count))
        return pyarrow.ListArray.from_arrays(offsets, names.take(places))

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
        ends = (left["gone"] == 0) & (left["lend_"] < FAR)
        offsets = numpy.concatenate(([0], numpy.cumsum(ends))).astype(numpy.int32)
        named = pyarrow.array([self.plan.document]).take(_zeros(int(offsets[-1])))
        return pyarrow.MapArray.from_arrays(pyarrow.array(offsets), named, written(left["lend_"][ends]))

    def _in_breach(self, left: dict[str, Array], norms: list[Broken], still: Array) -> Any:
        """Return the norms that are in breach, of each account in the order in which their breaches began."""
        names = list(dict.fromkeys(f"{each.document} {each.norm}" for each in norms))
        begins = numpy.full((len(names), len(still)), _NEVER)
        if still.any():
            for each in norms:
                first = numpy.full(len(still), _NEVER)
                _code().earliest(each.begins, left["gone"], each.status, each.breached, *each.since, first)
                own = begins[names.index(f"{each.document} {each.norm}")]
                is_open = first < _NEVER
                own[is_open] = numpy.minimum(own[is_open], first[is_open] * _ORDERED + each.index)
        some = begins[:, still > 0].T
        order = numpy.argsort(some, axis=1, kind="stable")
        is_there = numpy.take_along_axis(some, order, 1) != _NEVER
        counts = numpy.zeros(len(still) + 1, numpy.int32)
        counts[1:][still > 0] = is_there.sum(axis=1)
        listed = pyarrow.array(names, pyarrow.string()).take(pyarrow.array(order[is_there]))
        return pyarrow.ListArray.from_arrays(pyarrow.array(numpy.cumsum(counts, dtype=numpy.int32)), listed)

    # -- the table of happenings

    def _happenings(self, taken: Taken, left: dict[str, Array], norms: list[Broken], counts: Array) -> Any:
        """Return breaches and their ends, beginnings and ends of agreements: of each account in this order."""
        kept = left["gone"] == 0
        in_force = kept & (left["since_"] != MISSING) & (left["since_"] <= self.as_of)
        ended = kept & (left["lend_"] < FAR) & (left["lend_"] <= self.as_of)
        ends = numpy.cumsum(counts + in_force + ended)
        places, rows = numpy.concatenate(([0], ends[:-1])), int(ends[-1]) if len(ends) else 0
        documents = list(dict.fromkeys([*(each.document for each in norms), self.plan.document]))
        names = list(dict.fromkeys(each.norm for each in norms))
        # As `happened.py` takes them: whose, when, what, of which document and norm, about which row, by whom.
        account, moment, what, document, norm, about, who = laid = [
            numpy.empty(rows, kind) for kind in (_HALF, numpy.int64, _HALF, _HALF, _HALF, numpy.int64, _HALF)
        ]
        for each in norms:
            _code().broken(
                each.begins, left["gone"], each.status, each.breached, *each.since, each.cured,
                documents.index(each.document), names.index(each.norm), each.is_about, each.by, places, *laid,
            )  # fmt: skip
        for happens, instants, kind in ((in_force, "since_", BEGUN), (ended, "lend_", OVER)):
            _code().lived(
                happens.view(numpy.uint8),
                left[instants],
                kind,
                documents.index(self.plan.document),
                -1,
                places,
                *laid,
            )
        return pyarrow.table(
            {
                "account": _words(account, taken.names),
                "happened_at": pyarrow.Array.from_buffers(_MOMENT, rows, [None, pyarrow.py_buffer(moment)]),
                "what": _words(what, WHATS),
                "document": _words(document, documents),
                "norm": _words(norm, names),
                "about": self._about(taken, about),
                "by": _words(who, self._parties),
            }
        )

    def _about(self, taken: Taken, row: Array) -> Any:
        """Return the ids of rows: an empty one for NOTHING, null for what is less."""
        if is_words(taken.ids):
            # The empty one is a word more.
            words = pc.fill_null(taken.ids.dictionary.cast(pyarrow.string()), "")
            places = numpy.empty(len(row), _HALF)
            _code().named(row, taken.order, codes_of(taken.ids).astype(_HALF, copy=False), len(words), places)
            return _words(places, pyarrow.concat_arrays([words, pyarrow.array([""])]))
        named = taken.order.take(row, mode="clip") if len(taken.order) else row
        ids = taken.ids.take(pyarrow.array(named, mask=row < 0)).cast(pyarrow.string())
        empty = row == NOTHING
        return pc.if_else(pyarrow.array(empty), "", ids) if empty.any() else ids


def _counted(left: dict[str, Array], norms: Iterable[Broken]) -> tuple[Array, Array]:
    """Return how many breaches of some norms each account has, and how many that are open."""
    gone = left["gone"]
    every, still = numpy.zeros(len(gone), _HALF), numpy.zeros(len(gone), _HALF)
    for each in norms:
        _code().counted(each.begins, gone, each.status, each.breached, every, still)
    return every, still


def _code() -> Any:
    return library(happened)


def _begins(taken: Taken, by_row: bool) -> Array:
    """Return where the keys of each account begin: its rows, or its things."""
    return _numbers(taken.columns.first if by_row else taken.columns.things)


def _numbers(column: Any) -> Array:
    return numpy.ascontiguousarray(column, numpy.int64)


def _words(places: Array, words: Any) -> Any:
    """Return words by their places as a column that has each word once; null for a place below 0."""
    lacks = places < 0
    there = pyarrow.py_buffer(numpy.packbits(~lacks, bitorder="little")) if lacks.any() else None
    halves = pyarrow.py_buffer(places.astype(_HALF, copy=False))
    numbers = pyarrow.Array.from_buffers(pyarrow.int32(), len(places), [there, halves])
    return pyarrow.DictionaryArray.from_arrays(numbers, pyarrow.array(words, pyarrow.string()), safe=False)


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
