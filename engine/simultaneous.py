"""An act that is asked about at the instant at which it is done: what of that instant may have come before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from engine.decision import Decision, Item, Reason, Verdict, assumed
from engine.event import Event
from engine.question import May, Question
from engine.unordered import MOST_TOGETHER, in_sequence


def is_act(question: Question, fact: Event) -> bool:
    """Tell whether a fact is the act that a question is about, at the instant asked about."""
    match question:
        case May(party=party, act=act, at=at):
            return (fact.name, fact.actor, fact.effect_at) == (act, party, at)
        case _:
            return False


def before_act(question: Question, group: list[Event], ordered: bool) -> Iterator[list[Event]]:
    """Yield what may come before the act among the facts of its instant: in each of their orders, those before it.

    Facts of one source keep their sequence. Of more than MOST_TOGETHER that nothing orders, all are taken to come
    before it, and the answer is not exact.
    """
    if not ordered and len(group) > MOST_TOGETHER:
        yield [each for each in group if not is_act(question, each)]
        return
    told = set()
    for order in [tuple(group)] if ordered else permutations(group):
        if not in_sequence(order):
            continue
        place = next(place for place, each in enumerate(order) if is_act(question, each))
        first = frozenset(each.id for each in order[:place])
        if first not in told:
            told.add(first)
            yield [each for each in group if each.id in first]


def in_orders(group: list[Event], found: list[Decision], ordered: bool) -> Decision:
    """Return what the answers have in common, one for each of what may come before: one answer, or `undetermined`."""
    first = found[0]._replace(assumes=assumed(found))
    if len(group) > MOST_TOGETHER and not ordered:
        return first._replace(exact=False)
    if len({_told(each) for each in found}) == 1:
        return first
    order = Item("order", "+".join(sorted(each.id for each in group)))
    missing = {item: None for each in found for item in each.missing if item.kind != "order"}
    could_be = {each.answer for each in found} | {word for each in found for word in each.could_be}
    parts = tuple(dict.fromkeys(reason for each in found for reason in each.reasons))
    return first._replace(
        answer="undetermined", verdict=Verdict.UNDETERMINED, required=False, exact=all(each.exact for each in found),
        missing=(order, *missing), could_be=tuple(sorted(could_be - {"undetermined"})),
        reasons=(Reason("open", (f"order:{order.name}",), None, parts),), cure=(),
    )  # fmt: skip


def _told(decision: Decision) -> tuple[object, ...]:
    return decision.answer, decision.required, decision.missing, decision.could_be
