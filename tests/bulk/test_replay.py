"""A portfolio is its accounts, each as the engine answers it alone; tables in, tables out, and nothing is lost."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from engine.account import Account
from engine.bulk.run import Unlike
from engine.bulk.tables import BadTable, Table, read_all
from engine.cases import question_of
from engine.cli import carried_out
from engine.ledger import head_of, read_ledger
from engine.program import Program
from engine.settings import terms_from
from tests.conftest import CONTRACTS

HERE = Path(__file__).parent
LEDGERS = sorted((CONTRACTS / "voip-1" / "ledgers").glob("*.jsonl"))
ASKED = ("provider may suspend_service", "provider may terminate", "user may place_call")
DAY = "2026-10-15"

Tables = tuple[Path, Path]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """The sample ledgers of agreement 1 as two tables: accounts and events."""
    accounts, events = tmp_path / "accounts.jsonl", tmp_path / "events.jsonl"
    heads, rows = [], []
    for path in LEDGERS:
        head, *lines = map(json.loads, path.read_text("utf-8").splitlines())
        heads.append({name: head[name] for name in ("account", "settings")})
        rows += [{"account": head["account"], **line} for line in lines]
    rows.sort(key=lambda each: each.get("at") or "")
    accounts.write_text("".join(json.dumps(each) + "\n" for each in heads), "utf-8")
    events.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    return accounts, events


def replayed(events: Path, out: Path, *more: str, contract: str = "voip-1") -> int:
    asked = [word for each in ASKED for word in ("--ask", each)] if contract == "voip-1" else []
    paths = [contract, "--events", str(events), "--out", str(out), "--as-of", DAY, "--buckets", "3"]
    return carried_out(["replay", *paths, *asked, "--jobs", "1", *more])


def test_every_account_is_answered_as_the_engine_answers_it_alone(
    tables: Tables, tmp_path: Path, voip_1: Program
) -> None:
    accounts, events = tables
    assert replayed(events, tmp_path / "out", "--accounts", str(accounts)) == 0
    found = {row["account"]: row for row in read_all(tmp_path / "out" / "accounts.parquet")}
    assert len(found) == len(LEDGERS)
    for path in LEDGERS:
        text = path.read_text("utf-8")
        book = read_ledger(voip_1, text)
        account = Account(voip_1, terms_from(voip_1, book.settings), book.ledger)
        row = found[head_of(text)["account"]]
        for asked in ASKED:
            decision = account.decide(question_of(voip_1, f"{DAY} {asked}")[0])
            answer = "required" if decision.required else decision.answer
            assert row[asked] == answer, (row["account"], asked)
            assert row["missing"].get(asked, []) == [item.name for item in decision.missing]
        assert row["events"] == len(book.ledger.entries)


def test_an_account_names_its_agreement_as_a_ledger_does(tables: Tables, tmp_path: Path) -> None:
    accounts, events = tables
    heads = map(json.loads, accounts.read_text("utf-8").splitlines())
    accounts.write_text(
        "".join(json.dumps({**each, "agreement": "voip-1"}) + "\n" for each in heads), "utf-8"
    )
    assert replayed(events, tmp_path / "out", "--accounts", str(accounts)) == 0
    rows = read_all(tmp_path / "out" / "accounts.parquet")
    assert [row["agreements"] for row in rows] == [["voip-1"]] * len(LEDGERS)


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
def test_all_kinds_of_tables_give_the_same(tables: Tables, tmp_path: Path, kind: str) -> None:
    accounts, events = tables
    source = f"read_json('{events}', format = 'newline_delimited', maximum_depth = 1)"
    other = tmp_path / f"other.{kind}"
    if kind == "csv":
        rows = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
        with other.open("w", encoding="utf-8", newline="") as file:
            sheet = csv.DictWriter(file, sorted({name for row in rows for name in row}))
            sheet.writeheader()
            sheet.writerows(rows)
    elif kind == "duckdb":
        with duckdb.connect(str(other)) as at:
            at.execute(f"CREATE TABLE log AS SELECT * FROM {source}")
    else:
        duckdb.execute(f"COPY (SELECT * FROM {source}) TO '{other}' (FORMAT {kind})")
    named = Path(f"{other}#log") if kind == "duckdb" else other
    assert replayed(events, tmp_path / "one", "--accounts", str(accounts)) == 0
    assert replayed(named, tmp_path / "two", "--accounts", str(accounts)) == 0
    one, two = (
        sorted(read_all(tmp_path / each / "accounts.parquet"), key=lambda row: row["account"])
        for each in ("one", "two")
    )
    assert one == two


@pytest.mark.parametrize("kernel", ["auto", "off"])
def test_a_line_with_a_key_twice_is_set_aside(kernel: str, tables: Tables, tmp_path: Path) -> None:
    """Readers of JSON differ on which of the two holds."""
    accounts, events = tables
    first = json.loads(accounts.read_text("utf-8").splitlines()[0])["account"]
    row = {"account": first, "id": "x1", "name": "pay", "at": "2026-05-01T09:00", "amount": "5.00"}
    twice = json.dumps(row)[:-1] + ', "amount": "7.00"}'
    with events.open("a", encoding="utf-8") as file:
        file.write(twice + "\n")
    more = ("--accounts", str(accounts), "--rejects", "100%", "--kernel", kernel)
    assert replayed(events, tmp_path / "out", *more) == 0
    (found,) = read_all(tmp_path / "out" / "rejects.parquet")
    assert (found["account"], found["field"], found["row"]) == (first, "amount", twice)
    assert (found["reason"], found["reason_zh"]) == ("it stands twice in the line", "该行中出现两次")


@pytest.mark.parametrize("kernel", ["auto", "off"])
def test_rows_that_differ_under_one_id_are_all_set_aside(kernel: str, tables: Tables, tmp_path: Path) -> None:
    """Nobody knows which of them is right, so none counts: and each is found again among the rejects."""
    accounts, events = tables
    first = json.loads(accounts.read_text("utf-8").splitlines()[0])["account"]
    row = {"account": first, "id": "x1", "name": "pay", "by": "user", "at": "2026-05-01T09:00", "bill": "b"}
    differing = [json.dumps({**row, "amount": amount}) for amount in ("5.00", "7.00")]
    with events.open("a", encoding="utf-8") as file:
        file.writelines(f"{each}\n" for each in differing)
    more = ("--accounts", str(accounts), "--rejects", "100%", "--kernel", kernel)
    assert replayed(events, tmp_path / "out", *more) == 0
    assert [each["row"] for each in read_all(tmp_path / "out" / "rejects.parquet")] == differing


@pytest.mark.parametrize("kernel", ["auto", "off"])
def test_an_account_with_a_key_twice_is_set_aside(kernel: str, tables: Tables, tmp_path: Path) -> None:
    """Whichever of two terms held, nobody would know; so it is of what is given as the text of an object."""
    accounts, events = tables
    odd = {name: f'{{"account": "{name}", "{name}": 1, "{name}": 2}}' for name in ("term", "account")}
    odd["text"] = json.dumps({"account": "text", "settings": '{"x": 1, "x": 2}'})
    with accounts.open("a", encoding="utf-8") as file:
        file.writelines(f"{each}\n" for each in odd.values())
    with events.open("a", encoding="utf-8") as file:
        for name in odd:
            row = {"account": name, "id": "e1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"}
            file.write(json.dumps(row) + "\n")
    more = ("--accounts", str(accounts), "--rejects", "100%", "--kernel", kernel)
    assert replayed(events, tmp_path / "out", *more) == 0
    found = read_all(tmp_path / "out" / "rejects.parquet")
    assert {(row["reason"], row["reason_zh"]) for row in found} == {
        ("it stands twice in the line", "该行中出现两次")
    }
    fields = {row["account"]: row["field"] for row in found}
    assert fields == {"term": "term", "account": "account", "text": "x"}


def test_what_cannot_be_taken_is_set_aside_with_its_reason(
    tables: Tables, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts, events = tables
    first = json.loads(accounts.read_text("utf-8").splitlines()[0])["account"]
    bad = [
        {"account": first, "id": "x1", "name": "dances", "at": "2026-05-01T09:00"},
        {"account": first, "id": "x2", "name": "pay", "at": "yesterday", "amount": "5.00"},
        {"account": first, "id": "x3", "name": "pay", "at": "2026-05-01T09:00", "amount": "5.001"},
        {"account": "nobody", "id": "x4", "name": "pay", "at": "2026-05-01T09:00", "amount": "5.00"},
        {"id": "x5", "name": "pay", "at": "2026-05-01T09:00", "amount": "5.00"},
    ]
    with events.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in bad)
        file.write("no JSON at all\n\n")
    status = replayed(events, tmp_path / "out", "--accounts", str(accounts))
    assert status == 1, "more than 1% of the rows were set aside"
    rejects = read_all(tmp_path / "out" / "rejects.parquet")
    (plain,) = (row for row in rejects if row["row"].startswith("no"))
    assert (plain["row"], plain["reason"]) == ("no JSON at all", "the line is no JSON object")
    rejects.remove(plain)
    assert sorted(json.loads(row["row"])["id"] for row in rejects) == ["x1", "x2", "x3", "x4", "x5"]
    reasons = {json.loads(row["row"])["id"]: (row["field"], row["reason"]) for row in rejects}
    assert reasons["x1"][0] == "name"
    assert reasons["x2"][0] == "at"
    assert reasons["x3"][0] == "amount"
    assert "no such account" in reasons["x4"][1]
    assert "names no account" in reasons["x5"][1]
    told = capsys.readouterr()
    assert "6 rows set aside" in told.out
    assert "  1  name: the vocabulary has no act or event `dances`" in told.out
    assert "of the rows were set aside, more than --rejects allows (1.0%)" in told.err
    more = ("--accounts", str(accounts), "--rejects", "100%", "--lang", "zh")
    assert replayed(events, tmp_path / "more", *more) == 0
    assert "  1  name：词汇中没有行为或事件`dances`" in capsys.readouterr().out


def test_reasons_are_counted_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "events.csv"
    rows = [f"R,{n},sign,user,2026-03-{n:02}T10:00+99:0{n}" for n in range(1, 6)]
    sheet.write_text(
        "\n".join(["account,id,name,by,at", *rows, "R,9,sign,nobody,2026-03-02T10:00", ""]), "utf-8"
    )
    assert replayed(sheet, tmp_path / "out", "--rejects", "100%") == 0
    told = capsys.readouterr().out
    assert "  5  at: such as `2026-03-01T10:00+99:01` has an offset no clock keeps" in told
    assert "  1  by: no party is called `nobody`" in told
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert re.search(r"如`2026-03-01T10:00\+99:01`[^<]*</td><td[^>]*>5</td>", page), (
        "in the agreement's language"
    )


def test_a_line_of_a_sheet_that_is_no_row_of_it_costs_no_other(tmp_path: Path) -> None:
    sheet = tmp_path / "loans.csv"
    sheet.write_text(
        "account,id,name,by,at\nR,1,sign,user,2026-03-02T10:00,too,many\nR,2,sign,user,2026-03-02T11:00\n",
        "utf-8",
    )
    assert replayed(sheet, tmp_path / "out", "--rejects", "100%") == 0
    (row,) = read_all(tmp_path / "out" / "rejects.parquet")
    assert row["row"] == "R,1,sign,user,2026-03-02T10:00,too,many"
    assert "Number of Columns" in row["reason"]


def test_a_run_that_was_cut_short_goes_on_where_it_was(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.bulk import run

    accounts, events = tables
    more = ("--accounts", str(accounts))
    folded: list[int] = []
    whole = run.fold_bucket

    def failing(after: int) -> Callable[..., run.Counts]:
        def fold(portfolio, work, buckets, bucket, with_accounts):
            if len(folded) == after:
                raise KeyboardInterrupt
            folded.append(bucket)
            return whole(portfolio, work, buckets, bucket, with_accounts)

        return fold

    monkeypatch.setattr(run, "fold_bucket", failing(2))
    assert replayed(events, tmp_path / "out", *more) == 130
    assert not (tmp_path / "out" / "accounts.parquet").exists()
    monkeypatch.setattr(run, "fold_bucket", failing(99))
    assert replayed(events, tmp_path / "out", *more) == 0
    assert sorted(folded) == [0, 1, 2], "each bucket once"
    assert replayed(events, tmp_path / "again", *more) == 0
    assert read_all(tmp_path / "out" / "accounts.parquet") == read_all(
        tmp_path / "again" / "accounts.parquet"
    )


def test_runs_are_never_mixed(tables: Tables, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts, events = tables
    out = tmp_path / "out"
    (out / "work").mkdir(parents=True)
    (out / "run.json").write_text(json.dumps({"run": "another"}), "utf-8")
    assert replayed(events, out, "--accounts", str(accounts)) == 2
    assert "another run" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("precious", "utf-8")
    assert replayed(events, tmp_path / "mine", "--accounts", str(accounts)) == 2
    assert (tmp_path / "mine" / "letter.txt").read_text("utf-8") == "precious"
    assert issubclass(Unlike, Exception)


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
 <trace><string key="concept:name" value="C-1"/>
  <event><string key="concept:name" value="invoiced"/><date key="time:timestamp" value="2026-03-01T09:00:00+08:00"/>
   <string key="amount" value="10.00"/><string key="due" value="2026-03-05"/></event>
  <event><string key="concept:name" value="settle"/><date key="time:timestamp" value="2026-03-07T09:00:00+08:00"/>
   <string key="by" value="customer"/><string key="amount" value="10.00"/><string key="invoice" value="C-1-1"/></event>
 </trace>
</log>
"""


