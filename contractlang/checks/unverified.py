"""Clauses of a law that were not checked, and hold all the same."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, Rule, clause_called
from contractlang.contract import SourceNote
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.numerals import plain_number


def unverified(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find clauses of a law whose words are known in part or from memory only, and that are not under a switch.

    Why it matters: what nobody has read cannot decide an account. It may stand in the text, to be turned on by whoever
    has read it.

    Example: with

        | source "Telecommunications Service Standards, Article 10", memory
        | provider must notify before 2026-12-01

    the duty to notify would hold for everybody, though nobody has seen its words.

    Remedy: write `unverified notice24: "from memory only"` beneath the clause. All of it then holds only where
    somebody turns `notice24` on. Or read the text, and mark the source `consistent` or `single`.
    """
    contract = anatomy.contract
    unread = {
        plain_number(each.clause): each for each in contract.sources if each.mark in ("partial", "memory")
    }
    for rule in anatomy.rules:
        clause = plain_number(rule.clause)
        note = unread.pop(clause, None) or unread.get(clause.partition("(")[0])
        if note is not None and not any(each.option == "on" for each in rule.option):
            yield _told(rule, note)


def _told(rule: Rule, note: SourceNote) -> Diagnostic:
    name = clause_called(rule.clause)
    return error(
        "unverified", rule.span, f"{name.en} was not checked, and holds without being turned on",
        f"{name.zh}未经核实，却无须开启即适用",
        Said('write beneath it `| unverified name: "why"`', "在其下写 `| 未核实 名称：“原因”`"),
        (Label(note.span, Said("this is how it was read", "出处如此")),),
    )  # fmt: skip
