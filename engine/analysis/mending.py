"""What a lawyer could type to settle a finding: a priority, an exception, a deadline, a time to cure, a value.

A mend is a change of the file, not advice: it is laid on the text, read, and the analysis is run on what comes of it
(`mended.py`). Here are the changes that are worth trying for a kind of finding. One that cannot be read in its place is
dropped, so what is written here need not always fit. A number that the text does not give is an example, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contractlang.fixes import Edit
from contractlang.norms import (
    BlankDecl,
    Const,
    Contract,
    Norm,
    OccurrenceDecl,
    OnBreach,
    OnOccurrence,
    ReadingDecl,
)
from contractlang.source import Source
from contractlang.values import Period
from engine.analysis.finding import Clause, Finding, Said
from engine.walk import walk

EXAMPLE = 30
"""The days of a deadline, or of a time to cure, that the text does not give."""


@dataclass(frozen=True)
class Mend:
    """A change of one file that may settle a finding: what it does, what is typed, and where."""

    what: str
    said: Said
    path: str
    edits: tuple[Edit, ...]

    def applied(self, text: str) -> str:
        """Return the text with every change made."""
        for edit in sorted(self.edits, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text


Ways = tuple[Mend, ...]
"""Ways to write one mend, the best first: the first that can be read is tried."""


def mends(
    finding: Finding, contracts: Mapping[str, Contract], sources: Mapping[str, Source]
) -> Iterator[Ways]:
    """Yield what could be typed to settle a finding, in the files that the parties themselves have written."""
    propose = _PROPOSED.get(_sort(finding))
    if propose is not None:
        yield from propose(finding, _Texts(contracts, sources))


def _sort(finding: Finding) -> str:
    what = finding.detail.get("what")
    return f"{finding.kind}/{what}" if what else finding.kind


@dataclass(frozen=True)
class _Line:
    """The statement of a norm: where it stands, and in which language."""

    norm: Norm
    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The statement as written."""
        return self.source.text[self.start : self.end]

    def pick(self, en: str, zh: str) -> str:
        """Return what fits the language of the statement."""
        return zh if self.source.is_chinese else en

    def ended(self, en: str, zh: str) -> tuple[Edit, str]:
        """Return the change that ends the statement with a few words more, and these words."""
        typed = self.pick(f", {en}", f"，{zh}")
        return Edit(self.end, self.end, typed), typed

    def below(self, en: str, zh: str) -> tuple[Edit, str]:
        """Return the change that writes a line beneath the statement, and that line."""
        typed = f"| {self.pick(en, zh)}"
        return Edit(self.end, self.end, "\n" + typed), typed

    def replaced(self, pattern: str, by: str) -> tuple[Edit, ...]:
        """Return the changes that write something else wherever a pattern is found in the statement."""
        return tuple(
            Edit(self.start + found.start(), self.start + found.end(), found.expand(by))
            for found in re.finditer(pattern, self.text)
        )


class _Texts:
    """The documents of an analysis and the files they were read from."""

    def __init__(self, contracts: Mapping[str, Contract], sources: Mapping[str, Source]) -> None:
        self.contracts, self.sources = contracts, sources

    def source(self, document: str) -> Source | None:
        """Return the file of what parties agreed; None for a law."""
        contract = self.contracts.get(document)
        if contract is None or contract.kind not in ("agreement", "supplement"):
            return None
        return self.sources.get(contract.path)

    def lines(self, place: Clause) -> list[_Line]:
        """Return the statements of a norm: several where it has options."""
        source = self.source(place.document)
        if source is None:
            return []
        norms = self.contracts[place.document].norms
        return [
            _Line(each, source, *_statement(source, each.span.start))
            for each in norms
            if each.id == (place.norm or place.clause) and each.span.path == source.path
        ]

    def line(self, place: Clause) -> _Line | None:
        """Return the last statement of a norm, beneath which something may be written."""
        found = self.lines(place)
        return found[-1] if found else None

    def called(self, place: Clause, seen_from: str) -> tuple[str, ...]:
        """Return how a line of a document may call a norm: by its label, else by its clause or its document."""
        contract = self.contracts[place.document]
        if place.document != seen_from:
            agreements = [name for name, each in self.contracts.items() if each.kind == "agreement"]
            ordered = agreements.index(place.document) if place.document in agreements else -1
            source = self.source(seen_from)
            names = (("first agreement", "第一份协议"), ("second agreement", "第二份协议"))
            by_order = (names[ordered][source is not None and source.is_chinese],) if 0 <= ordered < 2 else ()
            return (*by_order, contract.base, *filter(None, (contract.alias,)))
        label = next((each.label for each in contract.norms if each.id == place.norm and each.label), "")
        unique = label and len({each.id for each in contract.norms if each.label == label}) == 1
        return (*((label,) if unique else ()), place.clause)


