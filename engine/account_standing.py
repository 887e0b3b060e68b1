"""Where an account stands at an instant: its states and last days, what is owed, what is in breach, who may do what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contractlang.declaration import StateDecl
from contractlang.norms import Norm, Obligation, Power, Who
from engine.account import Account
from engine.cells import end_of_life, read
from engine.decision import Decision
from engine.event import BOTH, Event, Instant
from engine.position import Position
from engine.question import May
from engine.scene import Breach, Inst, Unknown
from engine.step import OVER


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """An obligation that is not over: until when, and how much is unpaid where an amount is owed."""

    document: str
    norm: str
    trigger: str
    bearer: str | None
    status: str
    end: Instant | None
    unpaid: int | None


@dataclass(frozen=True, slots=True)
class BreachStanding:
    """A breach, open or cured."""

    document: str
    norm: str
    trigger: str
    by: str | None
    started_at: Instant
    ended_at: Instant | None
    status: str


@dataclass(frozen=True, slots=True)
class PowerStanding:
    """Whether a party may do an act that changes a state now."""

    party: str
    act: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """Where an account stands at an instant."""

    at: Instant
    states: tuple[tuple[str, str, Any], ...]
    last_days: tuple[tuple[str, Instant], ...]
    duties: tuple[DutyStanding, ...]
    breaches: tuple[BreachStanding, ...]
    powers: tuple[PowerStanding, ...]


def standing(account: Account, at: Instant, known_at: Instant | None = None) -> AccountStanding:
    """Return where the account stands at an instant: states, last days, what is owed, breaches, open powers."""
    powers = []
    for party, act in powers_of(account):
        decision = account.decide(May(party, act, at), known_at)
        if decision.answer in ("permitted", "undetermined", "conflicting"):
            powers.append(PowerStanding(party, act, decision))
    return dataclasses.replace(standing_of(account.position_at(at, known_at)), powers=tuple(powers))


def standing_of(position: Position) -> AccountStanding:
    """Return where an account stands at a position, but for its powers, each of which is a question of its own."""
    program = position.program
    scene = position.scene()
    states: list[tuple[str, str, Any]] = []
    for document in program.agreements:
        value = read(position, ("S", "agreement", document))
        states.append(
            ("agreement", document, program.initial(scene, "agreement", document) if value is None else value)
        )
    for name, declared in program.declarations.items():
        if isinstance(declared, StateDecl):
            for document in program.agreements if declared.in_law else ("",):
                value = read(position, ("S", name, document))
                value = program.initial(scene, name, document) if value is None else value
                if not isinstance(value, Unknown):
                    states.append((name, document, value))
    ends = ((document, read(position, ("L", document), end_of_life)) for document in program.agreements)
    last_days = [(document, end) for document, end in ends if isinstance(end, int)]
    return AccountStanding(
        position.now,
        tuple(states),
        tuple(last_days),
        tuple(_duties(position)),
        tuple(_breaches(position)),
        (),
    )


def _duties(position: Position) -> Iterator[DutyStanding]:
    """Yield the obligations that are not over."""
    for index, norm in enumerate(position.program.norms):
        if not isinstance(norm, Obligation):
            continue
        for trigger in sorted(position.cells.get(("IO", index)) or ()):
            inst = read(position, ("I", index, trigger))
            if isinstance(inst, Inst) and inst.status not in OVER:
                unpaid = inst.owed - inst.paid if type(inst.owed) is int else None
                yield DutyStanding(
                    norm.document, norm.id, trigger, _bearer(norm), inst.status, inst.end, unpaid
                )


def _bearer(norm: Obligation) -> str | None:
    """Return the party that is bound, or that both are; None where it is either."""
    if isinstance(norm.bearer, str):
        return norm.bearer
    return BOTH if norm.bearer is Who.BOTH else None


def _breaches(position: Position) -> list[BreachStanding]:
    """Return the breaches, the first to begin first."""
    found = [
        breach
        for index, norm in enumerate(position.program.norms)
        for breach in reversed(list(_breaches_of(position, index, norm)))
    ]
    return sorted(found, key=lambda each: each.started_at)


def _breaches_of(position: Position, index: int, norm: Norm) -> Iterator[BreachStanding]:
    """Yield the breaches of one norm, the last first, as the position has them."""
    chain = position.cells.get(("BN", index))
    while chain is not None:
        trigger, chain = chain
        breach = read(position, ("B", index, trigger))
        if isinstance(breach, Breach):
            about = breach.trigger.id if isinstance(breach.trigger, Event) else ""
            yield BreachStanding(
                norm.document, norm.id, about, breach.by, breach.started_at, breach.ended_at, breach.status
            )


def powers_of(account: Account) -> list[tuple[str, str]]:
    """Return who may have a power to do an act that changes a state: what a reader wants to know of at any time."""
    program = account.program
    found: dict[tuple[str, str], None] = {}
    for norm in program.norms:
        if not isinstance(norm, Power):
            continue
        act = program.acts.get(norm.act.name)
        if act is None or not act.needs_basis or norm.bearer is Who.BOTH:
            continue
        if not (act.sets or norm.suspends or norm.resumes):
            continue
        bearers = (norm.bearer,) if isinstance(norm.bearer, str) else program.bound_parties
        found.update(dict.fromkeys((bearer, act.name) for bearer in bearers))
    return list(found)
