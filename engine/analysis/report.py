"""Findings as a lawyer reads them, as JSON, and as SARIF for whatever shows findings beside a text.

A finding in words: its sentence, the clauses side by side as printed, the dated history with what came of each entry
and what the engine answers at its end, what would settle it, and how far was searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.source import Source, Span
from engine.account import Account
from engine.analysis.accepted import Acceptance, Accepted, rests_on
from engine.analysis.finding import Clause, Finding, Kind, Said, Witness
from engine.analysis.tries import Tried, said_of
from engine.analysis.under import under_called
from engine.dates import parse_as_of
from engine.event import START, Ledger
from engine.history import history
from engine.program import Program
from engine.question import AmountOfSum, InBreachOf
from engine.settings import terms_from
from engine.telling import say, say_event
from engine.voice import Voice
from engine.widths import folded, padded, wide, wrapped
from engine.written_events import event_from

KINDS: dict[Kind, tuple[Said, Said]] = {
    "conflict": (Said("conflicts", "冲突"), Said(
        "one norm permits or requires what another forbids", "一条规范允许或要求另一条规范所禁止的行为")),
    "competing": (Said("competing remedies", "竞合的救济"), Said(
        "two remedies are open on one breach, in no order", "同一违约引起两种救济，先后未定")),
    "against": (Said("against the law", "与法律抵触"), Said(
        "the law takes from an agreed norm what it gives", "法律否定约定规范所赋予的内容")),
    "dead": (Said("norms that never apply", "永不适用的规范"), Said(
        "no history brings the norm to apply", "没有任何经过能使该规范适用")),
    "redundant": (Said("said twice", "重复约定"), Said("two sentences say the same", "两处约定内容相同")),
    "gap": (Said("gaps", "缺漏"), Said("something that no sentence settles", "没有任何约定予以规定的事项")),
    "agreements": (Said("between the agreements", "两份协议之间"), Said(
        "two agreements in one account do not fit together", "同一账户下的两份协议互不衔接")),
    "unknown": (Said("undecided", "未能判定"), Said(
        "not decided within the limit; this is not counted as fine", "在限度内未能判定；不视为没有问题")),
}  # fmt: skip
"""The kinds of finding in the order in which a report has them: what they are called, and what they are."""

# ---- In words -------------------------------------------------------------------------------------------------------


def heading(kind: Kind, language: Language) -> str:
    """Return what findings of a kind stand under."""
    called, means = (_pick(each, language) for each in KINDS[kind])
    return f"{called}: {means}" if language == "en" else f"{called}：{means}"


def lines(
    finding: Finding, program: Program, language: Language, width: int, accepted: Accepted | None = None
) -> Iterator[str]:
    """Yield a finding in words, line by line."""
    yield from wrapped(_pick(finding.sentence, language), width, "• ", "  ")
    yield from _clauses(finding, program, language, width)
    if finding.witness is not None:
        yield from (f"    {each}" for each in _witness(finding.witness, program, language, width - 4))
    for each in finding.settles:
        said = _pick(each, language)
        yield from wrapped(said, width, "    " + _label("settled if", "可补救", language), "      ")
    if finding.bound is not None:
        yield from wrapped(_pick(finding.bound, language), width, "    ", "      ")
    if accepted is not None:
        yield from (f"    {each}" for each in _acceptance(finding, accepted, language))
    yield f"    {finding.key}"


def _label(en: str, zh: str, language: Language) -> str:
    return f"{en}: " if language == "en" else f"{zh}："


def _acceptance(finding: Finding, accepted: Accepted, language: Language) -> Iterator[str]:
    held, undone = accepted.of(finding), accepted.reopened(finding)
    if held is not None:
        said = Said(f"accepted on {held.date}: {held.reason}", f"已于{held.date}接受：{held.reason}")
        yield _pick(said, language)
    elif undone is not None:
        said = Said(
            f"was accepted on {undone.date} ({undone.reason}); the wording has changed since, so it is open again",
            f"曾于{undone.date}接受（{undone.reason}）；此后文字已变更，重新列出",
        )
        yield _pick(said, language)


# -- the clauses


def _clauses(finding: Finding, program: Program, language: Language, width: int) -> Iterator[str]:
    """Two clauses stand side by side where there is room, more of them one beneath the other."""
    voice = Voice(program, language)
    texts = [
        (voice.clause(*place), _text(voice, *place))
        for place in dict.fromkeys((each.document, each.clause) for each in finding.clauses)
    ]
    texts = [(name, text) for name, text in texts if text]
    half = (width - 9) // 2
    if len(texts) == 2 and half >= 30:
        columns = [[name, *folded(text, half)] for name, text in texts]
        for row in range(max(map(len, columns))):
            left, right = (column[row] if row < len(column) else "" for column in columns)
            yield f"    {left}{' ' * (half - wide(left))} │ {right}".rstrip()
        return
    for name, text in texts:
        yield from wrapped(text, width, f"    {name}  ", "      ")


def _text(voice: Voice, document: str, number: str) -> str:
    """Return a clause as printed; a law, which is restated in both languages, in this one."""
    contract = voice.contract(document)
    clause = contract.clause(number) if contract is not None else None
    if contract is None or clause is None:
        return ""
    text = " ".join(clause.text.split())
    if text.startswith(f"{number} "):
        # The number that is printed is the one it is called by.
        text = text.removeprefix(number).strip()
    return voice.text(text) if contract.kind == "law" else text


# -- the history


def account_of(witness: Witness, program: Program) -> Account:
    """Return the account that a witness shows, as the engine takes it."""
    layers = ("contract", *sorted({each.layer for each in program.contracts if each.kind == "law"}))
    terms = terms_from(program, witness.settings, layers, witness.readings, witness.answers)
    events = [event_from(program, each, f"entry {number}") for number, each in enumerate(witness.entries, 1)]
    return Account(program, terms, Ledger(tuple(events)))


def _witness(witness: Witness, program: Program, language: Language, width: int) -> Iterator[str]:
    account = account_of(witness, program)
    voice = voice_of(witness, program, language)
    until = max((each.effect_at for each in account.ledger), default=START)
    asked = witness.asked
    if "at" in asked:
        until = max(until, parse_as_of(str(asked["at"])))
    yield _pick(Said("it can happen like this:", "可能的经过："), language)
    for entry in history(account, until):
        at = voice.pick("at any time", "不论何时") if entry.at is None else voice.moment(entry.at)
        said = "; ".join(say_event(each, voice) for each in entry.events)
        said = said or voice.pick("(time passes)", "（时间届至）")
        yield from wrapped(said, width, f"  {padded(at, 20)}", " " * 22)
        for each in entry.happenings:
            yield from wrapped(say(each, voice), width, " " * 22 + "→ ", " " * 24)
    for layers, answer in witness.verdicts.items():
        said = f"{question_of(witness, account, voice)}{voice.pick(': ', '：')}{voice.answer(answer)}"
        called = under_called(layers, voice)
        under = voice.pick(f"the engine, {called}: ", f"引擎（{called}）：")
        yield from wrapped(under + said, width, "  ", "    ")


def voice_of(witness: Witness, program: Program, language: Language) -> Voice:
    """Return who speaks of a witness: where a sum or a breach was asked for, about that."""
    asked = witness.asked
    if not {"sum", "norm"} & set(asked) or "document" not in asked:
        return Voice(program, language)
    at = parse_as_of(str(asked["at"]))
    if "norm" in asked:
        return Voice(program, language, InBreachOf(asked["by"], asked["norm"], at, asked["document"]))
    return Voice(program, language, AmountOfSum(asked["sum"], at, asked.get("about"), asked["document"]))


def question_of(witness: Witness, account: Account, voice: Voice) -> str:
    """Return what the engine was asked at the end of the history."""
    asked = witness.asked
    if voice.question is not None:
        return voice.asking()
    if not {"by", "act", "at"} <= set(asked):
        return voice.pick("asked", "所问")
    raw = {"id": "?", "name": asked["act"], **{name: each for name, each in asked.items() if name != "act"}}
    fields = event_from(account.program, raw, "asked").fields
    who, act = voice.who(str(asked["by"])), voice.plain(str(asked["act"]))
    told, at = voice.fields(str(asked["act"]), fields), voice.as_of(parse_as_of(str(asked["at"])))
    return voice.pick(f"{who} may {act}{told} on {at}", f"{who}于{at}可否{act}{told}")


def _pick(said: Said, language: Language) -> str:
    return said.en if language == "en" else said.zh


# ---- As JSON --------------------------------------------------------------------------------------------------------


def as_json(
    finding: Finding, contracts: Mapping[str, Contract], accepted: Accepted | None = None,
    tries: Sequence[Tried] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return a finding as JSON-ready values (docs/analysis.md tells the fields); `mends` only where some were tried."""
    held = accepted.of(finding) if accepted is not None else None
    undone = accepted.reopened(finding) if accepted is not None else None
    return {
        "key": finding.key,
        "kind": finding.kind,
        "what": finding.detail.get("what"),
        "clauses": [
            {
                "document": each.document, "clause": each.clause, "norm": each.norm or None,
                "text": _printed(contracts, each),
            }
            for each in finding.clauses
        ],
        "sentence": finding.sentence._asdict(),
        "settles": [each._asdict() for each in finding.settles],
        "bound": finding.bound._asdict() if finding.bound is not None else None,
        "witness": _witness_as_json(finding.witness),
        "detail": {name: value for name, value in finding.detail.items() if name != "what"},
        "rests_on": rests_on(finding, contracts),
        "accepted": _acceptance_as_json(held),
        "reopened": _acceptance_as_json(undone),
        **({"mends": [_mend_as_json(each) for each in tries]} if tries is not None else {}),
    }  # fmt: skip


