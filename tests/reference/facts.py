"""What happened, who did it, about what; and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations

from contractlang.contract import Contract
from contractlang.declaration import Declaration, OccurrenceDecl, PartyDecl
from engine.decision import Item
from engine.event import ANSWER, BOTH, DISPUTE, Event
from tests.reference.cases import Case

Declared = Mapping[str, Declaration]


def parties_of(contracts: Iterable[Contract]) -> list[str]:
    """Return the parties that norms bind; the first two declared where fewer are named."""
    documents = tuple(contracts)
    declared = dict.fromkeys(each.name for contract in documents for each in contract.declarations.values()
                             if isinstance(each, PartyDecl))  # fmt: skip
    bound = {norm.bearer for contract in documents for norm in contract.norms if isinstance(norm.bearer, str)}
    return [name for name in declared if name in bound] if len(bound) > 1 else list(declared)[:2]


def covers(declared: Declared, name: str, done: str) -> bool:
    """Tell whether what is called `done` is a `name`, or of a kind of it."""
    while done != name:
        kind = declared.get(done)
        if not isinstance(kind, OccurrenceDecl) or kind.kind_of is None:
            return False
        done = kind.kind_of
    return True


def did(actor: str | None, party: str) -> bool:
    """Tell whether the party acted: alone, or together with the other."""
    return actor is not None and actor in (party, BOTH)


def object_of(declared: Declared, fact: Event) -> str | None:
    """Return the id of the thing an act is about, if it names one."""
    kind = declared.get(fact.name)
    for param in kind.params if isinstance(kind, OccurrenceDecl) else ():
        if param.kind.name == "occurrence" and fact.fields.get(param.name) is not None:
            return str(fact.fields[param.name])
    return None


def is_knowledge(fact: Event) -> bool:
    """Answers and disputes are no happenings: the walk does not meet them."""
    return fact.name in (ANSWER, DISPUTE)


def in_order(case: Case, facts: list[Event]) -> list[Event]:
    """Return the facts of one instant in order: as their sources number them, else as the case says."""
    orders = [each for each in permutations(facts) if _keeps_sequences(each)]
    if len(orders) == 1:
        return list(orders[0])
    by_id = {fact.id: fact for fact in facts}
    chosen = case.ask(order_item(facts), tuple(tuple(fact.id for fact in order) for order in orders))
    return [by_id[id] for id in chosen]


def order_item(facts: list[Event]) -> Item:
    """Return how the order of simultaneous facts is called."""
    return Item("order", "+".join(sorted(fact.id for fact in facts)))


def _keeps_sequences(order: tuple[Event, ...]) -> bool:
    for index, later in enumerate(order):
        for earlier in order[:index]:
            numbered = earlier.sequence is not None and later.sequence is not None
            if numbered and earlier.source == later.source and earlier.sequence > later.sequence:  # type: ignore[operator]
                return False
    return True
