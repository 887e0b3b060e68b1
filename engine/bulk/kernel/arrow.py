"""A table of Parquet as columns of the kernel, without a Python object for each row.

An account is read so only if each of its rows is written the one plain way, has just the fields that its occurrence
has, and keeps to what ledgers are held to (`typed.py` says the same in SQL); whatever could be taken otherwise, or set
aside, is read row by row as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contractlang.norms import QuestionDecl, StateDecl, TypeDecl, Who
from engine.bulk.kernel import cells
from engine.bulk.kernel.column import (
    CODED,
    STRINGS,
    Array,
    Text,
    Words,
    codes_of,
    is_words,
    nulls_of,
    numbers_of,
    one,
    text_of,
    words_of,
)  # fmt: skip
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.native import library
from engine.bulk.kernel.parquet import File, is_amount, with_amounts
from engine.bulk.kernel.plan import DAY, EAST, FIRST, MISSING, Plan
from engine.bulk.kernel.typed import occurrences
from engine.dates import period_day
from engine.event import Instant
from engine.program import Program

_LAST = 7_226_000_000_000_000
"""Some instant before the last year of the calendar."""
_MOST = 10**10
A_CHUNK = 1 << 14
"""Chunks of a table that have fewer rows are put together before they are read."""
_READ = 1 << 18
"""How many rows are read at once."""


def cells_compiled() -> Any:
    """Return the functions that read cells, as machine code."""
    return library(cells)


@dataclass(frozen=True, slots=True)
class Taken:
    """Accounts as columns: their names, how many rows each has, the ids of the rows that the loop looks at."""

    names: pyarrow.StringArray
    counts: Array
    columns: Columns
    ids: Any
    order: Array
    left: pyarrow.StringArray
    """The accounts that are not among them."""
    tied: Array
    """The places of accounts with rows at one instant whose order could matter."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What rows say by themselves: when, what, who, fields; which are bad, and which are known (None: all)."""

    bad: Array
    moment: Array
    kind: Array
    who: Array
    known: Array | None
    fields: dict[str, Array]


_INSTANTS = (pyarrow.timestamp("us"), pyarrow.timestamp("ms"))
SEVERAL = "several"
"""The kind of a field that is one thing in one occurrence and another in another: rows that fill it are left."""


class Unlike(Exception):
    """A table that is not read as columns; the message tells why."""


