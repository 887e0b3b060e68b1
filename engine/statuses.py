"""Conditions on norms and happenings made ready: overdue, in breach, discharged, used, happened, amount due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from contractlang.norms import Who
from contractlang.values import Period
from engine.dates import day_of
from engine.decision import Cure, Reason
from engine.evaluator import Evaluator
from engine.event import BOTH, Event, Instant
from engine.scene import Breach, Inst, Scene, Unknown
from engine.sums import due

_BOTH, _EITHER = Who.BOTH.value, Who.EITHER.value


class Norms:
    """The norms that a target means, told once, and their breaches and instances in a scene."""

    __slots__ = ("about", "indexes", "variable")

    def __init__(self, indexes: tuple[int, ...], about: Evaluator | None, variable: Evaluator | None) -> None:
        self.indexes, self.about, self.variable = indexes, about, variable

    def breaches(self, scene: Scene) -> Iterator[Breach]:
        """Yield the breaches, open or cured; one that is waived is none any more."""
        told = self._told(scene)
        for place in self._ever(scene) if told is None else told:
            found: Breach | None = scene.read(("B", *place))
            if found is not None and found.status != "waived":
                yield found

    def open_breaches(self, scene: Scene) -> Iterator[Breach]:
        """Yield the breaches that are open; the cells of norms that have none are not touched."""
        told = self._told(scene)
        for place in self._still(scene) if told is None else told:
            found: Breach | None = scene.read(("B", *place))
            if found is not None and found.status == "open":
                yield found

    def _ever(self, scene: Scene) -> Iterator[tuple[int, str]]:
        for index in self.indexes:
            chain = scene.get(("BN", index))
            while chain is not None:
                trig, chain = chain
                yield index, trig

    def _still(self, scene: Scene) -> Iterator[tuple[int, str]]:
        for index in self.indexes:
            for trig in scene.listed("BO", index):
                yield index, trig

    def _told(self, scene: Scene) -> list[tuple[int, str]] | None:
        """Return where the breaches would be that are told singly, by what they are about; None where all are meant."""
        if self.variable is not None:
            bound = self.variable.value(scene)
            return [(bound.norm, bound.trig)] if isinstance(bound, Breach) else []
        about = trig_of(self.about.value(scene)) if self.about is not None else None
        return [(index, about) for index in self.indexes] if about is not None else None

    def meant(self, scene: Scene, spoken: str) -> tuple[str, str]:
        """Return how reasons call these norms, and the document that has them; none where several have.

        A breach that is bound is called by its norm.
        """
        bound = self.variable.value(scene) if self.variable is not None else None
        if isinstance(bound, Breach):
            norm = scene.program.norms[bound.norm]
            return norm.id, norm.document
        documents = {scene.program.norms[index].document for index in self.indexes}
        return spoken, documents.pop() if len(documents) == 1 else ""

    def instances(self, scene: Scene, index: int) -> Iterator[tuple[str, Inst]]:
        """Yield the instances of one norm that are not over, in no order."""
        for trig in scene.get(("IO", index)) or ():
            found = scene.read(("I", index, trig))
            if found is not None:
                yield trig, found

    def until_due(self, scene: Scene) -> None:
        """Note that an answer may turn when what is open falls due."""
        for index in self.indexes:
            for _, inst in self.instances(scene, index):
                if inst.end is not None and inst.status == "open":
                    scene.until(inst.end)


def trig_of(value: Any) -> str:
    """Return how an instance is called by what triggered it."""
    if isinstance(value, Event):
        return value.id
    return value if isinstance(value, str) else ""


def _after(scene: Scene, day: date | Instant, moment: Instant, longer: Evaluator) -> Instant | None:
    """Return the end of a period after a day, or after a moment where it is hours; None of one without an end."""
    period = longer.value(scene)
    if not isinstance(period, Period):
        return None
    start = moment if period.unit in ("hours", "minutes", "seconds") else day
    return scene.deadline_period(start, period, scene.vars.get("@rolls")).end


class OverdueE(Evaluator):
    """A duty that norms lay down is open after its window, for longer than a period where one is named."""

    __slots__ = ("longer", "norms", "spoken")

    def __init__(self, norms: Norms, longer: Evaluator | None, spoken: str) -> None:
        self.norms, self.longer, self.spoken = norms, longer, spoken

    def found(self, scene: Scene) -> Breach | None:
        for breach in self.norms.open_breaches(scene):
            if breach.last_day is None and scene.program.is_obligation[breach.norm] is False:
                continue
            if self.longer is None:
                return breach
            end = _after(scene, breach.last_day or breach.started_at, breach.started_at, self.longer)
            if end is None:
                return None
            if end <= scene.at:
                return breach
            scene.until(end)
        if self.longer is None:
            self.norms.until_due(scene)
        return None

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        breach = self.found(scene)
        if breach is None:
            period = self.longer.value(scene) if self.longer is not None else None
            longer = str(period) if isinstance(period, Period) else None
            meant = self.norms.meant(scene, self.spoken)
            return Reason("not overdue", (*meant, longer), False, (), self.settled_by(scene))
        inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
        events = (breach.trig,) if inst is not None and isinstance(inst.trigger, Event) else ()
        unpaid = inst.owed - inst.paid if inst is not None and type(inst.owed) is int else None
        norm = scene.program.norms[breach.norm]
        return Reason(
            "overdue",
            (norm.id, breach.trig, breach.started_at, unpaid, norm.document),
            True,
            (),
            events,
        )

    def settled_by(self, scene: Scene) -> tuple[str, ...]:
        """Return the events that keep the duties from being overdue: what triggered them and what discharged them."""
        for index in self.norms.indexes:
            found: tuple[str, ...] | None = scene.read(("D", index))
            if found is not None:
                return found
        return ()

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        if self.value(scene) is wanted:
            return ()
        if wanted:
            return None
        facts = []
        for breach in self.norms.open_breaches(scene):
            inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
            rule = scene.program.rules[breach.norm]
            unpaid = inst.owed - inst.paid if inst is not None and type(inst.owed) is int else None
            facts.append(Cure(breach.by, rule.act_name, breach.trig or None, unpaid))
        return tuple(facts)


class InBreachE(Evaluator):
    """Norms are in breach, open or cured: by one party, where one is named."""

    __slots__ = ("norms", "party", "spoken")

    def __init__(self, norms: Norms, party: Evaluator | None, spoken: str) -> None:
        self.norms, self.party, self.spoken = norms, party, spoken

    def found(self, scene: Scene) -> Breach | None:
        party = self.party.value(scene) if self.party is not None else None
        for breach in self.norms.breaches(scene):
            if party is None or party == _EITHER or breach.by in (party, BOTH):
                return breach
        self.norms.until_due(scene)
        return None

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        breach = self.found(scene)
        if breach is None:
            return Reason("no breach", self.norms.meant(scene, self.spoken), False)
        norm = scene.program.norms[breach.norm]
        return Reason(
            "breach",
            (norm.id, breach.trig, breach.started_at, breach.status, norm.document),
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


class DischargedE(Evaluator):
    """What norms ask was done in time."""

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
        return Reason("discharged", self.norms.meant(scene, self.spoken), bool(self.value(scene)))


class HappenedE(Evaluator):
    """An act or event has happened: by one party, or about one thing, where these are named."""

    __slots__ = ("about", "by", "name")

    def __init__(self, name: str, by: Evaluator | None, about: Evaluator | None) -> None:
        self.name, self.by, self.about = name, by, about

    def found(self, scene: Scene) -> Event | None:
        got = self._last(scene)
        return got[1] if got is not None else None

    def _last(self, scene: Scene) -> Any:
        """Return the cell of the last occurrence that is asked for."""
        if self.about is not None:
            return scene.read(("HA", self.name, trig_of(self.about.value(scene))))
        who = self.by.value(scene) if self.by is not None else _EITHER
        if who == _EITHER:
            return scene.read(("H", self.name, None))
        if who != _BOTH:
            return scene.read(("H", self.name, who)) or scene.read(("H", self.name, BOTH))
        joint = scene.read(("H", self.name, BOTH))
        if joint is not None:
            return joint
        each = self._of_each(scene)
        complete = bool(each) and None not in each
        return max(each, key=lambda got: got[1].effect_at) if complete else None

    def _of_each(self, scene: Scene) -> list[Any]:
        """Return the cells of the last occurrence by each party."""
        return [scene.read(("H", self.name, party)) for party in scene.program.parties_of(scene)]

    def value(self, scene: Scene) -> Any:
        return self.found(scene) is not None

    def why(self, scene: Scene) -> Reason:
        event = self.found(scene)
        who = self.by.value(scene) if self.by is not None else None
        if event is None:
            return Reason("not happened", (self.name, who), False)
        events: tuple[str, ...] = (event.id,)
        if who == _BOTH and event.actor != BOTH:
            events = tuple(got[1].id for got in self._of_each(scene))
        return Reason("happened", (self.name, who, event.effect_at), True, (), events)

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        if self.value(scene) is wanted:
            return ()
        if not wanted:
            return None
        who = self.by.value(scene) if self.by is not None else scene.program.actor_of(self.name)
        about = trig_of(self.about.value(scene)) if self.about is not None else None
        return (Cure(who, self.name, about),) if self.name in scene.program.acts else None


class UsedE(Evaluator):
    """A power stands exercised, for longer than a period where one is named."""

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
            end = _after(scene, day_of(since), since, self.longer)
            if end is None:
                return False
            if end <= scene.at:
                return True
            scene.until(end)
        return False

    def why(self, scene: Scene) -> Reason:
        return Reason("used", self.norms.meant(scene, self.spoken), bool(self.value(scene)))


class SumDueE(Evaluator):
    """What may be claimed of a named sum and is not paid."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def value(self, scene: Scene) -> Any:
        return due(scene, self.name)


class AmountDueE(Evaluator):
    """What is owed under norms and not paid."""

    __slots__ = ("norms",)

    def __init__(self, norms: Norms) -> None:
        self.norms = norms

    def value(self, scene: Scene) -> Any:
        about = trig_of(self.norms.about.value(scene)) if self.norms.about is not None else None
        total = 0
        for index in self.norms.indexes:
            for trig, inst in sorted(self.norms.instances(scene, index)):
                if (
                    (about is None or trig == about)
                    and inst.status in ("open", "suspended", "breached")
                    and inst.owed is not None
                ):
                    if isinstance(inst.owed, Unknown):
                        return inst.owed
                    total += max(0, inst.owed - inst.paid)
        return total
