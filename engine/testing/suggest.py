"""Scenarios that nobody wrote yet: histories from the graph that show what no scenario shows, shortest first.

For every duty that an occurrence brings about: it is done the day before its last day, on that day, on the day after,
and not at all. In each of these histories every act is asked about, and every power is used, every prohibition broken.
The engine says what the answers are; a history is kept if it shows something new, and only with the lines that do.
Whoever accepts one vouches for the answers: they are what the contract says, not what it should say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from contractlang.declaration import BlankDecl, OccurrenceDecl, Param, TypeDecl
from contractlang.expression import Happened
from contractlang.kinds import Kind
from contractlang.norms import Maintenance, Norm, Obligation, OnOccurrence, Prohibition, Who
from contractlang.values import Money
from engine.cases import ANSWERS, Case, cases_in, judged, question_of
from engine.dates import day_of
from engine.errors import EngineError
from engine.program import Program, Rule
from engine.scene import Inst
from engine.testing.outcomes import Outcome, seen, wanted
from engine.testing.running import Ran, account_of, ran
from engine.walk import walk

FIRST = date(2026, 3, 2)
"""The day on which suggested histories begin: a Monday in a year whose calendar is published."""

_WORDS = {value: key for key, value in ANSWERS.items() if not key.isascii()} | {"yes": "违约", "no": "未违约"}


_AROUND = (
    (-1, "末日前一天", "the day before the last"),
    (0, "末日当天", "the last day"),
    (1, "末日次日", "the day after"),
)


class Suggestion(NamedTuple):
    """One scenario, ready to paste: its heading, its text, what it shows that no other did."""

    title: str
    text: str
    shows: tuple[Outcome, ...]


@dataclass(frozen=True)
class _History:
    """Ledger lines, the instants at which to ask, what the last of them is about, and readings taken."""

    title: str
    lines: tuple[str, ...]
    at: date
    about: str = ""
    settings: tuple[str, ...] = ()

    def then(self, title: str, line: str, at: date, about: str) -> _History:
        return replace(self, title=title, lines=(*self.lines, line), at=at, about=about)


def suggestions(program: Program, known: Iterable[Ran], chinese: bool) -> Iterator[Suggestion]:
    """Yield scenarios that show what those `known` do not, shortest first."""
    maker = _Maker(program, chinese)
    open_still = set(wanted(program)) - {outcome for each in known for outcome in each.shown}
    for history in maker.histories():
        if not open_still:
            return
        made = maker.suggestion(history, open_still)
        if made is not None:
            open_still -= set(made.shows)
            yield made


class _Maker:
    """Makes histories of one program, in the words of its agreement's language."""

    def __init__(self, program: Program, chinese: bool) -> None:
        self.program, self.chinese = program, chinese
        self.settings = self.filled()
        self.rules = [rule for rule in program.rules if rule.home]

    # -- words

    def name(self, declared: str) -> str:
        each = self.program.declarations.get(declared)
        if each is None or not each.alias or (each.name.isascii() is not self.chinese):
            return declared if each is None else each.name
        return each.alias

    def spelled(self, param: Param) -> str:
        return param.alias if param.alias and param.name.isascii() is self.chinese else param.name

    def filled(self) -> tuple[str, ...]:
        """Return settings for the blanks on which the life of the agreements hangs."""
        found: dict[str, None] = {}
        for rules in self.program.life.values():
            for each in rules:
                for part in walk(each.life.value):
                    declared = self.program.declarations.get(getattr(part, "name", ""))
                    if isinstance(declared, BlankDecl):
                        period = declared.kind.name == "duration"
                        sample = (
                            ("2年" if self.chinese else "2 years")
                            if period
                            else self.sample(declared.kind, ())
                        )
                        found[f"{self.name(declared.name)} = {sample}"] = None
        return tuple(found)

    def sample(self, kind: Kind, lines: tuple[str, ...]) -> str:
        """Return a value of a kind, as a field of a ledger line."""
        match kind.name:
            case "money":
                return "100.00"
            case "count":
                return "1"
            case "flag":
                return "是" if self.chinese else "yes"
            case "day":
                return (self.day_after(lines) + timedelta(days=10)).isoformat()
            case "instant":
                return f"{self.day_after(lines)}T12:00"
            case "one of":
                declared = self.program.declarations.get(kind.of)
                options = declared.options if isinstance(declared, TypeDecl) else ()
                return options[0].name if options else "1"
            case "party":
                return self.program.bound_parties[0] if self.program.bound_parties else "1"
            case "occurrence":
                return self.last_of(kind.of, lines)
            case "duration":
                return "30日" if self.chinese else '"30 days"'
            case _:
                return "某" if self.chinese else "x"

    def last_of(self, name: str, lines: tuple[str, ...]) -> str:
        """Return the id of the last line that records such an occurrence; empty where there is none."""
        called = {name, self.name(name)}
        found = [f"e{place}" for place, line in enumerate(lines, 1) if called & set(line.split())]
        return found[-1] if found else ""

    def day_after(self, lines: tuple[str, ...]) -> date:
        days = [date.fromisoformat(line[:10]) for line in lines]
        return max(days, default=FIRST - timedelta(days=1)) + timedelta(days=1)

    def line(
        self, day: date, name: str, lines: tuple[str, ...], by: str | None = None, given: dict[str, str] | None = None,
        time: str = "12:00",
    ) -> str | None:  # fmt: skip
        """Return a ledger line for an act or event; None where it would name what has not happened."""
        declared = self.program.declarations.get(name)
        if not isinstance(declared, OccurrenceDecl):
            return None
        fields = []
        for param in declared.params:
            value = (given or {}).get(param.name) or self.sample(param.kind, lines)
            if not value:
                return None
            fields.append(f"{self.spelled(param)}={value}")
        actor = by if by is not None else declared.actor if isinstance(declared.actor, str) else None
        if declared.is_act and actor is None:
            actor = self.program.bound_parties[0] if self.program.bound_parties else None
        return " ".join(
            [
                f"{day} {time}",
                *([self.name(actor)] if actor and declared.is_act else []),
                self.name(name),
                *fields,
            ]
        )

    # -- histories

    def histories(self) -> list[_History]:
        """Return histories, shortest first."""
        start = self.begun()
        found = [start]
        duties = [h for rule in self.rules for h in self.of_duty(start, rule)]
        found += duties
        longest = len(start.lines) + 3
        for before in [start, *(each for each in duties if len(each.lines) < longest)]:
            for rule in self.rules:
                found += self.of_act(before, rule)
        found += list(self.readings(found[: 1 + len(duties)]))
        return sorted(found, key=lambda each: (len(each.lines), bool(each.settings)))

    def begun(self) -> _History:
        """Return the history in which the agreements take effect, and what norms bind from has happened."""
        lines: tuple[str, ...] = ()
        parts = [
            each.life.value
            for rules in self.program.life.values()
            for each in rules
            if each.life.how == "takes_effect"
        ]
        parts += [rule.norm.since for rule in self.rules if rule.norm.since is not None]
        done: set[tuple[str, str | None]] = set()
        for part in parts:
            for each in walk(part):
                if isinstance(each, Happened):
                    by = str(getattr(each.by, "value", "")) or None
                    if (each.name, by) in done:
                        continue
                    done.add((each.name, by))
                    line = self.line(FIRST, each.name, lines, by, time=f"10:{len(lines):02}")
                    lines += (line,) if line is not None else ()
        title = "协议订立之后" if self.chinese else "After the agreement is made"
        return _History(title, lines, FIRST + timedelta(days=1))

    def of_duty(self, start: _History, rule: Rule) -> Iterator[_History]:
        """Yield the histories of one duty: done before its last day, on it, after it, and never."""
        norm = rule.norm
        if not isinstance(norm, Obligation) or not isinstance(norm.trigger, OnOccurrence):
            return
        day = self.day_after(start.lines)
        trigger = self.line(day, norm.trigger.name, start.lines, time="09:00")
        if trigger is None:
            return
        zh, en = self.name(norm.act.name), self.name(norm.act.name)
        clause = norm.clause
        arisen = start.then("", trigger, day, norm.id)
        last = self.last_day(arisen, rule)
        if last is None:
            return
        over = last + timedelta(days=2)
        title = f"{clause}：末日过后仍未{zh}" if self.chinese else f"{clause}: {en} is not done"
        yield replace(arisen, title=title, at=over)
        for days, chinese, english in _AROUND:
            when = last + timedelta(days=days)
            line = self.doing(rule, when, arisen.lines)
            if when >= day and line is not None:
                title = f"{clause}：{chinese}{zh}" if self.chinese else f"{clause}: {en} on {english}"
                yield arisen.then(title, line, over, norm.id)

    def doing(self, rule: Rule, day: date, lines: tuple[str, ...]) -> str | None:
        """Return the line in which a norm's act is done, by its bearer, about its trigger."""
        norm = rule.norm
        if isinstance(norm, Maintenance):
            return None
        given: dict[str, str] = {}
        if isinstance(norm.trigger, OnOccurrence):
            about = self.last_of(norm.trigger.name, lines)
            if rule.about_field and about:
                given[rule.about_field] = about
        bearer = norm.bearer if isinstance(norm.bearer, str) else self.program.bound_parties[0]
        if norm.bearer is Who.BOTH:
            bearer = "both"
        amount = self.owed(rule, lines, day)
        declared = self.program.acts.get(norm.act.name)
        for param in declared.params if declared is not None else ():
            if param.kind.name == "money" and amount is not None and param.kind.of:
                given[param.name] = str(Money(amount, param.kind.of)).rpartition(" ")[0]
        return self.line(day, norm.act.name, lines, bearer, given)

    def owed(self, rule: Rule, lines: tuple[str, ...], day: date) -> int | None:
        inst = self.instance(lines, rule, day)
        return inst.owed if inst is not None and type(inst.owed) is int else None

    def instance(self, lines: tuple[str, ...], rule: Rule, day: date) -> Inst | None:
        """Return the last instance of a duty after some lines, at the end of a day."""
        try:
            account = account_of(self.case(lines), self.program)
            position = account.position_at(
                question_of(self.program, f"{day} {'协议' if self.chinese else 'agreement'}")[0].at
            )
        except (EngineError, ValueError):
            return None
        found = [value for key, value in position.cells.items() if key[:2] == ("I", rule.index)]
        return next((each for each in reversed(found) if isinstance(each, Inst)), None)

    def last_day(self, history: _History, rule: Rule) -> date | None:
        inst = self.instance(history.lines, rule, history.at)
        if inst is None or inst.end is None:
            return None
        return inst.last_day or day_of(inst.end - 1)

    def of_act(self, before: _History, rule: Rule) -> Iterator[_History]:
        """Yield the history in which a power is used, a prohibition broken, or a state is changed."""
        norm = rule.norm
        if isinstance(norm, Maintenance | Obligation):
            return
        day = max(self.day_after(before.lines), before.at)
        line = self.doing(rule, day, before.lines)
        if line is None:
            return
        act = self.name(norm.act.name)
        forbidden = isinstance(norm, Prohibition)
        title = (
            f"{before.title}，{norm.clause}：{act}"
            if self.chinese
            else f"{before.title}; {norm.clause}: {act}"
        )
        if forbidden:
            title += "（禁止）" if self.chinese else " (forbidden)"
        yield before.then(title, line, day + timedelta(days=1), norm.id)

    def readings(self, histories: Iterable[_History]) -> Iterator[_History]:
        """Yield histories under each option of each reading of the agreements."""
        agreed = {rule.document for rule in self.rules}
        listed = list(histories)
        for name, (_, options, _) in self.program.readings.items():
            declared = self.program.declarations.get(name)
            if declared is None or declared.document not in agreed or not declared.external.startswith("RS-"):
                continue
            for option in options:
                told = f"{self.name(name)}：{option}" if self.chinese else f"{name}: {option}"
                for history in listed:
                    title = f"{history.title}（{told}）" if self.chinese else f"{history.title} ({told})"
                    yield replace(history, title=title, settings=(f"{declared.external} = {option}",))

    # -- cases

    def case(
        self, lines: tuple[str, ...], settings: tuple[str, ...] = (), expects: tuple[str, ...] = ()
    ) -> Case:
        return cases_in("suggested", self.written("-", lines, settings, expects or ("#",)))[0]

    def written(
        self, title: str, lines: tuple[str, ...], settings: tuple[str, ...], expects: tuple[str, ...]
    ) -> str:
        given = "\n".join([*self.settings, *settings])
        parts = [f"## {title}\n"]
        if given:
            parts.append(f"```settings\n{given}\n```\n")
        parts.append("```ledger\n" + "".join(f"{line}\n" for line in lines) + "```\n")
        parts.append("```expect\n" + "".join(f"{line}\n" for line in expects) + "```\n")
        return "\n".join(parts)

    def suggestion(self, history: _History, open_still: set[Outcome]) -> Suggestion | None:
        """Return a history as a scenario with the lines that show something new; None where it shows nothing."""
        try:
            account = account_of(self.case(history.lines, history.settings), self.program)
        except (EngineError, ValueError):
            return None
        plain = account_of(self.case(history.lines), self.program) if history.settings else None
        expects: dict[str, None] = {}
        shown: set[Outcome] = set()
        for asked, norm in self.questions(history):
            try:
                question, known = question_of(self.program, asked)
                decision = account.decide(question, known)
                if plain is not None and plain.decide(question, known).answer == decision.answer:
                    # A reading is shown by what it changes.
                    continue
            except (EngineError, ValueError, KeyError):
                continue
            found = seen(account, [decision], [question.at]) & open_still
            own = {each for each in found if each.id == norm.id or each.what == "reading"}
            if own - shown:
                got, _ = judged(self.program, decision, "", None)
                expects[self.expected(asked, got)] = None
                shown |= own
        if not expects:
            return None
        text = self.written(history.title, history.lines, history.settings, tuple(expects))
        # What is suggested is what the engine finds when it reads the very text.
        again = ran(cases_in("suggested", text)[0], self.program)
        if not all(each.passed for each in again.expectations):
            return None
        return Suggestion(history.title, text, tuple(sorted(shown & again.shown)))

    def questions(self, history: _History) -> Iterator[tuple[str, Norm]]:
        """Yield what to ask after a history, and about which norm."""
        for rule in self.rules:
            norm = rule.norm
            bearer = norm.bearer if isinstance(norm.bearer, str) else self.program.bound_parties[0]
            who, called = self.name(bearer), norm.label if len(norm.label) > 1 else norm.clause
            breach = f"{history.at} {who} {'违反' if self.chinese else 'in breach of'} {called}"
            if isinstance(norm, Obligation | Maintenance):
                yield breach, norm
            if not isinstance(norm, Maintenance):
                verb = ("应否" if isinstance(norm, Obligation) else "可否") if self.chinese else "may"
                yield f"{history.at} {who} {verb} {self.name(norm.act.name)}", norm
            if isinstance(norm, Prohibition):
                yield breach, norm

    def expected(self, asked: str, got: str) -> str:
        answer, _, missing = got.partition(" missing ")
        if self.chinese:
            return f"{asked}：{_WORDS.get(answer, answer)}" + (f" 缺 {missing}" if missing else "")
        breach = {"yes": "breached", "no": "no breach"} if " in breach of " in asked else {}
        said = breach.get(answer, answer.replace("_", " "))
        return f"{asked}: {said}" + (f" missing {missing}" if missing else "")
