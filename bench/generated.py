"""Contracts of a realistic shape and any size, generated: sections of twelve clauses with acts and states of their own.

A section is an order that is delivered, billed and paid; a service that may be held for arrears and is repaired. One
clause for ten sections has the account blocked where a bill of any of them is overdue, which competes with what each
section says of that, and the state of the account is looked at by all. In every fourth section two clauses clash, in
every sixth two of its own remedies compete, in every eighth a clause never applies.
"""

from __future__ import annotations

from collections.abc import Iterator

A_SECTION = 12
_TOGETHER = 10

_HEAD = """| agreement generated
| party seller, buyer
| state account: open | blocked
| act block by seller, needs basis, sets account to blocked
| act unblock by seller, needs basis, sets account to open
| event insolvency
"""
_DECLARED = """| event order{n}
| event fault{n}
| event dispute{n}
| event bill{n} (amount: money)
| act deliver{n} by seller
| act use{n} by buyer, needs basis
| act pay{n} (amount: money, bill: bill{n}) by buyer, accumulates amount for each bill
| act inspect{n} by buyer, needs basis
| act repair{n} by seller
| act return{n} by buyer, needs basis
| state service{n}: running | held | ended
| act hold{n} by seller, needs basis, sets service{n} to held
| act release{n} by seller, needs basis, sets service{n} to running
| act cancel{n} by seller, needs basis, sets service{n} to ended
"""


def text(clauses: int, edited: int = 0) -> str:
    """Return a contract of at least so many clauses; in the last `edited` sections a number of days is another."""
    sections = max(1, -(-clauses // A_SECTION))
    declared = "".join(_DECLARED.format(n=n) for n in range(1, sections + 1))
    said = [
        *_account(),
        *(line for n in range(1, sections + 1) for line in _section(n, n > sections - edited)),
    ]
    said += [line for n in range(1, sections + 1, _TOGETHER) for line in _blocking(n, sections)]
    return _HEAD + declared + "\n" + "\n".join(said) + "\n"


def _account() -> Iterator[str]:
    yield "0.1 Of who is insolvent the account is blocked."
    yield "| when insolvency is done, seller may block"
    yield "0.2 The account is opened again."
    yield "| when account is blocked, seller may unblock"


_CLAUSES = (
    ("Goods are delivered.", "delivery{n}: for each order{n} as it, seller must deliver{n} within {days} days"),
    ("Goods are inspected.", "viewing{n}: buyer may inspect{n} when order{n} is done"),
    ("Nothing is inspected in a dispute.", "no_viewing{n}: buyer must not inspect{n} when dispute{n} is done"),
    ("Bills are paid.", "payment{n}: for each bill{n} as it, buyer must pay{n} it.amount for it within 10 days"),
    ("Arrears hold the service.", "holding{n}: while payment{n} is overdue, seller may hold{n}"),
    ("A service is held no more.", "freeing{n}: when service{n} is held, seller may release{n}"),
    ("A running service is used.", "using{n}: buyer may use{n} when service{n} is running and account is open"),
    ("One that is held is not.", "no_use{n}: buyer must not use{n} when service{n} is held"),
    ("Faults are repaired.", "repairs{n}: for each fault{n} as it, seller must repair{n} within 7 days"),
    ("What is not repaired is returned.",
     "returning{n}: while repairs{n} is overdue for more than 30 days, buyer may return{n}"),
    ("Arrears end the service.", "ending{n}: while payment{n} is overdue, seller may cancel{n}"),
    ("Goods in use are not returned.", "kept{n}: buyer must not return{n} when use{n} is done{dead}"),
)  # fmt: skip
_PRIORITIES = ("no_viewing{n} prevails over viewing{n}", "ending{n} prevails over holding{n}")


def _section(n: int, edited: bool) -> Iterator[str]:
    dead = f" and not use{n} is done" if n % 8 == 0 else ""
    for place, (words, norm) in enumerate(_CLAUSES, 1):
        yield f"{n}.{place} {words}"
        yield "| " + norm.format(n=n, days=16 if edited else 15, dead=dead)
    yield f"| kept{n} prevails over returning{n}"
    for priority, every in zip(_PRIORITIES, (4, 6), strict=True):
        if n % every:
            yield "| " + priority.format(n=n)


def _blocking(n: int, sections: int) -> Iterator[str]:
    upon = " or ".join(f"payment{each} is overdue" for each in range(n, min(n + _TOGETHER, sections + 1)))
    yield f"{n}.20 The account is blocked of who has not paid."
    yield f"| blocking{n}: while {upon}, seller may block"
