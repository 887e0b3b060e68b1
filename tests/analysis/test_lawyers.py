"""What a careful lawyer finds in the two agreements is found without being told: what needs no layer of law."""

from __future__ import annotations

from pathlib import Path

import pytest

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.finding import Kind
from engine.governing import Programs

CONTRACTS = Path(__file__).parents[2] / "contracts"

FOUND = {
    "functions promised, and adjustable": ("conflict/reading", {"1 二.1", "1 四.4"}),
    "suspension and termination from the first day": ("competing", {"1 五.3", "1 八.3"}),
    "two lists of secrets": ("gap/two lists", {"1 六.1", "1 六.2"}),
    "the aftermath only after termination": ("gap/one end only", {"1 八.4", "1 八.1"}),
    "a blank term": ("gap/blank", {"1 八.1"}),
    "a blank tariff": ("gap/blank", {"1 五.1", "2 四.1"}),
    "a due day of agreement 1 that nothing uses": ("gap/blank without use", {"1 "}),
    "the day on which both sign, read in several ways": ("gap/reading", {"1 八.1"}),
    "whether lending for nothing is lending": ("gap/reading", {"1 三.2"}),
    "whether a part that is unpaid is arrears": ("gap/reading", {"1 五.3", "1 五.2"}),
    "how far functions may be adjusted": ("gap/reading", {"1 四.4"}),
    "what a guarantee of stability asks for": ("gap/reading", {"1 四.1"}),
    "best efforts without a measure": ("gap/no measure", {"2 二.2"}),
    "a due day that agreement 2 does not have": ("gap/blank", {"2 四.1"}),
    "suspension without notice or grace": ("gap/power without bound", {"1 五.3"}),
    "termination without cure or time limit": ("gap/power without bound", {"1 八.3"}),
    "no way of notice": ("gap/no way of notice", {"1 八.3"}),
    "nothing after the term": ("gap/after the term", {"1 八.1", "1 二.1", "1 三.1"}),
    "a tariff that changes, and no exit": ("gap/no exit", {"2 四.2"}),
    "no liquidated damages": ("gap/no sum", {"1 七.1", "1 七.2", "1 八.3"}),
    "a leak that nobody need report": ("gap/loss without duty", {"1 三.2"}),
    "times without a number": ("gap/no number", {"1 四.2", "1 四.3", "1 八.4", "1 九.2"}),
    "agreement 2 breaks off": ("gap/broken off", {"2 断"}),
    "the effective date said twice": ("redundant/repeated", {"1 八.1", "1 十.3"}),
    "fee and payment both ordered": ("redundant/repeated in part", {"1 五.1", "1 五.2"}),
    "liability and damages both given": ("redundant/repeated in part", {"1 七.1", "1 七.2"}),
    "signed, sealed, dated: 签, 八.1 and 十.3": ("gap/reading", {"1 八.1", "1 十.3", "1 签"}),
    "suspension for arrears only": (
        "gap/milder for one only",
        {"1 五.3", "1 八.3", "1 三.1", "1 三.3", "1 三.4"},
    ),
    "one deed under three bans of different thresholds": (
        "gap/bans judged apart",
        {"1 三.3", "1 三.4", "1 三.5"},
    ),
    "what a loss takes in": ("gap/extent of loss", {"1 三.2", "1 七.2"}),
    "unlawful, or against public law only": ("agreements/scope", {"1 三.3", "2 三.3"}),
    "to obey the law is no norm": ("gap/words without norm", {"1 三.3"}),
    "who the other users are": ("gap/reading", {"2 二.3"}),
    "anybody may be called, or other users": ("agreements/scope", {"1 二.2", "2 二.3"}),
    "what is unfit to be public": ("gap/no measure", {"1 六.1", "1 六.2"}),
    "what market conditions are": ("gap/no measure", {"2 四.2"}),
    "guarantee and best efforts": ("agreements/standard", {"1 四.1", "2 二.2"}),
    "a fee that only one lets a party change": ("agreements/sum", {"1 五.1", "2 四.2"}),
    "suspension only in one": ("agreements/only in one", {"1 五.3", "2 断"}),
    "the sentence on loss only in one": ("agreements/loss", {"1 三.2", "2 三.2"}),
    "harassment of anybody, or of other users": ("agreements/scope", {"1 三.4", "2 三.5"}),
    "no priority between the two": ("agreements/no priority", {"1 十.1", "2 0"}),
    "a term only in one": ("agreements/term", {"1 八.1", "2 断"}),
}
"""What the lawyer wrote, the kind of the finding, and the clauses that are among its."""


@pytest.fixture(scope="module")
def found() -> list[tuple[str, set[str]]]:
    """What is found in both agreements by the text alone: each with its kind and its clauses."""
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "voip-2"], [CONTRACTS / "vocabulary"])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    kinds: tuple[Kind, ...] = ("conflict", "competing", "gap", "redundant", "agreements")
    findings = analyse(programs, ("voip-1", "voip-2"), only=frozenset(kinds))
    return [
        (
            each.key.split(":")[0],
            {f"{place.document.removeprefix('voip-')} {place.clause}" for place in each.clauses},
        )
        for each in findings
    ]


@pytest.mark.parametrize("problem", FOUND)
def test_what_a_lawyer_finds_is_found(found: list[tuple[str, set[str]]], problem: str) -> None:
    kind, clauses = FOUND[problem]
    assert any(each == kind and clauses <= places for each, places in found)
