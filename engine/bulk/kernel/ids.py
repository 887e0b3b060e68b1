"""Ids of a table, and what names one: numbers where a file keeps both as numbers of words, else as they are written.

Texts that are there in a table more than once, or name what is there, have one number, in whichever chunk they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from engine.bulk.kernel.cells import NOBODY, NOTHING
from engine.bulk.kernel.column import Array, Text, is_words, nulls_of, numbers_of, one, text_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """Ids as numbers, each below `most`; of a text that names none of them NOBODY, of what is null NOTHING."""

    places: Array
    most: int


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of rows, what names one, by column, and the ids as they are told."""

    own: Text | Numbers
    others: dict[str, Any]
    told: Any

    @property
    def slots(self) -> int:
        """How much room is needed to look ids up, if they are numbers."""
        return self.own.most if isinstance(self.own, Numbers) else 0


def ids_of(table: Any, named: Iterable[str], bad: Array, code: Any) -> Ids:
    """Return the ids of a table, and the columns `named` that name one; rows in which they are none are bad."""
    own, others = table.column("id"), {name: table.column(name) for name in named}
    if all(map(is_words, (own, *others.values()))):
        return _as_numbers(own, others, bad, code)
    array = one(own)
    bad |= nulls_of(array)
    found = {name: text_of(each) for name, each in {"": array, **others}.items()}
    for name, text in found.items():
        code.texts(text.offsets, text.data, text.null, name == "", bad)
    return Ids(found.pop(""), found, array)


def _as_numbers(own: Any, others: dict[str, Any], bad: Array, code: Any) -> Ids:
    words = pc.drop_null(
        pc.unique(pyarrow.chunked_array([_words(each) for each in own.chunks], pyarrow.string()))
    )
    places = _places(own, words, True, bad, code)
    bad |= places < 0
    numbers = {name: Numbers(_places(each, words, False, bad, code), 0) for name, each in others.items()}
    told = pyarrow.DictionaryArray.from_arrays(pyarrow.array(places), words, safe=False)
    return Ids(Numbers(places, max(1, len(words))), numbers, told)


def _places(column: Any, words: Any, colons: bool, bad: Array, code: Any) -> Array:
    """Return the place of each cell's word among some; rows in which it stands for no occurrence are bad."""
    places, begin = numpy.empty(len(column), numpy.int32), 0
    for chunk in column.chunks:
        here = slice(begin, begin + len(chunk))
        begin += len(chunk)
        own = _words(chunk)
        text, faults = text_of(own), numpy.zeros(len(own), numpy.uint8)
        code.texts(text.offsets, text.data, text.null, colons, faults)
        among = pc.fill_null(pc.index_in(own, words), NOBODY).to_numpy().astype(numpy.int32)
        among[nulls_of(own) != 0] = NOTHING
        codes = numbers_of(chunk.indices.cast(pyarrow.int32()), numpy.int32)
        code.among(codes, nulls_of(chunk), numpy.append(among, numpy.int32(NOBODY)), places[here])
        if faults.any():
            bad[here] |= (nulls_of(chunk) == 0) & (numpy.append(faults, 0).take(codes, mode="clip") != 0)
    return places


def _words(chunk: Any) -> Any:
    return chunk.dictionary.cast(pyarrow.string())
