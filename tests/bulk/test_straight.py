"""Tables read as columns, and tables told as columns, hold what rows read and told one by one hold."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bulk.kernel import cells
from engine.bulk.kernel.machine import plain
from engine.bulk.kernel.plan import EAST
from engine.bulk.kernel.straight import Done, Straight
from engine.bulk.tables import read_all
from engine.dates import iso
from engine.program import Program
from tests.bulk.test_kernel import CASES, program_of, replayed, written

TABLES = ("accounts", "happenings", "rejects")


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are folded as a whole however few their rows."""
    monkeypatch.setattr("engine.bulk.kernel.in_units.STRAIGHT_FROM", 0)


def parquet(lines: list[str], path: Path, types: dict[str, str], order: str) -> Path:
    """Write rows as a table of Parquet, all text but the columns of the `types` given; a cell of another is null."""
    rows = [row for row in map(json.loads, lines) if isinstance(row, dict)]
    names = sorted(
        {name for row in rows for name in row} - {"note", "color", "empty", "recorded_at", "standing"}
    )
    texts = [
        {n: row[n] if isinstance(row.get(n), str | None) else json.dumps(row[n]) for n in names if n in row}
        for row in rows
    ]
    raw = path.with_suffix(".jsonl")
    raw.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in texts), "utf-8")
    read = dict.fromkeys(names, "VARCHAR")
    cast = ", ".join(
        f'try_cast("{name}" AS {types[name]}) AS "{name}"' if name in types else f'"{name}"' for name in names
    )
    duckdb.execute(
        f"COPY (SELECT {cast} FROM read_json('{raw}', format = 'newline_delimited', columns = {read}) {order})"
        f" TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)"
    )
    return path


def kinds_of(program: Program) -> dict[str, str]:
    params = [each for d in program.declarations.values() for each in getattr(d, "params", ())]
    return {each.name: each.kind.name for each in params}


TYPED = {"money": "DECIMAL(12, 2)", "day": "DATE", "flag": "BOOLEAN", "count": "BIGINT"}


