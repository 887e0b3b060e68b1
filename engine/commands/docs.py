"""`contract docs`: agreements as pages, in Word, in print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contractlang.diagnostic import Language
from engine.commands.common import (
    SHIPPED,
    SUFFIX,
    Json,
    Lang,
    Refused,
    print_json,
)
from engine.commands.diff import two_versions
from engine.commands.given import contracts_in, found_at, kept_loads, language_of, refuse_errors, usable
from engine.render import Screen
from engine.whole import write_whole

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from engine.paper.annotations import Annotated as Clause

docs = typer.Typer(
    name="docs", no_args_is_help=True, rich_markup_mode=None,
    help="Agreements as pages for everybody, as Word files, in print.",
)  # fmt: skip

_FILE = typer.Argument(metavar="FILE", help="A contract file, or the name of one that is shipped.")
_ANNOTATED = typer.Option("--annotated", help="With what every clause means, in words.")
_OUT = typer.Option("--out", "-o", metavar="FILE", help="Write here; by default NAME.docx or NAME.pdf.")


_OLD = typer.Argument(
    metavar="OLD", help="The old version: a file, a name of one that is shipped, or NAME@VERSION."
)
_NEW = typer.Argument(metavar="NEW", help="The new version.")
_OUT_PAGE = typer.Option("--out", "-o", metavar="FILE", help="Write here; by default NAME-changes.html.")


_PATHS = typer.Argument(
    metavar="[CONTRACTS]...", help="Contract files or folders; without any, what mkdocs.yml says."
)
_SITE = typer.Option(
    "--out", "-o", metavar="DIR", help="Where the site goes; by default what mkdocs.yml says, or site."
)
_STRICT = typer.Option("--strict", help="End with 2 for a link that leads nowhere, too.")
_HOST = typer.Option(metavar="ADDRESS", help="The address to be reached at.")
_PORT = typer.Option(metavar="NUMBER", help="The port.", min=0, max=65535)


@docs.command()
def build(
    paths: Annotated[list[str] | None, _PATHS] = None, out: Annotated[str | None, _SITE] = None,
    strict: Annotated[bool, _STRICT] = False, json_: Json = False,
) -> None:  # fmt: skip
    """Build a site: every agreement and law clause by clause in both languages, pictures, registers, findings.

    JSON: site (its folder), warnings (texts).
    """

    building = _building()
    with _configured(building, paths, out, strict) as config:
        try:
            warnings = building.build_site(config)
        except building.Unbuildable as wrong:
            raise Refused(str(wrong)) from None
        site = Path(config.site_dir)
    if json_:
        print_json({"site": str(site), "warnings": warnings})
        return
    for each in warnings:
        Screen.of(sys.stderr).line(each)
    Screen.of().line(f"{site}: index.html")


@docs.command()
def serve(
    paths: Annotated[list[str] | None, _PATHS] = None, host: Annotated[str, _HOST] = "127.0.0.1",
    port: Annotated[int, _PORT] = 8000,
) -> None:  # fmt: skip
    """Show a site in a browser while its contracts are edited: an edit is on the page of its document at once.

    Ends with Ctrl-C.
    """
    building, screen = _building(), Screen.of()
    with _configured(building, paths, None, False) as config:
        try:
            with building.served(config, host, port, screen.line) as server:
                screen.line(f"http://{host}:{port}/", "bold")
                server.serve()
        except building.Unbuildable as wrong:
            raise Refused(str(wrong)) from None


def _building() -> Any:
    """Return what builds sites; refuse where its libraries are not installed."""
    # They print notices about their own future.
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    os.environ.setdefault("DISABLE_MKDOCS_2_WARNING", "true")
    try:
        from engine.documents import building
    except ImportError as wrong:
        if (wrong.name or "").partition(".")[0] in ("contractlang", "engine"):
            raise
        lock = "requirements/docs.txt"
        raise Refused(
            f"a site needs the libraries in {lock}: pip install --require-hashes -r {lock}"
        ) from None
    return building


@contextmanager
def _configured(building: Any, paths: list[str] | None, out: str | None, strict: bool) -> Iterator[Any]:
    """Yield how a site is made; refuse settings that cannot be read."""
    file = Path("mkdocs.yml")
    if not paths and not file.is_file():
        raise Refused(
            "which contracts? name files or folders, or go where a mkdocs.yml is", field="contracts"
        )
    if paths:
        refuse_errors(contracts_in(paths))
    folder = kept_loads().folder
    site = Path(out) if out is not None else Path("site") if paths else None
    kept = None if folder is None else folder / "pages"
    try:
        with building.configured(
            [found_at(each) for each in paths or ()], [SHIPPED], file, site, kept, strict
        ) as config:
            yield config
    except building.Unbuildable as wrong:
        raise Refused(str(wrong)) from None


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
    _write(out or f"{contract.name}.docx", written, contract, json_)


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
    _write(out or f"{contract.name}.pdf", written, contract, json_)


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
    _write(out or f"{other.base}-changes.html", written, other, json_)


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


def _write(out: str, written: bytes, contract: Contract, as_json: bool) -> None:
    """Write what was made and tell where; refuse to write over a contract."""
    path = Path(out)
    if path.suffix == SUFFIX and path.exists():
        raise Refused(
            f"{path} is a contract, and would be lost; write to another file",
            zh=f"{path}是合同文件，写入会将其覆盖；请写入另一个文件", where=out, field="out",
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, written)
    if as_json:
        print_json({"file": str(path), "name": contract.name, "bytes": len(written)})
    else:
        Screen.of().line(str(path))
