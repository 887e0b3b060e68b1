"""Plain questions and plain events, as msgspec reads each in one go.

Nearly every question says who, what, on which account, maybe when, and no more; nearly every event has the attributes
that it must have, when it happened, and plain data. So little is read in a tenth of the time that JSON in general
takes; whatever is more than that, or wrong, is read in general. What is read is told by the annotations of these
classes, which a compiled class no longer has whole: `tools/native.py` leaves this module as it is.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Entity(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A party or whoever acts for one, or an account."""

    type: Text
    id: Text


class Action(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An act, of which nothing more is said."""

    name: Text


class When(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """When a question is about."""

    as_of: str


class PlainQuestion(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A request of AuthZEN for one decision."""

    subject: Entity
    action: Action
    resource: Entity
    context: When | None = None


class PlainQuestions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request of AuthZEN for several decisions."""

    evaluations: Annotated[list[PlainQuestion], msgspec.Meta(min_length=1)]


class PlainEvent(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """An event of CloudEvents."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    subject: Text
    time: str
    data: dict[str, str | int | bool | None] | None = None
    datacontenttype: str | None = None


QUESTION: Final = msgspec.json.Decoder(PlainQuestion)
QUESTIONS: Final = msgspec.json.Decoder(PlainQuestions)
EVENT: Final = msgspec.json.Decoder(PlainEvent)
EVENTS: Final = msgspec.json.Decoder(list[PlainEvent])
