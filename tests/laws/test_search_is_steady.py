"""What the solver finds hangs on what the norms say: not on their order or names, and less of it on weaker norms."""

from __future__ import annotations

import random
import re

import pytest

from tests.laws.test_search_against_all_histories import HEAD, Small, condition, label, searched, small


def pairs(text: str) -> set[tuple[str, ...]]:
    """Return what clashes and what never applies, by labels."""
    findings, _ = searched(text)
    assert not [each.key for each in findings if each.kind == "unknown"], text
    return {(each.kind, *(label(clause.norm) for clause in each.clauses)) for each in findings}


def named(text: str) -> set[tuple[str, frozenset[str]]]:
    """Return the same, whichever is named first: of two norms that say the same that is the later."""
    return {(kind, frozenset(norms)) for kind, *norms in pairs(text)}


def turned(text: str, seed: int) -> str:
    """Return a contract whose clauses stand in another order, each with its number."""
    head, *clauses = re.split(r"^(?=1\.)", text, flags=re.MULTILINE)
    priorities = "".join(each for each in clauses[-1].splitlines(True)[2:])
    clauses[-1] = "".join(clauses[-1].splitlines(True)[:2])
    random.Random(seed).shuffle(clauses)
    clauses[-1] += priorities
    return head + "".join(clauses)


def steady(seed: int) -> None:
    text = small(seed).text()
    before = named(text)
    assert named(turned(text, seed)) == before, text
    names = {
        "sweeping": "tidying",
        "may0": "z_first",
        "may1": "a_second",
        "not0": "m_third",
        "not1": "b_fourth",
    }
    renamed = re.sub("|".join(names), lambda found: names[found.group()], text)
    assert renamed.startswith(HEAD)
    assert named(renamed) == {(kind, frozenset(map(names.__getitem__, norms))) for kind, norms in before}, (
        text
    )


def weakened(seed: int) -> None:
    """Let a norm hold on one more condition: it takes part in no conflict that it did not take part in."""
    made, draw = small(seed), random.Random(-seed - 1)
    name = draw.choice([each for each in made.norms if each != "sweeping"])
    norm, _, when = made.norms[name].partition(" when ")
    more = condition(draw)
    while name in more:  # No norm hangs on itself.
        more = condition(draw)
    weaker = Small(
        {**made.norms, name: f"{norm} when {f'({when}) and ' if when else ''}({more})"}, made.prevails
    )
    before = {each for each in pairs(made.text()) if each[0] == "conflict" and name in each}
    after = {each for each in pairs(weaker.text()) if each[0] == "conflict" and name in each}
    assert after <= before, (made.text(), weaker.text())


@pytest.mark.parametrize("seed", range(3))
def test_order_and_names_change_no_finding(seed: int) -> None:
    steady(seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_weaker_norm_takes_part_in_no_more_conflicts(seed: int) -> None:
    weakened(seed)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(10))
def test_the_same_at_length(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        steady(seed)
        weakened(seed)
