"""What the loop leaves of many accounts, counted for each of them and laid out as happenings.

Plain functions over arrays, written in the words that `native.py` compiles, as those of `cells.py`. A norm has a
`status` for each key, which is `breached` or CURED where it was broken; the keys of an account are those from `begins`
on, and `rows` tells the row of each. A breach begins when its window is over and never before its row, or, of a norm
that is `eager`, when it says so itself. Accounts that are `gone` have none. The happenings of an account stand
together: `places` tells where its next one belongs.
"""

from __future__ import annotations

from typing import Any

from engine.bulk.kernel.plan import BREACHED, CURED, EAST, OPEN, SUSPENDED

Array = Any
"""An array of numbers of 64 bits."""
Halves = Any
"""An array of numbers of 32 bits."""
Bytes = Any
"""An array of bytes."""

BEGUN, OVER = 2, 3
"""What happens: an agreement in force, its end. (Before them come a breach, 0, and its end.)"""
NOTHING, NONE = -1, -2
"""What a happening is about: nothing, or it is none that could be about something."""


def since(eager: int, begun: Array, rows: Array, at: Array, key: int) -> int:
    """Return when a breach began."""
    found = int(begun[key])
    if eager:
        return found
    row = int(at[rows[key]])
    return row if row > found else found


def counted(begins: Array, gone: Array, status: Array, breached: int, every: Halves, still: Halves) -> None:
    """Count the breaches of a norm in each account: all of them, and those that are open."""
    for account in range(len(gone)):
        healed = left = 0
        if gone[account] == 0:
            for key in range(begins[account], begins[account + 1]):
                said = status[key]
                left += said == breached
                healed += said == CURED
        every[account] += healed + left
        still[account] += left


def earliest(
    begins: Array, gone: Array, status: Array, breached: int, eager: int, begun: Array, rows: Array, at: Array,
    found: Array,
) -> None:  # fmt: skip
    """Find in each account when the first of the open breaches of a norm began, if that is before what is there."""
    for account in range(len(gone)):
        if gone[account] == 0:
            for key in range(begins[account], begins[account + 1]):
                if status[key] == breached:
                    moment = since(eager, begun, rows, at, key)
                    if moment < found[account]:
                        found[account] = moment


def owing(begins: Array, status: Array, owed: Array, paid: Array, unpaid: Array) -> None:
    """Add up what the duties of a norm that are not over leave to be paid in each account."""
    for account in range(len(unpaid)):
        for key in range(begins[account], begins[account + 1]):
            said = status[key]
            if (said == OPEN) | (said == BREACHED) | (said == SUSPENDED):
                unpaid[account] += owed[key] - paid[key]


def broken(
    begins: Array, gone: Array, status: Array, breached: int, eager: int, begun: Array, rows: Array, at: Array,
    cured: Array, document: int, norm: int, is_about: int, by: Array, places: Array, account: Halves, moment: Array,
    what: Halves, documents: Halves, norms: Halves, about: Array, who: Halves,
) -> None:  # fmt: skip
    """Lay out the breaches of a norm, each with its end; `by` tells for one key or for each who broke it."""
    several = len(by) > 1
    for own in range(len(gone)):
        if gone[own] == 0:
            for key in range(begins[own], begins[own + 1]):
                said = status[key]
                is_healed = said == CURED
                if said == breached or is_healed:
                    first = places[own]
                    last = first + is_healed
                    places[own] = last + 1
                    row = rows[key] if is_about else NOTHING
                    doer = by[key] if several else by[0]
                    for place in range(first, last + 1):
                        account[place], documents[place], norms[place] = own, document, norm
                        what[place], about[place], who[place] = place - first, row, doer
                    moment[first] = since(eager, begun, rows, at, key) + EAST
                    if is_healed:
                        moment[last] = cured[key] + EAST


def lived(
    happens: Bytes, instants: Array, kind: int, document: int, norm: int, places: Array, account: Halves,
    moment: Array, what: Halves, documents: Halves, norms: Halves, about: Array, who: Halves,
) -> None:  # fmt: skip
    """Lay out what happened to the agreements of the accounts in which it `happens`."""
    for own in range(len(happens)):
        if happens[own]:
            place = places[own]
            places[own] += 1
            account[place], what[place], documents[place] = own, kind, document
            norms[place], about[place], who[place] = norm, NONE, -1
            moment[place] = instants[own] + EAST


def named(about: Array, order: Array, words: Halves, empty: int, out: Halves) -> None:
    """Find the word of the row that each happening is about; `order` tells where rows stand, if anywhere else."""
    moved = len(order) > 0
    for place in range(len(about)):
        row = about[place]
        if row < 0:
            out[place] = empty if row == NOTHING else -1
        else:
            out[place] = words[order[row] if moved else row]
