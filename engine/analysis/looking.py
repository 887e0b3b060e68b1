"""One question to the solver, followed up: to a history that the engine confirms, to none, or to neither.

The solver's worlds allow more than the norms do, so that what no world shows no history shows either. Whatever it finds
is put to the engine. What the engine refutes is looked for again, first otherwise, then in a world in which nothing is
left out; and what it refutes there too is said to be not confirmed: it counts neither as found nor as excluded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from engine.analysis.answers import Answers, Trail
from engine.analysis.asking import LIMIT, Unknown
from engine.analysis.finding import NOTHING, Clause, Finding, Kind, Said
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Broken, Happening
from engine.analysis.instances import MANY
from engine.analysis.near import Near
from engine.analysis.parts import Part
from engine.analysis.plain import questions_of
from engine.analysis.seen import Seen
from engine.analysis.solver import Query, imaginable, possible, possible_in_steps
from engine.analysis.tally import AT_LIMIT, HORIZON, NOT_CONFIRMED, Tally
from engine.analysis.witness import History, answering, done_later, history_of, knows, later
from engine.analysis.world import World
from engine.program import Program, Rule

R = TypeVar("R")

TRIES = 4
"""How many worlds of one question are put to the engine, before it is asked more strictly or given up."""


class Refuted(NamedTuple):
    """The engine confirmed none of so many histories."""

    tried: int


class Put(NamedTuple):
    """A question in the terms of the solver: the acts asked about, and what is wanted of a history.

    With nothing `wanted` there is nothing to ask. `first` is looked at before all else: where it cannot be, there is
    nothing to ask either. `open` is what must be possible where all that has a name is open, if not all that is wanted.
    """

    world: World
    part: Part
    acts: tuple[Happening, ...]
    wanted: tuple[Any, ...] | None
    open: tuple[Any, ...] = ()
    beside: Callable[[Fragment], Fragment] = lambda each: each
    first: Callable[[], tuple[Fragment, Any]] | None = None

    def fragment(self, focus: int | None) -> Fragment:
        """Return the world in which it is looked for, with one duty in focus."""
        return self.beside(Fragment(self.world, self.part, focus))


class Foci(NamedTuple):
    """The duties for each of which a question is asked by itself; `several` tells that it is asked of all first."""

    each: tuple[int | None, ...] = (None,)
    several: bool = False


def foci_of(rule: Rule, bound: Any = None, many: int = MANY) -> Foci:
    """Return the duties of a question about a norm: where it is one upon the breach of `many`, each by itself."""
    if len(rule.on_breach_of) <= many:
        return Foci()
    each = (bound.rule.index,) if isinstance(bound, Broken) else tuple(sorted(rule.on_breach_of))
    return Foci(each, True)


def foci_of_an_end(program: Program) -> Foci:
    """Return the duties of a history in which the agreement ends: where it is ended upon the breach of many, each."""
    ends = [
        act.name for act in program.acts.values() if any(effect.state == "agreement" for effect in act.sets)
    ]
    ending = [program.rules[index] for name in ends for index in program.by_act.get(name, ())]
    duties = sorted(
        {index for rule in ending if len(rule.on_breach_of) > MANY for index in rule.on_breach_of}
    )
    return Foci(tuple(duties), True) if duties else Foci()


class Shown(NamedTuple):
    """A history that the engine confirms; `kinds` counts the kinds of acts and events that could happen in it."""

    history: History
    kinds: int


class Step:
    """One question to the solver, about some norms, and under which name its answers are kept.

    It `is_of_any` history where nothing is assumed: then one of an older text may show it too. One that `may_be_idle`
    turns out to ask nothing in some texts.
    """

    def __init__(
        self, answers: Answers, seen: Seen, name: Iterable[str], make: Callable[[], Put],
        rules: tuple[Rule, ...], is_of_any: bool, may_be_idle: bool,
    ) -> None:  # fmt: skip
        self.answers, self.seen, self.name, self.make = answers, seen, "\t".join(name), make
        self.rules, self.is_of_any, self.may_be_idle = rules, is_of_any, may_be_idle

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether it is left to another process."""
        return self.answers.share is not None and not self.answers.share.has(self.name)

    @cached_property
    def put(self) -> Put:
        """What is asked in the terms of the solver: put so once something of it is not kept."""
        return self.make()

    def has_sense(self) -> bool:
        """Tell whether there is anything to ask."""
        return not self.may_be_idle or self.answers.told(f"{self.name}\tasked", self._has_sense)

    def _has_sense(self) -> tuple[bool, list[Fragment]]:
        put = self.put
        rests_on = [Fragment(put.world, put.part)]
        if put.wanted is None or put.first is None:
            return put.wanted is not None, rests_on
        fragment, wanted = put.first()
        rests_on.append(fragment)
        return imaginable(fragment, wanted), rests_on

    def is_open(self) -> bool:
        """Tell whether it can be where all that has a name is open."""
        return self.answers.told(f"{self.name}\topen", self._is_open)

    def _is_open(self) -> tuple[bool, list[Fragment]]:
        fragment = Fragment(self.put.world, self.put.part)
        return imaginable(fragment, *(self.put.open or self.put.wanted or ())), [fragment]

    def is_open_with_any(self) -> bool:
        """Tell whether it can be where all is told but which of many duties is broken."""
        return self.answers.told(f"{self.name}\topen with any", self._is_open_with_any)

    def _is_open_with_any(self) -> tuple[bool, list[Fragment]]:
        fragment = Fragment(self.put.world, self.put.part, any_of_many=True)
        return possible_in_steps(fragment, *(self.put.open or self.put.wanted or ())), [fragment]

    def is_possible(self, focus: int | None) -> bool:
        """Tell whether it can be with a duty in focus. Raises Unknown at the limit."""

        def ask() -> tuple[bool, list[Fragment]]:
            fragment = self.put.fragment(focus)
            model = possible(fragment, *(self.put.wanted or ()))
            if model is not None:
                # Kept as an example for a later text; the engine is asked about it then.
                history = history_of(fragment, model, *self.put.acts)
                trail = Trail(((history, True),), len(fragment.happenings))
                self.answers.keep(self._called_shown(focus), trail, [fragment])
            return model is not None, [fragment]

        return self.answers.told(f"{self.name}\tpossible {self._called(focus)}", ask)

    def still_shown(self, stands: Callable[[History], R | None], focus: int | None) -> tuple[Shown, R] | None:
        """Return a history that an older text had, if by what the engine says it shows what is asked of this one too.

        What this text asks otherwise may be answered otherwise in it.
        """
        program, layers = self.seen.program, self.seen.terms.layers
        name = self._called_shown(focus)
        for history, kinds in self.answers.earlier(name) if self.is_of_any else ():
            if not knows(program, history):
                continue
            asked = dict.fromkeys(name for rule in self.rules for name in questions_of(rule.norm))
            near = (
                answering(history, program, layers, asked),
                later(history, program, layers),
                done_later(history, program, layers),
            )
            for each in chain((history,), *near):
                said = stands(each)
                if said is not None:
                    return Shown(each, kinds), said
            self._forget(name)
        return None

    def shown(
        self, judged: Callable[[History], R | None], focus: int | None, strict: bool = False
    ) -> tuple[Shown, R] | Unknown | Refuted | None:
        """Return a history with a duty in focus that the engine says shows it, with what the engine says."""
        name = self._called_shown(focus, strict)
        held = self.answers.trail(name)
        again = _again(held, judged) if held is not None else ASK
        if not isinstance(again, _Ask):
            return again
        if self.answers.near.last(f"{name} 0") is not None:
            earlier = [judged(history) for history, _ in self.answers.earlier(name)]
            if earlier and not any(earlier):
                self._forget(name)
        fragment = self.put.fragment(focus)
        if strict:
            fragment = fragment.strict()
        if self.answers.near.last(f"{name} 0") is not None:
            fragment.complete()  # It had a history before, and mostly has one now.
        tried: list[tuple[History, bool]] = []

        def noted(history: History) -> R | None:
            said = judged(history)
            tried.append((history, said is not None))
            return said

        got = _shown(fragment, self.put, noted, self.answers.near, name)
        kinds = len({(each.name, each.actor) for each in fragment.happenings.values()})
        if not isinstance(got, Unknown):
            self.answers.keep(name, Trail(tuple(tried), kinds), [fragment])
        if isinstance(got, tuple) and not isinstance(got, Refuted):
            return Shown(got[0], kinds), got[1]
        return got

    def _forget(self, name: str) -> None:
        """Let the solver not be asked whether an earlier history is still there: the engine says that it is not."""
        self.answers.near.forget(f"{name} 0")

    def _called_shown(self, focus: int | None, strict: bool = False) -> str:
        return f"{self.name}\t{'strict' if strict else 'shown'} {self._called(focus)}"

    def _called(self, focus: int | None) -> str:
        return "" if focus is None else self.seen.names[focus]


