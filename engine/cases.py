"""Literate cases: Markdown that a lawyer reads, with a ledger and what is expected of it, run as tests.

A case is a heading with fenced blocks beneath: `settings` (optional), `ledger`, `expect`, and in tests a `contract`
of its own. `docs/scenarios.md` shows the lines. Both languages may be used and mixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contractlang.declaration import OccurrenceDecl, PartyDecl, StateDecl
from contractlang.kinds import Kind, money_in
from contractlang.suggest import nearest
from contractlang.values import Money
from engine.account import Account
from engine.dates import end_of, parse_day, parse_instant
from engine.decision import Decision
from engine.errors import BadEvent, BadQuestion, EngineError, no_act, no_party
from engine.event import BOTH, BUILT_IN, Event, Ledger
from engine.intake import checked
from engine.program import Program
from engine.question import AmountOfSum, Arrived, InBreachOf, LastDay, May, Question, Renewed, StateOf
from engine.settings import terms_from
from engine.terms import Terms
from engine.written_events import event_from

_HEADING = re.compile(r"^(#+)\s+(.*)$")
DOCUMENTS = ("vocabulary", "contract", "version", "other", "supplement", "law")
"""The blocks that hold documents: beside the contract another version of it, another agreement, what supplements it."""

_FENCE = re.compile(r"^```\s*(\w*)\s*$")
_WHEN = re.compile(
    r"^(?P<day>\d{4}-\d{2}-\d{2}|\?)(?:[ T](?P<time>\d{1,2}:\d{2}(?::\d{2})?))?\s+(?P<rest>.*)$"
)
_PAIR = re.compile(r"(?P<key>[^\s=]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>\S+))")

ANSWERS = {
    "允许": "permitted", "必须": "required", "obliged": "required", "禁止": "forbidden", "无依据": "no_basis",
    "no basis": "no_basis", "未规定": "unregulated", "未定": "undetermined", "冲突": "conflicting", "违约": "yes",
    "breached": "yes", "已补正": "cured", "未违约": "no", "no breach": "no", "未生效": "draft", "有效": "in_force",
    "到期": "expired", "解除": "terminated", "是": "yes", "否": "no",
}  # fmt: skip


@dataclass
class Case:
    """One case of a Markdown file: where it begins, and its blocks."""

    path: str
    line: int
    title: str
    blocks: dict[str, tuple[int, list[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of an `expect` block: where it is, what it says, what was found."""

    path: str
    line: int
    case: str
    written: str
    expected: str
    got: str
    passed: bool
    decision: Decision | None = None


def cases_in(path: str, text: str) -> list[Case]:
    """Return the cases of a Markdown file."""
    return [each for each in _beneath_headings(path, text) if "expect" in each.blocks]


def unasked_in(path: str, text: str) -> list[Case]:
    """Return what has a ledger of which nothing is expected: its block is perhaps misspelt, or the one before open."""
    return [
        each
        for each in _beneath_headings(path, text)
        if "ledger" in each.blocks and "expect" not in each.blocks
    ]


def _beneath_headings(path: str, text: str) -> Iterator[Case]:
    """Yield what stands beneath each heading."""
    current = Case(path, 1, Path(path).stem)
    kind: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence and kind is None:
            kind = fence[1] or "text"
            if kind == "contract" and current.blocks.get("settings", (number, []))[0] < current.line:
                # Settings are those of a contract: another one begins without.
                del current.blocks["settings"]
            current.blocks[kind] = (number + 1, [])
        elif fence:
            kind = None
        elif kind is not None:
            current.blocks[kind][1].append(line)
        elif heading := _HEADING.match(line):
            yield current
            # Documents and settings stated once serve the cases that follow, until others are.
            below = len(heading[1]) > 1
            shared = (*DOCUMENTS, "settings")
            kept = {name: block for name, block in current.blocks.items() if below and name in shared}
            current = Case(path, number, heading[2], kept)
    yield current


