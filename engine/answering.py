"""Every kind of question: its cases, what they share, what is missing, what a default carries, and the receipt.

The answer of one case is plain; `answered` explores the cases and gives the reasons of the one that the defaults make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from engine.choice import LIMIT, items_that_matter
from engine.decision import Cure, Decision, Item, Reason, Receipt, Verdict
from engine.event import Instant
from engine.judge import ASKED
from engine.position import Position
from engine.program import ENGINE_VERSION
from engine.recall import Tangled
from engine.scene import Scene
from engine.step import INEXACT

_VERDICTS = {each.value: each for each in Verdict}


class Case:
    """The answer of one case; two cases with the same `outcome` answer alike."""

    __slots__ = ("answer", "outcome", "required", "value")

    def __init__(self, answer: str, required: bool = False, value: Any = None) -> None:
        self.answer, self.required, self.value = answer, required, value
        self.outcome = (answer, None if value is None else _frozen(value))


def answered(
    position: Position, at: Instant, known_at: Instant | None, case: Callable[[Scene], Case],
    reasons: Callable[[Scene, Case], tuple[tuple[Reason, ...], tuple[Cure, ...]]],
) -> Decision:  # fmt: skip
    scene = position.scene(at)
    defaults: dict[Item, str] = {}
    scene.collect, scene.trees = defaults, {}
    try:
        cases, exact = _explored(scene, case)
    except Tangled:
        # As much as can be seen without folding; that is as many cases as an answer may have, and more.
        scene.trees = None
        defaults.clear()
        scene.collect = defaults
        cases, exact = _explored(scene, case)
    # Past the limits of the fold nothing is sure any more.
    exact = exact and INEXACT not in position.cells
    turn = scene.turn
    outcomes = {each.outcome: each for _, each in cases}
    assigned, shown = cases[0]
    answer = shown.answer
    missing: tuple[Item, ...] = ()
    could_be: tuple[str, ...] = ()
    if len(outcomes) > 1 or not exact:
        answer = "undetermined"
        missing = _spoken_items(items_that_matter([(a, c.outcome) for a, c in cases]))
        could_be = tuple(sorted({_said(each) for each in outcomes.values()}))
    required = answer == "permitted" and all(each.required for _, each in cases)
    told = (answer, None, False) if answer == "undetermined" else (*shown.outcome, required)
    assumes = _assumed(scene, case, defaults, told) if defaults else ()
    # Reasons look further than the answer had to: what is open there is not asked, only shown in one case.
    scene.assigned, scene.vars, scene.event, scene.lenient, scene.collect = assigned, {}, None, True, {}
    scene.turn, scene.departing = turn, None
    why, cure = reasons(scene, shown)
    if answer == "undetermined":
        # What is open is shown from both sides: the first case, and the first that differs from it.
        for case_of, other in cases:
            if other.outcome != shown.outcome:
                scene.assigned, scene.vars, scene.event, scene.trees = case_of, {}, None, None
                why = tuple(dict.fromkeys((*why, *reasons(scene, other)[0])))
                break
        why = (Reason("open", tuple(_spelled(item) for item in missing), None, why, _events_of(missing)),)
        cure = ()
    turn = scene.turn
    for entry in position.agenda:
        if entry[1] != "D" and (turn is None or entry[0] < turn) and entry[0] > at:
            turn = entry[0]
    program = position.program
    receipt = Receipt(
        program.versions, ENGINE_VERSION, position.terms.calendar.version, position.terms_digest, position.chain.hex(),
        position.count, at, known_at,
    )  # fmt: skip
    return Decision(
        answer, _VERDICTS.get(answer), required,
        shown.value if answer != "undetermined" else None,
        program.truncated, why, missing, could_be, assumes, cure, turn, scene.provisional, exact, receipt,
    )  # fmt: skip


def _explored(scene: Scene, case: Callable[[Scene], Case]) -> tuple[list[tuple[dict[Item, Any], Case]], bool]:
    """Return the cases, and whether they are all there are."""
    cases = []
    for found in cases_of(scene, case, {}):
        cases.append(found)
        if len(cases) > LIMIT:
            return cases, False
    return cases, True


def cases_of(
    scene: Scene, case: Callable[[Scene], Case], given: dict[Item, Any]
) -> Iterator[tuple[dict[Item, Any], Case]]:
    """Yield every case: what the open items that were met are in it, and its answer.

    An open item that is met takes its first option there and then; the others wait for their turn, so each case is
    worked out once.
    """
    waiting = [given]
    scene.waiting, scene.departing = waiting, next(iter(given), None)
    while waiting:
        assigned = waiting.pop()
        scene.assigned, scene.vars, scene.event = assigned, {}, None
        yield assigned, case(scene)
    scene.waiting = scene.departing = None


def _frozen(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None | date) else str(value)


def _said(case: Case) -> str:
    return str(case.value) if case.answer == "value" else case.answer


def _spoken_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items as a caller can settle them, each once, in order.

    They go without the mark of the comparison in which an open number was met, and without the id of the act asked
    about, which is in no ledger.
    """
    plain = (
        Item(item.kind, item.name, (item.about or "").split("#")[0].removeprefix(ASKED) or None)
        for item in items
    )
    return tuple(sorted(dict.fromkeys(plain), key=lambda item: (item.kind, item.name, item.about or "")))


def _events_of(items: tuple[Item, ...]) -> tuple[str, ...]:
    """Return the events that open items are about."""
    found: dict[str, None] = {}
    for item in items:
        if item.kind in ("event", "date"):
            found[item.name] = None
        elif item.kind == "order":
            found.update(dict.fromkeys(item.name.split("+")))
        elif item.about:
            found[item.about.rsplit("/", 1)[-1]] = None
    return tuple(each for each in found if each)


def _spelled(item: Item) -> str:
    return f"{item.kind}:{item.name}" + (f"({item.about})" if item.about else "")


def _assumed(
    scene: Scene, case: Callable[[Scene], Case], defaults: dict[Item, str], told: tuple[Any, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the default readings of which another option, everything else as it is, changes the answer."""
    readings = scene.program.readings
    found = [
        (item.name, default)
        for item, default in list(defaults.items())
        if any(
            _summary(cases_of(scene, case, {item: option})) != told
            for option in readings[item.name][1]
            if option != default
        )
    ]
    return tuple(sorted(found))


def _summary(cases: Iterator[tuple[dict[Item, Any], Case]]) -> tuple[Any, ...]:
    """Return what is answered over all cases; what is undetermined either way is the same answer."""
    outcome, required = None, True
    for number, (_, found) in enumerate(cases):
        if number > LIMIT or outcome not in (None, found.outcome):
            return "undetermined", None, False
        outcome, required = found.outcome, required and found.required
    return (*(outcome or ()), required)
