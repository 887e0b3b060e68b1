"""What a lawyer could type to settle a finding: a priority, an exception, a deadline, a time to cure, a value.

Here are the changes that are worth trying for a kind of finding. Each is laid on the text, read, and the analysis is
run on what comes of it (`mended.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product

from contractlang.contract import Contract
from contractlang.declaration import ReadingDecl
from contractlang.expression import Const
from contractlang.fixes import Edit
from contractlang.norms import OnBreach, OnOccurrence
from contractlang.source import Source
from contractlang.values import Period
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.lines import EXAMPLE, Line, Mend, Texts, Ways, beneath, changed, to_the_end
from engine.analysis.mending_gaps import (
    of_a_blank,
    of_a_duty_of_law,
    of_a_number_of_law,
    of_a_repetition,
    of_a_state,
    of_dead,
    of_no_deadline,
    of_one_end,
)
from engine.analysis.mending_sums import of_a_case, of_no_sum, of_paid_twice, of_two_sums
from engine.walk import walk


def mends(
    finding: Finding, contracts: Mapping[str, Contract], sources: Mapping[str, Source]
) -> Iterator[Ways]:
    """Yield what could be typed to settle a finding, in the files that the parties themselves have written."""
    propose = _PROPOSED.get(_sort(finding))
    if propose is not None:
        yield from propose(finding, Texts(contracts, sources))


def _sort(finding: Finding) -> str:
    what = finding.detail.get("what")
    return f"{finding.kind}/{what}" if what else finding.kind


# ---- One act given and forbidden ------------------------------------------------------------------------------------


def _of_a_conflict(finding: Finding, texts: Texts) -> Iterator[Ways]:
    one, other = finding.clauses[:2]
    yield _priority(one, other, texts)
    yield _priority(other, one, texts)
    yield from _exception(other, one, texts)
    yield from _exception(one, other, texts)


def _of_a_broken_duty(finding: Finding, texts: Texts) -> Iterator[Ways]:
    power, duty = finding.clauses
    yield _priority(power, duty, texts)
    yield from _exception(duty, power, texts)


def _priority(one: Clause, other: Clause, texts: Texts) -> Ways:
    """Let one norm prevail over another."""
    line = texts.line(one)
    if line is None:
        return ()
    own = [each for each in texts.called(one, one.document) if each != one.clause]
    found = []
    for name in (*own, ""):
        for over in texts.called(other, one.document):
            edit, typed = line.below(f"{name} prevails over {over}".strip(), f"{name} 优先于 {over}".strip())
            found.append(
                Mend("priority", beneath(one, typed, "let it prevail", "令其优先"), line.source.path, (edit,))
            )
    return tuple(found)


def _exception(from_: Clause, of: Clause, texts: Texts) -> Iterator[Ways]:
    """Except from one norm the case in which another is open, where that says in which case it is."""
    # What another document asks for, it asks in words of its own.
    lines = texts.lines(of) if of.document == from_.document else []
    conditions = dict.fromkeys(each for line in lines for each in _conditions(line.text))
    for condition in conditions:
        for line in texts.lines(from_):
            edit, typed = line.ended(f"unless {condition}", f"除非 {condition}")
            yield (to_the_end("exception", from_, line, edit, typed, "except that case", "除外该情形"),)


_CONDITIONS = (
    r"(?:^|[:：,，] ?)(?:when|while|if|once|当)\s+(.+?)(?=[,，]|$)", r"\s(?:when|while)\s+(.+?)(?=[,，]|$)",
    r"(?:^|[:：,，]) ?([^,，:：]+?)\s*时(?=[,，])",
)  # fmt: skip


def _conditions(statement: str) -> Iterator[str]:
    for pattern in _CONDITIONS:
        for found in re.finditer(pattern, statement):
            condition = found[1].strip()
            compound = re.search(r"\b(and|or)\b|且|或", condition)
            yield f"({condition})" if compound else condition


def _of_a_reading(finding: Finding, texts: Texts) -> Iterator[Ways]:
    reading = str(finding.detail["reading"])
    for contract in texts.contracts.values():
        declared, source = contract.declarations.get(reading), texts.source(contract.name)
        if source is None or not isinstance(declared, ReadingDecl) or declared.span.path != source.path:
            continue
        for option in declared.options:
            at = option.span.end
            typed = "，默认" if source.is_chinese else ", by default"
            said = Said(
                f"choose the reading: `{source.text[option.span.start : at]}{typed}`",
                f"选定解释：`{source.text[option.span.start : at]}{typed}`",
            )
            yield (Mend("reading", said, source.path, (Edit(at, at, typed),)),)
        return


# ---- Remedies and powers --------------------------------------------------------------------------------------------


def _of_rivals(finding: Finding, texts: Texts) -> Iterator[Ways]:
    one, other = finding.clauses[:2]
    for first, then in ((one, other), (other, one)):
        yield _priority(first, then, texts)
    for place in (one, other):
        yield _time_to_cure(place, texts, EXAMPLE)


def _of_a_power(finding: Finding, texts: Texts) -> Iterator[Ways]:
    lacks = finding.detail.get("lacks", ())
    cured = [_time_to_cure(place, texts, EXAMPLE) for place in finding.clauses] if "grace" in lacks else []
    ended = list(_of_a_power_without_end(finding, texts)) if "end" in lacks else []
    yield from cured
    yield from ended
    for one, other in product(cured, ended):
        yield _both(one, other)


def _of_a_power_without_end(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let a power upon a breach end with a time, where it has none."""
    for place in finding.clauses:
        lines = texts.lines(place)
        if not lines or not all(isinstance(each.norm.trigger, OnBreach) for each in lines):
            continue
        ended = [each.ended("within 1 year", "限 1年 内") for each in lines]
        said = changed(place, ended[0][1].lstrip(",， "), "for example, let it end", "例如，约定行使期限")
        yield (Mend("end", said, lines[0].source.path, tuple(edit for edit, _ in ended)),)


