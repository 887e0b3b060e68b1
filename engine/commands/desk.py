"""`contract desk`: the lawyer's desk, in the browser."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from engine.commands.common import SHIPPED, Refused
from engine.commands.given import found_at

_FOLDER = typer.Argument(
    metavar="[FOLDER]", help="The folder of contract files; by default the one you are in."
)


def desk(
    folder: Annotated[str, _FOLDER] = ".",
    port: Annotated[int | None, typer.Option("--port", metavar="PORT", help="Where to listen on this machine.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:  # fmt: skip
    """Edit contracts in the browser, with everything the language server knows (docs/desk.md). Ctrl-C stops it.

    It listens on this machine alone; the address holds a word that is new each time, and nobody else knows.
    """
    import webbrowser

    from engine.commands.clock import now
    from engine.dates import day_of
    from engine.workbench.running import Running

    path = found_at(folder)
    if not path.is_dir():
        raise Refused(f"{folder}: is a file; name the folder it is in", where=folder, field="folder")
    # Who types is answered while a text is checked in another thread: the two take turns often.
    sys.setswitchinterval(0.0005)
    running = Running(path, SHIPPED, lambda: day_of(now()), port)
    running.listener.told = lambda: print(running.address, flush=True)
    if not no_browser:
        webbrowser.open(running.address)
    running.run()
