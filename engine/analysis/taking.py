"""What the engine says of single norms in one history: which gives an act, and which sentence of law takes it away.

A decision shows the first step that closes a norm, though several may. Here a norm is looked at as if no law stood in
its way, and as if one sentence of law alone did. So a history shows by the engine alone what the solver was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from engine.analysis.witness import History, account_of, question_of
from engine.answering import Case, answered
from engine.decision import Decision
from engine.event import ASKED, asked_about
from engine.judge import closed_by
from engine.position import Position
from engine.program import Place, Program, Rule
from engine.question import May
from engine.scene import Scene


def applied(decision: Decision, rule: Rule) -> bool:
    """Tell whether a norm permits, requires or forbids what is decided about."""
    return (rule.document, rule.norm.id) in _says(decision, "permits", "requires", "forbids")


def gives(decision: Decision, rule: Rule) -> bool:
    """Tell whether a norm permits or requires what is decided about."""
    return (rule.document, rule.norm.id) in _says(decision, "permits", "requires")


def forbidden_by(decision: Decision, rule: Rule) -> bool:
    """Tell whether something is forbidden, and of all norms just that one forbids it."""
    forbidding = _says(decision, "forbids")
    return decision.answer == "forbidden" and forbidding == {(rule.document, rule.norm.id)}


def clash_of(decision: Decision, program: Program, one: Rule, other: Rule) -> bool:
    """Tell whether the one permits or requires the act and the other forbids it, and no priority can decide that: none
    between the two, and none of what else gives the act.
    """
    giving, forbidding = _says(decision, "permits", "requires"), _says(decision, "forbids")
    if one.called not in giving or other.called not in forbidding:
        return False
    if len(giving) == len(forbidding) == 1:
        return True
    before, over = _over(program, one), _over(program, other)
    return other.called not in before and not giving & over


def _over(program: Program, rule: Rule) -> set[tuple[str, str]]:
    return {program.rules[index].called for index, _, _ in rule.prevailed_by}


def _says(decision: Decision, *codes: str) -> set[tuple[str, str]]:
    return {reason.args[:2] for reason in decision.reasons if reason.code in codes}


def given(history: History, program: Program, layers: tuple[str, ...], rule: Rule) -> bool:
    """Tell whether a norm would be open to the act if no law stood in its way."""
    position = _in_time(_end_of(history, program, layers), rule)
    return _seen(position, history, _beneath(rule, lambda place: not is_law(program, place))) == "open"


def takers(
    history: History, program: Program, layers: tuple[str, ...], rule: Rule, places: Iterable[Place]
) -> list[Place]:  # fmt: skip
    """Return which of some sentences of law alone close a norm that would be open to the act if no law did."""
    if not given(history, program, layers, rule):
        return []
    position = _in_time(_end_of(history, program, layers), rule)

    def closes(place: Place) -> bool:
        alone = _beneath(rule, lambda each: each == place or not is_law(program, each))
        return _seen(position, history, alone) == "closed"

    return [place for place in places if closes(place)]


def prevailed(history: History, program: Program, layers: tuple[str, ...], rule: Rule) -> bool:
    """Tell whether what prevails over a norm closes it to the act, and nothing else does."""
    position = _end_of(history, program, layers)
    unbeaten = replace(rule, prevailed_by=[])
    return _seen(position, history, rule) == "closed" and _seen(position, history, unbeaten) == "open"


def is_law(program: Program, place: Place) -> bool:
    """Tell whether a clause is one of a law."""
    return any(each.kind == "law" and each.name == place[0] for each in program.contracts)


def _beneath(rule: Rule, over: Callable[[Place], bool]) -> Rule:
    """Return a norm as if only sentences at some places stood over it."""
    return replace(
        rule,
        voided=[each for each in rule.voided if over(each[1])],
        lapses=[each for each in rule.lapses if over(each.place)],
        prevailed_by=[each for each in rule.prevailed_by if over(each[2])],
        limited_to=[each for each in rule.limited_to if over(each[2])],
    )


def _end_of(history: History, program: Program, layers: tuple[str, ...]) -> Position:
    question = question_of(history, program)
    return account_of(history, program, layers).line().before(question.at + 1)


def _seen(position: Position, history: History, rule: Rule) -> str:
    """Return whether a norm is open or closed to the act at the end of a history, or undetermined."""
    question = question_of(history, position.program)
    assert isinstance(question, May)
    act = asked_about(ASKED, question.act, question.party, question.at, question.fields)

    def case(scene: Scene) -> Case:
        return Case("open" if closed_by(scene, rule, question.party, act) is None else "closed")

    return answered(position, question.at, None, case, lambda *_: ((), ())).answer


def _in_time(position: Position, rule: Rule) -> Position:
    """Return a position in which nothing happened in vain that a norm waits for: a law may have kept it from it."""
    cells = position.cells
    for key in [each for each in cells if each[:2] == ("U", rule.index)]:
        cells = cells.delete(key)
    return Position(
        position.program, position.terms, cells, position.agenda, position.now, position.count, position.chain,
        position.changed, position.taken,
    )  # fmt: skip
