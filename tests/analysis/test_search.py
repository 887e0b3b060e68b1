"""What the solver finds, each replayed by the engine; and that it goes when the text is mended."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from contractlang.load import Loaded, load, load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

CONTRACTS = Path(__file__).parents[2] / "contracts"

CLUB = """
| agreement club
| party host, guest
| event bell
| act enter by guest, needs basis
| act smoke by guest
| state membership: open | closed
| act close by host, needs basis, sets membership to closed
| act expel by host, needs basis, sets membership to closed
| act owe (amount: money) by guest
| event bill (amount: money)
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
1.3 Bills are paid within ten days.
| pay_fee: for each bill as it, guest must pay it.amount for it within 10 days
1.4 Who is late may be closed out.
| while pay_fee is overdue, host may close
1.5 Who is late may be expelled.
| while pay_fee is overdue, host may expel
1.6 A guest who has never entered may smoke while inside.
| never: guest may smoke when enter is done and not enter is done
"""


def found(text: str, only: str) -> list[Finding]:
    """Return the findings of one kind on a contract."""
    loaded = load_text(text, "club.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return list(analyse(Programs(loaded.contracts), ("club",), only=frozenset([only])))


def clauses(finding: Finding) -> set[str]:
    """Return the clauses that take part."""
    return {each.clause for each in finding.clauses}


def test_a_permission_and_a_prohibition_in_no_order_clash() -> None:
    (conflict,) = found(CLUB, "conflict")
    assert clauses(conflict) == {"1.1", "1.2"}
    assert conflict.witness is not None
    assert conflict.witness.verdicts == {"contract": "conflicting"}
    assert [each["name"] for each in conflict.witness.entries] == ["bell"]


def test_what_is_said_of_what_an_act_names_is_one_thing_in_every_norm() -> None:
    shop = """
| agreement club
| party guest
| event fault (grave: flag)
| act fix (fault: fault) by guest, needs basis

1. A guest may fix what is grave.
| guest may fix when fault.grave
2. Nobody fixes what is not grave.
| ban: guest must not fix when not fault.grave
3. Nobody fixes what is grave.
| other: guest must not fix when fault.grave
"""
    assert [[each.clause for each in finding.clauses] for finding in found(shop, "conflict")] == [["1", "3"]]


def test_a_stated_priority_ends_the_clash() -> None:
    assert not found(CLUB.replace("| silence:", "| silence prevails over entry\n| silence:"), "conflict")


def test_two_remedies_of_one_breach_rival() -> None:
    (rival,) = found(CLUB, "competing")
    assert clauses(rival) == {"1.4", "1.5"}


def test_a_time_that_is_blank_is_as_long_as_a_history_fills_it() -> None:
    blank = CLUB.replace("| event bell", "| blank grace: duration\n| event bell").replace("10 days", "grace")
    (rival,) = found(blank, "competing")
    assert rival.witness is not None
    assert isinstance(rival.witness.settings["grace"], int)
    patient = blank.replace("pay_fee is overdue", "pay_fee is overdue for more than grace")
    assert len(found(patient, "competing")) == 1


def test_a_blank_that_is_compared_only_if_it_is_filled_may_be_blank() -> None:
    graced = CLUB.replace("| event bell\n", "| event bell\n| blank grace: duration\n").replace(
        "| while pay_fee is overdue, host may close",
        "| define spared is not grace is blank and not pay_fee is overdue for more than grace\n"
        "| while pay_fee is overdue, host may close unless spared",
    )
    (rivals,) = found(graced, "competing")
    assert rivals.witness is not None
    assert rivals.witness.settings == {"grace": None}
    (bill,) = (each for each in rivals.witness.entries if each["name"] == "bill")
    last_day = date.fromisoformat(bill["at"][:10]) + timedelta(days=10)
    assert rivals.witness.asked["at"][:10] == str(last_day + timedelta(days=1))


def test_a_term_of_months_is_over_after_months() -> None:
    hosting = """
| agreement club
| party host, guest
| blank lasting: months
| act sign by either party, once for each party
| event bill (amount: money)
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill
| state line: open | cut
| act halt by host, needs basis, sets line to cut
| act leave by host, needs basis, sets agreement to terminated

