"""What the laws have in common: an account of what was drawn, and the part of a decision that a law speaks of."""

from __future__ import annotations

from dataclasses import replace

from engine.account import Account
from engine.compile import compile_program
from engine.decision import Decision
from engine.event import ABOUT_ENTRIES, Ledger
from tests.strategies import Asked


def account(case: Asked, ledger: Ledger | None = None) -> Account:
    """Return the account of a case, perhaps with another ledger."""
    return Account(compile_program(case.contracts), case.terms, case.ledger if ledger is None else ledger)


def gist(decision: Decision) -> tuple[object, ...]:
    """Return what a decision says, without its reasons and receipt."""
    return (
        decision.answer,
        decision.required,
        set(decision.missing),
        set(decision.could_be),
        set(decision.assumes),
    )


def plain(case: Asked) -> Asked:
    """Return the case without entries about other entries."""
    return replace(case, ledger=Ledger(tuple(each for each in case.ledger if each.name not in ABOUT_ENTRIES)))
