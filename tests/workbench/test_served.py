"""The desk beside the service: opened with a key, under that key's rights, on the accounts that the service keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from contractlang.cache import Cache
from engine.kept import Documents
from engine.service.clock import now
from engine.service.config import Config
from engine.service.running import Running
from engine.store.apikeys import new_key, prefix_of
from engine.workbench.served import Desks
from tests.browser.conftest import LINE
from tests.workbench.serving import CONTRACTS

BILL = {"name": "bill", "at": "2026-03-02T09:00:00+08:00", "amount": "100.00", "due": "2026-03-10"}


class Served:
    """A service with a desk, and who calls it."""

    def __init__(self, running: Running, port: int) -> None:
        self.running, self.url = running, f"http://127.0.0.1:{port}"

    def key(self, *rights: str) -> str:
        shown, kept = new_key("main", "test", rights, now())
        self.running.server.store.add_key(kept)
        return shown

    @contextmanager
    def browser(self, *rights: str, key: str = "") -> Iterator[httpx2.Client]:
        """Yield a browser that has shown a key with these rights."""
        with httpx2.Client(base_url=self.url, timeout=30) as found:
            answer = found.post("/desk", headers={"Authorization": f"Bearer {key or self.key(*rights)}"})
            assert answer.json() == {"at": "/desk/main/"}
            yield found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "line").mkdir()
    (folder / "line" / "line.contract").write_text(LINE, "utf-8")
    config = Config.model_validate(
        {
            "store": str(folder / "store.db"),
            "port": 0,
            "tenants": {"main": {"contracts": ["given"], "desk": str(folder)}},
        }
    )
    running = Running(
        config, {"main": {"line/line.contract": LINE}}, Documents(folder / "kept", Cache(None)), "error"
    )
    port = running.socket.getsockname()[1]
    running.before = lambda service: Desks(service, running.server, {"main": folder}, CONTRACTS, port)
    listener = running.listener(grace_s=1)
    thread = threading.Thread(target=listener.run, kwargs={"sockets": [running.socket]}, daemon=True)
    thread.start()
    while not listener.started:
        time.sleep(0.01)
    found = Served(running, port)
    with httpx2.Client(
        base_url=found.url, headers={"Authorization": f"Bearer {found.key('record')}"}
    ) as client:
        for name, bills in (("late", 1), ("quiet", 0)):
            client.post("/accounts", json={"account": name, "agreements": ["line"]}).raise_for_status()
            for _ in range(bills):
                body = {
                    "specversion": "1.0", "id": "b1", "source": "test", "type": "bill", "subject": name,
                    "time": BILL["at"], "data": {"amount": BILL["amount"], "due": BILL["due"]},
                }  # fmt: skip
                kind = {"content-type": "application/cloudevents+json"}
                client.post("/events", json=body, headers=kind).raise_for_status()
    yield found
    listener.should_exit = True
    thread.join()


def test_without_a_key_there_is_only_the_door(served: Served) -> None:
    with httpx2.Client(base_url=served.url) as client:
        assert "合同工作台" in client.get("/desk").text
        assert 'id="door"' in client.get("/desk/main/").text
        assert client.post("/desk/main/api/folder", json={}).status_code == 401
        assert client.post("/desk", headers={"Authorization": "Bearer nothing"}).status_code == 401
        assert client.get("/health").status_code == 200


def test_the_page_and_its_language_server_open_with_the_cookie(served: Served) -> None:
    with served.browser("ask") as browser:
        assert "desk.js" in browser.get("/desk/main/").text
        assert browser.post("/desk/main/api/folder", json={}).json()["accounts"] is True
        assert browser.post("/desk/other/api/folder", json={}).status_code == 401
        word = browser.cookies["contract-desk"]
    address = served.url.replace("http", "ws") + "/desk/main/lsp"
    with connect(
        address, additional_headers={"Cookie": f"contract-desk={word}"}, origin=Origin(served.url)
    ) as socket:
        socket.send('{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}')
        assert '"id":1' in str(socket.recv(timeout=20)).replace(" ", "")


def test_saving_and_looking_at_accounts_are_rights_of_their_own(served: Served) -> None:
    draft = {"path": "line/line.contract", "text": LINE, "revision": ""}
    with served.browser("ask") as browser:
        assert browser.post("/desk/main/api/save", json=draft).status_code == 403
        assert browser.post("/desk/main/api/impact", json=draft).status_code == 403
        assert browser.post("/desk/main/api/read", json=draft).json()["text"] == LINE


def test_a_draft_is_judged_on_every_account(served: Served) -> None:
    draft = {"path": "line/line.contract", "text": LINE.replace("by it.due", "by 2030-01-01")}
    with served.browser("ask", "audit") as browser:
        told = browser.post("/desk/main/api/impact", json=draft).json()
        assert (told["accounts"], told["looked"], told["touched"]) == (2, 2, 1)
        group = next(each for each in told["groups"] if each["what"]["en"] == "provider may suspend")
        assert (group["old"]["en"], group["new"]["zh"], group["count"]) == ("permitted", "不得", 1)
        (account,) = group["accounts"]
        both = browser.post(
            "/desk/main/api/explained",
            json={**draft, "account": account["name"], "question": account["question"]},
        ).json()
        assert (account["name"], both["old"]["answer"], both["new"]["answer"]) == (
            "late",
            "permitted",
            "forbidden",
        )
        assert any("100.00" in line["text"] for line in both["old"]["lines"]["en"])
        same = browser.post("/desk/main/api/impact", json={**draft, "text": LINE}).json()
        assert (same["touched"], same["groups"]) == (0, [])


def test_a_revoked_key_opens_nothing_any_more(served: Served) -> None:
    key = served.key("ask")
    with served.browser(key=key) as browser:
        assert browser.post("/desk/main/api/folder", json={}).status_code == 200
        access, store = served.running.server.access, served.running.server.store
        store.revoke_key(str(prefix_of(key)), now())
        # As after the seconds for which a key is trusted.
        access._kept.clear()
        access._proved.clear()
        assert browser.post("/desk/main/api/folder", json={}).status_code == 401
