"""What may be done until something changes is kept with each account, and searches read no account that it tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import may
from engine.dates import parse_instant
from engine.service import clock, deadlines, library
from engine.service.deadlines import Deadlines
from engine.service.held import Accounts
from engine.service.outlook import STAMP, is_of
from tests.service.inprocess import BATCH, InProcess, in_process
from tests.service.serving import CONTRACTS, event, texts_of, time_comes

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
PROVIDER = {"type": "party", "id": "provider"}
UNPAID = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[InProcess]:
    """A service with accounts `a` and `b`, of which `b` is in arrears; both are planned, and none is held."""
    with in_process(tmp_path, TEXTS) as made:
        for name in ("a", "b"):
            opening = {"account": name, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
            assert made.post("/accounts", opening).status == 200
            begun = [
                event(name, f"{name}{place}", what, f"2026-03-02T1{place}:00:00+08:00", **data)
                for place, (what, data) in enumerate((
                    ("sign", {"by": "provider"}), ("sign", {"by": "user"}), ("activate_service", {}),
                ))
            ]  # fmt: skip
            bill = event(name, f"{name}-bill", "invoice_issued", "2026-04-01T09:00:00+08:00", **UNPAID)
            assert made.post("/events", [*begun, bill] if name == "b" else begun, BATCH).status == 200
        planned(made)
        yield made


def planned(service: InProcess) -> None:
    """Have the time that has come worked out as the server's own loop does, and hold nothing after."""
    tenant, working = service.server.tenants["main"], Deadlines(service.server)
    time_comes(service.server, clock.now())
    asyncio.run(working.renew(tenant, clock.now()))
    tenant.accounts.forget()


