"""What every command refuses, with what to type; no contract is written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import carried_out
from engine.commands import check
from engine.commands.common import BROKEN, INTERRUPTED, REFUSED
from tests.commands.given import ARREARS


def test_a_contract_is_no_scenario_and_a_ledger_no_contract(contract, tmp_path: Path) -> None:
    status, _, err = contract("test", "contracts/sale/sale.contract")
    assert (status, "name the folder" in err) == (REFUSED, True)
    word = tmp_path / "lease.docx"
    word.write_bytes(b"")
    for command in ("check", "fmt", "analyse", "graph"):
        status, out, err = contract(command, ARREARS)
        assert (status, out, "a ledger, not a contract" in err) == (REFUSED, "", True)
        assert "contract import lease.docx" in contract(command, str(word))[2]


def test_what_is_typed_wrong_is_told_with_what_to_type(contract) -> None:
    assert contract("chekc")[2] == "no such command 'chekc'; did you mean 'check'?\ntry `contract --help`\n"
    assert (
        contract("docs", "changes", "sale")[2]
        == "missing argument 'NEW'\ntry `contract docs changes --help`\n"
    )


def test_a_contract_is_not_written_over(contract, tmp_path: Path) -> None:
    mine = tmp_path / "mine.contract"
    mine.write_text("| agreement mine\n", "utf-8")
    for command in (("word", "sale"), ("changes", "lease/lease", "lease/lease-2")):
        named = [each if "/" not in each else f"contracts/{each}.contract" for each in command[1:]]
        status, _, err = contract("docs", command[0], *named, "-o", str(mine))
        assert (status, "is a contract" in err) == (REFUSED, True)
    assert mine.read_text("utf-8") == "| agreement mine\n"


def test_no_stack_trace_whatever_goes_wrong(contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.delenv("CONTRACT_DEBUG", raising=False)
    monkeypatch.setattr(check, "contracts_in", broken)
    status, out, err = contract("check", "voip-1")
    assert (status, out) == (BROKEN, "")
    assert err == "internal error: by zero (ZeroDivisionError); CONTRACT_DEBUG=1 shows where\n"
    monkeypatch.setenv("CONTRACT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        carried_out(["check", "voip-1"])


def test_an_interruption_is_quiet(contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "contracts_in", interrupted)
    assert contract("check", "voip-1") == (INTERRUPTED, "", "")


def test_names_cannot_steer_the_terminal(contract, tmp_path: Path) -> None:
    path = tmp_path / "steering.jsonl"
    event = {"id": "e1\x1b[31m", "name": "sign", "by": "seller", "at": "2026-03-01T09:00"}
    path.write_text(json.dumps(event) + "\n", "utf-8")
    _, out, err = contract("run", "sale", str(path), "--as-of", "2026-04-01")
    assert "\x1b" not in out + err
