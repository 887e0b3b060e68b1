"""Values made ready: literals, blanks, states, fields, days, sums (docs/semantics.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from contractlang.declaration import OccurrenceDecl
from contractlang.kinds import FLAG, Kind
from contractlang.values import Share
from engine.dates import day_of, day_of_month, end_of, period_day
from engine.decision import Item, Reason
from engine.evaluator import Evaluator
from engine.event import Event, Instant
from engine.scene import FLAGS, Breach, Inst, Scene, Unknown
from engine.sums import accrued, amount, rounded


class ConstE(Evaluator):
    """A value that the text gives."""

    __slots__ = ("constant",)

    def __init__(self, constant: Any) -> None:
        self.constant = constant

    def value(self, scene: Scene) -> Any:
        return self.constant

    def why(self, scene: Scene) -> Reason:
        return Reason("said", (), bool(self.constant))


class BlankE(Evaluator):
    """What fills a blank: a setting, an answer, a sentence in force of a law or supplement."""

    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: Kind) -> None:
        self.name, self.kind = name, kind

    def value(self, scene: Scene) -> Any:
        for holds, filling in scene.program.fills.get(self.name, ()):
            if not scene.is_filled(self.name) and (holds is None or holds.value(scene)):
                return filling.value(scene)
        got = scene.blank(self.name, self.kind)
        return month_day(scene, got) if self.kind.name == "day" and type(got) is int else got


def trigger_at(scene: Scene) -> Instant:
    """Return when the trigger of the instance being looked at took effect; now where there is none."""
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Event):
        return bound.effect_at
    if isinstance(bound, Breach):
        return bound.started_at
    scene.hangs_on_now()
    return scene.at


def month_day(scene: Scene, number: int) -> date:
    """Return day `number` of the trigger's month, or of the next where it is past (民法典 202: or the month's last)."""
    day = day_of(trigger_at(scene))
    found = day_of_month(day.year, day.month, number)
    if found < day:
        year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
        found = day_of_month(year, month, number)
    return found


class StateE(Evaluator):
    """What a state is now."""

    __slots__ = ("document", "key", "name")

    def __init__(self, name: str, document: str) -> None:
        self.name, self.document, self.key = name, document, ("S", name, document)

    def agreement(self, scene: Scene) -> str:
        """Return the agreement whose state in law it is; none of a state in fact."""
        return self.document

    def value(self, scene: Scene) -> Any:
        got = scene.read(self.key)
        return scene.program.initial(scene, self.name, self.document) if got is None else got


class StateInLawE(StateE):
    """A state in law of which a law speaks: of the agreement whose breach is bound, else of the first in force."""

    __slots__ = ()

    def agreement(self, scene: Scene) -> str:
        bound = scene.vars.get("@trigger")
        home = scene.program.rules[bound.norm].home if isinstance(bound, Breach) else ""
        return home or next(
            (each for each in scene.program.agreements if _stands(scene, each)), self.document
        )

    def value(self, scene: Scene) -> Any:
        document = self.agreement(scene)
        got = scene.read(("S", self.name, document))
        return scene.program.initial(scene, self.name, document) if got is None else got


def _stands(scene: Scene, agreement: str) -> bool:
    got = scene.read(("S", "agreement", agreement))
    state: str = scene.program.initial(scene, "agreement", agreement) if got is None else got
    return state == "in_force"


class AsOfE(Evaluator):
    """What a state was on a day, or at an instant."""

    __slots__ = ("at", "state")

    def __init__(self, state: StateE, at: Evaluator) -> None:
        self.state, self.at = state, at

    def value(self, scene: Scene) -> Any:
        when = self.at.value(scene)
        if when is None or isinstance(when, Unknown):
            return when
        moment = instant_of(when)
        document = self.state.agreement(scene)
        history = scene.get(("V", self.state.name, document))
        while history is not None:
            since, cell, history = history
            got = scene.read(cell)
            if since <= moment and got is not None:
                return got
        return scene.program.initial(scene, self.state.name, document)


def instant_of(when: Any) -> Instant:
    """Return the last instant of a day, an instant as it is, and of a billing period like `2026-06` its first."""
    if isinstance(when, date):
        return end_of(when) - 1
    if isinstance(when, str):
        first = period_day(when)
        if first is None:
            raise ValueError(f"`{when}` is no period; ledgers with such a one are refused")
        return end_of(first) - 1
    return int(when)


class BoundE(Evaluator):
    """What a variable of a norm stands for: an occurrence, a breach, the act looked at, or the last of a name."""

    __slots__ = ("last", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.last = name.removeprefix("@last ") if name.startswith("@last ") else ""

    def value(self, scene: Scene) -> Any:
        if self.name == "@act":
            scene.hangs_on_now()
            return scene.event
        if self.last:
            return self.spoken_of(scene)
        found = scene.vars.get(self.name)
        return self.name if found is None and self.name in scene.program.things else found

    def spoken_of(self, scene: Scene) -> Event | None:
        """Return what is called by its name: what the instance arose from, else the act at hand, else the last one."""
        touches = scene.program.touches
        arisen_from = occurrence_of(scene.vars.get("@trigger"))
        if arisen_from is not None and self.last in touches[arisen_from.name].names:
            return arisen_from
        if scene.event is not None and self.last in touches[scene.event.name].names:
            scene.hangs_on_now()
            return scene.event
        last: Event | None = scene.read(("HL", self.last))
        return last


def occurrence_of(bound: Any) -> Event | None:
    """Return the occurrence that an instance is bound to, or that the duty broken was bound to."""
    if isinstance(bound, Breach):
        bound = bound.trigger
    return bound if isinstance(bound, Event) else None


class FieldE(Evaluator):
    """A field of an occurrence, a party or a thing."""

    __slots__ = ("kind", "name", "of")

    def __init__(self, of: Evaluator, name: str, kind: Kind) -> None:
        self.of, self.name, self.kind = of, name, kind

    def value(self, scene: Scene) -> Any:
        if type(self.of) is NowE:
            return today(scene)
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
            return self.open(scene, of.id) if _has(scene, of, name) else None
        if isinstance(of, Breach):
            return self.of_breach(scene, of)
        if isinstance(of, str):
            got = scene.terms.attributes.get(f"{of}.{name}")
            return self.open(scene, of) if got is None else got
        if type(of) is int:
            return day_of(max(of, 0))
        if isinstance(of, Unknown):
            return self.of_unknown(scene, of)
        if of is None:
            return None
        return self.open(scene, "?")

    def of_unknown(self, scene: Scene, of: Unknown) -> Any:
        """Return what is asked of an occurrence that a field does not name: as open as which it is."""
        if self.kind != FLAG:
            return of
        item = of.item
        return scene.pick(Item(item.kind, item.name, f"{item.about or ''}#{self.name}"), FLAGS)

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


def today(scene: Scene) -> date:
    """Return the day of the instant looked at; what is known from the start is looked at before any day."""
    day = day_of(max(scene.at, 0))
    if scene.at > 0:
        scene.until(end_of(day))
    return day


def _has(scene: Scene, event: Event, field: str) -> bool:
    """Tell whether such an occurrence has a field of that name, given or not."""
    declared = scene.program.declarations.get(event.name)
    return not isinstance(declared, OccurrenceDecl) or any(each.name == field for each in declared.params)


class ReferredE(Evaluator):
    """The occurrence that a field names by its id; what is no occurrence (a thing) is itself."""

    __slots__ = ("field",)

    def __init__(self, field: Evaluator) -> None:
        self.field = field

    def value(self, scene: Scene) -> Any:
        named = self.field.value(scene)
        return scene.get(("R", named), named) if isinstance(named, str) else named


class ArithmeticE(Evaluator):
    """One value with, less or times another."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Evaluator, right: Evaluator) -> None:
        self.op, self.left, self.right = op, left, right

    def value(self, scene: Scene) -> Any:
        left, right = self.left.value(scene), self.right.value(scene)
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        if left is None or right is None:
            return None
        if isinstance(left, date) and isinstance(right, date):
            return (left - right).days
        if isinstance(left, Share):
            left, right = right, left
        if isinstance(right, Share):
            return rounded(left * right.over, right.under)
        if self.op == "+":
            return left + right
        return left - right if self.op == "-" else left * right


