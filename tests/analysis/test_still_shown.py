"""After an edit a history of the older text is put to the engine first: what that confirms, the solver is not asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.accounts import LAYERS, ROOT
from bench.analysis import SAYS, edit, programs_in
from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.solver import Query
from engine.analysis.tally import Tally
from engine.analysis.witness import History, done_later
from engine.governing import Programs
from tests.analysis.test_answers import without_examples

Told = Callable[..., list[Finding]]

WORDS = """| vocabulary words
| party shop, buyer
| event fault
| event sale
| state goods: returned | sold
| act hand_over by shop, sets goods to sold
| act complain by buyer, needs basis
| act give_back by buyer, needs basis, sets goods to returned
"""
TERMS = """| agreement terms
| uses words

1. There is no complaint of what was on sale.
| final: buyer must not complain when sale is done
2. The goods stay with the buyer.
| keeping: buyer must keep goods is sold from (hand_over is done)
"""
LAW = """| law returns
| layer civil
| rank mandatory
| uses words

8. There may be a complaint of faulty goods.
| complaint: for each fault, buyer may complain
9. Faulty goods are given back.
| faulty: for each fault, while goods is sold, buyer must give_back at once
| faulty prevails over any duty to keep goods
"""


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What the law takes from terms of sale, with what was kept of other texts of them."""

    def look(terms: str = TERMS, kept: Kept | None = None) -> list[Finding]:
        for name, text in {"words": WORDS, "terms": terms, "returns": LAW}.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        loaded = load([tmp_path / "terms.contract", tmp_path / "returns.contract"], [tmp_path])
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        programs = Programs(loaded.contracts)
        return list(analyse(programs, ("terms",), ("contract", "civil"), frozenset(["against"]), kept=kept))

    return look


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("when sale is done", "when sale is done or goods is returned"),
        ("from (hand_over is done)", "from (hand_over is done), unless sale is done"),
    ],
)
def test_what_the_engine_confirms_is_not_asked(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, says: str
) -> None:
    """The ban is denied by the law, and what the law gives breaks the duty by the agreement alone."""
    kept = Kept(tmp_path / "kept")
    before = told(kept=kept)
    assert {each.detail.get("what") for each in before} == {None, "breaks"}
    fresh = told(TERMS.replace(said, says))
    monkeypatch.setattr(Query, "__init__", lambda *_, **__: pytest.fail("the solver is asked"))
    after = told(TERMS.replace(said, says), kept)
    assert [each.key for each in after] == [each.key for each in fresh]
    assert [each.witness for each in after] == [each.witness for each in before]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("when sale is done", "when sale is done and not fault is done"),
        ("from (hand_over is done)", "from (hand_over is done), unless fault is done"),
    ],
)
def test_what_the_engine_does_not_confirm_is_asked(told: Told, tmp_path: Path, said: str, says: str) -> None:
    kept = Kept(tmp_path / "kept")
    before = told(kept=kept)
    edited = TERMS.replace(said, says)
    after = told(edited, kept)
    assert after == told(edited)
    assert len(after) < len(before)


CLOSING = """
| agreement club
| party host, guest
| event bell
| act close by host, needs basis
| act enter by guest

1.1 After the bell the host closes, in its time.
| closing: host may close when bell.at + {days} days <= now
"""


@pytest.mark.parametrize(("days", "closes", "asked"), [(10, [], []), (20, ["03-22"], ["03-23"])])
def test_an_act_that_may_be_done_only_later_is_put_later(
    days: int, closes: list[str], asked: list[str]
) -> None:
    """Its day need not be a working day; that of the question is one."""
    loaded = load_text(CLOSING.format(days=days), "club.contract")
    program = Programs(loaded.contracts).of(("club",), ("contract",))
    entries = (
        {"id": "e1", "name": "bell", "at": "2026-03-02T09:00"},
        {"id": "e2", "name": "close", "at": "2026-03-12T09:15", "by": "host"},
    )
    history = History(entries, {}, {}, {}, {"by": "guest", "act": "enter", "at": "2026-03-12T09:30"})
    later = list(done_later(history, program, ("contract",)))
    assert [each.entries[1]["at"] for each in later] == [f"2026-{day}T09:15" for day in closes]
    assert [each.asked["at"] for each in later] == [f"2026-{day}T09:30" for day in asked]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was answered of agreement 1 beside all law."""
    folder = tmp_path_factory.mktemp("known")
    list(analyse(programs_in(ROOT), ("voip-1",), LAYERS, kept=Kept(folder)))
    return folder


@pytest.mark.parametrize("clause", ["八.3", "五.3", "十.3", "34(2)"])
def test_after_an_edit_all_but_examples_is_told_as_if_nothing_were_kept(
    known: Path, tmp_path: Path, clause: str
) -> None:
    shutil.copytree(ROOT, tmp_path / "contracts")
    edit(tmp_path / "contracts", *SAYS[clause])
    programs = programs_in(tmp_path / "contracts")
    shutil.copytree(known, tmp_path / "kept")

    def told(kept: Kept | None) -> tuple[list[Finding], Tally]:
        tally = Tally()
        return list(analyse(programs, ("voip-1",), LAYERS, tally=tally, kept=kept)), tally

    kept, fresh = told(Kept(tmp_path / "kept")), told(None)
    assert without_examples(kept) == without_examples(fresh)
    assert measures(kept[0])
    assert measures(kept[0]) == measures(fresh[0])


def measures(findings: list[Finding]) -> list[Finding]:
    """Return what is told of the one history that is singled out: no other stands for it."""
    return [each for each in findings if each.detail.get("what") == "measure"]
