"""Conditions and values, as the engine made them ready, spelled as expressions over columns.

An expression has one value or the account goes to the engine: nothing here is open. What is open in itself (a question,
a reading without a choice, a blank that nothing fills) is `Unsaid`, and told by name before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from contractlang.declaration import OccurrenceDecl, PartyDecl, StateDecl
from contractlang.kinds import FLAG
from contractlang.norms import Who
from contractlang.values import Period, Roll, Share
from engine.bulk.kernel.held import TRUE, Doubt, Held, all_of, held, plain
from engine.bulk.kernel.plan import (
    BREACHED,
    CURED,
    DAY,
    EAST,
    JOINT,
    MOST,
    OF_ROW,
    OPENED,
    DayTable,
    Issue,
    Lane,
)  # fmt: skip
from engine.bulk.kernel.said import Place, Said, Unsaid
from engine.bulk.kernel.summing import spelled_sum
from engine.choice import Split
from engine.conditions import AndE, AnswerE, ChosenE, CompareE, IsBlankE, NotE, OrE
from engine.dates import day_of
from engine.evaluator import Evaluator
from engine.event import ASKED, BOTH
from engine.program import LIFE_STATES, Program, Rule
from engine.quantities import (
    AmountOfE,
    ArithmeticE,
    BlankE,
    BoundE,
    ConstE,
    FieldE,
    FoldE,
    Index,
    LaterE,
    NowE,
    StateE,
)
from engine.scene import Scene, Unknown
from engine.statuses import AmountDueE, DischargedE, HappenedE, InBreachE, Norms, OverdueE
from engine.terms import Terms

SHIFT = day_of(0).toordinal()
"""Days are counted from 1970-01-01."""
_SMALL = 10**6
ELAPSED = {"hours": 3_600_000_000, "minutes": 60_000_000, "seconds": 1_000_000}
"""How long the units are that know no days, in microseconds."""


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to a day."""
    return day.toordinal() - SHIFT


