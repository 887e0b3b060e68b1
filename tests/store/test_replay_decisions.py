"""What the log says is what the engine says, whatever was recorded and published since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractlang.values import Period, Share
from engine.cli import carried_out
from engine.dates import parse_instant
from engine.edition import edition
from engine.errors import BadTerms, Damaged
from engine.kept import (
    Documents,
    account_of,
    answer_to_bytes,
    derive,
    published,
    question_from_bytes,
    question_to_bytes,
)
from engine.question import AmountOfSum, InBreachOf, LastDay, May, Question, StateOf
from engine.store import Books, ContractRow, DecisionRow, Entry, Store, open_store

CONTRACTS = Path(__file__).parents[2] / "contracts"
GYM = """| agreement gym
| party club, member
| act visit (
"""


def at(text: str) -> int:
    return parse_instant(text)


@pytest.fixture
def path(quick: Path, tmp_path: Path) -> str:
    return str(quick / f"{tmp_path.name}.db")


@pytest.fixture
def store(path: str) -> Iterator[Store]:
    made = open_store(path)
    yield made
    made.close()


@pytest.fixture
def books(store: Store) -> Books:
    """A tenant with agreement 1 published and one account of it."""
    books = store.add_tenant("acme", 0)
    files = [*(CONTRACTS / "vocabulary").glob("*.contract"), *(CONTRACTS / "voip-1").glob("*.contract")]
    publish(
        books, "voip-1", "1", {str(each.relative_to(CONTRACTS)): each.read_text("utf-8") for each in files}
    )
    ledger = sorted((CONTRACTS / "voip-1" / "ledgers").glob("*.jsonl"))[0]
    head, *lines = (json.loads(line) for line in ledger.read_text("utf-8").splitlines() if line.strip())
    opening = {**head, "agreements": ["voip-1"]}
    opening.pop("agreement", None)
    books.open_account("a", json.dumps(opening, ensure_ascii=False).encode(), 0)
    for line in lines:
        recorded = (
            at(line.pop("recorded_at", line["at"])) if "T" in str(line["at"]) else at(f"{line['at']}T00:00")
        )
        source = line.pop("source", "")
        body = json.dumps(line, ensure_ascii=False).encode()
        books.append("a", [Entry(source, line["id"], body, recorded)])
    return books


def publish(
    books: Books, name: str, version: str, texts: dict[str, str], on: str = "2026-01-01T00:00"
) -> None:
    written = json.dumps(texts, ensure_ascii=False).encode()
    books.propose(ContractRow(name, version, written, "", "", date(2026, 1, 1), b"{}", "ann", at(on)))
    books.publish(name, version, at(on))


QUESTIONS: tuple[Question, ...] = (
    May("provider", "suspend_service", at("2026-10-11T09:00")),
    InBreachOf("user", "五.2", at("2026-10-11T09:00")),
    StateOf("agreement", at("2026-10-11T09:00")),
    LastDay(None, at("2026-10-11T09:00")),
)


def ask(books: Books, folder: Path, revisions: range) -> None:
    """Ask every question at every revision, and log the answers."""
    documents = Documents(folder)
    opening, asked_at = books.account("a").opening, at("2026-10-12T00:00")
    programs = documents.of(published(books.contracts(), asked_at))
    for revision in revisions:
        account = account_of(opening, books.entries("a", until=revision), programs)
        for place, question in enumerate(QUESTIONS):
            decision = account.decide(question)
            row = DecisionRow(
                f"{revision}-{place}", "a", revision, asked_at, decision.receipt.engine, question_to_bytes(question),
                answer_to_bytes(decision),
            )  # fmt: skip
            books.log([row]).result()


def replayed(path: str, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    status = carried_out(["replay-decisions", path, *more, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_an_answer_given_after_a_clock_stepped_back_is_derived_from_what_was_in_use(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = books.account("a").revision
    ask(books, tmp_path, range(last, last + 1))
    row = books.decisions()[0]
    books.log([row._replace(id="earlier", asked_at=at("2025-12-31T00:00"))]).result()
    status, told = replayed(path, capsys)
    assert (status, told["same"]) == (0, len(QUESTIONS) + 1)


def test_what_cannot_be_read_is_told_and_the_rest_derived(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = books.account("a").revision
    ask(books, tmp_path, range(last, last + 1))
    row = books.decisions()[0]
    books.log(
        [row._replace(id="question", question=b"\xff"), row._replace(id="answer", answer=b"{")]
    ).result()
    status, told = replayed(path, capsys)
    assert (status, told["same"]) == (1, len(QUESTIONS))
    assert {each["id"]: each["error"] for each in told["differing"]} == {
        "question": "the question is not as it was logged", "answer": "the answer is not as it was logged"
    }  # fmt: skip


def test_every_decision_is_derived_again_byte_for_byte(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = books.account("a").revision
    ask(books, tmp_path, range(max(last - 3, 0), last + 1))
    # What comes later changes nothing of what was answered before.
    books.append("a", [Entry("", "late", b'{"id": "late", "name": "waive", "by": "provider", "at": "2026-09-01T00:00", '
                             b'"norm": "x"}', at("2026-10-12T09:00"))])  # fmt: skip
    publish(books, "nonsense", "1", {"nonsense.contract": GYM}, "2026-11-01T00:00")
    status, found = replayed(path, capsys)
    count = 4 * len(range(max(last - 3, 0), last + 1))
    assert (status, found["decisions"], found["same"], found["differing"]) == (0, count, count, [])
    assert carried_out(["replay-decisions", path, "--decision", f"{last}-0"]) == 0
    assert capsys.readouterr().out == "1 decision: 1 the same byte for byte\n"


def test_a_server_that_learnt_late_of_a_publication_is_no_matter(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It answered by the documents that it knew; the receipt names them."""
    last = books.account("a").revision
    ask(books, tmp_path, range(last, last + 1))
    text = (CONTRACTS / "voip-1" / "voip-1.contract").read_text("utf-8")
    changed = text.replace("甲方(网络服务提供者)", "甲方(网络服务的提供者)", 1)
    assert changed != text
    publish(books, "voip-1", "draft", {"voip-1/voip-1.contract": changed}, "2026-10-11T00:00")
    status, found = replayed(path, capsys)
    assert (status, found["same"]) == (0, 4)


def test_each_difference_is_listed_but_for_the_engine(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = books.account("a").revision
    ask(books, tmp_path, range(last, last + 1))
    row = books.decision(f"{last}-0")
    answer = json.loads(row.answer)
    answer["receipt"]["engine"] = "0"
    older = json.dumps(answer, ensure_ascii=False).encode()
    answer["verdict"] = "nonsense"
    answer["reasons"] = answer["reasons"][:-1]
    wrong = json.dumps(answer, ensure_ascii=False).encode()
    ahead = last + 9
    books.log([
        DecisionRow("older", "a", last, row.asked_at, "0", row.question, older),
        DecisionRow("wrong", "a", last, row.asked_at, "0", row.question, wrong),
        DecisionRow("spaced", "a", last, row.asked_at, edition(), row.question, row.answer + b" "),
        DecisionRow("ahead", "a", ahead, row.asked_at, edition(), row.question, row.answer),
        DecisionRow("gone", "b", 1, row.asked_at, edition(), row.question, row.answer),
    ]).result()  # fmt: skip
    status, found = replayed(path, capsys)
    assert (status, found["same"], found["equal"]) == (1, 4, 1)
    told = {each["id"]: each for each in found["differing"]}
    assert [each["where"] for each in told["wrong"]["differences"]] == ["verdict", "reasons"]
    assert told["spaced"]["differences"][0]["logged"] == "the same values in other bytes"
    assert "is at revision" in told["ahead"]["error"]
    assert told["gone"]["error"] == "no account is called `b`"
    assert carried_out(["replay-decisions", path]) == 1
    shown = capsys.readouterr().out
    assert 'verdict: "nonsense" in the log, ' in shown
    assert shown.endswith(f"4 differ (1 of them given by another engine; this is {edition()})\n")


def test_an_answer_that_cannot_be_read_any_more_is_listed_as_well(
    books: Books, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = books.account("a").revision
    ask(books, tmp_path, range(last, last + 1))
    with sqlite3.connect(path) as conn:
        conn.execute("drop trigger decisions_unchanged")
        conn.execute("update decisions set answer = x'000102' where id = ?", (f"{last}-1",))
    status, found = replayed(path, capsys)
    assert (status, found["same"]) == (1, 3)
    assert [each["error"] for each in found["differing"]] == ["the answer is not as it was logged"]
    assert carried_out(["replay-decisions", path]) == 1
    assert capsys.readouterr().out.endswith("4 decisions: 3 the same byte for byte, 1 differs\n")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.text(max_size=5), st.dates(),
    st.builds(Period, st.integers(0, 99), st.just("days")), st.builds(Share, st.integers(0, 9), st.integers(1, 9)),
)  # fmt: skip
TEXTS = st.none() | st.text()
FIELDS = st.dictionaries(st.sampled_from(("day", "period", "share", "fields", "amount")), VALUES, max_size=3)


@given(
    question=st.one_of(
        st.builds(May, st.text(), st.text(), st.integers(0, 10**17), FIELDS),
        st.builds(
            LastDay,
            st.none() | st.text(),
            st.integers(),
            st.none(),
            st.none(),
            st.none() | FIELDS,
            st.booleans(),
        ),
        st.builds(AmountOfSum, st.text(), st.integers(), TEXTS, TEXTS),
    ),
    known_at=st.none() | st.integers(),
)
def test_a_question_is_read_as_it_was_written(question: Question, known_at: int | None) -> None:
    assert question_from_bytes(question_to_bytes(question, known_at)) == (question, known_at)


def test_what_was_published_cannot_leave_its_folder(tmp_path: Path) -> None:
    for name in ("../out.contract", "/out.contract", ""):
        with pytest.raises(Damaged, match="no name of a file"):
            Documents(tmp_path / "home").of({name: "text"})
    assert list(tmp_path.iterdir()) == []


def test_documents_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        Documents(tmp_path).of({"gym.contract": GYM})


def test_an_account_of_an_agreement_that_is_not_published_is_told(books: Books, tmp_path: Path) -> None:
    books.open_account("b", b'{"agreements": ["nothing"]}', 0)
    row = DecisionRow("d", "b", 0, at("2026-10-12T00:00"), "1", question_to_bytes(QUESTIONS[0]), b"{}")
    with pytest.raises(BadTerms, match="no agreement is called `nothing`"):
        derive(books, Documents(tmp_path), row)


def test_a_value_that_no_question_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="a question holds no Fraction"):
        question_to_bytes(May("a", "b", 1, {"x": Fraction(1, 2)}))
