"""A version comes into use only through its gates, and only for accounts opened from its day on."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from engine.cli import carried_out
from engine.service import publishing, shadow
from engine.service.clock import now
from engine.service.held import Held
from engine.store import Books, ContractRow
from tests.service.serving import Live, serving

FIRST = """| agreement loan 借款
| valid from 2020-01-01 to 2025-12-31
| party lender 出借人, borrower 借款人
| act call_in 提前收回 by lender, needs basis

1 The lender may call in the loan.
| lender may call_in
"""
SECOND = """| agreement loan 借款
| version "2"
| valid from 2026-01-01
| party lender 出借人, borrower 借款人
| act call_in 提前收回 by lender, needs basis

1 The lender may not call in the loan.
| lender must not call_in
"""
CASES = """## The lender may not call it in

```expect
2026-12-24  lender may call_in: forbidden
```
"""


@pytest.fixture
def live(tmp_path: Path):
    with serving(
        tmp_path, {"main": {"loan.contract": FIRST}}, {"main": {"second_person": True, "shadow": ["loan@2"]}}
    ) as live:
        yield live


def accepted(folder: Path, text: str = SECOND) -> str:
    """Return the one finding of the second version, accepted as its author would accept it."""
    (folder / "loan.contract").write_text(text, "utf-8")
    key = "gap/no consequence:loan@2/0"
    assert carried_out(["analyse", str(folder), "--accept", key, "--reason", "a promise of honour"]) == 0
    return (folder / "accepted.yaml").read_text("utf-8")


def proposed(live: Live, text: str = SECOND, cases: str = CASES, **more: str):
    files = {"loan.contract": text, "scenarios.md": cases, **more}
    body = {"name": "loan", "version": "2", "files": files}
    return live.client(rights=("publish",)).post("/contracts", json=body, timeout=120)


def outcome(live: Live, account: str) -> str:
    asked = {
        "subject": {"type": "party", "id": "lender"}, "action": {"name": "call_in"},
        "resource": {"type": "account", "id": account},
    }  # fmt: skip
    return live.client().post("/access/v1/evaluation", json=asked).json()["context"]["outcome"]


def until(live: Live, result: str, count: int) -> None:
    """Wait until so many questions have come to a result; nobody who asks waits for it."""
    wanted = f'contract_shadow_total{{candidate="loan@2",result="{result}"}} {count}.0'
    for _ in range(3000):
        if wanted in live.client(rights=("audit",)).get("/metrics").text:
            return
        time.sleep(0.02)
    raise AssertionError(wanted)


def test_what_is_refused_is_told_without_where_the_server_keeps_it(live: Live) -> None:
    refused = proposed(live, FIRST, CASES.replace("forbidden", "permitted"))
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    assert "--> loan@2/loan.contract:1:3" in refused.json()["detail"]


def test_a_candidate_is_asked_after_the_answer(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = live.client()
    client.post("/accounts", json={"account": "a", "agreements": ["loan"]})
    asked = {
        "subject": {"type": "party", "id": "lender"}, "action": {"name": "call_in"},
        "resource": {"type": "account", "id": "a"},
    }  # fmt: skip
    log = CapturingLogger()
    monkeypatch.setattr(live.server.shadow, "_log", log)
    outcome(live, "a")
    until(live, "error", 1)
    told = {"tenant": "main", "candidate": "loan@2", "account": "a"}
    assert log.calls[-1].kwargs == {**told, "error": "no contract is called `loan@2`"}
    (tmp_path / "draft").mkdir()
    assert proposed(live, **{"accepted.yaml": accepted(tmp_path / "draft")}).status_code == 200
    read: list[int] = []
    entries = type(live.server.tenants["main"].books).entries

    def noted(self: Any, *args: Any, **more: Any) -> Any:
        read.append(1)
        return entries(self, *args, **more)

    monkeypatch.setattr(type(live.server.tenants["main"].books), "entries", noted)
    batch = client.post("/access/v1/evaluations", json={"evaluations": [asked] * 20})
    assert [each["decision"] for each in batch.json()["evaluations"]] == [True] * 20
    until(live, "different", 20)
    last = log.calls[-1].kwargs
    assert last == {**told, "decision": last["decision"], "was": "permitted", "would": "forbidden"}
    data = {"specversion": "1.0", "id": "c1", "source": "t", "type": "call_in", "subject": "a"}
    sent = client.post(
        "/events", content=json.dumps({**data, "time": "2026-03-01T09:00:00+08:00", "data": {"by": "lender"}}),
        headers={"Content-Type": "application/cloudevents+json"},
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    read.clear()
    for number in range(1, 6):
        outcome(live, "a")
        until(live, "different", 20 + number)
    # The account is not replayed for each question: one event was read, once.
    assert len(read) == 1


def test_what_waits_for_a_candidate_is_bounded(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "MOST_WAITING", 3)
    held, begun = threading.Event(), threading.Event()

    def slow(self: Any, part: Any) -> list[Any]:
        begun.set()
        held.wait(120)
        return [shadow.Compared(each, "same", "") for each in part]

    monkeypatch.setattr(shadow.CandidateAccounts, "compared", slow)
    live.client().post("/accounts", json={"account": "a", "agreements": ["loan"]})
    assert outcome(live, "a") == "permitted"
    assert begun.wait(60)
    for _ in range(5):
        assert outcome(live, "a") == "permitted"
    until(live, "dropped", 3)
    assert "contract_shadow_waiting 3.0" in live.client(rights=("audit",)).get("/metrics").text
    held.set()
    until(live, "same", 3)


def test_a_version_needs_its_gates_and_another_person(live: Live, tmp_path: Path) -> None:
    client = live.client()
    client.post("/accounts", json={"account": "old", "agreements": ["loan"]})
    assert outcome(live, "old") == "permitted"
    (tmp_path / "draft").mkdir()
    found = proposed(live, **{"accepted.yaml": accepted(tmp_path / "draft")})
    assert found.status_code == 200, found.text
    report = found.json()["report"]
    assert report["fit"], report
    assert outcome(live, "old") == "permitted"
    until(live, "different", 1)
    alone = client.post("/contracts/loan/2/publish")
    assert (alone.status_code, alone.json()["code"]) == (409, "refused")
    assert client.post("/contracts/loan/2/approve").status_code == 200
    assert client.post("/contracts/loan/2/publish").status_code == 200
    assert outcome(live, "old") == "permitted"
    opened = client.post("/accounts", json={"account": "new", "agreements": ["loan"]})
    assert opened.status_code == 200, opened.text
    assert outcome(live, "new") == "forbidden"


def test_a_version_without_an_end_has_a_successor(tmp_path: Path) -> None:
    first = "\n".join(line for line in FIRST.splitlines() if "valid" not in line)
    second = "\n".join(line for line in SECOND.splitlines() if "valid" not in line)
    with serving(tmp_path, {"main": {"loan.contract": first}}, {}) as live:
        client = live.client()
        client.post("/accounts", json={"account": "old", "agreements": ["loan"]})
        (tmp_path / "draft").mkdir()
        found = proposed(live, second, **{"accepted.yaml": accepted(tmp_path / "draft", second)})
        assert found.json()["report"]["fit"], found.text
        assert client.post("/contracts/loan/2/publish").status_code == 200
        client.post("/accounts", json={"account": "new", "agreements": ["loan"]})
        client.post("/accounts", json={"account": "former", "agreements": ["loan@1"]})
        outcomes = {"old": "permitted", "new": "forbidden", "former": "permitted"}
        assert {name: outcome(live, name) for name in outcomes} == outcomes
        moved = {"specversion": "1.0", "id": "m", "source": "t", "type": "migrate", "subject": "old"}
        data = {"agreement": "loan", "version": "2"}
        kind = {"Content-Type": "application/cloudevents+json"}
        body = json.dumps({**moved, "time": "2026-03-01T09:00:00+08:00", "data": data})
        assert client.post("/events", content=body, headers=kind).status_code == 200
        assert outcome(live, "old") == "forbidden"


def test_a_version_that_fails_its_scenarios_is_mended_and_proposed_again(live: Live, tmp_path: Path) -> None:
    (tmp_path / "draft").mkdir()
    known = {"accepted.yaml": accepted(tmp_path / "draft")}
    refused = proposed(live, cases=CASES.replace("forbidden", "permitted"), **known)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409,
        "refused",
        "/files",
    )
    assert refused.json()["detail"] == "it did not pass: scenarios"
    assert refused.json()["report"]["scenarios"]["passed"] is False
    assert live.client().post("/contracts/loan/2/publish").status_code == 404
    reworded = proposed(live, SECOND.replace("The lender may", "No lender may"), cases="", **known)
    assert reworded.json()["detail"] == "it did not pass: scenarios, analysis"
    assert proposed(live, **known).status_code == 200


def test_who_proposed_does_not_approve(live: Live, tmp_path: Path) -> None:
    client = live.client(rights=("publish",))
    files = {"loan.contract": "| agreement loan\n| nonsense"}
    refused = client.post("/contracts", json={"name": "loan", "version": "2", "files": files}, timeout=120)
    assert refused.json()["detail"] == "it did not pass: check"
    (tmp_path / "draft").mkdir()
    files = {
        "loan.contract": SECOND,
        "scenarios.md": CASES,
        "accepted.yaml": accepted(tmp_path / "draft"),
    }
    kept = client.post("/contracts", json={"name": "loan", "version": "2", "files": files}, timeout=120)
    assert kept.status_code == 200, kept.text
    assert client.post("/contracts/loan/2/approve").status_code == 403


HOUR = """| agreement fund
| party lender, borrower
| uses house
| act repay (amount: money, loan: paid_out) by borrower, accumulates amount for each loan
| act call_in by lender, needs basis