def _statement(source: Source, offset: int) -> tuple[int, int]:
    """Return where the statement around a place begins and ends, the lines that go on with it included."""
    text = source.text
    start = text.rfind("\n", 0, offset) + 1
    while (text[start : start + 2] in ("||", "｜｜")) and start:
        start = text.rfind("\n", 0, start - 1) + 1
    while text[start : start + 1] in ("|", "｜", " ", "\t", "　"):
        start += 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    while text[end + 1 : end + 3] in ("||", "｜｜"):
        further = text.find("\n", end + 1)
        end = len(text) if further < 0 else further
    return start, start + len(text[start:end].rstrip())


# ---- One act given and forbidden ------------------------------------------------------------------------------------


def _of_a_conflict(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    one, other = finding.clauses[:2]
    yield _priority(one, other, texts)
    yield _priority(other, one, texts)
    yield from _exception(other, one, texts)
    yield from _exception(one, other, texts)


def _priority(one: Clause, other: Clause, texts: _Texts) -> Ways:
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
                Mend(
                    "priority", _beneath(one, typed, "let it prevail", "令其优先"), line.source.path, (edit,)
                )
            )
    return tuple(found)


def _exception(from_: Clause, of: Clause, texts: _Texts) -> Iterator[Ways]:
    """Except from one norm the case in which another is open, where that says in which case it is."""
    conditions = dict.fromkeys(each for line in texts.lines(of) for each in _conditions(line.text))
    for condition in conditions:
        for line in texts.lines(from_):
            edit, typed = line.ended(f"unless {condition}", f"除非 {condition}")
            yield (_to_the_end("exception", from_, line, edit, typed, "except that case", "除外该情形"),)


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


def _of_a_reading(finding: Finding, texts: _Texts) -> Iterator[Ways]:
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


