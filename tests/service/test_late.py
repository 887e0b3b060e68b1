"""What time had brought before it was known is told late, and what never came about is taken back."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine.factline
from engine.dates import parse_instant
from engine.event import Instant
from engine.position import advance
from engine.service import deadlines, recording, snapshots
from engine.service.clock import now
from engine.service.cloudevents import sent
from engine.service.deadlines import Deadlines
from engine.service.outlook import is_of, looked_at
from engine.service.recording import record
from engine.service.tenant import Tenant
from engine.store import AT_ONCE
from tests.service.inprocess import BATCH, InProcess, in_process
from tests.service.serving import CONTRACTS, clock_at, event, texts_of, time_comes

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
BREACH, DUE = "2026-04-11T00:00+08:00", "2026-04-10"
_accounts = itertools.count()


@pytest.fixture(params=["whole", "begun at snapshots"])
def service(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InProcess]:
    """A service with an account; those that are read from the store are begun at a snapshot, if that is wanted."""
    if request.param != "whole":
        monkeypatch.setattr(snapshots, "FROM", 2)
        monkeypatch.setattr(snapshots, "EVERY", 2)
        monkeypatch.setattr(snapshots, "CELLS_FOR_ONE", 1_000)
    with in_process(tmp_path, TEXTS) as made:
        opened(made, "a")
        yield made


def opened(service: InProcess, name: str) -> None:
    """Open an account and have it begin, each fact reported as it happens."""
    with clock_at("2026-03-02T10:00"):
        opening = {"account": name, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert service.post("/accounts", opening).status == 200
    for place, (what, data) in enumerate((
        ("sign", {"by": "provider"}), ("sign", {"by": "user"}), ("activate_service", {}),
    )):  # fmt: skip
        report(service, f"2026-03-02T1{place}:00", name, what, **data)


def report(
    service: InProcess,
    at: str,
    account: str,
    what: str,
    happened: str | None = None,
    id: str = "",
    **data: Any,
) -> None:
    """Let time come to an instant, and report then what happened; at the same instant, if nothing else is said."""
    passes(service, at)
    said = event(account, id or f"{account}-{what}-{at}", what, f"{happened or at}+08:00", **data)
    with clock_at(at):
        answer = service.post("/events", [said], BATCH)
    assert answer.status == 200, answer.body


def billed(service: InProcess, at: str, id: str = "bill", due: str = DUE) -> None:
    """Report, late or in time, a bill of the first of April."""
    report(
        service, at, "a", "invoice_issued", "2026-04-01T09:00", id, period="2026-03", amount="58.00", due=due
    )


def passes(service: InProcess, until: str) -> None:
    """Let time come to an instant, as the server's own loop would: none of the accounts is in memory."""
    with clock_at(until):
        time_comes(service.server, parse_instant(until))


def told(service: InProcess, account: str = "a") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := service.get("/notices", f"after={found[-1]['number'] if found else 0}").json()["notices"]:
        found += page
    return [each for each in found if each["account"] == account]


def breaches(service: InProcess) -> list[tuple[Any, ...]]:
    return [
        (each["at"], each.get("known_at"), "taken_back" in each)
        for each in told(service)
        if each["what"] == "breach"
    ]


def test_a_bill_reported_in_time_is_told_as_ever(service: InProcess) -> None:
    billed(service, "2026-04-01T10:00")
    passes(service, "2026-04-20T10:00")
    assert breaches(service) == [(BREACH, None, False)]


def test_a_bill_reported_when_it_is_overdue_is_told_at_once(service: InProcess) -> None:
    billed(service, "2026-04-15T10:00")
    passes(service, "2026-04-15T10:00")
    assert breaches(service) == [(BREACH, "2026-04-15T10:00+08:00", False)]
    powers = {(each["act"], each["is"]): each for each in told(service) if each["what"] == "power"}
    assert powers["suspend_service", "permitted"]["at"] == BREACH


def test_it_is_told_once(service: InProcess) -> None:
    billed(service, "2026-04-15T10:00")
    for again in ("2026-04-15T10:00", "2026-04-16T10:00"):
        passes(service, again)
        service.server.tenants["main"].accounts.forget()
    once = told(service)
    report(service, "2026-04-16T11:00", "a", "place_call", "2026-04-08T10:00", by="user", to="10010")
    passes(service, "2026-04-16T11:00")
    assert told(service) == once


