"""`contract run`: what came of each event, and where the account stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.commands.common import FINE
from tests.commands.given import ARREARS
from tests.conftest import CONTRACTS

LEDGERS = sorted(CONTRACTS.glob("*/ledgers/*.jsonl"))


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_run_tells_every_sample_ledger(contract, ledger: Path, language: str) -> None:
    status, out, _ = contract(
        "run", ledger.parents[1].name, str(ledger), "--as-of", "2026-12-31", "--lang", language
    )
    assert status == FINE
    for line in ledger.read_text("utf-8").splitlines()[1:]:
        assert json.loads(line)["id"] in out
    assert ("2026年12月31日的状况" if language == "zh" else "standing on 2026-12-31") in out


def test_run_says_what_came_of_it(contract) -> None:
    _, out, _ = contract("run", "voip-1", ARREARS, "--as-of", "2026-09-30")
    for said in (
        "协议有效，至2028年3月2日24时",
        "乙方违反五.2（e6）：尚欠40.00元",
        "甲方自此可以暂停服务（五.3）",
        "依据五.3",
    ):
        assert said in out


def test_run_as_json(contract) -> None:
    _, out, _ = contract("run", "voip-1", "--ledger", ARREARS, "--as-of", "2026-09-12", "--json")
    told = json.loads(out)
    assert told["version"] == 1
    assert told["account"] == "A-1001"
    assert told["as_of"] == "2026-09-12T23:59:59.999999+08:00"
    assert {"state": "service", "document": None, "value": "suspended", "depends_on": None} in told[
        "standing"
    ]["states"]
    assert [each["unpaid"] for each in told["standing"]["duties"]] == [4000]
    codes = [each["code"] for entry in told["history"] for each in entry["happenings"]]
    assert codes.count("breach") == 1


def test_run_knows_only_what_was_known(contract) -> None:
    late = str(CONTRACTS / "voip-1" / "ledgers" / "recorded-late.jsonl")
    before = contract("run", "voip-1", late, "--as-of", "2026-09-12", "--known-at", "2026-09-12")[1]
    after = contract("run", "voip-1", late, "--as-of", "2026-09-12")[1]
    assert "没有依据" not in before
    assert "没有依据" in after


def test_run_looks_as_far_as_the_ledger_goes(contract, tmp_path: Path) -> None:
    ahead = tmp_path / "ahead.jsonl"
    events = [("e1", "seller", "2090-01-01T09:00"), ("e2", "buyer", "2090-01-02T09:00")]
    lines = [json.dumps({"id": id, "name": "sign", "by": by, "at": at}) for id, by, at in events]
    ahead.write_text("\n".join(lines), "utf-8")
    assert "standing on 2090-01-02 09:00" in contract("run", "sale", str(ahead))[1]
