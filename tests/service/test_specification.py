"""What the Authorization API 1.0 wants beside answers: metadata of a decision point, and requests told apart."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.service.serving import Live, serving
from tests.service.test_publishing import FIRST

TEXTS = {"loan.contract": FIRST}
WHERE = "/.well-known/authzen-configuration"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    parts = {"there": {"public_url": "https://there.example.com/"}}
    tenants = {"main": TEXTS, "other": TEXTS, "there": TEXTS}
    folder = tmp_path_factory.mktemp("specification")
    with serving(folder, tenants, parts, public_url="https://pdp.example.com") as found:
        yield found


@pytest.mark.parametrize(
    ("asked", "name", "endpoints"),
    [
        (WHERE, "https://pdp.example.com", "https://pdp.example.com"),
        (f"{WHERE}/other", "https://pdp.example.com/other", "https://pdp.example.com"),
        (f"{WHERE}/there", "https://there.example.com", "https://there.example.com"),
    ],
)
def test_a_decision_point_is_called_by_where_its_metadata_are(
    live: Live, asked: str, name: str, endpoints: str
) -> None:
    told = live.client().get(asked, headers={"Host": "evil.example.com"}).json()
    assert told["policy_decision_point"] == name
    assert told["access_evaluation_endpoint"] == f"{endpoints}/access/v1/evaluation"


@pytest.mark.parametrize("id", [b"a" * 1000, "张 b".encode(), b"a\tb", b'"x", y'])
def test_the_id_of_a_request_is_any_text(live: Live, id: bytes) -> None:
    """Sent as bytes: a client of Python takes ASCII only."""
    host, port = live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as talk:
        talk.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID: %b\r\nConnection: close\r\n\r\n" % id)
        told = b"".join(iter(lambda: talk.recv(65_536), b""))
    assert b"x-request-id: %b\r\n" % id in told
