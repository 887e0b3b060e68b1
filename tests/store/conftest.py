"""Every store there is, for the tests that hold of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store import Books, Store, open_store
from tests.postgres import Cluster

KINDS = ("memory", "sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that nobody has used yet."""
    match request.param:
        case "memory":
            return "memory:"
        case "sqlite":
            return str(tmp_path / "store.db")
        case _:
            postgres: Cluster = request.getfixturevalue("postgres")
            return postgres.database()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store of each kind."""
    made = open_store(address)
    yield made
    made.close()


@pytest.fixture
def books(store: Store) -> Books:
    """A tenant's books, with the accounts `a` and `b`."""
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    books.open_account("b", b"{}", 5)
    return books
