"""What Parquet encodes, decoded: headers of pages, which cells are null, numbers of words, numbers as they stand.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`. What is encoded in
another way, or not as the format says (https://parquet.apache.org/docs/file-format), is told by a negative number, and
read by pyarrow. No place past the end of the bytes is looked at; whoever calls hands along `MORE` that mean nothing.
"""

from __future__ import annotations

from typing import Any

Array = Any
"""An array of numbers of 64 bits."""
Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""

MORE = 8
"""How many bytes there are after the last that means something."""
WIDE = 7
"""How much is told of a page: its kind, where it begins, its size packed and unpacked, its values, their encoding, and
how many bytes tell which are null (-1 where these say so themselves)."""
DATA, DICTIONARY, DATA_2, UNPACKED = 0, 2, 3, 4
"""Kinds of pages; the last, which is ours, is one of the second version that is not packed though others may be."""
LEVELS = 3
"""How it is encoded which cells are null."""
STRUCT, TRUE, BYTE, LONGEST, BINARY = 12, 1, 3, 6, 8
"""Kinds of fields, as Thrift's compact protocol numbers them; between the last two whole numbers and one of 8 bytes."""
LACKING = 1
"""Where it is told how many cells of a column are null."""


def four(data: Bytes, place: int) -> int:
    """Return the number that four bytes write, the lowest first."""
    low = int(data[place]) | int(data[place + 1]) << 8
    return low | int(data[place + 2]) << 16 | int(data[place + 3]) << 24


def eight(data: Bytes, place: int) -> int:
    """Return the number that eight bytes write, the lowest first."""
    return four(data, place) | four(data, place + 4) << 32


def varint(data: Bytes, at: Array) -> int:
    """Return the number that begins at a place, and move the place past it."""
    found = shift = 0
    while at[0] < len(data):
        byte = int(data[at[0]])
        at[0] += 1
        found |= (byte & 127) << shift
        shift += 7
        if byte < 128 or shift > 49:
            return found
    return found


def whole(data: Bytes, at: Array) -> int:
    """Return the number with a sign that begins at a place, and move the place past it."""
    found = varint(data, at)
    return (found >> 1) ^ -(found & 1)


def header(data: Bytes, at: Array, told: Array) -> int:
    """Read a header: its own fields by their numbers, those of what it holds from 10 on; return 0 where it is none.

    `at` has the place, then for each depth the number of the last field.
    """
    depth = 0
    at[1] = 0
    while at[0] < len(data):
        byte = int(data[at[0]])
        at[0] += 1
        kind = byte & 15
        if kind == 0:
            if depth == 0:
                return 1
            depth -= 1
            continue
        field = at[1 + depth] + (byte >> 4) if byte >> 4 else whole(data, at)
        at[1 + depth] = field
        place = field if depth == 0 else 10 + field
        holder = depth
        value = 1
        if kind == STRUCT:
            depth += 1
            if depth > 4:
                return 0
            at[1 + depth] = 0
        elif kind <= TRUE + 1:
            value = 2 - kind
        elif kind == BYTE:
            at[0] += 1
        elif kind <= LONGEST:
            value = whole(data, at)
        elif kind < BINARY:
            at[0] += 8
        elif kind == BINARY:
            size = varint(data, at)
            at[0] += size
        else:
            return 0
        if holder < 2 and 0 < place < 20:
            told[place] = value
    return 0


def pages(data: Bytes, size: int, at: Array, told: Array, found: Array) -> int:
    """List the pages of a column, `WIDE` numbers for each; return how many, or -1 for what is none, or too many."""
    count = 0
    at[0] = 0
    while at[0] < size:
        for each in range(len(told)):
            told[each] = 0
        told[17] = 1
        if (count + 1) * WIDE > len(found) or not header(data, at, told):
            return -1
        packed, plain = told[3], told[2]
        if packed < 0 or plain < 0 or at[0] + packed > size or told[11] < 0:
            return -1
        begin = count * WIDE
        found[begin], found[begin + 1], found[begin + 2], found[begin + 3] = told[1], at[0], packed, plain
        found[begin + 4], found[begin + 5], found[begin + 6] = told[11], told[12], -1
        if told[1] == DATA and told[13] != LEVELS:
            return -1
        if told[1] == DATA_2:
            # What is repeated is not read.
            if told[16] != 0 or told[15] < 0 or told[15] > min(packed, plain):
                return -1
            found[begin + 5], found[begin + 6] = told[14], told[15]
            if not told[17]:
                if packed != plain:
                    return -1
                found[begin] = UNPACKED
        at[0] += packed
        count += 1
    return count


