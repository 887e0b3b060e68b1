"""A scenario while it is built: what its events come to on a day, why, and the case that is saved of it.

Settings, ledger and expectations are the lines of literate cases (docs/scenarios.md), so that what is tried is
what `contract test` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contractlang.declaration import BlankDecl, OccurrenceDecl, PartyDecl, QuestionDecl, ReadingDecl, TypeDecl
from contractlang.norms import Maintenance, Who
from engine.account import Account
from engine.account_standing import standing
from engine.cases import ANSWERS, cases_in, judged, layers_of, ledger_of, question_of, run_case, terms_of
from engine.dates import iso, parse_day
from engine.decision import Decision
from engine.errors import BadEvent, BadQuestion, BadTerms, EngineError
from engine.event import BOTH
from engine.explain import as_json
from engine.history import history
from engine.naming import LANGUAGES
from engine.question import May
from engine.render import told_standing
from engine.telling import say, say_event
from engine.voice import Voice
from engine.workbench.folder import BadFile
from engine.workbench.opened import Opened

MOST_LINES = 2_000
_CHINESE = {value: key for key, value in ANSWERS.items() if not key.isascii()} | {
    "yes": "违约",
    "no": "未违约",
}


# ---- What can be said -------------------------------------------------------------------------------------------


def words(opened: Opened) -> dict[str, Any]:
    """Return what events, settings and questions of a contract may name, each in both languages.

    parties (name, en, zh); acts (name, en, zh, is_act, by, fields: name, en, zh, kind, options); blanks and readings
    (name, en, zh, kind, options); questions (name, en, zh, text, options, evidence); norms (name, clause).
    """
    program, chinese = opened.program, opened.chinese
    english, own = opened.voices

    def named(each: Any) -> dict[str, Any]:
        spelled = [name for name in (each.name, each.alias) if name and name.isascii() is not chinese]
        return {"name": each.name, "written": (spelled or [each.name])[0], **_both(each)}

    def options(kind: Any) -> list[dict[str, str]]:
        declared = program.declarations.get(kind.of)
        return (
            [_both(each) | {"name": each.name} for each in declared.options]
            if isinstance(declared, TypeDecl)
            else []
        )

    declared = list(program.declarations.values())
    spoken = {rule.act_name for rule in program.rules if rule.home}
    spoken |= {rule.trigger_name for rule in program.rules if rule.home and rule.trigger_name}
    return {
        "chinese": chinese,
        "parties": [named(each) for each in declared if isinstance(each, PartyDecl)],
        "acts": [
            named(each) | {
                "is_act": each.is_act, "by": each.actor if isinstance(each.actor, str) else None,
                "spoken": each.name in spoken,
                "fields": [
                    named(param) | {"kind": param.kind.name, "of": param.kind.of, "options": options(param.kind)}
                    for param in each.params
                ],
            }
            for each in declared if isinstance(each, OccurrenceDecl)
        ],
        "blanks": [
            named(each) | {"kind": each.kind.name, "options": options(each.kind)}
            for each in declared if isinstance(each, BlankDecl) and not each.gap
        ],
        "readings": [
            named(each) | {"name": each.external, "options": _options(each.options)}
            for each in declared if isinstance(each, ReadingDecl) and each.external.startswith("RS-")
        ],
        "questions": [
            named(each) | {
                "outside": each.external or each.name, "evidence": each.evidence,
                "text": {"en": english.text(each.text), "zh": own.text(each.text)},
                "options": _options(each.options), "kind": each.kind.name,
            }
            for each in declared if isinstance(each, QuestionDecl)
        ],
        "norms": [
            {"name": rule.norm.label if len(rule.norm.label) > 1 else rule.norm.clause, "clause": rule.norm.clause}
            for rule in program.rules if rule.home
        ],
    }  # fmt: skip


def _options(options: Iterable[Any]) -> list[dict[str, str]]:
    return [_both(each) | {"name": each.name} for each in options]


def _both(each: Any) -> dict[str, str]:
    """Return a name in both languages; the one that is not there is the other."""
    zh = next((name for name in (each.name, each.alias) if name and not name.isascii()), "")
    en = next((name for name in (each.name, each.alias) if name and name.isascii()), "")
    return {"en": (en or zh).replace("_", " "), "zh": zh or en}


# ---- What comes of it -------------------------------------------------------------------------------------------


def account(opened: Opened, given: Mapping[str, Any]) -> Account:
    """Return the account that settings and ledger lines describe. Raises BadFile naming the list, with the line."""
    settings, ledger = lines_of(given, "settings"), lines_of(given, "ledger")
    try:
        terms = terms_of(opened.program, settings, layers_of(settings) or None)
    except BadTerms as wrong:
        raise BadFile(f"settings {_line_with(settings, wrong.field)}", wrong.why(opened.language)) from None
    try:
        return Account(opened.program, terms, ledger_of(opened.program, ledger, 0))
    except BadEvent as wrong:
        number = re.match(r"line (\d+)", wrong.where)
        field = f"ledger {number[1]}" if number is not None else "ledger"
        raise BadFile(field, wrong.why(opened.language)) from None


def scene(opened: Opened, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return where an account stands at the end of a day, how it came to that, and who may do what, with the lines to
    ask each by. Sentences are {en, zh}."""
    held = account(opened, given)
    day = _day(given)
    until = _asked(opened, f"{day} {'协议' if opened.chinese else 'agreement'}")[0].at
    end = standing(held, until)
    rows = [told_standing(end, voice) for voice in opened.voices]
    entries = history(held, until)
    return {
        "day": day,
        "standing": [
            {"name": _said(en[0], zh[0]), "rows": [_said(*pair) for pair in zip(en[1], zh[1], strict=True)]}
            for en, zh in zip(*rows, strict=True)
        ],
        "breaches": [
            {"from": iso(each.started_at)[:10], "to": iso(each.ended_at)[:10] if each.ended_at is not None else None}
            for each in end.breaches
        ],
        "history": [
            {
                "at": iso(entry.at)[:16] if entry.at is not None else None,
                "events": [_in_both(opened, say_event, each) for each in entry.events],
                "happenings": [_in_both(opened, say, each) | {"bad": each.bad} for each in entry.happenings],
            }
            for entry in entries
        ],
        "asks": list(_asks(opened, held, day)),
    }  # fmt: skip


