"""What goes to the service and what comes back, typed; and what may go wrong."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = Mapping[str, Any]
Outcome = Literal[
    "permitted", "forbidden", "no_basis", "unregulated", "undetermined", "conflicting", "unknown_subject",
    "unknown_resource", "unknown_action", "error",
]  # fmt: skip


class ServiceError(Exception):
    """Something that kept the service from answering. Its words hold neither key nor body."""


class Unreachable(ServiceError):
    """No answer came in the time that was given: whether what was sent is kept is not known. Send the same again."""


class Refused(ServiceError):
    """The service answers that it will not. `field` says where in the request, `code` what kind of fault it is."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status, self.problem = status, problem
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail", ""))
        self.field = str(problem.get("field", ""))
        super().__init__(f"{status} {self.code}: {self.detail}" + (f" ({self.field})" if self.field else ""))


@dataclass(frozen=True, slots=True)
class Entity:
    """A subject: a party of the contract (type `party`), or who acts for one."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """May the subject do the act on the account? `data` is data of the act; times are ISO 8601, days included.

    Without `as_of` it is asked about now. `revision` asks exactly as it was then, `at_least` with at least that known.
    """

    subject: Entity
    action: str
    account: str
    data: Json = field(default_factory=dict)
    as_of: str | None = None
    known_at: str | None = None
    revision: str | None = None
    at_least: str | None = None
    account_type: str = "account"

    def as_json(self) -> dict[str, Any]:
        """Return it as AuthZEN has it. Data goes with the action, so none can be taken for a day or revision."""
        named = {name: getattr(self, name) for name in ("as_of", "known_at", "revision", "at_least")}
        action: dict[str, Any] = {"name": self.action}
        if self.data:
            action["properties"] = dict(self.data)
        return {
            "subject": {"type": self.subject.type, "id": self.subject.id},
            "action": action,
            "resource": {"type": self.account_type, "id": self.account},
            "context": {name: value for name, value in named.items() if value is not None},
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the reasons; a deeper one explains the one above it."""

    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `context` is all that the service said beside yes and no (docs/decisions.md).

    `as_of` is the instant asked about, by the service's clock; `decision_id` is under which the log has it, empty where
    it was not told; `remembered` is True for an answer that was not asked for again.
    """

    decision: bool
    context: Json
    as_of: datetime
    decision_id: str = ""
    remembered: bool = False

    @property
    def outcome(self) -> str:
        """What the answer is: `permitted`, `forbidden`, `undetermined`, … (`Outcome`)."""
        return str(self.context.get("outcome", ""))

    @property
    def holds_until(self) -> datetime | None:
        """The next instant at which time alone can change it; None if it never can, or if nobody was asked."""
        said = self.context.get("holds_until")
        return datetime.fromisoformat(said) if isinstance(said, str) else None

    @property
    def revision(self) -> str:
        """The revision of the account that it rests on; empty where there was no account to ask."""
        return str(self.context.get("receipt", {}).get("revision", ""))

    def reasons(self, language: Literal["zh", "en"] = "en") -> list[Line]:
        """Return the reasons."""
        found = self.context.get("reasons", {}).get(language, [])
        return [Line(each["depth"], each["text"]) for each in found]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on an account. `source` and `id` name it once for ever; left out, an id is made here.

    `time` is an ISO 8601 instant with its offset; None where nobody knows when it happened.
    """

    account: str
    type: str
    source: str
    time: str | None
    data: Json = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def as_json(self) -> dict[str, Any]:
        """Return it as CloudEvents 1.0 has it."""
        said: dict[str, Any] = {
            "specversion": "1.0", "id": self.id, "source": self.source, "type": self.type, "subject": self.account,
            "data": dict(self.data),
        }  # fmt: skip
        if self.time is None:
            said["data"]["at"] = None
        else:
            said["time"] = self.time
        return said


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of an event: the revision under which it is kept, and what stands otherwise for one that came late.

    `left_out` names the fields that were None: an act without its amount does the whole.
    """

    account: str
    source: str
    id: str
    revision: str
    recorded_at: datetime
    late: bool
    changed: tuple[Json, ...]
    left_out: tuple[str, ...] = ()