def suspendable(service: InProcess, **context: Any) -> list[str]:
    asked = {"subject": PROVIDER, "action": {"name": "suspend_service"}, "resource": {"type": "account"},
             "context": context}  # fmt: skip
    told = service.post("/access/v1/search/resource", asked).json()
    return [each["id"] for each in told["results"]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the accounts that are read."""
    found: list[str] = []
    read_all = Accounts.read_all

    def spied(self: Accounts, rows: Any) -> Any:
        found.extend(row.name for row in rows)
        return read_all(self, rows)

    monkeypatch.setattr(Accounts, "read_all", spied)
    return found


def test_a_search_about_now_reads_nothing(service: InProcess, read: list[str]) -> None:
    assert (suspendable(service), read) == (["b"], [])


def test_about_another_day_it_reads_all(service: InProcess, read: list[str]) -> None:
    assert (suspendable(service, as_of="2026-04-05T10:00"), read) == ([], ["a", "b"])


def test_a_search_knows_what_was_acknowledged_though_the_clock_steps_back(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = 1000 * parse_instant("2026-04-05T10:00")
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: before))
    asked = {
        "subject": PROVIDER,
        "action": {"name": "suspend_service"},
        "resource": {"type": "account", "id": "b"},
    }
    assert service.post("/access/v1/evaluation", asked).json()["decision"] is True
    assert suspendable(service) == ["b"]
    who = service.post("/access/v1/search/subject", {**asked, "subject": {"type": "party"}}).json()
    assert who["results"] == [PROVIDER]
    acts = service.post("/access/v1/search/action", asked).json()
    assert {"name": "suspend_service"} in acts["results"]


def test_an_account_with_a_new_event_is_read_until_it_is_planned(service: InProcess, read: list[str]) -> None:
    paid = event("b", "b-paid", "pay", "2026-05-01T10:00:00+08:00", by="user", amount="58.00", bill="b-bill")
    assert service.post("/events", paid, "application/cloudevents+json").status == 200
    service.server.tenants["main"].accounts.forget()
    assert (suspendable(service), read) == ([], ["b"])
    planned(service)
    read.clear()
    assert (suspendable(service), read) == ([], [])


def test_what_another_engine_has_worked_out_is_worked_out_anew(
    service: InProcess, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = b"another engine's"
    monkeypatch.setattr(library, "stamp_of", lambda program: stamp)
    tenant = service.server.tenants["main"]
    tenant.library.refresh()
    tenant.accounts.forget()
    assert (suspendable(service), read) == (["b"], ["a", "b"])
    planned(service)
    read.clear()
    assert (suspendable(service), read) == (["b"], [])


EDITED = "2.乙方应按照约定的支付方式,按时足额支付服务费用。"


@pytest.mark.parametrize("edit", ["another agreement", "other words"])
def test_what_a_published_text_does_not_mean_otherwise_is_kept(
    service: InProcess, read: list[str], edit: str
) -> None:
    """Another agreement, or other words of this one, have no account read again."""
    (name,) = (each for each in TEXTS if each.endswith("voip-1.contract"))
    assert EDITED in TEXTS[name]
    more = {
        "another agreement": texts_of(CONTRACTS / "sale"),
        "other words": {name: TEXTS[name].replace(EDITED, EDITED + "（另行通知）")},
    }
    published(service, more[edit])
    assert (suspendable(service), read) == (["b"], [])
    planned(service)
    assert read == []


def test_what_a_published_text_means_otherwise_is_worked_out_anew(
    service: InProcess, read: list[str]
) -> None:
    (name,) = (each for each in TEXTS if each.endswith("voip-1.contract"))
    given = "暂停权：付费 逾期 时，甲方 可以 暂停服务"
    assert given in TEXTS[name]
    published(service, {name: TEXTS[name].replace(given, "暂停权：付费 逾期 时，乙方 可以 暂停服务")})
    assert (suspendable(service), read) == ([], ["a", "b"])
    read.clear()
    planned(service)
    assert (suspendable(service), read) == ([], ["a", "b"])


def published(service: InProcess, more: Mapping[str, str]) -> None:
    """Bring files into use."""
    tenant = service.server.tenants["main"]
    tenant.library.configure({**TEXTS, **more}, clock.now())
    tenant.accounts.forget()


def test_what_is_out_of_date_is_worked_out_a_while_at_a_time(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = b"another engine's"
    monkeypatch.setattr(library, "stamp_of", lambda program: stamp)
    monkeypatch.setattr(deadlines, "PLANNED_AT_ONCE", 1)
    monkeypatch.setattr(deadlines, "FOR_A_WHILE_S", 1e-9)
    tenant, working = service.server.tenants["main"], Deadlines(service.server)
    tenant.library.refresh()
    tenant.accounts.forget()
    left = []
    for _ in range(4):
        done = asyncio.run(working.renew(tenant, clock.now()))
        left.append((done, sum(not is_of(each.outlook, stamp) for each in tenant.books.accounts())))
    assert left == [(False, 1), (False, 0), (True, 0), (True, 0)]


def test_what_an_older_engine_plans_meanwhile_is_worked_out_anew(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that goes on beside this one while a system is upgraded, on one database."""
    tenant, working = service.server.tenants["main"], Deadlines(service.server)
    monkeypatch.setattr(tenant, "shared", True)
    assert asyncio.run(working.renew(tenant, clock.now()))
    row = tenant.books.account("b")
    older = b"an older engine's"[:STAMP] + (row.outlook or b"")[STAMP:]
    assert tenant.books.wake("b", row.revision, None, older)
    assert asyncio.run(working.renew(tenant, clock.now()))
    assert tenant.books.account("b").wake_at is None, "not every second"
    monkeypatch.setattr(deadlines, "LOOKED_AGAIN_S", 1e-9)
    assert asyncio.run(working.renew(tenant, clock.now()))
    assert tenant.books.account("b").wake_at == row.wake_at


def test_what_is_planned_of_an_account_in_memory_need_not_be_worked_out_for_the_next_question(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = service.server.tenants["main"]
    asked = {
        "subject": PROVIDER,
        "action": {"name": "suspend_service"},
        "resource": {"type": "account", "id": "b"},
    }
    call = event("b", "b-call", "place_call", "2026-05-02T10:00:00+08:00", by="user", to="10010")
    assert service.post("/events", [call], BATCH).status == 200
    time_comes(service.server, clock.now())
    with monkeypatch.context() as during:
        during.setattr(may, "told_of", None)
        told = service.post("/access/v1/evaluation", asked).json()
    tenant.accounts.forget()
    assert service.post("/access/v1/evaluation", asked).json() == told
    assert told["decision"] is True
