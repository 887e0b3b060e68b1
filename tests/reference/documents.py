"""Documents together: what belongs to which agreement, which text governs, and when a sentence stands at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from contractlang.contract import Contract
from contractlang.expression import Chosen
from contractlang.norms import Standing
from engine.dates import end_of, start_of
from engine.decision import Item
from engine.event import Event, Instant
from tests.reference import norms, open_items

if TYPE_CHECKING:
    from tests.reference.world import Thing, World


class Sentence(Protocol):
    """Anything that a clause says: a norm, a sum, a priority, the end of a power, the life of an agreement."""

    @property
    def document(self) -> str: ...
    @property
    def clause(self) -> str: ...
    @property
    def option(self) -> tuple[Chosen, ...]: ...
    @property
    def standing(self) -> Standing: ...


# ---- What belongs together ------------------------------------------------------------------------------------------


def without_version(name: str) -> str:
    """Return the name of a document without its version: `voip-1@2` is a version of `voip-1`."""
    return name.partition("@")[0]


def home(world: World, document: str) -> str:
    """Return the agreement that a document is, or supplements; the empty text for a law."""
    contract: Contract | None = world.contract(document)
    while contract is not None and contract.kind == "supplement":
        contract = amended(world, contract)
    return without_version(contract.name) if contract is not None and contract.kind == "agreement" else ""


def amended(world: World, contract: Contract) -> Contract | None:
    """Return the document that a supplement amends."""
    if contract.kind != "supplement":
        return None
    return next((each for each in world.contracts
                 if contract.amends in (each.name, without_version(each.name))), None)  # fmt: skip


def agreements(world: World) -> list[str]:
    """Return the agreements of the account in their order."""
    return list(
        dict.fromkeys(without_version(each.name) for each in world.contracts if each.kind == "agreement")
    )


def versions(world: World, agreement: str) -> list[Contract]:
    """Return the versions of an agreement."""
    return [
        each
        for each in world.contracts
        if each.kind == "agreement" and without_version(each.name) == agreement
    ]


def is_law(world: World, document: str) -> bool:
    """Tell whether a document is one that the parties have not agreed."""
    return home(world, document) == ""


def are_one(world: World, one: str, other: str) -> bool:
    """Tell whether two documents are parts of one agreement, or the first is a law, which speaks of all documents."""
    return is_law(world, one) or home(world, one) == home(world, other)


def keeper(world: World, document: str) -> str:
    """Return the agreement whose states in law a document speaks of: its own; for a law the first that is in force."""
    if not document or home(world, document):
        return document and home(world, document)
    named = agreements(world)
    return next(
        (each for each in named if world.state("agreement", each) == "in_force"), next(iter(named), "")
    )


# ---- Text -----------------------------------------------------------------------------------------------------------


def arose_at(world: World, thing: Thing) -> Instant:
    """Return when an occurrence took effect, or a breach started; of nothing, the instant asked about."""
    if thing is None:
        return world.now
    return thing.effect_at if isinstance(thing, Event) else thing.at


def text_governs(world: World, document: str, clause: str, moment: Instant) -> bool:
    """Tell whether what arose at a moment is judged by a clause, or by another text that has taken its place."""
    contract = world.contract(document)
    if contract.kind == "supplement" and not _supplement_governs(world, contract, moment):
        return False
    if contract.kind == "agreement" and version_at(world, home(world, document), moment) != document:
        return False
    return not any(_supplement_governs(world, each, moment) for each in world.contracts
                   if _changes(world, each, document, clause))  # fmt: skip


def _changes(world: World, supplement: Contract, document: str, clause: str) -> bool:
    """Tell whether a supplement replaces or repeals a clause of a document: the nearest beneath it that has it."""
    below = amended(world, supplement)
    while below is not None and below.clause(clause) is None:
        below = amended(world, below)
    return (
        below is not None
        and below.name == document
        and any(each.target == clause for each in supplement.changes)
    )


def _supplement_governs(world: World, supplement: Contract, moment: Instant) -> bool:
    begins = _begins(world, supplement)
    world.wake(begins)
    if begins is None or begins > world.now:
        return False
    if supplement.valid_to is not None:
        world.wake(end_of(supplement.valid_to))
        if moment >= end_of(supplement.valid_to):
            return False
    return supplement.retroactive or begins <= moment


def _begins(world: World, supplement: Contract) -> Instant | None:
    """Return since when a supplement is a text at all; None while what it waits for has not happened."""
    first: Instant = -(1 << 62) if supplement.valid_from is None else start_of(supplement.valid_from)
    if all(each.how != "takes_effect" for each in supplement.life):
        return first
    took = world.took_effect.get(supplement.name)
    return None if took is None else max(first, took)


def version_at(world: World, agreement: str, moment: Instant) -> str:
    """Return the version that the account was under: the one it migrated to last, or that of its first day."""
    migrated = [version for of, at, version in world.migrations if of == agreement and at <= moment]
    if migrated:
        return _numbered(agreement, migrated[-1])
    if agreement in world.terms.versions:
        return _numbered(agreement, world.terms.versions[agreement])
    held = versions(world, agreement)
    first = world.asked_at if world.dawn is None else world.dawn
    return next((each.name for each in held if _is_on(each.valid_from, each.valid_to, first)), held[0].name)


def _numbered(agreement: str, version: str) -> str:
    return agreement if version in ("", "1") else f"{agreement}@{version}"


def _is_on(first: date | None, last: date | None, moment: Instant) -> bool:
    return (first is None or start_of(first) <= moment) and (last is None or moment < end_of(last))


# ---- Sentences ------------------------------------------------------------------------------------------------------


def stands(world: World, sentence: Sentence, thing: Thing = None) -> bool:
    """Tell whether a sentence is there: its readings taken, the day one of its days, its text the one that governs."""
    return (
        norms.is_chosen(world, sentence)
        and is_valid(world, sentence)
        and text_governs(world, sentence.document, sentence.clause, arose_at(world, thing))
    )


def is_valid(world: World, sentence: Sentence) -> bool:
    """Tell whether the day is one on which a sentence is in force; of another version of a law that is not known."""
    standing, contract = sentence.standing, world.contract(sentence.document)
    first, last = standing.valid_from, standing.valid_to
    if contract.kind != "law":
        # An agreement's own days are those on which it is signed; those of a supplement are its text's.
        first = None if first == contract.valid_from else first
        last = None if last == contract.valid_to else last
    if first is not None:
        world.wake(start_of(first))
    if last is not None:
        world.wake(end_of(last))
    if _is_on(first, last, world.now):
        return True
    of_the_document = (
        contract.valid_from if first is not None and world.now < start_of(first) else contract.valid_to
    )
    passed = first if first is not None and world.now < start_of(first) else last
    if contract.kind == "law" and contract.version and passed == of_the_document:
        return bool(world.case.ask(Item("law", contract.name), open_items.YES_OR_NO))
    return False
