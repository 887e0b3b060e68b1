"""Clauses of a law that do not say where they were read."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, clause_called
from contractlang.diagnostic import Diagnostic, Said, warning
from contractlang.numerals import plain_number


def unsourced(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find clauses of a law that lay something down and do not say where they were read.

    Why it matters: a law is restated here so that decisions can lean on it. Whoever doubts one must be able to find the
    words in the official text, and to see how far they were checked against other copies.

    Example: beneath

        Article 34 (2) Who has not paid for thirty days may be cut off.

    stands a norm, and no `source`.

    Remedy: write `source "Telecommunications Regulations (2016), Article 34", consistent` beneath the clause, or
    `single`, `partial` or `memory` as the text was found. What is said beneath an article holds for its paragraphs.
    """
    contract = anatomy.contract
    if contract.kind != "law":
        return
    told = {plain_number(each.clause) for each in contract.sources}
    for rule in anatomy.rules:
        clause = plain_number(rule.clause)
        if not told.intersection((clause, clause.partition("(")[0])):
            told.add(clause)
            name = clause_called(rule.clause)
            yield warning(
                "unsourced", rule.span, f"{name.en} does not say where it was read", f"{name.zh}没有写明出处",
                help=Said('write beneath it `| source "…", consistent`', "在其下写 `| 出处 “……”，多源一致`"),
            )  # fmt: skip
