"""Requests of the AuthZEN Authorization API 1.0, each fault told by its place, what is unknown ignored.

subject = a party or whoever acts for one, action = an act, resource = an account, context = data of the act together
with `as_of`, `known_at`, `revision` and `at_least`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from engine.dates import parse_as_of
from engine.event import Instant
from engine.service.plain import QUESTION, QUESTIONS, PlainQuestion
from engine.service.problems import Problem
from engine.tuples import made

OURS = frozenset({"as_of", "known_at", "revision", "at_least"})
PARTS = ("subject", "action", "resource", "context")
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")


Entity = tuple[str, str]
"""The type and the id of a subject or a resource; the id is empty where a search leaves it out."""


class Asked(NamedTuple):
    """A question as it came in. `data` is the data of the act; instants are None where none was named.

    `properties` names the data that are properties of the action; the rest stands in the context.
    """

    subject: Entity
    act: str
    type: str
    account: str
    data: Mapping[str, Any]
    as_of: Instant | None
    known_at: Instant | None
    revision: str | None
    at_least: str | None
    properties: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is said but who, what, on which account, and when."""
        more = (self.known_at, self.revision, self.at_least)
        return not self.data and all(each is None for each in more)


_WORDS, _WORDS_OF_WHEN, _WORDS_OF_SEVERAL = 13, 3, 1
"""How many keys and texts there are in a plain question, in when it is about, and around several."""
_NOTHING: Final[Mapping[str, Any]] = {}


def plain(body: bytes) -> Asked | None:
    """Read a question that says who, what, on which account, maybe when, each once; None of any other."""
    try:
        said = QUESTION.decode(body)
        return _asked_plainly(said) if body.count(b'"') == 2 * _words(said) else None
    except (msgspec.MsgspecError, ValueError):
        return None


def plain_batch(body: bytes, most: int) -> Batch | None:
    """Read several such questions, of which no more is said; None of any other batch."""
    try:
        said = QUESTIONS.decode(body).evaluations
        words = _WORDS_OF_SEVERAL + sum(map(_words, said))
        if len(said) > most or body.count(b'"') != 2 * words:
            return None
        return Batch(SEMANTICS[0], list(map(_asked_plainly, said)))
    except (msgspec.MsgspecError, ValueError):
        return None


def _words(said: PlainQuestion) -> int:
    """Return how many keys and texts there are in a question; each has two marks (`repeated.py`)."""
    return _WORDS if said.context is None else _WORDS + _WORDS_OF_WHEN


def _asked_plainly(said: PlainQuestion) -> Asked:
    """Return the question. Raises ValueError where it is about no instant."""
    subject, resource, when = said.subject, said.resource, said.context
    at = None if when is None else parse_as_of(when.as_of)
    return made(Asked, (
        (subject.type, subject.id), said.action.name, resource.type, resource.id, _NOTHING, at, None, None, None, (),
    ))  # fmt: skip


def single(raw: Mapping[str, Any]) -> Asked:
    """Read an evaluation request. Raises Problem."""
    subject = _plain_entity(raw.get("subject")) or _entity(raw, "subject")
    resource = _plain_entity(raw.get("resource")) or _entity(raw, "resource")
    act, data = _act(raw)
    return _asked(subject, act, resource, data, raw.get("context"))


def search(raw: Mapping[str, Any], what: str) -> Asked:
    """Read a search for subjects, resources or actions: what is searched for may not be named, and is not heeded.

    Raises Problem.
    """
    subject = _entity(raw, "subject", with_id=what != "subject")
    resource = _entity(raw, "resource", with_id=what != "resource")
    act, data = _act(raw) if what != "action" else ("", {})
    asked = _asked(subject, act, resource, data, raw.get("context"))
    match what:
        case "subject":
            return asked._replace(subject=(asked.subject[0], ""))
        case "resource":
            _of_no_revision(asked)
            return asked._replace(account="")
        case _:
            return asked._replace(act="")


def _of_no_revision(asked: Asked) -> None:
    for name, token in (("revision", asked.revision), ("at_least", asked.at_least)):
        if token is not None:
            raise Problem(
                "bad_request",
                "a revision is of one account, and this looks at all: leave it out, or say `known_at`",
                f"/context/{name}",
            )


