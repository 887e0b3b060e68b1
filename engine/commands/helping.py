"""`--help` in Chinese, and what cannot be read of a command line: of `help_zh.yaml`; in English both are typer's.

The language is that of `--lang`, else that of the machine (LC_ALL, LC_MESSAGES or LANG).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from contractlang.diagnostic import Language
from engine.widths import wide, wrapped

TEXTS = Path(__file__).with_name("help_zh.yaml")
EVERYWHERE, MISUSED = "everywhere", "misused"
INDENT = "  "
SIDE = 34
"""How far the names of options may reach for what they are for to stand beside them."""

Command = TyperCommand | TyperGroup
Parameter = TyperArgument | TyperOption


def help_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of help for a command line."""
    for place, each in enumerate(arguments):
        asked = each.partition("=")[2] or "".join(arguments[place + 1 : place + 2])
        if each.partition("=")[0] == "--lang" and asked in ("zh", "en"):
            return "zh" if asked == "zh" else "en"
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if locale.startswith("zh") else "en"


def asked_for(app: typer.Typer, arguments: Sequence[str]) -> tuple[str, Command] | None:
    """Return the command whose help is asked for, with its whole name; None if none is."""
    if "--help" not in arguments and len(arguments) > 1:
        return None
    name, command, rest = meant_by(app, arguments)
    wanted = "--help" in rest or (isinstance(command, TyperGroup) and not rest)
    return (name, command) if wanted else None


def meant_by(app: typer.Typer, arguments: Sequence[str]) -> tuple[str, Command, list[str]]:
    """Return the command that a command line begins with, its whole name before it, and what stands behind it."""
    name, command = "contract", as_command(typer.main.get_command(app))
    rest = list(arguments)
    while isinstance(command, TyperGroup) and rest and rest[0] in command.commands:
        name, command = f"{name} {rest[0]}", as_command(command.commands[rest.pop(0)])
    return name, command, rest


def misused(said: str) -> str:
    """Return in Chinese what typer says of a command line that it cannot read; as it is where no text has it."""
    for pattern, text in read()[MISUSED].items():
        found = re.fullmatch(pattern, said, re.IGNORECASE)
        if found is not None:
            return found.expand(text)
    return said


def as_command(found: object) -> Command:
    """Return what typer makes of a command, as what it is."""
    assert isinstance(found, Command)
    return found


def page(name: str, command: Command, width: int) -> Iterator[str]:
    """Yield the lines of a command's page."""
    texts = read()
    yield f"用法：{name} {' '.join(_usage(command))}"
    for paragraph in paragraphs(texts, name):
        yield ""
        yield from wrapped(paragraph, width, INDENT, INDENT)
    arguments = [each for each in parameters(command) if isinstance(each, TyperArgument)]
    options = [each for each in parameters(command) if isinstance(each, TyperOption)]
    yield from _listed("参数", [(_spelled(each), _said(texts, name, each)) for each in arguments], width)
    described = [(_spelled(each), _said(texts, name, each)) for each in options]
    yield from _listed("选项", [*described, ("--help", "显示本说明。")], width)
    if isinstance(command, TyperGroup):
        named = [(each, _in_brief(texts, f"{name} {each}")) for each in command.commands]
        yield from _listed("命令", named, width)


def read() -> dict[str, dict[str, str]]:
    """Return what is said in Chinese, by the whole name of a command and what is described of it."""
    from engine.yaml_text import read_yaml

    texts: dict[str, dict[str, str]] = read_yaml(TEXTS.read_text("utf-8"))
    return texts


def parameters(command: Command) -> list[Parameter]:
    """Return the arguments and options of a command, as they are listed."""
    return [each for each in command.params if isinstance(each, Parameter)]


def key_of(parameter: Parameter) -> str:
    """Return by what name a parameter is described."""
    return (
        parameter.opts[0]
        if isinstance(parameter, TyperOption)
        else re.sub(r"[][]", "", parameter.metavar or "")
    )


def text_of(texts: Mapping[str, Mapping[str, str]], name: str, parameter: Parameter) -> str:
    """Return what is said of a parameter of a command: beneath the command, else of all that have it."""
    key = key_of(parameter)
    return texts[name].get(key) or texts[EVERYWHERE][key]


def paragraphs(texts: Mapping[str, Mapping[str, str]], name: str) -> list[str]:
    """Return what a command does, in paragraphs."""
    return texts[name]["does"].splitlines()


def _in_brief(texts: Mapping[str, Mapping[str, str]], name: str) -> str:
    return paragraphs(texts, name)[0].partition("。")[0] + "。"


def _usage(command: Command) -> Iterator[str]:
    yield "[选项]"
    for each in parameters(command):
        if isinstance(each, TyperArgument):
            yield each.metavar or ""
    if isinstance(command, TyperGroup):
        yield "命令 [参数]..."


def _spelled(parameter: Parameter) -> str:
    """Return a parameter as it is typed."""
    if isinstance(parameter, TyperArgument):
        return key_of(parameter)
    value = "" if parameter.is_flag else parameter.metavar or f"<{'|'.join(_choices(parameter))}>"
    return f"{', '.join(sorted(parameter.opts, key=len))} {value}".rstrip()


def _choices(option: TyperOption) -> Sequence[str]:
    found: Sequence[str] = getattr(option.type, "choices", ())
    return found


def _said(texts: Mapping[str, Mapping[str, str]], name: str, parameter: Parameter) -> str:
    text, default = text_of(texts, name, parameter), _default(parameter)
    note = "必填" if parameter.required else f"默认：{default}" if default else ""
    return f"{text.removesuffix('。')}（{note}）。" if note else text


def _default(parameter: Parameter) -> str:
    shown: Any = parameter.default
    return "" if shown is None or isinstance(shown, bool) or callable(shown) else str(shown)


def _listed(title: str, rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield rows under a title, what is said of each beside it, or beneath it where its name is long."""
    if not rows:
        return
    yield ""
    yield f"{title}："
    side = min(SIDE, max(wide(name) for name, _ in rows) + 2 * len(INDENT))
    for name, said in rows:
        first = INDENT + name
        if wide(first) + len(INDENT) > side:
            yield first
            first = ""
        yield from wrapped(said, width, first + " " * (side - wide(first)), " " * side)
