"""Several processes put the questions: the report is the same however many, and whatever becomes of them."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.answers import Share
from engine.analysis.crew import Crew, fitting
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.solver import Query
from engine.analysis.tally import Tally
from engine.analysis.watched import Asked, analyse_within
from engine.cli import carried_out
from engine.commands.common import FOUND
from engine.governing import Programs
from tests.analysis.test_answers import CLUB as ONE_CLUB

CONTRACTS = Path(__file__).parents[2] / "contracts"
CLUB = f"""{ONE_CLUB}2.3 The host may swim.
| host may swim
"""


def club() -> Programs:
    """Return the club's agreement."""
    loaded = load_text(CLUB, "club.contract")
    assert not loaded.errors
    return Programs(loaded.contracts)


def found(jobs: int, kept: Kept | None = None) -> tuple[list[Finding], Tally]:
    """Return what so many processes find of the club, and what came of the questions."""
    tally = Tally()
    return list(analyse(club(), ("club",), tally=tally, kept=kept, jobs=jobs)), tally


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one with each question that this process puts to the solver."""
    asked: list[int] = []
    put = Query.__init__

    def noted(self: Query, *args: Any, **more: Any) -> None:
        asked.append(1)
        put(self, *args, **more)

    monkeypatch.setattr(Query, "__init__", noted)
    return asked


@pytest.mark.parametrize("jobs", [2, 3])
def test_the_same_is_found_and_counted(jobs: int, tmp_path: Path, queries: list[int]) -> None:
    alone = found(1)
    assert queries
    queries.clear()
    assert found(jobs) == alone
    assert found(jobs, Kept(tmp_path)) == alone
    assert not queries  # Who tells asks nothing itself.
    for each in tmp_path.glob("*.findings"):
        each.unlink()
    assert found(1, Kept(tmp_path)) == alone
    assert not queries  # What the others answered is kept.


def test_a_process_that_ends_leaves_its_share_to_who_tells(
    monkeypatch: pytest.MonkeyPatch, queries: list[int]
) -> None:
    alone, begin = found(1), Crew.__init__
    queries.clear()

    def begun(self: Crew, *args: Any) -> None:
        begin(self, *args)
        self._processes[0].kill()

    monkeypatch.setattr(Crew, "__init__", begun)
    assert found(2) == alone
    assert queries


def test_nobody_is_begun_for_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = found(2, Kept(tmp_path))
    monkeypatch.setattr(Crew, "__init__", None)
    assert found(2, Kept(tmp_path)) == alone


def test_the_processes_end_with_the_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    crews: list[Crew] = []
    begin = Crew.__init__

    def begun(self: Crew, *args: Any) -> None:
        begin(self, *args)
        crews.append(self)

    monkeypatch.setattr(Crew, "__init__", begun)
    findings = analyse(club(), ("club",), jobs=2)
    next(findings)
    assert isinstance(findings, Generator)
    findings.close()
    (crew,) = crews
    assert not any(each.is_alive() for each in crew._processes)


def test_a_question_is_of_one_share() -> None:
    names = [f"clash\tcontract\tclub/{one}\tclub/{other}\tguest" for one in range(20) for other in range(20)]
    shares = [Share(number, 3) for number in range(3)]
    had = [[share.has(name) for share in shares] for name in names]
    assert all(sum(each) == 1 for each in had)
    assert all(sum(column) > len(names) // 5 for column in zip(*had, strict=True))


def test_what_is_small_or_known_is_asked_by_one() -> None:
    small = club().of(("club",))
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])
    large = Programs({name: loaded.contracts[name] for name in loaded.asked}).of(("voip-1",), ("civil",))
    assert fitting(small, known=False) == fitting(large, known=True) == 1


def test_they_are_under_the_limit_of_time_too() -> None:
    whole = Asked(dict(club().contracts), ("club",), ("contract",), frozenset(["conflict"]), None, jobs=2)
    assert list(analyse_within(whole, 60, Tally())) == [
        each for each in found(1)[0] if each.kind == "conflict"
    ]


def test_a_report_is_the_same_to_the_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "club.contract"
    path.write_text(CLUB, "utf-8")
    reports = []
    for jobs in ("1", "2"):
        assert carried_out(["analyse", str(path), "--no-cache", "--jobs", jobs, "--json"]) == FOUND
        reports.append(capsys.readouterr().out)
    assert reports[0] == reports[1]
    assert json.loads(reports[0])["searched"]["asked"]