1. It takes effect when both have signed, and lasts ____ months.
| agreement takes effect once host did sign and guest did sign
| agreement lasts lasting
2. Bills are paid within fifteen days.
| paying: for each bill as it, guest must pay it.amount for it within 15 days
3. Who is ten days late may be cut off.
| while paying is overdue for more than 10 days, host may halt
4. Who is thirty days late may be left.
| while paying is overdue for more than 30 days, host may leave
"""
    (rivals,) = found(hosting, "competing")
    assert rivals.witness is not None
    assert clauses(rivals) == {"3", "4"}


def test_what_is_not_before_something_that_did_not_happen_is_not_yet() -> None:
    hosting = """
| agreement club
| party host
| act open_up by host, sets server to running
| act copy by host
| act release by host, needs basis, sets server to released
| state server: off | running | released

1. The server is kept running once it is opened.
| running: host must keep server is running from open_up
2. Data may be released thirty days after a copy was given.
| release_of_data: host may release, not before 30 days after copy.day
"""
    (conflict,) = found(hosting, "conflict")
    assert clauses(conflict) == {"1", "2"}
    assert conflict.witness is not None
    assert {each["name"] for each in conflict.witness.entries} >= {"open_up", "copy"}


def test_of_what_did_not_happen_no_answer_is_taken() -> None:
    ringing = """
| agreement club
| party host, guest
| event bell
| act enter by guest, needs basis
| question meaning about bell, answers welcome | alarm: "What does it ring for?"

1. Who is rung for may enter.
| entry: guest may enter when meaning(bell) is welcome
2. Nobody enters.
| silence: guest must not enter
"""
    (conflict,) = found(ringing, "conflict")
    assert conflict.witness is not None
    assert [each["name"] for each in conflict.witness.entries] == ["bell"]


def test_a_remedy_of_another_breach_is_no_rival() -> None:
    other = CLUB.replace("| while pay_fee is overdue, host may expel", "| when bell is done, host may expel")
    assert not found(other, "competing")


def test_a_norm_whose_conditions_cannot_all_hold_never_applies() -> None:
    (dead,) = found(CLUB, "dead")
    assert clauses(dead) == {"1.6"}


FINE = """
| agreement club
| party host, guest
| act enter by guest
| act fine by host, needs basis
| act warn by host

1.1 Nobody enters.
| silence: guest must not enter
1.2 Whoever does is fined.
| for each breach of silence as wrong, host may fine
1.3 Nobody is warned.
| host must not warn
1.4 Who enters is warned.
| while silence is in breach, host may warn
"""


def test_a_ban_without_a_trigger_is_broken_by_the_act_that_it_forbids() -> None:
    assert not found(FINE, "dead")
    (clash,) = found(FINE, "conflict")
    assert clauses(clash) == {"1.3", "1.4"}
    assert clash.witness is not None
    assert [each["name"] for each in clash.witness.entries] == ["enter"]


CURED = """
| agreement club
| party host, guest
| event bill (amount: money)
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill
| act thank by host

1.1 Bills are paid within ten days.
| pay_fee: for each bill as it, guest must pay it.amount for it within 10 days
1.2 Who has paid late is thanked.
| for each breach of pay_fee as debt, when debt.cured, host may thank
1.3 Nobody is thanked who owes.
| while pay_fee is overdue, host must not thank
"""


def test_a_breach_is_cured_by_doing_late_what_was_owed() -> None:
    assert not found(CURED, "conflict")
    (clash,) = found(CURED.replace("while pay_fee is overdue, host", "host"), "conflict")
    assert clash.witness is not None
    assert [each["name"] for each in clash.witness.entries] == ["bill", "pay"]
    (clash,) = found(CURED.replace("when debt.cured", "when not debt.cured"), "conflict")
    assert clash.witness is not None
    assert [each["name"] for each in clash.witness.entries] == ["bill"]


WAITING = """
| agreement club
| party host, guest
| act sign by host
| act sing by guest
| event bell
| act enter by guest

