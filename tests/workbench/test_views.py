"""Findings opened as scenarios, the page of a clause, two versions: each is what its command says."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from engine.cases import question_of
from engine.workbench import scenes, views, witnesses
from engine.workbench.folder import BadFile
from engine.workbench.opened import Shelf
from tests.browser.conftest import LINE
from tests.workbench.serving import CONTRACTS

AGREEMENT = CONTRACTS / "voip-1" / "voip-1.contract"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(CONTRACTS)


@pytest.fixture(scope="module")
def findings() -> list[Any]:
    """What the analysis finds in agreement 1 beside the telecommunications law."""
    command = [
        sys.executable,
        "-m",
        "engine.cli",
        "analyse",
        str(AGREEMENT),
        "--layers",
        "contract,sector",
        "--json",
    ]
    told = subprocess.run(command, capture_output=True, check=False, timeout=200).stdout
    return [each for each in json.loads(told)["findings"] if each["witness"]]


def test_a_witness_opened_as_a_scenario_shows_what_was_found(shelf: Shelf, findings: list[Any]) -> None:
    """Under each set of layers the answer at the desk is the one that the finding tells."""
    text = AGREEMENT.read_text("utf-8")
    compared = 0
    for finding in findings:
        for layers, verdict in finding["witness"]["verdicts"].items():
            asked = tuple(layers.split("+"))
            if asked[0] != "contract":
                continue
            opened = shelf.open(str(AGREEMENT), text, asked)
            told = witnesses.lines(opened, finding["witness"], asked)
            assert told["answer"] == verdict, (finding["key"], layers)
            question_of(opened.program, told["question"])
            assert scenes.scene(opened, told)["asks"]
            compared += 1
    assert compared > 5
    assert any("34(2)" in each["key"] for each in findings)


def test_what_was_found_is_written_in_the_language_of_the_contract(shelf: Shelf, findings: list[Any]) -> None:
    opened = shelf.open(str(AGREEMENT), AGREEMENT.read_text("utf-8"), ("contract",))
    told = [witnesses.lines(opened, each["witness"], ("contract",)) for each in findings]
    written = [line for each in told for line in (*each["settings"], *each["ledger"])]
    assert any(line.endswith(("=否", "= 否")) for line in written)
    assert not [line for line in written if line.endswith(("=no", "=yes", "= no", "= yes"))]


def test_a_witness_of_a_sum_asks_for_it(shelf: Shelf) -> None:
    opened = shelf.open(
        "line.contract", LINE.replace("1.2 ", "1.2 Costs.\n| amount cost: is 5.00 CNY\n1.3 ", 1)
    )
    witness = {
        "entries": [{"id": "e1", "name": "bill", "at": "2026-03-02T09:00", "amount": "1.00 CNY", "due": "2026-03-09"}],
        "settings": {}, "readings": {}, "answers": {},
        "asked": {"sum": "cost", "document": "line", "at": "2026-03-02T09:15"},
    }  # fmt: skip
    told = witnesses.lines(opened, witness, ("contract",))
    assert told["question"] == "2026-03-02 09:15 amount cost"
    assert told["answer"] == "value"


@pytest.mark.parametrize(
    "witness", [{}, {"entries": 7}, {"entries": [{"name": "x"}]}, {"entries": [], "asked": {}}]
)
def test_what_is_no_witness_is_refused(shelf: Shelf, witness: dict[str, Any]) -> None:
    opened = shelf.open("line.contract", LINE)
    with pytest.raises(BadFile):
        witnesses.lines(opened, witness, ("contract",))


def test_the_page_of_a_clause_follows_the_line(shelf: Shelf) -> None:
    opened = shelf.open("line.contract", LINE)
    lines = LINE.split("\n")
    first, second = (next(i for i, each in enumerate(lines, 1) if each.startswith(f"1.{n} ")) for n in (1, 2))
    assert views.clause(opened, 1) == {"number": None}
    for line in range(first, second):
        assert views.clause(opened, line)["number"] == "1.1"
    told = views.clause(opened, len(lines) + 99)
    assert told["number"] == "1.2"
    assert "power" in told["en"]["page"]
    assert "权力" in told["zh"]["page"]
    assert told["en"]["picture"].count("<path") > 1
    assert "<a " not in told["en"]["page"] + told["en"]["picture"]


def test_two_versions_say_what_differs_and_on_which_history(shelf: Shelf) -> None:
    old = shelf.open("line.contract", LINE).contract
    new = shelf.open("line.contract", LINE.replace("within 10 days", "within 20 days")).contract
    told = views.compared(old, new)
    assert not told["same"]
    assert "20" in told["en"]
    assert views.compared(old, old)["same"]
    other = shelf.open("line.contract", LINE.replace("agreement line", "agreement wire")).contract
    with pytest.raises(BadFile, match="two documents"):
        views.compared(old, other)
