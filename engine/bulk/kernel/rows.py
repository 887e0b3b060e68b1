"""What the rows of a table say by themselves: when, what, who, and the fields, each as a number.

Whatever is not written the one plain way is told as bad.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Who
from engine.bulk.kernel import rowwise
from engine.bulk.kernel.cells import NOTHING
from engine.bulk.kernel.column import (
    STRINGS,
    Array,
    Text,
    indices_of,
    is_words,
    nulls_of,
    numbers_of,
    one,
    places_among,
    text_of,
    words_of,
)
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.plan import DAY, EAST, FIRST, LAST, MISSING, Plan
from engine.bulk.kernel.rowwise import WRONG, WRONG_ACTOR, WRONG_ID, Column, name_of, number, told, word
from engine.dates import period_day
from engine.event import Instant

_MOST = 10**10
FORBIDDEN, FREE, NEEDED = range(3)
"""Whether an occurrence may have a field: it may not, it may, it must."""
A_CHUNK = 1 << 14
"""Chunks of a table that have fewer rows are put together before they are read."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What rows say by themselves: when, what, who, fields; which are bad, and which are known (None: all).

    `ids` has the columns that name occurrences, by the places of their words, if they are such.
    """

    bad: Array
    moment: Array
    kind: Array
    who: Array
    known: Array | None
    fields: dict[str, Array]
    ids: dict[str, Array]


class RowReader:
    """What reads the rows of tables for a plan: `kinds` tells what its fields are, `options` the words of some."""

    def __init__(
        self, plan: Plan, declared: Mapping[str, OccurrenceDecl], kinds: Mapping[str, str],
        options: Mapping[str, Sequence[str]], known_at: Instant | None, code: Any,
    ) -> None:  # fmt: skip
        self.plan, self.declared, self.options = plan, declared, options
        self.kinds = {**kinds, "at": "at", "recorded_at": "at", "id": "occurrence"}
        self.known_at, self.code = known_at, code
        self.names = list(declared)
        # Most parts of a table have the same columns, and the same few words in the same order.
        self._rules = lru_cache(maxsize=16)(self._rules_of)
        self._numbers = lru_cache(maxsize=16)(self._numbers_of)
        self._no_null = numpy.zeros(0, numpy.uint8)

    def read(self, table: Any, words: Any) -> Rows:
        """Read what each row says by itself, a chunk of the table after the other; ids are places among `words`."""
        table = table if table.num_rows >= A_CHUNK * table.column(0).num_chunks else table.combine_chunks()
        count, columns = table.num_rows, frozenset(table.column_names) - lacking(table)
        names = [name for name in self.kinds if name in columns]
        moment = numpy.empty(count, numpy.int64)
        kind, who = numpy.empty(count, numpy.int32), numpy.empty(count, numpy.int32)
        rows = Rows(numpy.zeros(count, numpy.uint8), moment, kind, who, None, {}, {})
        rows.fields["at"] = moment
        for name in names:
            if self.kinds[name] == "occurrence":
                if words is not None:
                    rows.ids[name] = numpy.empty(count, numpy.int32)
            elif name in self.plan.kinds or name == "recorded_at":
                rows.fields[name] = numpy.empty(count, numpy.int64)
        rules, begin = self._rules(tuple(names)), 0
        for batch in table.to_batches():
            here = slice(begin, begin + len(batch))
            begin += len(batch)
            bad, ids = rows.bad[here], {name: room[here] for name, room in rows.ids.items()}
            room = {name: room[here] for name, room in rows.fields.items()}
            read = [self._column(name, batch.column(name), words, bad, room | ids) for name in names]
            rowwise.run(self._acts(batch, columns), (rows.kind[here], rows.who[here], bad), read, rules)
        return rows if "recorded_at" not in columns else self._as_known(rows, table.column("recorded_at"))

    def _acts(self, batch: Any, columns: frozenset[str]) -> tuple[Any, ...]:
        """Return what tells which declaration each row is of (the number past the last for none), and who acted."""
        names = words_of(batch.column("name"))
        by = words_of(batch.column("by") if "by" in columns else pyarrow.nulls(len(batch), pyarrow.string()))
        told = self._numbers(tuple(names.words.to_pylist()), tuple(by.words.to_pylist()), columns)
        return names.places, names.null, by.places, by.null, *told

    def _numbers_of(
        self, names: Sequence[str], actors: Sequence[str], columns: Container[str]
    ) -> tuple[Array, Array, int]:
        """Return the number of the declaration of each name, and that of each actor by declaration.

        WRONG_ACTOR is that of one who cannot have done it. An occurrence that needs a column not among some is
        wrong.
        """
        kinds = [self.names.index(each) if each in self.declared else len(self.names) for each in names]
        parties, words = self.plan.parties, (*actors, None)
        numbers = numpy.full((len(self.names) + 1, len(words)), WRONG_ACTOR)
        for place, (name, declared) in enumerate(self.declared.items()):
            if any(self._rule(name, each) == NEEDED for each in self.kinds if each not in columns):
                continue
            for at, actor in enumerate(words):
                if not declared.is_act:
                    fits = actor is None and "by" not in self.plan.needs.get(name, ())
                    numbers[place, at] = ELSE if fits else WRONG_ACTOR
                elif isinstance(declared.actor, str):
                    fits = actor in (None, declared.actor)
                    numbers[place, at] = parties.index(declared.actor) if fits else WRONG_ACTOR
                elif declared.actor is not Who.BOTH and actor in parties:
                    numbers[place, at] = parties.index(actor)
        return numpy.array([*kinds, len(self.names)]), numbers.reshape(-1), len(words)

    def _as_known(self, rows: Rows, column: Any) -> Rows:
        """Return rows with which of them are known; one that was recorded before it happened is bad."""
        is_told, recorded = nulls_of(one(column)) == 0, rows.fields.pop("recorded_at")
        rows.bad[is_told & (recorded < rows.moment)] = 1
        known = (
            numpy.ones(len(recorded), bool)
            if self.known_at is None
            else ~is_told | (recorded <= self.known_at)
        )
        return replace(rows, known=known)

    def _rules_of(self, columns: tuple[str, ...]) -> list[Array]:
        """Return which columns must be there in a row of some kind, and which may not."""
        # A row that is none of the occurrences is bad anyway.
        needs, without = (
            [*([self._rule(each, name) == rule for name in columns] for each in self.names), []]
            for rule in (NEEDED, FORBIDDEN)
        )
        return [numpy.array(each) for each in rowwise.rules(needs, without)]

    def _rule(self, event: str, field: str) -> int:
        if field in ("id", "at"):
            return NEEDED
        own = {each.name for each in self.declared[event].params}
        if field == "recorded_at":
            return FREE
        if field not in own or field == "ground" or field in self.plan.without.get(event, ()):
            return FORBIDDEN
        return NEEDED if field in self.plan.needs.get(event, ()) else FREE

    def _column(self, name: str, column: Any, words: Any, bad: Array, room: dict[str, Array]) -> Column:
        """Return a column as the loop reads it; one of text that is not kept as numbers of words is read here."""
        kind, null, out = self.kinds[name], self._nulls(column), room.get(name)
        if kind == "occurrence":
            return told(null) if out is None else self._id(name, column, null, words, out)
        if out is None:
            # Nobody asks what it says, but how that is written.
            out = numpy.empty(len(column), numpy.int64)
        if is_words(column) or (column.type in STRINGS and kind in ("flag", "one of", "text", "period")):
            return self._word(name, kind, column, out)
        if column.type in STRINGS:
            self._cells(name, kind, text_of(column), out, bad)
        elif kind == "at":
            scale = 1000 if column.type.unit == "ms" else 1
            # What has a zone is kept by UTC; what has none is local time.
            ahead = 0 if column.type.tz else EAST
            low, high = -((FIRST + ahead) // -scale), -((LAST + ahead) // -scale)
            return number(numbers_of(column, numpy.int64), null, low, high, scale, ahead, out)
        elif kind == "flag" and pyarrow.types.is_boolean(column.type):
            out[:] = pc.fill_null(column.cast(pyarrow.int64()), MISSING).to_numpy()
        elif kind == "day":
            return number(
                numbers_of(column, numpy.int32), null, (FIRST + EAST) // DAY, LAST // DAY, 1, 0, out
            )
        elif kind == "money" and pyarrow.types.is_decimal(column.type):
            scale = 10 ** (2 - column.type.scale)
            return number(numbers_of(column, numpy.int64), null, 0, -(-_MOST * 100 // scale), scale, 0, out)
        elif kind in ("money", "count"):
            whole = numpy.int64 if pyarrow.types.is_int64(column.type) else numpy.int32
            return number(numbers_of(column, whole), null, 0, _MOST, 100 if kind == "money" else 1, 0, out)
        else:
            bad |= null == 0
            out[:] = MISSING
        return told(null)

    def _word(self, name: str, kind: str, column: Any, out: Array) -> Column:
        """Return a column of words, each of which is read once."""
        found = words_of(column)
        count = len(found.words)
        values, faults = numpy.zeros(count + 1, numpy.int64), numpy.zeros(count + 1, numpy.uint8)
        self._cells(name, kind, text_of(found.words), values[:count], faults[:count])
        values[faults != 0] = WRONG
        return word(found.places, found.null, values, out)

    def _id(self, name: str, column: Any, null: Array, words: Any, out: Array) -> Column:
        """Return a column that names an occurrence; named sums have colons, and name none."""
        own, among = text_of(column.dictionary), places_among(words, column)
        faults = own.null.copy() if name == "id" else numpy.zeros(len(own.null), numpy.uint8)
        self.code.texts(own.offsets, own.data, own.null, name == "id", faults)
        among[:-1][own.null != 0] = NOTHING
        among[:-1][faults != 0] = WRONG_ID
        return name_of(indices_of(column), null, among, out)

    def _nulls(self, array: Any) -> Array:
        """Return which cells are null; of what has none, all the same."""
        if array.null_count:
            return nulls_of(array)
        if len(self._no_null) < len(array):
            self._no_null = numpy.zeros(len(array), numpy.uint8)
        return self._no_null[: len(array)]

    def _cells(self, name: str, kind: str, text: Text, out: Array, bad: Array) -> None:
        """Read cells of text as a field of some kind."""
        cells = text.offsets, text.data, text.null
        match kind:
            case "at" | "instant":
                self.code.instants(*cells, kind == "at", out, bad)
                self.code.within(text.null, FIRST, LAST, out, bad)
            case "day":
                self.code.days(*cells, out, bad)
                self.code.within(text.null, (FIRST + EAST) // DAY, LAST // DAY, out, bad)
            case "money" | "count":
                self.code.numbers(*cells, 2 if kind == "money" else 0, out, bad)
            case "flag" | "one of":
                known = {"yes": 1, "true": 1, "no": 0, "false": 0}
                if kind == "one of":
                    known = {each: self.plan.words.get(each, ELSE) for each in self.options[name]}
                listed = _strings(text)
                out[:] = [known.get(word, ELSE) for word in listed]
                bad |= numpy.array([word not in known for word in listed], bool).view(numpy.uint8)
            case "period":
                listed = _strings(text)
                out[:] = [self.plan.words.get(word, ELSE) for word in listed]
                bad |= numpy.array([period_day(word) is None for word in listed], bool).view(numpy.uint8)
            case "text":
                self.code.texts(*cells, True, bad)
                if self.plan.kinds.get(name) == "word":
                    out[:] = [self.plan.words.get(word, ELSE) for word in _strings(text)]
            case _:
                out[:] = MISSING
                bad |= text.null == 0


def _strings(text: Text) -> list[str]:
    """Return the cells of a column of few words."""
    raw = text.data.tobytes()
    return [raw[a:b].decode() for a, b in pairwise(text.offsets.tolist())]


def lacking(table: Any) -> set[str]:
    """Return the columns of a table in which nothing is."""
    return {each.name for each in table.schema if pyarrow.types.is_null(each.type)}
