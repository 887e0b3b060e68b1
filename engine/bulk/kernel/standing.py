"""How duties and powers stand, spelled: what is overdue, in breach or due, and which powers stand exercised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contractlang.norms import Who
from contractlang.values import Period
from engine.bulk.kernel.plan import BREACHED, DAY, EAST, ELAPSED, DayTable, Lane
from engine.bulk.kernel.said import Place, Said, Unsaid
from engine.evaluator import Evaluator
from engine.program import Rule
from engine.quantities import BoundE, ConstE
from engine.statuses import AmountDueE, InBreachE, Norms, OverdueE

if TYPE_CHECKING:
    from engine.bulk.kernel.spell import Speller


def exercised(speller: Speller, rule: Rule) -> str:
    """Spell whether a power stands exercised: it was a basis of what set a state to the value that it still has.

    Raises Unsaid.
    """
    for chosen in rule.option:
        if speller.option_of(chosen.reading) != chosen.option:
            return ""
    if not rule.sets or any(document for _, document in rule.sets):
        raise Unsaid(f"whether {rule.norm.id} stands exercised, which sets no state in fact")
    return " or ".join(speller.exercise(rule.index, state) for state, _ in rule.sets)


def used_for(speller: Speller, rule: Rule, longer: Evaluator, place: Place) -> str:
    """Spell whether a power stands exercised for longer than a period. Raises Unsaid."""
    if len(rule.sets) > 1:
        raise Unsaid(f"since when {rule.norm.id} stands exercised, which sets several states")
    key = rule.index, rule.sets[0][0]
    stands, since = (
        speller.exercise(*key),
        speller.used_since.setdefault(key, f"since_{len(speller.used_since)}"),
    )
    period = speller.fixed(longer)
    if not isinstance(period, Period):
        raise Unsaid("a power used for longer than a time without an end")
    if period.unit in ELAPSED:
        return f"({stands} and {since} + {period.count * ELAPSED[period.unit]} <= {place.now})"
    table = speller.table("end", period, place.rolls, "following", f"{period} later")
    found = speller.name("r")
    speller.before += [
        f"{found} = False",
        f"if {stands}:",
        f"    y = look({table.name}, ({since} + {EAST}) // {DAY} - base)",
        "    if y < 0: why = 1",
        f"    elif y <= {place.now}: {found} = True",
    ]
    return found


def meant(speller: Speller, norms: Norms, place: Place) -> list[Lane]:
    """Return the lanes of the norms that are meant. Raises Unsaid where a breach of one would not be seen."""
    if norms.about is not None or norms.variable is not None:
        raise Unsaid(
            "what is said of one duty alone, by what gave rise to it, is not among what the kernel has"
        )
    for index in norms.indexes:
        if index in speller.broken:
            raise Unsaid(f"it asks about {speller.program.norms[index].id}, {speller.broken[index]}")
    lanes = [lane for index in norms.indexes for lane in speller.lanes.get(index, ())]
    if not place.end and not all(lane.eager for lane in lanes):
        raise Unsaid("it asks for a breach before the end")
    return lanes


def overdue(speller: Speller, made: OverdueE, place: Place) -> Said:
    variable = made.norms.variable
    if isinstance(variable, BoundE) and made.norms.about is None and variable.name in place.debts:
        return overdue_itself(speller, made, *place.debts[variable.name], place)
    lanes = [lane for lane in meant(speller, made.norms, place) if not lane.kept]
    if made.longer is None:
        return Said("(" + (" or ".join(f"v{lane.number} > 0" for lane in lanes) or "False") + ")", "flag")
    table = longer(speller, made, place)
    found = speller.name("r")
    speller.before.append(f"{found} = False")
    for lane in lanes:
        n = lane.number
        start = _overdue_since(lane, "j")
        speller.before += [
            f"for j in range(lo{n}, {lane.top}):",
            f"    if s{n}[j] == {BREACHED}:",
            f"        y = look({table.name}, ({start} + {EAST}) // {DAY} - base)",
            "        if y < 0: why = 1",
            f"        elif y <= {place.now}: {found} = True",
        ]
    return Said(found, "flag")


def overdue_itself(speller: Speller, made: OverdueE, lane: Lane, key: str, place: Place) -> Said:
    """Spell whether the duty whose breach is bound is overdue."""
    n = lane.number
    if lane.kept:
        return Said("False", "flag")
    if made.longer is None:
        return Said(f"(s{n}[{key}] == {BREACHED})", "flag")
    table = longer(speller, made, place)
    start = _overdue_since(lane, key)
    found = speller.name("r")
    speller.before += [
        f"{found} = False",
        f"if s{n}[{key}] == {BREACHED}:",
        f"    y = look({table.name}, ({start} + {EAST}) // {DAY} - base)",
        "    if y < 0: why = 1",
        f"    elif y <= {place.now}: {found} = True",
    ]
    return Said(found, "flag")


def longer(speller: Speller, made: OverdueE, place: Place) -> DayTable:
    """Return the table that tells when something was overdue for longer than a period. Raises Unsaid."""
    assert made.longer is not None
    period = speller.fixed(made.longer)
    if not isinstance(period, Period) or period.unit in ("hours", "minutes", "seconds"):
        raise Unsaid("overdue for longer than hours is not among what the kernel has")
    # `@rolls` is the norm's own rule for its window; a norm with none leaves periods to roll.
    return speller.table("end", period, place.rolls, "following", f"{period} later")


def in_breach(speller: Speller, made: InBreachE, place: Place) -> Said:
    lanes = meant(speller, made.norms, place)
    hit = [f"n_{i} > 0" for i in made.norms.indexes if i in speller.hits]
    if made.party is not None:
        if not isinstance(made.party, ConstE):
            raise Unsaid("in breach by somebody who is bound is not among what the kernel has")
        wanted = made.party.constant
        if wanted != Who.EITHER.value:
            if hit:
                raise Unsaid("whose breach of a prohibition it is, is not among what the kernel has")
            lanes = [lane for lane in lanes if lane.rule.norm.bearer in (wanted, Who.BOTH)]
    found = [f"(v{lane.number} + u{lane.number} > 0)" for lane in lanes]
    return Said("(" + (" or ".join([*found, *hit]) or "False") + ")", "flag")


def due(speller: Speller, made: AmountDueE, place: Place) -> Said:
    lanes = meant(speller, made.norms, place)
    found = speller.name("r")
    speller.before.append(f"{found} = 0")
    for lane in lanes:
        n = lane.number
        if lane.owes:
            speller.before += [
                f"for j in range(lo{n}, {lane.top}):",
                f"    if s{n}[j] == 1 or s{n}[j] == {BREACHED} or s{n}[j] == 5:",
                f"        {found} += max(0, o{n}[j] - p{n}[j])",
            ]
    return Said(found, "number")


def late(lane: Lane, key: str, now: str) -> str:
    """Spell whether an instance is breached and not over."""
    n = lane.number
    return f"s{n}[{key}] == {BREACHED}" if lane.eager else f"(s{n}[{key}] == 1 and e{n}[{key}] <= {now})"


def _overdue_since(lane: Lane, key: str) -> str:
    """Spell an instant of the day from which it counts how long an instance is overdue. Raises Unsaid."""
    if lane.rule.numbered:
        raise Unsaid("overdue for longer than a time, of what was due within a reasonable one")
    return f"e{lane.number}[{key}] - 1" if lane.of_days else _began(lane, key)


def _began(lane: Lane, key: str) -> str:
    n = lane.number
    return f"b{n}[{key}]" if lane.eager else f"max(e{n}[{key}], at[{lane.row_of(key)}])"
