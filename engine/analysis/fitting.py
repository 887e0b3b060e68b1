"""The lines of one sum: two that fit one case with different amounts, and a case that none of them fits.

The engine takes the first line that fits, and nothing where none does (docs/semantics.md, "Named sums"). Each is a
finding all the same: the order of lines is seldom what anybody agreed on, and a sum that nobody set is no sum of 0.00.
A last line without a condition is what holds in every other case: it overlaps with nothing, and leaves no gap.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import z3

from contractlang.contract import Contract
from contractlang.expression import AmountOf, Const
from contractlang.kinds import Kind
from contractlang.norms import AmountRule, Obligation, OnBreach
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.happenings import Broken, Happening, Moment
from engine.analysis.logic import every, no, some
from engine.analysis.looking import Foci, Put, Shown, bound_of, named
from engine.analysis.plain import plain
from engine.analysis.searcher import Searcher
from engine.analysis.telling import Telling
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.compile import compile_program
from engine.decision import Decision
from engine.program import Program, Sum
from engine.walk import walk


class Line(NamedTuple):
    """One line of a sum, its place among all lines of that name, and its number among those of its document."""

    place: int
    number: int
    sum: Sum

    @property
    def clause(self) -> Clause:
        """The clause that it stands in."""
        return Clause(self.sum.rule.document, self.sum.rule.clause)


@dataclasses.dataclass
class Tariff:
    """All lines by which one agreement says what a sum is, in the order in which they are tried."""

    program: Program
    name: str
    home: str

    @cached_property
    def lines(self) -> list[Line]:
        """The lines that the agreement has itself."""
        found: list[Line] = []
        for place, each in enumerate(self.program.sums[self.name]):
            if each.home == self.home:
                number = sum(line.sum.rule.document == each.rule.document for line in found)
                found.append(Line(place, number, each))
        return found

    def is_meant(self, name: str) -> bool:
        """Tell whether a name, in either language, is that of the sum."""
        return self.program.sum_names.get(name, name) == self.name

    def is_part_of(self, rule: AmountRule) -> bool:
        """Tell whether a line asks for the sum to work out another, or itself."""
        return any(isinstance(part, AmountOf) and self.is_meant(part.name) for part in walk(rule.value))

    @cached_property
    def kinds(self) -> list[list[Line]]:
        """The lines by what they are for: all that are for the same come together."""
        found: dict[Any, list[Line]] = {}
        for each in self.lines:
            trigger = each.sum.rule.trigger
            what = each.sum.on_breach_of if isinstance(trigger, OnBreach) else getattr(trigger, "name", None)
            found.setdefault(what, []).append(each)
        return list(found.values())


def tariffs(program: Program) -> Iterator[Tariff]:
    """Yield the sums of the agreements."""
    for name, lines in program.sums.items():
        for home in dict.fromkeys(each.home for each in lines if each.home):
            yield Tariff(program, name, home)


# ---- Two lines that fit one case ------------------------------------------------------------------------------------


def overlaps(searcher: Searcher) -> Iterator[Finding]:
    """Find two lines of one sum that fit one case and come to different amounts."""
    for tariff in tariffs(searcher.program):
        for lines in tariff.kinds:
            for number, later in enumerate(lines):
                # The nearest line that overlaps is told: in a row of steps each is beside the next.
                for earlier in reversed(lines[:number]):
                    found = list(_overlap(searcher, tariff, earlier, later))
                    yield from found
                    if found:
                        break


def _overlap(searcher: Searcher, tariff: Tariff, earlier: Line, later: Line) -> Iterator[Finding]:
    if not _may_overlap(tariff, earlier, later) or not _asks(searcher, (earlier, later)):
        return
    step = searcher.step(
        "overlap", (tariff.name, tariff.home, str(earlier.place), str(later.place)),
        partial(_overlapping, searcher, tariff, earlier, later),
    )  # fmt: skip
    program, clauses = searcher.program, (earlier.clause, later.clause)
    # Only what the solver gives a history for is worth making ready for the engine.
    alone = cache(lambda: [_only(tariff, each) for each in (earlier, later)])

    def judged(history: History) -> tuple[History, list[Decision]] | None:
        for asked in _asked(history, tariff):
            decisions = [replayed(asked, each, searcher.layers) for each in (program, *alone())]
            as_it_is, first, then = map(sum_of, decisions)
            if None not in (as_it_is, first, then) and as_it_is == first != then:
                return asked, [each for each in decisions if each is not None]
        return None

    def told(looked: Shown, said: tuple[History, list[Decision]]) -> Finding:
        shown, decisions = said
        telling, lines = Telling.of(program), [named(program, each) for each in clauses]
        what = telling.name(tariff.name)
        sums = [said_of_sum(telling, each, earlier.sum.rule.kind) for each in decisions[1:]]
        places = [clause.clause for clause in clauses]
        both = Said(
            f"{lines[0][0]} and {lines[1][0]}" if places[0] != places[1] else f"two lines of {lines[0][0]}",
            f"{lines[0][1]}与{lines[1][1]}" if places[0] != places[1] else f"{lines[0][1]}的两行",
        )
        return Finding(
            "conflict", clauses,
            Said(
                f"{both.en} both say what {what.en} is in one case, and differ: in this history the first makes it"
                f" {sums[0].en}, the second {sums[1].en}. Only the order of the lines decides for the first",
                f"{both.zh}就同一情形约定了“{what.zh}”，金额却不同：在此经过中，前者为{sums[0].zh}，后者为{sums[1].zh}。"
                "取前者仅因其书写在先",
            ),
            witness(shown, {"+".join(searcher.layers): decisions[0]}),
            (
                Said(
                    "keep the cases apart: let the second line hold only where the first does not",
                    "划清两种情形：后一行仅在前一行不适用时适用",
                ),
            ),
            bound_of(looked),
            {"what": "two sums", "sum": tariff.name, "lines": [each.number for each in (earlier, later)]},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "conflict", clauses, judged, told)


def _may_overlap(tariff: Tariff, earlier: Line, later: Line) -> bool:
    """Tell whether two lines can be at odds: both are for cases of their own, neither is made of what is below it."""
    one, other = earlier.sum.rule, later.sum.rule
    cased = earlier.sum.where is not None and later.sum.where is not None
    apart = {each.reading: each.option for each in one.option}
    if any(apart.get(each.reading, each.option) != each.option for each in other.option):
        return False
    return (
        cased
        and plain(one.value) != plain(other.value)
        and not any(tariff.is_part_of(each) for each in (one, other))
    )


def _overlapping(searcher: Searcher, tariff: Tariff, earlier: Line, later: Line) -> Put:
    world, m = world_of(searcher)
    with world.question() as part:
        found = []
        for bound in _bounds(world, (earlier, later)):
            one, other = (worth(world, tariff, each.place, bound, m) for each in (earlier, later))
            if z3.is_expr(one) and z3.is_expr(other):
                before = [
                    fits(world, tariff, each.place, bound, m)
                    for each in tariff.lines
                    if each.place < earlier.place
                ]
                found.append(every(
                    _is_there(world, bound, m), fits(world, tariff, earlier.place, bound, m),
                    fits(world, tariff, later.place, bound, m), no(some(*before)), one != other,
                ))  # fmt: skip
    return Put(world, part, (), (some(*found),) if found else None)


# ---- A case that no line fits ---------------------------------------------------------------------------------------


def uncovered(searcher: Searcher) -> Iterator[Finding]:
    """Find sums that somebody owes, or that are told case by case, of which no line fits some case."""
    for tariff in tariffs(searcher.program):
        for lines in tariff.kinds:
            if _should_cover(tariff, lines) and _asks(searcher, lines):
                yield from _uncovered(searcher, tariff, lines)


def _should_cover(tariff: Tariff, lines: Sequence[Line]) -> bool:
    """Tell whether a sum is meant for every case: a duty is to pay it, or it is told case by case and adds to none.

    What is only added to another sum, or taken from it, is nothing where nothing is said.
    """
    program = tariff.program
    if any(each.sum.where is None for each in lines):
        return False
    owed = any(
        isinstance(rule.norm, Obligation)
        and isinstance(rule.norm.act.amount, AmountOf)
        and tariff.is_meant(rule.norm.act.amount.name)
        for rule in program.rules
    )
    used = any(
        tariff.is_part_of(each.rule)
        for name, others in program.sums.items() if name != tariff.name for each in others
    )  # fmt: skip
    return owed or (len(lines) > 1 and not used)


def _uncovered(searcher: Searcher, tariff: Tariff, lines: Sequence[Line]) -> Iterator[Finding]:
    step = searcher.step(
        "uncovered",
        (tariff.name, tariff.home, *(str(each.place) for each in lines)),
        partial(_uncovering, searcher, tariff, lines),
    )
    program, clauses = searcher.program, tuple(dict.fromkeys(each.clause for each in lines))
    closed = cache(lambda: _closed(tariff, lines[-1].sum.rule))

    def judged(history: History) -> tuple[History, Decision] | None:
        for asked in _asked(history, tariff):
            as_it_is, with_a_line = (replayed(asked, each, searcher.layers) for each in (program, closed()))
            if as_it_is is not None and (sum_of(as_it_is), sum_of(with_a_line)) == (0, 1):
                return asked, as_it_is
        return None

    def told(looked: Shown, said: tuple[History, Decision]) -> Finding:
        shown, decision = said
        telling = Telling.of(program)
        what = telling.name(tariff.name)
        called = [telling.clause(each.document, each.clause) for each in clauses]
        en, zh = " and ".join(each.en for each in called), "、".join(each.zh for each in called)
        return Finding(
            "gap", clauses,
            Said(
                f"{en} {'say' if len(called) > 1 else 'says'} what {what.en} is in some cases only: in this history no"
                " line fits, and the engine takes it as nothing",
                f"{zh}只就部分情形约定了“{what.zh}”：在此经过中没有一行适用，引擎按零计算",
            ),
            witness(shown, {"+".join(searcher.layers): decision}),
            (
                Said(
                    f"say what {what.en} is in every other case, were it nothing: a last line without a condition",
                    f"约定其余情形下“{what.zh}”为多少（即使为零）：末行不设条件",
                ),
            ),
            bound_of(looked), {"what": "case without sum", "sum": tariff.name},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "gap", clauses, judged, told)


def _uncovering(searcher: Searcher, tariff: Tariff, lines: Sequence[Line]) -> Put:
    world, m = world_of(searcher)
    with world.question() as part:
        held = world.look("sums", tariff.name)
        found = []
        for bound in _bounds(world, lines):
            env = [_env(world, tariff, each.place, bound) for each in lines]
            there = [
                world.conditions.truth(held[each.place][4], m, of)
                for each, of in zip(lines, env, strict=True)
            ]
            fitting = [fits(world, tariff, place, bound, m) for place in range(len(held))]
            found.append(every(_is_there(world, bound, m), some(*there), no(some(*fitting))))
    return Put(world, part, (), (some(*found),) if found else None)


# ---- What the solver is told of lines -------------------------------------------------------------------------------


def world_of(searcher: Searcher) -> tuple[World, Moment]:
    """Return the world of questions that are about no act, and the moment of which they are asked."""
    # Of all acts one is named, so that there is a world; nothing is asked of it.
    world, _, _ = searcher.asked(next(iter(searcher.program.acts)), None)
    return world, Moment(world.now.at, "now")


def _bounds(world: World, lines: Sequence[Line]) -> list[Any]:
    """Return what all of some lines can be for."""
    rule = lines[0].sum.rule
    if rule.trigger is None:
        return [None]
    if not isinstance(rule.trigger, OnBreach):
        return list(world.of_kind(rule.trigger.name))
    return [
        Broken(owed, bound)
        for index in sorted(lines[0].sum.on_breach_of)
        for owed in [world.rule(index)]
        for bound in world.instances.broken_by(owed)
    ]


def _is_there(world: World, bound: Any, m: Moment) -> Any:
    if isinstance(bound, Broken):
        return world.breaches.broken(bound, m)
    return world.has_happened(bound, m) if isinstance(bound, Happening) else True


def _env(world: World, tariff: Tariff, place: int, bound: Any) -> dict[str, Any]:
    variable = world.look("sums", tariff.name)[place][1]
    env = {"@trigger": bound, "@home": tariff.home, f"@below {tariff.name}": place + 1}
    return {**env, variable: bound} if variable else env


def fits(world: World, tariff: Tariff, place: int, bound: Any, m: Moment) -> Any:
    """Return whether a line is in force for a thing, and its conditions hold."""
    of, _, _, where, holds = world.look("sums", tariff.name)[place]
    if of not in ("", tariff.home):
        return False
    env = _env(world, tariff, place, bound)
    return every(world.conditions.truth(holds, m, env), world.conditions.truth(where, m, env))


def worth(world: World, tariff: Tariff, place: int, bound: Any, m: Moment) -> Any:
    """Return what a sum comes to for a thing by one line."""
    value = world.look("sums", tariff.name)[place][2]
    return world.quantities.value(value, m, _env(world, tariff, place, bound)).term


# ---- What the engine says of them -----------------------------------------------------------------------------------


def _asked(history: History, tariff: Tariff) -> Iterator[History]:
    """Yield the question how much the sum is: in all, and for each thing that happened."""
    what = {"sum": tariff.name, "document": tariff.home, "at": history.asked["at"]}
    for entry in history.entries:
        yield dataclasses.replace(history, asked={**what, "about": entry["id"]})
    yield dataclasses.replace(history, asked=what)


def said_of_sum(telling: Telling, decision: Decision, kind: Kind) -> Said:
    """Return how much a sum is by an answer, in words."""
    return telling.both(lambda voice: voice.value(decision.value, kind))


def sum_of(decision: Decision | None) -> int | None:
    """Return how much a sum is by an answer; None where that is not known."""
    if decision is None or decision.answer != "value" or type(decision.value) is not int:
        return None
    return decision.value


def _only(tariff: Tariff, line: Line) -> Program:
    """Return the same documents in which one line alone says what the sum is."""
    kept = line.sum.rule
    return _with_lines(
        tariff,
        lambda held: [each for each in held.amounts if each is kept or not tariff.is_meant(each.name)],
    )


def _closed(tariff: Tariff, last: AmountRule) -> Program:
    """Return the same documents with one line more, by which the sum is the least there is in every other case."""
    trigger = dataclasses.replace(last.trigger, where=None) if last.trigger is not None else None
    least = dataclasses.replace(last, trigger=trigger, where=None, option=(), value=Const(1, last.kind))
    return _with_lines(tariff, lambda held: [*held.amounts, *([least] if held.name == last.document else ())])


def _with_lines(tariff: Tariff, lines: Callable[[Contract], Iterable[AmountRule]]) -> Program:
    changed = (dataclasses.replace(each, amounts=tuple(lines(each))) for each in tariff.program.contracts)
    return compile_program(list(changed))


def _asks(searcher: Searcher, lines: Iterable[Line]) -> bool:
    return any(searcher.about(each.clause[:2]) for each in lines)
