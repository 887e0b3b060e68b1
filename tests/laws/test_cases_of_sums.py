"""Lines of a sum against every case there is: each overlap and each gap is found, and none is invented.

Generated sums of two to four lines, on the price of an order, on whether it is express, and on whether a bell has rung.
Their conditions are told in words and as Python says them; every case on a grid fine enough for them is looked at.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.governing import Programs

LIMITS = (10, 20, 30)
PRICES = sorted({limit + step for limit in LIMITS for step in (-1, 0, 1)})
CASES = tuple(product(PRICES, (False, True), (False, True)))
Case = tuple[int, bool, bool]


@dataclass(frozen=True)
class Condition:
    """A condition in words, and as it is."""

    words: str
    holds: Callable[[Case], bool]


def condition(draw: random.Random) -> Condition:
    """Return a condition of one or two parts."""
    one, other = part(draw), part(draw)
    match draw.choice(("one", "one", "and", "or")):
        case "and":
            return Condition(
                f"{one.words} and {other.words}", lambda case: one.holds(case) and other.holds(case)
            )
        case "or":
            return Condition(
                f"{one.words} or {other.words}", lambda case: one.holds(case) or other.holds(case)
            )
        case _:
            return one


def part(draw: random.Random) -> Condition:
    """Return a condition of one part, perhaps denied."""
    limit = draw.choice(LIMITS)
    said = draw.choice((
        Condition(f"it.price <= {limit}.00 CNY", lambda case: case[0] <= limit),
        Condition(f"it.price < {limit}.00 CNY", lambda case: case[0] < limit),
        Condition(f"it.price >= {limit}.00 CNY", lambda case: case[0] >= limit),
        Condition("it.express", lambda case: case[1]),
        Condition("bell is done", lambda case: case[2]),
    ))  # fmt: skip
    if draw.random() < 0.3:
        return Condition(f"not ({said.words})", lambda case: not said.holds(case))
    return said


def compared(seed: int) -> None:
    """Compare what is found of one sum with all cases."""
    draw = random.Random(seed)
    lines = [(draw.choice((1, 2, 3)), condition(draw)) for _ in range(draw.choice((2, 2, 3, 4)))]
    defaults = draw.random() < 0.2
    text = """| agreement shop
| party seller, buyer
| event bell
| event order (price: money, express: flag)
| act pay (amount: money, order: order) by buyer, accumulates amount for each order

"""
    for number, (worth, when) in enumerate(lines, 1):
        text += f"1.{number} A line.\n| amount charge: for each order as it, is {worth}.00 CNY where {when.words}\n"
    if defaults:
        text += "1.8 Otherwise.\n| amount charge: for each order as it, is 9.00 CNY\n"
    text += "1.9 It is paid.\n| for each order as it, buyer must pay charge(it) for it within 10 days\n"
    loaded = load_text(text, "shop.contract")
    assert not loaded.errors, text
    found = list(analyse(Programs(loaded.contracts), ("shop",), only=frozenset(("conflict", "gap"))))
    assert not [each.key for each in found if each.kind == "unknown"], text
    keys = {each.key for each in found if each.detail.get("what") in ("two sums", "case without sum")}

    def fits(number: int, case: Case) -> bool:
        return lines[number][1].holds(case)

    wanted = set()
    for later in range(len(lines)):
        for earlier in reversed(range(later)):
            differ = lines[earlier][0] != lines[later][0]
            if differ and any(
                fits(earlier, case)
                and fits(later, case)
                and not any(fits(each, case) for each in range(earlier))
                for case in CASES
            ):
                wanted.add(f"conflict/two sums:shop/1.{earlier + 1}+shop/1.{later + 1}")
                break
    if not defaults and any(not any(fits(each, case) for each in range(len(lines))) for case in CASES):
        wanted.add("gap/case without sum:" + "+".join(f"shop/1.{number + 1}" for number in range(len(lines))))
    assert keys == wanted, text


@pytest.mark.parametrize("seed", range(12))
def test_every_case_of_a_sum_is_found(seed: int) -> None:
    compared(seed)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(10))
def test_every_case_of_a_sum_is_found_at_length(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        compared(seed)
