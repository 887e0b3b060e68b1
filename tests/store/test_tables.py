"""The tables that the migrations make are the tables that the program uses, on every database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from engine.store import open_store, schema, tables
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
