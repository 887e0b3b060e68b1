"""What both builds are asked, to compare what they say: `python -m tests.both_builds` prints an answer on each line.

Every act of either party at many instants of accounts that paid, that are in arrears, and of which some things are only
alleged; of agreement 1 alone and under all law, each as it goes out and as it is logged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import engine.judge
from bench.accounts import LAYERS, agreement_one, bills, ledger, terms, under_all_law
from engine.account import Account
from engine.event import ALLEGED, Event, Ledger
from engine.program import Program
from engine.question import May
from engine.service.answers import Words, context_of
from engine.terms import Terms

INSTANTS = 23


def main() -> None:
    """Print the answers; on standard error, whether they are those of a compiled engine."""
    for program, given in ((agreement_one(), terms()), (under_all_law(), terms(LAYERS))):
        for events in histories():
            for line in answers(program, given, events):
                print(line)
    print("compiled" if engine.judge.__file__.endswith(".so") else "interpreted", file=sys.stderr)


def histories() -> list[list[Event]]:
    """Return what happened on each account."""
    unpaid = ledger(600, unpaid=True)
    alleged = [
        replace(each, standing=ALLEGED, hashed=b"") if each.name == "pay" else each for each in ledger(600)
    ]
    return [ledger(600), unpaid, alleged, bills(200)]


def answers(program: Program, given: Terms, events: list[Event]) -> Iterator[str]:
    """Yield what is answered about one account."""
    account, words = Account(program, given, Ledger(tuple(events))), Words(program)
    first, last = events[0].effect_at, events[-1].effect_at
    for number in range(INSTANTS):
        at = first + (last - first) * (number + 1) // (INSTANTS - 1) + number * 77_777_777
        for act in program.acts:
            for party in program.bound_parties:
                question = May(party, act, at)
                decision = account.decide(question)
                yield context_of(decision, question, words, "r", at).decode()
                yield words.logged.written(decision).decode()


if __name__ == "__main__":
    main()