def _asks(opened: Opened, held: Account, day: str) -> Iterator[dict[str, Any]]:
    """Yield each act that the contract speaks of, by whom, and whether it may be done on a day."""
    for party, act in acts_spoken_of(opened):
        line = may_line(opened, party, act, day)
        try:
            question, _ = _asked(opened, line)
            decision = held.decide(question)
        except EngineError:
            # An act that must be asked about with its values is asked in the other panel.
            continue
        answer = answer_of(decision)
        english, own = opened.voices
        yield {
            "line": line, "answer": answer, "party": _said(english.who(party), own.who(party)),
            "act": _said(english.name(act), own.name(act)), "expect": _expected(opened, line, decision),
            "said": _said(english.answer(answer), own.answer(answer)),
        }  # fmt: skip


def acts_spoken_of(opened: Opened) -> list[tuple[str, str]]:
    """Return who may be asked about, and about which act: those of which the contract speaks."""
    program = opened.program
    seen: dict[tuple[str, str], None] = {}
    for rule in program.rules:
        if not rule.home or isinstance(rule.norm, Maintenance) or not rule.act_name:
            continue
        who = rule.norm.bearer
        bearers = (who,) if isinstance(who, str) else () if who is Who.BOTH else program.bound_parties
        seen |= dict.fromkeys((bearer, rule.act_name) for bearer in bearers)
    return list(seen)


def may_line(opened: Opened, party: str, act: str, day: str) -> str:
    """Return the line that asks whether a party may do an act on a day, in the language of the contract."""
    return f"{day} {written(opened, party)} {'可否' if opened.chinese else 'may'} {written(opened, act)}"


def answer_of(decision: Decision) -> str:
    """Return the answer; that an act is not only allowed but owed is an answer of its own."""
    return "required" if decision.required else decision.answer


