"""When the disk or the database fails, the caller is told so, nothing is lost, and what comes back goes on."""

from __future__ import annotations

import os
import pwd
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from engine.errors import NoStore, NotKept, StoreError, Unavailable, Unfit, Unready
from engine.store import Books, Entry, Store, open_store
from tests.postgres import Cluster


def entry(id: str, size: int = 2) -> Entry:
    return Entry("billing", id, b"x" * size, 10)


def opened(address: str) -> tuple[Store, Books]:
    store = open_store(address)
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    books.append("a", [entry("before")])
    return store, books


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """As if the disk were full: no file of this process can grow beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    store, books = opened(str(tmp_path / "store.db"))
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    kept = ["before"]
    with no_file_beyond(size + 40_000):
        with pytest.raises(Unavailable, match=r"store\.db: the disk"):  # noqa: PT012
            for n in range(100):
                books.append("a", [entry(f"e{n}", 4_000), entry(f"f{n}", 4_000)])
                kept += [f"e{n}", f"f{n}"]
        with pytest.raises(Unavailable):  # noqa: PT012
            for _ in range(100):
                store.ready()
        assert [each.id for each in books.entries("a")] == kept
    store.ready()
    last = len(kept) // 2
    assert books.append("a", [entry(f"e{last}", 4_000)]).revision == len(kept) + 1
    assert [each.fault for each in store.audit()] == [None]
    store.close()


def as_somebody(act: Callable[[], str]) -> str:
    """Return what `act` returns for a user who may not write everywhere, which root may."""
    if os.geteuid() != 0:
        return act()
    got, put = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            nobody = pwd.getpwnam("nobody")
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            os.write(put, act().encode())
        finally:
            os._exit(0)
    os.close(put)
    os.waitpid(child, 0)
    with os.fdopen(got) as answer:
        return answer.read()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_disk_that_cannot_be_written_is_told(quick: Path) -> None:
    folder = quick / "read-only"
    folder.mkdir()
    path = folder / "store.db"
    opened(str(path))[0].close()

    def write() -> str:
        try:
            store = open_store(str(path))
        except Unavailable as wrong:
            return str(wrong)
        try:
            store.of("acme").append("a", [entry("e")])
        except Unavailable as wrong:
            return str(wrong)
        finally:
            store.close()
        return "written"

    path.chmod(0o444)
    folder.chmod(0o555)
    quick.chmod(0o755)
    try:
        assert "read-only" in as_somebody(write)
    finally:
        folder.chmod(0o755)
        path.chmod(0o644)
    store = open_store(str(path))
    assert [each.id for each in store.of("acme").entries("a")] == ["before"]
    store.close()


def test_a_new_file_that_another_process_prepares_is_waited_for(quick: Path) -> None:
    opened(str(quick / "first.db"))[0].close()
    with closing(sqlite3.connect(quick / "new.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.2, other.rollback)
        timer.start()
        store, books = opened(str(quick / "new.db"))
        timer.join()
    assert [each.id for each in books.entries("a")] == ["before"]
    store.close()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.db", None, "there is no such file"),
        ("text.db", b"this is no database at all, but a text of some length" * 20, "the file is no store"),
    ],
)
def test_what_is_no_store_is_not_opened(quick: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (quick / name).write_bytes(content)
    with pytest.raises(StoreError, match=told):
        open_store(str(quick / name), create=False)


def test_the_file_of_another_program_is_left_alone(quick: Path) -> None:
    path = quick / "theirs.db"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE theirs (one)")
    with pytest.raises(Unavailable, match="another program keeps its own there"):
        open_store(str(path))


@pytest.mark.parametrize("address", ["", "sqlite:", "mysql://root@localhost/store", "postgresql://["])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Unavailable):
        open_store(address)


def test_tables_that_are_missing_or_newer_are_told(quick: Path) -> None:
    path = quick / "other.db"
    path.touch()
    with pytest.raises(NoStore, match="nothing is kept there"):
        open_store(str(path), create=False)
    opened(str(path))[0].close()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unready, match="kept by a newer program"):
        open_store(str(path))


def test_a_database_that_is_gone_is_told_and_comes_back(own_postgres: Cluster) -> None:
    store, books = opened(own_postgres.database())
    own_postgres.stop()
    try:
        for act in (store.ready, lambda: books.account("a"), lambda: books.append("a", [entry("e")])):
            with pytest.raises(Unavailable, match="postgresql://contract@/store"):
                act()
    finally:
        own_postgres.start()
    store.ready()
    assert books.append("a", [entry("e")]).revision == 2
    assert [each.id for each in books.entries("a")] == ["before", "e"]
    store.close()


def test_a_database_whose_machine_is_gone_is_noticed(postgres: Cluster) -> None:
    """It closes no connection, and by default a quarter of an hour goes by before anybody learns of it."""
    store = open_store(postgres.database())
    for engine in store._database._engines:  # type: ignore[attr-defined]
        with engine.connect() as conn:
            told = conn.connection.driver_connection.info.get_parameters()
            silent = int(told["keepalives_idle"]) + int(told["keepalives_interval"]) * int(
                told["keepalives_count"]
            )
            assert (told["connect_timeout"], told["tcp_user_timeout"], silent) == ("5", "20000", 20)
    store.close()


def test_a_number_that_is_too_large_is_told(books: Books) -> None:
    huge = 1 << 70
    assert books.entries("a", after=3) == []
    if type(books).__name__ != "MemoryBooks":
        for act in (
            lambda: books.entries("a", after=huge),
            lambda: books.append("a", [Entry("billing", "e", b"{}", huge)]),
        ):
            with pytest.raises(Unfit):
                act()
    assert books.account("a").revision == 0


def test_a_name_that_cannot_be_kept_is_refused_everywhere(store: Store) -> None:
    for name in ("", "a\0b", "\ud800", "x" * 801, "a\nb"):
        with pytest.raises(Unfit):
            store.add_tenant(name, 0)
        with pytest.raises(NotKept):
            store.of(name)
        assert store.key(name) is None


def test_who_comes_after_the_end_is_refused(quick: Path) -> None:
    store, books = opened(str(quick / "closed.db"))
    store.close()
    with pytest.raises(Unavailable, match="closed"):
        books.append("a", [entry("e")])
    assert not any(each.name == "store writer" and not each.daemon for each in threading.enumerate())
