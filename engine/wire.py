"""Norms, events, positions and decisions as versioned JSON, with JSON Schema for each.

A change that a reader of old JSON would misunderstand raises VERSION. Instants are ISO 8601 with the zone's offset,
money is whole minor units beside its currency, days are ISO days.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contractlang.norms import Norm
from engine.choice import Choice
from engine.dates import iso
from engine.decision import Cure, Decision, Item, Reason
from engine.event import Event
from engine.position import Position
from engine.scene import Breach, Inst, LifeCell, Unknown

VERSION = 1


class Wire(BaseModel):
    """What all documents on the wire have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemWire(Wire):
    """Something left open."""

    kind: Literal["blank", "question", "reading", "event", "date", "order", "calendar", "fact", "law"]
    name: str
    about: str | None


class ReasonWire(Wire):
    """A node of the derivation."""

    code: str
    args: list[str | int | bool | None]
    holds: bool | None
    events: list[str]
    parts: list[ReasonWire]


class CureWire(Wire):
    """A fact that would help to turn the answer; `amount` in minor units."""

    party: str | None
    act: str
    about: str | None
    amount: int | None


class DocumentWire(Wire):
    """The version of a document that an answer rests on."""

    name: str
    text_hash: str
    meaning_hash: str


class ReceiptWire(Wire):
    """What an answer rests on."""

    documents: list[DocumentWire]
    engine: str
    calendar: str
    terms: str
    ledger: str
    events: int
    as_of: str
    known_at: str | None


class AssumedWire(Wire):
    """A default reading of which another option would change the answer."""

    reading: str
    option: str


class DecisionWire(Wire):
    """An answer with everything that makes it checkable (docs/decisions.md)."""

    version: Literal[1] = 1
    answer: str
    verdict: (
        Literal["permitted", "forbidden", "no_basis", "unregulated", "undetermined", "conflicting"] | None
    )
    required: bool
    value: str | int | bool | None
    truncated: bool
    reasons: list[ReasonWire]
    missing: list[ItemWire]
    could_be: list[str]
    assumes: list[AssumedWire]
    cure: list[CureWire]
    holds_until: str | None
    provisional: bool
    exact: bool
    receipt: ReceiptWire


class EventWire(Wire):
    """One entry of a ledger. `personal` is in no hash and can be erased."""

    version: Literal[1] = 1
    id: str
    source: str
    name: str
    actor: str | None
    occurred_at: str | None
    recorded_at: str
    effect_at: str | None
    sequence: int | None
    standing: Literal["established", "alleged", "rejected"]
    fields: dict[str, str | int | bool | None]
    personal: dict[str, Any]


class NormWire(Wire):
    """One norm: what it is, where it stands, and its parts as a tree of `{is: class, ...}`."""

    version: Literal[1] = 1
    id: str
    document: str
    clause: str
    label: str
    kind: Literal["obligation", "maintenance", "prohibition", "permission", "power"]
    parts: dict[str, Any]


class StandingWire(Wire):
    """Where one instance of a duty stands, in each case where that is open."""

    norm: str
    document: str
    trigger: str
    status: list[str]
    due: list[str | None]
    owed: list[int | None]
    paid: list[int]


class BreachWire(Wire):
    """One breach, in each case where that is open."""

    norm: str
    document: str
    trigger: str
    by: str | None
    started_at: list[str]
    status: list[str]


class PositionWire(Wire):
    """Where everything stands at an instant. Lists hold one entry for each case."""

    version: Literal[1] = 1
    at: str
    events: int
    ledger: str
    states: dict[str, list[str | int | None]]
    standings: list[StandingWire]
    breaches: list[BreachWire]
    last_days: dict[str, list[str | None]]
    without_basis: list[str]


def decision_to_wire(decision: Decision) -> DecisionWire:
    """Return a decision as it goes over the wire."""
    receipt = decision.receipt
    return DecisionWire(
        answer=decision.answer, verdict=decision.verdict.value if decision.verdict else None,
        required=decision.required, value=_plain(decision.value), truncated=decision.truncated,
        reasons=[_reason(each) for each in decision.reasons],
        missing=[_item(each) for each in decision.missing], could_be=list(decision.could_be),
        assumes=[AssumedWire(reading=name, option=option) for name, option in decision.assumes],
        cure=[_cure(each) for each in decision.cure],
        holds_until=None if decision.holds_until is None else iso(decision.holds_until),
        provisional=decision.provisional, exact=decision.exact,
        receipt=ReceiptWire(
            documents=[DocumentWire(name=n, text_hash=t, meaning_hash=m) for n, t, m in receipt.documents],
            engine=receipt.engine, calendar=receipt.calendar, terms=receipt.terms, ledger=receipt.ledger,
            events=receipt.events, as_of=iso(receipt.as_of),
            known_at=None if receipt.known_at is None else iso(receipt.known_at),
        ),
    )  # fmt: skip