def test_what_a_late_payment_shows_never_to_have_been_is_taken_back(service: InProcess) -> None:
    billed(service, "2026-04-01T10:00")
    passes(service, "2026-04-11T01:00")
    before = told(service)
    report(
        service, "2026-04-12T10:00", "a", "pay", "2026-04-09T10:00", by="user", amount="58.00", bill="bill"
    )
    passes(service, "2026-04-12T10:00")
    later = told(service)[len(before) :]
    assert {each["taken_back"] for each in later} == {each["id"] for each in before if each["at"] == BREACH}
    assert {each["known_at"] for each in later} == {"2026-04-12T10:00+08:00"}
    was = {each["id"]: each for each in before}
    for each in later:
        same = {name: was[each["taken_back"]][name] for name in ("account", "at", "what", "was", "is")}
        assert same.items() <= each.items()


def test_what_is_taken_back_and_comes_about_after_all_is_told_again(service: InProcess) -> None:
    billed(service, "2026-04-01T10:00")
    report(
        service,
        "2026-04-12T10:00",
        "a",
        "pay",
        "2026-04-09T10:00",
        "paid",
        by="user",
        amount="58.00",
        bill="bill",
    )
    report(service, "2026-04-13T10:00", "a", "retract", of="paid")
    passes(service, "2026-04-13T10:00")
    assert breaches(service) == [
        (BREACH, None, False), (BREACH, "2026-04-12T10:00+08:00", True), (BREACH, "2026-04-13T10:00+08:00", False),
    ]  # fmt: skip


def test_what_was_due_when_the_ledger_grew_is_not_lost(service: InProcess) -> None:
    """A deadline passes, and before the server has looked, or while none runs, something else is reported."""
    billed(service, "2026-04-01T10:00")
    passes(service, "2026-04-05T10:00")
    call = event("a", "call", "place_call", "2026-04-11T00:00:01+08:00", by="user", to="10010")
    with clock_at("2026-04-11T00:00:02"):
        assert service.post("/events", [call], BATCH).status == 200
    passes(service, "2026-04-11T00:00:03")
    assert [each[0] for each in breaches(service)] == [BREACH]