class LaterE(Evaluator):
    """The day, or the instant, some period after another."""

    __slots__ = ("base", "period")

    def __init__(self, base: Evaluator, period: Evaluator) -> None:
        self.base, self.period = base, period

    def value(self, scene: Scene) -> Any:
        base, period = self.base.value(scene), self.period.value(scene)
        if base is None or period is None or isinstance(base, Unknown):
            return base if isinstance(base, Unknown) else None
        deadline = scene.deadline_period(base, period, False)
        return deadline.end if deadline.last_day is None else deadline.last_day


class MonthDayE(Evaluator):
    """A day of each month, by its number: the last where a month has none such."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def value(self, scene: Scene) -> Any:
        return month_day(scene, self.number)


class NowE(Evaluator):
    """The instant looked at. Its day, and how it compares, turn at instants that are known (`today`, `CompareE`)."""

    __slots__ = ()

    def value(self, scene: Scene) -> Any:
        scene.hangs_on_now()
        return scene.at


class AmountOfE(Evaluator):
    """A named sum; `home` is the agreement of which it is one, none in a law, which speaks of the one at hand."""

    __slots__ = ("about", "home", "name")

    def __init__(self, name: str, about: Evaluator | None, home: str) -> None:
        self.name, self.about, self.home = name, about, home

    def value(self, scene: Scene) -> Any:
        return amount(scene, self.name, self.for_what(scene), self.of(scene))

    def for_what(self, scene: Scene) -> Any:
        """Return the trigger for which the sum is meant."""
        return self.about.value(scene) if self.about is not None else scene.vars.get("@trigger")

    def of(self, scene: Scene) -> str:
        """Return the agreement of which it is meant."""
        return self.home or str(scene.vars.get("@home", ""))


class Index(NamedTuple):
    """A field of the occurrences that is to equal a value from elsewhere, and what is asked of them besides."""

    field: str
    value: Evaluator
    rest: Evaluator | None


class FoldE(Evaluator):
    """Count or sum over occurrences; an equality with something outside narrows the look-up to an index."""

    __slots__ = ("index", "name", "where", "worth")

    def __init__(
        self, name: str, worth: Evaluator | None, where: Evaluator | None, index: Index | None
    ) -> None:
        self.name, self.worth, self.where, self.index = name, worth, where, index

    def value(self, scene: Scene) -> Any:
        if self.worth is None:
            return len(self.occurrences(scene))
        total = 0
        for _ in self.bound(scene):
            got = self.worth.value(scene)
            if got is None or isinstance(got, Unknown):
                return got
            total += got
        return total

    def bound(self, scene: Scene) -> Iterator[Event]:
        """Yield the occurrences that are counted, the first of them first, each while it is bound to their name."""
        found = self.occurrences(scene)
        before = scene.vars.get(self.name)
        try:
            for event in reversed(found):
                scene.vars[self.name] = event
                yield event
        finally:
            self.unbind(scene, before)

    def unbind(self, scene: Scene, before: Any) -> None:
        """Let the name stand for what it stood for before."""
        if before is None:
            scene.vars.pop(self.name, None)
        else:
            scene.vars[self.name] = before

    def occurrences(self, scene: Scene) -> list[Event]:
        """Return the occurrences that are counted, the latest first."""
        chain, where = self.looked_up(scene)
        found: list[Event] = []
        before = scene.vars.get(self.name)
        while chain is not None:
            event, chain = chain
            scene.vars[self.name] = event
            if event.standing.value == "alleged" and not scene.happened_for_real(event):
                continue
            if where is None or where.value(scene):
                found.append(event)
        self.unbind(scene, before)
        return found

    def looked_up(self, scene: Scene) -> tuple[Any, Evaluator | None]:
        """Return the occurrences among which to look, and what else is asked of them.

        The index tells nothing of those that do not give the field, nor of a value that is open.
        """
        index = self.index
        if index is not None and scene.get(("FI", self.name, index.field, None)) is None:
            wanted = index.value.value(scene)
            if wanted is not None and not isinstance(wanted, Unknown):
                key = wanted.id if isinstance(wanted, Event) else wanted
                return scene.get(("FI", self.name, index.field, key)), index.rest
        return scene.get(("F", self.name)), self.where


class AccruedE(Evaluator):
    """A share of a sum accrued daily; `debt` is the breach whose unpaid sum it is, day by day, where it is one."""

    __slots__ = ("base", "debt", "share", "since", "until")

    def __init__(
        self, share: Share, base: Evaluator, debt: Evaluator | None, since: Evaluator, until: Evaluator
    ) -> None:
        self.share, self.base, self.debt, self.since, self.until = share, base, debt, since, until

    def days(self, scene: Scene) -> tuple[Any, Any]:
        """Return the day after which it accrues and the last on which it does; None where there is none."""
        since, until = self.since.value(scene), self.until.value(scene)
        first = since if since is None or isinstance(since, date | Unknown) else day_of(since)
        return first, until if until is None or isinstance(until, date | Unknown) else day_of(until)

    def value(self, scene: Scene) -> Any:
        first, last = self.days(scene)
        for each in (first, last):
            if isinstance(each, Unknown):
                return each
        if first is None or last is None:
            return 0
        if self.debt is not None and isinstance(breach := self.debt.value(scene), Breach):
            return accrued(scene, self.share, breach, first, last)
        base = self.base.value(scene)
        if isinstance(base, Unknown):
            return base
        return rounded((base or 0) * self.share.over * max(0, (last - first).days), self.share.under)
