"""Powers without bounds: no notice, no time to cure, no end; a price that one party sets and the other must pay."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import (
    BlankValue,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    Overdue,
    StateValue,
    Used,
    kind_of,
)
from contractlang.norms import Maintenance, OnBreach, Power
from engine.analysis.finding import NOTHING, Finding, Said
from engine.analysis.listing import DUTIES, OPEN, agreed, by_clause_and_act, may_be, states_in
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.matter import agreed_to
from engine.analysis.plain import parts_of
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.walk import walk


def powers_without_bound(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers that take away what was promised, and that need no notice, leave no time to cure, or never end."""
    kept, yielding = promised(program), _let_yield(program)
    for group in by_clause_and_act(rule for rule in agreed(program) if isinstance(rule.norm, OPEN)):
        act = program.acts.get(group[0].act_name)
        goes_before = any(rule.index in yielding for rule in group)
        if act is None or not (goes_before or _takes(act, kept, group)):
            continue
        lacking = [
            what
            for what, has in (("notice", _asks_notice), ("grace", _leaves_time), ("end", _ends))
            if not any(has(program, rule, act) for rule in group)
        ]
        if not lacking:
            continue
        called, who = telling.norms(group), telling.party(group[0].norm.bearer)
        does = telling.name(act.name)
        en = "; ".join(_LACKING[what].en for what in lacking)
        zh = "；".join(_LACKING[what].zh for what in lacking)
        yield Finding(
            "gap",
            clauses_of(group),
            Said(
                f"{called.en} {agreeing(called, 'gives', 'give')} {who.en} the power to {does.en}"
                f" without bounds: {en}.",
                f"{called.zh}赋予{who.zh}“{does.zh}”的权利，但没有界限：{zh}。",
            ),
            settles=tuple(_BOUNDS[what] for what in lacking),
            detail={"what": "power without bound", "lacks": lacking},
        )


_LACKING = {
    "notice": Said("no notice is asked beforehand", "行使前无须通知"),
    "grace": Said(
        "it is open from the first moment of a breach, with no time to cure it",
        "违约一发生即可行使，没有补正的宽限期",
    ),
    "end": Said(
        "once arisen it never lapses, not even when the breach has been cured",
        "一经产生便不消灭，即使违约已经补正",
    ),
}
_BOUNDS = {
    "notice": Said("ask for a notice some time before", "约定行使前若干时间的通知"),
    "grace": Said("let it arise only after a time to cure", "约定宽限期届满后方可行使"),
    "end": Said("say within which time it must be used", "约定行使期限，逾期权利消灭"),
}


def promised(program: Program) -> dict[str, set[str]]:
    """Return the states that agreed duties keep, and in which of their values."""
    found: dict[str, set[str]] = {}
    for rule in agreed(program):
        if isinstance(rule.norm, Maintenance):
            for state, value in states_in(rule.norm.keeps):
                found.setdefault(state, set()).add(value)
    return found


def _let_yield(program: Program) -> set[int]:
    """Return the powers that agreed duties of the same party yield to."""
    return {
        index
        for duty in agreed(program)
        if isinstance(duty.norm, DUTIES)
        for index, _, _ in duty.prevailed_by
        if program.rules[index].home and may_be(program.rules[index], duty.norm.bearer)
    }


def _takes(act: OccurrenceDecl, kept: dict[str, set[str]], group: list[Rule]) -> bool:
    """Tell whether an act ends the agreement, or brings a state that a duty keeps to another value."""
    if any(isinstance(rule.norm, Power) and rule.norm.suspends for rule in group):
        return True
    return any(
        effect.state == "agreement"
        or (effect.option is not None and effect.option not in kept.get(effect.state, {effect.option}))
        for effect in act.sets
    )


