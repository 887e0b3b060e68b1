"""What governs an account on a day: documents, blanks, readings, questions, the calendar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import carried_out
from engine.commands.common import FINE, REFUSED

ROOT = Path(__file__).parents[2]
ARREARS = str(ROOT / "contracts" / "voip-1" / "ledgers" / "arrears.jsonl")

AGREEMENT = """
| agreement hosting 托管
| party provider, customer
| act sign by either party, once for each party
| event invoice (amount: money)
| act pay (amount: money, bill: invoice) by customer, accumulates amount for each bill
| blank notice_days 通知期 "P-NOTICE": days
| gap grace 宽限期 "P-GRACE": days
| question slight 轻微 "D-SLIGHT" about invoice: "是否轻微？ Is it slight?"
| question fair 公平 "D-FAIR", presumed yes: "是否公平？ Is it fair?"
| reading reach 范围 "RS-REACH": "How far does it reach?"
| option wide, by default
| option narrow, by default under civil
| agreement takes effect once provider did sign and customer did sign
1. The customer pays each invoice in time.
| pay_fee: for each invoice as bill, when not slight(bill) and fair and reach is wide,
|| customer must pay bill.amount for bill within notice_days
2. Or within the grace.
| pay_late: for each invoice as bill, customer must pay bill.amount for bill within grace
"""
LAW = """
| law pledges 保证法
| layer civil
| valid from 2020-01-01
| rank gap-filling
| uses hosting
1. A grace that is not agreed is ten days.
| source "Pledges, 1", single
| fills grace with 10 days
2. From 2030 nobody pays.
| source "Pledges, 2", single
| valid from 2030-01-01
| provider must not sign
3. Nobody signs twice.
| source "Pledges, 3", memory
| unverified unread 未读 "RS-UNREAD": "from memory only"
| customer must not sign
"""
SUPPLEMENT = """
| supplement more to hosting
| uses hosting
| valid from 2026-05-01 to 2026-08-31
1. Late payment is a week.
| replaces 1
| pay_fee_new: for each invoice as bill, customer must pay bill.amount for bill within 7 days
"""
LEDGER: list[dict[str, object]] = [
    {
        "account": "H-1",
        "agreement": "hosting",
        "layers": ["contract", "civil"],
        "settings": {"notice_days": "5 days"},
    },
    {"id": "e1", "name": "sign", "by": "provider", "at": "2026-03-01T09:00"},
    {"id": "e2", "name": "sign", "by": "customer", "at": "2026-03-02T09:00"},
    {"id": "e3", "name": "invoice", "at": "2026-03-03T09:00", "amount": "5.00"},
    {
        "id": "e4",
        "name": "answer",
        "at": "2026-04-03T09:00",
        "question": "D-SLIGHT",
        "about": "e3",
        "value": True,
    },
]


@pytest.fixture
def hosting(tmp_path: Path) -> list[str]:
    """An agreement, a law, a supplement and a ledger, as files."""
    for name, text in (("hosting", AGREEMENT), ("pledges", LAW), ("more", SUPPLEMENT)):
        (tmp_path / f"{name}.contract").write_text(text.strip() + "\n", "utf-8")
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(each) for each in LEDGER), "utf-8")
    return [
        str(tmp_path / name) for name in ("hosting.contract", "pledges.contract", "more.contract", "a.jsonl")
    ]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]):
    """Carry out `contract show` and return what it prints; as values with `--json`."""

    def run(*arguments: str, status: int = FINE):
        found = carried_out(["show", *arguments])
        out, err = capsys.readouterr()
        assert found == status, err
        return (json.loads(out) if "--json" in arguments else out) if status == FINE else err

    return run


def by_name(found: list[dict]) -> dict[str, dict]:
    return {each["name"]: each for each in found}


def test_documents_are_in_force_not_yet_or_ended(hosting: list[str], show) -> None:
    def stood(day: str) -> dict[str, str]:
        found = by_name(show(*hosting, "--at", day, "--json")["documents"])
        return {name: found[name]["status"] for name in ("hosting", "more", "pledges")}

    expected = {
        "2019-12-31": {"hosting": "draft", "more": "not_yet", "pledges": "not_yet"},
        "2026-03-01": {"hosting": "draft", "more": "not_yet", "pledges": "in_force"},
        "2026-04-30": {"hosting": "in_force", "more": "not_yet", "pledges": "in_force"},
        "2026-05-01": {"hosting": "in_force", "more": "in_force", "pledges": "in_force"},
        "2026-09-01": {"hosting": "in_force", "more": "ended", "pledges": "in_force"},
    }
    assert {day: stood(day) for day in expected} == expected


def test_days_changes_and_clauses_of_documents(hosting: list[str], show) -> None:
    found = by_name(show(*hosting, "--at", "2026-05-01", "--json")["documents"])
    assert found["hosting"]["since"] == "2026-03-02T09:00+08:00"
    assert found["more"]["until"] == "2026-09-01T00:00+08:00"
    assert found["more"]["changes"] == [{"how": "replaces", "clause": "1"}]
    assert found["pledges"]["layer"] == "civil"
    assert found["pledges"]["clauses_not_in_force"] == [
        {"clause": "2", "status": "not_yet", "valid_from": "2030-01-01", "valid_to": None}
    ]


def test_what_fills_blanks_and_gaps(hosting: list[str], show) -> None:
    found = by_name(show(*hosting, "--at", "2026-05-01", "--json")["blanks"])
    assert (found["notice_days"]["filled_by"], found["notice_days"]["value"]) == ("settings", "5 days")
    assert found["grace"]["gap"]
    assert (found["grace"]["filled_by"], found["grace"]["clause"]) == (
        "clause",
        {"document": "pledges", "clause": "1"},
    )
    found = by_name(show(*hosting, "--at", "2026-05-01", "--answer", "grace=3 days", "--json")["blanks"])
    assert (found["grace"]["filled_by"], found["grace"]["value"]) == ("answer", "3 days")
    before = by_name(show(*hosting, "--at", "2019-05-01", "--json")["blanks"])
    assert before["grace"]["filled_by"] is None
    only = show(
        *hosting, "--at", "2026-05-01", "--layers", "contract", "--set", "notice_days=blank", "--json"
    )
    assert {each["name"]: each["filled_by"] for each in only["blanks"]} == {
        "notice_days": None,
        "grace": None,
    }


def test_how_readings_are_taken(hosting: list[str], show) -> None:
    def reach(*more: str):
        found = by_name(show(*hosting, "--at", "2026-05-01", "--json", *more)["readings"])["reach"]
        return found["option"], found["how"], found["layer"]

    assert reach() == ("narrow", "default", "civil")
    assert reach("--layers", "contract") == ("wide", "default", None)
    assert reach("--reading", "RS-REACH=wide") == ("wide", "chosen", None)


def test_unverified_clauses_and_their_switch(hosting: list[str], show) -> None:
    (off,) = show(*hosting, "--at", "2026-05-01", "--json")["unverified"]
    assert (off["name"], off["on"], off["clauses"]) == (
        "unread",
        False,
        [{"document": "pledges", "clause": "3"}],
    )
    (on,) = show(*hosting, "--at", "2026-05-01", "--reading", "RS-UNREAD=on", "--json")["unverified"]
    assert (on["on"], on["how"]) == (True, "chosen")


def test_questions_answered_presumed_and_open(hosting: list[str], show) -> None:
    found = by_name(show(*hosting, "--at", "2026-05-01", "--json")["questions"])
    assert found["fair"]["status"] == "presumed"
    assert found["slight"]["status"] == "answered"
    assert found["slight"]["answers"] == [{"about": "e3", "value": True, "event": "e4"}]
    known = by_name(show(*hosting, "--at", "2026-05-01", "--known-at", "2026-03-31", "--json")["questions"])
    assert known["slight"]["status"] == "open"


def test_what_is_shown_to_people(hosting: list[str], show) -> None:
    out = show(*hosting, "--at", "2026-05-01", "--lang", "en")
    for said in (
        "H-1 · 2026-05-01\n",
        "hosting: agreement, in force, from 2026-03-02 09:00\n",
        "more: supplement to hosting, in force, from 2026-05-01, until 2026-08-31 24:00\n",
        "replaces 1\n",
        "pledges: law · civil, in force, from 2020-01-01\n",
        "2 not before 2030-01-01\n",
        "notice days (P-NOTICE): 5 days, set for the account\n",
        "grace (P-GRACE): filled by pledges 1\n",
        "reach (RS-REACH): narrow (default of the layer civil)\n",
        "unread (RS-UNREAD): off (default): pledges 3\n",
        "Is it slight? (D-SLIGHT) (about e3): answered yes (e4)\n",
        "Is it fair? (D-FAIR): presumed yes\n",
        "published until 2026-12-31\n",
        "provisional: 2027-2060\n",
    ):
        assert said in out, (said, out)
    out = show(*hosting, "--at", "2026-05-01", "--lang", "zh")
    for said in (
        "H-1 · 2026年5月1日\n",
        "托管：协议，有效，自2026年3月2日9时\n",
        "宽限期（P-GRACE）：由保证法 1填补\n",
        "是否公平？（D-FAIR）：推定为是\n",
    ):
        assert said in out, (said, out)


def test_an_account_alone_names_its_agreements(show) -> None:
    told = show(ARREARS, "--at", "2026-09-11", "--layers", "cyber", "--json")
    assert (told["account"], told["agreements"], told["layers"]) == (
        "A-1001",
        ["voip-1"],
        ["contract", "cyber"],
    )
    law = by_name(told["documents"])["cybersecurity_law"]
    assert [(each["clause"], each["status"]) for each in law["clauses_not_in_force"]] == [("24", "ended")]
    assert "sectr" in show(ARREARS, "--layers", "sectr", status=REFUSED)
    assert "--at" in show(ARREARS, "--at", "soon", status=REFUSED)


def test_of_several_versions_only_the_one_signed_or_migrated_to_is_in_force(
    hosting: list[str], tmp_path: Path, show
) -> None:
    first = AGREEMENT.replace("| party", '| version "1"\n| valid from 2020-01-01 to 2026-05-31\n| party', 1)
    second = AGREEMENT.replace("| party", '| version "2"\n| valid from 2026-06-01\n| party', 1)
    (tmp_path / "hosting.contract").write_text(first.strip() + "\n", "utf-8")
    (tmp_path / "hosting-2.contract").write_text(second.strip() + "\n", "utf-8")
    moved = {"id": "e5", "name": "migrate", "at": "2026-07-01T09:00", "agreement": "hosting", "version": "2"}
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(each) for each in [*LEDGER, moved]), "utf-8")
    contracts = [hosting[0], str(tmp_path / "hosting-2.contract"), hosting[3], "--layers", "contract"]

    def stood(day: str) -> list[tuple[str, str]]:
        found = show(*contracts, "--at", day, "--json")["documents"]
        return [(each["name"], each["status"]) for each in found]

    assert stood("2026-05-01") == [("hosting", "in_force"), ("hosting@2", "not_yet")]
    assert stood("2026-06-15") == [("hosting", "in_force"), ("hosting@2", "other_version")]
    assert stood("2026-07-02") == [("hosting", "other_version"), ("hosting@2", "in_force")]

    def signed(version: str) -> None:
        head = {**LEDGER[0], "agreement": f"hosting@{version}"}
        (tmp_path / "a.jsonl").write_text(
            "\n".join(json.dumps(each) for each in [head, *LEDGER[1:]]), "utf-8"
        )

    signed("2")
    assert stood("2026-06-15") == [("hosting", "other_version"), ("hosting@2", "in_force")]
    signed("3")
    assert "`hosting` has no version `3`: there is 1, 2" in show(*contracts, status=REFUSED)
