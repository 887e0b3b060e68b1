"""The program at work on real text: accounts with their ledgers, what came of them, questions with their reasons.

Everything shown is worked out from the files in `contracts/`, nothing is prepared. Each agreement speaks its language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl
from contractlang.diagnostic import Language, Severity
from contractlang.loaded import Loaded
from contractlang.render import as_json as diagnostics_as_json
from contractlang.render import in_order
from engine import explain
from engine.account import Account
from engine.account_standing import standing
from engine.cases import question_of
from engine.compile import compile_program
from engine.dates import parse_as_of
from engine.history import history
from engine.ledger import read_ledger
from engine.program import Program
from engine.render import Screen, show_explanation, show_history, show_standing
from engine.settings import terms_from
from engine.telling import as_json as history_as_json
from engine.voice import Voice


@dataclass(frozen=True)
class Story:
    """One account to show: its agreement and ledger, until when, what it is about, and what is asked of it."""

    agreement: str
    ledger: str
    until: str
    title: str
    questions: tuple[str, ...]


STORIES = (
    Story(
        "voip-1", "arrears", "2026-09-30", "欠费、暂停、付清、恢复",
        (
            "2026-09-10 甲方 可否 暂停服务",
            "2026-09-11 甲方 可否 暂停服务",
            "2026-09-13 乙方 可否 拨打电话",
            "2026-09-20 10:00 甲方 应否 恢复服务",
        ),
    ),
    Story(
        "voip-1", "recorded-late", "2026-09-30", "按时付款，记录得晚：同一天，两种所知",
        (
            "2026-09-12 10:00 甲方 可否 暂停服务 已知 2026-09-12 10:00",
            "2026-09-12 10:00 甲方 可否 暂停服务",
            "2026-09-13 甲方 违反 二.1",
        ),
    ),
    Story(
        "voip-1", "terminated", "2026-07-31", "通知解除：违约是否轻微，起初没有人判断",
        (
            "2026-06-17 协议 已知 2026-06-30",
            "2026-06-17 协议",
            "2026-06-17 双方 应否 处理善后",
        ),
    ),
    Story(
        "voip-1", "ended-and-renewed", "2026-03-31", "到期、续签",
        (
            "2026-03-05 20:00 乙方 可否 拨打电话",
            "2026-03-11 末日 协议",
        ),
    ),
    Story(
        "voip-2", "tariff", "2026-07-31", "a tariff raised by a pop-up, and a text that breaks off",
        (
            "2026-07-11 amount fee(e6)",
            "2026-07-20 user in breach of 四.1",
            "2026-07-20 provider may suspend_service",
        ),
    ),
    Story(
        "voip-2", "outage", "2026-06-30", "an outage, and an account lent to a friend",
        (
            "2026-05-31 provider in breach of 二.2 known 2026-05-31",
            "2026-06-30 provider in breach of 二.2",
            "2026-06-30 user in breach of 三.2",
        ),
    ),
    Story(
        "sale", "meat", "2026-04-10", "a sale of goods: suspended, resumed, late, terminated",
        (
            "2026-03-18 buyer may resume_delivery",
            "2026-04-02 buyer may terminate",
            "2026-04-03 agreement",
        ),
    ),
)  # fmt: skip

# Diagnostics and open items that are told at the end, for each agreement.
_SEVERITIES = {
    Severity.ERROR: ("error", "错误"),
    Severity.WARNING: ("warning", "警告"),
    Severity.NOTE: ("note", "提示"),
}


def demonstrate(
    shipped: Path, screen: Screen, load: Callable[[list[Path], list[Path]], Loaded], as_json: bool = False
) -> None:
    """Show every story, then what is found in the agreements and what they leave open."""
    names = tuple(dict.fromkeys(story.agreement for story in STORIES))
    loaded = load([shipped / name for name in names], [shipped])
    programs = {name: compile_program([loaded.contracts[name]]) for name in names}
    told = [_Told(story, shipped, loaded, programs[story.agreement]) for story in STORIES]
    if as_json:
        accounts = [each.as_json() for each in told]
        findings = diagnostics_as_json(loaded.diagnostics, loaded.sources)
        found = {"version": 1, "accounts": accounts, "diagnostics": findings}
        screen.out.write(json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    for each in told:
        each.show(screen)
    for name in names:
        _show_findings(screen, loaded, programs[name], loaded.contracts[name])


class _Told:
    """A story with its account opened."""

    def __init__(self, story: Story, shipped: Path, loaded: Loaded, program: Program) -> None:
        self.story, self.loaded, self.program = story, loaded, program
        path = shipped / story.agreement / "ledgers" / f"{story.ledger}.jsonl"
        book = read_ledger(program, path.read_text("utf-8"))
        terms = terms_from(program, book.settings, tuple(book.layers), book.readings, book.answers)
        self.name, self.account = book.account, Account(program, terms, book.ledger)
        self.until = parse_as_of(story.until)

    def show(self, screen: Screen) -> None:
        language = language_of(self.loaded.contracts[self.story.agreement])
        voice = Voice(self.program, language, None, self.loaded.sources)
        screen.heading(f"━━ {self.name} · {self.story.agreement} · {self.story.title}")
        screen.line()
        show_history(screen, history(self.account, self.until), voice)
        screen.line()
        screen.heading(
            voice.pick(f"standing on {voice.as_of(self.until)}", f"{voice.as_of(self.until)}的状况")
        )
        show_standing(screen, standing(self.account, self.until), voice)
        screen.line()
        for text in self.story.questions:
            question, known_at = question_of(self.program, text)
            decision = self.account.decide(question, known_at)
            lines = explain.outline(decision, question, self.program, language, self.loaded.sources)
            screen.line(f"? {text}", "cyan")
            # The receipt of each is told once a question is asked in earnest: `contract ask`.
            show_explanation(screen, lines[:-1], decision.answer, 2)
            screen.line()

    def as_json(self) -> dict[str, Any]:
        entries, end = history(self.account, self.until), standing(self.account, self.until)
        asked = []
        for text in self.story.questions:
            question, known_at = question_of(self.program, text)
            decision = self.account.decide(question, known_at)
            asked.append(explain.as_json(decision, question, self.program, self.loaded.sources))
        head = {"account": self.name, "agreement": self.story.agreement, "title": self.story.title}
        return {**head, **history_as_json(self.account, entries, end), "questions": asked}


def language_of(contract: Contract) -> Language:
    """Return the language of an agreement."""
    return "zh" if contract.chinese else "en"


def _show_findings(screen: Screen, loaded: Loaded, program: Program, contract: Contract) -> None:
    """Print, a line each, what is found in an agreement, and what only people can settle."""
    voice = Voice(program, language_of(contract), None, loaded.sources)
    heading = voice.pick(f"what is found in {contract.name}", f"{contract.name}：检查所见")
    screen.heading(f"━━ {heading}")
    screen.line()
    found = [each for each in in_order(loaded.diagnostics) if each.span.path == contract.path]
    for each in found:
        severity = voice.pick(*_SEVERITIES[each.severity])
        message = voice.pick(each.message.en, each.message.zh)
        style = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}[each.severity]
        mark = screen.paint(f"{severity}[{each.code}]", style)
        screen.out.write(f"  {mark} {message}   {screen.paint(voice.at_span(each.span), 'dim')}\n")
    if not found:
        screen.line(voice.pick("  nothing", "  无"))
    for title, names in _left_open(program, contract, voice):
        if names:
            screen.line(f"  {title}{voice.pick(', ', '、').join(names)}", "")
    screen.line()


def _left_open(program: Program, contract: Contract, voice: Voice) -> Iterator[tuple[str, list[str]]]:
    """Yield what an agreement leaves open: blanks and gaps it reads, readings without a default, questions it asks."""
    looked_at = {node for edge in program.graph.edges for node in (edge.source, edge.target)}
    blanks: list[str] = []
    gaps: list[str] = []
    questions: list[str] = []
    readings: list[str] = []
    for name, declared in contract.declarations.items():
        called = voice.plain(name) + (f" ({declared.external})" if declared.external else "")
        match declared:
            case BlankDecl() if ("blank", name) in looked_at:
                (gaps if declared.gap else blanks).append(called)
            case QuestionDecl(presumed=None) if ("question", name) in looked_at:
                questions.append(called)
            case ReadingDecl() if not any(option.defaults for option in declared.options):
                if ("reading", name) in looked_at:
                    readings.append(called)
            case _:
                pass
    yield voice.pick("blanks for each account to fill: ", "各账户须填的空白："), blanks
    yield voice.pick("what the text does not even mark: ", "文本未留空而缺的："), gaps
    yield voice.pick("readings without a default: ", "没有默认的解释："), readings
    yield voice.pick("questions for people: ", "须由人判断的问题："), questions
