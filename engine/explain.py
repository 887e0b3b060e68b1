"""Decisions in words, Chinese and English, both from the one reason tree.

`outline` gives lines with their depth, `prose` a paragraph, `as_json` everything for a machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contractlang.diagnostic import Language
from contractlang.source import Source
from engine.dates import iso
from engine.decision import Decision, Reason, Receipt
from engine.lawtext import LawText
from engine.naming import LANGUAGES
from engine.program import Program
from engine.question import CALLED, Question
from engine.voice import Line, Voice


def outline(
    decision: Decision,
    question: Question,
    program: Program,
    language: Language,
    sources: Mapping[str, Source] | None = None,
    law_text: LawText | None = None,
) -> list[Line]:
    """Return the explanation as lines with their depth: the answer, why, what is open, what would turn it, until when.

    With `sources`, a line that cites a clause ends with three spaces and its place, like `voip-1.contract:88`. With
    `law_text`, the words of an article of a law stand beneath the first line that cites it.
    """
    return list(_lines(decision, Voice(program, language, question, sources or {}, law_text)))


def prose(
    decision: Decision,
    question: Question,
    program: Program,
    language: Language,
    sources: Mapping[str, Source] | None = None,
    law_text: LawText | None = None,
) -> str:
    """Return the explanation as one paragraph: a reason that rests on others has them in brackets after it."""
    voice = Voice(program, language, question, sources or {}, law_text)
    gap = voice.pick(" ", "")
    said = ""
    brackets = last = 0
    first = 1
    for depth, line in _lines(decision, voice):
        # What stands under "depending on that:" reads on; the depths of the rest are counted from there.
        if depth <= 1:
            first = 1
        if said.endswith((":", "：")):
            said, first = said + gap + line, depth
        elif depth > max(last, first):
            said, brackets = said + voice.pick(" (", "（") + line, brackets + 1
        elif depth > first:
            said += voice.pick("; ", "；") + line
        else:
            said = voice.sentence_end(said, brackets) + voice.pick(line[:1].upper() + line[1:], line)
            brackets = 0
        last = depth
    return voice.sentence_end(said, brackets).rstrip()


def as_json(
    decision: Decision, question: Question, program: Program, sources: Mapping[str, Source] | None = None,
    law_text: LawText | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return everything for a machine: question, decision (as its schema has it), and the lines in both languages.

    With `law_text`, also the articles of laws that are cited, as far as they were found.
    """
    found = {} if law_text is None else {"law_text": _articles_as_json(decision, program, law_text)}
    return found | {
        "version": 1,
        "question": question_as_json(question),
        "decision": decision_as_json(decision),
        "explanation": {
            language: [
                {"depth": depth, "text": text}
                for depth, text in outline(decision, question, program, language, sources)
            ]
            for language in LANGUAGES
        },
    }


