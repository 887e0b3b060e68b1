"""What an answer rests on: that there is no history, on what shows it; which one there is, on what shows the first."""

from __future__ import annotations

import re
import shutil
from functools import cached_property
from pathlib import Path

import pytest

from bench.accounts import LAYERS, ROOT
from bench.analysis import SAYS, edit, programs_in
from contractlang.load import load_text
from engine.analysis import analyse, looking
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.tally import Tally
from engine.governing import Programs
from tests.analysis.test_answers import without_examples

CLUB = """
| agreement club
| party host, guest
| event bell
| event rain
| act pay by guest
| act tidy by guest
| act enter by guest, needs basis

1.1 A guest pays after the bell, and tidies up after rain.
| fee: upon bell, guest must pay within 5 days
| order: upon rain, guest must tidy within 5 days
2.1 Who is late with the fee may enter.
| entry: while fee is overdue, guest may enter
2.2 Who is late with the order does not enter before the bell.
| silence: while order is overdue, guest must not enter when not bell is done
"""


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by each question that is put in the solver's terms from here on."""
    found: list[str] = []

    def noted(step: looking.Step) -> looking.Put:
        found.append(step.name)
        return step.make()

    asked = cached_property(noted)
    asked.__set_name__(looking.Step, "put")
    monkeypatch.setattr(looking.Step, "put", asked)
    return found


def clashes(text: str, kept: Kept | None = None) -> list[Finding]:
    """Return the clashes that are found in an agreement."""
    loaded = load_text(text, "club.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return list(analyse(Programs(loaded.contracts), ("club",), only=frozenset({"conflict"}), kept=kept))


def test_that_there_is_no_history_rests_on_no_more_than_shows_it(tmp_path: Path, put: list[str]) -> None:
    """Who is late with the fee has heard the bell: how much time there is to tidy up does not matter."""
    assert not clashes(CLUB, Kept(tmp_path))
    assert put
    put.clear()
    assert not clashes(CLUB.replace("tidy within 5 days", "tidy within 9 days"), Kept(tmp_path))
    assert not put


@pytest.mark.parametrize(
    ("said", "says"),
    [("upon bell, guest must pay", "upon rain, guest must pay"), ("not bell is done", "bell is done")],
)
def test_what_shows_it_is_asked_again_where_it_says_something_else(
    tmp_path: Path, put: list[str], said: str, says: str
) -> None:
    clashes(CLUB, Kept(tmp_path))
    put.clear()
    edited = CLUB.replace(said, says)
    after = clashes(edited, Kept(tmp_path))
    assert put
    assert after == clashes(edited) != []


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was answered of agreement 1 beside all law."""
    folder = tmp_path_factory.mktemp("known")
    list(analyse(programs_in(ROOT), ("voip-1",), LAYERS, kept=Kept(folder)))
    return folder


def test_the_one_history_that_is_singled_out_rests_on_what_shows_that_none_comes_before_it(
    known: Path, tmp_path: Path, put: list[str]
) -> None:
    """How long a debt is overdue before the law lets the service be stopped does not bear on other breaches."""
    shutil.copytree(ROOT, tmp_path / "contracts")
    shutil.copytree(known, tmp_path / "kept")
    edit(tmp_path / "contracts", *SAYS["34(2)"])
    programs = programs_in(tmp_path / "contracts")
    list(analyse(programs, ("voip-1",), LAYERS, frozenset(["against"]), kept=Kept(tmp_path / "kept")))
    assert put
    assert not [each for each in put if each.startswith("measured") and "八.3" in each]


NORM = re.compile(r"^\| .*(可以|应|不得)")
LINES = [
    place
    for place, line in enumerate((ROOT / "voip-1" / "voip-1.contract").read_text("utf-8").split("\n"))
    if NORM.match(line)
]


@pytest.mark.soak
@pytest.mark.parametrize("place", LINES)
def test_after_a_norm_is_struck_all_but_examples_is_told_as_if_nothing_were_kept(
    known: Path, tmp_path: Path, place: int
) -> None:
    shutil.copytree(ROOT, tmp_path / "contracts")
    shutil.copytree(known, tmp_path / "kept")
    path = tmp_path / "contracts" / "voip-1" / "voip-1.contract"
    lines = path.read_text("utf-8").split("\n")
    path.write_text("\n".join((*lines[:place], *lines[place + 1 :])), "utf-8")
    programs = programs_in(tmp_path / "contracts")
    if "voip-1" not in programs.contracts:
        return  # Something else in the agreement speaks of that norm.

    def told(kept: Kept | None) -> tuple[list[Finding], Tally]:
        tally = Tally()
        return list(analyse(programs, ("voip-1",), LAYERS, tally=tally, kept=kept)), tally

    kept, fresh = told(Kept(tmp_path / "kept")), told(None)
    assert without_examples(kept) == without_examples(fresh)