def test_a_log_in_xes_is_a_table_of_its_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.xes"
    log.write_text(XES, "utf-8")
    assert replayed(log, tmp_path / "out", contract=str(HERE / "receivables")) == 0
    (row,) = read_all(tmp_path / "out" / "accounts.parquet")
    capsys.readouterr()
    assert (row["account"], row["events"], row["breaches"], row["open_breaches"]) == ("C-1", 2, 1, 0)
    log.write_text(XES.replace("</trace>", ""), "utf-8")
    assert replayed(log, tmp_path / "bad", contract=str(HERE / "receivables")) == 2
    assert "not XML, line 9" in capsys.readouterr().err


def test_processes_change_nothing(tables: Tables, tmp_path: Path) -> None:
    accounts, events = tables
    assert replayed(events, tmp_path / "one", "--accounts", str(accounts)) == 0
    assert replayed(events, tmp_path / "two", "--accounts", str(accounts), "--jobs", "2") == 0
    for kind in ("accounts", "happenings"):
        one, two = (read_all(tmp_path / each / f"{kind}.parquet") for each in ("one", "two"))
        assert one == two


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("events.xlsx", "", "what kind of table"),
        ("events.duckdb", "", "which table"),
        ("events.duckdb#log", "", "it has no table `log`"),
        ("events.duckdb#log", "no database", "not a valid DuckDB database"),
        ("events.parquet", "no parquet", "events.parquet"),
        ("events.xes", "<html><body/></html>", "its outermost element is `html`"),
        ("events.csv", "\ufeffaccount,id".encode("utf-16-le"), "UTF-8 is wanted"),
        ("missing.csv", None, "no such file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes | None, said: str
) -> None:
    path = tmp_path / name.partition("#")[0]
    if "#" in name and not content:
        duckdb.connect(str(path)).close()
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert replayed(tmp_path / name, tmp_path / "out") == 2
    assert said in capsys.readouterr().err


