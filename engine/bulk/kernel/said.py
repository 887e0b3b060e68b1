"""What an expression is when it is spelled, where it is looked at, and all that is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bulk.kernel.plan import Lane
from engine.evaluator import Evaluator, made_of
from engine.program import Touch
from engine.quantities import BoundE
from engine.statuses import Norms


class Unsaid(Exception):
    """An expression that no plan can have; the message tells what is in the way."""


@dataclass(frozen=True, slots=True)
class Said:
    """An expression: its text, what kind of value it has, and the value itself where it is always the same."""

    text: str
    kind: str
    constant: Any = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression is looked at.

    `rows` tells in which row an occurrence stands that a variable is bound to, and which occurrences it can be;
    `debts` to which instance of a lane a variable for a breach is bound. `now` is the instant; at the `end` every
    breach is known, before it only those of eager lanes. `rolls` tells how the norm says that its window rolls. Within
    the line of a named sum, `below` tells after which lines its own name means the sum, `home` of which agreement.
    `named` variables stand for places in the text; `who` is the number of who does the act that is looked at, `asked`
    the act that the run asks about; what is `steady` must not be turned by time alone.
    """

    now: str
    rows: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    debts: Mapping[str, tuple[Lane, str]] = field(default_factory=dict)
    end: bool = False
    rolls: Evaluator | None = None
    below: Mapping[str, int] = field(default_factory=dict)
    home: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    asked: str = ""
    steady: bool = False


def variable_of(made: BoundE, place: Place, touches: Mapping[str, Touch]) -> str:
    """Return the variable for what is spoken of: of an occurrence called by its name, that for what gave rise to what
    is looked at, else that for the act at hand, if it is one. Raises Unsaid where only some of what it may be are such.
    """
    if not made.last:
        return made.name
    at_hand = {variable: names for variable, (_, names) in place.rows.items()}
    at_hand |= {"@act": (place.asked,)} if place.asked else {}
    for variable in sorted(at_hand, key=lambda each: each == "@act"):
        those = [made.last in touches[each].names for each in at_hand[variable]]
        if any(those) and (not all(those) or (variable == "@act" and place.debts)):
            raise Unsaid(f"which `{made.last}` is spoken of")
        if any(those):
            return variable
    return made.name


def parts_of(made: Any) -> Iterator[Evaluator]:
    """Yield an evaluator and everything in it."""
    if not isinstance(made, Evaluator):
        return
    yield made
    kind: Any = type(made)
    for name in made_of(kind):
        value = getattr(made, name, None)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Norms):
                yield from parts_of(each.about)
                yield from parts_of(each.variable)
            else:
                yield from parts_of(each)
