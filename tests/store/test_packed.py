"""What the log keeps of an answer is all of it, in less room, and readable for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.account import Account
from engine.cases import ledger_of, question_of
from engine.kept import answer_to_bytes
from engine.program import Program
from engine.settings import terms_from
from engine.store.packed import packed, unpacked

LIFE = """2026-03-02 10:00 sign provider
2026-03-02 10:05 sign user
2026-03-02 12:00 activate_service
2026-04-01 09:00 invoice_issued period=2026-03 amount=58.00 due=2026-04-10"""


@given(st.binary())
def test_any_answer_is_there_again(answer: bytes) -> None:
    assert unpacked(packed(answer)) == answer


def test_what_was_kept_before_answers_were_packed_is_read() -> None:
    assert unpacked(b'{"version":1,"answer":"yes"}') == b'{"version":1,"answer":"yes"}'


def test_what_was_packed_by_an_earlier_program_is_read() -> None:
    """This stands in somebody's log: what is known beforehand may never change."""
    kept = bytes.fromhex("00482c1e2dc68ec39189f3f2816ae1b9179231b164c3245851044b43154aa0740600c7911c41")
    assert (
        unpacked(kept)
        == b'{"version":1,"answer":"no","verdict":null,"reasons":[{"code":"breach","args":["x"]}]}'
    )


def test_an_answer_takes_half_the_room(voip_1: Program) -> None:
    account = Account(voip_1, terms_from(voip_1, {}), ledger_of(voip_1, LIFE.splitlines()))
    asked = (
        "provider may suspend_service",
        "user may place_call",
        "user in breach of 五.2",
        "amount 费用(e4)",
    )
    for line in asked:
        question, known_at = question_of(voip_1, f"2026-04-12 {line}")
        answer = answer_to_bytes(account.decide(question, known_at))
        assert 2 * len(packed(answer)) < len(answer), line
