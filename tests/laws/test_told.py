"""What was told is told again: an account that was asked before says what one says that never was, in every field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accounts import LAYERS, agreement_one, ledger, terms, under_all_law
from engine.account import Account
from engine.dates import DAY
from engine.decide import decide
from engine.decision import Decision
from engine.event import Instant, Ledger, event
from engine.governing import Programs
from engine.program import Program
from engine.question import May, Question
from engine.scenarios import run_scenario
from engine.told import MOST_TOLD
from tests.laws.accounts import account
from tests.scenario_files import HISTORIES, WORDS, listed
from tests.strategies import QUICK, Asked, asked


def standing(one: Account, at: Instant) -> set[tuple[str, str]]:
    """Return who may do which acts, as far as that is told without being looked at."""
    position = one.line().before(at + 1)
    return {asked for asked, kept in one.line().told.items() if kept.stands(position, at)}


LATER = (0, 1, DAY // 3, 2 * DAY, 9 * DAY, 8 * DAY, 40 * DAY, 39 * DAY + 7, 400 * DAY)


@QUICK
@given(asked(), st.lists(st.integers(0, 90 * DAY), max_size=6))
def test_whoever_was_asked_before_says_the_same(case: Asked, later: list[int]) -> None:
    one = account(case)
    for each in [0, *later, 0]:
        question = replace(case.question, at=case.question.at + each)
        assert one.decide(question, case.known_at) == account(case).decide(question, case.known_at)


@pytest.mark.parametrize(("made", "layers"), [(agreement_one, ("contract",)), (under_all_law, LAYERS)])
@pytest.mark.parametrize("unpaid", [False, True])
def test_every_act_of_the_shipped_agreement(
    made: Callable[[], Program], layers: tuple[str, ...], unpaid: bool
) -> None:
    program = made()
    one = Account(program, terms(layers), Ledger(tuple(ledger(300, unpaid=unpaid))))
    last = one.ledger.entries[-1].effect_at
    again = 0
    for party, act in product(program.bound_parties, program.acts):
        for later in LATER:
            at = last + 1 + later
            again += (party, act) in standing(one, at)
            assert one.decide(May(party, act, at)) == decide(one.position_at(at), May(party, act, at))
    assert again > 100


BILL = {"period": "2026-12", "amount": 5800, "due": date(2027, 12, 10)}
FACTS = [
    # Of a call nothing is written; whether an answer to a complaint is due hangs on it, nothing else.
    ("place_call", {"to": "10010"}, MOST_TOLD), ("usage", {"period": "2026-03", "minutes": 5}, MOST_TOLD),
    ("complaint_filed", {}, MOST_TOLD - 1), ("invoice_issued", BILL, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "stand"), FACTS)
def test_what_changes_nothing_that_was_looked_at_leaves_what_was_told(
    name: str, fields: dict[str, object], stand: int
) -> None:
    program = agreement_one()
    before = Account(program, terms(), Ledger(tuple(ledger(300))))
    last = before.ledger.entries[-1].effect_at
    acts = list(product(program.bound_parties, program.acts))[:MOST_TOLD]
    for party, act in acts:
        before.decide(May(party, act, last + 1))
    by = "user" if name == "place_call" else None
    fact = event("next", name, by, last + 2, fields=fields, source="switch")
    one, anew = before.recorded([fact]), Account(program, terms(), Ledger((*before.ledger, fact)))
    assert len(standing(one, last + 4)) == stand
    for party, act in acts:
        for later in LATER:
            question = May(party, act, last + 3 + later)
            assert one.decide(question) == anew.decide(question)


@QUICK
@given(asked())
def test_whoever_is_asked_at_every_fact_says_the_same(case: Asked) -> None:
    growing, at = account(case, Ledger()), case.question.at
    growing.line()
    acts = list(product(growing.program.bound_parties, growing.program.acts))[:MOST_TOLD]
    for entry in case.ledger:
        at = max(at, entry.effect_at + 1)
        growing = growing.recorded([entry])
        anew = Account(growing.program, growing.terms, growing.ledger)
        for party, act in acts:
            assert growing.decide(May(party, act, at)) == anew.decide(May(party, act, at))


def test_whatever_happened(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of histories under all law: a reason that tells the instant itself is that of the one asked about."""
    plain, compared = Account.decide, list[Decision]()

    def decide(self: Account, question: Question, known_at: Instant | None = None) -> Decision:
        found = plain(self, question, known_at)
        for later in (1, DAY // 3, 9 * DAY, 200 * DAY) if type(question) is May else ():
            again = replace(question, at=question.at + later)
            anew = Account(self.program, self.terms, self.ledger)
            compared.append(plain(self, again, known_at))
            assert compared[-1] == plain(anew, again, known_at)
        return found

    monkeypatch.setattr(Account, "decide", decide)
    for scenario in listed(HISTORIES)[::9]:
        list(run_scenario(scenario, programs, WORDS, None))
    assert len(compared) > 500
