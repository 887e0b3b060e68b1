"""`contract --version`, `--help`, `schema` and `demo`."""

from __future__ import annotations

import json

from engine.commands.common import FINE


def test_version_and_help(contract) -> None:
    assert contract("--version")[1].startswith("contract ")
    for command in ("check", "run", "ask", "show", "test", "graph", "schema", "demo"):
        status, out, _ = contract(command, "--help")
        assert status == FINE
        assert "--json" in out
    assert contract()[0] == FINE


def test_the_schemas(contract) -> None:
    told = json.loads(contract("schema")[1])
    assert set(told["schemas"]) == {"decision", "event", "norm", "position"}


def test_the_demo_shows_what_it_should(contract) -> None:
    status, out, _ = contract("demo")
    assert status == FINE
    for said in (
        "服务：暂停", "服务：开通", "协议已到期", "协议续期", "协议已解除", "没有依据", "尚不能确定",
        "the agreement has been terminated",
        "its silence proves nothing", "what is found in voip-2", "须由人判断的问题",
    ):  # fmt: skip
        assert said in out
    assert "\x1b" not in out
    told = json.loads(contract("demo", "--json")[1])
    assert len(told["accounts"]) >= 6
    assert all(each["questions"] for each in told["accounts"])
