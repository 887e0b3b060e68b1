"""Where the text leads and does not go on: states and suspensions without a way out, an end that settles nothing."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.declaration import OccurrenceDecl, StateDecl
from contractlang.expression import Discharged
from contractlang.norms import Obligation, Power
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import OPEN, after, agreed, followed_up, meant
from engine.analysis.plain import parts_of
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule


def states_without_way_out(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find values of states into which some norm leads, and from which no permitted or required act leads out."""
    occurrences_ = [each for each in program.declarations.values() if isinstance(each, OccurrenceDecl)]
    spoken = {rule.act_name for rule in program.rules if isinstance(rule.norm, Obligation | OPEN)}
    for declared in program.declarations.values():
        if not isinstance(declared, StateDecl) or not declared.options:
            continue
        leads: dict[str, list[OccurrenceDecl]] = {}
        for each in occurrences_:
            if not each.is_act or each.name in spoken:
                for effect in each.sets:
                    if effect.state == declared.name and effect.option is not None:
                        leads.setdefault(effect.option, []).append(each)
        for option, into in leads.items():
            ways_in = [
                rule
                for rule in program.rules
                if isinstance(rule.norm, OPEN | Obligation) and rule.act_name in {each.name for each in into}
            ]
            if option == declared.options[0].name or not ways_in or any(other != option for other in leads):
                continue
            called, stuck = telling.norms(ways_in), telling.state_is(declared.name, option)
            yield Finding(
                "gap",
                clauses_of(ways_in),
                Said(
                    f"{called.en} {agreeing(called, 'leads', 'lead')} to this: {stuck.en};"
                    " no norm permits or requires an act that ends it.",
                    f"依{called.zh}可使{stuck.zh}，但没有任何规范允许或要求作出使其恢复的行为，此后无路可退。",
                ),
                settles=(
                    Said(
                        "say who must, or may, bring it back, and when",
                        "约定由谁、在何时应当或可以恢复",
                    ),
                ),
                detail={"what": "no way out", "state": declared.name, "value": option},
            )


def suspensions_without_way_out(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers that suspend a duty, where nothing resumes it, or only what nobody is ever late with."""
    followed = followed_up(program)
    for rule in agreed(program):
        if not isinstance(rule.norm, Power) or not rule.suspends:
            continue
        ways = [each for each in program.rules if set(each.resumes) & set(rule.suspends)]
        awaited = [_awaited(program, each) for each in ways]
        endless = [
            duty
            for duties in awaited
            for duty in duties
            if not _has_last_day(duty) or duty.index not in followed
        ]
        if ways and not all(set(duties) & set(endless) for duties in awaited):
            continue
        called, kept = telling.norm(rule.norm), telling.norms(program.rules[i] for i in rule.suspends)
        if ways:
            wait, who = telling.norms(endless), listed(telling.party(each.norm.bearer) for each in endless)
            way = telling.norms(ways)
            said = Said(
                f"{called.en} suspends {kept.en}, and by {way.en} it goes on only once {wait.en} is done; if"
                f" {who.en} never does that, nothing follows, and everything stands still.",
                f"{called.zh}可中止{kept.zh}，依{way.zh}只有在{wait.zh}履行之后才能恢复；{who.zh}始终不履行的，"
                "没有任何后果，双方从此僵持。",
            )
        else:
            said = Said(
                f"{called.en} suspends {kept.en}, and no norm says how it goes on.",
                f"{called.zh}可中止{kept.zh}，但没有任何规范说明如何恢复。",
            )
        yield Finding(
            "gap",
            clauses_of([rule, *ways, *endless]),
            said,
            settles=(
                Said(
                    "say what ends the suspension at the latest, or who may then end the agreement",
                    "约定中止最迟至何时结束，或届时由谁解除协议",
                ),
            ),
            detail={"what": "standstill"},
        )


def _awaited(program: Program, rule: Rule) -> list[Rule]:
    """Return the duties that have to be done before a norm is open."""
    targets = (part.target for part in parts_of(rule.norm) if isinstance(part, Discharged))
    awaited = {index for each in targets for index in meant(program, each, rule.norm.document)}
    return [program.rules[index] for index in sorted(awaited)]


def _has_last_day(rule: Rule) -> bool:
    norm = rule.norm
    return isinstance(norm, Obligation) and norm.window is not None and norm.window.limit is not None


def ends_without_consequence(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties that follow on termination only, where the agreement may also end with its term."""
    for home in program.agreements:
        terms = [each for each in program.life_rules if each.document == home and each.life.how == "lasts"]
        duties = [each for each in program.rules if isinstance(each.norm, Obligation)]
        for rule in duties:
            if rule.home != home or not after(rule, "terminated") or after(rule, "expired"):
                continue
            if not terms or any(after(each, "expired") and each.act_name == rule.act_name for each in duties):
                continue
            called = telling.norm(rule.norm)
            term = telling.clause(terms[0].life.document, terms[0].life.clause)
            who, act = telling.party(rule.norm.bearer), telling.name(rule.act_name)
            yield Finding(
                "gap",
                (*clauses_of([rule]), Clause(terms[0].life.document, terms[0].life.clause)),
                Said(
                    f"{called.en} obliges {who.en} to {act.en} only after termination; the agreement also ends when"
                    f" its term runs out ({term.en}), and then nobody owes it: what was prepaid or is still held stays"
                    " unsettled.",
                    f"{called.zh}只在解除之后要求{who.zh}{act.zh}；协议也会因期满而终止（{term.zh}），"
                    "此时没有人负有该义务，预付的款项、留存的物品等如何了结没有约定。",
                ),
                settles=(
                    Said(
                        f"let {called.en} apply to every end of the agreement",
                        f"使{called.zh}适用于协议的一切终止情形",
                    ),
                ),
                detail={"what": "one end only"},
            )
