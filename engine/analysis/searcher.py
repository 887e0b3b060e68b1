"""Who asks of one program: its worlds, which of its norms are asked about, and what comes of a question.

A question is about one moment, mostly about one act of one party at it. A world that answers it is made a ledger and
put to the engine; only what the engine says too is a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from contractlang.declaration import OccurrenceDecl
from engine.analysis.answers import Answers
from engine.analysis.asking import Unknown
from engine.analysis.assuming import Assuming
from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.happenings import Happening, Moment
from engine.analysis.looking import (
    Foci,
    Put,
    Refuted,
    Shown,
    Step,
    bound_of,
    clause_of,
    looked_for,
    undecided,
)
from engine.analysis.numbers import TRUE
from engine.analysis.seen import Seen
from engine.analysis.tally import Tally
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision, Reason
from engine.program import Place, Program, Rule
from engine.terms import Terms

T = TypeVar("T")
About = Callable[[Place], bool]
"""Which clauses are asked about."""


class Searcher:
    """Asks for worlds of one program; `layers` are those under which its documents stand.

    `about` tells which clauses are asked about: a finding has at least one of them, and nothing else is searched.
    """

    def __init__(
        self, program: Program, layers: tuple[str, ...], about: About | None = None,
        beside: Searcher | None = None, tally: Tally | None = None, readings: Mapping[str, str] | None = None,
        assuming: Assuming | None = None, answers: Answers | None = None,
    ) -> None:  # fmt: skip
        self.beside = beside
        kept = answers or (beside.answers if beside is not None else None)
        self.answers: Answers = kept if kept is not None else Answers(None, "")
        self.assuming: Assuming | None = (
            assuming if assuming is not None else beside.assuming if beside is not None else None
        )
        self.tally: Tally = tally or (beside.tally if beside is not None else Tally())
        self.program, self.layers = program, layers
        self.about: About = about if about is not None else lambda _: True
        # A rule from memory that is asked about by its clause is looked at as if its switch were on.
        assumed = self.assuming.read_as(program) if self.assuming is not None else {}
        self.switches = {
            **({} if about is None else _switches(program, about)), **assumed, **(readings or {})
        }  # fmt: skip
        blanks = self.assuming.blanks if self.assuming is not None else {}
        self.terms = Terms(blanks, layers=layers, readings=self.switches)
        self._worlds: dict[tuple[bool, str], World] = {}
        self._on_paper: Searcher | None = None
        self._made: dict[Any, Any] = {}
        label = " ".join((*layers, *(f"{name}={option}" for name, option in sorted(self.switches.items()))))
        self.seen = Seen(program, self.terms, label)
        self.answers.see(self.seen)

    def read_as(self, reading: str, option: str) -> Searcher:
        """Return who asks of the same program, read in one way."""
        return Searcher(
            self.program, self.layers, self.about, None, self.tally, {**self.switches, reading: option},
            self.assuming, self.answers,
        )  # fmt: skip

    def beside_of(self, other: Searcher) -> Searcher:
        """Return who asks the same of the histories that another asks of."""
        return Searcher(self.program, self.layers, self.about, other, self.tally, self.switches)

    def on_paper(self, alone: Program) -> Searcher:
        """Return who asks of the agreements alone in the histories that this one asks of."""
        if self._on_paper is None or self._on_paper.program is not alone:
            self._on_paper = Searcher(alone, ("contract",), beside=self)
        return self._on_paper

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Return what `make` gives, made once for that key."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def findings(
        self, step: Step, foci: Foci, asks: Kind, clauses: tuple[Clause, ...], judged: Callable[[History], T | None],
        told: Callable[[Shown, T], Finding], stands: Callable[[History], T | None] | None = None,
    ) -> Iterator[Finding]:  # fmt: skip
        """Yield what comes of a question about some clauses: what is `told` of a history that the engine confirms.

        Nothing where there is none; where that is not known, a finding that says so.
        """
        got = looked_for(step, foci, judged, self.tally, stands)
        if isinstance(got, Unknown | Refuted):
            yield undecided(asks, clauses, got, self.program, step.put.world)
        elif got is not None:
            yield told(*got)

    def asks(self, *rules: Rule) -> bool:
        """Tell whether one of these norms is asked about."""
        return any(self.about((rule.document, rule.norm.clause)) for rule in rules)

    def reads(self, rule: Rule) -> bool:
        """Tell whether a norm may be there as the text is read: its readings are taken so by default, or are open."""
        taken = self.seen.taken.options
        return all(taken.get(each.reading) in (None, each.option) for each in rule.option)

    def asked(
        self, act: str, actor: str | None, ending: bool = False, twice: str = ""
    ) -> tuple[World, Happening, Moment]:
        """Return the world of all questions, the act asked about in it, and the moment just before that.

        In a world that is not `ending`, nobody ends an agreement. One act or event may come `twice` in it.
        """
        if (ending, twice) not in self._worlds:
            beside = self.beside.asked(act, actor, ending, twice)[0] if self.beside is not None else None
            world = World(self.program, self.terms, ending=ending, beside=beside, seen=self.seen, twice=twice)
            self._worlds[ending, twice] = world
            world.hold(world.minute >= 9 * 60, world.minute < 18 * 60)
            world.on_workday(world.today)
            if self.assuming is not None:
                self.assuming.hold(world)
            world.begun()
        world = self._worlds[ending, twice]
        made = world.once(("asked", act, actor), lambda: self._asked(world, act, actor))
        return world, made, Moment(world.now.at, "asked", made)

    def _asked(self, world: World, act: str, actor: str | None) -> Happening:
        made = _asked_of_world(world, act, actor)
        if self.assuming is not None:
            self.assuming.tell(world, made)
        return made

    def step(
        self, kind: str, about: Iterable[Rule | str], make: Callable[[], Put], may_be_idle: bool = False
    ) -> Step:
        """Return a question of a kind about some norms and words: put in the solver's terms once it has to be.

        One that `may_be_idle` may turn out to ask nothing.
        """
        about = tuple(about)
        if self.answers.watch is not None:
            self.answers.watch.asks(clause_of(each) for each in about if isinstance(each, Rule))
        called = (self.seen.name(each) if isinstance(each, Rule) else each for each in about)
        rules = tuple(each for each in about if isinstance(each, Rule))
        name = kind, self.seen.label, *called
        return Step(self.answers, self.seen, name, make, rules, self.assuming is None, may_be_idle)

    @cached_property
    def _untold(self) -> World:
        """A world of which nothing is told."""
        return World(self.program, self.terms, seen=self.seen)

    def actors(self, rule: Rule) -> tuple[str | None, ...]:
        """Return which parties may do what the norm is about; none where its act is not asked about."""
        if self.assuming is not None and not self.assuming.asks_of(rule.act_name):
            return ()
        declared = self.program.declarations[rule.act_name]
        assert isinstance(declared, OccurrenceDecl)
        actors = self._untold.actors(declared)
        bearer = rule.norm.bearer
        return tuple(each for each in actors if not isinstance(bearer, str) or each == bearer)


def _asked_of_world(world: World, act: str, actor: str | None) -> Happening:
    made = Happening(act, actor, f"asked {act}/{actor or ''}", TRUE, world.today, world.minute)
    for param in world.program.acts[act].params:
        made.fields[param.name] = world.field_of(made, param.name, param.kind)
    return made


def _switches(program: Program, about: About) -> dict[str, str]:
    """Return the switches of unverified rules among the clauses asked about, turned on."""
    found: dict[str, str] = {}
    for contract in program.contracts:
        for sentence in (
            (*contract.norms, *contract.priorities, *contract.amounts) if contract.kind == "law" else ()
        ):
            if about((contract.name, sentence.clause)):
                found |= {each.reading: each.option for each in sentence.option if each.option == "on"}
    return found


def of_acts(
    searcher: Searcher, step: Step, foci: Foci, kind: Kind, rules: tuple[Rule, ...],
    is_so: Callable[[Decision], bool], said: Said, stands: Callable[[History], Decision | None],
    settles: tuple[Said, ...] = (), again: Said | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """Yield what is found of a question about one act, or about one act for each of some rules."""
    clauses = tuple(clause_of(rule) for rule in rules)

    def judged(history: History) -> Decision | None:
        asked = (history.asked, *history.beside)
        decisions = [
            replayed(dataclasses.replace(history, asked=each), searcher.program, searcher.layers)
            for each in asked
        ]
        for decision, rule in zip(decisions, rules, strict=False):
            if decision is None or not is_so(decision) or not _cites(decision, rule):
                return None
        return decisions[0]

    def told(looked: Shown, decision: Decision) -> Finding:
        shown = witness(looked.history, {"+".join(searcher.layers): decision})
        return Finding(
            kind, clauses, said, shown, settles, bound_of(looked, again),
            {} if again is None else {"what": "again"},
        )  # fmt: skip

    yield from searcher.findings(step, foci, kind, clauses, judged, told, stands)


def _cites(decision: Decision, rule: Rule) -> bool:
    """Tell whether the reasons of a decision name a norm."""
    stack: list[Reason] = list(decision.reasons)
    while stack:
        reason = stack.pop()
        if reason.args[:2] == (rule.document, rule.norm.id):
            return True
        stack.extend(reason.parts)
    return False
