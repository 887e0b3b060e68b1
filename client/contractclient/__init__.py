"""A thin client of the contract engine's service (docs/service.md): asks whether an act is allowed, reports events.

It needs nothing but Python. Everything it sends may be sent twice without harm, so it sends again what got no answer.

    with Client("https://pdp.example.com", key) as client:
        answer = client.evaluate(Question(Entity("party", "provider"), "suspend_service", "A-1001"))
        if answer.decision:
            ...
        client.record(Event("A-1001", "invoice_issued", id="bill-7", source="billing", data={...}))
"""

from contractclient.client import Client
from contractclient.told import (
    Answer,
    Entity,
    Event,
    Line,
    Question,
    Recorded,
    Refused,
    ServiceError,
    Unreachable,
)

__all__ = [
    "Answer",
    "Client",
    "Entity",
    "Event",
    "Line",
    "Question",
    "Recorded",
    "Refused",
    "ServiceError",
    "Unreachable",
]
