"""Pieces of a table put together byte by byte: any reader finds the rows of all of them, in order."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.bulk.kernel import pieces, shifted
from engine.bulk.kernel.flat import fits
from engine.bulk.kernel.footer import TAIL, Footer
from engine.bulk.kernel.native import library
from engine.bulk.kernel.pieces import Piece, joined

LISTS = pa.map_(pa.string(), pa.list_(pa.string()))


def table_of(random: Random, rows: int) -> pa.Table:
    """Return rows of every kind that tables of a portfolio have, some of them null."""

    def some(value: object) -> object:
        return value if random.random() < 0.8 else None

    words = [f"w{random.randrange(10)}" for _ in range(rows)]
    moments = [datetime(2026, 3, 9) + timedelta(microseconds=random.randrange(10**15)) for _ in words]
    listed = {f"n{k}": pa.array([random.randrange(1 << 40) for _ in words], pa.int64()) for k in range(16)}
    return pa.table(
        {
            "account": pa.array([f"A-{random.randrange(10**6)}" for _ in words], pa.string()),
            "what": pa.array([some(each) for each in words], pa.string()).dictionary_encode(),
            "at": pa.array(moments, pa.timestamp("us")),
            "norms": pa.array([words[: random.randrange(3)] for _ in words], pa.list_(pa.string())),
            "forbidden": pa.array([[(each, [each])] for each in words], LISTS),
            "exact": pa.array([some(random.random() < 0.5) for _ in words], pa.bool_()),
            **listed,
        }
    )


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Path], pa.Table]:
    """Three pieces of several row groups each, and the rows of all of them."""
    monkeypatch.setattr(pieces, "A_GROUP", 100)
    random, paths, every = Random(5), [], []
    for number, counts in enumerate(((70, 70, 10), (1,), (300, 0, 20))):
        paths.append(tmp_path / f"{number}.piece")
        with Piece(paths[-1]) as piece:
            for count in counts:
                every.append(table_of(random, count))
                piece.add(every[-1])
    return paths, pa.concat_tables(every)


def plain(table: pa.Table) -> list[dict[str, object]]:
    return table.to_pylist()


def test_pieces_are_one_table_whoever_reads_it(laid: tuple[list[Path], pa.Table], tmp_path: Path) -> None:
    paths, every = laid
    target = tmp_path / "whole.parquet"
    assert joined(paths, [], target) == len(every) == 471
    found = pq.read_table(target)
    assert plain(found) == plain(every)
    assert pq.read_metadata(target).num_row_groups == 5
    with duckdb.connect() as at:
        rows = at.sql(f"SELECT * FROM read_parquet('{target}')").to_arrow_table()
        # Least and greatest of each group are where they were: a group that cannot have a row is passed over.
        most = max(every["n0"].to_pylist())
        assert at.execute(f"SELECT count(*) FROM '{target}' WHERE n0 >= {most}").fetchall() == [(1,)]
    some = ["account", "what", "at", "norms", "n3"]
    assert plain(rows.select(some)) == plain(every.select(some))


def test_rows_from_elsewhere_come_last(laid: tuple[list[Path], pa.Table], tmp_path: Path) -> None:
    paths, every = laid
    more = table_of(Random(6), 30)
    texts = more.set_column(1, "what", more["what"].cast(pa.string())).select(more.column_names[::-1])
    assert joined(paths, [texts], tmp_path / "whole.parquet") == len(every) + 30
    assert plain(pq.read_table(tmp_path / "whole.parquet")) == plain(every) + plain(more)
    # A run that ends meanwhile is put together anew.
    assert joined(paths, [], tmp_path / "whole.parquet") == len(every)


def test_an_end_is_written_as_it_was_read(laid: tuple[list[Path], pa.Table]) -> None:
    for path in laid[0]:
        with path.open("rb") as file:
            footer, begins = Footer.of(file)
        assert footer.written() == path.read_bytes()[begins:]
        assert len(footer.written()) > TAIL


@pytest.mark.parametrize("words", [1, 2, 3, 9, 300, 70_000])
@pytest.mark.parametrize("nulls", [0.0, 0.3, 1.0])
def test_words_and_instants_are_written_as_pyarrow_writes_them(
    words: int, nulls: float, tmp_path: Path
) -> None:
    random = Random(words)

    def of(rows: int) -> pa.Table:
        listed = pa.array([f"词{number}" * random.randrange(3) + str(number) for number in range(words)])
        numbers = [random.randrange(words) if random.random() >= nulls else None for _ in range(rows)]
        moments = pa.array([random.randrange(-(10**15), 10**15) for _ in range(rows)], pa.timestamp("us"))
        same = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["same"]))
        some = pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), listed)
        return pa.table({"some": some, "at": moments, "same": same})

    tables = [of(rows) for rows in (1, 7, 0, 8, 9, 1000)]
    assert fits(tables[0].schema)
    assert not fits(tables[0].append_column("n", pa.array([1])).schema)
    mine, theirs, both = tmp_path / "mine.piece", tmp_path / "theirs.parquet", tmp_path / "both.parquet"
    with Piece(mine) as piece:
        for each in tables:
            piece.add(each)
    pq.write_table(pa.concat_tables(tables).unify_dictionaries(), theirs, store_schema=False)
    found, wanted = pq.read_table(mine), pq.read_table(theirs)
    found.validate(full=True)
    assert found.equals(wanted)
    with duckdb.connect() as at:
        rows = [at.execute(f"SELECT * FROM read_parquet('{each}')").fetchall() for each in (mine, theirs)]
    assert rows[0] == rows[1]
    # What is said of the columns is the same: rows from elsewhere are put beside them.
    assert joined([mine], [wanted], both) == 2 * len(wanted)
    assert pq.read_table(both).equals(pa.concat_tables([wanted, wanted]))


def test_pieces_of_other_tables_are_refused(laid: tuple[list[Path], pa.Table], tmp_path: Path) -> None:
    other = tmp_path / "other.piece"
    with Piece(other) as piece:
        piece.add(pa.table({"account": ["A"]}))
    with pytest.raises(ValueError, match="columns differ"):
        joined([laid[0][0], other], [], tmp_path / "whole.parquet")


def test_bytes_that_are_no_end_are_told(laid: tuple[list[Path], pa.Table]) -> None:
    """Whatever stands in a file nothing is read or written past its end, and what is an end is one to either."""
    with laid[0][0].open("rb") as file:
        _, begins = Footer.of(file)
    whole, chance = laid[0][0].read_bytes()[begins:-TAIL], Random(7)
    for changes in range(100):
        broken = bytearray(whole)
        for _ in range(changes % 4):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        data = numpy.frombuffer(bytes(broken[: chance.choice((len(broken), 40))]), numpy.uint8)
        found = []
        for code in (shifted, library(shifted)):
            at, out = numpy.zeros(shifted.ROOM, int), numpy.zeros(shifted.LONGEST * len(data), numpy.uint8)
            at[shifted.BY], at[shifted.BEFORE] = 1000, 3
            size = code.shifted(data, at, out)
            found.append(
                (size, out[: max(size, 0)].tolist(), at[shifted.ROWS :].tolist() if size > 0 else [])
            )
        assert found[0] == found[1]
