"""What is answered when something is wrong: RFC 9457 problem documents with a stable code, and never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from contractlang.diagnostic import Language, Said
from engine.errors import (
    Conflict,
    Damaged,
    EngineError,
    NotKept,
    Stale,
    StoreError,
    Unavailable,
    Unready,
)

TITLES = {
    "bad_request": Said("the request cannot be read", "请求无法读取"),
    "unauthenticated": Said("who calls is not known", "不知调用者是谁"),
    "not_allowed": Said("the caller has no right to this", "调用者无此权利"),
    "not_found": Said("there is nothing of that name", "没有此名称的事物"),
    "method_not_allowed": Said("the method is not allowed here", "此处不接受该方法"),
    "conflict": Said("it does not go together with what is kept", "与已保存的内容不符"),
    "stale": Said("what is kept has moved on", "已保存的内容已有变动"),
    "gone": Said("it is no longer there", "已不在此处"),
    "too_large": Said("the request is too large", "请求过大"),
    "unsupported_media_type": Said(
        "the request is of a media type that is not read here", "此处不读取该媒体类型"
    ),
    "too_many_requests": Said("too many requests", "请求过多"),
    "refused": Said("it is not fit to be taken into use", "尚不宜启用"),
    "unavailable": Said("the store cannot be reached, try again", "暂时无法访问存储，请再试"),
    "internal": Said("an error of ours", "我方的错误"),
}
_STATUSES = {
    "bad_request": 400, "unauthenticated": 401, "not_allowed": 403, "not_found": 404, "method_not_allowed": 405,
    "conflict": 409, "stale": 409, "gone": 410, "too_large": 413, "unsupported_media_type": 415, "refused": 409,
    "too_many_requests": 429, "unavailable": 503, "internal": 500,
}  # fmt: skip
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}


class Problem(Exception):
    """A request that is not carried out. `field` names the place of the fault, `more` what helps.

    In the body that is a JSON pointer (`/resource/id`), else the name of a header or of a word in the address. `zh`
    is the detail in Chinese, of what is wrong with a question, an event or terms.
    """

    def __init__(
        self, code: str, detail: str, field: str = "", headers: Mapping[str, str] | None = None, zh: str = "",
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.code, self.detail, self.field, self.more = code, detail, field, more
        self.zh = zh
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUSES[self.code]

    def document(self, language: Language = "en") -> dict[str, Any]:
        """Return the problem document in a language, as far as it is told in it."""
        place = {"field": self.field} if self.field else {}
        return {
            "type": f"urn:contract:problem:{self.code}", "title": getattr(TITLES[self.code], language),
            "status": self.status, "code": self.code, "detail": (language == "zh" and self.zh) or self.detail, **place,
            **self.more,
        }  # fmt: skip

    def response(self, accepted: str = "") -> JSONResponse:
        """Return the answer that tells it, in the language that is accepted soonest (`Accept-Language`)."""
        language: Language = "zh" if accepted.lstrip().lower().startswith("zh") else "en"
        return JSONResponse(
            self.document(language), self.status, self.headers, media_type="application/problem+json"
        )


def pointer(*names: str | int) -> str:
    """Return the JSON pointer (RFC 6901) to what stands under these names in one another; an empty one is none."""
    return "".join(f"/{str(each).replace('~', '~0').replace('/', '~1')}" for each in names if each != "")


def problem_of(wrong: Exception) -> Problem:
    """Return the problem that an exception is to a caller; what we did not expect is told without its words."""
    match wrong:
        case Problem():
            return wrong
        case NotKept():
            return Problem("not_found", str(wrong), wrong.what)
        case Stale():
            return Problem("stale", str(wrong), revision=wrong.revision)
        case Conflict():
            return Problem("conflict", str(wrong))
        case Unavailable():
            return Problem("unavailable", wrong.reason, headers={"Retry-After": "1"})
        case Unready():
            return Problem("unavailable", "the tables are of another version", headers={"Retry-After": "1"})
        case Damaged():
            return Problem("internal", "what is kept cannot be read as it was kept; it was logged")
        case EngineError():
            return Problem("bad_request", str(wrong), zh=wrong.said("zh"))
        case _:
            return Problem("internal", "it was logged; nothing of it is told here")


def problem_at(wrong: StoreError, field: str) -> Problem:
    """Return the problem that an exception is to a caller, with the place in the request that it is about."""
    found = problem_of(wrong)
    found.field = field
    return found


def problem_of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem for a status that the router gave."""
    return Problem(_CODES.get(status, "bad_request"), detail, headers=headers)
