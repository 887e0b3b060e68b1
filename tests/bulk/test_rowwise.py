"""The loop that reads rows says as machine code what it says as plain Python, of any columns and however many."""

from __future__ import annotations

from typing import Any

import pytest

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

from engine.bulk.kernel import rowwise  # noqa: E402
from engine.bulk.kernel.cells import NOTHING  # noqa: E402
from engine.bulk.kernel.machine import plain  # noqa: E402
from engine.bulk.kernel.plan import MISSING  # noqa: E402
from engine.bulk.kernel.rowwise import A_MASK, WRONG, WRONG_ACTOR, WRONG_ID, Column  # noqa: E402

ROWS = 500


def columns(count: int, seed: int) -> list[Column]:
    """Return columns of all shapes, in turn."""
    chance, found = numpy.random.default_rng(seed), list[Column]()
    for place in range(count):
        null = (chance.random(ROWS) < chance.choice((0, 0.5))).astype(numpy.uint8)
        wide = numpy.zeros(ROWS, numpy.int64)
        # The second of three words is wrong, and seldom there.
        places = chance.choice(numpy.arange(3, dtype=numpy.int32), ROWS, p=(0.5, 0.01, 0.49))
        match place % 5:
            case 0:
                found.append(rowwise.told(null))
            case 1 | 2:
                cells = chance.integers(-3, 2000, ROWS).astype(numpy.int64 if place % 5 == 1 else numpy.int32)
                found.append(rowwise.number(cells, null, 0, 1990, 100, 7, wide))
            case 3:
                values = numpy.array([5, WRONG, -3, 0])
                found.append(rowwise.word(places, null, values, wide))
            case _:
                among = numpy.array([0, WRONG_ID, NOTHING, -1], numpy.int32)
                found.append(rowwise.name_of(places, null, among, numpy.zeros(ROWS, numpy.int32)))
    return found


def read(columns: list[Column], seed: int, by: Any) -> list[list[int]]:
    """Return all that the loop says, run by `by`."""
    chance = numpy.random.default_rng(seed)
    names, actors = (chance.integers(0, 3, ROWS, numpy.int32) for _ in range(2))
    unnamed, nobody = ((chance.random(ROWS) < 0.1).astype(numpy.uint8) for _ in range(2))
    acts = (
        names,
        unnamed,
        actors,
        nobody,
        numpy.array([0, 1, 2, 2]),
        chance.choice([-3, 0, WRONG_ACTOR], 12),
        4,
    )
    needs, without = (chance.random((3, len(columns))) < 0.3 / len(columns) for _ in range(2))
    rules = [numpy.array(each) for each in rowwise.rules(needs.tolist(), without.tolist())]
    assert len(rules) == -(-len(columns) // A_MASK)
    out = [numpy.zeros(ROWS, kind) for kind in (numpy.int32, numpy.int32, numpy.uint8)]
    by(acts, out, columns, rules)
    # What is told of a column stands last in what it is given.
    return [each.tolist() for each in (*out, *(column.given[-1] for column in columns if column.given))]


def in_python(acts: Any, out: Any, columns: list[Column], rules: Any) -> None:
    listed = [
        each.tolist() if hasattr(each, "tolist") else each
        for each in (*acts, *(e for column in columns for e in (column.null, *column.given)), *rules)
    ]
    rooms = [each.tolist() for each in out]
    loop = plain(rowwise.source_of([each.shape for each in columns]))
    loop(*listed[: len(acts)], *rooms, *listed[len(acts) :])
    for each, room in zip(out, rooms, strict=True):
        each[:] = room
    at = len(acts)
    for column in columns:
        at += 1 + len(column.given)
        if column.given:
            column.given[-1][:] = listed[at - 1]


@pytest.mark.parametrize("count", [1, 5, A_MASK, A_MASK + 1, 70])
def test_machine_code_says_of_rows_what_plain_python_does(count: int) -> None:
    ours, plainly = (read(columns(count, 1), 2, by) for by in (rowwise.run, in_python))
    assert ours == plainly
    kinds, _, bad, *told = ours
    assert {*kinds} == {0, 1, 2}
    assert {*bad} == {0, 1}
    assert all(map(any, told))


def test_what_a_row_may_not_have_or_lacks_is_wrong() -> None:
    there = numpy.array([0, 0, 1, 1], numpy.uint8)
    rules = rowwise.rules([[True, False], [False, False]], [[False, True], [False, False]])
    none, kinds = numpy.zeros(4, numpy.uint8), numpy.array([0, 1, 0, 1], numpy.int32)
    acts = kinds, none, kinds * 0, none, numpy.array([0, 1, 1]), numpy.array([0, 0, 0, 0]), 2
    bad = none.copy()
    out = numpy.zeros(4, numpy.int32), numpy.zeros(4, numpy.int32), bad
    rowwise.run(acts, out, [rowwise.told(there), rowwise.told(1 - there)], map(numpy.array, rules))
    # The first kind needs the one, and may not have the other.
    assert bad.tolist() == [0, 0, 1, 0]
    (column,) = [rowwise.number(numpy.arange(4), there, 1, 3, 10, 1, numpy.zeros(4, numpy.int64))]
    bad[:] = 0
    rowwise.run(acts, out, [column], map(numpy.array, rowwise.rules([[False]] * 2, [[False]] * 2)))
    assert column.given[-1].tolist() == [-1, 9, MISSING, MISSING]
    assert bad.tolist() == [1, 0, 0, 0]
