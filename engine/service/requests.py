"""A request before anything is done about it: its body within bounds and read as JSON, its caller known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, compress
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from contractlang.suggest import nearest
from engine.service.config import Limits
from engine.service.problems import Problem, pointer
from engine.service.repeated import refuse_repeated

Headers = Mapping[bytes, bytes]
"""The headers of a request by their names in small letters."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers; of several of one name, the first."""
    return dict(reversed(scope["headers"]))


class Here:
    """A body that is here already, received as any other."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body

    def within(self, limits: Limits) -> bytes:
        """Return the body. Raises Problem where it is larger than may be."""
        if len(self.body) > limits.body_bytes:
            raise _too_large(limits)
        return self.body

    async def __call__(self) -> Message:
        return {"type": "http.request", "body": self.body, "more_body": False}


async def whole_body(receive: Receive, headers: Headers, limits: Limits) -> bytes:
    """Return the body. Raises Problem where it is larger than may be, before more of it is read."""
    if type(receive) is Here:
        return receive.within(limits)
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem("unsupported_media_type", "a body is read as it is: send it without Content-Encoding")
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limits.body_bytes:
        raise _too_large(limits)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > limits.body_bytes:
            raise _too_large(limits)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def body_of(request: Request, limits: Limits) -> bytes:
    """Return the body of a request. Raises Problem."""
    return await whole_body(request.receive, headers_of(request.scope), limits)


def _too_large(limits: Limits) -> Problem:
    return Problem(
        "too_large", f"a body may have {limits.body_bytes:,} bytes", headers={"Connection": "close"}
    )


def read_json(body: bytes, limits: Limits, exact: bool = False) -> Any:
    """Return the JSON in a body; with `exact`, fractions as text. Raises Problem, also where it is nested too deep, or
    says something twice.
    """
    if not body:
        raise Problem("bad_request", "the body is empty: JSON is wanted")
    try:
        found, fractions = _exactly(body) if exact else (_read(body), 0)
    except RecursionError:
        raise _too_deep(limits) from None
    except ValueError as wrong:
        raise Problem("bad_request", f"the body is not JSON ({' '.join(str(wrong).split())})") from None
    if _may_be_deeper(body, limits.depth) and isinstance(found, dict | list) and _deeper(found, limits.depth):
        raise _too_deep(limits)
    if b"\\" in body and (b"\\ud" in body or b"\\uD" in body):
        _no_half_characters(found)
    refuse_repeated(body, found, fractions)
    return found


def _read(body: bytes) -> Any:
    try:
        # Five times as quick; what it does not take is read once more, for what it is or what is wrong with it.
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(body, parse_constant=_no_constant)


def _exactly(body: bytes) -> tuple[Any, int]:
    """Return the JSON in a body with fractions as text, and how many of them there are."""
    fractions: list[str] = []

    def fraction(written: str) -> str:
        fractions.append(written)
        return written

    try:
        return msgspec.json.Decoder(float_hook=fraction).decode(body), len(fractions)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        fractions.clear()
        return json.loads(body, parse_float=fraction, parse_constant=_no_constant), len(fractions)


def _no_half_characters(found: Any) -> None:
    """JSON can write half a character (a lone surrogate), which no text can hold."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Problem("bad_request", "the body holds half a character (a lone surrogate)") from None


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _too_deep(limits: Limits) -> Problem:
    return Problem("bad_request", f"the body is nested more than {limits.depth} deep")


_BRACKETS = b'{}[]"\\'
_OTHERS = bytes(set(range(256)).difference(_BRACKETS))


def _may_be_deeper(body: bytes, most: int) -> bool:
    """Tell whether JSON may be nested deeper, by its brackets; where there are some in its texts nobody can tell."""
    if body.count(b"{") + body.count(b"[") <= most:
        return False
    brackets = body.translate(None, _OTHERS).replace(b'""', b"")
    # (With a zero byte it is no UTF-8, and its letters may look like brackets.)
    if b'"' in brackets or b"\\" in brackets or b"\0" in body:
        return True
    for _ in range(most):
        if not brackets:
            return False
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return bool(brackets)


_NESTED = frozenset({dict, list})


def _deeper(found: Any, most: int) -> bool:
    level: list[Any] = [found]
    for _ in range(most):
        inner = list(chain.from_iterable([each.values() if type(each) is dict else each for each in level]))
        level = list(compress(inner, map(_NESTED.__contains__, map(type, inner))))
        if not level:
            return False
    return any(level)


def no_others(said: Iterable[str], known: Sequence[str], place: Callable[[str], str] = pointer) -> None:
    """Raise Problem for a name that is none of those known: mistyped, it would be passed over in silence."""
    for name in said:
        if name not in known:
            near = nearest(name, known)
            told = "there is no such field here" + (f"; did you mean `{near}`?" if near else "")
            raise Problem("bad_request", told, place(name))


async def object_of(request: Request, limits: Limits) -> dict[str, Any]:
    """Return the JSON object that a request brings as application/json. Raises Problem."""
    return object_in(await object_body(request.receive, headers_of(request.scope), limits), limits)


async def object_body(receive: Receive, headers: Headers, limits: Limits) -> bytes:
    """Return the body that comes as application/json. Raises Problem."""
    kind = headers.get(b"content-type", b"")
    if kind != b"application/json" and kind.partition(b";")[0].strip().lower() != b"application/json":
        raise Problem("unsupported_media_type", "application/json is read here")
    return receive.within(limits) if type(receive) is Here else await whole_body(receive, headers, limits)


def object_in(body: bytes, limits: Limits) -> dict[str, Any]:
    """Return the JSON object in a body. Raises Problem."""
    found = read_json(body, limits)
    if not isinstance(found, dict):
        raise Problem("bad_request", "a JSON object is wanted")
    return found
