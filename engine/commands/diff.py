"""`contract diff`: what differs in meaning between two versions, and on which history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.common import FINE, FOUND, Json, Lang, Refused, print_json
from engine.commands.given import contracts_in, found_at, refuse_errors
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.contract import Contract

_OLD = typer.Argument(
    metavar="OLD", help="The old version: a file, a name of one that is shipped, or NAME@VERSION."
)
_NEW = typer.Argument(metavar="NEW", help="The new version.")


def diff(
    old: Annotated[str, _OLD], new: Annotated[str, _NEW], lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Find what differs in meaning between two versions of a document, clause by clause, and what follows from it.

    Ends with 0 if they mean the same, whatever their words, names and order are; with 1 if they differ.

    JSON: old, new, same, same_by, clauses (how, old, new, was, now), words, answers (asks, of, party, verdict, never,
    undecided, partings), consequences, bound; docs/analysis.md tells each.
    """
    from engine.analysis.difference import difference

    held = difference(*two_versions(old, new))
    if json_:
        from engine.analysis.difference_report import as_json

        print_json(as_json(held))
    else:
        from engine.analysis.difference_report import Words

        screen = Screen.of()
        for line in Words(held, lang or ("zh" if held.new.chinese else "en")).lines(screen.width):
            screen.line(line)
    raise typer.Exit(FINE if held.same_by is not None else FOUND)


def two_versions(old: str, new: str) -> tuple[Contract, Contract]:
    """Return two versions of one document, each as a command is given it; refuse what is not two versions of one."""
    one, other = _document(old, "old"), _document(new, "new")
    if one.kind != other.kind:
        raise Refused(
            f"{old} is of the kind {one.kind}, {new} of the kind {other.kind}: two versions are of one",
            field="new",
        )
    if one.base != other.base:
        raise Refused(
            f"`{one.base}` and `{other.base}` are two documents, not two versions of one;"
            f" to compare them in force together: contract analyse {old} {new}",
            field="new",
        )  # fmt: skip
    return one, other


def _document(written: str, field: str) -> Contract:
    """Return the one document that is meant: that of a file, or one version of those in it."""
    named, mark, version = written.rpartition("@")
    try:
        path, version = found_at(written), ""
    except Refused:
        if not mark:
            raise
        path = found_at(named)
    loaded = contracts_in([str(path)])
    refuse_errors(loaded)
    held = [loaded.contracts[name] for name in loaded.asked]
    fit = [each for each in held if each.kind != "vocabulary"]
    if not fit:
        raise Refused(
            f"{written}: a vocabulary has no norms of its own; compare documents that use it",
            where=written,
            field=field,
        )
    if version:
        fit = [each for each in fit if (each.version or "1") == version]
        if not fit:
            there = ", ".join(sorted(each.version or "1" for each in held if each.kind != "vocabulary"))
            raise Refused(
                f"{written}: `{Path(named).name}` has no version `{version}`: there is {there}",
                where=written,
                field=field,
            )
    if len(fit) > 1:
        names = ", ".join(each.name for each in fit)
        raise Refused(
            f"{written}: which of these? {names}; name one file or one version", where=written, field=field
        )
    return fit[0]
