"""What Parquet encodes: numbers of words in as few bits as they need, and words after their lengths.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`.
"""

from __future__ import annotations

from typing import Any

Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""


def packed(numbers: Halves, wide: int, out: Halves) -> int:
    """Lay numbers one after the other, each in so many bits, without those below zero; return how many there are."""
    held = bits = at = there = 0
    for row in range(len(numbers)):
        number = int(numbers[row])
        if number >= 0:
            held |= number << bits
            bits += wide
            there += 1
            if bits >= 32:
                out[at] = held
                held >>= 32
                bits -= 32
                at += 1
    if bits:
        out[at] = held
    return there


def lengthened(offsets: Halves, data: Bytes, out: Bytes) -> int:
    """Write texts, each after its length in four bytes; return how many bytes that took."""
    at = 0
    for each in range(len(offsets) - 1):
        begin = int(offsets[each])
        size = int(offsets[each + 1]) - begin
        for place in range(4):
            out[at + place] = (size >> (8 * place)) & 255
        at += 4
        for place in range(size):
            out[at + place] = data[begin + place]
        at += size
    return at
