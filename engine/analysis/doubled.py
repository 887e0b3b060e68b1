"""Money that is owed twice for one case: two duties to pay, or two sums upon one breach, and nothing that sets one off.

Upon a breach, any two that are owed at once are told: a penalty and a late fee, damages and a deduction. Upon what
merely happens, two duties to pay add up by right (a rent, and what is charged beside it); told are those that ask for
the very same sum twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import z3

from contractlang.contract import base_name
from contractlang.expression import AmountOf
from contractlang.kinds import money_in
from contractlang.norms import Obligation
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.fitting import Tariff, fits, said_of_sum, sum_of, tariffs, world_of, worth
from engine.analysis.happenings import Broken, Moment
from engine.analysis.logic import Truth, every, some
from engine.analysis.looking import Foci, Put, Shown, bound_of, clause_of, named
from engine.analysis.plain import plain
from engine.analysis.searcher import Searcher
from engine.analysis.telling import Telling
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision
from engine.program import Program, Rule
from engine.walk import walk


@dataclass(frozen=True, eq=False)
class Debt:
    """A duty to pay, or a line of a sum: upon what it is owed, by whom if that is said, and which sums it rests on.

    It is `asked` for by that name `within` a document.
    """

    clause: Clause
    asked: str
    within: str
    home: str
    upon: frozenset[int]
    event: str | None
    payer: object
    amount: Any
    sums: frozenset[str]
    owed: Callable[[World, Any, Moment], Truth]


class Pair(NamedTuple):
    """Two that may be owed for one thing: upon the breach of a duty, or, where it is none, upon an event."""

    one: Debt
    other: Debt
    upon: Rule | None

    @property
    def clauses(self) -> tuple[Clause, Clause]:
        """The clauses that take part."""
        return self.one.clause, self.other.clause


def doubled(searcher: Searcher) -> Iterator[Finding]:
    """Find two duties to pay, or sums, that are owed at once for one and the same case."""
    told: set[tuple[Clause, Clause]] = set()
    open_ones: dict[tuple[Clause, Clause], Finding] = {}
    for pair in _pairs(searcher.program, [*_duties(searcher), *_lines(searcher.program)]):
        if pair.clauses in told or not any(searcher.about(each[:2]) for each in pair.clauses):
            continue
        for each in _shown(searcher, pair):
            if each.kind == "competing":
                told.add(pair.clauses)
                yield each
            else:
                open_ones.setdefault(pair.clauses, each)
    yield from (each for clauses, each in open_ones.items() if clauses not in told)


def _duties(searcher: Searcher) -> Iterator[Debt]:
    for rule in searcher.program.rules:
        if (
            rule.home
            and isinstance(rule.norm, Obligation)
            and rule.amount is not None
            and searcher.reads(rule)
        ):
            amount = rule.norm.act.amount
            yield Debt(
                clause_of(rule), rule.norm.id, rule.document, rule.home, rule.on_breach_of, rule.trigger_name,
                rule.norm.bearer, (rule.act_name, plain(amount)), _sums_in(searcher.program, amount),
                partial(_is_due, rule),
            )  # fmt: skip


def _is_due(rule: Rule, world: World, bound: Any, m: Moment) -> Truth:
    rule = world.rule(rule.index)
    amount = world.duties.amount(rule, bound, None)
    return every(world.duties.owed(rule, bound, m), amount > 0 if z3.is_expr(amount) else True)


def _lines(program: Program) -> Iterator[Debt]:
    for tariff in tariffs(program):
        for line in tariff.lines:
            rule = line.sum.rule
            if rule.kind.name == "money":
                rests = _sums_in(program, rule.value, rule.where) | {tariff.name}
                yield Debt(
                    line.clause, tariff.name, tariff.home, tariff.home, line.sum.on_breach_of, None, None, None, rests,
                    partial(_comes_to_something, tariff, line.place),
                )  # fmt: skip


def _comes_to_something(tariff: Tariff, place: int, world: World, bound: Any, m: Moment) -> Truth:
    amount = worth(world, tariff, place, bound, m)
    return every(
        world.breaches.broken(bound, m), fits(world, tariff, place, bound, m),
        amount > 0 if z3.is_expr(amount) else True,
    )  # fmt: skip


def _sums_in(program: Program, *exprs: Any) -> frozenset[str]:
    asked = (part.name for expr in exprs for part in walk(expr) if isinstance(part, AmountOf))
    return frozenset(program.sum_names.get(name, name) for name in asked)


def _pairs(program: Program, debts: Sequence[Debt]) -> Iterator[Pair]:
    """Yield what may be owed at once; of two of which one rests on the other, or on what the other does, nothing."""
    for one, other in combinations(debts, 2):
        payers = {one.payer, other.payer} - {None}
        # Of two versions of a text only one governs.
        names = {(base_name(each.within), each.asked) for each in (one, other)}
        if one.home != other.home or len(names) == 1 or len(payers) > 1:
            continue
        if one.event is not None and (one.event, one.amount) == (other.event, other.amount):
            yield Pair(one, other, None)
        elif not one.sums & other.sums:
            yield from (Pair(one, other, program.rules[index]) for index in sorted(one.upon & other.upon))


def _put(searcher: Searcher, pair: Pair) -> Put:
    world, m = world_of(searcher)
    with world.question() as part:
        bounds: Sequence[Any] = (
            world.of_kind(pair.one.event or "")
            if pair.upon is None
            else [Broken(world.rule(pair.upon.index), each) for each in world.instances.broken_by(pair.upon)]
        )
        both = [every(pair.one.owed(world, each, m), pair.other.owed(world, each, m)) for each in bounds]
    return Put(world, part, (), (some(*both),) if both else None)


def _shown(searcher: Searcher, pair: Pair) -> Iterator[Finding]:
    program, names = searcher.program, (pair.one.asked, pair.other.asked)
    places = [f"{each.document}/{each.norm or each.clause}" for each in pair.clauses]
    upon = [pair.upon] if pair.upon is not None else []
    step = searcher.step("doubled", (*names, *places, *upon), partial(_put, searcher, pair))

    def judged(history: History) -> tuple[History, list[Decision]] | None:
        what = [
            {"sum": each.asked, "document": each.within, "at": history.asked["at"]}
            for each in (pair.one, pair.other)
        ]
        asked = [dataclasses.replace(history, asked=each) for each in what]
        decisions = [replayed(each, program, searcher.layers) for each in asked]
        if all((sum_of(each) or 0) > 0 for each in decisions):
            return asked[0], [each for each in decisions if each is not None]
        return None

    foci = Foci(tuple(each.index for each in upon) or (None,))
    told = partial(_told, searcher, pair)
    yield from searcher.findings(step, foci, "competing", pair.clauses, judged, told)


def _told(searcher: Searcher, pair: Pair, looked: Shown, said: tuple[History, list[Decision]]) -> Finding:
    program, (shown, decisions) = searcher.program, said
    telling = Telling.of(program)
    first, second = (named(program, each) for each in pair.clauses)
    sums = [said_of_sum(telling, each, money_in("CNY")) for each in decisions]
    case = Said("for one and the same event", "就同一事件")
    if pair.upon is not None:
        broke = named(program, clause_of(pair.upon))
        case = Said(f"on one breach of {broke[0]}", f"就{broke[1]}的同一次违反")
    return Finding(
        "competing", pair.clauses,
        Said(
            f"{case.en}, money is owed by {first[0]} and by {second[0]} as well, and nothing says whether both are: in"
            f" this history {sums[0].en} and {sums[1].en}",
            f"{case.zh}，依{first[1]}与{second[1]}均应付款，未定可否并行主张：在此经过中分别为{sums[0].zh}与{sums[1].zh}",
        ),
        witness(shown, {"+".join(searcher.layers): decisions[0]}),
        (
            Said(
                "say that both are owed, that one counts towards the other, or in which case there is only one",
                "写明可以并行主张、相互抵充，或何种情形下只付其一",
            ),
        ),
        bound_of(looked), {"what": "paid twice", "asked": [pair.one.asked, pair.other.asked]},
    )  # fmt: skip
