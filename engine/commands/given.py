"""What a command is given: contracts, a ledger, settings and layers, found, read and put together."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contractlang.diagnostic import Language
from engine.commands import clock
from engine.commands.common import (
    CONTRACT,
    SHIPPED,
    SUFFIX,
    Refused,
    one_line,
    speak,
)
from engine.errors import BadEvent, BadTerms, meant
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.cache import Cache
    from contractlang.contract import Contract
    from contractlang.loaded import Loaded
    from engine.account import Account
    from engine.cases import Case
    from engine.ledger import Book
    from engine.program import Program
    from engine.situation import Words


LEDGERS = (".jsonl", ".ndjson")


class Given:
    """The arguments of `run` and `ask`, told apart: contracts, the ledger, a question."""

    def __init__(self, contracts: list[str], ledger: str, question: str) -> None:
        self.contracts, self.ledger, self.question = contracts, ledger, question

    @staticmethod
    def of(inputs: Iterable[str], ledger: str | None) -> Given:
        contracts: list[str] = []
        ledgers = [ledger] if ledger is not None else []
        questions: list[str] = []
        for each in inputs:
            if each == "-" or each.endswith(LEDGERS):
                ledgers.append(each)
            elif (
                not each.strip()
                or re.match(r"\d{4}-\d{2}-\d{2}\s", each)
                or (re.search(r"\s", each) and not Path(each).exists())
            ):
                questions.append(each)
            else:
                contracts.append(each)
        if len(ledgers) != 1:
            wrong, zh = (
                ("one account at a time: give one ledger", "每次只能问一个账户：请只给一份台账") if ledgers
                else ("which ledger? name a .jsonl file", "哪一份台账？请写明一个 .jsonl 文件")
            )  # fmt: skip
            raise Refused(wrong, zh=zh, field="ledger")
        if len(questions) > 1:
            raise Refused("ask one question at a time", zh="每次只能问一个问题", field="question")
        return Given(contracts, ledgers[0], " ".join(questions))

    def no_question(self) -> None:
        if self.question:
            raise Refused(
                f"`{self.question}` is no contract; to ask a question, use `contract ask`",
                zh=f"`{self.question}`不是合同；提问请用 `contract ask`", field="contract",
            )  # fmt: skip


class Opened:
    """Contracts, a ledger and settings, read and put together: an account to be asked."""

    def __init__(
        self,
        given: Given,
        settings: list[str] | None,
        readings: list[str] | None,
        answers: list[str] | None,
        layers: str | None,
    ) -> None:
        from contractlang.contract import base_name
        from engine.account import Account
        from engine.ledger import head_of, read_ledger
        from engine.settings import terms_from, versions_from

        where = "standard input" if given.ledger == "-" else given.ledger
        text = text_of(given.ledger)
        try:
            head = head_of(text)
            contracts = given.contracts or _contracts_of(head, given.ledger)
            wanted = layers_named(layers) or _layers_of(head)
            self.loaded = usable(contracts, wanted)
            documents = [self.loaded.contracts[name] for name in self.loaded.asked]
            speak(language_of(self.loaded, None))
            self.agreements = tuple(
                dict.fromkeys(base_name(c.name) for c in documents if c.kind == "agreement")
            )
            if layers is None:
                # A law that is given by name governs, whatever the ledger says of layers.
                named = {str(path) for path in files_in(contracts)}
                wanted = (*wanted, *(c.layer for c in documents if c.kind == "law" and c.path in named))
            self.layers = (CONTRACT, *sorted({*wanted} - {CONTRACT}))
            self.program = governed(self.loaded, self.agreements, self.layers)
            self.book: Book = read_ledger(self.program, text)
        except BadEvent as wrong:
            zh, place = f"{where}：{wrong.said('zh')}", f"{where}: {wrong.where}"
            raise Refused(f"{where}: {wrong}", zh=zh, where=place, field=wrong.field) from None
        except BadTerms as wrong:
            said = "--layers" if layers is not None else f"{where}, layers"
            zh = f"{said}：{wrong.why('zh')}"
            raise Refused(f"{said}: {wrong.reason}", zh=zh, where=where, field=wrong.field) from None
        blanks = {**self.book.settings, **pairs_of(settings, "--set")}
        chosen = {**self.book.readings, **pairs_of(readings, "--reading")}
        answered = {**self.book.answers, **pairs_of(answers, "--answer")}
        for name in self.book.agreements:
            spellings = {each for c in self.program.contracts for each in (base_name(c.name), c.alias)}
            if base_name(name) not in spellings:
                asked = ", ".join(self.agreements or self.loaded.asked)
                raise Refused(
                    f"{where}: the account is of `{name}`; the contracts given are {asked}",
                    zh=f"{where}：账户属于`{name}`，而所给合同为{asked}", where=where,
                )  # fmt: skip
        try:
            terms = terms_from(self.program, blanks, self.layers, chosen, answered)
            signed = versions_from(self.program, self.book.agreements)
        except BadTerms as wrong:
            zh = f"设定：{wrong.said('zh')}"
            raise Refused(f"settings: {wrong}", zh=zh, where="settings", field=wrong.field) from None
        self.account: Account = Account(self.program, replace(terms, versions=signed), self.book.ledger)

    @property
    def law(self) -> tuple[str, ...]:
        """The layers of law that govern beside the agreements."""
        return tuple(layer for layer in self.layers if layer != CONTRACT)

    def latest(self) -> int:
        """Return today, or the last entry of the ledger where that is later."""
        from engine.event import START

        return max(
            [clock.now(), *(each.effect_at for each in self.book.ledger if each.effect_at > START // 2)]
        )

    def voice(self, lang: Language | None) -> Any:
        """Return who speaks of the account."""
        from engine.voice import Voice

        return Voice(self.program, language_of(self.loaded, lang), None, self.loaded.sources)


def found_at(written: str) -> Path:
    """Return the file or folder that is meant: as written, else among the shipped contracts."""
    for path in (Path(written), SHIPPED.parent / written, SHIPPED / written):
        if path.exists():
            return path
    from contractlang.suggest import nearest

    shipped = [each.name for each in SHIPPED.iterdir() if each.is_dir()] if SHIPPED.is_dir() else []
    near = nearest(Path(written).name, shipped)
    en, zh = meant(f"contracts/{near}" if near else None)
    raise Refused(
        f"{written}: no such file or folder{en}", zh=f"{written}：没有这一文件或文件夹{zh}", where=written
    )


def contracts_in(paths: Iterable[str], layers: Iterable[str] = ()) -> Loaded:
    """Read contracts, and the law that is shipped if a layer of law is asked for."""
    found = files_in(paths)
    if any(layer != CONTRACT for layer in layers):
        # Who gives a law gives it instead of the one that is shipped.
        own = {each.name for each in found}
        found += [each for each in files_in([str(SHIPPED / "law")]) if each.name not in own]
    return kept_loads().load(found, [SHIPPED])


def kept_loads() -> Cache:
    """Return where loads are kept: in the user's cache folder, or as CONTRACT_CACHE says (a folder, or `off`)."""
    from contractlang.cache import Cache

    named, standard = os.environ.get("CONTRACT_CACHE"), os.environ.get("XDG_CACHE_HOME", "")
    if named is not None:
        return Cache(None if named in ("", "off") else Path(named))
    try:
        above = Path(standard) if os.path.isabs(standard) else Path.home() / ".cache"
    except RuntimeError:  # Nobody's home is known.
        return Cache(None)
    return Cache(above / "contract-engine")


