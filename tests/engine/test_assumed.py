"""The default readings that an answer names, where what is shared by several orders or days is the answer."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.account import Account
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.decision import Decision
from engine.question import May
from engine.terms import Terms
from tests.reference.interpret import Told, interpret

HEAD = """| agreement line
| party seller, buyer
| type tint: red | blue
| event fault
| act call (tone: tint) by buyer, needs basis
| act stop by buyer
| reading way: "?"
1.1 The buyer calls.
"""
EARLY = "| option early, by default: buyer may call before fault.day\n"
SOME = "| option any: buyer may call where tone is red\n"
ALL = "| option any: buyer may call\n"
TOGETHER = ["2026-03-08 10:30 buyer call", "2026-03-08 10:30 fault"]
ON_SOME_DAY = ["2026-03-01 09:00 buyer stop", "? fault recorded=2026-03-09T09:00"]
ALWAYS = "| option early, by default: buyer may call\n"
FIRST = "| option any: buyer may call when not fault is done\n"


NAMED = (("way", "early"),)

each_way = pytest.mark.parametrize(
    ("lines", "answer", "assumes"),
    [
        (EARLY + SOME, "undetermined", ()),
        (EARLY + ALL, "undetermined", NAMED),
        (ALWAYS + FIRST, "permitted", NAMED),
        (ALWAYS + ALL, "permitted", ()),
    ],
)


def decided(lines: str, facts: list[str], asked: str) -> tuple[Decision, Told]:
    """Return what the engine and the reference say; the latter knows no fact of an unknown day."""
    loaded = load_text(HEAD + lines)
    assert not loaded.errors
    program = compile_program(loaded.contracts.values())
    ledger = ledger_of(program, facts)
    question, known = question_of(program, asked)
    assert isinstance(question, May)
    told = Account(program, Terms(), ledger).decide(question, known)
    return told, interpret(loaded.contracts.values(), Terms(), ledger, question, known)


@each_way
def test_it_is_named_if_another_option_changes_what_all_orders_share(
    lines: str, answer: str, assumes: tuple[tuple[str, str], ...]
) -> None:
    told, read = decided(lines, TOGETHER, "2026-03-08 10:30 buyer may call")
    assert (told.answer, told.assumes) == (answer, assumes)
    assert (read.answer, tuple(sorted(read.assumes))) == (answer, assumes)


@each_way
def test_it_is_named_if_another_option_changes_what_all_days_share(
    lines: str, answer: str, assumes: tuple[tuple[str, str], ...]
) -> None:
    told, _ = decided(lines, ON_SOME_DAY, "2026-03-08 buyer may call")
    assert (told.answer, told.assumes) == (answer, assumes)


def test_a_value_that_is_open_under_either_option_is_the_same_answer() -> None:
    lines = "| option early, by default: seller may price until now > 2026-03-01\n| option any: seller may price\n"
    head = HEAD.replace("| reading", "| state rate, in law: money\n"
                        "| act price (value: money) by seller, needs basis, sets rate to value\n| reading")  # fmt: skip
    loaded = load_text(head + lines)
    assert not loaded.errors
    program = compile_program(loaded.contracts.values())
    ledger = ledger_of(program, ["2026-03-08 10:30 seller price"])
    question, known = question_of(program, "2026-03-09 rate")
    told = Account(program, Terms(), ledger).decide(question, known)
    assert (told.answer, told.assumes) == ("undetermined", ())