1. The borrower repays within an hour.
| repayment: for each paid_out as loan, borrower must repay loan.amount for loan within 1 hour
2. If a repayment is late, the lender may call in the loan.
| while repayment is overdue, lender may call_in
"""
HOUSE = """| vocabulary house
| event paid_out (amount: money)
"""
TWO_HOURS = """| supplement fund-1 "First supplement" to fund
| valid from 2026-03-01

1. The borrower repays within two hours.
| replaces 1
| repayment: for each paid_out as loan, borrower must repay loan.amount for loan within 2 hours
"""
HOURS = """## Two hours now

```ledger
2026-03-02 09:00 paid_out amount=10.00
```

```expect
2026-03-02 10:30 lender may call_in: forbidden
2026-03-02 11:30 lender may call_in: permitted
```
"""


def test_a_supplement_is_judged_with_what_it_amends_and_changes_every_account_of_it(tmp_path: Path) -> None:
    texts = {"main": {"mine/fund.contract": HOUR, "mine/house.contract": HOUSE}}
    with serving(tmp_path, texts) as live:
        client = live.client()
        client.post("/accounts", json={"account": "a", "agreements": ["fund"]})
        data = {"specversion": "1.0", "source": "t", "type": "paid_out", "subject": "a"}
        for number, day in enumerate(("2026-02-27", "2026-03-02")):
            sent = {**data, "id": str(number), "time": f"{day}T09:00:00+08:00", "data": {"amount": "10.00"}}
            told = client.post("/events", json=sent, headers={"Content-Type": "application/cloudevents+json"})
            assert told.status_code == 200, told.text
        body = {
            "name": "fund-1",
            "version": "1",
            "files": {"fund-1.contract": TWO_HOURS, "scenarios.md": HOURS},
        }
        wrong = client.post("/contracts", json={**body, "effective_on": "2027-01-01"}, timeout=120)
        assert (wrong.status_code, wrong.json()["field"]) == (400, "/effective_on")
        made = client.post("/contracts", json=body, timeout=120)
        assert (made.status_code, made.json().get("effective_on")) == (200, "2026-03-01"), made.text
        late = "2026-03-02T10:30"
        before = client.get("/accounts/a", params={"as_of": late}).json()["breaches"]
        client.post("/contracts/fund-1/1/publish")
        after = client.get("/accounts/a", params={"as_of": late}).json()["breaches"]
    assert [each["trigger"] for each in before] == ["0", "1"]
    assert [each["trigger"] for each in after] == ["0"]


def test_a_version_is_judged_with_a_vocabulary_of_the_tenants_own(tmp_path: Path) -> None:
    texts = {"main": {"mine/fund.contract": HOUR, "mine/house.contract": HOUSE}}
    second = HOUR.replace("| party", '| version "2"\n| party', 1).replace("1 hour", "2 hours")
    with serving(tmp_path, texts) as live:
        body = {"name": "fund", "version": "2", "files": {"fund.contract": second, "scenarios.md": HOURS}}
        made = live.client().post("/contracts", json=body, timeout=120)
    assert made.status_code == 200, made.text


def candidates(books: Books, *versions: str) -> None:
    """Have versions of the loan that passed their gates wait to be published."""
    for version in versions:
        text = SECOND.replace('version "2"', f'version "{version}"')
        texts = json.dumps({f"loan@{version}/loan.contract": text}).encode()
        report = b'{"fit": true}'
        books.propose(ContractRow("loan", version, texts, "t", "m", date(2026, 1, 1), report, "ann", now()))


def test_of_two_versions_published_at_once_both_come_into_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has read what is published before the second is, and takes it into use when that is done."""
    with serving(tmp_path, {"main": {"loan.contract": FIRST}}) as live:
        tenant = live.server.tenants["main"]
        candidates(tenant.books, "2", "3")
        refreshed, contracts, looked = threading.Event(), tenant.books.contracts, list[int]()

        def slowly() -> list[ContractRow]:
            rows = contracts()
            looked.append(len(rows))
            if len(looked) == 1:
                refreshed.wait(1)
            return rows

        monkeypatch.setattr(tenant.books, "contracts", slowly)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(live.client().post, "/contracts/loan/2/publish")
            while not looked:
                time.sleep(0.01)
            second = pool.submit(live.client().post, "/contracts/loan/3/publish")
            time.sleep(0.3)
            refreshed.set()
            assert (first.result().status_code, second.result().status_code) == (200, 200)
        assert {each.version for each in tenant.library.agreements()["loan"]} == {"", "2", "3"}


