"""Whether the tables are those of this program, and how they become so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from engine.errors import NoStore, Unready
from engine.store.tables import LATEST

_HOME = Path(__file__).parent / "migrations"
_UPGRADED_BY_ONE = 0x636F6E7472616374
"""The advisory lock under which PostgreSQL's tables are changed: `contract` in ASCII."""


def version(conn: Connection) -> str | None:
    """Return the version of the tables; None where there are none."""
    if not conn.dialect.has_table(conn, "alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check(conn: Connection, where: str) -> bool:
    """Tell whether the tables are up to date. Raises Unready where a newer program has made them."""
    found = version(conn)
    if found is not None and found > LATEST:
        raise Unready(f"{where} is kept by a newer program (tables {found}; this one knows {LATEST})")
    return found == LATEST


def upgrade(conn: Connection, where: str) -> None:
    """Bring the tables up to date, within the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": _UPGRADED_BY_ONE})
    if check(conn, where):
        return  # Another process was first.
    config = Config()
    config.set_main_option("script_location", str(_HOME).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


@contextmanager
def let_go(engine: Engine) -> Iterator[None]:
    """Leave no connection to a database that turns out to be no store."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def refused(where: str, found: str | None) -> Unready:
    """Return what is raised where tables are missing or older."""
    if found is None:
        return no_store(where, "nothing is kept there")
    told = f"has tables of an older program ({found}, now {LATEST})"
    return Unready(f"{where} {told}: run `contract store upgrade {where}`")


def no_store(where: str, reason: str) -> NoStore:
    """Return what is raised where there is no store."""
    return NoStore(f"{where}: {reason}; `contract serve --store {where}` would make a store there")
