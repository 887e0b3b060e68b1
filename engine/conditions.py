"""Conditions made ready: and, or, not, comparisons, questions, readings."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

from engine.dates import day_of, end_of, start_of
from engine.decision import Cure, Item, Reason
from engine.evaluator import Evaluator
from engine.event import ASKED, BOTH, Event
from engine.quantities import BoundE, NowE, StateE, StateInLawE
from engine.scene import FLAGS, Breach, Scene, Unknown, breach_id

_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class NotE(Evaluator):
    """A condition does not hold."""

    __slots__ = ("part",)

    def __init__(self, part: Evaluator) -> None:
        self.part = part

    def value(self, scene: Scene) -> Any:
        return not self.part.value(scene)

    def why(self, scene: Scene) -> Reason:
        inner = self.part.why(scene)
        return Reason("not", (), not inner.holds, (inner,), inner.events)

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        return self.part.cure(scene, not wanted)


class AndE(Evaluator):
    """All of some conditions hold."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Evaluator, ...]) -> None:
        self.parts = parts

    def value(self, scene: Scene) -> Any:
        for part in self.parts:  # noqa: SIM110 - a generator would cost more than the conditions
            if not part.value(scene):
                return False
        return True

    def why(self, scene: Scene) -> Reason:
        found = []
        for part in self.parts:
            reason = part.why(scene)
            if not reason.holds:
                return Reason("and", (), False, (reason,))
            found.append(reason)
        return Reason("and", (), True, tuple(found))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        return _cure_of(self.parts, scene, wanted, together=wanted)


class OrE(Evaluator):
    """One of some conditions holds."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Evaluator, ...]) -> None:
        self.parts = parts

    def value(self, scene: Scene) -> Any:
        for part in self.parts:  # noqa: SIM110 - a generator would cost more than the conditions
            if part.value(scene):
                return True
        return False

    def why(self, scene: Scene) -> Reason:
        found = []
        for part in self.parts:
            reason = part.why(scene)
            if reason.holds:
                return Reason("or", (), True, (reason,))
            found.append(reason)
        return Reason("or", (), False, tuple(found))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        return _cure_of(self.parts, scene, wanted, together=not wanted)


def _cure_of(
    parts: tuple[Evaluator, ...], scene: Scene, wanted: bool, together: bool
) -> tuple[Cure, ...] | None:
    """All parts must turn (`together`), or the one that takes the fewest facts."""
    each = [part.cure(scene, wanted) for part in parts]
    if together:
        if any(cure is None for cure in each):
            return None
        return tuple(dict.fromkeys(fact for cure in each for fact in cure or ()))
    possible = [cure for cure in each if cure is not None]
    return min(possible, key=len) if possible else None


class CompareE(Evaluator):
    """One value stands to another as a sign says; what is not known is no value."""

    __slots__ = ("left", "op", "right", "sign")

    def __init__(self, op: str, left: Evaluator, right: Evaluator) -> None:
        self.sign, self.op, self.left, self.right = op, _OPS[op], left, right

    def value(self, scene: Scene) -> Any:
        return self.compared(scene, *self.sides(scene))

    def sides(self, scene: Scene) -> tuple[Any, Any]:
        """Return what is compared; a comparison with now turns at an instant that is known."""
        left = scene.at if type(self.left) is NowE else self.left.value(scene)
        return left, scene.at if type(self.right) is NowE else self.right.value(scene)

    def compared(self, scene: Scene, left: Any, right: Any) -> Any:
        if type(left) is Unknown or type(right) is Unknown:
            return scene.pick(self.item(left, right), FLAGS)
        if left is None or right is None:
            return (left is right) is (self.sign == "==") if self.sign in ("==", "!=") else False
        if type(left) is not type(right):
            # A field names an occurrence by its id.
            if isinstance(left, Event) or isinstance(right, Event):
                left, right = (each.id if isinstance(each, Event) else each for each in (left, right))
            elif isinstance(left, date) and type(right) is int:
                self.turns_with(scene, left)
                right = day_of(
                    max(right, 0)
                )  # An instant meets a day by its own day; before all facts there is none.
            elif isinstance(right, date) and type(left) is int:
                self.turns_with(scene, right)
                left = day_of(max(left, 0))
            else:
                left, right = str(left), str(right)
        elif type(left) is int:
            self.turns_with(scene, right if type(self.left) is NowE else left)
        return self.op(left, right)

    def item(self, left: Any, right: Any) -> Item:
        """Return what is open in a comparison with an open number: whether it stands so to the other side's value.

        One with now is open once, whenever it is asked (semantics, "What is open").
        """
        item: Item = left.item if type(left) is Unknown else right.item
        one = "now" if type(self.left) is NowE else plain(left)
        other = "now" if type(self.right) is NowE else plain(right)
        return Item(item.kind, item.name, f"{item.about or ''}#{one} {self.sign} {other}")

    def turns_with(self, scene: Scene, other: Any) -> None:
        """Remember when the comparison may turn by time alone, if it is one with now."""
        if type(self.left) is NowE or type(self.right) is NowE:
            begins, ends = (start_of(other), end_of(other)) if isinstance(other, date) else (other, other + 1)
            scene.until(begins)
            scene.until(ends)

    def why(self, scene: Scene) -> Reason:
        # A reason tells the instant itself.
        left, right = self.left.value(scene), self.right.value(scene)
        holds = bool(self.compared(scene, left, right))
        state = self.left
        if isinstance(state, StateE):
            agreement = state.agreement(scene)
            events = scene.program.cause_events(scene, state.name, agreement)
            # Whose state it is, the norm that asks tells, but for a law that speaks of several agreements.
            of = (agreement,) if isinstance(state, StateInLawE) else ()
            return Reason("state", (state.name, plain(left), plain(right), self.sign, *of), holds, (), events)
        return Reason("compare", (plain(left), self.sign, plain(right)), holds)

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        if bool(self.value(scene)) is wanted:
            return ()
        if isinstance(self.left, StateE) and (self.sign == "==") is wanted:
            found: tuple[Cure, ...] | None = scene.program.acts_that_set(
                self.left.name, self.right.value(scene)
            )
            return found
        return None


def plain(value: Any) -> Any:
    """Return a value as a reason holds it: what is not known as `?` and the name of what is open."""
    if isinstance(value, Unknown):
        return f"?{value.item.name}"
    if isinstance(value, Event):
        return value.id
    return value if value is None or isinstance(value, (str, int)) else str(value)


class IsBlankE(Evaluator):
    """Nothing fills a blank: no setting, no answer, and no sentence in force of a law or supplement."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def value(self, scene: Scene) -> Any:
        filling = scene.program.fills.get(self.name, ())
        return not scene.is_filled(self.name) and not any(
            holds is None or holds.value(scene) for holds, _ in filling
        )

    def why(self, scene: Scene) -> Reason:
        return Reason("blank", (self.name,), bool(self.value(scene)))


