"""What every store promises of ledgers, in plain examples."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, NotKept, Stale
from engine.store import Appended, Books, Entry, Wanted


def entry(id: str, body: bytes = b"{}", at: int = 10, personal: bytes | None = None) -> Entry:
    return Entry("billing", id, body, at, personal)


def test_an_event_sent_again_is_recorded_once(books: Books) -> None:
    first = books.append("a", [entry("e1"), entry("e2")])
    again = books.append("a", [entry("e2"), entry("e3"), entry("e3")])
    assert (first.revisions, first.fresh) == ((1, 2), (True, True))
    assert (again.revisions, again.fresh, again.revision) == ((2, 3, 3), (False, True, False), 3)
    assert [each.id for each in books.entries("a")] == ["e1", "e2", "e3"]


def test_other_content_under_the_same_key_is_refused_with_its_batch(books: Books) -> None:
    books.append("a", [entry("e1")])
    for account, batch in (("a", [entry("e2"), entry("e1", b"[]")]), ("b", [entry("e1")])):
        with pytest.raises(Conflict):
            books.append(account, batch)
    assert [each.id for each in books.entries("a")] == ["e1"]
    assert books.entries("b") == []


def test_a_batch_that_expects_another_revision_is_refused_unless_it_holds_nothing_new(books: Books) -> None:
    books.append("a", [entry("e1")], expected=0)
    with pytest.raises(Stale) as wrong:
        books.append("a", [entry("e2")], expected=0)
    assert wrong.value.revision == 1
    assert books.append("a", [entry("e1")], expected=0).revisions == (1,)


def test_what_was_known_stays_known_when_the_clock_steps_back(books: Books) -> None:
    books.append("a", [entry("e1", at=100), entry("e2", at=50), entry("e3", at=120)])
    assert [each.recorded_at for each in books.entries("a")] == [100, 100, 120]
    assert [each.id for each in books.entries("a", known_at=110)] == ["e1", "e2"]
    assert [each.id for each in books.entries("a", after=1, until=2)] == ["e2"]


def test_personal_data_is_erased_and_the_chain_holds(books: Books) -> None:
    books.append("a", [entry("e1", personal=b'{"name": "x"}'), entry("e2")])
    with pytest.raises(Conflict):
        books.append("a", [entry("e1", personal=b"{}")])
    assert books.erase_personal("a") == 1
    assert [each.personal for each in books.entries("a")] == [None, None]
    assert books.append("a", [entry("e1", personal=b"{}")]).fresh == (False,)


def test_an_account_that_is_not_there_is_named(books: Books) -> None:
    with pytest.raises(NotKept, match="no account is called `c`"):
        books.append("c", [entry("e1")])


def test_of_many_those_kept_before_are_found_and_a_refusal_keeps_none(books: Books) -> None:
    many = [entry(f"e{n}", at=n) for n in range(200)]
    first = books.append("a", [*many[:100], many[7]], expected=0)
    assert (first.revision, first.revisions[-1], first.fresh[-1]) == (100, 8, False)
    assert books.append("a", many[:100], expected=0).fresh == (False,) * 100
    for wrong in ([*many[100:], entry("e3", b"[]")], [*many[100:], entry("e100", b"[]")]):
        with pytest.raises(Conflict):
            books.append("a", wrong, expected=100)
    with pytest.raises(Conflict, match="for account `a`"):
        books.append("b", [*(entry(f"b{n}") for n in range(99)), entry("e3")])
    with pytest.raises(Stale):
        books.append("a", many[100:], expected=99)
    assert books.append("a", many, expected=100).fresh == (False,) * 100 + (True,) * 100
    assert [each.id for each in books.entries("a")] == [each.id for each in many]
    assert books.entries("b") == []


def test_of_what_many_send_at_once_only_what_is_refused_is_left_out(books: Books) -> None:
    books.append("a", [entry("e0")])
    wanted = [
        Wanted("a", [entry(f"a{n}") for n in range(60)], 1), Wanted("c", [entry("c")]), Wanted("b", [entry("e0")]),
        Wanted("b", [entry(f"b{n}") for n in range(60)], 0), Wanted("b", [entry("late")], 0),
    ]  # fmt: skip
    found = books.append_all_soon(wanted).result()
    assert [each.revision if isinstance(each, Appended) else type(each) for each in found] == [
        61, NotKept, Conflict, 60, Stale,
    ]  # fmt: skip
    assert (len(books.entries("a")), len(books.entries("b"))) == (61, 60)