class _Ask(Enum):
    ASK = "ask"


ASK = _Ask.ASK


def _again(held: Trail, judged: Callable[[History], R | None]) -> tuple[Shown, R] | Refuted | _Ask | None:
    """Return what histories that are kept come to, or that one has to ask: the engine no longer says what it said."""
    said, history = None, None
    for history, confirmed in held.tried:
        said = judged(history)
        if (said is not None) is not confirmed:
            return ASK
    if history is not None and said is not None:
        return Shown(history, held.kinds), said
    return Refuted(TRIES) if len(held.tried) == TRIES else None


def looked_for(
    step: Step, foci: Foci, judged: Callable[[History], R | None], tally: Tally,
    stands: Callable[[History], R | None] | None = None,
) -> tuple[Shown, R] | Unknown | Refuted | None:  # fmt: skip
    """Return a history in which what is asked is so and which the engine confirms, with what it says.

    None: there is none within the bound. It need not be looked for where one of an older text is there, if what that
    `stands` for is all that is asked, by what the engine says alone.
    """
    if step.is_elsewhere:
        return None
    still = _still_shown(step, foci, stands) if stands is not None else None
    if still is None and not step.has_sense():
        return None
    tally.asked += 1
    if still is not None:
        tally.found += 1
        return still
    undecided: Unknown | Refuted | None = None
    doubtful: list[int | None] = []
    for focus in foci.each if _maybe(step, foci) else ():
        got = step.shown(judged, focus)
        if isinstance(got, tuple) and not isinstance(got, Refuted):
            tally.found += 1
            return got
        if isinstance(got, Unknown):
            undecided = got
        elif isinstance(got, Refuted):
            doubtful.append(focus)
    if doubtful:
        again = step.shown(judged, doubtful[0], strict=True)
        if isinstance(again, tuple) and not isinstance(again, Refuted):
            tally.found += 1
            return again
        undecided = again or undecided
    tally.undecided += undecided is not None
    return undecided