def _of_rivals(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    one, other = finding.clauses[:2]
    for first, then in ((one, other), (other, one)):
        yield _priority(first, then, texts)
    for place in (one, other):
        yield _time_to_cure(place, texts, EXAMPLE)


def _of_a_power(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    if "grace" in finding.detail.get("lacks", ()):
        for place in finding.clauses:
            yield _time_to_cure(place, texts, EXAMPLE)


def _time_to_cure(place: Clause, texts: _Texts, days: int) -> Ways:
    """Let a norm arise only some days after the breach on which it hangs, and only while that is not cured."""
    lines = texts.lines(place)
    edits = [each for line in lines for each in _overdue_for(line, days)]
    if edits:
        said = _changed(
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
    said = _changed(place, typed.lstrip(",， "), "only after a time to cure", "宽限期后方可")
    return (Mend("time to cure", said, lines[0].source.path, tuple(ended)),)


def _overdue_for(line: _Line, days: int) -> tuple[Edit, ...]:
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


def _against_law(finding: Finding, texts: _Texts) -> Iterator[Ways]:
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


def _except(places: list[Clause], event: str, texts: _Texts) -> Ways:
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


def _events_of(laws: list[Clause], texts: _Texts) -> dict[str, None]:
    """Return the events upon which laws give what they give."""
    found: dict[str, None] = {}
    for place in laws:
        for norm in texts.contracts[place.document].norms:
            if norm.id == place.norm and isinstance(norm.trigger, OnOccurrence):
                found[norm.trigger.name] = None
    return found


# ---- Gaps -----------------------------------------------------------------------------------------------------------


def _of_no_deadline(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    for place in finding.clauses:
        found = []
        for line in texts.lines(place)[:1]:
            tails = [(f"within {EXAMPLE} days", f"限 {EXAMPLE}日 内")]
            tails += [
                (f"within {EXAMPLE} days of {act}", f"自 {act} 起 限 {EXAMPLE}日 内")
                for act in _bringing(line, texts)
            ]
            tails.append(("at once", "立即"))
            for en, zh in tails:
                edit, typed = line.ended(en, zh)
                found.append(_to_the_end("deadline", place, line, edit, typed, "for example", "例如"))
        yield tuple(found)


def _bringing(line: _Line, texts: _Texts) -> Iterator[str]:
    """Yield the acts that bring the state in which a duty is owed."""
    wanted = {each.value for each in walk(line.norm.when) if isinstance(each, Const)}
    for declared in texts.contracts[line.norm.document].declarations.values():
        if isinstance(declared, OccurrenceDecl) and any(each.option in wanted for each in declared.sets):
            yield (declared.alias if line.source.is_chinese and declared.alias else declared.name)


def _of_a_blank(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    """Write a value where the blank is named in the norms, and in the words if they have one gap only."""
    for place in finding.clauses:
        source = texts.source(place.document)
        if source is None:
            continue
        contract = texts.contracts[place.document]
        declared = contract.declarations.get(str(finding.detail["blank"]))
        if isinstance(declared, BlankDecl) and (mend := _filled(declared, contract, source)) is not None:
            yield (mend,)
            return


_FILLED = {"years": ("2 years", "2年"), "months": ("2 months", "2个月"), "count": ("10", "10")}


def _filled(declared: BlankDecl, contract: Contract, source: Source) -> Mend | None:
    days = (f"{EXAMPLE} days", f"{EXAMPLE}日") if declared.kind.name == "duration" else None
    value = _FILLED.get(declared.kind.of or declared.kind.name, days)
    if value is None:
        return None
    typed = value[source.is_chinese]
    names = "|".join(re.escape(each) for each in (declared.name, declared.alias) if each)
    edits = []
    for norm in (*contract.norms, *contract.life):
        if norm.span.path == source.path:
            start, end = _statement(source, norm.span.start)
            edits += [
                Edit(start + each.start(), start + each.end(), typed)
                for each in re.finditer(rf"(?<![\w:：])(?:{names})(?!\w)", source.text[start:end])
            ]
    called = declared.alias if source.is_chinese and declared.alias else declared.name
    said = Said(
        f"for example, write `{typed}` for the blank `{called}`", f"例如，以`{typed}`填入空白“{called}”"
    )
    return Mend("value", said, source.path, tuple(dict.fromkeys(edits))) if edits else None


def _of_one_end(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    for place in finding.clauses:
        for line in texts.lines(place):
            edits = line.replaced(
                r"agreement is terminated", "(agreement is terminated or agreement is expired)"
            )
            edits += line.replaced(r"协议 为 解除", "(协议 为 解除 或 协议 为 到期)")
            if edits:
                said = _changed(place, edits[0].text, "at every end", "不论何种终止")
                yield (Mend("every end", said, line.source.path, edits),)


def _of_dead(finding: Finding, texts: _Texts) -> Iterator[Ways]:
    """Let a norm outlive the agreement: what is owed after the end of it is owed only then."""
    line = texts.line(finding.clauses[0])
    if line is not None:
        edit, typed = line.below("survives", "存续")
        said = _beneath(finding.clauses[0], typed, "let it outlive the agreement", "令其在协议终止后存续")
        yield (Mend("survival", said, line.source.path, (edit,)),)


# ---- In words -------------------------------------------------------------------------------------------------------


def _beneath(place: Clause, typed: str, en: str, zh: str) -> Said:
    number = place.norm or place.clause
    return Said(f"{en}, beneath {number}: `{typed}`", f"{zh}，写在{number}之下：`{typed}`")


def _changed(place: Clause, typed: str, en: str, zh: str) -> Said:
    number = place.norm or place.clause
    return Said(f"{en}, in {number}: `{typed}`", f"{zh}，在{number}中写：`{typed}`")


def _to_the_end(what: str, place: Clause, line: _Line, edit: Edit, typed: str, en: str, zh: str) -> Mend:
    said = _changed(place, typed.lstrip(",， "), en, zh)
    return Mend(what, said, line.source.path, (edit,))


_PROPOSED: dict[str, Callable[[Finding, _Texts], Iterator[Ways]]] = {
    "conflict": _of_a_conflict, "conflict/reading": _of_a_reading, "competing": _of_rivals,
    "against": _against_law, "against/measure": _against_law,
    "gap/power without bound": _of_a_power, "gap/no deadline": _of_no_deadline, "gap/blank": _of_a_blank,
    "gap/one end only": _of_one_end, "dead": _of_dead,
}  # fmt: skip
