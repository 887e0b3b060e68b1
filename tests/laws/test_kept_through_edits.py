"""What was asked before an edit changes no answer after it: one norm of a generated contract, or law, is another.

The example of a finding may be the one that it had before; everything else is as if nothing were kept.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from contractlang.contract import Contract
from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.tally import Tally
from engine.governing import Programs
from tests.laws.test_law_against_all_histories import texts
from tests.laws.test_search_against_all_histories import Small, small

STEPS = 3
"""How many edits follow one another, all with the same folder."""
Found = Callable[[Kept | None], tuple[list[Finding], Tally]]


def as_if_nothing_were_kept(found: Found, folder: Path) -> None:
    """Compare what is found with what was kept, and without: apart from the examples."""
    (kept, asked), (fresh, asked_anew) = found(Kept(folder)), found(None)
    assert list(map(without_example, kept)) == list(map(without_example, fresh))
    assert asked == asked_anew
    assert [each.witness is None for each in kept] == [each.witness is None for each in fresh]


def without_example(finding: Finding) -> Finding:
    """Return a finding without its history, and what was searched for that."""
    return dataclasses.replace(finding, witness=None, bound=None)


def edited(made: Small, seed: int) -> Small:
    """Return a contract in which one norm says what one of the same label says in another contract."""
    draw, other = random.Random(seed), small(seed)
    name = draw.choice([each for each in made.norms if each in other.norms])
    return Small({**made.norms, name: other.norms[name]}, set(made.prevails))


def in_small(made: Small) -> Found:
    """Return what finds all there is in a contract."""
    loaded = load_text(made.text(), "small.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]

    def found(kept: Kept | None) -> tuple[list[Finding], Tally]:
        tally = Tally()
        return list(analyse(Programs(loaded.contracts), ("small",), tally=tally, kept=kept)), tally

    return found


@pytest.mark.parametrize("seed", range(12))
def test_after_an_edit_all_is_told_as_if_nothing_were_kept(seed: int, tmp_path: Path) -> None:
    made = small(seed)
    in_small(made)(Kept(tmp_path))
    for step in range(STEPS):
        made = edited(made, 1000 + STEPS * seed + step)
        as_if_nothing_were_kept(in_small(made), tmp_path)


WORDS = """| vocabulary words
| party host, guest
| event bell
| event gong
| question late: "Is it late?"
| state door: shut | open
| act enter by guest, needs basis, sets door to open
| act leave by guest
"""
CASES = ("bell is done", "gong is done", "not gong is done", "late", "not late")


def house_and_law(draw: random.Random) -> dict[str, list[str]]:
    """Return the norms of a house and of the law over it, one drawn for each place."""

    def case() -> str:
        return " and ".join(draw.sample(CASES, draw.choice((1, 1, 2))))

    return {
        "house": [
            f"| entry: guest may enter when {case()}",
            draw.choice((f"| again: guest may enter when {case()}", f"| again: guest may leave when {case()}")),
            f"| silence: guest must not leave when {case()}",
        ],
        "order": [
            f"| ban: guest must not enter when {case()}",
            draw.choice((f"| shut: guest must not enter while {case()}", f"| free: guest may leave when {case()}")),
            draw.choice((
                f"| voids any power to enter when {case()}",
                f"| pass: guest may enter when {case()}\n| limits any power to enter to pass when {case()}",
            )),
        ],
    }  # fmt: skip


def in_documents(norms: dict[str, list[str]], folder: Path) -> Found:
    """Return what finds all there is in a house beside the law."""
    heads = {"house": "| agreement house\n", "order": "| law order\n| layer civil\n| rank mandatory\n"}
    (folder / "words.contract").write_text(WORDS, "utf-8")
    for name, head in heads.items():
        said = "\n".join(f"{number}. Said.\n{norm}" for number, norm in enumerate(norms[name], 1))
        (folder / f"{name}.contract").write_text(f"{head}| uses words\n{said}\n", "utf-8")
    return in_files(tuple(heads), folder)


def in_files(names: tuple[str, ...], folder: Path) -> Found:
    """Return what finds all there is in a house beside the law, from files."""
    loaded = load([folder / f"{name}.contract" for name in names], [folder])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    contracts: dict[str, Contract] = {name: loaded.contracts[name] for name in loaded.asked}

    def found(kept: Kept | None) -> tuple[list[Finding], Tally]:
        tally = Tally()
        layers = ("contract", "civil")
        return list(analyse(Programs(contracts), ("house",), layers, tally=tally, kept=kept)), tally

    return found


def beside_the_law(seed: int, folder: Path) -> None:
    """Edit a house, or the law over it, norm by norm."""
    draw = random.Random(seed)
    norms = house_and_law(draw)
    in_documents(norms, folder)(Kept(folder / "kept"))
    for _ in range(STEPS):
        name, place = draw.choice(list(norms)), draw.randrange(3)
        norms[name][place] = house_and_law(draw)[name][place]
        as_if_nothing_were_kept(in_documents(norms, folder), folder / "kept")


@pytest.mark.parametrize("seed", range(8))
def test_an_edit_of_a_house_or_of_the_law_over_it_as_well(seed: int, tmp_path: Path) -> None:
    beside_the_law(seed, tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_an_edit_of_a_law_on_what_has_to_be_kept_and_in_which_time(seed: int, tmp_path: Path) -> None:
    def found(law: int) -> Found:
        for name, text in {**texts(seed), "order": texts(law)["order"]}.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        return in_files(("house", "order"), tmp_path)

    found(seed)(Kept(tmp_path / "kept"))
    for law in range(100 + STEPS * seed, 100 + STEPS * seed + STEPS):
        as_if_nothing_were_kept(found(law), tmp_path / "kept")


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(4))
def test_many_edits_of_a_house_or_of_the_law_over_it(hundred: int, tmp_path: Path) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        folder = tmp_path / str(seed)
        folder.mkdir()
        beside_the_law(seed, folder)
