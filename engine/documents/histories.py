"""Histories as pages: each scenario with its ledger, its timeline, what is expected and what the engine answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractlang.diagnostic import Language, Said
from engine.account import Account
from engine.cases import Case, Expectation, cases_in, ledger_of, question_of, run_case, terms_of
from engine.compile import compile_program
from engine.dates import iso, parse_instant
from engine.documents.agreed import agreed
from engine.documents.asked import answer_said, beneath
from engine.documents.document import File
from engine.documents.markup import Html, element, file_name, in_markdown, inside, link, pick
from engine.documents.shelf import Shelf
from engine.documents.timeline import timeline
from engine.entries import Unsupported
from engine.errors import EngineError
from engine.event import START
from engine.governing import CONTRACT
from engine.history import Entry, history
from engine.program import Program
from engine.question import Question
from engine.scenarios import PASSED, Outcome, run_scenario
from engine.situation import Situation, Words
from engine.telling import say, say_event
from engine.terms import Terms
from engine.voice import Voice
from engine.yaml_text import read_yaml

DAY = 86_400_000_000


@dataclass(frozen=True)
class Answered:
    """One question: as written and as read, under which law and variant, the answers expected and computed."""

    asked: str
    expected: str
    got: str
    passed: bool
    program: Program
    question: Question | None = None
    layers: tuple[str, ...] = (CONTRACT,)
    variant: str = ""
    why: Said | None = None


@dataclass(frozen=True)
class Told:
    """One scenario: its name and title, the prose with it, what the account has, its history, and its answers."""

    id: str
    title: Said
    prose: str
    terms: Terms
    program: Program
    entries: tuple[Entry, ...]
    answers: tuple[Answered, ...]
    wrong: str = ""


# ---- What is told ---------------------------------------------------------------------------------------------------


def told(shelf: Shelf, paths: Iterable[Path]) -> Iterator[Told]:
    """Yield the scenarios of some files: Markdown beside agreements, YAML with its mapping beside it."""
    for path in paths:
        if path.suffix == ".md":
            yield from _literate(shelf, path)
        else:
            yield from _listed(shelf, path)


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the scenario files in some folders: those called `scenarios`."""
    found = [each for path in paths if path.is_dir() for each in sorted(path.rglob("scenarios.*"))]
    return [each for each in found if each.suffix in (".md", ".yaml", ".yml")]


def _literate(shelf: Shelf, path: Path) -> Iterator[Told]:
    beside = [each for each in shelf.contracts.values() if Path(each.path).parent == path.parent]
    if not beside:
        return
    program = compile_program(beside)
    text = path.read_text("utf-8")
    for number, case in enumerate(cases_in(str(path), text), 1):
        if "contract" not in case.blocks:
            yield _case(case, program, f"{beside[0].base}-{number}", _prose(text, case))


def _case(case: Case, program: Program, id: str, prose: str) -> Told:
    try:
        terms = terms_of(program, list(filter(str.strip, case.blocks.get("settings", (0, []))[1])))
        answers = tuple(run_case(case, program))
        start, lines = case.blocks.get("ledger", (0, []))
        account = Account(program, terms, ledger_of(program, lines, start))
    except EngineError as wrong:
        return Told(id, Said(case.title, case.title), prose, Terms(), program, (), (), str(wrong))
    listed = tuple(_answered(each, program, terms) for each in answers)
    until = max([each.decision.receipt.as_of for each in answers if each.decision], default=0)
    return Told(id, Said(case.title, case.title), prose, terms, program, _history(account, until), listed)


def _answered(each: Expectation, program: Program, terms: Terms) -> Answered:
    asked = each.written.removesuffix(each.expected).rstrip("：: ")
    try:
        question, _ = question_of(program, asked)
    except EngineError:
        question = None
    return Answered(asked, each.expected, each.got, each.passed, program, question, terms.layers)


def _history(account: Account, until: int) -> tuple[Entry, ...]:
    last = max((each.effect_at for each in account.ledger), default=START)
    return tuple(history(account, max(until, last)))


