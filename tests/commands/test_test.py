"""`contract test`: scenarios told, and files that hold none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.commands.common import FINE, FOUND, REFUSED
from tests.conftest import CONTRACTS, ROOT


def test_the_scenarios_of_a_folder(contract) -> None:
    status, out, _ = contract("test", "contracts/sale")
    assert status == FINE
    assert out.splitlines()[-1] == f"{out.count('passed  ')} passed, 0 failed"


def test_the_contract_layer_of_the_scenario_file(contract) -> None:
    status, out, _ = contract("test", "contracts/scenarios/scenarios.yaml", "--layers", "contract", "--json")
    told = json.loads(out)
    assert (status, told["failed"]) == (FINE, 0)
    assert told["passed"] + told["not_applicable"] == len(told["outcomes"])
    assert {each["status"] for each in told["outcomes"]} == {"passed", "not applicable"}


def test_a_failing_scenario_shows_both_answers(contract, tmp_path: Path) -> None:
    path = tmp_path / "scenarios.md"
    text = (CONTRACTS / "sale" / "scenarios.md").read_text("utf-8")
    path.write_text(
        text.replace("may suspend_delivery: permitted", "may suspend_delivery: forbidden", 1), "utf-8"
    )
    (tmp_path / "sale.contract").write_text(
        (CONTRACTS / "sale" / "sale.contract").read_text("utf-8"), "utf-8"
    )
    status, out, _ = contract("test", str(path))
    assert status == FOUND
    assert "    expected  forbidden\n    got       permitted\n" in out
    assert out.splitlines()[-1].endswith(" passed, 1 failed")


def test_scenarios_are_told_in_the_language_of_their_contract(contract, tmp_path: Path) -> None:
    (tmp_path / "a.contract").write_text(
        "| 协议 a\n| 当事人 甲\n1.甲可以走。\n| 甲 可以 走\n| 行为 走 由 甲\n", "utf-8"
    )
    path = tmp_path / "scenarios.md"
    text = "## 走\n```ledger\n2026-03-02 甲 {}\n```\n```expect\n2026-03-03 甲 可否 走：{}\n```\n"
    path.write_text(text.format("走", "允许"), "utf-8")
    status, out, _ = contract("test", str(tmp_path))
    assert (status, out.splitlines()[-1]) == (FINE, "通过1项，未通过0项"), out
    path.write_text(text.format("走", "禁止"), "utf-8")
    out = contract("test", str(tmp_path))[1]
    assert "    应为  禁止\n    实为  允许\n" in out
    path.write_text(text.format("跑", "允许"), "utf-8")
    assert "错误：第3行（e1），name：词汇中没有行为或事件`跑`" in contract("test", str(tmp_path))[1]


@pytest.mark.parametrize("end", ["```\n```expext\n2026-04-01 agreement: draft\n```\n", "", "```\n"])
def test_a_ledger_of_which_nothing_is_asked_fails(contract, tmp_path: Path, end: str) -> None:
    path = tmp_path / "scenarios.md"
    shutil.copy(CONTRACTS / "sale" / "sale.contract", tmp_path)
    path.write_text(f"## Signed\n```ledger\n2026-03-02 seller sign\n{end}", "utf-8")
    status, out, _ = contract("test", str(path))
    assert (status, out.splitlines()[-1]) == (FOUND, "0 passed, 1 failed")
    assert f"{path}:1 Signed" in out
    assert "no `expect` block" in out


@pytest.mark.parametrize(
    ("line", "answer"), [("", "允许"), ("layers = contract, sector\n", "未定 缺 P-CLASS")]
)
def test_a_case_is_run_under_the_law_that_it_asks_for(
    contract, tmp_path: Path, line: str, answer: str
) -> None:
    """As at the desk: the law that comes with the program governs it too; 电信条例 34 hangs on the class."""
    shutil.copy(ROOT / "contracts" / "voip-1" / "voip-1.contract", tmp_path)
    (tmp_path / "scenarios.md").write_text(
        f"""## 逾期一日

```settings
{line}有效期 = 2年
```

```ledger
2026-03-02 10:00 甲方 签署
2026-03-02 10:05 乙方 签署
2026-03-02 12:00 甲方 开通服务
2026-09-01 09:00 出账 账期=2026-08 金额=100.00 到期日=2026-09-10
```

```expect
2026-09-11 甲方 可否 暂停服务：{answer}
```
""",
        "utf-8",
    )
    status, out, _ = contract("test", str(tmp_path))
    assert (status, out.splitlines()[-1]) == (0, "通过1项，未通过0项"), out


def test_scenarios_in_another_encoding_are_refused(contract, tmp_path: Path) -> None:
    for name in ("cases.yaml", "cases.md"):
        path = tmp_path / name
        path.write_bytes("scenarios:\n- id: 甲\n".encode("utf-16"))
        status, _, err = contract("test", str(path))
        assert (status, err) == (REFUSED, f"{path}: line 1 is not UTF-8 text; save the file as UTF-8\n")


@pytest.mark.parametrize("text", ["- x\n", "a: [\n", ""])
def test_what_is_no_mapping_of_words_is_refused(contract, tmp_path: Path, text: str) -> None:
    path, mapping = tmp_path / "cases.yaml", tmp_path / "mapping.yaml"
    path.write_text("scenarios: []\n", "utf-8")
    mapping.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == REFUSED
    assert err.startswith(f"{mapping}: no mapping of words; write `word: name` on every line")


@pytest.mark.parametrize(
    "text", ["# nothing here\n", "scenarios: [1]\n", "a: [", "scenarios:\n- queries: 3\n"]
)
def test_what_is_no_scenario_is_refused(contract, tmp_path: Path, text: str) -> None:
    path = tmp_path / ("none.md" if text.startswith("#") else "none.yaml")
    path.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == REFUSED
    assert str(path) in err


@pytest.mark.parametrize("text", ["", "scenarios: []", "- one", "scenario: [{id: S-1}]", "scenarios: [1]"])
def test_a_file_that_lists_no_scenario_is_refused(contract, tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == 2
    assert "`scenarios:`" in err
    assert "object" not in err
