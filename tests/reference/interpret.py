"""Questions and their answers: every case walked from the beginning, and what they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import ReadingDecl
from engine.dates import spoken
from engine.decision import Item
from engine.event import Event, Instant, Ledger
from engine.question import AmountOfSum, InBreachOf, LastDay, May, Renewed, StateOf, TimeBarred, WhoBears
from engine.terms import Terms
from tests.reference import basis, claims, documents, facts, grounds, life, norms, open_items, sums
from tests.reference.cases import LIMIT, Case, Unknown, every_case, items_that_matter
from tests.reference.world import World

Asked = May | InBreachOf | StateOf | AmountOfSum | LastDay | TimeBarred | WhoBears | Renewed


@dataclass(frozen=True)
class Outcome:
    """What one case says; of a value that is open even then, what it hangs on."""

    answer: str
    required: bool = False
    hangs_on: Item | None = None


@dataclass(frozen=True)
class Told:
    """What all cases say together."""

    answer: str
    required: bool
    missing: frozenset[Item]
    could_be: frozenset[str]
    assumes: frozenset[tuple[str, str]]


def interpret(contracts: Iterable[Contract], terms: Terms, ledger: Ledger, question: Asked,
              known_at: Instant | None = None, most: int = LIMIT) -> Told:  # fmt: skip
    """Answer a question by the letter of the semantics, in at most so many cases."""
    documents = tuple(contracts)
    cases = _cases(documents, terms, ledger, question, known_at, {}, most)
    told = _told(cases)
    assumes = set()
    for reading, default in {pair for case, _ in cases for pair in case.defaults.items()}:
        declared = next(each.declarations[reading] for each in documents if reading in each.declarations)
        assert isinstance(declared, ReadingDecl)
        for option in declared.options:
            if option.name != default:
                taken = {reading: option.name}
                other = _told(_cases(documents, terms, ledger, question, known_at, taken, most))
                if (other.answer, other.required) != (told.answer, told.required):
                    assumes.add((reading, default))
    return Told(told.answer, told.required, told.missing, told.could_be, frozenset(assumes))


Cases = list[tuple[Case, Outcome]]


def _cases(documents: tuple[Contract, ...], terms: Terms, ledger: Ledger, question: Asked, known_at: Instant | None,
           taken: dict[str, str], most: int) -> Cases:  # fmt: skip
    known = grounds.with_allegations(documents, ledger.as_known(known_at))
    known = [fact for fact in known if facts.is_knowledge(fact) or fact.effect_at <= question.at]
    return every_case(
        lambda case: _answer(
            World(documents, terms, case, known, question.at, taken, partial(_is_asked_about, question)),
            question,
        ),
        most,
    )


def _told(cases: Cases) -> Told:
    answers = {outcome.answer for _, outcome in cases if outcome.hangs_on is None}
    hanging = {outcome.hangs_on for _, outcome in cases if outcome.hangs_on is not None}
    if len(answers) == 1 and not hanging:
        required = all(outcome.required for _, outcome in cases)
        return Told(answers.pop(), required, frozenset(), frozenset(), frozenset())
    missing = items_that_matter([(case, outcome.answer) for case, outcome in cases])
    return Told("undetermined", False, frozenset(missing | hanging), frozenset(answers), frozenset())


def _is_asked_about(question: Asked, fact: Event) -> bool:
    """`May` sees everything up to its instant, or up to the very act asked about where that is done at it."""
    return isinstance(question, May) and (fact.name, fact.actor, fact.effect_at) == (
        question.act,
        question.party,
        question.at,
    )


def _answer(world: World, question: Asked) -> Outcome:
    world.walk()
    match question:
        case May():
            act = Event(
                "",
                question.act,
                question.party,
                question.at,
                question.at,
                dict(question.fields),
                effect_at=question.at,
            )
            return Outcome(*basis.may(world, act))
        case InBreachOf():
            return Outcome(_in_breach(world, question))
        case StateOf():
            document = _agreement(world, question.document)
            in_law = question.state == "agreement" or world.is_in_law(question.state)
            value = world.state(question.state, document if in_law else "")
            return _told_value(value)
        case AmountOfSum():
            asked = sums.asked if sums.is_a_sum(world, question.name) else sums.unpaid
            return _told_value(asked(world, question.name, question.about, question.document))
        case Renewed():
            return Outcome("yes" if _agreement(world, question.document) in world.renewed else "no")
        case WhoBears():
            return Outcome(claims.bearer_of_loss(world, question.about) or "no_basis")
        case LastDay(None):
            document = _agreement(world, question.document)
            end, blank = world.last_end.get(document), life.blank_term(world, document)
            # Nobody can tell the last day of a term that was left to be filled in.
            return (
                _told_value(open_items.unknown("blank", blank)) if end is None and blank else _last_day(end)
            )
        case LastDay(str(), bar=True):
            return _last_day(claims.barred_from(world, str(question.norm), question.about or ""))
        case LastDay():
            there, end = claims.end_of_duty(world, str(question.norm), question.about)
            return Outcome("open") if there and end is None else _last_day(end)
        case TimeBarred():
            end = claims.barred_from(world, question.norm, question.about or "")
            if not claims.speaks_of_limitation(world):
                return Outcome("no_basis")
            return Outcome("yes" if end is not None and end <= world.now else "no")


def _agreement(world: World, document: str | None) -> str:
    return document or documents.agreements(world)[0]


def _last_day(end: Instant | None) -> Outcome:
    return Outcome("none" if end is None else spoken(end))


def _told_value(value: Any) -> Outcome:
    return Outcome("", hangs_on=value.item) if isinstance(value, Unknown) else Outcome(str(value))


def _in_breach(world: World, question: InBreachOf) -> str:
    found = [each for each in world.breaches if norms.is_called(each.norm, question.norm)
             and question.document in (None, each.norm.document, documents.without_version(each.norm.document))
             and facts.did(each.by, question.party)]  # fmt: skip
    if any(each.is_open for each in found):
        return "yes"
    return "cured" if any(each.cured_at is not None for each in found) else "no"
