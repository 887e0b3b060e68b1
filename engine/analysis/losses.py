"""Who bears a loss: where the law takes back what an agreement puts on one party.

Nothing need happen for that to be seen: the law names the case in which the agreed sentence does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from contractlang.contract import Contract
from contractlang.expression import AgreedLosses, Answer, Const, Expr, Field, Not
from contractlang.norms import LossRule, Priority
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.plain import conjuncts
from engine.analysis.telling import Telling, listed
from engine.program import Program
from engine.walk import walk

# `with 497 and 592(2): …`: what a clause of law says of itself together with others.
_TOGETHER = re.compile(r"with ([^:]+):")
_NUMBER = re.compile(r"\d+(?:\(\d+\))?")


def losses_against_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreed sentences on who bears a loss that law sets aside in some case, by all that turns on one question."""
    laws = [each for each in program.contracts if each.kind == "law"]
    for loss in (each.rule for each in program.losses):
        if any(each.name == loss.document for each in laws):
            continue
        together: dict[frozenset[str], list[tuple[Contract, str]]] = {}
        for law in laws:
            for clause in dict.fromkeys(each.clause for each in law.priorities if _sets_aside(each, loss)):
                on = {name for each in _aside(law, clause, loss) for name in _questions(each.when)}
                together.setdefault(frozenset(on), []).append((law, clause))
        for places in together.values():
            yield _finding(program, telling, loss, places)


def _aside(law: Contract, clause: str, loss: LossRule) -> list[Priority]:
    return [each for each in law.priorities if each.clause == clause and _sets_aside(each, loss)]


def _sets_aside(priority: Priority, loss: LossRule) -> bool:
    over = priority.over
    meant = isinstance(over, AgreedLosses) and over.bearer in (None, loss.bearer)
    return priority.how == "voids" and meant and not _left_out(priority, loss)


def _left_out(priority: Priority, loss: LossRule) -> bool:
    """Tell whether an agreed sentence does not speak of the case of the law: what the one asks for, it denies."""
    own = [loss.when, loss.trigger.where if loss.trigger is not None else None]
    denied = {
        each.part.question
        for expr in own
        for each in conjuncts(expr).values()
        if isinstance(each, Not) and isinstance(each.part, Answer)
    }
    return bool(denied & set(_asserted(priority.when)))


def _asserted(when: Expr | None) -> Iterator[str]:
    yield from (each.question for each in conjuncts(when).values() if isinstance(each, Answer))


def _questions(when: Expr | None) -> Iterator[str]:
    yield from (each.question for each in walk(when) if isinstance(each, Answer))


def _finding(
    program: Program, telling: Telling, loss: LossRule, places: list[tuple[Contract, str]]
) -> Finding:
    together = [
        Clause(law.name, each) for law, clause in places for each in (clause, *_together(law, clause))
    ]
    agreed = telling.clause(loss.document, loss.clause)
    who = telling.party(loss.bearer)
    cited = telling.clauses(together)
    setting_aside = [each for law, clause in places for each in _aside(law, clause, loss)]
    asked = list(dict.fromkeys(_asked(program, each.when) for each in setting_aside))
    cases = [Said(telling.en.text(each), telling.zh.text(each)) for each in asked if each]
    case = listed(cases)
    hangs = Said(f" It hangs on this: {case.en}", f"关键在于：{case.zh}") if cases else NOTHING
    return Finding(
        "against",
        (Clause(loss.document, loss.clause, loss.id), *together),
        Said(
            f"{agreed.en} puts the whole loss on {who.en}; mandatory law sets that aside in part of the cases it covers"
            f" ({cited.en}).{hangs.en}",
            f"{agreed.zh}约定损失全部由{who.zh}承担；其中部分情形，强制性规定使该约定不发生效力（{cited.zh}）。{hangs.zh}",
        ),
        settles=(
            Said(
                f"limit {agreed.en} to loss for which the other party is not to blame",
                f"将{agreed.zh}限于对方没有过错的损失",
            ),
        ),
        detail={"what": "loss", "cases": [_turns_on(each.when) for each in setting_aside]},
    )


def _together(law: Contract, clause: str) -> Iterator[str]:
    """Yield the clauses of a law that say of themselves that they are read together with that one, and with which."""
    for remark in law.remarks:
        said = _TOGETHER.match(remark.text)
        named = _NUMBER.findall(said[1]) if remark.how == "states" and said is not None else []
        if clause in named:
            yield from (remark.clause, *(each for each in named if each != clause and law.clause(each)))


def _turns_on(when: Expr | None) -> dict[str, bool]:
    """Return which questions are answered how, and which attributes of parties are so, where a condition holds."""
    found: dict[str, bool] = {}
    for each in conjuncts(when).values():
        match each:
            case Answer(question=name):
                found[name] = True
            case Not(part=Answer(question=name)):
                found[name] = False
            case Field(of=Const(value=party), name=name):
                found[f"{party}.{name}"] = True
            case _:
                pass
    return found


def _asked(program: Program, when: object) -> str:
    """Return the question on which a condition turns, or the empty text."""
    found = next((part.question for part in walk(when) if isinstance(part, Answer)), None)
    return program.questions[found].text if found is not None else ""
