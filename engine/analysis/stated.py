"""What laws state of readings, questions, blanks and acts, and which of them turn on how another is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl, Declaration, OccurrenceDecl, QuestionDecl, ReadingDecl
from contractlang.expression import Answer, Chosen
from contractlang.norms import Norm
from engine.analysis.finding import Clause
from engine.analysis.listing import under_its_layers
from engine.analysis.plain import parts_of, questions_of
from engine.program import Place, Program, Rule
from engine.targets import Documents
from engine.walk import walk


def readings_stated(program: Program, readings: Iterable[str]) -> Iterator[Place]:
    """Yield where laws state that some readings are theirs."""
    for name in sorted(readings):
        yield from (each[:2] for each in laws_stating(program, program.declarations[name]))


def laws_stating(program: Program, declared: Declaration) -> tuple[Clause, ...]:
    """Return the sentences of law that state something of a reading, a question, a blank or an act."""
    return _laws_stating(program, _CALLED.get(type(declared)), declared.name, declared.alias)


@lru_cache(maxsize=128)
def _laws_stating(program: Program, what: str | None, name: str, alias: str) -> tuple[Clause, ...]:
    names = [each for each in (name, alias) if each]
    near = (law for law, text in _remarks_of_laws(program) if any(each in text for each in names))
    return tuple(Clause(law.name, clause) for law in near for clause in _stating(law, what, name, alias))


@lru_cache(maxsize=4)
def _remarks_of_laws(program: Program) -> list[tuple[Contract, str]]:
    """Return each law with all its remarks as one text: most say nothing of a name."""
    laws = (each for each in program.contracts if each.kind == "law")
    return [(law, "\n".join(each.text for each in law.remarks)) for law in laws]


def stating(contract: Contract, declared: Declaration) -> Iterator[str]:
    """Yield the clauses of a document that state something of what is declared, as in `question timely`."""
    return _stating(contract, _CALLED.get(type(declared)), declared.name, declared.alias)


def _stating(contract: Contract, what: str | None, *names: str) -> Iterator[str]:
    words = "|".join(re.escape(word) for word in names if word)
    named = re.compile(rf"(?:{what})(?:{words})(?!\w)")
    for remark in contract.remarks if what else ():
        if remark.how != "see" and named.search(remark.text):
            yield remark.clause


_CALLED = {
    ReadingDecl: r"\breading |解释",
    QuestionDecl: r"\bquestion |问题",
    BlankDecl: r"\bblank |空白",
    OccurrenceDecl: r"\bact |\bevent |行为|事件",
}


def hanging_on_the_same(program: Program, rule: Rule, place: Place) -> list[Clause]:
    """Return the other sentences of law that speak of what hangs on a human or a reading where one takes from a norm:
    whether such a rule voids what is agreed, and what it is if it does not; whether a term was pointed out. So do those
    that take from it on the same question, and those that speak of a reading of the norm itself that is not chosen.
    """
    taking = dict(_taking(program).get(id(rule.norm), {}))
    readings, questions = _hanging(taking.pop(place, ()))
    taken = program.taken(under_its_layers(program)).options
    readings |= {each.reading for each in rule.option if taken.get(each.reading) is None}
    names = dict.fromkeys((*sorted(readings), *questions))
    found = [each for name in names for each in laws_stating(program, program.declarations[name])]
    found += [law for law, read in _laws_reading(program) if read & readings]
    for other, asked in taking.items():
        also_read, also_asked = _hanging(asked)
        if readings & also_read or questions.keys() & also_asked.keys():
            found.append(Clause(*other))
    return [each for each in dict.fromkeys(found) if each[:2] != place]


def speaking_of_questions(program: Program, rules: Iterable[Rule]) -> list[Clause]:
    """Return the sentences of law that state something of a question to humans on which some norms hang."""
    names = dict.fromkeys(name for rule in rules for name in questions_of(rule.norm))
    return [each for name in names for each in laws_stating(program, program.declarations[name])]


@lru_cache(maxsize=4)
def _taking(program: Program) -> dict[int, dict[Place, list[object]]]:
    """Return, for each norm by its identity, the sentences that limit, void or go before it, each with the parts of its
    conditions.
    """
    documents = Documents(program.contracts)
    found: dict[int, dict[Place, list[object]]] = {}
    for contract in program.contracts:
        for priority in contract.priorities:
            parts, place = [*walk(priority.when)], (contract.name, priority.clause)
            for norm in documents.meant(priority.over, contract.name):
                found.setdefault(id(norm), {}).setdefault(place, []).extend(parts)
    return found


def _hanging(parts: Iterable[object]) -> tuple[set[str], dict[str, None]]:
    """Return the readings and the questions among the parts of a condition."""
    parts = tuple(parts)
    readings = {part.reading for part in parts if isinstance(part, Chosen)}
    return readings, dict.fromkeys(part.question for part in parts if isinstance(part, Answer))


@lru_cache(maxsize=4)
def _laws_reading(program: Program) -> list[tuple[Clause, frozenset[str]]]:
    """Return the norms of law that turn on readings, each by its clause, with the readings that it turns on."""
    laws = (each.norm for each in program.rules if not each.home)
    read = ((Clause(norm.document, norm.clause), _readings_of(norm)) for norm in laws)
    return [each for each in read if each[1]]


def _readings_of(norm: Norm) -> frozenset[str]:
    return frozenset(part.reading for part in parts_of(norm) if isinstance(part, Chosen))
