"""Contracts put together word by word, in which anything may be left open, with ledgers that leave out what they may.

`tests/strategies` makes contracts such as people write; these are such as nobody would, so that each part of the
language meets each other one, and each thing that nothing gives stands in each place. A seed makes one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from contractlang.contract import Contract
from contractlang.load import load_text
from contractlang.loaded import Loaded
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.program import Program
from engine.terms import Terms
from tests.wild.asked import Maker
from tests.wild.head import HEAD

__all__ = ["HEAD", "Maker", "Put", "Wild", "read", "wild"]

Put = tuple[str, Any, Instant | None]
"""A question as it is written, itself, and what is known when it is put."""


@dataclass(frozen=True)
class Wild:
    """A contract with its program, what was agreed for the account, its ledger, and questions."""

    text: str
    contract: Contract
    program: Program
    terms: Terms
    facts: tuple[str, ...]
    ledger: Ledger
    questions: tuple[Put, ...]


def wild(seed: int) -> Wild | None:
    """Return what a seed makes; None where the contract or the ledger is refused."""
    maker = Maker(Random(seed))
    text, loaded = read(maker.lines())
    if loaded.errors:
        return None
    program = compile_program(loaded.contracts.values())
    facts, terms = tuple(maker.facts()), maker.terms()
    asked = maker.asked(facts)
    try:
        ledger = ledger_of(program, list(facts))
    except EngineError:
        return None
    contract = loaded.contracts["wild"]
    questions = [(each, *question_of(program, each)) for each in asked]
    of_time = maker.of_time_and_losses(
        contract, ledger, sorted({question.at for _, question, _ in questions})
    )
    questions += [(repr(each), each, None) for each in of_time]
    return Wild(text, contract, program, terms, facts, ledger, tuple(questions))


def read(lines: list[str]) -> tuple[str, Loaded]:
    """Return the contract of some lines, read; a line that cannot stand is left out, and those that speak of it."""
    while True:
        text = HEAD + "".join(f"| {line}\n" for line in lines)
        loaded = load_text(text)
        first = HEAD.count("\n") + 1
        wrong = {text.count("\n", 0, each.span.start) + 1 - first for each in loaded.errors}
        kept = [line for number, line in enumerate(lines) if number not in wrong]
        if len(kept) == len(lines):
            return text, loaded
        lines = kept
