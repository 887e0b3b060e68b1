"""What a world is told, part by part: each once, with a note of what it looks at and of which other parts it uses.

The part that is being told stands on top of a stack, and every note goes to it. A part may have a name that stands for
it, and is then told only when somebody follows the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from engine.analysis.logic import Truth, every, reduced, some
from engine.analysis.numbers import a_truth
from engine.analysis.seen import SHAPE, Read, Seen
from engine.program import Rule

T = TypeVar("T")

# Sums of money in hundredths: the one that is taken wherever it can be, and others that look like one of a bill.
_HUNDRED = 10_000
_ROUND = (12_000, 8_000, 20_000, 5_000, 30_000, 2_000, 100_000)


@dataclass(eq=False)
class Part:
    """What is told of one thing in a world, and of what else that makes use."""

    facts: list[Truth] = field(default_factory=list)
    likely: list[Truth] = field(default_factory=list)
    workdays: list[Any] = field(default_factory=list)
    uses: dict[Any, None] = field(default_factory=dict)
    reads: dict[Read, None] = field(default_factory=dict)
    _joined: tuple[int, Any] = (0, None)

    def joined(self) -> list[Any]:
        """Return its facts as one, put together once for all questions."""
        if self._joined[0] != len(self.facts):
            self._joined = len(self.facts), reduced(every(*self.facts))
        return [self._joined[1]] if self.facts else []


class Parts:
    """The parts that are told of one program; `prefix` tells their names from those of another world."""

    def __init__(self, seen: Seen, prefix: str) -> None:
        self.seen, self.prefix = seen, prefix
        self.parts: dict[Any, Part] = {}
        self.names: set[Any] = set()
        self.likely: list[Truth] = []
        self.workdays: list[Any] = []
        self.root = Part()
        self._frames: list[Part] = [self.root]
        self._facts: list[Any] = []
        self._made: dict[Any, Any] = {}
        self._waiting: dict[Any, Callable[[], Truth]] = {}
        self._rules: dict[int, Rule] = {}

    # -- what is looked at

    def look(self, sort: str, name: str = "") -> Any:
        """Return a thing of the program. The part that is being told makes a note of it."""
        self._frames[-1].reads[self.seen.label, sort, name] = None
        return self.seen.get(sort, name)

    def rule(self, index: int) -> Rule:
        """Return a norm; whatever part looks at it makes a note of that."""
        if index not in self._rules:
            rule = self.seen.program.rules[index]
            noting = _Noting(rule, self._frames, self.seen.label, self.seen.names[index])
            self._rules[index] = cast("Rule", noting)
        return self._rules[index]

    def on_act(self, name: str) -> list[Rule]:
        """Return the norms that speak of an act."""
        return [self.rule(each.index) for each in self.look("act", name)]

    def speaks_of(self, index: int, act: str) -> bool:
        """Tell whether a norm speaks of an act."""
        return any(each.index == index for each in self.look("act", act))

    # -- what is told

    def hold(self, *facts: Truth) -> None:
        """Let something hold in every world. It belongs to the part that is being told."""
        self._facts += facts
        self._frames[-1].facts += facts

    def prefer(self, *facts: Truth) -> None:
        """Say what a reader would sooner believe, where nothing else decides."""
        self.likely += facts
        self._frames[-1].likely += facts

    def prefer_round(self, number: Any, kind: str) -> None:
        """Say that a reader would sooner believe in a hundred, or else another round sum; in one of what is counted."""
        if kind == "money":
            self.prefer(number == _HUNDRED, some(*(number == each for each in (_HUNDRED, *_ROUND))))
        else:
            self.prefer(number == 1)

    def on_workday(self, *days: Any) -> None:
        """Let days be working days: last days of periods are taken from these, so none rolls."""
        self.workdays += days
        self._frames[-1].workdays += days

    # -- parts

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Return what `make` gives, made once for that key: a part, of which the one now told makes use."""
        self._frames[-1].uses[key] = None
        if key not in self._made:
            self.parts[key] = Part()
            with self._telling(self.parts[key]):
                self._made[key] = make()
        made: T = self._made[key]
        return made

    def early(self, key: Any, made: Any) -> Any:
        """Return what a part will give, and let it be used before the part is all told: by what it is told of."""
        self._made[key] = made
        return made

    def named(self, key: tuple[Any, ...], make: Callable[[], Truth]) -> Truth:
        """Return a name for what `make` gives: told once, however often it is asked, and only when it is needed."""

        def define() -> Truth:
            self._waiting[key] = make
            self.names.add(key)
            return a_truth(self.prefix + " ".join(map(str, key)))

        return self.once(key, define)

    def name_of(self, key: Any) -> Truth:
        """Return the name of a part that has one."""
        return self._made[key]

    def told(self, key: Any) -> Part:
        """Return a part; one that only has its name yet is told now."""
        make = self._waiting.pop(key, None)
        if make is not None:
            with self._telling(self.parts[key]):
                self.hold(self._made[key] == make())
        return self.parts[key]

    @property
    def facts(self) -> list[Truth]:
        """Everything that holds in every world, whatever the question."""
        while self._waiting:
            for key in list(self._waiting):
                self.told(key)
        return self._facts

    @facts.setter
    def facts(self, facts: list[Truth]) -> None:
        self._facts = facts

    # -- questions

    def begun(self) -> None:
        """Say that all that every question can reach is told: from here on only questions make use of anything."""
        self._frames.append(Part())

    @contextmanager
    def question(self) -> Iterator[Part]:
        """Let what is told within be a part of its own: a question, of which `Fragment` gives the world."""
        part = Part()
        with self._telling(part):
            yield part

    @contextmanager
    def _telling(self, part: Part) -> Iterator[None]:
        self._frames.append(part)
        try:
            yield
        finally:
            self._frames.pop()


class _Noting:
    """A norm as a world looks at it: the part that is being told notes whether its shape is looked at, or all of it."""

    __slots__ = ("_frames", "_rule", "_shape", "_whole", "index")

    def __init__(self, rule: Rule, frames: list[Part], label: str, name: str) -> None:
        self._rule, self._frames, self.index = rule, frames, rule.index
        self._shape, self._whole = (label, "shape", name), (label, "rule", name)

    def __getattr__(self, name: str) -> Any:
        self._frames[-1].reads[self._shape if name in SHAPE else self._whole] = None
        return getattr(self._rule, name)