def asked(opened: Opened, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a question line about what settings and ledger lines describe."""
    return told(opened, account(opened, given), str(given.get("question") or "").strip())


def told(opened: Opened, held: Account, line: str) -> dict[str, Any]:
    """Return the answer to a question line: its head and reasons as lines, what is missing and what would cure it."""
    question, known = _asked(opened, line)
    try:
        decision = held.answer(question, known)
    except (BadQuestion, BadEvent) as wrong:
        raise BadFile("question", wrong.why(opened.language)) from None
    said = as_json(decision, question, opened.program, opened.sources)
    voices = [voice.asked(question) for voice in opened.voices]
    return {
        "answer": answer_of(decision),
        "lines": said["explanation"],
        "expect": _expected(opened, line, decision),
        "is_may": isinstance(question, May),
        "holds_until": iso(decision.holds_until)[:16] if decision.holds_until is not None else None,
        "missing": [
            {"kind": each.kind, "name": each.name, "about": each.about, "said": _in(voices, Voice.item, each)}
            for each in decision.missing
        ],
        "could_be": [_in(voices, Voice.answer, each) for each in decision.could_be],
        "cure": [_in(voices, Voice.cure, each) for each in decision.cure],
        "assumes": [_in(voices, Voice.assumed, *each) for each in decision.assumes],
    }  # fmt: skip


def _asked(opened: Opened, line: str) -> tuple[Any, int | None]:
    try:
        return question_of(opened.program, line)
    except (BadQuestion, BadEvent) as wrong:
        raise BadFile("question", wrong.why(opened.language)) from None
    except ValueError as wrong:
        zh = getattr(wrong, "zh", str(wrong))
        raise BadFile("question", zh if opened.chinese else str(wrong)) from None


def _expected(opened: Opened, line: str, decision: Decision) -> str:
    """Return the line of an `expect` block that holds of a decision."""
    got, _ = judged(opened.program, decision, "", None)
    answer, _, missing = got.partition(" missing ")
    if opened.chinese:
        return f"{line}：{_CHINESE.get(answer, answer)}" + (f" 缺 {missing}" if missing else "")
    breach = {"yes": "breached", "no": "no breach"} if " in breach of " in line else {}
    return f"{line}: {breach.get(answer, answer.replace('_', ' '))}" + (
        f" missing {missing}" if missing else ""
    )


# ---- Cases ------------------------------------------------------------------------------------------------------


def cases(path: str, text: str) -> list[dict[str, Any]]:
    """Return the cases of a file of scenarios, each with its lines; those with a contract of their own are left out."""
    return [
        {"title": each.title, "line": each.line}
        | {name: [line for line in each.blocks.get(name, (0, []))[1] if line.strip()] for name in _BLOCKS}
        for each in cases_in(path, text)
        if "contract" not in each.blocks
    ]


_BLOCKS = ("settings", "ledger", "expect")


def case(opened: Opened, given: Mapping[str, Any]) -> str:
    """Return a scenario as the text of a literate case. Raises BadFile where a line of it does not hold."""
    title = " ".join(str(given.get("title") or "").split())
    expects = lines_of(given, "expect")
    if not title:
        raise BadFile("title", "give the scenario a title" if not opened.chinese else "请给案例起一个标题")
    if not expects:
        raise BadFile(
            "expect",
            "choose at least one answer to expect" if not opened.chinese else "请至少选定一个预期结论",
        )
    parts = [f"## {title}\n"]
    for name in _BLOCKS:
        lines = lines_of(given, name)
        if any("```" in each for each in lines):
            raise BadFile(name, "a line cannot hold ```")
        if lines or name != "settings":
            parts.append(f"```{name}\n" + "".join(f"{line}\n" for line in lines) + "```\n")
    text = "\n".join(parts)
    account(opened, given)
    for ran in run_case(cases_in("scenarios.md", text)[0], opened.program):
        if not ran.passed:
            raise BadFile("expect", f"{ran.written} — {ran.got}")
    return text


# ---- Small things -----------------------------------------------------------------------------------------------


def lines_of(given: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of single lines that a request gives. Raises BadFile."""
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and "\n" not in each for each in found):
        raise BadFile(name, f"`{name}` must be a list of lines")
    if len(found) > MOST_LINES:
        raise BadFile(name, f"`{name}`: at most {MOST_LINES} lines")
    return [each.strip() for each in found if each.strip()]


def _line_with(lines: Iterable[str], field: str) -> int:
    return next((place for place, line in enumerate(lines) if line.partition("=")[0].strip() == field), 0)


def _day(given: Mapping[str, Any]) -> str:
    day = str(given.get("day") or "")
    try:
        return parse_day(day).isoformat()
    except (ValueError, EngineError):
        raise BadFile("day", f"`{day}` is no day; write it as 2026-09-01") from None


def written(opened: Opened, name: str) -> str:
    """Return a name as lines of the contract's language have it."""
    if name == BOTH:
        return "双方" if opened.chinese else "both"
    declared = opened.program.declarations.get(name)
    if declared is None or not declared.alias or declared.name.isascii() is not opened.chinese:
        return name
    return declared.alias


def _said(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _in_both(opened: Opened, speak: Any, each: Any) -> dict[str, Any]:
    return {voice.language: speak(each, voice) for voice in opened.voices}


def _in(voices: Sequence[Voice], speak: Any, *each: Any) -> dict[str, str]:
    return {language: speak(voice, *each) for language, voice in zip(LANGUAGES, voices, strict=True)}