def _act(raw: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of an action, and its properties."""
    said: Any = raw.get("action")
    name = said.get("name") if type(said) is dict else None
    if type(name) is not str or not name:
        said = _object(raw, "action")
        name = _text(said, "name", "/action")
    properties = said.get("properties")
    if properties is None:
        return name, {}
    if not isinstance(properties, dict):
        raise Problem("bad_request", "a JSON object is wanted", "/action/properties")
    return name, properties


def _asked(subject: Entity, act: str, resource: Entity, data: dict[str, Any], context: Any) -> Asked:
    type_, account = resource
    named = tuple(sorted(data)) if data else ()
    if context is None:
        return made(Asked, (subject, act, type_, account, data, None, None, None, None, named))
    if not isinstance(context, dict):
        raise Problem("bad_request", "a JSON object is wanted", "/context")
    as_of = context.get("as_of")
    at = None if as_of is None else _instant(as_of, "as_of")
    if as_of is not None and len(context) == 1:
        return made(Asked, (subject, act, type_, account, data, at, None, None, None, named))
    if not OURS.issuperset(context):
        data = {key: value for key, value in context.items() if key not in OURS} | data
    known_at, revision, at_least = map(context.get, ("known_at", "revision", "at_least"))
    return made(Asked, (
        subject, act, type_, account, data, at,
        None if known_at is None else _instant(known_at, "known_at"),
        None if revision is None else _token(revision, "revision"),
        None if at_least is None else _token(at_least, "at_least"), named,
    ))  # fmt: skip


def _plain_entity(said: Any) -> Entity | None:
    """Return what a subject or a resource names; None where there is more to it, or something wrong with it."""
    if type(said) is dict and "properties" not in said:
        type_, id = said.get("type"), said.get("id")
        if type_ and id and type(type_) is type(id) is str:
            return type_, id
    return None


def _entity(raw: Mapping[str, Any], name: str, with_id: bool = True) -> Entity:
    said = _object(raw, name)
    place = f"/{name}"
    properties = said.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise Problem("bad_request", "a JSON object is wanted", f"{place}/properties")
    return _text(said, "type", place), _text(said, "id", place) if with_id else ""


def _object(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    said = raw.get(name)
    if not isinstance(said, dict):
        reason = "it is missing" if said is None else "a JSON object is wanted"
        raise Problem("bad_request", reason, f"/{name}")
    return said


def _text(said: Mapping[str, Any], name: str, at: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        reason = "it is missing" if value is None else "a text is wanted, not an empty one"
        raise Problem("bad_request", reason, f"{at}/{name}")
    return value


def _instant(value: Any, name: str) -> Instant:
    if not isinstance(value, str):
        raise Problem("bad_request", 'write a day such as "2026-03-02", or a moment', f"/context/{name}")
    try:
        return parse_as_of(value)
    except ValueError as wrong:
        raise Problem("bad_request", str(wrong), f"/context/{name}") from None


def _token(value: Any, name: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise Problem("bad_request", "a revision is wanted, as an answer told it", f"/context/{name}")
    return value


class Batch(NamedTuple):
    """Several questions: each is one already, or a request of its own that is still to be read."""

    semantic: str
    items: Sequence[Asked | dict[str, Any]]


def batch(raw: Mapping[str, Any], most: int) -> Batch | None:
    """Read an evaluations request; None where it has no list of them, and is one question. Raises Problem.

    An item takes from the request what it does not say itself: whole objects, except that one which leaves out its
    type or id has the request's (openid/authzen#640 is about that).
    """
    items = raw.get("evaluations")
    if items is not None and not isinstance(items, list):
        raise Problem("bad_request", "a list is wanted", "/evaluations")
    semantic = _semantic(raw)
    if not items:
        return None
    if len(items) > most:
        raise Problem(
            "bad_request",
            f"a request may hold {most:,} evaluations; this one has {len(items):,}",
            "/evaluations",
        )
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise Problem("bad_request", "a JSON object is wanted", f"/evaluations/{number}")
    shared = {name: raw[name] for name in PARTS if raw.get(name) is not None}
    if shared:
        items = [
            item | {name: _merged(default, item.get(name)) for name, default in shared.items()}
            for item in items
        ]
    return Batch(semantic, items)


def _semantic(raw: Mapping[str, Any]) -> str:
    options = raw.get("options")
    if options is None:
        return SEMANTICS[0]
    if not isinstance(options, dict):
        raise Problem("bad_request", "a JSON object is wanted", "/options")
    semantic = options.get("evaluations_semantic")
    if semantic is None:
        return SEMANTICS[0]
    if semantic not in SEMANTICS:
        raise Problem(
            "bad_request", f"`{semantic}` is none of {', '.join(SEMANTICS)}", "/options/evaluations_semantic"
        )
    return str(semantic)


def _merged(default: Any, own: Any) -> Any:
    if own is None:
        return default
    if isinstance(own, dict) and isinstance(default, dict) and "type" in default and "type" not in own:
        return {"type": default["type"], **own}
    return own


def page_of(raw: Mapping[str, Any], most: int) -> tuple[str, int]:
    """Return the token and the limit of a page. Raises Problem."""
    page = raw.get("page")
    if page is None:
        return "", most
    if not isinstance(page, dict):
        raise Problem("bad_request", "a JSON object is wanted", "/page")
    token, limit = page.get("token"), page.get("limit")
    if token is not None and not isinstance(token, str):
        raise Problem("bad_request", "a text is wanted", "/page/token")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise Problem("bad_request", "a whole number of at least 1 is wanted", "/page/limit")
    return token or "", min(limit or most, most)
