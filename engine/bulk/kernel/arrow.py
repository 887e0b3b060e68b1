"""A table of Parquet as columns of the kernel, without a Python object for each row.

An account is read so only if each of its rows is written the one plain way, has just the fields that its occurrence
has, and keeps to what ledgers are held to (`typed.py` says the same in SQL); whatever could be taken otherwise, or set
aside, is read row by row as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contractlang.norms import QuestionDecl, StateDecl, TypeDecl, Who
from engine.bulk.kernel import cells
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.compiled import Compiled, compiled
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.plan import DAY, EAST, FIRST, MISSING, Plan
from engine.bulk.kernel.typed import occurrences
from engine.event import Instant
from engine.program import Program

Array = Any
"""An array of numpy."""

CODED = ("account", "name", "by")
"""Columns with few words, read as numbers of words."""
_LAST = 7_226_000_000_000_000
"""Some instant before the last year of the calendar."""
_MOST = 10**10
_READ = 1 << 17
"""How many rows are read at once."""
_STRINGS = (pyarrow.string(), pyarrow.large_string())


def cells_compiled() -> Compiled:
    """Return the functions that read cells."""
    return compiled(Path(cells.__file__).read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Taken:
    """Accounts as columns: their names, how many rows each has, the ids of the rows that the loop looks at."""

    names: pyarrow.StringArray
    counts: Array
    columns: Columns
    ids: pyarrow.StringArray
    order: Array
    left: pyarrow.StringArray
    """The accounts that are not among them."""


def opened(path: Path, coded: Iterable[str] = CODED) -> Any:
    """Return a table of Parquet, read with some columns as numbers of words."""
    there = set(pq.read_schema(path).names)
    return pq.ParquetFile(path, read_dictionary=[each for each in coded if each in there])


class Unlike(Exception):
    """A table that is not read as columns; the message tells why."""


class Reader:
    """What reads tables for a plan. Raises Unlike where a contract or a table has what it does not read."""

    def __init__(self, program: Program, plan: Plan, as_of: Instant, known_at: Instant | None) -> None:
        self.program, self.plan, self.as_of = program, plan, as_of
        self.until = as_of if known_at is None else min(as_of, known_at)
        self.declared = occurrences(program, plan)
        self.names = list(self.declared)
        self.kinds: dict[str, str] = {}
        """The kind of each field; one that has several is not read."""
        self.options: dict[str, tuple[str, ...]] = {}
        for name, declared in self.declared.items():
            if declared.once not in (None, "", "by"):
                raise Unlike(f"`{name}` is there once for each `{declared.once}`")
            for param in declared.params:
                kind = param.kind.name
                if kind == "text" and (name, param.name) in program.periods:
                    kind = "period"
                if kind == "one of":
                    found = program.declarations.get(param.kind.of)
                    known = isinstance(found, TypeDecl | StateDecl | QuestionDecl)
                    options = tuple(each.name for each in found.options) if known else ()  # type: ignore[union-attr]
                    if self.options.setdefault(param.name, options) != options:
                        raise Unlike(f"`{param.name}` has several kinds")
                if self.kinds.setdefault(param.name, kind) != kind:
                    raise Unlike(f"`{param.name}` has several kinds")
        for name, kind in plan.kinds.items():
            fits = {"reference": ("occurrence",), "number": ("money", "count"), "word": ("text", "one of")}
            if name in self.kinds and self.kinds[name] not in fits.get(kind, (kind,)):
                raise Unlike(f"`{name}` is asked as a {kind}")
        self.code = cells_compiled()

    def tables(
        self, path: Path, most: int = 1 << 20, groups: tuple[int, int] | None = None, after: str | None = None
    ) -> Iterator[Any]:
        """Yield whole accounts of a table that is sorted by account, about `most` rows at a time.

        Of some row `groups`, those accounts that begin there: the rows of the account `after` which they begin are
        passed over, and the last account is read to its end.
        """
        file = opened(path)
        first, last = groups or (0, file.num_row_groups)
        own = sum(file.metadata.row_group(each).num_rows for each in range(first, last))
        held: list[Any] = []
        groups_on = range(first, file.num_row_groups)
        for batch in file.iter_batches(min(most, _READ), row_groups=groups_on, use_threads=False):
            if not batch.num_rows:
                continue
            inside, beyond = batch.slice(0, own), batch.slice(own)
            own -= len(inside)
            if after is not None and len(inside):
                inside = inside.slice(_leading(inside, after))
                after = after if not len(inside) else None
            if len(inside):
                held.append(pyarrow.Table.from_batches([inside]))
                codes = pc.fill_null(inside.column("account").indices, -1).to_numpy(zero_copy_only=False)
                if sum(map(len, held)) >= most and codes[0] != codes[-1]:
                    # The account that comes last may go on in the rows to come.
                    table = pyarrow.concat_tables(held)
                    cut = table.num_rows - int(numpy.argmax(codes[::-1] != codes[-1]))
                    yield table.slice(0, cut)
                    held = [table.slice(cut)]
            if not own:
                if not held:
                    return
                more = _leading(beyond, held[-1].column("account")[-1].as_py())
                if more:
                    held.append(pyarrow.Table.from_batches([beyond.slice(0, more)]))
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
            if column.type in _STRINGS:
                place = table.column_names.index(name)
                table = table.set_column(place, name, column.cast(pyarrow.string()).dictionary_encode())
        return self._taken(table)

    def check_schema(self, schema: Any) -> None:
        """Raise Unlike for columns that are none of this contract, or of a kind that is not read."""
        if len(set(schema.names)) != len(schema.names) or not {"account", "id", "name", "at"} <= {
            *schema.names
        }:
            raise Unlike("a column is missing, or there twice")
        for each in schema:
            word = isinstance(each.type, pyarrow.DictionaryType) and each.type.value_type == pyarrow.string()
            if each.name in CODED:
                fits = (
                    word or each.type in _STRINGS or (each.name == "by" and pyarrow.types.is_null(each.type))
                )
            elif each.name == "id":
                fits = each.type in _STRINGS
            elif each.name == "at":
                fits = each.type in _STRINGS or each.type in (
                    pyarrow.timestamp("us"),
                    pyarrow.timestamp("ms"),
                )
            else:
                fits = each.name in self.kinds and _fits(self.kinds[each.name], each.type)
            if not fits:
                raise Unlike(f"the column `{each.name}` is {each.type}")

    # -- a batch of whole accounts

    def _taken(self, table: Any) -> Taken:
        table = table.unify_dictionaries().combine_chunks()
        count = table.num_rows
        accounts, starts = _runs(table.column("account"))
        bad = numpy.zeros(count, numpy.uint8)
        kind, moment = self._kind(table, bad), self._moment(table.column("at"), bad)
        who = self._who(table, kind, bad)
        ids = text_of(table.column("id"))
        bad |= ids.null
        self.code.texts(ids.offsets, ids.data, ids.null, True, bad)
        fields, texts = self._fields(table, kind, bad)
        first = numpy.append(starts, count).astype(numpy.int64)
        ok = self._accounts(starts, kind, who, moment, bad)
        ok &= ~pc.equal(pc.fill_null(accounts, ""), "").to_numpy(zero_copy_only=False)
        ok = ok.astype(numpy.uint8)
        is_coded = numpy.array([each in self.plan.codes for each in self.names] + [False])
        is_thing = numpy.array([each in self.plan.things for each in self.names] + [False])
        coded = (is_coded[kind] & (moment <= self.until)).astype(numpy.uint8)
        order = numpy.zeros(count, numpy.int64)
        number = numpy.full(count, -1, numpy.int64)
        firsts, things, taken = (numpy.zeros(len(starts) + 1, numpy.int64) for _ in range(3))
        wide = int((first[1:] - first[:-1]).max(initial=1))
        slots = numpy.zeros(1 << (2 * wide + 4).bit_length(), numpy.int64)
        kept = self.code.arranged(
            first, ok, _in_time(first, moment), moment, coded, is_thing[kind].astype(numpy.uint8), ids.offsets,
            ids.data, slots, order, number, firsts, things, taken,
        )  # fmt: skip
        taken = taken[:kept]
        order = order[: firsts[kept]]
        codes = numpy.array([self.plan.codes.get(each, 0) for each in self.names] + [0])
        laid: dict[str, Array] = {}
        for name, held in self.plan.kinds.items():
            if name in texts and held == "reference":
                laid[name] = out = numpy.zeros(len(order), numpy.int64)
                text = texts[name]
                self.code.referred(
                    first, taken, kept, firsts, order, number, ids.offsets, ids.data, text.offsets, text.data,
                    text.null, slots, out,
                )  # fmt: skip
            elif name in fields:
                laid[name] = fields[name][order]
            else:
                laid[name] = numpy.full(len(order), MISSING, numpy.int64)
        ends = _listed(firsts[: kept + 1]), _listed(things[: kept + 1])
        columns = Columns(*ends, moment[order], codes[kind[order]], who[order], laid)
        counts = (first[1:] - first[:-1])[taken]
        left = pc.fill_null(accounts.take(pyarrow.array(numpy.flatnonzero(ok == 0))), "")
        column = table.column("id").combine_chunks()
        return Taken(accounts.take(pyarrow.array(taken)), counts, columns, _one(column), order, left)

    def _kind(self, table: Any, bad: Array) -> Array:
        """Return which declaration each row is of; the number past the last for none."""
        indices, words = _coded(table.column("name"))
        places = [self.names.index(word) if word in self.declared else len(self.names) for word in words]
        kind = numpy.array([*places, len(self.names)])[indices]
        bad |= kind == len(self.names)
        return kind

    def _moment(self, column: Any, bad: Array) -> Array:
        if column.type in _STRINGS:
            text, moment = text_of(column), numpy.zeros(len(column), numpy.int64)
            self.code.instants(text.offsets, text.data, text.null, True, moment, bad)
        else:
            there = column.cast(pyarrow.timestamp("us")).cast(pyarrow.int64())
            moment = pc.fill_null(there, 0).to_numpy().astype(numpy.int64) - EAST
        bad |= (moment < FIRST) | (moment >= _LAST)
        return moment

    def _who(self, table: Any, kind: Array, bad: Array) -> Array:
        """Return who acted in each row."""
        parties = self.plan.parties
        words: list[str] = []
        indices = numpy.full(len(kind), -1)
        if "by" in table.column_names and not pyarrow.types.is_null(table.column("by").type):
            indices, words = _coded(table.column("by"))
        numbers = numpy.full((len(self.names) + 1, len(words) + 1), ELSE)
        wrong = numpy.ones(numbers.shape, numpy.uint8)
        for place, declared in enumerate(self.declared.values()):
            for number, word in enumerate([*words, None]):
                if not declared.is_act:
                    wrong[place, number] = word is not None
                elif isinstance(declared.actor, str):
                    wrong[place, number] = word not in (None, declared.actor)
                    numbers[place, number] = parties.index(declared.actor)
                elif declared.actor is not Who.BOTH and word in parties:
                    wrong[place, number], numbers[place, number] = 0, parties.index(word)
        bad |= wrong[kind, indices]
        return numbers[kind, indices]

    def _fields(self, table: Any, kind: Array, bad: Array) -> tuple[dict[str, Array], dict[str, Text]]:
        """Return the fields as numbers, and the texts of those that name an occurrence."""
        found: dict[str, Array] = {}
        texts: dict[str, Text] = {}
        for name in self.kinds:
            # 0: the occurrence has no such field; 1: it may be there; 2: it must.
            rule = numpy.array([*(self._rule(each, name) for each in self.names), 1])[kind]
            if name not in table.column_names or pyarrow.types.is_null(table.column(name).type):
                bad |= rule == 2
                continue
            column = table.column(name)
            null = column.is_null().to_numpy().astype(numpy.uint8)
            bad |= numpy.where(null == 1, rule == 2, rule == 0)
            self._field(name, column, null, bad, found, texts)
        return found, texts

    def _rule(self, event: str, field: str) -> int:
        own = {each.name for each in self.declared[event].params}
        if field not in own or field == "ground" or field in self.plan.without.get(event, ()):
            return 0
        return 2 if field in self.plan.needs.get(event, ()) else 1

    def _field(
        self,
        name: str,
        column: Any,
        null: Array,
        bad: Array,
        found: dict[str, Array],
        texts: dict[str, Text],
    ) -> None:
        kind, out = self.kinds[name], numpy.full(len(null), MISSING, numpy.int64)
        is_text = column.type in _STRINGS
        match kind:
            case "day" | "instant" | "money" | "count" if is_text:
                text = text_of(column)
                if kind == "day":
                    self.code.days(text.offsets, text.data, null, out, bad)
                elif kind == "instant":
                    self.code.instants(text.offsets, text.data, null, False, out, bad)
                else:
                    self.code.numbers(text.offsets, text.data, null, 2 if kind == "money" else 0, out, bad)
            case "day":
                out = pc.fill_null(column.cast(pyarrow.int32()), MISSING >> 40).to_numpy().astype(numpy.int64)
            case "money" | "count":
                out, fits = _hundredths(column)
                bad |= ~fits & (null == 0)
                if kind == "count":
                    out //= 100
                bad |= (null == 0) & ((out < 0) | (out >= _MOST * (100 if kind == "money" else 1)))
            case "flag" if pyarrow.types.is_boolean(column.type):
                out = pc.fill_null(column.cast(pyarrow.int64()), MISSING).to_numpy().astype(numpy.int64)
            case "flag" | "one of":
                words = {"yes": 1, "true": 1, "no": 0, "false": 0}
                if kind == "one of":
                    words = {each: self.plan.words.get(each, ELSE) for each in self.options[name]}
                self._words(column, words, out, bad)
            case "text":
                text = text_of(column)
                self.code.texts(text.offsets, text.data, null, True, bad)
                if self.plan.kinds.get(name) == "word":
                    self._words(column, self.plan.words, out, None)
            case "occurrence":
                texts[name] = text = text_of(column)
                self.code.texts(text.offsets, text.data, null, False, bad)
            case _:
                bad |= null == 0
        if kind in ("day", "instant"):
            low, high = (FIRST, _LAST) if kind == "instant" else ((FIRST + EAST) // DAY, _LAST // DAY)
            bad |= (null == 0) & ((out < low) | (out >= high))
        out[null == 1] = MISSING
        found[name] = out

    def _words(self, column: Any, words: Mapping[str, int], out: Array, bad: Array | None) -> None:
        indices, listed = _coded(pc.dictionary_encode(column))
        out[:] = numpy.array([*(words.get(word, ELSE) for word in listed), MISSING])[indices]
        if bad is not None:
            bad |= numpy.array([*(word not in words for word in listed), False])[indices]

    def _accounts(self, starts: Array, kind: Array, who: Array, moment: Array, bad: Array) -> Array:
        """Return which accounts keep to what ledgers are held to."""
        ok = numpy.maximum.reduceat(bad, starts) == 0
        asked = [self.names.index(each.act) for each in self.plan.asked if each.act in self.declared]
        if asked:
            ok &= ~numpy.logical_or.reduceat((moment == self.as_of) & numpy.isin(kind, asked), starts)

        def earliest(name: str) -> Array:
            here = kind == (self.names.index(name) if name in self.declared else -1)
            return numpy.minimum.reduceat(numpy.where(here, moment, _LAST), starts)

        for contract in self.program.contracts:
            for each in contract.relations:
                if each.how == "only_after":
                    ok &= ~(earliest(each.left) < earliest(each.right))
        for place, declared in enumerate(self.declared.values()):
            if declared.once is not None:
                actors = [None] if not declared.once else [ELSE, *range(len(self.plan.parties))]
                for actor in actors:
                    here = kind == place if actor is None else (kind == place) & (who == actor)
                    ok &= numpy.add.reduceat(here.astype(numpy.int64), starts) <= 1
        return ok


def _leading(batch: Any, account: str | None) -> int:
    """Return how many rows at the beginning of a batch are of an account."""
    column = batch.column(batch.schema.get_field_index("account"))
    place = -1 if account is None else pc.index(column.dictionary, account).as_py()
    if place < 0 and account is not None:
        return 0
    codes = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
    others = numpy.flatnonzero(codes != place)
    return int(others[0]) if len(others) else len(codes)


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text: where each cell begins, its bytes, and which cells are null."""

    offsets: Array
    data: Array
    null: Array


