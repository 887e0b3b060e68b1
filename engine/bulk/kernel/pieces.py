"""A table of Parquet written in pieces, each by whoever made its rows, and put together byte by byte.

A piece is a table of Parquet itself; what was encoded in it is not encoded again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow
import pyarrow.parquet as pq

from engine.bulk.kernel.flat import Flat, fits
from engine.bulk.kernel.footer import MAGIC, Footer

A_GROUP = 1 << 15
"""From how many rows on these are written as one group: to put together those of several tables takes longer."""
_COPIED = 1 << 20


class Piece:
    """A piece that is being written: tables with the same columns, one after the other; without any, no file."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._out: Flat | _Grouped | None = None
        self._held: list[Any] = []

    def __enter__(self) -> Piece:
        return self

    def __exit__(self, *wrong: object) -> None:
        if self._out is not None:
            self._write()
            self._out.close()

    def add(self, table: Any) -> None:
        """Write some rows, now or with those that come next."""
        if self._out is None:
            self._out = (Flat if fits(table.schema) else _Grouped)(self.target, table.schema)
        self._held.append(table)
        if sum(map(len, self._held)) >= A_GROUP:
            self._write()

    def _write(self) -> None:
        # Each table has words of its own.
        rows = pyarrow.concat_tables(self._held).unify_dictionaries() if self._held else ()
        self._held = []
        if self._out is not None and len(rows):
            self._out.add(rows)


class _Grouped:
    """A file written by pyarrow."""

    def __init__(self, target: Path, schema: Any) -> None:
        self._out = _writer(target, schema)

    def close(self) -> None:
        """Write the end."""
        self._out.close()

    def add(self, table: Any) -> None:
        """Write rows as one group."""
        self._out.write_table(table, row_group_size=len(table))


def _writer(target: Path, schema: Any) -> Any:
    kinds = pyarrow.types
    # Words that come again and again are told by their numbers; the file says no more of that than that they are text.
    words = [field.name for field in schema if kinds.is_dictionary(field.type)]
    words += [path for field in schema if kinds.is_nested(field.type) for path in _leaves(field)]
    texts = [field.name for field in schema if kinds.is_string(field.type)]
    # Least and greatest are told of numbers: of texts they take as long as all the rest.
    numbers = [
        field.name for field in schema if kinds.is_integer(field.type) or kinds.is_timestamp(field.type)
    ]
    return pq.ParquetWriter(
        target, schema, use_dictionary=words, compression=dict.fromkeys([*words, *texts], "snappy"),
        write_statistics=numbers, store_schema=False,
    )  # fmt: skip


def _leaves(field: Any) -> list[str]:
    """Return the names that Parquet has for the columns of a list, or of a map."""
    if pyarrow.types.is_map(field.type):
        return [f"{field.name}.key_value.key", f"{field.name}.key_value.value"]
    return [f"{field.name}.list.element"]


def joined(pieces: Sequence[Path], others: Iterable[Any], target: Path) -> int:
    """Put pieces together as one table, and after them `others` (Arrow tables); return how many rows it has."""
    last = pieces[0].with_suffix(".last")
    last.unlink(missing_ok=True)
    with Piece(last) as written:
        schema = pq.read_schema(pieces[0])
        for table in others:
            written.add(table.select(schema.names).cast(schema))
    first, *more = [*pieces, *([last] if last.is_file() else [])]
    if not more:
        shutil.copyfile(first, target)
        return int(pq.read_metadata(target).num_rows)
    with target.open("wb") as out:
        whole, ends = _end_of(first, 0, 0)
        _append(first, 0, ends, out)
        for piece in more:
            footer, ends = _end_of(piece, out.tell() - len(MAGIC), whole.count)
            _append(piece, len(MAGIC), ends, out)
            whole.add(footer)
        out.write(whole.written())
    return whole.rows


def _end_of(piece: Path, by: int, before: int) -> tuple[Footer, int]:
    with piece.open("rb") as file:
        return Footer.of(file, by, before)


def _append(source: Path, begin: int, end: int, out: BinaryIO) -> None:
    """Append the bytes of a file from one place to another."""
    with source.open("rb") as file:
        file.seek(begin)
        for at in range(begin, end, _COPIED):
            out.write(file.read(min(_COPIED, end - at)))
