"""The agreements as drafted: their text to the letter, every clause accounted for, every open item named."""

from pathlib import Path

import pytest

from contractlang.declaration import ReadingDecl
from contractlang.load import Loaded, load

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / "contracts"

# The registers of the clause analysis: readings with their options, human determinations, blanks.
READINGS = {
    "RS-term": {"civil_202", "inclusive"},
    "RS-term-roll": {"roll", "no_roll"},
    "RS-effect": {"later_signature", "own_signature", "page_date"},
    "RS-due-roll": {"roll", "fixed_date"},
    "RS-restday": {"weekend_and_shifted", "statutory_only"},
    "RS-stat-roll": {"on", "off"},
    "RS-cutoff": {"24h", "business_close"},
    "RS-30d": {"mandatory_min", "enabling_only", "administrative_only"},
    "RS-notice24": {"off", "on"},
    "RS-latefee": {"pay_date_minus_due", "end_of_day_unpaid"},
    "RS-partial": {"any_shortfall", "proportionate"},
    "RS-resume": {"implied", "discretion"},
    "RS-terminate": {"any_breach", "not_slight", "fundamental"},
    "RS-arrears-term": {"telecom_special", "general_clause"},
    "RS-renew-early": {"allowed", "only_after_expiry"},
    "RS-adjust": {"any", "not_core"},
    "RS-quality": {"result", "standard_based"},
    "RS-lend": {"includes_free", "paid_only"},
    "RS-negotiation": {"precondition", "not_a_bar"},
    "RS-notice": {"condition", "duty_only"},
    "RS-rules": {"static", "dynamic"},
    "RS-waiver": {"3_of_30_days", "4_of_30_days"},
}
DETERMINATIONS = {
    "SLIGHT",
    "STDTERM",
    "CONSENT",
    "NOTICE",
    "MARKET",
    "BUSINESS-NEED",
    "HARASS",
    "HARMFUL",
    "MORALS",
    "ILLEGAL",
    "ATTRIBUTION",
    "IDENTITY",
    "QUALITY",
    "EFFORT",
    "TIMELY",
    "NECESSARY",
    "FAULT-WAIVER",
    "CONDUCT",
    "REASONABLE-PERIOD",
    "WHICH-AGREEMENT",
    "SERVICE-CLASS",
    "CONSUMER",
    "CONFIDENTIAL",
    "LOSS",
    "PROPER",
    "FORCE-MAJEURE",
    "LICENCE",
    "LEND",
}
# The tariff is a state that acts change, and being a consumer a property of the user: neither is a blank.
BLANKS = {
    "PARTIES",
    "TERM",
    "SIGN",
    "DUE",
    "METHOD",
    "GRACE",
    "NOTICE",
    "REGFIELDS",
    "RULES",
    "METRICS",
    "CLASS",
}


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load([CONTRACTS])


@pytest.mark.parametrize("number", [1, 2])
def test_without_its_norm_lines_an_agreement_is_its_source(number: int) -> None:
    drafted = (CONTRACTS / f"voip-{number}" / f"voip-{number}.contract").read_text("utf-8")
    left = "".join(line for line in drafted.splitlines(keepends=True) if not line.startswith("|"))
    assert left == (ROOT / "tests" / "data" / f"agreement-{number}.zh.txt").read_text("utf-8")


def test_nothing_is_wrong(loaded: Loaded) -> None:
    assert loaded.errors == []
    assert loaded.unreadable == []


@pytest.mark.parametrize("name", ["voip-1", "voip-2", "sale"])
def test_every_clause_is_accounted_for(loaded: Loaded, name: str) -> None:
    assert [each for each in loaded.diagnostics if each.code == "unaccounted"] == []
    told = [each.number for each in loaded.contracts[name].clauses if not each.is_heading and each.number]
    assert told
    assert len(told) == len(set(told))


def test_every_clause_of_the_first_agreement_is_there(loaded: Loaded) -> None:
    items = {"一": 0, "二": 2, "三": 5, "四": 4, "五": 3, "六": 2, "七": 2, "八": 4, "九": 2, "十": 3}
    expected = {f"{article}.{item}" for article, last in items.items() for item in range(1, last + 1)}
    assert expected <= {each.number for each in loaded.contracts["voip-1"].clauses}


def test_every_reading_is_declared_with_its_options(loaded: Loaded) -> None:
    found: dict[str, set[str]] = {}
    for contract in loaded.contracts.values():
        for declared in contract.declarations.values():
            if isinstance(declared, ReadingDecl):
                for option in declared.options:
                    found.setdefault(declared.external, set()).update(
                        (option.external, option.name, option.alias)
                    )
    for reading, options in READINGS.items():
        assert options <= found[reading], reading


def test_every_human_determination_and_every_blank_is_declared(loaded: Loaded) -> None:
    found = {
        declared.external
        for contract in loaded.contracts.values()
        for declared in contract.declarations.values()
    }
    assert {f"D-{each}" for each in DETERMINATIONS} <= found
    assert {f"P-{each}" for each in BLANKS} <= found
