"""What prevails over what: priorities as they are written, and ranks as if they were."""

from __future__ import annotations

from collections.abc import Iterable

from contractlang.contract import base_name
from contractlang.declaration import OccurrenceDecl
from contractlang.expression import AgreedLosses, ByOrder, Happened
from contractlang.norms import LossRule, Norm, Obligation, Priority, Prohibition, Reasonable, Who
from engine.conditions import ActorE, AndE, PlacedE
from engine.evaluator import Evaluator
from engine.force import ADMINISTRATIVE, AGREED
from engine.making import Making
from engine.program import Lapse, Loss, Rule


class Ranking:
    """The priorities of some documents."""

    def __init__(self, made: Making) -> None:
        self.made = made

    def priorities(self, rules: tuple[Rule, ...]) -> None:
        for contract in self.made.contracts:
            self.made.compiler.document = contract.name
            for priority in contract.priorities:
                when = self.made.holds(
                    priority.option, priority.standing, contract, priority.when, priority.clause
                )
                self.priority(rules, priority, contract.name, when)
            for bar in contract.bars:
                if bar.how == "lapses":
                    for index in self.made.resolve(bar.target, contract.name):
                        period = self.made.compiler.made(bar.period)
                        name = bar.since.name if isinstance(bar.since, Happened) else ""
                        holds = self.made.holds(bar.option, bar.standing, contract, clause=bar.clause)
                        lapse = Lapse(
                            period, name, self.knowing(name), self.made.compiler.made(bar.since), holds,
                            (contract.name, bar.clause),
                        )  # fmt: skip
                        rules[index].lapses.append(lapse)
        self.ranks(rules)

    def knowing(self, name: str) -> str:
        """Return the field of an event that tells of which breach it is: its text, beside who it is by."""
        declared = self.made.declarations.get(name)
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
        for contract in self.made.contracts:
            self.made.compiler.document = contract.name
            for priority in contract.priorities:
                by, over = (self.made.documents.named(each) for each in (priority.by, priority.over))
                if by and over and priority.how == "prevails":
                    found.append(
                        (
                            by,
                            over,
                            self.made.holds(priority.option, priority.standing, contract, priority.when),
                        )
                    )
        return found

    def about(self, rules: tuple[Rule, ...]) -> Iterable[tuple[Rule, list[Rule]]]:
        """Yield each norm that speaks of an act, with the others that speak of it."""
        speaking = self.made.by_act(rules)
        for mine in rules:
            if mine.act_name:
                kin = dict.fromkeys(
                    i
                    for name, above in self.made.kinds.items()
                    if mine.act_name in above
                    for i in speaking[name]
                )
                yield mine, [rules[i] for i in kin if i != mine.index]

    def void_losses(self, losses: list[Loss]) -> None:
        for contract in self.made.contracts:
            self.made.compiler.document = contract.name
            for priority in contract.priorities:
                if isinstance(priority.over, AgreedLosses):
                    when = self.made.holds(priority.option, priority.standing, contract, priority.when)
                    for loss in losses:
                        bearer = priority.over.bearer
                        if loss.weight == AGREED and bearer in (None, loss.rule.bearer):
                            loss.voided.append(_placed(priority, loss.rule, when))

    def priority(
        self, rules: tuple[Rule, ...], priority: Priority, document: str, when: Evaluator | None
    ) -> None:
        by = self.made.resolve(priority.by, document)
        over = self.made.resolve(priority.over, document)
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
        near = one.act_name in self.made.kinds.get(
            other.act_name, ()
        ) or other.act_name in self.made.kinds.get(one.act_name, ())
        return near and isinstance(one.norm, Prohibition) != isinstance(other.norm, Prohibition)


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
