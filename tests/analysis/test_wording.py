"""What the words of `no_conflict_when` mean, and that what is assumed of a history holds in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contractlang.contract import Contract
from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.assuming import Assuming
from engine.analysis.checks import Checker
from engine.analysis.wording import Wording
from engine.governing import Programs
from tests.analysis.laying import laid
from tests.scenario_files import WORDS

CONTRACTS = Path(__file__).parents[2] / "contracts"
MOBILE = {"settings": {"service_class": "mobile"}, "answers": {"actual_class": "mobile"}}


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    """Both agreements, with all the law."""
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])
    return {name: loaded.contracts[name] for name in loaded.asked}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"days_after_due": ">=45"}, [{"since": [{"of": "invoice_issued.due", "at_least": "55 days"}]}]),
        ({"days_since_known": "< 366"}, [{"since": [{"of": "breach_known", "at_most": "365 days"}]}]),
        ({"days_since_known": "10..20"}, [
            {"since": [{"of": "breach_known", "at_least": "10 days"}]},
            {"since": [{"of": "breach_known", "at_most": "20 days"}]},
        ]),
        # What is added to one bound to be on the safe side would leave nothing between two.
        ({"days_overdue": 1}, [
            {"since": [{"of": "invoice_issued.due", "at_least": "1 days"}]},
            {"since": [{"of": "invoice_issued.due", "at_most": "2 days"}]},
        ]),
        ({"user_is_consumer": False}, [{"settings": {"user.is_consumer": False}}]),
        ({"service_class": "mobile"}, [MOBILE]),
        ({"RS-30d": "enabling_only"}, [{"readings": {"RS-30d": "enabling_only"}}]),
        ({"D-SLIGHT": True}, [{"answers": {"D-SLIGHT": "true"}}]),
        ({"D-SERVICE-CLASS": "mobile"}, [MOBILE]),
        ({"D-SERVICE-CLASS": "B25"}, [
            {"settings": {"service_class": "B25"}, "answers": {"actual_class": "b25"}},
        ]),
        ({"逾期天数": "至少45天"}, [{"since": [{"of": "invoice_issued.due", "at_least": "55 days"}]}]),
        ({"days_after_due": "more than 44 days"}, [{"since": [{"of": "invoice_issued.due", "at_least": "55 days"}]}]),
        ({"days_after_due": ">=45 hours"}, []),
        # Of notice the table knows how long it was at least.
        ({"提前通知小时": 24}, [{"since": [
            {"of": act, "at_least": "24 hours"} for act in ("notify_suspension", "announce_change", "notify_change")
        ]}]),
        ({"Days after due": ">=45"}, [{"since": [{"of": "invoice_issued.due", "at_least": "55 days"}]}]),
        ({"is_mobile": True}, [MOBILE]),
        ({"not_paid": False}, [{"kept": ["pay"]}]),
        ({"未付清": "否"}, [{"kept": ["pay"]}]),
        ({"no_authority_request": True}, [{"never": ["request_records"]}]),
        ({"不存在之物": "是"}, []),
        ({"违约程度": "根本违约"}, [{"answers": {"fundamental": True, "slight": False}}]),
        ({"违约程度": "任何违约"}, [{"readings": {"违约程度": "任何违约"}}]),
        ({"违约程度": "根本"}, [{"readings": {"违约程度": "根本"}}]),
        ({"RS-terminate": "as it pleases"}, []),
        ({"乙方同意": "是"}, [{"answers": {"consented": True}}]),
        ({"breach": "false_identity"}, [{"kept": ["pay"]}]),
        ({"取消的功能": "呼叫转移"}, [{"fields": {"remove_feature.feature": "extra"}}]),
        ({"province": "GD"}, [{"without_layers": ["local:CQ", "local:HN"]}]),
        ({"province": "HN"}, [{"without_layers": ["local:CQ"]}]),
        ({"feature_removed": "other"}, [{"fields": {"remove_feature.feature": "extra"}}]),
        ({"feature_removed": "video"}, [{"fields": {"remove_feature.feature": "video_call"}}]),
        ({"complaint_filed": False}, [{"never": ["complaint_filed"]}]),
        ({"lend_account": False}, [{"never": ["lease_account"]}]),
        ({"to": "police"}, [
            {"fields": {f"{act}.to": "police"}}
            for act in ("lease_account", "transfer_account", "permit_disclosure", "disclose", "place_call")
        ]),
        ({"days_since_suspend": ">=61"}, [{"since": [{"of": "suspend_service", "at_least": "62 days"}]}]),
        ({"hours_after_payment": "<=48"}, [{"since": [{"of": "pay", "at_most": "48 hours"}]}]),
        ({"authority_request": "none"}, [{"never": ["request_records"]}]),
        ({"outage": "never"}, [{"never": ["outage"]}]),
        ({"P-CONSUMER": False}, [{"settings": {"user.is_consumer": False}}]),
        (
            {"layers": ["contract", "civil"]},
            [{"without_layers": ["consumer", "cyber", "local:CQ", "local:HN", "sector"]}],
        ),
        ({"layer": "sector"}, [{"without_layers": ["civil", "consumer", "cyber", "local:CQ", "local:HN"]}]),
        ({"without_layers": "civil, local:HN"}, [{"without_layers": ["civil", "local:HN"]}]),
        ({"cyber": False}, [{"without_layers": ["cyber"]}]),
        ({"layers": ["canon"]}, []),
        ({"days_since_weather": ">=3"}, []),
        ({"weather": "fine"}, []),
        ({"days_after_due": "some"}, []),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_word_means(contracts: dict[str, Contract], said: dict[str, Any], meant: list[Any]) -> None:
    ((name, value),) = said.items()
    found = list(Wording(WORDS.raw, contracts.values()).meant(name, value))
    assert [each for place, each in enumerate(found) if each not in found[:place]] == meant
    for each in found:
        Assuming.of(each)


@pytest.mark.parametrize(
    ("norms", "when", "gone"),
    [
        (("1.五.3", "law:电信条例34(2)"), {"days_after_due": ">=60"}, True),
        (("1.五.3", "law:电信条例34(2)"), {"days_after_due": ">=5"}, False),
        (("1.五.3", "law:电信条例34(2)"), {"service_class": "mobile"}, True),
        (("1.五.3", "law:电信条例34(2)"), {"service_class": "other"}, False),
        (("1.五.3", "law:电信条例34(2)"), {"paid": True}, True),
        (("1.五.3", "law:电信条例34(2)"), {"RS-30d": "enabling_only"}, True),
        (("1.五.3", "law:电信条例34(2)"), {"service": "active"}, False),
        (("1.五.3", "law:民法典497"), {"D-STDTERM": True}, True),
        (("1.五.3", "law:消保法26"), {"user_is_consumer": False}, True),
        (("1.六.2", "law:反诈法26"), {"permission": True}, True),
        (("1.四.4", "1.二.1"), {"feature_removed": "other"}, True),
        (("1.三.5", "law:民法典496"), {"rule_shown": True}, True),
        (("1.三.5", "law:民法典496"), {"identity": "verified"}, False),
        (("1.五.3", "2.二.1"), {"one_in_force": True}, True),
        # Emergency calls stay barred after thirty days; the thirty days do not.
        (("1.五.3", "law:河南24"), {"days_after_due": ">=31"}, True),
        (("1.五.3", "law:河南24"), {"days_after_due": ">=5"}, False),
        (("1.五.3", "law:河南24"), {"days_after_due": 5}, False),
        (("1.八.3", "law:民法典564(2)"), {"days_since_known": 400}, False),
        # What nothing says the meaning of is left out: gone of more histories, it is gone of fewer.
        (("1.五.3", "law:电信条例34(2)"), {"weather": "fine", "days_after_due": ">=31"}, True),
        (("1.五.3", "law:电信条例34(2)"), {"weather": "fine", "days_after_due": ">=5"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_finding_is_gone_where_it_has_to_be_and_nowhere_else(
    contracts: dict[str, Contract], norms: tuple[str, ...], when: dict[str, Any], gone: bool
) -> None:
    checker = Checker(Programs(contracts), WORDS.raw, laid)
    check = {"id": "X", "norms": norms, "expected": "conflict", "no_conflict_when": when}
    outcome = checker.outcome(check)
    assert outcome.passed is gone
    assert ("; gone when" if gone else "is not gone when") in outcome.got


@pytest.mark.parametrize(
    ("witness", "none"),
    [
        ({"service_class": "B25"}, True), ({"service_class": "mobile"}, False), ({}, False),
        ({"weather": "fine"}, False), ({"service_class": "B25", "weather": "fine"}, True),
        ({"service_class": "mobile", "weather": "fine"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_where_none_is_expected_it_is_asked_of_what_the_witness_describes(
    contracts: dict[str, Contract], witness: dict[str, Any], none: bool
) -> None:
    """Emergency calls are free of who runs a local or a mobile network."""
    check = {"id": "X", "norms": ["1.五.3", "law:电信条例36"], "expected": "no_conflict", "witness": witness}
    outcome = Checker(Programs(contracts), WORDS.raw, laid).outcome(check)
    assert outcome.passed is none
    assert ("no such finding when" if none else "found all the same") in outcome.got


CLUB = """
| agreement club
| party host, guest
| state door: open | shut
| event bill (amount: money, due: day)
| act shut_door by host, sets door to shut
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill
| act enter by guest