def run_case(case: Case, program: Program, layers: tuple[str, ...] | None = None) -> Iterator[Expectation]:
    """Yield what came of every line of a case's `expect` block. Raises EngineError for a ledger that cannot be read."""
    terms = terms_of(program, case.blocks.get("settings", (0, []))[1], layers)
    start, lines = case.blocks.get("ledger", (0, []))
    ledger = ledger_of(program, lines, start)
    account = Account(program, terms, ledger)
    first, expects = case.blocks["expect"]
    for number, line in enumerate(expects, first):
        if line.strip() and not line.lstrip().startswith("#"):
            yield _expectation(case, account, line.strip(), number)


def terms_of(program: Program, lines: list[str], layers: tuple[str, ...] | None = None) -> Terms:
    """Return the terms that `name = value` lines say; RS- names are readings, D- names answers."""
    settings: dict[str, Any] = {}
    readings: dict[str, str] = {}
    answers: dict[str, Any] = {}
    asked = layers or ("contract",)
    for line in lines:
        if not line.strip():
            continue
        name, _, value = (part.strip() for part in line.partition("="))
        if name == "layers":
            asked = tuple(each.strip() for each in value.split(","))
        elif name.startswith("RS-"):
            readings[name] = value
        elif name.startswith("D-"):
            answers[name] = value
        else:
            settings[name] = value
    return terms_from(program, settings, asked, readings, answers)


def layers_of(settings: Iterable[str]) -> tuple[str, ...]:
    """Return the layers that a line of settings names, as in `layers = contract, civil`; none without such a line."""
    for line in settings:
        name, _, value = line.partition("=")
        if name.strip() == "layers":
            return tuple(each.strip() for each in value.split(",") if each.strip())
    return ()


def ledger_of(program: Program, lines: list[str], first: int = 1) -> Ledger:
    """Return the ledger of a `ledger` block. Raises BadEvent naming the line."""
    events: list[Event] = []
    for number, line in enumerate(lines, first):
        if line.strip() and not line.lstrip().startswith("#"):
            events.append(event_of(program, line.strip(), f"line {number}", len(events) + 1))
    return checked(program, events)


def event_of(program: Program, line: str, where: str, place: int) -> Event:
    """Return the event that one line says: day, time, party, act or event, `field=value` pairs."""
    when = _WHEN.match(line)
    if when is None:
        raise BadEvent(
            where, "at", "begin with a day, such as 2026-09-01 09:00 (or ? for a date that is not known)",
            "请以日期开头，例如 2026-09-01 09:00（日期不明的写 ?）",
        )  # fmt: skip
    raw: dict[str, Any] = {"id": f"e{place}", "at": _at(when)}
    rest = _PAIR.sub(lambda found: _pair(found, raw), when["rest"])
    words = rest.split()
    if words and words[-1] in ("alleged", "所称"):
        raw["standing"] = "alleged"
        words = words[:-1]
    for word in words:
        party = _party(program, word)
        if party is not None:
            raw["by"] = party
        elif "name" not in raw:
            raw["name"] = word
        else:
            raise BadEvent(where, word, "write fields as name=value", "字段请写作 名称=值")
    if raw.get("name") in BUILT_IN:
        raw.pop("by", None) if raw["name"] != "waive" else None
    return event_from(program, raw, where)


def _at(when: re.Match[str]) -> str | None:
    return None if when["day"] == "?" else f"{when['day']}T{(when['time'] or '00:00').zfill(5)}"


def _pair(found: re.Match[str], raw: dict[str, Any]) -> str:
    value = found["quoted"] if found["quoted"] is not None else found["plain"]
    key = {"recorded": "recorded_at", "记录于": "recorded_at", "到达": "arrives"}.get(
        found["key"], found["key"]
    )
    raw[key] = value
    return ""


