"""The answer to one question is kept by itself: an edit is asked about only where it bears, nothing is ever stale."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import z3

from bench.accounts import LAYERS, ROOT
from bench.analysis import programs_in
from contractlang.load import load_text
from engine.analysis import analyse, asking, logic
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.solver import Query
from engine.analysis.tally import Tally
from engine.governing import Programs

CONTRACTS = Path(__file__).parents[2] / "contracts"
CLUB = """
| agreement club
| party host, guest
| event bell
| event rain
| act enter by guest, needs basis
| act swim by either party, needs basis

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
2.1 A guest may swim.
| swimming: guest may swim
2.2 Nobody swims in the rain.
| dry: guest must not swim when rain is done
"""


def found(text: str, kept: Kept | None = None, path: Path | None = None) -> tuple[list[Finding], Tally]:
    """Return what is found in an agreement of a text, and what came of the questions."""
    loaded = load_text(text, str(path or "club.contract"), [CONTRACTS / "vocabulary"] if path else [])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    (name,) = (each.name for each in loaded.contracts.values() if each.kind == "agreement")
    tally = Tally()
    return list(analyse(Programs(loaded.contracts), (name,), tally=tally, kept=kept)), tally


def without_examples(told: tuple[list[Finding], Tally]) -> tuple[list[Finding], Tally]:
    """Return what was told but for the histories, and what was searched for them."""
    return [dataclasses.replace(each, witness=None, bound=None) for each in told[0]], told[1]


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one with each question that is put to the solver from here on."""
    asked: list[int] = []
    put = Query.__init__

    def noted(self: Query, *args: object, **more: object) -> None:
        asked.append(1)
        put(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Query, "__init__", noted)
    return asked


def test_an_edit_of_one_clause_is_asked_about_and_the_rest_is_not(tmp_path: Path, queries: list[int]) -> None:
    found(CLUB, Kept(tmp_path))
    fresh = len(queries)
    queries.clear()
    edited = CLUB.replace("when rain is done", "when rain is done and bell is done")
    after = found(edited, Kept(tmp_path))
    assert 0 < len(queries) < fresh
    assert after == found(edited)


def test_a_norm_more_leaves_what_was_asked_of_the_rest(tmp_path: Path, queries: list[int]) -> None:
    found(CLUB, Kept(tmp_path))
    queries.clear()
    longer = CLUB.replace("1.1 A guest", "1.0 The host may swim.\n| host may swim\n1.1 A guest", 1)
    after = found(longer, Kept(tmp_path))
    asked = len(queries)
    queries.clear()
    assert after == found(longer)
    assert asked < len(queries)


BELL = """
| agreement club
| party host, guest
| event bell
| act pay by guest
| act enter by guest, needs basis

1.1 A guest pays within five days of the bell.
| fee: upon bell, guest must pay within 5 days
2.1 A guest who is late may enter after the bell.
| entry: guest may enter when bell is done and fee is overdue
2.2 Nobody enters before the bell.
| silence: guest must not enter when not bell is done
3.1 The club begins once the guest has paid.
| agreement takes effect once guest did pay
"""


@pytest.mark.parametrize(
    ("said", "says"), [("within 5 days", "within 9 days"), ("did pay", "did pay and bell is done")]
)
def test_what_cannot_be_whatever_else_is_said_rests_on_nothing_else(
    tmp_path: Path, queries: list[int], said: str, says: str
) -> None:
    def clashes(text: str) -> list[Finding]:
        programs = Programs(load_text(text, "club.contract").contracts)
        return list(analyse(programs, ("club",), only=frozenset({"conflict"}), kept=Kept(tmp_path)))

    assert not clashes(BELL)
    assert queries
    queries.clear()
    assert not clashes(BELL.replace(said, says))
    assert not queries
    assert clashes(BELL.replace("when not bell is done", "when bell is done"))
    assert queries


