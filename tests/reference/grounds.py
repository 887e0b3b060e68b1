"""What a notice alleges: its ground cites a norm, and so says that the act or event the norm is about has happened."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import Declaration, OccurrenceDecl, QuestionDecl
from contractlang.expression import Answer, Happened, Not
from contractlang.norms import Maintenance, Norm, OnOccurrence, Prohibition
from contractlang.numerals import plain_number
from engine.event import Event, Standing, event
from tests.reference.facts import covers, is_knowledge, parties_of


def with_allegations(contracts: tuple[Contract, ...], known: Iterable[Event]) -> list[Event]:
    """Return the facts with what the grounds of notices allege, each just before its notice."""
    facts, alleged = list(known), []
    for notice in facts:
        cited = notice.fields.get("ground")
        if isinstance(cited, str) and not is_knowledge(notice):
            earlier = [
                each for each in facts if each.occurred_at is None or each.effect_at <= notice.effect_at
            ]
            alleged += _alleged_by(contracts, notice, cited, earlier)
    return facts + alleged


def _alleged_by(
    contracts: tuple[Contract, ...], notice: Event, cited: str, facts: list[Event]
) -> list[Event]:
    words = {plain_number(word) for word in cited.split()}
    for contract in contracts:
        for norm in contract.norms:
            if words & {plain_number(norm.id), plain_number(norm.clause)}:
                name = about(norm)
                declared = contract.declarations
                if name is None or any(covers(declared, name, fact.name) for fact in facts):
                    return []
                kind = declared[name]
                by = (
                    accused(contracts, norm, notice)
                    if isinstance(kind, OccurrenceDecl) and kind.is_act
                    else None
                )
                together = [each for each in contract.norms if each.clause == norm.clause]
                turning = turns_on(declared, norm) or [
                    q for each in together for q in turns_on(declared, each)
                ]
                return [event(
                    f"{notice.id}/alleged", name, by, notice.effect_at - 1,
                    recorded_at=notice.recorded_at, standing=Standing.ALLEGED, settled_by=tuple(dict.fromkeys(turning)),
                )]  # fmt: skip
    return []


def accused(contracts: tuple[Contract, ...], norm: Norm, notice: Event) -> str | None:
    """Return who is said to have acted: the bearer of the norm, or else the other party than who gives notice."""
    if isinstance(norm.bearer, str):
        return norm.bearer
    others = [party for party in parties_of(contracts) if party != notice.actor]
    return others[0] if len(others) == 1 else None


def about(norm: Norm) -> str | None:
    """Return the act or event that a norm is about."""
    match norm:
        case Prohibition():
            return norm.act.name
        case Maintenance():
            if isinstance(norm.trigger, OnOccurrence):
                return norm.trigger.name
            return next((part.name for part in parts_of(norm.keeps) if isinstance(part, Happened)), None)
        case _:
            return None


def turns_on(declared: Mapping[str, Declaration], norm: Norm) -> list[str]:
    """Return the questions on which a breach of a norm turns. A presumption of wrong is none that the act was done."""
    match norm:
        case Prohibition():
            asked = [part.question for part in parts_of(norm.when) if isinstance(part, Answer)]
        case Maintenance():
            asked = [
                part.part.question
                for part in parts_of(norm.keeps)
                if isinstance(part, Not) and isinstance(part.part, Answer)
            ]
        case _:
            asked = []
    questions = {name: declared[name] for name in asked}
    return [
        name
        for name, each in questions.items()
        if isinstance(each, QuestionDecl) and each.presumption(done=True) is None
    ]


def parts_of(expr: Any) -> Iterator[Any]:
    """Yield an expression and all that is in it."""
    if isinstance(expr, tuple):
        for each in expr:
            yield from parts_of(each)
    elif dataclasses.is_dataclass(expr):
        yield expr
        for each in dataclasses.fields(expr):
            yield from parts_of(getattr(expr, each.name))
