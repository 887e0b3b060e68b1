"""What making documents ready stands on: which names are which, which norms are meant, when a sentence is in force."""

from __future__ import annotations

from contractlang.contract import Contract
from contractlang.declaration import Declaration, OccurrenceDecl
from contractlang.expression import Chosen, Expr, Target
from contractlang.norms import OnBreach, Standing, Trigger
from engine.conditions import AndE, ChosenE
from engine.decision import Item
from engine.evaluate import Compiler
from engine.evaluator import Evaluator
from engine.force import Part, Text, TextE, ValidE, part_of
from engine.graph import build
from engine.program import Rule
from engine.targets import Documents


class Making:
    """Some documents while they are made ready."""

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

    def breaches_meant(self, trigger: Trigger | None, document: str) -> frozenset[int]:
        return (
            frozenset(self.resolve(trigger.target, document))
            if isinstance(trigger, OnBreach)
            else frozenset()
        )

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