def _articles_as_json(decision: Decision, program: Program, law_text: LawText) -> list[dict[str, Any]]:
    laws = {each.name: each for each in program.contracts if each.kind == "law"}
    voice = Voice(program, "en")
    found = []
    for document, clause in dict.fromkeys(place for each in decision.reasons for place in voice.places(each)):
        if document in laws:
            article = law_text.article(laws[document], clause)
            found.append({
                "document": document, "clause": clause, "file": None if article is None else article.file,
                "text": None if article is None else "\n".join(article.paragraphs),
            })  # fmt: skip
    return found


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as `contract schema` describes it, without waiting for what checks schemas."""
    return {
        "version": 1,
        "answer": decision.answer,
        "verdict": decision.verdict.value if decision.verdict else None,
        "required": decision.required,
        "value": plain(decision.value),
        "truncated": decision.truncated,
        "reasons": [_reason_as_json(each) for each in decision.reasons],
        "missing": [item._asdict() for item in decision.missing],
        "could_be": list(decision.could_be),
        "assumes": [{"reading": reading, "option": option} for reading, option in decision.assumes],
        "cure": [cure._asdict() for cure in decision.cure],
        "holds_until": iso(decision.holds_until) if decision.holds_until is not None else None,
        "provisional": decision.provisional,
        "exact": decision.exact,
        "receipt": receipt_as_json(decision.receipt),
    }


def _reason_as_json(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "args": [plain(each) for each in reason.args],
        "holds": reason.holds,
        "events": list(reason.events),
        "parts": [_reason_as_json(part) for part in reason.parts],
    }


def question_as_json(question: Question) -> dict[str, Any]:
    """Return a question as JSON-ready values: its kind, and what it is about."""
    found: dict[str, Any] = {"kind": CALLED[type(question)]}
    for name in question.__slots__:
        value = getattr(question, name)
        if name == "at":
            found["as_of"] = iso(value)
        elif isinstance(value, Mapping):
            found[name] = {key: plain(each) for key, each in value.items()}
        else:
            found[name] = value
    return found


def receipt_as_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as JSON-ready values."""
    return {
        "documents": documents_as_json(receipt.documents),
        "engine": receipt.engine, "calendar": receipt.calendar, "terms": receipt.terms, "ledger": receipt.ledger,
        "events": receipt.events, "as_of": iso(receipt.as_of),
        "known_at": iso(receipt.known_at) if receipt.known_at is not None else None,
    }  # fmt: skip


def documents_as_json(documents: tuple[tuple[str, str, str], ...]) -> list[dict[str, str]]:
    """Return the documents that a receipt names as JSON-ready values."""
    return [{"name": n, "text_hash": t, "meaning_hash": m} for n, t, m in documents]


def plain(value: Any) -> str | int | bool | None:
    """Return a value as JSON has it."""
    return value if isinstance(value, str | int | bool | None) else str(value)


# ---- The lines ----------------------------------------------------------------------------------------------------


def _lines(decision: Decision, voice: Voice) -> Iterator[Line]:
    pick = voice.pick
    yield 0, voice.head(decision)
    reasons = decision.reasons
    if decision.answer == "undetermined":
        # What is below an open question is that of its cases; the items come first, since they are the answer.
        for item in decision.missing:
            yield 1, pick(f"missing: {voice.item(item)}", f"待定：{voice.item(item)}")
        if decision.could_be:
            could_be = [voice.answer(each) for each in decision.could_be]
            yield 1, pick(f"could be: {', '.join(could_be)}", f"可能是：{'、'.join(could_be)}")
        if reasons and reasons[0].code == "open":
            reasons = reasons[0].parts
        if reasons:
            yield 1, pick("depending on that:", "视此而定：")
            for reason in reasons:
                yield from voice.tree(reason, 2, None)
    else:
        for reason in reasons:
            yield from voice.tree(reason, 1, None)
    if decision.truncated and decision.answer in ("no_basis", "unregulated"):
        yield (
            1,
            pick(
                "the available text breaks off: its silence proves nothing",
                "现有文本不完整：未作规定不足为证",
            ),
        )
    for reading, option in decision.assumes:
        yield 1, voice.assumed(reading, option)
    if decision.cure:
        facts = [voice.cure(each) for each in decision.cure]
        yield (
            1,
            pick(f"would turn if: {' and '.join(facts)}", f"如有下列事实，结论即变：{'，并且'.join(facts)}"),
        )
    if decision.provisional:
        yield (
            1,
            pick(
                "provisional: the calendar of that year is not published yet",
                "暂定：该年度的节假日安排尚未公布",
            ),
        )
    if not decision.exact:
        yield 1, pick("not exact: there were more cases than were looked at", "未穷尽：情形过多，未逐一检查")
    if decision.holds_until is not None:
        end = voice.end(decision.holds_until)
        yield 1, pick(f"holds until {end}, unless something happens", f"如无新事实，至{end}有效")
    yield 1, voice.receipt(decision.receipt)
