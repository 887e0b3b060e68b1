"""Decisions written from pieces are, byte for byte, the JSON of `decision_as_json`."""

from __future__ import annotations

import pytest
from pydantic_core import to_json

from bench.accounts import agreement_one, ledger, terms
from engine.decide import decide
from engine.decision import Decision, Reason
from engine.explain import decision_as_json
from engine.logged import Logged
from engine.position import Position, advance
from engine.program import Program
from engine.question import AmountOfSum, InBreachOf, LastDay, May, Question, StateOf


@pytest.fixture(scope="module")
def program() -> Program:
    return agreement_one()


@pytest.fixture(scope="module")
def position(program: Program) -> Position:
    found = Position.opening(program, terms())
    for each in ledger(400, unpaid=True):
        found = advance(found, each)
    return found


def answers(position: Position, program: Program) -> list[Decision]:
    at = position.now + 1
    asked: list[Question] = [
        LastDay(None, at),
        StateOf("agreement", at),
        StateOf("service", at),
        InBreachOf("user", "五.2", at),
    ]
    asked += [May(party, act, at) for act in program.acts for party in program.bound_parties]
    asked += [AmountOfSum(name, at) for name in program.sums]
    return [decide(position, each, known_at) for each in asked for known_at in (None, at)]


def test_pieces_come_to_the_whole(position: Position, program: Program) -> None:
    logged = Logged(program.versions)
    found = answers(position, program)
    assert len({each.answer for each in found}) > 4
    for _ in range(2):
        for each in found:
            assert logged.written(each) == to_json(decision_as_json(each))


def test_a_yes_is_not_written_as_a_one(position: Position, program: Program) -> None:
    logged, (decision, *_) = Logged(program.versions), answers(position, program)
    for value in (1, True, 0, False):
        inner = Reason("compare", (value, "==", value))
        told = decision._replace(reasons=(inner, Reason("and", (), True, (inner,))))
        assert logged.written(told) == to_json(decision_as_json(told))
