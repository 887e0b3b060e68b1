"""Two sentences of a contract that mean different things never get the same words, and no change is too small to hear.

Over everything that is shipped, agreements and laws, and over generated contracts, in both languages: each part of each
sentence is changed for others that could stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from contractlang import expression, norms
from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.load import Loaded, load, load_text
from contractlang.norms import Remark
from contractlang.words import (
    Sentence,
    say_name,
    say_sentence,
    say_standing,
)
from engine.testing.mutants import mutants
from tests.contractlang.altering import MEANT, NOT_MEANT, Altering, meant, sentences
from tests.wild import wild

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SEEDS = range(12)
MORE = "9. More.\n| serve prevails over civil_code\n"


def heard(said: Sentence, contract: Contract, language: Language) -> str:
    """Return a sentence in words as a page tells it: what it says, and with what force."""
    force = "" if isinstance(said, Remark) else say_standing(said.standing, language)
    return f"{say_sentence(said, contract, language)} [{force}]"


def unheard(contract: Contract, language: Language) -> list[str]:
    """Return where two sentences that mean different things get the same words; each sentence and all changes of it."""
    known: dict[str, tuple[Sentence, str]] = {}
    wrong = []
    altering = Altering(contract)
    for said in sentences(contract):
        for path, each in [("as written", said), *altering.others(said)]:
            words = heard(each, contract, language)
            other, where = known.setdefault(words, (each, f"{said.clause} {path}"))
            if other is not each and meant(other) != meant(each):
                wrong.append(f"{said.clause} {path} and {where}: {words}")
    return wrong


@pytest.fixture(scope="module")
def shipped() -> Loaded:
    return load([CONTRACTS], [CONTRACTS / "vocabulary"])


@pytest.fixture(scope="module")
def everything(shipped: Loaded) -> list[Contract]:
    """Everything shipped, the examples of the page on the language, and what was generated."""
    examples = re.findall(
        r"^```contract\n(.*?)^```$", (ROOT / "docs" / "language.md").read_text("utf-8"), re.M | re.S
    )
    hosting = load_text(
        "\n".join([*examples, MORE]), "hosting.contract", [CONTRACTS / "vocabulary"]
    ).contracts["hosting"]
    made = [each.contract for each in map(wild, SEEDS) if each is not None]
    assert len(made) > len(SEEDS) // 3
    return [*shipped.contracts.values(), hosting, *made]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_of_a_sentence_changes_its_words(language: Language, everything: list[Contract]) -> None:
    wrong = [f"{each.name} {found}" for each in everything for found in unheard(each, language)]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slip_of_a_drafter_is_heard(language: Language, shipped: Loaded) -> None:
    made = [each for contract in shipped.contracts.values() for each in mutants(contract)]
    assert len(made) > 500
    wrong = [f"{each.document} {each.clause}: {each.change.en}" for each in made if each.before == each.after]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_names_of_a_document_are_spoken_alike(language: Language, everything: list[Contract]) -> None:
    for contract in everything:
        spoken: dict[str, str] = {}
        for name in contract.declarations:
            other = spoken.setdefault(say_name(name, contract, language), name)
            assert other == name, f"{contract.name}: {name} and {other}"


# How two expressions of a joint or a comparison are put together is changed with the whole expression.
WITH_THE_WHOLE = {"op", "parts"}


def _classes() -> Iterator[tuple[str, str]]:
    """Yield each field of each class of which sentences are made that says something."""
    made = norms.Norm.__args__ + expression.Expr.__args__ + expression.Target.__args__ + norms.Limit.__args__
    more = (norms.Act, norms.Window, norms.OnOccurrence, norms.OnBreach, norms.Standing, norms.AmountRule)
    last = (norms.LossRule, norms.Priority, norms.Bar, norms.Life, norms.Fill, norms.Remark)
    for each in (*made, *more, *last):
        for one in fields(each):
            if one.name not in NOT_MEANT or (each, one.name) in MEANT:
                yield each.__name__, one.name


def test_no_field_of_any_sentence_is_passed_over(everything: list[Contract]) -> None:
    changed = set()
    for contract in everything:
        altering = Altering(contract)
        for said in sentences(contract):
            for path, _ in altering.others(said):
                changed.add(tuple(re.sub(r"\[\d+\]", "", path).rpartition(":")[2].split(".")))
    missing = {each for each in _classes() if each not in changed and each[1] not in WITH_THE_WHOLE}
    assert not missing