1.1 It is in force once the host has signed.
| agreement takes effect once host did sign
1.2 After the bell a guest may enter who has not sung.
| for each bell as ring, when sing is done and sing.at < sign.at and ring.at < sing.at, guest may enter
1.3 Nobody enters.
| guest must not enter
"""


def test_what_a_permission_waits_for_counts_only_while_the_agreement_is_in_force() -> None:
    assert not found(WAITING, "conflict")
    assert {clauses(each).pop() for each in found(WAITING, "dead")} == {"1.2"}
    assert found(WAITING.replace("ring.at < sing.at", "ring.at > sign.at"), "conflict")


def test_what_waits_for_more_than_is_searched_is_not_said_never_to_apply() -> None:
    """No history that is searched has three bills."""
    assert not found(CLUB.replace("enter is done and not enter is done", "(count of bill) >= 3"), "dead")


LEAK = """
| agreement club
| party host, guest
| act sign by host
| act expel by host, needs basis
| event leak
| question careless about leak, decided by "a judge": "Was the guest careless?"
| sign only after leak

1.1 It is in force once the host has signed.
| agreement takes effect once host did sign
1.2 Of every leak the guest must not be the cause.
| care: for each leak as incident, guest must keep not careless(incident)
1.3 Upon a breach of that the host may expel the guest.
| expulsion: upon breach of care, host may expel
"""


def test_what_must_be_kept_from_an_event_on_waits_for_one_while_the_agreement_is_in_force() -> None:
    assert {clauses(each).pop() for each in found(LEAK, "dead")} == {"1.3"}
    assert not found(LEAK.replace("| sign only after leak\n", ""), "dead")


@pytest.mark.parametrize("kind", ["conflict", "competing", "dead"])
def test_the_order_of_clauses_changes_no_finding(kind: str) -> None:
    head, *numbered = CLUB.split("\n1.")
    turned = "\n1.".join([head, *(each.rstrip("\n") for each in reversed(numbered))]) + "\n"
    assert turned != CLUB
    assert {each.key for each in found(turned, kind)} == {each.key for each in found(CLUB, kind)}


def test_what_was_asked_before_changes_no_answer() -> None:
    alone = found(CLUB, "competing")
    loaded = load_text(CLUB, "club.contract")
    everything = [each for each in analyse(Programs(loaded.contracts), ("club",)) if each.kind == "competing"]
    assert everything == alone


def test_a_permission_that_only_the_end_of_the_agreement_opens_is_not_dead() -> None:
    ended = CLUB.replace("| act expel by host, needs basis, sets membership to closed", (
        "| act expel by host, needs basis, sets membership to closed\n"
        "| act leave by guest, needs basis, sets agreement to terminated"
    )) + "1.7 A guest may leave.\n| guest may leave\n1.8 Afterwards he may come back.\n" + (
        "| while agreement is terminated, guest may enter\n| survives\n"
    )  # fmt: skip
    assert [clauses(each) for each in found(ended, "dead")] == [{"1.6"}]


@pytest.fixture(scope="module")
def shipped() -> Loaded:
    """Agreement 1 with all the law."""
    return load([CONTRACTS / "voip-1", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])


def suspension(loaded: Loaded) -> list[Finding]:
    """Return what the law of the sector has against the suspension of 五.3; a long grace is another matter."""
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    wanted = ("contract", "sector")
    about = {("voip-1", "五.3")}
    return [
        each
        for each in analyse(programs, ("voip-1",), wanted, frozenset(["against"]), about.__contains__)
        if any(place.clause == "34(2)" for place in each.clauses)
        and any(place.norm == "五.3:暂停权" for place in each.clauses)
    ]


AFTER = """
| agreement club
| party host, guest
| act leave by guest, needs basis, sets agreement to terminated
| act hand_over by guest

