"""What was asked before is not asked again; what may have another answer is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine.analysis as analysis
from contractlang.load import Loaded, load
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.tally import Tally
from engine.cli import carried_out
from engine.commands.common import FOUND
from engine.governing import Programs

LAWFUL = ("contract", "civil")
ALONE = [
    "uncovered", "unspoken", "clashes", "hanging", "beginnings", "breaking", "overlaps", "rivals", "doubled",
    "never", "implied",
]  # fmt: skip
BESIDE = [
    "against",
    "denied",
    "broken by law",
    "read down",
    "late by law",
    "measured",
    "administered",
    "clashes beside",
]

WORDS = """
| vocabulary words
| party host, guest
| event bell
| act enter by guest, needs basis
"""
CLUB = """
| agreement club
| uses words

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
"""
LAW = """
| law doors
| layer civil
| rank mandatory
| uses words

9 No guest is let in.
| ban: guest must not enter
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the groups of questions that are put to the solver from here on."""
    groups: list[str] = []
    ask = analysis.Asking.ask

    def noted(self: analysis.Asking, name: str) -> Iterator[Finding]:
        groups.append(name)
        return ask(self, name)

    monkeypatch.setattr(analysis.Asking, "ask", noted)
    return groups


def read(club: str = CLUB, law: str = LAW) -> Loaded:
    """Return the documents, read from files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{text.split()[2]}.contract") for text in (club, law, WORDS)]
        for path, text in zip(paths, (club, law, WORDS), strict=True):
            path.write_text(text, "utf-8")
        loaded = load(paths[:2], [Path(folder)])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return loaded


def found(
    kept: Kept | None, club: str = CLUB, law: str = LAW, layers: tuple[str, ...] = LAWFUL
) -> tuple[list[Finding], Tally]:
    """Return what is found in an agreement beside a law, and how much was asked."""
    loaded = read(club, law)
    tally = Tally()
    findings = analysis.analyse(Programs(loaded.contracts), ("club",), layers, tally=tally, kept=kept)
    return list(findings), tally


def test_what_was_asked_is_not_asked_again_and_is_told_alike(tmp_path: Path, asked: list[str]) -> None:
    fresh = found(None)
    assert {each.kind for each in fresh[0]} >= {"conflict", "against"}
    assert found(Kept(tmp_path)) == fresh
    asked.clear()
    assert found(Kept(tmp_path)) == fresh
    assert asked == []


def test_other_words_above_the_same_norms_are_not_asked_about(tmp_path: Path, asked: list[str]) -> None:
    found(Kept(tmp_path))
    asked.clear()
    found(Kept(tmp_path), club="\n" + CLUB.replace("nobody enters", "none may come in"))
    assert asked == []


def test_an_edit_of_the_law_leaves_what_is_asked_of_the_agreement_alone(
    tmp_path: Path, asked: list[str]
) -> None:
    found(Kept(tmp_path))
    asked.clear()
    edited = LAW.replace("must not enter", "must not enter when bell is done")
    assert found(Kept(tmp_path), law=edited) == found(None, law=edited)
    assert asked == BESIDE + ALONE + BESIDE


def test_an_edit_of_the_agreement_is_asked_about(tmp_path: Path, asked: list[str]) -> None:
    before = found(Kept(tmp_path))
    asked.clear()
    edited = CLUB.replace(
        "guest must not enter when bell is done", "guest must not enter when not bell is done"
    )
    after = found(Kept(tmp_path), club=edited)
    assert asked == ALONE + BESIDE
    assert after == found(None, club=edited) != before


def test_what_is_damaged_or_of_another_key_is_asked_again(tmp_path: Path, asked: list[str]) -> None:
    fresh = found(Kept(tmp_path))
    entries = sorted(tmp_path.glob("*.findings"))
    entries[0].write_bytes(entries[0].read_bytes()[:-1])
    entries[1].write_bytes(b"")
    entries[2].write_bytes(entries[3].read_bytes())
    asked.clear()
    assert found(Kept(tmp_path)) == fresh
    assert len(asked) == 3
    asked.clear()
    assert found(Kept(tmp_path)) == fresh
    assert asked == []


def test_a_group_with_something_undecided_is_asked_again(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.analysis.solver.LIMIT", 1)
    assert any(each.kind == "unknown" for each in found(Kept(tmp_path))[0])
    monkeypatch.undo()
    assert found(Kept(tmp_path)) == found(None)


def test_only_some_clauses_are_always_asked_about(tmp_path: Path) -> None:
    programs = Programs(read().contracts)
    list(analysis.analyse(programs, ("club",), about=lambda place: False, kept=Kept(tmp_path)))
    assert not list(tmp_path.iterdir())


def test_the_command_keeps_what_it_asked_and_asks_again_when_told_to(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTRACT_CACHE", str(tmp_path / "cache"))
    told = []
    for options, groups in (((), ALONE), ((), []), (("--no-cache",), ALONE)):
        asked.clear()
        assert carried_out(("analyse", "voip-2", "--json", *options)) == FOUND
        assert asked == groups
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] == told[2]
