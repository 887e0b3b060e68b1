"""From a world that the solver found to a dated ledger, and back to the engine: what it says of that history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice, product
from typing import Any

from contractlang.declaration import OccurrenceDecl, PartyDecl, ThingDecl
from contractlang.kinds import Kind
from contractlang.values import Money
from engine.account import Account
from engine.analysis.days import FIRST_DAY, is_workday
from engine.analysis.finding import Witness
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Happening
from engine.analysis.solver import Model
from engine.analysis.tally import HORIZON
from engine.analysis.world import World
from engine.dates import day_of, parse_instant
from engine.decision import Decision
from engine.errors import EngineError
from engine.event import BOTH, Ledger
from engine.intake import checked
from engine.program import Program
from engine.question import AmountOfSum, InBreachOf, May, Question
from engine.settings import terms_from
from engine.written_events import event_from

_MOST_ANSWERS = 8
"""How many ways of answering otherwise are looked at."""


@dataclass(frozen=True)
class History:
    """A world made definite: entries of a ledger, the account's settings, and the act, sum or breach asked about."""

    entries: tuple[dict[str, Any], ...]
    settings: dict[str, Any]
    readings: dict[str, str]
    answers: dict[str, Any]
    asked: dict[str, Any]
    beside: tuple[dict[str, Any], ...] = ()
    """Other acts that are asked about at the same moment."""

    def ask(self, program: Program, layers: tuple[str, ...]) -> Decision:
        """Return what the engine says of the act, sum or breach asked about, on this history, by a program's documents.

        What the documents do not know of the settings is left out: another set of documents asks for less.
        """
        return account_of(self, program, layers).decide(question_of(self, program))


def question_of(history: History, program: Program) -> Question:
    """Return what is asked at the end of a history."""
    asked, at = history.asked, parse_instant(history.asked["at"])
    if "sum" in asked:
        return AmountOfSum(asked["sum"], at, asked.get("about"), asked["document"])
    if "norm" in asked:
        return InBreachOf(asked["by"], asked["norm"], at, asked["document"])
    fields = {name: value for name, value in asked.items() if name not in ("by", "act", "at")}
    name = program.acts[asked["act"]].name
    made = event_from(
        program, {"id": "?", "name": name, "at": asked["at"], "by": asked["by"], **fields}, "witness"
    )
    return May(asked["by"], name, at, made.fields)


def account_of(history: History, program: Program, layers: tuple[str, ...]) -> Account:
    """Return the account that a history is of, by a program's documents."""
    return _account(_Facts(history), program, layers)


