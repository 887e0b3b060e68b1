"""What an author asserts: a property holds, or a dated history shows that it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.analysis.asserting import BadProperty, supplement
from engine.cli import carried_out
from engine.commands.common import FINE, FOUND, REFUSED

CLUB = """| agreement club
| party club 俱乐部, member 会员
| act enter 进入 by member, needs basis
| act bar 拒绝 by club, needs basis
| event late 迟到
| event quarrel 争吵
1. Entry
| member may enter when not late is done
| member must not enter when quarrel is done
2. The door
| club may bar when late is done
"""


@pytest.fixture
def club(tmp_path: Path) -> str:
    path = tmp_path / "club.contract"
    path.write_text(CLUB, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("never member may enter while late is done", True),
        ("never member may enter", False),
        ("always member may enter while quarrel is done", False),
        ("always club may bar", True),
        ("绝不 俱乐部 可以 拒绝", False),
    ],
)
def test_a_property_holds_or_a_history_shows_that_it_does_not(
    club: str, text: str, holds: bool, capsys
) -> None:
    status = carried_out(["analyse", club, "--property", text, "--json"])
    assert status == (FINE if holds else FOUND)
    (told,) = json.loads(capsys.readouterr().out)["properties"]
    assert (told["property"], told["holds"]) == (text, holds)
    assert bool(told["findings"]) is not holds
    for finding in told["findings"]:
        assert ["property", "1"] in [[each["document"], each["clause"]] for each in finding["clauses"]]
        assert finding["witness"] is not None


def test_each_property_is_told_with_its_bound(club: str, capsys) -> None:
    status = carried_out(
        ["analyse", club, "--property", "never member may enter", "--property", "always club may bar"]
    )
    said = capsys.readouterr().out
    assert status == FOUND
    assert "never member may enter: does not hold" in said
    assert "always club may bar: holds" in said
    assert said.count("The bound: histories") == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--property", "eventually member enters"], "write it as `never PARTY may ACT …`"),
        (["--property", "never member may dance"], "no act or event is called `dance`"),
        (["--property", "never member may enter", "--layers", "contract,civil"], "leave out --layers"),
        (["--property", "never member may enter", "--sarif"], "leave out --sarif"),
    ],
)
def test_what_cannot_be_asserted_is_refused(club: str, more: list[str], said: str, capsys) -> None:
    assert carried_out(["analyse", club, *more]) == REFUSED
    assert said in capsys.readouterr().err


def test_what_the_agreement_would_take_from_is_refused(tmp_path: Path, capsys) -> None:
    path = tmp_path / "club.contract"
    path.write_text(CLUB + "3. Rank\n| voids agreed duties of member to enter\n", "utf-8")
    status = carried_out(["analyse", str(path), "--property", "never member may enter"])
    assert (status, "a sentence of the agreement takes from it too" in capsys.readouterr().err) == (
        REFUSED,
        True,
    )


def test_of_two_versions_one_is_named(capsys) -> None:
    status = carried_out(["analyse", "lease", "--property", "never lessor may terminate"])
    assert (status, "name one file (" in capsys.readouterr().err) == (REFUSED, True)


def test_the_contrary_is_what_is_said() -> None:
    assert supplement("never  club may bar while late is done", "club").splitlines()[-1] == (
        "| club must not bar when late is done"
    )
    with pytest.raises(BadProperty):
        supplement("club may bar", "club")
