"""Sentences that say again what another sentence says."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.contract import Contract
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.telling import Telling
from engine.program import Program


def sentences_twice(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses of an agreement of which it is said that they repeat another, and what of them is their own."""
    for contract in program.contracts:
        if contract.kind == "law":
            continue
        for remark in contract.remarks:
            if remark.how != "see" or contract.clause(remark.text) is None:
                continue
            first, again = (telling.clause(contract.name, each) for each in (remark.text, remark.clause))
            clauses = (Clause(contract.name, remark.text), Clause(contract.name, remark.clause))
            told = _in_part if has_more(contract, remark.clause) else _in_whole
            yield told(clauses, first, again)


def has_more(contract: Contract, clause: str) -> bool:
    """Tell whether a clause has norms, sums or losses of its own."""
    return any(each.clause == clause for each in (*contract.norms, *contract.amounts, *contract.losses))


def _in_whole(clauses: tuple[Clause, ...], first: Said, again: Said) -> Finding:
    return Finding(
        "redundant", clauses,
        Said(
            f"{again.en} says what {first.en} says already, and adds nothing. Whoever edits one of the two and"
            " not the other makes them contradict each other.",
            f"{again.zh}重复{first.zh}的内容，没有增加任何约定。今后只修改其中一处的，两处将互相矛盾。",
        ),
        settles=(
            Said(f"strike {again.en}, or let it refer to {first.en}", f"删去{again.zh}，或使其指向{first.zh}"),
        ),
        detail={"what": "repeated"},
    )  # fmt: skip


def _in_part(clauses: tuple[Clause, ...], first: Said, again: Said) -> Finding:
    return Finding(
        "redundant", clauses,
        Said(
            f"{again.en} says again what {first.en} says, beside what is its own. It is one duty or claim and not two:"
            " one breach, one sum. Whoever edits one of the two and not the other makes them contradict each other.",
            f"{again.zh}除自身内容外，又重复了{first.zh}的约定。这是同一项义务或请求，不得重复计算：违约只有一次，款项也只有一份。"
            "今后只修改其中一处的，两处可能互相矛盾。",
        ),
        settles=(
            Said(
                f"say in one of {first.en} and {again.en} what both say",
                f"将{first.zh}与{again.zh}的共同内容并入其中一处",
            ),
        ),
        detail={"what": "repeated in part"},
    )  # fmt: skip