class _Facts:
    """What an account is made of, whatever is asked of it."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._said = repr((history.entries, history.settings, history.readings, history.answers))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Facts) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)


@lru_cache(maxsize=16)
def _account(facts: _Facts, program: Program, layers: tuple[str, ...]) -> Account:
    """Return an account, with the positions that it has come to: several questions are often about the same facts, or
    some more of them.
    """
    history = facts.history

    def said(given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name.partition(".")[0] in program.called}

    terms = terms_from(program, said(history.settings), layers, said(history.readings), said(history.answers))
    # What a default reading comes to is all that is asked: not what the others would.
    by_default = {name: option for name, (option, *_) in program.taken(terms).by_default.items()}
    terms = terms.with_(readings=by_default)
    events = [
        event_from(program, entry, "witness") for entry in history.entries if entry["name"] in program.touches
    ]
    account = Account(program, terms, checked(program, events) if events else Ledger())
    before = _before(program, layers, repr((history.settings, history.readings, history.answers)))
    if before:
        account.line().share(before[0].line())
    before[:] = [account]
    return account


@lru_cache(maxsize=16)
def _before(program: Program, layers: tuple[str, ...], said: str) -> list[Account]:
    """Return the last account of which the same was said."""
    return []


def history_of(world: World | Fragment, model: Model, *acts: Happening) -> History:
    """Return the history that a world is, and the acts asked about at its end."""
    words = {number: text for text, number in world.codes.items()}
    ids = {each.id: f"e{place}" for place, (each, _) in enumerate(model.happenings, 1)}

    def told(of: Happening) -> dict[str, Any]:
        declared = world.program.declarations[of.name]
        assert isinstance(declared, OccurrenceDecl)
        found: dict[str, Any] = {}
        for param in declared.params:
            term = of.fields[param.name].term
            if isinstance(term, Happening):
                if term.id in ids:
                    found[param.name] = ids[term.id]
                continue
            found[param.name] = _value(model, term, param.kind, words)
        return {name: value for name, value in found.items() if value is not None}

    entries = tuple(
        {
            "id": ids[each.id], "name": each.name, "at": _instant(at), **told(each),
            **({"by": each.actor} if each.actor is not None else {}),
        }
        for each, at in model.happenings
    )  # fmt: skip
    settings: dict[str, Any] = {}
    kind: Kind
    for name, blank in world.blanks.items():
        declared = world.program.declarations.get(name)
        if declared is not None and name not in world.program.gaps and blank.known is not True:
            filled = model.truth(blank.known)
            kind = getattr(declared, "kind", Kind("text"))
            value = _value(model, blank.term, kind, words)
            settings[name] = ("other" if value is None and kind.name == "text" else value) if filled else None
    for name, given in world.terms.blanks.items():
        settings[name] = _written(given, getattr(world.program.declarations[name], "kind", Kind("text")))
    for name, value in world.attributes.items():
        settings[name] = _value(model, value.term, _kind_of_attribute(world.program, name), words)
    for name, value in world.firsts.items():
        kind = getattr(world.program.declarations[name], "kind", Kind("text"))
        settings[name] = _value(model, value.term, kind, words)
    readings = dict(world.terms.readings) | {
        name: words[model.number(term)] for name, term in world.readings.items()
    }
    answers: dict[str, Any] = {}
    for name, term in world.answers.items():
        question = world.program.questions[name]
        if question.kind.name == "flag":
            answers[name] = model.truth(term)
        elif question.options:
            answers[name] = words[model.number(term)]
        elif question.kind.name in ("money", "count"):
            answers[name] = _value(model, term, question.kind, words)
    asked, *beside = [
        {"by": act.actor or BOTH, "act": act.name, "at": _instant(model.now), **told(act)} for act in acts
    ] or [{"at": _instant(model.now)}]
    return History(
        entries,
        settings,
        readings,
        answers,
        asked,
        tuple(beside),
    )


def _kind_of_attribute(program: Program, name: str) -> Kind:
    owner, _, attribute = name.partition(".")
    declared = program.declarations[owner]
    assert isinstance(declared, PartyDecl | ThingDecl)
    return next(each.kind for each in declared.attributes if each.name == attribute)


def witness(history: History, verdicts: dict[str, Decision]) -> Witness:
    """Return a history together with what the engine said of it under each set of layers."""
    return Witness(
        history.entries, history.settings, history.readings, history.answers, history.asked,
        {layers: answer_of(decision) for layers, decision in verdicts.items()},
    )  # fmt: skip


def answer_of(decision: Decision) -> str:
    """Return an answer of the engine as a witness holds it: of a sum of money, its minor units."""
    return str(decision.value) if decision.answer == "value" else decision.answer


def replayed(history: History, program: Program, layers: tuple[str, ...]) -> Decision | None:
    """Return the engine's answer, or None where the history is no ledger that the documents can take."""
    try:
        return history.ask(program, layers)
    except (EngineError, ValueError):
        # A text that is read as a day or a period (`no later than the billing period`) may be any text in a world.
        return None


def knows(program: Program, history: History) -> bool:
    """Tell whether a program has all that happens in a history, and all that is filled in and answered in it."""
    said = (*history.settings, *history.readings, *history.answers)
    return all(name.partition(".")[0] in program.called for name in said) and all(
        entry["name"] in program.touches for entry in history.entries
    )


