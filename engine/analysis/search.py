"""What the solver is asked of norms: clashes, rivals, what the law takes away, what never applies, what is said twice.

Each question is about one act of one party at one moment. A world that answers it is made a ledger and put to the
engine; only what the engine says too is a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import combinations
from typing import Any, TypeVar

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Maintenance, Obligation, Power, Prohibition
from engine.analysis.answers import Answers
from engine.analysis.assuming import Assuming
from engine.analysis.calling import priority, spot
from engine.analysis.days import looks_beyond
from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.happenings import Broken, Happening, Moment
from engine.analysis.instances import MANY
from engine.analysis.listing import after
from engine.analysis.logic import every, no, some
from engine.analysis.looking import (
    Foci,
    Put,
    Refuted,
    Shown,
    Step,
    bound_of,
    clause_of,
    foci_of,
    is_possible,
    looked_for,
    named,
    undecided,
)
from engine.analysis.numbers import TRUE
from engine.analysis.seen import Seen
from engine.analysis.solver import Unknown
from engine.analysis.taking import applied, clash_of, forbidden_by, gives
from engine.analysis.tally import Tally
from engine.analysis.telling import Telling
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision, Reason
from engine.event import START
from engine.program import Place, Program, Rule
from engine.statuses import InBreachE, OverdueE
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

    def step(self, kind: str, about: Iterable[Rule | str], make: Callable[[], Put]) -> Step:
        """Return a question of a kind about some norms and words: put in the solver's terms once it has to be."""
        about = tuple(about)
        if self.answers.watch is not None:
            self.answers.watch.asks(clause_of(each) for each in about if isinstance(each, Rule))
        called = (self.seen.name(each) if isinstance(each, Rule) else each for each in about)
        rules = tuple(each for each in about if isinstance(each, Rule))
        return Step(
            self.answers, self.seen, (kind, self.seen.label, *called), make, rules, self.assuming is None
        )

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


def clashes(searcher: Searcher) -> Iterator[Finding]:
    """Find what one norm permits or requires while another forbids it, and nothing says which prevails."""
    program = searcher.program
    for one, other in _pairs(program):
        if not searcher.asks(one, other) or not searcher.reads(one) or not searcher.reads(other):
            continue
        for actor in searcher.actors(one):
            if not isinstance(other.norm.bearer, str) or other.norm.bearer == actor:
                yield from _clashes_of(searcher, one, other, actor)


def _clashes_of(searcher: Searcher, one: Rule, other: Rule, actor: str | None) -> Iterator[Finding]:
    """Find a clash for one party: in a history that nobody ends, else one that is ended, else with an event twice."""
    program = searcher.program
    waited_for = _waited_for(program, one, other)
    ways = [
        (False, ""),
        *([(True, "")] if _outlive(one, other) else ()),
        *([(False, waited_for)] if waited_for else ()),
    ]
    for ending, twice in ways:
        again = Telling.of(program).name(twice) if twice else None
        way = [*(["ending"] if ending else ()), *([f"twice {twice}"] if twice else ())]
        step = searcher.step(
            "clash",
            (one, other, actor or "", *way),
            partial(_clashing, searcher, one, other, actor, ending, twice),
        )
        foci = foci_of_an_end(program) if ending else foci_of(one)
        found = list(_found(
            searcher, step, foci, "conflict", (one, other),
            lambda decision: decision.answer == "conflicting", _clash(program, one, other, again),
            partial(_still_clash, searcher, one, other), again,
        ))  # fmt: skip
        yield from found
        if any(each.kind == "conflict" for each in found):
            return


def _still_clash(searcher: Searcher, one: Rule, other: Rule, history: History) -> Decision | None:
    """Return what the engine says of a history, if by that the two norms clash, and can at no later time be met."""
    if isinstance(one.norm, Obligation) and other.limit is not None:
        return None
    decision = replayed(history, searcher.program, searcher.layers)
    clash = decision is not None and decision.answer == "conflicting" and clash_of(decision, one, other)
    return decision if clash else None


def _waited_for(program: Program, one: Rule, other: Rule) -> str:
    """Return what both of two norms wait for, if it may come again and does nothing but bring norms; else nothing.

    Then the one may be there of the first time, and the other of the second.
    """
    name = one.trigger_name
    declared = program.declarations.get(name) if name is not None and name == other.trigger_name else None
    if not isinstance(declared, OccurrenceDecl) or one.self_triggered or other.self_triggered:
        return ""
    bears = declared.sets or declared.shows or declared.accumulates or declared.once is not None
    return "" if bears else declared.name


