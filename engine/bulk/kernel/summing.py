"""Named sums spelled as expressions: the first line that is for the trigger, and whose `where` holds, gives the sum.

What the engine looks for in `engine/sums.py` for one trigger is a choice between lines here. A line that no plan can
have is passed over while one before it applies, and makes the account the engine's where it would be its turn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bulk.kernel.held import FALSE, TRUE, Held, all_of, held
from engine.bulk.kernel.said import Place, Said, Unsaid
from engine.program import Sum
from engine.quantities import AmountOfE, BoundE

if TYPE_CHECKING:
    from engine.bulk.kernel.spell import Speller


def spelled_sum(speller: Speller, made: AmountOfE, place: Place) -> Said:
    """Spell a named sum for the trigger that it is asked about. Raises Unsaid."""
    variable = _trigger(made, place)
    rules = speller.program.sums.get(made.name, ())
    home = made.home or place.home
    found = speller.name("s")
    lines: list[str] = []
    known = False
    for number in range(place.below.get(made.name, 0), len(rules)):
        rule = rules[number]
        if (home and rule.home not in ("", home)) or not _is_for(speller, rule, variable, place):
            continue
        at = _bound(rule, variable, place)
        at = replace(at, below={**place.below, made.name: number + 1}, home=place.home)
        word = "if" if not lines else "elif"
        where = _applies(speller, rule, at)
        if where.maybe == FALSE:
            continue
        if where.sure == FALSE:
            lines.append(f"{word} {where.maybe}: why = {speller.gives_up(where)}")
            if where.maybe == TRUE:
                break
            continue
        kept = list(speller.before)
        try:
            said = speller.spell(rule.value, replace(at, home=rule.home or home))
            if said.kind != "number":
                raise Unsaid(f"the sum {made.name} is a {said.kind}")
        except Unsaid:
            speller.before[:] = kept
            lines.append(f"{word} {where.maybe}: why = 6")
        else:
            lines.append(f"{word} {where.sure}: {found} = {said.text}")
            known = True
            if not where.is_plain:
                lines.append(f"elif {where.maybe}: why = {speller.gives_up(where)}")
        if where.maybe == TRUE:
            break
    if lines and not known:
        raise Unsaid(f"the sum `{made.name}` is not among what the kernel has")
    speller.before += [f"{found} = 0", *lines]
    return Said(found, "number")


def _trigger(made: AmountOfE, place: Place) -> str:
    """Return the variable that is bound to what a sum is asked about. Raises Unsaid."""
    if made.about is None:
        bound = [name for name in (*place.rows, *place.debts) if name != "@act"]
        if len(bound) != 1:
            raise Unsaid(f"for what the sum `{made.name}` is asked is not told")
        return bound[0]
    if isinstance(made.about, BoundE) and made.about.name in (*place.rows, *place.debts):
        return made.about.name
    raise Unsaid(f"the sum `{made.name}` of what is not bound is not among what the kernel has")


def _is_for(speller: Speller, rule: Sum, variable: str, place: Place) -> bool:
    """Tell whether a line gives the sum for what is bound. Raises Unsaid where only for some of that."""
    trigger = rule.rule.trigger
    if trigger is None:
        return True
    if variable in place.debts:
        return place.debts[variable][0].rule.index in rule.on_breach_of
    if rule.on_breach_of:
        return False
    names = place.rows[variable][1]
    fits = {getattr(trigger, "name", "") in speller.program.touches[name].names for name in names}
    if len(fits) > 1:
        raise Unsaid(f"the sum `{rule.rule.name}` is for only some of {', '.join(names)}")
    return fits == {True}


def _bound(rule: Sum, variable: str, place: Place) -> Place:
    """Return the place with the line's own variable bound to what the sum is asked about."""
    if not rule.variable or rule.variable == variable:
        return place
    if variable in place.debts:
        return replace(place, debts={**place.debts, rule.variable: place.debts[variable]})
    return replace(place, rows={**place.rows, rule.variable: place.rows[variable]})


def _applies(speller: Speller, rule: Sum, at: Place) -> Held:
    """Spell whether a line is in force and applies."""
    return all_of([held(speller, each, at) for each in (rule.holds, rule.where) if each is not None])
