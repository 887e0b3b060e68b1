"""The parts of a table, in Arrow's own form, written as one table of Parquet: each value is encoded once, and here.

Only what comes of the compiled loop is in that form, so whoever gets here has pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet as pq

A_GROUP = 1 << 18
"""About how many rows are written as one group."""


def joined(parts: Sequence[Path], others: Iterable[Any], schema: Any, target: Path) -> int:
    """Write parts, and after them `others` (Arrow tables), as one table of that schema; return how many rows it has."""
    count = 0
    # Words that come again and again are told by their numbers; the file says no more of that than that they are text.
    words = [field.name for field in _of(parts[0]) if pyarrow.types.is_dictionary(field.type)]
    told = pyarrow.schema(
        [
            pyarrow.field(field.name, pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
            if field.name in words
            else field
            for field in schema
        ]
    )
    lists = [path for field in schema if pyarrow.types.is_nested(field.type) for path in _leaves(field)]
    # Least and greatest are told of numbers: of texts they take as long as all the rest.
    numbers = [field.name for field in schema if pyarrow.types.is_integer(field.type)]
    how = {"use_dictionary": [*words, *lists], "write_statistics": numbers, "store_schema": False}
    with pq.ParquetWriter(target, told, **how) as out:
        for table in _groups(parts, others, told):
            out.write_table(table, row_group_size=max(1, len(table)))
            count += len(table)
    return count


def _of(part: Path) -> Any:
    with pyarrow.ipc.open_stream(str(part)) as stream:
        return stream.schema


def _groups(parts: Sequence[Path], others: Iterable[Any], schema: Any) -> Iterator[Any]:
    held: list[Any] = []
    for table in _tables(parts, others):
        held.append(_alike(table, schema))
        if sum(map(len, held)) >= A_GROUP:
            yield pyarrow.concat_tables(held).unify_dictionaries()
            held = []
    if held:
        yield pyarrow.concat_tables(held).unify_dictionaries()


def _alike(table: Any, schema: Any) -> Any:
    """Return a table with the columns of a schema. (What is as it should be costs as much to cast as what is not.)"""
    columns = [table.column(field.name) for field in schema]
    found = zip(columns, schema, strict=True)
    return pyarrow.table(
        [each if each.type == field.type else each.cast(field.type) for each, field in found], schema
    )


def _tables(parts: Sequence[Path], others: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        with pyarrow.memory_map(str(part)) as source, pyarrow.ipc.open_stream(source) as stream:
            for batch in stream:
                yield pyarrow.Table.from_batches([batch])
    yield from others


def _leaves(field: Any) -> list[str]:
    """Return the names that Parquet has for the columns of a list, or of a map."""
    if pyarrow.types.is_map(field.type):
        return [f"{field.name}.key_value.key", f"{field.name}.key_value.value"]
    return [f"{field.name}.list.element"]