def _outlive(*rules: Rule) -> bool:
    """Tell whether norms are there after an agreement has ended too: then a history in which it ends may show more."""
    return all(rule.norm.survives or not rule.home for rule in rules)


def foci_of_an_end(program: Program) -> Foci:
    """Return the duties of a history in which the agreement ends: where it is ended upon the breach of many, each."""
    ends = [
        act.name for act in program.acts.values() if any(effect.state == "agreement" for effect in act.sets)
    ]
    ending = [program.rules[index] for name in ends for index in program.by_act.get(name, ())]
    duties = sorted(
        {index for rule in ending if len(rule.on_breach_of) > MANY for index in rule.on_breach_of}
    )
    return Foci(tuple(duties), True) if duties else Foci()


def _clashing(searcher: Searcher, one: Rule, other: Rule, actor: str | None, ending: bool, twice: str) -> Put:
    world, act, m = searcher.asked(one.act_name, actor, ending, twice)
    with world.question() as part:
        searcher.asked(one.act_name, actor, ending, twice)
        opens, forbids = (
            world.judge.opens(one, m, act, actor or ""), world.judge.forbids(other, m, act, actor or ""),
        )  # fmt: skip
        stays = _stays(world, one, other, m, act, actor or "")
        # What another norm that is open prevails over forbids nothing.
        unbeaten = no(some(*_beating(world, other, m, act)))
        # A ban that prevails over a duty decides.
        decided = [
            world.conditions.truth(when, m, {})
            for index, when, _ in world.rule(one.index).prevailed_by
            if index == other.index
        ]
    return Put(world, part, (act,), (opens, forbids, stays, unbeaten, no(some(*decided))))


def _beating(world: World, rule: Rule, m: Moment, act: Happening) -> Iterator[Any]:
    """Yield when each norm that prevails over a prohibition is open to an act, so that it forbids nothing."""
    for index, when, _ in world.rule(rule.index).prevailed_by:
        if world.speaks_of(index, act.name):
            opens = world.judge.opens(world.rule(index), m, act, act.actor or "")
            yield every(world.conditions.truth(when, m, {}), opens)


def _stays(world: World, one: Rule, other: Rule, m: Moment, act: Happening, actor: str) -> Any:
    """Return that a duty cannot be met later: a ban that is over before the time for a duty is keeps nobody from it."""
    if not isinstance(one.norm, Obligation) or other.limit is None:
        return TRUE
    found = []
    for bound in world.instances.bindings(one, act):
        deadline = world.duties.deadline(one, bound)
        for held in world.instances.bindings(other, act) if deadline is not None else ():
            end = world.windows.end(other, held, m, world.instances.env_of(other, held, act, actor))
            lasts = end >= deadline if end is not None else TRUE
            bans = world.judge.bans(other, held, m, act, actor)
            found.append(every(world.judge.way(one, bound, m, act, actor), bans, lasts))
    return some(*found)


def _pairs(program: Program) -> Iterator[tuple[Rule, Rule]]:
    """Yield what permits or requires an act with what forbids it, of one weight: the rest is decided by rank."""
    for name, indexes in program.by_act.items():
        rules = [program.rules[index] for index in indexes]
        for one in rules:
            if one.act_name != name or isinstance(one.norm, Prohibition | Maintenance):
                continue
            for other in rules:
                if isinstance(other.norm, Prohibition) and other.weight == one.weight:
                    yield one, other


def rivals(searcher: Searcher) -> Iterator[Finding]:
    """Find two remedies that one party has on one breach at once, each changing a state, with no order between them."""
    program = searcher.program
    remedies = [
        rule
        for rule in program.rules
        if rule.home
        and isinstance(rule.norm, Power)
        and rule.sets
        and _hangs_on(program, rule)
        and searcher.reads(rule)
    ]
    # Neither comes first, so the order of the text has no part in what the finding is called.
    remedies.sort(key=lambda rule: (rule.document, rule.norm.clause, rule.norm.id))
    for one, other in combinations(remedies, 2):
        shared = _hangs_on(program, one) & _hangs_on(program, other)
        if one.act_name == other.act_name or not shared or _ordered(one, other):
            continue
        if not searcher.asks(one, other):
            continue
        for actor in searcher.actors(one):
            if actor not in searcher.actors(other):
                continue
            yield from _rivals_of(
                searcher, one, other, actor or "", [program.rules[i] for i in sorted(shared)]
            )


