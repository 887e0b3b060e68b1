"""`contract docs`: agreements as pages, in Word, in print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.common import Json, Lang, Language, Refused, print_json
from engine.commands.diff import two_versions
from engine.commands.given import language_of, usable
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.norms import Contract
    from engine.paper.annotations import Annotated as Clause

docs = typer.Typer(
    name="docs", no_args_is_help=True, rich_markup_mode=None,
    help="Agreements as pages for everybody, as Word files, in print.",
)  # fmt: skip

_FILE = typer.Argument(metavar="FILE", help="A contract file, or the name of one that is shipped.")
_ANNOTATED = typer.Option("--annotated", help="With what every clause means, in words.")
_OUT = typer.Option("--out", "-o", metavar="FILE", help="Write here; by default NAME.docx or NAME.pdf.")


_OLD = typer.Argument(help="The old version: a file, a name of one that is shipped, or NAME@VERSION.")
_NEW = typer.Argument(help="The new version.")
_OUT_PAGE = typer.Option("--out", "-o", metavar="FILE", help="Write here; by default NAME-changes.html.")


@docs.command()
def word(
    file: Annotated[str, _FILE], annotated: Annotated[bool, _ANNOTATED] = False,
    out: Annotated[str | None, _OUT] = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Write an agreement as a Word file, its clauses counted by Word; with --annotated, each clause with comments.

    `contract import` reads it back to the letter.

    JSON: file, name, bytes.
    """
    from engine.paper.printed import UnreadablePaper
    from engine.paper.writing import word_of

    contract, clauses, language = _clauses(file, lang)
    try:
        written = word_of(contract.title or contract.name, clauses, language, annotated)
    except UnreadablePaper as wrong:
        raise Refused(str(wrong)) from None
    _write(Path(out or f"{contract.name}.docx"), written, contract, json_)


@docs.command()
def pdf(
    file: Annotated[str, _FILE], annotated: Annotated[bool, _ANNOTATED] = False,
    out: Annotated[str | None, _OUT] = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Set an agreement for print; with --annotated, with what each clause means beneath it.

    A font with Chinese letters must be on the machine; where none is, the packages that bring one are named.

    JSON: file, name, bytes.
    """
    from engine.documents.markup import pick
    from engine.paper.pdf import pdf_of
    from engine.paper.printed import UnreadablePaper

    contract, clauses, language = _clauses(file, lang)
    made = pick(language, f"text {contract.text_hash[:16]}", f"文本 {contract.text_hash[:16]}")
    if annotated:
        made += pick(
            language, f", meaning {contract.meaning_hash[:16]}", f"，含义 {contract.meaning_hash[:16]}"
        )
    try:
        written = pdf_of(contract.title or contract.name, made, clauses, language, annotated)
    except UnreadablePaper as wrong:
        raise Refused(str(wrong)) from None
    _write(Path(out or f"{contract.name}.pdf"), written, contract, json_)


@docs.command()
def changes(
    old: Annotated[str, _OLD], new: Annotated[str, _NEW], out: Annotated[str | None, _OUT_PAGE] = None,
    lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Write what differs between two versions as a page: the text, what it means, and histories that show it.

    The page is one file that asks nothing of any other. What is compared is told by `contract diff --help`.

    JSON: file, name, bytes.
    """
    from engine.analysis.difference import difference
    from engine.documents.changes import standalone

    one, other = two_versions(old, new)
    language = lang or ("zh" if other.chinese else "en")
    written = standalone(difference(one, other), language).encode()
    _write(Path(out or f"{other.base}-changes.html"), written, other, json_)


def _clauses(file: str, lang: Language | None) -> tuple[Contract, tuple[Clause, ...], Language]:
    """Return the one document in a file, its clauses with what is said of them, and the language to say it in."""
    from engine.documents.shelf import Shelf
    from engine.paper.annotations import annotated

    loaded = usable([file])
    if len(loaded.asked) > 1:
        raise Refused(f"{file}: which of these? {', '.join(loaded.asked)}; name one file", where=file)
    contract = loaded.contracts[loaded.asked[0]]
    if not any(clause.lines for clause in contract.clauses):
        raise Refused(f"{file}: there is no text in it to be printed", where=file)
    language = language_of(loaded, lang)
    return contract, annotated(Shelf(loaded), contract, language), language


def _write(path: Path, written: bytes, contract: Contract, as_json: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written)
    if as_json:
        print_json({"file": str(path), "name": contract.name, "bytes": len(written)})
    else:
        Screen.of().line(str(path))
