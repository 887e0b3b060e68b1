"""`contract check`: what is wrong with contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from contractlang.diagnostic import Language
from engine.commands.common import (
    FINE,
    FOUND,
    REFUSED,
    Json,
    Lang,
    Paths,
    many,
    print_json,
)
from engine.commands.given import contracts_in, diagnostics_of, language_of
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.loaded import Loaded


def check(paths: Paths, json_: Json = False, lang: Lang = None) -> None:
    """Say what is wrong with contracts, in the language of each file.

    Ends with 1 if there is an error, and with 2 if a file cannot be read.

    JSON: contracts (names), diagnostics (code, severity, message and help in both languages, path, line, column,
    end_line, end_column, labels), unreadable (texts), errors, warnings, notes (how many).
    """
    loaded = contracts_in(paths)
    counts = _counted(loaded)
    if json_:
        print_json({
            "contracts": loaded.asked, "diagnostics": diagnostics_of(loaded), "unreadable": loaded.unreadable, **counts,
        })  # fmt: skip
    else:
        from contractlang.render import render

        screen = Screen.of()
        drawn = render(loaded.diagnostics, loaded.sources, lang, colour=screen.colour)
        if drawn:
            screen.out.write(drawn + "\n")
        for each in loaded.unreadable:
            screen.line(each, "red")
        screen.line(_summary(loaded, counts, language_of(loaded, lang)), "bold")
    raise typer.Exit(REFUSED if loaded.unreadable else FOUND if loaded.errors else FINE)


def _counted(loaded: Loaded) -> dict[str, int]:
    severities = [each.severity.value for each in loaded.diagnostics]
    return {f"{name}s": severities.count(name) for name in ("error", "warning", "note")}


def _summary(loaded: Loaded, counts: Mapping[str, int], language: Language) -> str:
    files = len(loaded.asked)
    errors, warnings, notes = counts["errors"], counts["warnings"], counts["notes"]
    if language == "zh":
        return f"{files}份文书：{errors}处错误，{warnings}处警告，{notes}处提示"
    return f"{many(files, 'document')}: {many(errors, 'error')}, {many(warnings, 'warning')}, {many(notes, 'note')}"
