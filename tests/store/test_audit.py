"""`contract audit` names the first entry that is not as it was recorded, whatever was changed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.cli import carried_out
from engine.store import Entry, open_store
from engine.store.tables import LATEST

# What somebody does who can write the file, and what the audit says of it.
TAMPERED = {
    "UPDATE entries SET body = 'other' WHERE revision = 3": (
        3,
        "entry 3 (`billing`, `e3`) is not as recorded",
    ),
    "UPDATE entries SET recorded_at = 'soon' WHERE revision = 3": (
        3,
        "entry 3 (`billing`, `e3`) is not as recorded",
    ),
    "UPDATE entries SET id = 'e9' WHERE revision = 2": (2, "entry 2 (`billing`, `e9`) is not as recorded"),
    "UPDATE entries SET recorded_at = 1 WHERE revision = 2": (
        2,
        "entry 2 (`billing`, `e2`) is not as recorded",
    ),
    "DELETE FROM entries WHERE revision = 2": (2, "entry 2 is missing; the next that is there is 3"),
    "DELETE FROM entries WHERE revision = 4": (4, "the account is at revision 4, its last entry is 3"),
    "UPDATE entries SET revision = 9 - revision WHERE revision IN (2, 3)": (2, "entry 2 is missing"),
    "UPDATE accounts SET opening = '{\"a\": 1}'": (
        1,
        "the opening or entry 1 (`billing`, `e1`) is not as recorded",
    ),
    "UPDATE accounts SET head = x'00'": (4, "the head is not the hash of the last entry"),
    "UPDATE accounts SET revision = 3, head = (SELECT hash FROM entries WHERE revision = 3)": (
        4,
        "the account is at revision 3, and has later entries",
    ),
}
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def path(quick: Path, request: pytest.FixtureRequest) -> Path:
    """A store with one account of four entries."""
    path = quick / f"{abs(hash(request.node.name))}.db"
    store = open_store(str(path))
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    books.append("a", [Entry("billing", f"e{n}", b"{}", 10, b'{"name": "x"}') for n in range(1, 5)])
    store.close()
    return path


def change(path: Path, statement: str) -> None:
    """Change the file past the store and past its triggers."""
    with closing(sqlite3.connect(path)) as conn, conn:
        for (name,) in conn.execute(TRIGGERS).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(statement)


def audited(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = carried_out(["audit", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_was_changed_is_named(path: Path, statement: str, capsys: pytest.CaptureFixture[str]) -> None:
    change(path, statement)
    status, found = audited(capsys, str(path))
    revision, reason = TAMPERED[statement]
    (account,) = found["accounts"]
    assert (status, found["faults"], account["fault"]["revision"]) == (1, 1, revision)
    assert reason in account["fault"]["reason"]


def test_what_holds_is_said_to_hold(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(str(path))
    store.of("acme").erase_personal("a")
    store.close()
    assert carried_out(["audit", str(path)]) == 0
    assert capsys.readouterr().out == "acme: 1 account, 4 entries: every chain holds\n"


@pytest.mark.parametrize(
    "statement", ["UPDATE entries SET body = body", "DELETE FROM entries", "DELETE FROM accounts"]
)
def test_the_database_itself_refuses_a_change(path: Path, statement: str) -> None:
    with (
        closing(sqlite3.connect(path)) as conn,
        pytest.raises(sqlite3.IntegrityError, match="recorded for good"),
    ):
        conn.execute(statement)


def test_a_new_chain_in_place_of_the_old_one_is_found_by_its_heads(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who can write everything can write a chain that holds; an earlier audit's heads tell."""
    heads = tmp_path / "heads.json"
    heads.write_text(json.dumps(audited(capsys, str(path))[1]))
    assert carried_out(["audit", str(path), "--since", str(heads)]) == 0
    assert "every chain holds and runs through its earlier head" in capsys.readouterr().out
    path.unlink()
    told = "the account is gone; it was at revision 4"
    for entries, reason in ((None, told), (5, "the chain is another one"), (3, "was at revision 4")):
        store = open_store(str(path))
        books = store.add_tenant("acme", 0)
        if entries is not None:
            books.open_account("a", b"{}", 5)
            books.append("a", [Entry("billing", f"x{n}", b"{}", 10) for n in range(entries)])
        store.close()
        status, found = audited(capsys, str(path), "--since", str(heads))
        assert status == 1
        assert reason in found["accounts"][0]["fault"]["reason"]
        path.unlink()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.db"], "none.db: there is no such file"),
        (["--tenant", "nobody"], "no tenant is called `nobody`"),
        (["--since", "contracts"], "contracts"),
        (["--since", "README.md"], "README.md: not what `contract audit --json` prints"),
    ],
)
def test_what_cannot_be_audited_is_refused(
    path: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments if arguments[0] == "none.db" else [str(path), *arguments]
    assert carried_out(["audit", *given]) == 2
    assert told in capsys.readouterr().err


def test_a_backup_is_a_store_that_holds(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(str(path))
    store.of("acme").append("a", [Entry("billing", "e5", b"{}", 10)])
    copy = tmp_path / "copy.db"
    assert carried_out(["store", "backup", str(path), str(copy)]) == 0
    store.of("acme").append("a", [Entry("billing", "e6", b"{}", 10)])
    store.close()
    assert copy.stat().st_mode & 0o077 == 0
    capsys.readouterr()
    assert audited(capsys, str(copy))[1]["accounts"][0]["revision"] == 5
    assert carried_out(["store", "backup", str(path), str(copy)]) == 2
    assert "something is there already" in capsys.readouterr().err


def test_a_postgresql_database_is_copied_by_its_own_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert carried_out(["store", "backup", "postgresql://ann:secret@db/contract", "copy.db"]) == 2
    told = capsys.readouterr().err
    assert "postgresql://ann@db/contract" in told
    assert "pg_dump" in told


def test_a_store_is_made_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "store.db")
    assert carried_out(["store", "new", path]) == 0
    assert carried_out(["store", "new", path]) == 2
    assert "a store is there already" in capsys.readouterr().err
    assert carried_out(["store", "upgrade", path]) == 0
    assert carried_out(["store", "upgrade", path, "--json"]) == 0
    assert f"tables {LATEST}" in capsys.readouterr().out
    assert carried_out(["audit", path]) == 0
    assert capsys.readouterr().out == "nothing is kept there\n"


def test_an_upgrade_makes_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mistyped = tmp_path / "stroe.db"
    assert carried_out(["store", "upgrade", str(mistyped)]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert not mistyped.exists()
    mistyped.touch()
    assert carried_out(["store", "upgrade", str(mistyped)]) == 2
    assert "nothing is kept there" in capsys.readouterr().err
