"""Sentences that only say again what another sentence says."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.telling import Telling
from engine.program import Program


def sentences_twice(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses of an agreement of which it is said that they only repeat another."""
    for contract in program.contracts:
        if contract.kind == "law":
            continue
        for remark in contract.remarks:
            if remark.how != "see" or contract.clause(remark.text) is None:
                continue
            first, again = (telling.clause(contract.name, each) for each in (remark.text, remark.clause))
            yield Finding(
                "redundant",
                (Clause(contract.name, remark.text), Clause(contract.name, remark.clause)),
                Said(
                    f"{again.en} says what {first.en} says already, and adds nothing. Whoever edits one of the two and"
                    " not the other makes them contradict each other.",
                    f"{again.zh}重复{first.zh}的内容，没有增加任何约定。今后只修改其中一处的，两处将互相矛盾。",
                ),
                settles=(
                    Said(
                        f"strike {again.en}, or let it refer to {first.en}",
                        f"删去{again.zh}，或使其指向{first.zh}",
                    ),
                ),
                detail={"what": "repeated"},
            )
