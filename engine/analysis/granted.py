"""What the law gives a party, and the agreement is silent on: a right that it does not name, a case in which a sum is
another.

Nobody is in breach who keeps to such an agreement. But who reads only the agreement does not know what is his.
"""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.expression import InBreach
from contractlang.norms import Obligation
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import OPEN, agreed, meant, of_law_between
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.matter import claims_beside, ends_of, near, singled_out
from engine.analysis.required import agreements_called, terms_left_out
from engine.analysis.stated import laws_stating
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.program import Program, Rule, Sum
from engine.terms import Terms
from engine.walk import walk


def rights_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts for which only the law gives a party the right, and on whose matter an agreement has a norm."""
    spoken = {
        name for rule in agreed(program) if rule.act_name for name in program.touches[rule.act_name].names
    }
    rights: dict[object, list[Rule]] = {}
    laws_in_force = list(of_law_between(program))
    # Where an article makes it a duty besides, that is told.
    due = {
        (each.norm.document, each.norm.clause, each.act_name)
        for each in laws_in_force
        if isinstance(each.norm, Obligation)
    }
    for rule in laws_in_force:
        place = (rule.norm.document, rule.norm.clause, rule.act_name)
        if isinstance(rule.norm, OPEN) and rule.act_name not in spoken and place not in due:
            rights.setdefault((rule.act_name, rule.norm.bearer), []).append(rule)
    for laws in rights.values():
        dealing = (rule for law in laws for rule in (*near(program, law), *claims_beside(program, law)))
        bearing = list({rule.index: rule for rule in dealing}.values())
        if not bearing:
            continue
        act = program.acts[laws[0].act_name]
        # How what works by arriving is told is another matter.
        stated = () if act.on_arrival else laws_stating(program, act)
        too = telling.clauses(stated)
        who, does = telling.party(laws[0].norm.bearer), telling.name(laws[0].act_name)
        clause, law, document = (
            telling.norms(bearing),
            telling.norms(laws),
            agreements_called(program, telling),
        )
        lost = unless_lost(program, telling)
        yield Finding(
            "gap", (*clauses_of(bearing), *broken_off(program), *clauses_of(laws), *stated),
            Said(
                f"only the law gives {who.en} the right to {does.en} ({law.en}): {document.en}"
                f" {agreeing(document, 'deals', 'deal')} with the matter ({clause.en}) and"
                f" {agreeing(document, 'does', 'do')} not name it{lost.en}."
                + (f" {too.en} {agreeing(too, 'speaks', 'speak')} of it, too." if stated else ""),
                f"{who.zh}{does.zh}的权利只见于法律（{law.zh}）：{document.zh}涉及该事项（{clause.zh}），却没有提及{lost.zh}。"
                + (f"{too.zh}也涉及该事项。" if stated else ""),
            ),
            settles=(
                Said(
                    f"say in {document.en} when {who.en} may {does.en}",
                    f"在{document.zh}中约定{who.zh}何时可以{does.zh}",
                ),
            ),
            detail={"what": "given by law", "act": laws[0].act_name},
        )  # fmt: skip


def rights_after_another_end(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find rights that an agreement gives after one of its ends only, and the law after another as well."""
    own: dict[str, list[Rule]] = {}
    for rule in agreed(program):
        if rule.act_name:
            own.setdefault(rule.act_name, []).append(rule)
    laws: dict[str, list[Rule]] = {}
    for law in of_law_between(program):
        ends = [ends_of(each) for each in own.get(law.act_name, ())]
        if isinstance(law.norm, OPEN) and ends and all(ends) and ends_of(law) - set().union(*ends):
            laws.setdefault(law.act_name, []).append(law)
    for name, given in laws.items():
        rules = own[name]
        who, does = telling.party(given[0].norm.bearer), telling.name(name)
        called, by_law = telling.norms(rules), telling.norms(given)
        yield Finding(
            "gap", (*clauses_of(rules), *terms_left_out(program, rules, ends_of(given[0])), *clauses_of(given)),
            Said(
                f"{called.en} {agreeing(called, 'lets', 'let')} {who.en} {does.en} after one end of the agreement only;"
                f" after another only the law does ({by_law.en}).",
                f"{called.zh}只就协议的一种终止情形允许{who.zh}{does.zh}；其他终止情形下的该项权利只见于法律（{by_law.zh}）。",
            ),
            settles=(
                Said(f"let {called.en} apply to every end of the agreement", f"使{called.zh}适用于协议的一切终止情形"),
            ),
            detail={"what": "given after another end", "act": name},
        )  # fmt: skip


def sums_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find cases in which the law makes an agreed sum another."""
    taken = program.taken(Terms()).options
    for named in program.sums.values():
        own = [each for each in named if each.home]
        cases: dict[tuple[str, str], list[Sum]] = {}
        for each in named:
            # Which of several numbers the law means may be open: in all of them it is another sum.
            read = (taken.get(chosen.reading) in (None, chosen.option) for chosen in each.rule.option)
            if not each.home and all(read):
                cases.setdefault((each.rule.document, each.rule.clause), []).append(each)
        for (document, number), laws in cases.items() if own else ():
            bearing = _on_whose_breach(program, laws[0])
            agreed_sums = list(dict.fromkeys((each.rule.document, each.rule.clause) for each in own))
            name, law = telling.name(own[0].rule.name), telling.clause(document, number)
            sums = telling.clauses(agreed_sums)
            yield Finding(
                "gap",
                (*(Clause(*each) for each in agreed_sums), *clauses_of(bearing), Clause(document, number)),
                Said(
                    f"in one case the law makes {name.en} another sum ({law.en}), and {sums.en}"
                    f" {agreeing(sums, 'knows', 'know')} no such case: who reads only the agreement"
                    " reckons too much, or too little.",
                    f"有一种情形，依法律“{name.zh}”另行计算（{law.zh}），而{sums.zh}没有这一情形：只看协议，算出的数额有误。",
                ),
                settles=(
                    Said(f"write the case of {law.en} into {sums.en}", f"将{law.zh}的情形写入{sums.zh}"),
                ),
                detail={"what": "sum of law", "sum": own[0].rule.name},
            )  # fmt: skip


def _on_whose_breach(program: Program, law: Sum) -> list[Rule]:
    """Return the agreed sentences on the matter of the duties on whose breach a sum of law turns."""
    duties: set[int] = set()
    for expr in (law.rule.where, law.rule.value):
        for part in walk(expr):
            if isinstance(part, InBreach):
                duties |= meant(program, part.target, law.rule.document)
    broken = [program.rules[index] for index in sorted(singled_out(program, frozenset(duties)))]
    return list({rule.index: rule for duty in broken for rule in near(program, duty)}.values())
