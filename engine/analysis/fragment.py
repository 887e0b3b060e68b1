"""The part of a world that one question can reach, and nothing else of it.

A world tells of each thing once, for all questions, and keeps of which other things it makes use. A fragment follows
these uses from a question: at first up to what has a name of its own, then beyond these names, then to the end. A
fragment that is not whole allows more than the world does, so that what has no history in it has none at all. Mostly a
question that has none needs little to be told; and its answer then rests on no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from engine.analysis.happenings import Happening, Key, Value
from engine.analysis.logic import Truth, no
from engine.analysis.parts import Part
from engine.analysis.seen import Read
from engine.analysis.world import World

K = TypeVar("K")
V = TypeVar("V")


class Fragment:
    """What a question can reach in a world. With a `focus`, where a norm hangs on the breach of many duties, that one.

    One that is `strict` comes to leave nothing open that can be told: what must be kept is in breach as soon as
    something happens upon which it is not, and a duty arises as soon as its conditions come true. Of the duty in
    `focus` that is told in any case. One of `any_of_many` leaves open what hangs on the breach of one of many duties:
    what has no history in it has none with any of these in focus.
    """

    def __init__(
        self, world: World, question: Part, focus: int | None = None, strict: bool = False, any_of_many: bool = False
    ) -> None:  # fmt: skip
        self.world, self.program, self.terms, self.focus = world, world.program, world.terms, focus
        self.now, self.today, self.minute, self.codes = world.now, world.today, world.minute, world.codes
        self._reaches = [_Reach(world, question, focus, strict, any_of_many)]
        self._has_grown = False

    def beside(self, other: Fragment) -> Fragment:
        """Return this fragment with another of the same history as other norms see it."""
        self._reaches += other._reaches
        return self

    def strict(self) -> Fragment:
        """Return what the same question can reach, whichever duty is broken, with nothing left open."""
        first, *others = (Fragment(each.world, each.question, strict=True) for each in self._reaches)
        for each in others:
            first.beside(each)
        return first

    def grow(self) -> list[Truth]:
        """Follow the names that it has come to, once up to the next ones, then to the end; return the facts of that."""
        if self._has_grown:
            return self.complete()
        self._has_grown = True
        return [fact for each in self._reaches for fact in each.grow()]

    def complete(self) -> list[Truth]:
        """Follow every name to the end; return the facts that this adds."""
        facts: list[Truth] = []
        while not self.is_whole:
            facts += [fact for each in self._reaches for fact in each.grow()]
        return facts

    def at_once(self, there: Iterable[Happening]) -> list[Any]:
        """Tell that what a condition brings (a breach, a duty) begins with one of these that brings it, if not before.

        Return the facts that this adds. They say nothing of a history in which it does not happen.
        """
        keys = [each.key for each in there]
        return [fact for each in self._reaches for fact in each.at_once(keys)] + self.complete()

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left open that could be told."""
        return all(each.is_whole for each in self._reaches)

    @property
    def facts(self) -> list[Truth]:
        """What holds in each history."""
        return [fact for each in self._reaches for fact in each.facts]

    @property
    def workdays(self) -> list[Any]:
        """The days that are working days."""
        return [day for each in self._reaches for day in each.workdays]

    @property
    def happenings(self) -> dict[Key, Happening]:
        """The acts and events that may happen."""
        return _merged(each.happenings for each in self._reaches)

    @property
    def reads(self) -> dict[Read, None]:
        """What was looked at for it."""
        return _merged(each.reads for each in self._reaches)

    # -- what is listed of a whole one

    @property
    def likely(self) -> list[Truth]:
        """What a reader would sooner believe, beside what is so of what happens."""
        return [fact for each in self._reaches for fact in each.listed.likely]

    @property
    def likely_of(self) -> dict[Key, list[Truth]]:
        """What a reader would sooner believe of something that happens."""
        return _merged(each.listed.likely_of for each in self._reaches)

    @property
    def answers(self) -> dict[str, Any]:
        """What humans answer."""
        return _merged(each.listed.answers for each in self._reaches)

    @property
    def readings(self) -> dict[str, Any]:
        """How readings are taken."""
        return _merged(each.listed.readings for each in self._reaches)

    @property
    def blanks(self) -> dict[str, Value]:
        """What fills blanks."""
        return _merged(each.listed.blanks for each in self._reaches)

    @property
    def attributes(self) -> dict[str, Value]:
        """What the parties are."""
        return _merged(each.listed.attributes for each in self._reaches)

    @property
    def firsts(self) -> dict[str, Value]:
        """What states are at first."""
        return _merged(each.listed.firsts for each in self._reaches)


