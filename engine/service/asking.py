"""Asking an account, and the answer: an evaluation, a batch of them, and what the other kinds of question need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.account import Account
from engine.canonical import to_json
from engine.decision import Decision
from engine.edition import edition
from engine.errors import BadEvent, BadQuestion
from engine.event import BOTH, Instant
from engine.kept import question_to_bytes
from engine.program import Program
from engine.question import May, plainly_may
from engine.service import authzen
from engine.service.answers import Words, body_of, context_of, refused
from engine.service.authzen import Asked
from engine.service.held import Held
from engine.service.problems import Problem, pointer, problem_of
from engine.service.tenant import Tenant
from engine.store import AccountRow, DecisionRow
from engine.tuples import made
from engine.written_events import event_from

YES: Mapping[str, bool] = {"permitted": True}


class Given(NamedTuple):
    """A decision that was given: what the log keeps, and what it is put into words with."""

    is_yes: bool
    id: str
    account: str
    revision: int
    token: str
    at: Instant
    question: May
    asked: Asked
    ignored: Sequence[str]
    decision: Decision
    words: Words

    def row(self) -> DecisionRow:
        """Return it as it is kept."""
        return DecisionRow(
            self.id, self.account, self.revision, self.at, edition(),
            question_to_bytes(self.question, self.asked.known_at), self.words.logged.written(self.decision),
        )  # fmt: skip


class Answer(NamedTuple):
    """An answer as it goes out, and the decision that it tells (None where no account was asked)."""

    is_yes: bool
    outcome: str
    content: bytes
    given: Given | None


async def evaluate(tenant: Tenant, asked: Asked, now: Instant) -> Answer:
    """Answer one question. Raises Problem where the data of the act cannot be read, or a revision is not there."""
    held = tenant.at_hand(asked.account)
    if held is None or held.base:
        held = await _read(tenant, asked, now)
    return worded(decided(tenant, held, asked, now))


async def _read(tenant: Tenant, asked: Asked, now: Instant) -> Held | None:
    """Return the account asked about, with everything read that the question hangs on. Raises Problem."""
    held = await tenant.found(asked.account)
    if held is not None and held.base and held.opening.type == asked.type:
        await reaching(tenant, held, asked, now)
    return held


def decided(tenant: Tenant, held: Held | None, asked: Asked, now: Instant) -> Given | Answer:
    """Decide one question; what is refused before any contract is asked is an answer already. Raises Problem."""
    if held is None or held.opening.type != asked.type:
        return _no("unknown_resource", "没有这个账户", "there is no such account")
    account, revision = _account(tenant, held, asked)
    opening = held.opening
    party, act = tenant.meant(opening, asked.subject, asked.act)
    if party is None:
        return _no("unknown_subject", "该主体不代表任何一方", "the subject acts for no party of this account")
    if act is None:
        return _no("unknown_action", "协议没有这种行为", "the agreements know no such act")
    question, ignored = may(opening.program, party, act, asked, instant(held, asked, now))
    decision = account.decide(question, asked.known_at)
    return made(Given, (
        permits(tenant, opening.program, party, act, decision.answer), tenant.ids.next(), held.name, revision,
        held.token if revision == held.revision else held.token_of(revision), now, question, asked, ignored, decision,
        opening.words,
    ))  # fmt: skip


async def reaching(tenant: Tenant, held: Held, asked: Asked, now: Instant) -> None:
    """Have everything read that a question hangs on. Raises Problem where a revision is not there."""
    at = instant(held, asked, now)
    revision = None if asked.revision is None else tenant.revision(held, asked.revision, "/context/revision")
    await tenant.reaching(held, at, asked.known_at, revision)


def instant(of: Held | AccountRow, asked: Asked, now: Instant) -> Instant:
    """Return the instant asked about: the one named, or now.

    Now is never before the last entry was recorded: what was acknowledged counts, though a clock steps back or that of
    another server is ahead.
    """
    return asked.as_of if asked.as_of is not None else max(now, of.recorded_at)


def worded(found: Given | Answer) -> Answer:
    """Put what a question has come to into words."""
    if isinstance(found, Answer):
        return found
    decision = found.decision
    context = context_of(decision, found.question, found.words, found.token, found.asked.as_of)
    if found.ignored:
        context = b'%b,"ignored":%b}' % (context[:-1], to_json(found.ignored))
    return made(Answer, (found.is_yes, decision.answer, body_of(found.is_yes, context), found))


def permits(tenant: Tenant, program: Program, party: str, act: str, answer: str) -> bool:
    """Tell whether an answer is a yes: permitted, or a free act of one's own, where the operator lets these pass."""
    if answer == "permitted":
        return True
    if answer != "unregulated" or not tenant.part.permit_unregulated:
        return False
    actor = program.acts[act].actor
    return not isinstance(actor, str) or actor in (party, BOTH)


def may(program: Program, party: str, act: str, asked: Asked, at: Instant) -> tuple[May, list[str]]:
    """Return the question, and the names among the data that the act does not have. Raises Problem."""
    data = asked.data
    if not data:
        return plainly_may(party, act, at), []
    params = {word for each in program.acts[act].params for word in (each.name, each.alias) if word}
    given = {name: value for name, value in data.items() if name in params and value is not None}
    ignored = sorted(name for name in data if name not in params)
    if not given:
        return plainly_may(party, act, at), ignored
    declared = program.acts[act].actor
    by = declared if isinstance(declared, str) else BOTH
    raw = {"id": "?", "name": act, "at": "2000-01-01T00:00", "by": by, **given}
    try:
        return May(party, act, at, event_from(program, raw, "context").fields), ignored
    except BadEvent as wrong:
        place = ("action", "properties") if wrong.field in asked.properties else ("context",)
        raise Problem("bad_request", wrong.reason, pointer(*place, wrong.field), zh=wrong.zh) from None


async def evaluate_batch(tenant: Tenant, batch: authzen.Batch, now: Instant) -> list[Answer]:
    """Answer several questions in their order, up to and including the one that decides.

    All are decided before any is put into words: either goes on with what it has just looked at.
    """
    wanted = None if batch.semantic == "execute_all" else batch.semantic == "permit_on_first_permit"
    found: list[Given | Answer] = []
    for number, item in enumerate(batch.items):
        try:
            asked = item if isinstance(item, Asked) else authzen.single(item)
            held = tenant.at_hand(asked.account)
            if held is None or held.base:
                held = await _read(tenant, asked, now)
            one = decided(tenant, held, asked, now)
        except Problem as wrong:
            wrong.field = f"/evaluations/{number}{wrong.field}"
            one = _wrong(wrong)
        except BadQuestion as wrong:
            one = _wrong(problem_of(wrong))
        found.append(one)
        if one.is_yes is wanted:
            break
    return list(map(worded, found))


def _wrong(problem: Problem) -> Answer:
    context = {"outcome": "error", "error": problem.document()}
    return Answer(False, "error", body_of(False, to_json(context)), None)


def _account(tenant: Tenant, held: Held, asked: Asked) -> tuple[Account, int]:
    """Return the account as it is, or exactly as it was at a revision; refuse what is not as fresh as was asked."""
    if asked.at_least is not None:
        tenant.revision(held, asked.at_least, "/context/at_least")
    if asked.revision is None:
        return held.account, held.revision
    revision = tenant.revision(held, asked.revision, "/context/revision")
    return held.at(revision), revision


def _no(outcome: str, zh: str, en: str) -> Answer:
    return Answer(False, outcome, refused(outcome, zh, en), None)
