"""What a party may do though it breaks what that party has to keep: found where nothing says which prevails."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

SITE = """
| agreement site
| party host, guest
| event fault
| state page: online | offline
| act take_down by host, needs basis, sets page to offline
| act bring_up by host, sets page to online
| act knock_out by guest, sets page to offline

1.1 The page is kept online.
| kept: host must keep page is online from (bring_up is done)
1.2 For a repair the host takes the page down.
| works: host may take_down when fault is done
1.3 The guest may do so too.
| guest may knock_out
"""


def found(text: str) -> list[Finding]:
    """Return the conflicts in a contract."""
    loaded = load_text(text, "site.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return list(analyse(Programs(loaded.contracts), ("site",), only=frozenset(["conflict"])))


def test_a_power_that_breaks_a_duty_of_the_same_party_is_a_conflict() -> None:
    (conflict,) = found(SITE)
    assert conflict.key == "conflict/breaks:site/1.2:works+site/1.1:kept"
    assert conflict.witness is not None
    assert conflict.witness.verdicts == {"contract": "permitted"}
    assert {each["name"] for each in conflict.witness.entries} == {"bring_up", "fault", "take_down"}
    assert conflict.witness.entries[-1]["name"] == "take_down"


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("when fault is done", "when fault is done\n| works prevails over kept"),
        ("from (bring_up is done)", "from (bring_up is done), unless fault is done"),
        ("sets page to offline\n| act bring", "sets page to online\n| act bring"),
        ("| works: host may take_down when fault is done", "| works: host may take_down when not bring_up is done"),
    ],
    ids=["a priority", "an exception", "the state that is kept", "never together"],
)  # fmt: skip
def test_what_keeps_the_two_apart_ends_it(said: str, instead: str) -> None:
    assert said in SITE
    assert not found(SITE.replace(said, instead))


def test_another_power_that_is_open_and_prevails_lets_the_duty_sleep() -> None:
    more = (
        SITE
        + "1.4 Works may always be done.\n| always_so: host may take_down\n| always_so prevails over kept\n"
    )
    assert not found(more)
    only_first = more.replace(
        "always_so: host may take_down", "always_so: host may take_down when not fault is done"
    )
    assert len(found(only_first)) == 1
