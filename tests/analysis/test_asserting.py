"""What an author asserts: a property holds, or a dated history shows that it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contractlang.load import load_text
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
        (["--property", "never member may enter", "--mends"], "leave out --mends"),
        (["--property", "never member may dance"], "no act or event is called `dance`"),
        (["--property", "never member may enter", "--layers", "marine"], "no law of the layer `marine`"),
        (["--property", "never member may enter", "--sarif"], "leave out --sarif"),
    ],
)
def test_what_cannot_be_asserted_is_refused(club: str, more: list[str], said: str, capsys) -> None:
    assert carried_out(["analyse", club, *more]) == REFUSED
    assert said in capsys.readouterr().err


def test_nothing_takes_from_what_is_asserted(tmp_path: Path, capsys) -> None:
    path = tmp_path / "club.contract"
    path.write_text(CLUB + "3. Rank\n| voids agreed duties of member to enter\n", "utf-8")
    assert carried_out(["analyse", str(path), "--property", "never member may enter"]) == FOUND
    assert "never member may enter: does not hold" in capsys.readouterr().out


REPAIRS = """| agreement repairs
| party host, guest
| act mend 维修 (of: fault) by host
| act greet by host
| event fault
1.1 The host mends every fault within ten days.
| mending: for each fault as it, host must mend for it within 10 days
1.2 The host may greet.
| host may greet
"""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("eventually host did mend within 20 days of fault", True),
        ("eventually host did mend (it) within 20 days of fault", True),
        ("eventually host did mend within 5 days of fault", False),
        ("eventually host did greet within 20 days of fault", False),
        ("终将 host 已 维修，自 fault 起 限 20日 内", True),
        ("终将 host 已 维修，自 fault 起 限 5日 内", False),
    ],
)
def test_what_comes_in_the_end_comes_if_nobody_is_in_breach(
    tmp_path: Path, text: str, holds: bool, capsys
) -> None:
    path = tmp_path / "repairs.contract"
    path.write_text(REPAIRS, "utf-8")
    assert carried_out(["analyse", str(path), "--property", text, "--json"]) == (FINE if holds else FOUND)
    (told,) = json.loads(capsys.readouterr().out)["properties"]
    assert told["holds"] is holds
    for finding in told["findings"]:
        assert "nobody is or was in breach" in finding["sentence"]["en"]
        assert finding["settles"] == []


WORDS = """| vocabulary clubs
| party club, member
| act enter by member, needs basis
| event late
"""
FIRST = """| agreement first
| uses clubs
1. Nothing
| states that "nothing"
"""
SECOND = """| agreement second
| uses clubs
| event bell
1. Entry
| member may enter when bell is done
"""
LAW = """| law doors
| layer local:T
| rank mandatory
| uses clubs

1 Doors

1.1 Who is late may enter.
| member may enter when late is done
"""


def test_a_property_is_asked_of_several_agreements_and_of_the_law(tmp_path: Path, capsys) -> None:
    texts = {"clubs": WORDS, "first": FIRST, "second": SECOND, "doors": LAW}
    for name, text in texts.items():
        (tmp_path / f"{name}.contract").write_text(text, "utf-8")
    paths = {name: str(tmp_path / f"{name}.contract") for name in texts}

    def against(names: list[str], *options: str) -> list[list[str]]:
        carried_out(["analyse", *(paths[name] for name in names), *options, "--json"])
        (told,) = json.loads(capsys.readouterr().out)["properties"]
        return sorted(
            [each["document"], each["clause"]]
            for finding in told["findings"]
            for each in finding["clauses"]
            if each["document"] != "property"
        )

    never = ("--property", "never member may enter")
    # The word `bell` is one of the second agreement only.
    ringing = ("--property", "never member may enter while bell is done")
    assert against(["first"], *never) == []
    assert against(["first", "second"], *never) == [["second", "1"]]
    assert against(["first", "second"], *ringing) == [["second", "1"]]
    assert against(["first", "doors"], "--layers", "local:T", *never) == [["doors", "1.1"]]
    assert against(["first", "second", "doors"], "--layers", "local:T", *never) == [
        ["doors", "1.1"],
        ["second", "1"],
    ]


def test_of_two_versions_one_is_named(capsys) -> None:
    status = carried_out(["analyse", "lease", "--property", "never lessor may terminate"])
    assert (status, "name one file (" in capsys.readouterr().err) == (REFUSED, True)


def test_the_contrary_is_what_is_said() -> None:
    (club,) = load_text(CLUB).contracts.values()
    assert supplement("never  club may bar while late is done", club).splitlines()[-1] == (
        "| club must not bar when late is done"
    )
    with pytest.raises(BadProperty):
        supplement("club may bar", club)
