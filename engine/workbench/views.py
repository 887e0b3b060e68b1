"""What stands beside a text while it is edited: the page of the clause at the cursor with what touches it, and two
versions compared. The pages are those of `engine.documents`; their links lead nowhere at the desk, and are left out.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from engine.analysis.difference import difference
from engine.documents.changes import Heading, blocks
from engine.documents.clause import section
from engine.documents.document import neighbourhood
from engine.documents.markup import element
from engine.documents.shelf import Shelf
from engine.workbench.folder import BadFile
from engine.workbench.opened import Opened

LANGUAGES: tuple[Language, Language] = ("en", "zh")
_HEAD = re.compile(r"\A#+ (.*?)(?: \{ #.*? \})?$", re.M)
_LINK = re.compile(r"</?a\b[^>]*>")
_ONE_AT_A_TIME = threading.Lock()


def clause(opened: Opened, line: int) -> dict[str, Any]:
    """Return the clause on a line (from 1) of the text: number, and in each language its page and the picture of what
    touches it (None where nothing does)."""
    contract = opened.contract
    source = opened.sources[contract.path]
    at = source.line_starts[min(max(line, 1), len(source.line_starts)) - 1]
    here = [
        each for each in contract.clauses if each.span is not None and each.span.start <= at and each.number
    ]
    if not here:
        return {"number": None}
    found = max(here, key=lambda each: each.span.start if each.span is not None else 0)
    shelf = Shelf(opened.loaded)
    told: dict[str, Any] = {"number": found.number}
    for language in LANGUAGES:
        made = section(shelf, contract, found, language, None)
        picture = neighbourhood(shelf, contract, found, language)
        told[language] = {
            "page": _plain(_HEAD.sub("", made, count=1)),
            "picture": _plain(picture) if picture else None,
        }
    return told


def compared(old: Contract, new: Contract) -> dict[str, Any]:
    """Return two versions of one document compared, a page in each language, and whether they mean the same. Raises
    BadFile where they are not two versions of one."""
    if old.kind != new.kind or old.base != new.base:
        said = (
            f"“{old.base}”与“{new.base}”是两份文件，不是一份文件的两个版本"
            if new.chinese
            else f"`{old.base}` and `{new.base}` are two documents, not two versions of one"
        )
        raise BadFile("other", said)
    # The solver is one, and its questions wait for one another.
    with _ONE_AT_A_TIME:
        held = difference(old, new)
        pages = {
            language: "".join(
                element(f"h{each.level}", each.text) if isinstance(each, Heading) else _plain(each)
                for each in blocks(held, language)
            )
            for language in LANGUAGES
        }
    return {"same": held.same_by is not None, "en": pages["en"], "zh": pages["zh"]}


def _plain(page: str) -> str:
    return _LINK.sub("", page)
