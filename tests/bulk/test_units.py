"""Tables cut into units of whole accounts: as they stand, file by file, or scattered; each row in one unit, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contractlang.load import load_text
from engine.bulk.kernel import parted, units
from engine.bulk.kernel.column import few_words
from engine.bulk.kernel.in_units import InUnits
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.ordered import Ordered
from engine.bulk.kernel.parted import ABOUT, Parted, Wider, keep, kept
from engine.bulk.kernel.shape import ACCOUNT, LEAN, NUMBER, ROW, WORD, Shape, shape_of
from engine.bulk.kernel.straight import Straight
from engine.compile import compile_program
from engine.terms import Terms
from tests.bulk.test_kernel import RECEIVABLES


@pytest.fixture(scope="module")
def straight() -> Straight:
    program = compile_program(load_text(RECEIVABLES).contracts.values())
    return Straight(program, Terms(), plan_of(program, Terms()), 0, None, (), ("receivables",))


def file_of(path: Path, accounts: Sequence[str | None], group: int, ids: int = 1 << 20) -> Path:
    """Write events of some accounts, with so many ids at most."""
    told = [f"{path.stem}-{number % ids}" for number in range(len(accounts))]
    columns = {
        "account": accounts,
        "id": told,
        "name": ["invoiced"] * len(told),
        "at": ["2026-03-09"] * len(told),
    }
    types = {"account": pa.string(), "id": pa.string(), "name": pa.string(), "at": pa.string()}
    table = pa.table({name: pa.array(column, types[name]) for name, column in columns.items()})
    pq.write_table(table, path, row_group_size=group)
    return path


def rows_in(straight: Straight, found: list[units.Unit]) -> list[list[tuple[str | None, str]]]:
    """Return the rows of each unit; those of an account must stand together."""
    rows = []
    for unit in found:
        tables = [table.select(["account", "id"]).to_pylist() for table in straight.tables_of(unit)]
        here = [(each["account"], each["id"]) for table in tables for each in table]
        runs = [name for place, (name, _) in enumerate(here) if place == 0 or here[place - 1][0] != name]
        assert len(runs) == len(set(runs)), "the rows of an account stand together"
        rows.append(here)
    return rows


def whole(straight: Straight, files: list[Path], found: list[units.Unit]) -> None:
    """Look whether each row is in one unit once, and each account in one unit, its rows in order."""
    rows = rows_in(straight, found)
    of = Counter(name for unit in rows for name in {name for name, _ in unit})
    assert set(of.values()) <= {1}
    every = [(e["account"], e["id"]) for path in files for e in pq.read_table(path).to_pylist()]
    order: dict[str | None, list[str]] = {}
    for name, id in every:
        order.setdefault(name, []).append(id)
    mine: dict[str | None, list[str]] = {}
    for unit in rows:
        for name, id in unit:
            mine.setdefault(name, []).append(id)
    assert mine == order


@pytest.mark.parametrize("seed", range(12))
def test_a_table_in_order_is_cut_where_accounts_end(
    seed: int, straight: Straight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr("engine.bulk.kernel.straight.AT_ONCE", random.choice((2, 7, 1000)))
    monkeypatch.setattr("engine.bulk.kernel.units.A_PART", random.choice((2, 7, 1000)))
    monkeypatch.setattr("engine.bulk.kernel.arrow._READ", random.choice((1, 3, 1000)))
    names = sorted(f"A{number}" for number in range(9))
    rows = [name for name in names for _ in range(random.choice((1, 1, 2, 5, 17)))]
    path = file_of(tmp_path / "a.parquet", rows, random.choice((1, 3, 8)))
    pieces = units.pieces_of(path, random.choice((1, 4, 10)))
    found = units.cut(pieces, [units.surveyed(each, True) for each in pieces])
    assert found is not None
    assert len(found) == len(pieces)
    whole(straight, [path], found)


def test_files_of_different_accounts_are_units_and_others_are_scattered(
    straight: Straight, tmp_path: Path
) -> None:
    random = Random(4)
    own = [
        file_of(tmp_path / f"{n}.parquet", [f"{n}-{random.randrange(5)}" for _ in range(20)], 6)
        for n in (2, 1)
    ]
    pieces = [piece for path in own for piece in units.pieces_of(path, 6)]
    found = units.cut(pieces, [units.surveyed(each, False) for each in pieces])
    assert found is not None
    assert [each.file for each in found] == own
    whole(straight, own, found)

    mixed = [
        *own, file_of(tmp_path / "mixed.parquet", [None, *(f"1-{random.randrange(9)}" for _ in range(20))], 6)
    ]  # fmt: skip
    pieces = [piece for path in mixed for piece in units.pieces_of(path, 6)]
    assert units.cut(pieces, [units.surveyed(each, False) for each in pieces]) is None
    whole(straight, mixed, scattered(tmp_path / "laid", mixed, 3))


def test_a_column_may_be_words_in_one_file_and_text_or_nothing_in_another(
    straight: Straight, tmp_path: Path
) -> None:
    accounts = [f"A{k * 7 % 5}" for k in range(400)]
    files = [
        file_of(tmp_path / "0.parquet", accounts, 200, ids=2),
        file_of(tmp_path / "1.parquet", accounts, 200),
    ]
    assert ["id" in few_words(pq.read_metadata(each)) for each in files] == [True, False]
    pq.write_table(
        pq.read_table(files[0]).append_column("due", pa.array([None, "2026-03-09"] * 200)), files[0]
    )
    whole(straight, files, scattered(tmp_path / "laid", files, 2))


@pytest.mark.parametrize("most", [2, 3, 7])
def test_columns_have_as_many_words_as_all_that_is_scattered(
    most: int, straight: Straight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file has two words for ids, of which there are six."""
    monkeypatch.setattr(units, "A_BYTE", most)
    monkeypatch.setattr(parted, "A_BYTE", most)
    monkeypatch.setattr(units, "TOGETHER", 400)
    files = [
        file_of(tmp_path / f"{n}.parquet", [f"A{k * 7 % 5}" for k in range(400)], 200, ids=2)
        for n in range(3)
    ]
    work = tmp_path / "work"
    work.mkdir()
    outlines = [units.outlined(each) for each in files]

    def spread(name: str, given: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        return (getattr(InUnits, name)(*each) for each in given)

    def scatter() -> units.Spill:
        return InUnits._scattered(outlines, work, spread, lambda *_: None)

    spill = scatter()
    assert spill.parts == 3
    assert spill.wider == ({"id"} if most < 6 else set())
    whole(straight, files, units.scattered_units(spill))
    monkeypatch.setattr(units, "scattered", None)
    assert scatter() == spill, "what was scattered is not scattered again"


def scattered(folder: Path, files: list[Path], parts: int) -> list[units.Unit]:
    """Return the units of files whose rows are scattered."""
    folder.mkdir()
    spill, pieces = units.spill_of(folder, files, sum(pq.read_metadata(each).num_rows for each in files))
    spill = replace(spill, parts=parts)
    wider = frozenset[str]().union(*(units.scattered(each, n, spill) for n, each in enumerate(pieces)))
    assert not wider | units.overfull(spill)
    return units.scattered_units(spill)


def test_files_in_order_are_cut_though_their_accounts_lie_between_each_other(
    straight: Straight, tmp_path: Path
) -> None:
    names = [sorted(f"C-{number}" for number in range(first, first + 20)) for first in (0, 20, 40)]
    rows = [[name for name in own for _ in range(5)] for own in names]
    files = [file_of(tmp_path / f"{n}.parquet", own, 8) for n, own in enumerate(rows)]
    random = Random(7)
    random.shuffle(rows[2])
    files[2] = file_of(tmp_path / "2.parquet", rows[2], 8)
    pieces = [piece for path in files for piece in units.pieces_of(path, 40)]
    found = units.cut(pieces, [units.surveyed(each, False) for each in pieces])
    assert found is not None
    assert [each.piece for each in found] == [*(each for each in pieces if each.path != files[2]), None]
    whole(straight, files, found)


def test_a_file_whose_accounts_are_numbers_of_words_is_put_in_order(
    straight: Straight, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.parquet", ["B", None, "A", "B"] * 9, 8)
    whole(straight, [path], [units.Unit(file=path)])


def test_a_file_alone_that_is_out_of_order_is_put_in_order_where_it_fits(
    straight: Straight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tmp_path / "a.parquet", ["B", "A", "B"], 2)
    pieces = units.pieces_of(path)
    surveys = [units.surveyed(each, True) for each in pieces]
    found = units.cut(pieces, surveys)
    assert found is not None
    whole(straight, [path], found)
    monkeypatch.setattr(units, "IN_MEMORY", 2)
    assert units.cut(pieces, surveys) is None


def with_numbers(table: pa.Table) -> pa.Table:
    """Return a table with instants that no calendar has as numbers."""
    return table.set_column(
        table.column_names.index("least"), "least", table.column("least").cast(pa.int64())
    )


@pytest.mark.parametrize("is_words", [True, False])
@pytest.mark.parametrize("are_kept", [True, False])
@pytest.mark.parametrize(("words", "parts"), [(9, 1), (900, 5), (9, 200)])
def test_rows_in_the_order_of_their_accounts_are_what_pyarrow_takes(
    words: int, parts: int, are_kept: bool, is_words: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, count = Random(3), 900
    cells = [random.choice((None, random.randrange(words))) for _ in range(count)]
    texts = [None if each is None else f"w{each}" for each in cells]
    accounts = pa.array([random.choice((None, *(f"A-{n}" for n in range(13)))) for _ in range(count)])
    columns = {
        "account": accounts.dictionary_encode() if is_words else accounts,
        "whole": pa.array(cells, pa.int64()), "half": pa.array(cells, pa.int32()), "none": pa.nulls(count),
        "day": pa.array(cells, pa.int32()).cast(pa.date32()), "at": pa.array(cells, pa.timestamp("us")),
        "second": pa.array(cells, pa.timestamp("s")).cast(pa.timestamp("us")),
        "far": pa.array([2**15 - 1, 2**15, None] * 300, pa.int32()).cast(pa.date32()),
        "amount": pa.array(cells, pa.decimal128(12, 2)), "cents": pa.array(cells, pa.decimal64(12, 2)),
        "text": pa.array(texts), "flag": pa.array([None if each is None else each > 4 for each in cells]),
        "word": pa.array(texts).dictionary_encode(), "every": pa.array(range(count)),
        "large": pa.array([None, 5, 2**31] * 300), "least": pa.array([-(2**63), None, 5] * 300, pa.timestamp("us")),
        "least half": pa.array([-(2**31), None, 5] * 300, pa.int32()), "halves": pa.array([2**31 - 1, 1 - 2**31] * 450),
    }  # fmt: skip
    tables = [
        pa.table(columns).slice(7, 250),
        pa.table(columns).slice(300, 200),
        pa.table(columns).slice(500),
    ]
    shape = narrowest([tables[:2], tables[2:]], parts)
    is_wide = {cell.column for cell in shape.cells if cell.what not in (ACCOUNT, ROW, WORD, LEAN)}
    is_wide |= {cell.column for cell in shape.cells if cell.what == WORD and cell.wide == 4}
    assert is_wide == {"large", "least", "least half", "at", "far", *(["word"] if words > 255 else [])}
    laid = []
    for number, some in enumerate((tables[:2], tables[2:])):
        laid.append(in_parts(shape, some, parts).laid())
        if are_kept:
            keep(laid[-1], tmp_path / str(number))
    rows, first = [], parts // 2
    for some_parts in (range(first), range(first, parts + 1)):
        if are_kept:
            laid = [kept(tmp_path / f"{number}{ABOUT}", shape.wide, some_parts) for number in range(2)]
        for part in Ordered(shape, laid, some_parts).tables(100) if some_parts else ():
            part.validate(full=True)
            rows += with_numbers(part).to_pylist()
    every = with_numbers(pa.concat_tables(tables)).to_pylist()
    names = list(dict.fromkeys(each["account"] for each in rows))
    assert len(names) == len({each["account"] for each in every})
    assert rows == [each for name in names for each in every if each["account"] == name]


def test_any_number_of_columns_is_laid_side_by_side() -> None:
    """Of the last ones one does not fit into few bytes: of those past the 62nd a bit tells together."""
    columns = {f"n{n}": pa.array([1, None, n], pa.int64()) for n in range(70)}
    table = pa.table({"account": ["B", "A", "B"], **columns, "n66": [2**31, 1, 2]})
    shape = narrowest([[table]], 1)
    assert {cell.column for cell in shape.cells if cell.what == NUMBER} >= {"n66"}
    (found,) = Ordered(shape, [in_parts(shape, [table], 1).laid()], range(2)).tables(9)
    rows = {row["n69"]: row for row in found.to_pylist()}
    assert rows == {row["n69"]: row for row in table.to_pylist()}


def test_names_of_a_part_are_as_many_as_there_are() -> None:
    names = [f"A-{n}" for n in range(1 << 16)]
    few, many = (pa.table({"account": some, "at": range(len(some))}) for some in (names, [*names, "B"]))
    assert [narrowest([[table]], 1).cells[1].wide for table in (few, many)] == [2, 4]
    shape = narrowest([[many]], 1)
    (found,) = Ordered(shape, [in_parts(shape, [many], 1).laid()], range(2)).tables(9)
    assert found.to_pylist() == many.to_pylist()


def in_parts(shape: Shape, tables: Sequence[pa.Table], parts: int) -> Parted:
    """Return the rows of tables parted by account. Raises Wider."""
    found = Parted(shape, sum(map(len, tables)), parts)
    for table in tables:
        found.see(table.column("account"))
    for table in tables:
        found.add(table)
    return found


def narrowest(some: Sequence[Sequence[pa.Table]], parts: int) -> Shape:
    """Return the shape in which rows take as few bytes as they can."""
    wider = frozenset[str]()
    while True:
        shape = shape_of(some[0][0].schema, wider)
        try:
            for tables in some:
                in_parts(shape, tables, parts)
        except Wider as wrong:
            wider |= wrong.columns
        else:
            return shape


def test_a_column_that_is_kept_as_words_here_and_there_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    words = "CASE WHEN i < 8192 THEN 'w' || i % 3 WHEN i % 2 = 0 THEN md5(i::VARCHAR) END"
    duckdb.execute(
        f"COPY (SELECT 'w' || i % 3 AS every, {words} AS some, NULL::VARCHAR AS none FROM range(12288) AS r(i))"
        f" TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)"
    )
    about = pq.read_metadata(path)
    kept = [about.row_group(group).column(1).has_dictionary_page for group in range(about.num_row_groups)]
    assert kept == [True, True, False]
    assert few_words(about) == {"every", "none"}