def _merged(held: Iterable[dict[K, V]]) -> dict[K, V]:
    """Return what several have, of the same name what the first one has."""
    made: dict[K, V] = {}
    for each in reversed(list(held)):
        made |= each
    return made


@dataclass
class _Listed:
    """What is open in a whole reach, and what is likely of it: in an order that is the same whichever way it grew."""

    likely: list[Truth] = field(default_factory=list)
    likely_of: dict[Key, list[Truth]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    readings: dict[str, Any] = field(default_factory=dict)
    blanks: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    firsts: dict[str, Value] = field(default_factory=dict)

    def add(self, world: World, key: Any, part: Part) -> None:
        """List a part."""
        if key[0] == "happening":
            self.likely_of[key[1:]] = part.likely
            return
        self.likely += part.likely
        match key[0]:
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


class _Reach:
    """What a question has come to in one world."""

    def __init__(
        self, world: World, question: Part, focus: int | None, strict: bool, any_of_many: bool
    ) -> None:
        self.world, self.question, self.focus, self.is_strict = world, question, focus, strict
        self.any_of_many = any_of_many
        self.facts: list[Truth] = []
        self.workdays: list[Any] = []
        self.happenings: dict[Key, Happening] = {}
        self.reads: dict[Read, None] = {}
        self._reached: dict[Any, None] = {}
        self._names: list[Any] = []
        self._there: list[Key] = []
        self._listed: _Listed | None = None
        self._take(world.root)
        self._take(question)
        self._follow((*world.root.uses, *question.uses))

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left open."""
        return not self._names

    def grow(self) -> list[Truth]:
        """Follow the names come to; return the facts that this adds."""
        told = len(self.facts)
        names, self._names = self._names, []
        for name in names:
            self._follow(self._told(name).uses)
        return self.facts[told:]

    def at_once(self, there: Iterable[Key]) -> list[Any]:
        """Tell of what conditions bring as some things happen; return the facts that this adds."""
        told = len(self.facts)
        self._there = sorted((each for each in there if each in self.happenings), key=str)
        self._follow(chain.from_iterable(self._brought_at_once(self._reached)))
        return self.facts[told:]

    def _follow(self, keys: Iterable[Any]) -> None:
        """Tell of some things and of what they use; what has a name is left to be followed later."""
        self._listed = None
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key in self._reached:
                continue
            self._reached[key] = None
            if self._is_out_of_focus(key):
                self.facts.append(no(self.world.name_of(key)))
            elif self.any_of_many and key in self.world.one_of_many:
                continue
            elif key in self.world.names:
                self._names.append(key)
            else:
                waiting += self._told(key).uses

    def _told(self, key: Any) -> Part:
        part = self.world.told(key)
        self._take(part)
        if key[0] == "happening":
            self.happenings[key[1:]] = self.world.happenings[key[1:]]
        return part

    def _take(self, part: Part) -> None:
        self.facts += part.joined()
        self.workdays += part.workdays
        self.reads.update(part.reads)

    def _is_out_of_focus(self, key: Any) -> bool:
        """Tell whether it is about the breach of another duty than that in focus: there is none."""
        return self.focus is not None and self.world.one_of_many.get(key, self.focus) != self.focus

    def _brought_at_once(self, reached: Iterable[Any]) -> list[list[Any]]:
        """Return, for each duty that a condition brings to something, what says that this begins with what happens."""
        world = self.world
        return [
            [world.breaches.at_once(key, self.happenings[each]) for each in self._there]
            for key in reached
            if key in world.brought and (self.is_strict or world.brought[key].rule.index == self.focus)
        ]

    @property
    def listed(self) -> _Listed:
        """What is open in it, and what is likely of it, once it is whole."""
        if self._listed is not None:
            return self._listed
        world, reached, listed = self.world, dict[Any, None](), _Listed()
        listed.likely += [*world.root.likely, *self.question.likely]
        self._list((*world.root.uses, *self.question.uses), reached, listed)
        for keys in self._brought_at_once(list(reached)):
            self._list(keys, reached, listed)
        self._listed = listed
        return listed

    def _list(self, keys: Iterable[Any], reached: dict[Any, None], listed: _Listed) -> None:
        waiting = [key for key in dict.fromkeys(keys) if key not in reached]
        while waiting:
            reached.update(dict.fromkeys(waiting))
            key = waiting.pop()
            if not self._is_out_of_focus(key):
                part = self.world.parts[key]
                listed.add(self.world, key, part)
                waiting += [each for each in part.uses if each not in reached]
