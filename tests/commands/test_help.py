"""`--help` in Chinese: the same commands and options as in English, each with what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from engine.cli import made
from engine.commands.common import FINE, REFUSED
from engine.commands.helping import (
    EVERYWHERE,
    MISUSED,
    Command,
    as_command,
    help_language,
    key_of,
    paragraphs,
    parameters,
    read,
)

TEXTS = read()
NAMES = re.compile(r"--[a-z-]+|`[^`]+`|[a-z]+\.(?:yaml|yml|parquet|html|md)|[a-z]+(?:_[a-z]+)+")
"""What a text names that must be typed or read as it stands: options, code, files, fields."""


def _below(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    yield name, command
    for each, one in getattr(command, "commands", {}).items():
        yield from _below(f"{name} {each}", one)


COMMANDS = dict(_below("contract", as_command(typer.main.get_command(made("")))))


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_does_is_said_in_chinese(name: str) -> None:
    english = COMMANDS[name].help or ""
    assert len(paragraphs(TEXTS, name)) == len(english.split("\n\n"))
    _same_names(english, TEXTS[name]["does"])


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_of_a_command_is_told_in_chinese(name: str) -> None:
    for each in parameters(COMMANDS[name]):
        told = TEXTS[name].get(key_of(each)) or TEXTS[EVERYWHERE][key_of(each)]
        assert re.search("[\u4e00-\u9fff]", told), each
        _same_names(each.help or "", told)


def _same_names(english: str, chinese: str) -> None:
    assert set(NAMES.findall(english)) == set(NAMES.findall(chinese))


def test_nothing_is_told_that_is_not_there() -> None:
    assert TEXTS.keys() - {EVERYWHERE, MISUSED} == COMMANDS.keys()
    used = set()
    for name, command in COMMANDS.items():
        keys = {key_of(each) for each in parameters(command)}
        assert TEXTS[name].keys() - {"does"} <= keys, name
        used |= keys - TEXTS[name].keys()
    assert TEXTS[EVERYWHERE].keys() == used


def test_the_language_is_that_asked_for_else_that_of_the_machine() -> None:
    assert help_language(["ask", "--help"], {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert help_language(["ask", "--help", "--lang", "en"], {"LANG": "zh_CN.UTF-8"}) == "en"
    assert help_language(["ask", "--help", "--lang=zh"], {}) == "zh"
    assert help_language(["ask", "--help"], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}) == "en"


def test_a_page_in_chinese(contract) -> None:
    status, out, _ = contract("key", "new", "--help", "--lang", "zh")
    assert status == FINE
    assert out.startswith("用法：contract key new [选项] STORE\n\n  新制一把密钥并显示，仅此一次。\n")
    assert "\n  --tenant NAME  哪一租户的调用者（默认：main）。\n" in out
    assert "\n  STORE  SQLite 文件，或 postgresql://用户@主机/名称（必填）。\n" in out


def test_the_list_of_commands_in_chinese(contract, monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    for line in ([], ["--help"]):
        assert "\n  check             检查合同有何错误，用各文件自己的语言说明。\n" in contract(*line)[1]
    assert "\n  revoke  按前缀撤销一把密钥；" in contract("key")[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["chek"], "没有命令 chek；是否想写 'check', 'schema'？\n请看 `contract --help`\n"),
        (["xxxxxx"], "没有命令 xxxxxx\n"),
        (["key", "nw"], "没有命令 nw；是否想写 'new'？\n请看 `contract key --help`\n"),
        (["ask", "--xxxxxx"], "没有选项 --xxxxxx\n请看 `contract ask --help`\n"),
        (["ask", "--langg"], "没有选项 --langg；可用的选项：--lang"),
        (["ask"], "缺少参数 INPUTS...\n"),
        (["replay", "voip-1"], "缺少选项 --"),
        (["serve", "--port"], "选项 --port 之后须写值\n请看 `contract serve --help`\n"),
        (["serve", "--port", "x"], "--port 须为数字，而不是 x\n"),
        (["analyse", "voip-1", "--seconds", "x"], "--seconds 须为数字，而不是 x\n"),
        (["analyse", "voip-1", "--seconds", "0"], "--seconds 不能是 0.0；范围为 x>=0.1\n"),
        (["fmt", "--check=1", "x"], "选项 --check 之后不写值\n"),
        (["fmt", "--language", "fr", "x"], "--language 不能是 fr；可取 'zh', 'en'\n"),
        (["store", "new", "a", "b"], "多出参数 b\n请看 `contract store new --help`\n"),
        (["check", "nowhere"], "nowhere：没有这一文件或文件夹\n"),
    ],
)
def test_what_cannot_be_read_of_a_command_line_is_said_in_chinese(
    contract, monkeypatch, line: list[str], said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    status, out, err = contract(*line)
    assert (status, out) == (REFUSED, "")
    assert err.startswith(said)
    assert not re.search("[\u4e00-\u9fff]", contract(*line, "--lang", "en")[2])
