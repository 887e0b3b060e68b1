"""Findings kept beside an agreement: they are of the documents as they are, and every one can be shown again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.analysis import analyse
from engine.documents import findings, saved
from engine.documents.saved import BadFindings, Saved, answered_now
from engine.documents.shelf import Shelf
from engine.governing import CONTRACT

CONTRACTS = Path(__file__).parents[2] / "contracts"
ALONE = ("sale", "voip-1", "voip-2")
NAMES = (*ALONE, "voip-1+voip-2")
MEND = "`make findings` looks anew"


def kept(name: str) -> Saved:
    """Return what is kept of an agreement, or of several joined by `+`."""
    first, *others = name.split("+")
    return saved.read(CONTRACTS / first / f"{'-'.join(('findings', *others))}.json")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_of_the_documents_as_they_are(shelf: Shelf, name: str) -> None:
    held = kept(name)
    law = {each.layer for each in shelf.contracts.values() if each.kind == "law"}
    assert set(held.layers) == {CONTRACT, *law}, MEND
    assert not held.changed(shelf.contracts), MEND
    assert not [each.key for each in held.findings if held.reworded(each, shelf.contracts)], MEND


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_answers_each_history_as_it_did(shelf: Shelf, name: str) -> None:
    shown = [each for each in kept(name).findings if each.witness is not None]
    assert shown
    for each in shown:
        assert each.witness is not None
        assert answered_now(each.witness, shelf.programs, tuple(name.split("+"))) == dict(
            each.witness.verdicts
        ), each.key


@pytest.mark.parametrize(
    "name",
    [
        "sale",
        "voip-2",
        pytest.param("voip-1", marks=pytest.mark.soak),
        pytest.param("voip-1+voip-2", marks=pytest.mark.soak),
    ],
)
def test_the_same_is_found_again(shelf: Shelf, name: str) -> None:
    held = kept(name)
    again = {each.key: each for each in analyse(shelf.programs, tuple(name.split("+")), held.layers)}
    assert {each.key: each.sentence for each in held.findings} == {
        key: each.sentence for key, each in again.items()
    }, MEND


def test_each_finding_is_on_a_page_with_its_clauses_and_its_history(made: dict[str, str]) -> None:
    for name in ALONE:
        pages = made[f"en/findings-{name}.md"] + made[f"en/findings-{name}-law.md"]
        assert "was found with" not in pages
        assert 'class="warning"' not in pages
        for each in kept(name).findings:
            assert f"<code>{each.key}</code>" in pages
    page = made["zh/findings-voip-1-law.md"]
    about = re.split(r'<div class="finding"', page)
    own = next(each for each in about if "against:voip-1/五.3:暂停权+telecom_regulations@2016/34(2)" in each)
    assert 'href="voip-1.html#五.3"' in own
    assert 'href="telecom_regulations-2016.html#34(2)"' in own
    assert "<svg" in own
    assert re.search(r"仅依协议.*<b>可以</b>.*结合法律.*<b>不得</b>", own, re.S)


def alone(tmp_path: Path, text: str, law: str, change: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the pages of a small agreement with findings kept beside it, some of their values changed since."""
    contract = tmp_path / "club" / "club.contract"
    contract.parent.mkdir(exist_ok=True)
    contract.write_text(text, "utf-8")
    (tmp_path / "act.contract").write_text(law, "utf-8")
    shelf = Shelf.of([tmp_path])
    file = contract.with_name(saved.FILE)
    if not file.is_file():
        from engine.cli import carried_out

        assert carried_out(["analyse", str(tmp_path), "--layers", "house", "--json"]) == 1
    else:
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **(change or {})}), "utf-8")
    (agreement,) = shelf.agreements
    return {files["en"].path: files["en"].text for _, files in findings.pages(shelf, (agreement,), ("en",))}


CLUB = """\
| agreement club
| uses club_words

1.1 The club may shut a late member out.
| club may shut_out
"""
WORDS = """\
| vocabulary club_words
| party club, member
| act shut_out by club, needs basis
"""
LAW = """\
| law house_act
| layer house
| uses club_words

3.1 Nobody is shut out before March 2027.
| club must not shut_out before 2027-03-01
"""


def test_what_has_changed_since_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.contract").write_text(WORDS, "utf-8")
    assert list(alone(tmp_path, CLUB, LAW)) == ["findings-club.md"]
    (tmp_path / "club" / saved.FILE).write_text(capsys.readouterr().out, "utf-8")
    fresh = alone(tmp_path, CLUB, LAW)["findings-club-law.md"]
    assert "against:club/1.1+house_act/3.1" in fresh
    assert 'class="warning"' not in fresh
    # The law moves its day: the history was refused then, and is permitted now.
    moved = alone(tmp_path, CLUB, LAW.replace("2027-03-01", "2026-01-01"))["findings-club-law.md"]
    assert "another meaning has been given to: house_act" in moved
    assert "its clauses were changed since it was found" in moved
    assert "it was found with: forbidden" in moved


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting"),
        ("[]", "not what"),
        ("{}", "`searched` is missing"),
        ('{"searched": 3}', "not what"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / saved.FILE
    file.write_text(text, "utf-8")
    with pytest.raises(BadFindings, match=why) as refused:
        saved.read(file)
    assert str(file) in str(refused.value)
    assert "contract analyse" in str(refused.value)