def _still_shown(step: Step, foci: Foci, stands: Callable[[History], R | None]) -> tuple[Shown, R] | None:
    found = (step.still_shown(stands, focus) for focus in foci.each)
    return next((each for each in found if each is not None), None)


def _maybe(step: Step, foci: Foci) -> bool:
    """Tell whether to ask of one duty after another: not if it cannot be, whichever of them is broken."""
    try:
        if foci.several and not step.is_open():
            return False
        return len(foci.each) <= MANY or step.is_open_with_any()
    except Unknown:
        return True  # The whole of it is asked then.


def is_possible(step: Step, foci: Foci, stands: Callable[[History], R | None] | None = None) -> bool:
    """Tell whether a question has a history with one of some duties in focus. Raises Unknown at the limit.

    Of one that is left to another process it is taken so, for mostly it has: then there is less to ask here. So it is
    where one of an older text `stands` for it by what the engine says.
    """
    if step.is_elsewhere or (stands is not None and _still_shown(step, foci, stands) is not None):
        return True
    if not _maybe(step, foci):
        return False
    return any(step.is_possible(focus) for focus in foci.each)


def _shown(
    world: Fragment, put: Put, judged: Callable[[History], R | None], near: Near, name: str
) -> tuple[History, R] | Unknown | Refuted | None:
    """Return a history in which what is asked is so and which the engine says shows it, with what the engine says.

    Only the one world is put to the engine that is singled out among those in which the same happens: whichever other
    the solver gives hangs on what it was asked before.
    """
    tried = 0
    query = Query(world, *(put.wanted or ()), acts=put.acts, near=near)
    try:
        while tried < TRIES and (model := query.singled_out(f"{name} {tried}")) is not None:
            history = history_of(world, model, *put.acts)
            said = judged(history)
            if said is not None:
                return history, said
            tried += 1
    except Unknown as limit:
        return limit
    finally:
        query.close()
    if tried < TRIES:
        return None
    return Refuted(tried)


