"""Ledgers made up at random for any contract: what its norms speak of, close together, at the ends of windows too."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from contractlang.declaration import OccurrenceDecl
from contractlang.values import Period
from engine.dates import DAY, HOUR, SECOND, day_of, end_of, start_of
from engine.event import BOTH, Event, Ledger, event
from engine.program import Program

BEGIN = start_of(date(2026, 3, 2)) + 9 * HOUR
STEPS = (0, SECOND, HOUR, DAY, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 12 * DAY, -1)
AMOUNTS = (0, 1, 2500, 5000, 5000, 10_000, 10_001)


def ledger(program: Program, random: Random, most: int = 12, ties: bool = True) -> Ledger:
    """Return a ledger; without `ties` no two facts are at one instant."""
    names = [name for name, touch in program.touches.items() if not touch.is_inert] or list(program.touches)
    facts: list[Event] = []
    at = BEGIN
    if random.random() < 0.8:
        for who in program.bound_parties:
            if "sign" in program.touches:
                facts.append(event(f"s{len(facts)}", "sign", who, at))
                at += HOUR
    for number in range(random.randrange(most)):
        step = random.choice(STEPS if ties else STEPS[1:])
        at = at + step if step >= 0 else max(end_of(day_of(at)), at + 1)
        name = random.choice(names)
        declared = program.declarations[name]
        assert isinstance(declared, OccurrenceDecl)
        actor: str | None = None
        if declared.is_act:
            actor = (
                declared.actor if isinstance(declared.actor, str) else random.choice(program.bound_parties)
            )
            if (
                not isinstance(declared.actor, str)
                and declared.actor is not None
                and "both" in declared.actor.value
            ):
                actor = BOTH
        fields = {}
        for param in declared.params:
            if random.random() < 0.03:
                continue
            value = _value(program, param.kind, facts, at, random)
            if value is not None:
                fields[param.name] = value
        facts.append(event(f"e{number}", name, actor, at, fields=fields))
    if random.random() < 0.2:
        random.shuffle(facts)
    return Ledger(tuple(facts))


def _value(program: Program, kind: Any, facts: list[Event], at: int, random: Random) -> Any:
    match kind.name:
        case "money":
            return random.choice(AMOUNTS)
        case "count":
            return random.randrange(5)
        case "flag":
            return random.random() < 0.8
        case "day":
            return day_of(at) + timedelta(days=random.randrange(-3, 20))
        case "instant":
            return at + random.randrange(-2, 9) * 6 * HOUR
        case "occurrence":
            fits = [each.id for each in facts if kind.of in program.touches[each.name].names]
            # Some name nothing, some what is not there, some what they cannot mean.
            chance = random.random()
            if chance < 0.15 or (not fits and chance < 0.5):
                return None
            return (
                random.choice(fits)
                if fits and chance < 0.95
                else random.choice([*(e.id for e in facts), "none"])
            )
        case "one of":
            return random.choice(program.options.get(kind.of, ("none",)))
        case "duration":
            return Period(random.randrange(1, 4), kind.of or random.choice(("months", "years")))
        case "text":
            return random.choice(("one", "two"))
        case _:
            return None