def run(data: Bytes, at: Array, end: int) -> int:
    """Return the head of the run that begins at a place, and move the place past it; -1 where there is none."""
    if at[0] >= end:
        return -1
    return varint(data, at)


def levels(data: Bytes, start: int, end: int, at: Array, null: Bytes, first: int, last: int) -> int:
    """Read which cells of some rows are null; return how many are not, or -1."""
    there, row = 0, first
    at[0] = start
    while row < last:
        head = run(data, at, end)
        place = at[0]
        many = min(head >> 1 if head % 2 == 0 else (head >> 1) * 8, last - row)
        size = 1 if head % 2 == 0 else (many + 7) // 8
        if head < 2 or place + size > end:
            return -1
        if head % 2 == 0:
            bit = int(data[place]) & 1
            for each in range(row, row + many):
                null[each] = 1 - bit
            there += bit * many
        else:
            for each in range(many >> 3):
                held, to = int(data[place + each]), row + 8 * each
                for one in range(8):
                    bit = (held >> one) & 1
                    null[to + one] = 1 - bit
                    there += bit
            for each in range(8 * (many >> 3), many):
                bit = (int(data[place + (each >> 3)]) >> (each & 7)) & 1
                null[row + each] = 1 - bit
                there += bit
            size = head >> 1
        at[0] = place + size
        row += many
    return there


def indices(
    data: Bytes, start: int, end: int, at: Array, out: Halves, first: int, count: int, most: int
) -> int:
    """Read so many numbers of words, each below `most`; return -1 where they are none."""
    if count == 0:
        return 0
    if start >= end:
        return -1
    width = int(data[start])
    if width > 24:
        return -1
    mask = (1 << width) - 1
    highest, row, last = 0, first, first + count
    at[0] = start + 1
    while row < last:
        head = run(data, at, end)
        place = at[0]
        many = min(head >> 1 if head % 2 == 0 else (head >> 1) * 8, last - row)
        size = (width + 7) // 8 if head % 2 == 0 else (many * width + 7) // 8
        if head < 2 or place + size > end:
            return -1
        if head % 2 == 0:
            value = four(data, place) & mask
            highest = max(highest, value)
            for each in range(row, row + many):
                out[each] = value
        else:
            # Eight numbers take as many bytes as each has bits.
            eights = many >> 3 if width <= 8 else 0
            for each in range(eights):
                held, to = eight(data, place + each * width), row + 8 * each
                for one in range(8):
                    value = (held >> (one * width)) & mask
                    highest = max(highest, value)
                    out[to + one] = value
            for each in range(8 * eights, many):
                bit = each * width
                value = (four(data, place + (bit >> 3)) >> (bit & 7)) & mask
                highest = max(highest, value)
                out[row + each] = value
            size = (head >> 1) * width
        at[0] = place + size
        row += many
    return 0 if highest < most else -1


def spread(dense: Halves, null: Bytes, out: Halves, first: int, last: int) -> None:
    """Lay numbers into the rows that are not null, 0 into the others. (`dense` has one more.)"""
    there = 0
    for row in range(first, last):
        is_there = 1 - int(null[row])
        out[row] = dense[there] * is_there
        there += is_there


def begun(
    data: Bytes, found: Array, page: int, optional: bool, at: Array, null: Bytes, first: int, last: int
) -> int:
    """Read which cells of a page are null; return how many are not, or -1, and move the place to their values."""
    begin = page * WIDE
    start, end, size = found[begin + 1], found[begin + 1] + found[begin + 3], found[begin + 6]
    there = last - first
    if optional:
        if size < 0:
            size = four(data, start)
            start += 4
        if start + size > end:
            return -1
        there = levels(data, start, start + size, at, null, first, last)
        start += size
    at[0] = start
    return there