def test_what_came_about_before_the_account_was_opened_is_told_to_nobody(service: InProcess) -> None:
    with clock_at("2026-06-01T10:00"):
        opening = {"account": "b", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert service.post("/accounts", opening).status == 200
    passes(service, "2026-06-01T10:01")
    begun = [
        event("b", f"b-{party}", "sign", "2026-03-02T10:00:00+08:00", by=party)
        for party in ("provider", "user")
    ]
    bill = event(
        "b",
        "b-bill",
        "invoice_issued",
        "2026-04-01T09:00:00+08:00",
        period="2026-03",
        amount="58.00",
        due=DUE,
    )
    with clock_at("2026-06-01T10:02"):
        assert service.post("/events", [*begun, bill], BATCH).status == 200
    passes(service, "2026-06-02T10:00")
    assert told(service, "b") == []


def test_what_is_due_does_not_wait_for_what_was_brought_in(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an import, or a restart, very many accounts are to be planned: meanwhile time is looked at again."""
    monkeypatch.setattr(deadlines, "FOR_A_WHILE_S", 1e-9)
    monkeypatch.setattr(deadlines, "AT_A_TIME", 1)
    billed(service, "2026-04-01T10:00")
    passes(service, "2026-04-10T10:00")
    for number in range(5):
        with clock_at("2026-04-10T11:00"):
            opening = {"account": f"new-{number}", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
            assert service.post("/accounts", opening).status == 200
    books = service.server.tenants["main"].books

    async def looked(until: Instant) -> int:
        """Return how many accounts are to be planned once all that was due by an instant is told."""
        task = asyncio.create_task(Deadlines(service.server).run())
        while books.waking(until, after=AT_ONCE):
            await asyncio.sleep(0)
        task.cancel()
        return len(books.waking(AT_ONCE))

    with clock_at("2026-04-11T10:00"):
        left = asyncio.run(asyncio.wait_for(looked(parse_instant("2026-04-11T10:00")), 10))
    assert [each[0] for each in breaches(service)] == [BREACH]
    assert left > 0


def test_an_account_that_keeps_growing_is_planned_once_a_time(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where events keep coming, planning whoever has grown at once would be planning for ever."""
    planned: list[str] = []
    keep = Deadlines._notify

    async def kept_and_grown(self: Deadlines, tenant: Tenant, woken: Instant, plan: Any, notices: Any) -> Any:
        found = await keep(self, tenant, woken, plan, notices)
        planned.append(plan.account)
        if len(planned) < 20:
            call = event(
                "a", f"c{len(planned)}", "place_call", "2026-03-03T10:00:00+08:00", by="user", to="1"
            )
            await record(tenant, sent(BATCH, {}, [call], 1)[0], now())
        return found

    report(service, "2026-04-01T11:00", "a", "place_call", by="user", to="1")
    monkeypatch.setattr(Deadlines, "_notify", kept_and_grown)
    with clock_at("2026-04-01T11:00"):
        time_comes(service.server, parse_instant("2026-04-01T11:00"))
    assert planned == ["a"]


class Fact(NamedTuple):
    """What happened on an account, and when it is reported."""

    at: datetime
    reported_at: datetime
    what: str
    id: str
    data: dict[str, Any]


BEGUN = datetime(2026, 3, 3, 9)
END = "2026-07-01T00:00"
FEW = settings(max_examples=25, derandomize=True, database=None, deadline=None,
               suppress_health_check=list(HealthCheck))  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """Bills and payments of a few months, calls, and what is corrected later, each reported soon or late."""
    found: list[Fact] = []

    def happened(day: int, hour: int, what: str, id: str, **data: Any) -> Fact:
        at = BEGUN + timedelta(days=day, hours=hour)
        late = draw(st.sampled_from((0, 0, 1, 30, 24 * 11, 24 * 40)))
        found.append(Fact(at, at + timedelta(hours=late, seconds=len(found) + 1), what, id, data))
        return found[-1]

    for month in range(draw(st.integers(1, 3))):
        due = (BEGUN + timedelta(days=30 * month + 10)).date().isoformat()
        bill = f"bill{month}"
        happened(30 * month, 0, "invoice_issued", bill, period=f"2026-0{3 + month}", amount="58.00", due=due)
        if draw(st.booleans()):
            day, amount = draw(st.integers(1, 40)), draw(st.sampled_from(("58.00", "20.00")))
            paid = happened(30 * month + day, 3, "pay", f"pay{month}", by="user", amount=amount, bill=bill)
            if draw(st.integers(0, 3)) == 0:
                at = paid.reported_at + timedelta(days=draw(st.integers(0, 20)), hours=1)
                found.append(Fact(at, at, "retract", f"not{month}", {"of": paid.id}))
    for number in range(draw(st.integers(0, 3))):
        happened(draw(st.integers(0, 80)), 5, "place_call", f"call{number}", by="user", to="10010")
    return found


def standing(service: InProcess, account: str) -> list[str]:
    """Return what was told of an account and not taken back: at which instants, and what."""
    found: dict[str, str] = {}
    for each in told(service, account):
        gone = each.get("taken_back")
        if gone is not None:
            del found[gone]
            continue
        change = {
            name: each[name]
            for name in each
            if name not in ("account", "revision", "known_at", "number", "id")
        }
        found[each["id"]] = json.dumps(change, ensure_ascii=False, sort_keys=True).replace(account, "")
    assert len(set(found.values())) == len(found), "something was told twice"
    return sorted(found.values())


def lived(service: InProcess, facts: Sequence[Fact], in_memory: bool) -> list[str]:
    """Have facts be reported in the order in which they are, to an account of their own."""
    name = f"law-{next(_accounts)}"
    opened(service, name)
    for each in sorted(facts, key=lambda fact: fact.reported_at):
        data = {
            key: f"{name}-{value}" if key in ("bill", "of") else value for key, value in each.data.items()
        }
        at = each.reported_at.isoformat()
        report(service, at, name, each.what, each.at.isoformat(), f"{name}-{each.id}", **data)
        if not in_memory:
            service.server.tenants["main"].accounts.forget()
    passes(service, END)
    return standing(service, name)


@FEW
@given(facts=lives(), in_memory=st.booleans())
def test_what_was_told_does_not_hang_on_when_it_was_reported(
    service: InProcess, facts: list[Fact], in_memory: bool
) -> None:
    gone = {each.data["of"] for each in facts if each.what == "retract"}
    in_time = [
        each._replace(reported_at=each.at + timedelta(seconds=number + 1))
        for number, each in enumerate(facts)
        if each.what != "retract" and each.id not in gone
    ]
    assert lived(service, facts, in_memory) == lived(service, in_time, in_memory=True)


def test_the_outlook_of_an_account_begun_at_its_last_entry_is_one(service: InProcess) -> None:
    """Searches use it: it names the entry that it goes on from."""
    billed(service, "2026-04-01T10:00")
    passes(service, "2026-04-01T10:01")
    tenant = service.server.tenants["main"]
    tenant.accounts.forget()
    passes(service, "2026-04-11T10:00")
    row = tenant.books.account("a")
    assert is_of(row.outlook, tenant.accounts.opening(row).stamp)
    assert looked_at(row).head == row.head


def calls_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Return a list that grows with each call of what a line of facts goes on by."""
    called: list[int] = []
    function = getattr(engine.factline, name)

    def counted(*given: Any) -> Any:
        called.append(1)
        return function(*given)

    monkeypatch.setattr(engine.factline, name, counted)
    return called


@pytest.mark.skipif(
    not inspect.isfunction(engine.factline.take), reason="what is compiled calls itself without being seen"
)
def test_what_comes_late_has_nothing_derived_again_that_came_before_it(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events come out of order all the time: what that costs must not hang on how long the account is."""
    used = [
        event("a", f"u{n}", "usage", f"2026-03-03T10:{n // 60:02}:{n % 60:02}+08:00", period="2026-03", minutes="5")
        for n in range(300)
    ]  # fmt: skip
    assert service.post("/events", used[:290], BATCH).status == 200
    assert service.post("/events", used[299:], BATCH).status == 200
    held = service.server.tenants["main"].accounts.here("a")
    assert held is not None
    held.account.latest()
    taken = calls_of(monkeypatch, "take")
    told = service.post("/events", used[290:299], BATCH).json()["events"]
    assert all(each["late"] for each in told)
    assert 0 < len(taken) < 150


@pytest.mark.skipif(
    not inspect.isfunction(advance), reason="what is compiled calls itself without being seen"
)
def test_what_comes_late_and_leaves_nothing_behind_has_nothing_derived_again(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches that go through several hands come out of order, and nearly all that is reported is of this kind."""
    calls = [
        event("a", f"c{n}", "place_call", f"2026-03-03T10:{n // 60:02}:{n % 60:02}+08:00", by="user", to="1")
        for n in range(300)
    ]  # fmt: skip
    assert service.post("/events", calls[9:], BATCH).status == 200
    held = service.server.tenants["main"].accounts.here("a")
    assert held is not None
    held.account.latest()
    taken = calls_of(monkeypatch, "advance")
    told = service.post("/events", calls[:9], BATCH).json()["events"]
    assert all(each["late"] and not each["changed"] for each in told)
    assert 0 < len(taken) <= 18


@pytest.mark.skipif(
    not inspect.isfunction(recording.changed), reason="what is compiled calls itself without being seen"
)
def test_others_have_their_turn_between_what_came_late(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    billed(service, "2026-04-01T10:00")
    late = [
        event("a", f"u{n}", "usage", f"2026-03-03T10:00:0{n}+08:00", period="2026-03", minutes="5") for n in range(5)
    ]  # fmt: skip
    turns, seen = 0, list[int]()
    changed = recording.changed

    def noted(*given: Any) -> Any:
        seen.append(turns)
        return changed(*given)

    async def reported() -> None:
        nonlocal turns
        found, _ = sent(BATCH, {}, late, 1_000)
        recorded = asyncio.create_task(recording.record(service.server.tenants["main"], found, now()))
        while not recorded.done():
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(recording, "changed", noted)
    asyncio.run(reported())
    assert len(set(seen)) == 5


CLUB = """| agreement club 俱乐部
| party club 会所, member 会员
| state rooms 房间: ready 可用 | shut 关闭
| act close 关闭房间 by club, needs basis, sets rooms to shut
| event alarm 警报
| event note 记录 (line 行: text)

1 Upon an alarm the club may close the rooms within two hours.
| for each alarm as heard, club may close within 2 hours of heard.at
"""


@pytest.mark.parametrize("late", [False, True])
def test_a_power_that_turns_between_two_facts_of_one_day_is_told(tmp_path: Path, late: bool) -> None:
    """Nothing is due then: that the two hours are over is known by looking at the power alone."""
    with in_process(tmp_path, {"club.contract": CLUB}) as service:
        with clock_at("2026-03-02T08:00"):
            assert service.post("/accounts", {"account": "a", "agreements": ["club"]}).status == 200
        if not late:
            report(service, "2026-03-02T10:00", "a", "alarm")
        report(service, "2026-03-02T15:00", "a", "note", line="all is quiet")
        if late:
            report(service, "2026-03-02T20:00", "a", "alarm", "2026-03-02T10:00")
        passes(service, "2026-03-02T21:00")
        turned = [(each["at"], each["act"], each["is"]) for each in told(service) if each["what"] == "power"]
        assert turned == [("2026-03-02T12:00+08:00", "close", "forbidden")]


def test_what_a_late_event_changed_is_found_once_however_often_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who had no answer in time sends it again: under a load that is just too high that must not add to it."""
    with in_process(tmp_path, TEXTS) as service:
        opened(service, "a")
        billed(service, "2026-04-12T10:00")
        gone = event("a", "gone", "retract", "2026-04-13T10:00:00+08:00", of="bill")
        first = service.post("/events", [gone], BATCH)
        assert first.json()["events"][0]["changed"]
        monkeypatch.setattr(recording, "standing_of", None)
        again = service.post("/events", [gone], BATCH)
        assert again.body == first.body