def _rivals_of(
    searcher: Searcher, one: Rule, other: Rule, actor: str, duties: list[Rule]
) -> Iterator[Finding]:
    """Find two remedies open at once on one breach of one of some duties, of the first that shows it."""
    program = searcher.program
    open_questions = []
    for duty in duties:
        step = searcher.step(
            "rivals", (one, other, duty, actor), partial(_rivalling, searcher, one, other, duty, actor)
        )
        first, second_, broke = (named(program, clause_of(rule)) for rule in (one, other, duty))
        said = Said(
            f"on one breach of {broke[0]}, {first[0]} and {second_[0]} are open at once, in no order",
            f"违反{broke[1]}时，{first[1]}与{second_[1]}同时可用，未定先后",
        )
        for each in _found(
            searcher, step, Foci((duty.index,)), "competing", (one, other),
            lambda decision: decision.answer == "permitted", said,
            partial(_still_rivals, searcher, one, other, duty),
        ):  # fmt: skip
            if each.kind == "competing":
                yield each
                return
            open_questions.append(each)
    yield from open_questions[:1]


def _still_rivals(
    searcher: Searcher, one: Rule, other: Rule, duty: Rule, history: History
) -> Decision | None:
    """Return what the engine says of the one act in a history, if by that both are open and the duty is broken."""
    if not isinstance(duty.norm.bearer, str):
        return None
    owed = {
        "by": duty.norm.bearer,
        "norm": duty.norm.id,
        "document": duty.document,
        "at": history.asked["at"],
    }
    first, second, broken = (
        replayed(dataclasses.replace(history, asked=each), searcher.program, searcher.layers)
        for each in (history.asked, *history.beside, owed)
    )
    if first is None or second is None or broken is None or broken.answer != "yes":
        return None
    both_open = first.answer == second.answer == "permitted" and gives(first, one) and gives(second, other)
    return first if both_open else None


def _rivalling(searcher: Searcher, one: Rule, other: Rule, duty: Rule, actor: str) -> Put:
    world, act, m = searcher.asked(one.act_name, actor)
    with world.question() as part:
        searcher.asked(one.act_name, actor)
        _, second, _ = searcher.asked(other.act_name, actor)
        owed = world.rule(duty.index)
        broken = [
            world.breaches.broken(Broken(owed, bound), m, False) for bound in world.instances.broken_by(owed)
        ]
        opens = world.judge.opens(one, m, act, actor), world.judge.opens(other, m, second, actor)
    return Put(world, part, (act, second), (some(*broken), *opens))


def _hangs_on(program: Program, rule: Rule) -> set[int]:
    """Return the duties on whose breach a norm hangs: it is triggered by one, or asks whether one is overdue."""
    found = set(rule.on_breach_of)
    for evaluator in (rule.when, rule.unless):
        found |= _asked_of(evaluator)
    return found


def _asked_of(evaluator: Any) -> set[int]:
    if isinstance(evaluator, OverdueE | InBreachE):
        return set(evaluator.norms.indexes)
    parts = [getattr(evaluator, "part", None), *getattr(evaluator, "parts", ())]
    return {index for part in parts if part is not None for index in _asked_of(part)}


def _ordered(one: Rule, other: Rule) -> bool:
    """Tell whether something says which of two norms comes first."""
    return any(index == other.index for index, _, _ in one.prevailed_by) or any(
        index == one.index for index, _, _ in other.prevailed_by
    )


def _has_days(rule: Rule) -> bool:
    """Tell whether a norm's text governs from a day, or until one: the histories may lie on the other side of it."""
    if rule.text is None:
        return False
    parts = (*rule.text.replaced_by, *([rule.text.own] if rule.text.own is not None else []))
    return any(part.ends is not None or part.begins > START for part in parts)


def never(searcher: Searcher) -> Iterator[Finding]:
    """Find norms that no world brings to apply, and prohibitions over which something prevails whenever they do."""
    program = searcher.program
    for rule in program.rules:
        if isinstance(rule.norm, Maintenance) or not rule.home or rule.option or not searcher.asks(rule):
            continue
        if looks_beyond(rule.norm) or _has_days(rule):
            continue
        searcher.tally.asked += 1
        try:
            applies = _can_be(searcher, rule, "never", _applying, applied)
            shadowed = (
                applies
                and _is_beaten(rule)
                and not _can_be(searcher, rule, "shadowed", _forbidding, forbidden_by)
            )
        except Unknown as limit:
            searcher.tally.undecided += 1
            yield undecided("dead", (clause_of(rule),), limit, program, None)
            continue
        if applies and not shadowed:
            continue
        searcher.tally.found += 1
        before = [clause_of(program.rules[index]) for index, _, _ in rule.prevailed_by] if shadowed else []
        name, over = named(program, clause_of(rule)), [named(program, each) for each in before]
        said = Said(f"{name[0]} never applies", f"{name[1]}不可能适用")
        if shadowed:
            en, zh = (word.join(each[place] for each in over) for place, word in enumerate((" or ", "或")))
            said = Said(
                f"{name[0]} forbids nothing: whenever it applies, {en} prevails over it",
                f"{name[1]}实际上什么也没有禁止：凡其适用之时，{zh}均优先于它",
            )
        yield Finding(
            "dead", (clause_of(rule), *before), said, None, _outliving(rule), bound_of(None),
            {"what": "shadowed"} if shadowed else {},
        )  # fmt: skip


