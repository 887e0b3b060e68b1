"""A table of Parquet read a row group at a time, by our own machine code: numbers, and texts kept as numbers of words.

pyarrow takes several times as long for columns in which something is null. It reads what is encoded in another way, or
not as the format says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet as pq

from engine.bulk.kernel import encoded
from engine.bulk.kernel.column import ACCOUNT, STRINGS, Array, coded_in
from engine.bulk.kernel.encoded import DATA, DATA_2, DICTIONARY, LACKING, MORE, UNPACKED, WIDE
from engine.bulk.kernel.native import library

PACKED = {"UNCOMPRESSED": None, "SNAPPY": "snappy", "ZSTD": "zstd", "GZIP": "gzip"}
PLAIN, PLAIN_WORDS, BY_WORDS = 0, 2, 8
"""How values are encoded: as they stand, and, by its old name or its new one, as numbers of words."""
A_GROUP = 4_000_000
"""A row group of more rows is read by pyarrow, in parts."""
MOST_PAGES = 4096
_CELLS = {4: numpy.int32, 8: numpy.int64}
"""What cells of so many bytes are."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """A column of a row group: its bytes, what is told of each of its pages and of that of its dictionary.

    Its rows, whether any may be null, and how many bytes a number has.
    """

    data: Array
    pages: Array
    dictionary: Any
    rows: int
    optional: bool
    wide: int


class File:
    """A table of Parquet, opened; some columns are read as numbers of words: if none are named, those `coded_in` it."""

    def __init__(self, path: Path, words: Collection[str] | None = None) -> None:
        self.path = path
        self.about = pq.read_metadata(path)
        self.schema = self.about.schema.to_arrow_schema()
        self.words = {*self.schema.names} & {*(coded_in(self.about) if words is None else words)}
        self._file = path.open("rb")
        self._code = library(encoded)
        self._bytes, self._null = numpy.empty(0, numpy.uint8), numpy.empty(0, numpy.uint8)
        self._dense = numpy.empty(0, numpy.int32)
        self._pages = numpy.empty(MOST_PAGES * WIDE, numpy.int64)
        self._at, self._told = numpy.empty(8, numpy.int64), numpy.empty(20, numpy.int64)

    def __enter__(self) -> File:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def groups(self) -> int:
        """How many row groups there are."""
        return int(self.about.num_row_groups)

    def rows(self, groups: Iterable[int]) -> int:
        """Return how many rows some row groups have."""
        return sum(self.about.row_group(each).num_rows for each in groups)

    def batches(self, most: int, groups: Iterable[int], columns: list[str] | None = None) -> Iterator[Any]:
        """Yield the rows of some row groups, about so many at most at a time; all columns, or some."""
        for group in groups:
            rows = self.rows((group,))
            if rows > A_GROUP:
                with self._other() as other:
                    read = other.iter_batches(most, row_groups=[group], columns=columns, use_threads=False)
                    yield from (seen_to(pyarrow.Table.from_batches([each])) for each in read if len(each))
            elif rows:
                table = self.group(group, columns)
                for begin in range(0, rows, most):
                    yield table.slice(begin, most)

    def group(self, group: int, columns: list[str] | None = None) -> Any:
        """Return a row group; all columns, or some."""
        names = self.schema.names if columns is None else columns
        found = {name: self._column(group, name) for name in names}
        others = [name for name, column in found.items() if column is None]
        if others:
            with self._other() as other:
                read = seen_to(other.read_row_group(group, others, use_threads=False))
            found |= {name: read.column(name) for name in others}
        return pyarrow.table(found)

    def read(self, groups: Iterable[int]) -> Any:
        """Return the rows of some row groups as one table."""
        found = [*self.batches(A_GROUP, groups)]
        if found:
            return pyarrow.concat_tables(found)
        with self._other() as other:
            return with_amounts(other.read_row_groups([]))

    def _other(self) -> Any:
        """Return what reads the file otherwise: pyarrow."""
        return pq.ParquetFile(self.path, metadata=self.about, read_dictionary=sorted(self.words))

    def _column(self, group: int, name: str) -> Any:
        """Return a column of a row group; None where it is pyarrow's."""
        if self.about.num_columns != len(self.schema):
            return None
        place = self.schema.get_field_index(name)
        shape, held = self.about.schema.column(place), self.about.row_group(group).column(place)
        if shape.max_repetition_level or shape.max_definition_level > 1 or held.compression not in PACKED:
            return None
        kind = self.schema.field(place).type
        numbers = _numbers(kind, held.physical_type)
        if numbers is None and not (kind in STRINGS and (name in self.words or name == ACCOUNT)):
            return None
        found = self._read(held, self.rows((group,)), bool(shape.max_definition_level))
        if found is None:
            return None
        encodings = {*found.pages[5::WIDE].tolist()}
        by_words = found.dictionary is not None and encodings <= {PLAIN_WORDS, BY_WORDS}
        if numbers is None:
            # Texts that stand after words may be such words again.
            return self._words(found) if by_words or name not in self.words else None
        if by_words:
            return self._numbered(found, numbers)
        return self._as_they_stand(found, numbers) if encodings <= {PLAIN} else None

    def _words(self, of: _Pages) -> Any:
        """Return texts that are kept as numbers of words, and those that stand after them, each a word by itself.

        None where they are not such.
        """
        pages = of.pages.reshape(-1, WIDE)
        first = int(numpy.append(pages[:, 5] == PLAIN, True).argmax())
        _, begin, _, held, count, _, _ = map(int, (0,) * WIDE if of.dictionary is None else of.dictionary)
        size = held + int(pages[first:, 3].sum())
        by_words = {*pages[:first, 5].tolist()} <= (
            {PLAIN_WORDS, BY_WORDS} if of.dictionary is not None else set()
        )
        if not by_words or (pages[first:, 5] != PLAIN).any() or size >= 1 << 31:
            return None
        offsets = numpy.zeros(count + int(pages[first:, 4].sum()) + 1, numpy.int32)
        data = numpy.empty(size + 1, numpy.uint8)
        if self._code.texts(of.data, begin, begin + held, offsets[: count + 1], data) < 0:
            return None
        places = self._places(replace(of, pages=of.pages[: first * WIDE]), count)
        if places is None:
            return None
        null, told = self._nulls(of.rows), (of.data, of.pages, first, len(pages), of.optional, count)
        count = self._code.written(*told, self._at, null, offsets, data, places)
        if count < 0:
            return None
        buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data[: int(offsets[count])])]
        words = pyarrow.Array.from_buffers(pyarrow.string(), count, buffers)
        # That each number has its word was seen to.
        numbers = _array(pyarrow.int32(), places, self._there(null))
        return pyarrow.DictionaryArray.from_arrays(numbers, words, safe=False)

    def _numbered(self, of: _Pages, kind: Any) -> Any:
        """Return numbers of which each is kept once; None where they are not such."""
        _, begin, _, plain, count, _, _ = map(int, of.dictionary)
        if count * of.wide > plain:
            return None
        places = self._places(of, count)
        if places is None:
            return None
        cells = (numpy.empty if count else numpy.zeros)(of.rows, _CELLS[of.wide])
        if count:
            values = numpy.frombuffer(of.data[begin : begin + count * of.wide].tobytes(), cells.dtype)
            (self._code.halves_of if of.wide == 4 else self._code.values_of)(values, places, cells)
        return _array(kind, _fitted(cells, kind), self._there(self._nulls(of.rows)))

    def _places(self, of: _Pages, most: int) -> Array | None:
        """Return the numbers of words, each below `most`, in room for all rows; None where they are not such."""
        null, places = self._nulls(of.rows), numpy.zeros(of.rows, numpy.int32)
        if len(self._dense) <= of.rows:
            self._dense = numpy.empty(of.rows + 1, numpy.int32)
        told = of.data, of.pages, len(of.pages) // WIDE, of.optional
        rows = self._code.worded(*told, max(1, most), self._at, null, self._dense, places)
        return places if rows == of.pages[4::WIDE].sum() else None

    def _as_they_stand(self, of: _Pages, kind: Any) -> Any:
        null, cells = self._nulls(of.rows), numpy.empty(of.rows, _CELLS[of.wide])
        told = of.data, of.pages, len(of.pages) // WIDE, of.optional
        if self._code.numbered(*told, of.wide, self._at, null, cells.view(numpy.uint8)) != of.rows:
            return None
        return _array(kind, _fitted(cells, kind), self._there(null))

    # What is only on its way takes the room of what was so before, which is near at hand.

    def _nulls(self, rows: int) -> Array:
        """Return room for which cells are null."""
        if len(self._null) < rows:
            self._null = numpy.empty(rows, numpy.uint8)
        return self._null[:rows]

    def _there(self, null: Array) -> Any:
        """Return which cells of the column that was read last are there, as Arrow has it: nothing where all are."""
        return pyarrow.py_buffer(~numpy.packbits(null, bitorder="little")) if self._at[LACKING] else None

    def _read(self, held: Any, rows: int, optional: bool) -> _Pages | None:
        """Return the pages of a column, unpacked; None for what is not read."""
        begin, size = held.data_page_offset, held.total_compressed_size
        if held.dictionary_page_offset:
            begin = min(begin, held.dictionary_page_offset)
        raw = self._room(size)
        self._file.seek(begin)
        if self._file.readinto(memoryview(raw)[:size]) != size:
            return None
        count = self._code.pages(raw, size, self._at, self._told, self._pages)
        if count <= 0:
            return None
        pages = self._pages[: count * WIDE].reshape(-1, WIDE).copy()
        first = int(pages[0, 0] == DICTIONARY)
        if not {*pages[first:, 0].tolist()} <= {DATA, DATA_2, UNPACKED}:
            return None
        if first and pages[0, 5] not in (PLAIN, PLAIN_WORDS):
            return None
        codec = PACKED[held.compression]
        data = raw if codec is None else _unpacked(raw, pages, pyarrow.Codec(codec))
        wide = 8 if held.physical_type == "INT64" else 4
        return _Pages(data, pages[first:].reshape(-1), pages[0] if first else None, rows, optional, wide)

    def _room(self, size: int) -> Array:
        if len(self._bytes) < size + MORE:
            self._bytes = numpy.empty(size + size // 4 + MORE, numpy.uint8)
        return self._bytes


def _unpacked(raw: Array, pages: Array, codec: Any) -> Array:
    """Return pages unpacked one after the other, and tell in `pages` where each is then."""
    data, at = numpy.empty(int(pages[:, 3].sum()) + MORE, numpy.uint8), 0
    for page in pages:
        kind, begin, packed, plain, _, _, levels = map(int, page)
        # What tells which cells are null is never packed where it stands apart.
        apart = max(0, levels)
        if kind == UNPACKED:
            apart = packed
        data[at : at + apart] = raw[begin : begin + apart]
        if plain > apart:
            found = codec.decompress(pyarrow.py_buffer(raw[begin + apart : begin + packed]), plain - apart)
            data[at + apart : at + plain] = numpy.frombuffer(found, numpy.uint8)
        page[1] = at
        at += plain
    return data


def _array(kind: Any, cells: Array, there: Any) -> Any:
    """Return an array of Arrow of numbers as they stand."""
    return pyarrow.Array.from_buffers(kind, len(cells), [there, pyarrow.py_buffer(cells)])


def _fitted(cells: Array, kind: Any) -> Array:
    """Return numbers in as many bytes as Arrow has them: an amount takes eight, though a file may need but four."""
    return cells.astype(_CELLS[kind.bit_width // 8], copy=False)


def _numbers(kind: Any, physical: str) -> Any:
    """Return the kind of Arrow that a column of numbers is read as; None for what is none."""
    types = pyarrow.types
    if physical not in ("INT32", "INT64"):
        return None
    if is_amount(kind):
        return pyarrow.decimal64(kind.precision, kind.scale)
    fits = types.is_timestamp(kind) or types.is_date32(kind) or types.is_int64(kind) or types.is_int32(kind)
    return kind if fits and kind.bit_width == (64 if physical == "INT64" else 32) else None


def seen_to(table: Any) -> Any:
    """Return a table that pyarrow read as one that is read here. Raises ArrowInvalid.

    That each number has its word it does not look at; whoever then looked one up would read past the words.
    """
    for column in table.columns:
        if pyarrow.types.is_dictionary(column.type):
            column.validate(full=True)
    return with_amounts(table)


def with_amounts(table: Any) -> Any:
    """Return a table with decimals that fit into 64 bits as such."""
    for place, field in enumerate(table.schema):
        if is_amount(field.type):
            narrow = pyarrow.decimal64(field.type.precision, field.type.scale)
            table = table.set_column(place, field.name, table.column(place).cast(narrow))
    return table


def is_amount(kind: Any) -> bool:
    """Tell whether decimals of a kind fit into 64 bits."""
    return bool(pyarrow.types.is_decimal(kind) and kind.precision <= 18)
