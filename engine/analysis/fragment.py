"""The part of a world that one question can reach, and nothing else of it.

A world tells of each thing once, for all questions, and keeps of which other things it makes use. A fragment follows
these uses from a question. It can stop at what only has its name: such a fragment allows more than the world does, so
what has no history in it has none at all; that proof costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.analysis.happenings import Happening, Value
from engine.analysis.logic import no
from engine.analysis.parts import Part
from engine.analysis.seen import Read
from engine.analysis.world import World


class Fragment:
    """What a question can reach in a world. With a `focus`, where a norm hangs on the breach of many duties, that one.

    A fragment that is not `deep` leaves everything that has a name of its own open. One that is `strict` leaves nothing
    open that can be told: what must be kept is in breach as soon as something happens upon which it is not. Of the duty
    in `focus` that is told in any case.
    """

    def __init__(
        self, world: World, question: Part, focus: int | None = None, deep: bool = True, strict: bool = False
    ) -> None:
        self.world, self.program, self.terms, self.focus = world, world.program, world.terms, focus
        self.question, self.others = question, list[Fragment]()
        self.now, self.today, self.minute, self.codes = world.now, world.today, world.minute, world.codes
        self.facts: list[Any] = []
        self.likely: list[Any] = []
        self.likely_of: dict[tuple[str, str | None], list[Any]] = {}
        self.workdays: list[Any] = []
        self.happenings: dict[tuple[str, str | None], Happening] = {}
        self.answers: dict[str, Any] = {}
        self.readings: dict[str, Any] = {}
        self.blanks: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}
        self.firsts: dict[str, Value] = {}
        self.reads: dict[Read, None] = {}
        self._take(world.root)
        self._take(question)
        self._reached: dict[Any, None] = {}
        self._reach((*world.root.uses, *question.uses), focus, deep)
        there = sorted(self.happenings.items(), key=lambda held: str(held[0])) if deep else []
        for key in [key for key in self._reached if key in world.kept]:
            if strict or world.kept[key].rule.index == focus:
                self._reach([world.breaches.at_once(key, each) for _, each in there], focus, deep)

    def _reach(self, keys: Iterable[Any], focus: int | None, deep: bool) -> None:
        world, reached = self.world, self._reached
        waiting = [key for key in dict.fromkeys(keys) if key not in reached]
        reached.update(dict.fromkeys(waiting))
        while waiting:
            key = waiting.pop()
            if focus is not None and world.one_of_many.get(key, focus) != focus:
                self.facts.append(no(world.name_of(key)))
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
        self.others.append(other)
        self.facts += other.facts
        self.likely += other.likely
        self.workdays += other.workdays
        self.happenings = {**other.happenings, **self.happenings}
        self.likely_of = {**other.likely_of, **self.likely_of}
        self.answers = {**other.answers, **self.answers}
        self.readings = {**other.readings, **self.readings}
        self.blanks = {**other.blanks, **self.blanks}
        self.attributes = {**other.attributes, **self.attributes}
        self.firsts = {**other.firsts, **self.firsts}
        self.reads.update(other.reads)
        return self

    def strict(self) -> Fragment:
        """Return what the same question can reach, whichever duty is broken, with nothing left open."""
        made = Fragment(self.world, self.question, strict=True)
        for other in self.others:
            made.beside(other.strict())
        return made

    def _take(self, part: Part, key: Any = ("",)) -> None:
        self.facts += part.joined()
        if key[0] == "happening":
            self.likely_of[key[1:]] = part.likely
        else:
            self.likely += part.likely
        self.workdays += part.workdays
        self.reads.update(part.reads)

    def _list(self, key: Any) -> None:
        world = self.world
        match key[0]:
            case "happening":
                self.happenings[key[1:]] = world.happenings[key[1:]]
            case "answer":
                self.answers[key[1]] = world.answers[key[1]]
            case "reading":
                self.readings[key[1]] = world.readings[key[1]]
            case "blank" if key[1] in world.blanks:  # What the terms fill is not open.
                self.blanks[key[1]] = world.blanks[key[1]]
            case "first":
                self.firsts[key[1]] = world.firsts[key[1]]
            case "attribute":
                self.attributes[key[1]] = world.attributes[key[1]]
            case _:
                pass
