"""`contract check`: what is wrong, as lines and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from engine.commands.common import FINE, FOUND, REFUSED
from tests.conftest import CONTRACTS


def test_check_of_what_is_shipped_is_fine(contract) -> None:
    for name in ("voip-1", "voip-2", "sale", "contracts/voip-1", str(CONTRACTS)):
        status, out, _ = contract("check", name)
        assert status == FINE, out


def test_check_finds_errors_and_shows_them_all(contract, wrong_contract: str) -> None:
    status, out, _ = contract("check", wrong_contract)
    assert status == FOUND
    assert "`dance`" in out
    assert "`sing`" in out
    assert out.rstrip().endswith("1 document: 2 errors, 0 warnings, 0 notes")


def test_check_as_json(contract, wrong_contract: str) -> None:
    status, out, _ = contract("check", wrong_contract, "--json")
    found = json.loads(out)
    assert status == FOUND
    assert found["version"] == 1
    assert found["errors"] == 2
    assert {each["line"] for each in found["diagnostics"] if each["severity"] == "error"} == {4, 5}
    assert set(found["diagnostics"][0]["message"]) == {"en", "zh"}


def test_what_cannot_be_read_ends_with_two(contract, tmp_path: Path) -> None:
    utf16 = tmp_path / "utf16.contract"
    utf16.write_bytes(b"\xff\xfe|\x00")
    assert contract("check", str(utf16))[0] == REFUSED
    assert contract("check", str(tmp_path))[0] == REFUSED
    status, _, err = contract("check", "contracts/voip1")
    assert (status, err) == (
        REFUSED,
        "contracts/voip1: no such file or folder; did you mean `contracts/voip-1`?\n",
    )
    (tmp_path / "empty").mkdir()
    assert "no .contract file in it" in contract("check", str(tmp_path / "empty"))[2]