def answering(
    history: History, program: Program, layers: tuple[str, ...], questions: Iterable[str]
) -> Iterator[History]:
    """Yield the history with other answers: to the questions on which what it asks hangs, if it hangs on nothing else;
    or to one of some questions that it is about.
    """
    decision = replayed(history, program, layers) if "act" in history.asked else None
    missing = decision.missing if decision is not None else ()
    if missing and all(each.kind == "question" for each in missing):
        names = list(dict.fromkeys(each.name for each in missing))
        ways = product(*(_options_of(program, name) for name in names))
        given = (dict(zip(names, way, strict=True)) for way in ways)
    else:
        given = ({name: option} for name in questions for option in _options_of(program, name))
    for answers in islice(given, _MOST_ANSWERS):
        if not answers.items() <= history.answers.items():
            yield replace(history, answers={**history.answers, **answers})


def later(history: History, program: Program, layers: tuple[str, ...]) -> Iterator[History]:
    """Yield the history with its question put later: on the first working day on which, as the engine says, time alone
    may have changed the answer; nothing where it never does within what is searched.
    """
    days = _days_to_change(history, program, layers)
    if days is not None:
        yield from _asked_later(history, days)


def done_later(history: History, program: Program, layers: tuple[str, ...]) -> Iterator[History]:
    """Yield the history with its last act, and its question, put later: to the day on which time alone may have let
    the act be done, if as the engine says it may not be done when it is.
    """
    *before, last = history.entries or ({},)
    if "by" not in last:
        return
    act = {"act": last["name"], **{name: value for name, value in last.items() if name not in ("id", "name")}}
    then = replace(history, entries=tuple(before), asked=act, beside=())
    decision = replayed(then, program, layers)
    days = _days_to_change(then, program, layers)
    if days is not None and decision is not None and decision.answer != "permitted":
        moved = _put_off(last, timedelta(days=days))
        yield from _asked_later(replace(history, entries=(*before, moved)), days)


def _days_to_change(history: History, program: Program, layers: tuple[str, ...]) -> int | None:
    """Return after how many days time alone may have changed the answer; None where it never does."""
    decision = replayed(history, program, layers) if "act" in history.asked else None
    until = decision.holds_until if decision is not None else None
    return max((day_of(until) - _asked_on(history)).days, 1) if until is not None else None


def _asked_later(history: History, days: int) -> Iterator[History]:
    """Yield the history with its question so many days later, or on the next working day, within what is searched."""
    asked_on = _asked_on(history)
    first = (asked_on - FIRST_DAY).days + days
    day = next(filter(is_workday, range(first, HORIZON)), None)
    if day is not None:
        by = FIRST_DAY + timedelta(days=day) - asked_on
        beside = tuple(_put_off(each, by) for each in history.beside)
        yield replace(history, asked=_put_off(history.asked, by), beside=beside)


def _asked_on(history: History) -> date:
    return day_of(parse_instant(history.asked["at"]))


def _put_off(asked: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """Return what is asked, or happens, with every day and moment in it so much later."""
    return {name: _moved(value, by) for name, value in asked.items()}


def _moved(value: Any, by: timedelta) -> Any:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return (moment + by).strftime("%Y-%m-%dT%H:%M" if "T" in value else "%Y-%m-%d")


def _options_of(program: Program, question: str) -> tuple[Any, ...]:
    declared = program.questions[question]
    return (False, True) if declared.kind.name == "flag" else tuple(each.name for each in declared.options)


def _instant(minute: int) -> str:
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day)
    return (start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M")


def _written(given: Any, kind: Kind) -> Any:
    """Return a value that fills a blank, as settings write it."""
    if kind.name == "money":
        return str(Money(given, kind.of or "CNY"))
    return given if isinstance(given, int) else str(given)


def _value(model: Model, term: Any, kind: Kind, words: dict[int, str]) -> Any:
    match kind.name:
        case "flag":
            return model.truth(term)
        case "money":
            return str(Money(model.number(term), kind.of or "CNY"))
        case "count" | "duration":
            return model.number(term)
        case "day":
            return (FIRST_DAY + timedelta(days=model.number(term))).isoformat()
        case "instant":
            return _instant(model.number(term))
        case "one of":
            return words.get(model.number(term))
        case "occurrence":
            return None
        case _:
            number = model.number(term)
            return words.get(number, "other" if number >= 0 else None)
