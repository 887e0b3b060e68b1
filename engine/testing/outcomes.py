"""What can be seen of a norm in a scenario, and what is: duties kept and missed, conditions either way, readings.

An outcome is seen when it comes about in a scenario, at an instant that the scenario asks about or in the reasons of
an answer; that an answer hangs on it is what the mutants test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from contractlang.expression import Bound, Expr
from contractlang.norms import Maintenance, Norm, Obligation, Permission, Power, Prohibition, Reasonable
from engine.account import Account
from engine.choice import Choice
from engine.decision import Decision, Reason
from engine.event import Instant
from engine.in_force import conditions_fail, not_in_force
from engine.instances import bind, bindings, is_trigger
from engine.position import Position
from engine.program import Program, Rule
from engine.scene import Breach, Inst
from engine.walk import walk


class Outcome(NamedTuple):
    """One thing that a scenario shows: of the norm `id`, or that the reading `id` is taken in the option `detail`."""

    what: str
    document: str
    id: str
    detail: str = ""


def wanted(program: Program) -> list[Outcome]:
    """Return what scenarios of the agreements in a program should show, in the order of the text."""
    found: dict[Outcome, None] = {}
    for rule in program.rules:
        if rule.home:
            found.update(dict.fromkeys(_wanted_of(rule)))
    agreed = {each.name for each in program.contracts if each.kind in ("agreement", "supplement")}
    for name, (_, options, _) in program.readings.items():
        declared = program.declarations.get(name)
        if declared is not None and declared.document in agreed:
            found.update(
                dict.fromkeys(Outcome("reading", declared.document, name, option) for option in options)
            )
    return list(found)


def _wanted_of(rule: Rule) -> Iterator[Outcome]:
    norm = rule.norm

    def of(what: str, detail: str = "") -> Outcome:
        return Outcome(what, norm.document, norm.id, detail)

    yield of("applies")
    match norm:
        case Obligation():
            if norm.window is not None and norm.window.limit is not None:
                yield of("late")
                if not isinstance(norm.window.limit, Reasonable):
                    yield of("in time")
                    if _has_last_day(norm):
                        yield of("last day")
        case Maintenance() | Prohibition():
            yield of("breached")
        case Power():
            yield of("used")
        case Permission():
            pass
    if norm.when is not None:
        yield of("condition fails")
    if norm.unless is not None or norm.excepts:
        yield of("exception")
    if rule.prevailed_by:
        yield of("prevailed")


def _has_last_day(norm: Obligation) -> bool:
    limit = norm.window.limit if norm.window is not None else None
    return type(limit).__name__ in ("ByDay", "Within")


def seen(account: Account, decisions: Iterable[Decision], instants: Iterable[Instant]) -> set[Outcome]:
    """Return what a history shows at some instants, and in the reasons of some answers."""
    program = account.program
    found: set[Outcome] = set()
    for decision in decisions:
        for reason in decision.reasons:
            found |= set(_in_reason(program, reason))
        for name, option in decision.assumes:
            found.add(_reading(program, name, option))
    for name, option in account.terms.readings.items():
        found.add(_reading(program, name, option))
    for at in sorted(set(instants)):
        position = account.position_at(at)
        found |= set(_in_cells(position))
        for rule in program.rules:
            if rule.home:
                found |= set(_in_conditions(position, rule))
    return found


def _reading(program: Program, name: str, option: str) -> Outcome:
    declared = program.declarations.get(name)
    return Outcome("reading", declared.document if declared is not None else "", name, option)


def _in_reason(program: Program, reason: Reason) -> Iterator[Outcome]:
    args = reason.args
    if reason.code == "closed" and len(args) > 2:
        document, id, step = args[:3]
        what = {
            "when": "condition fails", "unless": "exception", "except": "exception", "prevailed": "prevailed",
        }.get(step)  # fmt: skip
        if what is not None:
            yield Outcome(what, document, id)
    elif reason.code in ("permits", "requires", "forbids", "restores") and len(args) > 1:
        yield Outcome("applies", args[0], args[1])
    elif reason.code == "reading" and len(args) > 1 and args[0] in program.readings:
        yield _reading(program, str(args[0]), str(args[1]))
    for part in reason.parts:
        yield from _in_reason(program, part)


def _in_cells(position: Position) -> Iterator[Outcome]:
    """Yield what a position remembers of instances, breaches and powers; where something is open, of either case."""
    norms = position.program.norms
    for key, value in position.cells.items():
        if key[0] not in ("I", "B", "P", "G") or (key[0] != "G" and not isinstance(key[1], int)):
            continue
        for each in _cases(value):
            if key[0] == "I" and isinstance(each, Inst):
                yield from _instance(norms[key[1]], each)
            elif key[0] == "B" and isinstance(each, Breach):
                norm = norms[key[1]]
                yield Outcome("applies", norm.document, norm.id)
                yield Outcome("late" if isinstance(norm, Obligation) else "breached", norm.document, norm.id)
            elif key[0] == "P" and each is not None:
                norm = norms[key[1]]
                yield Outcome("used", norm.document, norm.id)
                yield Outcome("applies", norm.document, norm.id)


def _cases(value: Any) -> Iterator[Any]:
    if isinstance(value, Choice):
        for each in value.branches.values():
            yield from _cases(each)
    else:
        yield value


def _instance(norm: Norm, inst: Inst) -> Iterator[Outcome]:
    yield Outcome("applies", norm.document, norm.id)
    if inst.status == "done" and inst.done_at is not None and (inst.end is None or inst.done_at < inst.end):
        yield Outcome("in time", norm.document, norm.id)
        if inst.end is not None and inst.end - inst.done_at <= _A_DAY and inst.last_day is not None:
            yield Outcome("last day", norm.document, norm.id)


_A_DAY = 24 * 60 * 60 * 1_000_000


def _in_conditions(position: Position, rule: Rule) -> Iterator[Outcome]:
    """Yield whether the conditions of a norm in force hold, for whatever it may be bound to."""
    norm = rule.norm
    if (
        not rule.conditional
        or rule.self_triggered
        or _asks_of_the_act(norm.when)
        or _asks_of_the_act(norm.unless)
    ):
        return
    scene = position.scene()
    scene.lenient = True
    if not_in_force(scene, rule) is not None:
        return
    for bound in bindings(scene, rule, None, None):
        if bound is not None and not is_trigger(scene, rule, bound):
            continue
        bind(scene, rule, bound, None)
        if rule.trigger_where is not None and not rule.trigger_where.value(scene):
            continue
        step = conditions_fail(scene, rule)
        what = "applies" if step is None else "condition fails" if step[0] == "when" else "exception"
        if step is not None or not isinstance(norm, Maintenance | Prohibition):
            yield Outcome(what, norm.document, norm.id)


def _asks_of_the_act(expr: Expr | None) -> bool:
    return expr is not None and any(isinstance(each, Bound) and each.name == "@act" for each in walk(expr))
