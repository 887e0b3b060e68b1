"""`contract lsp`: the language server, for editors."""

from __future__ import annotations

import os
import sys


def lsp() -> None:
    """Serve an editor over standard input and output, in the Language Server Protocol (docs/editors.md)."""
    from engine.commands.clock import now
    from engine.commands.common import SHIPPED
    from engine.dates import day_of
    from engine.desk.server import make_server

    # Who types is answered while a text is checked in another thread: the two take turns often.
    sys.setswitchinterval(0.0005)
    # The server closes its streams when it ends; the program's own stay open.
    with open(os.dup(sys.stdin.fileno()), "rb") as given, open(os.dup(sys.stdout.fileno()), "wb") as told:
        make_server(SHIPPED, lambda: day_of(now())).start_io(given, told)
