"""What a lawyer could type where two lines of a sum fit one case, or none does; where money is owed twice for one case;
where a case of an act is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Accrued
from contractlang.fixes import Edit
from contractlang.norms import AmountRule
from contractlang.values import Money
from engine.analysis.calling import spelled
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.lines import Mend, Statement, Texts, Ways, beneath, changed, statement_at, to_the_end
from engine.walk import walk

_CASE = re.compile(r"\s(?:where|限于)\s+(?P<case>.+?)(?=[,，]\s*(?:claimable|可主张)|$)", re.S)
_HEAD = re.compile(r"(?P<head>.*?(?:[,，:：]\s*(?:is\s|为\s*)))", re.S)
_CASE_OF_TRIGGER = re.compile(r"\s(?:where|限于)\s.*?(?=[,，])", re.S)


@dataclass(frozen=True)
class _Said(Statement):
    """A line of a sum as it is written."""

    rule: AmountRule

    @property
    def case(self) -> re.Match[str] | None:
        """The condition under which it holds, if it has one of its own: what stands in brackets is part of the sum."""
        head = _HEAD.match(self.text)
        start = head.end() if head is not None else 0
        while (found := _CASE.search(self.text, start)) is not None:
            before = self.text[: found.start()]
            if before.count("(") + before.count("（") == before.count(")") + before.count("）"):
                return found
            start = found.start() + 1
        return None

    @property
    def place(self) -> Clause:
        """The clause that it stands in."""
        return Clause(self.rule.document, self.rule.clause)


def of_two_sums(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let each of two lines hold only where the other does not: first as the engine has it now."""
    lines = _lines(finding, texts)
    if len(lines) != 2:
        return
    earlier, later = lines
    for line, other in ((later, earlier), (earlier, later)):
        own, others = line.case, other.case
        if own is None or others is None:
            continue
        case = _renamed(others["case"], other.rule, line.rule)
        typed = line.pick(f"({own['case']}) and not ({case})", f"({own['case']}) 且 非 ({case})")
        edit = Edit(line.start + own.start("case"), line.start + own.end("case"), typed)
        said = changed(line.place, typed, "only where the other line does not hold", "仅在另一行不适用时适用")
        yield (Mend("case", said, line.source.path, (edit,)),)


def of_no_sum(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Write a last line by which the sum is nothing in every other case."""
    lines = _lines(finding, texts)
    if not lines:
        return
    last = lines[-1]
    head = _HEAD.match(last.text)
    if head is None:
        return
    kind = last.rule.kind
    nothing = str(Money(0, kind.of or "CNY")) if kind.name == "money" else "0"
    bare = _CASE_OF_TRIGGER.sub("", head["head"], count=1) if last.rule.trigger is not None else head["head"]
    typed = f"| {bare.rstrip()} {nothing}"
    edit = Edit(last.end, last.end, "\n" + typed)
    said = beneath(last.place, typed, "for example, nothing in every other case", "例如，其余情形为零")
    yield (Mend("other cases", said, last.source.path, (edit,)),)


def of_paid_twice(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let each of two be owed only where the other is not."""
    for place, other in (finding.clauses, finding.clauses[::-1]):
        if place.norm and other.norm:
            yield tuple(_excepting(place, other, texts))
        elif not (place.norm or other.norm):
            yield from _beside_no_other(finding, place, texts)


def _excepting(place: Clause, other: Clause, texts: Texts) -> Iterator[Mend]:
    line = texts.line(place)
    if line is None:
        return
    for name in texts.called(other, place.document):
        edit, typed = line.ended(f"except {name}", f"但不适用 {name}")
        yield to_the_end("exception", place, line, edit, typed, "only one of them", "只付其一")


def _beside_no_other(finding: Finding, place: Clause, texts: Texts) -> Iterator[Ways]:
    """Let a sum upon a breach be there only where another is nothing."""
    names = finding.detail["asked"]
    own = finding.clauses.index(place)
    others = _lines_of(names[1 - own], finding.clauses[1 - own].document, texts)
    # Whether something has accrued from day to day is nothing that the analysis could look into.
    if any(isinstance(part, Accrued) for line in others for part in walk(line.rule.value)):
        return
    for line in _lines_of(names[own], place.document, texts):
        if line.place != place or line.rule.trigger is None:
            continue
        there = f"{names[1 - own]}({line.rule.trigger.variable}) > {Money(0, line.rule.kind.of or 'CNY')}"
        case = line.case
        if case is None:
            edit = Edit(line.end, line.end, line.pick(f" where not {there}", f" 限于 非 {there}"))
        else:
            typed = line.pick(f"({case['case']}) and not {there}", f"({case['case']}) 且 非 {there}")
            edit = Edit(line.start + case.start("case"), line.start + case.end("case"), typed)
        said = changed(place, edit.text.strip(), "only one of them", "只付其一")
        yield (Mend("exception", said, line.source.path, (edit,)),)


def of_a_case(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let the act need a basis, or permit it in every other case."""
    place = finding.clauses[0]
    line, contract = texts.line(place), texts.contracts.get(place.document)
    if line is None or contract is None:
        return
    act = contract.declarations.get(str(finding.detail["act"]))
    if not isinstance(act, OccurrenceDecl):
        return
    its = spelled(act)
    if act.span.path == line.source.path:
        _, end = statement_at(line.source, act.span.start)
        typed = line.pick(", needs basis", "，须有依据")
        told = Said(
            f"what is not permitted is not allowed: end the declaration of {its.en} with `{typed.lstrip(', ')}`",
            f"未经允许者不得为之：在“{its.zh}”的声明末尾写`{typed.lstrip('，')}`",
        )
        yield (Mend("basis", told, line.source.path, (Edit(end, end, typed),)),)
    bearer = contract.declarations.get(line.norm.bearer) if isinstance(line.norm.bearer, str) else None
    if bearer is not None:
        who = spelled(bearer)
        edit, typed = line.below(f"{who.en} may {its.en}", f"{who.zh} 可以 {its.zh}")
        yield (
            Mend("other cases", beneath(place, typed, "permit it", "予以允许"), line.source.path, (edit,)),
        )


def _lines(finding: Finding, texts: Texts) -> list[_Said]:
    """Return the lines of a sum that a finding is about, as they are written, in their order."""
    documents = dict.fromkeys(each.document for each in finding.clauses)
    said = {each: _lines_of(finding.detail["sum"], each, texts) for each in documents}
    wanted = finding.detail.get("lines")
    if wanted is None:
        return [line for lines in said.values() for line in lines]
    return [
        said[each.document][number]
        for each, number in zip(finding.clauses, wanted, strict=True)
        if number < len(said[each.document])
    ]


def _lines_of(name: str, document: str, texts: Texts) -> list[_Said]:
    """Return the lines of a sum in a document, in their order."""
    source = texts.source(document)
    if source is None:
        return []
    rules = texts.contracts[document].amounts
    names = {each for rule in rules if name in (rule.name, rule.alias) for each in (rule.name, rule.alias)}
    return [
        _Said(source, *statement_at(source, rule.span.start), rule)
        for rule in rules
        if rule.name in names and rule.span.path == source.path
    ]


def _renamed(case: str, from_: AmountRule, to: AmountRule) -> str:
    """Return a condition of one line in the words of another, which may call its occurrence otherwise."""
    if from_.trigger is None or to.trigger is None:
        return case
    return re.sub(rf"(?<![\w.]){re.escape(from_.trigger.variable)}(?!\w)", to.trigger.variable, case)