def _mend_as_json(tried: Tried) -> dict[str, Any]:
    return {
        "what": tried.mend.what, "sentence": tried.mend.said._asdict(), "path": tried.mend.path,
        "edits": [each._asdict() for each in tried.mend.edits], "settles": tried.settles,
        "new": [each.key for each in tried.new], "gone": list(tried.gone),
    }  # fmt: skip


def _printed(contracts: Mapping[str, Contract], place: Clause) -> str | None:
    contract = contracts.get(place.document)
    clause = contract.clause(place.clause) if contract is not None else None
    return clause.text if clause is not None else None


def _witness_as_json(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {
        "entries": [dict(each) for each in witness.entries],
        "settings": dict(witness.settings), "readings": dict(witness.readings), "answers": dict(witness.answers),
        "asked": dict(witness.asked), "verdicts": dict(witness.verdicts),
    }  # fmt: skip


def _acceptance_as_json(held: Acceptance | None) -> dict[str, Any] | None:
    return {"reason": held.reason, "date": held.date.isoformat()} if held is not None else None


# ---- As SARIF -------------------------------------------------------------------------------------------------------

_SERIOUS = ("conflict", "against", "unknown")


def as_sarif(
    findings: Sequence[Finding], contracts: Mapping[str, Contract], sources: Mapping[str, Source],
    language: Language, accepted: Accepted | None = None, tries: Mapping[str, Sequence[Tried]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return findings as a SARIF 2.1.0 log; one that is accepted is suppressed, with its reason.

    Mends that were tried and settle a finding are its `fixes`.
    """
    rules = [
        {
            "id": kind, "name": kind, "shortDescription": {"text": _pick(KINDS[kind][0], language)},
            "fullDescription": {"text": _pick(KINDS[kind][1], language)},
        }
        for kind in KINDS
    ]  # fmt: skip
    results = [
        _result(each, contracts, sources, language, accepted, (tries or {}).get(each.key, ()))
        for each in findings
    ]
    driver = {"name": "contract-engine", "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(
    finding: Finding, contracts: Mapping[str, Contract], sources: Mapping[str, Source], language: Language,
    accepted: Accepted | None, tries: Sequence[Tried],
) -> dict[str, Any]:  # fmt: skip
    places = [place for each in finding.clauses if (place := _location(each, contracts, sources)) is not None]
    held = accepted.of(finding) if accepted is not None else None
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": list(KINDS).index(finding.kind),
        "level": "error" if finding.kind in _SERIOUS else "warning",
        "message": {"text": _pick(finding.sentence, language)},
        "locations": places[:1],
        "relatedLocations": [{"id": number, **place} for number, place in enumerate(places[1:], 1)],
        "partialFingerprints": {"finding/v1": finding.key},
    }
    if held is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": held.reason}]
    fixes = [_fix(each, sources[each.mend.path], language) for each in tries if each.settles]
    if fixes:
        result["fixes"] = fixes
    return result


def _fix(tried: Tried, source: Source, language: Language) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(Span(source.path, each.start, each.end), source),
            "insertedContent": {"text": each.text},
        }
        for each in tried.mend.edits
    ]
    came = " ".join((_pick(said_of(tried), language), *(each.key for each in tried.new)))
    return {
        "description": {"text": f"{_pick(tried.mend.said, language)} ({came})"},
        "artifactChanges": [{"artifactLocation": {"uri": source.path}, "replacements": replacements}],
    }


def _location(
    place: Clause, contracts: Mapping[str, Contract], sources: Mapping[str, Source]
) -> dict[str, Any] | None:
    contract = contracts.get(place.document)
    clause = contract.clause(place.clause) if contract is not None else None
    if contract is None:
        return None
    # What is declared above the text stands where it is declared.
    stands = clause if clause is not None else contract.declarations.get(place.norm)
    span = stands.span if stands is not None else None
    physical: dict[str, Any] = {"artifactLocation": {"uri": contract.path}}
    if span is not None and contract.path in sources:
        physical["region"] = _region(span, sources[contract.path])
    return {
        "physicalLocation": physical,
        "logicalLocations": [
            {"name": place.clause, "fullyQualifiedName": f"{place.document}/{place.clause}"}
        ],
    }


def _region(span: Span, source: Source) -> dict[str, int]:
    line, column = source.place(span.start)
    end_line, end_column = source.place(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def counted(findings: Iterable[Finding]) -> dict[Kind, int]:
    """Return how many findings there are of each kind, in the order of a report."""
    found = list(findings)
    return {kind: count for kind in KINDS if (count := sum(each.kind == kind for each in found))}
