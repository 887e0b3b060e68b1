"""The client: questions, searches, events, accounts."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

from contractclient.remembered import Remembered
from contractclient.sending import Said, Sender
from contractclient.told import Answer, Entity, Event, Json, Question, Recorded

_BATCH = "application/cloudevents-batch+json"
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]


class Client:
    """Calls one service with one key. May be used by many threads; close it, or use it in a `with`.

    `timeout_s` bounds each wait for the service, `within_s` a call with all that is sent again. `remember_s` is for how
    long an answer may be given again without asking, never past its `holds_until`; 0 asks each time. Every call raises
    Refused where the service will not, and Unreachable where it did not answer in time.
    """

    def __init__(
        self, url: str, key: str, *, timeout_s: float = 5.0, within_s: float = 30.0, remember_s: float = 0.0,
        context: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._sender = Sender(url, key, timeout_s, within_s, context)
        self._remembered = Remembered(remember_s)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    # Questions

    def evaluate(self, question: Question) -> Answer:
        """Return the answer to a question."""
        before = self._remembered.of(question)
        if before is not None:
            return before
        asked, turn = time.monotonic(), self._remembered.turn(question.account)
        said = self._sender.send("POST", "/access/v1/evaluation", question.as_json())
        answer = _answer(question, said.body, said.headers, said.headers.get("contract-decision-id", ""))
        self._remembered.keep(question, answer, asked, turn)
        return answer

    def evaluate_all(self, questions: Sequence[Question], semantic: Semantic = "execute_all") -> list[Answer]:
        """Return the answers to several questions, in their order, up to the one that decides."""
        if not questions:
            return []
        body = {
            "evaluations": [each.as_json() for each in questions],
            "options": {"evaluations_semantic": semantic},
        }
        said = self._sender.send("POST", "/access/v1/evaluations", body)
        answers = said.body["evaluations"]
        ids = said.headers.get("contract-decision-id", "").split(",")
        # Ids are told for the answers that rest on an account; which these are is only plain where all do.
        told = ids if len(ids) == len(answers) else [""] * len(answers)
        return [
            _answer(question, each, said.headers, id)
            for question, each, id in zip(questions, answers, told, strict=False)
        ]

    def accounts_where(
        self, subject: Entity, action: str, *, data: Json | None = None, as_of: str | None = None,
        account_type: str = "account", page: int = 1000,
    ) -> Iterator[str]:  # fmt: skip
        """Yield the accounts on which the subject may do the act, all at one instant, a page at a time."""
        body: dict[str, Any] = {
            "subject": {"type": subject.type, "id": subject.id},
            "action": {"name": action, **({"properties": dict(data)} if data else {})},
            "resource": {"type": account_type},
            "context": {} if as_of is None else {"as_of": as_of},
        }
        token = ""
        while True:
            asked = {**body, "page": {"limit": page, **({"token": token} if token else {})}}
            found = self._sender.send("POST", "/access/v1/search/resource", asked).body
            yield from (each["id"] for each in found["results"])
            token = found["page"]["next_token"]
            if not token:
                return

    # What happened

    def record(self, event: Event) -> Recorded:
        """Report an event. Sent twice it counts once."""
        return self.record_all([event])[0]

    def record_all(self, events: Sequence[Event]) -> list[Recorded]:
        """Report several events; those of one account are recorded together or not at all."""
        if not events:
            return []
        try:
            said = self._sender.send("POST", "/events", [each.as_json() for each in events], _BATCH)
        finally:
            # Also where no answer came: they may have been recorded all the same.
            for account in {each.account for each in events}:
                self._remembered.forget(account)
        return [_recorded(each) for each in said.body["events"]]

    # Accounts

    def open_account(self, account: str, agreements: Sequence[str], **more: Any) -> Json:
        """Open an account; `more` may be `layers`, `settings`, `readings`, `answers`, `parties` and `type`."""
        body = {"account": account, "agreements": list(agreements), **more}
        return _object(self._sender.send("POST", "/accounts", body))

    def account(self, account: str, **when: str) -> Json:
        """Return where an account stands; `when` is `as_of`, `known_at`, `revision`, `at_least`."""
        return self._of(account, "", when)

    def history(self, account: str, **when: str) -> Json:
        """Return what happened on an account and came of it."""
        return self._of(account, "/history", when)

    def deadlines(self, account: str, **when: str) -> Json:
        """Return what time alone will bring to an account."""
        return self._of(account, "/deadlines", when)

    def what_if(self, account: str, events: Sequence[Json], question: str | None = None) -> Json:
        """Return what would change if events happened, written as ledgers write them. Nothing is kept."""
        body: dict[str, Any] = {"events": [dict(each) for each in events]}
        if question is not None:
            body["question"] = question
        return _object(self._sender.send("POST", f"/accounts/{quote(account, safe='')}/what-if", body))

    def _of(self, account: str, what: str, when: Mapping[str, str]) -> Json:
        query = f"?{urlencode(when)}" if when else ""
        return _object(self._sender.send("GET", f"/accounts/{quote(account, safe='')}{what}{query}"))


def _object(said: Said) -> Json:
    found: Json = said.body
    return found


def _answer(question: Question, body: Json, headers: Mapping[str, str], id: str) -> Answer:
    """Return an answer. The instant asked about is in its receipt where one was named, else the service's now."""
    context: Json = body.get("context", {})
    named = context.get("receipt", {}).get("as_of") if question.as_of is not None else None
    return Answer(
        bool(body["decision"]), context, datetime.fromisoformat(named or headers["contract-as-of"]), id
    )


def _recorded(said: Json) -> Recorded:
    return Recorded(
        said["account"], said["source"], said["id"], said["revision"], datetime.fromisoformat(said["recorded_at"]),
        said["late"], tuple(said["changed"]), tuple(said.get("left_out", ())),
    )  # fmt: skip
