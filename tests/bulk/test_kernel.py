"""The kernel and the engine give the same: statuses, breaches with their instants, answers, ends; or it is refused."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contractlang.load import load_text
from engine.account import Account
from engine.account_standing import standing_of
from engine.bulk.fold import answer_of, said
from engine.bulk.forbidden import forbidding
from engine.bulk.forbidden import written as as_written
from engine.bulk.kernel import machine
from engine.bulk.kernel.cases import in_cases
from engine.bulk.kernel.columns import Layout, Left
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.machine import run
from engine.bulk.kernel.outcome import Found, Results
from engine.bulk.kernel.plan import Asked, Plan, Refused
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.tables import read_all
from engine.cli import carried_out
from engine.compile import compile_program
from engine.dates import DAY, end_of
from engine.event import Ledger, event
from engine.program import Program
from engine.question import May
from engine.terms import Terms
from tests.bulk.made_up import BEGIN, ledger
from tests.conftest import CONTRACTS
from tests.strategies import contracts_of, drafts, ledgers

HERE = Path(__file__).parent

RECEIVABLES = (HERE / "receivables" / "receivables.contract").read_text("utf-8")
SALE = (CONTRACTS / "sale" / "sale.contract").read_text("utf-8")

# Windows of all kinds, a term, a state, a sum that is part of another, a breach that follows from a breach.
HIRE = (HERE / "hire" / "hire.contract").read_text("utf-8")

# A term that rolls, and is prolonged: before its end and after it, from a day that is named.
CLUB = (HERE / "club" / "club.contract").read_text("utf-8")

# A power for each breach that is void for a time: what is broken then brings none of it.
LIEN = """| agreement lien
| party owner, hirer
| event bill (amount: money, due: day)
| act pay (amount: money, bill: bill) by hirer, accumulates amount for each bill
| act sign by either party, once for each party
| act take_away by owner, needs basis
| act park by hirer, sets place to out
| act fetch by hirer, sets place to home
| state place: home | out
| agreement takes effect once owner did sign and hirer did sign
1.1 Bills are paid.
| paying: for each bill as b, hirer must pay b.amount for b by b.due
1.2 Else the owner may take the thing away, unless it is out.
| taking: for each breach of paying as v, owner may take_away
| voids taking when place is out
"""

CASES = {
    "receivables": (RECEIVABLES, ("seller dun", "customer settle")),
    "sale": (
        SALE,
        ("seller suspend_delivery", "buyer terminate", "buyer resume_delivery", "buyer pay", "seller disclose"),
    ),
    "hire": (HIRE, ("owner take_away", "owner end_hire", "hirer end_hire", "hirer bring_back", "hirer pay_fine")),
    "club": (CLUB, ("member prolong", "member visit", "host bar", "host expel", "host admit")),
    "lien": (LIEN, ("owner take_away", "hirer pay")),
}  # fmt: skip


def program_of(text: str) -> Program:
    """Return a contract made ready; a text with errors is a mistake of these tests."""
    loaded = load_text(text)
    assert not loaded.errors, [str(each) for each in loaded.errors]
    return compile_program(loaded.contracts.values())


def asked_of(texts: tuple[str, ...]) -> tuple[Asked, ...]:
    return tuple(Asked(*each.split()) for each in texts)


def same(
    program: Program, plan: Plan, book: Ledger, found: Found, as_of: int, terms: Terms | None = None
) -> int:  # fmt: skip
    """Compare one account with the engine; return how many breaches both found."""
    account = Account(program, terms or Terms(), book)
    mine, theirs = found.standing, standing_of(account.position_at(as_of))
    states = ({(name, of, said(value)) for name, of, value in each.states} for each in (mine, theirs))
    assert next(states) == next(states)
    assert mine.last_days == theirs.last_days
    assert Counter(mine.breaches) == Counter(theirs.breaches)
    assert [each.norm for each in mine.breaches] == [each.norm for each in theirs.breaches] or len(
        {each.started_at for each in mine.breaches}
    ) < len(mine.breaches)
    plain = [
        Counter((each.norm, each.bearer, each.status, each.end, each.unpaid) for each in standing.duties)
        for standing in (mine, theirs)
    ]
    assert plain[0] == plain[1]
    for place, asked in enumerate(plan.asked):
        decision = account.decide(May(asked.party, asked.act, as_of))
        assert found.answers[place] == answer_of(decision), asked
        assert found.forbidding[place] == list(map(as_written, forbidding(decision, program))), asked
        missing = found.missing[place] if found.missing else []
        assert missing == [item.name for item in decision.missing], asked
        assert decision.exact
    return len(mine.breaches)


def laid(program: Program, plan: Plan, books: list[Ledger], as_of: int) -> tuple[Layout, list[str]]:
    """Lay ledgers out; return why some were not, each by its place ("" where it was)."""
    layout, left = Layout(program, plan, as_of), []
    for book in books:
        try:
            layout.add(book.as_known())
        except Left as wrong:
            left.append(str(wrong))
        else:
            left.append("")
    return layout, left


def folded(
    program: Program, plan: Plan, books: list[Ledger], as_of: int, terms: Terms | None = None
) -> tuple[dict[int, Found], dict[int, str]]:
    """Fold ledgers together, in each case of what is open; tell by its place what came of each, or why it was left."""
    terms = terms or Terms()
    layout, reasons = laid(program, plan, books, as_of)
    facts = {place: books[place].as_known() for place, why in enumerate(reasons) if not why}

    def fold(layout: Layout) -> Results:
        return Results(
            program, terms, plan, layout, run(program, terms, plan, layout.columns(), as_of, False)
        )

    found, left = in_cases(layout, facts, fold)
    return found, left | {place: why for place, why in enumerate(reasons) if why}


@pytest.mark.parametrize("name", CASES)
def test_made_up_accounts_stand_as_the_engine_says(name: str) -> None:
    text, asked = CASES[name]
    program = program_of(text)
    plan = plan_of(program, Terms(), asked_of(asked))
    random = Random(name)
    compared = breaches = 0
    for days in (3, 11, 20, 45, 120):
        as_of = BEGIN + days * DAY
        books = [ledger(program, random, most=14, ties=each % 4 == 0) for each in range(25)]
        found, _ = folded(program, plan, books, as_of)
        breaches += sum(same(program, plan, books[place], each, as_of) for place, each in found.items())
        compared += len(found)
    assert compared > 60, "most accounts are folded by the kernel"
    assert breaches > 30, "there is something to differ about"


IN_SQL = """
WITH paid AS (
  SELECT i.account, i.id, i.amount, greatest(i.due_end, i.moment) AS late_from, p.moment AS paid_at,
         sum(p.amount) OVER (PARTITION BY i.account, i.id ORDER BY p.moment) AS so_far
  FROM invoices i LEFT JOIN payments p ON p.account = i.account AND p.invoice = i.id AND p.moment > i.moment
), done AS (
  SELECT account, id, amount, late_from, min(paid_at) FILTER (so_far >= amount) AS done_at FROM paid GROUP BY ALL
)
SELECT account, id, late_from, done_at FROM done
WHERE amount > 0 AND late_from <= {as_of} AND (done_at IS NULL OR done_at >= late_from) ORDER BY ALL
"""


def test_simultaneous_facts_are_folded_in_each_order() -> None:
    """Two who sign at one moment have signed; who disposes of an order may not tell what came first."""
    program = program_of(SALE)
    plan = plan_of(program, Terms(), asked_of(("seller suspend_delivery",)))
    signed = [event(f"s{who}", "sign", who, BEGIN) for who in ("seller", "buyer")]
    order = event("o", "order_placed", None, BEGIN + DAY, fields={"price": 5000, "goods": "tea"})
    late = BEGIN + 9 * DAY
    paid = event("p", "pay", "buyer", late, fields={"amount": 5000, "order": "o"})
    told = event("d", "suspend_delivery", "seller", late)
    books = [Ledger((*signed, order)), Ledger((*signed, order, paid, told))]
    found, left = folded(program, plan, books, BEGIN + 10 * DAY)
    same(program, plan, books[0], found[0], BEGIN + 10 * DAY)
    assert left == {1: "events at one instant"}, "suspended before the payment, or without a basis after it"
    twice = [event(f"p{n}", "pay", "buyer", late, fields={"amount": 5000, "order": "o"}) for n in range(2)]
    _, left = folded(program, plan, [Ledger((*signed, order, *twice))], BEGIN + 10 * DAY)
    assert left == {0: "events at one instant"}, "which of them paid the order?"
    many = [event(f"d{n}", "disclose", "seller", BEGIN + DAY) for n in range(4)]
    _, left = folded(program, plan, [Ledger((*signed, *many))], BEGIN + 10 * DAY)
    assert left == {0: "events at one instant"}, "so many orders are not looked at"


def test_sql_says_the_same_of_the_invoices() -> None:
    """A third telling of the receivables, by somebody who knows neither the engine nor the kernel: a window query."""
    program, random, as_of = program_of(RECEIVABLES), Random(3), BEGIN + 30 * DAY
    books = []
    for _ in range(60):
        # Payments that name no invoice, and facts at one instant, are not what a window query can tell.
        facts = [each for each in ledger(program, random, 16, ties=False) if each.effect_at <= as_of]
        kept = [each for each in facts if each.name != "settle" or each.fields.get("invoice")]
        books.append(Ledger(tuple(each for each in kept if each.fields.get("amount") is not None)))
    found, _ = folded(program, plan_of(program, Terms()), books, as_of)
    mine = []
    with duckdb.connect() as at:
        at.execute(
            "CREATE TABLE invoices (account INT, id TEXT, amount BIGINT, moment BIGINT, due_end BIGINT)"
        )
        at.execute("CREATE TABLE payments (account INT, invoice TEXT, amount BIGINT, moment BIGINT)")
        for number, came in found.items():
            for breach in came.standing.breaches:
                mine.append((number, breach.trigger, breach.started_at, breach.ended_at))
            for each in books[number]:
                amount, moment = each.fields["amount"], each.effect_at
                if each.name == "invoiced":
                    row = (number, each.id, amount, moment, end_of(each.fields["due"]))
                    at.execute("INSERT INTO invoices VALUES (?, ?, ?, ?, ?)", row)
                elif each.name == "settle":
                    named = (number, each.fields["invoice"], amount, moment)
                    at.execute("INSERT INTO payments VALUES (?, ?, ?, ?)", named)
        told = at.execute(IN_SQL.format(as_of=as_of)).fetchall()
    assert sorted(mine, key=str) == sorted(told, key=str)
    assert len(told) > 30


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_generated_contracts_are_folded_alike_or_refused(data: st.DataObject) -> None:
    draft = data.draw(drafts())
    program = compile_program(contracts_of(draft.text()))
    try:
        plan = plan_of(program, Terms())
    except Refused:
        return
    book = data.draw(ledgers(draft))
    as_of = max((each.effect_at for each in book.as_known()), default=BEGIN) + 9 * DAY
    found, _ = folded(program, plan, [book], as_of)
    assume(found)
    same(program, plan, book, found[0], as_of)


@pytest.mark.parametrize(
    "name", ["receivables", *(pytest.param(n, marks=pytest.mark.soak) for n in ("sale", "hire"))]
)
def test_compiled_it_leaves_the_same_numbers(name: str) -> None:
    text, asked = CASES[name]
    program = program_of(text)
    plan = plan_of(program, Terms(), asked_of(asked))
    random = Random(name)
    books = [ledger(program, random, most=20, ties=False) for _ in range(300)]
    as_of = BEGIN + 40 * DAY
    layout, _ = laid(program, plan, books, as_of)
    outcomes = [run(program, Terms(), plan, layout.columns(), as_of, compiled) for compiled in (False, True)]
    plain, compiled = ([list(map(int, column)) for column in _columns(outcome)] for outcome in outcomes)
    assert plain == compiled


def _columns(outcome):
    yield from (
        outcome.gone,
        outcome.life,
        outcome.since,
        outcome.end,
        outcome.answers,
        outcome.states,
        outcome.row,
    )
    for lane in outcome.lanes:
        yield from lane.values()
    yield from outcome.broken


SMALL = """Small

