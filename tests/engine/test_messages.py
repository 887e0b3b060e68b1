"""What is wrong with something that a reader of contracts wrote is said in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine.cli import carried_out

ROOT = Path(__file__).parents[2]
READ = ("cases", "governing", "ledger", "may", "settings", "standings", "commands/ask", "commands/given")
REASON = {"BadEvent": 2, "BadQuestion": 1, "BadTerms": 1}
LEDGER = ROOT / "contracts" / "voip-1" / "ledgers" / "arrears.jsonl"


@pytest.mark.parametrize("name", READ)
def test_every_message_of_these_files_is_in_both_languages(name: str) -> None:
    """Where one is raised, the Chinese follows the English; what hands on a message hands on both."""
    for node in ast.walk(ast.parse((ROOT / "engine" / f"{name}.py").read_text("utf-8"))):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
            continue
        call, named = node.exc, node.exc.func
        kind = named.id if isinstance(named, ast.Name) else ""
        if kind in REASON:
            both = len(call.args) == REASON[kind] + 2 or isinstance(call.args[-1], ast.Starred)
            assert both, f"{name}.py:{node.lineno}"
        elif kind == "Refused":
            drawn = any(each.arg == "diagnostics" for each in call.keywords)
            assert drawn or any(each.arg == "zh" for each in call.keywords), f"{name}.py:{node.lineno}"


@pytest.mark.parametrize(("asked", "said"), [
    ("2026-01-01 甲方 可否 暂停服物", "行为：没有名为`暂停服物`的行为；是否指`暂停服务`？"),
    ("2026-01-01 甲 可否 暂停服务", "当事人：没有名为`甲`的当事人；是否指`甲方`？"),
    ("2026-13-01 甲方 可否 暂停服务", "问题：`2026-13-01`中没有13月"),
    ("2026-01-01 末日 九.9", "规范：没有名为`九.9`的条款或规范"),
    ("2026-01-01 provider may fly", "act: no act is called `fly`"),
])  # fmt: skip
def test_a_question_is_refused_in_its_own_language(
    asked: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried_out(["ask", "voip-1", str(LEDGER), asked]) == 2
    assert capsys.readouterr().err.strip() == said


PAID = '{"id": "p", "name": "支付", "at": "2026-02-03T10:00", "by": "乙方", "amount": 5}'


@pytest.mark.parametrize(("name", "more", "said"), [
    ("付款", '"at": "2026-02-03T10:00"}', "第2行（a），name：词汇中没有行为或事件`付款`；是否指`支付`？"),
    ("支付", '"at": "2026-02-30T10:00"}', "第2行（a），at：没有`2026-02-30`这一天：2026年2月共28日"),
    ("支付", '"at": "2026-02-03T10:00", "by": "丙"}', "第2行（a），by：没有名为`丙`的当事人"),
    ("支付", '"at": "2026-02-03T10:00", "by": "乙"}', "第2行（a），by：没有名为`乙`的当事人；是否指`乙方`？"),
    ("支付", '"at": ', "第2行：不是JSON对象（第33个字符处）"),
])  # fmt: skip
def test_a_ledger_is_refused_in_the_language_of_the_agreement(
    name: str, more: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "a.jsonl"
    ledger.write_text(f'{PAID}\n{{"id": "a", "name": "{name}", {more}', "utf-8")
    assert carried_out(["run", "voip-1", str(ledger)]) == 2
    assert capsys.readouterr().err.strip() == f"{ledger}：{said}"
    # A person who asks for another language is given that one.
    assert carried_out(["run", "voip-1", str(ledger), "--lang", "en"]) == 2
    assert "line 2" in capsys.readouterr().err


def test_machines_are_told_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = tmp_path / "a.jsonl"
    ledger.write_text('{"id": "a", "name": "支付", "at": "never"}', "utf-8")
    assert carried_out(["run", "voip-1", str(ledger), "--json"]) == 2
    assert "is not an instant" in capsys.readouterr().out