# -- what is said of it


def undecided(
    asks: Kind,
    clauses: tuple[Clause, ...],
    why: Unknown | Refuted,
    program: Program,
    world: World | None,
) -> Finding:
    """Return that a question was decided neither way: what was asked, why there is no answer, and the bound."""
    names = [named(program, each) for each in clauses]
    en, zh = " and ".join(each[0] for each in names), "与".join(each[1] for each in names)
    asked = Said(*(text.format(*pair) for text, pair in zip(_ASKED[asks], ((en,), (zh,)), strict=True)))
    if isinstance(why, Refuted):
        what = NOT_CONFIRMED
        because = Said(
            f"the solver gave {why.tried} histories, and the engine confirms none of them. This is a fault of the"
            " analysis, not of the text",
            f"求解器给出{why.tried}个事件经过，引擎均不予确认。这是分析本身的缺陷，而非文本的缺陷",
        )
    else:
        what = AT_LIMIT
        because = Said(
            f"the solver came to its limit of {LIMIT} steps ({why})", f"求解器达到限度（{LIMIT}步，{why}）"
        )
    return Finding(
        "unknown", clauses, Said(f"{asked.en}: not decided; {because.en}", f"{asked.zh}：未能判定；{because.zh}"),
        bound=bound_of(world) if world is not None else None,
        detail={"what": f"{asks} {what}", "asks": asks, "why": what, "limit": LIMIT},
    )  # fmt: skip


_ASKED: dict[Kind, tuple[str, str]] = {
    "conflict": ("whether {} clash", "{}是否冲突"),
    "competing": ("whether {} compete", "{}是否竞合"),
    "against": ("whether {} contradict each other", "{}是否抵触"),
    "dead": ("whether {} ever applies", "{}是否可能适用"),
    "gap": ("whether {} leaves a case open", "{}是否留有未规定的情形"),
    "redundant": ("whether {} says anything of its own", "{}是否有自己的内容"),
}


def bound_of(world: World | Shown | None, again: Said | None = None) -> Said:
    """Return what was searched: each act of each party, and each event, at most once, within the horizon.

    What may come `again` in it comes at most twice.
    """
    if world is None:
        return Said(
            f"searched: histories of {HORIZON} days in which each act of each party, and each event, happens at most"
            " once",
            f"检索范围：各方每类行为与每类事件至多发生一次、{HORIZON}日以内的事件经过",
        )
    kinds = world.kinds if isinstance(world, Shown) else len(world.happenings)
    but = Said(f", {again.en} twice", f"，其中“{again.zh}”至多两次") if again is not None else NOTHING
    return Said(
        f"searched: histories of {HORIZON} days in which each of {kinds} kinds of acts and events happens at most once"
        f"{but.en}",
        f"检索范围：{kinds}类行为与事件各至多发生一次、{HORIZON}日以内的事件经过{but.zh}",
    )


def clause_of(rule: Rule) -> Clause:
    """Return the clause that a norm stands in."""
    return Clause(rule.document, rule.norm.clause, rule.norm.id)


def named(program: Program, clause: Clause) -> tuple[str, str]:
    """Return how a clause is called in English and in Chinese."""
    contract = next(each for each in program.contracts if each.name == clause.document)
    number, _, which = (clause.norm or clause.clause).partition("#")
    several = len([each for each in program.contracts if each.norms]) > 1
    titles = (contract.name, contract.alias or contract.title or contract.name)
    en, zh = (f"{number} (norm {which})", f"{number}（第{which}条规范）") if which else (number, number)
    return (f"{titles[0]} {en}", f"{titles[1]} {zh}") if several else (en, zh)
