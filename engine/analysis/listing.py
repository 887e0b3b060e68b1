"""The norms of a program as they are read for gaps: those agreed, those of law, clause by clause; what they hang on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from contractlang.contract import Contract
from contractlang.declaration import PartyDecl
from contractlang.expression import AsOf, Compare, Const, Expr, InBreach, Overdue, StateValue, Target
from contractlang.norms import Maintenance, Obligation, Permission, Power, Prohibition, Who
from engine.analysis.plain import parts_of
from engine.program import Program, Rule
from engine.targets import Documents
from engine.terms import Terms
from engine.walk import walk

DUTIES = Obligation | Maintenance | Prohibition
OPEN = Permission | Power


def under_its_layers(program: Program) -> Terms:
    """Return terms by which nothing is chosen, under the layers of all documents of a program."""
    return Terms(layers=tuple(sorted({each.layer for each in program.contracts} | {"contract"})))


def agreed(program: Program, home: str | None = None) -> Iterator[Rule]:
    """Yield the rules of the agreements, or of one."""
    yield from (each for each in program.rules if each.home and home in (None, each.home))


def of_law(program: Program) -> Iterator[Rule]:
    """Yield the rules of law, without those whose reading is not taken or that later sentences have replaced."""
    taken = program.taken(Terms()).options
    held = [each for each in program.rules if not each.home]
    for rule in held:
        if any(taken.get(each.reading) != each.option for each in rule.option):
            continue
        ended = rule.norm.standing.valid_to
        if ended is not None and any(
            each.norm.document == rule.norm.document
            and each.act_name == rule.act_name
            and each.norm.bearer == rule.norm.bearer
            and each.norm.standing.valid_from is not None
            and each.norm.standing.valid_from > ended
            for each in held
        ):
            continue
        yield rule


def of_law_between(program: Program) -> Iterator[Rule]:
    """Yield the rules of law that bind or empower parties of the agreements: of others an agreement need not speak."""
    agreements = [each for each in program.contracts if each.kind != "law"]
    parties = {
        each.name
        for contract in agreements
        for each in contract.declarations.values()
        if isinstance(each, PartyDecl)
    }
    for rule in of_law(program):
        if isinstance(rule.norm.bearer, Who) or rule.norm.bearer in parties:
            yield rule


def by_clause(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Return rules clause by clause."""
    return _grouped(rules, lambda rule: (rule.norm.document, rule.norm.clause))


def by_clause_and_act(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Return rules clause by clause and act by act: the alternatives of a reading together."""
    return _grouped(rules, lambda rule: (rule.norm.document, rule.norm.clause, rule.act_name))


def _grouped(rules: Iterable[Rule], by: Callable[[Rule], object]) -> list[list[Rule]]:
    found: dict[object, list[Rule]] = {}
    for rule in rules:
        found.setdefault(by(rule), []).append(rule)
    return list(found.values())


def followed_up(program: Program) -> set[int]:
    """Return the duties on whose breach something follows."""
    found = {index for rule in program.rules for index in rule.on_breach_of}
    found |= {index for sums in program.sums.values() for each in sums for index in each.on_breach_of}
    for rule in program.rules:
        found |= asked_of_breach(program, rule) - {rule.index}
    return found


def asked_of_breach(program: Program, rule: Rule) -> set[int]:
    """Return the duties of which a norm asks whether they are overdue, or broken."""
    targets = (part.target for part in parts_of(rule.norm) if isinstance(part, Overdue | InBreach))
    return {index for each in targets for index in meant(program, each, rule.norm.document)}


def meant(program: Program, target: Target, document: str) -> set[int]:
    """Return the rules that a target means which is written in a document."""
    documents, index_of = _to_be_meant(program)
    return {index_of[id(norm)] for norm in documents.meant(target, document) if id(norm) in index_of}


@lru_cache(maxsize=4)
def _to_be_meant(program: Program) -> tuple[Documents, dict[int, int]]:
    """Return the documents of a program, and the index of each rule by the identity of its norm."""
    return Documents(program.contracts), {id(each.norm): each.index for each in program.rules}


def after(rule: Rule, life: str) -> bool:
    """Tell whether a norm is open once the agreement is in that state of its life."""
    return ("agreement", life) in set(states_in(rule.norm.when))


def states_in(expr: Expr | None) -> Iterator[tuple[str, str]]:
    """Yield the states of which an expression asks for a value, with that value."""
    for part in walk(expr):
        if isinstance(part, Compare) and part.op == "==" and isinstance(part.right, Const):
            state = part.left.state if isinstance(part.left, AsOf) else part.left
            if isinstance(state, StateValue) and isinstance(part.right.value, str):
                yield state.name, part.right.value


def may_be(rule: Rule, bearer: object) -> bool:
    """Tell whether a norm can bind that party."""
    return rule.norm.bearer == bearer or isinstance(rule.norm.bearer, Who) or isinstance(bearer, Who)


def texts_of(program: Program, home: str) -> list[Contract]:
    """Return the versions of an agreement."""
    return [each for each in program.contracts if each.kind == "agreement" and each.base == home]