| agreement small
| party seller, buyer
| state stock: full | empty
| event order (price: money)
| act deliver (order: order) by seller
| act stop by seller, needs basis

1. Something.
"""
REFUSED = {
    "| x: seller must deliver\n": "x: a duty that arises by a condition",
    "| x: seller must keep stock is full\n": "x: a state that must be kept",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_kernel_does_not_have_is_refused_by_name(line: str) -> None:
    with pytest.raises(Refused) as wrong:
        plan_of(program_of(SMALL + line), Terms(), [Asked("seller", "stop")])
    assert REFUSED[line] in str(wrong.value)


def test_what_comes_to_something_only_by_an_event_leaves_the_accounts_with_one() -> None:
    line = "| blank long: duration\n| x: for each order as o, seller must deliver for o within long\n"
    assert "blank `long` is open" in plan_of(program_of(SMALL + line), Terms()).left["order"]


def test_what_makes_an_account_the_engines_is_told() -> None:
    program = program_of(RECEIVABLES)
    plan = plan_of(program, Terms())
    bill = next(each for each in ledger(program, Random(1), 9) if each.name == "invoiced")
    assert bill.fields
    for changed, why in (
        (replace(bill, occurred_at=None), "unknown day"),
        (replace(bill, fields={"amount": 5}), "without `due`"),
        (replace(bill, fields={**bill.fields, "amount": 10**13}), "too large"),
        (replace(bill, name="waive"), "`waive`"),
        (replace(bill, effect_at=0), "1992"),
    ):
        with pytest.raises(Left, match=why):
            Layout(program, plan, BEGIN + 90 * DAY).add((changed,))


def replayed(out: Path, *more: str) -> int:
    return carried_out(
        ["replay", *more, "--out", str(out), "--as-of", "2026-10-15", "--buckets", "2", "--jobs", "1"]
    )


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    """A table of events of many accounts, some of which only the engine takes."""
    random, program = Random(5), program_of(RECEIVABLES)
    rows: list[dict[str, str | None]] = []
    for number in range(60):
        for each in ledger(program, random, 12, ties=False):
            fields = {
                name: f"{value // 100}.{value % 100:02d}" if name == "amount" else str(value)
                for name, value in each.fields.items()
            }
            at = f"2026-03-{2 + number % 20:02d}T{len(rows) % 24:02d}:{each.effect_at // 60_000_000 % 60:02d}"
            row = {"account": f"A-{number}", "id": each.id, "name": each.name, "by": each.actor, "at": at}
            rows.append({**row, **fields})
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    return path


def test_a_run_gives_the_same_tables_with_and_without_the_kernel(
    invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = str(HERE / "receivables")
    asked = ("--ask", "seller may dun", "--events", str(invoices), "--rejects", "100%")
    assert replayed(tmp_path / "engine", contract, *asked, "--kernel", "off") == 0
    assert replayed(tmp_path / "kernel", contract, *asked, "--kernel", "on", "--verify", "100%") == 0
    said = capsys.readouterr().out
    assert re.search(r"(\d+) accounts by the kernel, \1 of them verified", said)
    for kind in ("accounts", "happenings", "rejects"):
        one, two = (
            sorted(map(str, read_all(tmp_path / each / f"{kind}.parquet"))) for each in ("engine", "kernel")
        )
        assert one == two
        assert one or kind == "rejects"


ODD = {
    "id": (None, "", 7, "e1"), "name": ("dances", None, "", 3), "by": ("nobody", "", 5, None, "both"),
    "at": ("2026-03-04 10:00", "2026-03-04T24:00", "2026-03-04", "2026-03-04T10:00+08:00", "2026-02-30T10:00", None, 5),
    "money": ("5", 5, 5.5, 5.25, 5.125, "1e2", True, "-5.00", "¥5", "５.00", "5.", "", "12345678901234.00", None, [5]),
    "day": ("2026-03-09", "2026-02-30", "9", 9, "1900-01-01", "2026-3-9", None),
    "flag": (True, False, "yes", "no", "YES", "1", 1, "maybe", None),
    "instant": ("2026-03-09T10:00", "2026-03-09 10:00", "2026-03-09T10:00:00.5", "2026-03-09", 5),
    "occurrence": ("e0", "none", "fine:e0", "", 5, None, ["e0"]), "text": ("a", "", 5, None, {"a": 1}),
}  # fmt: skip


def odd(program: Program, random: Random, row: dict[str, object]) -> dict[str, object]:
    """Return a row in which one thing is written otherwise, or is not there, or should not be there."""
    declared = program.declarations[str(row["name"])]
    kinds = {each.name: each.kind.name for each in getattr(declared, "params", ())}
    name = random.choice(["id", "name", "by", "at", "more", *kinds, *kinds])
    if name == "more":
        more = {
            "note": "x",
            "color": "red",
            "recorded_at": "2026-09-01T10:00",
            "standing": "alleged",
            "empty": None,
        }
        key = random.choice(sorted(more))
        return {**row, key: more[key]}
    if random.random() < 0.2:
        return {key: value for key, value in row.items() if key != name}
    return {**row, name: random.choice(ODD.get(kinds.get(name, name), (None,)))}


def written(program: Program, random: Random, accounts: int, oddity: float) -> list[str]:
    """Return made-up accounts as lines of a table, some of them odd, some twice, some in no order."""
    lines = []
    for number in range(accounts):
        rows = []
        for each in ledger(program, random, 10, ties=random.random() < 0.2):
            at = datetime.fromtimestamp(each.effect_at / 1e6, UTC) + timedelta(hours=8)
            row: dict[str, object] = {
                "account": f"A-{number}",
                "id": each.id,
                "name": each.name,
                "by": each.actor,
            }
            row["at"] = at.strftime("%Y-%m-%dT%H:%M:%S")
            declared = program.declarations[each.name]
            kinds = {p.name: p.kind.name for p in getattr(declared, "params", ())}
            for name, value in each.fields.items():
                if kinds[name] == "money":
                    value = f"{value // 100}.{value % 100:02d}"
                elif kinds[name] == "instant":
                    moment = datetime.fromtimestamp(value / 1e6, UTC) + timedelta(hours=8)
                    value = moment.strftime("%Y-%m-%dT%H:%M:%S")
                row[name] = value if isinstance(value, bool) else str(value)
            rows.append(odd(program, random, row) if random.random() < oddity else row)
        lines += [json.dumps(row, ensure_ascii=False) for row in rows]
        if rows and random.random() < 0.1:
            lines.append(json.dumps(random.choice(rows)))
    random.shuffle(lines)
    return lines


@pytest.mark.parametrize("name", CASES)
def test_rows_read_as_columns_give_what_rows_read_one_by_one_give(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, asked = CASES[name]
    contract, events = tmp_path / f"{name}.contract", tmp_path / "events.jsonl"
    contract.write_text(text, "utf-8")
    program, random = program_of(text), Random(f"rows of {name}")
    # Most accounts have nothing odd, so that columns have something to read.
    lines = [
        *written(program, random, 60, 0.05),
        '{"account": "A-1", "id": "z"',
        "no row",
        "[]",
        '{"id": "q"}',
    ]
    events.write_text("\n".join(lines), "utf-8")
    one_by_one: list[str] = []
    whole = Kernelled.read

    def read(self: Kernelled, name: str, *given):
        one_by_one.append(name)
        return whole(self, name, *given)

    monkeypatch.setattr(Kernelled, "read", read)
    tables = {}
    for kernel in ("off", "on"):
        more = [word for each in asked for word in ("--ask", each.replace(" ", " may "))]
        given = (str(contract), "--events", str(events), "--rejects", "100%", "--kernel", kernel, *more)
        assert replayed(tmp_path / kernel, *given) == 0
        tables[kernel] = {
            kind: sorted(map(str, read_all(tmp_path / kernel / f"{kind}.parquet")))
            for kind in ("accounts", "happenings", "rejects")
        }
    assert tables["on"] == tables["off"]
    assert len(tables["on"]["rejects"]) > 5
    assert 0 < len(one_by_one) <= 50, "of 60 accounts some are read as columns"


def test_compiled_a_run_gives_the_same_tables(
    invoices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of a long run, taken here from the first row on: columns folded by the compiled loop."""
    compiled: list[int] = []
    whole = machine.compiled

    def watched(source: str):
        compiled.append(1)
        return whole(source)

    monkeypatch.setattr(machine, "compiled", watched)
    monkeypatch.setattr("engine.bulk.kernel.portfolio.COMPILED_FROM", 0)
    asked = ("--ask", "seller may dun", "--events", str(invoices), "--rejects", "100%")
    for kernel in ("off", "on"):
        assert replayed(tmp_path / kernel, str(HERE / "receivables"), *asked, "--kernel", kernel) == 0
    assert compiled
    for kind in ("accounts", "happenings", "rejects"):
        one, two = (sorted(map(str, read_all(tmp_path / each / f"{kind}.parquet"))) for each in ("off", "on"))
        assert one == two


