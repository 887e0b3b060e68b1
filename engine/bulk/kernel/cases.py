"""Accounts in which something is open, folded in each case of it, and told as the engine tells what is open.

The loop gives an account up where an issue matters that the account does not settle. It is then laid out once more for
either answer, and so on until nothing is open in any case. What comes to the same in all cases is so; a duty, a breach
or an end that does not is left out, and an answer that does not is undetermined, with what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Any

from engine.answering import spoken_items
from engine.bulk.kernel.columns import Answers, Layout
from engine.bulk.kernel.outcome import Found, Results
from engine.choice import items_that_matter
from engine.decision import Item
from engine.event import Event

Facts = tuple[Event, ...]
Supposed = dict[Item, bool]

UNDETERMINED = "undetermined"
MOST_CASES = 64
"""In how many cases an account is folded."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is supposed of what is open in an account, and where to find what comes of it."""

    supposed: Supposed
    results: Results
    number: int


def in_cases(
    layout: Layout, accounts: Mapping[int, Facts], fold: Callable[[Layout], Results]
) -> tuple[dict[int, Found], dict[int, str]]:
    """Fold accounts, which are laid out in this order, in every case; tell by its place what came of each, or why it is
    the engine's.
    """
    cases: dict[int, list[Case]] = {}
    left: dict[int, str] = {}
    waiting: list[tuple[int, Supposed]] = [(place, {}) for place in accounts]
    while waiting:
        results = fold(layout)
        following: list[tuple[int, Supposed]] = []
        for number, (place, supposed) in enumerate(waiting):
            why, item = results.left(number), results.issue(number)
            if why is None:
                cases.setdefault(place, []).append(Case(supposed, results, number))
            elif item is None:
                left[place] = why
            else:
                following += [(place, {**supposed, item: value}) for value in (True, False)]
        many = Counter(place for place, _ in following)
        for place, count in many.items():
            if count + len(cases.get(place, ())) > MOST_CASES:
                left[place] = "too much of it is open"
        waiting = [each for each in following if each[0] not in left]
        layout = Layout(layout.program, layout.plan, layout.as_of)
        for place, supposed in waiting:
            layout.add(accounts[place], _answers(supposed))
    return {place: _merged(found) for place, found in cases.items() if place not in left}, left


def _answers(supposed: Supposed) -> Answers:
    return {(item.name, item.about): value for item, value in supposed.items()}


def _merged(cases: list[Case]) -> Found:
    """Return what is told of an account that was folded in some cases."""
    every = [each.results.found(each.number) for each in cases]
    if len(cases) == 1:
        return every[0]
    # What is shown where all answer alike is the case in which each issue is answered with yes.
    shown = every[next(place for place, each in enumerate(cases) if all(each.supposed.values()))]
    now = shown.standing
    states = tuple(
        (*state[:2], state[2] if all(state in each.standing.states for each in every) else UNDETERMINED)
        for state in now.states
    )
    last_days = now.last_days if len({each.life for each in every}) == 1 else ()
    duties = _in_all(each.results.owed(each.number) for each in cases)
    breaches = _in_all(Counter(each.standing.breaches) for each in every)
    told = [
        _answer(cases, place, [each.answers[place] for each in every]) for place in range(len(shown.answers))
    ]
    return Found(
        replace(
            now, states=states, last_days=last_days, duties=tuple(each[0] for each in duties.elements()),
            breaches=tuple(each for each in now.breaches if each in breaches),
        ),
        (_same(each.life[0] for each in every), _same(each.life[1] for each in every)),
        tuple(answer for answer, _ in told),
        tuple([] if missing else norms for (_, missing), norms in zip(told, shown.forbidding, strict=True)),
        tuple(missing for _, missing in told),
    )  # fmt: skip


def _in_all(found: Iterable[Counter[Any]]) -> Counter[Any]:
    return reduce(and_, found)


def _same(values: Iterable[Any]) -> Any:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _answer(cases: list[Case], place: int, answers: list[str]) -> tuple[str, list[str]]:
    """Return the answer to a question, and what is missing where it is not the same in each case."""
    if len(set(answers)) == 1:
        return answers[0], []
    # What is required is permitted, too.
    outcomes: list[tuple[dict[Item, Any], str]] = [
        (dict(case.supposed), "permitted" if answer == "required" else answer)
        for case, answer in zip(cases, answers, strict=True)
    ]
    if len({outcome for _, outcome in outcomes}) == 1:
        return "permitted", []
    return UNDETERMINED, [item.name for item in spoken_items(items_that_matter(outcomes))]
