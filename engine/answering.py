"""Every kind of question: its cases, what they share, what is missing, what a default carries, and the receipt.

The answer of one case is plain; `answered` explores the cases and gives the reasons of the one that the defaults make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from typing import Any, Final

from engine.choice import LIMIT, Split, items_that_matter
from engine.decision import Cure, Decision, Item, Reason, Verdict
from engine.event import ASKED, Instant
from engine.position import Position
from engine.recall import Look, Tangled, ways
from engine.scene import DEPARTED, Inst, Scene, Start, Unknown
from engine.step import INEXACT, Entry
from engine.told import Told
from engine.tuples import made

_VERDICTS: Final = {each.value: each for each in Verdict}


class Case:
    """The answer of one case; two cases with the same `outcome` answer alike.

    A value that is open even in this case is no value: the answer is undetermined, `item` tells what it hangs on.
    """

    __slots__ = ("answer", "item", "outcome", "required", "value")

    def __init__(self, answer: str, required: bool = False, value: Any = None) -> None:
        self.item: Item | None = None
        if type(value) is Unknown:
            answer, value, self.item = "undetermined", None, value.item
        self.answer, self.required, self.value = answer, required, value
        self.outcome = (answer, None if value is None else _frozen(value))


Why = tuple[tuple[Reason, ...], tuple[Cure, ...]]
"""The reasons of an answer, and what would turn it."""


class Way(Look):
    """How a question is worked out: an answer for each case, then reasons."""

    __slots__ = ()

    def go_on(self, scene: Scene, state: Any) -> Case:
        """Return the answer of a case, gone on to from a state."""
        raise NotImplementedError

    def reasons(self, scene: Scene, shown: Case) -> Why:
        """Return the reasons and the cure in a case."""
        raise NotImplementedError


class _AtOnce(Way):
    """A question whose cases are each worked out at once."""

    __slots__ = ("case", "why")

    def __init__(self, case: Callable[[Scene], Case], why: Callable[[Scene, Case], Why]) -> None:
        self.case, self.why = case, why

    def go_on(self, scene: Scene, state: Any) -> Case:
        return self.case(scene)

    def reasons(self, scene: Scene, shown: Case) -> Why:
        return self.why(scene, shown)


def answered(
    position: Position, at: Instant, known_at: Instant | None, case: Callable[[Scene], Case],
    why: Callable[[Scene, Case], Why],
) -> Decision:  # fmt: skip
    """Return the answer to a question, its cases worked out by `case` and its reasons told by `why`."""
    return told_of(position, at, _AtOnce(case, why), position.cells.get).decision(position, at, known_at)


def told_of(position: Position, at: Instant, way: Way, get: Callable[..., Any]) -> Told:
    """Work out what a question about an instant comes to; `get` looks at the cells of the position."""
    found: Told | None = None
    if get(INEXACT) is None:
        try:
            found = _in_one_case(position, position.scene(at, get), way)
        except Split:
            found = None
    return found or _in_cases(position, position.scene(at, get), way)


def _in_one_case(position: Position, scene: Scene, way: Way) -> Told | None:
    """Work out a question that meets nothing open but default readings; None, or Split raised, where it does.

    Most questions are such, and then nothing has to be looked at apart, ready for other cases.
    """
    leaves: dict[int, Any] = {}
    leaving: list[Start] = []
    assigned: dict[Item, Any] = {}
    scene.assigned, scene.leaving, scene.leaves, scene.answers = assigned, leaving, leaves, {}
    shown = way.go_on(scene, None)
    if shown.answer == "undetermined":
        return None
    assumes: tuple[tuple[str, str], ...] = ()
    if leaving:
        turn, scene.leaves = scene.turn, None
        assumes = _assumed_beside(scene, way, leaving, shown)
        scene.beside(turn)
        scene.leaves = leaves
    scene.assigned, scene.vars, scene.event = assigned, {}, None
    scene.leaving, scene.departed, scene.lenient = None, None, True
    why, cure = way.reasons(scene, shown)
    return _told(position, scene, shown.answer, shown.required, shown.value, why, (), (), assumes, cure, True)


def _in_cases(position: Position, scene: Scene, way: Way) -> Told:
    """Work out a question in every case of what is open."""
    scene.trees, scene.answers = {}, {}
    try:
        cases, leaving, exact = _explored(scene, way)
    except Tangled:
        # As much as can be seen without folding; that is as many cases as an answer may have, and more.
        scene.trees = scene.asked = scene.departed = scene.state = scene.event = None
        scene.vars = {}
        cases, leaving, exact = _explored(scene, way)
    # Past the limits of the fold nothing is sure any more.
    exact = exact and scene.get(INEXACT) is None
    turn = scene.turn
    outcomes = {each.outcome: each for _, each in cases}
    assigned, shown = cases[0]
    answer = shown.answer
    missing: tuple[Item, ...] = ()
    could_be: tuple[str, ...] = ()
    if len(outcomes) > 1 or not exact or answer == "undetermined":
        answer = "undetermined"
        items = [each.item for _, each in cases if each.item is not None]
        missing = spoken_items((*items_that_matter([(a, c.outcome) for a, c in cases]), *items))
        could_be = tuple(sorted({_said(each) for each in outcomes.values() if each.item is None}))
    required = shown.required and answer == "permitted" and all(each.required for _, each in cases)
    told = (answer, None, False) if answer == "undetermined" else (*shown.outcome, required)
    assumes = _assumed(scene, way, leaving, cases, told) if leaving else ()
    scene.beside(turn)
    # Reasons look further than the answer had to: what is open there is not asked, only shown in one case.
    scene.assigned, scene.vars, scene.event = assigned, {}, None
    scene.leaving, scene.departed, scene.lenient = None, None, True
    why, cure = way.reasons(scene, shown)
    if answer == "undetermined":
        # What is open is shown from both sides: the first case, and the first that differs from it.
        for case_of, other in cases:
            if other.outcome != shown.outcome:
                scene.assigned, scene.vars, scene.event = case_of, {}, None
                why = tuple(dict.fromkeys((*why, *way.reasons(scene, other)[0])))
                break
        why = (Reason("open", tuple(_spelled(item) for item in missing), None, why, _events_of(missing)),)
        cure = ()
    return _told(
        position, scene, answer, required, None if answer == "undetermined" else shown.value,
        why, missing, could_be, assumes, cure, exact,
    )  # fmt: skip


def _told(
    position: Position, scene: Scene, answer: str, required: bool, value: Any, why: tuple[Reason, ...],
    missing: tuple[Item, ...], could_be: tuple[str, ...], assumes: tuple[tuple[str, str], ...], cure: tuple[Cure, ...],
    exact: bool,
) -> Told:  # fmt: skip
    """Return what was found, and until when it stays so."""
    at, turn = scene.at, scene.turn
    for entry in position.agenda:
        # The agenda is in order of time: the first that is to come is the next.
        if entry[0] > at and (entry[1] != "D" or _breeds(scene, entry)):
            turn = entry[0] if turn is None or entry[0] < turn else turn
            break
    said = (
        answer, _VERDICTS.get(answer), required, value, position.program.truncated, why,
        missing, could_be, assumes, cure, turn, scene.provisional, exact,
    )  # fmt: skip
    until = scene.firm if turn is None or scene.firm < turn else turn
    return made(Told, (at, until, said))


def _breeds(scene: Scene, entry: Entry) -> bool:
    """Tell whether the end of a window would bring a breach, and with it a duty that the answer may come to hang on."""
    _, _, index, trigger = entry
    inst = scene.get(("I", index, trigger))
    return index in scene.program.breeding and not (type(inst) is Inst and inst.status != "open")


def _explored(scene: Scene, way: Way) -> tuple[list[tuple[dict[Item, Any], Case]], list[Start], bool]:
    """Return the cases, whence those go that take a default reading the other way, and whether all cases are there."""
    waiting: list[Start] = []
    leaving: list[Start] = []
    assigned: dict[Item, Any] = {}
    scene.assigned, scene.waiting, scene.leaving = assigned, waiting, leaving
    cases = [(assigned, way.go_on(scene, None))]
    if waiting:
        for found in ways(scene, way, waiting):
            cases.append(found)
            if len(cases) > LIMIT:
                return cases, leaving, False
    return cases, leaving, True


def cases_of(scene: Scene, case: Callable[[Scene], Case]) -> Iterator[tuple[dict[Item, Any], Case]]:
    """Yield every case: what the open items that were met are in it, and its answer."""
    return ways(scene, _AtOnce(case, _without_reasons), [({}, None)])


def _without_reasons(scene: Scene, shown: Case) -> Why:
    return (), ()


def _frozen(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, date)) else str(value)


def _said(case: Case) -> str:
    return str(case.value) if case.answer == "value" else case.answer


def spoken_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
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
    scene: Scene, way: Way, leaving: list[Start], cases: list[tuple[dict[Item, Any], Case]], told: tuple[Any, ...]
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """Return the default readings of which another option, everything else as it is, changes the answer.

    Under another option stand the cases that took it from where the reading was met, and those that never met it.
    """
    others: dict[Item, dict[str, list[Start]]] = {}
    for start in leaving:
        item = start[0][DEPARTED]
        others.setdefault(item, {}).setdefault(start[0][item], []).append(start)
    found, trees = [], scene.trees
    # One case, or two that show that an answer is open, are not worth making whole trees for.
    scene.brief = told[0] == "undetermined" or len(cases) == 1
    for item, by_option in others.items():
        untouched = [each for each in cases if item not in each[0]]
        for starts in by_option.values():
            again = list(starts)
            try:
                differs = _differs(told, chain(untouched, ways(scene, way, starts)))
            except Tangled:
                scene.trees = None
                differs = _differs(told, chain(untouched, ways(scene, way, again)))
                scene.trees = trees
            if differs:
                found.append((item.name, scene.taken.options[item.name]))
                break
    return tuple(sorted(found))


def _assumed_beside(scene: Scene, way: Way, leaving: list[Start], shown: Case) -> tuple[tuple[str, str], ...]:
    """Return the same where by default one case answers, with nothing open."""
    told = (*shown.outcome, shown.required)
    found: list[tuple[str, str]] = []
    last: Item | None = None
    for start in leaving:
        # The options of a reading stand together.
        item = start[0][DEPARTED]
        if item is not last and _differs(told, ways(scene, way, [start])):
            found.append((item.name, scene.taken.options[item.name]))
            last = item
    return tuple(sorted(found))


def _differs(told: tuple[Any, ...], cases: Iterator[tuple[dict[Item, Any], Case]]) -> bool:
    """Tell whether other cases are answered otherwise; as few as possible are looked at.

    What is undetermined either way is the same answer.
    """
    answer: str
    answer, value, required = told
    among = None if answer == "undetermined" else (answer, value)
    all_required = True
    for number, (_, found) in enumerate(cases):
        if number > LIMIT or among not in (None, found.outcome):
            return answer != "undetermined"
        among, all_required = found.outcome, all_required and found.required
    if answer == "undetermined":
        return among is not None and among[0] != answer
    return all_required is not required
