"""Cells of text read as numbers, and the rows of accounts put in order, over whole columns at once.

Plain functions over arrays, written in the words that `native.py` compiles; a column of text is its bytes and where
each cell begins, and `null` says where nothing is written. What is not written the one plain way is `bad`, and its
account is read row by row.
"""

from __future__ import annotations

from typing import Any

from engine.bulk.kernel.plan import DANGLING, DAY, EAST, MISSING

Array = Any
"""An array of numbers of 64 bits."""
Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""

MINUTE = 60_000_000
ODD, ALL, HALF, SIGN = 0x9E37_79B9_7F4A_7C15, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF, 1 << 63
"""What mixes bits: an odd number with bits everywhere; 64 bits, the lower half of them, the highest."""
FAR = 0x3FFF_FFFF_FFFF_FFFF
"""No instant is as far; that none is below zero need then not be asked."""
NOBODY, NOTHING = -1, -2
"""Stand for a text that names no id, and for no text."""
ZERO, NINE, DASH, POINT, COLON, SPACE, LETTER_T, PLUS = 48, 57, 45, 46, 58, 32, 84, 43


def digits(data: Bytes, start: int, end: int) -> int:
    """Return the number that some bytes write; -1 where one is no digit, or there is none."""
    found = 0 if end > start else -1
    for place in range(start, end):
        byte = int(data[place])
        if byte < ZERO or byte > NINE:
            return -1
        found = found * 10 + (byte - ZERO)
    return found


def day_from(year: int, month: int, day: int) -> int:
    """Return the number of a day of the calendar, counted from 1970-01-01; -1 where there is none, or it is earlier."""
    if year < 1970 or month < 1 or month > 12 or day < 1:
        return -1
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        longest = 29 if leap else 28
    if day > longest:
        return -1
    # Years are counted from March, so that the day too many comes last (Hinnant, "chrono-compatible date algorithms").
    shifted = year - 1 if month <= 2 else year
    era, since = shifted // 400, (month + 9) % 12
    of_era = shifted - era * 400
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + (153 * since + 2) // 5 + day - 719_469


def date_at(data: Bytes, start: int, end: int) -> int:
    """Return the day written as `2026-03-09`; -1 where it is none."""
    if end - start != 10 or data[start + 4] != DASH or data[start + 7] != DASH:
        return -1
    year, month = digits(data, start, start + 4), digits(data, start + 5, start + 7)
    return day_from(year, month, digits(data, start + 8, start + 10))


def clock_at(data: Bytes, start: int, end: int) -> int:
    """Return the time of day written as `09:00`, `09:00:30` or `09:00:30.25`, in microseconds; -1 where it is none."""
    if end - start < 5 or data[start + 2] != COLON:
        return -1
    hour, minute = digits(data, start, start + 2), digits(data, start + 3, start + 5)
    second = micro = 0
    if end - start > 5:
        if data[start + 5] != COLON or end - start < 8:
            return -1
        second = digits(data, start + 6, start + 8)
        if end - start > 8:
            if data[start + 8] != POINT or end - start > 15:
                return -1
            micro = digits(data, start + 9, end)
            if micro < 0:
                return -1
            for _ in range(15 - (end - start)):
                micro *= 10
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
        return -1
    return (hour * 60 + minute) * MINUTE + second * 1_000_000 + micro


def days(offsets: Halves, data: Bytes, null: Bytes, out: Array, bad: Bytes) -> None:
    """Read days."""
    for row in range(len(out)):
        out[row] = MISSING
        if not null[row]:
            day = date_at(data, offsets[row], offsets[row + 1])
            out[row] = day
            if day < 0:
                bad[row] = 1


