"""Tables in files: told apart by their names, scattered by account, read a bucket at a time, written as Parquet.

Only this file knows duckdb. Every row travels as JSON text, so that Parquet, CSV and JSON Lines are one thing to
whoever reads it; numbers with a point stay text and never become floats.
"""

from __future__ import annotations

import json
import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

MEMORY = "1GB"
_FETCHED = 10_000
_LINE = 16_000_000
_ROWS = 40
"""How many bits the number of a row in its table has."""

_TEXTS = (".csv", ".tsv", ".jsonl", ".ndjson")
_KIND = re.compile("[A-Z][A-Za-z ]* Error: ")
"""How DuckDB begins to say what is wrong."""

Row = dict[str, Any]


class BadTable(Exception):
    """A file that is no table of the kind its name says. `where` is the file, `reason` what is wrong."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason = where, reason

    def __reduce__(self) -> tuple[type[BadTable], tuple[str, str]]:
        """It may be raised in another process than it is told in."""
        return BadTable, (self.where, self.reason)


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows: Parquet, CSV (perhaps packed), JSON Lines, or a table of a DuckDB file (`file.duckdb#table`)."""

    path: Path
    name: str = ""

    @staticmethod
    def called(written: str) -> Table:
        """Return the table that a person names. Raises BadTable if there is no such file, or none of these kinds."""
        path, _, name = written.partition("#")
        table = Table(Path(path), name)
        if not table.path.is_file():
            raise BadTable(written, "no such file")
        table.rows_sql()
        if table.suffix in _TEXTS and table.begins() in (BOM_UTF16_LE, BOM_UTF16_BE):
            raise BadTable(written, "it is written in UTF-16: UTF-8 is wanted")
        return table

    @property
    def suffix(self) -> str:
        """What kind of file it is; `.gz` and `.zst` are looked through."""
        suffixes = [each for each in self.path.suffixes if each not in (".gz", ".zst")]
        return suffixes[-1].lower() if suffixes else ""

    def begins(self) -> bytes:
        """Return the first two bytes."""
        with self.path.open("rb") as file:
            return file.read(2)

    def rows_sql(self, where: str = "true") -> str:
        """Return SQL that gives each row as JSON text, in one column `row`.

        Of Parquet, those of which a condition (SQL) on the columns of `t` holds.
        """
        place = _text(str(self.path))
        match self.suffix:
            case ".parquet":
                return f"SELECT to_json(t)::VARCHAR AS row FROM read_parquet({place}) AS t WHERE {where}"
            case ".csv" | ".tsv":
                how = "all_varchar = true, header = true, nullstr = '', ignore_errors = true, store_rejects = true"
                read = f"read_csv({place}, {how})"
                return f"SELECT to_json(t)::VARCHAR AS row FROM {read} AS t"
            case ".jsonl" | ".ndjson" | ".xes":
                # Lines are read as lines, so that one that is no JSON costs no other.
                how = f"header = false, auto_detect = false, delim = '\x01', quote = '', max_line_size = {_LINE}"
                read = f"read_csv({place}, columns = {{'row': 'VARCHAR'}}, escape = '', {how})"
                return f"SELECT row FROM {read} WHERE trim(row) <> ''"
            case ".duckdb" | ".db" if self.name:
                return f"SELECT to_json(t)::VARCHAR AS row FROM source.{quoted(self.name)} AS t"
            case ".duckdb" | ".db":
                raise BadTable(str(self.path), "which table? write it after the file: accounts.duckdb#events")
            case _:
                kinds = ".parquet, .csv, .jsonl, .xes and .duckdb#table can be read"
                raise BadTable(str(self.path), f"what kind of table is it? {kinds}")


