"""Every store there is, for the tests that hold of each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from engine.store import Books, Store, open_store
from tests.postgres import Cluster, cluster

KINDS = ("memory", "sqlite", "postgresql")


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: what says nothing of disks need not wait for them."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("stores")
        return
    with tempfile.TemporaryDirectory(prefix="contract-stores-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, quick: Path) -> str:
    """The address of a store that nobody has used yet."""
    match request.param:
        case "memory":
            return "memory:"
        case "sqlite":
            return str(quick / f"{uuid4()}.db")
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


@pytest.fixture(scope="session")
def own_postgres(postgres: Cluster) -> Iterator[Cluster]:
    """A cluster that no other test minds being stopped; it is told to wait for the disk."""
    with cluster() as made:
        yield made