def worded(
    data: Bytes, found: Array, count: int, optional: bool, most: int, at: Array, null: Bytes, dense: Halves,
    out: Halves,
) -> int:  # fmt: skip
    """Read the numbers of the words of a column from the pages in which they are; return the rows, or -1.

    `at` is told how many are null (LACKING); only where some are does `null` mean anything.
    """
    row = lacking = 0
    for page in range(count):
        end, last = found[page * WIDE + 1] + found[page * WIDE + 3], row + found[page * WIDE + 4]
        if last > len(out):
            return -1
        there = begun(data, found, page, optional, at, null, row, last)
        start = at[0]
        if there == last - row:
            if indices(data, start, end, at, out, row, there, most) < 0:
                return -1
        elif there < 0 or indices(data, start, end, at, dense, 0, there, most) < 0:
            return -1
        else:
            spread(dense, null, out, row, last)
        lacking += last - row - there
        row = last
    at[LACKING] = lacking
    return row


def numbered(
    data: Bytes, found: Array, count: int, optional: bool, wide: int, at: Array, null: Bytes, out: Bytes
) -> int:
    """Read numbers, `wide` bytes each (4, 8), from the pages in which they stand; return the rows, or -1.

    `at` is told how many are null, as by `worded`.
    """
    row = lacking = 0
    for page in range(count):
        end, last = found[page * WIDE + 1] + found[page * WIDE + 3], row + found[page * WIDE + 4]
        if last * wide > len(out):
            return -1
        there = begun(data, found, page, optional, at, null, row, last)
        start = at[0]
        if there < 0 or start + there * wide > end:
            return -1
        if there == last - row:
            copied(data, start, out, row * wide, there * wide)
        elif wide == 8:
            for each in range(row, last):
                copied(data, start, out, each * 8, 8)
                start += 8 * (1 - int(null[each]))
        else:
            for each in range(row, last):
                copied(data, start, out, each * 4, 4)
                start += 4 * (1 - int(null[each]))
        lacking += last - row - there
        row = last
    at[LACKING] = lacking
    return row


def written(
    data: Bytes, found: Array, first: int, count: int, optional: bool, word: int, at: Array, null: Bytes,
    offsets: Halves, texts: Bytes, out: Halves,
) -> int:  # fmt: skip
    """Read texts from the pages in which they stand, past the `first` ones, each as a word of its own after those that
    are known, so many as `word` tells; return how many there are then, or -1.

    What `at` is told of null is counted on.
    """
    row = 0
    for page in range(count):
        end, last = found[page * WIDE + 1] + found[page * WIDE + 3], row + found[page * WIDE + 4]
        if last > len(out):
            return -1
        if page >= first:
            there = begun(data, found, page, optional, at, null, row, last)
            place, laid, lacking = at[0], int(offsets[word]), last - row - there
            if there < 0:
                return -1
            for each in range(row, last):
                if lacking and null[each]:
                    continue
                size = text(data, place, end, texts, laid)
                if size < 0:
                    return -1
                place += 4 + size
                laid += size
                out[each] = word
                word += 1
                offsets[word] = laid
            at[LACKING] += lacking
        row = last
    return word if row == len(out) else -1


def text(data: Bytes, place: int, end: int, out: Bytes, to: int) -> int:
    """Copy the text that stands there after its length; return that, or -1 where it goes past the end."""
    if place + 4 > end:
        return -1
    size = four(data, place)
    if place + 4 + size > end:
        return -1
    copied(data, place + 4, out, to, size)
    return size


def copied(data: Bytes, place: int, out: Bytes, to: int, size: int) -> None:
    """Copy some bytes."""
    for each in range(size):
        out[to + each] = data[place + each]


def halves_of(values: Halves, places: Halves, out: Halves) -> None:
    """Lay out numbers of 32 bits by their places among `values`."""
    for row in range(len(out)):
        out[row] = values[places[row]]


def values_of(values: Array, places: Halves, out: Array) -> None:
    """Lay out numbers by their places among `values`."""
    for row in range(len(out)):
        out[row] = values[places[row]]


def texts(data: Bytes, start: int, end: int, offsets: Halves, out: Bytes) -> int:
    """Read texts, each after its length; return -1 where they are none."""
    at, laid = start, 0
    for each in range(len(offsets) - 1):
        size = text(data, at, end, out, laid)
        if size < 0:
            return -1
        at += 4 + size
        laid += size
        offsets[each + 1] = laid
    return laid