class Scattered:
    """Rows in buckets by account, in files beneath a folder: whoever takes a bucket has all rows of its accounts."""

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder, self.buckets = folder, buckets

    def take(
        self, table: Table, kind: str, key: str, only: Path | None = None, number: int = 0
    ) -> list[tuple[str, str]]:
        """Scatter the rows of a table, or those of some accounts `only`; `key` is the field that names the account.

        The `number` of a table tells which of several comes first. A bucket may be in several files, in any order:
        each row keeps its place.
        Return the lines of a CSV that are no rows of it, each with what is wrong. A row that is no JSON object is of no
        account. What does not fit into memory is spilled. Raises BadTable for a file that cannot be read.
        """
        with _connection(self.folder) as at:
            target = self.folder / kind
            target.mkdir(parents=True, exist_ok=True)
            some = "true"
            if only is not None:
                some = f"coalesce(t.account, '') IN (SELECT account FROM read_parquet({_text(str(only))}))"
            query = (
                f"COPY (SELECT account, row, (hash(account) % {self.buckets})::INTEGER AS bucket, place"
                f" FROM (SELECT {_account(key)} AS account, row, {number << _ROWS} + row_number() OVER () AS place"
                f" FROM ({table.rows_sql(some)})))"
                f" TO {_text(str(target))}"
                " (FORMAT parquet, PARTITION_BY (bucket), APPEND, FILENAME_PATTERN 'part-{uuid}')"
            )
            try:
                if table.name:
                    at.execute(f"ATTACH {_text(str(table.path))} AS source (READ_ONLY)")
                at.execute(query)
                if table.suffix not in (".csv", ".tsv"):
                    return []
                # A line with two columns too many is at fault twice.
                faults = "SELECT any_value(csv_line), min(error_message) FROM reject_errors"
                return at.execute(f"{faults} GROUP BY line ORDER BY line").fetchall()
            except duckdb.Error as wrong:
                raise BadTable(str(table.path), _wrong_with(table, wrong)) from None

    def rows(
        self, kind: str, bucket: int, accounts: Sequence[str] | None = None
    ) -> Iterator[tuple[str, str]]:
        """Yield account and row (JSON text) of one bucket, the rows of an account together; of some accounts only,
        where those are named.
        """
        folder = self.folder / kind / f"bucket={bucket}"
        if not folder.is_dir():
            return
        some = "" if accounts is None else "WHERE account IN (SELECT unnest(?)) "
        with _connection(self.folder) as at:
            # In the order of the table: of rows that do not fit together the first is taken.
            source = f"read_parquet({_text(str(folder / '*.parquet'))})"
            found = at.execute(
                f"SELECT account, row FROM {source} {some}ORDER BY account, place",
                None if accounts is None else [list(accounts)],
            )
            while part := found.fetchmany(_FETCHED):
                yield from part

    def asked(
        self, bucket: int, statements: Sequence[str], queries: Mapping[str, str]
    ) -> dict[str, dict[str, Any]]:
        """Return what queries find in one bucket, as columns of numpy, after some statements.

        They see its rows as `events` and `heads`, each with `account` and `row` (JSON text).
        """
        with _connection(self.folder) as at:
            for name, kind in (("events", "events"), ("heads", "accounts")):
                folder = self.folder / kind / f"bucket={bucket}"
                source = f"read_parquet({_text(str(folder / '*.parquet'))})"
                if not folder.is_dir():
                    source = "(SELECT '' AS account, '' AS row LIMIT 0)"
                at.execute(f"CREATE TEMP VIEW {name} AS SELECT account, row FROM {source}")
            for each in statements:
                at.execute(each)
            return {name: at.execute(query).fetchnumpy() for name, query in queries.items()}


def first_row(table: Table) -> str:
    """Return the first row of a table as JSON text; of one without rows an empty object. Raises BadTable."""
    with duckdb.connect(config={"threads": 1}) as at:
        try:
            if table.name:
                at.execute(f"ATTACH {_text(str(table.path))} AS source (READ_ONLY)")
            found = at.execute(f"SELECT row FROM ({table.rows_sql()}) LIMIT 1").fetchone()
        except duckdb.Error as wrong:
            raise BadTable(str(table.path), _wrong_with(table, wrong)) from None
    return str(found[0]) if found else "{}"


