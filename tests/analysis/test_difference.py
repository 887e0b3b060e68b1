"""Two versions of one document: what differs is found with a history that replays, and what does not is proved."""

from __future__ import annotations

import dataclasses
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractlang.contract import Contract
from contractlang.load import load_text
from engine.account import Account
from engine.analysis.difference import Difference, difference
from engine.analysis.following import Compared
from engine.analysis.parting import account_on
from engine.compile import compile_program
from engine.dates import parse_instant
from engine.question import InBreachOf, May
from tests.strategies import QUICK, Asked, asked

STUDIO = """
| agreement studio
| party owner, member
| event bill (amount: money, due: day)
| event leak (cost: money)
| act pay (amount: money, bill: bill) by member, accumulates amount for each bill
| act enter by member, needs basis
| act lock by owner, needs basis, sets door to locked
| act film by member
| state door: open | locked
| question noisy about film, presumed no: "Is the film noisy?"
| question staged about film, presumed no: "Is the film staged?"

1.1 Bills are paid by their day.
| pay_fee: for each bill as it, member must pay it.amount for it by it.due
1.2 Who is late may be locked out.
| lockout: while pay_fee is overdue, owner may lock
1.3 Members enter.
| entry: member may enter
| lockout prevails over entry
1.4 Nothing noisy is filmed.
| quiet: for each film as it, when noisy(it) and not staged(it), member must not film
1.5 Who leaks pays.
| for each leak as it, loss it.cost is borne by member
"""


