"""Which norms another norm means when it names them: by label, clause, act, state, document, or any.

An agreement and its supplements are one: a label means the same in all of them, and no other agreement's norms are
meant. A law means the norms of every document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from contractlang.contract import Contract
from contractlang.expression import (
    AgreedLosses,
    AnyNorm,
    ByAct,
    ByBreach,
    ByClause,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    Expr,
    StateValue,
    Target,
)
from contractlang.norms import Maintenance, Norm, Obligation, OnBreach, Permission, Power, Prohibition, Who
from contractlang.numerals import plain_number
from engine.walk import walk


class Documents:
    """Some documents together, and what belongs to what."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self.contracts = tuple(contracts)
        self.by_name = {each.name: each for each in self.contracts}
        self.norms = tuple(norm for each in self.contracts for norm in each.norms)
        named = (each.base for each in self.contracts if each.kind == "agreement")
        self.agreements = tuple(dict.fromkeys(named))
        self.homes = {each.name: self._home(each) for each in self.contracts}
        self.sum_names = self._sum_names()

    def _home(self, contract: Contract) -> str:
        """Return the agreement that a document is, or supplements; none for a law."""
        while (above := self.amended(contract)) is not None:
            contract = above
        return contract.base if contract.kind in ("agreement", "supplement") else ""

    def amended(self, contract: Contract) -> Contract | None:
        """Return the document that a supplement amends: its first version, where there are several."""
        if contract.kind != "supplement" or contract.amends is None:
            return None
        if contract.amends in self.by_name:
            return self.by_name[contract.amends]
        return next((each for each in self.contracts if each.base == contract.amends), None)

    def versions(self, home: str) -> list[Contract]:
        """Return the versions of an agreement."""
        return [each for each in self.contracts if each.kind == "agreement" and each.base == home]

    def changed(self, contract: Contract, clause: str) -> Contract | None:
        """Return the document whose clause a supplement changes: the nearest beneath it that has the clause."""
        below = self.amended(contract)
        while below is not None and below.clause(clause) is None:
            below = self.amended(below)
        return below

    def _sum_names(self) -> dict[str, str]:
        """Return one name for all by which a sum is called: a law may say `fee` of what an agreement calls 费用 fee."""
        found: dict[str, str] = {}
        for rule in (rule for each in self.contracts for rule in each.amounts):
            called = [each for each in (rule.alias, rule.name) if each]
            one = next((found[each] for each in called if each in found), called[0])
            found.update(dict.fromkeys(called, one))
        return found

    def home(self, document: str) -> str:
        """Return the agreement to which a document belongs; of a law, which speaks to all, the first agreement."""
        return self.homes.get(document) or (self.agreements[0] if self.agreements else "")

    def together(self, document: str) -> frozenset[str]:
        """Return the documents that are one agreement with it; all documents for a law."""
        home = self.homes.get(document)
        return frozenset(name for name, other in self.homes.items() if not home or other == home)

    def named(self, target: Target) -> str:
        """Return the agreement that a target names as a whole; none for another target."""
        if isinstance(target, ByOrder):
            return self.agreements[target.number - 1] if target.number <= len(self.agreements) else ""
        return self.homes.get(target.document, "") if isinstance(target, ByDocument) else ""

    def meant(self, target: Target, document: str) -> list[Norm]:
        """Return the norms that a target written in `document` means.

        `any norm` means every agreed duty but those that a breach of any norm gives rise to (docs/semantics.md).
        """
        near = self.together(document)
        match target:
            case ByLabel():
                own = [n for n in self.norms if n.label == target.label and n.document == document]
                family = [n for n in self.norms if n.label == target.label and n.document in near]
                return family if self.homes.get(document) else own
            case ByClause():
                return self._of_clause(target.clause, document)
            case ByDocument():
                return [n for n in self.norms if n.document == target.document]
            case ByOrder():
                named = self.agreements[target.number - 1 : target.number]
                return [n for n in self.norms if self.homes[n.document] in named]
            case ByAct():
                # A duty about an act is one to do it or not to do it.
                kinds = Obligation | Prohibition if target.what == "duty" else Permission | Power
                return [
                    n for n in self._borne(target, near) if isinstance(n, kinds) and n.act.name == target.act
                ]
            case ByState():
                return [
                    n
                    for n in self._borne(target, near)
                    if isinstance(n, Maintenance) and asks_for(n.keeps, target.state)
                ]
            case AnyNorm():
                return [
                    n
                    for n in self.norms
                    if isinstance(n, Obligation | Maintenance | Prohibition)
                    and self.homes[n.document]
                    and n.document in near
                    and not (isinstance(n.trigger, OnBreach) and isinstance(n.trigger.target, AnyNorm))
                ]
            case ByBreach() | AgreedLosses():
                return []
            case _:
                assert_never(target)

    def _borne(self, target: ByAct | ByState, near: frozenset[str]) -> list[Norm]:
        """Norms that either party, or the other one, may bear are meant as far as that party bears them."""
        return [
            n
            for n in self.norms
            if n.document in near
            and (not target.agreed or self.homes[n.document])
            and (target.bearer is None or n.bearer == target.bearer or isinstance(n.bearer, Who))
        ]

    def _of_clause(self, clause: str, document: str) -> list[Norm]:
        """A supplement may name a clause of its own or of what it amends."""
        wanted = plain_number(clause)
        contract: Contract | None = self.by_name.get(document)
        while contract is not None:
            found = [
                n
                for n in self.norms
                if n.document == contract.name and wanted in (plain_number(n.clause), plain_number(n.id))
            ]
            if found:
                return found
            contract = self.amended(contract)
        return []


def asks_for(expr: Expr, state: str) -> bool:
    """Tell whether a condition speaks of a state."""
    return any(isinstance(part, StateValue) and part.name == state for part in walk(expr))
