"""What the tests of commands are given: a ledger in arrears, and a question about it."""

from tests.conftest import CONTRACTS

ARREARS = str(CONTRACTS / "voip-1" / "ledgers" / "arrears.jsonl")
QUESTION = "2026-09-11 provider may suspend_service"