def files_in(paths: Iterable[str]) -> list[Path]:
    """Return the contract files that are meant."""
    from contractlang.loaded import files_of

    found: list[Path] = []
    for path in map(found_at, paths):
        _refuse_others(path)
        files = files_of([path])
        if not files:
            raise Refused(
                f"{path}: no {SUFFIX} file in it", zh=f"{path}：其中没有 {SUFFIX} 文件", where=str(path)
            )
        found += files
    return found


def _refuse_others(path: Path) -> None:
    """Refuse a file that is something else by its name: any text is a contract, and says nothing then."""
    if path.is_file() and path.suffix in LEDGERS:
        raise Refused(
            f"{path}: a ledger, not a contract; to ask about it, use `contract ask` or `contract run`",
            zh=f"{path}：这是台账，不是合同；提问请用 `contract ask` 或 `contract run`", where=str(path),
        )  # fmt: skip
    if path.is_file() and path.suffix.lower() == ".docx":
        raise Refused(
            f"{path}: a Word file; `contract import {path.name} -o {path.stem}{SUFFIX}` makes a contract of it",
            zh=f"{path}：这是Word文件；`contract import {path.name} -o {path.stem}{SUFFIX}` 可将其制成合同文件",
            where=str(path),
        )


def usable(paths: Iterable[str], layers: Iterable[str] = ()) -> Loaded:
    """Return contracts that can be asked something; refuse them with everything that is wrong otherwise."""
    loaded = contracts_in(paths, layers)
    refuse_errors(loaded)
    loaded.asked = [name for name in loaded.asked if loaded.contracts[name].kind != "vocabulary"]
    if not loaded.asked:
        raise Refused(
            "there is no agreement in these files, only vocabularies", zh="这些文件中只有词汇，没有协议"
        )
    return loaded


