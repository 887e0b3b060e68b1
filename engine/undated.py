"""Facts whose day nobody knows: every place that they could take in the history, and what that leaves of an answer.

A fact that was recorded on a known day happened by then; one recorded nobody knows when may not have happened yet.
What a place can change is whether it comes before or after another fact, and before or after an instant at which
time alone brings something. So a fact is tried just before and just after each of these, and long before: what is
counted from its day (the end of a term) differs with that day, whatever else happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product

from engine.dates import DAY
from engine.decision import Decision, Item, Reason, Verdict, assumed
from engine.event import START, Event, Instant
from engine.question import May, Question

Way = tuple[Instant | None, ...]

MOST_WAYS = 120
# Further apart than any holiday is long, so that no rolling makes one day of two.
LONG_BEFORE = 30 * DAY


def ways(
    undated: Sequence[Event], starts: Mapping[str, Instant], turns: Iterable[Instant], until: Instant
) -> tuple[list[Way], bool]:
    """Return the instants that the facts could have happened at, and whether these are all that differ.

    `turns` are the instants at which something happens or turns; what is in `starts` happened after that instant. None
    stands for a fact that has not happened yet.
    """
    edges = {place for turn in turns for place in (turn - 1, turn + 1)}
    places: list[list[Instant | None]] = []
    for each in undated:
        last = min(each.recorded_at, until) if each.recorded_at else until
        done = bool(each.recorded_at) and each.recorded_at <= until
        places.append([] if done else [None])
        could = {last, last - 1, last - LONG_BEFORE} | {edge for edge in edges if edge <= last}
        start = starts.get(each.id, START)
        places[-1] += sorted({place for place in could if place > start} or {last})
    found: list[Way] = list(islice(product(*places), MOST_WAYS + 1))
    return found[:MOST_WAYS], len(found) <= MOST_WAYS


def placed(facts: Sequence[Event], undated: Sequence[Event], way: Way) -> tuple[Event, ...]:
    """Return the facts in order, the undated ones at the instants of `way`."""
    here = (
        each.placed(occurred_at=at, effect_at=at)
        for each, at in zip(undated, way, strict=True)
        if at is not None
    )
    return tuple(sorted((*facts, *here), key=lambda each: each.effect_at))


def combined(
    question: Question, undated: Sequence[Event], found: Mapping[Way, Decision], exact: bool
) -> Decision:
    """Return what the answers for every way have in common: one answer, or `undetermined` for want of the days."""
    first = next(iter(found.values()))._replace(assumes=assumed(found.values()))
    if len({answered(each) for each in found.values()}) == 1:
        return first if exact else first._replace(exact=False)
    lacking = [each for place, each in enumerate(undated) if matters(place, found)]
    missing = dict.fromkeys(item for each in found.values() for item in each.missing)
    missing |= dict.fromkeys(Item("date", each.id, f"{each.actor} {each.name}") for each in lacking)
    could_be = {str(each.value) if each.answer == "value" else each.answer for each in found.values()}
    could_be |= {word for each in found.values() for word in each.could_be}
    parts = tuple(dict.fromkeys(reason for each in found.values() for reason in each.reasons))
    return first._replace(
        answer="undetermined", verdict=Verdict.UNDETERMINED if isinstance(question, May) else None, exact=exact,
        required=False, value=None, missing=tuple(missing), could_be=tuple(sorted(could_be - {"undetermined"})),
        reasons=(Reason("open", tuple(f"date:{each.id}" for each in lacking), None, parts),), cure=(),
    )  # fmt: skip


def answered(decision: Decision) -> tuple[object, ...]:
    """Return what tells one answer from another."""
    return decision.answer, decision.value, decision.required


def matters(place: int, found: Mapping[Way, Decision]) -> bool:
    """Tell whether some answers differ with the day of one fact alone."""
    answers: dict[Way, set[tuple[object, ...]]] = {}
    for way, each in found.items():
        answers.setdefault(way[:place] + way[place + 1 :], set()).add(answered(each))
    return any(len(each) > 1 for each in answers.values())
