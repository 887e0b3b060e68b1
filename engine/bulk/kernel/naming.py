"""Names of accounts as numbers: laid side by side in as many of 64 bits as the longest needs, and ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import pyarrow

from engine.bulk.kernel.arrow import cells_compiled
from engine.bulk.kernel.column import Array, Text, text_of


class Names:
    """Names as they come, of some more than once: of which part each is, and which name of that part.

    The last part is of what has no name.
    """

    def __init__(self, parts: int) -> None:
        self._code, self._sizes = cells_compiled(), numpy.zeros(parts, numpy.int64)
        self._sizes[-1], self._longest = 1, 1
        self._some: list[tuple[Text, Array]] = []

    def add(self, names: Any) -> Array:
        """Return the part of each name, in the upper half of a number, and which name of it that is; last of null."""
        text, found = text_of(names), numpy.empty(len(names) + 1, numpy.int64)
        found[-1] = (len(self._sizes) - 1) << 32
        longest = self._code.allotted(text.offsets, text.data, text.null, self._sizes, found[:-1])
        self._longest = max(self._longest, longest)
        self._some.append((text, found[:-1]))
        return found

    def by_part(self) -> tuple[Array, Array]:
        """Return the names part by part, each as a row of numbers, and where those of each part end."""
        ends, wide = numpy.cumsum(self._sizes), -(-self._longest // 8)
        if 8 * wide * (count := int(ends[-1])) >= 1 << 31:
            raise pyarrow.ArrowCapacityError("the names of accounts take more than 2 GiB")
        names = numpy.full((count, wide), -1)
        for text, found in self._some:
            told = text.offsets, text.data, text.null, found, ends - self._sizes
            self._code.padded(*told, wide, names.reshape(-1))
        return names, ends


def ranked(names: Array) -> tuple[Array, Array]:
    """Return which of all names each is, as they come first, and all of them, each once."""
    count, wide = names.shape
    slots, once = (
        numpy.full(1 << (2 * count).bit_length(), -1, numpy.int32),
        numpy.empty((count + 1, wide), int),
    )
    ranks = numpy.empty(count, numpy.int32)
    known = cells_compiled().ranked(names.reshape(-1), wide, once.reshape(-1), slots, ranks)
    return ranks, once[:known]


def alike(some: Sequence[Array]) -> list[Array]:
    """Return some names as rows of as many numbers as the widest of them have."""
    wide = max(each.shape[1] for each in some)
    return [
        each
        if each.shape[1] == wide
        else numpy.pad(each, ((0, 0), (0, wide - each.shape[1])), constant_values=-1)
        for each in some
    ]


def spelled(names: Array) -> Any:
    """Return names as texts."""
    offsets, data = numpy.zeros(len(names) + 1, numpy.int32), numpy.empty(names.nbytes, numpy.uint8)
    cells_compiled().spelled_out(names.reshape(-1), names.shape[1], offsets, data)
    buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data)]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(names), buffers)


def mixed(names: Any) -> Array:
    """Return a number of 64 bits for each name, in which all of its bytes have a part."""
    text = text_of(names)
    out = numpy.zeros(len(names), numpy.int64)
    cells_compiled().hashed(text.offsets, text.data, out)
    return out
