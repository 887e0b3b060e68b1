"""Texts of equal force: two originals, a supplement beside the text. If they differ, nothing says which counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contractlang.expression import ByDocument, ByOrder
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.telling import Telling, agreeing
from engine.program import Program

_EQUAL = re.compile(
    r"(?:同等|同样|相同)的?(?:法律)?效力|equal(?:ly)? (?:legal )?(?:force|effect|authentic|binding|valid)",
    re.I,
)
_FIRST = re.compile(r"优先|为准|prevail|precedence|supersede", re.I)


def texts_of_equal_force(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses that give several texts the same force, where no clause says which goes before."""
    ranking = [
        Clause(law.name, each.clause)
        for law in program.contracts
        for each in law.priorities
        if law.kind == "law" and isinstance(each.over, ByDocument | ByOrder)
    ]
    for contract in program.contracts:
        told = [each for each in contract.clauses if not each.is_heading]
        equal = [Clause(contract.name, each.number) for each in told if _EQUAL.search(each.text)]
        if contract.kind != "agreement" or not equal or any(_FIRST.search(each.text) for each in told):
            continue
        laws = list(dict.fromkeys(ranking))
        called, law = telling.clauses(equal), telling.clauses(laws)
        only = (
            Said(
                f" Of texts that do not agree {law.en} {agreeing(law, 'speaks', 'speak')}: a human has to say which"
                " governs.",
                f"约定不一致的，{law.zh}有规定，但以何者为准仍须由人判断。",
            )
            if laws
            else NOTHING
        )
        yield Finding(
            "gap", (*equal, *laws),
            Said(
                f"{called.en} {agreeing(called, 'gives', 'give')} several texts the same force, and no sentence says"
                f" which counts if they differ.{only.en}",
                f"{called.zh}使数份文本效力相同，而内容不一致时以何者为准，没有约定。{only.zh}",
            ),
            settles=(Said("say which text goes before", "写明以何者为准"),),
            detail={"what": "equal force"},
        )  # fmt: skip
