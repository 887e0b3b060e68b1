"""A sum upon a breach beside damages for it: whether the one counts towards the other, nobody says."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import OPEN, agreed
from engine.analysis.plain import questions_of
from engine.analysis.telling import Telling, clauses_of
from engine.program import Program, Rule, Sum


def sums_beside_damages(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreed claims to what a loss comes to upon a breach upon which a sum is owed as well, agreed or by law."""
    for claim in agreed(program):
        if not isinstance(claim.norm, OPEN) or not _is_of_a_loss(program, claim):
            continue
        told: dict[Clause, Sum] = {}
        for lines in program.sums.values():
            for each in lines:
                if each.home in ("", claim.home) and each.on_breach_of & claim.on_breach_of:
                    told.setdefault(Clause(each.rule.document, each.rule.clause), each)
        for clause, each in told.items():
            yield _told(telling, claim, clause, each)


def _is_of_a_loss(program: Program, rule: Rule) -> bool:
    """Tell whether a norm hangs on what somebody judges a loss upon the breach to be."""
    return any(program.questions[each].kind.name == "money" for each in questions_of(rule.norm))


def _told(telling: Telling, claim: Rule, clause: Clause, sum: Sum) -> Finding:
    called, does = telling.norm(claim.norm), telling.name(claim.act_name)
    where, name = telling.clause(*clause[:2]), telling.name(sum.rule.name)
    return Finding(
        "competing",
        (*clauses_of([claim]), clause),
        Said(
            f"upon one breach {where.en} gives {name.en}, and {called.en} lets the other party {does.en}; nothing says"
            " whether the one counts towards the other.",
            f"就同一违约，{where.zh}规定了{name.zh}，{called.zh}又许对方{does.zh}；没有条款说明前者是否计入后者。",
        ),
        settles=(
            Said(
                f"say in {called.en} that {name.en} counts towards the damages, or is owed besides",
                f"在{called.zh}中写明{name.zh}计入赔偿额，或者另行支付",
            ),
        ),
        detail={"what": "sum and damages"},
    )
