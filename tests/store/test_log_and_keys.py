"""The log of answers in either mode; keys that are proved without being kept."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy

from engine.cli import carried_out
from engine.errors import Unavailable
from engine.store import Books, DecisionRow, Store, open_store
from engine.store.apikeys import new_key, prefix_of, proves
from engine.store.decisionlog import DecisionLog


class Slow:
    """Books that keep answers when they are told to."""

    def __init__(self) -> None:
        self.begun: list[Future[None]] = []

    def log(self, rows: Sequence[DecisionRow]) -> Future[None]:
        self.begun.append(Future())
        return self.begun[-1]


def answer(id: str) -> DecisionRow:
    return DecisionRow(id, "a", 1, 9, "0.1", b"?", b"!")


def given(number: int, at: int) -> DecisionRow:
    return DecisionRow(f"d{number}", "a", 1, at, "0.1", b"?", b"!")


def test_what_is_old_in_the_log_is_deleted_and_no_number_is_given_twice(store: Store) -> None:
    books, others = store.add_tenant("acme", 0), store.add_tenant("other", 0)
    for each in (books, others):
        each.log([given(number, 10 * number) for number in range(1, 6)]).result()
    assert [books.forget_decisions(40, 2), books.forget_decisions(40, 2), books.forget_decisions(40, 2)] == [
        2,
        1,
        0,
    ]
    assert [(each.number, each.id) for each in books.decisions()] == [(4, "d4"), (5, "d5")]
    assert books.forget_decisions(1_000) == 1
    books.log([given(6, 60)]).result()
    assert [(each.number, each.id) for each in books.decisions(4)] == [(5, "d5"), (6, "d6")]
    assert len(others.decisions()) == 5


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_stays_is_guarded_as_before(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = (
        str(tmp_path / "store.db") if kind == "sqlite" else request.getfixturevalue("postgres").database()
    )
    store = open_store(address)
    books = store.add_tenant("acme", 0)
    books.log([given(number, number) for number in range(1, 4)]).result()
    store.close()
    assert carried_out(["store", "shorten", address, "--before", "2026-01-01"]) == 0
    driver = (
        address.replace("postgresql:", "postgresql+psycopg:")
        if kind == "postgresql"
        else f"sqlite:///{address}"
    )
    engine = sqlalchemy.create_engine(driver)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT id FROM decisions").all() == [("d3",)]
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="recorded for good"):
            conn.exec_driver_sql("DELETE FROM decisions")
    engine.dispose()


def test_a_day_is_wanted_before_which_the_log_is_shortened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "store.db")
    open_store(path).close()
    assert carried_out(["store", "shorten", path, "--before", "yesterday"]) == 2
    assert "--before: `yesterday` is not a day" in capsys.readouterr().err
    assert carried_out(["store", "shorten", path, "--before", "2026-01-01", "--tenant", "acme"]) == 2
    assert carried_out(["store", "shorten", path, "--before", "2026-01-01"]) == 0
    assert capsys.readouterr().out == f"{path}: 0 decisions gone\n"


def test_in_durable_mode_there_is_something_to_wait_for(books: Books) -> None:
    log = DecisionLog("durable", most_waiting=1)
    kept = log.keep(books, [answer("d1"), answer("d2")])
    assert kept is not None
    kept.result()
    assert [each.id for each in books.decisions()] == ["d1", "d2"]
    assert (log.kept, log.dropped, log.waiting) == (2, 0, 0)


def test_in_fast_mode_what_is_not_kept_is_counted() -> None:
    slow = Slow()
    log = DecisionLog("fast", most_waiting=3)
    for ids in (["d1"], ["d2", "d3"], ["d4"], ["d5", "d6"]):
        assert log.keep(cast(Books, slow), [answer(id) for id in ids]) is None
    assert (log.kept, log.dropped, log.waiting) == (0, 3, 3)
    slow.begun[0].set_result(None)
    slow.begun[1].set_exception(Unavailable("the disk is full"))
    assert (log.kept, log.dropped, log.waiting) == (1, 5, 0)


def test_a_key_is_shown_once_and_proved_by_what_is_kept() -> None:
    shown, kept = new_key("acme", "till", ["ask", "record"], 10, expires_at=20)
    assert prefix_of(shown) == kept.prefix
    assert proves(shown, kept, 19)
    assert not proves(shown, kept, 20)
    assert shown.rpartition("_")[2].encode() not in kept.hash
    other, _ = new_key("acme", "till", ["ask"], 10)
    assert not proves(other, kept, 15)
    assert not proves(shown[:-1], kept, 15)


@pytest.mark.parametrize("shown", ["", "contract_", "Bearer x", "contract_0123456789abcdef_" + "x" * 42])
def test_what_is_no_key_has_no_prefix(shown: str) -> None:
    assert prefix_of(shown) is None


def test_what_is_promised_of_stores_needs_no_database() -> None:
    """Only who opens a SQL store waits for SQLAlchemy to be read."""
    code = "import engine.cli, engine.store, engine.store.memory, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_key_is_made_only_in_a_store_and_for_a_tenant_that_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, mistyped = tmp_path / "store.db", tmp_path / "stroe.db"
    store = open_store(str(path))
    store.add_tenant("acme", 0)

    assert carried_out(["key", "new", str(mistyped), "--tenant", "acme"]) == 2
    said = capsys.readouterr().err
    assert f"there is no such file; `contract serve --store {mistyped}`" in said
    assert not mistyped.exists()

    assert carried_out(["key", "list", str(path)]) == 2
    assert "--tenant main: the store has no such tenant; there are: acme" in capsys.readouterr().err
    for wrong, near in (("acne", "; did you mean `acme`?"), ("main", "; there are: acme")):
        assert carried_out(["key", "new", str(path), "--tenant", wrong]) == 2
        said = capsys.readouterr().err
        assert f"--tenant {wrong}: the store has no such tenant{near}" in said
        assert "start `contract serve` once with it in the configuration" in said
    assert store.tenants() == ["acme"]

    assert carried_out(["key", "new", str(path), "--tenant", "acme", "--rights", "ask"]) == 0
    assert prefix_of(capsys.readouterr().out.strip()) == store.keys("acme")[0].prefix
    store.close()
