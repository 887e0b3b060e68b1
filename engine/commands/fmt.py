"""`contract fmt`: norm lines written the one way."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp
from typing import Annotated

import typer

from engine.commands.common import FINE, FOUND, REFUSED, Json, Lang, Paths, many, print_json
from engine.commands.given import files_in
from engine.render import Screen

Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; end with 1 if a file is not written so.")
]


def fmt(paths: Paths, check: Check = False, json_: Json = False, lang: Lang = None) -> None:
    """Write the norm lines of contract files the one way: blanks, widths, marks.

    Text, remarks and what is quoted stay to the letter. A file with a line that cannot be read is left alone. Ends with
    1 if there is such a file, or with --check one to be written anew; with 2 if a file cannot be read.

    JSON: changed, unchanged (paths), diagnostics (as of `check`), unreadable (texts), written (whether files were).
    """
    from contractlang.formatter import formatted
    from contractlang.render import as_json, render
    from contractlang.source import Unreadable, read

    changed: list[str] = []
    unchanged: list[str] = []
    unreadable: list[str] = []
    wrong, sources = [], {}
    for path in files_in(paths):
        try:
            raw = path.read_bytes()
            source = read(str(path), raw)
        except Unreadable as refused:
            unreadable.append(str(refused))
            continue
        except OSError as refused:
            unreadable.append(f"{path}: {refused.strerror or refused}")
            continue
        text, found = formatted(source)
        if found:
            wrong += found
            sources[source.path] = source
        elif text.encode() == raw:
            unchanged.append(str(path))
        else:
            changed.append(str(path))
            if not check:
                _write(path, text)
    if json_:
        print_json({
            "changed": changed, "unchanged": unchanged, "written": not check,
            "diagnostics": as_json(wrong, sources), "unreadable": unreadable,
        })  # fmt: skip
    else:
        screen = Screen.of()
        for each in changed:
            screen.line(each)
        if wrong:
            screen.out.write(render(wrong, sources, lang, colour=screen.colour) + "\n")
        for each in unreadable:
            screen.line(each, "red")
        done = "to be formatted" if check else "formatted"
        screen.line(
            f"{many(len(changed), 'file')} {done}, {len(unchanged)} as they should be, {len(sources)} left alone",
            "bold",
        )
    raise typer.Exit(REFUSED if unreadable else FOUND if wrong or (check and changed) else FINE)


def _write(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole or not at all, with the rights that the file has."""
    real = path.resolve()
    file, written = mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(file, "wb") as new:
            new.write(text.encode())
        os.chmod(written, real.stat().st_mode & 0o7777)
        os.replace(written, real)
    except OSError:
        os.unlink(written)
        raise