def _item(item: Item) -> ItemWire:
    return ItemWire(kind=item.kind, name=item.name, about=item.about)  # type: ignore[arg-type]


def _cure(cure: Cure) -> CureWire:
    return CureWire(party=cure.party, act=cure.act, about=cure.about, amount=cure.amount)


def _reason(reason: Reason) -> ReasonWire:
    return ReasonWire(
        code=reason.code, args=[_plain(each) for each in reason.args], holds=reason.holds, events=list(reason.events),
        parts=[_reason(each) for each in reason.parts],
    )  # fmt: skip


def _plain(value: Any) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool | None) else str(value)


def event_to_wire(event: Event) -> EventWire:
    """Return a ledger entry as it goes over the wire."""
    return EventWire(
        id=event.id, source=event.source, name=event.name, actor=event.actor,
        occurred_at=None if event.occurred_at is None else iso(event.occurred_at), recorded_at=iso(event.recorded_at),
        effect_at=None if event.occurred_at is None else iso(event.effect_at), sequence=event.sequence,
        standing=event.standing.value, fields={key: _plain(value) for key, value in event.fields.items()},
        personal=dict(event.personal),
    )  # fmt: skip


def norm_to_wire(norm: Norm) -> NormWire:
    """Return a norm as it goes over the wire, without its place in the text."""
    own = {"id", "document", "clause", "label", "span"}
    parts = {
        each.name: _tree(getattr(norm, each.name))
        for each in dataclasses.fields(norm)
        if each.name not in own
    }
    kind: Any = type(norm).__name__.lower()
    return NormWire(
        id=norm.id, document=norm.document, clause=norm.clause, label=norm.label, kind=kind, parts=parts
    )


def _tree(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {"is": type(value).__name__}
        found |= {
            each.name: _tree(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.name != "span"
        }
        return found
    if isinstance(value, tuple | list):
        return [_tree(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _tree(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def position_to_wire(position: Position) -> PositionWire:
    """Return a position as it goes over the wire."""
    norms = position.program.norms
    states: dict[str, list[Any]] = {}
    standings, breaches, without = [], [], []
    last_days: dict[str, list[str | None]] = {}
    for key, value in sorted(position.cells.items(), key=lambda each: str(each[0])):
        cases = _cases(value)
        match key[0]:
            case "S":
                states["/".join(part for part in key[1:] if part)] = [_plain(each) for each in cases]
            case "L":
                lives = [each for each in cases if isinstance(each, LifeCell)]
                last_days[key[1]] = [None if each.end is None else iso(each.end) for each in lives]
            case "I":
                insts = [each for each in cases if isinstance(each, Inst)]
                standings.append(
                    StandingWire(
                        norm=norms[key[1]].id, document=norms[key[1]].document, trigger=key[2],
                        status=[each.status for each in insts],
                        due=[None if each.end is None else iso(each.end) for each in insts],
                        owed=[each.owed if type(each.owed) is int else None for each in insts],
                        paid=[each.paid for each in insts],
                    )
                )  # fmt: skip
            case "B":
                found = [each for each in cases if isinstance(each, Breach)]
                breaches.append(
                    BreachWire(
                        norm=norms[key[1]].id, document=norms[key[1]].document, trigger=key[2],
                        by=found[0].by if found else None, started_at=[iso(each.started_at) for each in found],
                        status=[each.status for each in found],
                    )
                )  # fmt: skip
            case "W":
                without.append(key[1])
            case _:
                pass
    return PositionWire(
        at=iso(position.now), events=position.count, ledger=position.chain.hex(), states=states, standings=standings,
        breaches=breaches, last_days=last_days, without_basis=without,
    )  # fmt: skip


def _cases(value: Any) -> list[Any]:
    if isinstance(value, Choice):
        found: list[Any] = []
        for branch in value.branches.values():
            found += [each for each in _cases(branch) if each not in found]
        return found
    return [f"?{value.item.name}" if isinstance(value, Unknown) else value]


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each document."""
    models: dict[str, type[Wire]] = {
        "decision": DecisionWire,
        "event": EventWire,
        "norm": NormWire,
        "position": PositionWire,
    }
    return {name: model.model_json_schema() for name, model in models.items()}
