"""What the text, or a law, may be read to mean in more than one way, and nothing that is asked for says which.

Each way is written beneath the text as an option of a reading. That one of them is taken where nobody chooses makes
answers possible; it does not make the text clear.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from contractlang.contract import Contract
from contractlang.declaration import ReadingDecl
from contractlang.expression import Chosen, Happened
from contractlang.norms import Obligation
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import agreed, meant, of_law_between, states_in, under_its_layers
from engine.analysis.matter import near, singled_out, turned_on
from engine.analysis.plain import expressions
from engine.analysis.stated import laws_stating, stating
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.analysis.unfilled import sentences
from engine.program import Program, Rule
from engine.terms import Terms
from engine.walk import walk


def texts_read_in_several_ways(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find readings of agreements on which sentences hang and that no law asked for decides.

    What several agreements leave open is one reading where it has one id from outside: who chooses, chooses for all.
    """
    found: dict[str, list[_Unchosen]] = {}
    for each in _each_unchosen(program):
        found.setdefault(each.declared.external or each.declared.name, []).append(each)
    for together in found.values():
        yield _told(telling, together)


def laws_read_in_several_ways(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find readings of law on which hangs what it does to the agreements, and that no layer asked for decides."""
    terms = under_its_layers(program)
    taken = program.taken(terms).options
    found: dict[str, dict[Clause, None]] = {}
    bearing: dict[str, dict[Clause, None]] = {}
    for law in (each for each in program.contracts if each.kind == "law"):
        for clause, expr in sentences(law):
            for part in walk(expr):
                if isinstance(part, Chosen):
                    found.setdefault(part.reading, {})[Clause(law.name, clause.clause)] = None
        for reading in found:
            bearing.setdefault(reading, {}).update(dict.fromkeys(_agreed_by(program, law, reading)))
    for reading, hanging in found.items():
        declared = program.declarations[reading]
        touched = bearing[reading] or not program.agreements
        if isinstance(declared, ReadingDecl) and touched and not _by_layer(declared, terms, "contract"):
            stated = [each for each in laws_stating(program, declared) if each not in hanging]
            said = _Unchosen(declared, tuple(hanging), stated, stated, taken.get(reading))
            told = _told(telling, [said])
            name = telling.name(reading)
            yield dataclasses.replace(
                told, clauses=(*bearing[reading], *told.clauses), detail={**told.detail, "what": "reading of law"},
                settles=(Said(f"choose {name.en} in the account", f"在账户中选定“{name.zh}”"),),
            )  # fmt: skip


def _agreed_by(program: Program, law: Contract, reading: str) -> Iterator[Clause]:
    """Yield the agreed sentences on which a law bears in one way of reading it: whose norm has to yield, that deal with
    the matter of its norm, or on whose breach its sum turns.
    """
    rules = [program.rules[index] for index in _yielding(program, law, reading)]
    for rule in of_law_between(program):
        if rule.document == law.name and any(_reads(expr, reading) for expr in expressions(rule.norm)):
            rules += near(program, rule)
    for named in program.sums.values():
        of_law = [each for each in named if each.rule.document == law.name]
        read = [
            each for each in of_law if _reads(each.rule.where, reading) or _reads(each.rule.value, reading)
        ]
        yield from (Clause(each.rule.document, each.rule.clause) for each in named if each.home and read)
        turned = frozenset[int]().union(*(each.on_breach_of for each in read))
        rules += (program.rules[index] for index in sorted(singled_out(program, turned)))
    yield from (Clause(each.document, each.norm.clause) for each in rules if each.home)


def _reads(expr: object, reading: str) -> bool:
    return any(isinstance(part, Chosen) and part.reading == reading for part in walk(expr))


def _by_layer(declared: ReadingDecl, terms: Terms, own: str) -> bool:
    """Tell whether another layer that is asked for says how something is read."""
    defaults = (default for option in declared.options for default in option.defaults)
    return any(each.layer in terms.layers and each.layer != own for each in defaults)


class _Unchosen(NamedTuple):
    """A reading of one agreement that nobody has chosen: its clauses, what takes part besides, and what is taken."""

    declared: ReadingDecl
    clauses: tuple[Clause, ...]
    laws: list[Clause]
    beside: list[Clause]
    taken: str | None


def _each_unchosen(program: Program) -> Iterator[_Unchosen]:
    terms = under_its_layers(program)
    taken = program.taken(terms).options
    read: dict[str, list[Rule]] = {}
    for rule in agreed(program):
        for chosen in rule.option:
            read.setdefault(chosen.reading, []).append(rule)
    for contract in program.contracts:
        if contract.kind == "law":
            continue
        hanging = _hanging_on_readings(contract)
        for declared in contract.declarations.values():
            if not isinstance(declared, ReadingDecl) or declared.document != contract.name:
                continue
            clauses = tuple(hanging.get(declared.name, ()))
            by_law = _by_layer(declared, terms, contract.layer)
            if clauses and not by_law and len(declared.options) > 1:
                # What states something of it takes part, too.
                stated = (Clause(contract.name, number) for number in stating(contract, declared))
                laws = list(laws_stating(program, declared))
                told = tuple(dict.fromkeys((*clauses, *stated)))
                # So does the duty whose breach is read more or less widely, or to do what one way waits for, and what
                # has to yield in one way.
                rules = read.get(declared.name, ())
                turning = (
                    index
                    for each in rules
                    for index in (*sorted(turned_on(program, each)), *_waited_for(program, each))
                )
                duties = dict.fromkeys((*turning, *_yielding(program, contract, declared.name)))
                ends = _ends_waited_for(contract, rules)
                beside = [*clauses_of(program.rules[index] for index in duties), *ends, *laws]
                yield _Unchosen(declared, told, laws, beside, taken.get(declared.name))


def _waited_for(program: Program, rule: Rule) -> Iterator[int]:
    """Yield the duties of an agreement to do what a norm of it waits for."""
    awaited = {
        part.name
        for expr in (rule.norm.when, rule.norm.unless)
        for part in walk(expr)
        if isinstance(part, Happened)
    }
    for each in agreed(program, rule.home):
        if isinstance(each.norm, Obligation) and each.act_name in awaited:
            yield each.index


def _yielding(program: Program, contract: Contract, reading: str) -> Iterator[int]:
    """Yield the agreed norms that have to yield in one way in which a document is read: to a norm that is there in that
    way, or because what goes before them does so in that way.
    """
    for priority in contract.priorities:
        by = meant(program, priority.by, contract.name)
        option = (*priority.option, *(chosen for index in by for chosen in program.rules[index].option))
        if _reads(priority.when, reading) or any(each.reading == reading for each in option):
            over = sorted(meant(program, priority.over, contract.name))
            yield from (index for index in over if program.rules[index].home)


def _ends_waited_for(contract: Contract, rules: Iterable[Rule]) -> list[Clause]:
    """Return the clauses on the term of an agreement, where a norm of it waits until that has run out."""
    waiting = any(("agreement", "expired") in states_in(rule.norm.when) for rule in rules)
    terms = (each.clause for each in contract.life if each.how == "lasts") if waiting else ()
    return [Clause(contract.name, each) for each in dict.fromkeys(terms)]


def _hanging_on_readings(contract: Contract) -> dict[str, dict[Clause, None]]:
    """Return, for each reading, the clauses of which something is there, or holds, in one option of it only. The
    reading takes part by its name: one clause may be read in several ways in several respects.
    """
    found: dict[str, dict[Clause, None]] = {}

    def hangs(clause: str, reading: str) -> None:
        found.setdefault(reading, {})[Clause(contract.name, clause, reading)] = None

    for each in (*contract.norms, *contract.amounts, *contract.life, *contract.priorities, *contract.fills):
        for chosen in each.option:
            hangs(each.clause, chosen.reading)
    for clause, expr in sentences(contract):
        for part in walk(expr):
            if isinstance(part, Chosen):
                hangs(clause.clause, part.reading)
    return found


def _told(telling: Telling, together: list[_Unchosen]) -> Finding:
    declared, _, laws, _, taken = together[0]
    clauses = [clause for each in together for clause in each.clauses]
    beside = [clause for each in together for clause in each.beside]
    where = telling.clauses(clauses)
    name = telling.name(declared.name)
    ways = [_called(telling, declared, each.name) for each in declared.options]
    if taken is None:
        unless = Said(
            "Until one is chosen, what hangs on it is open.", "未作选择的，取决于此的问题均属未定。"
        )
    else:
        way = _called(telling, declared, taken)
        unless = Said(f"Unless another is chosen, {way.en} is taken.", f"未作选择的，取{way.zh}。")
    if laws:
        law = telling.clauses(laws)
        unless = Said(
            f"{law.en} {agreeing(law, 'bears', 'bear')} on it and {agreeing(law, 'leaves', 'leave')} it open."
            f" {unless.en}",
            f"{law.zh}与此有关，但未予确定。{unless.zh}",
        )
    return Finding(
        "gap", tuple(dict.fromkeys((*clauses, *beside))),
        Said(
            f"{where.en} may be read in more than one way ({name.en}): as {' or as '.join(each.en for each in ways)};"
            f" nothing says which is meant. {unless.en}",
            f"{where.zh}可作不同理解（{name.zh}）：{'或'.join(each.zh for each in ways)}，文本未写明取哪一种。"
            f"{unless.zh}",
        ),
        settles=(
            Said(f"say in the text which is meant, or choose {name.en} in the account",
                 f"在文本中写明其意，或在账户中选定“{name.zh}”"),
        ),
        detail={"what": "reading", "reading": declared.name},
    )  # fmt: skip


def _called(telling: Telling, declared: ReadingDecl, option: str) -> Said:
    way = telling.option(declared.name, option)
    return Said(f"“{way.en.strip('“”')}”", f"“{way.zh.strip('“”')}”")
