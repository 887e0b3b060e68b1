"""What lawyers expected of the two agreements, the law and both together, before they saw what is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contractlang.load import load
from engine.analysis.checks import Checker, checks_in
from engine.governing import Programs
from tests.analysis.laying import CONTRACTS, laid
from tests.scenario_files import WORDS

CHECKS = checks_in((Path(__file__).parents[1] / "data" / "conflict-checks.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def checker() -> Checker:
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])
    return Checker(Programs({name: loaded.contracts[name] for name in loaded.asked}), WORDS.raw, laid)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check['id']}-{check['expected']}")
def test_a_lawyers_check(checker: Checker, check: dict[str, Any]) -> None:
    outcome = checker.outcome(check)
    assert outcome.passed, outcome.got
