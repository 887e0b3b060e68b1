"""Columns of Arrow as arrays of numpy: texts, words by their numbers, and which cells are null.

Where a file keeps a column as numbers of words it is read as such: each word is then looked at once, not once a row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

Array = Any
"""An array of numpy."""

ACCOUNT = "account"
CODED = (ACCOUNT, "name", "by")
"""Columns with few words, always read as numbers of words."""
STRINGS = (pyarrow.string(), pyarrow.large_string())
FEW = 5
"""A text that takes fewer bytes than that in a file is kept there as the number of a word."""


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text: where each cell begins, its bytes, and which cells are null."""

    offsets: Array
    data: Array
    null: Array


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: the number of each cell's word, which cells are null (their numbers mean nothing), the words.

    Each word is there once, and none is null.
    """

    places: Array
    null: Array
    words: pyarrow.StringArray


def few_words(about: Any) -> set[str]:
    """Return the columns of text that a file keeps as numbers of words, wherever anything is in them."""
    texts = {each.name for each in about.schema.to_arrow_schema() if each.type in STRINGS}
    places = {at: path for at in range(about.num_columns) if (path := about.schema.column(at).path) in texts}
    sizes = dict.fromkeys(places.values(), 0.0)
    for group in range(about.num_row_groups):
        held = about.row_group(group)
        for at, name in places.items():
            column = held.column(at)
            size: float = column.total_uncompressed_size
            # Of a column in which nothing is, no more is kept than that: a bit a cell.
            if not column.has_dictionary_page and size > column.num_values / 8:
                size = math.inf
            sizes[name] += size
    return {name for name, size in sizes.items() if size < FEW * about.num_rows}


def coded_in(about: Any) -> set[str]:
    """Return the columns of a file that are read as numbers of words."""
    return {*CODED} | few_words(about)


def one(column: Any) -> Any:
    """Return a column as one array."""
    if not isinstance(column, pyarrow.ChunkedArray):
        return column
    # Chunks put together are copied, even a single one.
    if column.num_chunks > 1:
        column = column.unify_dictionaries().combine_chunks()
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pyarrow.array([], column.type)
    return column


def nulls_of(array: Any) -> Array:
    """Return which cells are null, as bytes."""
    if not array.null_count:
        return numpy.zeros(len(array), numpy.uint8)
    there = array.buffers()[0]
    if there is None:
        return numpy.ones(len(array), numpy.uint8)
    begin = array.offset // 8
    bits = numpy.frombuffer(there, numpy.uint8)[begin : (array.offset + len(array) + 7) // 8]
    within = slice(array.offset - 8 * begin, array.offset - 8 * begin + len(array))
    return numpy.unpackbits(~bits, bitorder="little")[within]


def text_of(column: Any) -> Text:
    """Return a column of text as its bytes."""
    array = one(column)
    if array.type != pyarrow.string():
        array = array.cast(pyarrow.string())
    _, offsets, data = array.buffers()
    places = numpy.frombuffer(offsets, numpy.int32)[array.offset : array.offset + len(array) + 1]
    nothing = data is None or not data.size
    found = numpy.frombuffer(b" " if nothing else data, numpy.uint8)
    return Text(places, found, nulls_of(array))


def words_of(column: Any) -> Words:
    """Return a column of words; one that is kept otherwise is read word by word."""
    array = one(column)
    if not isinstance(array.type, pyarrow.DictionaryType):
        array = array.cast(pyarrow.string()).dictionary_encode()
    words = array.dictionary
    if words.null_count or len(pc.unique(words)) != len(words):
        array = array.cast(pyarrow.string()).dictionary_encode()
        words = array.dictionary
    indices = array.indices.cast(pyarrow.int32())
    return Words(numbers_of(indices, numpy.int32), nulls_of(array), words.cast(pyarrow.string()))


def indices_of(words: Any) -> Array:
    """Return the number of each cell's word in an array of numbers of words; those of null cells mean nothing."""
    return numbers_of(words.indices.cast(pyarrow.int32()), numpy.int32)


def words_in(column: Any) -> Any:
    """Return the words of all chunks of a column of numbers of words, each once, and none null."""
    words = pyarrow.chunked_array(
        [each.dictionary.cast(pyarrow.string()) for each in column.chunks], pyarrow.string()
    )
    return pc.drop_null(pc.unique(words))


def places_among(words: Any, chunk: Any) -> Array:
    """Return the place among some words of each word of a chunk, and one that stands for any more; -1 for none."""
    found = pc.index_in(chunk.dictionary.cast(pyarrow.string()), words)
    places = numpy.full(len(found) + 1, -1, numpy.int32)
    there = nulls_of(found) == 0
    places[:-1][there] = numbers_of(found, numpy.int32)[there]
    return places


def codes_of(words: Any) -> Array:
    """Return the number of each cell's word in an array of numbers of words, -1 where it is null."""
    indices = words.indices
    if indices.null_count:
        indices = pc.fill_null(indices, -1)
    return indices.to_numpy(zero_copy_only=False)


def numbers_of(array: Any, kind: Any) -> Array:
    """Return the numbers of an array as they lie in memory; those of null cells mean nothing."""
    wide = array.type.bit_width // 8 // numpy.dtype(kind).itemsize
    raw = array.buffers()[1]
    found = numpy.zeros(0, kind) if raw is None else numpy.frombuffer(raw, kind)
    return found[array.offset * wide : (array.offset + len(array)) * wide]


def is_words(column: Any) -> bool:
    """Tell whether a column is one of numbers of words."""
    return isinstance(column.type, pyarrow.DictionaryType)
