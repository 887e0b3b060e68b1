"""What Parquet encodes: numbers of words in as few bits as they need, and words after their lengths.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`.
"""

from __future__ import annotations

from typing import Any

Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""

FAR = 0x3FFF_FFFF_FFFF_FFFF
"""No place is as far; that none is below zero need then not be asked."""


def packed(numbers: Halves, wide: int, out: Halves) -> int:
    """Lay numbers one after the other, each in so many bits, without those below zero; return how many there are."""
    held = bits = at = there = 0
    for row in range(len(numbers)):
        number = int(numbers[row & FAR])
        if number >= 0:
            held |= number << bits
            bits += wide
            there += 1
            if bits >= 32:
                out[at & FAR] = held
                held >>= 32
                bits -= 32
                at += 1
    if bits:
        out[at & FAR] = held
    return there


def lengthened(offsets: Halves, data: Bytes, out: Bytes) -> int:
    """Write texts, each after its length in four bytes; return how many bytes that took."""
    at = 0
    for each in range(len(offsets) - 1):
        begin = int(offsets[each & FAR])
        size = int(offsets[(each + 1) & FAR]) - begin
        for place in range(4):
            out[(at + place) & FAR] = (size >> (8 * place)) & 255
        at += 4
        for place in range(size):
            out[(at + place) & FAR] = data[(begin + place) & FAR]
        at += size
    return at