def _in_time(first: Array, moment: Array) -> Array:
    """Return the rows of each account in time, accounts as they stand."""
    rows = numpy.arange(len(moment))
    falls = moment[1:] < moment[:-1]
    falls[first[1:-1] - 1] = False
    if not falls.any():
        return rows
    whose = numpy.repeat(numpy.arange(len(first) - 1), numpy.diff(first))
    return numpy.lexsort((moment, whose))


def _listed(column: Array) -> Array:
    """Return an array as what a sequence of numbers is taken for."""
    return column


def _one(column: Any) -> Any:
    """Return a column as one array."""
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pyarrow.array([], column.type)
    return column


def text_of(column: Any) -> Text:
    array = _one(column)
    if array.type != pyarrow.string():
        array = array.cast(pyarrow.string())
    _, offsets, data = array.buffers()
    places = numpy.frombuffer(offsets, numpy.int32)[array.offset : array.offset + len(array) + 1]
    nothing = data is None or not data.size
    found = numpy.frombuffer(b" " if nothing else data, numpy.uint8)
    # Some buffers can be written and some cannot: all are taken alike, lest functions be compiled for each.
    places.flags.writeable = found.flags.writeable = False
    return Text(places, found, array.is_null().to_numpy(zero_copy_only=False).astype(numpy.uint8))


