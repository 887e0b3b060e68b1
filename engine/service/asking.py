"""Asking an account, and the answer: an evaluation, a batch of them, and what the other kinds of question need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic_core import to_json

from engine.account import Account
from engine.decision import Decision
from engine.errors import BadEvent, BadQuestion
from engine.event import BOTH, Instant
from engine.kept import question_to_bytes
from engine.ledger import event_from
from engine.logged import Logged
from engine.program import ENGINE_VERSION, Program
from engine.question import May
from engine.service import authzen
from engine.service.answers import Body, body_of, context_of, refused
from engine.service.authzen import Asked
from engine.service.held import Held
from engine.service.ids import DECISION_BYTES
from engine.service.problems import Problem, pointer, problem_of
from engine.service.tenant import Tenant
from engine.store import AccountRow, DecisionRow

YES: Mapping[str, bool] = {"permitted": True}


class Given(NamedTuple):
    """A decision that was given, as the log keeps it."""

    id: str
    account: str
    revision: int
    at: Instant
    question: May
    known_at: Instant | None
    decision: Decision
    logged: Logged

    def row(self) -> DecisionRow:
        """Return it as it is kept."""
        return DecisionRow(
            self.id, self.account, self.revision, self.at, ENGINE_VERSION,
            question_to_bytes(self.question, self.known_at), self.logged.written(self.decision),
        )  # fmt: skip


class Answer(NamedTuple):
    """An answer as it goes out, and the decision that it tells (None where no account was asked)."""

    body: Body
    given: Given | None

    @property
    def is_yes(self) -> bool:
        """Whether it allows the act."""
        return self.body.decision


class Decided(NamedTuple):
    """What a question has come to, not in words yet."""

    is_yes: bool
    held: Held
    asked: Asked
    question: May
    ignored: Sequence[str]
    revision: int | None
    decision: Decision


async def evaluate(tenant: Tenant, asked: Asked, now: Instant) -> Answer:
    """Answer one question. Raises Problem where the data of the act cannot be read, or a revision is not there."""
    return worded(tenant, await decided(tenant, asked, now), now)


async def decided(tenant: Tenant, asked: Asked, now: Instant) -> Decided | Answer:
    """Decide one question; what is refused before any contract is asked is an answer already. Raises Problem."""
    held = tenant.at_hand(asked.resource.id) or await tenant.found(asked.resource.id)
    if held is None or held.opening.type != asked.resource.type:
        return _no("unknown_resource", "没有这个账户", "there is no such account")
    if held.base:
        await reaching(tenant, held, asked, now)
    account, revision = _account(tenant, held, asked)
    party = tenant.party_of(held.opening, *asked.subject)
    if party is None:
        return _no("unknown_subject", "该主体不代表任何一方", "the subject acts for no party of this account")
    act = tenant.act_called(held.opening, asked.act)
    if act is None:
        return _no("unknown_action", "协议没有这种行为", "the agreements know no such act")
    program = held.opening.program
    question, ignored = may(program, party, act, asked, instant(held, asked, now))
    decision = account.decide(question, asked.known_at)
    is_yes = permits(tenant, program, party, act, decision.answer)
    return Decided(is_yes, held, asked, question, ignored, revision, decision)


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


def worded(tenant: Tenant, found: Decided | Answer, now: Instant) -> Answer:
    """Put what a question has come to into words."""
    if isinstance(found, Answer):
        return found
    is_yes, held, asked, question, ignored, revision, decision = found
    words = held.opening.words
    token = held.token if revision is None else held.token_of(revision)
    context = context_of(decision, question, words, token, asked.as_of)
    if ignored:
        context = b'%b,"ignored":%b}' % (context[:-1], to_json(ignored))
    given = Given(
        tenant.ids.next(DECISION_BYTES), held.name, held.revision if revision is None else revision, now, question,
        asked.known_at, decision, words.logged,
    )  # fmt: skip
    return Answer(body_of(is_yes, decision.answer, context), given)


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
        return May(party, act, at), []
    params = {word for each in program.acts[act].params for word in (each.name, each.alias) if word}
    given = {name: value for name, value in data.items() if name in params and value is not None}
    ignored = sorted(name for name in data if name not in params)
    if not given:
        return May(party, act, at), ignored
    declared = program.acts[act].actor
    by = declared if isinstance(declared, str) else BOTH
    raw = {"id": "?", "name": act, "at": "2000-01-01T00:00", "by": by, **given}
    try:
        return May(party, act, at, event_from(program, raw, "context").fields), ignored
    except BadEvent as wrong:
        place = ("action", "properties") if wrong.field in asked.properties else ("context",)
        raise Problem("bad_request", wrong.reason, pointer(*place, wrong.field)) from None


async def evaluate_batch(tenant: Tenant, batch: authzen.Batch, now: Instant) -> list[Answer]:
    """Answer several questions in their order, up to and including the one that decides.

    All are decided before any is put into words: either goes on with what it has just looked at.
    """
    wanted = None if batch.semantic == "execute_all" else batch.semantic == "permit_on_first_permit"
    found: list[Decided | Answer] = []
    for number, raw in enumerate(batch.items):
        try:
            one = await decided(tenant, authzen.single(raw), now)
        except Problem as wrong:
            wrong.field = f"/evaluations/{number}{wrong.field}"
            one = _wrong(wrong)
        except BadQuestion as wrong:
            one = _wrong(problem_of(wrong))
        found.append(one)
        if one.is_yes is wanted:
            break
    return [worded(tenant, each, now) for each in found]


def _wrong(problem: Problem) -> Answer:
    context = {"outcome": "error", "error": problem.document()}
    return Answer(body_of(False, "error", to_json(context)), None)


def _account(tenant: Tenant, held: Held, asked: Asked) -> tuple[Account, int | None]:
    """Return the account as it is, or exactly as it was at a revision; refuse what is not as fresh as was asked."""
    if asked.at_least is not None:
        tenant.revision(held, asked.at_least, "/context/at_least")
    if asked.revision is None:
        return held.account, None
    revision = tenant.revision(held, asked.revision, "/context/revision")
    return held.at(revision), revision


def _no(outcome: str, zh: str, en: str) -> Answer:
    return Answer(refused(outcome, zh, en), None)
