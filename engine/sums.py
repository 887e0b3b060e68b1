"""Named sums: which rule gives one, for which trigger, and how much of it is still due.

What weighs more says what a sum is (docs/semantics.md, "Ranks and layers"): a law's `fee` is the fee, and `fee(bill)`
in its own rule is the one below it. An agreement's own sum is never another agreement's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from contractlang.norms import OnBreach
from contractlang.values import Share
from engine.dates import ONE_DAY, day_of, start_of
from engine.event import Event, Instant
from engine.program import Sum
from engine.scene import Breach, Inst, Scene, Unknown


def amount(scene: Scene, name: str, about: Any, home: str = "") -> Any:
    """Return a named sum for one trigger, for the agreement `home` (any, if empty); 0 where no rule of it applies, or
    where the one that does speaks of what did not happen.
    """
    found = rule_of(scene, name, about, home)
    value = 0 if found is None else _valued(scene, name, about, home, *found)
    return 0 if value is None else value


def rule_of(scene: Scene, name: str, about: Any, home: str) -> tuple[int, Sum] | None:
    """Return the rule that gives the sum, and its place among those of that name."""
    rules = scene.program.sums.get(name, ())
    below = f"@below {name}"
    for place in range(scene.vars.get(below, 0), len(rules)):
        rule = rules[place]
        if (home and rule.home not in ("", home)) or not _is_for(scene, rule, about):
            continue
        if rule.holds is None and rule.where is None:
            return place, rule
        before = bound_to(scene, rule, about)
        scene.vars[below] = place + 1
        applies = (rule.holds is None or rule.holds.value(scene)) and (
            rule.where is None or rule.where.value(scene)
        )
        scene.vars = before
        if applies:
            return place, rule
    return None


def _is_for(scene: Scene, rule: Sum, about: Any) -> bool:
    """Tell whether a thing is one of those that a line gives the sum for."""
    trigger = rule.rule.trigger
    if trigger is None or about is None:
        return True
    if isinstance(about, Breach):
        return about.norm in rule.on_breach_of
    return not isinstance(trigger, OnBreach) and trigger.name in scene.program.touches[about.name].names


def in_force(scene: Scene, name: str, about: Any, home: str) -> bool:
    """Tell whether any line of a sum is in force for the agreement, whatever its `where` says."""
    return any(
        _holds(scene, rule, about)
        for rule in scene.program.sums.get(name, ())
        if not home or rule.home in ("", home)
    )


def _holds(scene: Scene, rule: Sum, about: Any) -> bool:
    before = bound_to(scene, rule, about)
    holds = rule.holds is None or rule.holds.value(scene)
    scene.vars = before
    return bool(holds)


def _valued(scene: Scene, name: str, about: Any, home: str, place: int, rule: Sum) -> Any:
    before = bound_to(scene, rule, about)
    scene.vars |= {"@home": rule.home or home, f"@below {name}": place + 1}
    try:
        return rule.value.value(scene)
    finally:
        scene.vars = before


def bound_to(scene: Scene, rule: Sum, about: Any) -> dict[str, Any]:
    """Bind a rule's variable to the trigger; return what was bound before."""
    before = scene.vars
    scene.vars = {**before, "@trigger": about}
    if rule.variable:
        scene.vars[rule.variable] = about
    return before


def due(scene: Scene, name: str) -> Any:
    """Return what may be claimed of a sum and is not paid, over everything that it is for."""
    total = 0
    for home, about, rule in everything(scene, name):
        found = due_on(scene, name, home, about, rule)
        if isinstance(found, Unknown):
            return found
        total += found
    return total


def due_on(scene: Scene, name: str, home: str, about: Any, rule: Sum) -> Any:
    """Return what may be claimed of a sum and is not paid, for one of the things that it is for."""
    before = bound_to(scene, rule, about)
    scene.vars[f"@below {name}"] = scene.program.sums[name].index(rule) + 1
    claimed = rule.claimable is None or rule.claimable.value(scene)
    scene.vars = before
    if not claimed:
        return 0
    value = amount(scene, name, about, home)
    if isinstance(value, Unknown):
        return value
    return max(0, value - (scene.read(("PA", name, trigger_id(about))) or 0))


def in_all(scene: Scene, name: str, things: Iterable[Any], home: str = "") -> Any:
    """Return a named sum over several things that it is for, for the agreement `home` (any, if empty)."""
    total = 0
    for each in things:
        value = amount(scene, name, each, home)
        if isinstance(value, Unknown):
            return value
        total += value
    return total


