"""Remedies that are graded for one breach only, or for none: service may be held back for arrears, and for anything
else there is nothing short of the end of the agreement; or nothing lets it be held back but the law.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.finding import NOTHING, Finding, Said
from engine.analysis.listing import DUTIES, OPEN, agreed, may_be, of_law_between
from engine.analysis.loose_powers import promised
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.matter import turned_on
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule


def remedies_for_one_breach_only(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers to hold back what was promised upon some breaches, where others only let the party end it all."""
    kept = promised(program)
    for home in program.agreements:
        powers = [rule for rule in agreed(program, home) if isinstance(rule.norm, OPEN)]
        milder: dict[str, list[Rule]] = {}
        for rule in powers:
            if (
                isinstance(rule.norm.bearer, str)
                and _holds_back(program, rule, kept)
                and turned_on(program, rule)
            ):
                milder.setdefault(rule.norm.bearer, []).append(rule)
        for party, held in milder.items():
            covered = frozenset[int]().union(*(turned_on(program, each) for each in held))
            ends = [each for each in powers if _ends(program, each) and may_be(each, party)]
            upon = dict.fromkeys(index for end in ends for index in sorted(end.on_breach_of - covered))
            others = [each for each in program.bound_parties if each != party]
            left = [rule for rule in map(program.rules.__getitem__, upon) if rule.norm.bearer in others]
            if left:
                laws = [
                    law
                    for law in of_law_between(program)
                    if isinstance(law.norm, OPEN) and may_be(law, party) and _holds_back(program, law, kept)
                    and not turned_on(program, law) & covered
                ]  # fmt: skip
                met = [program.rules[index] for index in sorted(covered)]
                yield _told(telling, held, met, ends, left, laws)


def remedies_of_law_only(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreements that never let a party hold back what it promised, where the law does upon more than arrears."""
    kept = promised(program)
    laws: dict[str, list[Rule]] = {}
    for law in of_law_between(program):
        if (
            isinstance(law.norm, OPEN)
            and isinstance(law.norm.bearer, str)
            and _holds_back(program, law, kept)
            and not turned_on(program, law)
        ):
            laws.setdefault(law.norm.bearer, []).append(law)
    for home in program.agreements:
        own = list(agreed(program, home))
        for party, given in laws.items():
            owed = [each for each in own if isinstance(each.norm, DUTIES) and not may_be(each, party)]
            held = (each for each in own if isinstance(each.norm, OPEN) and may_be(each, party))
            if owed and not any(_holds_back(program, each, kept) for each in held):
                yield _told_of_law(program, telling, home, owed, given)


def _told_of_law(
    program: Program, telling: Telling, home: str, owed: list[Rule], laws: list[Rule]
) -> Finding:
    document, who, law = telling.document(home), telling.party(laws[0].norm.bearer), telling.norms(laws)
    breach, lost = telling.norms(owed), unless_lost(program, telling, home)
    return Finding(
        "gap", (*clauses_of(owed), *broken_off(program, home), *clauses_of(laws)),
        Said(
            f"{document.en} lets {who.en} hold nothing back, whichever of {breach.en} is broken{lost.en}: only the"
            f" law does ({law.en}).",
            f"无论违反{breach.zh}中的哪一项，{document.zh}都没有允许{who.zh}采取暂停、限制一类的措施{lost.zh}，此类措施只见于法律（{law.zh}）。",
        ),
        settles=(
            Said(
                f"say in {document.en} upon which breaches {who.en} may hold back what it promised",
                f"在{document.zh}中约定{who.zh}可就哪些违约采取此类措施",
            ),
        ),
        detail={"what": "measures of law only", "agreement": home},
    )  # fmt: skip


def _holds_back(program: Program, rule: Rule, kept: dict[str, set[str]]) -> bool:
    """Tell whether an act takes a state that a duty keeps to another value, and the agreement goes on."""
    act = program.acts.get(rule.act_name)
    return act is not None and any(
        each.option is not None and each.option not in kept.get(each.state, {each.option})
        for each in act.sets
    )


def _ends(program: Program, rule: Rule) -> bool:
    act = program.acts.get(rule.act_name)
    return act is not None and any(each.state == "agreement" for each in act.sets)


def _told(
    telling: Telling, held: list[Rule], met: list[Rule], ends: list[Rule], left: list[Rule], laws: list[Rule]
) -> Finding:  # fmt: skip
    milder, breach, end, rest, law = (telling.norms(each) for each in (held, met, ends, left, laws))
    who, does = telling.party(held[0].norm.bearer), listed(telling.name(each.act_name) for each in held)
    only = (
        Said(f" Only the law gives more ({law.en}).", f"更多的措施只见于法律（{law.zh}）。")
        if laws
        else NOTHING
    )
    return Finding(
        "gap", clauses_of([*held, *ends, *left, *laws]),
        Said(
            f"{milder.en} {agreeing(milder, 'lets', 'let')} {who.en} {does.en} upon a breach of"
            f" {breach.en} only; upon one of {rest.en} nothing can be held back short of ending the agreement"
            f" ({end.en}).{only.en}",
            f"{milder.zh}仅就违反{breach.zh}允许{who.zh}{does.zh}；违反{rest.zh}的，只能解除协议（{end.zh}），不能先行采取此类措施。{only.zh}",
        ),
        settles=(
            Said(f"say upon which other breaches {who.en} may {does.en}", f"约定{who.zh}还可就哪些违约{does.zh}"),
        ),
        detail={"what": "milder for one only"},
    )  # fmt: skip
