"""Where a name is declared and used, across files, and how to give it another."""

from __future__ import annotations

import re

from lsprotocol.types import Location, TextEdit, WorkspaceEdit
from pygls.uris import from_fs_path

from contractlang import grammar
from contractlang.source import Span
from contractlang.symbols import Occurrence, Symbol
from engine.desk.papers import Papers, Understood
from engine.desk.places import location_of, range_of

_NAME = re.compile(r"[^\W\d]\w*(-\w+)*")
RENAMED = ("declared", "label", "amount", "option", "field", "variable")


class Refused(Exception):
    """The name cannot be changed so; the message says why, in the language of the file."""


def definition(papers: Papers, paper: Understood, offset: int) -> list[Location]:
    """Return where the name at a place is declared: in this file, in what it uses, or at the head of a clause."""
    found = paper.name_at(offset)
    if found is None:
        return []
    symbol = found.symbol
    here = [each for each in paper.occurrences if each.symbol == symbol and each.declares]
    if here:
        return [location_of(paper.source, each.span) for each in here if each.text == found.text] or [
            location_of(paper.source, each.span) for each in here
        ]
    span = _declared(paper, symbol)
    source = (papers.source(span.path) or paper.source_of(span.path)) if span is not None else None
    return [location_of(source, span)] if source is not None and span is not None else []


def _declared(paper: Understood, symbol: Symbol) -> Span | None:
    if symbol.kind == "document":
        for each in paper.loaded.contracts.values():
            if symbol.name in (each.base, each.name, each.alias):
                return Span(each.path, 0, 0)
        return None
    owner = symbol.owner if symbol.kind in ("option", "field") else symbol.name
    declared = paper.contract.declarations.get(owner)
    return declared.span if declared is not None else None


def references(papers: Papers, paper: Understood, offset: int) -> list[tuple[Understood, Occurrence]]:
    """Return every place where what the name at a place stands for is declared or used, in all files at hand."""
    found = paper.name_at(offset)
    if found is None:
        return []
    symbol = found.symbol
    places = [(paper, each) for each in paper.occurrences if each.symbol == symbol]
    if symbol.kind == "variable":
        return places
    spellings = {each.text for _, each in places} | {found.text, symbol.name}
    if symbol.kind == "declared" and symbol.name in paper.contract.declarations:
        spellings.add(paper.contract.declarations[symbol.name].alias or symbol.name)
    for path in papers.near(paper.source.path):
        source = papers.source(path) if path != paper.source.path else None
        if source is None or not any(each in source.text for each in spellings):
            continue
        other = papers.understand(path)
        if other is not None:
            places += [(other, each) for each in other.occurrences if each.symbol == symbol]
    return places


def renamable(paper: Understood, offset: int) -> Occurrence:
    """Return the name at a place. Raises Refused where it is none that can be changed."""
    found = paper.name_at(offset)
    chinese = paper.source.is_chinese
    if found is None:
        raise Refused("此处没有可以改名的名称" if chinese else "there is no name here that can be changed")
    if found.symbol.kind not in RENAMED:
        raise Refused(
            "条款编号和文书名不能在此改名" if chinese else "a clause or a document is not renamed here"
        )
    return found


def rename(papers: Papers, paper: Understood, offset: int, new: str) -> WorkspaceEdit:
    """Return the changes that give the name at a place another spelling, in all files at hand; its name in the other
    language stays. Raises Refused."""
    found = renamable(paper, offset)
    chinese = paper.source.is_chinese
    if not _NAME.fullmatch(new):
        raise Refused(
            f"`{new}`不是名称：以字开头，不含空格和标点"
            if chinese
            else f"`{new}` is no name: letters first, no blanks or marks"
        )
    if new in grammar.keywords():
        raise Refused(f"`{new}`是保留词" if chinese else f"`{new}` is a reserved word")
    places = [(where, each) for where, each in references(papers, paper, offset) if each.text == found.text]
    if found.symbol.kind in ("declared", "label", "amount"):
        for where in {id(each): each for each, _ in places}.values():
            taken = where.names.symbol(new)
            if taken is not None and taken != found.symbol:
                raise Refused(f"已有名为`{new}`的事物" if chinese else f"`{new}` is taken")
        if found.symbol.kind == "declared" and not any(each.declares for _, each in places):
            raise Refused(
                f"`{found.text}`在打开的文件夹之外声明，不能在此改名" if chinese
                else f"`{found.text}` is declared outside the open folders"
            )  # fmt: skip
    changes: dict[str, list[TextEdit]] = {}
    for where, each in places:
        uri = from_fs_path(each.span.path) or each.span.path
        edit = TextEdit(range_of(where.source, each.span.start, each.span.end), new)
        if edit not in changes.setdefault(uri, []):
            changes[uri].append(edit)
    return WorkspaceEdit(changes=changes)