class Lawful:
    """Documents of which cases are tried, each under the law that it asks for: what is not beside them is ours."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self.contracts = tuple(contracts)
        self._made: dict[tuple[str, ...], Program] = {}
        self._law: tuple[Contract, ...] = ()

    def program(self, case: Case) -> Program:
        """Return the program for a case. Raises BadTerms for a layer of which there is no law."""
        from engine.compile import compile_program

        law = self.law(case)
        names = tuple(each.name for each in law)
        if names not in self._made:
            self._made[names] = compile_program([*self.contracts, *law])
        return self._made[names]

    def law(self, case: Case) -> tuple[Contract, ...]:
        """Return the shipped law that a case asks for. Raises BadTerms for a layer of which there is none."""
        from engine.cases import layers_of
        from engine.governing import CONTRACT, governing

        here = {each.layer for each in self.contracts if each.kind == "law"}
        layers = {*layers_of(case.blocks.get("settings", (0, []))[1])} - {CONTRACT} - here
        if not layers:
            return ()
        if not self._law:
            loaded = usable([str(SHIPPED / "law")])
            self._law = tuple(loaded.contracts[name] for name in loaded.asked)
        return governing(self._law, (), sorted(layers))


def governed(loaded: Loaded, agreements: tuple[str, ...], layers: tuple[str, ...]) -> Program:
    """Return the program of these agreements, with what supplements them, under these layers of law."""
    from engine.governing import Programs

    documents = {name: loaded.contracts[name] for name in loaded.asked}
    for each in documents.values():
        if each.kind == "supplement" and each.amends not in {other.name for other in documents.values()}:
            raise Refused(
                f"{each.path}: what it supplements, `{each.amends}`, is not given",
                zh=f"{each.path}：未给出其所补充的`{each.amends}`", where=each.path,
            )  # fmt: skip
    return Programs(documents).of(agreements, layers)


def layers_named(written: str | None) -> tuple[str, ...]:
    """Return the layers that an option names; none where it is not given."""
    if written is None:
        return ()
    found = tuple(each.strip().replace("地方:", "local:") for each in re.split("[,，、]", written))
    if not all(found):
        raise Refused(
            f"--layers {written}: write layers with commas between, such as contract,civil",
            zh=f"--layers {written}：各层之间用逗号分隔，例如 contract,civil", field="layers",
        )  # fmt: skip
    return found


def _contracts_of(head: Mapping[str, Any], ledger: str) -> list[str]:
    """Return the agreements that the first line of a ledger names, shipped or beside the ledger; refuse if none."""
    named = head.get("agreements") or [head[name] for name in ("agreement",) if name in head]
    if not isinstance(named, list) or not named:
        raise Refused(
            "which contract? name a file or folder, for example contracts/voip-1",
            zh="哪一份合同？请写明文件或文件夹，例如 contracts/voip-1", field="contract",
        )  # fmt: skip
    beside = Path(ledger).parent
    homes = [str(name).partition("@")[0] for name in named]
    own = {home: beside / f"{home}{SUFFIX}" for home in homes}
    return [str(path) if ledger != "-" and path.is_file() else name for name, path in own.items()]


def _layers_of(head: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the layers of law that the first line of a ledger asks for."""
    named = head.get("layers")
    return tuple(map(str, named)) if isinstance(named, list) else (CONTRACT,)


