"""Questions about sums: how much one is, or what is unpaid on a duty, and how it comes about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

from contractlang.kinds import money_in
from engine.answering import Case, answered
from engine.decision import Cure, Decision, Reason
from engine.derivation import told, worked_out
from engine.event import Event, Instant
from engine.position import Position
from engine.program import Rule
from engine.question import AmountOfSum
from engine.scene import Inst, Scene, Unknown
from engine.standings import find_rules, is_about
from engine.sums import in_all, in_force, triggers

MOST_TOLD = 12
"""How many parts of a sum are told one by one."""


def amount(position: Position, question: AmountOfSum, known_at: Instant | None) -> Decision:
    """Return what is due of a named sum, or under norms."""
    program = position.program
    name = program.sum_names.get(question.name)
    rules = [] if name is not None else find_rules(position, question.name, question.document)

    def case(scene: Scene) -> Case:
        if name is not None:
            _look_ahead(scene, name)
            values = _sums(scene, question, name)
            if len(values) > 1:
                return Case("conflicting")
            if not values:
                return Case("no_basis")
            value = values[0]
        else:
            debts = _unpaid(scene, rules, question)
            if any(len(each) > 1 for each in debts):
                return Case("conflicting")
            value = reduce(_added, [each[0] for each in debts] or [0])
        return Case("value", False, value)

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = (question.about,) if question.about else ()
        if name is not None and shown.answer == "no_basis":
            parts = tuple(_days(scene, name))
            return (Reason("no sum", (question.name, question.about), False, parts, events),), ()
        parts = tuple(_derived(scene, question, name) if name is not None else _owed(scene, rules, question))
        if len(parts) > MOST_TOLD:
            parts = (*parts[:MOST_TOLD], Reason("more", (len(parts) - MOST_TOLD,), True))
        args = (question.name, question.about, shown.value, question.document or "")
        return (Reason("amount", args, True, parts, events),), ()

    return answered(position, question.at, known_at, case, reasons)


def _look_ahead(scene: Scene, name: str) -> None:
    """Have the answer turn where the next window ends whose breach the sum would be for."""
    meant = frozenset(index for rule in scene.program.sums[name] for index in rule.on_breach_of)
    for at, what, index, _ in scene.agenda:
        if what == "D" and index in meant and at > scene.at:
            scene.until(at)
            return


def _derived(scene: Scene, question: AmountOfSum, name: str) -> Iterator[Reason]:
    """Yield how a sum comes about: for what is asked, or for everything that it is for."""
    for home in _homes(scene, question, name):
        for about in triggers(scene, name, home, question.about):
            reason = worked_out(scene, name, about, home)
            if reason is not None:
                yield reason


def _days(scene: Scene, name: str) -> Iterator[Reason]:
    """Yield the days on which the lines of a sum are in force, where this is none of them."""
    for rule in scene.program.sums[name]:
        reason = None if rule.holds is None else rule.holds.why(scene)
        if reason is not None:
            yield from (each for each in (reason, *reason.parts) if each.code == "valid" and not each.holds)


def _owed(scene: Scene, rules: list[Rule], question: AmountOfSum) -> Iterator[Reason]:
    """Yield what each instance of the duties asks for, and what was paid on it."""
    for rule in rules:
        kind = money_in("CNY") if rule.amount_kind is None else rule.amount_kind
        for trig in scene.listed("IO", rule.index):
            inst: Inst | None = scene.read(("I", rule.index, trig))
            if inst is not None and inst.owed is not None and is_about(rule, trig, question.about):
                args = (rule.norm.document, rule.norm.id, trig, told(inst.owed, kind), told(inst.paid, kind))
                yield Reason("owed", args, True, (), (trig,) if trig else ())


def _unpaid(scene: Scene, rules: list[Rule], question: AmountOfSum) -> list[list[Any]]:
    """Return what is unpaid on each debt: one value, several where agreements differ and none prevails.

    What two agreements say of one bill is one debt, since who pays it pays it under both.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for rule in rules:
        for trig in scene.listed("IO", rule.index):
            inst: Inst | None = scene.read(("I", rule.index, trig))
            if inst is None or inst.owed is None or not is_about(rule, trig, question.about):
                continue
            said = found.setdefault((trig, "" if isinstance(inst.trigger, Event) else rule.home), {})
            more = inst.owed if isinstance(inst.owed, Unknown) else inst.owed - inst.paid
            said[rule.home] = _added(said.get(rule.home, 0), more)
    for (trig, home), said in found.items():
        # What one agreement still asks of a bill may be paid under another that asked for less.
        for rule in rules if not home else ():
            done: Inst | None = scene.read(("I", rule.index, trig)) if rule.home not in said else None
            if done is not None and done.owed is not None and done.done_at is not None:
                said[rule.home] = 0
    return [_prevailing(scene, said) for said in found.values()]


def _added(one: Any, two: Any) -> Any:
    """Return a sum, which nobody knows if one of its parts is unknown."""
    return next((each for each in (one, two) if isinstance(each, Unknown)), None) or one + two


def _prevailing(scene: Scene, found: dict[str, Any]) -> list[Any]:
    """Return what agreements say, each value once, without those over which another prevails."""
    for by, over, when in scene.program.precedence if len(set(map(str, found.values()))) > 1 else ():
        if by in found and over in found and (when is None or when.value(scene)):
            del found[over]
    return list(dict.fromkeys(found.values()))


def _sums(scene: Scene, question: AmountOfSum, name: str) -> list[Any]:
    """Return what the agreements say a sum is: one value, several where they differ and none prevails, none where no
    line of it is in force.
    """
    found: dict[str, Any] = {}
    for home in _homes(scene, question, name):
        # What arose under an earlier text is judged by that text, though it is in force no longer.
        things = triggers(scene, name, home, question.about)
        if any(in_force(scene, name, each, home) for each in things or [None]):
            found[home] = in_all(scene, name, things, home)
    return _prevailing(scene, found)


def _homes(scene: Scene, question: AmountOfSum, name: str) -> tuple[str, ...]:
    """Return the agreements that say what a sum is; of a sum that only a law gives, on a breach, those of the account.

    One agreement's breach is not another's, though both have a duty on the same bill.
    """
    rules = scene.program.sums[name]
    homes = dict.fromkeys(each.home for each in rules if each.home)
    if not homes and any(each.on_breach_of for each in rules):
        homes = dict.fromkeys(scene.program.agreements)
    if question.document is not None:
        homes = dict.fromkeys(home for home in homes if home == question.document)
    return tuple(homes) or ("",)