def _time_to_cure(place: Clause, texts: Texts, days: int) -> Ways:
    """Let a norm arise only some days after the breach on which it hangs, and only while that is not cured."""
    lines = texts.lines(place)
    edits = [each for line in lines for each in _overdue_for(line, days)]
    if edits:
        said = changed(
            place,
            lines[0].pick(f"for more than {days} days", f"超过 {days}日"),
            "only after a time to cure",
            "宽限期后方可",
        )
        return (Mend("time to cure", said, lines[0].source.path, tuple(edits)),)
    ended: list[Edit] = []
    typed = ""
    for line in lines:
        trigger = line.norm.trigger
        if not isinstance(trigger, OnBreach):
            return ()
        name = trigger.variable
        edit, typed = line.ended(
            f"when {days} days after {name}.at <= now and not {name}.cured",
            f"当 {name}.时点 后 {days}日 <= 现在 且 非 {name}.已补正",
        )
        ended.append(edit)
    if not ended:
        return ()
    said = changed(place, typed.lstrip(",， "), "only after a time to cure", "宽限期后方可")
    return (Mend("time to cure", said, lines[0].source.path, tuple(ended)),)


def _overdue_for(line: Line, days: int) -> tuple[Edit, ...]:
    """Return the changes that ask for more than some days of being overdue, where any delay sufficed, or fewer days."""
    bare = line.replaced(r"(?<=is overdue)(?! for)", f" for more than {days} days")
    bare += line.replaced(r"(?<=逾期)(?! *超过)", f" 超过 {days}日")
    fewer = [
        *re.finditer(r"(?<=is overdue for more than )(\d+) days", line.text),
        *re.finditer(r"(?<=逾期 超过 )(\d+)日", line.text),
    ]
    return bare + tuple(
        Edit(line.start + each.start(1), line.start + each.end(1), str(days))
        for each in fewer
        if int(each[1]) < days
    )


