"""Literate cases run for what they show: the account of each, its answers, and the instants asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.account import Account
from engine.cases import Case, Expectation, ledger_of, question_of, run_case, terms_of
from engine.errors import EngineError
from engine.program import Program
from engine.testing.outcomes import Outcome, seen


@dataclass(frozen=True)
class Ran:
    """One case: what came of its lines, and what it shows."""

    case: Case
    expectations: tuple[Expectation, ...]
    shown: frozenset[Outcome]

    @property
    def clauses(self) -> list[str]:
        """The clauses that the case touches, each as document and number."""
        return sorted(
            {f"{each.document} {_clause_of(each.id)}" for each in self.shown if each.what != "reading"}
        )


def _clause_of(id: str) -> str:
    """Return the number of the clause in a norm's id: 五.3 for 五.3:暂停权, 三.2 for 三.2b and 三.2#2."""
    number = id.partition(":")[0].partition("#")[0]
    return number[:-1] if number[-1:].isascii() and number[-1:].islower() else number


def account_of(case: Case, program: Program, layers: tuple[str, ...] | None = None) -> Account:
    """Return the account that a case describes. Raises EngineError for a ledger that cannot be read."""
    terms = terms_of(program, case.blocks.get("settings", (0, []))[1], layers)
    start, lines = case.blocks.get("ledger", (0, []))
    return Account(program, terms, ledger_of(program, lines, start))


def ran(case: Case, program: Program, layers: tuple[str, ...] | None = None) -> Ran:
    """Run a case and return what it shows. Raises EngineError for a ledger that cannot be read."""
    expectations = tuple(run_case(case, program, layers))
    account = account_of(case, program, layers)
    decisions = [each.decision for each in expectations if each.decision is not None]
    return Ran(case, expectations, frozenset(seen(account, decisions, _instants(case, program))))


def _instants(case: Case, program: Program) -> Iterable[int]:
    """Return the instants that a case asks about."""
    for line in case.blocks["expect"][1]:
        asked = line.strip().replace("：", ": ").rpartition(": ")[0]
        try:
            yield question_of(program, asked.strip())[0].at
        except EngineError:
            continue
