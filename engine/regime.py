"""The regime of an account: all that governs it on one day, before anything is asked.

Documents in force, not yet and no longer; what fills its blanks and gaps; how its readings are taken; what was
answered; which unverified clauses were turned on; and how far the calendar is published.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from contractlang.contract import Contract
from contractlang.contract import base_name as base
from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl
from contractlang.expression import Answer, BlankValue, Chosen, IsBlank
from contractlang.norms import Fill, Reasonable, Standing
from engine.account import Account
from engine.answering import Case, cases_of
from engine.cells import read
from engine.choice import Split
from engine.dates import day_of, end_of, iso, start_of
from engine.decision import Item
from engine.evaluator import Evaluator
from engine.event import Instant
from engine.force import part_of, version_at, weight
from engine.position import Position
from engine.program import Program
from engine.scene import LifeCell, Scene
from engine.walk import walk

MOST_CASES = 64
NOT_YET, IN_FORCE, ENDED, OTHER, OPEN = "not_yet", "in_force", "ended", "other_version", "open"
# What the engine itself looks at, though no sentence names it.
_LOOKED_AT = frozenset({"rest_days", "day_end", "cutoff"})


@dataclass(frozen=True, slots=True)
class ClauseDays:
    """A clause that is not in force on the day, though its document may be: its own days."""

    clause: str
    status: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DocumentThere:
    """A document and how it stands on the day.

    `status` is `in_force`, `not_yet` or `ended`; of an agreement its state (`draft`, `expired`, …), or `other_version`
    where the account is under another; `open` where that hangs on something. `since` and `until` (exclusive) are the
    instants between which it is in force.
    """

    name: str
    alias: str
    title: str
    kind: str
    layer: str
    version: str
    amends: str | None
    status: str
    since: Instant | None
    until: Instant | None
    depends_on: Item | None
    truncated: bool
    changes: tuple[tuple[str, str], ...]
    clauses: tuple[ClauseDays, ...]
    text_hash: str
    meaning_hash: str


@dataclass(frozen=True, slots=True)
class BlankThere:
    """A blank or gap and what fills it: `settings`, `answer`, a `clause` of a document, or nothing.

    `value` is what the settings or an answer say; what a clause fills it with is worked out where it is needed.
    """

    declared: BlankDecl
    filled_by: str | None
    value: Any
    fill: Fill | None


@dataclass(frozen=True, slots=True)
class ReadingThere:
    """How a reading is taken: `chosen` for the account, by `default` (of a layer, where it names one), or `open`."""

    declared: ReadingDecl
    option: str | None
    how: str
    layer: str


@dataclass(frozen=True, slots=True)
class SwitchThere:
    """An unverified switch, and the clauses that stand under it."""

    reading: ReadingThere
    on: bool
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionThere:
    """A question that the documents ask: what was answered (about what, by which event), what is presumed."""

    declared: QuestionDecl
    status: str
    answers: tuple[tuple[str | None, Any, str | None], ...]


@dataclass(frozen=True, slots=True)
class Regime:
    """All that governs an account at an instant."""

    at: Instant
    layers: tuple[str, ...]
    documents: tuple[DocumentThere, ...]
    blanks: tuple[BlankThere, ...]
    readings: tuple[ReadingThere, ...]
    switches: tuple[SwitchThere, ...]
    questions: tuple[QuestionThere, ...]
    calendar: str
    published_until: date
    provisional_years: tuple[int, ...]


def regime(account: Account, at: Instant, known_at: Instant | None = None) -> Regime:
    """Return what governs the account at an instant, with the knowledge of `known_at`."""
    program, terms = account.program, account.terms
    position = account.position_at(at, known_at)
    asked = _asked(program)
    switches = _switches(program)
    declared = [each for each in program.declarations.values() if each.name in asked]
    readings = {
        each.name: _reading(account, each)
        for each in program.declarations.values()
        if isinstance(each, ReadingDecl) and (each.name in asked or each.name in switches)
    }
    calendar = terms.calendar
    return Regime(
        at,
        terms.layers,
        tuple(_document(program, position, each) for each in program.contracts),
        tuple(_blank(account, position, each) for each in declared if isinstance(each, BlankDecl)),
        tuple(each for name, each in readings.items() if name not in switches),
        tuple(
            SwitchThere(readings[name], readings[name].option == "on", where)
            for name, where in switches.items()
        ),
        tuple(_question(account, position, each) for each in declared if isinstance(each, QuestionDecl)),
        calendar.version,
        calendar.published_until,
        tuple(each.year for each in calendar.years if not each.published),
    )


def sentences(contract: Contract) -> Iterator[Any]:
    """Yield everything that a document says, each with its clause, its standing and the readings it is under."""
    yield from contract.norms
    yield from contract.amounts
    yield from contract.losses
    yield from contract.priorities
    yield from contract.bars
    yield from contract.life
    yield from contract.fills


def _asked(program: Program) -> frozenset[str]:
    """Return the blanks, readings and questions that the documents, or the defaults of readings, look at."""
    found = set(_LOOKED_AT)
    said: list[Any] = [each for contract in program.contracts for each in sentences(contract)]
    said += [
        default.when
        for declared in program.declarations.values() if isinstance(declared, ReadingDecl)
        for option in declared.options for default in option.defaults
    ]  # fmt: skip
    for part in (part for each in said for part in walk(each)):
        match part:
            case BlankValue() | IsBlank():
                found.add(part.name)
            case Chosen():
                found.add(part.reading)
            case Answer() | Reasonable():
                found.add(part.question)
            case Fill():
                found.add(part.blank)
            case _:
                pass
    return frozenset(found)


# ---- Documents ------------------------------------------------------------------------------------------------------


def _document(program: Program, position: Position, contract: Contract) -> DocumentThere:
    at, depends_on = position.now, None
    since, until = _days(contract.valid_from, contract.valid_to)
    match contract.kind:
        case "agreement":
            status, since, until, depends_on = _agreement(program, position, contract)
        case "supplement":
            part = part_of(contract, base(contract.name))
            begun = _told(position, part.since)
            if isinstance(begun, Item):
                status, since, depends_on = OPEN, None, begun
            else:
                since = begun
                status = NOT_YET if since is None else _status(at, since, until)
        case _:
            status = _status(at, since, until)
    return DocumentThere(
        contract.name, contract.alias, contract.title, contract.kind, contract.layer, contract.version, contract.amends,
        status, since, until, depends_on, contract.truncated,
        tuple((change.how, change.target) for change in contract.changes),
        tuple(_clauses(contract, day_of(at))), contract.text_hash, contract.meaning_hash,
    )  # fmt: skip


def _agreement(
    program: Program, position: Position, contract: Contract
) -> tuple[str, Instant | None, Instant | None, Item | None]:
    """Return the state of an agreement's life, if the account is under this version of it."""
    home = base(contract.name)
    if program.versions_of.get(home):
        version = _told(position, lambda scene: version_at(scene, home, scene.at))
        if isinstance(version, Item):
            return OPEN, None, None, version
        if version != contract.name:
            begins, ends = _days(contract.valid_from, contract.valid_to)
            return (NOT_YET if begins is not None and begins > position.now else OTHER), begins, ends, None
    state = read(position, ("S", "agreement", home))
    if state is None:
        state = program.initial(position.scene(), "agreement", home)
    life = read(position, ("L", home))
    since, until = (life.since, life.end) if isinstance(life, LifeCell) else (None, None)
    if isinstance(state, Item):
        return OPEN, since, until, state
    return str(state), since, until, None


