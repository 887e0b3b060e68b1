"""Why the kernel leaves something to the engine, or a table is not read, has Chinese, wherever the reason is made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import bulk
from engine.bulk import kernel
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.plan import LEFT, Asked
from engine.bulk.kernel.plan_words import LINES
from engine.bulk.kernel.plan_words import line as line_of
from engine.bulk.kernel.spell import CALLED
from engine.bulk.phrases import Phrases
from engine.bulk.reasons import CHINESE, said
from engine.naming import Naming
from engine.terms import Terms
from tests.bulk.test_kernel import SALE, program_of

MADE_BY = {"BadTable", "Unsaid", "Left", "Unlike", "BadMapping", "opened", "opens", "Held", "leave"}


def texts(node: ast.expr) -> Iterator[str]:
    """Yield what an expression may be as a text, `{}` where something is put in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)
        case _:
            return


def made() -> Iterator[str]:
    """Yield the reasons that stand in the source."""
    for path in Path(str(bulk.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in MADE_BY:
                    yield from (text for each in node.args for text in texts(each) if " " in text)
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and path.name == "lower.py":
                yield from (text for text in texts(node.elts[1]) if " " in text)


@pytest.mark.parametrize("reason", sorted({*made(), *LEFT.values(), *CALLED.values()} - {"not {}"}))
def test_every_reason_has_its_chinese(reason: str) -> None:
    told = said(reason.replace("{}", "X"), "zh")
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", told), told
    assert told != reason


def lines() -> Iterator[str]:
    """Yield the lines of plans that stand in the source, and what windows and tables are called."""
    for path in Path(str(kernel.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"step", "table"}:
                yield from (text for each in node.args[1:] for text in texts(each) if " " in text)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Step":
                yield from (text for each in node.args[2:] for text in texts(each))
            elif isinstance(node, ast.FunctionDef) and node.name in {"window", "within", "told"}:
                returned = (
                    each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value
                )
                yield from (text for each in returned for text in texts(each))


@pytest.mark.parametrize("line", sorted({*lines()} - {"{}{}", "last day", "term's last day"}))
def test_every_line_of_a_plan_has_its_chinese(line: str) -> None:
    told = Phrases({**CHINESE, **LINES}).said(line.replace("{}", "X"))
    assert not re.search(r"[a-z]{2,}", told), told
    assert told != line


def test_lines_of_plans_take_in_what_is_put_into_them() -> None:
    for line, chinese in LINES.items():
        assert line.count("{}") == len(re.findall(r"\{\d?\}", chinese)), line
    program = program_of(SALE)
    plan = plan_of(program, Terms(), [Asked("seller", "suspend_delivery")])
    told = [line_of(each.told, Naming(program, "zh")) for each in plan.steps if each.norm == "3.3:hold"]
    assert told == ["为中止交货的依据：life == 1 and ((who[i] == 0 or who[i] == -2) and (v1 > 0))",
                    "中止2.1:delivery；期限停止计算", "中止交货：life == 1 and (v1 > 0)"]  # fmt: skip


def test_what_is_put_into_a_reason_is_put_into_its_chinese() -> None:
    for reason, chinese in CHINESE.items():
        assert reason.count("{}") == chinese.count("{}"), reason
    assert (
        said("`change_tariff` (it sets `tariff` to a value of its own)", "zh")
        == "`change_tariff`（它将`tariff`设为自带之值）"
    )
    assert said("Expected Number of Columns: 4 Found: 2", "zh") == "应有4列，实有2列"
    assert said("九.2a: a duty of both parties", "zh") == "九.2a：双方的义务"
