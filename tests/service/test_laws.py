"""What holds of all answers over HTTP, whatever happened and whatever is asked: batches, searches, order, equality."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.dates import parse_instant
from engine.service.outlook import outlook_of, written
from tests.service.inprocess import BATCH, InProcess, in_process
from tests.service.serving import CONTRACTS, event, texts_of

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
FEW = settings(max_examples=25, derandomize=True, database=None, deadline=None,
               suppress_health_check=list(HealthCheck))  # fmt: skip
MANY = settings(FEW, max_examples=1_000, derandomize=False)
BEGUN = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PARTIES = ("provider", "user")
ACTS = (
    "suspend_service", "place_call", "terminate", "resume_service", "sue", "change_ui", "transfer_account",
    "restrict_service", "remove_feature",
)  # fmt: skip
SINGLE, BATCHES = "/access/v1/evaluation", "/access/v1/evaluations"
_accounts = itertools.count()

days = st.integers(0, 120)
hours = st.integers(0, 23 * 60)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with in_process(tmp_path_factory.mktemp("laws"), TEXTS) as found:
        yield found


def at(day: int, minute: int) -> str:
    return (BEGUN + timedelta(days=day, minutes=minute)).isoformat()


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, int, int, dict[str, Any]]]:
    """What happened on an account: names, days, minutes and data; references are to ids within it."""
    found: list[tuple[str, int, int, dict[str, Any]]] = [("sign", 0, 0, {"by": party}) for party in PARTIES]
    if draw(st.booleans()):
        found.append(("activate_service", 0, 120, {}))
    for month in range(draw(st.integers(0, 3))):
        bill, issued = f"bill{month}", 3 + 30 * month
        due = (BEGUN + timedelta(days=issued + 9)).date().isoformat()
        data = {"period": f"2026-{2 + month:02}", "amount": "58.00", "due": due}
        found.append(("invoice_issued", issued, 60, {"id": bill, **data}))
        if draw(st.booleans()):
            amount = draw(st.sampled_from(["58.00", "20.00"]))
            found.append(
                ("pay", issued + draw(st.integers(0, 25)), draw(hours), {"amount": amount, "bill": bill})
            )
    for _ in range(draw(st.integers(0, 3))):
        name, data = draw(
            st.sampled_from(
                [
                    ("place_call", {"by": "user", "to": "10010"}), ("complaint_filed", {}),
                    ("suspend_service", {"by": "provider"}), ("transfer_account", {"by": "user"}),
                ]
            )
        )  # fmt: skip
        found.append((name, draw(days), draw(hours), data))
    return found


@st.composite
def asked(draw: st.DrawFn, accounts: Sequence[str]) -> dict[str, Any]:
    """A question, now and then about what nobody knows, or with what cannot be read."""
    said: dict[str, Any] = {
        "subject": {"type": "party", "id": draw(st.sampled_from([*PARTIES, "nobody"]))},
        "action": {"name": draw(st.sampled_from([*ACTS, "no_act"]))},
        "resource": {"type": "account", "id": draw(st.sampled_from([*accounts, "nowhere"]))},
        "context": {"as_of": at(draw(days), draw(hours))},
    }
    more = draw(
        st.sampled_from(
            [{}, {}, {}, {"feature": "video_call"}, {"strange": 1}, {"as_of": "never"}, {"known_at": at(40, 0)}]
        )
    )  # fmt: skip
    said["context"] |= more
    if draw(st.integers(0, 9)) == 0:
        del said[draw(st.sampled_from(sorted(said)))]
    return said


def sent(account: str, life: Sequence[tuple[str, int, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what happened as CloudEvents."""
    found = []
    for number, (name, day, minute, data) in enumerate(life):
        said = {key: f"{account}-{value}" if key == "bill" else value for key, value in data.items()}
        id = said.pop("id", f"e{number}")
        found.append(event(account, f"{account}-{id}", name, at(day, minute), **said))
    return found


