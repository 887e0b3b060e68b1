"""The kernel folds as the engine does, or refuses, contracts that nobody would write (`tests/wild`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest

from contractlang.values import Period
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.plan import Asked, Plan, Refused
from engine.compile import compile_program
from engine.dates import DAY
from engine.event import BOTH, Ledger, event
from engine.program import Program
from engine.terms import Terms
from tests.bulk.made_up import BEGIN, ledger
from tests.bulk.test_kernel import folded, program_of, same
from tests.wild import HEAD, Maker, read

ASKED = tuple(
    Asked(party, act) for party, act in (
        ("seller", "stop"), ("seller", "resume"), ("seller", "reprice"), ("seller", "restart"), ("seller", "revive"),
        ("buyer", "call"), ("buyer", "quit"), ("buyer", "nudge"), ("buyer", "renew"), ("buyer", "revive"),
        ("buyer", "pay"),
    )
)  # fmt: skip
BLANKS = {"bspan": Period(4, "days"), "bday": date(2026, 3, 15), "bprice": 5000}
BEGINS = "agreement takes effect once begun is done"
ANSWERS = {"sure": True, "payday": date(2026, 3, 20), "span": Period(3, "days"), "price": 4000, "times": 1}


def planned(program: Program, terms: Terms) -> Plan | None:
    """Return the plan of a contract with all that it can answer; None where there is none."""

    def is_planned(asked: tuple[Asked, ...]) -> bool:
        try:
            return bool(plan_of(program, terms, asked))
        except Refused:
            return False

    known = tuple(each for each in ASKED if is_planned((each,)))
    return plan_of(program, terms, known) if known else None


def made_up(program: Program, random: Random, accounts: int) -> Iterator[Ledger]:
    """Yield made-up ledgers, most of which begin the agreement."""
    for each in range(accounts):
        made = ledger(program, random, most=9, ties=each % 3 == 0)
        begun = event("b", "begun", None, BEGIN - DAY)
        yield Ledger((begun, *made)) if random.random() < 0.8 else made


def compare(seed: int) -> int:
    """Compare the accounts that a seed makes up; return how many the kernel folded."""
    random = Random(seed)
    # Of a few lines the kernel has more than of many.
    lines = Maker(random).lines()[: random.choice((1, 2, 3, 9))]
    text, loaded = read(random.choice(([], [BEGINS])) + lines)
    if loaded.errors:
        return 0
    terms = Terms(blanks=BLANKS, readings={"open": "one"}, answers=ANSWERS if random.random() < 0.5 else {})
    program = compile_program(loaded.contracts.values())
    plan = planned(program, terms)
    if plan is None:
        return 0
    books = list(made_up(program, random, 6))
    as_of = BEGIN + random.choice((3, 8, 15, 30, 50)) * DAY
    found, _ = folded(program, plan, books, as_of, terms)
    for place, each in found.items():
        try:
            same(program, plan, books[place], each, as_of, terms)
        except AssertionError as wrong:
            raise AssertionError((seed, text.removeprefix(HEAD), books[place], as_of)) from wrong
    return len(found)


@pytest.mark.parametrize("part", range(2))
def test_contracts_that_nobody_would_write_are_folded_alike_or_refused(part: int) -> None:
    assert sum(map(compare, range(part * 40, part * 40 + 40))) > 40


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_they_are_at_length(part: int) -> None:
    first = Random().randrange(1, 1_000_000) * 10_000  # Many new ones each time.
    for seed in range(first + part * 300, first + part * 300 + 300):
        compare(seed)


@pytest.mark.parametrize(
    "lines",
    [
        # What no account has is asked of.
        "either party may quit when bill.amount > 5.00 CNY",
        # A breach of either duty gives rise to one and the same duty.
        "for each bill as b, seller must fix within 2 days otherwise buyer must pay 7.00 CNY within 2 days\n"
        "for each breach of any norm as v, buyer must pay (5.00 CNY) within 3 days",
        # Powers that suspend one duty, whose clocks do not go on alike.
        "n0: for each bill as b, seller must resume within 9 days\nseller may stop, suspending n0 clock runs\n"
        "seller may mend, suspending n0 clock extends\nseller may reprice, resuming n0",
        # Both have to restore what both must keep, unless it sleeps.
        f"{BEGINS}\nn0: both parties must keep service is on\nn1: seller may close\nn1 prevails over n0",
    ],
)  # fmt: skip
def test_a_contract_of_a_few_lines_is_folded_alike(lines: str) -> None:
    program = program_of(HEAD + "".join(f"| {line}\n" for line in lines.splitlines()))
    plan = planned(program, Terms())
    assert plan is not None
    as_of = BEGIN + 15 * DAY
    for book in made_up(program, Random(7), 30):
        found, _ = folded(program, plan, [book], as_of)
        for each in found.values():
            same(program, plan, book, each, as_of)


def test_a_norm_bound_from_a_day_of_what_it_is_upon_is_refused() -> None:
    """While nothing happened that it is upon it says nothing, and is in force all the same."""
    program = program_of(f"{HEAD}| {BEGINS}\n| for each fault as f, buyer may call from f.day\n")
    with pytest.raises(Refused, match="bound from or until a day of what it is upon"):
        plan_of(program, Terms(), (Asked("buyer", "call"),))


def test_an_agreement_without_a_term_ends_as_its_renewal_says() -> None:
    program = program_of(HEAD + "| both parties may renew\n| agreement renews once both parties did renew\n")
    plan = plan_of(program, Terms(), ())
    given = {"length": Period(1, "months"), "starts": date(2026, 3, 4)}
    book = Ledger((event("e1", "renew", BOTH, BEGIN + DAY, fields=given),))
    for days in (20, 60):
        found, _ = folded(program, plan, [book], BEGIN + days * DAY)
        assert found[0].standing.last_days
        same(program, plan, book, found[0], BEGIN + days * DAY)