def test_a_table_is_told_by_its_last_suffix_but_one_if_packed(tmp_path: Path) -> None:
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(b"")
    assert Table.called(str(packed)).suffix == ".csv"
    with pytest.raises(BadTable):
        Table.called(str(tmp_path / "log"))


def test_a_mapping_names_columns_that_the_table_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, mapping = tmp_path / "invoices.csv", tmp_path / "mapping.yaml"
    table.write_text("customer,number,issued\nA,1,2026-01-05\n", "utf-8")
    told = [
        ("{name: invoiced, id: '{number}', at: sent}", "it has no column `sent`, which the mapping names"),
        ("{name: invoiced, id: '{no}', at: issued}", "it has no column `no`, which the mapping names"),
        ("{name: invoiced, id: '{number}', at: issued}\ndays: '%Q'", "`%Q` is no way to write days"),
    ]
    for events, said in told:
        mapping.write_text(f"account: customer\nevents:\n - {events}\n", "utf-8")
        words = "--mapping", str(mapping)
        assert replayed(table, tmp_path / "out", *words, contract=str(HERE / "receivables")) == 2
        assert said in capsys.readouterr().err


def test_a_list_of_invoices_made_elsewhere_is_late_where_it_says_so(vectors: Path, tmp_path: Path) -> None:
    """2,466 invoices of 100 customers; the columns DaysToSettle and DaysLate are the answer key."""
    log = vectors / "data" / "accounts_receivable_2466.csv.gz"
    mapping = HERE / "receivables" / "mapping.yaml"
    out = tmp_path / "out"
    assert replayed(log, out, "--mapping", str(mapping), contract=str(HERE / "receivables")) == 0
    with gzip.open(log, "rt", encoding="utf-8") as file:
        late = {row["invoiceNumber"]: int(row["DaysLate"]) for row in csv.DictReader(file)}
    found: dict[str, dict[str, datetime]] = {}
    for row in read_all(out / "happenings.parquet"):
        found.setdefault(row["about"], {})[row["what"]] = row["happened_at"]
    days = {
        invoice: (each["cured"].date() - each["breach"].date()).days + 1 for invoice, each in found.items()
    }
    assert days == {invoice: count for invoice, count in late.items() if count > 0}
    assert (len(late), len(days), sum(days.values())) == (2466, 877, 8489)
    assert len(read_all(out / "accounts.parquet")) == 100
    assert not read_all(out / "rejects.parquet")
