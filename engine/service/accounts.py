"""What may be known of one account: where it stands, what is owed, what comes next, what happened and why, what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.account import Account
from engine.account_standing import powers_of, standing, standing_of
from engine.cases import question_of
from engine.dates import iso
from engine.decide import decide
from engine.errors import BadEvent, BadQuestion
from engine.event import Event, Instant
from engine.explain import decision_as_json, outline, question_as_json
from engine.factline import take
from engine.history import history
from engine.position import Position, elapse
from engine.question import May, Question
from engine.service.held import Held
from engine.service.outlook import powers_turned
from engine.service.problems import Problem, pointer
from engine.service.recording import differences
from engine.telling import as_json
from engine.written_events import new_event_from

MOST_AHEAD = 200


def position(
    name: str, revision: str, account: Account, at: Instant, known_at: Instant | None
) -> dict[str, Any]:
    """Return where the account stands: states, last days, duties, breaches, powers that are open."""
    found = as_json(account, [], standing(account, at, known_at))
    return {
        "account": name, "revision": revision, "as_of": found["as_of"], **found["standing"],
        "next": ahead(account, at, known_at),
    }  # fmt: skip


def ahead(
    account: Account, at: Instant, known_at: Instant | None = None, most: int = 10
) -> list[dict[str, Any]]:
    """Return the next instants at which time alone changes something, and what."""
    return [
        {"at": iso(instant), "changes": changes} for instant, changes in turns(account, at, most, known_at)
    ]


def turns(
    account: Account, after: Instant, most: int, known_at: Instant | None = None
) -> list[tuple[Instant, list[dict[str, Any]]]]:
    """Return the instants to come at which time alone changes where something stands, or opens or closes a power.

    What was sent and has not arrived yet arrives then.
    """
    found: list[tuple[Instant, list[dict[str, Any]]]] = []
    position, arriving = account.position_at(after, known_at), account.under_way(after, known_at)
    at, powers = after, powers_of(account)
    answers, ahead = _answered(position, powers, at)
    for _ in range(MOST_AHEAD):
        ahead += [due[0] for due in position.agenda[:1]] + [group[0].effect_at for group in arriving[:1]]
        if not ahead or len(found) >= most:
            break
        at = min(ahead)
        before, position = position, elapse(position, at)
        if arriving and arriving[0][0].effect_at == at:
            position = take(position, arriving.pop(0))
        changes = list(differences(standing_of(before), standing_of(position)))
        was, (answers, ahead) = answers, _answered(position, powers, at)
        changes += powers_turned(was, answers)
        if changes:
            found.append((at, changes))
    return found


def _answered(
    position: Position, powers: Sequence[tuple[str, str]], at: Instant
) -> tuple[dict[tuple[str, str], str], list[Instant]]:
    """Return what is answered of powers at an instant, and until when, where time alone may change it."""
    decisions = {power: decide(position, May(*power, at)) for power in powers}
    ends = (each.holds_until for each in decisions.values())
    answers = {power: each.answer for power, each in decisions.items()}
    return answers, [each for each in ends if each is not None and each > at]


def told_history(account: Account, until: Instant, known_at: Instant | None) -> list[dict[str, Any]]:
    """Return what happened up to an instant and what came of each event, as `contract run --json` has it."""
    entries = history(account, until, known_at)
    found: list[dict[str, Any]] = as_json(account, entries, standing(account, until, known_at))["history"]
    return found


def written(account: Account, line: str) -> tuple[Question, Instant | None]:
    """Return the question that a line asks, as `contract ask` reads it. Raises Problem."""
    try:
        return question_of(account.program, line)
    except BadQuestion as wrong:
        raise Problem("bad_request", wrong.reason, "/question", zh=wrong.zh) from None
    except ValueError as wrong:
        raise Problem("bad_request", str(wrong), "/question") from None


def explained(
    account: Account, question: Question, known_at: Instant | None, revision: str
) -> dict[str, Any]:
    """Return a decision with everything: itself, and its explanation in both languages. Raises Problem."""
    try:
        decision = account.answer(question, known_at)
    except BadQuestion as wrong:
        raise Problem("bad_request", wrong.reason, "/question", zh=wrong.zh) from None
    return {
        "revision": revision,
        "question": question_as_json(question),
        "decision": decision_as_json(decision),
        "explanation": {
            language: [
                {"depth": depth, "text": text}
                for depth, text in outline(decision, question, account.program, language)
            ]
            for language in ("zh", "en")
        },
    }  # fmt: skip


def supposed(held: Held, raw: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return events that are only supposed, written as ledgers write them, and such as could be recorded.

    Raises Problem.
    """
    found: dict[str, Event] = {}
    for number, each in enumerate(raw):
        if not isinstance(each, Mapping):
            raise Problem("bad_request", "a JSON object is wanted", f"/events/{number}")
        try:
            said = {"id": f"supposed-{number + 1}", **each}
            made = new_event_from(held.opening.program, said, f"event {number + 1}", None)
        except BadEvent as wrong:
            raise Problem(
                "bad_request", wrong.reason, pointer("events", number, wrong.field), zh=wrong.zh
            ) from None
        if made.id in found or held.intake.kept(made.id) is not None:
            raise Problem("bad_request", "an event of the account has this id", f"/events/{number}/id")
        found[made.id] = made
    try:
        return list(held.intake.check(found.values()).new.values())
    except BadEvent as wrong:
        place = list(found).index(wrong.where)
        raise Problem(
            "bad_request", wrong.reason, pointer("events", place, wrong.field), zh=wrong.zh
        ) from None
