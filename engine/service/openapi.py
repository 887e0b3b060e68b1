"""What the OpenAPI page says of the addresses: shapes of what comes and goes, with examples that run.

Written by hand, as the requests are read by hand; the tests send what fits and what does not, and hold both together.
"""

from __future__ import annotations

from typing import Any

from engine.service.authzen import SEMANTICS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ANY: Schema = {"type": "object"}
MAYBE: Schema = {"type": ["object", "null"]}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT, "detail": {"type": "string"},
        "field": {
            "type": "string",
            "description": "Where the fault is: a JSON pointer into the body (`/agreements/0`; of an event in binary "
            "mode, into it as structured mode has it), or the name of a header or of a word in the address.",
        },
    },
}  # fmt: skip
_WHY = {
    "400": "the request cannot be read; `field` says where", "401": "no key, or one that does not hold",
    "403": "the key lacks the right", "404": "there is nothing of that name", "409": "it conflicts with what is kept",
    "413": "the body is too large", "415": "another media type is read here", "429": "too many requests",
    "503": "the store cannot be reached",
}  # fmt: skip
COMMON = ("400", "401", "403", "413", "415", "429", "503")


def problems(*more: str) -> Schema:
    """Return the answers that tell a problem."""
    return {
        status: {
            "description": _WHY[status], "content": {"application/problem+json": {"schema": PROBLEM}}
        }
        for status in sorted({*COMMON, *more})
    }  # fmt: skip


def operation(
    answer: Schema, request: Schema | None = None, *more: str, example: Any = None, **extra: Any
) -> Schema:
    """Return what an operation adds to the page: body, answers, problems."""
    found: Schema = {
        "responses": {
            "200": {"description": "the answer", "content": {"application/json": {"schema": answer}}},
            **problems(*more),
        },
        **extra,
    }
    if request is not None:
        content: Schema = {"schema": request}
        if example is not None:
            content["example"] = example
        found["requestBody"] = {"required": True, "content": {"application/json": content}}
    return found


def _entity(with_id: bool) -> Schema:
    return {
        "type": "object",
        "required": ["type", "id"] if with_id else ["type"],
        "properties": {"type": TEXT, "properties": MAYBE} | ({"id": TEXT} if with_id else {}),
    }


