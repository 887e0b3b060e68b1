"""What a world is made of: the acts and events that may happen in it, its moments, and the breaches of duties."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from engine.analysis.days import MINUTES
from engine.analysis.logic import Truth
from engine.program import Rule

Env = dict[str, Any]
"""What the variables of one instance of a norm stand for."""
Key = tuple[str, str | None, bool]
"""What tells happenings apart: the name of an act or event, who does it, and whether it is the second time."""


class Value(NamedTuple):
    """A term, and whether there is a value at all."""

    term: Any
    known: Truth


@dataclass(eq=False)
class Happening:
    """One act or event that a world may have; `again` tells that it is one that has happened before."""

    name: str
    actor: str | None
    id: str
    here: Any
    day: Any
    minute: Any
    fields: dict[str, Value] = field(default_factory=dict)
    again: bool = False

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.name, self.actor, self.again

    @cached_property
    def at(self) -> Any:
        """The minute at which it happens."""
        return self.day * MINUTES + self.minute


class Moment(NamedTuple):
    """A minute of a world; with `before`, the moment just before that happening."""

    at: Any
    key: str
    before: Happening | None = None


def just_before(happening: Happening) -> Moment:
    """Return the moment just before something happens."""
    return Moment(happening.at, f"before {happening.id}", happening)


@dataclass(eq=False)
class Broken:
    """A breach of a duty, for what triggered it."""

    rule: Rule
    bound: Any


def id_of(bound: Any) -> str:
    """Return what tells apart that which an instance of a norm is bound to."""
    if isinstance(bound, Happening):
        return bound.id
    return f"{bound.rule.index}({id_of(bound.bound)})" if isinstance(bound, Broken) else ""
