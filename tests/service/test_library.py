"""What is published is in use, whatever the clocks of the servers say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from contractlang.cache import Cache
from engine.kept import Documents
from engine.service.library import Library
from engine.store import Books, ContractRow, open_store
from tests.service.test_publishing import FIRST, SECOND

TEXTS = {"loan.contract": FIRST}


@pytest.fixture
def books() -> Books:
    return open_store("memory:").add_tenant("main", 0)


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path, Cache(None))


def test_what_a_server_whose_clock_is_ahead_has_published_is_in_use(
    books: Books, documents: Documents
) -> None:
    """Two servers that start at once: one publishes, the other began a moment before that."""
    Library(books, documents).configure(TEXTS, 2_000_000)
    other = Library(books, documents)
    other.configure(TEXTS, 1_000_000)
    assert list(other.agreements()) == ["loan"]
    assert not other.is_behind()
    assert len(books.contracts()) == 1


def test_a_new_configuration_goes_before_the_old_one_though_a_clock_stepped_back(
    books: Books, documents: Documents
) -> None:
    Library(books, documents).configure(TEXTS, 2_000_000)
    again = Library(books, documents)
    again.configure({"loan.contract": SECOND}, 1_000_000)
    assert [each.version for each in again.contracts.values()] == ["2"]
    once_more = Library(books, documents)
    once_more.configure({"loan.contract": SECOND}, 1_500_000)
    assert len(books.contracts()) == 2


def test_what_comes_into_use_later_is_not_signed_while_it_is_taken_into_use(
    books: Books, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accounts are opened while a version is read on another thread."""
    library = Library(books, documents)
    library.configure(TEXTS, 1)
    texts = json.dumps({"loan@2/loan.contract": SECOND}).encode()
    books.propose(ContractRow("loan", "2", texts, "t", "m", date(2999, 1, 1), b"{}", "someone", 2))
    books.publish("loan", "2", 2)
    signed = list[str]()
    kept = library.__class__.__setattr__

    def looked(self: Library, name: str, value: object) -> None:
        kept(self, name, value)
        signed.append(self.signed("loan", 3))

    monkeypatch.setattr(Library, "__setattr__", looked)
    library.refresh()
    monkeypatch.undo()
    assert len(library.agreements()["loan"]) == 2
    assert set(signed) == {"loan@1"}
