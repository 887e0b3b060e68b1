"""What each event touches, and what watches what can change: both from the obligation graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import AsOf, Bound, ByLabel, Field, Happened, Now, Target, kind_of
from contractlang.kinds import TEXT
from contractlang.norms import (
    BeforeDay,
    ByDay,
    Maintenance,
    Obligation,
    OnOccurrence,
    Permission,
    Power,
    Priority,
    Prohibition,
    Reasonable,
    Who,
    Within,
)
from engine.graph import key
from engine.making import Making
from engine.program import LifeRule, Program, Rule, Touch
from engine.walk import walk


def _is_timed(rule: LifeRule) -> bool:
    """Tell whether time alone may begin or end an agreement: a day that is named, or one of a law's days."""
    return rule.life.how in ("takes_effect", "ends") and (
        rule.holds is not None or any(isinstance(each, Now) for each in walk(rule.life.value))
    )


class Dispatch:
    """Where events and changes lead to."""

    def __init__(self, made: Making) -> None:
        self.made = made

    def touches(self, program: Program) -> dict[str, Touch]:
        touching = _Touching(self, program)
        return {name: touching.touch(name, above) for name, above in self.made.kinds.items()}

    def looks_at_the_act(self, rule: Rule, names: Iterable[str], program: Program) -> bool:
        """Tell whether a norm, or one that limits it, looks at what an act tells of itself, or is bound to it."""
        if rule.where is not None or rule.about_field is not None or rule.self_triggered:
            return True
        the_act = {"@act", *(f"@last {each}" for each in names)}
        if any(isinstance(each, Bound) and each.name in the_act for each in walk(rule.norm)):
            return True
        limits = (program.rules[i] for indexes, *_ in rule.limited_to for i in indexes)
        return any(each.limited_to or self.looks_at_the_act(each, names, program) for each in limits)

    def everything(self) -> Iterable[Any]:
        """Yield all that the documents lay down; what several of them declare alike, once."""
        defined: dict[int, Any] = {}
        for contract in self.made.contracts:
            for group in (
                contract.norms,
                contract.amounts,
                contract.losses,
                contract.priorities,
                contract.bars,
                contract.life,
                contract.fills,
            ):
                for each in group:
                    yield from walk(each)
            defined.update(
                (id(each), each) for each in contract.declarations.values() if hasattr(each, "value")
            )
        for declared in defined.values():
            yield from walk(declared.value)

    def periods(self) -> Iterable[tuple[str, str]]:
        """Yield the fields, of which occurrence, that are texts and are asked for the day that they name."""
        for part in self.everything():
            if isinstance(part, AsOf) and isinstance(part.at, Field) and part.at.kind == TEXT:
                of = kind_of(part.at.of).of
                yield from ((name, part.at.name) for name, above in self.made.kinds.items() if of in above)

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
            if isinstance(norm, Obligation) and (told := self.topics_of_end(rule)):
                topics["window", rule.index] = told
            if name not in topics:
                continue
            topics[name].add(("S", "agreement"))
            # What is to be kept may tell whether the breach that it is kept for was made good.
            topics[name] |= {("N", index) for index in rule.on_breach_of}
            for other in (self.made.norms[index] for index in rule.excepts):
                topics[name] |= self.topics_of(
                    other.when, other.unless, other.since, other.until, document=other.document
                )
                if isinstance(other.trigger, OnOccurrence):
                    topics[name].add(("H", other.trigger.name))
                topics[name] |= {
                    ("N", each) for each in self.made.breaches_meant(other.trigger, other.document)
                }
            for index, _, _ in rule.prevailed_by:
                topics[name] |= {("S", state) for state, _ in program.rules[index].sets}
            for priority in self.over(rule):
                topics[name] |= self.topics_of(priority.when, document=priority.document)
        flat = [rule for rules in program.life.values() for rule in rules]
        program.life_rules = tuple(flat)
        program.timed_life = tuple(index for index, each in enumerate(flat) if _is_timed(each))
        for i, life in enumerate(flat):
            if life.life.how in ("takes_effect", "ends"):
                # A supplement that takes effect brings its sentences on the life of its agreement.
                topics["life", i] = {("S", "agreement")} | self.topics_of(
                    life.life.value, document=life.life.document
                )
        order = self.ordered(topics)
        program.order = {name: place for place, name in enumerate(order)}
        found: dict[tuple[str, Any], list[tuple[str, int]]] = {}
        for name in order:
            for topic in sorted(topics[name], key=str):
                found.setdefault(topic, []).append(name)
        return {topic: tuple(names) for topic, names in found.items()}

    def over(self, rule: Rule) -> Iterable[Priority]:
        """Return what may void a norm, or prevail over it, on a condition."""
        if not rule.voided and not any(when is not None for _, when, _ in rule.prevailed_by):
            return ()
        return (
            each
            for contract in self.made.contracts for each in contract.priorities
            if each.how in ("voids", "prevails") and each.when is not None
            and rule.index in self.made.resolve(each.over, contract.name)
        )  # fmt: skip

    def topics_of(self, *exprs: Any, document: str) -> set[tuple[str, Any]]:
        found: set[tuple[str, Any]] = set()
        for expr in exprs:
            for part in walk(expr):
                match type(part).__name__:
                    case "StateValue":
                        found.add(("S", part.name))
                        documents = self.made.documents
                        if (
                            part.document
                            and not documents.homes.get(part.document)
                            and documents.agreements[1:]
                        ):
                            # Of which agreement a law speaks hangs on which is in force.
                            found.add(("S", "agreement"))
                    case "Happened" | "CountOf" | "SumOf":
                        found.add(("H", part.name))
                    case "Answer":
                        found.add(("Q", part.question))
                    case "BlankValue":
                        found |= self.topics_of_blank(part.name)
                    case "Bound" if part.name.startswith("@last "):
                        found.add(("H", part.name.removeprefix("@last ")))
                    case "AmountDue" if self.sum_meant(part.target):
                        found |= self.topics_of_sum(self.sum_meant(part.target))
                    case "Overdue" | "InBreach" | "Discharged" | "Used" | "AmountDue":
                        found |= {("N", index) for index in self.made.resolve(part.target, document)}
                        if type(part).__name__ == "Used":
                            for index in self.made.resolve(part.target, document):
                                norm = self.made.norms[index]
                                declared = self.made.declarations.get(
                                    getattr(getattr(norm, "act", None), "name", "")
                                )
                                if isinstance(declared, OccurrenceDecl):
                                    found |= {("S", effect.state) for effect in declared.sets}
                    case _:
                        pass
        return found

    def sum_meant(self, target: Target) -> str:
        """Return the sum that a target calls by its name; empty for one that means norms."""
        return self.made.documents.sum_names.get(target.label, "") if isinstance(target, ByLabel) else ""

    def topics_of_end(self, rule: Rule) -> set[tuple[str, Any]]:
        """Return what may yet tell when the window of a duty ends."""
        match rule.limit:
            case Within(_, of):
                return self.topics_of(of, document=rule.norm.document)
            case ByDay(day) | BeforeDay(day):
                return self.topics_of(day, document=rule.norm.document)
            case Reasonable(question):
                return {("Q", question)}
            case _:
                return set()

    def topics_of_blank(self, name: str) -> set[tuple[str, Any]]:
        """Return what changes what laws and supplements fill a blank with."""
        fills = [(each, contract.name) for contract in self.made.contracts for each in contract.fills]
        return {
            topic for fill, document in fills if fill.blank == name
            for topic in self.topics_of(fill.value, document=document)
        }  # fmt: skip

    def topics_of_sum(self, name: str) -> set[tuple[str, Any]]:
        """Return what changes how much of a sum is due: payments on it, the claim, the breaches that it is for."""
        found: set[tuple[str, Any]] = {("PA", name)}
        for contract in self.made.contracts:
            for rule in contract.amounts:
                if self.made.documents.sum_names[rule.name] == name:
                    found |= self.topics_of(rule.value, rule.where, rule.claimable, document=contract.name)
                    found |= {("N", index) for index in self.made.breaches_meant(rule.trigger, contract.name)}
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


