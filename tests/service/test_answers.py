"""What is kept of answers: pieces of words, each for what it says and for nothing that only equals it."""

from __future__ import annotations

from bench.accounts import agreement_one, terms
from engine.decide import decide
from engine.decision import Reason
from engine.position import Position
from engine.question import May
from engine.service.answers import Words


def test_a_one_is_not_told_as_a_yes() -> None:
    program = agreement_one()
    position = Position.opening(program, terms())
    question = May("provider", "suspend_service", position.now + 1)
    decision, words = decide(position, question), Words(program)
    told = [
        words.reasons(decision._replace(reasons=(Reason("compare", (value, "==", value)),)), question)[0]
        for value in (True, 1, False, 0)
    ]
    assert [b"yes is yes" in told[0], b"1 is 1" in told[1], b"no is no" in told[2], b"0 is 0" in told[3]] == [
        True
    ] * 4