class Speller:
    """Spells expressions, and collects what they stand on: columns, tables, words, what happened."""

    def __init__(
        self, program: Program, terms: Terms, parties: tuple[str, ...], spoken_of: frozenset[str]
    ) -> None:
        self.program, self.terms, self.parties, self.spoken_of = program, terms, parties, spoken_of
        self.taken = program.taken(terms)
        self.kinds: dict[str, str] = {}
        self.doubled: dict[str, str] = {}
        self.last: dict[str, str] = {}
        self.walks: dict[str, int] = {}
        """The occurrences that are counted or summed, each with the number of its chain."""
        self.needs: dict[str, set[str]] = {}
        self.words: dict[str, int] = {}
        self.tables: dict[tuple[Any, ...], DayTable] = {}
        self.happened: dict[tuple[str, str | None], str] = {}
        self.states: dict[str, tuple[str, ...]] = {}
        self.lanes: dict[int, list[Lane]] = {}
        self.broken: dict[int, str] = {}
        self.before: list[str] = []
        self.exercises: dict[tuple[int, str], str] = {}
        self.used_since: dict[tuple[int, str], str] = {}
        self.opened: dict[str | Issue, int] = {}
        self.issues: dict[Issue, str] = {}
        """What is open unless an account answers it, with the column of the answers."""
        self.presumed: set[str] = set()
        self.bounds: set[int] = set()
        """Instants at which laws begin and end."""
        self.known_from: set[int] = set()
        self.known_until: set[int] = set()
        self.readings: dict[str, str] = {}
        self._numbers = 0

    # -- what is always so

    def option_of(self, reading: str) -> str:
        """Return the option in which a reading is taken. Raises Unsaid where none is."""
        option = self.taken.options.get(reading)
        if option is None:
            raise Unsaid(f"the reading `{reading}` is open: choose one with --reading")
        self.readings[reading] = option
        return option

    def scene(self) -> Scene:
        """Return a look at no account at all: what can be seen there is so for every account."""
        return Scene(self.program, self.terms, self.taken, lambda *_: None, 0)

    def fixed(self, evaluator: Evaluator) -> Any:
        """Return the value of what only terms and readings decide. Raises Unsaid."""
        for part in parts_of(evaluator):
            if isinstance(part, BlankE | IsBlankE) and self.is_filled_by_law(part.name):
                raise Unsaid(f"a law fills the blank `{part.name}`")
            if isinstance(part, BlankE) and part.kind.name == "day" and self.is_number(part.name):
                raise Unsaid(f"the blank `{part.name}` is a day of the month of what it is asked about")
            if not isinstance(part, ConstE | BlankE | ChosenE | IsBlankE | AndE | OrE | NotE | CompareE):
                raise Unsaid("what is worked out only in the account cannot be fixed before")
            if isinstance(part, ChosenE):
                self.option_of(part.reading)
        try:
            value = evaluator.value(self.scene())
        except Split as split:
            raise Unsaid(f"{split.item.kind} `{split.item.name}` is open") from None
        if isinstance(value, Unknown):
            raise Unsaid(f"{value.item.kind} `{value.item.name}` is open")
        return value

    def is_filled_by_law(self, name: str) -> bool:
        """Tell whether a blank that the account leaves open has a sentence of a law or supplement that fills it."""
        return bool(self.program.fills.get(name)) and not self.scene().is_filled(name)

    def is_number(self, name: str) -> bool:
        """Tell whether a blank is filled with a number."""
        return isinstance(self.terms.answers.get(name, self.terms.blanks.get(name)), int)

    def exercised(self, rule: Rule) -> str:
        """Spell whether a power stands exercised: it was a basis of what set a state to the value that it still has.

        Raises Unsaid.
        """
        for chosen in rule.option:
            if self.option_of(chosen.reading) != chosen.option:
                return ""
        if not rule.sets or any(document for _, document in rule.sets):
            raise Unsaid(f"whether {rule.norm.id} stands exercised, which sets no state in fact")
        return " or ".join(self.exercise(rule.index, state) for state, _ in rule.sets)

    def exercise(self, index: int, state: str) -> str:
        """Return the variable that tells whether a power stands exercised as to one state."""
        return self.exercises.setdefault((index, state), f"ex_{len(self.exercises)}")

    def used_for(self, rule: Rule, longer: Evaluator, place: Place) -> str:
        """Spell whether a power stands exercised for longer than a period. Raises Unsaid."""
        if len(rule.sets) > 1:
            raise Unsaid(f"since when {rule.norm.id} stands exercised, which sets several states")
        key = rule.index, rule.sets[0][0]
        stands, since = self.exercise(*key), self.used_since.setdefault(key, f"since_{len(self.used_since)}")
        period = self.fixed(longer)
        if not isinstance(period, Period):
            raise Unsaid("a power used for longer than a time without an end")
        if period.unit in ELAPSED:
            return f"({stands} and {since} + {period.count * ELAPSED[period.unit]} <= {place.now})"
        table = self.table("end", period, place.rolls, "following", f"{period} later")
        found = self.name("r")
        self.before += [
            f"{found} = False",
            f"if {stands}:",
            f"    y = look({table.name}, ({since} + {EAST}) // {DAY} - base)",
            "    if y < 0: why = 1",
            f"    elif y <= {place.now}: {found} = True",
        ]
        return found

    def opens(self, why: str | Issue) -> int:
        """Return the number with which the loop gives an account up for something open."""
        return OPENED + self.opened.setdefault(why, len(self.opened))

    def gives_up(self, open_: Held) -> str:
        """Spell the number with which the loop gives an account up in which a condition is open.

        Issues come first: an account is folded again in either case of one, and then they are settled.
        """
        in_order = sorted(open_.doubts, key=lambda each: not each.code)
        codes = [each.code or str(self.opens(each.why)) for each in in_order]
        found = codes.pop()
        for code, doubt in zip(reversed(codes), reversed(in_order[:-1]), strict=True):
            found = code if doubt.when == TRUE else f"({code} if {doubt.when} else {found})"
        return found

    def word(self, text: str) -> int:
        """Return the number that stands for a text in the columns."""
        return self.words.setdefault(text, len(self.words))

    def table(self, how: str, period: Period | None, rolls: Any, roll: Roll, told: str) -> DayTable:
        """Return the table of a window, one for all that count alike.

        How it rolls may be open: days on which that matters are then unknown.
        """
        if isinstance(rolls, Evaluator):
            try:
                rolls = bool(self.fixed(rolls))
            except Unsaid:
                told += ", if that is no rest day"
        key = (how, period, rolls, roll)
        if key not in self.tables:
            self.tables[key] = DayTable(f"cal{len(self.tables)}", how, period, rolls, roll, told)
        return self.tables[key]

    def name(self, letter: str) -> str:
        """Return a name that nothing else has."""
        self._numbers += 1
        return f"{letter}_{self._numbers}"

    # -- expressions

    def flag(self, evaluator: Evaluator, place: Place) -> str:
        """Spell a condition."""
        said = self.spell(evaluator, place)
        if said.kind != "flag":
            raise Unsaid(f"a condition is wanted, and this is a {said.kind}")
        return said.text

    def spell(self, made: Evaluator, place: Place) -> Said:
        """Spell an expression. Raises Unsaid."""
        match made:
            case ConstE():
                return self.constant(made.constant)
            case BlankE():
                return (
                    self.filled(made, place)
                    if self.is_filled_by_law(made.name)
                    else self.constant(self.fixed(made))
                )
            case ChosenE():
                return self.constant(self.option_of(made.reading) == made.option)
            case IsBlankE():
                return self.constant(bool(self.fixed(made)))
            case NotE():
                return Said(f"(not {self.flag(made.part, place)})", "flag")
            case AndE() | OrE():
                word = " and " if isinstance(made, AndE) else " or "
                return Said("(" + word.join(self.flag(each, place) for each in made.parts) + ")", "flag")
            case CompareE():
                return self.compared(made, place)
            case ArithmeticE():
                return self.arithmetic(made, place)
            case NowE():
                return Said(place.now, "instant")
            case LaterE():
                return self.later(made, place)
            case StateE():
                return self.state(made)
            case FieldE():
                return self.of(made, place)
            case HappenedE():
                return self.has_happened(made)
            case OverdueE():
                return self.overdue(made, place)
            case InBreachE():
                return self.in_breach(made, place)
            case AnswerE():
                return self.answered(made, place)
            case AmountOfE():
                return spelled_sum(self, made, place)
            case DischargedE():
                lanes = self.meant(made.norms, place)
                return Said(" or ".join(f"d{lane.number}" for lane in lanes) or "False", "flag")
            case AmountDueE():
                return self.due(made, place)
            case FoldE():
                return self.folded(made, place)
            case _:
                raise Unsaid(f"{_called(made)} is not among what the kernel has")

    def filled(self, made: BlankE, place: Place) -> Said:
        """Spell what a law fills a blank with, while it is in force."""
        holds, filling = self.program.fills[made.name][0]
        said = self.spell(filling, place)
        force = plain("True") if holds is None else held(self, holds, place)
        if force.sure != "True":
            number = self.opens("what a law fills a blank with when it is not in force")
            self.before.append(f"if not ({force.sure}): why = {number}")
        return said

    def constant(self, value: Any) -> Said:
        match value:
            case bool():
                return Said(str(value), "flag", value)
            case int():
                if abs(value) > MOST:
                    raise Unsaid(f"the number {value} is too large")
                return Said(str(value), "number", value)
            case date():
                return Said(str(day_number(value)), "day", value)
            case str():
                if value in self.parties:
                    return Said(str(self.parties.index(value)), "party", value)
                return Said(str(self.word(value)), "word", value)
            case Period() | Share():
                return Said("0", type(value).__name__.lower(), value)
            case None:
                raise Unsaid("a blank that may be endless is not among what the kernel has")
            case _:
                raise Unsaid(f"a {type(value).__name__} is not among what the kernel has")

    def answered(self, made: AnswerE, place: Place) -> Said:
        """Spell an answer that is the same for everything asked about: given with the account, or presumed."""
        found = self.terms.answers.get(made.question)
        if found is None and made.question not in self.spoken_of:
            found = self.presumption(made, place)
            self.presumed.add(made.question)
        if found is None:
            raise Unsaid(Issue(made.question).reason)
        return self.constant(found)

    def presumption(self, made: AnswerE, place: Place) -> bool | None:
        """Return what is presumed of what a question is about: what was done, or the act that the run asks about."""
        name = made.about.name if isinstance(made.about, BoundE) else ""
        is_asked = name == "@act" and name not in place.rows and place.end
        return self.program.questions[made.question].presumption(done=not is_asked)

    def answer(self, made: AnswerE, place: Place) -> Held:
        """Spell the answer to a question of yes or no as a condition, which is open where an account does not tell it.

        Raises Unsaid.
        """
        question, about = made.question, made.about
        declared = self.program.questions[question]
        presumed = self.presumption(made, place)
        is_settled = presumed is not None and question not in self.spoken_of
        if is_settled or question in self.terms.answers or declared.kind != FLAG:
            return plain(self.flag(made, place))
        name = about.name if isinstance(about, BoundE) else ""
        if name in place.rows:
            issue = Issue(question, by_row=True, presumed=presumed)
            return self.unsettled(issue, place.rows[name][0])
        subject = self.subject(question, about, name, place)
        return self.unsettled(Issue(question, subject, presumed=presumed))

    def unsettled(self, issue: Issue, row: str = "") -> Held:
        """Spell an issue as a condition: about what stands in a row, or the same in the whole account."""
        called = f"asked{len(self.issues)}" + (f"_{issue.name}" if issue.name.isascii() else "")
        cell = f"{self.issues.setdefault(issue, called)}[{row or 'a'}]"
        code = f"(({row} + 1) << {OF_ROW}) + {self.opens(issue)}" if row else str(self.opens(issue))
        return Held(f"({cell} == 1)", f"({cell} != 0)", (Doubt(issue.reason, f"{cell} == 2", code),))

    def comparison(self, made: CompareE) -> Held | None:
        """Spell how an open blank compares with what is the same in all accounts, as a condition that is open; nothing
        where a comparison is another.
        """
        if not all(
            isinstance(part, ConstE | BlankE) for each in (made.left, made.right) for part in parts_of(each)
        ):
            return None
        for part in (*parts_of(made.left), *parts_of(made.right)):
            if isinstance(part, BlankE) and (
                part.kind.name == "duration" or self.is_filled_by_law(part.name)
            ):
                return None
        left, right = (each.value(self.scene()) for each in (made.left, made.right))
        if not isinstance(left, Unknown) and not isinstance(right, Unknown):
            return None
        item = made.item(left, right)
        return self.unsettled(Issue(item.name, item.about, kind=item.kind))

    def subject(self, question: str, about: Evaluator | None, name: str, place: Place) -> str | None:
        """Return what a question is about, if that is the same in all accounts. Raises Unsaid."""
        if about is None:
            return None
        if name in place.named:
            return place.named[name]
        if name == "@act" and place.end:
            return ASKED
        if name in self.program.things:
            return name
        raise Unsaid(Issue(question).reason)

    def compared(self, made: CompareE, place: Place) -> Said:
        left, right = self.spell(made.left, place), self.spell(made.right, place)
        kinds = {left.kind, right.kind}
        texts = [left.text, right.text]
        if "life" in kinds:
            if kinds == {"life", "word"} and made.sign in ("==", "!="):
                texts = [s.text if s.kind == "life" else str(LIVES[str(s.constant)]) for s in (left, right)]
                return Said(f"({texts[0]} {made.sign} {texts[1]})", "flag")
            raise Unsaid("the agreement's state is only compared with its values")
        if kinds == {"day", "instant"}:
            # An instant meets a day by its own day.
            texts = [
                f"(({s.text} + {EAST}) // {DAY})" if s.kind == "instant" else s.text for s in (left, right)
            ]
        elif len(kinds) != 1 or kinds & {"period", "share"}:
            raise Unsaid(f"a {left.kind} and a {right.kind} are not compared in the kernel")
        if kinds <= {"word", "party", "flag"} and made.sign not in ("==", "!="):
            raise Unsaid("texts are only told apart in the kernel, not ordered")
        if kinds == {"word"}:
            return Said(self.alike(left, right, made.sign), "flag")
        return Said(f"({texts[0]} {made.sign} {texts[1]})", "flag")

    @staticmethod
    def alike(left: Said, right: Said, sign: str) -> str:
        """Spell whether two values are the same; of two texts that the account tells, only the known have numbers."""
        if left.kind == "word" and left.text.startswith("c_") and right.text.startswith("c_"):
            raise Unsaid("two texts of the account are not compared in the kernel")
        return f"({left.text} {sign} {right.text})"

    def arithmetic(self, made: ArithmeticE, place: Place) -> Said:
        left, right = self.spell(made.left, place), self.spell(made.right, place)
        if {left.kind, right.kind} == {"day"} and made.op == "-":
            return Said(f"({left.text} - {right.text})", "number")
        if left.kind == "share":
            left, right = right, left
        if left.kind != "number":
            raise Unsaid(f"arithmetic with a {left.kind} is not among what the kernel has")
        if right.kind == "share":
            share: Share = right.constant
            if share.under > _SMALL or share.over > _SMALL:
                raise Unsaid(f"the share {share} is too fine")
            # To the nearest minor unit, halves up, as the engine rounds.
            return Said(f"((2 * {left.text} * {share.over} + {share.under}) // {2 * share.under})", "number")
        if right.kind != "number":
            raise Unsaid(f"arithmetic with a {right.kind} is not among what the kernel has")
        small = any(isinstance(s.constant, int) and abs(s.constant) <= _SMALL for s in (left, right))
        if made.op == "*" and not small:
            raise Unsaid("the product of two numbers of the account may be too large")
        return Said(f"({left.text} {made.op} {right.text})", "number")

    def later(self, made: LaterE, place: Place) -> Said:
        base, period = self.spell(made.base, place), self.spell(made.period, place)
        if not isinstance(period.constant, Period):
            raise Unsaid("a period that the account tells is not among what the kernel has")
        unit = period.constant.unit
        if unit in ELAPSED:
            start = base.text if base.kind == "instant" else f"(({self.day(base)} + 1) * {DAY} - {EAST})"
            return Said(f"({start} + {period.constant.count * ELAPSED[unit]})", "instant")
        table = self.table("last day", period.constant, False, "following", f"{period.constant} after")
        return Said(self.looked_up(table, self.day(base)), "day")

    def looked_up(self, table: DayTable, day: str) -> str:
        """Return a variable that holds what a table has for a day, found before the expression."""
        found = self.name("l")
        self.before.append(f"{found} = look({table.name}, {day} - base)")
        self.before.append(f"if {found} < 0: why = 1")
        return found

    @staticmethod
    def day(said: Said) -> str:
        if said.kind == "instant":
            return f"(({said.text} + {EAST}) // {DAY})"
        if said.kind != "day":
            raise Unsaid(f"a day is wanted, and this is a {said.kind}")
        return said.text

    def state(self, made: StateE) -> Said:
        if made.name == "agreement":
            return Said("life", "life")
        declared = self.program.declarations.get(made.name)
        if not isinstance(declared, StateDecl) or declared.in_law or not declared.options:
            raise Unsaid(f"the state `{made.name}` is in law, or no list of values")
        return Said(self.state_variable(made.name), "word")

    def state_variable(self, name: str) -> str:
        """Return the variable of a state in fact, which holds the number of its value's word."""
        declared = self.program.declarations[name]
        assert isinstance(declared, StateDecl)
        self.states.setdefault(name, tuple(option.name for option in declared.options))
        for option in declared.options:
            self.word(option.name)
        return f"q_{sorted(self.program.declarations).index(name)}"

    def of(self, made: FieldE, place: Place) -> Said:
        if not isinstance(made.of, BoundE):
            if isinstance(made.of, NowE) and made.name == "day":
                return Said(f"(({place.now} + {EAST}) // {DAY})", "day")
            if isinstance(made.of, ConstE) and isinstance(made.of.constant, str):
                known = self.terms.attributes.get(f"{made.of.constant}.{made.name}")
                if known is None:
                    raise Unsaid(f"`{made.of.constant}.{made.name}` is not told")
                return self.constant(known)
            raise Unsaid(f"`{made.name}` of what is not bound is not among what the kernel has")
        variable = made.of.name
        if made.of.last:
            row, names = self.latest(made.of.last, place)
            return self.column(made.name, made.kind.name, row, names)
        if variable in place.debts:
            return self.of_debt(made.name, *place.debts[variable])
        if variable not in place.rows:
            raise Unsaid(f"the question does not say what `{made.name}` of the act is")
        row, names = place.rows[variable]
        return self.column(made.name, made.kind.name, row, names)

    def latest(self, name: str, place: Place) -> tuple[str, tuple[str, ...]]:
        """Return the row of the occurrence that gave rise to what is looked at, if it is one; else of the last one.

        An account in which it did not happen, where it is asked of, is the engine's.
        """
        bound = [each for variable, each in place.rows.items() if variable != "@act"]
        for lane, key in place.debts.values():
            if lane.source is not None:
                raise Unsaid(f"which `{name}` gave rise to a duty that follows from a breach")
            if not lane.by_row:
                bound.append((f"row[{key}]", self.triggering(lane.rule)))
        for row, names in bound:
            if names == (name,):
                return row, names
            if name in names:
                raise Unsaid(f"`{name}` and others of its kind that give rise to one duty")
        row = self.last.setdefault(name, f"last_{len(self.last)}")
        self.before.append(f"if {row} < 0: why = {self.opens(f'`{name}` is asked of, and did not happen')}")
        return row, tuple(each for each, touch in self.program.touches.items() if name in touch.names)

    def triggering(self, rule: Rule) -> tuple[str, ...]:
        """Return the occurrences that give rise to a duty."""
        return tuple(name for name, touch in self.program.touches.items() if rule.index in touch.instances)

    def column(self, name: str, kind: str, row: str, names: tuple[str, ...]) -> Said:
        """Spell a field of an occurrence that stands in a row."""
        declared = [self.program.declarations[each] for each in names]
        has = [any(p.name == name for p in d.params) for d in declared if isinstance(d, OccurrenceDecl)]
        if not any(has):
            match name:
                case "at" | "arrives":
                    return Said(f"at[{row}]", "instant")
                case "day":
                    return Said(f"((at[{row}] + {EAST}) // {DAY})", "day")
                case "by":
                    return Said(f"who[{row}]", "party")
                case _:
                    pass
        if not all(has):
            raise Unsaid(f"only some of {', '.join(names)} have `{name}`")
        held = {"money": "number", "count": "number", "one of": "word", "text": "word"}.get(kind, kind)
        if held not in ("number", "word", "day", "instant", "flag"):
            raise Unsaid(f"a field that is a {kind} is not among what the kernel has")
        for each in names:
            self.needs.setdefault(each, set()).add(name)
        text = f"c_{self.kept_in(name, held)}[{row}]"
        return Said(f"({text} != 0)" if held == "flag" else text, held)

    def kept_in(self, name: str, held: str) -> str:
        """Return the column of a field that holds such values: a field of several kinds has one for each."""
        if self.kinds.setdefault(name, held) == held:
            return name
        column = f"{name}__{held}"
        self.kinds[column] = held
        self.doubled[column] = name
        return column

    def of_debt(self, name: str, lane: Lane, key: str) -> Said:
        n = lane.number
        match name:
            case "unpaid" if lane.owes:
                return Said(f"max(0, o{n}[{key}] - p{n}[{key}])", "number")
            case "unpaid":
                return Said("0", "number", 0)
            case "at":
                return Said(f"b{n}[{key}]", "instant")
            case "day":
                return Said(f"((b{n}[{key}] + {EAST}) // {DAY})", "day")
            case "last_day" if lane.of_days:
                return Said(f"((e{n}[{key}] - 1 + {EAST}) // {DAY})", "day")
            case "last_day":
                return Said(f"((b{n}[{key}] - 1 + {EAST}) // {DAY})", "day")
            case "cured":
                return Said(f"(s{n}[{key}] == {CURED})", "flag")
            case "by":
                return self.constant(lane.bearer)
            case _:
                raise Unsaid(f"`{name}` of a breach is not among what the kernel has")

    def has_happened(self, made: HappenedE) -> Said:
        if made.about is not None:
            raise Unsaid(f"whether `{made.name}` happened about one thing is not among what the kernel has")
        if made.by is None:
            return Said(self.happening(made.name, None), "flag")
        who = made.by.value(self.scene()) if isinstance(made.by, ConstE) else None
        if who == Who.EITHER.value:
            return Said(self.happening(made.name, None), "flag")
        if not isinstance(who, str) or who not in self.parties or made.name not in self.program.acts:
            raise Unsaid(f"who did `{made.name}` is not told in a way that the kernel has")
        return Said(f"({self.happening(made.name, who)} or {self.happening(made.name, BOTH)})", "flag")

    def happening(self, name: str, who: str | None) -> str:
        """Return the variable that tells whether something has happened."""
        return self.happened.setdefault((name, who), f"h_{len(self.happened)}")

    def folded(self, made: FoldE, place: Place) -> Said:
        """Spell a count or a sum over what happened: a walk from the last such occurrence to the first."""
        names = tuple(each for each, touch in self.program.touches.items() if made.name in touch.names)
        number = self.walks.setdefault(made.name, len(self.walks))
        found, row = self.name("r"), self.name("j")
        outer, self.before = self.before, []
        try:
            inside = replace(place, rows={**place.rows, made.name: (row, names)})
            rest = made.where if made.index is None else made.index.rest
            wheres = [] if rest is None else [held(self, rest, inside)]
            if made.index is not None:
                wheres.append(plain(self.indexed(made.index, inside, row, names)))
            where = all_of(wheres)
            what = "1" if made.worth is None else self.spell(made.worth, inside).text
            lines = list(self.before)
        finally:
            self.before = outer
        if not where.is_plain:
            lines.append(f"if ({where.maybe}) and not ({where.sure}): why = {self.gives_up(where)}")
        lines += [f"if {where.sure}: {found} += {what}", f"{row} = walk{number}[{row}]"]
        self.before += [f"{found} = 0", f"{row} = walked{number}", f"while {row} >= 0:"]
        self.before += [f"    {line}" for line in lines]
        return Said(found, "number")

    def indexed(self, index: Index, inside: Place, row: str, names: tuple[str, ...]) -> str:
        """Spell that a field of an occurrence that is counted has the value by which those are looked up."""
        one = self.column(index.field, self.kind_of(index.field, names), row, names)
        other = self.spell(index.value, inside)
        if one.kind != other.kind:
            raise Unsaid(f"a {one.kind} and a {other.kind} are not compared in the kernel")
        return self.alike(one, other, "==")

    def kind_of(self, field: str, names: tuple[str, ...]) -> str:
        """Return the kind of a field of some occurrences, as the first that has it declares it."""
        declared = (self.program.declarations[each] for each in names)
        params = (each for d in declared if isinstance(d, OccurrenceDecl) for each in d.params)
        return next((each.kind.name for each in params if each.name == field), "")

    # -- duties

    def meant(self, norms: Norms, place: Place) -> list[Lane]:
        """Return the lanes of the norms that are meant. Raises Unsaid where a breach of one would not be seen."""
        if norms.about is not None or norms.variable is not None:
            raise Unsaid(
                "what is said of one duty alone, by what gave rise to it, is not among what the kernel has"
            )
        for index in norms.indexes:
            if index in self.broken:
                raise Unsaid(f"it asks about {self.program.norms[index].id}, {self.broken[index]}")
        lanes = [lane for index in norms.indexes for lane in self.lanes.get(index, ())]
        if not place.end and not all(lane.eager for lane in lanes):
            raise Unsaid("it asks for a breach before the end")
        return lanes

    def overdue_itself(self, made: OverdueE, lane: Lane, key: str, place: Place) -> Said:
        """Spell whether the duty whose breach is bound is overdue."""
        n = lane.number
        if lane.kept:
            return Said("False", "flag")
        if made.longer is None:
            return Said(f"(s{n}[{key}] == {BREACHED})", "flag")
        table = self.longer(made, place)
        start = _overdue_since(lane, key)
        found = self.name("r")
        self.before += [
            f"{found} = False",
            f"if s{n}[{key}] == {BREACHED}:",
            f"    y = look({table.name}, ({start} + {EAST}) // {DAY} - base)",
            "    if y < 0: why = 1",
            f"    elif y <= {place.now}: {found} = True",
        ]
        return Said(found, "flag")

    def longer(self, made: OverdueE, place: Place) -> DayTable:
        """Return the table that tells when something was overdue for longer than a period. Raises Unsaid."""
        assert made.longer is not None
        period = self.fixed(made.longer)
        if not isinstance(period, Period) or period.unit in ("hours", "minutes", "seconds"):
            raise Unsaid("overdue for longer than hours is not among what the kernel has")
        # `@rolls` is the norm's own rule for its window; a norm with none leaves periods to roll.
        return self.table("end", period, place.rolls, "following", f"{period} later")

    def overdue(self, made: OverdueE, place: Place) -> Said:
        variable = made.norms.variable
        if isinstance(variable, BoundE) and made.norms.about is None and variable.name in place.debts:
            return self.overdue_itself(made, *place.debts[variable.name], place)
        lanes = [lane for lane in self.meant(made.norms, place) if not lane.kept]
        if made.longer is None:
            return Said("(" + (" or ".join(f"v{lane.number} > 0" for lane in lanes) or "False") + ")", "flag")
        table = self.longer(made, place)
        found = self.name("r")
        self.before.append(f"{found} = False")
        for lane in lanes:
            n = lane.number
            start = _overdue_since(lane, "j")
            self.before += [
                f"for j in range(lo{n}, {lane.top}):",
                f"    if s{n}[j] == {BREACHED}:",
                f"        y = look({table.name}, ({start} + {EAST}) // {DAY} - base)",
                "        if y < 0: why = 1",
                f"        elif y <= {place.now}: {found} = True",
            ]
        return Said(found, "flag")

    def in_breach(self, made: InBreachE, place: Place) -> Said:
        lanes = self.meant(made.norms, place)
        hit = [f"n_{i} > 0" for i in made.norms.indexes if i in self.hits]
        if made.party is not None:
            if not isinstance(made.party, ConstE):
                raise Unsaid("in breach by somebody who is bound is not among what the kernel has")
            wanted = made.party.constant
            if wanted != Who.EITHER.value:
                if hit:
                    raise Unsaid("whose breach of a prohibition it is, is not among what the kernel has")
                lanes = [lane for lane in lanes if lane.rule.norm.bearer in (wanted, Who.BOTH)]
        found = [f"(v{lane.number} + u{lane.number} > 0)" for lane in lanes]
        return Said("(" + (" or ".join([*found, *hit]) or "False") + ")", "flag")

    hits: frozenset[int] = frozenset()
    """The prohibitions whose breaches are counted, by index."""

    def due(self, made: AmountDueE, place: Place) -> Said:
        lanes = self.meant(made.norms, place)
        found = self.name("r")
        self.before.append(f"{found} = 0")
        for lane in lanes:
            n = lane.number
            if lane.owes:
                self.before += [
                    f"for j in range(lo{n}, {lane.top}):",
                    f"    if s{n}[j] == 1 or s{n}[j] == {BREACHED} or s{n}[j] == 5:",
                    f"        {found} += max(0, o{n}[j] - p{n}[j])",
                ]
        return Said(found, "number")

    def party(self, name: str) -> int:
        """Return the number of a party, as the column of actors has it."""
        return JOINT if name == BOTH else self.parties.index(name)


