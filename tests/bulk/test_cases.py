"""What is open in an account: the kernel folds it in each case, and tells what the engine tells of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.bulk.kernel.columns import spoken_of
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.plan import Plan
from engine.bulk.tables import read_all
from engine.dates import DAY
from engine.event import Ledger, event
from engine.terms import Terms
from tests.bulk.made_up import BEGIN, ledger
from tests.bulk.test_kernel import asked_of, folded, program_of, replayed, same

PRESS = """Press

| agreement press
| party editor, author
| state column: open | shut
| question fair, decided by "court": "fair?"
| question wilful about slip, decided by "court": "on purpose?"
| question grave about slip, decided by "court": "grave?"
| question late about story, presumed no, decided by "court": "late?"
| question prompt about slip, decided by "court": "prompt?"
| question quick, decided by "court": "quick?"
| question needed about drop, decided by "editor": "needed?"
| question timely about leave, presumed yes beforehand: "in good time?"
| event slip (cost: money)
| event story (price: money, due: day)
| act sign by either party
| act pay (amount: money, story: story) by editor, accumulates amount for each story
| act shut by editor, needs basis, sets column to shut
| act drop by either party, needs basis, sets agreement to terminated
| act print by editor
| act leave by author, needs basis, sets agreement to terminated
| act smear by author
| act mend by either party
| act meet by either party
| act resign by either party, needs basis, sets column to open

1 Life.
| agreement takes effect once editor did sign

2 Money.
| amount worth: for each story as s, is 50% * s.price where fair
| amount worth: for each story as s, is s.price
| fee: for each story as s, editor must pay worth(s) for s by s.due, unless late(s)

3 Slips.
| care: for each slip as s, author must keep no, unless not wilful(s) and not grave(s)
| quiet: author must not smear, unless fair
| shutting: when (count of slip where grave(slip)) > 1, editor may shut
| closing: when column is open, editor may drop, where needed(drop)
| going: author may leave when timely(leave)
| leaving: for each breach of care as v, the other party may drop
| shutting prevails over printing if fair
| printing: editor must keep column is open from print
| reopening: while column is shut and not fair, editor must resign within 5 days

4 Together.
| mending: for each slip as s, author must mend within a reasonable time judged by prompt
| when column is shut, both parties must meet within 3 days
| for each breach of fee as v, both parties must mend within 1 days
| while mending is overdue, editor may shut
| while fee is overdue, author may drop
| parting: while mending is overdue, both parties must meet within a reasonable time judged by quick
"""
ASKED = (
    "editor shut",
    "editor drop",
    "author drop",
    "author smear",
    "author leave",
    "editor resign",
    "editor print",
)


def answers(random: Random, book: Ledger) -> Ledger:
    """Return a ledger in which some of what is open is answered."""
    found, facts = [], list(book)
    about: dict[str, list[Any]] = {
        "fair": [None], "wilful": [None, *(each.id for each in facts if each.name == "slip")],
        "grave": [each.id for each in facts if each.name == "slip"],
        "prompt": [each.id for each in facts if each.name == "slip"],
        "quick": [None],
        "late": [None, *(each.id for each in facts if each.name == "story")],
    }  # fmt: skip
    for question, subjects in about.items():
        for number, subject in enumerate(subjects):
            if random.random() < 0.15:
                fields: dict[str, Any] = {"question": question, "value": random.choice([True, False, None])}
                fields |= {"about": subject} if subject else {}
                fields |= {"since": BEGIN + 4 * DAY} if random.random() < 0.1 else {}
                found.append(event(f"{question}{number}", "answer", None, BEGIN + DAY, fields=fields))
    for each in facts:
        if each.name == "story" and random.random() < 0.4:
            fields = {"question": "late"} | ({"about": each.id} if random.random() < 0.8 else {})
            found.append(event(f"dispute {each.id}", "dispute", None, BEGIN + DAY, fields=fields))
    return Ledger((*facts, *found))


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.soak) for each in range(1, 12))])
def test_what_is_open_comes_to_what_the_engine_says(seed: int) -> None:
    program = program_of(PRESS)
    plans: dict[frozenset[str], Plan] = {}
    random = Random(f"press {seed}")
    kernel = breaches = every = 0
    told: Counter[str] = Counter()
    for days in (9, 30, 90):
        for number in range(40):
            book = answers(random, ledger(program, random, most=10, ties=number % 5 == 0))
            spoken = spoken_of(program, book)
            if spoken not in plans:
                plans[spoken] = plan_of(program, Terms(), asked_of(ASKED), spoken)
            found, _ = folded(program, plans[spoken], [book], BEGIN + days * DAY)
            breaches += sum(
                same(program, plans[spoken], book, each, BEGIN + days * DAY) for each in found.values()
            )
            told.update(name for each in found.values() for names in each.missing for name in names)
            kernel, every = kernel + len(found), every + 1
    assert len(plans) == len(("answered or disputed", "presumed"))
    assert kernel > every / 2
    assert breaches > 10
    assert {"fair", "wilful", "grave", "needed", "prompt", "late", "timely"} <= told.keys(), (
        "there is something to be missing"
    )


SIGNED = {"id": "1", "name": "sign", "by": "editor", "at": "2026-03-02T10:00"}
SLIP = {"id": "2", "name": "slip", "at": "2026-03-03T10:00", "cost": "5.00"}
FOUND = {
    "id": "3", "name": "answer", "at": "2026-03-04T10:00", "question": "wilful", "about": "2", "value": "yes",
}  # fmt: skip


def test_a_run_tells_what_is_missing_with_and_without_the_kernel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether the slip was on purpose decides who may leave; of the second account that was found out."""
    (tmp_path / "press.contract").write_text(PRESS.split("4 Together.")[0], "utf-8")
    rows = [
        {"account": who, **row} for who in "AB" for row in (SIGNED, SLIP, *([FOUND] if who == "B" else []))
    ]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    given = (str(tmp_path / "press.contract"), "--events", str(tmp_path / "events.jsonl"))
    for kernel, verified in (("off", "0%"), ("on", "100%")):
        out = tmp_path / kernel
        assert (
            replayed(out, *given, "--ask", "editor may drop", "--kernel", kernel, "--verify", verified) == 0
        )
    assert "2 accounts by the kernel, 2 of them verified" in capsys.readouterr().out
    one, two = (read_all(tmp_path / each / "accounts.parquet") for each in ("off", "on"))
    assert sorted(map(str, one)) == sorted(map(str, two))
    told = {str(each["account"]): (each["editor may drop"], each["missing"]) for each in two}
    assert told["A"][0] == "undetermined"
    assert set(told["A"][1]["editor may drop"]) == {"grave", "needed", "wilful"}
    assert told["B"] == ("permitted", {})
