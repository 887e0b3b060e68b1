"""The interface of the desk: for its own page alone, refusals with field and reason, and the folder kept to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.analysis.accepted import Acceptance, read
from engine.workbench.conversation import converse
from tests.workbench.serving import CONTRACTS, TODAY, ask, desk

TEXT = """\
| agreement line
| party seller, buyer
| act pay by buyer

1.1 B pays.
| buyer must pay by 2026-01-05
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one contract."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "line.contract").write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    """A desk over it."""
    with desk(root) as found:
        yield found


def test_the_page_asks_for_nothing_elsewhere(address: str) -> None:
    page = httpx2.get(address)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert httpx2.get(address).headers["content-security-policy"] != policy
    for name in ("desk.js", "desk.css", "licences.txt"):
        assert httpx2.get(address + name).headers["x-content-type-options"] == "nosniff"
    assert httpx2.get(address + "..%2fapp.py").status_code == 404
    assert httpx2.get(address + "desk.py").status_code == 404


def test_without_the_word_there_is_nothing(address: str) -> None:
    home = address.split("/", 3)
    bare = "/".join(home[:3])
    assert httpx2.get(f"{bare}/").status_code == 404
    assert httpx2.get(f"{bare}/wrong/").status_code == 404
    assert httpx2.post(f"{bare}/api/read", json={"path": "line.contract"}).status_code == 404


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}]
)
def test_another_page_is_refused(address: str, headers: dict[str, str]) -> None:
    assert httpx2.get(address, headers=headers).status_code == 403
    refused = httpx2.post(f"{address}api/read", json={"path": "line.contract"}, headers=headers)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("what", "given", "status", "field"),
    [
        ("read", {}, 422, "path"), ("read", {"path": 7}, 422, "path"), ("read", {"path": "no.contract"}, 404, "path"),
        ("read", {"path": "../x.contract"}, 404, "path"), ("nothing", {}, 404, "path"),
        ("save", {"path": "line.contract", "text": "x"}, 422, "revision"),
        ("measure", {"path": "line.contract", "what": "serve"}, 404, "what"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_field(
    address: str, what: str, given: dict[str, Any], status: int, field: str
) -> None:
    answer = ask(address, what, **given)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["reason"]


def test_a_body_that_is_no_json_is_refused(address: str) -> None:
    for body, kind, status in (
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 415),
    ):
        answer = httpx2.post(f"{address}api/folder", content=body, headers={"content-type": kind})
        assert answer.status_code == status


def test_who_saves_second_is_told(address: str, root: Path) -> None:
    begun = ask(address, "read", path="line.contract").json()
    saved = ask(address, "save", path="line.contract", text=TEXT + "\n", revision=begun["revision"])
    assert saved.status_code == 200
    late = ask(address, "save", path="line.contract", text="mine", revision=begun["revision"])
    assert late.status_code == 409
    assert late.json()["now"] == {**saved.json(), "text": TEXT + "\n"}
    assert (root / "line.contract").read_text() == TEXT + "\n"


def test_a_saved_contract_is_measured(address: str) -> None:
    checked = ask(address, "measure", path="line.contract", what="check").json()
    assert checked["errors"] == 0
    assert ask(address, "measure", path="line.contract", what="test").json()["outcomes"] == []


def test_a_finding_is_accepted_beside_its_contract(address: str, root: Path) -> None:
    """It goes into the file that `contract analyse` reads, once and with the reason."""
    given = {"path": "line.contract", "finding": "gap/x", "rests_on": "ab"}
    assert ask(address, "accept", **given, reason=" ").json()["field"] == "reason"
    for reason in ("第一次", "meant so"):
        assert ask(address, "accept", **given, reason=reason).json() == {"path": "accepted.yaml"}
    assert read(root / "accepted.yaml") == [
        Acceptance("gap/x", "meant so", TODAY, "ab", str(root / "accepted.yaml"))
    ]


def _talk(root: Path, *messages: dict[str, Any], until: int) -> list[dict[str, Any]]:
    """Return what the server says to some messages, up to the answer with the id `until`."""

    async def talk() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        done = asyncio.Event()

        async def heard() -> AsyncIterator[str]:
            for each in messages:
                yield json.dumps({"jsonrpc": "2.0", **each})
            await asyncio.wait_for(done.wait(), 30)

        async def say(text: str) -> None:
            told.append(json.loads(text))
            if told[-1].get("id") == until:
                done.set()

        await converse(root, CONTRACTS, lambda: TODAY, heard(), say)
        return told

    return asyncio.run(talk())


def test_the_server_is_asked_of_files_in_the_folder_alone(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.contract"
    secret.write_text("| agreement secret\n| party hidden\n")

    def symbols(id: int, uri: str) -> dict[str, Any]:
        return {"id": id, "method": "textDocument/documentSymbol", "params": {"textDocument": {"uri": uri}}}

    told = _talk(
        root,
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": root.as_uri(), "capabilities": {}}},
        {"method": "exit"},
        symbols(2, secret.as_uri()),
        symbols(3, f"{root.as_uri()}/../{tmp_path.name}/secret.contract"),
        {"method": "no such thing", "params": 7},
        symbols(4, (root / "line.contract").as_uri()),
        until=4,
    )  # fmt: skip
    answered = {each["id"]: each for each in told if "id" in each}
    assert set(answered) >= {1, 4}
    assert not {2, 3} & set(answered)
    assert answered[4]["result"][0]["name"] == "1.1"
