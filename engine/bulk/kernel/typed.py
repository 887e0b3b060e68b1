"""A bucket of rows as columns without a Python object for each row: SQL that reads what is plainly right.

An account is read so only if each of its rows is written the one plain way, has just the fields that its occurrence
has, and keeps to what ledgers are held to; whatever could be taken otherwise, or set aside, is read row by row as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from contractlang.declaration import OccurrenceDecl, QuestionDecl, StateDecl, TypeDecl
from contractlang.kinds import Kind
from contractlang.norms import Who
from engine.bulk.kernel.columns import ELSE
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.plan import DANGLING, DAY, EAST, FIRST, LAST, MISSING, Plan
from engine.event import Instant
from engine.program import Program

_AT = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_DAY = r"(199[2-9]|20\d\d|21\d\d)-\d\d-\d\d"
_MONEY = r"\d{1,10}(\.\d{1,2})?"
_PERIOD = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])"
_COUNT = r"\d{1,10}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Accounts of a bucket as columns, with what is told of them: their names and how many events each has."""

    names: Sequence[str]
    counts: Sequence[int]
    first: Sequence[int]
    things: Sequence[int]
    at: Sequence[int]
    ids: Sequence[str]
    actors: Sequence[str | None]
    as_of: Instant
    laid: Columns

    def columns(self) -> Columns:
        """Return the columns."""
        return self.laid

    def places(self, number: int) -> range:
        """Return the place of an account, by its number."""
        return range(number, number + 1)

    def id_of(self, row: int) -> str:
        """Return the id of the event in a row."""
        return str(self.ids[row])

    def actor_of(self, row: int) -> str | None:
        """Return who acted in a row."""
        return self.actors[row]


def occurrences(program: Program, plan: Plan) -> dict[str, OccurrenceDecl]:
    """Return the acts and events that a plan takes, by name."""
    return {
        name: declared for name, declared in program.declarations.items()
        if isinstance(declared, OccurrenceDecl) and name not in plan.left
    }  # fmt: skip