def test_a_text_that_comes_back_is_not_asked_about_again(tmp_path: Path, queries: list[int]) -> None:
    before = found(CLUB, Kept(tmp_path))
    found(CLUB.replace("when rain is done", "when not rain is done"), Kept(tmp_path))
    for each in tmp_path.glob("*.findings"):
        each.unlink()
    queries.clear()
    assert found(CLUB, Kept(tmp_path)) == before
    assert not queries


def test_answers_that_are_damaged_are_asked_again(tmp_path: Path, queries: list[int]) -> None:
    before = found(CLUB, Kept(tmp_path))
    for each in tmp_path.glob("*.findings"):
        each.unlink()
    (answers,) = tmp_path.glob("*.answers")
    answers.write_bytes(answers.read_bytes()[:-2])
    queries.clear()
    assert found(CLUB, Kept(tmp_path)) == before
    assert queries


EDITS = (
    ("暂停权 优先于 使用", "使用 优先于 暂停权"),
    (
        "协议 为 有效 时，对方 可以 解除协议",
        "协议 为 有效 且 违约情形.时点 后 30日 <= 现在 时，对方 可以 解除协议",
    ),
    ("善后：协议 为 解除 时，双方 应 处理善后", "善后：协议 为 解除 时，甲方 应 处理善后"),
)


def test_after_each_edit_of_the_real_agreement_all_but_examples_is_told_as_if_nothing_were_kept(
    tmp_path: Path,
) -> None:
    path = CONTRACTS / "voip-1" / "voip-1.contract"
    text = path.read_text("utf-8")
    found(text, Kept(tmp_path), path)
    for before, after in EDITS:
        assert before in text
        edited = text.replace(before, after, 1)
        kept, fresh = found(edited, Kept(tmp_path), path), found(edited, None, path)
        assert without_examples(kept) == without_examples(fresh), after


UNDATED = """
| agreement club
| party host, guest
| event bell
| act pay by guest
| act enter by guest, needs basis

1.1 A guest pays after the bell.
| fee: upon bell, guest must pay
2.1 Who is late may enter.
| entry: while fee is overdue, guest may enter
2.2 Who is late does not enter.
| silence: guest must not enter when fee is overdue
"""


def test_a_duty_that_gets_a_deadline_is_asked_about_where_nobody_could_be_late(tmp_path: Path) -> None:
    """That there is no history rests on what stands in the terms of the question, not on what it is told alone."""
    dated = UNDATED.replace("must pay", "must pay within 5 days")
    before, fresh = found(UNDATED, Kept(tmp_path)), found(dated)
    assert not [each for each in before[0] if each.kind == "conflict"]
    assert [each for each in fresh[0] if each.kind == "conflict"]
    assert without_examples(found(dated, Kept(tmp_path))) == without_examples(fresh)


NORM = re.compile(r"^\| .*(可以|应|不得)")
VOIP = (CONTRACTS / "voip-1" / "voip-1.contract").read_text("utf-8").split("\n")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was answered of agreement 1 beside all law."""
    folder = tmp_path_factory.mktemp("known")
    list(analyse(programs_in(ROOT), ("voip-1",), LAYERS, kept=Kept(folder)))
    return folder


@pytest.mark.soak
@pytest.mark.parametrize("place", [place for place, line in enumerate(VOIP) if NORM.match(line)])
def test_after_a_norm_is_struck_all_but_examples_is_told_as_if_nothing_were_kept(
    known: Path, tmp_path: Path, place: int
) -> None:
    shutil.copytree(ROOT, tmp_path / "contracts")
    shutil.copytree(known, tmp_path / "kept")
    path = tmp_path / "contracts" / "voip-1" / "voip-1.contract"
    path.write_text("\n".join((*VOIP[:place], *VOIP[place + 1 :])), "utf-8")
    programs = programs_in(tmp_path / "contracts")

    def told(kept: Kept | None) -> tuple[list[Finding], Tally]:
        tally = Tally()
        return list(analyse(programs, ("voip-1",), LAYERS, tally=tally, kept=kept)), tally

    assert without_examples(told(Kept(tmp_path / "kept"))) == without_examples(told(None))


ENDED = """
| agreement club
| party host, guest
| act ring by host
| act dance by guest
| act sing by guest
| act pay by guest
| act enter by guest
| act leave by either party, needs basis, sets agreement to terminated

