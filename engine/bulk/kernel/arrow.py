"""A table of Parquet as columns of the kernel, without a Python object for each row.

An account is read so only if each of its rows is written the one plain way, has just the fields that its occurrence
has, and keeps to what ledgers are held to (`typed.py` says the same in SQL); whatever could be taken otherwise, or set
aside, is read row by row as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contractlang.declaration import QuestionDecl, StateDecl, TypeDecl
from engine.bulk.kernel import cells
from engine.bulk.kernel.column import CODED, STRINGS, Array, Text, codes_of, is_words, words_of
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.ids import Ids, Numbers, as_numbers, as_texts, id_words
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.native import library
from engine.bulk.kernel.parquet import File, is_amount, with_amounts
from engine.bulk.kernel.plan import LAST, MISSING, Plan
from engine.bulk.kernel.rows import RowReader, lacking
from engine.bulk.kernel.typed import occurrences
from engine.event import Instant
from engine.program import Program

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
    """Where these rows stand; nothing, where they all stand where they are looked at."""
    left: pyarrow.StringArray
    """The accounts that are not among them."""
    tied: Array
    """The places of accounts with rows at one instant whose order could matter."""


EARLIER, SAME, NOW = 1, 2, 4
"""What rows of an account may be, beside the one before each: earlier, at the same instant; at that of the run."""
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
        taken = occurrences(program, plan)
        # What the loop looks at comes first, so that each has the number here that it has there.
        self.declared = {name: taken[name] for name in {**plan.codes, **taken}}
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
                    known = found.options if isinstance(found, TypeDecl | StateDecl | QuestionDecl) else ()
                    options = tuple(each.name for each in known)
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
        self.rows = RowReader(plan, self.declared, self.kinds, self.options, known_at, self.code)
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
                    fits = is_text or _is_instant(type_)
                case "recorded_at":
                    fits = is_text or _is_instant(type_) or types.is_null(type_)
                case name:
                    fits = name in self.kinds and (is_text or _fits(self.kinds[name], type_))
            if not fits:
                raise Unlike(f"the column `{each.name}` is {each.type}")

    # -- a batch of whole accounts

    def _taken(self, table: Any) -> Taken:
        count = table.num_rows
        accounts, starts = _runs(table.column("account"))
        naming = self._naming(table)
        words = id_words(table, naming)
        rows = self.rows.read(table, words)
        moment, kind, who, fields = rows.moment, rows.kind, rows.who, rows.fields
        ids = as_texts(table, naming, rows.bad, self.code) if words is None else as_numbers(rows.ids, words)
        first = numpy.append(starts, count).astype(numpy.int64)
        steps = self.code.steps(first, moment, self.as_of)
        ok = self._accounts(starts, kind, who, moment, rows.bad, steps) & self._once(table, kind, starts)
        ok &= pc.not_equal(accounts, "").to_numpy(zero_copy_only=False)
        ok = ok.astype(numpy.uint8)
        if rows.known is not None:
            # What is not known yet is looked at no more than what no norm speaks of.
            kind = numpy.where(rows.known, kind, len(self.names))
        in_time = self._in_time(first, moment, steps)
        placed = self._placed(first, ok, in_time, moment, kind, ids)
        order, number, firsts, things, taken = placed
        # All rows of all accounts in order: what was read is what is laid out.
        as_it_is = len(order) == count and in_time.base is self._every
        laid: dict[str, Array] = {}
        for name, held in self.plan.kinds.items():
            if name in ids.others and held == "reference":
                laid[name] = self._refer(first, ids, name, placed)
            elif name in fields:
                laid[name] = fields[name] if as_it_is else fields[name][order]
            else:
                laid[name] = numpy.full(len(order), MISSING, numpy.int64)
        if not as_it_is:
            moment, kind, who = moment[order], kind[order], who[order]
        tied = numpy.zeros(0, numpy.int64)
        if steps & SAME:
            tied = self._tied(firsts, moment, kind, number[order], laid)
        columns = Columns(_listed(firsts), _listed(things), moment, kind, who, laid)
        counts = (first[1:] - first[:-1])[taken]
        left = accounts.take(pyarrow.array(numpy.flatnonzero(ok == 0)))
        moved = order[:0] if as_it_is else order
        return Taken(accounts.take(pyarrow.array(taken)), counts, columns, ids.told, moved, left, tied)

    def _placed(
        self, first: Array, ok: Array, in_time: Array, moment: Array, kind: Array, ids: Ids
    ) -> tuple[Array, Array, Array, Array, Array]:
        """Put in order the rows that the loop looks at; accounts with an id twice are no longer `ok`.

        Return the order, the number of each row that is a thing, where the rows and the things of each account begin
        in it, and which accounts these are.
        """
        is_coded = numpy.array([*(each in self.plan.codes for each in self.names), False]).view(numpy.uint8)
        is_thing = numpy.array([*(each in self.plan.things for each in self.names), False]).view(numpy.uint8)
        order, number = numpy.empty(len(kind), numpy.int64), numpy.empty(len(kind), numpy.int32)
        firsts, things, taken = (numpy.zeros(len(first), numpy.int64) for _ in range(3))
        put = self.code.arranged if isinstance(ids.own, Text) else self.code.numbered
        kept = put(
            first, ok, in_time, moment, kind, is_coded, is_thing, self.until, *_cells(ids.own), _slots(first, ids),
            order, number, firsts, things, taken,
        )  # fmt: skip
        firsts, things = firsts[: kept + 1], things[: kept + 1]
        return order[: firsts[-1]], number, firsts, things, taken[:kept]

    def _refer(self, first: Array, ids: Ids, name: str, placed: tuple[Array, ...]) -> Array:
        """Return which thing of its account each row names in a column."""
        order, number, firsts, things, taken = placed
        own, other, out = ids.own, ids.others[name], numpy.empty(len(order), numpy.int64)
        cells = *_cells(own), *_cells(other)
        if isinstance(own, Text):
            told = first, taken, len(taken), firsts, order, number, *cells, other.null
            self.code.referred(*told, _slots(first, ids), out)
        else:
            self.code.looked_up(len(taken), firsts, things, order, number, *cells, _slots(first, ids), out)
        return out

    def _naming(self, table: Any) -> list[str]:
        """Return the columns of a table that name an occurrence."""
        there = {*table.column_names} - lacking(table)
        return [name for name, of in self.kinds.items() if of == "occurrence" and name in there]

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

    def _in_time(self, first: Array, moment: Array, steps: int) -> Array:
        """Return the rows of each account in time, accounts as they stand."""
        if not steps & EARLIER:
            if len(self._every) < len(moment):
                self._every = numpy.arange(len(moment))
            return self._every[: len(moment)]
        whose = numpy.repeat(numpy.arange(len(first) - 1), numpy.diff(first))
        return numpy.lexsort((moment, whose))

    def _accounts(
        self, starts: Array, kind: Array, who: Array, moment: Array, bad: Array, steps: int
    ) -> Array:
        """Return which accounts keep to what ledgers are held to."""
        # What few rows are is asked first, and then of which.
        ok = numpy.ones(len(starts), bool)
        if bad.view(bool).any():
            ok = numpy.maximum.reduceat(bad, starts) == 0
        if steps & NOW:
            asked = [self.names.index(each.act) for each in self.plan.asked if each.act in self.declared]
            then = numpy.flatnonzero(moment == self.as_of)
            then = then[numpy.isin(kind[then], asked)]
            ok[numpy.searchsorted(starts, then, "right") - 1] = False

        def earliest(name: str) -> Array:
            here = kind == (self.names.index(name) if name in self.declared else -1)
            return numpy.minimum.reduceat(numpy.where(here, moment, LAST), starts)

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
        ok, there = numpy.ones(len(starts), bool), {*table.column_names} - lacking(table)
        for place, declared in enumerate(self.declared.values()):
            if declared.once in (None, "", "by") or declared.once not in there:
                continue
            told = words_of(table.column(declared.once))
            rows, most = numpy.flatnonzero((kind == place) & (told.null == 0)), max(1, len(told.words))
            whose = numpy.searchsorted(starts, rows, "right") - 1
            found = numpy.sort(whose * most + told.places[rows])
            ok[found[1:][found[1:] == found[:-1]] // most] = False
        return ok


def _leading(table: Any, account: str | None) -> int:
    """Return how many rows at the beginning of a table, which has some, are of an account."""
    column = table.column("account").chunk(0)
    place = -1 if account is None else pc.index(column.dictionary, account).as_py()
    if place < 0 and account is not None:
        return 0
    codes = codes_of(column)
    others = numpy.flatnonzero(codes != place)
    return int(others[0]) if len(others) else len(codes)


def _listed(column: Array) -> Array:
    """Return an array as what a sequence of numbers is taken for."""
    return column


def _cells(column: Text | Numbers) -> tuple[Array, ...]:
    """Return what the functions that put rows in order ask of ids."""
    return (column.offsets, column.data) if isinstance(column, Text) else (column.places,)


def _slots(first: Array, ids: Ids) -> Array:
    """Return room to look up the ids of any account, empty."""
    wide = int((first[1:] - first[:-1]).max(initial=1))
    return numpy.full(ids.slots or 1 << (2 * wide + 4).bit_length(), -1, numpy.int32)


def runs_of(array: Any) -> tuple[Any, Array]:
    """Return what stands in an array of text as long as it stands there (nothing: an empty one), and where that begins.

    What an array has as two words may come twice in a row.
    """
    words = array if is_words(array) else array.cast(pyarrow.string()).dictionary_encode()
    codes = codes_of(words)
    starts = numpy.concatenate(([0], numpy.flatnonzero(codes[1:] != codes[:-1]) + 1))[: len(codes)]
    here = codes[starts]
    names = words.dictionary.cast(pyarrow.string()).take(pyarrow.array(here, mask=here < 0))
    return pc.fill_null(names, "") if names.null_count else names, starts


def _runs(column: Any) -> tuple[Any, Array]:
    """Return the accounts of a column in which the rows of each stand together, and where each begins."""
    names, starts, begin = list[Any](), list[Array](), 0
    for chunk in column.chunks:
        own, here = runs_of(chunk)
        names.append(own)
        starts.append(here + begin)
        begin += len(chunk)
    every, begins = pyarrow.concat_arrays(names), numpy.concatenate(starts)
    goes_on = pc.equal(every[1:], every[:-1])
    if not pc.any(goes_on).as_py():
        return every, begins
    is_new = numpy.append(True, ~goes_on.to_numpy(zero_copy_only=False))
    return every.filter(pyarrow.array(is_new)), begins[is_new]


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


def _is_instant(type_: Any) -> bool:
    return bool(pyarrow.types.is_timestamp(type_)) and type_.unit in ("us", "ms")


def _is_amount(type_: Any) -> bool:
    return is_amount(type_) and 0 <= type_.scale <= 2
