"""The open items: readings, questions, blanks, allegations, fields that were not given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl, StateDecl, TypeDecl
from contractlang.expression import And, Const, Expr, IsBlank, Not, Or
from contractlang.kinds import FLAG, Kind
from contractlang.norms import Fill
from contractlang.values import Period
from engine.decision import Item
from engine.event import ANSWER, DISPUTE, Event
from tests.reference import documents, ranks, values
from tests.reference.cases import Unknown

if TYPE_CHECKING:
    from tests.reference.world import World

YES_OR_NO = (True, False)
ENDLESS = "endless"
"""What a blank period may be, beside one unit."""


def unknown(kind: str, name: str, about: str | None = None) -> Unknown:
    """Return the unknown number that an item stands for."""
    return Unknown(Item(kind, name, about))


def option_of(world: World, reading: str) -> str:
    """Return the option a reading is taken in: as agreed, by default, or as the case says."""
    if reading in world.taken:
        return world.taken[reading]
    if reading in world.terms.readings:
        return world.terms.readings[reading]
    declared = world.declared[reading]
    assert isinstance(declared, ReadingDecl)
    default = _default(world, declared)
    if default is not None:
        world.case.defaults[reading] = default
        return default
    return str(world.case.ask(Item("reading", reading), tuple(each.name for each in declared.options)))


def _default(world: World, declared: ReadingDecl) -> str | None:
    """Return the default of a reading: that of a layer asked for, else the one that holds in all; the first written."""
    general = None
    for option in declared.options:
        for default in option.defaults:
            if default.when is not None and not _is_so(world, default.when):
                continue
            if default.layer is None:
                general = general or option.name
            elif default.layer in world.terms.layers:
                return option.name
    return general


def _is_so(world: World, condition: Expr) -> bool:
    """Tell whether the condition of a default is true: it asks which blanks the account leaves blank."""
    match condition:
        case IsBlank():
            return filling(world, condition.name) is None
        case And():
            return all(_is_so(world, each) for each in condition.parts)
        case Or():
            return any(_is_so(world, each) for each in condition.parts)
        case Not():
            return not _is_so(world, condition.part)
        case _:
            assert isinstance(condition, Const)
            return bool(condition.value)


def answer(world: World, question: str, about: str | None, done: bool = True) -> Any:
    """Return the answer to a question: agreed, known, presumed (perhaps only of what is not done), or as the case says.

    What is known of a question holds for every instant, or from its `since`; the last recorded counts, of those about
    the thing, else of those about nothing.
    """
    if question in world.terms.answers:
        return world.terms.answers[question]
    declared = world.declared[question]
    assert isinstance(declared, QuestionDecl)
    told = [fact for fact in world.knowledge if fact.fields.get("question") == question
            and fact.fields.get("about") in (about, None)]  # fmt: skip
    for fact in told:
        world.wake(fact.fields.get("since"))
    answers = [
        fact for fact in told if fact.name == ANSWER and fact.fields.get("since", world.now) <= world.now
    ]
    answers = [each for each in answers if each.fields.get("about") == about] or answers
    if answers and answers[-1].fields.get("value") is not None:
        return answers[-1].fields["value"]
    disputed = any(fact.name == DISPUTE for fact in told)
    presumed = declared.presumption(done)
    if presumed is not None and not disputed and not answers:
        return presumed
    return ask(
        world, Item("question", question, about), declared.kind, tuple(each.name for each in declared.options)
    )


def ask(world: World, item: Item, kind: Kind, options: tuple[str, ...] = ()) -> Any:
    """Ask the case for a value of a kind; a number stays unknown."""
    if kind == FLAG:
        return world.case.ask(item, YES_OR_NO)
    if kind.name == "one of" and not options:
        declared = world.declared.get(kind.of)
        if isinstance(declared, StateDecl | TypeDecl | QuestionDecl):
            options = tuple(each.name for each in declared.options)
    return world.case.ask(item, options) if options else Unknown(item)


def happened(world: World, alleged: Event) -> bool:
    """Tell whether what is alleged happened: what the ground of a notice alleges, if its questions are answered yes."""
    if alleged.settled_by:
        return all(answer(world, each, alleged.id) for each in alleged.settled_by)
    return bool(world.case.ask(Item("event", alleged.id), YES_OR_NO))


def is_filled(world: World, name: str) -> bool:
    """Tell whether something fills a blank: a setting, an answer, or what a law or supplement says of it."""
    return filling(world, name) is not None or said_of(world, name) is not None


def said_of(world: World, name: str) -> Fill | None:
    """Return what a law or supplement says now that fills a blank: what weighs more first."""
    fills = [each for contract in world.contracts for each in contract.fills if each.blank == name]
    fills.sort(key=lambda each: -ranks.weight(each.standing))
    return next((each for each in fills if documents.stands(world, each)), None)


def filling(world: World, name: str) -> Any:
    """Return what is set for a blank, or answered of it, or None. Settings do not fill a gap, answers do."""
    if name in world.terms.answers:
        return world.terms.answers[name]
    declared = world.declared[name]
    assert isinstance(declared, BlankDecl)
    return None if declared.gap else world.terms.blanks.get(name)


def blank(world: World, name: str, kind: Kind, env: values.Env) -> Any:
    """Return the value of a blank: what fills it; a period is one unit or endless; other numbers are unknown."""
    filled = filling(world, name)
    if filled is not None:
        return Period(filled, kind.of) if kind.name == "duration" and isinstance(filled, int) else filled  # type: ignore[arg-type]
    fill = said_of(world, name)
    if fill is not None:
        return values.value(world, fill.value, env, fill.document)
    item = Item("blank", name)
    if kind.name == "duration":
        if name in world.terms.blanks and not world.declared[name].gap:  # type: ignore[union-attr]
            return ENDLESS  # The account says that it stays blank.
        return world.case.ask(item, (Period(1, kind.of or "days"), ENDLESS))  # type: ignore[arg-type]
    return ask(world, item, kind)