def late(lane: Lane, key: str, now: str) -> str:
    """Spell whether an instance is breached and not over."""
    n = lane.number
    return f"s{n}[{key}] == {BREACHED}" if lane.eager else f"(s{n}[{key}] == 1 and e{n}[{key}] <= {now})"


def _overdue_since(lane: Lane, key: str) -> str:
    """Spell an instant of the day from which it counts how long an instance is overdue. Raises Unsaid."""
    if lane.rule.numbered:
        raise Unsaid("overdue for longer than a time, of what was due within a reasonable one")
    return f"e{lane.number}[{key}] - 1" if lane.of_days else _began(lane, key)


def _began(lane: Lane, key: str) -> str:
    n = lane.number
    return f"b{n}[{key}]" if lane.eager else f"max(e{n}[{key}], at[{lane.row_of(key)}])"


def parts_of(made: Any) -> Iterator[Evaluator]:
    """Yield an evaluator and everything in it."""
    if not isinstance(made, Evaluator):
        return
    yield made
    for name in _slots(made):
        value = getattr(made, name, None)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Norms):
                yield from parts_of(each.about)
                yield from parts_of(each.variable)
            else:
                yield from parts_of(each)


def _slots(made: Any) -> Iterator[str]:
    for kind in type(made).__mro__:
        yield from getattr(kind, "__slots__", ())


CALLED = {
    "AccruedE": "what accrues daily",
    "AsOfE": "what a state was on a day", "SumDueE": "what is due of a sum",
    "ReferredE": "what an occurrence refers to",
    "UsedE": "how long a power was used", "MonthDayE": "a day of each month", "LaterE": "a day some time later",
}  # fmt: skip


def _called(made: Evaluator) -> str:
    name = type(made).__name__
    return CALLED.get(name) or f"`{name.removesuffix('E').lower()}`"


def parties_of(program: Program) -> tuple[str, ...]:
    """Return the parties that are declared, in order."""
    return tuple(each.name for each in program.declarations.values() if isinstance(each, PartyDecl))


LIVES = {name: place for place, name in enumerate(LIFE_STATES)}
