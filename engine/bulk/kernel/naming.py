"""Names as numbers: in the order in which they come first, and by all bits of each."""

from __future__ import annotations

from typing import Any

import numpy

from engine.bulk.kernel.arrow import cells_compiled
from engine.bulk.kernel.column import Array, Text, text_of

A_FEW = 1 << 16
"""How many slots there are at first to look up texts."""


def numbered(text: Text) -> tuple[Array, Array]:
    """Return the number of each cell's text, -1 where there is none, and the row in which each comes first."""
    rows, slots, dense = len(text.null), A_FEW, cells_compiled().dense
    codes, firsts = numpy.empty(rows, numpy.int32), numpy.empty(rows, numpy.int64)
    cells = text.offsets, text.data, text.null
    # Few texts are found in a small table, which is near at hand; for more of them it is begun anew.
    while (count := dense(*cells, numpy.full(slots, -1, numpy.int32), firsts, codes)) < 0:
        slots *= 8
    return codes, firsts[:count]


def mixed(names: Any) -> Array:
    """Return a number of 64 bits for each name, in which all of its bytes have a part."""
    text = text_of(names)
    out = numpy.zeros(len(names), numpy.int64)
    cells_compiled().hashed(text.offsets, text.data, out)
    return out
