"""What the text leaves open in a world: answers that humans give, readings that are taken, blanks that are filled."""

from __future__ import annotations

from typing import Any

import z3

from contractlang.kinds import Kind
from engine.analysis.aspect import Aspect
from engine.analysis.happenings import Env, Moment, Value
from engine.analysis.logic import Truth, some
from engine.analysis.numbers import FALSE, a_number, a_truth, choice


class LeftOpen(Aspect):
    """Answers, readings and blanks."""

    def answer(self, question: str) -> Value:
        """Return what humans decide: the same whatever it is about."""
        return self.world.once(("answer", question), lambda: self._answer(question))

    def _answer(self, question: str) -> Value:
        world = self.world
        declared, given = world.look("question", question)
        if declared.kind.name == "flag":
            made = a_truth(f"answer {question}")
            world.prefer(made == bool(declared.presumed))
            if given is not None:
                world.hold(made == bool(given))
        else:
            made = a_number(f"answer {question}")
            if declared.options:
                world.one_of(made, [each.name for each in declared.options])
            elif declared.kind.name in ("money", "count"):
                world.between(made, 0, 10_000_000)
                world.prefer_round(made, declared.kind.name)
        world.answers[question] = made
        return Value(made, True)

    def chosen(self, reading: str, option: str) -> Truth:
        """Return whether a reading is taken so: as chosen, by default, or else any way."""
        world = self.world
        got = world.look("taken", reading)
        if got is not None:
            return got == option
        return world.once(("reading", reading), lambda: self._reading(reading)) == world.code(option)

    def _reading(self, reading: str) -> Any:
        world = self.world
        made = world.readings[reading] = a_number(f"reading {reading}")
        world.one_of(made, world.look("reading", reading))
        return made

    def blank(self, name: str, kind: Kind | None, m: Moment, env: Env) -> Value:
        """Return what fills a blank; what the terms leave open may be filled or not. Settings do not fill a gap."""
        world = self.world
        if world.look("gap", name):
            made, known = world.free(kind).term, FALSE
            for holds, filling in reversed(world.look("fills", name)):
                value = world.quantities.value(filling, m, env)
                if holds is None:
                    made, known = value.term, value.known
                elif z3.is_expr(value.term):
                    filled = world.conditions.truth(holds, m, env)
                    made, known = choice(filled, value.term, made), some(filled, known)
            return Value(made, known)
        # A law may speak of the agreement's blank by its other name.
        name = next((each.name for each in world.look("called", name)), name)
        return world.once(("blank", name), lambda: self._blank(name, kind))

    def _blank(self, name: str, kind: Kind | None) -> Value:
        world = self.world
        given = world.look("given", name)
        kind = getattr(world.look("declared", name), "kind", kind)
        if given is not None:
            return Value(world.quantities.constant(given), True)
        term = a_number(f"blank {name}")
        is_text = kind is not None and kind.name == "text"
        # What one document counts and another takes as a day is the number of a day of the month.
        is_day = self.monthly(name) and any(each.kind.name == "day" for each in world.look("called", name))
        world.between(term, 0 if is_text else 1, 28 if is_day else 10_000_000)
        if is_text:
            world.prefer(term == world.code("other"))
        world.blanks[name] = Value(term, a_truth(f"filled {name}"))
        return world.blanks[name]

    def monthly(self, name: str) -> bool:
        """Tell whether a blank for a day is filled with the number of a day: where another document counts."""
        return bool(self.world.look("monthly", name))
