"""What the commands show on a terminal: explanations, histories, standings, outcomes of tests.

Plain where the output is not a terminal, or NO_COLOR is set. Whatever comes from a contract or a ledger goes through
`printable`, and never through markup, so that no name can steer a terminal.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from contractlang.contract import base_name
from contractlang.declaration import Declared
from contractlang.diagnostic import Language
from engine.decision import Item
from engine.naming import BREACHES, DUTIES
from engine.voice import Line, Voice
from engine.widths import padded

if TYPE_CHECKING:
    from rich.text import Text

    from engine.account_standing import AccountStanding
    from engine.history import Entry
    from engine.regime import BlankThere, DocumentThere, QuestionThere, ReadingThere, Regime, SwitchThere

# How the answer of an explanation is drawn, by its verdict or word.
_STYLES = {
    "permitted": "bold green", "yes": "bold", "no": "bold", "cured": "bold", "forbidden": "bold red",
    "no_basis": "bold red", "unregulated": "bold cyan", "undetermined": "bold yellow", "conflicting": "bold magenta",
}  # fmt: skip
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
PLAIN_WIDTH = 120


@dataclass(frozen=True)
class Screen:
    """Where output goes, and whether it may be coloured."""

    out: TextIO
    colour: bool
    width: int

    @staticmethod
    def of(out: TextIO | None = None) -> Screen:
        """Return the screen behind a stream, by default standard output."""
        out = out if out is not None else sys.stdout
        terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and int(columns) > 20 else PLAIN_WIDTH
        if terminal and not columns:
            width = os.get_terminal_size(out.fileno()).columns or PLAIN_WIDTH
        return Screen(out, terminal and not os.environ.get("NO_COLOR"), width)

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line."""
        self.out.write(self.paint(printable(text), style) + "\n")

    def paint(self, text: str, style: str) -> str:
        """Return the text in a style, such as `bold red`; as it is where there is no colour."""
        if not self.colour or not style or not text:
            return text
        codes = ";".join(_CODES[each] for each in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"

    def heading(self, text: str) -> None:
        """Print a heading."""
        self.line(text, "bold")


def printable(text: str) -> str:
    """Return the text with nothing in it that could steer a terminal."""
    return _STEERING.sub("\ufffd", text)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what tells, on a terminal, how far a long task is: what is being done, how much of it, of how much."""
    if not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)


# ---- Explanations ---------------------------------------------------------------------------------------------------


def show_explanation(screen: Screen, lines: Sequence[Line], answer: str, indent: int = 0) -> None:
    """Print an explanation: the answer stands out, places and the receipt stand back."""
    for depth, text in lines:
        margin = " " * (indent + 2 * depth)
        body, gap, place = printable(text).partition("   ")
        if depth == 0:
            mark = "：" if "：" in body else ": "
            question, _, verdict = body.rpartition(mark)
            body = question + mark + screen.paint(verdict, _STYLES.get(answer, "bold"))
        elif body.startswith(("receipt: ", "凭据：")):
            body = screen.paint(body, "dim")
        screen.out.write(f"{margin}{body}{gap}{screen.paint(place, 'dim')}\n")


# ---- Histories ------------------------------------------------------------------------------------------------------


def show_history(screen: Screen, entries: Iterable[Entry], voice: Voice) -> None:
    """Print a history as a table: when, what happened, what came of it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.telling import say, say_event

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, header_style="bold")
    table.add_column(voice.pick("when", "时间"), no_wrap=True)
    table.add_column(voice.pick("event", "事项"), no_wrap=True)
    table.add_column(voice.pick("what happened", "发生"), ratio=4, overflow="fold")
    table.add_column(voice.pick("what came of it", "结果"), ratio=5, overflow="fold")
    for entry in entries:
        came = Text()
        for place, each in enumerate(entry.happenings):
            came.append("\n" if place else "")
            came.append(printable(say(each, voice)), style=_style_of(each.code, each.bad))
        happened: Text = Text("\n".join(printable(say_event(event, voice)) for event in entry.events))
        if not entry.events:
            happened = Text(voice.pick("(time passes)", "（时间届至）"), style="dim")
        ids = "\n".join(printable(event.id) for event in entry.events)
        table.add_row(when(entry.at, voice), Text(ids, style="dim"), happened, came)
    console = Console(
        file=screen.out, width=screen.width, force_terminal=screen.colour, no_color=not screen.colour,
        highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(table)
    screen.out.write("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")


def when(at: int | None, voice: Voice) -> str:
    """Return an instant as it stands in a column: the same shape in both languages."""
    from engine.dates import day_of, iso, start_of

    if at is None:
        return voice.pick("at any time", "不论何时")
    day = day_of(at)
    return day.isoformat() if at == start_of(day) else iso(at)[:-6].replace("T", " ")


def _style_of(code: str, bad: bool) -> str:
    if bad:
        return "red"
    return {"depends": "yellow", "opens": "cyan", "agreement": "bold", "breach cured": "green"}.get(code, "")


def show_standing(screen: Screen, end: AccountStanding, voice: Voice) -> None:
    """Print where an account stands."""
    for name, found in told_standing(end, voice):
        for place, said in enumerate(found):
            head = name if place == 0 else ""
            screen.out.write(f"  {screen.paint(padded(head, 12), 'bold')}{printable(said)}\n")


def told_standing(end: AccountStanding, voice: Voice) -> list[tuple[str, list[str]]]:
    """Return where an account stands, in words: states, what is owed, breaches, what may be done now."""
    pick = voice.pick
    states = [_state(state, document, value, end, voice) for state, document, value in end.states]
    rows = [(pick("states", "状态"), states)]
    duties = []
    for duty in end.duties:
        norm = voice.norm_of(duty.document, duty.norm)
        who, act = voice.doing(norm) if norm is not None else ("", duty.norm)
        amount = f"{voice.owed(norm, duty.unpaid)}" if duty.unpaid is not None and norm is not None else ""
        about = voice.instance(duty.trigger)
        until = voice.end(duty.end) if duty.end is not None else ""
        status = pick(*DUTIES.get(duty.status, (duty.status, duty.status)))
        clause = voice.called(norm) if norm is not None else duty.norm
        said = pick(
            f"{clause}{about}: {who} must {act} {amount}".rstrip(), f"{clause}{about}：{who}应{act}{amount}"
        )
        said += pick(f", by {until}", f"，至迟{until}") if until else ""
        duties.append(f"{said} ({status})" if voice.language == "en" else f"{said}（{status}）")
    rows.append((pick("owed", "未履行"), duties))
    breaches = []
    for breach in end.breaches:
        norm = voice.norm_of(breach.document, breach.norm)
        clause = voice.called(norm) if norm is not None else breach.norm
        who = voice.who(breach.by) if breach.by else pick("a party", "一方")
        about, since = voice.instance(breach.trigger), voice.moment(breach.started_at)
        status = pick(*BREACHES.get(breach.status, (breach.status, breach.status)))
        en, zh = (
            f"{who}: {clause}{about} on {since}, {status}",
            f"{who}于{since}违反{clause}{about}，{status}",
        )
        breaches.append(pick(en, zh))
    rows.append((pick("breaches", "违约"), breaches))
    powers = []
    for power in end.powers:
        who, act = voice.who(power.party), voice.name(power.act)
        if power.decision.answer == "permitted":
            powers.append(pick(f"{who} may {act}", f"{who}可以{act}"))
        else:
            answer = voice.answer(power.decision.answer)
            items = pick("; ", "；").join(voice.item(each) for each in power.decision.missing)
            powers.append(
                pick(
                    f"{who} may {act}: {answer}; missing: {items}", f"{who}可否{act}：{answer}；待定：{items}"
                )
            )
    rows.append((pick("open powers", "可行使"), powers))
    return rows


def _state(state: str, document: str, value: object, end: AccountStanding, voice: Voice) -> str:
    name = voice.plain(state) + (voice.of_document(document) if document else "")
    if isinstance(value, Item):
        return voice.pick(f"{name}: open ({voice.item(value)})", f"{name}：未定（{voice.item(value)}）")
    said = voice.pick(
        f"{name}: {voice.state_value(state, value)}", f"{name}：{voice.state_value(state, value)}"
    )
    last = dict(end.last_days).get(document)
    if state == "agreement" and last is not None and value == "in_force":
        said += voice.pick(f", until {voice.end(last)}", f"，至{voice.end(last)}")
    return said


# ---- What governs ---------------------------------------------------------------------------------------------------


def show_regime(screen: Screen, found: Regime, voice: Voice) -> None:
    """Print what governs an account: documents, blanks, readings, questions, the calendar."""
    pick = voice.pick
    kinds = {each.reading.declared.name for each in found.switches}
    sections = [
        (pick("layers", "层"), [", ".join(found.layers)]),
        (pick("documents", "文书"), [line for each in found.documents for line in _document(each, voice)]),
        (pick("blanks", "空白"), [_blank(each, voice) for each in found.blanks if not each.declared.gap]),
        (pick("gaps", "缺漏"), [_blank(each, voice) for each in found.blanks if each.declared.gap]),
        (
            pick("readings", "解释"),
            [_reading(each, voice) for each in found.readings if each.declared.name not in kinds],
        ),
        (pick("unverified", "未核实"), [_switch(each, voice) for each in found.switches]),
        (pick("questions", "问题"), [line for each in found.questions for line in _question(each, voice)]),
        (pick("calendar", "日历"), list(_calendar(found, voice))),
    ]
    for name, lines in sections:
        for place, said in enumerate(lines):
            head = name if place == 0 else ""
            screen.out.write(f"  {screen.paint(padded(head, 12), 'bold')}{printable(said)}\n")


_THERE = {
    "in_force": ("in force", "有效"), "not_yet": ("not yet in force", "尚未施行"), "ended": ("ended", "已终止"),
    "draft": ("not in effect yet", "尚未生效"), "expired": ("expired", "已到期"),
    "terminated": ("terminated", "已解除"), "open": ("open", "未定"),
    "other_version": ("the account is under another version", "账户适用另一版本"),
}  # fmt: skip
_DOCUMENT_KINDS = {
    "agreement": ("agreement", "协议"),
    "supplement": ("supplement", "补充协议"),
    "law": ("law", "法律"),
}


def _document(each: DocumentThere, voice: Voice) -> Iterator[str]:
    pick = voice.pick
    kind = pick(*_DOCUMENT_KINDS.get(each.kind, (each.kind, each.kind)))
    layer = f" · {each.layer}" if each.kind == "law" else ""
    version = pick(f", version {each.version}", f"，版本{each.version}") if each.version else ""
    amends = pick(f" to {each.amends}", f"（{each.amends}）") if each.amends else ""
    status = pick(*_THERE.get(each.status, (each.status, each.status)))
    since = (
        pick(f", from {voice.moment(each.since)}", f"，自{voice.moment(each.since)}") if each.since else ""
    )
    until = pick(f", until {voice.end(each.until)}", f"，至{voice.end(each.until)}") if each.until else ""
    hangs = f"{pick(': ', '：')}{voice.item(each.depends_on)}" if each.depends_on is not None else ""
    rest = pick(", the text breaks off", "，文本不完整") if each.truncated else ""
    name = voice.document_called(each.name)
    yield f"{name}{pick(': ', '：')}{kind}{amends}{layer}{version}, {status}{since}{until}{hangs}{rest}".replace(
        ", " if voice.language == "zh" else "\0", "，"
    )
    for how, clause in each.changes:
        yield pick(f"    {how} {clause}", f"    {'取代' if how == 'replaces' else '废止'}{clause}")
    for part in each.clauses:
        if part.status == "not_yet" and part.valid_from is not None:
            day = voice.day(part.valid_from)
            yield pick(f"    {part.clause} not before {day}", f"    {part.clause}自{day}起施行")
        elif part.valid_to is not None:
            day = voice.day(part.valid_to)
            yield pick(f"    {part.clause} ended on {day}", f"    {part.clause}施行至{day}")


def _declared(declared: Declared, voice: Voice, text: str = "") -> str:
    """Return what is declared as people call it; which agreement's it is, where there are several."""
    whose = ""
    if len(voice.program.agreements) > 1 and base_name(declared.document) in voice.program.agreements:
        whose = voice.document_called(declared.document) + " "
    return whose + (voice.text(text) or voice.plain(declared.name)) + voice.outside(declared)


def _blank(each: BlankThere, voice: Voice) -> str:
    pick, declared = voice.pick, each.declared
    name = _declared(declared, voice)
    match each.filled_by:
        case "settings" | "answer":
            value = (
                pick("left blank", "空白")
                if each.value == "blank"
                else voice.value(each.value, declared.kind)
            )
            how = (
                pick("set for the account", "账户设定")
                if each.filled_by == "settings"
                else pick("answered", "经认定")
            )
            return pick(f"{name}: {value}, {how}", f"{name}：{value}，{how}")
        case None:
            return pick(f"{name}: not filled", f"{name}：未填")
        case how:
            assert each.fill is not None
            clause = voice.clause(each.fill.document, each.fill.clause)
            if how == "clause":
                return pick(f"{name}: filled by {clause}", f"{name}：由{clause}填补")
            return pick(f"{name}: open whether {clause} fills it", f"{name}：{clause}是否填补未定")


def _reading(each: ReadingThere, voice: Voice) -> str:
    pick, declared = voice.pick, each.declared
    name = _declared(declared, voice)
    if each.option is None:
        options = pick(" or ", "或").join(
            voice.option(declared.name, option.name) for option in declared.options
        )
        return pick(f"{name}: open, {options}", f"{name}：未定，{options}")
    option = voice.option(declared.name, each.option)
    if each.how == "chosen":
        how = pick("chosen", "选定")
    elif each.layer:
        how = pick(f"default of the layer {each.layer}", f"{each.layer}层默认")
    else:
        how = pick("default", "默认")
    return pick(f"{name}: {option} ({how})", f"{name}：{option}（{how}）")


def _switch(each: SwitchThere, voice: Voice) -> str:
    clauses = voice.pick(", ", "、").join(voice.clause(*clause) for clause in each.clauses)
    said = _reading(each.reading, voice)
    return said + (voice.pick(f": {clauses}", f"：{clauses}") if clauses else "")


def _question(each: QuestionThere, voice: Voice) -> Iterator[str]:
    pick, declared = voice.pick, each.declared
    name = _declared(declared, voice, declared.text)
    for about, value, event in each.answers:
        said = voice.value(value, declared.kind) + (f" ({event})" if event else pick(" (set)", "（设定）"))
        yield f"{name}{voice.about(about)}{pick(': answered ', '：认定为')}{said}"
    if each.status == "presumed":
        until = pick(" beforehand", "（仅事前）") if declared.beforehand else ""
        yield f"{name}{pick(': presumed ', '：推定为')}{voice.value(declared.presumed, declared.kind)}{until}"
    elif each.status == "open":
        yield f"{name}{pick(': open', '：未定')}"


def _calendar(found: Regime, voice: Voice) -> Iterator[str]:
    until = voice.day(found.published_until)
    yield voice.pick(f"{found.calendar}, published until {until}", f"{found.calendar}，已公布至{until}")
    if found.provisional_years:
        first, last = found.provisional_years[0], found.provisional_years[-1]
        years = f"{first}-{last}" if last > first else str(first)
        yield voice.pick(f"provisional: {years}", f"暂定：{years}年")


# ---- Tests ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one query or expectation: which, how it went, and both answers."""

    status: str
    name: str
    expected: str
    got: str


_MARKS = {"passed": "green", "failed": "bold red", "not applicable": "dim"}
_IN_CHINESE = {"passed": "通过", "failed": "未通过", "not applicable": "不适用"}


def show_outcomes(screen: Screen, outcomes: Iterable[Outcome], language: Language) -> None:
    """Print outcomes, one a line; a failed one with both answers beneath."""
    from engine.cases import said_as

    zh = language == "zh"
    for each in outcomes:
        mark = screen.paint(padded(_IN_CHINESE[each.status] if zh else each.status, 15), _MARKS[each.status])
        if each.status == "failed":
            screen.out.write(f"{mark}{printable(each.name)}\n")
            if each.expected:
                screen.line(f"    {'应为  ' if zh else 'expected  '}{each.expected}", "green")
            screen.line(f"    {'实为  ' if zh else 'got       '}{said_as(each.expected, each.got)}", "red")
        else:
            # An expectation that is a line of a case says its answer already.
            told = each.status != "passed" or each.name.endswith(each.expected)
            answer = "" if told else f": {each.got}"
            screen.out.write(f"{mark}{printable(each.name + answer)}\n")