def _outliving(rule: Rule) -> tuple[Said, ...]:
    """Return what lets a norm apply that is there for the time after the agreement, and ends with that."""
    if rule.norm.survives or not (after(rule, "terminated") or after(rule, "expired")):
        return ()
    at = spot(clause_of(rule))
    return (
        Said(
            f"let it outlive the agreement: beneath {at.en}, `| survives`",
            f"使其在协议终止后存续，写在{at.zh}之下：`| 存续`",
        ),
    )


def _is_beaten(rule: Rule) -> bool:
    return isinstance(rule.norm, Prohibition) and bool(rule.prevailed_by)


Asks = Callable[[Searcher, Rule, "str | None", bool], Put]


def _can_be(
    searcher: Searcher, rule: Rule, kind: str, ask: Asks, shows: Callable[[Decision, Rule], bool]
) -> bool:  # fmt: skip
    """Tell whether a norm can do what is asked of it, for any party, with or without an end of the agreement.

    A decision `shows` that it does.
    """

    def stands(history: History) -> Decision | None:
        decision = replayed(history, searcher.program, searcher.layers)
        return decision if decision is not None and shows(decision, rule) else None

    for actor in searcher.actors(rule):
        # What no world without an end of the agreement shows, one in which it ends may.
        for ending in (False, True):
            step = searcher.step(
                kind, (rule, actor or "", str(ending)), partial(ask, searcher, rule, actor, ending)
            )
            foci = foci_of_an_end(searcher.program) if ending else foci_of(rule)
            if is_possible(step, foci, stands):
                return True
    return False


def _applying(searcher: Searcher, rule: Rule, actor: str | None, ending: bool) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)
    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        applies = world.judge.forbids if isinstance(rule.norm, Prohibition) else world.judge.opens
        wanted = applies(rule, m, act, actor or "")
    return Put(world, part, (act,), (wanted,))


def _forbidding(searcher: Searcher, rule: Rule, actor: str | None, ending: bool) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)
    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        wanted = world.judge.forbids(rule, m, act, actor or ""), no(some(*_beating(world, rule, m, act)))
    return Put(world, part, (act,), wanted)


# -- worlds to findings


def _found(
    searcher: Searcher, step: Step, foci: Foci, kind: Kind, rules: tuple[Rule, ...],
    is_so: Callable[[Decision], bool], said: Said, stands: Callable[[History], Decision | None],
    again: Said | None = None,
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
            kind, clauses, said, shown, _settles(kind, searcher.program, clauses), bound_of(looked, again),
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


def _settles(kind: Kind, program: Program, clauses: tuple[Clause, ...]) -> tuple[Said, ...]:
    if kind == "conflict":
        one, other = clauses
        typed = priority(one, other, {each.name: each for each in program.contracts})
        if typed is None:
            return (Said("say which prevails", "写明何者优先"),)
        return (Said(f"say which prevails: {typed.en}", f"写明何者优先，{typed.zh}"),)
    if kind == "competing":
        return (
            Said(
                "give the graver remedy a notice and a time to cure, or say which comes first",
                "为较重的救济设定通知与补正期限，或写明先后",
            ),
        )
    return ()


def _clash(program: Program, one: Rule, other: Rule, again: Said | None) -> Said:
    verb = ("requires", "要求") if isinstance(one.norm, Obligation) else ("permits", "允许")
    first, second = named(program, clause_of(one)), named(program, clause_of(other))
    when = Said("", "")
    if again is not None:
        when = Said(f"when there is {again.en} again, ", f"再次发生“{again.zh}”时，")
    return Said(
        f"{when.en}{first[0]} {verb[0]} what {second[0]} forbids, and nothing says which prevails",
        f"{when.zh}{first[1]}{verb[1]}的行为为{second[1]}所禁止，未定何者优先",
    )
