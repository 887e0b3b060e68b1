"""Norms that no history brings to apply, and prohibitions over which something prevails whenever they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from contractlang.expression import CountOf
from contractlang.norms import Maintenance, Prohibition
from engine.analysis.asking import Unknown
from engine.analysis.calling import spot
from engine.analysis.clashes import beating
from engine.analysis.days import looks_beyond
from engine.analysis.finding import Finding, Said
from engine.analysis.listing import after
from engine.analysis.logic import no, some
from engine.analysis.looking import (
    Put,
    bound_of,
    clause_of,
    foci_of,
    foci_of_an_end,
    is_possible,
    named,
    undecided,
)
from engine.analysis.plain import parts_of
from engine.analysis.searcher import Searcher
from engine.analysis.taking import applied, forbidden_by
from engine.analysis.witness import History, replayed
from engine.decision import Decision
from engine.event import START
from engine.program import Rule


def never(searcher: Searcher) -> Iterator[Finding]:
    """Find norms that no world brings to apply, and prohibitions over which something prevails whenever they do."""
    program = searcher.program
    for rule in program.rules:
        if isinstance(rule.norm, Maintenance) or not rule.home or rule.option or not searcher.asks(rule):
            continue
        if looks_beyond(rule.norm) or _has_days(rule):
            continue
        searcher.tally.asked += 1
        try:
            applies = _can_be(searcher, rule, "never", _applying, applied)
            shadowed = (
                applies
                and _is_beaten(rule)
                and not _can_be(searcher, rule, "shadowed", _forbidding, forbidden_by)
            )
        except Unknown as limit:
            searcher.tally.undecided += 1
            yield undecided("dead", (clause_of(rule),), limit, program, None)
            continue
        if (applies and not shadowed) or (not applies and _counts(rule)):
            continue
        searcher.tally.found += 1
        before = [clause_of(program.rules[index]) for index, _, _ in rule.prevailed_by] if shadowed else []
        name, over = named(program, clause_of(rule)), [named(program, each) for each in before]
        said = Said(f"{name[0]} never applies", f"{name[1]}不可能适用")
        if shadowed:
            en, zh = (word.join(each[place] for each in over) for place, word in enumerate((" or ", "或")))
            said = Said(
                f"{name[0]} forbids nothing: whenever it applies, {en} prevails over it",
                f"{name[1]}实际上什么也没有禁止：凡其适用之时，{zh}均优先于它",
            )
        yield Finding(
            "dead", (clause_of(rule), *before), said, None, _outliving(rule), bound_of(None),
            {"what": "shadowed"} if shadowed else {},
        )  # fmt: skip


def _counts(rule: Rule) -> bool:
    """Tell whether a norm counts what happens: in the histories searched hardly anything happens twice."""
    return any(isinstance(part, CountOf) for part in parts_of(rule.norm))


def _has_days(rule: Rule) -> bool:
    """Tell whether a norm's text governs from a day, or until one: the histories may lie on the other side of it."""
    if rule.text is None:
        return False
    parts = (*rule.text.replaced_by, *([rule.text.own] if rule.text.own is not None else []))
    return any(part.ends is not None or part.begins > START for part in parts)


def _outliving(rule: Rule) -> tuple[Said, ...]:
    """Return what lets a norm apply that is there for the time after the agreement, and ends with that."""
    if rule.norm.survives or not (after(rule, "terminated") or after(rule, "expired")):
        return ()
    at = spot(clause_of(rule))
    return (
        Said(
            f"let it outlive the agreement: beneath {at.en}, `| survives`",
            f"使其在协议终止后存续，写在{at.zh}之下：`| 存续`",
        ),
    )


def _is_beaten(rule: Rule) -> bool:
    return isinstance(rule.norm, Prohibition) and bool(rule.prevailed_by)


Asks = Callable[[Searcher, Rule, "str | None", bool], Put]


def _can_be(
    searcher: Searcher, rule: Rule, kind: str, ask: Asks, shows: Callable[[Decision, Rule], bool]
) -> bool:  # fmt: skip
    """Tell whether a norm can do what is asked of it, for any party, with or without an end of the agreement.

    A decision `shows` that it does.
    """

    def stands(history: History) -> Decision | None:
        decision = replayed(history, searcher.program, searcher.layers)
        return decision if decision is not None and shows(decision, rule) else None

    for actor in searcher.actors(rule):
        # What no world without an end of the agreement shows, one in which it ends may.
        for ending in (False, True):
            step = searcher.step(
                kind, (rule, actor or "", str(ending)), partial(ask, searcher, rule, actor, ending)
            )
            foci = foci_of_an_end(searcher.program) if ending else foci_of(rule)
            if is_possible(step, foci, stands):
                return True
    return False


def _applying(searcher: Searcher, rule: Rule, actor: str | None, ending: bool) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)
    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        applies = world.judge.forbids if isinstance(rule.norm, Prohibition) else world.judge.opens
        wanted = applies(rule, m, act, actor or "")
    return Put(world, part, (act,), (wanted,))


def _forbidding(searcher: Searcher, rule: Rule, actor: str | None, ending: bool) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)
    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        wanted = world.judge.forbids(rule, m, act, actor or ""), no(some(*beating(world, rule, m, act)))
    return Put(world, part, (act,), wanted)
