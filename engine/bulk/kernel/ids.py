"""Ids of a table, and what names one: numbers where a file keeps both as numbers of words, else as they are written.

Texts that are there in a table more than once, or name what is there, have one number, in whichever chunk they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow

from engine.bulk.kernel.cells import NOTHING
from engine.bulk.kernel.column import (
    Array,
    Text,
    indices_of,
    is_words,
    nulls_of,
    one,
    places_among,
    text_of,
    words_in,
)


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
    words = words_in(own)
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
        own = chunk.dictionary.cast(pyarrow.string())
        text, faults = text_of(own), numpy.zeros(len(own), numpy.uint8)
        code.texts(text.offsets, text.data, text.null, colons, faults)
        among = places_among(words, chunk)
        among[:-1][nulls_of(own) != 0] = NOTHING
        codes = indices_of(chunk)
        code.among(codes, nulls_of(chunk), among, places[here])
        if faults.any():
            bad[here] |= (nulls_of(chunk) == 0) & (numpy.append(faults, 0).take(codes, mode="clip") != 0)
    return places
