"""Columns of Parquet as our own machine code decodes them: what pyarrow reads, whoever wrote them and however."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("llvmlite")
pytest.importorskip("pyarrow")

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bulk.kernel import cells, encoded, parquet
from engine.bulk.kernel.column import text_of
from engine.bulk.kernel.native import library
from engine.bulk.kernel.parquet import File
from engine.bulk.kernel.told import _alike

WAYS: dict[str, dict[str, Any]] = {
    "as pyarrow does": {},
    "as it stands": {
        "compression": "none",
        "use_dictionary": ["word", "day"],
        "store_decimal_as_integer": True,
    },
    "small pages": {"data_page_size": 200, "write_batch_size": 32, "compression": "zstd"},
    "pages of the second version": {
        "data_page_version": "2.0",
        "data_page_size": 500,
        "write_batch_size": 50,
    },
    "the second version, as it stands": {"data_page_version": "2.0", "compression": "none"},
    "gzip": {"compression": "gzip", "store_decimal_as_integer": True},
    "differences": {"use_dictionary": False, "column_encoding": {"at": "DELTA_BINARY_PACKED"}},
    "brotli": {"compression": "brotli"},
}


def table_of(rows: int, nulls: float, seed: int) -> pa.Table:
    chance = Random(seed)

    def column(kind: pa.DataType, made: Any) -> pa.Array:
        return pa.array([None if chance.random() < nulls else made() for _ in range(rows)], kind)

    begin = datetime(2026, 1, 1)
    return pa.table(
        {
            "word": column(
                pa.string(), lambda: chance.choice(["", "甲", "seller", "a longer word than these"])
            ),
            "account": column(pa.string(), lambda: f"A-{chance.randrange(1 + rows // 5)}"),
            "at": column(pa.timestamp("us"), lambda: begin + timedelta(seconds=chance.randrange(10**7))),
            "ms": column(pa.timestamp("ms"), lambda: begin - timedelta(days=chance.randrange(40_000))),
            "day": column(pa.date32(), lambda: date(2026, 1, 1) + timedelta(days=chance.randrange(-90, 90))),
            "amount": column(pa.decimal128(12, 2), lambda: Decimal(chance.randrange(-(10**6), 10**6)) / 100),
            "small": column(pa.decimal128(5, 2), lambda: Decimal(chance.randrange(-999, 999)) / 100),
            "count": column(pa.int64(), lambda: chance.randrange(-(2**63), 2**63)),
            "half": column(pa.int32(), lambda: chance.randrange(-(2**31), 2**31)),
            "flag": column(pa.bool_(), lambda: chance.random() < 0.5),
            "nothing": column(pa.string(), lambda: None),
        }
    )


def read(path: Path) -> pa.Table:
    with File(path, ["account", "word"]) as file:
        return pa.concat_tables(file.batches(700, range(file.groups)))


@pytest.mark.parametrize("nulls", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_read_is_what_pyarrow_reads(way: str, nulls: float, tmp_path: Path) -> None:
    for seed, rows in enumerate((1, 9, 3000)):
        table = table_of(rows, nulls, seed)
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=1100, **WAYS[way])
        found = read(tmp_path / "t.parquet")
        found.validate(full=True)
        for name in table.column_names:
            assert found[name].cast(table[name].type).to_pylist() == table[name].to_pylist(), name


def test_a_column_in_which_nothing_may_be_null_is_read(tmp_path: Path) -> None:
    table = table_of(500, 0.0, 1).drop_columns(["nothing"])
    table = table.cast(pa.schema([each.with_nullable(False) for each in table.schema]))
    pq.write_table(table, tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet").cast(table.schema).equals(table)


def test_of_what_is_written_the_plain_way_nothing_is_left_to_pyarrow(tmp_path: Path) -> None:
    pq.write_table(table_of(500, 0.3, 1), tmp_path / "t.parquet", **WAYS["as it stands"])
    with File(tmp_path / "t.parquet", ["account", "word"]) as file:
        left = [name for name in file.schema.names if file._column(0, name) is None]
    assert left == ["account", "flag", "nothing"]


@pytest.mark.parametrize("nulls", [0.0, 0.3])
@pytest.mark.parametrize("most", [1, 200, 1 << 20])
def test_accounts_are_read_where_words_are_followed_by_texts(most: int, nulls: float, tmp_path: Path) -> None:
    table = table_of(3000, nulls, 2)
    way = {
        "dictionary_pagesize_limit": most,
        "data_page_size": 64,
        "write_batch_size": 50,
        "compression": "none",
    }
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=1100, **way)
    pq.write_table(table, tmp_path / "plain.parquet", use_dictionary=False)
    for name in ("t", "plain"):
        with File(tmp_path / f"{name}.parquet", []) as file:
            found = [file._column(group, "account") for group in range(file.groups)]
        for each in found:
            each.validate(full=True)
        assert [cell for each in found for cell in each.to_pylist()] == table["account"].to_pylist()


def test_a_large_row_group_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "A_GROUP", 400)
    table = table_of(1000, 0.2, 3)
    pq.write_table(table, tmp_path / "t.parquet")
    found = read(tmp_path / "t.parquet")
    assert found["amount"].type == pa.decimal64(12, 2)
    assert found["amount"].cast(table["amount"].type).equals(table["amount"])


def test_bytes_that_are_no_pages_are_told(tmp_path: Path) -> None:
    """Whatever stands in a file, nothing is read past its end, and what is read is right or told to be none."""
    table = table_of(400, 0.3, 5).select(["word", "at", "day"])
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, compression="none", data_page_size=600, write_batch_size=50)
    whole, chance = path.read_bytes(), Random(7)
    about = pq.read_metadata(path).row_group(0)
    end = about.column(2).data_page_offset + 200
    plain, native = encoded, library(encoded)
    for _ in range(300):
        broken = bytearray(whole[4:end])
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        found: list[tuple[Any, ...]] = []
        for code in (plain, native):
            data = numpy.frombuffer(bytes(broken) + bytes(encoded.MORE), numpy.uint8)
            at, told, pages = numpy.zeros(8, int), numpy.zeros(20, int), numpy.zeros(64 * encoded.WIDE, int)
            count = code.pages(data, len(broken), at, told, pages)
            found.append((count, pages[: max(count, 0) * encoded.WIDE].tolist()))
            null, out = numpy.zeros(400, numpy.uint8), numpy.zeros(400, numpy.int32)
            dense = numpy.zeros(401, numpy.int32)
            rows = code.worded(data, pages[encoded.WIDE :], max(0, count - 1), True, 4, at, null, dense, out)
            found[-1] += (rows, out.tolist() if rows >= 0 else [], at[encoded.LACKING] if rows >= 0 else 0)
            wide = numpy.zeros(3200, numpy.uint8)
            rows = code.numbered(data, pages, max(0, count), True, 8, at, null, wide)
            found[-1] += (rows, wide.tolist() if rows >= 0 else [], at[encoded.LACKING] if rows >= 0 else 0)
        assert found[0] == found[1]


def test_a_number_without_its_word_is_never_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    pq.write_table(pa.table({"account": ["a", "b", "c"] * 40}), path, compression="none")
    held = pq.read_metadata(path).row_group(0).column(0)
    broken = bytearray(path.read_bytes())
    broken[held.dictionary_page_offset + held.total_compressed_size - 1] = 255
    path.write_bytes(broken)
    with File(path) as file, pytest.raises(pa.ArrowInvalid, match="indices"):
        file.group(0)


NAMES = st.lists(
    st.one_of(st.none(), st.text("aé\x00\U0001f600", max_size=7), st.text(max_size=20)), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(NAMES, st.integers(0, 2), st.integers(1, 3))
def test_names_are_numbers_alike_by_either(names: list[str | None], more: int, parts: int) -> None:
    text = text_of(pa.array(names, pa.string()))
    found = []
    for code in (cells, library(cells)):
        hashes, of_names = (numpy.zeros(len(names), int) for _ in range(2))
        sizes = numpy.zeros(parts + 1, int)
        given_ = (
            (text.offsets, text.data) if code is not cells else (text.offsets.tolist(), text.data.tolist())
        )
        code.hashed(*given_, hashes)
        longest = code.allotted(*given_, text.null, sizes, of_names)
        wide = more - (-longest // 8)
        laid = numpy.full(wide * len(names), -1)
        code.padded(*given_, text.null, of_names, numpy.cumsum(sizes) - sizes, wide, laid)
        once, slots = numpy.zeros((len(names) + 1) * wide, int), numpy.full(64, -1, numpy.int32)
        ranks = numpy.zeros(sizes.sum(), numpy.int32)
        known = code.ranked(laid, wide, once, slots, ranks)
        offsets, data = numpy.zeros(known + 1, numpy.int32), numpy.zeros(8 * wide * known, numpy.uint8)
        code.spelled_out(once[: known * wide], wide, offsets, data)
        told = hashes, of_names, sizes, laid, ranks, offsets, data
        found.append([each.tolist() for each in told])
    assert found[0] == found[1]
    _, of, counts, _, ranked, ends, written = found[0]
    spelled = [bytes(written[a:b]).decode() for a, b in pairwise(ends)]
    for name, each in zip(names, of, strict=True):
        place = sum(counts[: each >> 32]) + (each & cells.HALF)
        assert each == parts << 32 if name is None else spelled[ranked[place]] == name
    assert len({*spelled}) == len(spelled)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1), st.sampled_from((1, 2)))
def test_rows_that_are_alike_are_found(rows: list[tuple[int, int]], wide: int) -> None:
    every = numpy.array(rows)[:, :wide]
    once, places = _alike(every)
    assert (once[places] == every).all()
    assert len({*map(tuple, once.tolist())}) == len(once)
