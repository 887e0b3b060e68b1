"""What one of two agreements in an account has and the other has not: norms on a matter, a term, who bears a loss."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import Obligation, OnOccurrence
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import agreed, texts_of
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.matter import matter_of, turned_on
from engine.analysis.plain import occurrences
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule


def absences(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find what one agreement has and the other has not."""
    yield from _norms(program, telling, one, other)
    yield from _terms_of_life(program, telling, one, other)
    yield from _losses(program, telling, one, other)


def _norms(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find the norms of one agreement on acts and matters of which the other has none."""
    theirs = {matter_of(rule) for rule in agreed(program, other)}
    theirs |= {(rule.act_name,) for rule in agreed(program, other) if rule.act_name}
    groups: dict[object, list[Rule]] = {}
    for rule in agreed(program, one):
        matter = (rule.act_name,) if rule.act_name else matter_of(rule)
        if matter not in theirs:
            groups.setdefault((rule.norm.document, rule.norm.clause), []).append(rule)
    lost = unless_lost(program, telling, other)
    for group in groups.values():
        called = telling.clause(group[0].norm.document, group[0].norm.clause)
        there, here = telling.document(other), telling.document(one)
        has = listed(_having(telling, rule) for rule in group)
        same = _same_duties(program, group, other)
        duties = telling.norms(same)
        though = (
            Said(
                f", though {duties.en} {agreeing(duties, 'makes', 'make')} the same a duty",
                f"虽有同样的义务（{duties.zh}），却",
            )
            if same
            else NOTHING
        )
        yield Finding(
            "agreements",
            (*clauses_of(group), *clauses_of(same), *broken_off(program, other)),
            Said(
                f"{called.en} {has.en}; {there.en} has nothing of the kind{though.en}. What happens under {there.en}"
                f" is not governed by {called.en} unless {here.en} governs that too{lost.en}.",
                f"{called.zh}{has.zh}；{there.zh}{though.zh}没有相应约定。"
                f"依{there.zh}发生的事项，除非{here.zh}也适用，否则不受{called.zh}调整{lost.zh}。",
            ),
            settles=(
                Said(
                    f"say whether {called.en} also governs what happens under {there.en}",
                    f"约定{called.zh}是否也适用于{there.zh}项下的事项",
                ),
            ),
            detail={"what": "only in one", "agreement": one, "absent_in": other},
        )


def _having(telling: Telling, rule: Rule) -> Said:
    en, zh = _HAS[type(rule.norm).__name__]
    who, does = telling.party(rule.norm.bearer), telling.deed(rule)
    return Said(en.format(who=who.en, does=does.en), zh.format(who=who.zh, does=does.zh))


_HAS = {
    "Obligation": ("obliges {who} to {does}", "要求{who}{does}"),
    "Prohibition": ("forbids {who} to {does}", "禁止{who}{does}"),
    "Permission": ("allows {who} to {does}", "允许{who}{does}"),
    "Power": ("gives {who} the power to {does}", "赋予{who}“{does}”的权利"),
    "Maintenance": ("obliges {who} to keep this: {does}", "要求{who}保持：{does}"),
}


def _same_duties(program: Program, group: list[Rule], other: str) -> list[Rule]:
    """Return the duties of the other agreement to do the acts on whose breach in particular some norms turn."""
    acts = {program.rules[index].act_name for rule in group for index in turned_on(program, rule)}
    return [
        each for each in agreed(program, other) if isinstance(each.norm, Obligation) and each.act_name in acts
    ]


def _terms_of_life(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find a term that only one agreement has: when it runs out, the other goes on."""
    lasting = {
        home: [e for e in program.life_rules if e.document == home and e.life.how == "lasts"]
        for home in (one, other)
    }
    if not lasting[one] or lasting[other]:
        return
    life = lasting[one][0].life
    called, here, there = (
        telling.clause(life.document, life.clause),
        telling.document(one),
        telling.document(other),
    )
    begins = dict.fromkeys(
        Clause(each.document, each.life.clause)
        for each in program.life_rules
        if each.document == other and each.life.document == other and each.life.how == "takes_effect"
    )
    yield Finding(
        "agreements",
        (Clause(life.document, life.clause), *begins, *broken_off(program, other)),
        Said(
            f"{here.en} ends with its term ({called.en}); {there.en} has none. When {here.en} has run out, {there.en}"
            " is still in force, and whoever goes on does so under it alone.",
            f"{here.zh}有期限（{called.zh}），{there.zh}没有。{here.zh}期满后，{there.zh}仍然有效，继续履行的只受{there.zh}调整。",
        ),
        settles=(
            Said(
                f"give {there.en} a term, or let it end together with {here.en}",
                f"为{there.zh}约定期限，或约定其随{here.zh}一并终止",
            ),
        ),
        detail={"what": "term", "agreement": one, "absent_in": other},
    )


def _losses(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find rules on who bears a loss that only one agreement has."""
    lost = unless_lost(program, telling, other)
    known = {
        loss.trigger.name
        for each in texts_of(program, other)
        for loss in each.losses
        if isinstance(loss.trigger, OnOccurrence)
    }
    for contract in texts_of(program, one):
        for loss in contract.losses:
            if not isinstance(loss.trigger, OnOccurrence) or loss.trigger.name in known:
                continue
            near = [
                rule for rule in agreed(program, other) if loss.trigger.name in set(occurrences(rule.norm))
            ]
            called, event = telling.clause(contract.name, loss.clause), telling.name(loss.trigger.name)
            who, document = telling.party(loss.bearer), telling.document(other)
            speaks = telling.norms(near)
            but = (
                Said(
                    f"{speaks.en} speaks of {event.en} and says nothing of the loss",
                    f"{speaks.zh}虽涉及“{event.zh}”，却未提及损失",
                )
                if near
                else Said(f"{document.en} says nothing of it", f"{document.zh}没有约定")
            )
            yield Finding(
                "agreements",
                (Clause(contract.name, loss.clause, loss.id), *clauses_of(near), *broken_off(program, other)),
                Said(
                    f"{called.en} puts the loss from {event.en} on {who.en}; {but.en}, so under {document.en} the loss"
                    f" lies where the law puts it{lost.en}.",
                    f"{called.zh}约定“{event.zh}”造成的损失由{who.zh}承担；{but.zh}，依{document.zh}时损失由法律确定的一方承担{lost.zh}。",
                ),
                settles=(
                    Said(
                        f"say in {document.en} who bears that loss",
                        f"在{document.zh}中约定该损失由谁承担",
                    ),
                ),
                detail={"what": "loss", "agreement": one, "absent_in": other},
            )
