"""The tables that the migrations make are the tables that the program uses, on every database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from engine.errors import Unready
from engine.store import AccountRow, open_store, schema, tables, upgrade_store
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, quick: Path) -> str:
    if request.param == "sqlite":
        path = quick / "tables.db"
        open_store(str(path)).close()
        return f"sqlite:///{path}"
    postgres: Cluster = request.getfixturevalue("postgres")
    address = postgres.database()
    open_store(address).close()
    return address.replace("postgresql:", "postgresql+psycopg:")


def test_the_migrations_make_the_tables(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as conn:
        found: list[Any] = compare_metadata(MigrationContext.configure(conn), tables.metadata)
    engine.dispose()
    assert found == []


def test_the_latest_migration_is_the_one_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [tables.LATEST]


def test_what_is_kept_in_the_first_tables_is_there_after_an_upgrade(quick: Path) -> None:
    path, config = quick / "of_the_first_tables.db", Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        conn.exec_driver_sql("INSERT INTO tenants (key, name, made_at) VALUES (1, 'main', 5)")
        conn.exec_driver_sql(
            "INSERT INTO accounts (tenant, name, opening, opened_at, revision, head, recorded_at, wake_at)"
            " VALUES (1, 'a', x'7b7d', 5, 0, x'00', 5, 7)"
        )
    engine.dispose()
    with pytest.raises(Unready, match="tables of an older program"):
        open_store(str(path), create=False)
    upgrade_store(str(path))
    store = open_store(str(path), create=False)
    books = store.of("main")
    assert books.accounts() == [AccountRow("a", b"{}", 5, 0, b"\0", 5, 7)]
    assert books.wake("a", 0, 9, b"soon")
    assert books.account("a") == AccountRow("a", b"{}", 5, 0, b"\0", 5, 9, b"soon")
    store.close()