class Reader:
    """What reads tables for a plan. Raises Unlike where a contract or a table has what it does not read."""

    def __init__(self, program: Program, plan: Plan, as_of: Instant, known_at: Instant | None) -> None:
        self.program, self.plan, self.as_of = program, plan, as_of
        self.until = as_of if known_at is None else min(as_of, known_at)
        self.known_at = known_at
        self.declared = occurrences(program, plan)
        self.names = list(self.declared)
        self.kinds: dict[str, str] = {}
        """The kind of each field."""
        self.options: dict[str, tuple[str, ...]] = {}
        for name, declared in self.declared.items():
            for param in declared.params:
                if param.name == "by":
                    # The column of who acted; an event that fills it is left.
                    continue
                kind: str = param.kind.name
                if kind == "text" and (name, param.name) in program.periods:
                    kind = "period"
                if kind == "one of":
                    found = program.declarations.get(param.kind.of)
                    known = isinstance(found, TypeDecl | StateDecl | QuestionDecl)
                    options = tuple(each.name for each in found.options) if known else ()  # type: ignore[union-attr]
                    if self.options.setdefault(param.name, options) != options:
                        kind = SEVERAL
                before = self.kinds.setdefault(param.name, kind)
                if param.name == declared.once and kind not in ("text", "period", "occurrence"):
                    raise Unlike(f"`{name}` is there once for each `{declared.once}`")
                if before != kind:
                    # A period is a text of a certain form.
                    self.kinds[param.name] = "period" if {before, kind} == {"period", "text"} else SEVERAL
        for name, kind in plan.kinds.items():
            fits = {
                "reference": ("occurrence",),
                "number": ("money", "count"),
                "word": ("text", "one of", "period"),
            }
            if self.kinds.get(name, SEVERAL) not in (SEVERAL, *fits.get(kind, (kind,))):
                raise Unlike(f"`{name}` is asked as a {kind}")
        self.code = cells_compiled()
        self._every = numpy.zeros(0, numpy.int64)

    def looks_at(self) -> tuple[Any, ...]:
        """Return all that decides what is read of a table: who gives the same here reads the same columns."""
        plan = self.plan
        declared = [
            (name, each.is_act, each.actor, each.once, [(param.name, param.kind) for param in each.params])
            for name, each in self.declared.items()
        ]
        relations = [(e.how, e.left, e.right) for c in self.program.contracts for e in c.relations]
        return (
            declared, relations, self.kinds, self.options, self.until, self.as_of, self.known_at, plan.codes,
            plan.kinds, plan.doubled, plan.needs, plan.without, plan.things, plan.words, plan.parties, plan.apart,
            plan.references,
            [each.act for each in plan.asked],
        )  # fmt: skip

    def tables(
        self, path: Path, most: int = 1 << 20, groups: tuple[int, int] | None = None, after: str | None = None
    ) -> Iterator[Any]:
        """Yield whole accounts of a table that is sorted by account, about `most` rows at a time.

        Of some row `groups`, those accounts that begin there: the rows of the account `after` which they begin are
        passed over, and the last account is read to its end.
        """
        with File(path) as file:
            yield from self._tables(file, most, groups or (0, file.groups), after)

    def _tables(self, file: File, most: int, groups: tuple[int, int], after: str | None) -> Iterator[Any]:
        own = file.rows(range(*groups))
        held: list[Any] = []
        for batch in file.batches(min(most, _READ), range(groups[0], file.groups)):
            inside, beyond = batch.slice(0, own), batch.slice(own)
            own -= len(inside)
            if after is not None and len(inside):
                inside = inside.slice(_leading(inside, after))
                after = after if not len(inside) else None
            if len(inside):
                held.append(inside)
                codes = codes_of(inside.column("account").chunk(0))
                if sum(map(len, held)) >= most and codes[0] != codes[-1]:
                    # The account that comes last may go on in the rows to come.
                    table = pyarrow.concat_tables(held)
                    cut = table.num_rows - int(numpy.argmax(codes[::-1] != codes[-1]))
                    yield table.slice(0, cut)
                    held = [table.slice(cut)]
            if not own:
                if not held:
                    return
                more = _leading(beyond, held[-1].column("account")[-1].as_py()) if len(beyond) else 0
                if more:
                    held.append(beyond.slice(0, more))
                if more < len(beyond):
                    break
        if held:
            yield pyarrow.concat_tables(held)

    def check(self, path: Path) -> None:
        """Raise Unlike for a table whose columns are none of this contract, or of a kind that is not read."""
        self.check_schema(pq.read_schema(path))

    def whole(self, table: Any) -> Taken:
        """Return the accounts of a table in memory, the rows of each together, whose columns `check_schema` passed."""
        for name in {*CODED} & {*table.column_names}:
            column = table.column(name)
            if column.type in STRINGS:
                place = table.column_names.index(name)
                table = table.set_column(place, name, column.cast(pyarrow.string()).dictionary_encode())
        return self._taken(with_amounts(table))

    def check_schema(self, schema: Any) -> None:
        """Raise Unlike for columns that are none of this contract, or of a kind that is not read."""
        if len(set(schema.names)) != len(schema.names) or not {"account", "id", "name", "at"} <= {
            *schema.names
        }:
            raise Unlike("a column is missing, or there twice")
        for each in schema:
            type_ = each.type.value_type if is_words(each) else each.type
            is_text, types = type_ in STRINGS, pyarrow.types
            match each.name:
                case "account" | "name" | "id":
                    fits = is_text
                case "by":
                    fits = is_text or types.is_null(type_)
                case "at":
                    fits = is_text or type_ in _INSTANTS
                case "recorded_at":
                    fits = is_text or type_ in _INSTANTS or types.is_null(type_)
                case name:
                    fits = name in self.kinds and (is_text or _fits(self.kinds[name], type_))
            if not fits:
                raise Unlike(f"the column `{each.name}` is {each.type}")

    # -- a batch of whole accounts

    def _taken(self, table: Any) -> Taken:
        count = table.num_rows
        accounts, starts = _runs(one(table.column("account")))
        rows = self._rows(table)
        bad, moment, kind, who, fields = rows.bad, rows.moment, rows.kind, rows.who, rows.fields
        own = one(table.column("id"))
        ids, others = self._ids(table, own, bad)
        first = numpy.append(starts, count).astype(numpy.int64)
        ok = self._accounts(starts, kind, who, moment, bad) & self._once(table, kind, starts)
        ok &= ~pc.equal(pc.fill_null(accounts, ""), "").to_numpy(zero_copy_only=False)
        ok = ok.astype(numpy.uint8)
        if rows.known is not None:
            # What is not known yet is looked at no more than what no norm speaks of.
            kind = numpy.where(rows.known, kind, len(self.names))
        is_coded = numpy.array([*(each in self.plan.codes for each in self.names), False]).view(numpy.uint8)
        is_thing = numpy.array([*(each in self.plan.things for each in self.names), False]).view(numpy.uint8)
        order = numpy.empty(count, numpy.int64)
        number = numpy.full(count, -1, numpy.int64)
        firsts, things, taken = (numpy.zeros(len(starts) + 1, numpy.int64) for _ in range(3))
        wide = int((first[1:] - first[:-1]).max(initial=1))
        slots = numpy.full(ids.most + 1 if isinstance(ids, Numbers) else 1 << (2 * wide + 4).bit_length(), -1)
        in_time = self._in_time(first, moment)
        put = self.code.arranged if isinstance(ids, Text) else self.code.numbered
        told = (ids.offsets, ids.data) if isinstance(ids, Text) else (ids.places,)
        kept = put(
            first, ok, in_time, moment, kind, is_coded, is_thing, self.until, *told, slots, order, number, firsts,
            things, taken,
        )  # fmt: skip
        taken = taken[:kept]
        order = order[: firsts[kept]]
        codes = numpy.array([self.plan.codes.get(each, 0) for each in self.names] + [0])
        # All rows of all accounts in order: what was read is what is laid out.
        as_it_is = len(order) == count and in_time.base is self._every
        laid: dict[str, Array] = {}
        for name, held in self.plan.kinds.items():
            if name in others and held == "reference":
                laid[name] = out = numpy.empty(len(order), numpy.int64)
                self._refer(ids, others[name], (first, taken, kept, firsts, order, number), slots, out)
            elif name in fields:
                laid[name] = fields[name] if as_it_is else fields[name][order]
            else:
                laid[name] = numpy.full(len(order), MISSING, numpy.int64)
        ends = _listed(firsts[: kept + 1]), _listed(things[: kept + 1])
        if not as_it_is:
            moment, kind, who = moment[order], kind[order], who[order]
        tied = self._tied(ends[0], moment, kind, number[order], laid)
        self.code.coded(codes, kind)
        columns = Columns(*ends, moment, kind, who, laid)
        counts = (first[1:] - first[:-1])[taken]
        left = pc.fill_null(accounts.take(pyarrow.array(numpy.flatnonzero(ok == 0))), "")
        return Taken(accounts.take(pyarrow.array(taken)), counts, columns, own, order, left, tied)

    def _tied(self, first: Array, moment: Array, kind: Array, number: Array, laid: dict[str, Array]) -> Array:
        """Return the accounts with rows at one instant that are not apart: about different things.

        (`Layout` in `columns.py` says the same of one account.)
        """
        same = moment[1:] == moment[:-1]
        same[first[1:-1][(first[1:-1] > 0) & (first[1:-1] < len(moment))] - 1] = False
        if not same.any():
            return numpy.zeros(0, numpy.int64)
        # The first row of a group is not the same as the one before it.
        before = numpy.concatenate(([False], same))
        rows = numpy.flatnonzero(before | numpy.append(same, False))
        group = numpy.cumsum(~before[rows])
        named = [laid[name][rows] for name in self.plan.references]
        is_apart = numpy.array([*(each in self.plan.apart for each in self.names), False])[kind[rows]]
        is_about = number[rows] >= 0
        for each in named:
            is_about |= each != MISSING
        wrong = group[~(is_apart & is_about)]
        # Things by the rows that are about them, each once a row; what two rows of a group are about is not apart.
        every, places = (number[rows], *named), numpy.arange(len(rows)) << 32
        about = numpy.unique(numpy.concatenate([(places | each)[each >= 0] for each in every]))
        touched, times = numpy.unique(group[about >> 32] << 32 | about & 0xFFFF_FFFF, return_counts=True)
        wrong = numpy.union1d(wrong, touched[times > 1] >> 32)
        return numpy.unique(numpy.searchsorted(first, rows[numpy.isin(group, wrong)], "right") - 1)

    def _rows(self, table: Any) -> _Rows:
        """Read what each row says by itself, a chunk of the table after the other."""
        table = table if table.num_rows >= A_CHUNK * table.column(0).num_chunks else table.combine_chunks()
        count, without = table.num_rows, self._without(table, (*self.kinds, "recorded_at"))
        bad, fields = numpy.zeros(count, numpy.uint8), dict[str, Array]()
        moment, kind, who = (numpy.empty(count, numpy.int64) for _ in range(3))
        known = None if "recorded_at" in without else numpy.empty(count, bool)
        # 0: the occurrence has no such field; 1: it may be there; 2: it must.
        rules = {
            name: numpy.array([*(self._rule(each, name) for each in self.names), 1]) for name in self.kinds
        }
        for name, of in self.kinds.items():
            if of != "occurrence" and name not in without:
                fields[name] = numpy.empty(count, numpy.int64)
        begin = 0
        for batch in table.to_batches():
            here, part = slice(begin, begin + len(batch)), pyarrow.Table.from_batches([batch])
            begin += len(batch)
            self._moment(part.column("at"), bad[here], moment[here])
            self._acts(part, bad[here], kind[here], who[here])
            if known is not None:
                known[here] = self._known(part, moment[here], bad[here])
            for name, rule in rules.items():
                if name in without:
                    bad[here] |= rule[kind[here]] == 2
                    continue
                column = one(part.column(name))
                self.code.allowed(kind[here], nulls_of(column), rule, bad[here])
                if name in fields:
                    self._field(name, self.kinds[name], column, bad[here], fields[name][here])
        return _Rows(bad, moment, kind, who, known, fields)

    def _refer(
        self, ids: Text | Numbers, others: Text | Numbers, laid: tuple[Any, ...], slots: Array, out: Array
    ) -> None:
        """Look up which thing of its account each row names."""
        if isinstance(ids, Text) and isinstance(others, Text):
            text = others.offsets, others.data, others.null
            self.code.referred(*laid, ids.offsets, ids.data, *text, slots, out)
        elif isinstance(ids, Numbers) and isinstance(others, Numbers):
            slots[:] = -1
            self.code.looked_up(*laid, ids.places, others.places, others.null, slots, out)

    def _in_time(self, first: Array, moment: Array) -> Array:
        """Return the rows of each account in time, accounts as they stand."""
        if len(self._every) < len(moment):
            self._every = numpy.arange(len(moment))
        rows = self._every[: len(moment)]
        falls = moment[1:] < moment[:-1]
        falls[first[1:-1] - 1] = False
        if not falls.any():
            return rows
        whose = numpy.repeat(numpy.arange(len(first) - 1), numpy.diff(first))
        return numpy.lexsort((moment, whose))

    def _acts(self, table: Any, bad: Array, kind: Array, who: Array) -> None:
        """Read which declaration each row is of (the number past the last for none), and who acted."""
        count, parties = table.num_rows, self.plan.parties
        names = words_of(table.column("name"))
        there = "by" in table.column_names and not pyarrow.types.is_null(table.column("by").type)
        by = words_of(table.column("by") if there else pyarrow.nulls(count, pyarrow.string()))
        known = names.words.to_pylist()
        kinds = numpy.array(
            [self.names.index(w) if w in self.declared else len(self.names) for w in known] + [0]
        )
        words = by.words.to_pylist()
        numbers = numpy.full((len(self.names) + 1, len(words) + 1), ELSE)
        wrong = numpy.ones(numbers.shape, numpy.uint8)
        for place, declared in enumerate(self.declared.values()):
            for number, word in enumerate([*words, None]):
                if not declared.is_act:
                    needs = self.plan.needs.get(self.names[place], ())
                    wrong[place, number] = word is not None or "by" in needs
                elif isinstance(declared.actor, str):
                    wrong[place, number] = word not in (None, declared.actor)
                    numbers[place, number] = parties.index(declared.actor)
                elif declared.actor is not Who.BOTH and word in parties:
                    wrong[place, number], numbers[place, number] = 0, parties.index(word)
        told = kinds, wrong.reshape(-1), numbers.reshape(-1), len(words) + 1
        self.code.acted(names.places, names.null, by.places, by.null, *told, kind, who, bad)

    def _moment(self, column: Any, bad: Array, moment: Array) -> None:
        array = one(column)
        if is_words(array) or array.type in STRINGS:
            self._read("at", array, bad, moment)
            return
        scale, null = 1000 if array.type == pyarrow.timestamp("ms") else 1, nulls_of(array)
        low, high = -((FIRST + EAST) // -scale), -((_LAST + EAST) // -scale)
        self.code.scaled(numbers_of(array, numpy.int64), null, scale, EAST, low, high, moment, bad)
        bad |= null

    def _known(self, table: Any, moment: Array, bad: Array) -> Array:
        """Return which rows are known; one that was recorded before it happened is wrong."""
        column = one(table.column("recorded_at"))
        wrong, recorded = numpy.zeros(len(moment), numpy.uint8), numpy.empty(len(moment), numpy.int64)
        self._moment(column, wrong, recorded)
        told = nulls_of(column) == 0
        bad |= (told & ((wrong != 0) | (recorded < moment))).view(numpy.uint8)
        return numpy.ones(len(moment), bool) if self.known_at is None else ~told | (recorded <= self.known_at)

    def _rule(self, event: str, field: str) -> int:
        own = {each.name for each in self.declared[event].params}
        if field not in own or field == "ground" or field in self.plan.without.get(event, ()):
            return 0
        return 2 if field in self.plan.needs.get(event, ()) else 1

    def _field(self, name: str, kind: str, column: Any, bad: Array, out: Array) -> None:
        """Read a field as numbers."""
        null = nulls_of(column)
        if kind == "flag" and pyarrow.types.is_boolean(column.type):
            out[:] = pc.fill_null(column.cast(pyarrow.int64()), MISSING).to_numpy()
        elif is_words(column) or column.type in STRINGS:
            self._read(name, column, bad, out)
        elif kind == "day":
            low, high = (FIRST + EAST) // DAY, _LAST // DAY
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
            values, faults = (
                numpy.zeros(len(found.words), numpy.int64),
                numpy.zeros(len(found.words), numpy.uint8),
            )
            self._cells(name, kind, text_of(found.words), values, faults)
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
                self.code.within(text.null, FIRST, _LAST, out, bad)
            case "day":
                self.code.days(*cells, out, bad)
                self.code.within(text.null, (FIRST + EAST) // DAY, _LAST // DAY, out, bad)
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

    def _ids(self, table: Any, column: Any, bad: Array) -> tuple[Any, dict[str, Any]]:
        """Return the ids, and the texts that name one: as numbers where all of them are words, else as text."""
        without = self._without(table, self.kinds)
        named = [name for name, of in self.kinds.items() if of == "occurrence" and name not in without]
        texts = {name: one(table.column(name)) for name in named}
        bad |= nulls_of(column)
        if is_words(column) and all(map(is_words, texts.values())):
            own = words_of(column)
            self._chosen(own, True, bad)
            numbers = {}
            for name, each in texts.items():
                other = words_of(each)
                self._chosen(other, False, bad)
                same = pc.fill_null(pc.index_in(other.words, own.words), -1).to_numpy().astype(numpy.int32)
                numbers[name] = Numbers(
                    numpy.append(same, numpy.int32(-1)).take(other.places, mode="clip"), other.null, 0
                )
            return Numbers(own.places, own.null, max(1, len(own.words))), numbers
        found = {name: text_of(each) for name, each in {"": column, **texts}.items()}
        for name, text in found.items():
            self.code.texts(text.offsets, text.data, text.null, name == "", bad)
        return found.pop(""), found

    def _chosen(self, words: Words, colons: bool, bad: Array) -> None:
        """Mark the rows whose word is none that stands for an occurrence."""
        text, faults = text_of(words.words), numpy.zeros(len(words.words), numpy.uint8)
        self.code.texts(text.offsets, text.data, text.null, colons, faults)
        if faults.any():
            nothing = numpy.zeros(len(words.words), numpy.int64)
            self.code.chosen(
                words.places, words.null, nothing, faults, numpy.empty(len(bad), numpy.int64), bad
            )

    def _accounts(self, starts: Array, kind: Array, who: Array, moment: Array, bad: Array) -> Array:
        """Return which accounts keep to what ledgers are held to."""
        ok = numpy.maximum.reduceat(bad, starts) == 0
        asked = [self.names.index(each.act) for each in self.plan.asked if each.act in self.declared]
        then = numpy.flatnonzero(moment == self.as_of)
        then = then[numpy.isin(kind[then], asked)]
        ok[numpy.searchsorted(starts, then, "right") - 1] = False

        def earliest(name: str) -> Array:
            here = kind == (self.names.index(name) if name in self.declared else -1)
            return numpy.minimum.reduceat(numpy.where(here, moment, _LAST), starts)

        for contract in self.program.contracts:
            for each in contract.relations:
                if each.how == "only_after":
                    ok &= ~(earliest(each.left) < earliest(each.right))
        for place, declared in enumerate(self.declared.values()):
            if declared.once in ("", "by"):
                actors = [None] if not declared.once else [ELSE, *range(len(self.plan.parties))]
                for actor in actors:
                    here = kind == place if actor is None else (kind == place) & (who == actor)
                    ok &= numpy.add.reduceat(here.astype(numpy.int64), starts) <= 1
        return ok

    def _once(self, table: Any, kind: Array, starts: Array) -> Array:
        """Return which accounts have nothing twice that is there once for each text of a field."""
        ok = numpy.ones(len(starts), bool)
        for place, declared in enumerate(self.declared.values()):
            if declared.once in (None, "", "by", *self._without(table, self.kinds)):
                continue
            told = words_of(table.column(declared.once))
            rows, most = numpy.flatnonzero((kind == place) & (told.null == 0)), max(1, len(told.words))
            whose = numpy.searchsorted(starts, rows, "right") - 1
            found = numpy.sort(whose * most + told.places[rows])
            ok[found[1:][found[1:] == found[:-1]] // most] = False
        return ok

    @staticmethod
    def _without(table: Any, names: Iterable[str]) -> list[str]:
        """Return those of some columns of which a table tells nothing."""
        types = dict(zip(table.schema.names, table.schema.types, strict=True))
        return [name for name in names if name not in types or pyarrow.types.is_null(types[name])]


def _leading(table: Any, account: str | None) -> int:
    """Return how many rows at the beginning of a table, which has some, are of an account."""
    column = table.column("account").chunk(0)
    place = -1 if account is None else pc.index(column.dictionary, account).as_py()
    if place < 0 and account is not None:
        return 0
    codes = codes_of(column)
    others = numpy.flatnonzero(codes != place)
    return int(others[0]) if len(others) else len(codes)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Ids as numbers, each below `most`; of a text that names one, the number of that id, or -1."""

    places: Array
    null: Array
    most: int


def _strings(text: Text) -> list[str]:
    """Return the cells of a column of few words."""
    raw = text.data.tobytes()
    return [raw[a:b].decode() for a, b in pairwise(text.offsets.tolist())]


def _listed(column: Array) -> Array:
    """Return an array as what a sequence of numbers is taken for."""
    return column


def _runs(column: Any) -> tuple[Any, Array]:
    """Return the accounts of a column in which the rows of each stand together, and where each begins."""
    found = words_of(column)
    codes = numpy.where(found.null, -1, found.places) if found.null.any() else found.places
    starts = numpy.concatenate(([0], numpy.flatnonzero(codes[1:] != codes[:-1]) + 1))
    first = pyarrow.array(codes[starts], mask=codes[starts] < 0)
    return found.words.take(first), starts


def _fits(kind: str, type_: Any) -> bool:
    """Tell whether a column of that type is read as a field of that kind."""
    types = pyarrow.types
    if types.is_null(type_):
        return True
    match kind:
        case "day":
            return bool(type_ == pyarrow.date32())
        case "money":
            return bool(types.is_int64(type_) or types.is_int32(type_) or _is_amount(type_))
        case "count":
            return bool(types.is_int64(type_) or types.is_int32(type_))
        case "flag":
            return bool(types.is_boolean(type_))
        case _:
            return False


def _is_amount(type_: Any) -> bool:
    return is_amount(type_) and 0 <= type_.scale <= 2
