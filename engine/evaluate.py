"""The value of an expression in a scene, and the reason for it.

Each class of `contractlang.norms` expressions has its evaluator with two methods: `value`, used while the ledger is
folded, and `why`, which gives the same value with the facts it rests on. `cure` tells what would turn a condition.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Protocol, assert_never

from contractlang.kinds import FLAG, Kind
from contractlang.norms import (
    Accrued,
    AmountDue,
    AmountOf,
    And,
    Answer,
    Arithmetic,
    AsOf,
    BlankValue,
    Bound,
    ByBreach,
    ByLabel,
    Chosen,
    Compare,
    Const,
    CountOf,
    Discharged,
    Expr,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    Or,
    Overdue,
    StateValue,
    SumOf,
    Target,
    Used,
    Who,
)
from contractlang.values import Period, Share
from engine.dates import day_of, day_of_month, end_of, start_of
from engine.decision import Cure, Item, Reason
from engine.event import BOTH, Event, Instant
from engine.scene import FLAGS, NOTHING, Breach, Inst, Scene, Unknown, breach_id

_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Evaluator(Protocol):
    """An expression made ready: its value, its reason, and what would turn it."""

    def value(self, scene: Scene) -> Any:
        """Return the value in the scene; raises Split where something open decides."""

    def why(self, scene: Scene) -> Reason:
        """Return the reason for the (boolean) value in the scene."""

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        """Return facts that would make the value `wanted` (none if it is), or None where no fact can."""


class _Base:
    """What most evaluators have in common: a reason that only tells the value, and no cure."""

    __slots__ = ()

    def value(self, scene: Scene) -> Any:
        raise NotImplementedError

    def why(self, scene: Scene) -> Reason:
        return Reason("value", (type(self).__name__,), bool(self.value(scene)))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        return () if bool(self.value(scene)) is wanted else None


class ConstE(_Base):
    __slots__ = ("constant",)

    def __init__(self, constant: Any) -> None:
        self.constant = constant

    def value(self, scene: Scene) -> Any:
        return self.constant

    def why(self, scene: Scene) -> Reason:
        return Reason("said", (), bool(self.constant))


class BlankE(_Base):
    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: Kind) -> None:
        self.name, self.kind = name, kind

    def value(self, scene: Scene) -> Any:
        got = scene.blank(self.name, self.kind)
        if self.kind.name == "day":
            if got is NOTHING:
                return day_of(trigger_at(scene))
            if type(got) is int:
                return month_day(scene, got)
        return got


def trigger_at(scene: Scene) -> Instant:
    """Return when the trigger of the instance being looked at took effect; now where there is none."""
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Event):
        return bound.effect_at
    if isinstance(bound, Breach):
        return bound.started_at
    return scene.at


def month_day(scene: Scene, number: int) -> date:
    """Return day `number` of the trigger's month, or of the next where it is past (民法典 202: or the month's last)."""
    day = day_of(trigger_at(scene))
    found = day_of_month(day.year, day.month, number)
    if found < day:
        year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
        found = day_of_month(year, month, number)
    return found


class StateE(_Base):
    __slots__ = ("document", "key", "name")

    def __init__(self, name: str, document: str) -> None:
        self.name, self.document, self.key = name, document, ("S", name, document)

    def value(self, scene: Scene) -> Any:
        got = scene.read(self.key)
        return scene.program.initial(scene, self.name, self.document) if got is None else got


class AsOfE(_Base):
    __slots__ = ("at", "state")

    def __init__(self, state: StateE, at: Evaluator) -> None:
        self.state, self.at = state, at

    def value(self, scene: Scene) -> Any:
        when = self.at.value(scene)
        if isinstance(when, Unknown):
            return when
        moment = instant_of(when) if when is not None else scene.at
        history = scene.get(("V", self.state.name, self.state.document))
        while history is not None:
            since, cell, history = history
            got = scene.read(cell)
            if since <= moment and got is not None:
                return got
        return scene.program.initial(scene, self.state.name, self.state.document)


def instant_of(when: Any) -> Instant:
    """Return the last instant of a day, an instant as it is, and of a billing period like `2026-06` its first."""
    if isinstance(when, date):
        return end_of(when) - 1
    if isinstance(when, str):
        parts = [int(each) for each in when.split("-")[:3] if each.isdigit()]
        if len(parts) >= 2:
            return end_of(date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)) - 1
    return int(when)


class BoundE(_Base):
    __slots__ = ("last", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.last = name.removeprefix("@last ") if name.startswith("@last ") else ""

    def value(self, scene: Scene) -> Any:
        if self.name == "@act":
            return scene.event
        if self.last:
            found = scene.read(("H", self.last, None))
            if found is None:
                return scene.event if scene.event is not None and scene.event.name == self.last else None
            return found[1]
        return scene.vars.get(self.name)


class FieldE(_Base):
    __slots__ = ("kind", "name", "of")

    def __init__(self, of: Evaluator, name: str, kind: Kind) -> None:
        self.of, self.name, self.kind = of, name, kind

    def value(self, scene: Scene) -> Any:
        of = self.of.value(scene)
        name = self.name
        if isinstance(of, Event):
            got = of.fields.get(name)
            if got is not None:
                return got
            if name == "at":
                return of.effect_at
            if name == "day":
                return day_of(of.effect_at)
            if name == "by":
                return of.actor
            if name == "arrives":
                return of.effect_at
            return self.open(scene, of.id)
        if isinstance(of, Breach):
            return self.of_breach(scene, of)
        if isinstance(of, str):
            got = scene.terms.attributes.get(f"{of}.{name}")
            return self.open(scene, of) if got is None else got
        return self.open(scene, "?")

    def open(self, scene: Scene, owner: str) -> Any:
        item = Item("fact", self.name, owner if owner != "?" else None)
        if self.kind == FLAG:
            return scene.pick(item, FLAGS)
        options = scene.program.options.get(self.kind.of) if self.kind.name == "one of" else None
        return scene.pick(item, options) if options else Unknown(item)

    def of_breach(self, scene: Scene, breach: Breach) -> Any:
        match self.name:
            case "at":
                return breach.started_at
            case "day":
                return day_of(breach.started_at)
            case "last_day":
                return breach.last_day or day_of(breach.started_at - 1)
            case "by":
                return breach.by
            case "cured":
                return breach.status == "cured"
            case "cured_at":
                return breach.ended_at
            case "norm":
                return scene.program.norms[breach.norm].id
            case _:
                inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
                if inst is None or inst.owed is None:
                    return 0
                return inst.owed if isinstance(inst.owed, Unknown) else max(0, inst.owed - inst.paid)


class NotE(_Base):
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


class AndE(_Base):
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


class OrE(_Base):
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


class CompareE(_Base):
    __slots__ = ("left", "number", "op", "right", "sign")

    def __init__(self, op: str, left: Evaluator, right: Evaluator, number: int) -> None:
        self.sign, self.op, self.left, self.right, self.number = op, _OPS[op], left, right, number

    def value(self, scene: Scene) -> Any:
        left, right = self.left.value(scene), self.right.value(scene)
        if type(left) is Unknown or type(right) is Unknown:
            item = left.item if type(left) is Unknown else right.item
            # Each comparison with an open number is open by itself (semantics, "What is open").
            return scene.pick(Item(item.kind, item.name, f"{item.about or ''}#{self.number}"), FLAGS)
        if left is None or right is None:
            return (left is right) is (self.sign == "==") if self.sign in ("==", "!=") else False
        if type(left) is not type(right):
            if isinstance(left, date) and type(right) is int:
                left = end_of(left) if self.sign in ("<", "<=") else start_of(left)
            elif isinstance(right, date) and type(left) is int:
                if type(self.left) is NowE:
                    scene.until(start_of(right))
                    return self.op(day_of(left), right)
                right = start_of(right)
            else:
                left, right = str(left), str(right)
        if type(self.left) is NowE and type(right) is int:
            scene.until(right)
        return self.op(left, right)

    def why(self, scene: Scene) -> Reason:
        holds = bool(self.value(scene))
        left, right = self.left, self.right
        if type(left) is StateE:
            events = scene.program.cause_events(scene, left.name, left.document)
            return Reason(
                "state",
                (left.name, _plain(left.value(scene)), _plain(right.value(scene)), self.sign),
                holds,
                (),
                events,
            )
        return Reason("compare", (_plain(left.value(scene)), self.sign, _plain(right.value(scene))), holds)

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        if bool(self.value(scene)) is wanted:
            return ()
        if type(self.left) is StateE and (self.sign == "==") is wanted:
            found: tuple[Cure, ...] | None = scene.program.acts_that_set(
                self.left.name, self.right.value(scene)
            )
            return found
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return f"?{value.item.name}"
    if isinstance(value, Event):
        return value.id
    return value if isinstance(value, str | int | bool | None) else str(value)


class ArithmeticE(_Base):
    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Evaluator, right: Evaluator) -> None:
        self.op, self.left, self.right = op, left, right

    def value(self, scene: Scene) -> Any:
        left, right = self.left.value(scene), self.right.value(scene)
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        if isinstance(left, date) and isinstance(right, date):
            return (left - right).days
        if isinstance(left, Share):
            left, right = right, left
        if isinstance(right, Share):
            return rounded(left * right.over, right.under)
        if self.op == "+":
            return left + right
        return left - right if self.op == "-" else left * right


def rounded(over: int, under: int) -> int:
    """Return over/under to the nearest whole minor unit, halves up."""
    return (2 * over + under) // (2 * under)


class LaterE(_Base):
    __slots__ = ("base", "period")

    def __init__(self, base: Evaluator, period: Evaluator) -> None:
        self.base, self.period = base, period

    def value(self, scene: Scene) -> Any:
        base, period = self.base.value(scene), self.period.value(scene)
        if base is None or period is None or isinstance(base, Unknown):
            return base if isinstance(base, Unknown) else None
        deadline = scene.deadline_period(base, period, False)
        return deadline.end if deadline.last_day is None else deadline.last_day


class MonthDayE(_Base):
    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def value(self, scene: Scene) -> Any:
        return month_day(scene, self.number)


class NowE(_Base):
    __slots__ = ()

    def value(self, scene: Scene) -> Any:
        return scene.at


class Norms:
    """The norms that a target means, told once, and their breaches and instances in a scene."""

    __slots__ = ("about", "indexes", "variable")

    def __init__(self, indexes: tuple[int, ...], about: Evaluator | None, variable: Evaluator | None) -> None:
        self.indexes, self.about, self.variable = indexes, about, variable

    def breaches(self, scene: Scene, only_open: bool) -> Iterator[Breach]:
        """Yield the breaches, open ones only if so asked; the cells of norms that have none are not touched."""
        if self.variable is not None:
            bound = self.variable.value(scene)
            if isinstance(bound, Breach):
                again = scene.read(("B", bound.norm, bound.trig))
                if again is not None and (not only_open or again.status == "open"):
                    yield again
            return
        about = trig_of(self.about.value(scene)) if self.about is not None else None
        for index in self.indexes:
            if about is not None:
                found = scene.read(("B", index, about))
                if found is not None and (not only_open or found.status == "open"):
                    yield found
                continue
            if only_open:
                for trig in scene.get(("BO", index)) or ():
                    found = scene.read(("B", index, trig))
                    if found is not None and found.status == "open":
                        yield found
            else:
                chain = scene.get(("BN", index))
                while chain is not None:
                    trig, chain = chain
                    found = scene.read(("B", index, trig))
                    if found is not None and found.status != "waived":
                        yield found

    def instances(self, scene: Scene, index: int) -> Iterator[tuple[str, Inst]]:
        """Yield the instances of one norm that are not over."""
        for trig in scene.get(("IO", index)) or ():
            found = scene.read(("I", index, trig))
            if found is not None:
                yield trig, found


def trig_of(value: Any) -> str:
    """Return how an instance is called by what triggered it."""
    if isinstance(value, Event):
        return value.id
    return value if isinstance(value, str) else ""


class OverdueE(_Base):
    __slots__ = ("longer", "norms", "spoken")

    def __init__(self, norms: Norms, longer: Evaluator | None, spoken: str) -> None:
        self.norms, self.longer, self.spoken = norms, longer, spoken

    def found(self, scene: Scene) -> Breach | None:
        for breach in self.norms.breaches(scene, only_open=True):
            if breach.last_day is None and scene.program.is_obligation[breach.norm] is False:
                continue
            if self.longer is None:
                return breach
            period: Period = self.longer.value(scene)
            start = breach.last_day if breach.last_day is not None else breach.started_at
            end = scene.deadline_period(start, period, scene.vars.get("@rolls")).end
            if end <= scene.at:
                return breach
            scene.until(end)
        if self.longer is None:
            for index in self.norms.indexes:
                for _, inst in self.norms.instances(scene, index):
                    if inst.end is not None and inst.status == "open":
                        scene.until(inst.end)
        return None

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        breach = self.found(scene)
        if breach is None:
            return Reason("not overdue", (self.spoken,), False, (), self.settled_by(scene))
        inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
        events = (breach.trig,) if inst is not None and isinstance(inst.trigger, Event) else ()
        unpaid = inst.owed - inst.paid if inst is not None and type(inst.owed) is int else None
        return Reason(
            "overdue",
            (scene.program.norms[breach.norm].id, breach.trig, breach.started_at, unpaid),
            True,
            (),
            events,
        )

    def settled_by(self, scene: Scene) -> tuple[str, ...]:
        """Return the events that keep the duties from being overdue: what triggered them and what discharged them."""
        for index in self.norms.indexes:
            found = scene.get(("D", index))
            if found is not None:
                return tuple(found)
        return ()

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        breaches = list(self.norms.breaches(scene, only_open=True))
        if bool(self.value(scene)) is wanted:
            return ()
        if wanted:
            return None
        facts = []
        for breach in breaches:
            inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
            rule = scene.program.rules[breach.norm]
            unpaid = inst.owed - inst.paid if inst is not None and type(inst.owed) is int else None
            facts.append(Cure(breach.by, rule.act_name, breach.trig or None, unpaid))
        return tuple(facts)


class InBreachE(_Base):
    __slots__ = ("norms", "party", "spoken")

    def __init__(self, norms: Norms, party: Evaluator | None, spoken: str) -> None:
        self.norms, self.party, self.spoken = norms, party, spoken

    def found(self, scene: Scene) -> Breach | None:
        party = self.party.value(scene) if self.party is not None else None
        for breach in self.norms.breaches(scene, only_open=False):
            if party is None or party == Who.EITHER.value or breach.by == party:
                return breach
        for index in self.norms.indexes:
            for _, inst in self.norms.instances(scene, index):
                if inst.end is not None and inst.status == "open":
                    scene.until(inst.end)
        return None

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        breach = self.found(scene)
        if breach is None:
            return Reason("no breach", (self.spoken,), False)
        return Reason(
            "breach",
            (scene.program.norms[breach.norm].id, breach.trig, breach.started_at, breach.status),
            True,
            (),
            breach_events(breach),
        )


def breach_events(breach: Breach) -> tuple[str, ...]:
    """Return the events that a breach rests on."""
    found = [breach.event] if breach.event else []
    if isinstance(breach.trigger, Event):
        found.append(breach.trigger.id)
    return tuple(dict.fromkeys(found))


class DischargedE(_Base):
    __slots__ = ("norms", "spoken")

    def __init__(self, norms: Norms, spoken: str) -> None:
        self.norms, self.spoken = norms, spoken

    def value(self, scene: Scene) -> Any:
        about = trig_of(self.norms.about.value(scene)) if self.norms.about is not None else None
        for index in self.norms.indexes:
            if about is not None:
                inst: Inst | None = scene.read(("I", index, about))
                if inst is not None and inst.status == "done":
                    return scene.read(("B", index, about)) is None
            elif scene.read(("DD", index)) is not None:
                return True
        return False

    def why(self, scene: Scene) -> Reason:
        return Reason("discharged", (self.spoken,), bool(self.value(scene)))


class HappenedE(_Base):
    __slots__ = ("about", "by", "name")

    def __init__(self, name: str, by: Evaluator | None, about: Evaluator | None) -> None:
        self.name, self.by, self.about = name, by, about

    def found(self, scene: Scene) -> Event | None:
        if self.about is not None:
            wanted = trig_of(self.about.value(scene))
            got = scene.read(("HA", self.name, wanted))
            return got[1] if got is not None else None
        if self.by is None:
            got = scene.read(("H", self.name, None))
            return got[1] if got is not None else None
        who = self.by.value(scene)
        if who == Who.BOTH.value:
            joint = scene.read(("H", self.name, BOTH))
            if joint is not None:
                return joint[1]  # type: ignore[no-any-return]
            each = [scene.read(("H", self.name, party)) for party in scene.program.parties_of(scene)]
            return each[-1][1] if each and all(got is not None for got in each) else None
        if who == Who.EITHER.value:
            got = scene.read(("H", self.name, None))
            return got[1] if got is not None else None
        got = scene.read(("H", self.name, who)) or scene.read(("H", self.name, BOTH))
        return got[1] if got is not None else None

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        event = self.found(scene)
        who = self.by.value(scene) if self.by is not None else None
        if event is None:
            return Reason("not happened", (self.name, who), False)
        return Reason("happened", (self.name, who, event.effect_at), True, (), (event.id,))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        if self.value(scene) is wanted:
            return ()
        if not wanted:
            return None
        who = self.by.value(scene) if self.by is not None else scene.program.actor_of(self.name)
        about = trig_of(self.about.value(scene)) if self.about is not None else None
        return (Cure(who, self.name, about),) if self.name in scene.program.acts else None


class UsedE(_Base):
    __slots__ = ("longer", "norms", "spoken")

    def __init__(self, norms: Norms, longer: Evaluator | None, spoken: str) -> None:
        self.norms, self.longer, self.spoken = norms, longer, spoken

    def value(self, scene: Scene) -> Any:
        for index in self.norms.indexes:
            since = scene.program.standing_since(scene, index)
            if since is None:
                continue
            if self.longer is None:
                return True
            end = scene.deadline_period(day_of(since), self.longer.value(scene), scene.vars.get("@rolls")).end
            if end <= scene.at:
                return True
            scene.until(end)
        return False

    def why(self, scene: Scene) -> Reason:
        return Reason("used", (self.spoken,), bool(self.value(scene)))


class IsBlankE(_Base):
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def value(self, scene: Scene) -> Any:
        return scene.terms.blanks.get(self.name) is None

    def why(self, scene: Scene) -> Reason:
        return Reason("blank", (self.name,), bool(self.value(scene)))


class AnswerE(_Base):
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
        return scene.answer(self.question, self.of(scene))

    def why(self, scene: Scene) -> Reason:
        about = self.of(scene)
        got = self.value(scene)
        settled = scene.get(("QE", self.question, about)) or scene.get(("QE", self.question, None))
        how = "answered" if settled or self.question in scene.terms.answers else "presumed or assumed"
        return Reason(
            "answer", (self.question, about, _plain(got), how), bool(got), (), (settled,) if settled else ()
        )


class ChosenE(_Base):
    __slots__ = ("option", "reading")

    def __init__(self, reading: str, option: str) -> None:
        self.reading, self.option = reading, option

    def value(self, scene: Scene) -> Any:
        return scene.option_of(self.reading) == self.option

    def why(self, scene: Scene) -> Reason:
        got = scene.option_of(self.reading)
        return Reason("reading", (self.reading, got), got == self.option)


class AmountOfE(_Base):
    __slots__ = ("about", "name")

    def __init__(self, name: str, about: Evaluator | None) -> None:
        self.name, self.about = name, about

    def value(self, scene: Scene) -> Any:
        about = self.about.value(scene) if self.about is not None else scene.vars.get("@trigger")
        return scene.program.amount(scene, self.name, about)


class AmountDueE(_Base):
    __slots__ = ("norms",)

    def __init__(self, norms: Norms) -> None:
        self.norms = norms

    def value(self, scene: Scene) -> Any:
        about = trig_of(self.norms.about.value(scene)) if self.norms.about is not None else None
        total = 0
        for index in self.norms.indexes:
            for trig, inst in self.norms.instances(scene, index):
                if (
                    (about is None or trig == about)
                    and inst.status in ("open", "suspended", "breached")
                    and inst.owed is not None
                ):
                    if isinstance(inst.owed, Unknown):
                        return inst.owed
                    total += max(0, inst.owed - inst.paid)
        return total


class FoldE(_Base):
    """Count or sum over occurrences; an equality with something outside narrows the look-up to an index."""

    __slots__ = ("counts", "field", "index", "name", "where")

    def __init__(
        self, name: str, field: str | None, where: Evaluator | None, index: tuple[str, Evaluator] | None
    ) -> None:
        self.name, self.field, self.where, self.index = name, field, where, index

    def value(self, scene: Scene) -> Any:
        if self.index is not None:
            wanted = self.index[1].value(scene)
            chain = scene.get(("FI", self.name, self.index[0], wanted))
        else:
            chain = scene.get(("F", self.name))
        total = 0
        before = scene.vars.get(self.name)
        while chain is not None:
            event, chain = chain
            scene.vars[self.name] = event
            if event.standing.value == "alleged" and not scene.happened_for_real(event):
                continue
            if self.where is None or self.where.value(scene):
                total += 1 if self.field is None else event.fields.get(self.field) or 0
        if before is None:
            scene.vars.pop(self.name, None)
        else:
            scene.vars[self.name] = before
        return total


class AccruedE(_Base):
    __slots__ = ("base", "share", "since", "until")

    def __init__(self, share: Share, base: Evaluator, since: Evaluator, until: Evaluator) -> None:
        self.share, self.base, self.since, self.until = share, base, since, until

    def value(self, scene: Scene) -> Any:
        base, since, until = self.base.value(scene), self.since.value(scene), self.until.value(scene)
        for each in (base, since, until):
            if isinstance(each, Unknown):
                return each
        if since is None or until is None:
            return 0
        first = since if isinstance(since, date) else day_of(since)
        last = until if isinstance(until, date) else day_of(until)
        days = max(0, (last - first).days)
        return rounded(base * self.share.over * days, self.share.under)


class Compiler:
    """Makes evaluators; `resolve` tells which norms a target means."""

    def __init__(self, resolve: Callable[[Target, str], tuple[int, ...]]) -> None:
        self.resolve = resolve
        self.document = ""
        self.count = 0
        self.indexed: set[tuple[str, str]] = set()
        self.folded: set[str] = set()

    def maybe(self, expr: Expr | None) -> Evaluator | None:
        """Return the evaluator of an expression that may be absent."""
        return None if expr is None else self.made(expr)

    def norms(self, target: Target) -> Norms:
        """Return what a target means."""
        about = self.maybe(target.about) if isinstance(target, ByLabel) else None
        variable = self.made(target.variable) if isinstance(target, ByBreach) else None
        return Norms(self.resolve(target, self.document), about, variable)

    def made(self, expr: Expr) -> Evaluator:
        """Return the evaluator of an expression."""
        match expr:
            case Const():
                return ConstE(expr.value)
            case BlankValue():
                return BlankE(expr.name, expr.kind)
            case StateValue():
                return StateE(expr.name, expr.document)
            case AsOf():
                return AsOfE(StateE(expr.state.name, expr.state.document), self.made(expr.at))
            case Bound():
                return BoundE(expr.name)
            case Field():
                return FieldE(self.made(expr.of), expr.name, expr.kind)
            case Not():
                return NotE(self.made(expr.part))
            case And():
                return AndE(tuple(self.made(each) for each in expr.parts))
            case Or():
                return OrE(tuple(self.made(each) for each in expr.parts))
            case Compare():
                self.count += 1
                return CompareE(expr.op, self.made(expr.left), self.made(expr.right), self.count)
            case Arithmetic():
                return ArithmeticE(expr.op, self.made(expr.left), self.made(expr.right))
            case Later():
                return LaterE(self.made(expr.base), self.made(expr.period))
            case MonthDay():
                return MonthDayE(expr.number)
            case Now():
                return NowE()
            case Overdue():
                return OverdueE(self.norms(expr.target), self.maybe(expr.longer), spoken(expr.target))
            case InBreach():
                return InBreachE(self.norms(expr.target), self.maybe(expr.party), spoken(expr.target))
            case Discharged():
                return DischargedE(self.norms(expr.target), spoken(expr.target))
            case Happened():
                return HappenedE(expr.name, self.maybe(expr.by), self.maybe(expr.about))
            case Used():
                return UsedE(self.norms(expr.target), self.maybe(expr.longer), spoken(expr.target))
            case IsBlank():
                return IsBlankE(expr.name)
            case Answer():
                return AnswerE(expr.question, self.maybe(expr.about))
            case Chosen():
                return ChosenE(expr.reading, expr.option)
            case AmountOf():
                return AmountOfE(expr.name, self.maybe(expr.about))
            case AmountDue():
                return AmountDueE(self.norms(expr.target))
            case CountOf():
                return self.fold(expr.name, None, expr.where)
            case SumOf():
                return self.fold(expr.name, expr.field, expr.where)
            case Accrued():
                return AccruedE(
                    expr.share, self.made(expr.base), self.made(expr.since), self.made(expr.until)
                )
            case _:
                assert_never(expr)

    def fold(self, name: str, field: str | None, where: Expr | None) -> Evaluator:
        """Return a count or sum; `usage.period is bill.period` looks up by period instead of walking all usage."""
        self.folded.add(name)
        parts = where.parts if isinstance(where, And) else (where,) if where is not None else ()
        for part in parts:
            if isinstance(part, Compare) and part.op == "==":
                for one, other in ((part.left, part.right), (part.right, part.left)):
                    if isinstance(one, Field) and isinstance(one.of, Bound) and one.of.name == name:
                        rest = tuple(each for each in parts if each is not part)
                        self.indexed.add((name, one.name))
                        remaining = self.made(And(rest)) if rest else None
                        return FoldE(name, field, remaining, (one.name, self.made(other)))
        return FoldE(name, field, self.maybe(where), None)


def spoken(target: Target) -> str:
    """Return how a target is called in reasons."""
    return next(
        (
            str(getattr(target, name))
            for name in ("label", "clause", "act", "document")
            if hasattr(target, name)
        ),
        "any norm",
    )