def _prose(text: str, case: Case) -> str:
    """Return what stands between the heading of a case and its first block."""
    lines: list[str] = []
    for line in text.splitlines()[case.line :]:
        if line.startswith(("#", "```")):
            break
        lines.append(line)
    return " ".join(" ".join(lines).split())


def _listed(shelf: Shelf, path: Path) -> Iterator[Told]:
    mapping = path.with_name("mapping.yaml")
    if not mapping.is_file():
        return
    words = Words.read(mapping)
    data = read_yaml(path.read_text("utf-8"))
    for scenario in data.get("scenarios", ()):
        if all(
            name in {each.base for each in shelf.agreements}
            for name in words.documents[scenario["agreement"]]
        ):
            yield _scenario(shelf, scenario, words)


def _scenario(shelf: Shelf, scenario: dict[str, Any], words: Words) -> Told:
    outcomes = list(run_scenario(scenario, shelf.programs, words, None))
    queries = {each["id"]: each for each in scenario.get("queries", ())}
    documents = tuple(words.documents[scenario["agreement"]])

    def under(query: dict[str, Any]) -> Program:
        return shelf.programs.of(documents, tuple(query.get("layers", (CONTRACT,))))

    answers = tuple(
        _outcome(each, queries[each.query], under(queries[each.query]), words) for each in outcomes
    )
    program = shelf.programs.of(documents)
    terms = Terms()
    try:
        bare = {**scenario, "queries": []}
        first = next(iter(queries.values()), {"at": "2000-01-01", "ask": {}})
        account = Situation(bare, {**first, "variant": None}, "", ("contract",), program, words).account
        until = max((parse_instant(each["at"]) for each in queries.values()), default=START)
        entries, terms, wrong = _history(account, until), account.terms, ""
    except (EngineError, Unsupported, KeyError, ValueError) as failed:
        entries, wrong = (), str(failed)
    title = Said(scenario["title"], (words.raw.get("titles") or {}).get(scenario["id"], scenario["title"]))
    return Told(scenario["id"], title, "", terms, program, entries, answers, wrong)


def _outcome(each: Outcome, query: dict[str, Any], program: Program, words: Words) -> Answered:
    why = str(query.get("why", ""))
    said = Said(why, (words.raw.get("whys") or {}).get(f"{each.scenario}/{each.query}", why))
    ask = " ".join(str(value) for value in query["ask"].values())
    return Answered(
        f"{query['at'].replace('T', ' ')} {ask}", each.expected, each.got, each.status == PASSED, program,
        each.question, tuple(query.get("layers", (CONTRACT,))), each.variant, said,
    )  # fmt: skip


# ---- Pages ----------------------------------------------------------------------------------------------------------


def pages(scenarios: Sequence[Told], language: Language) -> Iterator[File]:
    """Yield the list of scenarios and a page for each."""
    title = pick(language, "Scenarios", "案例")
    heads = [pick(language, *each) for each in (("scenario", "案例"), ("title", "题目"), ("answers", "回答"))]
    rows = []
    for each in scenarios:
        good = sum(answer.passed for answer in each.answers)
        target = element("a", each.id, href=f"scenario-{file_name(each.id)}.html")
        title_said = pick(language, *each.title)
        rows.append((
            target, element("span", title_said, lang=_other_language(title_said, language)),
            f"{good}/{len(each.answers)}",
        ))  # fmt: skip
    table = _table(heads, rows)
    yield File("scenarios.md", f"---\ntitle: {title}\n---\n\n# {title}\n\n{table}\n")
    for each in scenarios:
        yield File(f"scenario-{file_name(each.id)}.md", _page(each, language))