def _party(program: Program, word: str) -> str | None:
    if word in ("both", "双方"):
        return BOTH
    for declared in program.declarations.values():
        if isinstance(declared, PartyDecl) and word in (declared.name, declared.alias):
            return declared.name
    return None


def _expectation(case: Case, account: Account, line: str, number: int) -> Expectation:
    asked, _, wanted = line.rpartition(":") if ":" in line.split("T24:")[0] else line.rpartition("：")
    split = re.match(
        r"^(?P<asked>\S+(?: \d{1,2}:\d{2})?\s+.*?)\s*[:：]\s+(?P<wanted>.*)$|^(?P<asked2>.*?)：(?P<wanted2>.*)$",
        line,
    )
    if split is not None:
        asked, wanted = split["asked"] or split["asked2"], split["wanted"] or split["wanted2"]
    wanted = wanted.strip()
    try:
        question, known_at = question_of(account.program, asked.strip())
        decision = account.answer(question, known_at)
    except EngineError as wrong:
        said = f"error: {wrong}" if line.isascii() else f"错误：{wrong.said('zh')}"
        return Expectation(case.path, number, case.title, line, wanted, said, False)
    got, passed = judged(account.program, decision, wanted, _kind_asked(account.program, question))
    return Expectation(case.path, number, case.title, line, wanted, got, passed, decision)


def judged(program: Program, decision: Decision, wanted: str, kind: Kind | None) -> tuple[str, bool]:
    """Return how the decision is said, and whether it is what was wanted: an answer, then `missing …` if it is open.

    `kind` is that of the value asked for, None where it has none. Money may go without its currency, if it is CNY.
    """
    answer, _, missing = (
        part.strip() for part in re.sub(r"\s*(缺|missing)\s*", "\n", wanted, count=1).partition("\n")
    )
    answer = ANSWERS.get(answer, answer)
    names = {_outside(program, item.name) or item.name for item in decision.missing}
    kinds = {item.kind for item in decision.missing}
    got = "required" if decision.required else decision.answer
    if decision.answer == "value":
        value = decision.value
        is_money = kind is not None and kind.name == "money" and type(value) is int
        answer = re.sub(r"\s*(?:元|CNY)$", "", answer) if is_money else answer
        got = str(Money(value, kind.of)) if kind is not None and is_money else str(value)
        if got.endswith(" CNY") or (is_money and " " not in answer):
            got = got.rpartition(" ")[0]
    said = got + (f" missing {', '.join(sorted(names))}" if names else "")
    same = got == answer or (answer == "permitted" and got == "required")
    return said, same and {m.strip() for m in re.split("[,，、]", missing) if m.strip()} <= names | kinds


def said_as(expected: str, got: str) -> str:
    """Return what an account answered in the language in which an answer was expected."""
    if expected.isascii():
        return got
    answer, _, missing = got.partition(" missing ")
    of_breaches = expected in ("违约", "未违约", "已补正")
    words = [word for word, meant in ANSWERS.items() if meant == answer and not word.isascii()]
    said = (words[0] if of_breaches else words[-1]) if words else answer
    return f"{said} 缺 {missing}" if missing else said


def _kind_asked(program: Program, question: Question) -> Kind | None:
    """Return the kind of the value that a question asks for."""
    if isinstance(question, AmountOfSum):
        sums = program.sums.get(program.sum_names.get(question.name, ""))
        return sums[0].rule.kind if sums else money_in("CNY")
    declared = program.declarations.get(question.state) if isinstance(question, StateOf) else None
    return declared.kind if isinstance(declared, StateDecl) else None


def _outside(program: Program, name: str) -> str:
    declared = program.declarations.get(name)
    return (declared.external or declared.name) if declared is not None else ""