def instants(offsets: Halves, data: Bytes, null: Bytes, spaced: bool, out: Array, bad: Bytes) -> None:
    """Read local times; between day and time stands `T`, or where they may be `spaced`, a space."""
    for row in range(len(out)):
        out[row] = MISSING
        if null[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        if end - start < 16 or not (data[start + 10] == LETTER_T or (spaced and data[start + 10] == SPACE)):
            bad[row] = 1
            continue
        day, clock = date_at(data, start, start + 10), clock_at(data, start + 11, end)
        if day < 0 or clock < 0:
            bad[row] = 1
        else:
            out[row] = day * DAY + clock - EAST


def numbers(offsets: Halves, data: Bytes, null: Bytes, places: int, out: Array, bad: Bytes) -> None:
    """Read whole numbers of up to ten digits, or amounts with up to as many `places` after the point."""
    scale = 1
    for _ in range(places):
        scale *= 10
    for row in range(len(out)):
        out[row] = MISSING
        if null[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        point = start
        while point < end and data[point] != POINT:
            point += 1
        found = digits(data, start, point)
        after = end - point - 1
        if found < 0 or point - start > 10 or (point < end and (after < 1 or after > places)):
            bad[row] = 1
            continue
        part = 0
        if point < end:
            part = digits(data, point + 1, end)
            if part < 0:
                bad[row] = 1
                continue
            for _ in range(places - after):
                part *= 10
        out[row] = found * scale + part


def texts(offsets: Halves, data: Bytes, null: Bytes, colons: bool, bad: Bytes) -> None:
    """Find the cells in which nothing stands, or where they may not be there, colons: those of named sums."""
    for row in range(len(bad)):
        if null[row]:
            continue
        start, end = offsets[row], offsets[row + 1]
        if end == start:
            bad[row] = 1
        for place in range(start, end):
            if not colons and data[place] == COLON:
                bad[row] = 1


def four(data: Bytes, place: int) -> int:
    """Return the number that four bytes write, the lowest first."""
    low = int(data[place]) | int(data[place + 1]) << 8
    return low | int(data[place + 2]) << 16 | int(data[place + 3]) << 24


def mixed(data: Bytes, start: int, end: int) -> int:
    """Return a number of 64 bits in which all bytes of a text have a part."""
    found, place, last = int(end) - int(start), int(start), int(end) - 4
    while place < last:
        found = ((found ^ four(data, place)) * ODD) & ALL
        found ^= (found >> 32) & HALF
        place += 4
    # The last four bytes are taken together; some of them for a second time, where there are that many.
    part = 0
    if last >= start:
        part = four(data, last)
    else:
        for each in range(place, end):
            part = part << 8 | int(data[each])
    found = ((found ^ part) * ODD) & ALL
    return found ^ ((found >> 32) & HALF)


def slot_of(
    offsets: Halves, data: Bytes, slots: Halves, mask: int, other: Halves, text: Bytes, row: int
) -> int:
    """Return the slot of the table of ids in which the text of a row of another column is, or where it would be."""
    start, end = int(other[row]), int(other[row + 1])
    found = mixed(text, start, end)
    slot = (found ^ (found >> 20)) & mask
    while slots[slot] >= 0:
        held = slots[slot]
        begin = offsets[held]
        if offsets[held + 1] - begin == end - start:
            place = 0
            while place < end - start and data[begin + place] == text[start + place]:
                place += 1
            if place == end - start:
                return slot
        slot = (slot + 1) & mask
    return slot


def emptied(slots: Halves, size: int) -> None:
    """Make the first slots of a table empty."""
    for slot in range(size):
        slots[slot] = -1


def within(null: Bytes, low: int, high: int, out: Array, bad: Bytes) -> None:
    """Find the cells whose number is out of range."""
    for row in range(len(out)):
        if not null[row] and (out[row] < low or out[row] >= high):
            bad[row] = 1


def steps(first: Array, moment: Array, now: int) -> int:
    """Tell of the rows of each account whether one is earlier than that before it (1), or at the same instant (2).

    And of all rows, whether one is at the instant `now` (4). Each account has a row.
    """
    earlier = same = there = 0
    for account in range(len(first) - 1):
        there |= moment[first[account]] == now
        for row in range(first[account] + 1, first[account + 1]):
            before, own = moment[row - 1], moment[row]
            earlier |= own < before
            same |= own == before
            there |= own == now
    return earlier + 2 * same + 4 * there


def arranged(
    first: Array, ok: Bytes, in_time: Array, moment: Array, kind: Halves, is_coded: Bytes, is_thing: Bytes, until: int,
    offsets: Halves, data: Bytes, slots: Halves, order: Array, number: Halves, firsts: Array, things: Array,
    taken: Array,
) -> int:  # fmt: skip
    """Put the rows that the loop looks at in order, account by account; return how many accounts are taken.

    `first` tells where the rows of each account begin, `in_time` its rows in time; those not `ok` are passed over, and
    so are those with an id twice. Looked at are rows of the kinds that are coded, and no later than `until`. Of each
    account `taken`, `order` gets its rows in time, `number` the number of each that is a thing, -1 of the others.
    """
    count = rows = every = 0
    for account in range(len(ok)):
        start, end = first[account], first[account + 1]
        if not ok[account]:
            continue
        size = 4
        while size < 2 * (end - start):
            size *= 2
        emptied(slots, size)
        begin = rows
        for place in range(start, end):
            row = in_time[place]
            slot = slot_of(offsets, data, slots, size - 1, offsets, data, row)
            if slots[slot] >= 0:
                ok[account] = 0
                break
            slots[slot] = row
            if is_coded[kind[row]] and moment[row] <= until:
                order[rows] = row
                rows += 1
        if not ok[account]:
            rows = begin
            continue
        for place in range(begin, rows):
            row = order[place]
            thing = is_thing[kind[row]]
            number[row] = every if thing else -1
            every += int(thing)
        taken[count] = account
        count += 1
        firsts[count], things[count] = rows, every
    return count


def numbered(
    first: Array, ok: Bytes, in_time: Array, moment: Array, kind: Halves, is_coded: Bytes, is_thing: Bytes, until: int,
    ids: Halves, held: Halves, order: Array, number: Halves, firsts: Array, things: Array, taken: Array,
) -> int:  # fmt: skip
    """Do what `arranged` does where ids are numbers; `held` has, for each, the last account that had it, or -1."""
    count = rows = every = 0
    for account in range(len(ok)):
        if not ok[account]:
            continue
        begin, things_before, twice = rows, every, 0
        for place in range(first[account], first[account + 1]):
            row = in_time[place]
            own, of = int(ids[row]), int(kind[row])
            twice |= held[own] == account
            held[own] = account
            thing, is_taken = int(is_thing[of]), int(is_coded[of]) & int(moment[row] <= until)
            # What is laid where nothing is taken is laid over by the next.
            order[rows] = row
            number[row] = every if thing else -1
            rows += is_taken
            every += is_taken & thing
        if twice:
            ok[account] = 0
            rows, every = begin, things_before
            continue
        taken[count] = account
        count += 1
        firsts[count], things[count] = rows, every
    return count


def referred(
    first: Array, taken: Array, count: int, firsts: Array, order: Array, number: Halves, offsets: Halves, data: Bytes,
    other: Halves, text: Bytes, null: Bytes, slots: Halves, out: Array,
) -> None:  # fmt: skip
    """Look up which thing of its account each row names, among the `count` accounts `taken`."""
    for place in range(count):
        account = taken[place]
        size = 4
        while size < 2 * (first[account + 1] - first[account]):
            size *= 2
        emptied(slots, size)
        for each in range(firsts[place], firsts[place + 1]):
            row = order[each]
            if number[row] >= 0:
                slots[slot_of(offsets, data, slots, size - 1, offsets, data, row)] = row
        for each in range(firsts[place], firsts[place + 1]):
            row = order[each]
            out[each] = MISSING
            if not null[row]:
                held = slots[slot_of(offsets, data, slots, size - 1, other, text, row)]
                out[each] = number[held] if held >= 0 else DANGLING


def looked_up(
    count: int, firsts: Array, things: Array, order: Array, number: Halves, ids: Halves, others: Halves, held: Halves,
    out: Array,
) -> None:  # fmt: skip
    """Do what `referred` does where ids are numbers; `held` has room for the thing that had each last, at first -1."""
    for place in range(count):
        begin, end, least = firsts[place], firsts[place + 1], things[place]
        for each in range(begin, end):
            row = order[each]
            held[int(ids[row])] = number[row]
        for each in range(begin, end):
            row = order[each]
            named = others[row]
            thing = held[int(max(named, 0))]
            # Things of accounts before have lower numbers.
            found = thing if named >= 0 and thing >= least else DANGLING
            out[each] = MISSING if named == NOTHING else found


def shared_out(
    codes: Halves, none: Bytes, of_names: Array, parts: Halves, numbers: Halves, counts: Array
) -> None:
    """Tell the part of each row, which name of it its account has, and how many rows each part has.

    `of_names` tells that of each name, as `allotted` does, and last of none.
    """
    last = len(of_names) - 1
    for row in range(len(codes)):
        own = of_names[last if none[row] else int(codes[row])]
        parts[row], numbers[row] = own >> 32, own & HALF
        counts[own >> 32] += 1


def counted(
    wide: int, place: int, shift: int, mask: int, rows: Array, starts: Array, ranks: Halves, named: Array,
    groups: Halves, ends: Array,
) -> None:  # fmt: skip
    """Tell of which account each row is, by its rank, and how many rows each has.

    A row, so many numbers `wide`, tells at a place, by the bits of a mask, which name its account has among those of
    the rows that were laid together; `starts` and `named` tell where these rows, and the `ranks` of their names, begin.
    """
    for laid in range(len(starts) - 1):
        for row in range(starts[laid], starts[laid + 1]):
            group = int(ranks[named[laid] + ((rows[row * wide + place] >> shift) & mask)])
            groups[row] = group
            ends[group + 1] += 1


def begun(ends: Array) -> None:
    """Tell where the rows of each account begin, of how many the one before each has."""
    for group in range(1, len(ends)):
        ends[group] += ends[group - 1]


def allotted(offsets: Halves, data: Bytes, null: Bytes, sizes: Array, out: Array) -> int:
    """Tell the part of each name, in the upper half of a number, and which name of that part it is; return how many
    bytes the longest has.

    `sizes` tells how many names each part has, those that come twice twice; what is null is the first of the last.
    """
    longest, last = 0, len(sizes) - 1
    for row in range(len(out)):
        start, end = int(offsets[row]), int(offsets[row + 1])
        part = ((whole(mixed(data, start, end)) >> 31) * last) >> 32
        out[row] = last << 32 if null[row] else part << 32 | sizes[part]
        sizes[part] += 1 - null[row]
        longest = max(longest, end - start)
    return longest


def padded(
    offsets: Halves, data: Bytes, null: Bytes, of_names: Array, begins: Array, wide: int, out: Array
) -> None:
    """Lay names part by part, each as so many numbers `wide`."""
    for row in range(len(of_names)):
        if not null[row]:
            own = of_names[row]
            to, place, end = (
                (begins[own >> 32] + (own & HALF)) * wide,
                int(offsets[row]),
                int(offsets[row + 1]),
            )
            for word in range(wide):
                out[to + word] = eight(data, place + 8 * word, end)


def eight(data: Bytes, place: int, end: int) -> int:
    """Return the number that eight bytes write, the lowest first; all bits of those past the end are set."""
    size, found = min(end - place, 8), ALL
    if size >= 4:
        # The last four bytes are taken together, some of them for a second time.
        later = four(data, place + size - 4) << 8 * (size - 4)
        found = (four(data, place) | later | ALL << 8 * (size - 1) << 8) & ALL
    else:
        for each in range(size):
            found ^= (int(data[place + each]) ^ 255) << 8 * each
    return (found ^ SIGN) - SIGN


def ranked(names: Array, wide: int, once: Array, slots: Halves, out: Halves) -> int:
    """Tell of each name, so many numbers `wide`, which of all it is, as they come first; return how many there are.

    Each is laid out `once`, where there is room for one more than all.
    """
    known, mask = 0, len(slots) - 1
    for row in range(len(out)):
        found, to = 0, known * wide
        for word in range(wide):
            cell = int(names[row * wide + word])
            once[to + word] = cell
            found = ((found ^ cell) * ODD) & ALL
            found ^= (found >> 32) & HALF
        slot = (found ^ (found >> 20)) & mask
        while slots[slot] >= 0 and differ(once, slots[slot] * wide, to, wide):
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = known
            known += 1
        out[row] = slots[slot]
    return known


def differ(once: Array, one: int, other: int, wide: int) -> int:
    """Tell whether two names differ."""
    found = 0
    for word in range(wide):
        found |= once[one + word] ^ once[other + word]
    return found


def spelled_out(names: Array, wide: int, offsets: Halves, data: Bytes) -> None:
    """Write names that are so many numbers `wide` one after the other."""
    at = 0
    for row in range(len(offsets) - 1):
        begin, size = row * wide, 8 * wide
        # No text has a byte all bits of which are set.
        while size and (names[begin + ((size - 1) >> 3)] >> 8 * ((size - 1) & 7)) & 255 == 255:
            size -= 1
        for place in range(size):
            data[at + place] = (names[begin + (place >> 3)] >> 8 * (place & 7)) & 255
        at += size
        offsets[row + 1] = at


def whole(found: int) -> int:
    """Return a number of 64 bits as one of 63, in which all bits have a part."""
    return (found ^ ((found >> 29) & 0x7_FFFF_FFFF)) & 0x7FFF_FFFF_FFFF_FFFF


def hashed(offsets: Halves, data: Bytes, out: Array) -> None:
    """Return a number for each text, of 63 bits."""
    for row in range(len(out)):
        out[row] = whole(mixed(data, offsets[row], offsets[row + 1]))


def two(data: Bytes, place: int, number: int) -> None:
    """Write a number with two digits."""
    # A tenth of what has two digits, without a division.
    tens = (number * 103) >> 10
    data[place], data[place + 1] = ZERO + tens, ZERO + number - 10 * tens


def spelled(moments: Array, offsets: Halves, data: Bytes) -> None:
    """Write instants as `iso` does: in local time, with seconds and their parts only where there are any."""
    at = 0
    for row in range(len(moments)):
        local = (moments[row] + EAST) & FAR
        day, clock = local // DAY, local % DAY
        shifted = day + 719_468
        era = shifted // 146_097
        of_era = shifted - era * 146_097
        year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
        of_year = of_era - (365 * year + year // 4 - year // 100)
        month = (5 * of_year + 2) // 153
        date = of_year - (153 * month + 2) // 5 + 1
        month = month + 3 if month < 10 else month - 9
        year += era * 400 + (1 if month <= 2 else 0)
        two(data, at, year // 100)
        two(data, at + 2, year % 100)
        two(data, at + 5, month)
        two(data, at + 8, date)
        minutes, rest = clock // MINUTE, clock % MINUTE
        two(data, at + 11, minutes // 60)
        two(data, at + 14, minutes % 60)
        data[at + 4], data[at + 7], data[at + 10], data[at + 13] = DASH, DASH, LETTER_T, COLON
        at += 16
        if rest:
            data[at] = COLON
            two(data, at + 1, rest // 1_000_000)
            at += 3
        micro = rest % 1_000_000
        if micro:
            data[at] = POINT
            for place in range(6):
                data[at + 6 - place] = ZERO + micro % 10
                micro //= 10
            at += 7
        data[at], data[at + 3] = PLUS, COLON
        two(data, at + 1, 8)
        two(data, at + 4, 0)
        at += 6
        offsets[row + 1] = at
