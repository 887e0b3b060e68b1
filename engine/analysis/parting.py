"""Where two versions part: a history on which they answer one question differently, searched, then put to the engine.

A question is about one moment. Each way in which the answers may part is searched for by itself: the new version gives
more than the old one, or less. What the solver finds is replayed under both versions, as any ledger would be; where the
engine answers the same under both, the history is put aside and another is looked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from contractlang.expression import AmountOf
from contractlang.norms import Bearer, Obligation, OnOccurrence, Prohibition, Who
from contractlang.values import Money
from engine.account import Account
from engine.analysis.finding import Witness
from engine.analysis.happenings import Broken, Happening, Moment
from engine.analysis.laying import Way, allowed, asked_at, histories, lay, required
from engine.analysis.numbers import FALSE, choice
from engine.analysis.witness import History
from engine.analysis.world import World
from engine.dates import parse_instant
from engine.decision import Decision
from engine.errors import EngineError
from engine.event import BOTH, Ledger
from engine.intake import checked
from engine.program import Program, Rule
from engine.quantities import AmountOfE
from engine.question import AmountOfSum, InBreachOf, May, Question, StateOf, WhoBears
from engine.settings import terms_from
from engine.walk import walk
from engine.written_events import event_from

ALLOWED = frozenset({"permitted", "unregulated"})


@dataclass(frozen=True)
class Parting:
    """A history on which two versions answer one question differently.

    `way` tells whether the new one gives more or less; `worse` who is worse off under it and `better` who is better
    off, from the day `since` on in this history. `answers` are the engine's, the old version's first.
    """

    way: Way
    answers: tuple[str, str]
    worse: str | None
    better: str | None
    since: str
    witness: Witness


class Partings:
    """Asks where two programs part."""

    def __init__(
        self, old: Program, new: Program, same: Mapping[int, int] | None = None,
        whole: tuple[Program, Program] | None = None,
    ) -> None:  # fmt: skip
        """`same` maps the norms of the new version that mean the same to those of the old one, by their numbers.

        The programs may be those of parts that bear on what is asked; `whole` are then the ones that replay.
        """
        self.programs = (old, new)
        self.replaying = whole or self.programs
        self.same = same or {}

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties whom norms of either version bind."""
        return tuple(dict.fromkeys(name for each in self.programs for name in each.bound_parties))

    def bearers(self, bearer: Bearer) -> tuple[str, ...]:
        """Return the parties that a norm with that bearer may bind."""
        return (bearer,) if isinstance(bearer, str) else self.parties

    def actors(self, act: str) -> tuple[str, ...]:
        """Return who may do an act."""
        found: dict[str, None] = {}
        for program in self.programs:
            declared = program.acts.get(act)
            if declared is None:
                continue
            if isinstance(declared.actor, str):
                found[declared.actor] = None
            else:
                found |= dict.fromkeys((BOTH,) if declared.actor is Who.BOTH else program.bound_parties)
        return tuple(found)

    # -- the questions

    def may(self, act: str, actor: str, never: frozenset[Way] = frozenset()) -> tuple[list[Parting], bool]:
        """Return where it parts whether a party may do an act; the ways in `never` are known not to be."""
        return self._of_act(
            act, actor, allowed, lambda d: d.answer in ALLOWED, lambda d: d.answer, self._gain, never
        )

    def must(self, act: str, actor: str) -> tuple[list[Parting], bool]:
        """Return where it parts whether a party must do an act."""

        def burden(act: str, party: str, way: Way) -> tuple[str | None, str | None]:
            return (party, self._other(party)) if way == "more" else (self._other(party), party)

        def said(decision: Decision) -> str:
            return "required" if decision.required else "not required"

        return self._of_act(act, actor, required, lambda d: d.required, said, burden)

    def breach(self, old: str | None, new: str | None, party: str) -> tuple[list[Parting], bool]:
        """Return where it parts whether a party is in breach of a norm, which either version may be without."""

        def so(world: World, m: Moment, id: str | None) -> Any:
            rules = [each for each in world.program.rules if each.norm.id == id]
            found = [
                world.breaches.broken(Broken(rule, bound), m)
                for rule in rules
                for bound in world.instances.broken_by(rule)
                if _binds(rule, party)
            ]
            return z3.Or(*found) if found else FALSE

        def question(id: str | None, at: int) -> Question | None:
            return None if id is None else InBreachOf(party, id, at)

        ids = (old, new)
        asked = {"what": "breach", "by": party, "norm": new or old}
        return self._search(
            lambda side, world, m: so(world, m, ids[side]), lambda side, at, _: question(ids[side], at),
            lambda d: d.answer in ("yes", "cured"), lambda d: d.answer,
            lambda way: (party, self._other(party)) if way == "more" else (self._other(party), party), asked,
        )  # fmt: skip

    def state(self) -> tuple[list[Parting], bool]:
        """Return where it parts whether the agreement is in force."""

        def so(side: int, world: World, m: Moment) -> Any:
            return world.lifetime.agreement(world.program.agreements[0], m) == world.code("in_force")

        return self._search(
            so, lambda side, at, _: StateOf("agreement", at), lambda d: d.answer == "in_force", lambda d: d.answer,
            lambda _: (None, None), {"what": "state", "state": "agreement"},
        )  # fmt: skip

    def amount(self, name: str) -> tuple[list[Parting], bool]:
        """Return where a named sum comes to more, or to less, for the same trigger."""
        trigger = self._trigger(name)
        if trigger is None:
            return [], True

        def worth(side: int, world: World, m: Moment) -> Any:
            first = world.of_kind(trigger)[0]
            called = world.program.sum_names.get(name, name)
            value = world.quantities.sum(AmountOfE(called, None, ""), m, {"@trigger": first}).term
            return choice(world.has_happened(first, m), value, 0)

        def question(side: int, at: int, history: History) -> Question | None:
            about = next((each["id"] for each in history.entries if each["name"] == trigger), None)
            known = name in self.programs[side].sum_names or name in self.programs[side].sums
            return AmountOfSum(name, at, about) if about is not None and known else None

        def burden(way: Way) -> tuple[str | None, str | None]:
            payer = next((found for each in self.programs if (found := _payer(each, name))), None)
            other = self._other(payer) if payer else None
            return (payer, other) if way == "more" else (other, payer)

        return self._search(
            worth, question, lambda d: d.value if isinstance(d.value, int) else 0, _worth, burden,
            {"what": "amount", "amount": name},
        )  # fmt: skip

    def _trigger(self, name: str) -> str | None:
        """Return for each of what a named sum is."""
        return next(
            (
                each.rule.trigger.name
                for program in self.programs
                for each in program.sums.get(program.sum_names.get(name, name), ())
                if isinstance(each.rule.trigger, OnOccurrence)
            ),
            None,
        )

    def loss(self, party: str) -> tuple[list[Parting], bool]:
        """Return where it parts whether a party bears a loss."""
        triggers = {each.trigger_name for program in self.programs for each in program.losses}
        found: list[Parting] = []
        undecided = False
        for trigger in sorted(name for name in triggers if name):

            def bears(side: int, world: World, m: Moment, on: str = trigger) -> Any:
                event = world.of_kind(on)[0]
                made: Any = FALSE
                for each in reversed(world.program.losses):
                    env = {each.variable: event, "@trigger": event}
                    voided = z3.Or(*(world.conditions.truth(when, m, env) for when in each.voided))
                    applies = z3.And(
                        world.conditions.truth(each.holds, m, env), world.conditions.truth(each.trigger_where, m, env),
                        world.conditions.truth(each.when, m, env), z3.Not(voided),
                    )  # fmt: skip
                    if each.trigger_name == on:
                        made = choice(applies, each.rule.bearer == party, made)
                return z3.And(world.has_happened(event, m), made)

            def question(side: int, at: int, history: History, on: str = trigger) -> Question | None:
                about = next((each["id"] for each in history.entries if each["name"] == on), None)
                return WhoBears(about, at) if about is not None else None

            partings, open_ = self._search(
                bears, question, lambda d: d.answer == party, lambda d: d.answer,
                lambda way: (party, self._other(party)) if way == "more" else (self._other(party), party),
                {"what": "loss", "by": party},
            )  # fmt: skip
            found, undecided = [*found, *partings], undecided or open_
        return found, undecided

    # -- who gains

    def _other(self, party: str) -> str | None:
        others = [each for each in self.parties if each != party]
        return others[0] if len(others) == 1 and party != BOTH else None

    def _gain(self, act: str, party: str, way: Way) -> tuple[str | None, str | None]:
        """Return who is worse off and who better off, where a party may do more or less.

        A power is the other party's burden, and a ban its protection; what else one may do is one's own gain.
        """
        declared = next(p.acts[act] for p in self.programs if act in p.acts)
        banned = any(
            isinstance(each.rules[index].norm, Prohibition)
            for each in self.programs
            for index in each.by_act.get(act, ())
        )
        other = self._other(party) if declared.sets or banned else None
        who = None if party == BOTH else party
        return (other, who) if way == "more" else (who, other)

    # -- the search

    def _of_act(
        self, act: str, actor: str, so: Callable[[World, Moment, Happening], Any],
        reads: Callable[[Decision], int], said: Callable[[Decision], str],
        gain: Callable[[str, str, Way], tuple[str | None, str | None]], never: frozenset[Way] = frozenset(),
    ) -> tuple[list[Parting], bool]:  # fmt: skip
        def truth(side: int, world: World, m: Moment) -> Any:
            return so(world, m, asked_at(m)) if act in world.program.acts else FALSE

        def question(side: int, at: int, history: History) -> Question | None:
            program = self.replaying[side]
            if act not in program.acts:
                return None
            raw = {name: value for name, value in history.asked.items() if name not in ("by", "act", "at")}
            made = event_from(
                program, {"id": "?", "name": act, "at": history.asked["at"], "by": actor, **raw}, "witness"
            )
            return May(actor, act, at, made.fields)

        return self._search(
            truth,
            question,
            reads,
            said,
            lambda way: gain(act, actor, way),
            {},
            act=act,
            actor=actor,
            never=never,
        )

    def _search(
        self, so: Callable[[int, World, Moment], Any], question: Callable[[int, int, History], Question | None],
        reads: Callable[[Decision], int], said: Callable[[Decision], str],
        gain: Callable[[Way], tuple[str | None, str | None]], asked: dict[str, Any],
        act: str | None = None, actor: str | None = None, never: frozenset[Way] = frozenset(),
    ) -> tuple[list[Parting], bool]:  # fmt: skip
        """Look for a history of each way of parting that is not known never to be; tell whether all was decided."""
        found: list[Parting] = []
        undecided = False
        ways: tuple[Way, ...] = tuple(way for way in ("more", "less") if way not in never)
        laid = lay(self.programs, self.same, so, act, actor) if ways else None
        for way in ways:
            for history in histories(laid, way) if laid is not None else ():
                if history is None:
                    undecided = True
                    break
                if asked:
                    history = dataclasses.replace(history, asked={**asked, "at": history.asked["at"]})
                decisions = self._replayed(history, question)
                if decisions is None:
                    continue
                if any(each is not None and each.answer == "undetermined" for each in decisions):
                    continue
                old, new = (0 if each is None else reads(each) for each in decisions)
                if not (new > old if way == "more" else new < old):
                    continue
                history = self._lean(history, question, decisions)
                told = tuple("nothing" if each is None else said(each) for each in decisions)
                worse, better = gain(way)
                witness = Witness(
                    history.entries, history.settings, history.readings, history.answers, history.asked,
                    {"old": told[0], "new": told[1]},
                )  # fmt: skip
                since = str(history.asked["at"])[:10]
                found.append(Parting(way, (told[0], told[1]), worse, better, since, witness))
                break
        return found, undecided

    def _lean(
        self, history: History, question: Callable[[int, int, History], Question | None],
        decisions: tuple[Decision | None, Decision | None],
    ) -> History:  # fmt: skip
        """Return the history without the settings and answers that change neither answer."""
        wanted = _told(decisions)
        bare = dataclasses.replace(history, settings={}, answers={}, readings={})
        if _told(self._replayed(bare, question)) == wanted:
            return bare
        for name in ("settings", "answers", "readings"):
            for key in sorted(getattr(history, name)):
                kept = {other: value for other, value in getattr(history, name).items() if other != key}
                fewer: dict[str, Any] = {name: kept}
                less = dataclasses.replace(history, **fewer)
                if _told(self._replayed(less, question)) == wanted:
                    history = less
        return history

    def _replayed(
        self, history: History, question: Callable[[int, int, History], Question | None]
    ) -> tuple[Decision | None, Decision | None] | None:
        """Return the engine's answers under both versions, or None where the history is no ledger for one of them."""
        at = parse_instant(history.asked["at"])
        found = []
        for side, program in enumerate(self.replaying):
            try:
                asked = question(side, at, history)
                found.append(account_on(history, program).decide(asked) if asked is not None else None)
            except EngineError:
                return None
        return found[0], found[1]