_WHEN: Schema = {
    "type": ["string", "null"],
    "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$",
}
_REVISION: Schema = {"type": ["string", "integer", "null"], "minLength": 1}
_ACTION: Schema = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "properties": MAYBE}}
_CONTEXT: Schema = {
    "type": ["object", "null"],
    "description": "Data of the act, and which day and which knowledge the question is about.",
    "properties": {
        "as_of": {**_WHEN, "description": "A day (its last instant) or a moment; now if left out."},
        "known_at": {**_WHEN, "description": "With the knowledge of then."},
        "revision": {**_REVISION, "description": "Exactly as the account was at this revision."},
        "at_least": {**_REVISION, "description": "At least as fresh as this revision."},
    },
}
_OF_ONE: Schema = {"type": "null", "description": "A revision is of one account: it is not taken here."}
_CONTEXT_OF_ALL: Schema = {
    **_CONTEXT, "properties": {**_CONTEXT["properties"], "revision": _OF_ONE, "at_least": _OF_ONE}
}  # fmt: skip
_PAGE: Schema = {
    "type": ["object", "null"],
    "properties": {
        "token": {"type": ["string", "null"]},
        "limit": {"type": ["integer", "null"], "minimum": 1},
    },
}
_LINES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["depth", "text"],
        "properties": {"depth": {"type": "integer"}, "text": {"type": "string"}},
    },
}
_ANSWER: Schema = {
    "type": "object",
    "required": ["decision"],
    "properties": {
        "decision": {"type": "boolean"},
        "context": {
            "type": "object",
            "required": ["outcome"],
            "properties": {
                "outcome": {
                    "enum": [
                        "permitted", "forbidden", "no_basis", "unregulated", "undetermined", "conflicting",
                        "unknown_subject", "unknown_resource", "unknown_action", "error",
                    ]
                },
                "required": {"type": "boolean"},
                "reasons": {"type": "object", "properties": {"zh": _LINES, "en": _LINES}},
                "missing": {"type": "array", "items": ANY},
                "could_be": {"type": "array", "items": {"type": "string"}},
                "assumes": {"type": "array", "items": ANY},
                "cure": {"type": "array", "items": ANY},
                "holds_until": {"type": ["string", "null"]},
                "receipt": ANY,
                "ignored": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}  # fmt: skip
QUESTION = {
    "subject": {"type": "party", "id": "provider"},
    "action": {"name": "suspend_service"},
    "resource": {"type": "account", "id": "A-1001"},
    "context": {"as_of": "2026-04-11"},
}
_REQUEST: Schema = {
    "type": "object",
    "required": ["subject", "action", "resource"],
    "properties": {
        "subject": _entity(True),
        "action": _ACTION,
        "resource": _entity(True),
        "context": _CONTEXT,
    },
}
EVALUATION = operation(_ANSWER, _REQUEST, "409", example=QUESTION)
EVALUATIONS = operation(
    {
        "anyOf": [
            {
                "type": "object",
                "required": ["evaluations"],
                "properties": {"evaluations": {"type": "array", "items": _ANSWER}},
            },
            _ANSWER,
        ]
    },
    {
        "type": "object",
        "description": "Without `evaluations` it is one question, and gets one answer.",
        "anyOf": [{"required": ["evaluations"]}, {"required": ["subject", "action", "resource"]}],
        "properties": {
            "subject": _entity(True), "action": _ACTION, "resource": _entity(True), "context": _CONTEXT,
            "evaluations": {"type": ["array", "null"], "items": ANY},
            "options": {
                "type": ["object", "null"],
                "properties": {"evaluations_semantic": {"enum": list(SEMANTICS)}},
            },
        },
    },
    "409",
    example={**QUESTION, "evaluations": [{}, {"action": {"name": "terminate"}}]},
)  # fmt: skip


def _searched(what: str) -> Schema:
    parts: Schema = {"subject": _entity(what != "subject"), "resource": _entity(what != "resource")}
    if what != "action":
        parts["action"] = _ACTION
    example = {name: dict(value) for name, value in QUESTION.items() if name in parts or name == "context"}
    if what != "action":
        example[what].pop("id", None)
    return operation(
        {
            "type": "object",
            "required": ["results", "page"],
            "properties": {
                "results": {"type": "array", "items": ANY},
                "page": {
                    "type": "object",
                    "required": ["next_token"],
                    "properties": {"next_token": {"type": "string"}},
                },
            },
        },
        {
            "type": "object", "required": sorted(parts),
            "properties": {**parts, "context": _CONTEXT_OF_ALL if what == "resource" else _CONTEXT, "page": _PAGE},
        },
        "409",
        example=example,
    )  # fmt: skip


SEARCH = {what: _searched(what) for what in ("subject", "resource", "action")}
METADATA: Schema = {
    "security": [],
    "responses": {
        "200": {"description": "where everything is", "content": {"application/json": {"schema": ANY}}},
        "404": problems("404")["404"],
    },
}

_DATA: Schema = {"type": "object", "description": "The fields of the act or event; `by` says who acted."}
EVENT: Schema = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time"],
    "properties": {
        "specversion": {"const": "1.0"}, "id": TEXT, "source": TEXT,
        "type": {**TEXT, "description": "An act or event of the vocabulary."},
        "subject": {**TEXT, "description": "The account."},
        "time": {"type": "string", "format": "date-time"}, "data": _DATA,
    },
}  # fmt: skip
BILLED = {
    "specversion": "1.0", "id": "bill-2026-03", "source": "billing", "type": "invoice_issued", "subject": "A-1001",
    "time": "2026-04-01T09:00:00+08:00", "data": {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"},
}  # fmt: skip
EVENTS: Schema = {
    "responses": {
        "200": {"description": "what came of each event", "content": {"application/json": {"schema": ANY}}},
        **problems("404", "409"),
    },
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": EVENT, "example": BILLED},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "items": EVENT},
                "example": [BILLED],
            },
        },
    },
}
OPENED = {
    "agreements": ["voip-1"],
    "settings": {"有效期": "2年"},
    "parties": {"user": "customer-17"},
}
OPENING: Schema = {
    "type": "object",
    "required": ["account", "agreements"],
    "properties": {
        "account": TEXT, "type": {"type": ["string", "null"], "minLength": 1},
        "agreements": {"type": ["array", "string"], "items": TEXT, "minItems": 1, "minLength": 1},
        "layers": {"type": ["array", "string", "null"], "items": TEXT, "minLength": 1},
        "settings": MAYBE, "readings": MAYBE, "answers": MAYBE, "parties": MAYBE,
    },
}  # fmt: skip
DOCUMENT: Schema = {"type": "object"}
READ = operation(DOCUMENT, None, "404", "409")


