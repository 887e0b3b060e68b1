"""What may settle a finding is laid on the text and analysed again: what it settles, and what is new, is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from contractlang.contract import Contract
from contractlang.fixes import Edit
from contractlang.load import Loaded, load_text
from contractlang.source import Source
from engine.analysis import analyse
from engine.analysis.finding import Finding, Said
from engine.analysis.kept import Kept
from engine.analysis.lines import Mend
from engine.analysis.mended import Aside, tried
from engine.analysis.mending import mends
from engine.analysis.tries import Tried, said_of
from engine.cli import carried_out
from engine.commands.common import FOUND
from engine.governing import Programs

CLUB = """
| agreement club
| party host, guest
| blank grace: duration
| event bell
| act enter by guest, needs basis
| state membership: open | closed
| act close by host, needs basis, sets membership to closed
| act expel by host, needs basis, sets membership to closed
| event bill (amount: money)
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
1.3 Bills are paid.
| pay_fee: for each bill as it, guest must pay it.amount for it
1.4 Who is late may be closed out.
| while pay_fee is overdue, host may close
1.5 Who is late may be expelled.
| while pay_fee is overdue, host may expel
"""
ENTRY = "conflict:club/1.1:entry+club/1.2:silence"


def read(text: str, path: str = "club.contract") -> Loaded:
    """Return a contract that is right."""
    loaded = load_text(text, path)
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return loaded


def came_of(text: str, *kinds: str) -> dict[str, list[Tried]]:
    """Return what came of the mends of each finding of some kinds, by its key."""
    loaded = read(text)

    def other(path: str, text: str) -> Mapping[str, Contract] | None:
        made = load_text(text, path)
        return None if made.errors else made.contracts

    def again(contracts: Mapping[str, Contract], kept: Kept) -> Iterable[Finding]:
        return analyse(Programs(contracts), ("club",), only=frozenset(kinds), kept=kept)

    kept = Aside()
    found = list(again(loaded.contracts, kept))
    tries = tried(found, loaded.contracts, loaded.sources, other, again, kept)
    return {each.key: list(came) for each, came in tries}


def typed(each: Tried) -> str:
    """Return what a mend writes into the text."""
    return "; ".join(edit.text.strip("\n, ") for edit in each.mend.edits)


def test_a_priority_either_way_and_an_exception_settle_a_clash() -> None:
    came = came_of(CLUB, "conflict")[ENTRY]
    assert {typed(each): each.settles for each in came} == {
        "| entry prevails over silence": True,
        "| silence prevails over entry": True,
        "unless bell is done": True,
    }
    assert all(said_of(each).en == "settles it; nothing new" for each in came)


def test_a_ban_that_prevails_over_a_duty_settles_their_clash() -> None:
    text = CLUB.replace("guest may enter", "guest must enter within 5 days")
    assert text != CLUB
    came = came_of(text, "conflict")[ENTRY]
    assert [each.settles for each in came if each.mend.what == "priority"] == [True, True]


LEFT = """
| agreement club
| party host, guest
| event bell
| state door: open | shut
| act shut_door by host, needs basis, sets door to shut
| act open_door by host, sets door to open
| act pay by guest
| act part by either party, needs basis, takes effect on arrival, sets agreement to terminated

