"""The desk beside the service: opened with a key, under that key's rights, on the accounts that the service keeps."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from engine.service.clock import now
from engine.store.apikeys import prefix_of
from tests.browser.conftest import LINE
from tests.workbench.with_service import Served, with_service


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with an account that is late and one that is not."""
    with with_service(
        tmp_path_factory.mktemp("served"), LINE, {"late": ("2026-03-10",), "quiet": ()}
    ) as found:
        yield found


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
        assert '"id":1' in str(socket.recv(timeout=60)).replace(" ", "")


def test_saving_and_looking_at_accounts_are_rights_of_their_own(served: Served) -> None:
    draft = {"path": "line/line.contract", "text": LINE, "revision": ""}
    with served.browser("ask") as browser:
        assert browser.post("/desk/main/api/save", json=draft).status_code == 403
        assert browser.post("/desk/main/api/accept", json=draft).status_code == 403
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


@pytest.mark.parametrize(
    ("before", "after", "what", "old", "new"),
    [
        (
            "pay it.amount for",
            "pay (it.amount + 20.00 CNY) for",
            "unpaid under 1.1",
            "100.00 CNY",
            "120.00 CNY",
        ),
        (
            "1.2 While",
            "| agreement ends once fee is overdue\n1.2 While",
            "agreement",
            "in force",
            "terminated",
        ),
    ],
)
def test_what_is_owed_and_how_things_stand_is_compared(
    served: Served, before: str, after: str, what: str, old: str, new: str
) -> None:
    draft = {"path": "line/line.contract", "text": LINE.replace(before, after)}
    with served.browser("ask", "audit") as browser:
        groups = browser.post("/desk/main/api/impact", json=draft).json()["groups"]
        (group,) = (each for each in groups if each["what"]["en"] == what)
        assert (group["old"]["en"], group["new"]["en"]) == (old, new)
        late = next(each for each in group["accounts"] if each["name"] == "late")
        both = browser.post(
            "/desk/main/api/explained", json={**draft, "account": "late", "question": late["question"]}
        ).json()
        assert old in str(both["old"]["lines"]["en"])
        assert new in str(both["new"]["lines"]["en"])


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
