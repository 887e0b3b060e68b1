"""Which engine gave an answer is told by its receipt."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.edition import ROOT, edition


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what takes part in an answer, which the engine takes for itself."""
    for folder in ("contractlang", "engine"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "page")
        )
    monkeypatch.setattr("engine.edition.ROOT", tmp_path)
    return tmp_path


def test_the_same_code_is_the_same_engine_wherever_it_lies(elsewhere: Path) -> None:
    assert edition.__wrapped__() == edition()


@pytest.mark.parametrize(
    "name", ["contractlang/grammar.lark", "engine/may.py", "engine/calendars/cn-2026.json"]
)
def test_other_code_is_another_engine(elsewhere: Path, name: str) -> None:
    with (elsewhere / name).open("ab") as file:
        file.write(b"\n")
    assert edition.__wrapped__() != edition()


def test_what_only_serves_answers_is_no_other_engine(elsewhere: Path) -> None:
    (elsewhere / "engine" / "service" / "rim.py").unlink()
    assert edition.__wrapped__() == edition()