class AnswerE(Evaluator):
    """What a question is answered, about something or about nothing."""

    __slots__ = ("about", "question")

    def __init__(self, question: str, about: Evaluator | None) -> None:
        self.question, self.about = question, about

    def of(self, scene: Scene) -> str | None:
        if self.about is None:
            return None
        value = self.about.value(scene)
        if isinstance(value, Event):
            return value.id
        if isinstance(value, Breach):
            return breach_id(scene.program.norms, value)
        return None if value is None else str(value)

    def value(self, scene: Scene) -> Any:
        """Return the answer; about what did not happen there is none, which is no."""
        about = self.of(scene)
        is_nothing = about is None and isinstance(self.about, BoundE) and self.about.last
        return None if is_nothing else scene.answer(self.question, about)

    def why(self, scene: Scene) -> Reason:
        about = self.of(scene)
        got = self.value(scene)
        settled = scene.get(("QE", self.question, about)) or scene.get(("QE", self.question, None))
        about = None if about == ASKED else about  # It is in no ledger.
        how = "answered" if settled or self.question in scene.terms.answers else "presumed or assumed"
        return Reason(
            "answer", (self.question, about, plain(got), how), bool(got), (), (settled,) if settled else ()
        )


class ActorE(Evaluator):
    """The act at hand is that party's; where none is at hand, it is nobody's."""

    __slots__ = ("party",)

    def __init__(self, party: str) -> None:
        self.party = party

    def value(self, scene: Scene) -> Any:
        return scene.event is not None and scene.event.actor in (self.party, BOTH)


class PlacedE(Evaluator):
    """A condition in which a variable is the place of the norm that is beaten (`voip-1:八.3`)."""

    __slots__ = ("part", "place", "variable")

    def __init__(self, variable: str, place: str, part: Evaluator) -> None:
        self.variable, self.place, self.part = variable, place, part

    def value(self, scene: Scene) -> Any:
        before = scene.vars
        scene.vars = {**before, self.variable: self.place}
        try:
            return self.part.value(scene)
        finally:
            scene.vars = before

    def why(self, scene: Scene) -> Reason:
        before = scene.vars
        scene.vars = {**before, self.variable: self.place}
        try:
            return self.part.why(scene)
        finally:
            scene.vars = before


class ChosenE(Evaluator):
    """A reading is taken in an option."""

    __slots__ = ("option", "reading")

    def __init__(self, reading: str, option: str) -> None:
        self.reading, self.option = reading, option

    def value(self, scene: Scene) -> Any:
        return scene.option_of(self.reading) == self.option

    def why(self, scene: Scene) -> Reason:
        got = scene.option_of(self.reading)
        return Reason("reading", (self.reading, got), got == self.option)