1.1 Bills are paid by their day.
| payment: for each bill as it, guest must pay it.amount for it by it.due
1.2 While the door is shut nobody enters.
| while door is shut, guest must not enter
1.3 Who is late may enter to pay.
| while payment is overdue, guest may enter
"""


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({"states": {"door": "shut"}}, False), ({"states": {"door": "open"}}, True), ({"kept": ["pay"]}, True),
        ({"kept": ["enter"]}, False), ({"fields": {"bill.amount": 5}}, False),
    ],
    ids=str,
)  # fmt: skip
def test_what_states_are_and_what_is_done_in_time_holds_in_every_history(
    given: dict[str, Any], gone: bool
) -> None:
    loaded = load_text(CLUB, "club.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    findings = analyse(
        Programs(loaded.contracts), ("club",), only=frozenset(["conflict"]), assuming=Assuming.of(given)
    )
    assert bool(list(findings)) is not gone


def test_an_answer_that_is_one_of_several_is_assumed(contracts: dict[str, Contract]) -> None:
    """Emergency calls are free of what class the service is declared to be, and of what it is found to be."""
    programs = Programs(contracts)

    def found(**assumed: Any) -> bool:
        told = analyse(
            programs, ("voip-1",), ("contract", "sector"), frozenset(["against"]),
            lambda place: place == ("telecom_regulations@2016", "36"), None, Assuming.of(assumed),
        )  # fmt: skip
        return bool(list(told))

    declared, actual = {"service_class": "B25"}, {"D-SERVICE-CLASS": "b25"}
    assert found(settings=declared)
    assert found(answers=actual)
    assert not found(settings=declared, answers=actual)


@pytest.mark.parametrize(
    ("norms", "expected", "when", "gone"),
    [
        (("1.三.2b",), "undetermined", {"RS-lend": "paid_only"}, True),
        (("1.三.2b",), "undetermined", {"RS-term": "inclusive"}, False),
        (("1.八.1b", "law:民法典563(2)"), "gap", {"term_years": 2}, True),
        (("1.八.1b", "law:民法典563(2)"), "gap", {"term_years": None}, False),
        (("1.八.1b", "law:民法典563(2)"), "gap", {"due_day": 10}, False),
        (("1.三.2c", "law:民法典592(2)"), "conflict", {"cause": "user only"}, True),
        (("1.三.2c", "law:消保条例17"), "conflict", {"user_is_consumer": False}, True),
        (("1.三.2c", "law:消保条例17"), "conflict", {"D-STDTERM": True}, True),
        (("1.三.2c", "law:消保条例17"), "conflict", {"D-STDTERM": False}, False),
    ],
    ids=str,
)  # fmt: skip
def test_what_no_history_shows_is_gone_where_what_it_hangs_on_is_settled(
    contracts: dict[str, Contract], norms: tuple[str, ...], expected: str, when: dict[str, Any], gone: bool
) -> None:
    checker = Checker(Programs(contracts), WORDS.raw, laid)
    outcome = checker.outcome({"id": "X", "norms": norms, "expected": expected, "no_conflict_when": when})
    assert outcome.passed is gone
    assert ("; gone when" if gone else "is not gone when") in outcome.got


@pytest.mark.parametrize(
    ("norms", "expected"),
    [
        (("1.八.3", "2.断"), "conflict"),
        (("1.二.1", "2.二.1"), "undetermined"),
        (("1.三.3b", "1.五.3"), "undetermined"),
        (("1.七.1", "1.八.3"), "warning"),
    ],
    ids=str,
)
def test_a_finding_answers_only_what_it_says(
    contracts: dict[str, Contract], norms: tuple[str, ...], expected: str
) -> None:
    """That only one agreement ends upon a breach is no conflict, that nothing is held back upon another no doubt."""
    outcome = Checker(Programs(contracts), WORDS.raw, laid).outcome(
        {"id": "X", "norms": norms, "expected": expected}
    )
    assert not outcome.passed


def test_a_clause_that_is_listed_twice_is_held_against_itself(contracts: dict[str, Contract]) -> None:
    """That 五.3 and 八.3 compete is not said of 八.3 alone; that it never ends is."""
    checker = Checker(Programs(contracts), WORDS.raw, laid)
    twice = {"id": "X", "norms": ["1.八.3", "1.八.3"]}
    assert checker.outcome({**twice, "expected": "no_conflict"}).passed
    assert checker.outcome({**twice, "expected": "gap"}).got == "gap/power without bound:voip-1/八.3:解除权"
