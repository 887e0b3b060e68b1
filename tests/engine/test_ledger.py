"""A ledger is read whole or refused whole, and the refusal names line, field and reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.dates import iso
from engine.errors import BadEvent, BadTerms
from engine.event import Standing
from engine.ledger import read_ledger
from engine.program import Program
from engine.settings import terms_from

AT = "2026-03-02T10:00"
SIGNED = [
    {"id": "s1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
    {"id": "s2", "name": "签署", "by": "乙方", "at": "2026-03-02T10:05"},
]
X = {"id": "x"}
BILL = {
    "id": "b",
    "name": "invoice_issued",
    "period": "2026-03",
    "amount": "58.00",
    "due": "2026-04-10",
    "at": "2026-04-01T09:00",
}


def written(*entries: dict[str, Any]) -> str:
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in entries)


@pytest.mark.parametrize(
    ("entry", "field", "reason"),
    [
        ({**BILL, "name": "invoice_isued"}, "name", "did you mean `invoice_issued`"),
        ({**BILL, "amount": "58.001"}, "amount", "more decimals"),
        ({**BILL, "amount": "58.00 EUR"}, "amount", "not in CNY"),
        ({**BILL, "amount": "-1.00"}, "amount", "negative"),
        ({**BILL, "amount": "lots"}, "amount", "not an amount"),
        ({**BILL, "due": "2026-02-30"}, "due", "2026-02-30"),
        ({**BILL, "due": "soon"}, "due", "soon"),
        ({**BILL, "due": "7"}, "due", "`7` is not a day"),
        ({**BILL, "period": "March"}, "period", "no period"),
        ({**BILL, "period": "2026-13"}, "period", "no period"),
        ({**BILL, "at": "2026-13-01T00:00"}, "at", "2026-13"),
        ({**BILL, "at": "0026-01-01T00:00"}, "at", "0026"),
        ({k: v for k, v in BILL.items() if k != "at"}, "at", "when did it happen"),
        ({k: v for k, v in BILL.items() if k != "id"}, "id", "every event has an id"),
        ({k: v for k, v in BILL.items() if k != "name"}, "name", "every event has a name"),
        ({**BILL, "name": ""}, "name", "every event has a name"),
        ({**BILL, "recorded_at": "2026-03-01T00:00"}, "recorded_at", "before it happened"),
        ({**BILL, "colour": "red"}, "colour", "no such field"),
        ({**BILL, "ammount": "1.00"}, "ammount", "did you mean `amount`"),
        ({**BILL, "standing": "rumoured"}, "standing", "none of"),
        ({**BILL, "sequence": "first"}, "sequence", "whole number"),
        ({**X, "name": "sign", "at": AT}, "by", "who did"),
        ({**X, "name": "sign", "by": "the cat", "at": AT}, "by", "no party"),
        ({**X, "name": "pay", "by": "provider", "amount": "1.00", "at": AT}, "by", "an act of user"),
        ({**X, "name": "remove_feature", "by": "provider", "feature": "teleport", "at": AT}, "feature", "none of"),
        ({**X, "name": "terminate", "by": "user", "at": AT, "arrives": "2026-03-01T10:00"}, "arrives", "before it is"),
        ({**X, "name": "answer", "question": "D-NOTHING", "at": AT}, "question", "no question"),
        ({**X, "name": "answer", "question": "D-SLIGHT", "value": "perhaps", "at": AT}, "value", "neither yes nor no"),
        ({**X, "name": "retract", "of": "nothing", "at": AT}, "of", "no event"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_named(voip_1: Program, entry: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(BadEvent) as caught:
        read_ledger(voip_1, written(*SIGNED, entry))
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert "line 3" in caught.value.where or entry.get("id", "") in caught.value.where


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "nonsense", '{"id": "a"' + "," * 5])
def test_a_line_that_is_no_object_is_named(voip_1: Program, line: str) -> None:
    with pytest.raises(BadEvent, match="line 3"):
        read_ledger(voip_1, written(*SIGNED) + "\n" + line)


def test_the_same_event_sent_twice_is_one(voip_1: Program) -> None:
    assert len(read_ledger(voip_1, written(*SIGNED, BILL, BILL)).ledger) == 3


def test_the_same_id_with_other_content_is_refused(voip_1: Program) -> None:
    with pytest.raises(BadEvent, match="other content"):
        read_ledger(voip_1, written(*SIGNED, BILL, {**BILL, "amount": "59.00"}))


def test_what_happens_once_for_each_is_refused_twice(voip_1: Program) -> None:
    with pytest.raises(BadEvent, match="once for each period"):
        read_ledger(voip_1, written(*SIGNED, BILL, {**BILL, "id": "c"}))


def test_what_happens_once_for_each_party_says_so_in_words(voip_1: Program) -> None:
    signed = '{"id": "s%d", "name": "sign", "by": "user", "at": "2026-03-02T10:00"}'
    with pytest.raises(BadEvent) as refused:
        read_ledger(voip_1, "\n".join(signed % number for number in (1, 2)))
    assert refused.value.reason == "`sign` happens once for each party, and s1 was it"
    assert refused.value.zh == "`签署`每一当事人只发生一次，已有s1"


def test_what_comes_only_after_something_is_refused_before_it(voip_1: Program) -> None:
    resumed = {"id": "x", "name": "resume_service", "by": "provider", "at": "2026-03-01T10:00"}
    with pytest.raises(BadEvent, match="only after `suspend_service`"):
        read_ledger(voip_1, written(*SIGNED, resumed))


CORRECTION = {"id": "c", "name": "correct", "of": "b", "at": "2026-04-02T09:00"}


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"amount": "58.001"}, "amount", "more decimals"),
        ({"amount": "-5.00"}, "amount", "negative"),
        ({"due": "yesterday"}, "due", "yesterday"),
        ({"due": 7}, "due", "not a day"),
        ({"period": "March"}, "period", "no period"),
        ({"colour": "red"}, "colour", "no such field"),
        ({"amount": ["5.00"]}, "amount", "a plain value"),
        ({"occurred_at": "later"}, "occurred_at", "later"),
        ({"of": "nothing", "amount": "5.00"}, "of", "no event recorded before"),
        ({"of": "c0", "amount": "5.00"}, "of", "is itself about `b`"),
    ],
)
def test_a_correction_is_held_to_the_kinds_of_what_it_corrects(
    voip_1: Program, fields: dict[str, Any], field: str, reason: str
) -> None:
    first = {**CORRECTION, "id": "c0", "amount": "59.00"}
    with pytest.raises(BadEvent) as wrong:
        read_ledger(voip_1, written(*SIGNED, BILL, first, {**CORRECTION, **fields}))
    assert (wrong.value.field, reason in wrong.value.reason) == (field, True), wrong.value


def test_a_correction_may_name_fields_in_either_language_and_numbers_plainly(voip_1: Program) -> None:
    said = {"金额": 60, "到期日": "2026-04-11", "occurred_at": "2026-04-01T12:00"}
    ledger = read_ledger(voip_1, written(*SIGNED, BILL, {**CORRECTION, **said})).ledger
    bill = next(each for each in ledger.as_known() if each.id == "b")
    assert (bill.fields["amount"], str(bill.fields["due"])) == (6000, "2026-04-11")
    assert iso(bill.occurred_at or 0).startswith("2026-04-01T12:00")


def test_a_correction_is_an_entry_of_its_own(voip_1: Program) -> None:
    correction = {"id": "c", "name": "correct", "of": "b", "amount": "60.00", "at": "2026-04-02T09:00"}
    ledger = read_ledger(voip_1, written(*SIGNED, BILL, correction)).ledger
    before, after = ledger.as_known(correction_at := ledger.entries[-1].recorded_at - 1), ledger.as_known()
    assert correction_at
    assert [each.fields["amount"] for each in before if each.id == "b"] == [5800]
    assert [each.fields["amount"] for each in after if each.id == "b"] == [6000]


def test_a_rejected_allegation_is_gone(voip_1: Program) -> None:
    alleged = {"id": "x", "name": "transfer_account", "standing": "alleged", "at": "2026-04-02T09:00"}
    rejected = {"id": "r", "name": "reject", "of": "x", "at": "2026-04-03T09:00"}
    ledger = read_ledger(voip_1, written(*SIGNED, alleged, rejected)).ledger
    assert [each.standing for each in ledger.as_known(ledger.entries[2].recorded_at) if each.id == "x"] == [
        Standing.ALLEGED
    ]
    assert all(each.id != "x" for each in ledger.as_known())


def test_personal_data_is_in_no_hash(voip_1: Program) -> None:
    plain = read_ledger(voip_1, written(SIGNED[0])).ledger.entries[0]
    named = read_ledger(voip_1, written({**SIGNED[0], "personal": {"name": "张三"}})).ledger.entries[0]
    assert plain.digest == named.digest
    assert named.personal == {"name": "张三"}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"trem": "2 years"}, "trem"),
        ({"term": "for ever"}, "term"),
        ({"user.age": "40"}, "user.age"),
        ({"cutoff": "25:00"}, "cutoff"),
    ],
)
def test_a_bad_setting_is_named(voip_1: Program, settings: dict[str, Any], field: str) -> None:
    with pytest.raises(BadTerms) as caught:
        terms_from(voip_1, settings)
    assert caught.value.field == field


def test_a_bad_reading_names_the_options(voip_1: Program) -> None:
    with pytest.raises(BadTerms, match="roll"):
        terms_from(voip_1, {}, readings={"RS-term-roll": "sideways"})
