"""What the engine says of single norms in one history: which gives an act, and which sentence of law takes it away.

A decision shows the first step that closes a norm, though several may. Here a norm is looked at as if no law stood in
its way, and as if one sentence of law alone did. So a history shows by the engine alone what the solver was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
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


def clash_of(decision: Decision, one: Rule, other: Rule) -> bool:
    """Tell whether of all norms just the one permits or requires the act, and just the other forbids it."""
    giving, forbidding = _says(decision, "permits", "requires"), _says(decision, "forbids")
    return giving == {(one.document, one.norm.id)} and forbidding == {(other.document, other.norm.id)}


def _says(decision: Decision, *codes: str) -> set[tuple[str, str]]:
    return {reason.args[:2] for reason in decision.reasons if reason.code in codes}


def takes(
    history: History, program: Program, layers: tuple[str, ...], rule: Rule, place: Place
) -> bool:  # fmt: skip
    """Tell whether a norm would be open to the act if no law stood in its way, and one sentence of law closes it."""
    laws = {each.name for each in program.contracts if each.kind == "law"}

    def looked_at(over: Callable[[Place], bool]) -> str:
        return _seen(history, program, layers, _beneath(rule, over))

    return (
        looked_at(lambda each: each[0] not in laws) == "open"
        and looked_at(lambda each: each[0] not in laws or each == place) == "closed"
    )


def _beneath(rule: Rule, over: Callable[[Place], bool]) -> Rule:
    """Return a norm as if only sentences at some places stood over it."""
    return replace(
        rule,
        voided=[each for each in rule.voided if over(each[1])],
        lapses=[each for each in rule.lapses if over(each.place)],
        prevailed_by=[each for each in rule.prevailed_by if over(each[2])],
        limited_to=[each for each in rule.limited_to if over(each[2])],
    )


def _seen(history: History, program: Program, layers: tuple[str, ...], rule: Rule) -> str:
    """Return whether a norm is open or closed to the act at the end of a history, or undetermined."""
    question = question_of(history, program)
    assert isinstance(question, May)
    act = asked_about(ASKED, question.act, question.party, question.at, question.fields)

    def case(scene: Scene) -> Case:
        return Case("open" if closed_by(scene, rule, question.party, act) is None else "closed")

    position = _in_time(account_of(history, program, layers).line().before(question.at + 1), rule)
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