def test_an_account_that_is_read_while_a_version_comes_into_use_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be answered without a supplement that completes it, until it is let go of."""
    with serving(tmp_path, {"main": {"loan.contract": FIRST}}) as live:
        tenant = live.server.tenants["main"]
        candidates(tenant.books, "2")
        live.client().post("/accounts", json={"account": "a", "agreements": ["loan"]})
        tenant.accounts.forget()
        begun, published, read = threading.Event(), threading.Event(), tenant.accounts.read

        def slowly(name: str) -> Held:
            held = read(name)
            begun.set()
            published.wait(60)
            return held

        monkeypatch.setattr(tenant.accounts, "read", slowly)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(outcome, live, "a")
            begun.wait(60)
            assert live.client().post("/contracts/loan/2/publish").status_code == 200
            published.set()
            assert asked.result() == "permitted"
        held = tenant.accounts.here("a")
        assert held is not None
        assert held.opening.program is tenant.library.program(held.opening.agreements, held.opening.layers)


def test_a_version_that_is_proposed_again_otherwise_is_refused_before_its_gates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another day it was given back as it is, and came into use on another day than was said last."""
    with serving(tmp_path, {"main": {"loan.contract": FIRST}}) as live:
        (tmp_path / "draft").mkdir()
        files = {
            "loan.contract": SECOND,
            "scenarios.md": CASES,
            "accepted.yaml": accepted(tmp_path / "draft"),
        }
        body = {"name": "loan", "version": "2", "files": files}
        client = live.client()
        first = client.post("/contracts", json={**body, "effective_on": "2026-12-01"}, timeout=120)
        assert first.json()["effective_on"] == "2026-12-01", first.text
        monkeypatch.setattr(publishing, "report_on", None)
        again = client.post("/contracts", json={**body, "effective_on": "2027-01-01"}, timeout=120)
        assert (again.status_code, again.json()["field"]) == (409, "/effective_on"), again.text
        body["files"] = {**files, "scenarios.md": CASES + "\n", "loan.contract": SECOND + "\n"}
        other = client.post("/contracts", json=body, timeout=120)
        assert (other.status_code, other.json()["field"]) == (409, "/files"), other.text