1.1 The guest dances, sings and pays, and the host rings.
| dancing: guest must dance within 5 days
| singing: guest must sing within 6 days
| paying: guest must pay within 7 days
| ringing: host must ring within 8 days
2.1 Who is wronged may leave.
| for each breach of any norm as wrong, the other party may leave
3.1 After that the guest may enter.
| while agreement is terminated, guest may enter
| survives
"""


def test_whether_a_norm_ever_applies_rests_on_the_breach_of_one_duty_that_shows_it(
    tmp_path: Path, queries: list[int]
) -> None:
    def never(text: str) -> list[Finding]:
        loaded = load_text(text, "club.contract")
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        return list(
            analyse(Programs(loaded.contracts), ("club",), only=frozenset({"dead"}), kept=Kept(tmp_path))
        )

    assert not never(ENDED)
    queries.clear()
    assert not never(ENDED.replace("within 7 days", "within 9 days"))
    assert len(queries) == 1  # Whether that duty ever applies; what hangs on any breach is shown by another.


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[z3.CheckSatResult]:
    """Return a list that grows by what the solver says each time that it is asked from here on."""
    seen: list[z3.CheckSatResult] = []

    def noted(*args: Any) -> z3.CheckSatResult:
        seen.append(logic.checked(*args))
        return seen[-1]

    monkeypatch.setattr(asking, "checked", noted)
    return seen


def conflicts(text: str, kept: Kept | None = None) -> list[Finding]:
    """Return the conflicts that are found in an agreement."""
    loaded = load_text(text, "club.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return list(analyse(Programs(loaded.contracts), ("club",), only=frozenset({"conflict"}), kept=kept))


def test_an_example_that_the_engine_confirms_stays_and_the_solver_is_not_asked(
    tmp_path: Path, looks: list[z3.CheckSatResult]
) -> None:
    _, shown = conflicts(CLUB, Kept(tmp_path))
    looks.clear()
    # The guest of the rain before may swim no more; the one who rings first may.
    edited = CLUB.replace("when rain is done", "when rain is done or bell is done")
    _, after = conflicts(edited, Kept(tmp_path))
    assert not looks
    assert after == shown
    _, fresh = conflicts(edited)
    assert looks
    assert fresh.witness is not None
    assert shown.witness is not None
    assert len(fresh.witness.entries) == len(shown.witness.entries)


def test_an_example_that_no_longer_shows_it_is_looked_for_anew(
    tmp_path: Path, looks: list[z3.CheckSatResult]
) -> None:
    conflicts(CLUB, Kept(tmp_path))
    looks.clear()
    edited = CLUB.replace("when rain is done", "when rain is done and bell is done")
    after = conflicts(edited, Kept(tmp_path))
    assert looks
    assert after == conflicts(edited)


def test_an_example_is_answered_as_another_text_asks(tmp_path: Path, looks: list[z3.CheckSatResult]) -> None:
    asking = CLUB.replace("| event rain\n", '| event rain\n| question cold: "Is it cold?"\n')
    conflicts(asking, Kept(tmp_path))
    looks.clear()
    edited = asking.replace("when rain is done", "when rain is done and cold")
    after = conflicts(edited, Kept(tmp_path))
    assert not looks
    assert after == conflicts(edited)
    assert after[1].witness is not None
    assert after[1].witness.answers == {"cold": True}


def test_an_example_is_answered_with_an_option_as_another_text_asks(
    tmp_path: Path, looks: list[z3.CheckSatResult]
) -> None:
    asking = CLUB.replace(
        "| event rain\n", '| event rain\n| question air, answers mild | cold: "How is it?"\n'
    )
    conflicts(asking, Kept(tmp_path))
    looks.clear()
    _, after = conflicts(
        asking.replace("when rain is done", "when rain is done and air is cold"), Kept(tmp_path)
    )
    assert not looks
    assert after.witness is not None
    assert after.witness.answers == {"air": "cold"}


def test_an_example_ends_later_where_another_text_gives_more_time(
    tmp_path: Path, looks: list[z3.CheckSatResult]
) -> None:
    timely = CLUB.replace("must not swim when rain is done", "must not swim when rain.at + 2 days <= now")
    assert len(conflicts(timely, Kept(tmp_path))) == 2
    looks.clear()
    edited = timely.replace("2 days", "9 days")
    after = conflicts(edited, Kept(tmp_path))
    assert not looks
    assert after == conflicts(edited)


def test_an_example_of_another_clash_is_none(tmp_path: Path) -> None:
    """What the history of an older text shows now is that another norm forbids the act."""
    wet = CLUB.replace("| dry: ", "| wet: guest must not swim when rain is done\n| dry: ")
    before = conflicts(wet, Kept(tmp_path))
    edited = wet.replace(
        "| dry: guest must not swim when rain is done", "| dry: guest must not swim when not rain is done"
    )
    assert len(before) == 3
    assert conflicts(edited, Kept(tmp_path)) == conflicts(edited)


LATE = CLUB.replace("| dry: ", "| late: guest must not swim when bell is done and rain is done\n| dry: ")


def test_an_example_in_which_another_norm_forbids_it_as_well_stays(
    tmp_path: Path, looks: list[z3.CheckSatResult]
) -> None:
    before = conflicts(LATE, Kept(tmp_path))
    looks.clear()
    after = conflicts(LATE.replace("bell is done and rain", "rain"), Kept(tmp_path))
    assert not looks
    assert after == before


@pytest.mark.parametrize("before", ["swimming prevails over dry", "dry prevails over swimming"])
def test_an_example_in_which_a_priority_may_decide_is_looked_for_anew(
    tmp_path: Path, looks: list[z3.CheckSatResult], before: str
) -> None:
    conflicts(LATE, Kept(tmp_path))
    looks.clear()
    edited = LATE.replace("bell is done and rain", "rain") + f"3.1 Once.\n| {before} when rain is done\n"
    after = conflicts(edited, Kept(tmp_path))
    assert looks
    assert [each.key for each in after] == [each.key for each in conflicts(edited)]


OWED = CLUB.replace("guest may swim", "upon rain, guest must swim within 5 days").replace(
    "guest must not swim when rain is done", "upon rain, guest must not swim within 9 days"
)


def test_an_example_in_which_something_happens_that_the_text_has_no_more_is_none(tmp_path: Path) -> None:
    conflicts(CLUB, Kept(tmp_path))
    edited = CLUB.replace("| event rain", "| event hail").replace(
        "when rain is done", "when not bell is done"
    )
    assert conflicts(edited, Kept(tmp_path)) == conflicts(edited)


@pytest.mark.parametrize(("days", "clash"), [(8, True), (3, False)])
def test_where_what_the_engine_says_is_not_all_the_solver_is_asked(
    tmp_path: Path, looks: list[z3.CheckSatResult], days: int, clash: bool
) -> None:
    """A ban that is over in time does not clash with a duty, though on the first day the engine says that it does."""
    conflicts(OWED, Kept(tmp_path))
    looks.clear()
    edited = OWED.replace("within 9 days", f"within {days} days")
    after = conflicts(edited, Kept(tmp_path))
    assert looks
    assert after == conflicts(edited)
    at_once = [each for each in after if each.clauses[0].norm == "2.1:swimming" and not each.detail]
    assert bool(at_once) is clash