def as_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the functions that read cells, and the loops, run as they are, not compiled: they give the same."""
    for module in ("arrow", "naming", "parted", "ordered", "told"):
        monkeypatch.setattr(f"engine.bulk.kernel.{module}.cells_compiled", lambda: cells)
    monkeypatch.setattr("engine.bulk.kernel.straight.compiled", plain)


def all_texts(about: Any) -> set[str]:
    """Return the columns of text: all of them are read as numbers of words."""
    return {each.name for each in about.schema.to_arrow_schema() if each.type == "string"}


FORMS = {"receivables": "text", "sale": "typed", "hire": "unsorted"}
OTHERS = [(n, f, "plain") for n in FORMS for f in FORMS.values() if FORMS[n] != f]


@pytest.mark.parametrize(
    ("name", "form", "how"),
    [
        *((name, form, "plain") for name, form in FORMS.items()),
        *((name, form, "compiled") for name in FORMS for form in FORMS.values()),
        ("club", "text", "compiled"),
        ("receivables", "zoned", "compiled"),
        *(pytest.param(*each, marks=pytest.mark.soak) for each in OTHERS),
    ],
)
def test_a_table_read_as_columns_gives_what_its_rows_give(
    name: str, form: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "plain":
        as_plain_python(monkeypatch)
    if form != "text":
        monkeypatch.setattr("engine.bulk.kernel.column.few_words", all_texts)
    text, asked = CASES[name]
    contract = tmp_path / f"{name}.contract"
    contract.write_text(text, "utf-8")
    program, random = program_of(text), Random(f"columns of {name}")
    kinds = kinds_of(program)
    types = {n: TYPED[kind] for n, kind in kinds.items() if kind in TYPED}
    types["at"] = "TIMESTAMPTZ" if form == "zoned" else "TIMESTAMP"
    lines = [*written(program, random, 30, 0.04), '{"id": "q"}', '{"account": "", "id": "q", "name": "x"}']
    order = "" if form == "unsorted" else "ORDER BY account"
    events = parquet(lines, tmp_path / "events.parquet", types if form in ("typed", "zoned") else {}, order)
    done: list[Done] = []
    whole = Straight.fold

    def fold(self: Straight, *given) -> Done:
        done.append(whole(self, *given))
        return done[-1]

    monkeypatch.setattr(Straight, "fold", fold)
    tables = {}
    for kernel in ("off", "on"):
        more = [word for each in asked for word in ("--ask", each.replace(" ", " may "))]
        words = (str(contract), "--events", str(events), "--rejects", "100%", "--kernel", kernel, *more)
        assert replayed(tmp_path / kernel, *words, *(("--verify", "30%") if kernel == "on" else ())) == 0
        tables[kernel] = {
            kind: sorted(map(str, read_all(tmp_path / kernel / f"{kind}.parquet"))) for kind in TABLES
        }
    assert tables["on"] == tables["off"]
    assert tables["on"]["rejects"]
    assert sum(each.accounts for each in done) >= 5
    assert sum(each.left for each in done) >= 3, "of 30 accounts some are read as columns, and some are left"


def test_rows_at_one_instant_are_read_as_columns_where_they_are_about_different_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, day = tmp_path / "receivables.contract", "2026-03-02T10:00"
    contract.write_text(CASES["receivables"][0], "utf-8")

    def bill(id: str) -> dict[str, str]:
        return {"id": id, "name": "invoiced", "at": day, "amount": "5.00", "due": "2026-04-01"}

    def paid(id: str, **of: str) -> dict[str, str]:
        at = "2026-04-03T10:00"
        return {"id": id, "name": "settle", "by": "customer", "at": at, "amount": "5.00", **of}

    bills = [bill("i"), bill("j")]
    accounts = {
        "A apart": [*bills, paid("p", invoice="i"), paid("q", invoice="j")],
        "B one bill": [*bills, paid("p", invoice="i"), paid("q", invoice="i")],
        "C none named": [*bills, paid("p", invoice="i"), paid("q")],
        "D begins where C ends": [bill("i") | {"at": "2026-04-03T10:00"}],
        "E no such bills": [*bills, paid("p", invoice="x"), paid("q", invoice="y")],
        "F itself": [bill("i") | {"at": "2026-04-03T10:00"}, paid("p", invoice="i")],
    }
    lines = [json.dumps({"account": name} | row) for name, rows in accounts.items() for row in rows]
    events = parquet(lines, tmp_path / "events.parquet", {}, "ORDER BY account")
    left: list[list[str]] = []
    batch = Straight._batch

    def watched(self: Straight, taken: Any) -> Any:
        told, unread = batch(self, taken)
        left.append(unread.to_pylist())
        return told, unread

    monkeypatch.setattr(Straight, "_batch", watched)
    tables = {}
    for kernel in ("off", "on"):
        words = (str(contract), "--events", str(events), "--ask", "seller may dun", "--kernel", kernel)
        assert replayed(tmp_path / kernel, *words) == 0
        tables[kernel] = {
            kind: sorted(map(str, read_all(tmp_path / kernel / f"{kind}.parquet"))) for kind in TABLES
        }
    assert tables["on"] == tables["off"]
    assert left == [["B one bill", "C none named", "F itself"]]


def column(texts: list[str]) -> tuple[list[int], list[int], list[int]]:
    """Return texts as a column: where each begins, their bytes, and that none is null."""
    raw = [each.encode() for each in texts]
    return [0, *accumulate(map(len, raw))], [*b"".join(raw), 32], [0] * len(raw)


def read(reader, texts: list[str], *more) -> list[int | None]:
    """Return what a column of cells is read as; None where a cell is not written the plain way."""
    out, bad = [0] * len(texts), [0] * len(texts)
    reader(*column(texts), *more, out, bad)
    return [None if wrong else value for value, wrong in zip(out, bad, strict=True)]


def test_each_day_of_the_calendar_is_read_and_no_other() -> None:
    days = [date.fromordinal(date(1992, 1, 1).toordinal() + n) for n in range(0, 76_000, 7)]
    assert read(cells.days, [str(each) for each in days]) == [(each - date(1970, 1, 1)).days for each in days]
    wrong = [
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-4-1",
        "2026-04-00",
        "",
        "2026/04/01",
    ]
    assert read(cells.days, [*wrong, "2024-02-29"])[:-1] == [None] * len(wrong)


@settings(max_examples=100)
@given(
    st.datetimes(datetime(1992, 1, 1), datetime(2190, 1, 1)),
    st.sampled_from(["minutes", "seconds", "microseconds"]),
)
def test_instants_are_read_and_written_as_the_engine_does(local: datetime, spec: str) -> None:
    if spec != "microseconds":
        local = local.replace(microsecond=0, second=0 if spec == "minutes" else local.second)
    at = (local - datetime(1970, 1, 1)) // timedelta(microseconds=1) - EAST
    assert read(cells.instants, [local.isoformat(timespec=spec)], False) == [at]
    offsets, room = [0, 0], [0] * 33
    cells.spelled([at], offsets, room)
    assert bytes(room[: offsets[1]]).decode() == iso(at)


def test_what_is_no_plain_instant_or_amount_is_left() -> None:
    wrong = [
        "2026-03-04", "2026-03-04T24:00", "2026-03-04T10:60", "2026-03-04T10:00Z", "2026-03-04T10:00:00.",
        "2026-03-04T10:00:00.1234567", "2026-03-04T10:00+08:00", "2026-03-04T1:00", "2026-03-04 10:00", "",
    ]  # fmt: skip
    assert read(cells.instants, wrong, False) == [None] * len(wrong)
    assert read(cells.instants, ["2026-03-04 10:00"], True) != [None]
    amounts = {"5": 500, "5.5": 550, "0.05": 5, "1234567890.12": 123456789012}
    assert read(cells.numbers, list(amounts), 2) == list(amounts.values())
    wrong = ["5.", ".5", "-5", "5.125", "1e2", "", "12345678901", "5,00", "5.x", "\uff15"]
    assert read(cells.numbers, wrong, 2) == [None] * len(wrong)
    assert read(cells.numbers, ["5.0", "7"], 0) == [None, 7]
