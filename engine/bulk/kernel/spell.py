"""Conditions and values, as the engine made them ready, spelled as expressions over columns.

An expression has one value or the account goes to the engine: nothing here is open. What is open in itself (a question,
a reading without a choice, a blank that nothing fills) is `Unsaid`, and told by name before anything runs.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from contractlang.declaration import PartyDecl, StateDecl
from contractlang.values import Period, Roll, Share
from engine.bulk.kernel.held import TRUE, Held, held, plain
from engine.bulk.kernel.occurred import field_of, folded, has_happened
from engine.bulk.kernel.plan import (
    DAY,
    EAST,
    ELAPSED,
    JOINT,
    MOST,
    OPENED,
    DayTable,
    Issue,
    Lane,
)  # fmt: skip
from engine.bulk.kernel.said import Place, Said, Unsaid, parts_of, variable_of
from engine.bulk.kernel.standing import due, in_breach, meant, overdue
from engine.bulk.kernel.summing import spelled_sum
from engine.choice import Split
from engine.conditions import AndE, AnswerE, ChosenE, CompareE, IsBlankE, NotE, OrE
from engine.dates import day_of
from engine.evaluator import Evaluator
from engine.event import BOTH
from engine.program import LIFE_STATES, Program
from engine.quantities import (
    AmountOfE,
    ArithmeticE,
    BlankE,
    BoundE,
    ConstE,
    FieldE,
    FoldE,
    LaterE,
    NowE,
    StateE,
)
from engine.scene import Scene, Unknown
from engine.statuses import AmountDueE, DischargedE, HappenedE, InBreachE, OverdueE
from engine.terms import Terms

SHIFT = day_of(0).toordinal()
"""Days are counted from 1970-01-01."""
_SMALL = 10**6


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
        self.hits: frozenset[int] = frozenset()
        """The prohibitions whose breaches are counted, by index."""
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

    def exercise(self, index: int, state: str) -> str:
        """Return the variable that tells whether a power stands exercised as to one state."""
        return self.exercises.setdefault((index, state), f"ex_{len(self.exercises)}")

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
                return field_of(self, made, place)
            case HappenedE():
                return has_happened(self, made)
            case OverdueE():
                return overdue(self, made, place)
            case InBreachE():
                return in_breach(self, made, place)
            case AnswerE():
                return self.answered(made, place)
            case AmountOfE():
                return spelled_sum(self, made, place)
            case DischargedE():
                lanes = meant(self, made.norms, place)
                return Said(" or ".join(f"d{lane.number}" for lane in lanes) or "False", "flag")
            case AmountDueE():
                return due(self, made, place)
            case FoldE():
                return folded(self, made, place)
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
        about = made.about
        spoken_of = variable_of(about, place, self.program.touches) if isinstance(about, BoundE) else ""
        if isinstance(about, BoundE) and about.last and spoken_of == about.name:
            raise Unsaid(f"which `{about.last}` is spoken of")
        found = self.terms.answers.get(made.question)
        if found is None and made.question not in self.spoken_of:
            found = self.presumption(made, place)
            self.presumed.add(made.question)
        if found is None:
            raise Unsaid(Issue(made.question).reason)
        return self.constant(found)

    def presumption(self, made: AnswerE, place: Place) -> bool | None:
        """Return what is presumed of what a question is about: what was done, or the act that the run asks about."""
        about = made.about
        name = variable_of(about, place, self.program.touches) if isinstance(about, BoundE) else ""
        is_asked = name == "@act" and name not in place.rows and place.end
        return self.program.questions[made.question].presumption(done=not is_asked)

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

    def kept_in(self, name: str, held: str) -> str:
        """Return the column of a field that holds such values: a field of several kinds has one for each."""
        if self.kinds.setdefault(name, held) == held:
            return name
        column = f"{name}__{held}"
        self.kinds[column] = held
        self.doubled[column] = name
        return column

    def happening(self, name: str, who: str | None) -> str:
        """Return the variable that tells whether something has happened."""
        return self.happened.setdefault((name, who), f"h_{len(self.happened)}")

    def party(self, name: str) -> int:
        """Return the number of a party, as the column of actors has it."""
        return JOINT if name == BOTH else self.parties.index(name)


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
