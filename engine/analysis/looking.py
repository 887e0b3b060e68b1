"""One question to the solver, followed up: to a history that the engine confirms, to none, or to neither.

The solver's worlds allow more than the norms do, so that what no world shows no history shows either. Whatever it finds
is put to the engine. What the engine refutes is looked for again, first otherwise, then in a world in which nothing is
left out; and what it refutes there too is said to be not confirmed: it counts neither as found nor as excluded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.fragment import Fragment
from engine.analysis.solver import LIMIT, Query, Unknown, possible
from engine.analysis.tally import AT_LIMIT, HORIZON, NOT_CONFIRMED, Tally
from engine.analysis.terms import MANY, Broken, Happening, Part, World
from engine.analysis.witness import History, history_of
from engine.program import Program, Rule

R = TypeVar("R")

TRIES = 4
"""How many worlds of one question are put to the engine, before it is asked more strictly or given up."""


class Refuted(NamedTuple):
    """The engine confirmed none of so many histories."""

    tried: int


def fragments(
    world: World, part: Part, goal: tuple[Any, ...], rule: Rule | None = None, bound: Any = None,
    focus: int | None = None, many: int = MANY,
) -> Iterator[Fragment]:  # fmt: skip
    """Yield the worlds in which a goal is looked for: one for each duty, where a norm is one upon the breach of `many`.

    Where there are several, a goal that cannot be met even where all is open that has a name is looked for no further.
    """
    foci: tuple[int | None, ...] = (focus,)
    if rule is not None and len(rule.on_breach_of) > many:
        foci = tuple(sorted(rule.on_breach_of))
        try:
            if not possible(Fragment(world, part, deep=False), *goal):
                return
        except Unknown:
            pass  # The whole of it is asked then.
        if isinstance(bound, Broken):
            foci = (bound.rule.index,)
    for each in foci:
        yield Fragment(world, part, each)


def looked_for(
    worlds: Iterable[Fragment], acts: tuple[Happening, ...], goal: tuple[Any, ...],
    judged: Callable[[History], R | None], tally: Tally, noting: tuple[Any, ...] = (),
) -> tuple[Fragment, History, R] | Unknown | Refuted | None:  # fmt: skip
    """Return a history in one of some worlds in which the goal holds and which the engine confirms, with what it says.

    None: there is none within the bound. Which of the terms in `noting` hold in it stands in the history.
    """
    tally.asked += 1
    undecided: Unknown | Refuted | None = None
    doubtful: Fragment | None = None
    for world in worlds:
        got = _shown(world, acts, goal, judged, noting)
        if isinstance(got, tuple) and not isinstance(got, Refuted):
            tally.found += 1
            return world, *got
        if isinstance(got, Unknown):
            undecided = got
        elif isinstance(got, Refuted):
            doubtful = doubtful or world
    if doubtful is not None:
        strict = doubtful.strict()
        again = _shown(strict, acts, goal, judged, noting)
        if isinstance(again, tuple) and not isinstance(again, Refuted):
            tally.found += 1
            return strict, *again
        undecided = again or undecided
    tally.undecided += undecided is not None
    return undecided


def _shown(
    world: Fragment,
    acts: tuple[Happening, ...],
    goal: tuple[Any, ...],
    judged: Callable[[History], R | None],
    noting: tuple[Any, ...],
) -> tuple[History, R] | Unknown | Refuted | None:
    """Return a history in which the goal holds and which the engine says shows it, with what the engine says.

    It is smoothed only once the engine has said so.
    """
    tried = 0
    try:
        query = Query(world, *goal)
        while tried < TRIES and query.next():
            rough = history_of(world, query.model(), *acts, noting=noting)
            said = judged(rough)
            if said is not None or tried == 0:
                smooth = history_of(world, query.polished(), *acts, noting=noting)
                again = judged(smooth)
                if again is not None:
                    return smooth, again
                if said is not None:
                    return rough, said
            tried += 1
    except Unknown as limit:
        return limit
    if tried < TRIES:
        return None
    return Refuted(tried)


# -- what is said of it


def undecided(
    asks: Kind,
    clauses: tuple[Clause, ...],
    why: Unknown | Refuted,
    program: Program,
    world: World | Fragment | None,
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
}


def bound_of(world: World | Fragment) -> Said:
    """Return what was searched: each act of each party, and each event, at most once, within the horizon."""
    kinds = len(world.happenings)
    return Said(
        f"searched: histories of {HORIZON} days in which each of {kinds} kinds of acts and events happens at most once",
        f"检索范围：{kinds}类行为与事件各至多发生一次、{HORIZON}日以内的事件经过",
    )


def clause_of(rule: Rule) -> Clause:
    """Return the clause that a norm stands in."""
    return Clause(rule.document, rule.norm.clause, rule.norm.id)


def named(program: Program, clause: Clause) -> tuple[str, str]:
    """Return how a clause is called in English and in Chinese."""
    contract = next(each for each in program.contracts if each.name == clause.document)
    number = clause.norm or clause.clause
    several = len([each for each in program.contracts if each.norms]) > 1
    titles = (contract.name, contract.alias or contract.title or contract.name)
    return (f"{titles[0]} {number}", f"{titles[1]}{number}") if several else (number, number)
