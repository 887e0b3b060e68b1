"""Texts of which only a part is there: what they are silent on may have stood in what is lost."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.declaration import BlankDecl
from contractlang.expression import BlankValue
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.plain import parts_of
from engine.analysis.telling import Telling
from engine.program import Program, Rule


def texts_broken_off(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreements of whose text only a part is there."""
    for place in broken_off(program):
        name = telling.document(place.document)
        yield Finding(
            "gap",
            (place,),
            Said(
                f"the text of {name.en} that is there breaks off at {place.clause}: what followed is not known, and"
                " what is not found in it may have been agreed all the same.",
                f"{name.zh}的现有文本至“{place.clause}”处中断：其后内容不详，现有文本中没有的，不能认为没有约定。",
            ),
            settles=(Said("obtain the whole text", "取得完整文本"),),
            detail={"what": "broken off"},
        )


def broken_off(program: Program, home: str | None = None) -> tuple[Clause, ...]:
    """Return where the texts of agreements, or of one, break off: what is not found in them may have stood there."""
    return tuple(
        Clause(each.name, each.clauses[-1].number)
        for each in program.contracts
        if each.truncated and each.kind != "law" and home in (None, each.base)
    )


def unless_lost(program: Program, telling: Telling, home: str | None = None) -> Said:
    """Return that what a text is silent on may have stood in what is lost of it; nothing where all of it is there."""
    places = broken_off(program, home)
    if not places:
        return NOTHING
    ends = telling.clauses(places)
    return Said(
        f" (the text that is there breaks off at {ends.en}; it may have stood there)",
        f"（现有文本在{ends.zh}处中断，原文可能有此约定）",
    )


def without_place(program: Program, rules: list[Rule]) -> bool:
    """Tell whether norms turn on a blank for which their text leaves no place."""
    named = {part.name for rule in rules for part in parts_of(rule.norm) if isinstance(part, BlankValue)}
    declared = (program.declarations.get(name) for name in named)
    return any(isinstance(each, BlankDecl) and each.gap for each in declared)