def everything(scene: Scene, name: str, home: str = "") -> Iterator[tuple[str, Any, Sum]]:
    """Yield what a sum is for, each with the agreement that it belongs to and the rule that gives it."""
    seen: set[tuple[str, Identity]] = set()
    for rule in scene.program.sums.get(name, ()):
        for about in _triggers(scene, rule):
            of = rule.home
            if isinstance(about, Breach):
                of = of or scene.program.rules[about.norm].home
            key = (of, identity(about))
            if key not in seen and home in ("", of):
                found = rule_of(scene, name, about, of)
                if found is not None:
                    seen.add(key)
                    yield of, about, found[1]


def triggers(scene: Scene, name: str, home: str, about: str | None = None) -> list[Any]:
    """Return all that any line of a sum could be for, applying or not: each occurrence and each breach once.

    For the agreement `home` (any, if empty): on one bill each agreement has a breach of its own. With `about`, only
    the event of that id and the breaches by what was due upon it.
    """
    found: dict[Identity, Any] = {}
    for rule in scene.program.sums.get(name, ()):
        for each in _triggers(scene, rule) if home in ("", rule.home) or not rule.home else ():
            of = scene.program.rules[each.norm].home if isinstance(each, Breach) else home
            if home in ("", of) and about in (None, trigger_id(each)):
                found.setdefault(identity(each), each)
    return list(found.values())


def _triggers(scene: Scene, rule: Sum) -> Iterator[Any]:
    if isinstance(rule.rule.trigger, OnBreach):
        chain = scene.get(("BA",))
        while chain is not None:
            index, trig, _, chain = chain
            breach = scene.read(("B", index, trig)) if index in rule.on_breach_of else None
            if breach is not None and breach.status != "waived":
                yield breach
    elif rule.rule.trigger is None:
        yield None
    else:
        chain = scene.get(("F", rule.rule.trigger.name))
        while chain is not None:
            event, chain = chain
            yield event


def trigger_id(about: Any) -> str:
    """Return the id of what a sum is for: of the event, or of the event that the duty broken was about."""
    return about.trig if isinstance(about, Breach) else about.id if isinstance(about, Event) else ""


Identity = tuple[int | None, str]


def identity(about: Any) -> Identity:
    """Return what tells two things that a sum is for apart: upon one event several duties may be broken."""
    return (about.norm if isinstance(about, Breach) else None), trigger_id(about)


class Span(NamedTuple):
    """Days, both included, at the start of each of which a sum was unpaid; `event` is the payment before them."""

    unpaid: int
    first: date
    last: date
    event: str

    @property
    def days(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1


def unpaid_spans(scene: Scene, breach: Breach, since: date, until: date) -> list[Span]:
    """Return what was unpaid when each day after `since` began, up to and including `until`, in order."""
    inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
    if inst is None or type(inst.owed) is not int:
        return []
    payments: list[tuple[Instant, int, str]] = []
    chain = scene.read(("PH", breach.norm, breach.trig))
    while chain is not None:
        at, paid, event, chain = chain
        payments.append((at, paid, event))
    found: list[Span] = []
    unpaid, last_before, by = inst.owed, since, ""
    # What is paid at 0:00 is paid on the day that begins.
    for at, paid, event in reversed(payments):
        end = min(day_of(at), until)
        if end > last_before:
            found.append(Span(unpaid, last_before + ONE_DAY, end, by))
            last_before = end
        unpaid, by = unpaid - paid, event
    if until > last_before:
        found.append(Span(unpaid, last_before + ONE_DAY, until, by))
    return found


def accrued(scene: Scene, share: Share, breach: Breach, since: date, until: date) -> Any:
    """Return what accrues day by day, after `since` up to `until`, on what was unpaid when each day began.

    Money in minor units, rounded once, half up.
    """
    inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
    if inst is None or inst.owed is None:
        return 0
    if isinstance(inst.owed, Unknown):
        return inst.owed
    if inst.owed > inst.paid and until >= day_of(scene.at):
        scene.until(start_of(day_of(scene.at) + ONE_DAY))
    total = sum(span.unpaid * span.days for span in unpaid_spans(scene, breach, since, until))
    return rounded(total * share.over, share.under)


def rounded(over: int, under: int) -> int:
    """Return over/under to the nearest whole minor unit, halves up."""
    return (2 * over + under) // (2 * under)