def _told(position: Position, look: Callable[[Scene], Any]) -> Any:
    """Return what a look at the position shows, or the open item on which that depends."""
    scene = position.scene()
    try:
        return look(scene)
    except Split as split:
        return split.item


def _days(first: date | None, last: date | None) -> tuple[Instant | None, Instant | None]:
    return None if first is None else start_of(first), None if last is None else end_of(last)


def _status(at: Instant, since: Instant | None, until: Instant | None) -> str:
    if since is not None and at < since:
        return NOT_YET
    return ENDED if until is not None and at >= until else IN_FORCE


def _clauses(contract: Contract, day: date) -> Iterator[ClauseDays]:
    """Yield the clauses that have days of their own, and are not in force on that day."""
    found: dict[str, Standing] = {}
    for each in sentences(contract):
        standing: Standing = each.standing
        if (standing.valid_from, standing.valid_to) != (contract.valid_from, contract.valid_to):
            found.setdefault(each.clause, standing)
    for clause, standing in found.items():
        first, last = standing.valid_from, standing.valid_to
        if first is not None and day < first:
            yield ClauseDays(clause, NOT_YET, first, last)
        elif last is not None and day > last:
            yield ClauseDays(clause, ENDED, first, last)


# ---- Blanks, readings, questions ------------------------------------------------------------------------------------


def _blank(account: Account, position: Position, declared: BlankDecl) -> BlankThere:
    """Return what fills a blank or gap: the account's settings before any document (docs/semantics.md)."""
    terms, name = account.terms, declared.name
    if name in terms.answers:
        return BlankThere(declared, "answer", terms.answers[name], None)
    if not declared.gap and terms.blanks.get(name) is not None:
        return BlankThere(declared, "settings", terms.blanks[name], None)
    # In the order in which the program takes them: what weighs more first.
    fills = [each for contract in account.program.contracts for each in contract.fills if each.blank == name]
    fills.sort(key=lambda each: -weight(each.standing))
    for fill, (holds, _) in zip(fills, account.program.fills.get(name, ()), strict=True):
        held = _holds(position, holds)
        if held is not False:
            return BlankThere(declared, "clause" if held else OPEN, None, fill)
    return BlankThere(declared, None, None, None)


def _holds(position: Position, condition: Evaluator | None) -> bool | None:
    """Tell whether a condition holds; None where that hangs on something open."""
    if condition is None:
        return True

    def case(scene: Scene) -> Case:
        return Case("yes" if condition.value(scene) else "no")

    scene = position.scene()
    answers = {found.answer for _, found in islice(cases_of(scene, case), MOST_CASES)}
    return None if len(answers) > 1 else answers == {"yes"}


