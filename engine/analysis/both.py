"""One history under two programs: what happens is shared, what the norms make of it is not.

Two worlds are laid over one another. Happenings with their days and fields, answers, blanks and attributes are the same
in both; every other variable belongs to one of the worlds alone, so that a goal may ask for a history on which the two
differ.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

import z3

from engine.analysis.happenings import Happening
from engine.analysis.logic import every, follows
from engine.analysis.world import World


def shared(one: World, other: World) -> None:
    """Let two new worlds call the same texts by the same numbers; to be said before anything is asked of them."""
    other.codes = one.codes


def laid_over(
    one: World, other: World, goal: Any, asked: Happening | None = None, same: Mapping[int, int] | None = None
) -> Any:
    """Lay `other` over `one`, which becomes the history of both; return a goal of `other` in terms of that.

    The act that is `asked` about in both is the same too, and what a norm chooses (since when it has been broken) where
    `same` says which norm of `one` it is.
    """
    goal = goal if z3.is_expr(goal) else z3.BoolVal(bool(goal))
    facts = [each for each in other.facts if z3.is_expr(each)]
    public, private = _public(other, asked), []
    for name, term in _constants([*facts, *other.likely, goal]):
        if name not in public:
            private.append((term, z3.Const(_called(name, term, same or {}), term.sort())))
    for key, each in other.happenings.items():
        if key not in one.happenings:
            one.facts += [follows(every(each.here, o.here), each.at != o.at) for o in one.happenings.values()]
            one.happenings[key] = each
    for field in ("answers", "readings", "blanks", "attributes"):
        for key, value in getattr(other, field).items():
            getattr(one, field).setdefault(key, value)
    words = {**other.program.declarations, **one.program.declarations}
    one.program = dataclasses.replace(one.program, declarations=words)
    known = {str(each) for each in one.likely}
    one.facts.append(z3.substitute(every(*facts), *private))
    one.likely += [z3.substitute(each, *private) for each in other.likely if str(each) not in known]
    # Last days are working days in both: else the other's would roll, and what it says then is not what is reckoned.
    one.workdays += [z3.substitute(each, *private) for each in other.workdays if z3.is_expr(each)]
    return z3.substitute(goal, *private)


def _public(world: World, asked: Happening | None) -> set[str]:
    """Return the names of what two worlds share."""
    terms: list[Any] = [world.now.at]
    for each in (*world.happenings.values(), *([asked] if asked else [])):
        terms += [each.here, each.day, each.minute]
        terms += [value.term for value in each.fields.values()]
    terms += [*world.answers.values(), *world.readings.values()]
    for value in (*world.blanks.values(), *world.attributes.values()):
        terms += [value.term, value.known]
    return {name for name, _ in _constants([each for each in terms if z3.is_expr(each)])}


# What a solver prints of a constant that it was told of.
_DECLARED = re.compile(r"^\(declare-fun (\|[^|]*\||\S+) \(\) (Int|Bool)\)$", re.MULTILINE)


def _constants(terms: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """Yield the constants in some terms, with their names."""
    solver = z3.SimpleSolver()
    held = z3.Function("held", z3.IntSort(), z3.BoolSort())
    solver.add(*(each if z3.is_bool(each) else held(each) for each in terms))
    for found in _DECLARED.finditer(solver.sexpr()):
        name = found[1].strip("|")
        yield name, z3.Int(name) if found[2] == "Int" else z3.Bool(name)


# What a norm chooses is called by its number, and by those of the norms whose breach it is bound to.
_CHOSEN = re.compile(r"^(start |broken )(\d+(?: (?:\d+\()*)?)")
_NUMBER = re.compile(r"\d+")


def _called(name: str, term: Any, same: Mapping[int, int]) -> str:
    """Return what a variable of one world alone is called over the other one."""
    chosen = _CHOSEN.match(name) if z3.is_int(term) else None
    if chosen is None or not all(int(each) in same for each in _NUMBER.findall(chosen[2])):
        return f"{name} '"
    numbers = _NUMBER.sub(lambda found: str(same[int(found[0])]), chosen[2])
    return chosen[1] + numbers + name[chosen.end() :]