class Typed:
    """The SQL that reads a bucket for a plan."""

    def __init__(self, program: Program, plan: Plan, as_of: Instant, known_at: Instant | None) -> None:
        self.program, self.plan, self.as_of = program, plan, as_of
        self.until = as_of if known_at is None else min(as_of, known_at)
        self.declared = occurrences(program, plan)
        # The column of who acted is no field; an event that fills it is left.
        self.fields = sorted({each.name for d in self.declared.values() for each in d.params} - {"by"})

    def statements(self, with_heads: bool) -> list[str]:
        """Return what is made of `events` (account, row) and `heads` (account, row): tables `r`, `a` and `f`."""
        # Each of these lists is one reading of the row.
        paths = ", ".join(_text(f'$."{each}"') for each in ("id", "name", "at", "by", *self.fields))
        lists = f"json_extract_string(row, [{paths}]) AS x, json_type(row, [{paths}]) AS y, json_keys(row) AS keys"
        moment = f"CASE WHEN regexp_full_match(x[3], '{_AT}')"
        moment += f" THEN epoch_us(try_cast(x[3] AS TIMESTAMP)) - {EAST} END"
        read = [
            "account", "row", "keys", "x[1] AS id", "x[2] AS name", "x[4] AS who", f"{moment} AS moment",
            "(y[1] = 'VARCHAR' AND y[2] = 'VARCHAR' AND y[3] = 'VARCHAR'"
            " AND coalesce(y[4], 'NULL') IN ('NULL', 'VARCHAR')) AS plain",
        ]  # fmt: skip
        for n in range(len(self.fields)):
            kind, value = f"y[{n + 5}]", f"x[{n + 5}]"
            read += [
                f"nullif({kind}, 'NULL') AS t{n}",
                f"CASE WHEN {kind} <> 'NULL' THEN {value} END AS f{n}",
            ]
        coded = f"name IN ({_listed(self.plan.codes)}) AND moment <= {self.until}"
        asked = {*map(self.plan.field_of, self.plan.kinds), *self._once_fields()}
        wanted = [each for each in self.fields if each in asked]
        kept = ", ".join(
            ["account", "id", "name", "who", "moment", *(f"f{self.fields.index(w)}" for w in wanted)]
        )
        first = (
            f"CREATE TEMP TABLE r AS SELECT {kept}, coalesce({self._row()}, false) AS ok, {coded} AS coded FROM"
            f" (SELECT {', '.join(read)} FROM (SELECT account, row, {lists} FROM events WHERE account <> ''))"
        )
        heads = "SELECT account, count(*) = 1 AND bool_and(list_has_all(['account'],"
        heads += " json_keys(json_merge_patch('{}', row))) AND len(list_distinct(json_keys(row))) ="
        heads += " len(json_keys(row))) AS plain FROM heads GROUP BY account"
        held = "r" if not with_heads else f"r LEFT JOIN ({heads}) AS h USING (account)"
        ok = [*self._account(), "coalesce(bool_and(h.plain), false)"] if with_heads else self._account()
        thing = f"name IN ({_listed(self.plan.things)})" if self.plan.things else "false"
        second = (
            f"CREATE TEMP TABLE a AS SELECT account, count(*) AS n, count(*) FILTER (coded) AS c,"
            f" count(*) FILTER (coded AND {thing}) AS k, {' AND '.join(ok)} AS ok FROM {held} GROUP BY account"
        )
        third = f"CREATE TEMP TABLE f AS SELECT r.*, {thing} AS thing FROM r"
        third += " SEMI JOIN (FROM a WHERE a.ok) USING (account) WHERE coded"
        fourth = (
            "CREATE TEMP TABLE t AS SELECT account, id, row_number() OVER (ORDER BY account, moment) - 1 AS k"
        )
        return [first, second, third, f"{fourth} FROM f WHERE thing"]

    def queries(self) -> dict[str, str]:
        """Return what is asked of those tables: the accounts, those left, the columns."""
        codes = " ".join(f"WHEN {_text(name)} THEN {number}" for name, number in self.plan.codes.items())
        actors = " ".join(f"WHEN {_text(name)} THEN {place}" for place, name in enumerate(self.plan.parties))
        given = " ".join(
            f"WHEN {_text(name)} THEN {self.plan.parties.index(d.actor)}"
            for name, d in self.declared.items() if d.is_act and isinstance(d.actor, str)
        )  # fmt: skip
        by_name = f"CASE f.name {given} ELSE {ELSE} END" if given else str(ELSE)
        columns = [
            "f.moment AS moment", "f.id AS id", f"CASE f.name {codes} END AS code",
            f"CASE f.who {actors} ELSE {by_name} END AS who",
        ]  # fmt: skip
        joins = ""
        for place, (column, kind) in enumerate(self.plan.kinds.items()):
            name = self.plan.field_of(column)
            number = self.fields.index(name) if name in self.fields else None
            value = "NULL" if number is None else self._value(name, kind, f"f.f{number}")
            if kind == "reference" and number is not None:
                joins += (
                    f" LEFT JOIN t AS t{place} ON t{place}.account = f.account AND t{place}.id = f.f{number}"
                )
                value = f"CASE WHEN f.f{number} IS NOT NULL THEN coalesce(t{place}.k, {DANGLING}) END"
            columns.append(f"CAST(coalesce({value}, {MISSING}) AS BIGINT) AS c{place}")
        return {
            "accounts": "SELECT account, n, c, k FROM a WHERE ok ORDER BY account",
            "left": "SELECT account FROM a WHERE NOT ok ORDER BY account",
            "columns": f"SELECT {', '.join(columns)} FROM f{joins} ORDER BY f.account, f.moment",
        }

    def bucket(self, found: dict[str, dict[str, Any]]) -> Bucket:
        """Return the accounts that were read, of what the queries found."""
        accounts, columns = found["accounts"], found["columns"]
        first = [0, *accumulate(accounts["c"].tolist())]
        things = [0, *accumulate(accounts["k"].tolist())]
        fields = {name: columns[f"c{place}"] for place, name in enumerate(self.plan.kinds)}
        numbers = columns["who"].tolist()
        parties = dict(enumerate(self.plan.parties))
        laid = Columns(first, things, columns["moment"], columns["code"], columns["who"], fields)
        return Bucket(
            accounts["account"].tolist(), accounts["n"].tolist(), first, things, columns["moment"].tolist(),
            columns["id"].tolist(), [parties.get(each) for each in numbers], self.as_of, laid,
        )  # fmt: skip

    # -- what is plainly right

    def _row(self) -> str:
        cases = " ".join(
            f"WHEN {_text(name)} THEN {' AND '.join(self._event(name, d))}"
            for name, d in self.declared.items()
        )
        known = _listed({"account", "id", "name", "at", "by", "recorded_at", *self.fields})
        return (
            "plain AND json_extract_string(row, '$.recorded_at') IS NULL AND id <> ''"
            f" AND moment >= {FIRST} AND moment < {LAST} AND list_has_all([{known}], keys)"
            f" AND len(list_distinct(keys)) = len(keys) AND CASE name {cases} ELSE false END"
        )

    def _event(self, name: str, declared: OccurrenceDecl) -> Iterator[str]:
        """Yield what must hold of a row that is such an occurrence."""
        own = {each.name for each in declared.params}
        yield from (f"t{n} IS NULL" for n, each in enumerate(self.fields) if each not in own)
        if not declared.is_act:
            yield "who IS NULL"
        elif isinstance(declared.actor, str):
            yield f"(who IS NULL OR who = {_text(declared.actor)})"
        elif declared.actor is Who.BOTH:
            yield "false"
        else:
            yield f"who IN ({_listed(self.plan.parties)})"
        needs, without = self.plan.needs.get(name, frozenset()), self.plan.without.get(name, frozenset())
        if not declared.is_act and "by" in needs:
            yield "false"
        for param in declared.params:
            if param.name == "by":
                continue
            number = self.fields.index(param.name)
            if param.name in without or param.name == "ground":
                yield f"t{number} IS NULL"
                continue
            valid = self._valid(name, param.name, param.kind, number)
            yield (
                f"t{number} IS NOT NULL AND {valid}"
                if param.name in needs
                else f"(t{number} IS NULL OR {valid})"
            )

    def _valid(self, name: str, field: str, kind: Kind, number: int) -> str:
        text, type_ = f"f{number}", f"t{number}"
        is_text = f"{type_} = 'VARCHAR'"
        match kind.name:
            case "money":
                # A number with a point is read as it is written; what would be read otherwise is left.
                exact = r"regexp_matches(row, '[0-9][eE][0-9+-]|\.[0-9]{3}')"
                written = f"({type_} IN ('VARCHAR', 'UBIGINT') OR ({type_} = 'DOUBLE' AND NOT {exact}))"
                return f"({written} AND regexp_full_match({text}, '{_MONEY}'))"
            case "count":
                return f"({type_} IN ('VARCHAR', 'UBIGINT') AND regexp_full_match({text}, '{_COUNT}'))"
            case "flag":
                return f"({type_} = 'BOOLEAN' OR ({is_text} AND {text} IN ('yes', 'no', 'true', 'false')))"
            case "day":
                return f"({is_text} AND regexp_full_match({text}, '{_DAY}') AND try_cast({text} AS DATE) IS NOT NULL)"
            case "instant":
                instant = f"try_cast({text} AS TIMESTAMP)"
                years = f"{instant} >= TIMESTAMP '1992-01-01' AND {instant} < TIMESTAMP '2198-01-01'"
                return f"({is_text} AND regexp_full_match({text}, '{_AT.replace('[T ]', 'T')}') AND {years})"
            case "occurrence":
                return f"({is_text} AND {text} <> '' AND NOT contains({text}, ':'))"
            case "text" if (name, field) not in self.program.periods:
                return f"({is_text} AND {text} <> '')"
            case "text":
                return f"({is_text} AND regexp_full_match({text}, '{_PERIOD}'))"
            case "one of":
                declared = self.program.declarations.get(kind.of)
                options = (
                    declared.options if isinstance(declared, TypeDecl | StateDecl | QuestionDecl) else ()
                )
                listed = _listed(each.name for each in options)
                return f"({is_text} AND {text} IN ({listed}))" if listed else "false"
            case _:
                return "false"

    def _account(self) -> Iterator[str]:
        """Yield what must hold of an account, over its rows."""
        yield "bool_and(r.ok)"
        yield "count(DISTINCT id) = count(*)"
        yield "count(*) FILTER (coded) = count(DISTINCT moment) FILTER (coded)"
        acts = _listed({each.act for each in self.plan.asked})
        if acts:
            yield f"NOT bool_or(moment = {self.as_of} AND name IN ({acts}))"
        for contract in self.program.contracts:
            for each in contract.relations:
                if each.how == "only_after":
                    begins = f"coalesce(min(moment) FILTER (name = {_text(each.right)}), {LAST})"
                    yield f"NOT coalesce(min(moment) FILTER (name = {_text(each.left)}) < {begins}, false)"
        for name, declared in self.declared.items():
            if declared.once is not None:
                yield self._once(name, declared)

    def _once_fields(self) -> set[str]:
        return {each.once for each in self.declared.values() if each.once}

    def _once(self, name: str, declared: OccurrenceDecl) -> str:
        here = f"FILTER (name = {_text(name)})"
        if not declared.once:
            return f"count(*) {here} <= 1"
        if declared.once == "by":
            alone = _text(declared.actor) if isinstance(declared.actor, str) else "''"
            return f"count(*) {here} = count(DISTINCT coalesce(who, {alone})) {here}"
        kind = next((each.kind.name for each in declared.params if each.name == declared.once), "")
        if kind not in ("text", "occurrence"):
            return f"count(*) {here} = 0"
        number = self.fields.index(declared.once)
        return f"count(f{number}) {here} = count(DISTINCT f{number}) {here}"

    def _value(self, name: str, kind: str, text: str) -> str:
        """Return a field as a number, as `columns.py` has it."""
        match kind:
            case "day":
                return f"epoch_us(try_cast({text} AS TIMESTAMP)) // {DAY}"
            case "instant":
                return f"epoch_us(try_cast({text} AS TIMESTAMP)) - {EAST}"
            case "flag":
                return f"CASE WHEN {text} IN ('yes', 'true') THEN 1 WHEN {text} IN ('no', 'false') THEN 0 END"
            case "word":
                words = " ".join(f"WHEN {_text(word)} THEN {n}" for word, n in self.plan.words.items())
                return (
                    f"CASE WHEN {text} IS NOT NULL THEN CASE {text} {words} ELSE {ELSE} END END"
                    if words
                    else "NULL"
                )
            case _:
                return self._number(name, text)

    def _number(self, name: str, text: str) -> str:
        kinds = [
            (occurrence, each.kind.name) for occurrence, d in self.declared.items() for each in d.params
            if each.name == name
        ]  # fmt: skip
        found = []
        for occurrence, kind in kinds:
            if kind == "money":
                found.append(
                    f"WHEN {_text(occurrence)} THEN CAST(try_cast({text} AS DECIMAL(18, 2)) * 100 AS BIGINT)"
                )
            elif kind == "count":
                found.append(f"WHEN {_text(occurrence)} THEN try_cast({text} AS BIGINT)")
        return f"CASE f.name {' '.join(found)} END" if found else "NULL"


def _listed(names: Any) -> str:
    return ", ".join(_text(each) for each in sorted(names))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
