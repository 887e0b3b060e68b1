"""What is kept of answers: pieces of words, each for what it says and for nothing that only equals it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.accounts import agreement_one, terms
from engine.decide import decide
from engine.decision import Reason
from engine.edition import edition
from engine.position import Position
from engine.question import May
from engine.service.answers import Words
from tests.service.inprocess import in_process
from tests.service.serving import CONTRACTS, question, texts_of


def test_a_one_is_not_told_as_a_yes() -> None:
    program = agreement_one()
    position = Position.opening(program, terms())
    question = May("provider", "suspend_service", position.now + 1)
    decision, words = decide(position, question), Words(program)
    told = [
        words.reasons(decision._replace(reasons=(Reason("compare", (value, "==", value)),)), question)[0]
        for value in (True, 1, False, 0)
    ]
    assert [b"yes is yes" in told[0], b"1 is 1" in told[1], b"no is no" in told[2], b"0 is 0" in told[3]] == [
        True
    ] * 4


def test_a_server_bears_the_name_of_the_code_that_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade in place changes the files under it: what it keeps would be the newer engine's, and is not."""
    named = edition()
    edition.cache_clear()
    with in_process(tmp_path, texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")) as service:
        monkeypatch.setattr("engine.edition.ROOT", tmp_path)
        service.post("/accounts", {"account": "a", "agreements": ["voip-1"]})
        said = service.post("/access/v1/evaluation", question("provider", "suspend_service", "a")).json()
    edition.cache_clear()
    assert said["context"]["receipt"]["engine"] == named