def _asks_notice(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """The act is itself a notice, or something that works on arrival, or that its bearer did a time ago, must have come
    before."""
    if any(
        isinstance(part, Later) and _is_by(program, part, rule.norm.bearer) for part in parts_of(rule.norm)
    ):
        return True
    return act.on_arrival or any(
        isinstance(part, Happened)
        and isinstance(found := program.declarations.get(part.name), OccurrenceDecl)
        and found.on_arrival
        for part in parts_of(rule.norm)
    )


def _is_by(program: Program, later: Later, bearer: object) -> bool:
    """Tell whether a day lies some time after an act of a norm's bearer."""
    told = kind_of(later.base.of).of if isinstance(later.base, Field) else ""
    declared = program.declarations.get(told)
    return isinstance(declared, OccurrenceDecl) and declared.is_act and declared.actor == bearer


def _leaves_time(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """There is a time that must pass first; what does not hang on a breach leaves nothing to cure.

    A time that may stay blank, as the norm itself says, is one that the text does not set.
    """
    parts = list(parts_of(rule.norm))
    blank = {part.name for part in parts if isinstance(part, IsBlank)}
    periods = [part.longer for part in parts if isinstance(part, Overdue | Used) and part.longer is not None]
    if any(not (isinstance(each, BlankValue) and each.name in blank) for each in periods):
        return True
    if any(isinstance(part, Later) for part in parts):
        return True
    norm = rule.norm
    window = None if isinstance(norm, Maintenance) else norm.window
    if window is not None and window.not_before is not None:
        return True
    waits = isinstance(norm.trigger, OnBreach) or any(isinstance(p, Overdue | InBreach) for p in parts)
    return not waits


def _ends(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """It lapses, has a window or an end, or is open only as long as its condition holds."""
    norm = rule.norm
    window = None if isinstance(norm, Maintenance) else norm.window
    if rule.lapses or norm.until is not None or (window is not None and window.limit is not None):
        return True
    if norm.trigger is None:
        return norm.when is not None
    return any(isinstance(part, Overdue) for part in walk(norm.when))


def changes_without_exit(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers to change what the other party pays, where that party has no power to leave but on a breach.

    What the law alone lets a party do about it is told.
    """
    exits = [
        rule
        for rule in program.rules
        if isinstance(rule.norm, OPEN)
        and not isinstance(rule.norm.trigger, OnBreach)
        and (act := program.acts.get(rule.act_name)) is not None
        and any(effect.state == "agreement" for effect in act.sets)
    ]
    sums = [each for found in program.sums.values() for each in found]
    powers = (
        rule for rule in agreed(program) if isinstance(rule.norm, OPEN) and not agreed_to(program, rule)
    )
    for group in by_clause_and_act(powers):
        rule, changer = group[0], group[0].norm.bearer
        act = program.acts.get(rule.act_name)
        changed = (
            {effect.state for effect in act.sets if effect.field is not None} if act is not None else set()
        )
        read = {
            part.name
            for each in sums
            if each.home == rule.home
            for part in walk(each.rule.value)
            if isinstance(part, StateValue)
        }
        if not changed & read or not isinstance(changer, str):
            continue
        others = [each for each in program.bound_parties if each != changer]
        stuck = [each for each in others if not any(may_be(way, each) for way in exits if way.home)]
        if not stuck:
            continue
        called, who, does = telling.norms(group), telling.party(changer), telling.name(rule.act_name)
        other, lost = listed(telling.party(each) for each in stuck), unless_lost(program, telling, rule.home)
        by_law = [way for way in exits if not way.home and any(may_be(way, each) for each in stuck)]
        law = telling.norms(by_law)
        only = Said(f" Only the law does ({law.en}).", f"仅见于法律（{law.zh}）。") if by_law else NOTHING
        yield Finding(
            "gap",
            (*clauses_of(group), *broken_off(program, rule.home), *clauses_of(by_law)),
            Said(
                f"{called.en} lets {who.en} {does.en} alone, and nothing lets {other.en} leave the agreement on that"
                f" account{lost.en}: {other.en} must pay what {who.en} has set.{only.en}",
                f"{called.zh}允许{who.zh}单方{does.zh}，而没有任何约定允许{other.zh}因此退出协议{lost.zh}："
                f"{other.zh}只能按{who.zh}所定支付。{only.zh}",
            ),
            settles=(
                Said(
                    f"let {other.en} end the agreement within some time of the change, or make it subject to consent",
                    f"约定{other.zh}可在变更后若干日内解除协议，或使变更以其同意为条件",
                ),
            ),
            detail={"what": "exit by law" if by_law else "no exit"},
        )
