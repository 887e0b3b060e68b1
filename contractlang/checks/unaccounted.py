"""Clauses of the text that no norm line accounts for."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, clause_called
from contractlang.contract import ClauseText
from contractlang.diagnostic import Diagnostic, Said, warning
from contractlang.source import Span


def unaccounted(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find clauses of an agreement, a supplement or a law beneath which nothing is written.

    Why it matters: the engine decides by the norm lines alone. A clause without any is silently left out of every
    decision, and nobody can tell whether that was meant.

    Example: beneath

        3. The user keeps the terms of use.

    stands neither a norm nor a word on why there is none.

    Remedy: write its norms on lines that begin with `|`. For a clause that demands nothing write `states that "…"`,
    for one that repeats another `see 8.1`, for one left out on purpose `not formalised because "…"`. Headings need
    nothing, and neither does the title.
    """
    contract = anatomy.contract
    if contract.kind == "vocabulary":
        return
    for index, clause in enumerate(contract.clauses):
        title = index == 0 and not clause.number
        if clause.span is not None and not (clause.accounted or clause.is_heading or title):
            yield _told(clause, clause.span)


def _told(clause: ClauseText, span: Span) -> Diagnostic:
    if not clause.number:
        return warning(
            "unaccounted",
            span,
            "this text is not yet formalised",
            "此处文字尚未形式化",
            help=Said(
                'write beneath it `| clause 0` and `| states that "…"`',
                "在其下写 `| 条 首部` 与 `| 声明 “……”`",
            ),
        )
    name = clause_called(clause.number)
    return warning(
        "unaccounted",
        span,
        f"{name.en} is not yet formalised",
        f"{name.zh}尚未形式化",
        help=Said(
            'write a norm line beneath it, or `| states that "…"`', "在其下写一行规范，或 `| 声明 “……”`"
        ),
    )