1.1 A guest may leave.
| guest may leave
1.2 Who has left hands the key over.
| handing: while agreement is terminated, guest must hand_over within 10 days
"""


def test_a_duty_after_the_end_that_ends_with_the_agreement_is_told_what_it_lacks() -> None:
    (dead,) = found(AFTER, "dead")
    (said,) = dead.settles
    assert said.en == "let it outlive the agreement: beneath 1.2:handing, `| survives`"
    assert not found(AFTER + "| survives\n", "dead")


def test_the_law_takes_away_the_suspension_of_the_first_thirty_days(shipped: Loaded) -> None:
    (finding,) = suspension(shipped)
    # 40(3) turns on the same reading: where the thirty days only administer, it forbids.
    assert clauses(finding) == {"五.3", "34(2)", "40(3)"}
    assert finding.witness is not None
    assert finding.witness.verdicts == {"contract": "permitted", "contract+sector": "forbidden"}


def test_thirty_days_of_grace_end_the_clash(shipped: Loaded) -> None:
    text = (CONTRACTS / "voip-1" / "voip-1.contract").read_text("utf-8")
    mended = text.replace("暂停权：付费 逾期 时", "暂停权：付费 逾期 超过 30日 时")
    assert mended != text
    loaded = load_text(mended, str(CONTRACTS / "voip-1" / "voip-1.contract"), [CONTRACTS / "vocabulary"])
    assert not loaded.errors
    contracts = {**shipped.contracts, "voip-1": loaded.contracts["voip-1"]}
    assert not suspension(Loaded(contracts, shipped.asked))


def test_what_an_event_shows_of_a_state_can_be_so() -> None:
    """A state that no act sets to a value, and of which an event shows that it has it."""
    text = CLUB.replace(
        "1.1 A guest may enter.",
        "| state age: grown_up | minor\n| event papers_seen, shows age is minor since bell\n\n1.1 A guest may enter.",
    ).replace("when bell is done", "when age is minor")
    (conflict,) = found(text, "conflict")
    assert clauses(conflict) == {"1.1", "1.2"}
    assert conflict.witness is not None
    assert [each["name"] for each in conflict.witness.entries] == ["papers_seen"]


HOUSE = """
| agreement house
| party host, guest
| act enter by guest, needs basis
| act sign_it by either party
| event invited
1. Guests may enter.
| entry: guest may enter
2. Nobody enters.
| silence: guest must not enter
"""
QUIET = """
| supplement house-s to house
{head}
1. It says so.
| {effect}
2. Who is invited enters.
| replaces 2
| silence: for each invited, guest may enter within 10 days
"""


@pytest.mark.parametrize(
    ("head", "effect", "clashes"),
    [
        ("", 'states that "from the beginning"', False),
        ("| valid from 2026-05-01", 'states that "from May on"', True),
        ("", "agreement takes effect once host did sign_it and guest did sign_it", True),
    ],
    ids=["always", "from a day", "once signed"],
)
def test_what_a_supplement_replaces_is_in_force_until_the_supplement_is(
    head: str, effect: str, clashes: bool, tmp_path: Path
) -> None:
    keys = beside(tmp_path, HOUSE, QUIET.format(head=head, effect=effect))
    assert not any(key.startswith("unknown") for key in keys)
    assert any(key.startswith("conflict") for key in keys) is clashes


BILLS = """
| agreement house
| party host, guest
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill
| act sign_it by either party
| event bill (amount: money)
1. Bills are paid within a day.
| due: for each bill as it, guest must pay it.amount for it within 1 day
"""
LATER = """
| supplement house-s to house
1. Bills are paid within two days.
{more}
| due: for each bill as it, guest must pay it.amount for it within 2 days
"""


@pytest.mark.parametrize(
    ("more", "twice"),
    [
        ("", True),
        ("| replaces 1\n| agreement takes effect once host did sign_it and guest did sign_it", False),
    ],
    ids=["beside the clause", "in its place, once signed"],
)
def test_what_a_supplement_asks_for_is_owed_beside_a_clause_or_in_its_place(
    more: str, twice: bool, tmp_path: Path
) -> None:
    """The engine confirmed no history in which a clause and what replaces it are owed at once, and a supplement by
    signature failed its gate.
    """
    keys = beside(tmp_path, BILLS, LATER.format(more=more))
    assert not any(key.startswith("unknown") for key in keys)
    assert ("competing/paid twice:house/1:due+house-s/1:due" in keys) is twice


def beside(folder: Path, agreement: str, supplement: str) -> list[str]:
    """Return what is found of an agreement with a supplement to it."""
    (folder / "house.contract").write_text(agreement)
    (folder / "house-s.contract").write_text(supplement)
    loaded = load([folder])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return [each.key for each in analyse(Programs(loaded.contracts), ("house",))]