def refuse_errors(loaded: Loaded) -> None:
    if not loaded.errors and not loaded.unreadable:
        return
    from contractlang.render import render

    lines = [*loaded.unreadable]
    if loaded.errors:
        lines.append(render(loaded.errors, loaded.sources, colour=Screen.of(sys.stderr).colour).rstrip())
    raise Refused(*lines, diagnostics=diagnostics_of(loaded))


def diagnostics_of(loaded: Loaded) -> list[dict[str, Any]]:
    from contractlang.render import as_json

    return as_json(loaded.diagnostics, loaded.sources)


def text_of(path: str) -> str:
    found = None if path == "-" else found_at(path)
    if found is not None and found.is_dir():
        raise Refused(
            f"{path}: a folder, not a file: name the file in it", zh=f"{path}：这是文件夹；请写明其中的文件",
            where=path,
        )  # fmt: skip
    raw = sys.stdin.buffer.read() if found is None else found.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        zh = f"{path}：第{line}行不是UTF-8文本；请将文件存为UTF-8"
        raise Refused(
            f"{path}: line {line} is not UTF-8 text; save the file as UTF-8", zh=zh, where=path
        ) from None


def words_beside(path: Path) -> Words:
    """Return how the words of a scenario file are said: by the mapping beside it, else by that of the program."""
    from engine.situation import Words
    from engine.yaml_text import YAMLError, read_yaml

    beside = path.with_name("mapping.yaml")
    mapping = beside if beside.is_file() else SHIPPED / "scenarios" / "mapping.yaml"
    try:
        raw, why = read_yaml(text_of(str(mapping))), ""
    except YAMLError as wrong:
        raw, why = None, f" ({one_line(wrong)})"
    if not isinstance(raw, dict):
        raise Refused(
            f"{mapping}: no mapping of words; write `word: name` on every line{why}",
            zh=f"{mapping}：不是词语对照表；每行请写作`词语: 名称`{why}",
            where=str(mapping),
        )
    return Words(raw)


def pairs_of(written: Iterable[str] | None, option: str) -> dict[str, str]:
    found = {}
    for each in written or ():
        name, mark, value = each.partition("=")
        if not mark or not name:
            raise Refused(
                f"{option} {each}: write it as name=value",
                zh=f"{option} {each}：请写作 名称=值",
                field=option,
            )
        found[name.strip()] = value.strip()
    return found


def instant_of(written: str, option: str) -> int:
    from engine.dates import parse_as_of

    try:
        return parse_as_of(written)
    except ValueError as wrong:
        zh = f"{option}：{getattr(wrong, 'zh', wrong)}"
        raise Refused(f"{option}: {wrong}", zh=zh, field=option) from None


def known_of(written: str | None) -> int | None:
    return instant_of(written, "--known-at") if written is not None else None


def language_of(loaded: Loaded, lang: Language | None) -> Language:
    """Return the language asked for, else that of the first agreement."""
    if lang is not None:
        return lang
    found = [loaded.contracts[name] for name in loaded.asked if name in loaded.contracts]
    first = next((each for each in found if each.kind == "agreement"), found[0] if found else None)
    return "zh" if first is not None and first.chinese else "en"