def _told(decisions: tuple[Decision | None, Decision | None] | None) -> list[Any] | None:
    if decisions is None:
        return None
    return [None if each is None else (each.answer, each.value, each.required) for each in decisions]


def account_on(history: History | Witness, program: Program) -> Account:
    """Return the account that a history makes under a program; what its documents do not know is left out.

    Raises EngineError where the history is no ledger that the documents can take.
    """
    known = {name for d in program.declarations.values() for name in (d.name, d.alias, d.external)}

    def said(given: Any) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name.partition(".")[0] in known}

    terms = terms_from(
        program, said(history.settings), ("contract",), said(history.readings), said(history.answers)
    )
    events = [
        event_from(program, entry, "witness") for entry in history.entries if entry["name"] in program.touches
    ]
    return Account(program, terms, checked(program, events) if events else Ledger())


def _binds(rule: Rule, party: str) -> bool:
    return not isinstance(rule.norm.bearer, str) or rule.norm.bearer == party


def _payer(program: Program, name: str) -> str | None:
    """Return who owes what a named sum comes to, where it is one party."""
    for rule in program.rules:
        if isinstance(rule.norm, Obligation) and isinstance(rule.norm.bearer, str):
            asked = (part.name for part in walk(rule.norm.act.amount) if isinstance(part, AmountOf))
            if name in asked:
                return rule.norm.bearer
    return None


def _worth(decision: Decision) -> str:
    """Return what a sum comes to, in words."""
    if isinstance(decision.value, int) and not isinstance(decision.value, bool):
        return str(Money(decision.value, "CNY"))
    return str(decision.value if decision.value is not None else decision.answer)