class _Touching:
    """What the documents ask of all occurrences, and what each therefore touches."""

    def __init__(self, dispatch: Dispatch, program: Program) -> None:
        self.dispatch, self.made, self.program = dispatch, dispatch.made, program
        self.last = {
            part.name.removeprefix("@last ")
            for part in dispatch.everything()
            if isinstance(part, Bound) and part.name.startswith("@last ")
        }
        # A power may lapse some time after an event, and a limitation begin anew.
        self.running = {each.event for rule in program.rules for each in rule.lapses}
        self.running |= {each.rule.restarting for each in program.limitations if each.rule.restarting}
        self.reached = self._reached()
        self.counted = self._counted()
        self.looked_through = self._looked_through()
        self.shown_since = {
            s.since for d in self.made.declarations.values() if isinstance(d, OccurrenceDecl) for s in d.shows
        }

    def _reached(self) -> dict[str, list[int]]:
        """Return the norms that each occurrence reaches, by the edges of the graph."""
        # Lines that share a label share a node.
        places: dict[str, list[int]] = {}
        for i, norm in enumerate(self.made.norms):
            places.setdefault(key(norm), []).append(i)
        reached: dict[str, list[int]] = {}
        for edge in self.made.graph.edges:
            if edge.kind in ("discharges", "breaches", "triggers") and edge.target[0] == "norm":
                reached.setdefault(edge.source[1], []).extend(places[edge.target[1]])
        return reached

    def _counted(self) -> set[str]:
        """Return the occurrences of which it is asked whether, or how often, they happened."""
        happened = {part.name for part in self.dispatch.everything() if isinstance(part, Happened)}
        # Where both parties act, each may do its part by itself.
        joint = {
            norm.act.name for norm in self.made.norms
            if isinstance(norm, Obligation | Permission | Power) and norm.bearer is Who.BOTH
        }  # fmt: skip
        joint |= {
            act for act, duties in self.program.restored_by.items()
            if any(each.norm.bearer is Who.BOTH for each in duties)
        }  # fmt: skip
        return self.last | happened | joint | self.running

    def _looked_through(self) -> set[str | None]:
        """Return the occurrences all of which are looked at, one after the other."""
        program = self.program
        found = {
            rule.trigger_name for rule in program.rules
            if not rule.self_triggered and isinstance(rule.norm, Permission | Power | Prohibition)
        }  # fmt: skip
        found |= {program.rules[i].trigger_name for rule in program.rules for i in rule.excepts}
        found |= {loss.trigger_name for loss in program.losses}
        found |= self.running
        found |= {
            each.rule.trigger.name
            for named in program.sums.values() for each in named if isinstance(each.rule.trigger, OnOccurrence)
        }  # fmt: skip
        return found

    def touch(self, name: str, above: Sequence[str]) -> Touch:
        """Return what an occurrence touches; `above` are its own name and those of what it is a kind of."""
        program, compiler = self.program, self.made.compiler
        declared = self.made.declarations[name]
        assert isinstance(declared, OccurrenceDecl)
        renews = tuple(
            r for rules in program.life.values() for r in rules if r.act is not None and r.act in above
        )
        shown = tuple(s.state for s in declared.shows)
        topics: list[tuple[str, Any]] = [("H", each) for each in above]
        topics += [("S", effect.state) for effect in declared.sets] + [("S", state) for state in shown]
        on_act = [program.rules[i] for i in program.by_act[name]]
        powers = [rule for rule in on_act if isinstance(rule.norm, Power)]
        prohibitions, discharges, instances, waited_for = self._norms(above)
        return Touch(
            declared=declared, names=tuple(above), prohibitions=prohibitions, discharges=discharges,
            instances=instances, waited_for=waited_for, renews=renews,
            remember=any(each in compiler.folded or each in self.looked_through for each in above),
            referred=any(each in compiler.referred for each in above),
            counted=any(each in self.counted for each in above) or bool(shown) or name in self.shown_since,
            fields=tuple(f for n, f in sorted(compiler.indexed) if n in above),
            effects=bool(declared.sets or shown or renews)
            or any(rule.suspends or rule.resumes for rule in powers),
            topics=tuple(topic for topic in dict.fromkeys(topics) if topic in program.watchers),
            abouts=tuple(p.name for p in declared.params if p.kind.name == "occurrence"),
            spoken_of=tuple(each for each in above if each in self.last),
            alike=not any(self.dispatch.looks_at_the_act(rule, above, program) for rule in on_act),
        )  # fmt: skip

    def _norms(self, above: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Return the norms that forbid it, that it discharges, that arise by it, and that wait for it."""
        forbid, discharged, arise, wait = [], [], [], []
        for i in sorted({i for each in above for i in self.reached.get(each, ())}):
            rule, norm = self.program.rules[i], self.made.norms[i]
            if isinstance(norm, Prohibition) and norm.act.name in above:
                forbid.append(i)
            if isinstance(norm, Obligation) and norm.act.name in above:
                discharged.append(i)
            if rule.trigger_name in above and isinstance(norm, Obligation | Maintenance):
                arise.append(i)
            elif rule.trigger_name in above and not rule.self_triggered:
                wait.append(i)
        return tuple(forbid), tuple(discharged), tuple(arise), tuple(wait)
