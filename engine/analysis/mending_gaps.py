"""What a lawyer could type where the text leaves something open, says it twice, or says what never applies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl, OccurrenceDecl
from contractlang.expression import Const
from contractlang.fixes import Edit
from contractlang.norms import Obligation, Within
from contractlang.source import Source
from contractlang.spellings import in_chinese
from contractlang.values import Period
from engine.analysis.calling import spelled, spot
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.lines import (
    EXAMPLE,
    Line,
    Mend,
    Texts,
    Ways,
    beneath,
    changed,
    statement_at,
    to_the_end,
)
from engine.walk import walk


def of_no_deadline(finding: Finding, texts: Texts) -> Iterator[Ways]:
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
                found.append(to_the_end("deadline", place, line, edit, typed, "for example", "例如"))
        yield tuple(found)


def _bringing(line: Line, texts: Texts) -> Iterator[str]:
    """Yield the acts that bring the state in which a duty is owed."""
    wanted = {each.value for each in walk(line.norm.when) if isinstance(each, Const)}
    for declared in texts.contracts[line.norm.document].declarations.values():
        if isinstance(declared, OccurrenceDecl) and any(each.option in wanted for each in declared.sets):
            yield line.pick(*spelled(declared))


def of_a_blank(finding: Finding, texts: Texts) -> Iterator[Ways]:
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
            start, end = statement_at(source, norm.span.start)
            edits += [
                Edit(start + each.start(), start + each.end(), typed)
                for each in re.finditer(rf"(?<![\w:：])(?:{names})(?!\w)", source.text[start:end])
            ]
    en, zh = spelled(declared)
    said = Said(f"for example, write `{typed}` for the blank `{en}`", f"例如，以`{typed}`填入空白“{zh}”")
    return Mend("value", said, source.path, tuple(dict.fromkeys(edits))) if edits else None


def of_one_end(finding: Finding, texts: Texts) -> Iterator[Ways]:
    for place in finding.clauses:
        for line in texts.lines(place):
            edits = line.replaced(
                r"agreement is terminated", "(agreement is terminated or agreement is expired)"
            )
            edits += line.replaced(r"协议 为 解除", "(协议 为 解除 或 协议 为 到期)")
            if edits:
                said = changed(place, edits[0].text, "at every end", "不论何种终止")
                yield (Mend("every end", said, line.source.path, edits),)


def of_a_state(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let who can lead out of a state do so: by an act that sets it to another value."""
    state, value = str(finding.detail["state"]), str(finding.detail["value"])
    for place in finding.clauses[:1]:
        line = texts.line(place)
        if line is None:
            return
        known = texts.contracts[place.document].declarations
        for act in known.values():
            if not isinstance(act, OccurrenceDecl) or not isinstance(act.actor, str):
                continue
            if any(each.state == state and each.option not in (None, value) for each in act.sets):
                its, who, does = spelled(known[state]), spelled(known[act.actor]), spelled(act)
                options = getattr(known[state], "options", ())
                there = next(spelled(each) for each in options if each.name == value)
                en = f"while {its.en} is {there.en}, {who.en} must {does.en} within {EXAMPLE} days"
                zh = f"{its.zh} 为 {there.zh} 时，{who.zh} 应 {does.zh}，限 {EXAMPLE}日 内"
                edit, typed = line.below(en, zh)
                said = beneath(place, typed, "for example", "例如")
                yield (Mend("way out", said, line.source.path, (edit,)),)


def of_a_repetition(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Strike the norm that says nothing of its own: the words above it stay the lawyer's to strike."""
    place = finding.clauses[-1 if finding.detail["what"] == "repeated" else 0]
    source = texts.source(place.document)
    if source is None:
        return
    contract = texts.contracts[place.document]
    said = [each.span for each in contract.norms if each.id == (place.norm or place.clause)]
    said += [each.span for each in contract.remarks if (each.how, each.clause) == ("see", place.clause)]
    found = [statement_at(source, span.start) for span in said if span.path == source.path]
    if found:
        edits = tuple(Edit(max(source.text.rfind("\n", 0, start), 0), end, "") for start, end in found)
        typed = "`, `".join(f"| {source.text[start:end]}" for start, end in found)
        at = spot(place)
        told = Said(f"strike in {at.en}: `{typed}`", f"删去{at.zh}中的：`{typed}`")
        yield (Mend("strike", told, source.path, edits),)


def of_a_duty_of_law(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Make what the law requires a duty of the agreement, as the law's norm says it."""
    own = [each for each in finding.clauses if texts.source(each.document) is not None]
    line = texts.line(own[-1]) if own else texts.last()
    if line is None:
        return
    place = Clause(line.norm.document, line.norm.clause, line.norm.id)
    said_by_law = (texts.of_law(law.document, law.norm) for law in finding.clauses)
    for text in dict.fromkeys(each for each in said_by_law if each is not None):
        edit, typed = line.below(text, text)
        said = beneath(place, typed, "as the law has it", "依法律写明")
        yield (Mend("duty", said, line.source.path, (edit,)),)


def of_a_number_of_law(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Write a time of the law in place of a reasonable one."""
    times: dict[Period, None] = {}
    for place in finding.clauses:
        for norm in texts.norms(place.document):
            limit = norm.window.limit if isinstance(norm, Obligation) and norm.window is not None else None
            if norm.id == place.norm and isinstance(limit, Within) and isinstance(limit.period, Const):
                times[limit.period.value] = None
    for place in finding.clauses:
        for line in texts.lines(place)[:1]:
            for time in times:
                en, zh = f"within {time}", f"限 {in_chinese(time)} 内"
                edits = line.replaced(r"within a reasonable time( judged by [^,，\s]+)?", en)
                edits += line.replaced(r"在合理期限内( 判断依 [^,，\s]+)?", zh)
                if edits:
                    said = changed(place, line.pick(en, zh), "as the law has it", "依法律写明")
                    yield (Mend("number", said, line.source.path, edits),)


def of_dead(finding: Finding, texts: Texts) -> Iterator[Ways]:
    """Let a norm outlive the agreement: what is owed after the end of it is owed only then."""
    line = texts.line(finding.clauses[0])
    if line is not None:
        edit, typed = line.below("survives", "存续")
        said = beneath(finding.clauses[0], typed, "let it outlive the agreement", "令其在协议终止后存续")
        yield (Mend("survival", said, line.source.path, (edit,)),)