def question_of(program: Program, text: str) -> tuple[Question, int | None]:
    """Return the question that a line asks, and with whose knowledge (`known 2026-09-12 10:00`)."""
    when = _WHEN.match(text)
    if when is None:
        raise BadQuestion("at", f"begin with a day: {text}", f"请以日期开头：{text}")
    at = (
        end_of(parse_day(when["day"])) - 1
        if when["time"] is None
        else parse_instant(f"{when['day']}T{when['time'].zfill(5)}")
    )
    rest = when["rest"].strip()
    known_at = None
    if known := re.search(r"\s+(?:known|已知)\s+(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}))?$", rest):
        known_at = parse_instant(f"{known[1]}T{(known[2] or '24:00').zfill(5)}")
        rest = rest[: known.start()]
    return _asked(program, rest, at), known_at


def _asked(program: Program, rest: str, at: int) -> Question:
    fields: dict[str, Any] = {}
    rest = _PAIR.sub(lambda found: _pair(found, fields), rest).strip()
    if found := re.match(r"^(\S+)\s+(?:may|must|可否|应否|可以|应|必须)\s+(\S.*)$", rest):
        # Answers speak of acts without the line between their words; so may who asks.
        act = _act(program, "_".join(found[2].split()))
        return May(_need_party(program, found[1]), act.name, at, _asked_fields(program, act, fields))
    if found := re.match(r"^(?:last day of|末日)\s+([^\s(（]+)(?:[(（](\S+)[)）])?$", rest):
        norm = None if found[1] in ("agreement", "协议") else found[1]
        return LastDay(norm, at, found[2])
    if found := re.match(r"^(?:amount|金额)\s+([^\s(（]+)(?:[(（](\S+)[)）])?$", rest):
        return AmountOfSum(found[1], at, found[2])
    if rest in ("renewed", "已续期"):
        return Renewed(at)
    if found := re.match(r"^(?:arrived|到达)\s+(\S+)$", rest):
        return Arrived(found[1], at)
    if found := re.match(r"^(\S+)\s+(?:in breach of|违反)\s+(\S+)$", rest):
        return InBreachOf(_need_party(program, found[1]), found[2], at)
    for declared in program.declarations.values():
        if isinstance(declared, StateDecl) and rest in (declared.name, declared.alias):
            return StateOf(declared.name, at)
    if rest in ("agreement", "协议"):
        return StateOf("agreement", at)
    example = next((each for each in program.acts.values() if isinstance(each.actor, str)), None)
    who = None if example is None else program.declarations.get(str(example.actor))
    en, zh = "PARTY may ACT", "当事人 可否 行为"
    if example is not None and who is not None:
        en = f"{who.name} may {example.name}"
        zh = f"{who.alias or who.name} 可否 {example.alias or example.name}"
    raise BadQuestion(
        "question", f"`{rest}` is no question; write for example `{en}`",
        f"`{rest}`不是问题；例如写`{zh}`",
    )  # fmt: skip


def _act(program: Program, word: str) -> OccurrenceDecl:
    for act in program.acts.values():
        if word in (act.name, act.alias):
            return act
    raise no_act(word, _near(program, word, OccurrenceDecl))


def _asked_fields(program: Program, act: OccurrenceDecl, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if not fields:
        return {}
    made = event_from(
        program,
        {"id": "?", "name": act.name, "at": "2000-01-01T00:00", "by": _any(program, act), **fields},
        "question",
    )
    return made.fields


def _any(program: Program, act: OccurrenceDecl) -> str:
    return act.actor if isinstance(act.actor, str) else BOTH


def _need_party(program: Program, word: str) -> str:
    found = _party(program, word)
    if found is None:
        raise no_party(word, _near(program, word, PartyDecl))
    return found


def _near(program: Program, word: str, kind: type[OccurrenceDecl | PartyDecl]) -> str | None:
    """Return the name of something of that kind that may have been meant."""
    declared = [each for each in program.declarations.values() if isinstance(each, kind)]
    return nearest(word, [name for each in declared for name in (each.name, each.alias) if name])