1.1 The host may shut the door.
| host may shut_door when bell is done
1.2 The guest pays in ten days of the bell.
| for each bell as it, guest must pay within 10 days
1.3 And in twenty.
| slow: for each bell as it, guest must pay within 20 days
1.4 Upon a breach one may part.
| for each breach of any norm as wrong, the other party may part
"""


def test_what_leads_out_of_a_state_what_ends_a_power_and_what_can_be_struck() -> None:
    came = came_of(LEFT, "gap", "redundant")
    (way_out,) = came["gap/no way out:club/1.1"]
    assert typed(way_out) == "| while door is shut, host must open_door within 30 days"
    assert way_out.settles
    grace, end, both = came["gap/power without bound:club/1.4"]
    assert (grace.settles, end.settles, both.settles) == (False, False, True)
    assert "not wrong.cured, within 1 year" in typed(both)
    (struck,) = came["redundant/implied:club/1.3:slow+club/1.2"]
    assert struck.settles
    assert "slow" not in struck.mend.applied(LEFT)


def test_a_deadline_that_lets_two_remedies_compete_says_so() -> None:
    (deadline,) = came_of(CLUB, "gap", "competing", "dead")["gap/no deadline:club/1.3:pay_fee"]
    assert typed(deadline) == "within 30 days"
    assert deadline.settles
    assert [each.key for each in deadline.new] == ["competing:club/1.4+club/1.5"]
    assert deadline.gone == ("dead:club/1.4", "dead:club/1.5")
    assert said_of(deadline) == Said("settles it, but 1 new:", "可解决此项，但有1项新发现：")


def test_a_time_to_cure_one_of_two_remedies_only_puts_off_the_day() -> None:
    late = CLUB.replace("pay it.amount for it", "pay it.amount for it within 10 days")
    came = came_of(late, "competing")["competing:club/1.4+club/1.5"]
    outcomes = {typed(each): each for each in came}
    assert outcomes["| prevails over 1.5"].settles
    cure = outcomes["for more than 30 days"]
    assert cure.settles is False
    assert said_of(cure).en.startswith("does not settle it: it is then shown on ")


def test_a_mend_is_a_change_of_the_text_and_is_laid_on_nothing_else() -> None:
    for each in came_of(CLUB, "conflict")[ENTRY]:
        text = each.mend.applied(CLUB)
        assert text != CLUB
        assert read(text).contracts


def test_where_the_question_is_undecided_then_nothing_is_settled() -> None:
    (was, *_) = analyse(Programs(read(CLUB).contracts), ("club",), only=frozenset(["conflict"]))
    open_ = Finding(
        "unknown", was.clauses, Said("", ""), detail={"what": "conflict at the limit", "asks": "conflict"}
    )
    mend = Mend("priority", Said("", ""), "club.contract", ())
    assert Tried(mend, was, None, (open_,), ()).settles is None
    assert (
        said_of(Tried(mend, was, None, (open_,), ())).en == "whether it settles it is undecided, and 1 new:"
    )
    assert Tried(mend, was, None, (), ()).settles


def test_a_blank_is_filled_where_the_norms_name_it() -> None:
    text = CLUB.replace("pay it.amount for it", "pay it.amount for it within grace")
    (fill,) = came_of(text, "gap")["gap/blank:club/1.3:pay_fee"]
    assert fill.settles
    assert "within 30 days" in fill.mend.applied(text)
    assert "blank grace: duration" in fill.mend.applied(text)


def test_a_law_is_not_mended() -> None:
    law = Finding("conflict", (), Said("", ""), detail={})
    loaded = read(CLUB.replace("| agreement club", "| law club\n| layer civil\n| rank mandatory"))
    (found, *_) = analyse(Programs(read(CLUB).contracts), ("club",), only=frozenset(["conflict"]))
    sources: Mapping[str, Source] = loaded.sources
    assert not any(ways for ways in mends(found, loaded.contracts, sources))
    assert law.key == "conflict:"


def test_several_changes_are_made_from_the_end() -> None:
    mend = Mend("value", Said("", ""), "", (Edit(0, 1, "xyz"), Edit(2, 3, "")))
    assert mend.applied("abc") == "xyzb"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "club.contract"
    path.write_text(CLUB, "utf-8")
    return path


def test_the_command_tells_each_mend_and_what_came_of_it(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried_out(["analyse", str(saved), "--only", "conflict", "--mends", "--lang", "en"]) == FOUND
    out = capsys.readouterr().out
    told = out[out.index("mends, tried") :]
    assert ENTRY in told
    assert "`| entry prevails over silence`" in told
    assert "→ settles it; nothing new" in told


def test_json_and_sarif_have_the_changes(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carried_out(["analyse", str(saved), "--only", "conflict", "--mends", "--json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    first = finding["mends"][0]
    assert first["settles"] is True
    assert first["new"] == []
    (edit,) = first["edits"]
    assert saved.read_text("utf-8")[: edit["start"]].endswith("guest may enter")
    carried_out(["analyse", str(saved), "--only", "conflict", "--mends", "--sarif"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "\n| entry prevails over silence"}


def test_without_the_option_nothing_is_tried(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carried_out(["analyse", str(saved), "--only", "conflict", "--json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert "mends" not in finding
