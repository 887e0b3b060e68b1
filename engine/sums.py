"""Named sums: which rule gives one, for which trigger, and how much of it is still due.

What weighs more says what a sum is (docs/semantics.md, "Ranks and layers"): a law's `fee` is the fee, and `fee(bill)`
in its own rule is the one below it. An agreement's own sum is never another agreement's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from contractlang.norms import OnBreach
from contractlang.values import Share
from engine.dates import day_of, start_of
from engine.program import Sum
from engine.scene import Breach, Inst, Scene, Unknown


def amount(scene: Scene, name: str, about: Any, home: str = "") -> Any:
    """Return a named sum for one trigger, for the agreement `home` (any, if empty); 0 where no rule of it applies."""
    found = _rule(scene, name, about, home)
    return 0 if found is None else _valued(scene, name, about, home, *found)


def _rule(scene: Scene, name: str, about: Any, home: str) -> tuple[int, Sum] | None:
    """Return the rule that gives the sum, and its place among those of that name."""
    rules = scene.program.sums.get(name, ())
    for place in range(scene.vars.get(f"@below {name}", 0), len(rules)):
        rule = rules[place]
        if home and rule.home not in ("", home):
            continue
        before = _bound(scene, rule, about)
        applies = all(each is None or each.value(scene) for each in (rule.holds, rule.where))
        scene.vars = before
        if applies:
            return place, rule
    return None


def _valued(scene: Scene, name: str, about: Any, home: str, place: int, rule: Sum) -> Any:
    before = _bound(scene, rule, about)
    scene.vars |= {"@home": rule.home or home, f"@below {name}": place + 1}
    try:
        return rule.value.value(scene)
    finally:
        scene.vars = before


def _bound(scene: Scene, rule: Sum, about: Any) -> dict[str, Any]:
    """Bind a rule's variable to the trigger; return what was bound before."""
    before = scene.vars
    scene.vars = {**before, "@trigger": about}
    if rule.variable:
        scene.vars[rule.variable] = about
    return before


def due(scene: Scene, name: str) -> Any:
    """Return what may be claimed of a sum and is not paid, over everything that it is for."""
    total = 0
    for home, about, rule in _everything(scene, name):
        before = _bound(scene, rule, about)
        claimed = rule.claimable is None or rule.claimable.value(scene)
        scene.vars = before
        if not claimed:
            continue
        value = amount(scene, name, about, home)
        if isinstance(value, Unknown):
            return value
        paid = scene.read(("PA", name, about.trig if isinstance(about, Breach) else about.id)) or 0
        total += max(0, value - paid)
    return total


def in_all(scene: Scene, name: str, home: str = "") -> Any:
    """Return a named sum over everything that it is for."""
    total = 0
    for each, about, _ in _everything(scene, name, home):
        value = amount(scene, name, about, each)
        if isinstance(value, Unknown):
            return value
        total += value
    return total


def _everything(scene: Scene, name: str, home: str = "") -> Iterator[tuple[str, Any, Sum]]:
    """Yield what a sum is for, each with the agreement that it belongs to and the rule that gives it."""
    seen = set()
    for rule in scene.program.sums.get(name, ()):
        for about in _triggers(scene, rule):
            of = rule.home
            if isinstance(about, Breach):
                of = of or scene.program.rules[about.norm].home
            key = (of, about.trig if isinstance(about, Breach) else about.id)
            if key not in seen and home in ("", of):
                found = _rule(scene, name, about, of)
                if found is not None:
                    seen.add(key)
                    yield of, about, found[1]


def _triggers(scene: Scene, rule: Sum) -> Iterator[Any]:
    if isinstance(rule.rule.trigger, OnBreach):
        chain = scene.get(("BA",))
        while chain is not None:
            index, trig, _, chain = chain
            breach = scene.read(("B", index, trig)) if index in rule.on_breach_of else None
            if breach is not None and breach.status != "waived":
                yield breach
    elif rule.rule.trigger is not None:
        chain = scene.get(("F", rule.rule.trigger.name))
        while chain is not None:
            event, chain = chain
            yield event


def trigger_of(scene: Scene, name: str, about: str) -> Any:
    """Return the occurrence, or breach, for which a sum is asked by the id of an event; None if there is none."""
    for rule in scene.program.sums.get(name, ()):
        for each in _triggers(scene, rule):
            if about == (each.trig if isinstance(each, Breach) else each.id):
                return each
    return None


def accrued(scene: Scene, share: Share, breach: Breach, since: date, until: date) -> Any:
    """Return what accrues day by day, after `since` up to `until`, on what was unpaid at the start of each day.

    Money in minor units, rounded once, half up.
    """
    inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
    days = (until - since).days
    if inst is None or inst.owed is None or days <= 0:
        return 0
    if isinstance(inst.owed, Unknown):
        return inst.owed
    unpaid = inst.owed * days
    payments = scene.read(("PH", breach.norm, breach.trig))
    while payments is not None:
        at, paid, payments = payments
        # What is paid at 0:00 is no longer unpaid at the start of that day.
        unpaid -= paid * max(0, (until - max(since, day_of(at - 1))).days)
    if inst.owed > inst.paid and until >= day_of(scene.at):
        scene.until(start_of(date.fromordinal(day_of(scene.at).toordinal() + 1)))
    return rounded(unpaid * share.over, share.under)


def rounded(over: int, under: int) -> int:
    """Return over/under to the nearest whole minor unit, halves up."""
    return (2 * over + under) // (2 * under)
