"""From checked contracts to a program.

Dispatch and order come from the obligation graph: an event reaches the norms that its edges lead to, and the duties
that watch states and statuses are looked at in the order in which they depend on one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Any

from contractlang.norms import (
    Accrued,
    AgreedLosses,
    AmountRule,
    BlankDecl,
    Bound,
    ByLabel,
    ByOrder,
    Chosen,
    Contract,
    Declaration,
    Expr,
    Happened,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OccurrenceDecl,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Priority,
    Prohibition,
    QuestionDecl,
    ReadingDecl,
    Reasonable,
    Standing,
    StateDecl,
    Target,
    ThingDecl,
    Trigger,
    TypeDecl,
    Who,
    base_name,
    kind_of,
)
from engine.conditions import ActorE, AndE, ChosenE, PlacedE
from engine.decision import Item
from engine.evaluate import Compiler
from engine.evaluator import Evaluator
from engine.force import ADMINISTRATIVE, AGREED, Part, Text, TextE, ValidE, part_of, weight
from engine.graph import build, key
from engine.program import Lapse, LifeRule, Loss, Program, Rule, Sum, Touch
from engine.scene import Scene
from engine.targets import Documents
from engine.terms import Taken, Terms
from engine.walk import walk


def compile_program(contracts: Iterable[Contract]) -> Program:
    """Make documents ready, together. Vocabularies bring no norms of their own."""
    return _Compilation(tuple(contracts)).program()


class _Compilation:
    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        self.contracts = contracts
        self.documents = Documents(contracts)
        self.graph = build(self.documents)
        self.norms = self.documents.norms
        self.index = {id(norm): i for i, norm in enumerate(self.norms)}
        self.meant: dict[tuple[Target, str], tuple[int, ...]] = {}
        self.declarations: dict[str, Declaration] = {}
        for contract in contracts:
            for name, declared in contract.declarations.items():
                self.declarations.setdefault(name, declared)
        self.compiler = Compiler(self.resolve, self.documents)
        self.kinds: dict[str, list[str]] = {}
        for declared in self.declarations.values():
            if isinstance(declared, OccurrenceDecl):
                self.kinds[declared.name] = self.ancestors(declared)

    def resolve(self, target: Target, document: str) -> tuple[int, ...]:
        found = self.meant.get((target, document))
        if found is None:
            found = tuple(self.index[id(norm)] for norm in self.documents.meant(target, document))
            self.meant[target, document] = found
        return found

    def ancestors(self, declared: OccurrenceDecl) -> list[str]:
        """Return an occurrence's name and those it is a kind of."""
        found = [declared.name]
        while declared.kind_of and declared.kind_of not in found:
            found.append(declared.kind_of)
            above = self.declarations.get(declared.kind_of)
            if not isinstance(above, OccurrenceDecl):
                break
            declared = above
        return found

    def program(self) -> Program:
        rules = tuple(self.rule(i, norm) for i, norm in enumerate(self.norms))
        self.priorities(rules)
        life: dict[str, list[LifeRule]] = {}
        sums: dict[str, list[Sum]] = {}
        losses: list[Loss] = []
        bars = []
        for contract in self.contracts:
            self.compiler.document = contract.name
            for each in contract.life:
                # What a law says of the life of an agreement it says of each.
                home = self.documents.homes[contract.name]
                if contract.kind == "supplement" and each.how == "takes_effect":
                    home = contract.name  # Its own taking effect; the rest is the agreement's life.
                for agreement in (home,) if home else self.documents.agreements:
                    life.setdefault(agreement, []).append(self.life_rule(each, agreement))
            for amount in contract.amounts:
                total = self.sum(amount)
                sums.setdefault(self.documents.sum_names[amount.name], []).append(total)
            for loss in contract.losses:
                where = loss.trigger.where if loss.trigger else None
                variable = loss.trigger.variable if loss.trigger else ""
                name = loss.trigger.name if isinstance(loss.trigger, OnOccurrence) else None
                when, where_made = self.compiler.maybe(loss.when), self.compiler.maybe(where)
                holds = self.holds(loss.option, loss.standing, contract, clause=loss.clause)
                losses.append(Loss(loss, holds, weight(loss.standing), when, where_made, name, variable))
            for bar in contract.bars:
                indexes = self.resolve(bar.target, contract.name)
                made = (bar, indexes, self.compiler.made(bar.period), self.compiler.made(bar.since))
                bars.append(made)
        losses.sort(key=lambda loss: -loss.weight)
        self.void_losses(losses)
        for named in sums.values():
            named.sort(key=lambda total: -total.weight)
        on_breach: dict[int, list[int]] = {}
        for rule in rules:
            if not isinstance(rule.norm, Maintenance):
                for owed in sorted(rule.on_breach_of):
                    on_breach.setdefault(owed, []).append(rule.index)
        program = Program(
            contracts=self.contracts, graph=self.graph, norms=self.norms, rules=rules, declarations=self.declarations,
            touches={}, life=life, sums=sums, sum_names=self.documents.sum_names, losses=losses, bars=bars,
            readings=self.readings(),
            questions={d.name: d for d in self.declarations.values() if isinstance(d, QuestionDecl)},
            gaps=frozenset(d.name for d in self.declarations.values() if isinstance(d, BlankDecl) and d.gap),
            acts={d.name: d for d in self.declarations.values() if isinstance(d, OccurrenceDecl) and d.is_act},
            by_act=self.by_act(rules), fills=self.fills(), accruing=self.accruing(sums),
            precedence=self.precedence(), on_breach={k: tuple(v) for k, v in on_breach.items()}, watchers={}, order={},
            is_obligation=tuple(isinstance(n, Obligation) for n in self.norms),
            maintained=tuple(r.index for r in rules if isinstance(r.norm, Maintenance)),
            versions=tuple((c.name, c.text_hash, c.meaning_hash) for c in self.contracts),
            truncated=any(c.truncated for c in self.contracts), agreements=self.documents.agreements,
            versions_of={
                home: tuple(part for each in self.documents.versions(home) if (part := self.part(each)))
                for home in self.documents.agreements
            },
        )  # fmt: skip
        for rule in rules:
            for state, _, value in rule.restores:
                program.restorers[state, value] = (*program.restorers.get((state, value), ()), rule)
        program.things = frozenset(d.name for d in self.declarations.values() if isinstance(d, ThingDecl))
        program.options = {
            d.name: tuple(option.name for option in d.options)
            for d in self.declarations.values() if isinstance(d, TypeDecl | StateDecl | QuestionDecl) and d.options
        }  # fmt: skip
        program.watchers = self.watchers(program)
        program.touches = self.touches(program)
        return program

    # -- norms

    def rule(self, index: int, norm: Norm) -> Rule:
        self.compiler.document = norm.document
        made = self.compiler
        contract = self.documents.by_name[norm.document]
        act = None if isinstance(norm, Maintenance) else norm.act
        declared = self.declarations.get(act.name) if act is not None else None
        trigger = norm.trigger
        window = None if isinstance(norm, Maintenance) else norm.window
        limit = window.limit if window else None
        value = getattr(limit, "day", None) or getattr(limit, "period", None)
        excepts = tuple(i for target in norm.excepts for i in self.resolve(target, norm.document))
        about_field = None
        if (
            act is not None
            and act.about is not None
            and isinstance(declared, OccurrenceDecl)
            and isinstance(trigger, OnOccurrence)
        ):
            fits = [
                p.name
                for p in declared.params
                if p.kind.name == "occurrence" and p.kind.of in self.kinds[trigger.name]
            ]
            about_field = fits[0] if fits else None
        sets: list[tuple[str, str]] = []
        if isinstance(declared, OccurrenceDecl):
            for effect in declared.sets:
                state = self.declarations.get(effect.state)
                in_law = effect.state == "agreement" or (isinstance(state, StateDecl) and state.in_law)
                homes = (
                    (self.documents.homes[norm.document],) if self.documents.homes[norm.document] else None
                )
                sets += [(effect.state, home) for home in homes or self.documents.agreements] if in_law else [
                    (effect.state, "")
                ]  # fmt: skip
        return Rule(
            index=index, norm=norm, document=norm.document, home=self.documents.homes[norm.document],
            option=norm.option, weight=weight(norm.standing), valid=self.valid(norm.standing, contract),
            text=self.text(contract, norm.clause),
            when=made.maybe(norm.when), unless=made.maybe(norm.unless), since=made.maybe(norm.since),
            until=made.maybe(norm.until), where=made.maybe(act.where) if act else None,
            about=made.maybe(act.about) if act else None, about_field=about_field,
            amount=made.maybe(act.amount) if act else None,
            amount_kind=kind_of(act.amount) if act and act.amount is not None else None,
            keeps=made.made(norm.keeps) if isinstance(norm, Maintenance) else None,
            trigger_where=made.maybe(trigger.where) if trigger else None,
            trigger_name=trigger.name if isinstance(trigger, OnOccurrence) else None,
            on_breach_of=self.breaches_meant(trigger, norm.document),
            variable=trigger.variable if trigger else "", act_name=act.name if act else "",
            rolls=made.maybe(window.rolls) if window else None,
            roll=window.roll if window else "following", limit=limit,
            limit_value=made.maybe(value), limit_of=made.maybe(getattr(limit, "of", None)),
            not_before=made.maybe(window.not_before) if window else None,
            excepts=excepts, excepts_same=frozenset(i for i in excepts if self.share_trigger(norm, self.norms[i])),
            sets=() if isinstance(norm, Maintenance | Prohibition) else tuple(sets),
            restores=self.restores(norm) if isinstance(norm, Maintenance) else (),
            suspends=self.labelled(norm, norm.suspends) if isinstance(norm, Power) else (),
            resumes=self.labelled(norm, norm.resumes) if isinstance(norm, Power) else (),
            self_triggered=isinstance(trigger, OnOccurrence) and act is not None
            and not isinstance(norm, Obligation) and trigger.name in self.kinds.get(act.name, [act.name]),
        )  # fmt: skip

    def breaches_meant(self, trigger: Trigger | None, document: str) -> frozenset[int]:
        return (
            frozenset(self.resolve(trigger.target, document))
            if isinstance(trigger, OnBreach)
            else frozenset()
        )

    def share_trigger(self, norm: Norm, other: Norm) -> bool:
        """Tell whether one occurrence or breach can be the trigger of both norms."""
        one, two = norm.trigger, other.trigger
        if isinstance(one, OnOccurrence) and isinstance(two, OnOccurrence):
            return one.name in self.kinds[two.name] or two.name in self.kinds[one.name]
        return bool(self.breaches_meant(one, norm.document) & self.breaches_meant(two, other.document))

    def labelled(self, norm: Norm, label: str | None) -> tuple[int, ...]:
        if label is None:
            return ()
        return tuple(i for i, n in enumerate(self.norms) if n.document == norm.document and n.label == label)

    def restores(self, norm: Maintenance) -> tuple[tuple[str, str, Any], ...]:
        """Return the states that the duty keeps, and the value it wants them to have."""
        from contractlang.norms import And, Compare, Const, StateValue

        found = []
        parts = norm.keeps.parts if isinstance(norm.keeps, And) else (norm.keeps,)
        for part in parts:
            if (
                isinstance(part, Compare)
                and part.op == "=="
                and isinstance(part.left, StateValue)
                and isinstance(part.right, Const)
            ):
                home = self.documents.home(part.left.document) if part.left.document else ""
                found.append((part.left.name, home, part.right.value))
        return tuple(found)

    # -- what a sentence hangs on, and how it ranks

    def valid(self, standing: Standing, contract: Contract) -> Evaluator | None:
        """Return whether the day is one on which the sentence is in force; None where it always is.

        A law that names its version is one of several: on days outside it, what the law said is not known.
        """
        first, last = standing.valid_from, standing.valid_to
        if first is None and last is None:
            return None
        whole = (first, last) == (contract.valid_from, contract.valid_to)
        if whole and contract.kind != "law":
            return None  # An agreement's days are those on which it was signed; a supplement is a part for its days.
        unknown = Item("law", contract.name) if whole and contract.version else None
        return ValidE(first, last, unknown)

    def part(self, contract: Contract) -> Part | None:
        """Return the document as part of an agreement for a time: a supplement, a version; None where it always is."""
        home = self.documents.homes[contract.name]
        if contract.kind != "supplement" and len(self.documents.versions(home)) < 2:
            return None
        return part_of(contract, home)

    def text(self, contract: Contract, clause: str) -> Text | None:
        """Return the text that a clause is of, where it may be replaced or is not always in force."""
        own = self.part(contract)
        replacing = [
            self.part(each)
            for each in self.contracts
            if any(
                change.target == clause and self.documents.changed(each, clause) is contract
                for change in each.changes
            )
        ]
        parts = tuple(part for part in replacing if part is not None)
        return Text(own, parts) if own is not None or parts else None

    def holds(
        self, option: tuple[Chosen, ...], standing: Standing, contract: Contract, when: Expr | None = None,
        clause: str = "",
    ) -> Evaluator | None:  # fmt: skip
        """Return whether a sentence is in force: its days, the readings under which it is there, its condition."""
        parts: list[Evaluator] = [ChosenE(each.reading, each.option) for each in option]
        text = self.text(contract, clause) if clause else None
        if text is not None:
            parts.append(TextE(text))
        parts += [each for each in (self.valid(standing, contract), self.compiler.maybe(when)) if each]
        return None if not parts else parts[0] if len(parts) == 1 else AndE(tuple(parts))

    def priorities(self, rules: tuple[Rule, ...]) -> None:
        for contract in self.contracts:
            self.compiler.document = contract.name
            for priority in contract.priorities:
                when = self.holds(
                    priority.option, priority.standing, contract, priority.when, priority.clause
                )
                self.priority(rules, priority, contract.name, when)
            for bar in contract.bars:
                if bar.how == "lapses":
                    for index in self.resolve(bar.target, contract.name):
                        period = self.compiler.made(bar.period)
                        name = bar.since.name if isinstance(bar.since, Happened) else ""
                        holds = self.holds(bar.option, bar.standing, contract, clause=bar.clause)
                        lapse = Lapse(
                            period, name, self.knowing(name), self.compiler.made(bar.since), holds,
                            (contract.name, bar.clause),
                        )  # fmt: skip
                        rules[index].lapses.append(lapse)
        self.ranks(rules)

    def knowing(self, name: str) -> str:
        """Return the field of an event that tells of which breach it is: its text, beside who it is by."""
        declared = self.declarations.get(name)
        params = declared.params if isinstance(declared, OccurrenceDecl) else ()
        return next((each.name for each in params if each.kind.name == "text"), "")

    def ranks(self, rules: tuple[Rule, ...]) -> None:
        """Let what weighs more prevail: over a prohibition what permits or requires the act, and the other way round.

        A gap-filling norm is silent where an agreed one speaks of the act. What only administers is broken, not beaten.
        """
        for mine, others in self.about(rules):
            administers = isinstance(mine.norm, Prohibition) and mine.weight == ADMINISTRATIVE
            for other in others:
                opposed = isinstance(mine.norm, Prohibition) != isinstance(other.norm, Prohibition)
                if not administers and opposed and other.weight > mine.weight:
                    mine.prevailed_by.append((other.index, None, (other.document, other.norm.clause)))
            if mine.norm.standing.rank == "gap-filling":
                mine.yields_to = tuple(
                    o.index for o in others if o.weight == AGREED and _same_bearer(mine, o)
                )
            if isinstance(mine.limit, Reasonable):
                mine.numbered = tuple(
                    o.index
                    for o in others
                    if isinstance(o.norm, Obligation) and o.limit_value is not None and not o.home
                    and _same_bearer(mine, o)
                )  # fmt: skip

    def precedence(self) -> list[tuple[str, str, Evaluator | None]]:
        """Return which agreement is said to prevail over which other, and when."""
        found: list[tuple[str, str, Evaluator | None]] = []
        for contract in self.contracts:
            self.compiler.document = contract.name
            for priority in contract.priorities:
                by, over = (self.documents.named(each) for each in (priority.by, priority.over))
                if by and over and priority.how == "prevails":
                    found.append(
                        (by, over, self.holds(priority.option, priority.standing, contract, priority.when))
                    )
        return found

    def fills(self) -> dict[str, list[tuple[Evaluator | None, Evaluator]]]:
        """Return what laws and supplements fill blanks and gaps with: what weighs more first."""
        found: dict[str, list[tuple[Evaluator | None, Evaluator]]] = {}
        fills = [(each, contract) for contract in self.contracts for each in contract.fills]
        for each, contract in sorted(fills, key=lambda pair: -weight(pair[0].standing)):
            self.compiler.document = contract.name
            holds = self.holds(each.option, each.standing, contract, clause=each.clause)
            found.setdefault(each.blank, []).append((holds, self.compiler.made(each.value)))
        return found

    @staticmethod
    def accruing(sums: dict[str, list[Sum]]) -> frozenset[int]:
        """Return the duties on whose unpaid sums something accrues day by day."""
        return frozenset(
            index
            for named in sums.values() for each in named
            if any(isinstance(part, Accrued) for part in walk(each.rule.value))
            for index in each.on_breach_of
        )  # fmt: skip

    def about(self, rules: tuple[Rule, ...]) -> Iterable[tuple[Rule, list[Rule]]]:
        """Yield each norm that speaks of an act, with the others that speak of it."""
        speaking = self.by_act(rules)
        for mine in rules:
            if mine.act_name:
                kin = dict.fromkeys(
                    i for name, above in self.kinds.items() if mine.act_name in above for i in speaking[name]
                )
                yield mine, [rules[i] for i in kin if i != mine.index]

    def void_losses(self, losses: list[Loss]) -> None:
        for contract in self.contracts:
            self.compiler.document = contract.name
            for priority in contract.priorities:
                if isinstance(priority.over, AgreedLosses):
                    when = self.holds(priority.option, priority.standing, contract, priority.when)
                    for loss in losses:
                        bearer = priority.over.bearer
                        if loss.weight == AGREED and bearer in (None, loss.rule.bearer):
                            loss.voided.append(_placed(priority, loss.rule, when))

    def priority(
        self, rules: tuple[Rule, ...], priority: Priority, document: str, when: Evaluator | None
    ) -> None:
        by = self.resolve(priority.by, document)
        over = self.resolve(priority.over, document)
        whole, place = when, (document, priority.clause)
        bearer = getattr(priority.over, "bearer", None)
        wholly = isinstance(priority.by, ByOrder) or isinstance(priority.over, ByOrder)
        for index in over:
            # Of a norm that either party may bear only what that party has of it is meant.
            shared = bearer is not None and isinstance(rules[index].norm.bearer, Who)
            when = _placed(priority, rules[index].norm, whole)
            when = _both(ActorE(bearer), when) if shared and bearer is not None else when
            if priority.how == "prevails":
                rules[index].prevailed_by += [
                    (each, when, place)
                    for each in by
                    if each != index and (not wholly or self.opposed(rules[each], rules[index]))
                ]
            elif priority.how == "limits":
                # Nothing is limited to itself.
                others = tuple(each for each in by if each != index)
                rules[index].limited_to += [(others, when, place)] if others else []
            else:
                rules[index].voided.append((when, place))

    def opposed(self, one: Rule, other: Rule) -> bool:
        """Tell whether one norm forbids what the other permits or requires."""
        near = one.act_name in self.kinds.get(other.act_name, ()) or other.act_name in self.kinds.get(
            one.act_name, ()
        )
        return near and isinstance(one.norm, Prohibition) != isinstance(other.norm, Prohibition)

    def life_rule(self, life: Life, agreement: str) -> LifeRule:
        act = None
        if life.how == "renews":
            act = next((part.name for part in walk(life.value) if isinstance(part, Happened)), None)
        made = self.compiler
        contract = self.documents.by_name[life.document]
        # That a supplement takes effect is said before its text governs.
        begins = contract.kind == "supplement" and life.how == "takes_effect"
        return LifeRule(
            life,
            agreement,
            self.holds(life.option, life.standing, contract, clause="" if begins else life.clause),
            made.made(life.value),
            made.maybe(life.rolls),
            made.maybe(life.first_day_counted),
            act,
        )

    def sum(self, amount: AmountRule) -> Sum:
        made = self.compiler
        trigger = amount.trigger
        on_breach = (
            frozenset(self.resolve(trigger.target, amount.document))
            if isinstance(trigger, OnBreach)
            else frozenset()
        )
        contract = self.documents.by_name[amount.document]
        return Sum(
            rule=amount, figure=made.figure(amount.value), home=self.documents.homes[amount.document],
            holds=self.holds(amount.option, amount.standing, contract, clause=amount.clause),
            weight=weight(amount.standing),
            value=made.made(amount.value), where=made.maybe(amount.where), claimable=made.maybe(amount.claimable),
            variable=trigger.variable if trigger else "", on_breach_of=on_breach,
        )  # fmt: skip

    def readings(self) -> dict[str, tuple[Item, tuple[str, ...], Callable[[Terms], str | None]]]:
        found = {}
        for declared in self.declarations.values():
            if isinstance(declared, ReadingDecl):
                names = tuple(each.name for each in declared.options)
                found[declared.name] = (Item("reading", declared.name), names, self.default_of(declared))
        return found

    def default_of(self, reading: ReadingDecl) -> Callable[[Terms], str | None]:
        """Return how a reading's default follows from the terms: of the last layer that has one, else plain."""
        listed = [
            (option.name, default.layer, self.compiler.maybe(default.when))
            for option in reading.options
            for default in option.defaults
        ]

        def default(terms: Terms) -> str | None:
            plain = by_layer = None
            scene = Scene(None, terms, Taken({}, frozenset()), lambda *_: None, 0)
            for name, layer, when in listed:
                if when is not None and not when.value(scene):
                    continue
                if layer is None:
                    plain = name
                elif layer in terms.layers:
                    by_layer = name
            return by_layer or plain

        return default

    def by_act(self, rules: tuple[Rule, ...]) -> dict[str, tuple[int, ...]]:
        """Return, for each act, the norms that speak of it or of what it is a kind of."""
        named: dict[str, list[int]] = {}
        for rule in rules:
            if rule.act_name:
                named.setdefault(rule.act_name, []).append(rule.index)
        return {
            name: tuple(i for each in above for i in named.get(each, ()))
            for name, above in self.kinds.items()
        }

    # -- what each event touches

    def touches(self, program: Program) -> dict[str, Touch]:
        wanted = {
            part.name.removeprefix("@last ")
            for part in self.everything()
            if isinstance(part, Happened) or (isinstance(part, Bound) and part.name.startswith("@last "))
        }
        # A power may lapse some time after an event.
        wanted |= {each.event for rule in program.rules for each in rule.lapses}
        wanted |= {bar.restarting for bar, *_ in program.bars if bar.restarting}
        # The graph's edges tell which norms an occurrence reaches; lines that share a label share a node.
        places: dict[str, list[int]] = {}
        for i, norm in enumerate(self.norms):
            places.setdefault(key(norm), []).append(i)
        reached: dict[str, list[int]] = {}
        for edge in self.graph.edges:
            if edge.kind in ("discharges", "breaches", "triggers") and edge.target[0] == "norm":
                reached.setdefault(edge.source[1], []).extend(places[edge.target[1]])
        shown_since = {
            s.since for d in self.declarations.values() if isinstance(d, OccurrenceDecl) for s in d.shows
        }
        looked_through = {
            rule.trigger_name for rule in program.rules
            if not rule.self_triggered and isinstance(rule.norm, Permission | Power | Prohibition)
        }  # fmt: skip
        looked_through |= {program.rules[i].trigger_name for rule in program.rules for i in rule.excepts}
        looked_through |= {loss.trigger_name for loss in program.losses}
        looked_through |= {each.event for rule in program.rules for each in rule.lapses}
        looked_through |= {
            each.rule.trigger.name
            for named in program.sums.values() for each in named if isinstance(each.rule.trigger, OnOccurrence)
        }  # fmt: skip
        found = {}
        for name, above in self.kinds.items():
            declared = self.declarations[name]
            assert isinstance(declared, OccurrenceDecl)
            indexes = sorted({i for each in above for i in reached.get(each, ())})
            prohibitions, discharges, instances, waited_for = [], [], [], []
            for i in indexes:
                rule, norm = program.rules[i], self.norms[i]
                if isinstance(norm, Prohibition) and norm.act.name in above:
                    prohibitions.append(i)
                if isinstance(norm, Obligation) and norm.act.name in above:
                    discharges.append(i)
                if rule.trigger_name in above and isinstance(norm, Obligation | Maintenance):
                    instances.append(i)
                elif rule.trigger_name in above and not rule.self_triggered:
                    waited_for.append(i)
            renews = tuple(
                r for rules in program.life.values() for r in rules if r.act is not None and r.act in above
            )
            shown = tuple(s.state for s in declared.shows)
            topics: list[tuple[str, Any]] = [("H", each) for each in above]
            topics += [("S", effect.state) for effect in declared.sets] + [("S", state) for state in shown]
            powers = tuple(i for i in program.by_act[name] if isinstance(self.norms[i], Power))
            found[name] = Touch(
                declared=declared, names=tuple(above), prohibitions=tuple(prohibitions), discharges=tuple(discharges),
                instances=tuple(instances), waited_for=tuple(waited_for), powers=powers, renews=renews,
                remember=any(each in self.compiler.folded or each in looked_through for each in above),
                referred=any(each in self.compiler.referred for each in above),
                counted=any(each in wanted for each in above) or bool(declared.shows) or name in shown_since,
                fields=tuple(f for n, f in sorted(self.compiler.indexed) if n in above),
                effects=bool(declared.sets or declared.shows or renews)
                or any(program.rules[i].suspends or program.rules[i].resumes for i in powers),
                topics=tuple(topic for topic in dict.fromkeys(topics) if topic in program.watchers),
                abouts=tuple(p.name for p in declared.params if p.kind.name == "occurrence"),
            )  # fmt: skip
        return found

    def everything(self) -> Iterable[Any]:
        """Yield all that the documents lay down; what several of them declare alike, once."""
        defined: dict[int, Any] = {}
        for contract in self.contracts:
            for group in (
                contract.norms,
                contract.amounts,
                contract.losses,
                contract.priorities,
                contract.bars,
                contract.life,
            ):
                for each in group:
                    yield from walk(each)
            defined.update(
                (id(each), each) for each in contract.declarations.values() if hasattr(each, "value")
            )
        for declared in defined.values():
            yield from walk(declared.value)

    def watchers(self, program: Program) -> dict[tuple[str, Any], tuple[tuple[str, int], ...]]:
        """Return, for each thing that can change, what watches it, in the order to look at them."""
        topics: dict[tuple[str, int], set[tuple[str, Any]]] = {}
        for rule in program.rules:
            norm = rule.norm
            name = ("norm", rule.index)
            if isinstance(norm, Maintenance):
                topics[name] = self.topics_of(
                    norm.keeps, norm.when, norm.unless, norm.since, norm.until, document=norm.document
                )
            elif isinstance(norm, Obligation) and norm.trigger is None:
                topics[name] = self.topics_of(
                    norm.when, norm.unless, norm.since, norm.until, document=norm.document
                )
            if isinstance(norm, Obligation) and (origin := getattr(rule.limit, "of", None)) is not None:
                topics["window", rule.index] = self.topics_of(origin, document=norm.document)
            if isinstance(norm, Obligation) and isinstance(rule.limit, Reasonable):
                topics["window", rule.index] = {("Q", rule.limit.question)}
            if name not in topics:
                continue
            topics[name].add(("S", "agreement"))
            for other in (self.norms[index] for index in rule.excepts):
                topics[name] |= self.topics_of(
                    other.when, other.unless, other.since, other.until, document=other.document
                )
                if isinstance(other.trigger, OnOccurrence):
                    topics[name].add(("H", other.trigger.name))
                topics[name] |= {("N", each) for each in self.breaches_meant(other.trigger, other.document)}
            for index, _, _ in rule.prevailed_by:
                topics[name] |= {("S", state) for state, _ in program.rules[index].sets}
            for voiding in self.voiding(rule):
                topics[name] |= self.topics_of(voiding.when, document=voiding.document)
        flat = [rule for rules in program.life.values() for rule in rules]
        program.life_rules = tuple(flat)
        for i, life in enumerate(flat):
            if life.life.how in ("takes_effect", "ends"):
                # A supplement that takes effect brings its sentences on the life of its agreement.
                topics["life", i] = {("S", "agreement")} | self.topics_of(
                    life.life.value, document=life.document
                )
        order = self.ordered(topics)
        program.order = {name: place for place, name in enumerate(order)}
        found: dict[tuple[str, Any], list[tuple[str, int]]] = {}
        for name in order:
            for topic in sorted(topics[name], key=str):
                found.setdefault(topic, []).append(name)
        return {topic: tuple(names) for topic, names in found.items()}

    def voiding(self, rule: Rule) -> Iterable[Priority]:
        """Return what may void a norm."""
        if not rule.voided:
            return ()
        return (
            each
            for contract in self.contracts for each in contract.priorities
            if each.how == "voids" and rule.index in self.resolve(each.over, contract.name)
        )  # fmt: skip

    def topics_of(self, *exprs: Any, document: str) -> set[tuple[str, Any]]:
        found: set[tuple[str, Any]] = set()
        for expr in exprs:
            for part in walk(expr):
                match type(part).__name__:
                    case "StateValue":
                        found.add(("S", part.name))
                    case "Happened" | "CountOf" | "SumOf":
                        found.add(("H", part.name))
                    case "Answer":
                        found.add(("Q", part.question))
                    case "AmountDue" if self.sum_meant(part.target):
                        found |= self.topics_of_sum(self.sum_meant(part.target))
                    case "Overdue" | "InBreach" | "Discharged" | "Used" | "AmountDue":
                        found |= {("N", index) for index in self.resolve(part.target, document)}
                        if type(part).__name__ == "Used":
                            for index in self.resolve(part.target, document):
                                norm = self.norms[index]
                                declared = self.declarations.get(
                                    getattr(getattr(norm, "act", None), "name", "")
                                )
                                if isinstance(declared, OccurrenceDecl):
                                    found |= {("S", effect.state) for effect in declared.sets}
                    case _:
                        pass
        return found

    def sum_meant(self, target: Target) -> str:
        """Return the sum that a target calls by its name; empty for one that means norms."""
        return self.documents.sum_names.get(target.label, "") if isinstance(target, ByLabel) else ""

    def topics_of_sum(self, name: str) -> set[tuple[str, Any]]:
        """Return what changes how much of a sum is due: payments on it, the claim, the breaches that it is for."""
        found: set[tuple[str, Any]] = {("PA", name)}
        for contract in self.contracts:
            for rule in contract.amounts:
                if self.documents.sum_names[rule.name] == name:
                    found |= self.topics_of(rule.value, rule.where, rule.claimable, document=contract.name)
                    found |= {("N", index) for index in self.breaches_meant(rule.trigger, contract.name)}
        return found

    def ordered(self, topics: dict[tuple[str, int], set[tuple[str, Any]]]) -> list[tuple[str, int]]:
        """Order the watchers so that one comes after those whose status it reads; a circle keeps the written order."""
        sorter: TopologicalSorter[tuple[str, int]] = TopologicalSorter()
        for name, read in topics.items():
            sorter.add(
                name, *(("norm", index) for kind, index in read if kind == "N" and ("norm", index) in topics)
            )
        try:
            found = [name for name in sorter.static_order() if name in topics]
        except CycleError:
            found = list(topics)
        return [name for kind in ("life", "norm", "window") for name in found if name[0] == kind]


def _placed(priority: Priority, beaten: Norm | LossRule, when: Evaluator | None) -> Evaluator | None:
    """Return the condition of a priority, its variable standing for the clause of what is beaten."""
    if priority.variable is None or when is None:
        return when
    return PlacedE(priority.variable, f"{base_name(beaten.document)}:{beaten.clause}", when)


def _both(one: Evaluator, other: Evaluator | None) -> Evaluator:
    return one if other is None else AndE((one, other))


def _same_bearer(one: Rule, other: Rule) -> bool:
    """Tell whether two norms may bind the same party."""
    bearers = (one.norm.bearer, other.norm.bearer)
    return bearers[0] == bearers[1] or any(isinstance(each, Who) for each in bearers)
