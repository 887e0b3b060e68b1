"""A loop compiled by LLVM alone comes to what it comes to as plain Python; what it does not speak it refuses."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

from engine.bulk.kernel import native as room  # noqa: E402
from engine.bulk.kernel.kept import folder  # noqa: E402
from engine.bulk.kernel.machine import plain  # noqa: E402
from engine.bulk.kernel.native import Unspoken, library, native  # noqa: E402

TEXT = """
def look(table, place):
    if place < 0 or place >= len(table):
        return -1
    return table[place]


def shift(table, n):
    n += 1
    table[0] += n
    return n


def fold(given, out, low, high):
    last = 0
    for k in range(len(given)):
        x = given[k]
        y = low if x % 2 == 0 else high
        out[k] = x // 7 + x % 7 * 10 - (x >> 1) + (x & 5) + (x | 3)
        if low < x <= high and not (x == 3 or x == 5):
            out[k] += 100
        elif x != 0:
            out[k] -= look(given, x)
        flag = x > 2 and y
        word = x and y or 4
        out[k] += flag * 3 + word + min(x, y, 2) + max(x, y)
        last = k
        if x == 40:
            break
        if x < 0:
            continue
        n = 0
        while True:
            n += 1
            if n > x:
                break
        for j in range(2, n):
            n += j - 1
        out[k] += n + -n * 2
    out[last] = last + shift(out, low) + (1 if low < 3 < high else 0)
"""


MANY = "\n".join([
    "def fold(out):",
    *(f"    n{each} = {each}" for each in range(100)),
    "    for k in range(len(out)):",
    *(f"        n{each} += n{(each + 1) % 100} - k" for each in range(100)),
    "        out[k] = n0 + n99",
])  # fmt: skip


def test_a_function_with_more_numbers_than_registers_comes_to_the_same() -> None:
    wanted, found = [0] * 9, numpy.zeros(9, numpy.int64)
    plain(MANY)(wanted)
    native(MANY, None)(found)
    assert found.tolist() == wanted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-60, 60), min_size=1, max_size=12), st.integers(-9, 9), st.integers(-9, 9))
def test_a_loop_comes_to_the_same_as_plain_python(cells: list[int], low: int, high: int) -> None:
    wanted = [0] * len(cells)
    plain(TEXT)(cells, wanted, low, high)
    found = numpy.zeros(len(cells), numpy.int64)
    native(TEXT, None)(numpy.array(cells, numpy.int64), found, low, high)
    assert found.tolist() == wanted


@pytest.mark.parametrize(
    "line",
    [
        "for k in range(0, 9, 3): out[0] = k", "out[0] = len([1])", "out[0] = out.size", "out[0] = 1 / 2",
        "out = given", "out[0] = unknown(1)", "out[0] = 'a' == 'b'", "with out: pass", "a, b = given",
        "out[-1] = 0",
    ],
)  # fmt: skip
def test_what_is_not_spoken_is_refused(line: str) -> None:
    with pytest.raises(Unspoken):
        native(f"def fold(given, out):\n    out[0] = given[0]\n    {line}\n", None)


def test_code_is_kept_and_what_is_damaged_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    compiled = room._compiled

    def told(text: str, effort: room.Effort) -> Any:
        made.append(text)
        return compiled(text, effort)

    monkeypatch.setattr(room, "_compiled", told)

    def folded() -> int:
        """Return what a fresh process would find."""
        native.cache_clear()
        out = numpy.zeros(1, numpy.int64)
        native("def fold(out):\n    out[0] = 5\n", tmp_path / "kept")(out)
        return int(out[0])

    assert [folded(), folded()] == [5, 5]
    assert len(made) == 1
    (code,) = (tmp_path / "kept").iterdir()
    code.write_bytes(code.read_bytes()[:-9])
    assert [folded(), folded()] == [5, 5]
    assert len(made) == 2
    code.chmod(0o666)
    assert [folded(), folded()] == [5, 5]
    assert len(made) == 3, "another user could have written it"


def test_nothing_is_kept_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_CACHE", "off")
    assert folder() is None


CELLS = """
def add(held: Bytes, halves: Halves, whole: Array, by):
    for place in range(len(held)):
        held[place] += by
        one, other = halves[place] + LESS, whole[place]
        halves[place] = low = one * 2
        whole[place] = other + held[place] + low
    return total(whole)


def total(whole: Array):
    found = 0
    for place in range(len(whole)):
        found += whole[place]
    return found
"""


def test_arrays_of_narrow_numbers_and_constants_of_a_module(tmp_path: Path) -> None:
    path = tmp_path / "cells.py"
    path.write_text(f"from __future__ import annotations\nLESS = -5\n{CELLS}", "utf-8")
    spec = spec_from_file_location("cells", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)

    def added(functions: Any) -> tuple[Any, ...]:
        held, halves = numpy.array([1, 250], numpy.uint8), numpy.array([-7, 9], numpy.int32)
        whole = numpy.array([1 << 40, -3], numpy.int64)
        return functions.add(held, halves, whole, 3), held.tolist(), halves.tolist(), whole.tolist()

    made = library(module)
    assert added(made) == added(module)
    assert not hasattr(made, "total")


def test_an_array_handed_on_as_one_of_another_kind_is_refused() -> None:
    text = "def fold(out: Bytes):\n    first(out)\n\n\ndef first(out: Halves):\n    out[0] = 1\n"
    with pytest.raises(Unspoken):
        native(text, None)
