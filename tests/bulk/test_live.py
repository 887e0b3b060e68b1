"""Accounts that are fed bit by bit stand where those stand whose events were all there at once; time wakes them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from engine.bulk.fold import Folded, Rows
from engine.bulk.live import Shard
from engine.commands.portfolio import portfolio
from engine.dates import DAY
from tests.bulk.made_up import BEGIN
from tests.bulk.test_kernel import CASES, program_of, written


def shard_of(tmp_path: Path, name: str) -> Shard:
    text, asked = CASES[name]
    contract = tmp_path / f"{name}.contract"
    contract.write_text(text, "utf-8")
    questions = tuple(each.replace(" ", " may ") for each in asked)
    return Shard(portfolio((str(contract),), ("contract",), "2026-10-15", None, questions, (), None), BEGIN)


def test_micro_batches_and_ticks_come_to_what_a_replay_tells(tmp_path: Path) -> None:
    name, random = "receivables", Random(7)
    shard = shard_of(tmp_path, name)
    lines = [
        row
        for row in map(json.loads, written(program_of(CASES[name][0]), random, 25, 0.02))
        if row.get("account")
    ]
    rows = sorted(((str(row["account"]), row) for row in lines), key=lambda each: str(each[1].get("at")))
    # The engine of one machine takes the same rows in the same order, all at once.
    expected: dict[str, Rows] = {"accounts": [], "happenings": []}
    aside = 0
    for account in sorted({account for account, _ in rows}):
        found = Folded()
        texts = [json.dumps(row) for whose, row in rows if whose == account]
        taken = shard.portfolio.take(account, {}, texts, found)
        assert taken is not None
        shard.portfolio.told(account, taken, found)
        for kind, told in found.tables.items():
            expected[kind] += told
        aside += len(found.rejects)
    at, rejected = BEGIN, 0
    while rows:
        many = random.randrange(1, 9)
        batch, rows = [(account, json.dumps(row)) for account, row in rows[:many]], rows[many:]
        rejected += len(shard.feed(batch))
        at += random.randrange(2) * DAY
        shard.tick(at)
    live = shard.tables()
    # An event that is sent again in another batch is no event more.
    for row in (*live["accounts"], *expected["accounts"]):
        del row["events"]
    assert live == expected
    assert rejected == aside


def test_time_alone_wakes_an_account_when_its_debt_is_overdue(tmp_path: Path) -> None:
    shard = shard_of(tmp_path, "receivables")
    bill = {"id": "b1", "name": "invoiced", "at": "2026-03-03T09:00", "amount": "10.00", "due": "2026-03-20"}
    assert shard.feed([(f"A-{n}", json.dumps(bill)) for n in range(3)]) == []
    paid = {
        "id": "p1",
        "name": "settle",
        "by": "customer",
        "at": "2026-03-05T09:00",
        "amount": "10.00",
        "invoice": "b1",
    }
    assert shard.feed([("A-1", json.dumps(paid)), ("A-1", json.dumps(paid))]) == []
    assert shard.feed([("A-1", json.dumps(paid))]) == [], "what was taken before is passed over"
    shard.tick(BEGIN + 4 * DAY)
    assert shard.tick(BEGIN + 10 * DAY) == []
    woken = shard.tick(BEGIN + 30 * DAY)
    assert [each.account for each in woken] == ["A-0", "A-2"]
    assert all(len(each.standing.breaches) == 1 for each in woken)
    assert shard.tick(BEGIN + 300 * DAY) == []
    (wrong,) = shard.feed([("A-0", "no row")])
    assert (wrong.account, wrong.field) == ("A-0", "row")
    assert len(shard) == 3