def _hundredths(column: Any) -> tuple[Array, Array]:
    """Return whole numbers, or decimals of two places or fewer, times a hundred, and which of them fit 64 bits."""
    array = _one(column.cast(pyarrow.decimal128(38, 2)))
    words = numpy.frombuffer(array.buffers()[1], numpy.int64)[
        2 * array.offset : 2 * (array.offset + len(array))
    ]
    low, high = words[::2].copy(), words[1::2]
    return low, high == low >> 63


def _coded(column: Any) -> tuple[Array, list[str]]:
    """Return a column of words as numbers, -1 for null, and the words."""
    array = _one(column)
    if not isinstance(array.type, pyarrow.DictionaryType):
        array = array.dictionary_encode()
    indices = pc.fill_null(array.indices.cast(pyarrow.int64()), -1).to_numpy(zero_copy_only=False)
    return indices, array.dictionary.to_pylist()


def _runs(column: Any) -> tuple[Any, Array]:
    """Return the accounts of a column in which the rows of each stand together, and where each begins."""
    array = _one(column)
    codes = pc.fill_null(array.indices.cast(pyarrow.int64()), -1).to_numpy(zero_copy_only=False)
    starts = numpy.concatenate(([0], numpy.flatnonzero(codes[1:] != codes[:-1]) + 1))
    return array.take(pyarrow.array(starts)).cast(pyarrow.string()), starts


def _fits(kind: str, type_: Any) -> bool:
    """Tell whether a column of that type is read as a field of that kind."""
    types = pyarrow.types
    if type_ in _STRINGS or types.is_null(type_):
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
    return bool(pyarrow.types.is_decimal128(type_) and 0 <= type_.scale <= 2 and type_.precision <= 18)
