"""What the rows of a table say by themselves: when, what, who, and the fields, each as a number.

Whatever is not written the one plain way is told as bad.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Who
from engine.bulk.kernel.column import (
    STRINGS,
    Array,
    Text,
    is_words,
    nulls_of,
    numbers_of,
    one,
    text_of,
    words_of,
)
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.plan import DAY, EAST, FIRST, LAST, MISSING, Plan
from engine.dates import period_day
from engine.event import Instant

_MOST = 10**10
FORBIDDEN, FREE, NEEDED = range(3)
"""Whether an occurrence may have a field: it may not, it may, it must."""
A_CHUNK = 1 << 14
"""Chunks of a table that have fewer rows are put together before they are read."""
A_MASK = 8
"""Of how many columns a byte tells which are there."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What rows say by themselves: when, what, who, fields; which are bad, and which are known (None: all)."""

    bad: Array
    moment: Array
    kind: Array
    who: Array
    known: Array | None
    fields: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Rules:
    """Of a few columns, a bit each: which must be there in a row of some kind, and which may not."""

    columns: tuple[str, ...]
    needs: Array
    without: Array


class RowReader:
    """What reads the rows of tables for a plan: `kinds` tells what its fields are, `options` the words of some."""

    def __init__(
        self, plan: Plan, declared: Mapping[str, OccurrenceDecl], kinds: Mapping[str, str],
        options: Mapping[str, Sequence[str]], known_at: Instant | None, code: Any,
    ) -> None:  # fmt: skip
        self.plan, self.declared, self.kinds, self.options = plan, declared, kinds, options
        self.known_at, self.code = known_at, code
        self.names = list(declared)

    def read(self, table: Any) -> Rows:
        """Read what each row says by itself, a chunk of the table after the other."""
        table = table if table.num_rows >= A_CHUNK * table.column(0).num_chunks else table.combine_chunks()
        count, absent = table.num_rows, without(table, (*self.kinds, "recorded_at"))
        bad, fields = numpy.zeros(count, numpy.uint8), dict[str, Array]()
        moment, kind, who = (numpy.empty(count, numpy.int64) for _ in range(3))
        known = None if "recorded_at" in absent else numpy.empty(count, bool)
        there = [name for name in self.kinds if name not in absent]
        for name in there:
            if self.kinds[name] != "occurrence":
                fields[name] = numpy.empty(count, numpy.int64)
        rules = [self._rules(there[at : at + A_MASK]) for at in range(0, len(there), A_MASK)]
        begin = 0
        for batch in table.to_batches():
            here, part = slice(begin, begin + len(batch)), pyarrow.Table.from_batches([batch])
            begin += len(batch)
            self.moment(part.column("at"), bad[here], moment[here])
            self.acts(part, absent, bad[here], kind[here], who[here])
            if known is not None:
                known[here] = self.known(part, moment[here], bad[here])
            for each in rules:
                self.fields(part, each, kind[here], bad[here], {n: fields[n][here] for n in fields})
        return Rows(bad, moment, kind, who, known, fields)

    def acts(self, table: Any, absent: Iterable[str], bad: Array, kind: Array, who: Array) -> None:
        """Read which declaration each row is of (the number past the last for none), and who acted.

        An occurrence that needs a column which is `absent` is wrong.
        """
        count, parties = table.num_rows, self.plan.parties
        names = words_of(table.column("name"))
        there = "by" in table.column_names and not pyarrow.types.is_null(table.column("by").type)
        by = words_of(table.column("by") if there else pyarrow.nulls(count, pyarrow.string()))
        known = names.words.to_pylist()
        kinds = numpy.array(
            [self.names.index(w) if w in self.declared else len(self.names) for w in (*known, None)]
        )
        words = by.words.to_pylist()
        numbers = numpy.full((len(self.names) + 1, len(words) + 1), ELSE)
        wrong = numpy.ones(numbers.shape, numpy.uint8)
        for place, (name, declared) in enumerate(self.declared.items()):
            if any(self._rule(name, each) == NEEDED for each in absent):
                continue
            for number, word in enumerate([*words, None]):
                if not declared.is_act:
                    needs = self.plan.needs.get(name, ())
                    wrong[place, number] = word is not None or "by" in needs
                elif isinstance(declared.actor, str):
                    wrong[place, number] = word not in (None, declared.actor)
                    numbers[place, number] = parties.index(declared.actor)
                elif declared.actor is not Who.BOTH and word in parties:
                    wrong[place, number], numbers[place, number] = 0, parties.index(word)
        told = kinds, wrong.reshape(-1), numbers.reshape(-1), len(words) + 1
        self.code.acted(names.places, names.null, by.places, by.null, *told, kind, who, bad)

    def moment(self, column: Any, bad: Array, moment: Array) -> None:
        """Read instants."""
        array = one(column)
        if is_words(array) or array.type in STRINGS:
            self._read("at", array, bad, moment)
            return
        scale, null = 1000 if array.type == pyarrow.timestamp("ms") else 1, nulls_of(array)
        low, high = -((FIRST + EAST) // -scale), -((LAST + EAST) // -scale)
        self.code.scaled(numbers_of(array, numpy.int64), null, scale, EAST, low, high, moment, bad)
        bad |= null

    def known(self, table: Any, moment: Array, bad: Array) -> Array:
        """Return which rows are known; one that was recorded before it happened is wrong."""
        column = one(table.column("recorded_at"))
        wrong, recorded = numpy.zeros(len(moment), numpy.uint8), numpy.empty(len(moment), numpy.int64)
        self.moment(column, wrong, recorded)
        told = nulls_of(column) == 0
        bad |= (told & ((wrong != 0) | (recorded < moment))).view(numpy.uint8)
        return numpy.ones(len(moment), bool) if self.known_at is None else ~told | (recorded <= self.known_at)

    def fields(self, table: Any, rules: Rules, kind: Array, bad: Array, out: dict[str, Array]) -> None:
        """Read some columns as numbers; a row in which one is that may not be, or is not that must, is bad."""
        there = numpy.full(len(bad), (1 << len(rules.columns)) - 1, numpy.uint8)
        for place, name in enumerate(rules.columns):
            column = one(table.column(name))
            if column.null_count:
                there ^= nulls_of(column) << place
            if name in out:
                self._field(name, self.kinds[name], column, bad, out[name])
        self.code.allowed(kind, there, rules.needs, rules.without, bad)

    def _rules(self, columns: Sequence[str]) -> Rules:
        """Return the rules of a few columns."""
        # A row that is none of the occurrences is bad anyway.
        needs, without = (
            numpy.array(
                [
                    *(
                        sum((self._rule(each, name) == rule) << n for n, name in enumerate(columns))
                        for each in self.names
                    ),
                    0,
                ]
            )
            for rule in (NEEDED, FORBIDDEN)
        )
        return Rules(tuple(columns), needs, without)

    def _rule(self, event: str, field: str) -> int:
        own = {each.name for each in self.declared[event].params}
        if field not in own or field == "ground" or field in self.plan.without.get(event, ()):
            return FORBIDDEN
        return NEEDED if field in self.plan.needs.get(event, ()) else FREE

    def _field(self, name: str, kind: str, column: Any, bad: Array, out: Array) -> None:
        """Read a field as numbers."""
        null = nulls_of(column)
        if kind == "flag" and pyarrow.types.is_boolean(column.type):
            out[:] = pc.fill_null(column.cast(pyarrow.int64()), MISSING).to_numpy()
        elif is_words(column) or column.type in STRINGS:
            self._read(name, column, bad, out)
        elif kind == "day":
            low, high = (FIRST + EAST) // DAY, LAST // DAY
            found = numbers_of(column, numpy.int32).astype(numpy.int64)
            self.code.scaled(found, null, 1, 0, low, high, out, bad)
        elif kind == "money" and pyarrow.types.is_decimal(column.type):
            scale, found = 10 ** (2 - column.type.scale), numbers_of(column, numpy.int64)
            self.code.scaled(found, null, scale, 0, 0, -(-_MOST * 100 // scale), out, bad)
        elif kind in ("money", "count"):
            scale = 100 if kind == "money" else 1
            whole = numpy.int64 if pyarrow.types.is_int64(column.type) else numpy.int32
            found = numbers_of(column, whole).astype(numpy.int64, copy=False)
            self.code.scaled(found, null, scale, 0, 0, _MOST, out, bad)
        else:
            bad |= null == 0
            out[:] = MISSING

    def _read(self, name: str, column: Any, bad: Array, out: Array) -> None:
        """Read a column of text as numbers; of one that is kept as numbers of words each word is read once."""
        kind = "at" if name == "at" else self.kinds[name]
        if is_words(column) or kind in ("flag", "one of", "text", "period"):
            found = words_of(column)
            count = len(found.words)
            values, faults = numpy.zeros(count + 1, numpy.int64), numpy.zeros(count + 1, numpy.uint8)
            self._cells(name, kind, text_of(found.words), values[:count], faults[:count])
            self.code.chosen(found.places, found.null, values, faults, out, bad)
            null = found.null
        else:
            text = text_of(column)
            self._cells(name, kind, text, out, bad)
            null = text.null
        if name == "at":
            bad |= null

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


def without(table: Any, names: Iterable[str]) -> list[str]:
    """Return those of some columns of which a table tells nothing."""
    types = dict(zip(table.schema.names, table.schema.types, strict=True))
    return [name for name in names if name not in types or pyarrow.types.is_null(types[name])]