def _reading(account: Account, declared: ReadingDecl) -> ReadingThere:
    terms = account.terms
    if declared.name in terms.readings:
        return ReadingThere(declared, terms.readings[declared.name], "chosen", "")
    default = account.program.readings[declared.name][2]
    taken = default(terms)
    if taken is None:
        return ReadingThere(declared, None, OPEN, "")
    layer = ""
    if default(dataclasses.replace(terms, layers=())) != taken:
        layers = [
            each for each in terms.layers if default(dataclasses.replace(terms, layers=(each,))) == taken
        ]
        layer = layers[-1] if layers else ""
    return ReadingThere(declared, taken, "default", layer)


def _switches(program: Program) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the switches of unverified clauses, each with the clauses of laws that stand under it."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for contract in program.contracts:
        if contract.kind != "law":
            continue
        unread = {each.clause for each in contract.sources if each.mark in ("partial", "memory")}
        for declared in contract.declarations.values():
            if (
                isinstance(declared, ReadingDecl)
                and declared.document == contract.name
                and _is_switch(declared)
            ):
                found.setdefault(declared.name, {})
        for each in sentences(contract):
            for chosen in each.option:
                own = chosen.reading in found or each.clause in unread
                if chosen.option == "on" and own:
                    found.setdefault(chosen.reading, {})[contract.name, each.clause] = None
    return {name: tuple(clauses) for name, clauses in found.items() if name in program.readings}


def _is_switch(declared: ReadingDecl) -> bool:
    return {each.name for each in declared.options} == {"on", "off"}


def _question(account: Account, position: Position, declared: QuestionDecl) -> QuestionThere:
    name = declared.name
    found: list[tuple[str | None, Any, str | None]] = []
    if name in account.terms.answers:
        found.append((None, account.terms.answers[name], None))
    else:
        recorded = [key for key in position.cells if key[0] == "Q" and key[1] == name]
        for key in sorted(recorded, key=lambda each: str(each[2] or "")):
            value = read(position, key)
            if value is not None:
                event = read(position, ("QE", name, key[2]))
                found.append((key[2], value, event if isinstance(event, str) else None))
    status = "answered" if found else "presumed" if declared.presumed is not None else OPEN
    return QuestionThere(declared, status, tuple(found))


# ---- For machines ---------------------------------------------------------------------------------------------------


def as_json(found: Regime) -> dict[str, Any]:
    """Return the regime as JSON-ready values (docs/commands.md, "What governs an account")."""
    return {
        "version": 1,
        "as_of": iso(found.at),
        "layers": list(found.layers),
        "documents": [_document_as_json(each) for each in found.documents],
        "blanks": [
            {
                **_named(each.declared), "gap": each.declared.gap, "kind": each.declared.kind.name,
                "filled_by": each.filled_by, "value": _plain(each.value),
                "clause": None if each.fill is None else {"document": each.fill.document, "clause": each.fill.clause},
            }
            for each in found.blanks
        ],
        "readings": [_reading_as_json(each) for each in found.readings],
        "unverified": [
            {
                **_reading_as_json(each.reading), "on": each.on,
                "clauses": [{"document": document, "clause": clause} for document, clause in each.clauses],
            }
            for each in found.switches
        ],
        "questions": [
            {
                **_named(each.declared), "status": each.status, "presumed": each.declared.presumed,
                "answers": [
                    {"about": about, "value": _plain(value), "event": event} for about, value, event in each.answers
                ],
            }
            for each in found.questions
        ],
        "calendar": {
            "version": found.calendar, "published_until": found.published_until.isoformat(),
            "provisional_years": list(found.provisional_years),
        },
    }  # fmt: skip


def _document_as_json(each: DocumentThere) -> dict[str, Any]:
    return {
        "name": each.name, "alias": each.alias, "title": each.title, "kind": each.kind, "layer": each.layer,
        "version": each.version, "amends": each.amends, "status": each.status,
        "since": None if each.since is None else iso(each.since),
        "until": None if each.until is None else iso(each.until),
        "depends_on": None if each.depends_on is None else each.depends_on._asdict(),
        "truncated": each.truncated,
        "changes": [{"how": how, "clause": clause} for how, clause in each.changes],
        "clauses_not_in_force": [
            {
                "clause": clause.clause, "status": clause.status,
                "valid_from": None if clause.valid_from is None else clause.valid_from.isoformat(),
                "valid_to": None if clause.valid_to is None else clause.valid_to.isoformat(),
            }
            for clause in each.clauses
        ],
        "text_hash": each.text_hash, "meaning_hash": each.meaning_hash,
    }  # fmt: skip


def _named(declared: BlankDecl | ReadingDecl | QuestionDecl) -> dict[str, Any]:
    return {
        "name": declared.name, "alias": declared.alias, "external": declared.external,
        "document": declared.document,
    }  # fmt: skip


def _reading_as_json(each: ReadingThere) -> dict[str, Any]:
    options = [option.name for option in each.declared.options]
    return {
        **_named(each.declared), "options": options, "option": each.option, "how": each.how,
        "layer": each.layer or None,
    }  # fmt: skip


def _plain(value: Any) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool | None) else str(value)
