"""The part of a world that one question can reach, and nothing else of it.

A world tells of each thing once, for all questions, and keeps of which other things it makes use. A fragment follows
these uses from a question. It can stop at what only has its name: such a fragment allows more than the world does, so
what has no history in it has none at all; that proof costs next to nothing.
"""

from __future__ import annotations

from typing import Any

import z3

from engine.analysis.terms import Happening, Part, Value, World


class Fragment:
    """What a question can reach in a world. With a `focus`, where a norm hangs on the breach of many duties, that one.

    A fragment that is not `deep` leaves everything that has a name of its own open.
    """

    def __init__(self, world: World, question: Part, focus: int | None = None, deep: bool = True) -> None:
        self.world, self.program, self.terms, self.focus = world, world.program, world.terms, focus
        self.now, self.codes = world.now, world.codes
        self.facts: list[Any] = []
        self.likely: list[Any] = []
        self.likely_of: dict[tuple[str, str | None], list[Any]] = {}
        self.workdays: list[Any] = []
        self.happenings: dict[tuple[str, str | None], Happening] = {}
        self.answers: dict[str, Any] = {}
        self.readings: dict[str, Any] = {}
        self.blanks: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}
        self._take(world.root)
        self._take(question)
        reached = dict.fromkeys((*world.root.uses, *question.uses))
        waiting = list(reached)
        while waiting:
            key = waiting.pop()
            if focus is not None and world.one_of_many.get(key, focus) != focus:
                self.facts.append(z3.Not(world.name_of(key)))
                continue
            if not deep and key in world.names:
                continue
            part = world.told(key)
            self._take(part, key)
            self._list(key)
            more = [each for each in part.uses if each not in reached]
            reached.update(dict.fromkeys(more))
            waiting += more

    def beside(self, other: Fragment) -> Fragment:
        """Return this fragment with another of the same history as other norms see it."""
        self.facts += other.facts
        self.likely += other.likely
        self.workdays += other.workdays
        self.happenings = {**other.happenings, **self.happenings}
        self.likely_of = {**other.likely_of, **self.likely_of}
        self.answers = {**other.answers, **self.answers}
        self.readings = {**other.readings, **self.readings}
        self.blanks = {**other.blanks, **self.blanks}
        self.attributes = {**other.attributes, **self.attributes}
        return self

    def _take(self, part: Part, key: Any = ("",)) -> None:
        self.facts += part.facts
        if key[0] == "happening":
            self.likely_of[key[1:]] = part.likely
        else:
            self.likely += part.likely
        self.workdays += part.workdays

    def _list(self, key: Any) -> None:
        world = self.world
        match key[0]:
            case "happening":
                self.happenings[key[1:]] = world.happenings[key[1:]]
            case "answer":
                self.answers[key[1]] = world.answers[key[1]]
            case "reading":
                self.readings[key[1]] = world.readings[key[1]]
            case "blank":
                self.blanks[key[1]] = world.blanks[key[1]]
            case "attribute":
                self.attributes[key[1]] = world.attributes[key[1]]
            case _:
                pass