def has_columns(table: Table, columns: Collection[str]) -> None:
    """Raise BadTable for a table without one of some columns; what is told row by row may lack any."""
    if not columns or table.suffix in (".jsonl", ".ndjson", ".xes"):
        return
    there = json.loads(first_row(table))
    for each in sorted(columns):
        # (A table without rows lacks nothing.)
        if there and each not in there:
            raise BadTable(str(table.path), f"it has no column `{each}`, which the mapping names")


def rows_of(table: Table, key: str, accounts: Sequence[str]) -> list[tuple[str, str]]:
    """Return account and row (JSON text) of some accounts, in the order of the table. Raises BadTable.

    `key` is the field that names the account.
    """
    among, some = "IN (SELECT unnest($1))", "true"
    if table.suffix == ".parquet" and key in json.loads(first_row(table)):
        some = f"t.{quoted(key)}::VARCHAR {among}"
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 1}) as at:
        try:
            if table.name:
                at.execute(f"ATTACH {_text(str(table.path))} AS source (READ_ONLY)")
            named = f"SELECT {_account(key)} AS account, row FROM ({table.rows_sql(some)})"
            query = f"SELECT account, row FROM ({named}) WHERE account {among}"
            return at.execute(query, [list(accounts)]).fetchall()
        except duckdb.Error as wrong:
            raise BadTable(str(table.path), _wrong_with(table, wrong)) from None


def rows_from(table: Any, accounts: Sequence[str]) -> Any:
    """Return the rows of some accounts of an Arrow table as another: `account`, and `row` (JSON text)."""
    with _database() as at:
        at.register("t", table)
        query = (
            "SELECT coalesce(t.account::VARCHAR, '') AS account, to_json(t)::VARCHAR AS row FROM t"
            " WHERE coalesce(t.account::VARCHAR, '') IN (SELECT unnest($1))"
        )
        return at.sql(query, params=[list(accounts)]).to_arrow_table()


def buckets_of(table: Any, key: str, buckets: int) -> Any:
    """Return the bucket of each row of an Arrow table, the one in which `Scattered` lays it; an array of numpy."""
    with _database() as at:
        at.register("t", table)
        named = f"coalesce({quoted(key)}::VARCHAR, '')"
        return at.execute(f"SELECT (hash({named}) % {buckets})::INTEGER AS bucket FROM t").fetchnumpy()[
            "bucket"
        ]


def columns_from(lines: Path | None, columns: Mapping[str, str]) -> Any:
    """Return rows in JSON Lines as an Arrow table with those columns; none where there is no such file."""
    kinds = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns.items())
    with _database() as at:
        if lines is not None and lines.is_file() and lines.stat().st_size:
            how = f"format = 'newline_delimited', columns = {{{kinds}}}"
            return at.sql(f"SELECT * FROM read_json({_text(str(lines))}, {how})").to_arrow_table()
        nothing = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in columns.items())
        return at.sql(f"SELECT {nothing} LIMIT 0").to_arrow_table()