def asked_by(*names: str) -> Schema:
    """Return a reading operation that takes these words in the query."""
    told = {
        "as_of": ("A day (its last instant) or a moment; now if left out.", {**_WHEN, "type": "string"}),
        "known_at": ("With the knowledge of then.", {**_WHEN, "type": "string"}),
        "revision": ("Exactly as the account was at this revision.", {"type": "string"}),
        "at_least": ("At least as fresh as this revision.", {"type": "string"}),
        "after": ("What comes after this number.", {"type": "string", "pattern": "^[0-9]{1,15}$"}),
        "after_name": ("Those whose names come after this one.", {"type": "string"}),
        "account": ("Of this account only.", {"type": "string"}),
    }
    parameters = [
        {
            "name": name.removesuffix("_name"),
            "in": "query",
            "required": False,
            "description": told[name][0],
            "schema": told[name][1],
        }
        for name in names
    ]
    return {**READ, "parameters": parameters}


def text_answer(kind: str, **more: Any) -> Schema:
    """Return a reading operation whose answer is text."""
    told = {"description": "the answer", "content": {kind: {"schema": {"type": "string"}}}}
    return {"responses": {**READ["responses"], "200": told}, **more}


NOTICES: Schema = {**asked_by("after"), **text_answer("text/event-stream")}
NOTICES["responses"]["200"]["content"]["application/json"] = {"schema": DOCUMENT}
ABOUT_AN_ACCOUNT = asked_by("as_of", "known_at", "revision", "at_least")
_SUPPOSED: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["name", "at"],
        "properties": {"name": TEXT, "at": TEXT, "by": TEXT},
    },
}
ASK = operation(
    DOCUMENT, {"type": "object", "required": ["question"], "properties": {"question": TEXT}}, "404", "409",
    example={"question": "2026-09-12 user in breach of 5.2"},
)  # fmt: skip
WHAT_IF = operation(
    DOCUMENT,
    {
        "type": "object", "required": ["events"],
        "properties": {"events": _SUPPOSED, "as_of": _WHEN, "question": {"type": ["string", "null"]}},
    },
    "404", "409",
    example={"events": [{"name": "usage", "at": "2026-04-20T09:00", "period": "2026-04", "minutes": 200}]},
)  # fmt: skip
PROPOSE = operation(
    DOCUMENT,
    {
        "type": "object", "required": ["name", "version", "files"],
        "properties": {
            "name": {**TEXT, "pattern": "^[^/@]+$"}, "version": {**TEXT, "pattern": "^[^/@]+$"},
            "effective_on": {"type": ["string", "null"], "format": "date"},
            "files": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        },
    },
    "404", "409",
    example={
        "name": "loan", "version": "2", "effective_on": "2027-01-01",
        "files": {
            "loan.contract": (
                '| agreement loan 借款\n| version "2"\n| party lender 出借人, borrower 借款人\n'
                "| act repay 还款 by borrower\n| act call_in 提前收回 by lender, needs basis\n| event paid_out 放款\n\n"
                "1. The borrower repays what was paid out within sixty days.\n"
                "| repayment: for each paid_out as loan, borrower must repay within 60 days of loan.day\n"
                "2. If a repayment is late, the lender may call in the loan.\n"
                "| while repayment is overdue, lender may call_in\n"
            ),
            "scenarios.md": (
                "## Nothing was repaid\n\n```ledger\n2026-03-02 09:00 paid_out\n```\n\n"
                "```expect\n2026-05-06 lender may call_in: forbidden\n2026-05-07 lender may call_in: permitted\n```\n"
            ),
        },
    },
)  # fmt: skip
SUBSCRIBE = operation(
    DOCUMENT, {"type": "object", "required": ["url"], "properties": {"url": {"type": "string", "format": "uri"}}},
    "409", example={"url": "https://hooks.example.com/contract"},
)  # fmt: skip
