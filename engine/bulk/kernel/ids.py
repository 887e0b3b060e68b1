"""Ids of a table, and what names one: numbers where a file keeps both as numbers of words, else as they are written.

Texts that are there in a table more than once, or name what is there, have one number, in whichever chunk they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow

from engine.bulk.kernel.column import Array, Text, is_words, one, text_of, words_in


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


def id_words(table: Any, named: Iterable[str]) -> Any:
    """Return the words of the ids of a table; None where these, or the columns that name one, are not kept so."""
    own = table.column("id")
    return words_in(own) if all(map(is_words, (own, *map(table.column, named)))) else None


def as_numbers(places: Mapping[str, Array], words: Any) -> Ids:
    """Return ids, and what names one, by the places of their words."""
    own = places["id"]
    others = {name: Numbers(each, 0) for name, each in places.items() if name != "id"}
    told = pyarrow.DictionaryArray.from_arrays(pyarrow.array(own), words, safe=False)
    return Ids(Numbers(own, max(1, len(words))), others, told)


def as_texts(table: Any, named: Iterable[str], bad: Array, code: Any) -> Ids:
    """Return the ids of a table, and the columns `named` that name one; rows in which they are none are bad."""
    array = one(table.column("id"))
    found = {
        name: text_of(each) for name, each in (("", array), *((each, table.column(each)) for each in named))
    }
    for name, text in found.items():
        code.texts(text.offsets, text.data, text.null, name == "", bad)
    return Ids(found.pop(""), found, array)
