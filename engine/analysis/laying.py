"""Two versions laid over one history, in the terms of the solver, and the histories on which their answers part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import z3

from contractlang.contract import base_name
from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.asking import Unknown
from engine.analysis.both import laid_over, shared
from engine.analysis.days import MINUTES, workday
from engine.analysis.happenings import Happening, Moment
from engine.analysis.numbers import TRUE, whole
from engine.analysis.solver import shortest
from engine.analysis.witness import History, history_of
from engine.analysis.world import World
from engine.program import Program
from engine.terms import Terms

Way = Literal["more", "less"]
TRIES = 4
"""How many histories are put to the engine before a way of parting is given up."""
AGAIN = 2
"""How many of these may have the same happenings, at other times."""


class Laid(NamedTuple):
    """A history of both versions: what is so of it in the old one and in the new one, and the act asked about."""

    world: World
    old: Any
    new: Any
    shown: Happening


def lay(
    programs: tuple[Program, Program], same: Mapping[int, int], so: Callable[[int, World, Moment], Any],
    act: str | None, actor: str | None,
) -> Laid | None:  # fmt: skip
    """Return the history of both versions, and what is so in either at its end; None where there is no act."""
    worlds = [World(program, Terms()) for program in programs]
    shared(*worlds)
    named = act or next((name for program in programs for name in program.acts), None)
    if named is None:
        return None
    goals, made = [], None
    for side, world in enumerate(worlds):
        m = world.now
        if act is not None and act in world.program.acts:
            happening = _act_asked(world, act, actor)
            made = made or happening
            m = Moment(world.now.at, "asked", happening)
        goals.append(so(side, world, m))
        world.facts += _taken_effect(world)
    one = worlds[0]
    new = laid_over(one, worlds[1], goals[1], made, same)
    old = goals[0] if z3.is_expr(goals[0]) else z3.BoolVal(bool(goals[0]))
    shown = made or _nothing(one, programs, named)
    return Laid(one, old, new, shown)


def histories(laid: Laid, way: Way) -> Iterator[History | None]:
    """Yield histories on which the solver lets the versions part that way; None where it comes to its limit."""
    world = laid.world
    less, more = (laid.old, laid.new) if way == "more" else (laid.new, laid.old)
    goal = z3.And(more, z3.Not(less)) if z3.is_bool(more) else more > less
    excluded: list[Any] = []
    shapes: dict[frozenset[int], int] = {}
    for _ in range(TRIES):
        try:
            model = shortest(world, goal, *excluded)
        except Unknown:
            yield None
            return
        if model is None:
            return
        yield history_of(world, model, laid.shown)
        shape = [each.here for each, _ in model.happenings]
        seen = frozenset(map(id, (each for each, _ in model.happenings)))
        shapes[seen] = shapes.get(seen, 0) + 1
        if shapes[seen] < AGAIN:
            shape += [each.day == at // MINUTES for each, at in model.happenings]
            shape.append(world.today == model.now // MINUTES)
        excluded.append(z3.Not(z3.And(*shape)))


def _taken_effect(world: World) -> list[Any]:
    """Return that an agreement whose condition to take effect is met by now has taken effect."""
    found = []
    for document in world.program.agreements:
        begins, since = world.lifetime.begins(document)
        for rule in world.program.life.get(document, ()):
            if rule.life.how == "takes_effect" and base_name(rule.life.document) == document:
                met = z3.And(
                    world.conditions.truth(rule.holds, world.now, {}),
                    world.conditions.truth(rule.value, world.now, {}),
                )
                found.append(z3.Implies(met, z3.And(begins, since <= world.now.at)))
    return found


def _act_asked(world: World, act: str, actor: str | None) -> Happening:
    today, minute = world.today, world.minute
    made = Happening(act, actor, "asked", TRUE, today, minute)
    world.facts += [minute >= 9 * 60, minute < 18 * 60, *workday(today)]
    for param in world.program.acts[act].params:
        made.fields[param.name] = world.field_of(made, param.name, param.kind)
    return made


def _nothing(world: World, programs: tuple[Program, ...], act: str) -> Happening:
    """Return an act to stand where no act is asked about."""
    made = Happening(act, None, "asked", TRUE, world.today, whole(0))
    declared = next(program.acts[act] for program in programs if act in program.acts)
    for param in declared.params:
        made.fields[param.name] = world.field_of(made, param.name, param.kind)
    return made


# -- what is so at a moment


def asked_at(m: Moment) -> Happening:
    assert m.before is not None
    return m.before


def allowed(world: World, m: Moment, act: Happening) -> Any:
    """Return whether an act may be done: nothing forbids it that nothing open prevails over, and it has its basis."""
    rules = [world.program.rules[index] for index in world.program.by_act.get(act.name, ())]
    actor = act.actor or ""
    opening = {
        rule.index: world.judge.opens(rule, m, act, actor)
        for rule in rules
        if not isinstance(rule.norm, Prohibition | Maintenance)
    }
    forbidden = []
    for rule in rules:
        if isinstance(rule.norm, Prohibition):
            beaten = [
                z3.And(
                    world.conditions.truth(when, m, world.instances.env_of(rule, None, act, actor)),
                    opening[index],
                )
                for index, when, _ in rule.prevailed_by
                if index in opening
            ]
            forbidden.append(z3.And(world.judge.forbids(rule, m, act, actor), z3.Not(z3.Or(*beaten))))
    based = z3.Or(*opening.values()) if world.program.acts[act.name].needs_basis else TRUE
    return z3.And(based, z3.Not(z3.Or(*forbidden)))


def required(world: World, m: Moment, act: Happening) -> Any:
    """Return whether a party must do an act: a duty to do it has arisen and is not done."""
    rules = [world.program.rules[index] for index in world.program.by_act.get(act.name, ())]
    duties = [rule for rule in rules if isinstance(rule.norm, Obligation)]
    return z3.Or(*(world.judge.opens(rule, m, act, act.actor or "") for rule in duties))
