"""A version comes into use only through its gates, and only for accounts opened from its day on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import carried_out
from tests.service.serving import Live, serving

FIRST = """| agreement loan 借款
| valid from 2020-01-01 to 2025-12-31
| party lender 出借人, borrower 借款人
| act call_in 提前收回 by lender, needs basis

1 The lender may call in the loan.
| lender may call_in
"""
SECOND = """| agreement loan 借款
| version "2"
| valid from 2026-01-01
| party lender 出借人, borrower 借款人
| act call_in 提前收回 by lender, needs basis

1 The lender may not call in the loan.
| lender must not call_in
"""
CASES = """## The lender may not call it in

```expect
2026-12-24  lender may call_in: forbidden
```
"""


@pytest.fixture
def live(tmp_path: Path):
    with serving(
        tmp_path, {"main": {"loan.contract": FIRST}}, {"main": {"second_person": True, "shadow": ["loan@2"]}}
    ) as live:
        yield live


def accepted(folder: Path) -> str:
    """Return the one finding of the second version, accepted as its author would accept it."""
    (folder / "loan.contract").write_text(SECOND, "utf-8")
    key = "gap/no consequence:loan@2/0"
    assert carried_out(["analyse", str(folder), "--accept", key, "--reason", "a promise of honour"]) == 0
    return (folder / "accepted.yaml").read_text("utf-8")


def proposed(live: Live, text: str = SECOND, cases: str = CASES, **more: str):
    files = {"loan.contract": text, "scenarios.md": cases, **more}
    body = {"name": "loan", "version": "2", "files": files}
    return live.client(rights=("publish",)).post("/contracts", json=body, timeout=120)


def outcome(live: Live, account: str) -> str:
    asked = {
        "subject": {"type": "party", "id": "lender"}, "action": {"name": "call_in"},
        "resource": {"type": "account", "id": account},
    }  # fmt: skip
    return live.client().post("/access/v1/evaluation", json=asked).json()["context"]["outcome"]


def test_a_version_needs_its_gates_and_another_person(live: Live, tmp_path: Path) -> None:
    client = live.client()
    client.post("/accounts", json={"account": "old", "agreements": ["loan"]})
    assert outcome(live, "old") == "permitted"
    (tmp_path / "draft").mkdir()
    found = proposed(live, **{"accepted.yaml": accepted(tmp_path / "draft")})
    assert found.status_code == 200, found.text
    report = found.json()["report"]
    assert report["fit"], report
    assert outcome(live, "old") == "permitted"
    figures = client.get("/metrics").text
    assert 'contract_shadow_total{candidate="loan@2",result="different"} 1.0' in figures
    alone = client.post("/contracts/loan/2/publish")
    assert (alone.status_code, alone.json()["code"]) == (409, "refused")
    assert client.post("/contracts/loan/2/approve").status_code == 200
    assert client.post("/contracts/loan/2/publish").status_code == 200
    assert outcome(live, "old") == "permitted"
    opened = client.post("/accounts", json={"account": "new", "agreements": ["loan"]})
    assert opened.status_code == 200, opened.text
    assert outcome(live, "new") == "forbidden"


def test_a_version_that_fails_its_scenarios_is_kept_and_not_published(live: Live) -> None:
    found = proposed(live, cases=CASES.replace("forbidden", "permitted")).json()
    assert found["report"]["fit"] is False
    assert found["report"]["scenarios"]["passed"] is False
    refused = live.client().post("/contracts/loan/2/publish")
    assert refused.status_code == 409
    assert "scenarios" in refused.json()["detail"]


def test_who_proposed_does_not_approve(live: Live) -> None:
    client = live.client(rights=("publish",))
    body = {"name": "loan", "version": "2", "files": {"loan.contract": "| agreement loan\n| nonsense"}}
    assert client.post("/contracts", json=body, timeout=120).json()["report"]["check"]["passed"] is False
    assert client.post("/contracts/loan/2/approve").status_code == 403