def read(text: str) -> Contract:
    """Return the agreement of a text."""
    loaded = load_text(text, "studio.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return loaded.contracts["studio"]


OLD = read(STUDIO)


def changed(*swaps: tuple[str, str]) -> Difference:
    """Return how the studio's agreement differs once some of its words are swapped."""
    text = STUDIO
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return difference(OLD, read(text))


def answers(held: Difference) -> dict[tuple[str, str, str | None], Compared]:
    """Return what was asked, by what it asks."""
    return {(each.what, each.of, each.party): each for each in held.answers}


LEAK = (
    STUDIO
    + """1.6 Leaks are mended.
| act mend (leak: leak) by owner
| mending: for each leak as it, owner must mend it within 10 days
"""
)


def test_a_shorter_window_breaks_earlier_though_its_last_day_would_roll() -> None:
    # Five days after the first Monday is a Saturday, ten days a Thursday: the last days of both are working days.
    held = difference(read(LEAK), read(LEAK.replace("within 10 days", "within 5 days")))
    (parting,) = answers(held)["breach", "1.6:mending", "owner"].partings
    assert parting.way == "more"
    assert parting.answers == ("no", "yes")


def test_a_contract_does_not_differ_from_itself() -> None:
    held = difference(OLD, read(STUDIO))
    assert (held.same_by, held.edits, held.answers) == ("hash", (), ())


def test_a_later_day_lets_the_owner_lock_less_and_says_from_when() -> None:
    held = changed(("by it.due", "by 10 days after it.due"))
    assert held.same_by is None
    locks = answers(held)["may", "lock", "owner"]
    assert locks.verdict == "less"
    (parting,) = locks.partings
    assert parting.answers == ("permitted", "forbidden")
    assert (parting.worse, parting.better) == ("owner", "member")
    assert parting.since == str(parting.witness.asked["at"])[:10]
    assert answers(held)["breach", "1.1:pay_fee", "member"].verdict == "less"


def test_a_narrower_condition_is_proved_never_to_give_more() -> None:
    locks = answers(changed(("pay_fee is overdue,", "pay_fee is overdue for more than 30 days,")))[
        "may", "lock", "owner"
    ]
    assert locks.verdict == "less"
    assert set(locks.never) == {"more"}


def test_a_ban_that_goes_is_found_where_nothing_else_forbids() -> None:
    held = changed(
        (
            "1.4 Nothing noisy is filmed.\n"
            "| quiet: for each film as it, when noisy(it) and not staged(it), member must not film\n",
            "",
        )
    )
    assert [(each.how, each.old) for each in held.edits] == [("removed", "1.4")]
    films = answers(held)["may", "film", "member"]
    assert films.verdict == "more"
    assert films.partings[0].answers == ("forbidden", "unregulated")
    # The other side has lost a ban.
    assert (films.partings[0].worse, films.partings[0].better) == ("owner", "member")


def test_a_loss_that_changes_its_bearer() -> None:
    held = changed(("borne by member", "borne by owner"))
    assert answers(held)["loss", "1.5", "owner"].verdict == "more"
    assert answers(held)["loss", "1.5", "member"].partings[0].worse == "owner"


def test_a_priority_that_goes_lets_a_member_enter() -> None:
    held = changed(("| lockout prevails over entry\n", ""))
    assert answers(held)["may", "enter", "member"].verdict == "more"


@pytest.mark.parametrize(
    ("swap", "how"),
    [
        (("pay_fee", "payment"), "norms"),
        (("lockout", "exclusion"), "norms"),
        (("noisy(it) and not staged(it)", "not staged(it) and noisy(it)"), "norms"),
        (("noisy(it) and not staged(it)", "not (not noisy(it) or staged(it))"), "norms"),
        (("1.4 Nothing", "1.9 Nothing"), "norms"),
        (("for each film as it, when noisy(it)", "for each film as that, when noisy(that)"), "skip"),
        (("noisy(it) and not staged(it)", "noisy(it) and (noisy(it) or staged(it)) and not staged(it)"), "solver"),
        (("when noisy(it) and not staged(it)", "when noisy(it), unless staged(it)"), "skip"),
    ],
)  # fmt: skip
def test_what_only_looks_different_is_the_same(swap: tuple[str, str], how: str) -> None:
    text = STUDIO.replace(*swap)
    if how == "skip":
        text = re.sub(
            r"when noisy\(that\) and not staged\(it\)", "when noisy(that) and not staged(that)", text
        )
        text = text.replace(
            "unless staged(it), member must not film", "member must not film, unless staged(it)"
        )
    held = difference(OLD, read(text))
    assert held.same_by is not None
    assert how in (held.same_by, "skip")
    assert not held.answers


def test_two_permissions_that_come_to_one_are_the_same() -> None:
    split = (
        "| entry: when door is open, member may enter\n| entry_too: when not door is open, member may enter\n"
        "| lockout prevails over entry\n| lockout prevails over entry_too\n"
    )
    plain = STUDIO.replace("| lockout prevails over entry\n", "")
    two = plain.replace(
        "| entry: member may enter\n",
        split.replace("| lockout prevails over entry\n", "").replace(
            "| lockout prevails over entry_too\n", ""
        ),
    )
    assert difference(read(plain), read(two)).same_by == "solver"


def test_the_order_of_clauses_is_silent() -> None:
    head, *clauses = re.split(r"\n(?=1\.\d )", STUDIO)
    random.Random(3).shuffle(clauses)
    assert difference(OLD, read("\n".join([head, *clauses]))).same_by is not None


SWAPS = [
    ("by it.due", "by 10 days after it.due"), ("pay_fee is overdue,", "pay_fee is overdue for more than 30 days,"),
    ("and not staged(it)", "and staged(it)"), ("borne by member", "borne by owner"),
    ("| lockout prevails over entry\n", ""), ("entry: member may enter", "entry: when door is open, member may enter"),
]  # fmt: skip


@pytest.mark.parametrize("swap", SWAPS)
def test_the_other_way_round_is_the_mirror_image(swap: tuple[str, str]) -> None:
    new = read(STUDIO.replace(*swap))
    there, back = difference(OLD, new), difference(new, OLD)
    turned = {"more": "less", "less": "more"}
    assert {key: turned.get(each.verdict, each.verdict) for key, each in answers(there).items()} == {
        key: each.verdict for key, each in answers(back).items()
    }
    ends = {"added": "removed", "removed": "added"}
    assert sorted(ends.get(each.how, each.how) for each in there.edits) == sorted(
        each.how for each in back.edits
    )
    assert len(list(there.witnesses)) == len(list(back.witnesses))


@pytest.mark.parametrize("swap", SWAPS)
def test_every_history_replays_under_both_whole_versions(swap: tuple[str, str]) -> None:
    new = read(STUDIO.replace(*swap))
    held = difference(OLD, new)
    assert list(held.witnesses)
    for answer in held.answers:
        for parting in answer.partings:
            asked_at = parse_instant(parting.witness.asked["at"])
            for contract, expected in zip((OLD, new), parting.answers, strict=True):
                account = account_on(parting.witness, compile_program([contract]))
                if answer.what == "may":
                    assert account.decide(May(answer.party or "", answer.of, asked_at)).answer == expected
                elif answer.what == "breach":
                    assert (
                        account.decide(InBreachOf(answer.party or "", answer.of, asked_at)).answer == expected
                    )


@QUICK
@given(asked(), st.randoms(use_true_random=False))
def test_what_is_the_same_answers_the_same(case: Asked, chance: random.Random) -> None:
    """Clauses in another order: the two mean the same, and every question drawn is answered the same."""
    lines = list(case.draft.lines)
    chance.shuffle(lines)
    other = dataclasses.replace(case, draft=dataclasses.replace(case.draft, lines=tuple(lines)))
    (one,), (two,) = case.contracts, other.contracts
    if len({each.name for each in one.amounts}) != len(one.amounts):
        return  # The lines of one sum are tried in the order of the text.
    held = difference(one, two)
    if held.same_by is None:
        return
    first = Account(compile_program([one]), case.terms, case.ledger).decide(case.question)
    second = Account(compile_program([two]), case.terms, case.ledger).decide(case.question)
    assert (first.answer, first.required, first.value) == (second.answer, second.required, second.value)
