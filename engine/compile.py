"""From checked contracts to a program.

Dispatch and order come from the obligation graph: an event reaches the norms that its edges lead to, and the duties
that watch states and statuses are looked at in the order in which they depend on one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declared,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.expression import Accrued, And, Happened, kind_of
from contractlang.norms import (
    AmountRule,
    Life,
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Power,
    Prohibition,
    Trigger,
    Who,
)
from engine.decision import Item
from engine.defaults import default_of
from engine.dispatch import Dispatch
from engine.evaluator import Evaluator
from engine.event import BOTH
from engine.force import weight
from engine.making import Making
from engine.program import LifeRule, Limitation, Loss, Program, Rule, Speaking, Sum
from engine.ranking import Ranking
from engine.terms import Terms
from engine.walk import walk


def compile_program(contracts: Iterable[Contract]) -> Program:
    """Make documents ready, together. Vocabularies bring no norms of their own."""
    documents = tuple(contracts)
    parties = _bound_parties(documents)
    return _Compilation(tuple(_shared_out(each, parties) for each in documents), parties).program()


def _bound_parties(documents: tuple[Contract, ...]) -> tuple[str, ...]:
    """Return the parties that norms name as bearers; the first two declared where they name fewer."""
    bound = {norm.bearer for each in documents for norm in each.norms if isinstance(norm.bearer, str)}
    declared = dict.fromkeys(
        said.name for each in documents for said in each.declarations.values() if isinstance(said, PartyDecl)
    )
    return tuple(name for name in declared if name in bound) if len(bound) > 1 else tuple(declared)[:2]


def _shared_out(contract: Contract, parties: tuple[str, ...]) -> Contract:
    """Return a document in which what either party must do is a duty of each, to be done and broken by itself."""
    norms: list[Norm] = []
    for norm in contract.norms:
        shared = isinstance(norm, Obligation | Maintenance) and norm.bearer is Who.EITHER
        norms += [replace(norm, bearer=party) for party in parties] if shared else [norm]
    return contract if len(norms) == len(contract.norms) else replace(contract, norms=tuple(norms))


class _Compilation:
    def __init__(self, contracts: tuple[Contract, ...], parties: tuple[str, ...]) -> None:
        self.made, self.parties = Making(contracts), parties
        self.ranking = Ranking(self.made)

    def program(self) -> Program:
        rules = tuple(self.rule(i, norm) for i, norm in enumerate(self.made.norms))
        self.ranking.priorities(rules)
        for rule in rules:
            rule.ranked()
        life: dict[str, list[LifeRule]] = {}
        sums: dict[str, list[Sum]] = {}
        losses: list[Loss] = []
        limitations: list[Limitation] = []
        for contract in self.made.contracts:
            self.made.compiler.document = contract.name
            for agreement, life_rule in self.life(contract):
                life.setdefault(agreement, []).append(life_rule)
            for amount in contract.amounts:
                total = self.sum(amount)
                sums.setdefault(self.made.documents.sum_names[amount.name], []).append(total)
            losses += self.losses(contract)
            limitations += self.limitations(contract)
        losses.sort(key=lambda loss: -loss.weight)
        self.ranking.void_losses(losses)
        for named in sums.values():
            named.sort(key=lambda total: -total.weight)
        on_breach: dict[int, list[int]] = {}
        for rule in rules:
            for owed in sorted(rule.on_breach_of):
                on_breach.setdefault(owed, []).append(rule.index)
        program = Program(
            contracts=self.made.contracts, bound_parties=self.parties,
            graph=self.made.graph, norms=self.made.norms, rules=rules,
            declarations=self.made.declarations,
            touches={}, life=life, sums=sums, sum_names=self.made.documents.sum_names, losses=losses,
            limitations=limitations,
            readings=self.readings(),
            questions={d.name: d for d in self.made.declarations.values() if isinstance(d, QuestionDecl)},
            gaps=self.gaps(),
            acts={d.name: d for d in self.made.declarations.values() if isinstance(d, OccurrenceDecl) and d.is_act},
            by_act=self.made.by_act(rules), fills=self.fills(), accruing=self.accruing(sums),
            precedence=self.ranking.precedence(), on_breach={k: tuple(v) for k, v in on_breach.items()},
            watchers={}, order={},
            is_obligation=tuple(isinstance(n, Obligation) for n in self.made.norms),
            maintained=tuple(r.index for r in rules if isinstance(r.norm, Maintenance)),
            versions=tuple((c.name, c.text_hash, c.meaning_hash) for c in self.made.contracts),
            truncated=any(c.truncated for c in self.made.contracts), agreements=self.made.documents.agreements,
            versions_of={
                home: tuple(part for each in self.made.documents.versions(home) if (part := self.made.part(each)))
                for home in self.made.documents.agreements
            },
        )  # fmt: skip
        self.complete(program)
        return program

    def life(self, contract: Contract) -> Iterator[tuple[str, LifeRule]]:
        """Yield what a document says of the life of agreements; what a law says of one it says of each."""
        for each in contract.life:
            home = self.made.documents.homes[contract.name]
            if contract.kind == "supplement" and each.how == "takes_effect":
                home = contract.name  # Its own taking effect; the rest is the agreement's life.
            for agreement in (home,) if home else self.made.documents.agreements:
                yield agreement, self.life_rule(each, agreement)

    def losses(self, contract: Contract) -> Iterator[Loss]:
        """Yield who bears which loss."""
        for loss in contract.losses:
            where = loss.trigger.where if loss.trigger else None
            variable = loss.trigger.variable if loss.trigger else ""
            name = loss.trigger.name if isinstance(loss.trigger, OnOccurrence) else None
            when, where_made = self.made.compiler.maybe(loss.when), self.made.compiler.maybe(where)
            holds = self.made.holds(loss.option, loss.standing, contract, clause=loss.clause)
            yield Loss(loss, holds, weight(loss.standing), when, where_made, name, variable)

    def limitations(self, contract: Contract) -> Iterator[Limitation]:
        """Yield after which time claims are barred."""
        for bar in (each for each in contract.bars if each.how == "time-barred"):
            period, since = self.made.compiler.made(bar.period), self.made.compiler.made(bar.since)
            holds = self.made.holds(bar.option, bar.standing, contract, clause=bar.clause)
            yield Limitation(bar, period, since, holds)

    def complete(self, program: Program) -> None:
        """Work out what asks the program itself: who speaks of which act, what touches and watches what."""
        rules = program.rules
        program.restored_by = {act: restored(declared, rules) for act, declared in program.acts.items()}
        program.things = frozenset(
            d.name for d in self.made.declarations.values() if isinstance(d, ThingDecl)
        )
        program.options = {
            d.name: tuple(option.name for option in d.options)
            for d in self.made.declarations.values() if isinstance(d, TypeDecl | StateDecl | QuestionDecl) and d.options
        }  # fmt: skip
        asked_of = [d.name for d in self.made.declarations.values() if isinstance(d, PartyDecl)] + [BOTH]
        for act in program.acts:
            on_act = [rules[index] for index in program.by_act[act]]
            restoring = program.restored_by[act]
            program.speaking[act] = {party: Speaking(on_act, party, restoring) for party in asked_of}
        dispatch = Dispatch(self.made)
        program.watchers = dispatch.watchers(program)
        program.touches = dispatch.touches(program)
        program.periods = frozenset(dispatch.periods())
        program.breeding = frozenset(
            index for index, upon in program.on_breach.items()
            if any(isinstance(program.norms[each], Obligation | Maintenance) for each in upon)
        )  # fmt: skip
        occurrences = (each for each in program.declarations.values() if isinstance(each, OccurrenceDecl))
        program.passing_states = frozenset(
            effect.state for each in occurrences for effect in each.sets if effect.until is not None
        )

    def rule(self, index: int, norm: Norm) -> Rule:
        self.made.compiler.document = norm.document
        made = self.made.compiler
        contract = self.made.documents.by_name[norm.document]
        act = None if isinstance(norm, Maintenance) else norm.act
        declared = self.made.declarations.get(act.name) if act is not None else None
        trigger = norm.trigger
        window = None if isinstance(norm, Maintenance) else norm.window
        limit = window.limit if window else None
        value = getattr(limit, "day", None) or getattr(limit, "period", None)
        excepts = tuple(i for target in norm.excepts for i in self.made.resolve(target, norm.document))
        about_field = None
        if act is not None and act.about is not None and isinstance(declared, OccurrenceDecl):
            about_field = self.naming(declared, trigger)
        return Rule(
            index=index, norm=norm, document=norm.document, home=self.made.documents.homes[norm.document],
            option=norm.option, weight=weight(norm.standing), valid=self.made.valid(norm.standing, contract),
            text=self.made.text(contract, norm.clause),
            when=made.maybe(norm.when), unless=made.maybe(norm.unless), since=made.maybe(norm.since),
            until=made.maybe(norm.until), where=made.maybe(act.where) if act else None,
            about=made.maybe(act.about) if act else None, about_field=about_field,
            amount=made.maybe(act.amount) if act else None,
            amount_kind=kind_of(act.amount) if act and act.amount is not None else None,
            keeps=made.made(norm.keeps) if isinstance(norm, Maintenance) else None,
            trigger_where=made.maybe(trigger.where) if trigger else None,
            trigger_name=trigger.name if isinstance(trigger, OnOccurrence) else None,
            on_breach_of=self.made.breaches_meant(trigger, norm.document),
            variable=trigger.variable if trigger else "", act_name=act.name if act else "",
            rolls=made.maybe(window.rolls) if window else None,
            roll=window.roll if window else "following", limit=limit,
            limit_value=made.maybe(value), limit_of=made.maybe(getattr(limit, "of", None)),
            not_before=made.maybe(window.not_before) if window else None,
            excepts=excepts, excepts_same=frozenset(i for i in excepts if self.share_trigger(norm, self.made.norms[i])),
            sets=() if isinstance(norm, Maintenance | Prohibition) else tuple(self.set_by(declared, norm.document)),
            restores=self.restores(norm) if isinstance(norm, Maintenance) else (),
            suspends=self.labelled(norm, norm.suspends) if isinstance(norm, Power) else (),
            resumes=self.labelled(norm, norm.resumes) if isinstance(norm, Power) else (),
            self_triggered=isinstance(trigger, OnOccurrence) and act is not None
            and not isinstance(norm, Obligation) and trigger.name in self.made.kinds.get(act.name, [act.name]),
        )  # fmt: skip

    def naming(self, act: OccurrenceDecl, trigger: Trigger | None) -> str | None:
        """Return the field by which an act names the occurrence that its norm arises by."""
        if not isinstance(trigger, OnOccurrence):
            return None
        kinds = self.made.kinds[trigger.name]
        fits = (p.name for p in act.params if p.kind.name == "occurrence" and p.kind.of in kinds)
        return next(fits, None)

    def set_by(self, declared: Declared | None, document: str) -> Iterator[tuple[str, str]]:
        """Yield the states that an act sets, each with the agreement whose it is; those in fact are nobody's."""
        if not isinstance(declared, OccurrenceDecl):
            return
        home = self.made.documents.homes[document]
        for effect in declared.sets:
            state = self.made.declarations.get(effect.state)
            if effect.state == "agreement" or (isinstance(state, StateDecl) and state.in_law):
                yield from (
                    (effect.state, each) for each in ([home] if home else self.made.documents.agreements)
                )
            else:
                yield effect.state, ""

    def share_trigger(self, norm: Norm, other: Norm) -> bool:
        """Tell whether one occurrence or breach can be the trigger of both norms."""
        one, two = norm.trigger, other.trigger
        if isinstance(one, OnOccurrence) and isinstance(two, OnOccurrence):
            return one.name in self.made.kinds[two.name] or two.name in self.made.kinds[one.name]
        return bool(
            self.made.breaches_meant(one, norm.document) & self.made.breaches_meant(two, other.document)
        )

    def labelled(self, norm: Norm, label: str | None) -> tuple[int, ...]:
        if label is None:
            return ()
        return tuple(
            i for i, n in enumerate(self.made.norms) if n.document == norm.document and n.label == label
        )

    def restores(self, norm: Maintenance) -> tuple[tuple[str, str, Any], ...]:
        """Return the states that the duty keeps, and the value it wants them to have."""
        from contractlang.expression import And, Compare, Const, StateValue

        found = []
        parts = norm.keeps.parts if isinstance(norm.keeps, And) else (norm.keeps,)
        for part in parts:
            if (
                isinstance(part, Compare)
                and part.op == "=="
                and isinstance(part.left, StateValue)
                and isinstance(part.right, Const)
            ):
                home = self.made.documents.home(part.left.document) if part.left.document else ""
                found.append((part.left.name, home, part.right.value))
        return tuple(found)

    def fills(self) -> dict[str, list[tuple[Evaluator | None, Evaluator]]]:
        """Return what laws and supplements fill blanks and gaps with: what weighs more first."""
        found: dict[str, list[tuple[Evaluator | None, Evaluator]]] = {}
        fills = [(each, contract) for contract in self.made.contracts for each in contract.fills]
        for each, contract in sorted(fills, key=lambda pair: -weight(pair[0].standing)):
            self.made.compiler.document = contract.name
            holds = self.made.holds(each.option, each.standing, contract, clause=each.clause)
            found.setdefault(each.blank, []).append((holds, self.made.compiler.made(each.value)))
        return found

    def gaps(self) -> frozenset[str]:
        """Return the holes that the text does not even mark."""
        declared = self.made.declarations.values()
        return frozenset(each.name for each in declared if isinstance(each, BlankDecl) and each.gap)

    @staticmethod
    def accruing(sums: dict[str, list[Sum]]) -> frozenset[int]:
        """Return the duties on whose unpaid sums something accrues day by day."""
        return frozenset(
            index
            for named in sums.values() for each in named
            if any(isinstance(part, Accrued) for part in walk(each.rule.value))
            for index in each.on_breach_of
        )  # fmt: skip

    def life_rule(self, life: Life, agreement: str) -> LifeRule:
        done = None
        if life.how == "renews":
            done = next((part for part in walk(life.value) if isinstance(part, Happened)), None)
        made = self.made.compiler
        contract = self.made.documents.by_name[life.document]
        # That a supplement takes effect is said before its text governs.
        begins = contract.kind == "supplement" and life.how == "takes_effect"
        return LifeRule(
            life,
            agreement,
            self.made.holds(life.option, life.standing, contract, clause="" if begins else life.clause),
            made.made(life.value),
            made.maybe(life.rolls),
            made.maybe(life.first_day_counted),
            None if done is None else done.name,
            None if done is None else made.maybe(done.by),
            made.maybe(life.where),
        )

    def sum(self, amount: AmountRule) -> Sum:
        made = self.made.compiler
        trigger = amount.trigger
        asked = tuple(each for each in (trigger.where if trigger else None, amount.where) if each is not None)
        on_breach = (
            frozenset(self.made.resolve(trigger.target, amount.document))
            if isinstance(trigger, OnBreach)
            else frozenset()
        )
        contract = self.made.documents.by_name[amount.document]
        return Sum(
            rule=amount, figure=made.figure(amount.value), home=self.made.documents.homes[amount.document],
            holds=self.made.holds(amount.option, amount.standing, contract, clause=amount.clause),
            weight=weight(amount.standing),
            value=made.made(amount.value), where=made.made(And(asked)) if asked else None,
            claimable=made.maybe(amount.claimable),
            variable=trigger.variable if trigger else "", on_breach_of=on_breach,
        )  # fmt: skip

    def readings(self) -> dict[str, tuple[Item, tuple[str, ...], Callable[[Terms], str | None]]]:
        found: dict[str, tuple[Item, tuple[str, ...], Callable[[Terms], str | None]]] = {}
        gaps = self.gaps()
        for declared in self.made.declarations.values():
            if isinstance(declared, ReadingDecl):
                names = tuple(each.name for each in declared.options)
                found[declared.name] = (
                    Item("reading", declared.name),
                    names,
                    partial(default_of, declared, gaps),
                )
        return found


def restored(act: OccurrenceDecl, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the duties to keep something so that an act restores: it sets the state to the value they want."""
    sets = {(each.state, each.option) for each in act.sets}
    return tuple(rule for rule in rules if any((state, value) in sets for state, _, value in rule.restores))
