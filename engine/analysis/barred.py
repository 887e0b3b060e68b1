"""Claims upon a breach to which a text sets no time, and which the law lets the debtor refuse once a time is over."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import OnBreach
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import OPEN, agreed
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.program import Program, Rule


def claims_barred(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find the claims of each agreement that a law of limitation meets, and that the agreement leaves open for ever."""
    bars = list(dict.fromkeys(Clause(each.rule.document, each.rule.clause) for each in program.limitations))
    laws = [each for each in bars if each.document not in program.agreements]
    for home in program.agreements if laws else ():
        claims = [rule for rule in agreed(program, home) if _is_claim(program, rule)]
        if not claims:
            continue
        called = telling.norms(claims)
        law = telling.clauses(laws)
        yield Finding(
            "against",
            (*clauses_of(claims), *laws),
            Said(
                f"{called.en} {agreeing(called, 'sets', 'set')} no time to the claim, and once the time of limitation"
                f" is over the debtor may refuse it ({law.en}).",
                f"{called.zh}未对请求设定期限；诉讼时效届满后，义务人可以拒绝履行（{law.zh}）。",
            ),
            settles=(
                Said(
                    "say that the claim is made within the time of limitation",
                    "写明应在诉讼时效期间内提出请求",
                ),
            ),
            detail={"what": "time-barred"},
        )


def _is_claim(program: Program, rule: Rule) -> bool:
    """Tell whether a norm lets a party claim something upon a breach, at any time: what changes a state is no claim."""
    norm = rule.norm
    if not isinstance(norm, OPEN) or not isinstance(norm.trigger, OnBreach):
        return False
    timed = norm.until is not None or (norm.window is not None and norm.window.limit is not None)
    return not timed and not rule.sets and not rule.lapses