# ---- Beside the law -------------------------------------------------------------------------------------------------


def _against_law(finding: Finding, texts: Texts) -> Iterator[Ways]:
    own = [each for each in finding.clauses if texts.source(each.document) is not None]
    laws = [each for each in finding.clauses if each.document in texts.contracts and each not in own]
    # The law's own numbers are tried, the smallest first.
    days = sorted(
        {number for each in laws for number in _days_in(texts.contracts[each.document], each.clause)}
    )
    for place in own:
        for number in days:
            yield _time_to_cure(place, texts, number)
    for event in _events_of(laws, texts):
        yield _except(own, event, texts)


def _except(places: list[Clause], event: str, texts: Texts) -> Ways:
    """Except from every one of some norms what happens once an event of the law has."""
    lines = [line for place in places for line in texts.lines(place)]
    ended = [line.ended(f"unless {event} is done", f"除非 {event} 已发生") for line in lines]
    if not lines or len({line.source.path for line in lines}) > 1:
        return ()
    numbers = "、".join(dict.fromkeys(place.norm or place.clause for place in places))
    typed = ended[0][1].lstrip(",， ")
    said = Said(
        f"except the case of the law, in {numbers.replace('、', ' and ')}: `{typed}`",
        f"除外法定情形，在{numbers}中写：`{typed}`",
    )
    return (Mend("exception", said, lines[0].source.path, tuple(edit for edit, _ in ended)),)


def _days_in(contract: Contract, clause: str) -> Iterator[int]:
    """Yield the numbers of days of which a clause speaks."""
    for said in (*contract.norms, *contract.priorities, *contract.bars):
        if said.clause == clause:
            for each in walk(said):
                if isinstance(each, Const) and isinstance(each.value, Period) and each.value.unit == "days":
                    yield each.value.count


def _events_of(laws: list[Clause], texts: Texts) -> dict[str, None]:
    """Return the events upon which laws give what they give."""
    found: dict[str, None] = {}
    for place in laws:
        for norm in texts.contracts[place.document].norms:
            if norm.id == place.norm and isinstance(norm.trigger, OnOccurrence):
                found[norm.trigger.name] = None
    return found


def _both(one: Ways, other: Ways) -> Ways:
    """Return two mends made together."""
    if not one or not other or one[0].path != other[0].path:
        return ()
    first, second = one[0], other[0]
    edits = _joined((*first.edits, *second.edits))
    said = Said(f"{first.said.en}; {second.said.en}", f"{first.said.zh}；{second.said.zh}")
    return (Mend(f"{first.what} and {second.what}", said, first.path, edits),)


def _joined(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return changes with those at one place made one, in their order."""
    found: dict[tuple[int, int], str] = {}
    for each in edits:
        found[each.start, each.end] = found.get((each.start, each.end), "") + each.text
    return tuple(Edit(start, end, text) for (start, end), text in found.items())


_PROPOSED: dict[str, Callable[[Finding, Texts], Iterator[Ways]]] = {
    "conflict": _of_a_conflict, "conflict/again": _of_a_conflict, "conflict/reading": _of_a_reading,
    "conflict/breaks": _of_a_broken_duty,
    "conflict/two sums": of_two_sums, "gap/case without sum": of_no_sum, "gap/case without rule": of_a_case,
    "competing": _of_rivals, "competing/paid twice": of_paid_twice,
    "against": _against_law, "against/measure": _against_law,
    "gap/power without bound": _of_a_power, "gap/no deadline": of_no_deadline, "gap/blank": of_a_blank,
    "gap/blank of law": of_a_blank,
    "gap/one end only": of_one_end, "dead": of_dead, "gap/no way out": of_a_state,
    "redundant/implied": of_a_repetition, "redundant/repeated": of_a_repetition,
    "gap/required by law": of_a_duty_of_law, "gap/number of law": of_a_number_of_law,
}  # fmt: skip
