"""Question and position to decision (docs/decisions.md)."""

from __future__ import annotations

from typing import assert_never

from engine.amounts import amount
from engine.decision import Decision
from engine.event import Instant
from engine.may import may
from engine.position import Position, elapse
from engine.question import (
    AmountOfSum,
    Arrived,
    InBreachOf,
    LastDay,
    May,
    Question,
    Renewed,
    StateOf,
    TimeBarred,
    WhoBears,
)
from engine.standings import (
    arrived,
    in_breach,
    last_day,
    renewed,
    state,
    time_barred,
    who_bears,
)


def decide(position: Position, question: Question, known_at: Instant | None = None) -> Decision:
    """Return the answer to `question` at a position that holds what is known, up to its instant.

    Raises BadQuestion for a party, act, norm or event that the contracts do not know.
    """
    agenda = position.agenda
    if position.now < question.at and (type(question) is not May or (agenda and agenda[0][0] <= question.at)):
        position = elapse(position, question.at)
    match question:
        case May():
            return may(position, question, known_at)
        case InBreachOf():
            return in_breach(position, question, known_at)
        case StateOf():
            return state(position, question, known_at)
        case LastDay():
            return last_day(position, question, known_at)
        case AmountOfSum():
            return amount(position, question, known_at)
        case WhoBears():
            return who_bears(position, question, known_at)
        case Renewed():
            return renewed(position, question, known_at)
        case Arrived():
            return arrived(position, question, known_at)
        case TimeBarred():
            return time_barred(position, question, known_at)
        case _:
            assert_never(question)
