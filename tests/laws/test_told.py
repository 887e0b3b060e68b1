"""What was told is told again: an account that was asked before says what one says that never was, in every field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.accounts import LAYERS, agreement_one, ledger, terms, under_all_law
from engine.account import Account
from engine.dates import DAY
from engine.decide import decide
from engine.decision import Decision
from engine.event import Instant, Ledger, event
from engine.governing import Programs
from engine.may import MOST_TOLD
from engine.program import Program
from engine.question import May, Question
from engine.scenarios import run_scenario
from engine.situation import Words
from tests.laws.accounts import account
from tests.strategies import QUICK, Asked, asked

ROOT = Path(__file__).parents[2]
HISTORIES = ROOT / "tests" / "data" / "histories.yaml"
MAPPING = ROOT / "contracts" / "scenarios" / "mapping.yaml"

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
            told = (one.line().before(at + 1).told or {}).get((party, act))
            again += told is not None and told.since <= at < told.until
            assert one.decide(May(party, act, at)) == decide(one.position_at(at), May(party, act, at))
    assert again > 100


@pytest.mark.parametrize(("name", "kept"), [("place_call", True), ("complaint_filed", False)])
def test_what_leaves_no_trace_leaves_what_was_told(name: str, kept: bool) -> None:
    program = agreement_one()
    before = Account(program, terms(), Ledger(tuple(ledger(300))))
    last = before.ledger.entries[-1].effect_at
    asked = list(product(program.bound_parties, program.acts))[:MOST_TOLD]
    for party, act in asked:
        before.decide(May(party, act, last + 1))
    by = "user" if name == "place_call" else None
    fact = event("next", name, by, last + 2, fields={"to": "10010"} if by else {}, source="switch")
    one, anew = before.recorded([fact]), Account(program, terms(), Ledger((*before.ledger, fact)))
    assert bool(one.line().before(last + 4).told) is kept
    for party, act in asked:
        for later in LATER:
            question = May(party, act, last + 3 + later)
            assert one.decide(question) == anew.decide(question)


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
    words = Words.read(MAPPING)
    for scenario in yaml.safe_load(HISTORIES.read_text("utf-8"))["scenarios"][::9]:
        list(run_scenario(scenario, programs, words, None))
    assert len(compared) > 500