def written(rows: Path, columns: Mapping[str, str], target: Path) -> int:
    """Write parts (a pattern of files, their ending left out: JSON Lines, Parquet, pieces) as one Parquet table.

    It has those columns. Return how many rows it has.
    """
    files = {kind: sorted(rows.parent.glob(f"{rows.name}.{kind}")) for kind in ("parquet", "jsonl", "piece")}
    if files["piece"]:
        from engine.bulk.kernel.pieces import joined

        return joined(files["piece"], (columns_from(each, columns) for each in files["jsonl"]), target)
    kinds = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns.items())
    named = ", ".join(quoted(name) for name in columns)
    listed = {kind: ", ".join(_text(str(each)) for each in found) for kind, found in files.items()}
    parts = []
    if listed["parquet"]:
        parts.append(f"SELECT {named} FROM read_parquet([{listed['parquet']}])")
    if listed["jsonl"]:
        how = f"format = 'newline_delimited', columns = {{{kinds}}}"
        parts.append(f"SELECT {named} FROM read_json([{listed['jsonl']}], {how})")
    if not parts:
        empty = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in columns.items())
        parts.append(f"SELECT {empty} LIMIT 0")
    with _database() as at:
        query = f"COPY ({' UNION ALL '.join(parts)}) TO {_text(str(target))} (FORMAT parquet)"
        (count,) = at.execute(query).fetchone() or (0,)
    return int(count)


def read_all(path: Path) -> list[Row]:
    """Return a Parquet table as plain rows; for what is small."""
    with _database() as at:
        found = at.execute(f"SELECT * FROM read_parquet({_text(str(path))})")
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def counted(path: Path, columns: Sequence[str], where: str = "true") -> list[tuple[Any, ...]]:
    """Return how many rows of a Parquet table have each combination of values (SQL), the most frequent first."""
    named = [f"{each} AS c{place}" for place, each in enumerate(columns)]
    keys = ", ".join(f"c{place}" for place in range(len(columns)))
    with _database() as at:
        return at.execute(
            f"SELECT {keys}, count(*) AS n"
            f" FROM (SELECT {', '.join(named)} FROM read_parquet({_text(str(path))}) WHERE {where})"
            f" GROUP BY {keys} ORDER BY n DESC, {keys}"
        ).fetchall()


def first(
    path: Path, columns: Sequence[str], keys: Sequence[str], values: Sequence[str], most: int
) -> list[tuple[Any, ...]]:
    """Return the first rows of a Parquet table whose keys (SQL) have those values."""
    where = " AND ".join(f"{key} = ?" for key in keys)
    with _database() as at:
        query = f"SELECT {', '.join(columns)} FROM read_parquet({_text(str(path))}) WHERE {where} ORDER BY 1"
        return at.execute(f"{query} LIMIT {most}", list(values)).fetchall()


def queried(tables: Mapping[str, Path], query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return what a query (SQL, `$1` its first value) finds in Parquet tables, each called as it is in `tables`."""
    # A view would have to be made, which takes as long as a small query; of what is only named here nothing is read.
    named = (f"{quoted(name)} AS (FROM read_parquet({_text(str(path))}))" for name, path in tables.items())
    with _database() as at:
        return at.execute(f"WITH {', '.join(named)} {query}", list(values)).fetchall()


def _database() -> duckdb.DuckDBPyConnection:
    """Return a connection to what is in memory; what is made or registered there is seen by this connection alone."""
    return _opened(os.getpid()).cursor()


@cache
def _opened(_: int) -> duckdb.DuckDBPyConnection:
    """Return the database of a process: it takes 20 ms to open one. (A process that was forked has one of its own.)"""
    return duckdb.connect(config={"memory_limit": MEMORY, "threads": 1})


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"memory_limit": MEMORY, "threads": 1, "temp_directory": str(folder / "spill")}
    )


def _account(key: str) -> str:
    """Return SQL for the account of a `row`: what stands in a field, empty where nothing does."""
    named = f"json_extract_string(row, {_text('$.' + json.dumps(key))})"
    return f"CASE WHEN json_valid(row) THEN coalesce({named}, '') ELSE '' END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted(value: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + value.replace('"', '""') + '"'


def _wrong_with(table: Table, wrong: Exception) -> str:
    """Return what is wrong with a table, in one line."""
    if table.name and isinstance(wrong, duckdb.CatalogException):
        return f"it has no table `{table.name}`"
    found = str(wrong).strip().splitlines()[0]
    return found if _KIND.match(found) else f"it cannot be read: {found}"