def opened(service: InProcess) -> str:
    name = f"a{next(_accounts):06}"
    said = {"account": name, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    assert service.post("/accounts", said).status == 200
    return name


def lived(service: InProcess, life: Sequence[tuple[str, int, int, dict[str, Any]]]) -> str:
    """Open an account to which that happened."""
    name = opened(service)
    recorded = service.post("/events", sent(name, life), BATCH)
    if recorded.status != 200:  # Something came before what it comes only after; the rest stands.
        for each in sent(name, life):
            service.post("/events", [each], BATCH)
    return name


# Batch equals singles ------------------------------------------------------------------------------------------------


def expected(service: InProcess, items: Sequence[dict[str, Any]], semantic: str) -> list[Any]:
    """Return what the questions are answered one by one, up to the one that decides."""
    found = []
    for each in items:
        one = service.post(SINGLE, each)
        assert one.status in (200, 400)
        found.append(one.json() if one.status == 200 else None)
        decision = found[-1] is not None and found[-1]["decision"]
        if semantic != "execute_all" and decision is (semantic == "permit_on_first_permit"):
            break
    return found


def batch_equals_singles(
    service: InProcess, life: Any, other: Any, semantic: str, answers: st.DataObject
) -> None:
    accounts = [lived(service, life), lived(service, other)]
    items = answers.draw(st.lists(asked(accounts), min_size=1, max_size=12))
    told = service.post(BATCHES, {"evaluations": items, "options": {"evaluations_semantic": semantic}})
    assert told.status == 200
    wanted = expected(service, items, semantic)
    found = told.json()["evaluations"]
    assert len(found) == len(wanted)
    for each, single in zip(found, wanted, strict=True):
        if single is None:
            assert (each["decision"], each["context"]["outcome"]) == (False, "error")
        else:
            assert each == single


semantics = st.sampled_from(["execute_all", "deny_on_first_deny", "permit_on_first_permit"])


@FEW
@given(life=lives(), other=lives(), semantic=semantics, answers=st.data())
def test_a_batch_equals_its_singles(
    service: InProcess, life: Any, other: Any, semantic: str, answers: Any
) -> None:
    batch_equals_singles(service, life, other, semantic, answers)


@pytest.mark.soak
@MANY
@given(life=lives(), other=lives(), semantic=semantics, answers=st.data())
def test_many_batches_equal_their_singles(
    service: InProcess, life: Any, other: Any, semantic: str, answers: Any
) -> None:
    batch_equals_singles(service, life, other, semantic, answers)


# A search finds x if and only if the evaluation of x is a yes ---------------------------------------------------------


def searched(service: InProcess, what: str, said: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """Return everything that a search finds, page by page."""
    found: list[dict[str, Any]] = []
    token = ""
    for _ in range(200):
        page = {"limit": limit} | ({"token": token} if token else {})
        told = service.post(f"/access/v1/search/{what}", {**said, "page": page})
        assert told.status == 200, told.body
        results = told.json()["results"]
        assert len(results) <= limit
        found += results
        token = told.json()["page"]["next_token"]
        if not token:
            return found
    raise AssertionError("the pages have no end")


def yes(service: InProcess, subject: str, act: str, account: str, context: Any) -> bool:
    said = {"subject": {"type": "party", "id": subject}, "action": {"name": act},
            "resource": {"type": "account", "id": account}, "context": context}  # fmt: skip
    one = service.post(SINGLE, said)
    assert one.status == 200
    return bool(one.json()["decision"])


def search_agrees(
    service: InProcess,
    lived_so: Sequence[Any],
    party: str,
    act: str,
    when: str,
    again: Sequence[str],
    limit: int,
) -> int:
    accounts = [lived(service, each) for each in lived_so]
    every = [each["account"] for each in service.get("/accounts").json()["accounts"]]
    assert set(accounts) <= set(every)
    subject, action, context = {"type": "party", "id": party}, {"name": act}, {"as_of": when}
    resource = {"type": "account", "id": accounts[0]}
    who = searched(service, "subject", {"subject": {"type": "party"}, "action": action, "resource": resource,
                                        "context": context}, limit)  # fmt: skip
    assert [each["id"] for each in who] == [
        each for each in PARTIES if yes(service, each, act, accounts[0], context)
    ]
    acts = searched(service, "action", {"subject": subject, "resource": resource, "context": context}, limit)
    known = service.server.tenants["main"].accounts.here(accounts[0])
    assert known is not None
    assert [each["name"] for each in acts] == [
        each for each in known.opening.program.acts if yes(service, party, each, accounts[0], context)
    ]
    asked = {"subject": subject, "action": action, "resource": {"type": "account"}}
    wanted: list[str] = []
    # What the first search has found out, the next ones know; of accounts that are not held, every one is read; and
    # after all that is forgotten, what their outlook tells is not worked out again.
    for place, instant in enumerate([when, *again]):
        if place == 1:
            service.server.tenants["main"].accounts._held.clear()
        if place >= 2:
            foresee(service, min(when, *again))
        where = searched(service, "resource", {**asked, "context": {"as_of": instant}}, limit)
        wanted = [each for each in every if yes(service, party, act, each, {"as_of": instant})]
        assert [each["id"] for each in where] == wanted
    return len(wanted) + len(who) + len(acts)


def foresee(service: InProcess, when: str) -> None:
    """Have the outlook of every account kept as it is from an instant on, and all else forgotten."""
    tenant = service.server.tenants["main"]
    tenant.accounts.forget()
    for held in tenant.accounts.read_all(tenant.books.accounts()):
        outlook = outlook_of(held.account, parse_instant(when))
        kept = written(held.opening.stamp, held.head, outlook)
        assert tenant.books.wake(held.name, held.revision, outlook.until, kept)


parties, acts = st.sampled_from(PARTIES), st.sampled_from(ACTS)


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[InProcess]:
    """A service of its own, where few accounts are searched."""
    with in_process(tmp_path, TEXTS) as found:
        yield found


def test_a_search_finds_what_the_evaluation_permits(apart: InProcess) -> None:
    found = []

    @settings(FEW, max_examples=10)
    @given(lived_so=st.lists(lives(), min_size=1, max_size=3), party=parties, act=acts, day=days, minute=hours,
           again=st.lists(st.builds(at, days, hours), max_size=5), limit=st.sampled_from([1, 3, 1000]))  # fmt: skip
    def law(
        lived_so: Any, party: str, act: str, day: int, minute: int, again: Sequence[str], limit: int
    ) -> None:
        found.append(search_agrees(apart, lived_so, party, act, at(day, minute), again, limit))

    law()
    assert sum(found) > 20


# The order in which events arrive, and equal questions ----------------------------------------------------------------


def without_receipt(body: Any) -> Any:
    """Return an answer without its receipt, which tells of the ledger as it was recorded."""
    return {**body, "context": {key: value for key, value in body["context"].items() if key != "receipt"}}


def arrival_does_not_matter(service: InProcess, life: Any, answers: st.DataObject) -> bool:
    """Compare two accounts to which the same happened, learnt of in another order. False: one order was refused."""
    name, other = opened(service), opened(service)
    order = answers.draw(st.permutations(range(len(life))))
    first = sent(name, life)
    second = [sent(other, life)[place] for place in order]
    taken = [service.post("/events", [each], BATCH).status for each in first]
    again = [service.post("/events", [each], BATCH).status for each in second]
    if set(taken) | set(again) != {200}:
        return False
    instants = [at(answers.draw(days), answers.draw(hours)) for _ in range(3)]
    for party, act, when in itertools.product(PARTIES, ACTS, instants):
        said = {
            "subject": {"type": "party", "id": party},
            "action": {"name": act},
            "context": {"as_of": when},
        }
        one, two = (
            service.post(SINGLE, {**said, "resource": {"type": "account", "id": each}})
            for each in (name, other)
        )
        assert one.status == two.status == 200
        told = json.loads(two.body.replace(other.encode(), name.encode()))
        assert without_receipt(told) == without_receipt(one.json()), (said, order)
    return True


def test_the_order_of_arrival_does_not_matter(service: InProcess) -> None:
    compared = []

    @FEW
    @given(life=lives(), answers=st.data())
    def law(life: Any, answers: Any) -> None:
        compared.append(arrival_does_not_matter(service, life, answers))

    law()
    assert compared.count(True) > len(compared) // 2


@FEW
@given(life=lives(), answers=st.data())
def test_equal_questions_get_equal_bodies(service: InProcess, life: Any, answers: Any) -> None:
    name = lived(service, life)
    said = answers.draw(asked([name]))
    said.setdefault("context", {}).setdefault("as_of", at(5, 5))
    first = service.post(SINGLE, said)
    # The other way round, and with what nobody reads; and after the account was read from the store again.
    turned = {key: said[key] for key in reversed(said)} | {"unheeded": {"x": [1]}}
    assert service.post(SINGLE, turned).body == first.body
    service.server.tenants["main"].accounts.forget()
    assert service.post(SINGLE, said).body == first.body
    assert first.status in (200, 400)
