"""A limit of time for everything: what was found by then stands, what was not come to is undecided."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import Any

import pytest

from contractlang.load import load_text
from engine.analysis import analyse, searcher, watched
from engine.analysis.finding import Finding
from engine.analysis.tally import Tally, is_confirmed
from engine.analysis.watched import Asked, analyse_within
from engine.cli import carried_out
from engine.commands.common import BROKEN, FOUND, REFUSED
from engine.commands.watching import Progress
from engine.governing import Programs

pytestmark = pytest.mark.skipif(
    "fork" not in get_all_start_methods(), reason="what is patched is not in the child"
)

CLUB = """
| agreement club
| party host, guest
| event bell
| act enter by guest, needs basis
| act sing by guest

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
1.3 A guest may sing.
| song: guest may sing
1.4 Nobody sings.
| quiet: guest must not sing
"""
ENTRY, SONG = "conflict:club/1.1:entry+club/1.2:silence", "conflict:club/1.3:song+club/1.4:quiet"


def within(seconds: float, folder: Path | None = None, tally: Tally | None = None) -> list[Finding]:
    """Return what is found of the club in some seconds."""
    loaded = load_text(CLUB, "club.contract")
    asked = Asked(loaded.contracts, ("club",), ("contract",), frozenset(["conflict"]), folder)
    return list(analyse_within(asked, seconds, tally or Tally()))


def at_song(monkeypatch: pytest.MonkeyPatch, then: Callable[[], Any]) -> None:
    """Let something happen once the engine is asked about a song."""
    replayed = vars(searcher)["replayed"]

    def noted(history: Any, *others: Any) -> Any:
        if history.asked["act"] == "sing":
            then()
        return replayed(history, *others)

    monkeypatch.setattr(searcher, "replayed", noted)


def test_in_enough_time_everything_is_found() -> None:
    tally = Tally()
    assert [each.key for each in within(60, tally=tally)] == [ENTRY, SONG]
    assert (tally.asked, tally.found) == (2, 2)


def test_what_does_not_end_is_undecided_and_what_was_found_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    at_song(monkeypatch, lambda: time.sleep(600))
    began = time.monotonic()
    entry, song, rest = within(6)
    assert time.monotonic() - began < 300
    assert entry.key == ENTRY
    assert song.key == "unknown/conflict out of time:club/1.3:song+club/1.4:quiet"
    assert "the time of 6 seconds was over" in song.sentence.en
    assert song.bound is not None
    assert song.detail["limit"] == 6
    assert rest.key == "unknown/conflict out of time, the rest:"
    assert is_confirmed(song)


def test_what_was_answered_by_then_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_song(monkeypatch, lambda: time.sleep(600))
    monkeypatch.setattr(watched, "_SAVED_EVERY", 0.0)
    within(6, tmp_path)
    (kept,) = tmp_path.glob("*.answers")
    assert b"clash" in kept.read_bytes()


def test_a_process_that_ends_by_itself_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    at_song(monkeypatch, lambda: os._exit(1))
    entry, song, _ = within(60)
    assert entry.key == ENTRY
    assert song.key == "unknown/conflict the solver failed:club/1.3:song+club/1.4:quiet"
    assert not is_confirmed(song)


def test_what_goes_wrong_in_the_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> None:
        raise LookupError("a matter of ours")

    at_song(monkeypatch, wrong)
    with pytest.raises(RuntimeError, match="a matter of ours"):
        within(60)


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CONTRACT_CACHE", "off")
    path = tmp_path / "club.contract"
    path.write_text(CLUB, "utf-8")
    return str(path)


def test_the_first_finding_is_told_before_the_solver_is_loaded(club: str) -> None:
    told = (
        "import sys; from engine.render import Screen; line = Screen.line\n"
        "def first(self, text='', style=''):\n"
        "    if text.startswith('•'): sys.exit('z3' in sys.modules)\n"
        "    line(self, text, style)\n"
        "Screen.line = first; from engine.cli import carried_out; carried_out(['analyse', sys.argv[1]])"
    )
    assert subprocess.run([sys.executable, "-c", told, club], check=False).returncode == 0


class Terminal(io.StringIO):
    """What somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_progress_is_told_on_a_terminal_and_nowhere_else() -> None:
    assert Progress.on("en", io.StringIO()) is None
    out = Terminal()
    progress = Progress.on("en", out)
    assert progress is not None
    loaded = load_text(CLUB, "club.contract")
    found = analyse(Programs(loaded.contracts), ("club",), only=frozenset(["conflict"]), watch=progress)
    assert len(list(found)) == 2
    assert "conflicts: question 1 (1.1:entry, 1.2:silence)" in out.getvalue()
    progress.clear()
    assert out.getvalue().endswith("\r\x1b[K")


def test_the_command_holds_the_limit(
    club: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried_out(["analyse", club, "--only", "conflict", "--seconds", "60", "--json"]) == FOUND
    assert json.loads(capsys.readouterr().out)["counts"] == {"conflict": 2}
    at_song(monkeypatch, lambda: os._exit(1))
    assert carried_out(["analyse", club, "--only", "conflict", "--seconds", "60", "--gate"]) == BROKEN
    assert carried_out(["analyse", club, "--seconds", "60", "--mends"]) == REFUSED
    assert "leave out --seconds or --mends" in capsys.readouterr().err