def test_a_difference_ends_the_run(
    invoices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample would find a kernel that is wrong about one thing: here, one whose windows end a day late."""
    from engine.bulk.kernel import tables

    def late(*args):
        return tuple([each + DAY if each > 0 else each for each in column] for column in tables.tabled(*args))

    monkeypatch.setattr(machine, "tabled", late)
    contract = str(HERE / "receivables")
    given = (contract, "--events", str(invoices), "--rejects", "100%", "--verify", "100%")
    assert replayed(tmp_path / "out", *given) == 2
    said = capsys.readouterr().err
    assert "the kernel says" in said
    assert "the engine says" in said


def test_a_reading_is_fixed_for_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ["replay", "voip-1", "--as-of", "2026-10-15", "--show-plan", "--set", "term=2 years"]
    assert carried_out(shown) == 0
    assert "解释`调整范围`未定：请以 --reading 选定" in capsys.readouterr().out
    shown += ["--lang", "en"]
    assert carried_out(shown) == 0
    assert "the reading `调整范围` is open: choose one with --reading" in capsys.readouterr().out
    assert carried_out([*shown, "--reading", "RS-adjust=any", "--reading", "RS-rules=static"]) == 0
    assert "is open: choose" not in capsys.readouterr().out
    assert carried_out([*shown, "--reading", "RS-adjust=some"]) == 2


def test_the_plan_is_shown_with_the_norms_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert carried_out(["replay", "sale", "--as-of", "2026-10-15", "--show-plan"]) == 0
    said = capsys.readouterr().out
    assert "3.1:payment\n  arises" in said
    assert "cal0: for each day, 10 days later, rolled" in said
    assert (
        carried_out(
            ["replay", "voip-1", "--as-of", "2026-10-15", "--kernel", "on", "--events", "x", "--out", "y"]
        )
        == 2
    )
    assert "八.1: blank `有效期` is open" in capsys.readouterr().err


def test_the_list_of_invoices_made_elsewhere_is_all_the_kernels(
    vectors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2,466 invoices of 100 customers; the column DaysLate is the answer key."""
    log, contract = vectors / "data" / "accounts_receivable_2466.csv.gz", str(HERE / "receivables")
    mapping = ("--mapping", str(HERE / "receivables" / "mapping.yaml"))
    out = tmp_path / "out"
    assert replayed(out, contract, "--events", str(log), *mapping, "--kernel", "on", "--verify", "10%") == 0
    assert "100 accounts by the kernel" in capsys.readouterr().out
    with gzip.open(log, "rt", encoding="utf-8") as file:
        late = sum(int(row["DaysLate"]) > 0 for row in csv.DictReader(file))
    found = Counter(row["what"] for row in read_all(out / "happenings.parquet"))
    assert (found["breach"], found["cured"], late) == (877, 877, 877)