def _page(scenario: Told, language: Language) -> str:
    voice = Voice(scenario.program, language)
    title = f"{scenario.id}{pick(language, ': ', '：')}{pick(language, *scenario.title)}"
    parts = [f"---\ntitle: {file_name(scenario.id)}\n---", f"# {in_markdown(title)}"]
    parts.append(element("p", link("scenarios.html", pick(language, "All scenarios", "全部案例"))))
    if scenario.prose:
        parts.append(element("p", scenario.prose, lang=_other_language(scenario.prose, language)))
    if scenario.wrong:
        parts.append(element("p", scenario.wrong, class_="warning"))
    if (given := agreed(scenario.terms, voice)) is not None:
        parts += [f"## {pick(language, 'Agreed and known', '约定与已知')}", given]
    if scenario.entries:
        called = pick(language, f"Timeline of {scenario.id}", f"{scenario.id}的时间线")
        picture = timeline(scenario.entries, voice, "time", called)
        parts += [
            f"## {pick(language, 'Timeline', '时间线')}",
            element("div", picture, class_="canvas", tabindex="0"),
        ]
        parts += [
            f"## {pick(language, 'Ledger, and what came of it', '台账及结果')}",
            ledger_table(scenario.entries, voice),
        ]
    heads = [pick(language, *each) for each in _ANSWER_HEADS]
    rows = []
    for each in scenario.answers:
        own = Voice(each.program, language, each.question)
        why = pick(language, *each.why) if each.why is not None else ""
        asked = (
            own.asking() if each.question is not None else each.asked,
            element("p", beneath(each.layers, each.variant, own), class_="source"),
            element("p", why, lang=_other_language(why, language)) if why else None,
        )
        said = (answer_said(answer, each.question, own) for answer in (each.expected, each.got))
        rows.append((inside(asked), *said, _verdict(each, language)))
    parts += [f"## {pick(language, 'Expected and computed', '预期与计算')}", _table(heads, rows)]
    return "\n\n".join(parts) + "\n"


def _other_language(text: str, language: Language) -> str | None:
    """Return what language a text is in that its author wrote in one alone, where it is not that of the page."""
    # (An id such as RS-effect=later_signature is a word of neither.)
    text = re.sub("[A-Za-z0-9]*[=_-][A-Za-z0-9=_-]*", "", text)
    chinese = len(re.findall("[\u4e00-\u9fff]", text))
    # A Chinese letter says about as much as two of an English word.
    own = "zh" if chinese * 2 > len(re.findall("[A-Za-z]", text)) else "en"
    return None if own == language else {"zh": "zh-Hans", "en": "en"}[own]


_ANSWER_HEADS = (("asked", "所问"), ("expected", "预期"), ("computed", "计算"), ("agreement", "是否相符"))


def _verdict(each: Answered, language: Language) -> Html:
    if (
        each.passed
        and each.got.startswith("undetermined")
        and not each.expected.startswith(("undetermined", "尚"))
    ):
        return element("span", pick(language, "agrees with one of them", "与其中之一相符"))
    if each.passed:
        return element("span", pick(language, "agrees", "相符"))
    return element("span", pick(language, "differs", "不符"), class_="bad")


_LEDGER_HEADS = (("when", "时间"), ("entry", "事项"), ("what happened", "发生"), ("what came of it", "结果"))


def ledger_table(entries: Iterable[Entry], voice: Voice) -> Html:
    """Return a history as a table: when, which entries, what happened, what came of it."""
    heads = [voice.pick(*each) for each in _LEDGER_HEADS]
    rows = []
    for entry in entries:
        when = voice.pick("any day", "不论何时") if entry.at is None else iso(entry.at)[:16].replace("T", " ")
        ids = ", ".join(each.id for each in entry.events)
        happened: object = [element("p", say_event(each, voice)) for each in entry.events]
        if not entry.events:
            happened = voice.pick("(time passes)", "（时间届至）")
        came = [
            element("p", say(each, voice), class_="bad" if each.bad else None) for each in entry.happenings
        ]
        rows.append((when, ids, happened, came))
    return _table(heads, rows)


def _table(heads: Iterable[str], rows: Iterable[Sequence[object]]) -> Html:
    head = element("thead", element("tr", *(element("th", each, scope="col") for each in heads)))
    body = element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows))
    return element("div", element("table", head, body), class_="wide")
