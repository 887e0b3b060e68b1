"""Bans on deeds of one kind that are judged apart are told; what one question decides, or is of other kinds, is not."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

HOUSE = """
| agreement house
| party owner, tenant
| act disturb by tenant
| act play by tenant, kind of disturb
| act shout by tenant, kind of disturb
| act paint by tenant
| event rule (of: text)
| question too_loud about play: "Is it too loud?"
| question insulting about shout: "Is it an insult?"
| question spoilt about paint: "Is the wall spoilt?"
| question kept about rule: "Is the rule kept?"

1. No loud music.
| music: for each play as it, when too_loud(it), tenant must not play
2. No insults.
| insults: for each shout as it, when insulting(it), tenant must not shout
3. No spoilt walls.
| walls: for each paint as it, when spoilt(it), tenant must not paint
"""
RULES = """4. The rules of the house are kept.
| rules: tenant must keep (count of rule where not kept(rule)) <= 0 from rule
"""


def told(text: str) -> list[Finding]:
    loaded = load_text(text, "house.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    found = analyse(Programs(loaded.contracts), ("house",), only=frozenset(["gap"]))
    return [each for each in found if each.detail["what"] == "bans judged apart"]


def test_one_deed_may_fall_under_several_bans_that_are_judged_apart() -> None:
    (finding,) = told(HOUSE)
    assert finding.key == "gap/bans judged apart:house/1:music+house/2:insults"
    assert "“too loud” and “insulting”" in finding.sentence.en


def test_rules_that_may_forbid_it_as_well_take_part() -> None:
    (finding,) = told(HOUSE + RULES)
    assert finding.key.endswith("+house/4:rules")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("act shout by tenant, kind of disturb", "act shout by tenant"),
        ("when insulting(it), ", ""),
        ("when insulting(it), tenant must not", "when insulting(it), tenant may"),
    ],
)
def test_what_is_of_another_kind_or_judged_by_nobody_is_silent(before: str, after: str) -> None:
    assert before in HOUSE
    assert not told(HOUSE.replace(before, after))
